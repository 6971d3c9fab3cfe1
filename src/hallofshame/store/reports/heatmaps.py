"""Sums by local weekday and local hour (R1): when in the week a park or ride is down, busy or unwatched.

The database adds the hourly rows up; the local hour follows from the UTC offsets of the park's zone, so that
a day of 23 or 25 hours puts each of its hours where the clocks on the wall had it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, case, distinct, func, literal, select

from hallofshame.domain.counters import PARK_SUMS, RIDE_MAXIMA, RIDE_SUMS
from hallofshame.domain.localtime import day_bounds, utc_offsets
from hallofshame.domain.periods import DayRange
from hallofshame.domain.rules import DAY_SECONDS, HOUR_SECONDS
from hallofshame.store.models import ParkHourlyStats, RideHourlyStats
from hallofshame.store.reports.sums import ParkTotals, RideTotals

THURSDAY = 3
"""1 January 1970, counted from Monday = 0."""

Totals = TypeVar("Totals", ParkTotals, RideTotals)
Place = tuple[int, int]
"""Weekday (1 Monday to 7 Sunday) and local hour (0 to 23)."""


@dataclass(frozen=True, slots=True)
class Cell(Generic[Totals]):
    """What was counted in one local hour of one weekday; ``days`` is on how many days it was observed."""

    totals: Totals
    days: int


def park_heatmap(
    connection: Connection, park_id: int, days: DayRange, timezone: str
) -> dict[Place, Cell[ParkTotals]]:
    """A park's hours of a range by weekday and local hour; places without an hourly row are absent."""
    model = ParkHourlyStats
    where = [model.park_id == park_id, model.day.between(days.start, days.end)]
    rows = _cells(connection, model, PARK_SUMS, where, utc_offset_of(model.hour, days, timezone))
    return {place: Cell(ParkTotals.of(values), seen) for place, values, seen in rows}


def ride_heatmap(
    connection: Connection, ride_id: int, days: DayRange, timezone: str
) -> dict[Place, Cell[RideTotals]]:
    """As :func:`park_heatmap`, for one ride; ``eligible_days`` is 0 in hours."""
    model = RideHourlyStats
    first, last = day_bounds(days.start, timezone)[0], day_bounds(days.end, timezone)[1]
    where = [model.ride_id == ride_id, model.hour >= first, model.hour < last]
    rows = _cells(connection, model, RIDE_SUMS, where, utc_offset_of(model.hour, days, timezone))
    return {place: Cell(RideTotals.of((*values, 0)), seen) for place, values, seen in rows}


def place_of(hour: int, timezone: str) -> Place:
    """Where the hour that begins at an instant belongs."""
    ((_since, offset),) = utc_offsets(hour, hour, timezone)
    days, second = divmod(hour + offset, DAY_SECONDS)
    return (days + THURSDAY) % 7 + 1, second // HOUR_SECONDS


def _cells(
    connection: Connection,
    model: type[Any],
    sums: tuple[str, ...],
    where: list[ColumnElement[bool]],
    offset: ColumnElement[int],
) -> list[tuple[Place, tuple[Any, ...], int]]:
    local = model.hour + offset
    weekday = (local // DAY_SECONDS + THURSDAY) % 7
    hour = (local % DAY_SECONDS) // HOUR_SECONDS
    hours = (
        select(
            weekday.label("weekday"),
            hour.label("local_hour"),
            case((model.observed > 0, model.day)).label("seen_on"),
            *[getattr(model, name) for name in (*sums, *RIDE_MAXIMA)],
        )
        .where(*where)
        .subquery()
    )
    query = select(
        hours.c.weekday,
        hours.c.local_hour,
        func.count(distinct(hours.c.seen_on)),
        *[func.sum(hours.c[name]) for name in sums],
        *[func.max(hours.c[name]) for name in RIDE_MAXIMA],
    ).group_by(hours.c.weekday, hours.c.local_hour)
    return [
        ((int(row[0]) + 1, int(row[1])), tuple(row[3:]), int(row[2])) for row in connection.execute(query)
    ]


def utc_offset_of(hour: Any, days: DayRange, timezone: str) -> ColumnElement[int]:
    """The UTC offset in force in an hour."""
    first, last = day_bounds(days.start, timezone)[0], day_bounds(days.end, timezone)[1]
    changes = utc_offsets(first, last, timezone)
    if len(changes) == 1:
        return literal(changes[0][1])
    later = [(hour >= since, offset) for since, offset in reversed(changes[1:])]
    return case(*later, else_=changes[0][1])
