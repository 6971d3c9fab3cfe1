"""One at a time: work of which two hosts at once would be one too many, such as an upgrade of the schema."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from hallofshame.domain.errors import StoreError
from hallofshame.store.database import Database

WAIT_SECONDS = 600
"""How long to wait for another host; an upgrade of a large database takes minutes."""


@contextmanager
def exclusively(database: Database, duty: str, wait_seconds: int = WAIT_SECONDS) -> Iterator[None]:
    """Keep every other process off the same ``duty`` on this database until the block ends.

    The lock is the server's and goes with the connection that took it, so a host that dies leaves none
    behind. It outlasts the transactions of the block, as changes of a schema need, which a server commits
    one by one. SQLite needs none: one writing transaction excludes all others there.

    :raises StoreError: when another process is at it for longer than ``wait_seconds``.
    """
    if database.dialect == "sqlite":
        yield
        return
    # Names of locks are the whole server's, so the database is part of it.
    name = "CONCAT('hallofshame:', :duty, ':', MD5(DATABASE()))"
    with database.read() as connection:
        taken = text(f"SELECT GET_LOCK({name}, :seconds)")
        if connection.execute(taken, {"duty": duty, "seconds": wait_seconds}).scalar() != 1:
            raise StoreError(
                f"another process has been at the {duty} of {database.url} for over {wait_seconds} s; "
                "wait for it or stop it"
            )
        try:
            yield
        finally:
            connection.execute(text(f"SELECT RELEASE_LOCK({name})"), {"duty": duty})
