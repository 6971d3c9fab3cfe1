"""A slow, obvious oracle of rules R2–R9 for one park, in loops and dicts, written from the rules.

Time is cut at every instant at which anything can change (a reading, the end of a hold, a local hour, a
published opening). Between two such ticks nothing changes, so every statistic is a sum over slices.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from hallofshame.domain.words import Evidence, Feed, ScheduleKind, Status

from .build import Reading, World, midnight

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
    outages: list[tuple[object, ...]]


SUMS = (
    "open",
    "observed",
    "operating",
    "down",
    "closed",
    "refurbishment",
    "downtime",
    "wait_known",
    "wait_sum",
    "samples",
)


# R2 ---------------------------------------------------------------------------------------------------------


def believed(readings: list[Reading]) -> list[Reading]:
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
        if lasted >= 3 * 3600 and any(wait and wait > 0 for _, wait in cycles[stretch[0]].values()):
            frozen.update(stretch)
        if at is not None:
            stretch = [at]
    result = []
    for r in readings:
        ghost = (r.stale and r.status == Status.OPERATING) or (r.cadence is not None and r.at in frozen)
        result.append(replace(r, status=None, wait=None) if ghost else r)
    return result


# R3 ---------------------------------------------------------------------------------------------------------


def spans_of(readings: list[Reading]) -> list[Span]:
    """Each reading until the ride's next one, at most its hold; unknown makes none."""
    by_ride: dict[int, list[Reading]] = defaultdict(list)
    for r in sorted(readings, key=lambda r: r.at):
        by_ride[r.ride].append(r)
    result = []
    for ride, own in by_ride.items():
        for r, following in zip(own, [*own[1:], None], strict=True):
            hold = 24 * 3600 if r.cadence is None else min(3 * r.cadence, 90 * 60)
            end = r.at + hold
            if following is not None and following.at < end:
                end = following.at
            if r.status is not None and end > r.at:
                result.append(Span(ride, r.at, end, r.status, r.wait, r.feed))
    return result


# The park-day -----------------------------------------------------------------------------------------------


def truth(world: World) -> Truth:
    """Everything the rules say about ``world``."""
    return _Oracle(world).answer()


