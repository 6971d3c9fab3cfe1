"""Chart points of parks and rides: hours of one day, days of a short range, months of a long one.

What was not observed is null, and ``state`` says why; nothing is filled in (R12).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from hallofshame.domain.localtime import day_bounds, from_unix, isoformat, zone
from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Evidence
from hallofshame.metrics import scores
from hallofshame.store.reports import points
from hallofshame.store.reports.catalogue import ParkInfo
from hallofshame.store.reports.running_day import Ahead, park_less, ride_less
from hallofshame.store.reports.sums import ParkTotals, RideTally, RideTotals
from hallofshame.web.envelope import Row
from hallofshame.web.reading import Reading

T = TypeVar("T")

HOUR_SECONDS = 3600
MAX_DAILY_POINTS = 92


class ChartGrain(StrEnum):
    """What one point stands for."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Chart:
    """Points in order of time."""

    grain: ChartGrain
    data: list[Row]


@dataclass(frozen=True, slots=True)
class _Slot:
    """One place on the axis. ``key`` finds its row, ``labels`` say when it is."""

    key: Any
    labels: Row
    start: int


def grain_of(days: DayRange) -> ChartGrain:
    """Hours for one day, days up to about a quarter, months beyond."""
    if days.days == 1:
        return ChartGrain.HOUR
    return ChartGrain.DAY if days.days <= MAX_DAILY_POINTS else ChartGrain.MONTH


def park_chart(reading: Reading, park: ParkInfo, days: DayRange) -> Chart:
    """A park's points; their counters add up to the row of the whole range."""
    connection, park_id, grain = reading.connection, park.park_id, grain_of(days)
    tallies: Mapping[Any, RideTally] = {}
    found: Mapping[Any, ParkTotals]
    evidence: dict[dt.date, Evidence] = {}
    if grain is ChartGrain.MONTH:
        found = points.park_months(connection, park_id, days)
    else:
        by_day = points.park_days(connection, park_id, days)
        evidence = {day: park_day.evidence for day, park_day in by_day.items()}
        found = {day: park_day.totals for day, park_day in by_day.items()}
        tallies = {day: park_day.tally for day, park_day in by_day.items()}
    if grain is ChartGrain.HOUR:
        found = points.park_hours(connection, park_id, days.start)
        tallies = points.park_hour_tallies(connection, park_id, days.start)
    state = _state_of(reading, days, evidence)
    ahead = reading.ahead_within(park_id, days)

    def so_far(slot: _Slot, totals: ParkTotals | None) -> ParkTotals | None:
        rest = _ahead_in(slot, ahead)
        return park_less(totals, ahead.eligible * rest) if totals and ahead and rest else totals

    slots = _slots(grain, days, park.timezone, found)
    pairs = [(slot, so_far(slot, found.get(slot.key))) for slot in slots]
    return Chart(
        grain,
        [
            slot.labels | {"state": state(slot, totals)} | _park_point(totals, tallies.get(slot.key))
            for slot, totals in pairs
        ],
    )


def ride_chart(reading: Reading, park: ParkInfo, ride_id: int, days: DayRange) -> Chart:
    """A ride's points; their counters add up to the row of the whole range."""
    connection, park_id, grain = reading.connection, park.park_id, grain_of(days)
    evidence: dict[dt.date, Evidence] = {}
    found: Mapping[Any, RideTotals]
    if grain is ChartGrain.MONTH:
        found = points.ride_months(connection, park_id, ride_id, days)
    else:
        by_day = points.park_days(connection, park_id, days)
        evidence = {day: park_day.evidence for day, park_day in by_day.items()}
        found = (
            points.ride_days(connection, park_id, ride_id, days)
            if grain is ChartGrain.DAY
            else points.ride_hours(connection, park_id, ride_id, days.start)
        )
    state = _state_of(reading, days, evidence)
    ahead = reading.ahead_within(park_id, days)

    def so_far(slot: _Slot, totals: RideTotals | None) -> RideTotals | None:
        rest = _ahead_in(slot, ahead)
        return ride_less(totals, rest) if totals and rest else totals

    slots = _slots(grain, days, park.timezone, found)
    pairs = [(slot, so_far(slot, found.get(slot.key))) for slot in slots]
    return Chart(
        grain,
        [slot.labels | {"state": state(slot, totals)} | _ride_point(totals) for slot, totals in pairs],
    )


def _ahead_in(slot: _Slot, ahead: Ahead | None) -> int:
    """Open seconds of the running day that lie ahead, as far as they fall into this place of the axis."""
    if ahead is None:
        return 0
    if not isinstance(slot.key, dt.date):
        return ahead.seconds(slot.start, slot.start + HOUR_SECONDS)
    running = ahead.day.replace(day=1) if "month" in slot.labels else ahead.day
    return ahead.seconds() if slot.key == running else 0


