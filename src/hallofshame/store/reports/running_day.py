"""The running day: hours still to come are neither open time yet nor observed.

A park-day's counters cover its whole open windows (R4, R7). Until the day is over, the share that lies ahead
could not have been watched, so it must not count against coverage. It is taken off when the rows are read:
what is stored stays the same, whenever it was computed. In the same way a window that reaches beyond
the latest look only because that look holds for a while (R3) is shown up to the look.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, select

from hallofshame.domain.periods import ONE_DAY, DayRange
from hallofshame.domain.rules import HOLD_CADENCES, MAX_HOLD_SECONDS
from hallofshame.domain.words import ScheduleKind
from hallofshame.metrics.opening import windows_until
from hallofshame.store.models import ParkActivitySnapshot, ParkCurrent, ParkDailyStats
from hallofshame.store.reports.hours import published_hours
from hallofshame.store.reports.sums import ParkTotals, RideReliability, RideTotals, RideWaitSums

OfRide = TypeVar("OfRide", RideTotals, RideReliability, RideWaitSums)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead of one park's running day. ``stretches`` are open windows after the latest look."""

    day: dt.date
    stretches: tuple[tuple[int, int], ...]
    eligible: int

    def seconds(self, start: int | None = None, end: int | None = None) -> int:
        """Open seconds ahead, of the whole day or between two instants."""
        total = 0
        for first, last in self.stretches:
            begin = first if start is None else max(first, start)
            finish = last if end is None else min(last, end)
            total += max(0, finish - begin)
        return total


def ahead_of(
    connection: Connection, todays: Mapping[int, dt.date], data_as_of: int | None, cadence_seconds: int
) -> dict[int, Ahead]:
    """The parks that have open time ahead of them today; ``todays`` is each park's own date.

    The latest observation speaks for its hold (R3), at the recorded cadence or else ``cadence_seconds``.
    """
    if data_as_of is None or not todays:
        return {}
    seen = seen_until(connection, cadence_seconds)
    model = ParkDailyStats
    query = select(model.park_id, model.day, model.windows, model.eligible).where(
        model.park_id.in_(list(todays)), model.day.between(min(todays.values()), max(todays.values()))
    )
    found: dict[int, Ahead] = {}
    for park_id, day, windows, eligible in connection.execute(query):
        now = max(data_as_of, seen.get(park_id, data_as_of))
        stretches = tuple((max(start, now), end) for start, end in json.loads(windows) if end > now)
        if day == todays[park_id] and stretches:
            found[park_id] = Ahead(day, stretches, eligible)
    return found


def windows_so_far(
    connection: Connection,
    park_id: int,
    day: dt.date,
    windows: Sequence[tuple[int, int]],
    data_as_of: int | None,
) -> tuple[tuple[int, int], ...]:
    """Open windows of a park-day, without what is neither published nor past the latest look.

    Published hours are known ahead and stay whole. A window that is known from activity alone ends with the
    latest look (``data_as_of``, Unix seconds); one that begins with it has no length yet.
    """
    if data_as_of is None or all(end <= data_as_of for _, end in windows):
        return tuple(windows)
    published = [
        (entry.opens_at, entry.closes_at)
        for entry in published_hours(connection, park_id, DayRange(day - ONE_DAY, day))
        if entry.kind is ScheduleKind.OPERATING
    ]
    return tuple(windows_until(data_as_of, windows, published))


def seen_until(connection: Connection, cadence_seconds: int) -> dict[int, int]:
    """Up to when the latest cycle of each park speaks for it: for its hold (R3)."""
    current, cycle = ParkCurrent, ParkActivitySnapshot
    latest = connection.execute(select(current.park_id, current.observed_at)).all()
    # Times that are written out, unlike those of a join, let the database leave out the other months.
    query = select(cycle.park_id, cycle.observed_at, cycle.cadence_seconds).where(
        cycle.park_id.in_([park_id for park_id, _ in latest]),
        cycle.observed_at.in_({observed_at for _, observed_at in latest}),
    )
    cadences = {(park_id, at): cadence for park_id, at, cadence in connection.execute(query)}
    return {
        park_id: at + min(HOLD_CADENCES * cadences.get((park_id, at), cadence_seconds), MAX_HOLD_SECONDS)
        for park_id, at in latest
    }


def of_park(totals: ParkTotals, ahead: Ahead | None) -> ParkTotals:
    """A park's sums over a range with its running day, less the open time ahead of its eligible rides."""
    return totals if ahead is None else park_less(totals, ahead.eligible * ahead.seconds())


def of_ride(totals: OfRide, ahead: Ahead | None) -> OfRide:
    """A ride's sums over a range with its running day, less the open time ahead of it."""
    return totals if ahead is None else ride_less(totals, ahead.seconds())


def park_less(totals: ParkTotals, seconds: int) -> ParkTotals:
    """Less ``seconds`` of open time, but never less than was observed."""
    return totals._replace(open=open_so_far(totals.open, totals.observed, seconds))


def ride_less(totals: OfRide, seconds: int) -> OfRide:
    """Less ``seconds`` of open time, but never less than was observed."""
    return totals._replace(open=open_so_far(totals.open, totals.observed, seconds))


def open_so_far(open_seconds: int, observed: int, ahead: int) -> int:
    """Open time less what lies ahead, but never less than was observed."""
    return max(open_seconds - ahead, observed)
