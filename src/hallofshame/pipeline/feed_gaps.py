"""Gaps: an open park gave nothing while we were collecting; and cycles and polls that came twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection, func, select

from hallofshame.domain.localtime import from_unix, isoformat
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.rules import DAY_SECONDS, MAX_HOLD_SECONDS, hold_seconds
from hallofshame.domain.words import Evidence, Origin, PollOutcome
from hallofshame.store.models import FeedPoll, ParkActivitySnapshot, ParkDailyStats

GAP_SECONDS = 30 * 60
"""Longer than this without a reading is a gap, unless the last one still holds (R3): a source asked every 20
min has no gap of 40."""

LOOK_BACK_DAYS = 3
"""The check runs daily; a day or two that it missed are looked at, too."""

TWICE_AT_LEAST = 3
"""Cycles that came twice, from which on two hosts are likely to collect at once."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FeedGap:
    """A park gave nothing from ``start`` to ``end`` (Unix seconds), inside its open hours.

    ``failed_polls`` says how polls in it ended, such as ``{"timeout": 5}``.
    """

    park_id: int
    start: int
    end: int
    failed_polls: dict[str, int]

    @property
    def seconds(self) -> int:
        """How long it was."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class _Cycle:
    at: int
    cadence: int


def feed_gaps(connection: Connection, park_ids: Sequence[int], start: int, end: int) -> list[FeedGap]:
    """The gaps of these parks between two instants, in the order of parks and time.

    Counted is what lies in an open window of a rolled-up day and in a time in which cycles ran: of any park,
    so that times in which we did not collect at all are no gap of anybody. A day that is judged by the
    archive's events (R15), as repair and import fill it, has none.
    """
    collecting = collecting_spans(connection, park_ids, start, end)
    found = []
    for park_id in park_ids:
        windows = _windows(connection, park_id, start, end)
        if not windows:
            continue
        cycles = _cycles(connection, park_id, start - MAX_HOLD_SECONDS, end)
        for span in _silences(cycles, start, end):
            for inside in _common(_common([span], windows), collecting):
                first, last = inside
                if last - first > GAP_SECONDS:
                    found.append(FeedGap(park_id, first, last, _failures(connection, park_id, inside)))
    return found


def collecting_spans(connection: Connection, park_ids: Sequence[int], start: int, end: int) -> list[Span]:
    """The times in which cycles ran, whatever they brought."""
    instants: set[int] = set()
    pause = GAP_SECONDS
    polls = FeedPoll
    for park_id in park_ids:
        cycles = _cycles(connection, park_id, start, end)
        instants.update(cycle.at for cycle in cycles)
        pause = max([pause, *(hold_seconds(cycle.cadence) for cycle in cycles)])
        instants.update(
            connection.scalars(
                select(polls.observed_at).where(
                    polls.park_id == park_id, polls.observed_at >= start, polls.observed_at < end
                )
            )
        )
    spans: list[Span] = []
    for at in sorted(instants):
        if spans and at - spans[-1][1] <= pause:
            spans[-1] = (spans[-1][0], at)
        else:
            spans.append((at, at))
    return spans


def gap_findings(
    connection: Connection, names: dict[int, str], now: int
) -> Iterator[tuple[int | None, Finding]]:
    """``feed_gap`` and ``not_collecting`` of the last days, ``cycles_twice`` and ``polls_twice``."""
    start = now - LOOK_BACK_DAYS * DAY_SECONDS
    park_ids = sorted(names)
    for gap in feed_gaps(connection, park_ids, start, now):
        said = ", ".join(f"{kind} {count}" for kind, count in sorted(gap.failed_polls.items()))
        why = f"its polls ended with {said}" if said else "its polls are not noted"
        detail = (
            f"{names[gap.park_id]} gave nothing for {gap.seconds // 60} min until "
            f"{isoformat(from_unix(gap.end))} while it was open and others were read; {why}."
        )
        yield gap.park_id, Finding("feed_gap", isoformat(from_unix(gap.start)), detail)
    spans = collecting_spans(connection, park_ids, start, now)
    for (_, before), (after, _) in pairwise(spans):
        detail = (
            f"No park was asked for {(after - before) // 60} min until {isoformat(from_unix(after))}; "
            "gap repair fills whole days that are over: hallofshame backfill."
        )
        yield None, Finding("not_collecting", isoformat(from_unix(before)), detail)
    for park_id in park_ids:
        yield from _twice(connection, park_id, names[park_id], start, now)


def _twice(
    connection: Connection, park_id: int, name: str, start: int, end: int
) -> Iterator[tuple[int | None, Finding]]:
    cycles = _cycles(connection, park_id, start, end)
    close = [later for earlier, later in pairwise(cycles) if 2 * (later.at - earlier.at) < earlier.cadence]
    if len(close) >= TWICE_AT_LEAST:
        detail = (
            f"{counted(len(close), 'cycle')} of {name} of {LOOK_BACK_DAYS} days came within half a cadence "
            f"of the one before, the last at {isoformat(from_unix(close[-1].at))}; see whether two "
            "installations collect into this database."
        )
        yield park_id, Finding("cycles_twice", name, detail)
    poll = FeedPoll
    twice = connection.execute(
        select(poll.observed_at, func.count())
        .where(poll.park_id == park_id, poll.observed_at >= start, poll.observed_at < end)
        .group_by(poll.observed_at, poll.feed)
        .having(func.count() > 1)
    ).all()
    if twice:
        detail = (
            f"{counted(len(twice), 'poll')} of {name} within {LOOK_BACK_DAYS} days are noted more than once, "
            f"as at {isoformat(from_unix(twice[-1][0]))}."
        )
        yield park_id, Finding("polls_twice", name, detail)


def _cycles(connection: Connection, park_id: int, start: int, end: int) -> list[_Cycle]:
    table = ParkActivitySnapshot
    readings = table.operating + table.down + table.closed + table.refurbishment + table.unknown
    query = (
        select(table.observed_at, table.cadence_seconds)
        .where(table.park_id == park_id, table.observed_at >= start, table.observed_at < end, readings > 0)
        .order_by(table.observed_at)
    )
    return [_Cycle(at, cadence) for at, cadence in connection.execute(query)]


def _silences(cycles: Sequence[_Cycle], start: int, end: int) -> list[Span]:
    """The stretches from one reading to the next that are longer than a gap may be."""
    if not cycles:
        return [(start, end)]
    first = [(start, cycles[0].at)] if cycles[0].at - start > GAP_SECONDS else []
    ends = [*(cycle.at for cycle in cycles[1:]), end]
    return first + [
        (cycle.at, until)
        for cycle, until in zip(cycles, ends, strict=True)
        if until - cycle.at > max(GAP_SECONDS, hold_seconds(cycle.cadence))
    ]


def _windows(connection: Connection, park_id: int, start: int, end: int) -> list[Span]:
    """The open windows of the park's days judged by samples, between two instants."""
    table = ParkDailyStats
    query = (
        select(table.windows, table.evidence)
        .where(
            table.park_id == park_id,
            table.day >= from_unix(start - DAY_SECONDS).date(),
            table.day <= from_unix(end + DAY_SECONDS).date(),
            table.origin == int(Origin.LIVE),
        )
        .order_by(table.day)
    )
    spans: list[Span] = []
    for text, evidence in connection.execute(query):
        windows = [(int(first), int(last)) for first, last in json.loads(text)]
        if windows and evidence == Evidence.ACTIVITY:
            # A silence of three hours divides them: what lies between belongs to the day.
            windows = [(windows[0][0], windows[-1][1])]
        spans += windows
    return _common(spans, [(start, end)])


def _common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """What two lists of spans share."""
    shared = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return [(first, last) for first, last in shared if first < last]


def _failures(connection: Connection, park_id: int, span: Span) -> dict[str, int]:
    table = FeedPoll
    query = select(table.outcome).where(
        table.park_id == park_id,
        table.observed_at > span[0],
        table.observed_at < span[1],
        table.outcome != PollOutcome.OK.value,
    )
    return dict(Counter(connection.scalars(query)))
