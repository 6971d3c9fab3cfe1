"""A day to come: its published hours and events, and what is usual on its weekday.

Nothing is forecast. Usual figures are those of :mod:`hallofshame.web.answers.usual_hours`, and say how many
days they rest on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import ScheduleKind
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.hours import published_until
from hallofshame.store.reports.usual_hours import (
    UsualSums,
    usual_day_of_park,
    usual_days_of_rides,
    usual_hours_of_park,
    usual_hours_of_rides,
)
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Day, Uptime, Wait
from hallofshame.web.answers.identity import RideIdentity, ride_identity
from hallofshame.web.answers.ride_hours import (
    USUAL_FROM_DAYS,
    USUAL_WEEKS,
    Clock,
    PublishedRideHours,
    published_rows,
)
from hallofshame.web.answers.schedules import ScheduleEntry, schedule_rows
from hallofshame.web.answers.usual_hours import same_weekdays, wait_in
from hallofshame.web.shapes import closed

UsualDays = Annotated[
    int, Field(ge=0, description="Days they rest on, on which it ran; under three the figures are null.")
]


@closed
class UsualWaitOfHour(TypedDict):
    """What is usual in one hour of the park's clock."""

    hour: Clock
    average_wait_minutes: Wait | None
    days: Annotated[int, Field(ge=0, description="Days on which a wait was posted in it.")]


@closed
class UsualOfWeekday(TypedDict):
    """What that weekday had in the weeks before today."""

    weeks: Annotated[int, Field(ge=1, description="Weeks looked back over.")]
    first_date: Annotated[Day, Field(description="The first of these days.")]
    last_date: Annotated[Day, Field(description="The last of them.")]
    days: UsualDays
    average_wait_minutes: Wait | None
    uptime_percent: Uptime | None
    hours: Annotated[list[UsualWaitOfHour], Field(description="Hours in which it ran; none if too few days.")]


@closed
class UsualOfRide(RideIdentity):
    """One ride on that weekday."""

    days: UsualDays
    average_wait_minutes: Wait | None
    uptime_percent: Uptime | None


HoursState = Literal["published", "none_on_the_day", "beyond", "never"]


@closed
class _Outlook(TypedDict):
    """What is published of a day to come."""

    park_id: int
    park_name: str
    timezone: str
    date: Day
    weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")]
    hours_state: Annotated[
        HoursState,
        Field(
            description="Whether regular hours of that date are published. If not: `none_on_the_day`, they "
            "are for later dates, so that the park may stay closed; `beyond`, they end before it; "
            "`never`, its sources publish none."
        ),
    ]
    hours: Annotated[list[ScheduleEntry], Field(description="Of every kind, ticketed events among them.")]
    published_until: Annotated[
        Day | None, Field(description="The last date for which regular hours are published.")
    ]


@closed
class ParkOutlook(_Outlook):
    """A day to come in one park."""

    usual: UsualOfWeekday
    rides: Annotated[
        list[UsualOfRide], Field(description="Rides that ran on these days, the longest usual wait first.")
    ]


@closed
class RideOutlook(_Outlook):
    """A day to come of one ride."""

    ride_hours: Annotated[
        list[PublishedRideHours], Field(description="Published for the ride itself; mostly for today alone.")
    ]
    usual: UsualOfWeekday


PUBLISHED: Final = "published"
NONE_ON_THE_DAY: Final = "none_on_the_day"
BEYOND: Final = "beyond"
NEVER: Final = "never"
HOURS_STATES = (PUBLISHED, NONE_ON_THE_DAY, BEYOND, NEVER)
"""What is known of the hours of a day to come; see :func:`_hours_state`."""


