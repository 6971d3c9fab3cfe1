"""Ride by hour: how long people usually wait in a park, by the hour on its clock, and when its rides open."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.periods import ONE_DAY, DayRange
from hallofshame.metrics import scores
from hallofshame.metrics.wait_hours import (
    PostedHour,
    Stretch,
    in_order_of_day,
    quietest_and_busiest,
    usual_hours,
)
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.usual import MedianMoment, UsualRun, usual_runs
from hallofshame.store.reports.usual_hours import UsualSums, usual_hours_of_rides
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import TypeLabel, Wait
from hallofshame.web.answers.ride_hours import clock
from hallofshame.web.shapes import closed
from hallofshame.web.wording import TIER_LABELS, TYPE_LABELS, TierLabel

Hour = Annotated[int, Field(ge=0, le=23, description="The hour on the park's own clock.")]


@closed
class WaitStretch(TypedDict):
    """Hours in a row."""

    start_hour: Hour
    end_hour: Annotated[int, Field(ge=0, le=23, description="Not included; 0 is midnight.")]
    average_wait_minutes: Wait


@closed
class WaitHour(TypedDict):
    """One local hour of a park, over all its rides that posted waits."""

    hour: Hour
    average_wait_minutes: Wait | None
    ride_days: Annotated[
        int, Field(ge=0, description="Days on which each ride posted a wait in it, added up over the rides.")
    ]
    is_usual: Annotated[
        bool,
        Field(
            description="Whether at least half of the days on which rides posted waits had one in this hour. "
            "Only usual hours can be the quietest or busiest."
        ),
    ]


@closed
class RideWaitCell(TypedDict):
    """One local hour of a ride."""

    hour: Hour
    average_wait_minutes: Annotated[Wait | None, Field(description="Null where no wait above 0 was posted.")]
    max_wait_minutes: Wait | None
    days: Annotated[int, Field(ge=0, description="On how many days a wait was posted.")]
    state: Annotated[
        Literal["open", "closed"],
        Field(description="`closed`: the ride was never seen running in this hour."),
    ]


@closed
class UsualMoment(TypedDict):
    """A time of day."""

    time: Annotated[
        str, Field(description="Median, on the park's own clock of 24 hours.", examples=["09:30"])
    ]
    days: Annotated[
        int,
        Field(ge=1, description="Days it rests on: on which the park was looked at shortly before or after."),
    ]


@closed
class RideWaits(TypedDict):
    """The usual waits of a ride by hour, and when it usually runs."""

    ride_id: int
    ride_name: str
    ride_slug: str
    tier_label: TierLabel
    type_label: TypeLabel
    average_wait_minutes: Annotated[Wait | None, Field(description="Over all hours; null: none posted.")]
    usual_first_operation: Annotated[
        UsualMoment | None, Field(description="When it usually first runs on a day it runs; null: not seen.")
    ]
    usual_last_operation: Annotated[UsualMoment | None, Field(description="The same of its last operation.")]
    cells: Annotated[list[RideWaitCell], Field(description="One for each of the park's `hours`.")]


@closed
class ParkWaitsByHour(TypedDict):
    """How long people usually wait in a park, ride by hour."""

    timezone: Annotated[str, Field(description="IANA zone of the park.")]
    quietest: Annotated[
        WaitStretch | None,
        Field(description="The three usual hours in a row with the lowest average wait; null if too few."),
    ]
    busiest: Annotated[WaitStretch | None, Field(description="Those with the highest.")]
    hours: Annotated[
        list[WaitHour],
        Field(description="Hours in which a ride was seen running, from the start of the park's usual day."),
    ]
    rides: Annotated[list[RideWaits], Field(description="Rides by average wait, the longest first.")]


MAX_WAIT_DAYS = 366


def park_waits_by_hour(context: AnswerContext, park: ParkProfile, days: DayRange) -> ParkWaitsByHour:
    """The waits of each ride by local hour over ``days``, those with the longest waits first.

    Hours in which no ride of the park ran are left out.
    """
    rides = {ride.ride_id: ride for ride in context.catalogue.rides_of[park.park_id] if ride.is_ride}
    found = usual_hours_of_rides(context.connection, park.park_id, park.timezone, days.dates())
    by_ride = {ride_id: hours for ride_id, hours in found.items() if ride_id in rides}
    axis = in_order_of_day([hour for hours in by_ride.values() for hour in hours])
    posted = [_posted(hour, [hours[hour] for hours in by_ride.values() if hour in hours]) for hour in axis]
    ride_days = sum(max(hour.posted_days for hour in hours.values()) for hours in by_ride.values())
    usual = usual_hours(posted, ride_days)
    stretches = quietest_and_busiest(usual)
    are_usual = {hour.hour for hour in usual}
    runs = _runs(context, park, list(by_ride), days)
    rows = [_ride_row(rides[ride_id], hours, axis, runs.get(ride_id)) for ride_id, hours in by_ride.items()]
    rows.sort(
        key=lambda row: (
            row["average_wait_minutes"] is None,
            -(row["average_wait_minutes"] or 0),
            row["ride_name"].casefold(),
        )
    )
    return {
        "timezone": park.timezone,
        "quietest": None if stretches is None else _stretch_row(stretches[0]),
        "busiest": None if stretches is None else _stretch_row(stretches[1]),
        "hours": [
            {
                "hour": hour.hour,
                "average_wait_minutes": scores.average_wait(hour.wait_sum, hour.wait_known, hour.wait_max),
                "ride_days": hour.ride_days,
                "is_usual": hour.hour in are_usual,
            }
            for hour in posted
        ],
        "rides": rows,
    }


def _runs(
    context: AnswerContext, park: ParkProfile, ride_ids: Sequence[int], days: DayRange
) -> dict[int, UsualRun]:
    """The park's running day is not over yet and tells nothing."""
    last = min(days.end, context.today(park) - ONE_DAY)
    if last < days.start or not ride_ids:
        return {}
    whole = DayRange(days.start, last)
    return usual_runs(context.connection, park.park_id, ride_ids, park.timezone, whole)


