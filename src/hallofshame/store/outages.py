"""Whole outages in the store: put together anew wherever a part of one changed (R9)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

import polars as pl
from sqlalchemy import Connection, func, select

from hallofshame.metrics import METRICS_VERSION
from hallofshame.metrics.outages import BRIDGED_SECONDS, PARTS, stitch
from hallofshame.store import bulk
from hallofshame.store.models import ParkDailyStats, RideOutage, RideOutagePart

ONE_DAY = dt.timedelta(days=1)


def restitch(connection: Connection, days: Iterable[tuple[int, dt.date]]) -> int:
    """Rewrite the outages that touch the park-days ``days`` from their parts; returns rows changed."""
    spans: dict[int, list[dt.date]] = defaultdict(list)
    for park_id, day in days:
        spans[park_id].append(day)
    same: dict[tuple[dt.date, dt.date], list[int]] = defaultdict(list)
    for park_id, changed in spans.items():
        same[min(changed), max(changed)].append(park_id)
    return sum(_restitch(connection, parks, *span) for span, parks in same.items())


def _restitch(connection: Connection, parks: list[int], first: dt.date, last: dt.date) -> int:
    parts, first, last = _parts_around(connection, parks, first, last)
    parts = _ongoing_only_on_the_latest_day(connection, parks, parts)
    whole = stitch(parts.cast(PARTS) if parts.height else parts).with_columns(
        metrics_version=pl.lit(METRICS_VERSION)
    )
    table = RideOutage.__table__
    stored = bulk.read_frame(
        connection,
        select(table).where(RideOutage.park_id.in_(parks), RideOutage.day.between(first, last)),
    )
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
    )
    return (
        parts.join(latest, on="park_id", how="left")
        .with_columns(ongoing=pl.col("ongoing") & (pl.col("day") == pl.col("latest")))
        .drop("latest")
    )


def _parts_around(
    connection: Connection, parks: list[int], first: dt.date, last: dt.date
) -> tuple[pl.DataFrame, dt.date, dt.date]:
    """The parts of ``first`` to ``last`` and of as many days around as outages run across midnight."""
    table = RideOutagePart.__table__
    columns = [table.c[name] for name in PARTS]
    first, last = first - ONE_DAY, last + ONE_DAY
    while True:
        parts = bulk.read_numbers(
            connection,
            select(*columns).where(
                RideOutagePart.park_id.in_(parks),
                RideOutagePart.day.between(first - ONE_DAY, last + ONE_DAY),
            ),
        ).sort("ride_id", "started_at")
        joined = parts.filter(
            (pl.col("ride_id") == pl.col("ride_id").shift())
            & (pl.col("day") != pl.col("day").shift())
            & (pl.col("started_at") - pl.col("ended_at").shift() <= BRIDGED_SECONDS)
        )
        before = joined.filter(pl.col("day") == first).height > 0
        after = joined.filter(pl.col("day") == last + ONE_DAY).height > 0
        if not before and not after:
            inside = parts.filter(pl.col("day").is_between(first, last))
            return (
                inside.with_columns(pl.col("ongoing", "at_opening", "at_closing", "park_wide") > 0),
                first,
                last,
            )
        first -= ONE_DAY if before else dt.timedelta()
        last += ONE_DAY if after else dt.timedelta()
