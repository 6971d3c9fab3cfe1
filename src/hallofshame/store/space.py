"""Space inside a SQLite file: what is free in it, and how it is given back to the file system.

A SQLite file has free pages where rows were deleted. New rows take them first. A file made with
``auto_vacuum=INCREMENTAL``, as every new one is, can be cut at its end; an older one keeps its size until it
is made anew by ``VACUUM``. A server does all that by itself, table by table.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import Connection

from hallofshame.store.database import Database

PAGES_AT_ONCE = 1_000
"""Pages that one transaction moves: 4 MB."""

_INCREMENTAL = 2


def reusable_bytes(connection: Connection) -> int:
    """Bytes of a SQLite file that hold nothing; 0 on a server."""
    if connection.dialect.name != "sqlite":
        return 0
    return _pragma(connection, "freelist_count") * _pragma(connection, "page_size")


def gives_back(connection: Connection) -> bool:
    """Whether free pages can be given back while the program runs; on a server dropped tables always are."""
    return connection.dialect.name != "sqlite" or _pragma(connection, "auto_vacuum") == _INCREMENTAL


def give_back(database: Database, rest: Callable[[float], None]) -> int:
    """Cut free pages off a SQLite file in short transactions; returns the bytes. None on a server.

    ``rest`` is called after each with the seconds it took.
    """
    if database.dialect != "sqlite":
        return 0
    with database.read() as connection:
        left = _pragma(connection, "freelist_count") if gives_back(connection) else 0
        size = _pragma(connection, "page_size")
    freed = 0
    while left > 0:
        began = time.monotonic()
        after = database.run(_cut)
        if after >= left:
            break
        freed, left = freed + left - after, after
        rest(time.monotonic() - began)
    return freed * size


def _cut(connection: Connection) -> int:
    """Give back some pages; returns how many are free after that."""
    # The statement frees one page per step, so it has to be read to its end.
    connection.exec_driver_sql(f"PRAGMA incremental_vacuum({PAGES_AT_ONCE})").close()
    return _pragma(connection, "freelist_count")


def _pragma(connection: Connection, name: str) -> int:
    return int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
