"""Which ride is this? The order of answers of R14 as a pure function of what is known of one park."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hallofshame.domain.names import normalise
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.similar_names import SimilarNames


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


class _Names:
    """Some rides of a park by their names, as the name rules ask for them; those with lower ids first."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._by_name: dict[str, dict[int, None]] = {}
        self._by_old_name: dict[str, dict[int, None]] = {}
        self._similar: SimilarNames | None = None

    def add(self, ride_id: int, name: str, old_names: Iterable[str] = ()) -> None:
        """Take a ride in, under normalised names."""
        self._names[ride_id] = name
        self._by_name.setdefault(name, {})[ride_id] = None
        for old in old_names:
            self._by_old_name.setdefault(old, {})[ride_id] = None
        if self._similar is not None:
            self._similar.add(ride_id, name)

    def remove(self, ride_id: int, old_names: Iterable[str] = ()) -> None:
        """Leave a ride out from now on."""
        name = self._names.pop(ride_id, None)
        if name is None:
            return
        self._by_name[name].pop(ride_id, None)
        for old in old_names:
            self._by_old_name.get(old, {}).pop(ride_id, None)
        if self._similar is not None:
            self._similar.discard(ride_id, name)

    def called(self, name: str) -> int | None:
        """The first ride shown under ``name``."""
        return next(iter(self._by_name.get(name, ())), None)

    def once_called(self, name: str) -> int | None:
        """The first ride that was ever seen under ``name`` beside the one that it is shown under."""
        return next(iter(self._by_old_name.get(name, ())), None)

    def alike(self, name: str) -> Iterator[tuple[int, str]]:
        """The rides shown under a name similar to ``name``, with that name."""
        if self._similar is None:
            self._similar = SimilarNames()
            for ride_id, known in self._names.items():
                self._similar.add(ride_id, known)
        return self._similar.find(name)


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
        self._manual = manual or {}
        self._meets_also = meets_also or (lambda _sighting, _name: False)
        self._by_id: dict[str, int] = {}
        self._old_names: dict[int, list[str]] = {}
        self._all = _Names()
        # Ids before names: a ride that has another id of this feed is no ride of a sighting with an id.
        self._without_id = _Names()
        for ride in sorted(rides, key=lambda ride: ride.ride_id):
            ids = ride.external_ids.get(feed, frozenset())
            self._by_id.update(dict.fromkeys(ids, ride.ride_id))
            name, old = normalise(ride.name), [normalise(spelling) for spelling in ride.old_names]
            self._old_names[ride.ride_id] = old
            self._all.add(ride.ride_id, name, old)
            if not ids:
                self._without_id.add(ride.ride_id, name, old)

    def match(self, sighting: Sighting) -> Match:
        """The ride of ``sighting``; the caller answers a new one with :meth:`learn`."""
        external_id = sighting.external_id
        if external_id is not None and external_id in self._by_id:
            return Match(self._by_id[external_id], "external_id")
        name = normalise(sighting.name)
        rides = self._all if external_id is None else self._without_id
        for rule, ride_id in (("name", rides.called(name)), ("old_name", rides.once_called(name))):
            if ride_id is not None:
                return Match(ride_id, rule)
        alike = [ride for ride, known in rides.alike(name) if not self._meets_also(sighting, known)]
        if len(alike) == 1:
            return Match(alike[0], "similar_name")
        mapped = self._manual.get(external_id or "") or self._manual.get(name)
        if mapped is not None:
            return Match(mapped, "manual_mapping")
        return Match(None, "new")

    def learn(self, ride_id: int, sighting: Sighting) -> None:
        """Take note that ``sighting`` is ``ride_id``, so that the sightings after it can tell."""
        if ride_id not in self._old_names:
            self._old_names[ride_id] = []
            name = normalise(sighting.name)
            self._all.add(ride_id, name)
            if sighting.external_id is None:
                self._without_id.add(ride_id, name)
        if sighting.external_id is not None:
            self._by_id[sighting.external_id] = ride_id
            self._without_id.remove(ride_id, self._old_names[ride_id])


def in_order(sightings: Iterable[Sighting]) -> Sequence[Sighting]:
    """Sightings without doubles in the order to match them: those with an id first, then as they came."""
    unique = list(dict.fromkeys(sightings))
    return sorted(unique, key=lambda sighting: sighting.external_id is None)
