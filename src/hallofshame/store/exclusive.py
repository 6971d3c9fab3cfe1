"""Setting up: work on the schema and the catalogue that only one process at a time may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, text

from hallofshame.domain.errors import StoreError
from hallofshame.store.database import Database

T = TypeVar("T")

WAIT_SECONDS = 600
"""How long to wait for another host; an upgrade of a large database takes minutes."""

# Names of locks are the whole server's, so the database is part of it.
_TAKE = text("SELECT GET_LOCK(CONCAT('hallofshame:set-up:', MD5(DATABASE())), :seconds)")


def run_alone(database: Database, work: Callable[[Connection], T], *, wait_seconds: int = WAIT_SECONDS) -> T:
    """:meth:`Database.run` of work that sets the database up, with every other process kept from doing so.

    The lock of a server belongs to the connection that does the work. It outlasts the transactions in which
    a server commits changes of the schema one by one, and goes with the connection: not before the last
    statement of a killed process has ended, and not later. On SQLite the writing transaction is the lock.

    :raises StoreError: when another process is at it for longer than ``wait_seconds``.
    """

    def alone(connection: Connection) -> T:
        if database.dialect != "sqlite" and connection.scalar(_TAKE, {"seconds": wait_seconds}) != 1:
            raise StoreError(
                f"another process has been setting up {database.url} for over {wait_seconds} s; "
                "wait for it or stop it"
            )
        return work(connection)

    return database.run(alone, changes_schema=True)
