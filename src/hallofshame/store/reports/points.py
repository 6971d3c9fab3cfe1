"""Chart points: the rows behind the sums. An hour, day or month without a row is absent, never 0."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, case, func, literal, select

from hallofshame.domain.counters import PARK_SUMS, RIDE_SUMS
from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Evidence, Feed, Origin
from hallofshame.store.day_counts import day_counts
from hallofshame.store.models import (
    ParkDailyStats,
    ParkHourlyStats,
    RideDailyStats,
    RideHourlyStats,
)
from hallofshame.store.reports.ranges import Grain, decompose, unit_start
from hallofshame.store.reports.sums import (
    PARK_TABLES,
    RIDE_TABLES,
    ParkTotals,
    RideTally,
    RideTotals,
    park_columns,
    ride_columns,
)


@dataclass(frozen=True, slots=True)
class ParkDay:
    """One park-day: its counters, its open windows (Unix seconds) with their evidence, its rides.

    ``feed``: through which most of it came, null where nothing was observed; ``other_seconds``: how much of
    what was observed came through the other one (R5).
    """

    day: dt.date
    totals: ParkTotals
    windows: tuple[tuple[int, int], ...]
    evidence: Evidence
    origin: Origin
    tally: RideTally
    judged_by_down: bool
    feed: Feed | None
    other_seconds: int


@dataclass(frozen=True, slots=True)
class ScoreContribution:
    """What one ride contributes to its park's score: seconds on the days it was eligible."""

    ride_id: int
    downtime: int
    exposure: int
    eligible_days: int


def park_hours(connection: Connection, park_id: int, days: DayRange) -> dict[int, ParkTotals]:
    """The park's open hours of some local days, by the instant at which each begins."""
    query = select(ParkHourlyStats.hour, *park_columns(ParkHourlyStats)).where(
        ParkHourlyStats.park_id == park_id,
        ParkHourlyStats.day.between(days.start, days.end),
        ParkHourlyStats.open > 0,
    )
    return {row[0]: ParkTotals.of(row[1:]) for row in connection.execute(query)}


def park_hour_tallies(connection: Connection, park_id: int, days: DayRange) -> dict[int, RideTally]:
    """How many of the day's eligible rides had a row, operated and lost time in each hour."""
    hourly, daily = RideHourlyStats, RideDailyStats
    # Asked hour by hour: joined, the planner may read all hours of a day anew for each of its rides.
    in_e = (
        select(literal(1))
        .where(
            daily.park_id == hourly.park_id,
            daily.day == hourly.day,
            daily.ride_id == hourly.ride_id,
            daily.eligible == 1,
        )
        .correlate(hourly)
        .exists()
    )
    query = (
        select(
            hourly.hour,
            func.count(),
            func.sum(case((hourly.operating > 0, 1), else_=0)),
            func.sum(case((hourly.downtime > 0, 1), else_=0)),
        )
        .where(hourly.park_id == park_id, hourly.day.between(days.start, days.end), in_e)
        .group_by(hourly.hour)
    )
    return {row[0]: RideTally(*(int(value) for value in row[1:])) for row in connection.execute(query)}


def ride_hours(connection: Connection, park_id: int, ride_id: int, days: DayRange) -> dict[int, RideTotals]:
    """One ride's hours of some local days, by the instant at which each begins."""
    query = select(RideHourlyStats.hour, *ride_columns(RideHourlyStats), literal(0)).where(
        RideHourlyStats.park_id == park_id,
        RideHourlyStats.day.between(days.start, days.end),
        RideHourlyStats.ride_id == ride_id,
    )
    return {row[0]: RideTotals.of(row[1:]) for row in connection.execute(query)}


def park_days(connection: Connection, park_id: int, days: DayRange) -> dict[dt.date, ParkDay]:
    """The park-days that have a row, by date."""
    model = ParkDailyStats
    query = select(
        model.day,
        model.windows,
        model.evidence,
        model.origin,
        model.eligible,
        model.rides_operated,
        model.rides_down,
        model.judged_by_down,
        model.observed_queue_times,
        *park_columns(model),
        model.window_seconds,
    ).where(model.park_id == park_id, model.day.between(days.start, days.end))
    return {row[0]: _park_day(tuple(row)) for row in connection.execute(query)}


