"""What a ride's paid queues cost over time, from the readings of its queues."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.domain.rules import EVENT_LOG_HOLD_SECONDS
from hallofshame.domain.words import QueueType
from hallofshame.store.models import QueueData
from hallofshame.store.reports.holding import looks, stretches

PAID_QUEUES = (QueueType.PAID_RETURN_TIME, QueueType.PAID_STANDBY)
"""Queues that cost money: they have a series also where no price was posted."""


@dataclass(frozen=True, slots=True)
class PriceSpan:
    """A stretch of time, Unix seconds, with one price in minor units of its currency; null = unknown."""

    start: int
    end: int
    price_minor: int | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class PriceReading:
    """A queue's price as posted at one instant."""

    observed_at: int
    price_minor: int | None
    currency: str | None


def price_series(
    connection: Connection, park_id: int, ride_id: int, start: int, end: int
) -> dict[QueueType, list[PriceSpan]]:
    """The prices of each paid queue of a ride between two instants, in the order of the queues' types.

    Segments touch and cover the whole stretch; a new one begins where the price changes. A reading holds
    until the next look at the park, but at most as long as any observation does (R3). A look at the park
    that does not tell of the queue ends the price: it is unknown then, as it is where nobody looked.
    """
    since = start - EVENT_LOG_HOLD_SECONDS
    readings = _readings(connection, park_id, ride_id, since, end)
    cycles = looks(connection, park_id, since, end) if readings else {}
    return {
        queue_type: price_segments(found, cycles, start, end)
        for queue_type, found in sorted(readings.items())
    }


def price_segments(
    readings: Sequence[PriceReading], cycles: Mapping[int, int], start: int, end: int
) -> list[PriceSpan]:
    """Readings of one queue, in order of time, as touching segments: see :func:`holding.stretches`."""
    said = [
        (one.observed_at, None if one.price_minor is None else (one.price_minor, one.currency))
        for one in readings
    ]
    return [
        PriceSpan(held.start, held.end, *(held.value or (None, None)))
        for held in stretches(said, cycles, start, end)
    ]


def _readings(
    connection: Connection, park_id: int, ride_id: int, since: int, end: int
) -> dict[QueueType, list[PriceReading]]:
    """Readings of the ride's paid queues, and of any other that had a price."""
    model = QueueData
    query = (
        select(model.queue_type, model.observed_at, model.price_minor, model.currency)
        .where(model.park_id == park_id, model.observed_at >= since, model.observed_at < end)
        .where(model.ride_id == ride_id)
        .order_by(model.observed_at)
    )
    found: dict[QueueType, list[PriceReading]] = defaultdict(list)
    for queue_type, observed_at, price, currency in connection.execute(query):
        # A currency without a price says nothing.
        reading = PriceReading(observed_at, price, None if price is None else currency)
        found[QueueType(queue_type)].append(reading)
    return {
        queue_type: readings
        for queue_type, readings in found.items()
        if queue_type in PAID_QUEUES or any(reading.price_minor is not None for reading in readings)
    }