def _posted(hour: int, of_rides: Sequence[UsualSums]) -> PostedHour:
    """Rides that never post a wait above 0 take no part."""
    posting = [one for one in of_rides if one.wait_max]
    return PostedHour(
        hour,
        sum(one.wait_sum for one in posting),
        sum(one.wait_known for one in posting),
        max((one.wait_max or 0 for one in posting), default=0),
        sum(one.posted_days for one in posting),
    )


def _stretch_row(stretch: Stretch) -> WaitStretch:
    return {
        "start_hour": stretch.start_hour,
        "end_hour": stretch.end_hour,
        "average_wait_minutes": stretch.average_wait_minutes,
    }


def _ride_row(
    ride: RideProfile, hours: dict[int, UsualSums], axis: Sequence[int], run: UsualRun | None
) -> RideWaits:
    return {
        "ride_id": ride.ride_id,
        "ride_name": ride.name,
        "ride_slug": ride.slug,
        "tier_label": TIER_LABELS[ride.tier],
        "type_label": TYPE_LABELS[ride.type],
        "average_wait_minutes": _average(hours.values()),
        "usual_first_operation": _moment(None if run is None else run.first),
        "usual_last_operation": _moment(None if run is None else run.last),
        "cells": [_cell(hour, hours.get(hour)) for hour in axis],
    }


def _moment(found: MedianMoment | None) -> UsualMoment | None:
    return None if found is None else {"time": clock(found.seconds), "days": found.days}


def _average(hours: Collection[UsualSums]) -> float | None:
    return scores.average_wait(
        sum(hour.wait_sum for hour in hours),
        sum(hour.wait_known for hour in hours),
        max(hour.wait_max or 0 for hour in hours),
    )


def _cell(hour: int, found: UsualSums | None) -> RideWaitCell:
    average = None if found is None else _average([found])
    return {
        "hour": hour,
        "average_wait_minutes": average,
        "max_wait_minutes": found.wait_max if found is not None and average is not None else None,
        "days": 0 if found is None else found.posted_days,
        "state": "closed" if found is None else "open",
    }
