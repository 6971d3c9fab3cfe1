"""One ride as a row: the same fields for every period, list, detail and page. Ratios come from the kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from hallofshame.domain.periods import DayRange, Period
from hallofshame.metrics import scores
from hallofshame.metrics.comparing import WatchedStretch
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.store.reports.current import ParkState, RideState, park_states, ride_states
from hallofshame.store.reports.outages import outage_counts
from hallofshame.store.reports.record import RecordedDays
from hallofshame.store.reports.sums import RideReliability, RideTotals
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import (
    Coverage,
    Day,
    ExcludedReason,
    Instant,
    LookInterval,
    PerOpenHour,
    Rank,
    Seconds,
    Tells,
    Trend,
    TrendReason,
    UnrankedReason,
    Uptime,
    Wait,
)
from hallofshame.web.answers.envelope import RankingLine, iso
from hallofshame.web.answers.identity import RideIdentity, ride_identity
from hallofshame.web.answers.parks import downtime_by_kind
from hallofshame.web.answers.present import ride_now
from hallofshame.web.answers.ride_measures import measure_now, reliabilities_before, totals_of_rides
from hallofshame.web.answers.watched import (
    TrendFields,
    days_recorded,
    days_recorded_before,
    tells,
    trend_fields,
    watched,
)
from hallofshame.web.wording import STATUS_SLUGS, StatusSlug


class RideRow(RideIdentity):
    """A ride in one period."""

    rank: Rank | None
    unranked_reason: UnrankedReason | None
    start_date: Day
    end_date: Day
    eligible: Annotated[bool, Field(description="Whether it counts in its park's score.")]
    excluded_reason: ExcludedReason | None
    observed_at: Annotated[Instant | None, Field(description="Live only.")]
    status: Annotated[StatusSlug | None, Field(description="Live only.")]
    status_since: Annotated[Instant | None, Field(description="Live only.")]
    is_down: Annotated[bool | None, Field(description="Live only: whether it counts as broken down.")]
    is_provisional: Annotated[
        bool | None,
        Field(
            description="Live only: it stopped, and its source knows only open and closed, so that the day "
            "counts it once it comes back."
        ),
    ]
    tells: Tells
    total_downtime_hours: Annotated[float | None, Field(ge=0)]
    downtime_seconds: Seconds | None
    breakdown_seconds: Annotated[Seconds | None, Field(description="Of these, in breakdowns.")]
    opening_delay_seconds: Annotated[Seconds | None, Field(description="From opening to the first run.")]
    never_reopened_seconds: Annotated[Seconds | None, Field(description="In outages until closing.")]
    park_wide_seconds: Annotated[Seconds | None, Field(description="When half of the park stopped at once.")]
    downtime_minutes_per_open_hour: PerOpenHour | None
    operating_seconds: Seconds | None
    uptime_percent: Uptime | None
    comparable_uptime_percent: Annotated[
        float | None, Field(ge=0, le=100, description="Operating ÷ (operating + breakdown).")
    ]
    outages: Annotated[int | None, Field(ge=0, description="How many began in the period (live: today).")]
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None
    look_interval_seconds: LookInterval | None
    trend_points: Trend | None
    trend_reason: TrendReason | None


def ride_lines(
    context: AnswerContext,
    period: Period,
    rides: Sequence[RideProfile],
) -> list[RankingLine[RideRow]]:
    """The rows of these rides, in the order given, without rank."""
    if not rides:
        return []
    parks = [context.catalogue.parks[park_id] for park_id in sorted({ride.park_id for ride in rides})]
    ids = [ride.ride_id for ride in rides]
    ranges = context.ranges(period, parks)
    source = _Source(
        context,
        ranges,
        totals_of_rides(context, period, ranges, ids),
        outage_counts(context.connection, ranges, ids),
        {} if period.is_live else days_recorded(context, period),
        None if period.is_live else _before(context, period, parks, ids),
    )
    if not period.is_live:
        return [_line(source, ride) for ride in rides]
    states = ride_states(context.connection, [park.park_id for park in parks])
    open_parks = park_states(context.connection)
    return [
        _live_line(source, ride, states.get(ride.ride_id), open_parks.get(ride.park_id)) for ride in rides
    ]


def _before(
    context: AnswerContext, period: Period, parks: Sequence[ParkProfile], ids: Sequence[int]
) -> _Before:
    return _Before(
        context.previous_ranges(period, parks),
        reliabilities_before(context, period, parks, ids),
        days_recorded_before(context, period),
    )


@dataclass(frozen=True, slots=True)
class _Before:
    """What rows are compared with (R11)."""

    ranges: Mapping[int, DayRange]
    totals: Mapping[int, RideTotals] | Mapping[int, RideReliability]
    recorded: Mapping[int, RecordedDays]


@dataclass(frozen=True, slots=True)
class _Source:
    """What rows of rides are made of; ``recorded`` and ``before`` are empty for this moment."""

    context: AnswerContext
    ranges: Mapping[int, DayRange]
    totals: Mapping[int, RideTotals]
    outages: Mapping[int, int]
    recorded: Mapping[int, RecordedDays]
    before: _Before | None

    def watched(self, ride: RideProfile) -> WatchedStretch | None:
        """How the ride was watched in the period; null where nothing of it was seen."""
        recorded = self.recorded.get(ride.park_id)
        return watched(self.totals.get(ride.ride_id), recorded, self.ranges[ride.park_id])

    def trend(self, ride: RideProfile, now: WatchedStretch | None) -> TrendFields:
        """How the ride changed against the period before, or why that cannot be said."""
        then = None
        if self.before is not None:
            recorded = self.before.recorded.get(ride.park_id)
            then = watched(self.before.totals.get(ride.ride_id), recorded, self.before.ranges[ride.park_id])
        return trend_fields(now, then)

    def tells(self, ride: RideProfile) -> Tells:
        """What its park's source could tell in the period; of this moment, what it can tell."""
        return tells(self.context.catalogue.parks[ride.park_id], self.recorded.get(ride.park_id))