def _park_day(row: tuple[Any, ...]) -> ParkDay:
    origin, through_queue_times, totals = Origin(row[3]), int(row[8]), ParkTotals.of(row[9:])
    if origin is not Origin.LIVE:
        main, other = (Feed.ARCHIVE if origin is Origin.ARCHIVE else Feed.TOURING_PLANS), 0
    elif 2 * through_queue_times > totals.observed:
        main, other = Feed.QUEUE_TIMES, totals.observed - through_queue_times
    else:
        main, other = Feed.THEMEPARKS_WIKI, through_queue_times
    return ParkDay(
        day=row[0],
        windows=tuple((int(start), int(end)) for start, end in json.loads(row[1])),
        evidence=Evidence(row[2]),
        origin=origin,
        tally=RideTally(row[4], row[5], row[6]),
        totals=totals,
        judged_by_down=bool(row[7]),
        feed=main if totals.observed else None,
        other_seconds=other,
    )


def park_evidence(connection: Connection, park_id: int, days: DayRange) -> dict[dt.date, Evidence]:
    """On what grounds each park-day that has a row was found open or closed (R4)."""
    model = ParkDailyStats
    query = select(model.day, model.evidence).where(
        model.park_id == park_id, model.day.between(days.start, days.end)
    )
    return {day: Evidence(evidence) for day, evidence in connection.execute(query)}


def park_stretches(
    connection: Connection, park_id: int, days: DayRange, grain: Grain
) -> dict[dt.date, ParkTotals]:
    """The range by day, week, month or year, by its first day.

    Whole ones come from their own rows, those that the range cuts off from finer ones.
    """
    found: dict[dt.date, list[ParkTotals]] = {}
    for piece in decompose(days, coarsest=grain):
        model, when = PARK_TABLES[piece.grain]
        closed = day_counts(model.__table__)["closed_days"]
        query = select(when, *park_columns(model), model.window_seconds, closed).where(
            model.park_id == park_id, when.between(piece.start, piece.end)
        )
        for row in connection.execute(query):
            found.setdefault(unit_start(row[0], grain), []).append(ParkTotals.of(row[1:]))
    return {start: add_park_totals(parts) for start, parts in found.items()}


def ride_stretches(
    connection: Connection, park_id: int, ride_id: int, days: DayRange, grain: Grain
) -> dict[dt.date, RideTotals]:
    """As :func:`park_stretches`, for one ride."""
    found: dict[dt.date, list[RideTotals]] = {}
    for piece in decompose(days, coarsest=grain):
        model, when, eligible = RIDE_TABLES[piece.grain]
        query = select(when, *ride_columns(model), eligible).where(
            model.park_id == park_id, model.ride_id == ride_id, when.between(piece.start, piece.end)
        )
        for row in connection.execute(query):
            found.setdefault(unit_start(row[0], grain), []).append(RideTotals.of(row[1:]))
    return {start: add_ride_totals(parts) for start, parts in found.items()}


def add_park_totals(parts: Iterable[ParkTotals]) -> ParkTotals:
    """The sum of several totals; the longest wait is the longest of them."""
    return ParkTotals(**_added(list(parts), (*PARK_SUMS, "window_seconds", "closed_days")))


def add_ride_totals(parts: Iterable[RideTotals]) -> RideTotals:
    """The sum of several totals; the longest wait is the longest of them."""
    return RideTotals(**_added(list(parts), (*RIDE_SUMS, "eligible_days")))


def _added(parts: list[Any], names: Iterable[str]) -> dict[str, Any]:
    summed: dict[str, Any] = {name: sum(getattr(part, name) for part in parts) for name in names}
    waits = [part.wait_max for part in parts if part.wait_max is not None]
    return summed | {"wait_max": max(waits, default=None)}


def score_shares(connection: Connection, park_id: int, days: DayRange) -> list[ScoreContribution]:
    """What each ride contributes to the park's score in a range, from the days on which it was in E (R6, R8).

    Months hold no split by eligibility, so this reads days, whatever the range.
    """
    model = RideDailyStats
    query = (
        select(
            model.ride_id,
            func.sum(model.downtime),
            func.sum(model.operating + model.downtime),
            func.count(),
        )
        .where(model.park_id == park_id, model.day.between(days.start, days.end), model.eligible == 1)
        .group_by(model.ride_id)
    )
    return [ScoreContribution(*(int(value) for value in row)) for row in connection.execute(query)]
