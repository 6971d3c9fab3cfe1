"""Distances on the globe, in metres along a great circle."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

EARTH_RADIUS_METRES = 6_371_009
"""Mean radius (IUGG). The database is given the same one, so that both compute the same distance."""

METRES_PER_DEGREE = 111_000
"""A little under the length of a degree of latitude, so that a box made with it holds the whole circle."""


def metres_between(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The great-circle distance of two points given in degrees (haversine formula)."""
    north, other_north = radians(latitude), radians(other_latitude)
    half = (
        sin((other_north - north) / 2) ** 2
        + cos(north) * cos(other_north) * sin(radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_METRES * asin(min(1.0, sqrt(half)))
