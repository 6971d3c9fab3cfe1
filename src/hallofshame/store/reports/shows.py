"""Show times, for showing."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.store.models import Ride
from hallofshame.store.models import ShowTime as ShowTimeRow


@dataclass(frozen=True, slots=True)
class Show:
    """One performance or operating slot of one entity; instants in Unix seconds."""

    ride_id: int
    kind: str
    starts_at: int
    ends_at: int | None
    seen_at: int


def show_times(connection: Connection, park_id: int, start: int, end: int) -> list[Show]:
    """What is published of a park to begin from ``start`` until before ``end``, in order of time."""
    model = ShowTimeRow
    rides = select(Ride.ride_id).where(Ride.park_id == park_id)
    query = (
        select(model.ride_id, model.kind, model.starts_at, model.ends_at, model.seen_at)
        .where(
            model.ride_id.in_(rides),
            model.starts_at >= start,
            model.starts_at < end,
            model.superseded_at.is_(None),
        )
        .order_by(model.starts_at, model.ride_id, model.kind)
    )
    return [Show(*row) for row in connection.execute(query)]
