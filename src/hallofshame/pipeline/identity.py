"""Which ride is this? The order of answers of R14 as a pure function of what is known of one park."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import Levenshtein

from hallofshame.domain.names import normalise
from hallofshame.domain.words import Feed, RideKind

MAX_EDIT_DISTANCE = 2
"""Names this many edits apart or fewer may be one ride (R14: edit distance < 3)."""

_NUMBERS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a feed names one ride of a park: by id where it gives one, and by name."""

    external_id: str | None
    name: str
    kind: RideKind = RideKind.ATTRACTION
    land: str | None = None


@dataclass(slots=True)
class KnownRide:
    """What is known of a ride already."""

    ride_id: int
    name: str
    old_names: frozenset[str] = frozenset()
    external_ids: Mapping[Feed, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one sighting: a known ride, or ``None`` for a new one, and which rule gave it."""

    ride_id: int | None
    rule: str


MeetsAlso = Callable[[Sighting, str], bool]
"""Whether a sighting was ever seen in one answer together with a ride of that normalised name."""


class Matcher:
    """Finds the ride of each sighting in one park, first rule that answers (R14).

    1. the feed's own id; 2. a name that normalises alike; 3. a name within edit distance < 3, if only one
    qualifies; 4. the manual mapping; 5. a new ride. Two sightings of one answer are two rides, so a name
    rule never picks a ride that stands in the same answer itself, nor one that has another id of this feed.
    """

    def __init__(
        self,
        rides: Iterable[KnownRide],
        feed: Feed,
        manual: Mapping[str, int] | None = None,
        meets_also: MeetsAlso | None = None,
    ) -> None:
        self._feed = feed
        self._manual = manual or {}
        self._meets_also = meets_also or (lambda _sighting, _name: False)
        self._by_id: dict[str, int] = {}
        self._ids: dict[int, set[str]] = defaultdict(set)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_old_name: dict[str, list[int]] = defaultdict(list)
        self._names: dict[int, str] = {}
        for ride in sorted(rides, key=lambda ride: ride.ride_id):
            for external_id in ride.external_ids.get(feed, frozenset()):
                self._by_id[external_id] = ride.ride_id
                self._ids[ride.ride_id].add(external_id)
            self._add_name(ride.ride_id, ride.name)
            for old in ride.old_names:
                self._by_old_name[normalise(old)].append(ride.ride_id)

    def match(self, sighting: Sighting) -> Match:
        """The ride of ``sighting``; the caller answers a new one with :meth:`learn`."""
        if sighting.external_id is not None and sighting.external_id in self._by_id:
            return Match(self._by_id[sighting.external_id], "external_id")
        name = normalise(sighting.name)
        for rule, index in (("name", self._by_name), ("old_name", self._by_old_name)):
            fitting = [ride for ride in index.get(name, ()) if self._may_be(ride, sighting)]
            if fitting:
                return Match(min(fitting), rule)
        alike = self._alike(sighting, name)
        if len(alike) == 1:
            return Match(alike[0], "similar_name")
        mapped = self._manual.get(sighting.external_id or "") or self._manual.get(name)
        if mapped is not None:
            return Match(mapped, "manual_mapping")
        return Match(None, "new")

    def learn(self, ride_id: int, sighting: Sighting) -> None:
        """Take note that ``sighting`` is ``ride_id``, so that the sightings after it can tell."""
        if sighting.external_id is not None:
            self._by_id[sighting.external_id] = ride_id
            self._ids[ride_id].add(sighting.external_id)
        if ride_id not in self._names:
            self._add_name(ride_id, sighting.name)

    def _add_name(self, ride_id: int, name: str) -> None:
        self._names[ride_id] = normalise(name)
        self._by_name[self._names[ride_id]].append(ride_id)

    def _may_be(self, ride_id: int, sighting: Sighting) -> bool:
        """Ids before names: a ride that has another id of this feed is another ride."""
        return sighting.external_id is None or not self._ids.get(ride_id)

    def _alike(self, sighting: Sighting, name: str) -> list[int]:
        return [
            ride_id
            for ride_id, known in self._names.items()
            if known != name
            and self._may_be(ride_id, sighting)
            and similar(name, known)
            and not self._meets_also(sighting, known)
        ]


def similar(name: str, other: str) -> bool:
    """Whether two normalised names are within edit distance < 3 and may be one ride.

    Names that differ in a number are two things ("Slide 1", "Slide 2"), and two edits in a name of a few
    letters are another name.
    """
    if _NUMBERS.findall(name) != _NUMBERS.findall(other):
        return False
    distance = Levenshtein.distance(name, other, score_cutoff=MAX_EDIT_DISTANCE)
    return distance <= MAX_EDIT_DISTANCE and 3 * distance <= min(len(name), len(other))


def in_order(sightings: Iterable[Sighting]) -> Sequence[Sighting]:
    """Sightings without doubles in the order to match them: those with an id first, then as they came."""
    unique = list(dict.fromkeys(sightings))
    return sorted(unique, key=lambda sighting: sighting.external_id is None)
