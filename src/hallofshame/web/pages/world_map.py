"""The marks of the map: where they stand, and which stand for others that would lie under them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from hallofshame.domain.bands import Band, band_of
from hallofshame.web.answers.envelope import Row
from hallofshame.web.pages.projection import MapView, Point, project

NEAR_PIXELS = 26
"""Marks nearer than this would lie on each other."""
DRAWN_PIXELS = 1100
"""How wide the map is taken to be as it is served; the script knows better."""
STEP = 1.8
"""How much closer a step goes."""
_ROOM = 2.2
"""How many times as wide as they need the view of some parks may be."""
_STUCK = 0.95
"""A closer look that is no closer than this takes nothing apart."""


@dataclass(frozen=True, slots=True)
class MappedPark:
    """A park of the list that has a place."""

    row: Row
    point: Point

    @property
    def park_id(self) -> int:
        """Its number."""
        return int(self.row["park_id"])

    @property
    def score(self) -> float | None:
        """What it is judged by."""
        found: float | None = self.row["comparable_score"]
        return found


@dataclass(frozen=True, slots=True)
class MapMark:
    """A park on the map. ``into`` is the nearest more shameful park, ``apart`` how far away it lies.

    A mark is merged into that one where ``apart`` is under :data:`NEAR_PIXELS` as the map is scaled. So the
    worst park of a region stays in sight, and any two marks keep their distance at every scale. ``others`` is
    how many are merged into it as the map is served.
    """

    place: MappedPark
    into: int | None
    apart: float
    is_merged: bool
    others: int
    href: str

    @property
    def band(self) -> Band | None:
        """The band of its score."""
        return band_of(self.place.score)


def places_of(rows: Sequence[Row], parks: Mapping[int, Row]) -> list[MappedPark]:
    """The parks whose place is known, the most shameful first, those without a score last."""
    found = [
        MappedPark(row, project(park["latitude"], park["longitude"]))
        for row in rows
        if (park := parks.get(row["park_id"])) and None not in (park["latitude"], park["longitude"])
    ]
    return sorted(found, key=lambda place: (place.score is None, -(place.score or 0.0), place.park_id))


def marks_of(
    places: Sequence[MappedPark],
    view: MapView,
    park_href: Callable[[MappedPark], str],
    look: Callable[[MapView], str],
) -> list[MapMark]:
    """Every park as a mark, the most shameful last, so that it lies on top.

    The mark of several parks leads to a closer ``look``, or where none takes them apart to its line of the
    list.
    """
    near = NEAR_PIXELS * view.width / DRAWN_PIXELS
    parents: dict[int, tuple[int | None, float]] = {}
    for at, place in enumerate(places):
        worse = min(places[:at], key=lambda other: _distance(place, other), default=None)
        apart = math.inf if worse is None else _distance(place, worse)
        parents[place.park_id] = (None if worse is None else worse.park_id, apart)

    def leader(park_id: int) -> int:
        into, apart = parents[park_id]
        return leader(into) if into is not None and apart < near else park_id

    groups: dict[int, list[MappedPark]] = {}
    for place in places:
        groups.setdefault(leader(place.park_id), []).append(place)
    marks = []
    for place in places:
        members = groups.get(place.park_id, [])
        into, apart = parents[place.park_id]
        href = park_href(place)
        if len(members) > 1:
            closer = _closer([member.point for member in members], view)
            href = look(closer) if closer.width < _STUCK * view.width else f"#park-{place.park_id}"
        marks.append(MapMark(place, into, apart, not members, max(len(members) - 1, 0), href))
    return marks[::-1]


def _closer(points: Sequence[Point], view: MapView) -> MapView:
    """A view in which they come apart: with room around them, and at least a step closer."""
    tight = MapView.around(points, narrowest=0)
    return replace(tight, width=max(tight.width, min(_ROOM * tight.width, view.width / STEP))).held()


def _distance(one: MappedPark, other: MappedPark) -> float:
    return math.hypot(one.point.x - other.point.x, one.point.y - other.point.y)
