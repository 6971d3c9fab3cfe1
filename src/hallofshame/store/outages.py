"""Whole outages in the store: put together anew wherever a part of one changed (R9)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable

import polars as pl
from sqlalchemy import Connection, func, select

from hallofshame.domain.rules import BRIDGED_NIGHTS_SECONDS, DAY_SECONDS
from hallofshame.domain.words import EndedBy
from hallofshame.metrics import METRICS_VERSION
from hallofshame.metrics.outages import PARTS
from hallofshame.metrics.stitching import joins_the_part_before, silent_between, stitch
from hallofshame.store import bulk, packed
from hallofshame.store.models import ParkDailyStats, RideDailyStats, RideOutage, RideOutagePart

ONE_DAY = dt.timedelta(days=1)
REACH = dt.timedelta(days=BRIDGED_NIGHTS_SECONDS // DAY_SECONDS + 1)
"""Two parts of one outage lie on days no further apart than this."""

_FLAGS = [name for name, kind in PARTS.items() if kind == pl.Boolean]


def restitch(
    connection: Connection, days: Iterable[tuple[int, dt.date]], ride_ids: Collection[int] | None = None
) -> int:
    """Rewrite the outages that touch the park-days ``days`` from their parts; returns rows changed.

    ``ride_ids``: those of these rides alone.
    """
    spans: dict[int, list[dt.date]] = defaultdict(list)
    for park_id, day in days:
        spans[park_id].append(day)
    same: dict[tuple[dt.date, dt.date], list[int]] = defaultdict(list)
    for park_id, changed in spans.items():
        same[min(changed), max(changed)].append(park_id)
    return sum(_restitch(connection, parks, *span, ride_ids) for span, parks in same.items())


def rides_still_down(connection: Connection, park_ids: Collection[int]) -> set[int]:
    """The rides of these parks with an outage that has not ended."""
    query = select(RideOutage.ride_id).where(RideOutage.park_id.in_(park_ids), RideOutage.ended_at.is_(None))
    return set(connection.execute(query).scalars())


def _restitch(
    connection: Connection,
    parks: list[int],
    first: dt.date,
    last: dt.date,
    ride_ids: Collection[int] | None,
) -> int:
    parts, heard, first, last = _parts_around(connection, parks, first, last, ride_ids)
    parts = _ongoing_only_on_the_latest_day(connection, parks, parts)
    whole = stitch(parts, heard).with_columns(metrics_version=pl.lit(METRICS_VERSION))
    table = RideOutage.__table__
    query = select(table).where(RideOutage.park_id.in_(parks), RideOutage.day.between(first, last))
    if ride_ids is not None:
        query = query.where(RideOutage.ride_id.in_(ride_ids))
    stored = packed.read_groups(connection, query, ["park_id", "day"])
    new = whole.select(pl.col(name).cast(dtype) for name, dtype in stored.schema.items())
    put = new.join(stored, on=stored.columns, how="anti", nulls_equal=True)
    gone = stored.join(new, on=["ride_id", "started_at"], how="anti")
    bulk.upsert(connection, RideOutage, put)
    bulk.delete_keys(connection, RideOutage, gone.select("ride_id", "started_at"))
    return put.height + gone.height


def _ongoing_only_on_the_latest_day(
    connection: Connection, parks: list[int], parts: pl.DataFrame
) -> pl.DataFrame:
    """A ride is still down only if nothing was observed later; before that its record just broke off."""
    latest = bulk.read_frame(
        connection,
        select(ParkDailyStats.park_id, func.max(ParkDailyStats.day).label("latest"))
        .where(ParkDailyStats.park_id.in_(parks))
        .group_by(ParkDailyStats.park_id),
    ).cast({"park_id": pl.Int32})
    broke_off = pl.col("ongoing") & (pl.col("day") < pl.col("latest"))
    return (
        parts.join(latest, on="park_id", how="left")
        .with_columns(
            ongoing=pl.col("ongoing") & ~broke_off.fill_null(value=False),
            ended_by=pl.when(broke_off & ~pl.col("goes_on"))
            .then(pl.lit(EndedBy.LOST.value))
            .otherwise("ended_by"),
        )
        .drop("latest")
    )


def _parts_around(
    connection: Connection,
    parks: list[int],
    first: dt.date,
    last: dt.date,
    ride_ids: Collection[int] | None,
) -> tuple[pl.DataFrame, pl.DataFrame, dt.date, dt.date]:
    """The parts of ``first`` to ``last`` and of as many days around as their outages run.

    With them the days on which their rides were heard (for :func:`stitch`), and the first and last day.
    """
    first, last = first - REACH, last + REACH
    # Where outages follow one another over many midnights, twice as much is read each time, not a day more.
    around = REACH
    while True:
        low, high = first - around, last + around
        parts = _read_parts(connection, parks, low, high, ride_ids)
        heard = _heard(connection, parks, parts)
        joined = parts.with_columns(since=pl.col("day").shift()).filter(
            joins_the_part_before(silent_between(parts, heard))
        )
        first, last = _with_whole_outages(joined, first, last)
        if low <= first - REACH and last + REACH <= high:
            return parts.filter(pl.col("day").is_between(first, last)), heard, first, last
        around *= 2


def _with_whole_outages(joined: pl.DataFrame, first: dt.date, last: dt.date) -> tuple[dt.date, dt.date]:
    """``first`` and ``last`` moved so far apart that no outage reaches over them.

    ``joined``: ``since, day`` of the days of every part that goes on, and of the one before it.
    """
    pairs = sorted(joined.select("day", "since").unique().iter_rows())
    for day, since in reversed(pairs):
        if since < first <= day:
            first = since
    for day, since in pairs:
        if since <= last < day:
            last = day
    return first, last


def _read_parts(
    connection: Connection,
    parks: list[int],
    first: dt.date,
    last: dt.date,
    ride_ids: Collection[int] | None,
) -> pl.DataFrame:
    """Stored parts of these days: shape ``PARTS``, sorted by (ride_id, started_at)."""
    table = RideOutagePart.__table__
    query = select(*(table.c[name] for name in PARTS)).where(
        RideOutagePart.park_id.in_(parks), RideOutagePart.day.between(first, last)
    )
    if ride_ids is not None:
        query = query.where(RideOutagePart.ride_id.in_(ride_ids))
    found = packed.read_groups(connection, query, ["park_id", "day"])
    return found.with_columns(pl.col(_FLAGS) > 0).cast(PARTS).sort("ride_id", "started_at")


def _heard(connection: Connection, parks: list[int], parts: pl.DataFrame) -> pl.DataFrame:
    """On which days between two parts that are more than a day apart something was heard of the ride."""
    empty = pl.DataFrame(schema={"ride_id": pl.Int32, "day": pl.Date})
    apart = parts.select(
        "ride_id", "day", "by_down", "at_opening", since=pl.col("day").shift().over("ride_id")
    ).filter(
        pl.col("by_down")
        & pl.col("at_opening")
        & ((pl.col("day") - pl.col("since")).dt.total_days().is_between(2, REACH.days))
    )
    if apart.is_empty():
        return empty
    table = RideDailyStats
    query = select(table.ride_id, table.day).where(
        table.park_id.in_(parks),
        table.ride_id.in_(apart["ride_id"].unique().to_list()),
        table.day.between(apart["since"].min(), apart["day"].max()),
        table.observed > 0,
    )
    return bulk.read_frame(connection, query).cast({"ride_id": pl.Int32})
