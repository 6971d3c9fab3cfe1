"""Who got better and who got worse (R11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, NamedTuple

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.errors import PeriodError
from hallofshame.domain.periods import NAMED_PERIODS, Period, Shift
from hallofshame.metrics.comparing import is_listed_change
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Count, TrendReason
from hallofshame.web.answers.envelope import Answer
from hallofshame.web.answers.parks import ParkRow, park_totals, park_totals_before
from hallofshame.web.answers.rankings import DOWNTIME, park_ranking, ride_standings, with_standing
from hallofshame.web.answers.ride_measures import ride_reliabilities
from hallofshame.web.answers.rides import RideRow
from hallofshame.web.answers.watched import (
    Reliable,
    change_of_uptime,
    days_recorded,
    days_recorded_before,
    watched,
)
from hallofshame.web.parameters.filters import ParkFilter, RideFilter
from hallofshame.web.shapes import closed
from hallofshame.web.wording import TREND_REASONS


@closed
class TrendTables(TypedDict):
    """Parks and rides whose uptime changed, the greatest change first."""

    parks_improving: list[ParkRow]
    parks_declining: list[ParkRow]
    rides_improving: list[RideRow]
    rides_declining: list[RideRow]


@closed
class TrendTotals(TypedDict):
    """The full lengths of the four tables."""

    parks_improving: Count
    parks_declining: Count
    rides_improving: Count
    rides_declining: Count


@closed
class NotCompared(TypedDict):
    """How many have no change of uptime for one reason."""

    reason: TrendReason
    words: str
    count: Annotated[int, Field(ge=1)]


@closed
class ComparedCounts(TypedDict):
    """How many were compared with the period before, and why the others were not; each has one reason."""

    total: Count
    compared: Count
    not_compared: list[NotCompared]


@closed
class TrendsCompared(TypedDict):
    """The parks asked for, and those of their rides that counted in the period."""

    parks: ComparedCounts
    rides: ComparedCounts


class TrendsAnswer(Answer[TrendTables], total=False):
    """The tables in their envelope, with what they were chosen from."""

    totals: TrendTotals
    compared: TrendsCompared


NOT_WATCHED = "not_watched"
TABLES = ("parks_improving", "parks_declining", "rides_improving", "rides_declining")


@dataclass(frozen=True, slots=True)
class Trends:
    """The four tables, the greatest change first; their full lengths; and what was compared at all (R11)."""

    tables: TrendTables
    totals: TrendTotals
    compared: TrendsCompared

    @property
    def total(self) -> int:
        """The length of all tables together."""
        of = self.totals
        return of["parks_improving"] + of["parks_declining"] + of["rides_improving"] + of["rides_declining"]


class UptimeChange(NamedTuple):
    """The exact change of uptime in points, or why there is none."""

    points: float | None
    reason: str | None


def trends_of(
    context: AnswerContext, period: Period, parks: ParkFilter, rides_asked: RideFilter, limit: int
) -> Trends:
    """The parks and rides that changed by five points or more; each table is cut at ``limit`` rows."""
    if period.is_live:
        choices = ", ".join(name for name in NAMED_PERIODS if name != period.name)
        raise PeriodError(
            f"period 'live' has no trend, since a moment has no length; it takes one of {choices}",
            parameter="period",
        )
    park_rows = {line.row["park_id"]: line.row for line in park_ranking(context, period, parks)}
    rides = context.catalogue.rides
    changes = _park_changes(context, period)
    changes_of_parks = {
        park_id: changes.get(park_id, UptimeChange(None, NOT_WATCHED)) for park_id in park_rows
    }
    changes_of_rides = {
        ride_id: change
        for ride_id, change in _ride_changes(context, period).items()
        if rides[ride_id].park_id in park_rows and rides_asked.admits(rides[ride_id])
    }
    better_parks, worse_parks = _greatest(changes_of_parks)
    better_rides, worse_rides = _greatest(changes_of_rides)
    shown = [rides[ride_id] for ride_id in (*better_rides[:limit], *worse_rides[:limit])]
    standings = ride_standings(context, period, parks, DOWNTIME, rides_asked)
    lines = with_standing(context, period, shown, standings)
    ride_rows = {line.row["ride_id"]: line.row for line in lines}
    tables: TrendTables = {
        "parks_improving": [park_rows[park_id] for park_id in better_parks[:limit]],
        "parks_declining": [park_rows[park_id] for park_id in worse_parks[:limit]],
        "rides_improving": [ride_rows[ride_id] for ride_id in better_rides[:limit]],
        "rides_declining": [ride_rows[ride_id] for ride_id in worse_rides[:limit]],
    }
    totals: TrendTotals = {
        "parks_improving": len(better_parks),
        "parks_declining": len(worse_parks),
        "rides_improving": len(better_rides),
        "rides_declining": len(worse_rides),
    }
    return Trends(
        tables,
        totals,
        {"parks": _compared(changes_of_parks), "rides": _compared(changes_of_rides)},
    )


def _compared(changes: Mapping[int, UptimeChange]) -> ComparedCounts:
    """How many were compared, and why the others were not, in the order in which reasons are asked for."""
    reasons = Counter(change.reason for change in changes.values())
    return {
        "total": len(changes),
        "compared": reasons[None],
        "not_compared": [
            {"reason": reason, "words": words, "count": reasons[reason]}
            for reason, words in TREND_REASONS.items()
            if reasons[reason]
        ],
    }


def _greatest(changes: Mapping[int, UptimeChange]) -> tuple[list[int], list[int]]:
    """The ids whose change is large enough, the greatest first: those that rose, those that fell."""
    known = {
        key: change.points
        for key, change in changes.items()
        if change.points is not None and is_listed_change(change.points)
    }
    rose = [key for key, change in known.items() if change > 0]
    fell = [key for key, change in known.items() if change < 0]
    return (
        sorted(rose, key=lambda key: (-known[key], key)),
        sorted(fell, key=lambda key: (known[key], key)),
    )


def park_changes(context: AnswerContext, period: Period) -> dict[int, float | None]:
    """Exact change of uptime of every park that has a record in the period."""
    return {key: change.points for key, change in _park_changes(context, period).items()}


def ride_changes(context: AnswerContext, period: Period) -> dict[int, float | None]:
    """Exact change of uptime of every ride that is eligible in the period."""
    return {key: change.points for key, change in _ride_changes(context, period).items()}


def _park_changes(context: AnswerContext, period: Period) -> dict[int, UptimeChange]:
    def build() -> dict[int, UptimeChange]:
        now, before = park_totals(context, period), park_totals_before(context, period)
        return _changes(context, period, now, before, lambda park_id: park_id)

    return context.remembered("park changes", period, build)


def _ride_changes(context: AnswerContext, period: Period) -> dict[int, UptimeChange]:
    def build() -> dict[int, UptimeChange]:
        rides = context.catalogue.rides
        found = ride_reliabilities(context, period)
        now = {ride_id: totals for ride_id, totals in found.items() if totals.eligible_days > 0}
        before = ride_reliabilities(context, replace(period, shift=Shift.PREVIOUS))
        return _changes(context, period, now, before, lambda ride_id: rides[ride_id].park_id)

    return context.remembered("ride changes", period, build)


def _changes(
    context: AnswerContext,
    period: Period,
    now: Mapping[int, Reliable],
    before: Mapping[int, Reliable],
    park_of: Callable[[int], int],
) -> dict[int, UptimeChange]:
    known = context.catalogue.parks.values()
    ranges, ranges_before = context.ranges(period, known), context.previous_ranges(period, known)
    recorded, recorded_before = days_recorded(context, period), days_recorded_before(context, period)
    changes = {}
    for key, totals in now.items():
        park_id, previous = park_of(key), before.get(key)
        changes[key] = UptimeChange._make(
            change_of_uptime(
                watched(totals, recorded.get(park_id), ranges[park_id]),
                watched(previous, recorded_before.get(park_id), ranges_before[park_id]),
            )
        )
    return changes
