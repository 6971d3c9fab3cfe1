"""Ways to wait other than the standby line, as last posted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

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
