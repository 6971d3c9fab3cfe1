"""Which matches are doubtful or undecided: names compared, runners-up ranked. A pure function (R14)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from hallofshame.domain.names import match_key
from hallofshame.domain.words import Feed, RideKind
from hallofshame.store.reviews import Doubt, RunnerUp

UNDECIDED_SCORE = 80
"""Names at least this much alike may be one ride, although no rule of R14 says so."""

RUNNERS_UP = 3

CERTAIN_RULES = frozenset({"external_id", "name", "new"})
"""Rules that leave no doubt: an id, a name that normalises alike, and nothing like it."""

_SUBSET_WORTH = 0.95
_NUMBERS = re.compile(r"\d+")
_FEEDS = (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI)


@dataclass(frozen=True, slots=True)
class Entry:
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


def doubts(entries: Sequence[Entry], rides: Mapping[int, RideSeen], primary: Feed) -> list[Doubt]:
    """The entries of one park whose ride a person should look at, with the runners-up.

    Doubtful: an entry that was matched by less than its id or its name. Undecided: an entry of the feed that
    is not ``primary``, with a ride of its own, where the other feed has a ride without an entry here whose
    name is like it; and an entry of any feed under the name of a ride that its feed named until then.
    """
    listed = [entry for entry in entries if entry.feed in _FEEDS and entry.ride_id in rides]
    of_ride: dict[int, list[Entry]] = defaultdict(list)
    for entry in listed:
        of_ride[entry.ride_id].append(entry)
    feeds = {entry.feed for entry in listed}
    found = []
    for entry in listed:
        others = [one for one in of_ride[entry.ride_id] if one is not entry]
        rule = entry.rule or ("name" if _same(entry, others) else "similar_name" if others else "new")
        if others and rule not in CERTAIN_RULES:
            score = max(alike(_name(entry, rides), _name(one, rides)) for one in others)
            runners_up = _ranked(entry, _of_other_feeds(entry, of_ride, rides, feeds), rides, of_ride)
            found.append(_doubt(entry, rides, rule, score, runners_up))
            continue
        candidates = [] if others else _earlier(entry, of_ride, rides)
        if entry.feed is not primary and all(one.feed is entry.feed for one in others):
            candidates += _of_other_feeds(entry, of_ride, rides, feeds)
        runners_up = _ranked(entry, candidates, rides, of_ride)
        if runners_up:
            found.append(_doubt(entry, rides, rule, None, runners_up))
    return found


def _doubt(
    entry: Entry,
    rides: Mapping[int, RideSeen],
    rule: str,
    score: int | None,
    runners_up: tuple[RunnerUp, ...],
) -> Doubt:
    return Doubt(entry.feed, entry.external_id, _name(entry, rides), entry.ride_id, rule, score, runners_up)


def _name(entry: Entry, rides: Mapping[int, RideSeen]) -> str:
    return entry.name or rides[entry.ride_id].name


def _same(entry: Entry, others: Iterable[Entry]) -> bool:
    """Whether an entry of unknown rule has the name of another entry of its ride; so if it is not known."""
    names = {None if one.name is None else match_key(one.name) for one in others}
    return bool(names) and (entry.name is None or None in names or match_key(entry.name) in names)


def _of_other_feeds(
    entry: Entry, of_ride: Mapping[int, Sequence[Entry]], rides: Mapping[int, RideSeen], feeds: set[Feed]
) -> list[int]:
    """Rides that the other feed names and this one does not."""
    if len(feeds) < len(_FEEDS):
        return []
    return [
        ride_id
        for ride_id, known in of_ride.items()
        if all(one.feed is not entry.feed for one in known)
        and _kinds_fit(rides[ride_id], rides[entry.ride_id])
    ]


def _earlier(
    entry: Entry, of_ride: Mapping[int, Sequence[Entry]], rides: Mapping[int, RideSeen]
) -> list[int]:
    """Rides of the same feed and name that were last seen before this one was first seen."""
    mine = rides[entry.ride_id]
    return [
        ride_id
        for ride_id, known in of_ride.items()
        if ride_id != entry.ride_id
        and any(one.feed is entry.feed for one in known)
        and match_key(rides[ride_id].name) == match_key(mine.name)
        and rides[ride_id].last_seen_at <= mine.first_seen_at
    ]


def _kinds_fit(one: RideSeen, other: RideSeen) -> bool:
    return one.kind is other.kind or RideKind.OTHER in (one.kind, other.kind)


def _ranked(
    entry: Entry,
    candidates: Iterable[int],
    rides: Mapping[int, RideSeen],
    of_ride: Mapping[int, Sequence[Entry]],
) -> tuple[RunnerUp, ...]:
    name = _name(entry, rides)
    scored = []
    for ride_id in sorted(set(candidates)):
        score, called = max(
            (alike(name, called), called)
            for called in {rides[ride_id].name, *(_name(one, rides) for one in of_ride[ride_id])}
        )
        if score >= UNDECIDED_SCORE:
            scored.append(RunnerUp(ride_id, called, score))
    return tuple(sorted(scored, key=lambda one: (-one.score, one.ride_id))[:RUNNERS_UP])