def _line(source: _Source, ride: RideProfile) -> RankingLine[RideRow]:
    totals = source.totals.get(ride.ride_id)
    seen = source.watched(ride)
    today = source.context.today(source.context.catalogue.parks[ride.park_id])
    is_to_come = source.ranges[ride.park_id].start > today
    row = _blank(source, ride, excluded_reason(ride, totals, is_to_come=is_to_come))
    trend = source.trend(ride, seen)
    row |= {"trend_points": trend["trend_points"], "trend_reason": trend["trend_reason"]}
    if totals is None or totals.observed == 0:
        opened = totals.open if totals else 0
        row["coverage_percent"] = scores.coverage_percent(0, opened)
        return RankingLine(row, 0, opened)
    row |= {
        "total_downtime_hours": scores.downtime_hours(totals.downtime),
        "downtime_seconds": totals.downtime,
        "breakdown_seconds": totals.breakdown,
        "opening_delay_seconds": totals.downtime_opening_delay,
        "never_reopened_seconds": totals.downtime_never_reopened,
        "park_wide_seconds": totals.downtime_park_wide,
        "downtime_minutes_per_open_hour": scores.downtime_per_open_hour(totals.downtime, totals.observed),
        "operating_seconds": totals.operating,
        "uptime_percent": scores.uptime_percent(totals.operating, totals.downtime),
        "comparable_uptime_percent": scores.comparable_uptime(totals.operating, totals.breakdown),
        "outages": source.outages.get(ride.ride_id, 0),
        "average_wait_minutes": scores.average_wait(totals.wait_sum, totals.wait_known, totals.wait_max),
        "max_wait_minutes": totals.wait_max or None,
        "coverage_percent": scores.coverage_percent(totals.observed, totals.open),
        "look_interval_seconds": scores.look_interval_seconds(totals.observed, totals.samples),
    }
    return RankingLine(row, totals.observed, totals.open, seen)


def _live_line(
    source: _Source, ride: RideProfile, state: RideState | None, park: ParkState | None
) -> RankingLine[RideRow]:
    today = source.totals.get(ride.ride_id)
    now = ride_now(source.context, state, park)
    measure = measure_now(today, now, is_ride=ride.is_ride)
    row = _blank(source, ride, excluded_reason(ride, today))
    row["coverage_percent"] = measure.coverage
    if state is not None:
        row["observed_at"] = iso(state.observed_at)
        if source.context.is_fresh(state.observed_at):
            row |= {
                "status": STATUS_SLUGS[now.status],
                "status_since": iso(state.since) if now.is_known else None,
                "is_down": now.is_down,
                "is_provisional": now.is_provisional if now.is_known else None,
                "average_wait_minutes": measure.wait,
                "max_wait_minutes": measure.longest_wait,
                "outages": source.outages.get(ride.ride_id, 0),
            }
    return RankingLine(row, measure.observed, measure.open)


def excluded_reason(ride: RideProfile, totals: RideTotals | None, *, is_to_come: bool = False) -> str | None:
    """Why the ride is not in E in this range (R6), as a slug of ``EXCLUDED_REASONS``; null where it is.

    ``is_to_come``: the range has not begun.
    """
    if not ride.is_ride:
        return "not_attraction"
    if totals is not None and totals.eligible_days > 0:
        return None
    if not ride.is_active:
        return "inactive"
    if totals is None:
        return "no_data_yet" if is_to_come else "not_watched"
    return "refurbishment" if totals.refurbishment > 0 else "not_operated_7_days"


def _blank(source: _Source, ride: RideProfile, excluded: ExcludedReason | None) -> RideRow:
    """The row without any figure."""
    days = source.ranges[ride.park_id]
    return {
        "rank": None,
        "unranked_reason": None,
        **ride_identity(source.context, ride),
        "start_date": days.start.isoformat(),
        "end_date": days.end.isoformat(),
        "eligible": excluded is None,
        "excluded_reason": excluded,
        "observed_at": None,
        "status": None,
        "status_since": None,
        "is_down": None,
        "is_provisional": None,
        "tells": source.tells(ride),
        "total_downtime_hours": None,
        **downtime_by_kind(None),
        "downtime_minutes_per_open_hour": None,
        "operating_seconds": None,
        "uptime_percent": None,
        "comparable_uptime_percent": None,
        "outages": None,
        "average_wait_minutes": None,
        "max_wait_minutes": None,
        "coverage_percent": None,
        "look_interval_seconds": None,
        "trend_points": None,
        "trend_reason": "no_period_before",
    }


def live_word(row: RideRow) -> StatusSlug | None:
    """A ride's live row in one word: what it counts as before what its source calls it; null: not known."""
    return "down" if row["is_down"] else row["status"]
