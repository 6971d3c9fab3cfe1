"""How long one statement of a web host may run: a slow query must not hold a thread for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event

_SQLITE_STEPS = 100_000
"""Instructions between two looks at the time: a few milliseconds."""


def limit_statements(engine: Engine, seconds: int, elapsed: Callable[[], float] = time.monotonic) -> None:
    """End every statement of new connections after so many seconds, as the failure ``too_slow``.

    :param elapsed: seconds since some moment. A server measures by itself.
    """
    if engine.dialect.name == "sqlite":
        _limit_sqlite(engine, seconds, elapsed)
    else:
        _limit_server(engine, seconds)


def _limit_sqlite(engine: Engine, seconds: int, elapsed: Callable[[], float]) -> None:
    @event.listens_for(engine, "before_cursor_execute")
    def begin(connection: Connection, *_: Any) -> None:
        until = elapsed() + seconds
        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(lambda: int(elapsed() > until), _SQLITE_STEPS)


def _limit_server(engine: Engine, seconds: int) -> None:
    @event.listens_for(engine, "connect")
    def limit(connection: Any, _record: object) -> None:
        is_mariadb = "mariadb" in connection.get_server_info().lower()
        # MySQL knows it for reading statements alone, in milliseconds.
        limited = (
            f"max_statement_time = {seconds}" if is_mariadb else f"max_execution_time = {seconds * 1000}"
        )
        with connection.cursor() as cursor:
            cursor.execute(f"SET SESSION {limited}")
