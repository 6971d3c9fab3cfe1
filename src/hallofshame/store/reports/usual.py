"""When rides usually run: their first and last operation of a day, by weekday (R5)."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.domain.localtime import from_unix, zone
from hallofshame.domain.periods import DayRange
from hallofshame.domain.rules import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS
from hallofshame.store.models import RideDailyStats

WELL_WATCHED_PERCENT = 80
"""A day tells when a ride began and ended only if it was watched for this share of the open time."""


@dataclass(frozen=True, slots=True)
class DayRun:
    """One day on which a ride ran: its first and last operation, in Unix seconds, and how it was watched."""

    ride_id: int
    park_id: int
    day: dt.date
    first_at: int
    last_at: int
    observed: int
    open: int


@dataclass(frozen=True, slots=True)
class UsualDay:
    """Medians of one weekday, in seconds by the clock from the midnight before; ``days`` they rest on.

    ``weekday``: 1 Monday to 7 Sunday. ``last_seconds`` is over 24 h where the ride runs past midnight.
    """

    weekday: int
    days: int
    first_seconds: int
    last_seconds: int


def days_run(
    connection: Connection, park_ids: Collection[int], ride_ids: Collection[int], days: DayRange
) -> Iterator[DayRun]:
    """The days of the range on which the rides ran, each ride's latest first."""
    table = RideDailyStats
    query = (
        select(
            table.ride_id,
            table.park_id,
            table.day,
            table.first_operating_at,
            table.last_operating_at,
            table.observed,
            table.open,
        )
        .where(
            table.park_id.in_(list(park_ids)),
            table.ride_id.in_(list(ride_ids)),
            table.day.between(days.start, days.end),
        )
        .order_by(table.ride_id, table.day.desc())
    )
    for ride_id, park_id, day, first_at, last_at, observed, open_seconds in connection.execute(query):
        if first_at is not None and last_at is not None:
            yield DayRun(ride_id, park_id, day, first_at, last_at, observed, open_seconds)


def usual_days(
    connection: Connection, park_id: int, ride_id: int, timezone: str, days: DayRange
) -> list[UsualDay]:
    """When the ride usually ran on each weekday of the range, from Monday; only weekdays on which it ran.

    Medians over the days on which it ran and was watched for at least 80 % of its open time.
    """
    by_weekday: dict[int, list[DayRun]] = {}
    for run in days_run(connection, [park_id], [ride_id], days):
        if run.observed * 100 >= run.open * WELL_WATCHED_PERCENT:
            by_weekday.setdefault(run.day.isoweekday(), []).append(run)
    return [
        UsualDay(
            weekday,
            len(runs),
            round(statistics.median(_by_the_clock(run.first_at, run.day, timezone) for run in runs)),
            round(statistics.median(_by_the_clock(run.last_at, run.day, timezone) for run in runs)),
        )
        for weekday, runs in sorted(by_weekday.items())
    ]


def _by_the_clock(instant: int, day: dt.date, timezone: str) -> int:
    """What the park's clock shows, in seconds from midnight of ``day``; the change of clocks left aside."""
    local = from_unix(instant).astimezone(zone(timezone))
    clock = local.hour * HOUR_SECONDS + local.minute * MINUTE_SECONDS + local.second
    return (local.date() - day).days * DAY_SECONDS + clock
