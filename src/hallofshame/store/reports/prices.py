"""What a ride's paid queues cost over time, from the readings of its queues."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlalchemy import Connection, select

from hallofshame.domain.rules import EVENT_LOG_HOLD_SECONDS, HOLD_CADENCES, MAX_HOLD_SECONDS
from hallofshame.domain.words import QueueType
from hallofshame.store.models import ParkActivitySnapshot, QueueData

PAID_QUEUES = (QueueType.PAID_RETURN_TIME, QueueType.PAID_STANDBY)
"""Queues that cost money: they have a series also where no price was posted."""


@dataclass(frozen=True, slots=True)
class PriceSegment:
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
) -> dict[QueueType, list[PriceSegment]]:
    """The prices of each paid queue of a ride between two instants, in the order of the queues' types.

    Segments touch and cover the whole stretch; a new one begins where the price changes. A reading holds
    until the next look at the park, but at most as long as any observation does (R3). A look at the park
    that does not tell of the queue ends the price: it is unknown then, as it is where nobody looked.
    """
    since = start - EVENT_LOG_HOLD_SECONDS
    readings = _readings(connection, park_id, ride_id, since, end)
    cycles = _cycles(connection, park_id, since, end) if readings else {}
    return {
        queue_type: price_segments(found, cycles, start, end)
        for queue_type, found in sorted(readings.items())
    }


def price_segments(
    readings: Sequence[PriceReading], cycles: Mapping[int, int], start: int, end: int
) -> list[PriceSegment]:
    """Readings of one queue, in order of time, as touching segments from ``start`` to ``end``.

    ``cycles``: the cadence in seconds of each look at the park, by its instant, in order of time. A reading
    at an instant without a look is from the event log and holds longer.
    """
    segments: list[PriceSegment] = []
    for segment in _known(readings, cycles):
        first, last = max(segment.start, start), min(segment.end, end)
        if first < last:
            _append(segments, replace(segment, start=first, end=last), start)
    if start < end and (not segments or segments[-1].end < end):
        _append(segments, PriceSegment(end, end, None, None), start)
    return segments


def _known(readings: Sequence[PriceReading], cycles: Mapping[int, int]) -> Iterator[PriceSegment]:
    """The stretch that each reading holds for."""
    looks = list(cycles)
    following = [after.observed_at for _, after in pairwise(readings)]
    for at, reading in enumerate(readings):
        cadence = cycles.get(reading.observed_at)
        hold = EVENT_LOG_HOLD_SECONDS if cadence is None else min(cadence * HOLD_CADENCES, MAX_HOLD_SECONDS)
        until = reading.observed_at + hold
        if at < len(following):
            until = min(until, following[at])
        next_look = bisect_right(looks, reading.observed_at)
        if next_look < len(looks):
            until = min(until, looks[next_look])
        yield PriceSegment(reading.observed_at, until, reading.price_minor, reading.currency)


def _append(segments: list[PriceSegment], found: PriceSegment, start: int) -> None:
    """Add a segment, after one without a price where time lies between; equal neighbours become one."""
    reached = segments[-1].end if segments else start
    parts = [PriceSegment(reached, found.start, None, None), found]
    for part in parts:
        if part.start == part.end:
            continue
        last = segments[-1] if segments else None
        if last is not None and (last.price_minor, last.currency) == (part.price_minor, part.currency):
            segments[-1] = replace(last, end=part.end)
        else:
            segments.append(part)


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


def _cycles(connection: Connection, park_id: int, since: int, end: int) -> dict[int, int]:
    """The cadence of each look at the park, by its instant."""
    model = ParkActivitySnapshot
    query = (
        select(model.observed_at, model.cadence_seconds)
        .where(model.park_id == park_id, model.observed_at >= since, model.observed_at < end)
        .order_by(model.observed_at)
    )
    return {row.observed_at: row.cadence_seconds for row in connection.execute(query)}
