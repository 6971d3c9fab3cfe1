"""The names that rides went by beside the one it is shown under (R14)."""

from __future__ import annotations

from sqlalchemy import Connection, select

from hallofshame.domain.names import match_key
from hallofshame.store.models import NameSeen, Ride


def former_names(connection: Connection, ride_id: int) -> list[str]:
    """Other names, the first seen first. Spellings of one name are one; of it the first seen counts."""
    shown = connection.scalar(select(Ride.name).where(Ride.ride_id == ride_id)) or ""
    found = {match_key(shown): shown}
    query = (
        select(NameSeen.name)
        .where(NameSeen.ride_id == ride_id)
        .order_by(NameSeen.first_seen_at, NameSeen.name)
    )
    for name in connection.scalars(query):
        found.setdefault(match_key(name), name)
    return list(found.values())[1:]


def all_former_names(connection: Connection) -> dict[int, list[str]]:
    """Those of every ride that has any, as :func:`former_names` tells them."""
    query = (
        select(NameSeen.ride_id, Ride.name, NameSeen.name)
        .join(Ride, Ride.ride_id == NameSeen.ride_id)
        .where(NameSeen.name != Ride.name)
        .order_by(NameSeen.ride_id, NameSeen.first_seen_at, NameSeen.name)
    )
    found: dict[int, dict[str, str]] = {}
    for ride_id, shown, name in connection.execute(query):
        found.setdefault(ride_id, {match_key(shown): shown}).setdefault(match_key(name), name)
    return {ride_id: rest for ride_id, names in found.items() if (rest := list(names.values())[1:])}
