"""Gathers what park-days depend on and hands it to the kernel (design §1)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, case, func, select

from hallofshame.domain.localtime import day_bounds, zone
from hallofshame.domain.rules import LOOKBACK_DAYS, SECONDS_AFTER, SECONDS_BEFORE
from hallofshame.domain.signals import NO_SIGNAL, SignalHistory
from hallofshame.domain.words import TIER_WEIGHTS, BreakdownSignal
from hallofshame.metrics import frames
from hallofshame.metrics.parkday import ParkDayInputs
from hallofshame.store import bulk, ride_hours, schedules, signals
from hallofshame.store.decisions import merged_rides
from hallofshame.store.derived import table_of
from hallofshame.store.models import Park, ParkDailyStats, Ride, RideClassification, RideDailyStats
from hallofshame.store.observations import ObservationCache
from hallofshame.store.ride_types import is_ride, is_ride_number, rides_and_types

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ParkZone:
    """What the pipeline needs to know of a park to place and judge its days.

    ``signals``: what ThemeParks.wiki, or the event log that it keeps, can tell of the park by date (R5).
    """

    park_id: int
    timezone: str
    signals: SignalHistory


def park_zones(connection: Connection) -> dict[int, ParkZone]:
    """Every park's zone and signals."""
    known = signals.histories(connection)
    return {
        park_id: ParkZone(park_id, timezone, known.get(park_id, NO_SIGNAL))
        for park_id, timezone in connection.execute(select(Park.park_id, Park.timezone))
    }


def days_frame(park_days: Sequence[tuple[int, dt.date]], zones: dict[int, ParkZone]) -> pl.DataFrame:
    """Park-days with their bounds: shape ``DAYS``."""
    rows = [
        (
            park_id,
            day,
            *day_bounds(day, zones[park_id].timezone),
            zones[park_id].signals.on(day) is BreakdownSignal.DOWN,
        )
        for park_id, day in park_days
    ]
    return pl.DataFrame(rows, schema=frames.DAYS, orient="row")


def gather(
    connection: Connection, cache: ObservationCache, park_days: Sequence[tuple[int, dt.date]]
) -> ParkDayInputs:
    """The inputs of ``park_days`` as the store has them now."""
    zones = park_zones(connection)
    days = days_frame(park_days, zones)
    park_ids = sorted({park_id for park_id, _ in park_days})
    start, end = days.select(
        pl.col("day_start").min() - SECONDS_BEFORE, pl.col("day_end").max() + SECONDS_AFTER
    ).row(0)
    first, last = min(day for _, day in park_days), max(day for _, day in park_days)
    observations = cache.load(connection, park_ids, start, end)
    if merged := merged_rides(connection, park_ids):
        # What is left under them was said beside the ride that they are (R14).
        observations = observations.filter(~pl.col("ride_id").is_in(list(merged)))
    return ParkDayInputs(
        observations=observations,
        parks=parks_frame(zones, park_ids, first),
        rides=rides_frame(connection, park_ids),
        days=days,
        schedules=schedules.entries(connection, park_ids, first - ONE_DAY, last).cast(frames.SCHEDULES),
        ride_hours=ride_hours.entries(connection, park_ids, first - 2 * ONE_DAY, last + ONE_DAY).cast(
            frames.RIDE_HOURS
        ),
        history=_history(connection, days),
        neighbours=_neighbours(connection, park_days, zones),
    )


def parks_frame(zones: dict[int, ParkZone], park_ids: Sequence[int], day: dt.date) -> pl.DataFrame:
    """Each park as the kernel takes it: shape ``PARKS``."""
    rows = [
        (park_id, _hour_shift(zones[park_id].timezone, day), zones[park_id].timezone) for park_id in park_ids
    ]
    return pl.DataFrame(rows, schema=frames.PARKS, orient="row")


def _hour_shift(timezone: str, day: dt.date) -> int:
    """Seconds by which the zone's hours are off the UTC hours: 1800 in India, 0 in Rome.

    It is the same all year but on Lord Howe Island, whose clocks move by half an hour.
    """
    offset = dt.datetime.combine(day, dt.time(12), zone(timezone)).utcoffset() or dt.timedelta()
    return int(offset.total_seconds()) % 3600


def rides_frame(connection: Connection, park_ids: Sequence[int]) -> pl.DataFrame:
    """Every ride of the parks with its weight and whether it counts as one (R6, R8): shape ``RIDES``."""
    found = bulk.read_numbers(
        connection,
        select(
            Ride.ride_id,
            Ride.park_id,
            is_ride_number().label("is_ride"),
            RideClassification.tier,
        )
        .outerjoin(RideClassification, RideClassification.ride_id == Ride.ride_id)
        .outerjoin(*rides_and_types())
        .where(Ride.park_id.in_(park_ids)),
    )
    weight = pl.col("tier").replace_strict(
        {tier: weight for tier, weight in TIER_WEIGHTS.items() if tier is not None},
        default=TIER_WEIGHTS[None],
        return_dtype=pl.Int64,
    )
    return found.select("ride_id", "park_id", is_ride=pl.col("is_ride") > 0, weight=weight).cast(frames.RIDES)


