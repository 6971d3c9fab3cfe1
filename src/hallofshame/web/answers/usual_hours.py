"""What is usual on a weekday and in its hours, from the record: the one place that says so (R8).

Usual is what the last eight weeks had on that weekday, each hour as the ratio of its summed counters. What
rests on fewer than three days is not told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import zone
from hallofshame.domain.periods import ONE_DAY
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.usual_hours import UsualSums, usual_hours_of_park, usual_hours_of_rides
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Wait
from hallofshame.web.answers.ride_hours import USUAL_FROM_DAYS, USUAL_WEEKS, Clock
from hallofshame.web.shapes import closed


@closed
class UsualNow(TypedDict):
    """The wait that is usual on this weekday in this hour of the park's clock."""

    usual_wait_minutes: Annotated[
        Wait | None,
        Field(
            description="Average posted wait in this hour on the same weekday of the last eight weeks; null "
            "where it rests on fewer than three days or nothing above 0 was posted."
        ),
    ]
    usual_hour: Annotated[Clock, Field(description="The hour that is meant.")]
    usual_weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")]
    usual_days: Annotated[int, Field(ge=0, description="Days it rests on.")]
    usual_weeks: Annotated[int, Field(ge=1, description="Weeks looked back over, up to yesterday.")]


@dataclass(frozen=True, slots=True)
class UsualWait:
    """The wait usually posted in one local hour; ``minutes`` is null where it rests on too few ``days``."""

    minutes: float | None
    days: int


def same_weekdays(day: dt.date, today: dt.date) -> list[dt.date]:
    """The days of the last eight weeks before ``today`` that fall on the weekday of ``day``, latest first."""
    back = (today.isoweekday() - day.isoweekday()) % 7 or 7
    return [today - (back + 7 * weeks) * ONE_DAY for weeks in range(USUAL_WEEKS)]


def usual_wait_of_park(context: AnswerContext, park: ParkProfile) -> UsualWait:
    """What was usually posted on average in a park in the present hour of its clock."""
    today = context.today(park)
    days = same_weekdays(today, today)
    hours = usual_hours_of_park(context.connection, park.park_id, park.timezone, days)
    return wait_in(hours, _present_hour(context, park))


def usual_wait_of_ride(context: AnswerContext, park: ParkProfile, ride_id: int) -> UsualWait:
    """What a ride usually posted in the present hour of its park's clock."""
    today = context.today(park)
    days = same_weekdays(today, today)
    hours = usual_hours_of_rides(context.connection, park.park_id, park.timezone, days, [ride_id])
    return wait_in(hours.get(ride_id, {}), _present_hour(context, park))


def usual_fields(context: AnswerContext, park: ParkProfile, usual: UsualWait) -> UsualNow:
    """The fields that say what is usual now, and what that rests on."""
    return {
        "usual_wait_minutes": usual.minutes,
        "usual_hour": f"{_present_hour(context, park):02d}:00",
        "usual_weekday": context.today(park).isoweekday(),
        "usual_days": usual.days,
        "usual_weeks": USUAL_WEEKS,
    }


def wait_in(hours: Mapping[int, UsualSums], hour: int) -> UsualWait:
    """The usual wait of one local hour."""
    found = hours.get(hour)
    if found is None:
        return UsualWait(None, 0)
    if found.posted_days < USUAL_FROM_DAYS:
        return UsualWait(None, found.posted_days)
    minutes = scores.average_wait(found.wait_sum, found.wait_known, found.wait_max)
    return UsualWait(minutes, found.posted_days)


def _present_hour(context: AnswerContext, park: ParkProfile) -> int:
    return context.now.astimezone(zone(park.timezone)).hour
