"""The names that rides went by beside the one it is shown under (R14)."""

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


def all_former_names(connection: Connection) -> dict[int, list[str]]:
    """Those of every ride that has any, as :func:`former_names` tells them."""
    query = (
        select(RideName.ride_id, Ride.name, RideName.name)
        .join(Ride, Ride.ride_id == RideName.ride_id)
        .where(RideName.name != Ride.name)
        .order_by(RideName.ride_id, RideName.first_seen_at, RideName.name)
    )
    found: dict[int, dict[str, str]] = {}
    for ride_id, shown, name in connection.execute(query):
        found.setdefault(ride_id, {match_key(shown): shown}).setdefault(match_key(name), name)
    return {ride_id: rest for ride_id, names in found.items() if (rest := list(names.values())[1:])}
