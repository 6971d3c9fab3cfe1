"""Who wins a yearly award: the rule of who may stand for it, and the places. Numbers in, places out.

A park or ride may win that was covered by half (R12), that was recorded on at least a tenth of the open days
of the best-recorded park of that year, and, if a park, that had three eligible rides. A ride's days are those
on which it ran; it must have run on at least half of those on which it counted and was seen. So neither an
afternoon's record nor a park of one ride wins a year, nor a ride that the feed called open for ten minutes.

The most reliable are sought among rides with a queue: where nobody waits, as in a garden or on a trail,
nothing that could break down keeps anybody waiting.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hallofshame.metrics.scores import MIN_AWARD_SHARE_OF_DAYS, MIN_RANKED_RIDES, unranked_reason

QUEUE_MINUTES = 10
"""A posted wait from which on we call it a queue. What nobody queues for posts nothing, 0, or 5 all day."""

DAYS_PER_DAY_RUN = 2
"""A ride in service ran on at least one in so many of the days on which it counted and was seen."""

DAYS_PER_QUEUE_DAY = 2
"""A ride with a queue had one on at least one in so many of the days on which it ran."""


@dataclass(frozen=True, slots=True)
class YearRecord:
    """A park's or ride's year. ``rides`` are a park's eligible rides, null for a ride, which is one;
    ``inferred_day_seconds`` how long the park's average open day was, where its hours are inferred (R12).

    ``open_days`` counts the days on which a park was open and observed, and those on which a ride ran;
    ``queue_days`` the days among these on which a ride posted :data:`QUEUE_MINUTES` or more. ``seen_days``
    are those on which a ride was eligible and seen, whether it ran or not; null for a park.
    """

    coverage: float | None
    open_days: int
    rides: int | None = None
    inferred_day_seconds: float | None = None
    queue_days: int = 0
    seen_days: int | None = None


@dataclass(frozen=True, slots=True)
class AwardEntry:
    """Who stands for an award, and with what number; null where there is none."""

    key: int
    value: float | None
    open_days: int


@dataclass(frozen=True, slots=True)
class Winner:
    """A place; equals share one."""

    key: int
    place: int


def qualifies(record: YearRecord | None, best_open_days: int) -> bool:
    """Whether that year's record is enough for an award.

    :param best_open_days: the open days of the park that was recorded on the most days of that year.
    """
    if record is None:
        return False
    rides = MIN_RANKED_RIDES if record.rides is None else record.rides
    if unranked_reason(record.coverage, rides, record.inferred_day_seconds) is not None:
        return False
    if not in_service(record):
        return False
    return 0 < best_open_days <= MIN_AWARD_SHARE_OF_DAYS * record.open_days


def in_service(record: YearRecord) -> bool:
    """Whether the ride ran on at least half of the days on which it counted and was seen; parks always do."""
    return record.seen_days is None or record.seen_days <= DAYS_PER_DAY_RUN * record.open_days


def has_queue(record: YearRecord) -> bool:
    """Whether people queue for the ride: on at least half of the days on which it ran."""
    return 0 < record.open_days <= DAYS_PER_QUEUE_DAY * record.queue_days


def winners(entries: Iterable[AwardEntry], *, highest_first: bool, limit: int) -> list[Winner]:
    """The first ``limit`` entries with their places; an entry without a value has none.

    Equal values share a place, as in the rankings; among them the longer record is named first.
    """
    known = [(entry.value, entry) for entry in entries if entry.value is not None]
    sign = -1 if highest_first else 1
    known.sort(key=lambda pair: (sign * pair[0], -pair[1].open_days, pair[1].key))
    places = shared_places([value for value, _entry in known[:limit]])
    return [Winner(entry.key, place) for (_value, entry), place in zip(known, places, strict=False)]


def left_out(entries: Iterable[AwardEntry], placed: Sequence[Winner]) -> int:
    """How many entries equal the last of the ``placed`` and so share its place without being named."""
    if not placed:
        return 0
    values = {entry.key: entry.value for entry in entries}
    last = values[placed[-1].key]
    named = {winner.key for winner in placed}
    return sum(value == last and key not in named for key, value in values.items())


def shared_places(values: Sequence[float]) -> list[int]:
    """Places of values in their order: 1, 2, 2, 4."""
    places: list[int] = []
    for at, value in enumerate(values):
        places.append(places[-1] if at and value == values[at - 1] else at + 1)
    return places
