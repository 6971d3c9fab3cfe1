"""How far a change of the schema has come: a table that is there only as long as the change runs.

A process that is killed leaves it behind. It says which migration is half done, in which direction, which of
its operations were made, and where the whole change was to end. On SQLite a change is one transaction, so
nobody ever finds one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy import Connection

Direction = Literal["up", "down"]

TABLE = "schema_change"
"""Name of the table; no model has it, because it is gone when the change is done."""

_ROWS = sa.Table(
    TABLE,
    sa.MetaData(),
    sa.Column("operation", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.String(32), nullable=False),
    sa.Column("direction", sa.String(4), nullable=False),
    sa.Column("target", sa.String(32), nullable=False),
    mysql_engine="InnoDB",
    mysql_charset="utf8mb4",
    mariadb_engine="InnoDB",
    mariadb_charset="utf8mb4",
)
"""Row 0 is the migration that is being run; row n says that its n-th operation is made."""


@dataclass(frozen=True, slots=True)
class MigrationStep:
    """One migration being run in one direction, on the way to revision ``target`` (``base`` = no tables)."""

    revision: str
    direction: Direction
    target: str


@dataclass
class _Run:
    """The step that this process runs, and how many of its operations it has come to."""

    step: MigrationStep
    operations: int = 0


_run: ContextVar[_Run] = ContextVar("_run")


def is_open(connection: Connection) -> bool:
    """Whether a change of the schema is running or was broken off."""
    return sa.inspect(connection).has_table(TABLE)


def unfinished(connection: Connection) -> MigrationStep | None:
    """The step that is being run or was broken off; ``None`` when the schema is at one revision."""
    if not is_open(connection):
        return None
    row = connection.execute(sa.select(_ROWS).where(_ROWS.c.operation == 0)).one_or_none()
    return None if row is None else MigrationStep(row.revision, row.direction, row.target)


def begin(connection: Connection, step: MigrationStep) -> None:
    """Note that ``step`` is begun; what a broken-off run of the same step has made stays noted.

    A server commits the note together with the end of the step before, ahead of the first operation.
    """
    _ROWS.create(connection, checkfirst=True)
    known = unfinished(connection)
    if known is None or (known.revision, known.direction) != (step.revision, step.direction):
        connection.execute(_ROWS.delete())
        _note(connection, 0, step)
    _run.set(_Run(step))


def close(connection: Connection) -> None:
    """Note that the whole change is done."""
    _ROWS.drop(connection, checkfirst=True)


@contextmanager
def once(connection: Connection) -> Iterator[bool]:
    """Whether the next operation of the running step is due; it is noted as made when the block ends well.

    A change of rows is committed together with its note. A change of the schema may be committed without it,
    so that of the operations found due on a second run the first may be made already.
    """
    run = _run.get()
    run.operations += 1
    number = run.operations
    made = sa.select(sa.func.count()).where(_ROWS.c.operation == number)
    due = not connection.scalar(made)
    yield due
    if due:
        _note(connection, number, run.step)


def _note(connection: Connection, number: int, step: MigrationStep) -> None:
    connection.execute(
        _ROWS.insert().values(
            operation=number, revision=step.revision, direction=step.direction, target=step.target
        )
    )