def park_outlook(context: AnswerContext, park: ParkProfile, day: dt.date) -> ParkOutlook:
    """One day to come in one park."""
    days = same_weekdays(day, context.today(park))
    connection, park_id = context.connection, park.park_id
    by_ride = usual_days_of_rides(connection, park_id, days)
    rides = [
        ride
        for ride in context.catalogue.rides_of[park_id]
        if ride.is_active and ride.is_ride and ride.ride_id in by_ride
    ]
    usual: list[UsualOfRide] = [
        {**ride_identity(context, ride), **_figures(by_ride[ride.ride_id])}
        for ride in rides
        if by_ride[ride.ride_id].run_days > 0
    ]
    return {
        **_of_day(context, park, day),
        "usual": _usual(
            days,
            usual_day_of_park(connection, park_id, days),
            usual_hours_of_park(connection, park_id, park.timezone, days),
        ),
        "rides": sorted(
            usual,
            key=lambda row: (
                -(row["average_wait_minutes"] or 0),
                row["ride_name"].casefold(),
                row["ride_id"],
            ),
        ),
    }


def ride_outlook(context: AnswerContext, park: ParkProfile, ride: RideProfile, day: dt.date) -> RideOutlook:
    """One day to come of one ride: the hours of its park, its own, and what it usually did."""
    days = same_weekdays(day, context.today(park))
    connection, park_id = context.connection, park.park_id
    sums = usual_days_of_rides(connection, park_id, days, [ride.ride_id]).get(ride.ride_id, _NOTHING)
    hours = usual_hours_of_rides(connection, park_id, park.timezone, days, [ride.ride_id])
    return {
        **_of_day(context, park, day),
        "ride_hours": published_rows(context, park, ride, DayRange(day, day)),
        "usual": _usual(days, sums, hours.get(ride.ride_id, {})),
    }


_NOTHING = UsualSums(0, 0, 0, 0, None, 0, 0)


def _of_day(context: AnswerContext, park: ParkProfile, day: dt.date) -> _Outlook:
    hours = schedule_rows(context, park, DayRange(day, day))
    until = published_until(context.connection, park.park_id)
    return {
        "park_id": park.park_id,
        "park_name": park.name,
        "timezone": park.timezone,
        "date": day.isoformat(),
        "weekday": day.isoweekday(),
        "hours_state": _hours_state(hours, until, day),
        "hours": hours,
        "published_until": None if until is None else until.isoformat(),
    }


def _hours_state(hours: Sequence[ScheduleEntry], until: dt.date | None, day: dt.date) -> HoursState:
    """Whether regular hours of the day are published; if not, whether they are of later days, of earlier ones
    alone, or of none."""
    if any(entry["kind"] == ScheduleKind.OPERATING.value for entry in hours):
        return PUBLISHED
    if until is None:
        return NEVER
    return BEYOND if day > until else NONE_ON_THE_DAY


def _usual(days: Sequence[dt.date], sums: UsualSums, hours: Mapping[int, UsualSums]) -> UsualOfWeekday:
    by_hour: list[UsualWaitOfHour] = [
        {"hour": f"{hour:02d}:00", "average_wait_minutes": found.minutes, "days": found.days}
        for hour in sorted(hours)
        for found in [wait_in(hours, hour)]
    ]
    return {
        "weeks": USUAL_WEEKS,
        "first_date": min(days).isoformat(),
        "last_date": max(days).isoformat(),
        **_figures(sums),
        "hours": by_hour if sums.run_days >= USUAL_FROM_DAYS else [],
    }


class _UsualFigures(TypedDict):
    days: UsualDays
    average_wait_minutes: Wait | None
    uptime_percent: Uptime | None


def _figures(sums: UsualSums) -> _UsualFigures:
    """Null where they rest on fewer than three days; ``days`` says on how many."""
    is_usual = sums.run_days >= USUAL_FROM_DAYS
    wait = scores.average_wait(sums.wait_sum, sums.wait_known, sums.wait_max)
    return {
        "days": sums.run_days,
        "average_wait_minutes": wait if is_usual and sums.posted_days >= USUAL_FROM_DAYS else None,
        "uptime_percent": scores.uptime_percent(sums.operating, sums.downtime) if is_usual else None,
    }
