"""Matching names through an index finds the same rides as comparing all with all, much faster."""

from __future__ import annotations

import random
import string
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from hallofshame.domain.names import normalise
from hallofshame.domain.words import Feed
from hallofshame.pipeline.identity import Company, KnownRide, Matcher, Sighting, in_order
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.similar_names import SimilarNames, similar
from hallofshame.store.database import Database
from hallofshame.store.models import Ride
from pipeline.fakes import QUEUE_TIMES_IDS, ROME, WIKI_IDS, at, seed_parks
from pipeline.polls import Polled, PolledQueueTimes, collector, reading, rows

NOON = at("2026-06-03 10:00")
QT = Feed.QUEUE_TIMES
MANY = 2_000

words = st.text("ab", min_size=2, max_size=12) | st.sampled_from(
    ["dragon ride", "dragon rides", "dragonride", "dargon ride", "slide 1", "slide 2", "slides 1", "tea cups"]
)


@given(st.lists(words, max_size=12), words)
@settings(max_examples=200, deadline=None)
def test_the_index_finds_what_comparing_with_every_name_finds(names: list[str], wanted: str) -> None:
    index = SimilarNames()
    for ride_id, name in enumerate(names):
        index.add(ride_id, name)
    for ride_id, name in list(enumerate(names))[::3]:
        index.discard(ride_id, name)
    left = [(ride_id, name) for ride_id, name in enumerate(names) if ride_id % 3]
    slow = {(ride_id, name) for ride_id, name in left if name != wanted and similar(name, wanted)}
    assert set(index.find(wanted)) == slow


edits = st.lists(
    st.tuples(st.sampled_from(["put", "drop", "change"]), st.integers(0, 40), st.sampled_from("abz ")),
    max_size=3,
)


@given(st.text("abcdefgh ", min_size=7, max_size=40), edits)
@settings(max_examples=200, deadline=None)
def test_a_name_with_a_few_edits_is_found_by_the_index_where_it_is_similar(
    name: str, edited: list[tuple[str, int, str]]
) -> None:
    letters = list(name)
    for what, place, letter in edited:
        place %= len(letters) + 1
        letters[place : place + (what != "put")] = [] if what == "drop" else [letter]
    other = "".join(letters)
    index = SimilarNames()
    index.add(1, other)
    assert list(index.find(name)) == ([(1, other)] if name != other and similar(name, other) else [])


@dataclass
class SlowMatcher:
    """R14 as it reads: every rule looks at every ride."""

    rides: list[KnownRide]
    feed: Feed
    meets_also: Callable[[Sighting, str], bool]
    by_id: dict[str, int] = field(default_factory=dict)
    has_id: set[int] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)
    old: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for ride in self.rides:
            self.names[ride.ride_id] = normalise(ride.name)
            self.old[ride.ride_id] = set(map(normalise, ride.old_names))
            for external_id in ride.external_ids.get(self.feed, frozenset()):
                self.by_id[external_id] = ride.ride_id
                self.has_id.add(ride.ride_id)

    def match(self, sighting: Sighting) -> int | None:
        if sighting.external_id in self.by_id:
            return self.by_id[sighting.external_id]
        name = normalise(sighting.name)
        may_be = [ride for ride in self.names if sighting.external_id is None or ride not in self.has_id]
        shown = [ride for ride in may_be if name == self.names[ride]]
        if fitting := shown or [ride for ride in may_be if name in self.old[ride]]:
            return min(fitting)
        alike = [
            ride
            for ride in may_be
            if self.names[ride] != name
            and similar(name, self.names[ride])
            and not self.meets_also(sighting, self.names[ride])
        ]
        return alike[0] if len(alike) == 1 else None

    def learn(self, ride_id: int, sighting: Sighting) -> None:
        self.names.setdefault(ride_id, normalise(sighting.name))
        if sighting.external_id is not None:
            self.by_id[sighting.external_id] = ride_id
            self.has_id.add(ride_id)


