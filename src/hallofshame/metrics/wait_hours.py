"""At which hours of the day queues are short and long, by the waits posted at each hour of the clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hallofshame.domain.rules import HOUR_SECONDS, SECONDS_AFTER
from hallofshame.metrics.scores import average_wait

STRETCH_HOURS = 3
"""Quiet and busy times are told as so many hours in a row."""

USUAL_SHARE = 0.5
"""An hour is usual if at least this share of the ride-days with posted waits posted one in it."""

HOURS_OF_DAY = 24
DAY_BEGINS = SECONDS_AFTER // HOUR_SECONDS


@dataclass(frozen=True, slots=True)
class PostedHour:
    """One local hour (0 to 23) over some days and rides.

    ``wait_sum`` is Σ wait × seconds in minutes × seconds, ``wait_known`` in seconds, ``wait_max`` in minutes;
    ``ride_days`` counts the days on which each ride posted a wait in this hour.
    """

    hour: int
    wait_sum: int
    wait_known: int
    wait_max: int
    ride_days: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours in a row: the local hours at which it begins and ends (0 is midnight), and the average wait."""

    start_hour: int
    end_hour: int
    average_wait_minutes: float


def in_order_of_day(hours: Iterable[int]) -> list[int]:
    """Local hours in the order of a visit: those up to three hours after midnight end the day before."""
    return sorted(set(hours), key=lambda hour: (hour - DAY_BEGINS) % HOURS_OF_DAY)


def usual_hours(hours: Sequence[PostedHour], ride_days: int) -> list[PostedHour]:
    """Hours in which at least half of all ``ride_days`` posted a wait, in order of the day.

    Hours of early entry and of a few late evenings have few rides and other queues, and are left out.
    """
    found = {hour.hour: hour for hour in hours}
    return [
        found[hour]
        for hour in in_order_of_day(list(found))
        if found[hour].ride_days >= USUAL_SHARE * ride_days and found[hour].ride_days > 0
    ]


def quietest_and_busiest(usual: Sequence[PostedHour]) -> tuple[Stretch, Stretch] | None:
    """The three hours in a row with the lowest and the highest average wait (R8); of equals the earlier.

    Null where fewer than four usual hours follow each other: there is nothing to choose between.
    """
    stretches = []
    for at in range(len(usual) - STRETCH_HOURS + 1):
        part = usual[at : at + STRETCH_HOURS]
        first, last = part[0].hour, part[-1].hour
        average = average_wait(
            sum(hour.wait_sum for hour in part),
            sum(hour.wait_known for hour in part),
            max(hour.wait_max for hour in part),
        )
        if average is not None and (last - first) % HOURS_OF_DAY == STRETCH_HOURS - 1:
            stretches.append(Stretch(first, (last + 1) % HOURS_OF_DAY, average))
    if len(stretches) < 2:
        return None
    quietest = min(stretches, key=lambda stretch: stretch.average_wait_minutes)
    return quietest, max(stretches, key=lambda stretch: stretch.average_wait_minutes)
