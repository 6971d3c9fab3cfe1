"""One counter that moves with every change of what the API can answer; caches and ETags carry it."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Connection, func, select, update

from hallofshame.store import bulk
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import DataVersion

_NAME = "data"


def bump(connection: Connection, data_as_of: Instant | None) -> None:
    """Move the version on by one; ``data_as_of`` (the latest observation) never moves back."""
    frame = pl.DataFrame({"name": [_NAME], "version": [1]})
    bulk.upsert(connection, DataVersion, frame, add=["version"])
    if data_as_of is None:
        return
    moment = unix(data_as_of)
    connection.execute(
        update(DataVersion)
        .where(DataVersion.name == _NAME, func.coalesce(DataVersion.data_as_of, moment - 1) < moment)
        .values(data_as_of=moment)
    )


def get(connection: Connection) -> tuple[int, int | None]:
    """The version and the latest observation it holds, in Unix seconds; ``(0, None)`` before the first."""
    query = select(DataVersion.version, DataVersion.data_as_of).where(DataVersion.name == _NAME)
    row = connection.execute(query).one_or_none()
    return (0, None) if row is None else (row.version, row.data_as_of)
