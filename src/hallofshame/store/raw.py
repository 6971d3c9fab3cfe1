"""The raw record: what the feeds said. Every write here may be repeated; the second time nothing changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, String, func, literal_column, select

from hallofshame.domain.errors import StoreError
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.store import bulk
from hallofshame.store.models import (
    FeedPoll,
    ParkActivitySnapshot,
    QueueData,
    RawRevision,
    RideStatusSnapshot,
)

_COLUMNS = OBSERVATIONS.names()

OBSERVATION_ORDER = ("park_id", "ride_id", "observed_at", "origin")
"""How frames of observations are sorted."""

_PACKED_BYTES = 8_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """What one write of snapshots did: new rows, and (old, new) raw revision of each park it moved."""

    new_rows: int
    revisions: dict[int, tuple[int, int]]


def write_snapshots(connection: Connection, frame: pl.DataFrame) -> Written:
    """Insert observations (columns of ``metrics.frames.OBSERVATIONS``) that are not there yet.

    The raw revisions of all parks of the frame move on if any row was new, and stay if none was. What it
    returns is what :meth:`ObservationCache.append` wants after the commit.
    """
    rows = frame.select(_COLUMNS).sort("park_id", "observed_at", "ride_id", "origin")
    new_rows = bulk.insert_ignore(connection, RideStatusSnapshot, rows)
    parks = rows["park_id"].unique().to_list() if new_rows else []
    return Written(new_rows, bump_raw_revision(connection, parks))


def insert_snapshots(connection: Connection, frame: pl.DataFrame) -> int:
    """:func:`write_snapshots` for those who only need the number of new rows."""
    return write_snapshots(connection, frame).new_rows


def insert_queues(connection: Connection, frame: pl.DataFrame) -> int:
    """Insert rows of ``queue_data`` that are not there yet; returns how many were new."""
    return bulk.insert_ignore(connection, QueueData, frame)


def insert_activity(connection: Connection, frame: pl.DataFrame) -> int:
    """Insert rows of ``park_activity_snapshots`` that are not there yet; returns how many were new."""
    return bulk.insert_ignore(connection, ParkActivitySnapshot, frame)


def insert_polls(connection: Connection, frame: pl.DataFrame) -> int:
    """Append rows of ``feed_polls`` (without ``poll_id``); returns how many. Each call adds rows."""
    return bulk.insert(connection, FeedPoll, frame)


def bump_raw_revision(connection: Connection, park_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Move the raw revisions of ``park_ids`` on by one; returns (old, new) of each.

    Old is new − 1, not what a reader saw before: if another process moved the revision in between, its rows
    are missing from this process's memory, and the gap between the two numbers says so.
    """
    parks = sorted(set(park_ids))
    frame = pl.DataFrame(
        {"park_id": parks, "revision": [1] * len(parks)},
        schema=dict.fromkeys(("park_id", "revision"), pl.Int64),
    )
    bulk.upsert(connection, RawRevision, frame, add=["revision"])
    return {park: (new - 1, new) for park, new in raw_revisions(connection, parks).items() if new}


def raw_revisions(connection: Connection, park_ids: Collection[int]) -> dict[int, int]:
    """The raw revision of each of ``park_ids``; 0 for a park that has no raw rows yet."""
    revisions = dict.fromkeys(park_ids, 0)
    if revisions:
        query = select(RawRevision.park_id, RawRevision.revision).where(RawRevision.park_id.in_(revisions))
        revisions.update((park, revision) for park, revision in connection.execute(query))
    return revisions


def observed_range(
    connection: Connection, park_ids: Collection[int] | None = None
) -> dict[int, tuple[int, int]]:
    """First and last ``observed_at`` (Unix seconds) of each park (of ``park_ids``) that has any."""
    snapshots = RideStatusSnapshot
    # One look at either end of the key per park; a GROUP BY would read every row.
    first, last = (
        select(edge(snapshots.observed_at))
        .where(snapshots.park_id == RawRevision.park_id)
        .correlate(RawRevision)
        .scalar_subquery()
        for edge in (func.min, func.max)
    )
    query = select(RawRevision.park_id, first, last)
    if park_ids is not None:
        query = query.where(RawRevision.park_id.in_(list(park_ids)))
    return {park: (low, high) for park, low, high in connection.execute(query) if low is not None}


def read_observations(
    connection: Connection, park_ids: Collection[int], start: int, end: int | None
) -> pl.DataFrame:
    """The observations of ``park_ids`` from ``start`` until before ``end``, in Unix seconds.

    ``end`` of ``None`` means all since. Shape: ``metrics.frames.OBSERVATIONS``, in :data:`OBSERVATION_ORDER`.
    """
    if not park_ids:
        return pl.DataFrame(schema=OBSERVATIONS)
    snapshots = RideStatusSnapshot.__table__.c
    query: Select[*tuple[Any, ...]] = select(*(snapshots[name] for name in _COLUMNS)).where(
        snapshots.park_id.in_(list(park_ids)), snapshots.observed_at >= start
    )
    if end is not None:
        query = query.where(snapshots.observed_at < end)
    read = bulk.read_frame if connection.dialect.name == "sqlite" else _read_packed
    return read(connection, query).cast(OBSERVATIONS).sort(OBSERVATION_ORDER)


def _read_packed(connection: Connection, query: Select[*tuple[Any, ...]]) -> pl.DataFrame:
    """All-integer rows through ``GROUP_CONCAT``, one text per park and instant: ten times PyMySQL's pace.

    PyMySQL turns every single value into an object in Python; Polars reads them from text far faster.
    """
    connection.exec_driver_sql(f"SET SESSION group_concat_max_len = {_PACKED_BYTES}")
    rows = query.subquery("o")
    values = ", ".join(f"IFNULL(o.{name}, '')" for name in _COLUMNS)
    lines = literal_column(f"GROUP_CONCAT(CONCAT_WS(',', {values}) SEPARATOR '\\n')", String)
    packed = select(lines, func.count()).select_from(rows).group_by(rows.c.park_id, rows.c.observed_at)
    found = connection.execute(packed).all()
    if not found:
        return pl.DataFrame(schema=OBSERVATIONS)
    text = "\n".join(lines for lines, _ in found)
    frame = pl.read_csv(
        text.encode("ascii"),
        has_header=False,
        new_columns=_COLUMNS,
        schema_overrides=[pl.Int64] * len(_COLUMNS),
    )
    if frame.height != sum(count for _, count in found):
        raise StoreError(
            f"the server cut a reading off: {_PACKED_BYTES} bytes held less than one park's instant"
        )
    return frame
