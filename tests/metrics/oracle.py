"""A slow, obvious oracle of rules R2–R9 for one park, in loops and dicts, written from the rules.

Time is cut at every instant at which anything can change (a reading, the end of a hold, a local hour, a
published opening). Between two such ticks nothing changes, so every statistic is a sum over slices.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hallofshame.domain.words import EndedBy, Feed, OutageKind, ScheduleKind, Status

from .build import World
from .oracle_opening import Opening
from .oracle_parts import ONE_DAY, Frame, Run, Segment, Slice, State, Truth, add, blank, joined

# The park-day -----------------------------------------------------------------------------------------------


def truth(world: World) -> Truth:
    """Everything the rules say about ``world``."""
    return _Oracle(world).answer()


class _Oracle(Opening):
    """The park-day: its windows, outages and counters."""

    def answer(self) -> Truth:  # noqa: C901 - one loop per rule, in their order
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
        windows = {day: joined([self.slices[day][n] for n in sorted(inside[day])]) for day in inside}
        queue_times = {
            day: self._seen_of(day, inside[day], eligible[day], Feed.QUEUE_TIMES) for day in inside
        }
        by_down = {
            day: self.world.tells_down
            and 2 * queue_times[day] <= self._seen_of(day, inside[day], eligible[day])
            for day in inside
        }
        hours: dict[tuple[dt.date, int, int], dict[str, int | None]] = {}
        for day in self.world.days:
            watched = {ride for n in inside[day] for ride in self.held[day][n]}
            for ride in sorted(watched | eligible[day] | self.operated_any[day]):
                for n in sorted(inside[day]):
                    row = hours.setdefault((day, self.hour_of(self.slices[day][n][0]), ride), blank())
                    self._count(row, day, n, ride)
        outages: list[tuple[object, ...]] = []
        operations: dict[tuple[dt.date, int], tuple[int, int]] = {}
        for day in self.world.days:
            frames = self._frames(day, windows)
            for ride in eligible[day]:
                ran = [
                    (segment.start, segment.end)
                    for frame in frames
                    if frame.lo == frame.start
                    for segment in self._segments(day, frame, ride)
                    if segment.state.status == Status.OPERATING
                ]
                if ran:
                    operations[day, ride] = (min(start for start, _ in ran), max(end for _, end in ran))
            for part, kind, stops in self._outages(day, frames, eligible[day], by_down[day], opened[day][0]):
                outages.append(part)
                if part[COUNTED]:
                    self._add_downtime(hours, day, part[1], kind, stops)
        ride_days: dict[tuple[dt.date, int], dict[str, int | None]] = {}
        for day in self.world.days:
            for ride in eligible[day] | self.operated_any[day]:
                ride_days[day, ride] = blank()
        park_hours = {
            (day, self.hour_of(start)): blank(weighted=True)
            for day in self.world.days
            for start, _ in self.slices[day]
        }
        for (day, hour, ride), row in hours.items():
            add(ride_days.setdefault((day, ride), blank()), row)
            if ride in eligible[day]:
                weight = self.world.rides[ride].weight
                named = sum(
                    row[f"downtime_{kind}"] for kind in ("opening_delay", "never_reopened", "park_wide")
                )
                add(
                    park_hours[day, hour],
                    row
                    | {
                        "weighted_downtime": weight * row["downtime"],
                        "weighted_breakdown": weight * (row["downtime"] - named),
                        "weighted_exposure": weight * (row["operating"] + row["downtime"]),
                    },
                )
        park_days = {day: blank(weighted=True) for day in self.world.days}
        for (day, _), row in park_hours.items():
            add(park_days[day], row)
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
            by_down=by_down,
            queue_times=queue_times,
            posted={day: self.posted(day) for day in self.world.days},
            operations=operations,
            outages=outages,
        )

    def _seen_of(self, day: dt.date, inside: set[int], rides: set[int], feed: Feed | None = None) -> int:
        """Seconds inside the windows in which something was known of those rides, from that feed."""
        return sum(
            self.slices[day][n][1] - self.slices[day][n][0]
            for n in inside
            for ride, span in self.held[day][n].items()
            if ride in rides and feed in (None, span.feed)
        )

    def _add_downtime(
        self,
        hours: dict[tuple[dt.date, int, int], dict[str, int | None]],
        day: dt.date,
        ride: int,
        kind: OutageKind,
        stops: list[Segment],
    ) -> None:
        for stop in stops:
            at = stop.start
            while at < stop.end:
                until = min(self.hour_of(at) + 3600, stop.end)
                row = hours[day, self.hour_of(at), ride]
                row["downtime"] += until - at
                if kind is not OutageKind.BREAKDOWN:
                    row[f"downtime_{kind}"] += until - at
                at = until

    def _eligible(self, day: dt.date, operated: dict[dt.date, set[int]]) -> set[int]:
        week = [day - dt.timedelta(days=back) for back in range(7)]
        found = {past.ride for past in self.world.history if past.inside and past.day in week}
        for earlier in week:
            found |= operated.get(earlier, set())
        return {ride for ride in found if self.is_attraction(ride)}

    def _count(self, row: dict[str, int | None], day: dt.date, number: int, ride: int) -> None:
        start, end = self.slices[day][number]
        seconds = end - start
        row["open"] += seconds
        span = self.held[day][number].get(ride)
        if span is None:
            return
        row["observed"] += seconds
        row[span.status.name.lower()] += seconds
        if span.start == start:
            row["samples"] += 1
        if span.status == Status.OPERATING and span.wait is not None:
            row["wait_known"] += seconds
            row["wait_sum"] += span.wait * seconds
            row["wait_max"] = span.wait if row["wait_max"] is None else max(row["wait_max"], span.wait)

    # R5, R9: what a day sees of a ride ----------------------------------------------------------------------

    def _frames(self, day: dt.date, windows: dict[dt.date, list[Slice]]) -> list[Frame]:
        """The windows of a day with what lies beyond its midnights."""
        first, past = self.bounds[day]
        told = next((beside for beside in self.world.neighbours if beside.day == day), None)
        before, before_opens = (told.before_start, told.before_opens) if told else (None, False)
        yesterday, tomorrow = day - ONE_DAY, day + ONE_DAY
        if yesterday in windows:
            ending = [start for start, end in windows[yesterday] if end == first]
            before = ending[0] if ending else None
            before_opens = bool(ending) and ending[0] > self.bounds[yesterday][0]
        next_opens = told.next_opens if told else False
        if tomorrow in windows:
            next_opens = any(start == past for start, _ in windows[tomorrow])
        result = []
        for start, end in windows[day]:
            frame = Frame(start, end, start, end, opens=True, closes=True)
            if start == first and before is not None:
                frame.lo, frame.opens = before, before_opens
            if end == past and next_opens:
                frame.hi, frame.closes = past + 3 * 3600, False
            result.append(frame)
        return result

    def _hours_of(self, ride: int, date: dt.date) -> list[Slice] | None:
        """The ride's own hours on a local date, with what the date before leaves over; null where unbound."""
        if not any(hours.ride == ride and hours.date == date for hours in self.world.ride_hours):
            return None
        both = sorted(
            (hours.opens, hours.closes)
            for hours in self.world.ride_hours
            if hours.ride == ride and hours.date in (date, date - ONE_DAY)
        )
        merged: list[Slice] = []
        for opens, closes in both:
            if merged and opens <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
            else:
                merged.append((opens, closes))
        return merged

    def _segments(self, day: dt.date, frame: Frame, ride: int) -> list[Segment]:
        first, past = self.bounds[day]
        three_hours = first + 3 * 3600 if frame.lo < frame.start else frame.end
        stretches = [(frame.lo, frame.hi, True)]
        if frame.end < three_hours:
            stretches.append((frame.end, three_hours, False))
        result = []
        for lo, hi, may_be_due in stretches:
            for state in self.states.get(ride, []):
                begin, finish = max(state.start, lo), min(state.end, hi)
                if begin >= finish:
                    continue
                edges = {begin, finish, first, past}
                for date in (day - ONE_DAY, day, day + ONE_DAY):
                    for hours in self._hours_of(ride, date) or []:
                        edges.update(hours)
                ordered = sorted(edge for edge in edges if begin <= edge <= finish)
                for start, end in pairwise(ordered):
                    date = day - ONE_DAY if start < first else day if start < past else day + ONE_DAY
                    own_hours = self._hours_of(ride, date)
                    if own_hours is None and (date > day or (date == day and frame.lo < frame.start)):
                        own_hours = self._hours_of(ride, date - ONE_DAY)
                    inside = [hours for hours in own_hours or [] if hours[0] <= start and end <= hours[1]]
                    due = may_be_due and (own_hours is None or bool(inside))
                    own = may_be_due and first <= start < past
                    hours_end = inside[0][1] if inside else None
                    segment = Segment(start, end, state, own, due, hours_end)
                    last = result[-1] if result else None
                    if (
                        last
                        and last.end == start
                        and replace(segment, start=last.start) == replace(last, end=end)
                    ):
                        result[-1] = replace(last, end=end)
                    else:
                        result.append(segment)
        return result

    def _outages(
        self, day: dt.date, frames: list[Frame], rides: set[int], by_down: bool, inside: set[int]
    ) -> list[tuple[tuple[object, ...], OutageKind, list[Segment]]]:
        """Each part of an outage on the day in the order of ``PARTS``, its kind, and where it did not run."""
        first, past = self.bounds[day]
        last_seen = max((r.at for r in self.world.readings if r.at < past + 3 * 3600), default=0)
        segments = {ride: [self._segments(day, frame, ride) for frame in frames] for ride in rides}
        runs = [
            run for ride in sorted(rides) for run in self._runs(day, ride, frames, segments[ride], by_down)
        ]
        self._mark_park_wide(day, runs, rides)
        if not by_down:
            for run in runs:
                run.park_wide = run.park_wide or any(
                    other.park_wide
                    and (other.ride, other.frame.start, other.operations)
                    == (run.ride, run.frame.start, run.operations)
                    for other in runs
                )
        found = []
        for run in runs:
            if not run.own:
                continue
            at = frames.index(run.frame)
            operations = _long_operations(segments[run.ride][at])
            stopped_at = operations[run.operations - 1][1] if run.operations else None
            back_at = operations[run.operations][0] if run.operations < len(operations) else None
            goes_on = run.segments[-1].end > past
            into_next = goes_on or (back_at is not None and back_at >= past)
            had_run = stopped_at is not None and (run.ran_today if into_next else run.ran) >= 15 * 60
            came_back = back_at is not None and not (
                stopped_at is not None and stopped_at <= first and back_at >= first + 3 * 3600
            )
            end, hours_end = run.own[-1].end, run.own[-1].hours_end
            last_frame = run.last_frame
            park_closes = end == last_frame.end and last_frame.closes
            at_closing = (end == hours_end or park_closes) and not goes_on
            ongoing = end > last_seen
            at_opening = run.is_first and run.frame.opens
            following = [
                segment for segment in segments[run.ride][frames.index(last_frame)] if segment.start == end
            ]
            looked = run.own[-1].state.end > end
            published = end in self._published_ends(day, inside)
            if end == hours_end or (park_closes and (published or looked)):
                ended_by = EndedBy.CLOSED
            elif park_closes or not following:
                ended_by = EndedBy.LOST
            elif following[0].state.status == Status.OPERATING:
                ended_by = EndedBy.REOPENED
            else:
                ended_by = EndedBy.CLOSED
            if at_closing and not ongoing:
                kind = OutageKind.NEVER_REOPENED
            elif at_opening:
                kind = OutageKind.OPENING_DELAY
            else:
                kind = OutageKind.PARK_WIDE if run.park_wide else OutageKind.BREAKDOWN
            counted = by_down or (had_run and came_back and not run.park_wide)
            part = (
                day,
                run.ride,
                run.own[0].start,
                end,
                ongoing,
                sum(segment.end - segment.start for segment in run.own),
                sum(
                    ride == run.ride and any(s.start <= moment < s.end for s in run.own)
                    for ride, moment in self.flaps
                ),
                by_down,
                counted,
                at_opening,
                at_closing,
                run.park_wide,
                had_run,
                run.due_before == 0,
                run.due_after == 0,
                run.begin < first,
                goes_on,
                None if ongoing or goes_on else str(ended_by),
                None if counted else _why_not(run, came_back=came_back),
            )
            found.append((part, kind, run.own))
        return found

    def _published_ends(self, day: dt.date, inside: set[int]) -> set[int]:
        """Where published hours in use end on the day."""
        result = set()
        seen = {n for n, held in enumerate(self.held[day]) if any(self.is_attraction(ride) for ride in held)}
        used: set[int] = set()
        for date in (day, day - ONE_DAY):
            used |= self.in_use(day, self.published(day, date, {ScheduleKind.OPERATING}), seen)
        for _, end in joined([self.slices[day][n] for n in sorted(used & inside)]):
            result.add(end)
        return result

    def _runs(  # noqa: C901 - one pass over what a ride did
        self, day: dt.date, ride: int, frames: list[Frame], segments: list[list[Segment]], by_down: bool
    ) -> list[Run]:
        runs: list[Run] = []
        current: Run | None = None
        current_frame: Frame | None = None
        last_due: Segment | None = None
        first = self.bounds[day][0]
        own_due = [s for each in segments for s in each if s.due and s.own]
        for frame, each in zip(frames, segments, strict=True):
            ran = ran_today = operations = 0
            due_here = False
            last_operation: State | None = None
            if not by_down:
                current = None
            for segment in each:
                status = segment.state.status
                stopped = segment.due and (status == Status.DOWN or (status == Status.CLOSED and not by_down))
                if status == Status.OPERATING:
                    ran += segment.end - segment.start
                    ran_today += segment.end - segment.start if segment.start >= first else 0
                    if segment.state.end - segment.state.start > 3 * 60:
                        operations += segment.state is not last_operation
                        last_operation = segment.state
                        if not by_down:
                            current = None
                elif status == Status.REFURBISHMENT and not by_down:
                    current = None
                if stopped:
                    if current is None:
                        goes_on = False
                    elif current_frame is frame:
                        goes_on = segment.start - current.segments[-1].end <= 10 * 60
                    else:
                        at_end = current.segments[-1].end == current_frame.end
                        goes_on = at_end and current.segments[-1] is last_due
                    if goes_on:
                        current.segments.append(segment)
                    else:
                        current = Run(ride, frame, [segment], operations, ran, ran_today, not due_here, 0, 0)
                        runs.append(current)
                    current_frame = frame
                    if segment.own:
                        current.last_frame = frame
                if segment.due:
                    due_here = True
                    last_due = segment
        for run in runs:
            if run.own:
                run.due_before = sum(s.start < run.own[0].start for s in own_due)
                run.due_after = sum(s.start > run.own[-1].start for s in own_due)
        return runs

    def _mark_park_wide(self, day: dt.date, runs: list[Run], rides: set[int]) -> None:
        def operated_before(ride: int, begin: int) -> bool:
            """By its last known state on the local day of ``begin``."""
            first, past = self.bounds[day]
            midnight = first - 24 * 3600 if begin < first else first if begin < past else past
            known = [state for state in self.states.get(ride, []) if state.start < begin]
            return bool(known) and known[-1].status == Status.OPERATING and known[-1].end > midnight

        falls = [run for run in runs if operated_before(run.ride, run.begin)]
        for begin in {run.begin for run in falls}:
            running = {ride for ride in rides if operated_before(ride, begin)}
            fallen = [run for run in falls if begin <= run.begin <= begin + 15 * 60 and run.ride in running]
            many = len({run.ride for run in fallen})
            if many >= 2 and 2 * many >= len(running):
                for run in fallen:
                    run.park_wide = True


COUNTED = 8
"""Place of ``counted`` in a part."""


def _why_not(run: Run, *, came_back: bool) -> str:
    """Why a stop does not count where only open and closed are told."""
    if not run.operations:
        return "before_first_run"
    if run.park_wide:
        return "park_wide"
    return "hardly_ran" if came_back else "did_not_come_back"


def _long_operations(segments: list[Segment]) -> list[Slice]:
    """Operations of more than 3 min, from first to last moment seen of each."""
    result: list[tuple[State, int, int]] = []
    for segment in segments:
        state = segment.state
        if state.status != Status.OPERATING or state.end - state.start <= 3 * 60:
            continue
        if result and result[-1][0] is state:
            result[-1] = (state, result[-1][1], segment.end)
        else:
            result.append((state, segment.start, segment.end))
    return [(start, end) for _, start, end in result]


# R8: what is shown ------------------------------------------------------------------------------------------


def score(row: dict[str, int | None]) -> Fraction | None:
    """The shame score, exact."""
    if not row["weighted_exposure"]:
        return None
    return Fraction(10 * row["weighted_downtime"], row["weighted_exposure"])
