"""Which matches are doubtful or undecided: names compared, runners-up ranked. A pure function (R14)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from hallofshame.domain.names import match_key
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.queue_entries import HOST_KINDS
from hallofshame.store.reviews import Doubt, RunnerUp

UNDECIDED_SCORE = 80
"""Names at least this much alike may be one ride, although no rule of R14 says so."""

RUNNERS_UP = 3

CERTAIN_RULES = frozenset({"external_id", "name", "new"})
"""Rules that leave no doubt: an id, a name that normalises alike, and nothing like it."""

_SUBSET_WORTH = 0.95
_LONG_WORD = 5
_NUMBERS = re.compile(r"\d+")
_FEEDS = (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One entry of a feed and the ride that it is. ``rule`` is null where an older version found it."""

    feed: Feed
    external_id: str
    name: str | None
    ride_id: int
    rule: str | None


@dataclass(frozen=True, slots=True)
class RideSeen:
    """What is known of a ride: instants in Unix seconds."""

    name: str
    kind: RideKind
    is_active: bool
    first_seen_at: int
    last_seen_at: int


def alike(name: str, other: str) -> int:
    """How alike two names are, 0 to 100: by letters, by words in any order, and by words in common.

    Names that differ in a number are two things.
    """
    one, two = match_key(name), match_key(other)
    if one == two:
        return 100
    if _NUMBERS.findall(one) != _NUMBERS.findall(two) or one.startswith("=") or two.startswith("="):
        return 0
    return int(
        max(
            fuzz.ratio(one, two),
            fuzz.token_sort_ratio(one, two),
            _SUBSET_WORTH * fuzz.token_set_ratio(one, two),
        )
    )


def doubts(entries: Sequence[FeedEntry], rides: Mapping[int, RideSeen], primary: Feed) -> list[Doubt]:
    """The entries of one park whose ride a person should look at, with the runners-up.

    Doubtful: an entry that was matched by less than its id or its name, and one whose name is that of several
    rides. Undecided: an entry of the feed that is not ``primary``, with a ride of its own, where the other
    feed has a ride without an entry here whose name is like it, or shares a word with it that no other ride
    has; and an entry of any feed under the name of a ride that its feed named until then.
    """
    listed = [entry for entry in entries if entry.feed in _FEEDS and entry.ride_id in rides]
    park = _Park(listed, rides, primary)
    return [found for entry in listed if (found := park.doubt(entry)) is not None]


class _Park:
    """What the feeds name in one park."""

    def __init__(self, entries: Sequence[FeedEntry], rides: Mapping[int, RideSeen], primary: Feed) -> None:
        self._rides = rides
        self._primary = primary
        self._of_ride: dict[int, list[FeedEntry]] = defaultdict(list)
        for entry in entries:
            self._of_ride[entry.ride_id].append(entry)
        self._called = {
            ride_id: {match_key(rides[ride_id].name), *(match_key(self._name(one)) for one in known)}
            for ride_id, known in self._of_ride.items()
        }
        with_word: dict[str, set[int]] = defaultdict(set)
        for ride_id, names in self._called.items():
            for word in {word for name in names for word in name.split() if len(word) >= _LONG_WORD}:
                with_word[word].add(ride_id)
        # Two rides with a long word in their names that no third ride of the park has.
        self._share_a_word = {frozenset(found) for found in with_word.values() if len(found) == len(_FEEDS)}
        self._has_both = len({entry.feed for entry in entries}) == len(_FEEDS)

    def doubt(self, entry: FeedEntry) -> Doubt | None:
        """What is in doubt about an entry."""
        others = [one for one in self._of_ride[entry.ride_id] if one is not entry]
        rule = entry.rule or ("name" if self._same(entry, others) else "similar_name" if others else "new")
        if others and rule not in CERTAIN_RULES:
            score = max(alike(self._name(entry), self._name(one)) for one in others)
            return self._found(entry, rule, score, self._ranked(entry, self._of_other_feed(entry)))
        if others and entry.feed is not self._primary:
            name = match_key(self._name(entry))
            namesakes = [one for one in self._of_other_feed(entry) if name in self._called[one]]
            return self._found(entry, rule, 100, self._ranked(entry, namesakes)) if namesakes else None
        candidates = [] if others else self._earlier(entry)
        if entry.feed is not self._primary and not others:
            candidates += self._of_other_feed(entry)
        runners_up = self._ranked(entry, candidates)
        return self._found(entry, rule, None, runners_up) if runners_up else None

    def _found(
        self, entry: FeedEntry, rule: str, score: int | None, runners_up: tuple[RunnerUp, ...]
    ) -> Doubt:
        name = self._name(entry)
        return Doubt(entry.feed, entry.external_id, name, entry.ride_id, rule, score, runners_up)

    def _name(self, entry: FeedEntry) -> str:
        return entry.name or self._rides[entry.ride_id].name

    @staticmethod
    def _same(entry: FeedEntry, others: Iterable[FeedEntry]) -> bool:
        """Whether an entry of unknown rule has the name of another entry of its ride, or it is not known."""
        names = {None if one.name is None else match_key(one.name) for one in others}
        return bool(names) and (entry.name is None or None in names or match_key(entry.name) in names)

    def _of_other_feed(self, entry: FeedEntry) -> list[int]:
        """Rides to queue for that the other feed names and this one does not."""
        if not self._has_both:
            return []
        return [
            ride_id
            for ride_id, known in self._of_ride.items()
            if self._rides[ride_id].kind in HOST_KINDS and all(one.feed is not entry.feed for one in known)
        ]

    def _earlier(self, entry: FeedEntry) -> list[int]:
        """Rides of the same feed and name that were last seen before this one was first seen."""
        mine = self._rides[entry.ride_id]
        return [
            ride_id
            for ride_id, known in self._of_ride.items()
            if any(one.feed is entry.feed for one in known)
            and match_key(self._rides[ride_id].name) == match_key(mine.name)
            and self._rides[ride_id].last_seen_at < mine.first_seen_at
        ]

    def _ranked(self, entry: FeedEntry, candidates: Iterable[int]) -> tuple[RunnerUp, ...]:
        name = self._name(entry)
        scored = []
        for ride_id in sorted(set(candidates) - {entry.ride_id}):
            known = self._of_ride[ride_id]
            names = {self._rides[ride_id].name, *(self._name(one) for one in known)}
            score, called = max((alike(name, called), called) for called in names)
            if score < UNDECIDED_SCORE and frozenset((entry.ride_id, ride_id)) in self._share_a_word:
                score = UNDECIDED_SCORE
            if score >= UNDECIDED_SCORE:
                scored.append(RunnerUp(ride_id, called, score))
        return tuple(sorted(scored, key=lambda one: (-one.score, one.ride_id))[:RUNNERS_UP])
