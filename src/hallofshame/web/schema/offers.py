"""What feeds offer beside waits: what is near, what is sold, tables of restaurants, queues over a day."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, Day, Instant, StatusSlug
from hallofshame.web.schema.rows import EntityFacts, ParkIdentity, RideIdentity
from hallofshame.web.schema.timelines import QueueTypeSlug

Metres = Annotated[int, Field(ge=0, description="Along a great circle, in whole metres.")]


class VisitRide(RideIdentity, EntityFacts):
    """A ride as a visitor asks for it: who may ride, whether there is a roof, what it is doing now."""

    admits: Annotated[
        bool | None,
        Field(description="Whether somebody of that `height` may ride; null: not known or not asked."),
    ]
    is_open: Annotated[bool | None, Field(description="Whether its park is open; null where not known.")]
    status: Annotated[StatusSlug | None, Field(description="Null where nobody has looked lately.")]
    is_down: Annotated[bool | None, Field(description="Whether it counts as broken down.")]
    wait_minutes: Annotated[int | None, Field(ge=0, description="The posted wait, where one above 0 is.")]


class NearRide(VisitRide):
    """A ride near a point."""

    distance_metres: Metres
    position: Annotated[
        Literal["own", "park"],
        Field(description="The distance is to the ride itself, or to its park where no more is known."),
    ]


class NearPark(ParkIdentity):
    """A park near a point."""

    latitude: float
    longitude: float
    distance_metres: Metres
    is_open: Annotated[bool | None, Field(description="Whether it is open now; null where not known.")]


class PurchaseRow(TypedDict):
    """Something on sale for one date; with `history=yes` one row per price it has had."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    date: Day
    offer_id: Annotated[str, Field(description="The source's own id.")]
    kind: Annotated[str, Field(description="The source's own word.", examples=["PACKAGE", "ATTRACTION"])]
    name: Annotated[str, Field(examples=["Lightning Lane Multi Pass"])]
    price_minor: Annotated[int | None, Field(ge=0, description="In minor units: cents, or whole yen.")]
    currency: Annotated[str | None, Field(description="ISO 4217.", examples=["USD"])]
    is_available: Annotated[bool | None, Field(description="Null where the source does not say.")]
    seen_at: Annotated[Instant, Field(description="Since when it is published so.")]
    superseded_at: Annotated[Instant | None, Field(description="Until when; null while it is in force.")]


class DiningRow(TypedDict):
    """A stretch of time in which one size of party waited so long for a table; the stretches touch."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: Annotated[int, Field(description="The restaurant.")]
    ride_name: str
    ride_slug: str
    start: Instant
    end: Annotated[Instant | None, Field(description="Null while it is in force.")]
    party_size: Annotated[int | None, Field(ge=1, description="Null: no table is offered to anybody.")]
    wait_minutes: Annotated[int | None, Field(ge=0, description="Null: no table is offered.")]


class QueueSegment(TypedDict):
    """A stretch in which a queue said the same; `end` is not included, all else is null where unknown."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

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


class QueueCourse(TypedDict):
    """One queue over a day."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    queue_type: QueueTypeSlug
    segments: list[QueueSegment]


class QueueDay(TypedDict):
    """All queues of a ride other than standby over one park-local day, up to the latest look."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    ride_id: int
    date: Day
    timezone: Annotated[str, Field(description="IANA zone of the park.")]
    starts_at: Annotated[Instant, Field(description="Local midnight.")]
    ends_at: Annotated[Instant | None, Field(description="The day's end, or the latest look in it.")]
    queues: list[QueueCourse]
