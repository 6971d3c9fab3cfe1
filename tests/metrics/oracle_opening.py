"""When a park is open, by the oracle (R4)."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

from hallofshame.domain.words import Evidence, Feed, ScheduleKind, Status

from .build import World, midnight
from .oracle_parts import ONE_DAY, QUARTER, Slice, Span, believed, joined, spans_of, states_of, without_flaps


class Opening:
    """Readings, spans and open windows of one park."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.zone = ZoneInfo(world.timezone)
        self.spans, self.flaps = without_flaps(spans_of(believed(list(world.readings), world.timezone)))
        self.states = states_of(self.spans)
        self.bounds = {
            day: (midnight(day, world.timezone), midnight(day + ONE_DAY, world.timezone))
            for day in world.days
        }
        self.slices = {day: self._slices(day) for day in world.days}
        self.held = {day: self._held(day) for day in world.days}
        self.telling: dict[dt.date, set[int]] = {}
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

    def posted(self, day: dt.date) -> set[int]:
        """The rides that operated with a wait above 0 posted at some moment of the day."""
        return {
            ride
            for held in self.held[day]
            for ride, span in held.items()
            if span.status == Status.OPERATING and span.wait
        }

    # R4 -----------------------------------------------------------------------------------------------------

    def alive(self, day: dt.date) -> set[int]:
        """Set A: rides that operated in the week; only those that posted waits, where these are enough."""
        week = [day - dt.timedelta(days=back) for back in range(7)]
        found = {past.ride for past in self.world.history if past.day in week}
        posted = {past.ride for past in self.world.history if past.day in week and past.posted}
        for earlier in week:
            found |= self.operated_any.get(earlier, set())
            if earlier in self.held:
                posted |= self.posted(earlier)
        found = {ride for ride in found if self.is_attraction(ride)}
        posted &= found
        return posted if len(posted) >= 3 and 4 * len(posted) >= len(found) else found

    def operating_count(self, day: dt.date, number: int) -> int:
        if day not in self.telling:
            self.telling[day] = self.alive(day)
        return sum(
            span.status == Status.OPERATING and ride in self.telling[day]
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
        """Slices with at least k rides of A operating, gaps under 3 h bridged, seen at more than one look."""
        size = len(self.alive(day))
        k = max(1, min(3, size - 1), -(-size // 10))
        busy = [n for n in range(len(self.slices[day])) if size and self.operating_count(day, n) >= k]
        result = set(busy)
        for left, right in pairwise(busy):
            if self.slices[day][right][0] - self.slices[day][left][1] < 3 * 3600:
                result.update(range(left, right))
        for start, end in joined([self.slices[day][n] for n in sorted(result)]):
            numbers = {n for n in result if start <= self.slices[day][n][0] < end}
            seen = [
                span
                for n in numbers
                for ride, span in self.held[day][n].items()
                if span.status == Status.OPERATING and ride in self.alive(day)
            ]
            logged = any(span.feed == Feed.ARCHIVE for span in seen)
            if not logged and len({span.start for span in seen}) < 2:
                result -= numbers
        return result

    def opening(self, day: dt.date) -> tuple[set[int], str]:
        """The open slices of a day and the evidence."""
        own = self.published(day, day, {ScheduleKind.OPERATING})
        spill = self.published(day, day - ONE_DAY, {ScheduleKind.OPERATING})
        everything = range(len(self.slices[day]))
        seen = {n for n, held in enumerate(self.held[day]) if any(self.is_attraction(ride) for ride in held)}
        regular = self.in_use(day, own, seen) | self.in_use(day, spill, seen)
        events = self.explained(day)
        if not own:
            inside = (self.activity(day) - events) | regular
            if inside:
                return inside, Evidence.ACTIVITY
            return inside, Evidence.NO_ACTIVITY if seen else Evidence.NO_DATA
        size = len(self.alive(day))
        beyond = {n for n in everything if size and 2 * self.operating_count(day, n) >= size}
        beyond -= events | own | spill
        lasting = set()
        for start, end in joined([self.slices[day][n] for n in sorted(beyond)]):
            if end - start > 15 * 60:
                lasting |= {n for n in beyond if start <= self.slices[day][n][0] < end}
        if lasting:
            return regular | lasting, Evidence.SCHEDULE_AND_ACTIVITY
        return regular, Evidence.SCHEDULE if regular else Evidence.NO_ACTIVITY

    def in_use(self, day: dt.date, hours: set[int], seen: set[int]) -> set[int]:
        """Those of the published slices whose window was in use, or of which too little was seen to say."""
        result = set()
        for start, end in joined([self.slices[day][n] for n in sorted(hours)]):
            window = {n for n in hours if start <= self.slices[day][n][0] < end}
            watched = sum(self.slices[day][n][1] - self.slices[day][n][0] for n in window & seen)
            if watched <= 15 * 60 or any(self.operating_count(day, n) for n in window):
                result |= window
        return result

    def explained(self, day: dt.date) -> set[int]:
        """Slices inside published events, which are no regular opening."""
        kinds = {ScheduleKind.TICKETED_EVENT, ScheduleKind.PRIVATE_EVENT, ScheduleKind.EXTRA_HOURS}
        return self.published(day, day, kinds) | self.published(day, day - ONE_DAY, kinds)

    # R5–R7 --------------------------------------------------------------------------------------------------
