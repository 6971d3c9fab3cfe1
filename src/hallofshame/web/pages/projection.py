"""Where a place lies on our map, and which part of the map is seen: the Miller projection of ``land.svg``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

WIDTH = 3600
"""Units of the map around the world; x runs eastwards from :data:`WEST`."""
WEST = -169.0
NORTH, SOUTH = 74.0, -52.0
"""What of the world is drawn, in degrees."""
ASPECT = 9 / 5
"""Width by height of a view."""
CLOSEST = 0.6
"""The narrowest view, some six kilometres: parks with a common gate come apart."""

_UNITS_PER_RADIAN = WIDTH / (2 * math.pi)
_MARGIN_X, _MARGIN_Y = 1.3, 1.4


class Point(NamedTuple):
    """A place in units of the map; y runs southwards from the equator."""

    x: float
    y: float


def project(latitude: float, longitude: float) -> Point:
    """A place in degrees as a point of the map."""
    turned = longitude + 360 if longitude < WEST else longitude
    angle = math.pi / 4 + 0.4 * math.radians(latitude)
    return Point((turned - WEST) * WIDTH / 360, -1.25 * math.log(math.tan(angle)) * _UNITS_PER_RADIAN)


def unproject(point: Point) -> tuple[float, float]:
    """A point of the map as latitude and longitude in degrees."""
    angle = math.atan(math.exp(-point.y / (1.25 * _UNITS_PER_RADIAN)))
    longitude = point.x * 360 / WIDTH + WEST
    return math.degrees((angle - math.pi / 4) / 0.4), longitude - 360 if longitude > 180 else longitude


_TOP, _BOTTOM = project(NORTH, 0).y, project(SOUTH, 0).y


@dataclass(frozen=True, slots=True)
class MapView:
    """What part of the map is seen: its middle and its width, in units of the map."""

    x: float
    y: float
    width: float

    @classmethod
    def world(cls) -> Self:
        """All of it."""
        return cls(WIDTH / 2, (_TOP + _BOTTOM) / 2, WIDTH)

    @classmethod
    def around(cls, points: Sequence[Point], narrowest: float = 160) -> MapView:
        """All points with a margin; the world where there are none."""
        if not points:
            return cls.world()
        left, right = min(point.x for point in points), max(point.x for point in points)
        top, bottom = min(point.y for point in points), max(point.y for point in points)
        width = max((right - left) * _MARGIN_X, (bottom - top) * _MARGIN_Y * ASPECT, narrowest)
        return cls((left + right) / 2, (top + bottom) / 2, width).held()

    @classmethod
    def read(cls, text: str | None) -> MapView | None:
        """The view of ``latitude,longitude,width`` in degrees; null where the text is none."""
        parts = (text or "").split(",")
        try:
            latitude, longitude, degrees = (float(part) for part in parts)
        except ValueError:
            return None
        # Comparisons with NaN are false, too.
        if not (abs(latitude) <= 85 and abs(longitude) <= 180 and 0 < degrees <= 360):
            return None
        return cls(*project(latitude, longitude), degrees * WIDTH / 360).held()

    def held(self) -> MapView:
        """The same, never beyond the land."""
        width = min(max(self.width, CLOSEST), WIDTH)
        height = width / ASPECT
        return MapView(
            _between(self.x, width / 2, WIDTH - width / 2),
            _between(self.y, _TOP + height / 2, _BOTTOM - height / 2),
            width,
        )

    def scaled(self, factor: float) -> MapView:
        """A view that shows things ``factor`` times larger."""
        return MapView(self.x, self.y, self.width / factor).held()

    @property
    def text(self) -> str:
        """As the address holds it, each to a thousandth of a degree."""
        latitude, longitude = unproject(Point(self.x, self.y))
        return ",".join(f"{round(value, 3):g}" for value in (latitude, longitude, self.width * 360 / WIDTH))

    @property
    def box(self) -> str:
        """The ``viewBox`` that shows it."""
        height = self.width / ASPECT
        corner = (self.x - self.width / 2, self.y - height / 2, self.width, height)
        return " ".join(f"{round(value, 3):g}" for value in corner)

    def shows(self, point: Point) -> bool:
        """Whether a point lies in it."""
        return abs(point.x - self.x) <= self.width / 2 and abs(point.y - self.y) <= self.width / ASPECT / 2


def _between(value: float, low: float, high: float) -> float:
    return (low + high) / 2 if low > high else min(max(value, low), high)
