"""What must hold after any fault: nothing lost, nothing doubled, nothing wrong."""

from __future__ import annotations

import datetime as dt
import logging
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import select, update

from faults.served import Said, Served, said_in
from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed, Origin
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import dirty
from hallofshame.store.database import Database
from hallofshame.store.models import Base, ExternalId, FeedPoll, Ride, RideCurrent, RideStatusSnapshot
from pipeline.worlds import DERIVED, assert_same_rows, derived_rows

LOG = logging.getLogger("faults")
Stretch = tuple[float, float]
"""A stretch of time, Unix seconds."""

RECOVERY_SECONDS = 900
"""Data is never older than this once a fault has ended."""

EARLY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was looked at and found right."""

    cycles: int
    observations: int
    derived_rows: int


def check(
    database: Database,
    served: Sequence[Served],
    *,
    cadence_seconds: int,
    now: dt.datetime,
    disturbed: Sequence[Stretch] = (),
    first: float = 0.0,
) -> Verdict:
    """Hold the record against what was ``served`` and against a rebuild; raises ``AssertionError``.

    ``disturbed``: when cycles may have failed, by the clock of the system; elsewhere, from ``first`` on, none
    may be missing. The derived rows are thrown away and computed anew on the way.
    """
    observations = as_served(database, served, cadence_seconds)
    cycles = _none_missing(database, cadence_seconds, disturbed, first)
    none_twice(database, disturbed)
    rows = _as_rebuilt(database, now)
    return Verdict(cycles, observations, rows)


def as_served(database: Database, served: Sequence[Served], cadence_seconds: int, *, since: int = 0) -> int:
    """Every stored answer is one that was served in its cycle, whole; returns the number of observations.

    ``since``: what was stored of earlier cycles (Unix seconds) is left out.
    """
    table = RideStatusSnapshot
    with database.read() as connection:
        ids = connection.execute(select(ExternalId)).mappings().all()
        known = connection.execute(select(Ride.park_id, Ride.name, Ride.ride_id)).all()
        query = select(
            table.observed_at, table.park_id, table.feed, table.ride_id, table.status, table.wait_minutes
        ).where(table.origin == int(Origin.LIVE), table.observed_at >= since)
        rows = connection.execute(query).all()
    by_id = {(row["feed"], row["external_id"]): row["internal_id"] for row in ids if row["kind"] == "ride"}
    by_name = {(row.park_id, row.name): row.ride_id for row in known}
    parks = {(row["internal_id"], row["feed"]): row["external_id"] for row in ids if row["kind"] == "park"}
    answers = defaultdict(list)
    for answer in served:
        answers[answer.feed, answer.park].append(answer)
    stored: dict[tuple[int, int, int], dict[int, Said]] = defaultdict(dict)
    ever: dict[tuple[int, int], set[int]] = defaultdict(set)
    for observed_at, park_id, feed, ride_id, status, wait in rows:
        stored[observed_at, park_id, feed][ride_id] = (status, wait)
        ever[park_id, feed].add(ride_id)
    for (observed_at, park_id, feed), said in stored.items():
        candidates = _between(
            answers[Feed(feed), parks[park_id, feed]],
            observed_at - EARLY_SECONDS,
            observed_at + cadence_seconds,
        )

        def rides_of(external_id: str, name: str, park_id: int = park_id, feed: int = feed) -> set[int]:
            # By name as well: an id that a lying answer gave is taken back when the old one returns (R14).
            found = by_id.get((feed, external_id)), by_name.get((park_id, name))
            return {ride_id for ride_id in found if ride_id is not None}

        problems = [_difference(answer, said, rides_of, ever[park_id, feed]) for answer in candidates]
        assert None in problems, (
            f"park {park_id} at {observed_at}: what is stored was not served; of {len(problems)} answers: "
            f"{problems[:3]}"
        )
    return len(rows)


def _between(answers: list[Served], start: float, end: float) -> list[Served]:
    if any(later.at < earlier.at for earlier, later in pairwise(answers)):
        return [answer for answer in answers if start <= answer.at <= end]  # a clock was set back meanwhile
    first = bisect_left(answers, start, key=lambda answer: answer.at)
    return [answer for answer in answers[first : first + 50] if answer.at <= end]


def _difference(
    answer: Served, said: dict[int, Said], rides_of: Callable[[str, str], set[int]], ever: set[int]
) -> str | None:
    """How what is stored of a park differs from an answer; ``None`` where it is that answer."""
    if answer.status != 200 or not answer.is_whole:
        return f"it was {answer.status}"
    try:
        told = said_in(answer)
    except (ValueError, KeyError, TypeError) as error:
        return f"it cannot be read: {error!r}"
    expected: dict[int, set[Said]] = defaultdict(set)
    for (external_id, name), readings in told.items():
        # An entry that is a queue of another ride is never stored as a ride.
        of_entry = rides_of(external_id, name) & ever
        if of_entry and not of_entry & said.keys():
            return f"{external_id} ({name}), ride {of_entry}, is lost"
        for ride_id in of_entry:
            expected[ride_id] |= readings
    if made := sorted(said.keys() - expected.keys()):
        return f"rides {made[:5]} were not served"
    wrong = {ride: (said[ride], expected[ride]) for ride in said if said[ride] not in expected[ride]}
    return f"wrong: {dict(list(wrong.items())[:3])}" if wrong else None


def _none_missing(
    database: Database, cadence_seconds: int, disturbed: Sequence[Stretch], first: float
) -> int:
    """On every multiple of the cadence outside the disturbed stretches there is a cycle."""
    with database.read() as connection:
        instants = sorted(connection.scalars(select(FeedPoll.observed_at).distinct()))
    for before, after in pairwise(instants):
        gap = (before, after)
        if before < first or after - before <= 1.5 * cadence_seconds:
            continue
        allowed = any(
            start - cadence_seconds <= after and before <= end + RECOVERY_SECONDS for start, end in disturbed
        )
        assert allowed, f"no cycle between {gap}, {after - before} s, and no fault then: {disturbed}"
        undisturbed = after - max(
            (end for start, end in disturbed if start - cadence_seconds <= after), default=0
        )
        assert undisturbed <= RECOVERY_SECONDS, f"no cycle between {gap}: {undisturbed:.0f} s after the fault"
    return len(instants)


def none_twice(database: Database, disturbed: Sequence[Stretch] = ()) -> None:
    """No park was asked twice for one cycle by one feed, but where a clock showed that time twice."""
    with database.read() as connection:
        query = select(FeedPoll.observed_at, FeedPoll.park_id, FeedPoll.feed)
        polls = Counter(tuple(row) for row in connection.execute(query))
    twice = [key for key, times in polls.items() if times > 1]
    twice = [key for key in twice if not any(start <= key[0] <= end for start, end in disturbed)]
    assert not twice, f"polled twice in one cycle: {twice[:5]}"


def _as_rebuilt(database: Database, now: dt.datetime) -> int:
    """The derived rows are those that a rebuild from nothing but the raw record gives; returns how many."""
    clock = FixedClock(now)
    Rollup(database, clock, LOG).run()
    with database.read() as connection:
        assert dirty.dirty(connection).is_empty(), "park-days wait for their roll-up"
    kept = derived_rows(database)
    with database.write() as connection:
        for model in set(DERIVED) - {RideCurrent}:
            connection.execute(_table(model).delete())
        # Its readings are raw; the rest of it is derived.
        connection.execute(update(RideCurrent).values(_BLANK))
    mark_range(database, clock)
    Rollup(database, clock, LOG).run()
    assert_same_rows(derived_rows(database), kept)
    return sum(frame.height for frame in kept.values())


_BLANK = {"effective_status": None, "counts_as_down": False, "is_stopped": False}


def _table(model: type[Base]):  # type: ignore[no-untyped-def]
    return model.__table__
