"""Ways to wait other than the standby line, as last posted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from hallofshame.domain.words import QueueType
from hallofshame.store.models import QueueData


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


def latest_queues(connection: Connection, park_id: int, ride_id: int, since: int) -> list[Queue]:
    """The latest row of each of the ride's queues posted at ``since`` or later, in the order of their types.

    The rows lie by park and time, so ``since`` bounds what has to be read.
    """
    model = QueueData
    query = (
        select(
            model.queue_type,
            model.observed_at,
            model.state,
            model.wait_minutes,
            model.return_start,
            model.return_end,
            model.price_minor,
            model.currency,
            model.group_start,
            model.group_end,
        )
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