spellings = st.sampled_from(
    [
        *("Dragon Ride", "Dragon Ride A", "Dragon Ride B", "dragon rides", "DRAGON RIDE (12)", "Dragon Rode"),
        *("Tea Cups East", "Tea Cups West", "Pirates", "Pirates of the Sea", "Pirate of the Seas", "Slide 1"),
        *("Slide 2", "Slides 1", "Jet", "Jeu", "The Mill", "The Mills", "Mill, The"),
    ]
)
ids = st.none() | st.sampled_from("123456")
known_rides = st.lists(st.tuples(spellings, st.sets(spellings, max_size=2), ids), max_size=6)
seen = st.lists(st.builds(Sighting, ids, spellings), max_size=10)


@given(known_rides, seen, st.booleans())
@settings(max_examples=250, deadline=None)
def test_all_rules_give_the_rides_that_the_slow_matcher_gives(
    known: list[tuple[str, set[str], str | None]], sightings: list[Sighting], is_one_answer: bool
) -> None:
    rides = [
        KnownRide(number, name, frozenset(old), {QT: frozenset({given} - {None})})  # type: ignore[arg-type]
        for number, (name, old, given) in enumerate(known, start=1)
    ]
    together = {normalise(sighting.name) for sighting in sightings} if is_one_answer else set()

    def meets_also(_sighting: Sighting, name: str) -> bool:
        return name in together

    fast, slow = (
        Matcher(rides, QT, company=Company(meets_also, lambda _s, _i: True)),
        SlowMatcher(rides, QT, meets_also),
    )
    for number, sighting in enumerate(in_order(sightings), start=100):
        found = fast.match(sighting).ride_id
        assert found == slow.match(sighting)
        for matcher in (fast, slow):
            matcher.learn(found or number, sighting)


# --- speed ---


def names_of(number: int) -> list[str]:
    chance = random.Random(7)
    stems = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(4, 9))) for _ in range(3_000)]
    return [" ".join(chance.sample(stems, 3)) for _ in range(number)]


class Counting(Registry):
    """Notes whether rides are matched while a transaction writes."""

    inside: list[bool]

    def _match(self, *arguments, **options):  # type: ignore[no-untyped-def]
        self.inside.append(self._steady)
        return super()._match(*arguments, **options)


@pytest.mark.parametrize("by_id", [True, False], ids=["with ids", "without ids"])
def test_the_first_cycle_of_a_large_park_matches_outside_its_transaction(
    sqlite_database: Database, by_id: bool
) -> None:
    seed_parks(sqlite_database, ROME)
    ids = map(str, range(MANY)) if by_id else [None] * MANY
    says = [reading(name, id=given) for given, name in zip(ids, names_of(MANY), strict=True)]
    registry = Counting()
    registry.inside = []
    collect = collector(sqlite_database, Polled(says={WIKI_IDS[ROME]: says}), now=NOON, registry=registry)
    assert collect.cycle().readings > 0.99 * MANY
    assert registry.inside == [False]


def test_what_another_process_changed_since_is_matched_anew(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)

    class Meddled(Registry):
        def prepare(self, connection: Connection, asked) -> None:  # type: ignore[no-untyped-def]
            super().prepare(connection, asked)
            feed = PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: [reading("Alpha", id="7")]})
            collector(sqlite_database, feed, now=NOON).cycle()

    feed = Polled(says={WIKI_IDS[ROME]: [reading("Alpha", id="a"), reading("Bravo", id="b")]})
    collector(sqlite_database, feed, now=at("2026-06-03 10:05"), registry=Meddled()).cycle()
    assert rows(sqlite_database, Ride, "name") == [("Alpha",), ("Bravo",)]


def test_many_rides_of_one_name_get_slugs_of_their_own(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    says = [reading("Railroad", id=str(number)) for number in range(MANY)]
    collector(sqlite_database, Polled(says={WIKI_IDS[ROME]: says}), now=NOON).cycle()
    slugs = [slug for (slug,) in rows(sqlite_database, Ride, "slug")]
    assert (slugs[0], slugs[1], slugs[-1], len(set(slugs))) == (
        "railroad",
        "railroad-2",
        f"railroad-{MANY}",
        MANY,
    )