class _Oracle:
    def __init__(self, world: World) -> None:
        self.world = world
        self.zone = ZoneInfo(world.timezone)
        self.spans = spans_of(believed(list(world.readings)))
        self.bounds = {
            day: (midnight(day, world.timezone), midnight(day + ONE_DAY, world.timezone))
            for day in world.days
        }
        self.slices = {day: self._slices(day) for day in world.days}
        self.held = {day: self._held(day) for day in world.days}
        self.operated_any = {
            day: {
                ride
                for held in self.held[day]
                for ride, span in held.items()
                if span.status == Status.OPERATING
            }
            for day in world.days
        }

    def is_attraction(self, ride: int) -> bool:
        return ride in self.world.rides and self.world.rides[ride].attraction

    def hour_of(self, instant: int) -> int:
        """Where the local hour of an instant begins, read off the zone's own clock."""
        local = dt.datetime.fromtimestamp(instant, self.zone)
        return instant - local.minute * 60 - local.second

    def _slices(self, day: dt.date) -> list[Slice]:
        start, end = self.bounds[day]
        ticks = {start, end}
        ticks.update(range(start, end, QUARTER))
        for span in self.spans:
            ticks.update((span.start, span.end))
        for hours in self.world.schedule:
            ticks.update((hours.opens, hours.closes))
        ordered = sorted(tick for tick in ticks if start <= tick <= end)
        return list(pairwise(ordered))

    def _held(self, day: dt.date) -> list[dict[int, Span]]:
        """Per slice of the day, the span each observed ride is in."""
        place = {start: number for number, (start, _) in enumerate(self.slices[day])}
        held: list[dict[int, Span]] = [{} for _ in self.slices[day]]
        first, past = self.bounds[day]
        for span in self.spans:
            if span.start >= past or span.end <= first:
                continue
            number = place[max(span.start, first)]
            while number < len(held) and self.slices[day][number][0] < span.end:
                held[number][span.ride] = span
                number += 1
        return held

    # R4 -----------------------------------------------------------------------------------------------------

    def alive(self, day: dt.date) -> set[int]:
        """Set A: attractions that operated at all on the day or one of the 6 before."""
        week = [day - dt.timedelta(days=back) for back in range(7)]
        found = {past.ride for past in self.world.history if past.day in week}
        for earlier in week:
            found |= self.operated_any.get(earlier, set())
        return {ride for ride in found if self.is_attraction(ride)}

    def operating_count(self, day: dt.date, number: int) -> int:
        return sum(
            span.status == Status.OPERATING and self.is_attraction(ride)
            for ride, span in self.held[day][number].items()
        )

    def published(self, day: dt.date, date: dt.date, kinds: set[ScheduleKind]) -> set[int]:
        """Numbers of the day's slices inside the published hours of ``date``."""
        return {
            number
            for number, (start, end) in enumerate(self.slices[day])
            for hours in self.world.schedule
            if hours.date == date and hours.kind in kinds and hours.opens <= start and end <= hours.closes
        }

    def activity(self, day: dt.date) -> set[int]:
        """Slices with at least k rides of A operating, gaps under 3 h bridged."""
        size = len(self.alive(day))
        k = max(min(3, size), -(-size // 10))
        busy = [n for n in range(len(self.slices[day])) if size and self.operating_count(day, n) >= k]
        result = set(busy)
        for left, right in pairwise(busy):
            if self.slices[day][right][0] - self.slices[day][left][1] < 3 * 3600:
                result.update(range(left, right))
        return result

    def opening(self, day: dt.date) -> tuple[set[int], str]:
        """The open slices of a day and the evidence."""
        own = self.published(day, day, {ScheduleKind.OPERATING})
        spill = self.published(day, day - ONE_DAY, {ScheduleKind.OPERATING})
        everything = range(len(self.slices[day]))
        seen = {n for n, held in enumerate(self.held[day]) if any(self.is_attraction(ride) for ride in held)}
        moving = {n for n in everything if self.operating_count(day, n) > 0}
        left_over = set() if spill & seen and not spill & moving else spill
        events = self.explained(day)
        if not own:
            inside = (self.activity(day) - events) | left_over
            if inside:
                return inside, Evidence.ACTIVITY
            return inside, Evidence.NO_ACTIVITY if seen else Evidence.NO_DATA
        if own & seen and not moving - spill:
            return left_over, Evidence.SCHEDULE if left_over else Evidence.NO_ACTIVITY
        regular = own | left_over
        size = len(self.alive(day))
        beyond = (
            {n for n in everything if size and 2 * self.operating_count(day, n) >= size} - events - regular
        )
        lasting = set()
        for start, end in _joined([self.slices[day][n] for n in sorted(beyond)]):
            if end - start > 15 * 60:
                lasting |= {n for n in beyond if start <= self.slices[day][n][0] < end}
        if lasting:
            return regular | lasting, Evidence.SCHEDULE_AND_ACTIVITY
        return regular, Evidence.SCHEDULE

    def explained(self, day: dt.date) -> set[int]:
        """Slices inside published events, which are no regular opening."""
        kinds = {ScheduleKind.TICKETED_EVENT, ScheduleKind.PRIVATE_EVENT, ScheduleKind.EXTRA_HOURS}
        return self.published(day, day, kinds) | self.published(day, day - ONE_DAY, kinds)

    # R5–R7 --------------------------------------------------------------------------------------------------

    def counts_as_down(self, span: Span) -> bool:
        if span.status == Status.DOWN:
            return True
        only_closed = self.world.closed_is_downtime or span.feed == Feed.QUEUE_TIMES
        return span.status == Status.CLOSED and only_closed

    def answer(self) -> Truth:
        opened = {day: self.opening(day) for day in self.world.days}
        inside = {day: numbers for day, (numbers, _) in opened.items()}
        operated = {
            day: {
                ride
                for n in numbers
                for ride, span in self.held[day][n].items()
                if span.status == Status.OPERATING and self.is_attraction(ride)
            }
            for day, numbers in inside.items()
        }
        eligible = {day: self._eligible(day, operated) for day in self.world.days}
        hours: dict[tuple[dt.date, int, int], dict[str, int | None]] = {}
        for day in self.world.days:
            watched = {ride for n in inside[day] for ride in self.held[day][n]}
            for ride in sorted(watched | eligible[day] | self.operated_any[day]):
                for n in sorted(inside[day]):
                    row = hours.setdefault((day, self.hour_of(self.slices[day][n][0]), ride), _blank())
                    self._count(row, day, n, ride, may_fail=ride in operated[day])
        ride_days: dict[tuple[dt.date, int], dict[str, int | None]] = {}
        for day in self.world.days:
            for ride in eligible[day] | self.operated_any[day]:
                ride_days[day, ride] = _blank()
        park_hours: dict[tuple[dt.date, int], dict[str, int | None]] = {}
        for (day, hour, ride), row in hours.items():
            _add(ride_days.setdefault((day, ride), _blank()), row)
            if ride in eligible[day]:
                weight = self.world.rides[ride].weight
                exposure = row["operating"] + row["down"] + row["closed"]
                _add(
                    park_hours.setdefault((day, hour), _blank(weighted=True)),
                    row
                    | {"weighted_downtime": weight * row["downtime"], "weighted_exposure": weight * exposure},
                )
        park_days = {day: _blank(weighted=True) for day in self.world.days}
        for (day, _), row in park_hours.items():
            _add(park_days[day], row)
        windows = {day: _joined([self.slices[day][n] for n in sorted(inside[day])]) for day in inside}
        return Truth(
            windows=windows,
            evidence={day: evidence for day, (_, evidence) in opened.items()},
            eligible=eligible,
            operated_any=self.operated_any,
            operated=operated,
            ride_hours=hours,
            ride_days=ride_days,
            park_hours=park_hours,
            park_days=park_days,
            outages=[
                part
                for day in self.world.days
                for part in self._outages(day, inside[day], windows[day], operated[day])
            ],
        )

    def _eligible(self, day: dt.date, operated: dict[dt.date, set[int]]) -> set[int]:
        week = [day - dt.timedelta(days=back) for back in range(7)]
        found = {past.ride for past in self.world.history if past.inside and past.day in week}
        for earlier in week:
            found |= operated.get(earlier, set())
        return {ride for ride in found if self.is_attraction(ride)}

    def _count(
        self, row: dict[str, int | None], day: dt.date, number: int, ride: int, *, may_fail: bool
    ) -> None:
        start, end = self.slices[day][number]
        seconds = end - start
        row["open"] += seconds
        span = self.held[day][number].get(ride)
        if span is None:
            return
        row["observed"] += seconds
        row[span.status.name.lower()] += seconds
        if may_fail and self.counts_as_down(span):
            row["downtime"] += seconds
        if span.start == start:
            row["samples"] += 1
        if span.status == Status.OPERATING and span.wait is not None:
            row["wait_known"] += seconds
            row["wait_sum"] += span.wait * seconds
            row["wait_max"] = span.wait if row["wait_max"] is None else max(row["wait_max"], span.wait)

    # R9 -----------------------------------------------------------------------------------------------------

    def _outages(
        self, day: dt.date, inside: set[int], windows: list[Slice], rides: set[int]
    ) -> list[tuple[object, ...]]:
        """(day, ride, start, end, ongoing, downtime, flaps, at opening, at closing, park wide) per run."""
        first, past = self.bounds[day]
        opens = {start for start, _ in windows if start > first}
        closes = {end for _, end in windows if end < past}
        last_seen = max((r.at for r in self.world.readings if r.at < past + 3 * 3600), default=0)
        pieces = {ride: self._pieces(day, inside, ride) for ride in rides}
        runs = []
        for ride in sorted(rides):
            for start, end, downtime, flaps in _down_runs(pieces[ride]):
                borders = (start in opens, end in closes)
                runs.append((ride, start, end, end > last_seen, downtime, flaps, *borders))
        falls = [(ride, start) for ride, start, *_, at_opening, _ in runs if not at_opening]
        struck = set()
        for _, begin in falls:
            fallen = [fall for fall in falls if begin <= fall[1] <= begin + 15 * 60]
            before = sum(
                any(state == "up" and start < begin <= end for start, end, state in own)
                for own in pieces.values()
            )
            many = len({ride for ride, _ in fallen})
            if before and many >= 2 and 2 * many >= before:
                struck.update(fallen)
        return [(day, *run, (run[0], run[1]) in struck) for run in runs]

    def _pieces(self, day: dt.date, inside: set[int], ride: int) -> list[tuple[int, int, str]]:
        """Stretches of one state: ``up`` (operating), ``down`` (downtime) or ``off`` (neither)."""
        result: list[tuple[int, int, str]] = []
        for n in sorted(inside):
            span = self.held[day][n].get(ride)
            if span is None:
                continue
            up = span.status == Status.OPERATING
            state = "up" if up else "down" if self.counts_as_down(span) else "off"
            start, end = self.slices[day][n]
            if result and result[-1][1] == start and result[-1][2] == state:
                result[-1] = (result[-1][0], end, state)
            else:
                result.append((start, end, state))
        return result


def _down_runs(pieces: list[tuple[int, int, str]]) -> list[tuple[int, int, int, int]]:
    """(start, end, downtime, flaps), flaps of 3 min absorbed from left to right, gaps of 10 min bridged."""
    merged: list[list[object]] = []  # start, end, state, seconds down, flaps
    pending = list(pieces)
    for n, (start, end, state) in enumerate(pending):
        seconds = end - start if state == "down" else 0
        last = merged[-1] if merged else None
        if last and last[1] == start and last[2] == state:
            last[1], last[3] = end, last[3] + seconds
            continue
        following = pending[n + 1] if n + 1 < len(pending) else None
        flap = (
            last
            and following
            and end - start <= 3 * 60
            and last[1] == start
            and following[0] == end
            and following[2] == last[2]
        )
        if flap:
            last[1], last[4] = end, last[4] + 1
        else:
            merged.append([start, end, state, seconds, 0])
    runs: list[list[int]] = []
    for start, end, state, seconds, flaps in merged:
        if state != "down":
            continue
        if runs and start - runs[-1][1] <= 10 * 60:
            runs[-1][1:] = [end, runs[-1][2] + seconds, runs[-1][3] + flaps]
        else:
            runs.append([start, end, seconds, flaps])
    return [tuple(run) for run in runs]


# R8: what is shown ------------------------------------------------------------------------------------------


def score(row: dict[str, int | None]) -> Fraction | None:
    """The shame score, exact."""
    if not row["weighted_exposure"]:
        return None
    return Fraction(10 * row["weighted_downtime"], row["weighted_exposure"])


# Small sums -------------------------------------------------------------------------------------------------


def _blank(*, weighted: bool = False) -> dict[str, int | None]:
    names = (*SUMS, "weighted_downtime", "weighted_exposure") if weighted else SUMS
    return {**dict.fromkeys(names, 0), "wait_max": None}


def _add(total: dict[str, int | None], row: dict[str, int | None]) -> None:
    for name in total:
        if name != "wait_max":
            total[name] += row[name]
    if row["wait_max"] is not None:
        total["wait_max"] = max(row["wait_max"], total["wait_max"] or 0)


def _joined(slices: list[Slice]) -> list[Slice]:
    result: list[Slice] = []
    for start, end in slices:
        if result and result[-1][1] == start:
            result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result
