"""When rides usually run: their first and last operation of a day, by weekday (R5)."""

from __future__ import annotations

import datetime as dt
import statistics
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.domain.localtime import from_unix, zone
from hallofshame.domain.periods import DayRange
from hallofshame.domain.rules import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, SECONDS_AFTER
from hallofshame.store.models import ParkActivitySnapshot, RideDailyStats

LOOK_WITHIN_SECONDS = HOUR_SECONDS
"""A day tells when a ride began and ended only if its park was looked at this shortly before and after: else
the first look or a gap would pass for the begin or the end."""


@dataclass(frozen=True, slots=True)
class DayRun:
    """One day on which a ride ran: its first and last operation, in Unix seconds."""

    ride_id: int
    park_id: int
    day: dt.date
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class UsualDay:
    """Medians of one weekday, in seconds by the clock from the midnight before; ``days`` they rest on.

    ``weekday``: 1 Monday to 7 Sunday. ``last_seconds`` is over 24 h where the ride runs past midnight.
    """

    weekday: int
    days: int
    first_seconds: int
    last_seconds: int


@dataclass(frozen=True, slots=True)
class MedianMoment:
    """A median over ``days`` days, in seconds by the clock from the midnight before."""

    seconds: int
    days: int


@dataclass(frozen=True, slots=True)
class UsualRun:
    """When a ride usually first and last runs on a day; null where no day tells."""

    first: MedianMoment | None
    last: MedianMoment | None


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
        )
        .where(
            table.park_id.in_(list(park_ids)),
            table.ride_id.in_(list(ride_ids)),
            table.day.between(days.start, days.end),
        )
        .order_by(table.ride_id, table.day.desc())
    )
    for ride_id, park_id, day, first_at, last_at in connection.execute(query):
        if first_at is not None and last_at is not None:
            yield DayRun(ride_id, park_id, day, first_at, last_at)


def usual_days(
    connection: Connection, park_id: int, ride_id: int, timezone: str, days: DayRange
) -> list[UsualDay]:
    """When the ride usually ran on each weekday of the range, from Monday; only weekdays on which it ran.

    Medians over the days on which it ran and its park was looked at within an hour before its first and after
    its last operation.
    """
    by_weekday: dict[int, list[DayRun]] = {}
    runs = list(days_run(connection, [park_id], [ride_id], days))
    looks = _looks(connection, park_id, runs)
    for run in runs:
        if _begins(run, looks, timezone) and _ends(run, looks):
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


def usual_runs(
    connection: Connection, park_id: int, ride_ids: Collection[int], timezone: str, days: DayRange
) -> dict[int, UsualRun]:
    """When rides of one park usually first and last run, over all weekdays of the range together.

    A day tells of the first operation if the park was looked at within an hour before it, and of the last if
    within an hour after it; each by itself.
    """
    runs = list(days_run(connection, [park_id], ride_ids, days))
    looks = _looks(connection, park_id, runs)
    by_ride: dict[int, list[DayRun]] = {}
    for run in runs:
        by_ride.setdefault(run.ride_id, []).append(run)
    return {
        ride_id: UsualRun(
            _median(
                _by_the_clock(one.first_at, one.day, timezone) for one in own if _begins(one, looks, timezone)
            ),
            _median(_by_the_clock(one.last_at, one.day, timezone) for one in own if _ends(one, looks)),
        )
        for ride_id, own in by_ride.items()
    }


def _median(seconds: Iterable[int]) -> MedianMoment | None:
    found = list(seconds)
    return MedianMoment(round(statistics.median(found)), len(found)) if found else None


def _begins(run: DayRun, looks: Sequence[int], timezone: str) -> bool:
    """Whether the first operation is that of the day, and the park was looked at shortly before it.

    What runs within three hours after midnight is the end of the evening before.
    """
    is_of_day = _by_the_clock(run.first_at, run.day, timezone) >= SECONDS_AFTER
    return is_of_day and bisect_left(looks, run.first_at - LOOK_WITHIN_SECONDS) < bisect_left(
        looks, run.first_at
    )


def _ends(run: DayRun, looks: Sequence[int]) -> bool:
    """Whether the park was looked at shortly after the last operation."""
    return bisect_left(looks, run.last_at) < bisect_right(looks, run.last_at + LOOK_WITHIN_SECONDS)


def _looks(connection: Connection, park_id: int, runs: Sequence[DayRun]) -> list[int]:
    """When the park was looked at around these days, in order."""
    if not runs:
        return []
    table = ParkActivitySnapshot
    query = (
        select(table.observed_at)
        .where(
            table.park_id == park_id,
            table.observed_at.between(
                min(run.first_at for run in runs) - LOOK_WITHIN_SECONDS,
                max(run.last_at for run in runs) + LOOK_WITHIN_SECONDS,
            ),
        )
        .order_by(table.observed_at)
    )
    return list(connection.scalars(query))


def _by_the_clock(instant: int, day: dt.date, timezone: str) -> int:
    """What the park's clock shows, in seconds from midnight of ``day``; the change of clocks left aside."""
    local = from_unix(instant).astimezone(zone(timezone))
    clock = local.hour * HOUR_SECONDS + local.minute * MINUTE_SECONDS + local.second
    return (local.date() - day).days * DAY_SECONDS + clock
