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
from hallofshame.domain.words import Evidence, Origin
from hallofshame.store.models import (
    ParkDailyStats,
    ParkHourlyStats,
    ParkMonthlyStats,
    RideDailyStats,
    RideHourlyStats,
    RideMonthlyStats,
)
from hallofshame.store.reports.ranges import Grain, decompose
from hallofshame.store.reports.sums import ParkTotals, RideTally, RideTotals, park_columns, ride_columns


@dataclass(frozen=True, slots=True)
class ParkDay:
    """One park-day: its counters, its open windows (Unix seconds) with their evidence, its rides."""

    day: dt.date
    totals: ParkTotals
    windows: tuple[tuple[int, int], ...]
    evidence: Evidence
    origin: Origin
    tally: RideTally


@dataclass(frozen=True, slots=True)
class ScoreShare:
    """What one ride contributes to its park's score: seconds on the days it was eligible."""

    ride_id: int
    downtime: int
    exposure: int
    eligible_days: int


def park_hours(connection: Connection, park_id: int, day: dt.date) -> dict[int, ParkTotals]:
    """The park's hours of one local day, by the instant at which each begins."""
    query = select(ParkHourlyStats.hour, *park_columns(ParkHourlyStats)).where(
        ParkHourlyStats.park_id == park_id, ParkHourlyStats.day == day
    )
    return {row[0]: ParkTotals.of(row[1:]) for row in connection.execute(query)}


def park_hour_tallies(connection: Connection, park_id: int, day: dt.date) -> dict[int, RideTally]:
    """How many of the day's eligible rides had a row, operated and lost time in each hour."""
    hourly, daily = RideHourlyStats, RideDailyStats
    query = (
        select(
            hourly.hour,
            func.count(),
            func.sum(case((hourly.operating > 0, 1), else_=0)),
            func.sum(case((hourly.downtime > 0, 1), else_=0)),
        )
        .join(
            daily,
            (daily.park_id == hourly.park_id) & (daily.day == hourly.day) & (daily.ride_id == hourly.ride_id),
        )
        .where(hourly.park_id == park_id, hourly.day == day, daily.eligible == 1)
        .group_by(hourly.hour)
    )
    return {row[0]: RideTally(*(int(value) for value in row[1:])) for row in connection.execute(query)}


def ride_hours(connection: Connection, park_id: int, ride_id: int, day: dt.date) -> dict[int, RideTotals]:
    """One ride's hours of one local day, by the instant at which each begins."""
    query = select(RideHourlyStats.hour, *ride_columns(RideHourlyStats), literal(0)).where(
        RideHourlyStats.park_id == park_id,
        RideHourlyStats.day == day,
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
        *park_columns(model),
        model.window_seconds,
    ).where(model.park_id == park_id, model.day.between(days.start, days.end))
    return {
        row[0]: ParkDay(
            day=row[0],
            windows=tuple((int(start), int(end)) for start, end in json.loads(row[1])),
            evidence=Evidence(row[2]),
            origin=Origin(row[3]),
            tally=RideTally(row[4], row[5], row[6]),
            totals=ParkTotals.of(row[7:]),
        )
        for row in connection.execute(query)
    }


def ride_days(
    connection: Connection, park_id: int, ride_id: int, days: DayRange
) -> dict[dt.date, RideTotals]:
    """One ride's days that have a row, by date."""
    model = RideDailyStats
    query = select(model.day, *ride_columns(model), model.eligible).where(
        model.park_id == park_id, model.ride_id == ride_id, model.day.between(days.start, days.end)
    )
    return {row[0]: RideTotals.of(row[1:]) for row in connection.execute(query)}


def park_months(connection: Connection, park_id: int, days: DayRange) -> dict[dt.date, ParkTotals]:
    """The range by calendar month: whole months from their rows, cut-off months from their days."""
    found: dict[dt.date, list[ParkTotals]] = {}
    model = ParkMonthlyStats
    for piece in decompose(days, coarsest=Grain.MONTH):
        if piece.grain is Grain.DAY:
            for day, park_day in park_days(connection, park_id, DayRange(piece.start, piece.end)).items():
                found.setdefault(day.replace(day=1), []).append(park_day.totals)
            continue
        query = select(model.period_start, *park_columns(model), model.window_seconds).where(
            model.park_id == park_id, model.period_start.between(piece.start, piece.end)
        )
        for row in connection.execute(query):
            found.setdefault(row[0], []).append(ParkTotals.of(row[1:]))
    return {month: add_park_totals(parts) for month, parts in found.items()}


def ride_months(
    connection: Connection, park_id: int, ride_id: int, days: DayRange
) -> dict[dt.date, RideTotals]:
    """As :func:`park_months`, for one ride."""
    found: dict[dt.date, list[RideTotals]] = {}
    model = RideMonthlyStats
    for piece in decompose(days, coarsest=Grain.MONTH):
        if piece.grain is Grain.DAY:
            part = DayRange(piece.start, piece.end)
            for day, totals in ride_days(connection, park_id, ride_id, part).items():
                found.setdefault(day.replace(day=1), []).append(totals)
            continue
        query = select(model.period_start, *ride_columns(model), model.eligible_days).where(
            model.park_id == park_id,
            model.ride_id == ride_id,
            model.period_start.between(piece.start, piece.end),
        )
        for row in connection.execute(query):
            found.setdefault(row[0], []).append(RideTotals.of(row[1:]))
    return {month: add_ride_totals(parts) for month, parts in found.items()}


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


def score_shares(connection: Connection, park_id: int, days: DayRange) -> list[ScoreShare]:
    """What each ride contributes to the park's score in a range, from the days on which it was in E (R6, R8).

    Months hold no split by eligibility, so this reads days, whatever the range.
    """
    model = RideDailyStats
    query = (
        select(
            model.ride_id,
            func.sum(model.downtime),
            func.sum(model.operating + model.down + model.closed),
            func.count(),
        )
        .where(model.park_id == park_id, model.day.between(days.start, days.end), model.eligible == 1)
        .group_by(model.ride_id)
    )
    return [ScoreShare(*(int(value) for value in row)) for row in connection.execute(query)]
