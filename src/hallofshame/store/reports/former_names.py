"""The names that a ride went by beside the one it is shown under (R14)."""

from __future__ import annotations

from sqlalchemy import Connection, select

from hallofshame.domain.names import match_key
from hallofshame.store.models import Ride, RideName


def former_names(connection: Connection, ride_id: int) -> list[str]:
    """Other names, the first seen first. Spellings of one name are one; of it the first seen counts."""
    shown = connection.scalar(select(Ride.name).where(Ride.ride_id == ride_id)) or ""
    found = {match_key(shown): shown}
    query = (
        select(RideName.name)
        .where(RideName.ride_id == ride_id)
        .order_by(RideName.first_seen_at, RideName.name)
    )
    for name in connection.scalars(query):
        found.setdefault(match_key(name), name)
    return list(found.values())[1:]
