"""How well parks and rides were watched in a period: what may be ranked (R12) and compared (R11)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from typing_extensions import TypedDict

from hallofshame.domain.periods import DayRange, Period
from hallofshame.domain.rules import LOOKBACK_DAYS
from hallofshame.domain.words import BreakdownSignal
from hallofshame.metrics.comparing import WatchedStretch, incomparable_reason, trend_points, uptime_change
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.record import OpenDays, RecordedDays, open_days, recorded_days
from hallofshame.store.reports.sums import ParkTotals, RideReliability, RideTotals
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Tells, Trend, TrendReason
from hallofshame.web.shapes import closed

Reliable = ParkTotals | RideTotals | RideReliability
"""What has an uptime and a coverage."""
BREAKDOWNS: Final = "breakdowns"
OPEN_CLOSED: Final = "open_closed"
"""What a source can tell: breakdowns; or only that a ride is open or closed (R5)."""
_ONE_DAY = dt.timedelta(days=1)


def days_recorded(context: AnswerContext, period: Period) -> dict[int, RecordedDays]:
    """The recorded days of every park in the period; parks without a row are absent."""

    def build() -> dict[int, RecordedDays]:
        ranges = context.ranges(period, context.catalogue.parks.values())
        return recorded_days(context.connection, ranges, context.stored_days)

    return context.remembered("recorded days", period, build)


def days_recorded_before(context: AnswerContext, period: Period) -> dict[int, RecordedDays]:
    """The same of the period that it is compared with (R11)."""

    def build() -> dict[int, RecordedDays]:
        ranges = context.previous_ranges(period, context.catalogue.parks.values())
        return recorded_days(context.connection, ranges, context.stored_days)

    return context.remembered("recorded days before", period, build)


def inferred_days(context: AnswerContext, period: Period) -> dict[int, float]:
    """How long (seconds) the average open day was of parks whose hours are inferred on any of them (R12).

    The running day is not over and has no length yet: the days before it tell, six of them where the period
    is that day alone.
    """

    def build() -> dict[int, float]:
        parks = context.catalogue.parks.values()
        ranges = {
            park_id: days
            for park_id, days in (
                (park.park_id, _days_over(period.days(context.today(park)), context.today(park)))
                for park in parks
            )
            if days is not None
        }
        found = open_days(context.connection, ranges, context.stored_days)
        return {park_id: _average(days) for park_id, days in found.items() if days.inferred > 0}

    return context.remembered("inferred days", period, build)


def _days_over(days: DayRange, today: dt.date) -> DayRange | None:
    """The days of a range before today; those before it where today is all it has."""
    if days.end < today:
        return days
    if days.start < today:
        return DayRange(days.start, today - _ONE_DAY)
    if days.start == today:
        return DayRange(today - LOOKBACK_DAYS * _ONE_DAY, today - _ONE_DAY)
    return None


def _average(days: OpenDays) -> float:
    return days.window_seconds / days.open


def tells(park: ParkProfile, recorded: RecordedDays | None) -> Tells:
    """What the park's source could tell on most of the recorded days; without any, what it can tell now."""
    if recorded is None or recorded.recorded == 0:
        return BREAKDOWNS if park.breakdown_signal is BreakdownSignal.DOWN else OPEN_CLOSED
    return BREAKDOWNS if 2 * recorded.by_down > recorded.recorded else OPEN_CLOSED


def watched(totals: Reliable | None, recorded: RecordedDays | None, days: DayRange) -> WatchedStretch | None:
    """How a park or a ride was watched on these days; null where nothing of it was seen.

    A ride was recorded on the days on which it counted, and on those on which its park was found closed.
    """
    if recorded is None:
        return None
    if totals is None:
        only_closed = recorded.found_closed if recorded.recorded == 0 else 0
        return WatchedStretch(0, 0, only_closed, days.days) if only_closed else None
    looked_at = recorded.looked_at
    if not isinstance(totals, ParkTotals):
        looked_at = min(looked_at, totals.eligible_days + recorded.found_closed)
    return WatchedStretch(
        totals.observed, totals.open, looked_at, days.days, totals.operating, totals.downtime
    )


def change_of_uptime(
    now: WatchedStretch | None, before: WatchedStretch | None
) -> tuple[float | None, str | None]:
    """The exact change of uptime in points, or why there is none (R11)."""
    reason = incomparable_reason(now, before)
    if reason is not None or now is None or before is None:
        return None, reason
    change = uptime_change(now.operating, now.downtime, before.operating, before.downtime)
    return change, None if change is not None else "did_not_run"


@closed
class TrendFields(TypedDict):
    """How a row changed against the period before, or why that cannot be said."""

    trend_points: Trend | None
    trend_reason: TrendReason | None


def trend_fields(now: WatchedStretch | None, before: WatchedStretch | None) -> TrendFields:
    """The fields of a row that say how it changed against the period before, or why it cannot be said."""
    change, reason = change_of_uptime(now, before)
    return {"trend_points": trend_points(change), "trend_reason": reason}
