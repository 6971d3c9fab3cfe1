"""Processes that end in the middle of a change of the database, and what they leave behind.

:func:`in_pieces` is the worst that can happen to a piece of work on a server: it is ended after every single
change of the schema, before that is noted, and once more when the next one has committed what went before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event, inspect

from hallofshame.store.database import Database

_SCHEMA = re.compile(r"\s*(CREATE|ALTER|DROP|RENAME|TRUNCATE)\b", re.IGNORECASE)
_ROWS = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_COUNTERS = re.compile(r" AUTO_INCREMENT=\d+")


class Killed(Exception):  # noqa: N818 - stands for the end of a process
    """The process ends here; its transaction is rolled back, as the server does for a lost connection."""


@contextmanager
def killed_before(database: Database, change: int, *, committed: bool = False) -> Iterator[None]:
    """Raise :class:`Killed` out of the block before its ``change``-th change; commits count as changes.

    ``committed``: what went before is committed, as a server does on its way into a change of the schema.
    """
    changes = 0

    def count(connection: Connection) -> None:
        nonlocal changes
        changes += 1
        if changes == change:
            if committed:
                connection.connection.commit()
            raise Killed

    def statement(connection: Connection, _cursor: Any, text: str, *_: Any) -> None:
        if _SCHEMA.match(text) or _ROWS.match(text):
            count(connection)

    with _listening(database, before_cursor_execute=statement, commit=count):
        yield


@contextmanager
def killed_at_schema_change(database: Database, change: int, *, committed: bool) -> Iterator[None]:
    """Raise :class:`Killed` at a change of the schema: right after it, or ``committed``, right before it."""
    changes = 0

    def statement(connection: Connection, _cursor: Any, text: str, *_: Any) -> None:
        nonlocal changes
        if _SCHEMA.match(text):
            changes += 1
            if committed and changes == change:
                connection.connection.commit()
                raise Killed

    def afterwards(_connection: Connection, _cursor: Any, text: str, *_: Any) -> None:
        if not committed and changes == change and _SCHEMA.match(text):
            raise Killed

    with _listening(database, before_cursor_execute=statement, after_cursor_execute=afterwards):
        yield


def is_killed(work: Callable[[], object]) -> bool:
    """Do ``work``; whether it was killed."""
    try:
        work()
    except Killed:
        return True
    return False


def in_pieces(database: Database, work: Callable[[], object]) -> int:
    """Do ``work`` on a server, killed after every change of the schema and before it; returns the kills."""
    kills = 0
    while True:
        with killed_at_schema_change(database, 2, committed=True):
            before = is_killed(work)
        with killed_at_schema_change(database, 1, committed=False):
            after = is_killed(work)
        kills += before + after
        if not before and not after:
            return kills


def schema_text(database: Database) -> dict[str, str]:
    """How the database itself writes down each table, index and view."""
    with database.read() as connection:
        if database.dialect == "sqlite":
            rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
            return dict(tuple(row) for row in rows)
        found = inspect(connection)
        quote = connection.dialect.identifier_preparer.quote
        return {
            name: _COUNTERS.sub("", connection.exec_driver_sql(f"SHOW CREATE TABLE {quote(name)}").one()[1])
            for name in (*found.get_table_names(), *found.get_view_names())
        }


@contextmanager
def _listening(database: Database, **listeners: Callable[..., None]) -> Iterator[None]:
    for name, listener in listeners.items():
        event.listen(database.engine, name, listener)
    try:
        yield
    finally:
        for name, listener in listeners.items():
            event.remove(database.engine, name, listener)