def _neighbours(
    connection: Connection, park_days: Sequence[tuple[int, dt.date]], zones: dict[int, ParkZone]
) -> pl.DataFrame:
    """How the park-days are joined to those beside them that are not asked for: shape ``NEIGHBOURS``."""
    asked = set(park_days)
    beside = {(park_id, day + step) for park_id, day in asked for step in (-ONE_DAY, ONE_DAY)} - asked
    windows = _stored_windows(connection, beside)
    rows = []
    for park_id, day in park_days:
        start, end = day_bounds(day, zones[park_id].timezone)
        before = next(
            (begin for begin, until in windows.get((park_id, day - ONE_DAY), ()) if until == start), None
        )
        midnight_before = day_bounds(day - ONE_DAY, zones[park_id].timezone)[0]
        next_opens = any(begin == end for begin, _ in windows.get((park_id, day + ONE_DAY), ()))
        if before is not None or next_opens:
            opens = before is not None and before > midnight_before
            rows.append((park_id, day, before, opens, next_opens))
    return pl.DataFrame(rows, schema=frames.NEIGHBOURS, orient="row")


def _stored_windows(
    connection: Connection, park_days: set[tuple[int, dt.date]]
) -> dict[tuple[int, dt.date], list[tuple[int, int]]]:
    """The stored open windows of those of the park-days that touch a midnight with one."""
    if not park_days:
        return {}
    model = ParkDailyStats
    parks = {park_id for park_id, _ in park_days}
    days = {day for _, day in park_days}
    query = select(model.park_id, model.day, model.windows).where(
        model.park_id.in_(parks), model.day.between(min(days), max(days)), model.window_seconds > 0
    )
    return {
        (park_id, day): json.loads(windows)
        for park_id, day, windows in connection.execute(query)
        if (park_id, day) in park_days
    }


def _history(connection: Connection, days: pl.DataFrame) -> pl.DataFrame:
    """What rides did on the six days before each park-day that is not itself asked for."""
    asked = days.group_by("park_id").agg(
        first=pl.col("day").min(), last=pl.col("day").max(), count=pl.len().cast(pl.Int64)
    )
    length = (pl.col("last") - pl.col("first")).dt.total_days() + 1
    gapless = asked.filter(pl.col("count") == length)
    found = [
        _latest_before(connection, group["park_id"].to_list(), first)
        for (first,), group in gapless.partition_by("first", as_dict=True).items()
    ]
    scattered = asked.filter(pl.col("count") != length)
    if scattered.height:
        found.append(_all_between(connection, scattered, days))
    return pl.concat([frames.empty(frames.HISTORY), *found])


def _latest_before(connection: Connection, park_ids: list[int], first: dt.date) -> pl.DataFrame:
    """The latest of the six days before ``first`` on which each ride operated, or posted a wait.

    Enough for park-days from ``first`` on without a gap: a ride belongs to the sets of such a day if that
    latest day is within six days of it.
    """
    table = table_of(RideDailyStats)
    rows = bulk.read_numbers(
        connection,
        select(
            table.c.park_id,
            table.c.ride_id,
            func.max(case((table.c.operated_any > 0, table.c.day))).label("any_day"),
            func.max(case((table.c.operating > 0, table.c.day))).label("open_day"),
            func.max(case((table.c.posted > 0, table.c.day))).label("posted_day"),
        )
        .join(Ride, Ride.ride_id == table.c.ride_id)
        .outerjoin(*rides_and_types())
        .where(
            table.c.park_id.in_(park_ids),
            table.c.day.between(first - LOOKBACK_DAYS * ONE_DAY, first - ONE_DAY),
            is_ride(),
        )
        .group_by(table.c.park_id, table.c.ride_id),
    )
    return pl.concat(
        [
            rows.select(
                "park_id",
                pl.col(column).cast(pl.Date).alias("day"),
                "ride_id",
                operated_any=pl.lit(value=column == "any_day"),
                operated=pl.lit(value=column == "open_day"),
                posted=pl.lit(value=column == "posted_day"),
            ).filter(pl.col("day").is_not_null())
            for column in ("any_day", "open_day", "posted_day")
        ]
    ).cast(frames.HISTORY)


def _all_between(connection: Connection, asked: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Every day on which rides operated around park-days with gaps between them."""
    table = table_of(RideDailyStats)
    since, until = asked["first"].min(), asked["last"].max()
    assert isinstance(since, dt.date)  # noqa: S101 - narrows the type; the caller has checked that rows exist
    rows = bulk.read_numbers(
        connection,
        select(
            table.c.park_id,
            table.c.day,
            table.c.ride_id,
            table.c.operated_any,
            table.c.operating,
            table.c.posted,
        )
        .join(Ride, Ride.ride_id == table.c.ride_id)
        .outerjoin(*rides_and_types())
        .where(
            table.c.park_id.in_(asked["park_id"].to_list()),
            table.c.day.between(since - LOOKBACK_DAYS * ONE_DAY, until),
            is_ride(),
            (table.c.operated_any > 0) | (table.c.operating > 0) | (table.c.posted > 0),
        ),
    )
    return (
        rows.select(
            "park_id",
            "day",
            "ride_id",
            operated_any=pl.col("operated_any") > 0,
            operated=pl.col("operating") > 0,
            posted=pl.col("posted") > 0,
        )
        .cast(frames.HISTORY)
        .join(days.select("park_id", "day"), on=["park_id", "day"], how="anti")
    )
