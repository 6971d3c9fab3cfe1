"""A day to come, in a park and of a ride."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, Day, Wait
from hallofshame.web.schema.details import Clock, PublishedRideHours, ScheduleEntry
from hallofshame.web.schema.rows import RideIdentity, Uptime

UsualDays = Annotated[
    int, Field(ge=0, description="Days they rest on, on which it ran; under three the figures are null.")
]


class UsualWaitOfHour(TypedDict):
    """What is usual in one hour of the park's clock."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    hour: Clock
    average_wait_minutes: Wait | None
    days: Annotated[int, Field(ge=0, description="Days on which a wait was posted in it.")]


class UsualOfWeekday(TypedDict):
    """What that weekday had in the weeks before today."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    weeks: Annotated[int, Field(ge=1, description="Weeks looked back over.")]
    first_date: Annotated[Day, Field(description="The first of these days.")]
    last_date: Annotated[Day, Field(description="The last of them.")]
    days: UsualDays
    average_wait_minutes: Wait | None
    uptime_percent: Uptime | None
    hours: Annotated[list[UsualWaitOfHour], Field(description="Hours in which it ran; none if too few days.")]


class UsualOfRide(RideIdentity):
    """One ride on that weekday."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    days: UsualDays
    average_wait_minutes: Wait | None
    uptime_percent: Uptime | None


class _Outlook(TypedDict):
    """What is published of a day to come."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    park_id: int
    park_name: str
    timezone: str
    date: Day
    weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")]
    hours_state: Annotated[
        Literal["published", "none_on_the_day", "beyond", "never"],
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


class ParkOutlook(_Outlook):
    """A day to come in one park."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    usual: UsualOfWeekday
    rides: Annotated[
        list[UsualOfRide], Field(description="Rides that ran on these days, the longest usual wait first.")
    ]


class RideOutlook(_Outlook):
    """A day to come of one ride."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_hours: Annotated[
        list[PublishedRideHours], Field(description="Published for the ride itself; mostly for today alone.")
    ]
    usual: UsualOfWeekday
