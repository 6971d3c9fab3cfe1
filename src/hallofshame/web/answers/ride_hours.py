"""A ride's hours: those published for it, and when it usually runs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import from_unix, zone
from hallofshame.domain.periods import ONE_DAY, DayRange
from hallofshame.domain.plurals import counted
from hallofshame.domain.rules import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.usual import UsualDay, usual_days
from hallofshame.store.ride_hours import HoursRow, ride_hours
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Day, Instant
from hallofshame.web.answers.envelope import iso
from hallofshame.web.shapes import closed
from hallofshame.web.wording import WEEKDAYS


@closed
class PublishedRideHours(TypedDict):
    """One stretch of hours published for the ride; it is due to run in those of kind `Operating`."""

    date: Day
    kind: Annotated[str, Field(description="The source's own word.", examples=["Operating", "Early Entry"])]
    opens_at: Instant
    closes_at: Instant
    local_hours: Annotated[str, Field(description="The same by the park's clock.", examples=["09:00–21:00"])]


Clock = Annotated[str, Field(pattern="^[0-9]{2}:[0-9]{2}$", examples=["09:40"])]
"""What the park's clock shows."""


@closed
class UsualHours(TypedDict):
    """When the ride usually runs on one weekday: medians of its first and last operation."""

    weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")]
    days: Annotated[
        int,
        Field(ge=1, description="Days it rests on: it ran, and was looked at shortly before and after."),
    ]
    weeks: Annotated[
        int, Field(ge=1, description="Weeks looked back over, up to the period's last full day.")
    ]
    first_operation: Clock
    last_operation: Clock
    last_is_next_day: Annotated[bool, Field(description="Whether the last operation is after midnight.")]
    text: Annotated[str, Field(examples=["Usually runs 10:00–21:30 on Saturdays (8 days)"])]


USUAL_WEEKS = 8
"""Weeks whose days tell when a ride usually runs."""
USUAL_FROM_DAYS = 3
"""What rests on fewer days is told as what was seen, not as usual."""
PUBLISHED_DATES = 7
"""Published hours are listed for so many dates, the last ones of the period."""


def published_rows(
    context: AnswerContext, park: ParkProfile, ride: RideProfile, days: DayRange
) -> list[PublishedRideHours]:
    """The hours published for the ride on the last dates of ``days``, of all kinds, in order of time."""
    first = max(days.start, days.end - (PUBLISHED_DATES - 1) * ONE_DAY)
    return [
        {
            "date": hours.date.isoformat(),
            "kind": hours.kind,
            "opens_at": iso(hours.opens_at),
            "closes_at": iso(hours.closes_at),
            "local_hours": _local_hours(hours, park.timezone),
        }
        for hours in ride_hours(context.connection, park.park_id, ride.ride_id, first, days.end)
    ]


def usual_rows(
    context: AnswerContext, park: ParkProfile, ride: RideProfile, days: DayRange
) -> list[UsualHours]:
    """When the ride usually runs on each weekday, over the eight weeks up to the end of ``days``.

    The park's running day is not over yet and tells nothing.
    """
    last = min(days.end, context.today(park) - ONE_DAY)
    weeks = DayRange(last - (USUAL_WEEKS * 7 - 1) * ONE_DAY, last)
    found = usual_days(context.connection, park.park_id, ride.ride_id, park.timezone, weeks)
    return [
        {
            "weekday": usual.weekday,
            "days": usual.days,
            "weeks": USUAL_WEEKS,
            "first_operation": clock(usual.first_seconds),
            "last_operation": clock(usual.last_seconds),
            "last_is_next_day": usual.last_seconds >= DAY_SECONDS,
            "text": _sentence(usual),
        }
        for usual in found
    ]


def _sentence(usual: UsualDay) -> str:
    span = f"{clock(usual.first_seconds)}–{clock(usual.last_seconds)}"
    days = counted(usual.days, "day")
    when = f"{span} on {WEEKDAYS[usual.weekday - 1]} ({days}"
    if usual.days < USUAL_FROM_DAYS:
        return f"Ran {when}, too few to call it usual)"
    return f"Usually runs {when})"


def clock(seconds: int) -> str:
    """Seconds since midnight as the clock shows them to the nearest minute, on the next day from 0:00 on."""
    minutes = (seconds + MINUTE_SECONDS // 2) // MINUTE_SECONDS * MINUTE_SECONDS % DAY_SECONDS
    hour, rest = divmod(minutes, HOUR_SECONDS)
    return f"{hour:02d}:{rest // MINUTE_SECONDS:02d}"


def _local_hours(hours: HoursRow, timezone: str) -> str:
    park = zone(timezone)
    opens, closes = (from_unix(at).astimezone(park) for at in (hours.opens_at, hours.closes_at))
    return f"{opens:%H:%M}–{closes:%H:%M}"
