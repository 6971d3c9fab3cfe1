"""The prices of a ride's queues as rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.periods import DayRange
from hallofshame.store.reports.catalogue import RideProfile
from hallofshame.store.reports.prices import PriceSpan, price_series
from hallofshame.store.reports.queues import PostedPrice
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Instant, QueueTypeSlug
from hallofshame.web.answers.envelope import iso
from hallofshame.web.shapes import closed


@closed
class PriceSegment(TypedDict):
    """A stretch of time with one price; `end` is not included."""

    start: Instant
    end: Instant
    price_minor: Annotated[
        int | None,
        Field(description="In minor units: cents, or whole yen; 0 is free. Null where none was posted."),
    ]
    currency: Annotated[str | None, Field(description="ISO 4217.", examples=["EUR"])]


@closed
class QueuePrices(TypedDict):
    """The prices of one queue."""

    queue_type: QueueTypeSlug
    segments: list[PriceSegment]


@closed
class RidePrices(TypedDict):
    """What a ride's paid queues cost over time, up to the latest look."""

    ride_id: int
    timezone: Annotated[str, Field(description="IANA zone of the park.")]
    starts_at: Annotated[Instant, Field(description="Local midnight.")]
    ends_at: Annotated[Instant | None, Field(description="The period's end, or the latest look in it.")]
    queues: list[QueuePrices]


@closed
class ParkPriceRow(TypedDict):
    """What a queue of a ride costs, as last posted within 24 hours of the park's latest look."""

    ride_id: int
    ride_name: str
    ride_slug: str
    queue_type: QueueTypeSlug
    observed_at: Instant
    price_minor: Annotated[int, Field(description="In minor units: cents, or whole yen.")]
    currency: Annotated[str | None, Field(description="ISO 4217.", examples=["EUR"])]


def ride_prices(context: AnswerContext, ride: RideProfile, days: DayRange) -> RidePrices:
    """The series of each paid queue over park-local days, as far as anybody has looked."""
    park = context.catalogue.parks[ride.park_id]
    start, end = day_bounds(days.start, park.timezone)[0], day_bounds(days.end, park.timezone)[1]
    known_until = min(end, context.data_as_of or start)
    series = (
        price_series(context.connection, park.park_id, ride.ride_id, start, known_until)
        if known_until > start
        else {}
    )
    return {
        "ride_id": ride.ride_id,
        "timezone": park.timezone,
        "starts_at": iso(start),
        "ends_at": iso(known_until) if known_until > start else None,
        "queues": [
            {"queue_type": queue_type.name.lower(), "segments": [_segment(found) for found in segments]}
            for queue_type, segments in series.items()
        ],
    }


def price_rows(context: AnswerContext, prices: Sequence[PostedPrice]) -> list[ParkPriceRow]:
    """The latest price of each queue, by the name of its ride."""
    rides = context.catalogue.rides
    rows: list[ParkPriceRow] = [
        {
            "ride_id": found.ride_id,
            "ride_name": rides[found.ride_id].name,
            "ride_slug": rides[found.ride_id].slug,
            "queue_type": found.queue_type.name.lower(),
            "observed_at": iso(found.observed_at),
            "price_minor": found.price_minor,
            "currency": found.currency,
        }
        for found in prices
        if found.ride_id in rides
    ]
    return sorted(rows, key=lambda row: (row["ride_name"], row["ride_id"], row["queue_type"]))


def _segment(found: PriceSpan) -> PriceSegment:
    return {
        "start": iso(found.start),
        "end": iso(found.end),
        "price_minor": found.price_minor,
        "currency": found.currency,
    }
