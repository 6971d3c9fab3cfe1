"""The raw record: what the feeds said. Every write here may be repeated; the second time nothing changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import ColumnElement, Connection, Row, String, cast, func, select

from hallofshame.domain.errors import StoreError
from hallofshame.domain.words import Origin
from hallofshame.metrics.frames import OBSERVATIONS, collect
from hallofshame.store import bulk
from hallofshame.store.history import ledger, marks
from hallofshame.store.models import (
    Base,
    FeedPoll,
    ParkActivitySnapshot,
    QueueData,
    RawRevision,
    RideStatusSnapshot,
)

OBSERVATION_ORDER = ("park_id", "ride_id", "observed_at", "origin")
"""How frames of observations are sorted."""

_INSTANTS_AT_ONCE = 5_000
_PACKED_BYTES = 8_000_000
_WAIT_SHIFT = 2**15 + 1
_WAIT_SIZE = 2**17


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
    rows = frame.select(OBSERVATIONS.names()).sort("park_id", "observed_at", "ride_id", "origin")
    new_rows = _insert_marked(connection, RideStatusSnapshot, rows)
    parks = rows["park_id"].unique().to_list() if new_rows else []
    return Written(new_rows, bump_raw_revision(connection, parks))


def insert_snapshots(connection: Connection, frame: pl.DataFrame) -> int:
    """:func:`write_snapshots` for those who only need the number of new rows."""
    return write_snapshots(connection, frame).new_rows


def rewrite(connection: Connection, snapshots: pl.DataFrame, queues: pl.DataFrame) -> None:
    """Put rows in the place of those with the same keys: a source has corrected what it said.

    In the columns of ``metrics.frames.OBSERVATIONS`` and of ``queue_data``. Sealed files keep what they held
    until they are sealed anew, and the rows here count before theirs.
    """
    rows = snapshots.select(OBSERVATIONS.names()).sort("park_id", "observed_at", "ride_id", "origin")
    bulk.upsert(connection, RideStatusSnapshot, rows)
    bulk.upsert(connection, QueueData, queues)
    marks.mark_changed(connection, rows.select("park_id", "observed_at"))
    marks.mark_changed(connection, queues.select("park_id", "observed_at"))
    bump_raw_revision(connection, rows["park_id"].unique().to_list())


def remove_live(connection: Connection, instants: pl.DataFrame) -> None:
    """Take live rows out of SQL: those at ``instants`` (``park_id``, ``observed_at`` in Unix seconds).

    Their queues and cycles go with them; what the event log says of the same instants stays.
    """
    keys = instants.select("park_id", "observed_at").unique().sort("park_id", "observed_at").cast(pl.Int64)
    live = keys.with_columns(origin=pl.lit(int(Origin.LIVE), pl.Int64))
    bulk.delete_keys(connection, RideStatusSnapshot, live)
    bulk.delete_keys(connection, QueueData, keys)
    bulk.delete_keys(connection, ParkActivitySnapshot, keys)
    marks.mark_changed(connection, keys)
    bump_raw_revision(connection, keys["park_id"].unique().to_list())


def insert_queues(connection: Connection, frame: pl.DataFrame) -> int:
    """Insert rows of ``queue_data`` that are not there yet; returns how many were new."""
    return _insert_marked(connection, QueueData, frame)


def insert_activity(connection: Connection, frame: pl.DataFrame) -> int:
    """Insert rows of ``park_activity_snapshots`` that are not there yet; returns how many were new."""
    return _insert_marked(connection, ParkActivitySnapshot, frame)


def insert_polls(connection: Connection, frame: pl.DataFrame) -> int:
    """Append rows of ``feed_polls`` (without ``poll_id``); returns how many. Each call adds rows."""
    marks.mark_changed(connection, frame)
    return bulk.insert(connection, FeedPoll, frame)


def _insert_marked(connection: Connection, table: type[Base], frame: pl.DataFrame) -> int:
    """Insert rows that are not there yet and mark their days for the history; returns how many were new."""
    new_rows = bulk.insert_ignore(connection, table, frame)
    if new_rows:
        marks.mark_changed(connection, frame)
    return new_rows


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
    """First and last ``observed_at`` (Unix seconds) of each park (of ``park_ids``) that has any.

    Of the whole record: also of what only sealed history files hold.
    """
    snapshots = RideStatusSnapshot
    # One look at either end of the key per park: a GROUP BY would read every row, and so would MariaDB for
    # a MIN or MAX that depends on an outer row.
    first, last = (
        select(snapshots.observed_at)
        .where(snapshots.park_id == RawRevision.park_id)
        .order_by(end)
        .limit(1)
        .correlate(RawRevision)
        .scalar_subquery()
        for end in (snapshots.observed_at.asc(), snapshots.observed_at.desc())
    )
    query = select(RawRevision.park_id, first, last)
    if park_ids is not None:
        query = query.where(RawRevision.park_id.in_(list(park_ids)))
    found = {park: (low, high) for park, low, high in connection.execute(query) if low is not None}
    for park, (low, high) in ledger.sealed_range(connection, park_ids).items():
        first, last = found.get(park, (low, high))
        found[park] = min(first, low), max(last, high)
    return found


def read_observations(
    connection: Connection, park_ids: Collection[int], start: int, end: int | None
) -> pl.DataFrame:
    """The observations of ``park_ids`` from ``start`` until before ``end``, in Unix seconds.

    ``end`` of ``None`` means all since. Shape: ``metrics.frames.OBSERVATIONS``, in :data:`OBSERVATION_ORDER`.
    """
    if not park_ids:
        return pl.DataFrame(schema=OBSERVATIONS)
    rows = RideStatusSnapshot
    chosen = rows.park_id.in_(list(park_ids)) & (rows.observed_at >= start)
    if end is not None:
        chosen &= rows.observed_at < end
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SET SESSION group_concat_max_len = {_PACKED_BYTES}")
    # One text per park and instant, in which a row is two integers: several times the pace of fetching rows,
    # because the drivers make an object in Python of every value and Polars reads them from text.
    result = connection.execute(
        select(rows.park_id, rows.observed_at, func.count(), func.aggregate_strings(_packed_row(), "\n"))
        .where(chosen)
        .group_by(rows.park_id, rows.observed_at)
    )
    frames = [pl.DataFrame(schema=OBSERVATIONS), *map(_unpacked, result.partitions(_INSTANTS_AT_ONCE))]
    return in_order(pl.concat(frames))


def in_order(frame: pl.DataFrame) -> pl.DataFrame:
    """Observations, no two of one key, in :data:`OBSERVATION_ORDER`.

    The key is put into one integer where it fits: sorting by it takes a tenth of the time that sorting by
    four columns does, and to see that they are in order already takes a fraction of that.
    """
    if frame.is_empty():
        return frame
    names = OBSERVATION_ORDER
    least, most = (getattr(frame.select(names), edge)().row(0) for edge in ("min", "max"))
    key, room = pl.lit(0, pl.Int64), 1
    for name, low, high in zip(names, least, most, strict=True):
        size = high - low + 1
        key, room = key * size + (pl.col(name).cast(pl.Int64) - low), room * size
    if room >= 2**63:
        return frame.sort(OBSERVATION_ORDER)
    keyed = frame.with_columns(key=key)
    return frame if keyed["key"].is_sorted() else keyed.sort("key").drop("key")


def _packed_row() -> ColumnElement[str]:
    """``ride_id`` and, in one integer, what :func:`_unpacked` takes apart; 0 stands for null."""
    rows = RideStatusSnapshot
    packed: ColumnElement[int] = func.coalesce(rows.cadence_seconds + 1, 0)
    for value, size in (
        (rows.stale, 2),
        (rows.feed, 256),
        (rows.origin, 256),
        (func.coalesce(rows.status + 1, 0), 512),
        (func.coalesce(rows.wait_minutes + _WAIT_SHIFT, 0), _WAIT_SIZE),
    ):
        packed = packed * size + value
    return cast(rows.ride_id, String).concat(",").concat(cast(packed, String))


def _unpacked(instants: Sequence[Row[int, int, int, str]]) -> pl.DataFrame:
    park_ids, times, counts, texts = zip(*instants, strict=True)
    found = pl.read_csv(
        "\n".join(texts).encode("ascii"),
        has_header=False,
        new_columns=["ride_id", "packed"],
        schema_overrides=[pl.Int64, pl.Int64],
    )
    if found.height != sum(counts):
        raise StoreError(f"the server cut a reading off: one instant of a park is over {_PACKED_BYTES} bytes")
    each = pl.LazyFrame({"park_id": park_ids, "observed_at": times, "count": counts})
    keys = each.select(pl.col("park_id", "observed_at").repeat_by("count").explode())
    rest = pl.col("packed")
    wait, rest = rest % _WAIT_SIZE, rest // _WAIT_SIZE
    status, rest = rest % 512, rest // 512
    origin, rest = rest % 256, rest // 256
    feed, rest = rest % 256, rest // 256
    stale, cadence = rest % 2, rest // 2
    values = found.lazy().select(
        "ride_id",
        origin=origin,
        status=pl.when(status > 0).then(status - 1),
        wait_minutes=pl.when(wait > 0).then(wait - _WAIT_SHIFT),
        feed=feed,
        stale=stale,
        cadence_seconds=pl.when(cadence > 0).then(cadence - 1),
    )
    both = pl.concat([keys, values], how="horizontal")
    return collect(both.select(OBSERVATIONS.names()).cast(OBSERVATIONS))
