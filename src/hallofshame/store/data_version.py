"""One counter that moves with every change of what the API can answer; caches and ETags carry it."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl
from sqlalchemy import ColumnElement, Connection, func, or_, select, text, update

from hallofshame.store import bulk, catalogue_changes
from hallofshame.store.instants import Instant, latest_believable, unix
from hallofshame.store.models import DataVersion
from hallofshame.store.servers import is_galera

_NAME = "data"

_KNOWN_AT_NODE = text(
    "SET STATEMENT wsrep_sync_wait = 0 FOR SELECT version FROM data_version WHERE name = :name"
)


def bump(connection: Connection, data_as_of: Instant | None, now: Instant | None = None) -> None:
    """Move the version on by one; ``data_as_of`` (the latest observation) never moves back.

    But one that lies in the future of ``now``, as a clock that ran ahead leaves it, is replaced.
    """
    frame = pl.DataFrame({"name": [_NAME], "version": [1]})
    bulk.upsert(connection, DataVersion, frame, add=["version"])
    if data_as_of is None:
        return
    moment = unix(data_as_of)
    outdated: ColumnElement[bool] = func.coalesce(DataVersion.data_as_of, moment - 1) < moment
    if now is not None:
        outdated = or_(outdated, DataVersion.data_as_of > latest_believable(now))
    connection.execute(
        update(DataVersion).where(DataVersion.name == _NAME, outdated).values(data_as_of=moment)
    )


def get(connection: Connection) -> tuple[int, int | None]:
    """The version and the latest observation it holds, in Unix seconds; ``(0, None)`` before the first."""
    found = versions(connection)
    return found.data, found.data_as_of


def known_here(connection: Connection) -> int:
    """The version as the server that is asked knows it; 0 before the first change.

    A node of a Galera cluster answers at once, also while its cluster finds out who is lost, which takes
    seconds: it may be some milliseconds behind.
    """
    if is_galera(connection) and getattr(connection.dialect, "is_mariadb", False):
        return int(connection.scalar(_KNOWN_AT_NODE, {"name": _NAME}) or 0)
    return get(connection)[0]


class Versions(NamedTuple):
    """What one state of the store is: of all data with its latest observation, and of the catalogue alone."""

    data: int
    data_as_of: int | None
    catalogue: int


def versions(connection: Connection) -> Versions:
    """The versions of this state of the store; 0 before the first change."""
    query = select(DataVersion.name, DataVersion.version, DataVersion.data_as_of)
    rows = {row.name: row for row in connection.execute(query)}
    data, catalogue = rows.get(_NAME), rows.get(catalogue_changes.NAME)
    return Versions(
        0 if data is None else data.version,
        None if data is None else data.data_as_of,
        0 if catalogue is None else catalogue.version,
    )