def hours_of(day: dt.date, timezone: str) -> list[int]:
    """The instants at which the hours of a local day begin: 23 to 25 of them."""
    start, end = day_bounds(day, timezone)
    return list(range(start, end, HOUR_SECONDS))


def _slots(grain: ChartGrain, days: DayRange, timezone: str, found: Mapping[Any, object]) -> list[_Slot]:
    if grain is ChartGrain.HOUR:
        # A stored hour off the grid (a zone that shifts by half an hour) is shown, never dropped.
        return [_hour_slot(hour, timezone) for hour in sorted({*hours_of(days.start, timezone), *found})]
    if grain is ChartGrain.DAY:
        return [_Slot(day, {"date": day.isoformat()}, day_bounds(day, timezone)[0]) for day in days.dates()]
    months: list[_Slot] = []
    month = days.start.replace(day=1)
    while month <= days.end:
        months.append(_Slot(month, {"month": f"{month:%Y-%m}"}, day_bounds(month, timezone)[0]))
        month = (month + dt.timedelta(days=32)).replace(day=1)
    return months


def _hour_slot(hour: int, timezone: str) -> _Slot:
    local = from_unix(hour).astimezone(zone(timezone))
    labels = {
        "hour": isoformat(hour),
        "local_hour": f"{local:%H:%M}",
        "utc_offset": f"{local:%z}"[:3] + ":" + f"{local:%z}"[3:5],
    }
    return _Slot(hour, labels, hour)


def _state_of(
    reading: Reading, days: DayRange, evidence: Mapping[dt.date, Evidence]
) -> Callable[[_Slot, ParkTotals | RideTotals | None], str]:
    """What a place shows: ``open``, ``closed``, ``no_data`` or, after the latest cycle, ``to_come``."""

    def state(slot: _Slot, totals: ParkTotals | RideTotals | None) -> str:
        if totals is not None and totals.observed > 0:
            return "open"
        if reading.data_as_of is not None and slot.start > reading.data_as_of:
            return "to_come"
        if totals is not None and totals.open > 0:
            return "no_data"
        is_hour = not isinstance(slot.key, dt.date)
        known = evidence.get(days.start if is_hour else slot.key, Evidence.NO_DATA)
        closed = known is not Evidence.NO_DATA if is_hour else known is Evidence.NO_ACTIVITY
        return "closed" if closed else "no_data"

    return state


def _park_point(totals: ParkTotals | None, tally: RideTally | None) -> Row:
    seen = totals if totals is not None and totals.observed > 0 else None
    counted = tally if seen is not None else None
    return {
        "shame_score": _or_null(
            seen, lambda of: scores.shame_score(of.weighted_downtime, of.weighted_exposure)
        ),
        "downtime_hours": _or_null(seen, lambda of: scores.downtime_hours(of.downtime)),
        "downtime_seconds": _or_null(seen, lambda of: of.downtime),
        "weighted_downtime": _or_null(seen, lambda of: of.weighted_downtime),
        "weighted_exposure": _or_null(seen, lambda of: of.weighted_exposure),
        "uptime_percent": _or_null(seen, lambda of: scores.uptime_percent(of.operating, of.downtime)),
        "rides_operating": counted.operating if counted else None,
        "rides_down": counted.down if counted else None,
        "average_wait_minutes": _or_null(
            seen, lambda of: scores.average_wait(of.wait_sum, of.wait_known, of.wait_max)
        ),
        "max_wait_minutes": _or_null(seen, lambda of: of.wait_max or None),
        "coverage_percent": _or_null(totals, lambda of: scores.coverage_percent(of.observed, of.open)),
    }


def _ride_point(totals: RideTotals | None) -> Row:
    seen = totals if totals is not None and totals.observed > 0 else None
    return {
        "uptime_percent": _or_null(seen, lambda of: scores.uptime_percent(of.operating, of.downtime)),
        "downtime_hours": _or_null(seen, lambda of: scores.downtime_hours(of.downtime)),
        "downtime_seconds": _or_null(seen, lambda of: of.downtime),
        "operating_seconds": _or_null(seen, lambda of: of.operating),
        "down_seconds": _or_null(seen, lambda of: of.down),
        "closed_seconds": _or_null(seen, lambda of: of.closed),
        "refurbishment_seconds": _or_null(seen, lambda of: of.refurbishment),
        "unobserved_seconds": _or_null(totals, lambda of: of.open - of.observed),
        "average_wait_minutes": _or_null(
            seen, lambda of: scores.average_wait(of.wait_sum, of.wait_known, of.wait_max)
        ),
        "max_wait_minutes": _or_null(seen, lambda of: of.wait_max or None),
        "coverage_percent": _or_null(totals, lambda of: scores.coverage_percent(of.observed, of.open)),
    }


def _or_null(value: T | None, figure: Callable[[T], float | None]) -> float | None:
    return None if value is None else figure(value)
