"""Queues of a ride other than standby: as last posted, and over a day."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import day_bounds
from hallofshame.store.reports.catalogue import RideProfile
from hallofshame.store.reports.queues import Queue, QueueValue, queue_courses
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Day, Instant, QueueTypeSlug
from hallofshame.web.answers.envelope import iso
from hallofshame.web.shapes import closed

_UNKNOWN = QueueValue(None, None, None, None, None, None, None, None)


@closed
class QueueSegment(TypedDict):
    """A stretch in which a queue said the same; `end` is not included, all else is null where unknown."""

    start: Instant
    end: Instant
    state: Annotated[str | None, Field(description="The source's own word.", examples=["AVAILABLE"])]
    wait_minutes: Annotated[int | None, Field(ge=0)]
    return_start: Instant | None
    return_end: Instant | None
    price_minor: Annotated[int | None, Field(description="In minor units: cents, or whole yen.")]
    currency: Annotated[str | None, Field(description="ISO 4217.", examples=["EUR"])]
    group_start: int | None
    group_end: int | None


@closed
class QueueCourse(TypedDict):
    """One queue over a day."""

    queue_type: QueueTypeSlug
    segments: list[QueueSegment]


@closed
class QueueDay(TypedDict):
    """All queues of a ride other than standby over one park-local day, up to the latest look."""

    ride_id: int
    date: Day
    timezone: Annotated[str, Field(description="IANA zone of the park.")]
    starts_at: Annotated[Instant, Field(description="Local midnight.")]
    ends_at: Annotated[Instant | None, Field(description="The day's end, or the latest look in it.")]
    queues: list[QueueCourse]


@closed
class QueueRow(TypedDict):
    """One queue other than standby, as last posted within 24 hours of the park's latest look."""

    queue_type: QueueTypeSlug
    state: Annotated[str | None, Field(description="The source's own word.", examples=["AVAILABLE"])]
    observed_at: Instant
    wait_minutes: Annotated[int | None, Field(ge=0)]
    return_start: Instant | None
    return_end: Instant | None
    price_minor: Annotated[int | None, Field(description="In minor units: cents, or whole yen.")]
    currency: Annotated[str | None, Field(description="ISO 4217.", examples=["EUR"])]
    group_start: int | None
    group_end: int | None


def queue_day(context: AnswerContext, ride: RideProfile, day: dt.date) -> QueueDay:
    """All queues of a ride other than standby over one day, as far as anybody has looked."""
    park = context.catalogue.parks[ride.park_id]
    start, end = day_bounds(day, park.timezone)
    known_until = min(end, context.data_as_of or start)
    courses = (
        queue_courses(context.connection, park.park_id, ride.ride_id, start, known_until)
        if known_until > start
        else {}
    )
    return {
        "ride_id": ride.ride_id,
        "date": day.isoformat(),
        "timezone": park.timezone,
        "starts_at": iso(start),
        "ends_at": iso(known_until) if known_until > start else None,
        "queues": [
            {
                "queue_type": kind.name.lower(),
                "segments": [_segment(one.start, one.end, one.value or _UNKNOWN) for one in course],
            }
            for kind, course in courses.items()
        ],
    }


def _segment(start: int, end: int, said: QueueValue) -> QueueSegment:
    return {
        "start": iso(start),
        "end": iso(end),
        "state": said.state,
        "wait_minutes": said.wait_minutes,
        "return_start": iso(said.return_start),
        "return_end": iso(said.return_end),
        "price_minor": said.price_minor,
        "currency": said.currency,
        "group_start": said.group_start,
        "group_end": said.group_end,
    }


def queue_row(queue: Queue) -> QueueRow:
    """A queue as last posted."""
    return {
        "queue_type": queue.queue_type.name.lower(),
        "state": queue.state,
        "observed_at": iso(queue.observed_at),
        "wait_minutes": queue.wait_minutes,
        "return_start": iso(queue.return_start),
        "return_end": iso(queue.return_end),
        "price_minor": queue.price_minor,
        "currency": queue.currency,
        "group_start": queue.group_start,
        "group_end": queue.group_end,
    }
