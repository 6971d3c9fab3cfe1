"""Rides that are down as the live board shows them: one card for each event, in the order asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hallofshame.domain.rules import PARK_WIDE_SECONDS
from hallofshame.web.answers.envelope import Row

FEWEST_OF_EVENT = 3
"""So many rides of a park that stop within :data:`PARK_WIDE_SECONDS` are one event; two may be chance."""

FLAGSHIPS, LONGEST, NEWEST, PARK = "tier", "longest", "newest", "park"
SORTS = (
    (FLAGSHIPS, "Flagships first"),
    (LONGEST, "Longest first"),
    (NEWEST, "Newest first"),
    (PARK, "By park"),
)
"""The orders of the board with their words; the first is the default."""


@dataclass(frozen=True, slots=True)
class Event:
    """One ride, or several of one park that stopped together: the heaviest first, equals by name."""

    rides: tuple[Row, ...]

    @property
    def weight(self) -> int:
        """That of its heaviest ride."""
        return max(int(row["weight"]) for row in self.rides)

    @property
    def has_flagship(self) -> bool:
        """Whether a flagship is among its rides."""
        return any(row["tier"] == 1 for row in self.rides)

    @property
    def started_at(self) -> str:
        """When the first of its rides stopped."""
        return min(str(row["started_at"]) for row in self.rides)

    @property
    def last_at(self) -> str:
        """When the last of its rides stopped."""
        return max(str(row["started_at"]) for row in self.rides)

    @property
    def is_at_once(self) -> bool:
        """Whether all its rides stopped in one minute, as clocks show it."""
        return self.started_at[:16] == self.last_at[:16]

    @property
    def down_seconds(self) -> int:
        """How long the first of its rides has been down."""
        return max(int(row["down_seconds"]) for row in self.rides)


def events_of(down: Iterable[Row], sort: str = FLAGSHIPS) -> list[Event]:
    """The events among the rides that are down (rows of ``/api/outages/now``), each ride in one of them.

    ``sort``: a name of :data:`SORTS`. Equals stand by ride, so that a refresh never shuffles them.
    """
    by_park: dict[int, list[Row]] = {}
    for row in sorted(down, key=lambda row: (row["started_at"], row["ride_id"])):
        by_park.setdefault(row["park_id"], []).append(row)
    found = [event for rows in by_park.values() for event in _events_of_park(rows)]
    found.sort(key=lambda event: (event.started_at, event.rides[0]["ride_id"]))
    if sort == LONGEST:
        return found
    if sort == NEWEST:
        return sorted(found, key=lambda event: event.started_at, reverse=True)
    orders: dict[str, Callable[[Event], tuple[str | int, ...]]] = {
        FLAGSHIPS: lambda event: (-event.weight,),
        PARK: lambda event: (str(event.rides[0]["park_name"]).casefold(),),
    }
    return sorted(found, key=orders[sort])


def _events_of_park(rows: list[Row]) -> list[Event]:
    """Of one park's rides in the order in which they stopped."""
    stretches: list[list[Row]] = []
    for row in rows:
        if stretches and _at(row) - _at(stretches[-1][0]) <= dt.timedelta(seconds=PARK_WIDE_SECONDS):
            stretches[-1].append(row)
        else:
            stretches.append([row])
    events = []
    for stretch in stretches:
        if len(stretch) >= FEWEST_OF_EVENT:
            heaviest_first = sorted(stretch, key=lambda row: (-row["weight"], row["ride_name"].casefold()))
            events.append(Event(tuple(heaviest_first)))
        else:
            events += [Event((row,)) for row in stretch]
    return events


def _at(row: Row) -> dt.datetime:
    return dt.datetime.fromisoformat(row["started_at"])
