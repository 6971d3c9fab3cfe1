"""What rides did from moment to moment; published hours, show times and the other queues."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import (
    CLOSED,
    Day,
    ExcludedReason,
    Instant,
    NotCountedSlug,
    RideKindSlug,
    TierLabel,
)
from hallofshame.web.schema.details import Window

SegmentStatus = Literal["operating", "down", "closed", "refurbishment", "unobserved"]
MissingReason = Annotated[
    Literal["not_watched", "not_kept", "no_data_yet"],
    Field(
        description="Why there are no segments: nothing was seen, the record of that day is no longer kept, "
        "or the day has not come. Null where there are some."
    ),
]


class Segment(TypedDict):
    """A stretch in which a ride held one status and posted one wait; they touch."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    start: Instant
    end: Annotated[Instant, Field(description="Not included, and never after `data_as_of`.")]
    status: SegmentStatus
    counts_as_down: Annotated[bool, Field(description="Whether these seconds are downtime.")]
    not_counted: Annotated[
        NotCountedSlug | None,
        Field(description="Why it is no downtime though the ride did not run; else null."),
    ]
    in_window: Annotated[bool, Field(description="Whether the park was open; all else counts nowhere.")]
    wait_minutes: Annotated[int | None, Field(ge=0, description="The posted wait.")]


class TimelineRide(TypedDict):
    """One ride's day."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    ride_name: str
    ride_slug: str
    kind: RideKindSlug
    tier: Annotated[int | None, Field(ge=1, le=3)]
    tier_label: TierLabel
    eligible: Annotated[bool, Field(description="Whether it counts in the park's score of that day.")]
    excluded_reason: ExcludedReason | None
    segments: list[Segment]


class ParkTimeline(TypedDict):
    """One park-local day of all rides of a park."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    date: Day
    timezone: str
    starts_at: Annotated[Instant, Field(description="Local midnight.")]
    ends_at: Annotated[Instant, Field(description="The next one.")]
    known_until: Annotated[
        Instant | None, Field(description="The latest look, or the day's end; what follows is still to come.")
    ]
    windows: Annotated[list[Window], Field(description="When the park was counted as open.")]
    missing_reason: MissingReason | None
    rides: list[TimelineRide]


class RideTimeline(TypedDict):
    """The last hours of one ride, up to the latest look."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    timezone: str
    starts_at: Instant | None
    ends_at: Annotated[Instant | None, Field(description="Null before the first look at anything.")]
    windows: list[Window]
    missing_reason: MissingReason | None
    segments: list[Segment]


class ShowRow(TypedDict):
    """One performance."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    ride_name: str
    ride_slug: str
    kind: Annotated[str, Field(description="The source's own word.", examples=["Performance Time"])]
    starts_at: Instant
    ends_at: Instant | None


QueueTypeSlug = Literal[
    "single_rider", "return_time", "paid_return_time", "boarding_group", "paid_standby", "actual_standby"
]


class PriceSegment(TypedDict):
    """A stretch of time with one price; `end` is not included."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    start: Instant
    end: Instant
    price_minor: Annotated[
        int | None,
        Field(description="In minor units: cents, or whole yen; 0 is free. Null where none was posted."),
    ]
    currency: Annotated[str | None, Field(description="ISO 4217.", examples=["EUR"])]


class QueuePrices(TypedDict):
    """The prices of one queue."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    queue_type: QueueTypeSlug
    segments: list[PriceSegment]


class RidePrices(TypedDict):
    """What a ride's paid queues cost over time, up to the latest look."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    timezone: Annotated[str, Field(description="IANA zone of the park.")]
    starts_at: Annotated[Instant, Field(description="Local midnight.")]
    ends_at: Annotated[Instant | None, Field(description="The period's end, or the latest look in it.")]
    queues: list[QueuePrices]


class ParkPriceRow(TypedDict):
    """What a queue of a ride costs, as last posted within 24 hours of the park's latest look."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    ride_name: str
    ride_slug: str
    queue_type: QueueTypeSlug
    observed_at: Instant
    price_minor: Annotated[int, Field(description="In minor units: cents, or whole yen.")]
    currency: Annotated[str | None, Field(description="ISO 4217.", examples=["EUR"])]


class QueueRow(TypedDict):
    """One queue other than standby, as last posted within 24 hours of the park's latest look."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

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
