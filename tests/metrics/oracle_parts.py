"""What the oracle speaks of: readings believed (R2), spans and states (R3), slices and their sums."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from hallofshame.domain.words import Feed, Status

from .build import Reading

ONE_DAY = dt.timedelta(days=1)
QUARTER = 900
"""Every zone's hours begin on a quarter of an hour of UTC."""

Slice = tuple[int, int]


@dataclass(frozen=True)
class Span:
    """A stretch in which a ride held one status."""

    ride: int
    start: int
    end: int
    status: Status
    wait: int | None
    feed: Feed


@dataclass
class State:
    """A maximal stretch of one status of one ride; clipped, it becomes what is seen of it somewhere."""

    start: int
    end: int
    status: Status


@dataclass(frozen=True)
class Segment:
    """What a ride did in one window as one park-day sees it, cut at midnights and at the ride's own hours."""

    start: int
    end: int
    state: State
    own: bool
    due: bool
    hours_end: int | None


@dataclass
class Frame:
    """A window of a day and what the day sees of it across its midnights."""

    start: int
    end: int
    lo: int
    hi: int
    opens: bool
    closes: bool


@dataclass
class Run:
    """An outage as one park-day sees it."""

    ride: int
    frame: Frame
    segments: list[Segment]
    operations: int
    ran: int
    ran_today: int
    is_first: bool
    due_before: int
    due_after: int
    last_frame: Frame | None = None
    park_wide: bool = False

    @property
    def begin(self) -> int:
        return self.segments[0].start

    @property
    def own(self) -> list[Segment]:
        return [segment for segment in self.segments if segment.own]


@dataclass
class Truth:
    """What the rules say. Keys are plain tuples; counters are dicts by name."""

    windows: dict[dt.date, list[Slice]]
    evidence: dict[dt.date, str]
    eligible: dict[dt.date, set[int]]
    operated_any: dict[dt.date, set[int]]
    operated: dict[dt.date, set[int]]
    ride_hours: dict[tuple[dt.date, int, int], dict[str, int | None]]
    ride_days: dict[tuple[dt.date, int], dict[str, int | None]]
    park_hours: dict[tuple[dt.date, int], dict[str, int | None]]
    park_days: dict[dt.date, dict[str, int | None]]
    by_down: dict[dt.date, bool]
    queue_times: dict[dt.date, int]
    posted: dict[dt.date, set[int]]
    operations: dict[tuple[dt.date, int], tuple[int, int]]
    outages: list[tuple[object, ...]]


SUMS = (
    "open",
    "observed",
    "operating",
    "down",
    "closed",
    "refurbishment",
    "downtime",
    "downtime_opening_delay",
    "downtime_never_reopened",
    "downtime_park_wide",
    "wait_known",
    "wait_sum",
    "samples",
)


# R2 ---------------------------------------------------------------------------------------------------------


def believed(readings: list[Reading], timezone: str) -> list[Reading]:
    """Ghosts made unknown: stale claims to operate, and every reading of a frozen stretch."""
    cycles: dict[int, dict[int, tuple[Status | None, int | None]]] = defaultdict(dict)
    for r in readings:
        if r.cadence is not None:
            cycles[r.at][r.ride] = (r.status, r.wait)
    frozen: set[int] = set()
    stretch: list[int] = []
    for at in [*sorted(cycles), None]:
        if at is not None and stretch and cycles[at] == cycles[stretch[-1]]:
            stretch.append(at)
            continue
        lasted = stretch[-1] - stretch[0] if stretch else 0
        if lasted >= 3 * 3600:
            said = cycles[stretch[0]].values()
            waiting = any(wait and wait > 0 for _, wait in said)
            running = any(status == Status.OPERATING for status, _ in said)
            if waiting or (running and touches_night(stretch[0], stretch[-1], timezone)):
                frozen.update(stretch)
        if at is not None:
            stretch = [at]
    result = []
    for r in readings:
        ghost = (r.stale and r.status == Status.OPERATING) or (r.cadence is not None and r.at in frozen)
        result.append(replace(r, status=None, wait=None) if ghost else r)
    return result


def touches_night(first: int, last: int, timezone: str) -> bool:
    """Whether some minute of the stretch lies between 0:00 and 6:00 local."""
    return any(
        dt.datetime.fromtimestamp(at, ZoneInfo(timezone)).time() <= dt.time(6)
        for at in [*range(first, last, 60), last]
    )


# R3 ---------------------------------------------------------------------------------------------------------


def spans_of(readings: list[Reading]) -> list[Span]:
    """Each reading until the ride's next one, at most its hold; unknown makes none."""
    by_ride: dict[int, list[Reading]] = defaultdict(list)
    for r in sorted(readings, key=lambda r: r.at):
        by_ride[r.ride].append(r)
    result: list[Span] = []
    for ride, own in by_ride.items():
        for r, following in zip(own, [*own[1:], None], strict=True):
            hold = 24 * 3600 if r.cadence is None else min(3 * r.cadence, 90 * 60)
            end = r.at + hold
            if following is not None and following.at < end:
                end = following.at
            if r.status is not None and end > r.at:
                result.append(Span(ride, r.at, end, r.status, r.wait, r.feed))
    return result


def states_of(spans: list[Span]) -> dict[int, list[State]]:
    """Per ride, touching spans of one status as one state."""
    result: dict[int, list[State]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: (span.ride, span.start)):
        own = result[span.ride]
        if own and own[-1].end == span.start and own[-1].status == span.status:
            own[-1].end = span.end
        else:
            own.append(State(span.start, span.end, span.status))
    return result


def without_flaps(spans: list[Span]) -> tuple[list[Span], list[tuple[int, int]]]:
    """States of 3 min or less that touch one and the same state on either side take it, from left to
    right."""
    flaps: list[tuple[int, int]] = []
    for ride, states in states_of(spans).items():
        absorbed_last = False
        for before, state, after in zip(states, states[1:], states[2:], strict=False):
            flap = (
                state.end - state.start <= 3 * 60
                and before.end == state.start
                and state.end == after.start
                and before.status == after.status
            )
            absorbed_last = flap and not absorbed_last
            if absorbed_last:
                flaps.append((ride, state.start))
                spans = [
                    replace(span, status=before.status, wait=None)
                    if span.ride == ride and state.start <= span.start < state.end
                    else span
                    for span in spans
                ]
    return spans, flaps


# Small sums -------------------------------------------------------------------------------------------------


def blank(*, weighted: bool = False) -> dict[str, int | None]:
    weights = ("weighted_downtime", "weighted_breakdown", "weighted_exposure")
    names = (*SUMS, *weights) if weighted else SUMS
    return {**dict.fromkeys(names, 0), "wait_max": None}


def add(total: dict[str, int | None], row: dict[str, int | None]) -> None:
    for name in total:
        if name != "wait_max":
            total[name] += row[name]
    if row["wait_max"] is not None:
        total["wait_max"] = max(row["wait_max"], total["wait_max"] or 0)


def joined(slices: list[Slice]) -> list[Slice]:
    result: list[Slice] = []
    for start, end in slices:
        if result and result[-1][1] == start:
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result
