"""What is near a point: distances along a great circle, by the database where it can, else here."""

from __future__ import annotations

from math import cos, radians
from typing import TypeAlias

from sqlalchemy import Connection, Double, func, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.elements import ColumnElement

from hallofshame.domain.distances import EARTH_RADIUS_METRES, METRES_PER_DEGREE, metres_between
from hallofshame.store.models import EntityMetadata, Park

Model: TypeAlias = type[EntityMetadata] | type[Park]


def rides_near(
    connection: Connection, latitude: float, longitude: float, radius_metres: int
) -> dict[int, int]:
    """Rides whose own place is at most that far away, with their distance in whole metres, nearest first."""
    model = EntityMetadata
    return _near(
        connection, model, model.ride_id, latitude, longitude, radius_metres, model.superseded_at.is_(None)
    )


def parks_near(
    connection: Connection, latitude: float, longitude: float, radius_metres: int
) -> dict[int, int]:
    """Parks at most that far away, with their distance in whole metres, nearest first."""
    return _near(connection, Park, Park.park_id, latitude, longitude, radius_metres)


def _near(
    connection: Connection,
    model: Model,
    identity: InstrumentedAttribute[int],
    latitude: float,
    longitude: float,
    radius_metres: int,
    *conditions: ColumnElement[bool],
) -> dict[int, int]:
    """Distances by id. Both ways round to whole metres before they compare, so that they answer alike."""
    inside = (*conditions, *_box(model, latitude, longitude, radius_metres))
    found: dict[int, float]
    if connection.dialect.name == "sqlite":
        places = select(identity, model.latitude, model.longitude).where(*inside)
        found = {
            key: metres_between(latitude, longitude, north, east)
            for key, north, east in connection.execute(places)
            if north is not None and east is not None
        }
    else:
        # Points are (longitude, latitude); the radius is the one that metres_between reckons with.
        metres: ColumnElement[float] = func.ST_Distance_Sphere(
            func.point(model.longitude, model.latitude),
            func.point(longitude, latitude),
            EARTH_RADIUS_METRES,
            type_=Double(),
        )
        found = dict(connection.execute(select(identity, metres).where(*inside)).all())
    whole = {key: round(distance) for key, distance in found.items()}
    return dict(
        sorted(
            ((key, distance) for key, distance in whole.items() if distance <= radius_metres),
            key=lambda one: (one[1], one[0]),
        )
    )


def _box(model: Model, latitude: float, longitude: float, radius_metres: int) -> list[ColumnElement[bool]]:
    """Conditions that leave far rows out before distances are computed; across the date line and at the poles
    only the latitude does."""
    degrees = radius_metres / METRES_PER_DEGREE
    box: list[ColumnElement[bool]] = [
        model.latitude.between(latitude - degrees, latitude + degrees),
        model.longitude.is_not(None),
    ]
    highest = abs(latitude) + degrees
    if highest < 89:
        width = degrees / cos(radians(highest))
        if longitude - width >= -180 and longitude + width <= 180:
            box.append(model.longitude.between(longitude - width, longitude + width))
    return box
