"""Ways to wait other than the standby line, as last posted and over a day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from hallofshame.domain.rules import EVENT_LOG_HOLD_SECONDS
from hallofshame.domain.words import QueueType
from hallofshame.store.models import QueueData
from hallofshame.store.reports.holding import Held, looks, stretches


@dataclass(frozen=True, slots=True)
class Queue:
    """One queue of one ride at one instant; instants in Unix seconds, the price in minor units."""

    queue_type: QueueType
    observed_at: int
    state: str | None
    wait_minutes: int | None
    return_start: int | None
    return_end: int | None
    price_minor: int | None
    currency: str | None
    group_start: int | None
    group_end: int | None


_COLUMNS = (
    QueueData.queue_type,
    QueueData.observed_at,
    QueueData.state,
    QueueData.wait_minutes,
    QueueData.return_start,
    QueueData.return_end,
    QueueData.price_minor,
    QueueData.currency,
    QueueData.group_start,
    QueueData.group_end,
)
"""What a queue said, in the order in which both readers of it take it."""


def latest_queues(connection: Connection, park_id: int, ride_id: int, since: int) -> list[Queue]:
    """The latest row of each of the ride's queues posted at ``since`` or later, in the order of their types.

    The rows lie by park and time, so ``since`` bounds what has to be read.
    """
    model = QueueData
    query = (
        select(*_COLUMNS)
        .where(model.park_id == park_id, model.observed_at >= since, model.ride_id == ride_id)
        .order_by(model.observed_at)
    )
    latest = {row[0]: row for row in connection.execute(query)}
    return [Queue(QueueType(kind), *row[1:]) for kind, row in sorted(latest.items())]  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True)
class PostedPrice:
    """What one queue of one ride cost at the latest instant, Unix seconds, at which a price was posted."""

    ride_id: int
    queue_type: QueueType
    observed_at: int
    price_minor: int
    currency: str | None


def latest_prices(connection: Connection, park_id: int, since: int) -> list[PostedPrice]:
    """The latest price of each queue of the park's rides posted at ``since`` or later, by ride and type."""
    model = QueueData
    latest = (
        select(model.ride_id, model.queue_type, func.max(model.observed_at).label("observed_at"))
        .where(model.park_id == park_id, model.observed_at >= since, model.price_minor.is_not(None))
        .group_by(model.ride_id, model.queue_type)
        .subquery()
    )
    query = (
        select(model.ride_id, model.queue_type, model.observed_at, model.price_minor, model.currency)
        .join(
            latest,
            and_(
                model.ride_id == latest.c.ride_id,
                model.queue_type == latest.c.queue_type,
                model.observed_at == latest.c.observed_at,
            ),
        )
        .where(model.park_id == park_id, model.observed_at >= since)
        .order_by(model.ride_id, model.queue_type)
    )
    return [PostedPrice(row[0], QueueType(row[1]), *row[2:]) for row in connection.execute(query)]  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class QueueValue:
    """What one queue said; instants in Unix seconds, the price in minor units."""

    state: str | None
    wait_minutes: int | None
    return_start: int | None
    return_end: int | None
    price_minor: int | None
    currency: str | None
    group_start: int | None
    group_end: int | None


def queue_courses(
    connection: Connection, park_id: int, ride_id: int, start: int, end: int
) -> dict[QueueType, list[Held[QueueValue]]]:
    """All that each queue of a ride said between two instants, as stretches that touch, by type of queue."""
    since = start - EVENT_LOG_HOLD_SECONDS
    model = QueueData
    query = (
        select(*_COLUMNS)
        .where(model.park_id == park_id, model.observed_at >= since, model.observed_at < end)
        .where(model.ride_id == ride_id)
        .order_by(model.observed_at)
    )
    readings: dict[QueueType, list[tuple[int, QueueValue | None]]] = {}
    for row in connection.execute(query):
        readings.setdefault(QueueType(row[0]), []).append((row[1], QueueValue(*row[2:])))  # type: ignore[call-arg]
    cycles = looks(connection, park_id, since, end) if readings else {}
    courses = {kind: stretches(found, cycles, start, end) for kind, found in sorted(readings.items())}
    return {kind: found for kind, found in courses.items() if any(one.value for one in found)}
