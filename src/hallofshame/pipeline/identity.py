"""Which ride is this? The order of answers of R14 as a pure function of what is known of one park."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hallofshame.domain.names import match_key
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
    kind: RideKind | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one sighting: a known ride, or ``None`` for a new one, and which rule gave it."""

    ride_id: int | None
    rule: str


MeetsAlso = Callable[[Sighting, str], bool]


@dataclass(frozen=True, slots=True)
class Company:
    """Who ever stood in one answer with a sighting: a ride of that :func:`match_key`, a ride of that id."""

    name: MeetsAlso
    external_id: MeetsAlso


UNKNOWN_COMPANY = Company(name=lambda _sighting, _name: False, external_id=lambda _sighting, _id: True)
"""Nothing is known of other rides: no names stand beside a sighting, and any id may."""


def one_answer(sightings: Iterable[Sighting]) -> Company:
    """The company of sightings that all came in one answer."""
    names: set[str] = set()
    ids: set[str | None] = set()
    for sighting in sightings:
        names.add(match_key(sighting.name))
        ids.add(sighting.external_id)
    return Company(
        name=lambda _sighting, name: name in names, external_id=lambda _sighting, given: given in ids
    )


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

    def called(self, name: str) -> list[int]:
        """The rides shown under ``name``."""
        return list(self._by_name.get(name, ()))

    def all_called(self, name: str) -> list[int]:
        """All rides shown under ``name``; where there are none, all that were once seen under it."""
        return list(self._by_name.get(name, ()) or self._by_old_name.get(name, ()))

    def once_called(self, name: str) -> list[int]:
        """The rides that were ever seen under ``name`` beside the one that they are shown under."""
        return list(self._by_old_name.get(name, ()))

    def alike(self, name: str) -> Iterator[tuple[int, str]]:
        """The rides shown under a name similar to ``name``, with that name."""
        if self._similar is None:
            self._similar = SimilarNames()
            for ride_id, known in self._names.items():
                self._similar.add(ride_id, known)
        return self._similar.find(name)


class Matcher:
    """Finds the ride of each sighting in one park, first rule that answers (R14).

    1. the feed's own id; 2. a name that normalises alike; 3. the same name, where the ride's own id is
    missing from the answer: it was renumbered; 4. a name within edit distance < 3, if only one qualifies;
    5. the manual mapping; 6. a new ride. Two sightings of one answer are two rides, so a name rule never
    picks a ride that stands in the same answer itself, nor, but for the third, one that has another id of
    this feed. ``asked`` are all sightings that are asked for together.
    """

    def __init__(
        self,
        rides: Iterable[KnownRide],
        feed: Feed,
        manual: Mapping[str, int] | None = None,
        company: Company = UNKNOWN_COMPANY,
        asked: Iterable[Sighting] = (),
    ) -> None:
        self._feed = feed
        self._manual = manual or {}
        self._company = company
        self._by_id: dict[str, int] = {}
        self._ids: dict[int, set[str]] = {}
        self._kinds: dict[int, RideKind | None] = {}
        self._old_names: dict[int, list[str]] = {}
        self._all = _Names()
        # Ids before names: a ride that has another id of this feed is no ride of a sighting with an id.
        self._without_id = _Names()
        for ride in sorted(rides, key=lambda ride: ride.ride_id):
            ids = ride.external_ids.get(feed, frozenset())
            self._by_id.update(dict.fromkeys(ids, ride.ride_id))
            self._ids[ride.ride_id] = set(ids)
            self._kinds[ride.ride_id] = ride.kind
            name, old = match_key(ride.name), [match_key(spelling) for spelling in ride.old_names]
            self._old_names[ride.ride_id] = old
            self._all.add(ride.ride_id, name, old)
            if not ids:
                self._without_id.add(ride.ride_id, name, old)
        self._newcomers: dict[str, list[Sighting]] = {}
        for sighting in asked:
            if sighting.external_id is not None and sighting.external_id not in self._by_id:
                self._newcomers.setdefault(match_key(sighting.name), []).append(sighting)

    def match(self, sighting: Sighting) -> Match:
        """The ride of ``sighting``; the caller answers a new one with :meth:`learn`."""
        external_id = sighting.external_id
        if external_id is not None and external_id in self._by_id:
            return Match(self._by_id[external_id], "external_id")
        name = match_key(sighting.name)
        rides = self._all if external_id is None else self._without_id
        for rule, found in (("name", rides.called(name)), ("old_name", rides.once_called(name))):
            if found:
                # Of several the first of the kind asked for, else the first.
                fits = (ride_id for ride_id in found if self._kinds[ride_id] is sighting.kind)
                return Match(next(fits, found[0]), rule)
        renumbered = self._renumbered(sighting, name)
        if renumbered is not None:
            return Match(renumbered, "renumbered")
        alike = [ride for ride, known in rides.alike(name) if not self._company.name(sighting, known)]
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
            name = match_key(sighting.name)
            self._all.add(ride_id, name)
            if sighting.external_id is None:
                self._without_id.add(ride_id, name)
            self._ids[ride_id] = set()
            self._kinds[ride_id] = sighting.kind
        if sighting.external_id is not None:
            self._by_id[sighting.external_id] = ride_id
            self._ids[ride_id].add(sighting.external_id)
            self._without_id.remove(ride_id, self._old_names[ride_id])

    def _renumbered(self, sighting: Sighting, name: str) -> int | None:
        """The only ride under ``name`` whose own ids are all missing from the answers with ``sighting``.

        Of several new ids under one name in one answer nobody can tell which is which.
        """
        mine = sighting.external_id
        if mine is None:
            return None
        beside = self._company.external_id
        if any(
            other.external_id != mine and beside(sighting, other.external_id or "")
            for other in self._newcomers.get(name, ())
        ):
            return None
        missing = [
            ride_id
            for ride_id in self._all.all_called(name)
            if self._kind_fits(ride_id, sighting)
            and not any(beside(sighting, known) for known in self._ids[ride_id])
        ]
        return missing[0] if len(missing) == 1 else None

    def _kind_fits(self, ride_id: int, sighting: Sighting) -> bool:
        """A shop that takes a ride's name is not that ride renumbered, where the feed tells the two apart."""
        known = self._kinds[ride_id]
        told = (
            self._feed not in (Feed.QUEUE_TIMES, Feed.TOURING_PLANS) and sighting.kind is not RideKind.OTHER
        )
        return not told or known in (None, RideKind.OTHER, sighting.kind)


def in_order(sightings: Iterable[Sighting]) -> Sequence[Sighting]:
    """Sightings without doubles in the order to match them: those with an id first, then as they came."""
    unique = list(dict.fromkeys(sightings))
    return sorted(unique, key=lambda sighting: sighting.external_id is None)
