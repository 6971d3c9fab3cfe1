"""Processes that end in the middle of a change of the database, and what they leave behind.

:func:`in_pieces` is the worst that can happen to a piece of work on a server: it is ended after every single
change of the schema, before that is noted, and once more when the next one has committed what went before.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
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
def killed_before_schema_change(database: Database, change: int) -> Iterator[None]:
    """Raise :class:`Killed` before the ``change``-th change of the schema, with all before it committed."""
    changes = 0

    def statement(connection: Connection, _cursor: Any, text: str, *_: Any) -> None:
        nonlocal changes
        changes += bool(_SCHEMA.match(text))
        if changes == change:
            connection.connection.commit()
            raise Killed

    with _listening(database, before_cursor_execute=statement):
        yield


@contextmanager
def killed_after_schema_change(database: Database) -> Iterator[None]:
    """Raise :class:`Killed` right after the first change of the schema."""

    def statement(_connection: Connection, _cursor: Any, text: str, *_: Any) -> None:
        if _SCHEMA.match(text):
            raise Killed

    with _listening(database, after_cursor_execute=statement):
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
    ways = (
        lambda: killed_before_schema_change(database, 1),
        lambda: killed_after_schema_change(database),
        # Some changes are made again when they are not noted, such as a view's: this one goes on from there.
        lambda: killed_before_schema_change(database, 2),
    )
    kills = 0
    while True:
        for way in ways:
            with way():
                if not is_killed(work):
                    return kills
            kills += 1


def remains(database: Database, file: Path, work: Callable[[], object]) -> list[Path]:
    """Do ``work`` on the SQLite ``file``; returns copies of what a kill before each change would leave."""
    copies: list[Path] = []

    def copy(_connection: Connection, _cursor: Any = None, text: str = "COMMIT", *_: Any) -> None:
        if text != "COMMIT" and not _SCHEMA.match(text) and not _ROWS.match(text):
            return
        copies.append(file.with_name(f"killed-{len(copies)}.db"))
        for end in ("", "-wal"):
            part = file.with_name(file.name + end)
            if part.exists():
                shutil.copyfile(part, copies[-1].with_name(copies[-1].name + end))

    with _listening(database, before_cursor_execute=copy, commit=copy):
        work()
    return copies


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
