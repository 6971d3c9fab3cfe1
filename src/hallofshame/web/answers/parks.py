"""One park as a row: the same fields for every period, list, detail and page. Ratios come from the kernel."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.bands import band_of
from hallofshame.domain.periods import DayRange, Period
from hallofshame.domain.words import OutageKind
from hallofshame.metrics import scores
from hallofshame.metrics.comparing import WatchedStretch
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.current import ParkState, down_rides, park_states
from hallofshame.store.reports.outages import ongoing_kinds
from hallofshame.store.reports.record import RecordedDays
from hallofshame.store.reports.sums import ParkTotals, RideTally, RideTotals, ride_tallies
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import (
    BandSlug,
    Coverage,
    Day,
    Instant,
    LookInterval,
    PerOpenHour,
    Rank,
    RankFrom,
    RankTo,
    Score,
    Seconds,
    Tells,
    Trend,
    TrendReason,
    UnrankedReason,
    Uptime,
    Wait,
)
from hallofshame.web.answers.envelope import RankingLine, iso
from hallofshame.web.answers.identity import ParkIdentity, park_identity
from hallofshame.web.answers.present import ParkNow, park_now
from hallofshame.web.answers.watched import (
    TrendFields,
    days_recorded,
    days_recorded_before,
    inferred_days,
    tells,
    trend_fields,
    watched,
)
from hallofshame.web.shapes import closed


class ParkRow(ParkIdentity):
    """A park in one period."""

    rank: Rank | None
    rank_from: RankFrom | None
    rank_to: RankTo | None
    unranked_reason: UnrankedReason | None
    start_date: Day
    end_date: Day
    is_open: Annotated[bool | None, Field(description="Live only.")]
    observed_at: Annotated[Instant | None, Field(description="Live only: the instant of that look.")]
    shame_score: Score | None
    shame_band: BandSlug | None
    comparable_score: Annotated[
        Score | None,
        Field(description="The same of rides that stopped and came back alone, which every source can tell."),
    ]
    tells: Tells
    total_downtime_hours: Annotated[float | None, Field(ge=0, description="Ride-hours lost.")]
    downtime_seconds: Seconds | None
    breakdown_seconds: Annotated[Seconds | None, Field(description="Of these, in breakdowns.")]
    opening_delay_seconds: Annotated[Seconds | None, Field(description="From opening to the first run.")]
    never_reopened_seconds: Annotated[Seconds | None, Field(description="In outages until closing.")]
    park_wide_seconds: Annotated[Seconds | None, Field(description="When half of the park stopped at once.")]
    downtime_minutes_per_open_hour: PerOpenHour | None
    weighted_downtime: Annotated[
        int | None, Field(ge=0, description="Weight × seconds lost (live: weights).")
    ]
    weighted_breakdown: Annotated[
        int | None, Field(ge=0, description="Of weighted_downtime, breakdowns that were over the same day.")
    ]
    weighted_exposure: Annotated[int | None, Field(ge=0, description="Weight × seconds (live: weights).")]
    uptime_percent: Uptime | None
    rides_operating: Annotated[int | None, Field(ge=0)]
    rides_down: Annotated[int | None, Field(ge=0)]
    rides_eligible: Annotated[int | None, Field(ge=0, description="Rides that count.")]
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None
    look_interval_seconds: LookInterval | None
    recorded_days: Annotated[int | None, Field(ge=0, description="Days of the period with any observation.")]
    trend_points: Trend | None
    trend_reason: TrendReason | None


def park_lines(context: AnswerContext, period: Period) -> list[RankingLine[ParkRow]]:
    """Every park's row for the period, in name order, without rank."""
    return context.remembered("park lines", period, lambda: _build(context, period))


def park_totals(context: AnswerContext, period: Period) -> dict[int, ParkTotals]:
    """The sums of every park in the period; parks without a row in it are absent."""

    def build() -> dict[int, ParkTotals]:
        return context.park_sums(context.ranges(period, context.catalogue.parks.values()))

    return context.remembered("park totals", period, build)


def park_totals_before(context: AnswerContext, period: Period) -> dict[int, ParkTotals]:
    """The same of the period that it is compared with (R11)."""

    def build() -> dict[int, ParkTotals]:
        return context.park_sums(context.previous_ranges(period, context.catalogue.parks.values()))

    return context.remembered("park totals before", period, build)


def _build(context: AnswerContext, period: Period) -> list[RankingLine[ParkRow]]:
    parks = list(context.catalogue.parks.values())
    if period.is_live:
        states, broken = park_states(context.connection), _weights_broken(context)
        return [
            _live_line(context, park, states.get(park.park_id), broken.get(park.park_id, 0)) for park in parks
        ]
    ranges, ranges_before = context.ranges(period, parks), context.previous_ranges(period, parks)
    totals, previous = park_totals(context, period), park_totals_before(context, period)
    tallies = ride_tallies(context.connection, ranges, context.stored_days)
    recorded, recorded_before = days_recorded(context, period), days_recorded_before(context, period)
    inferred = inferred_days(context, period)
    lines = []
    for park in parks:
        key = park.park_id
        found, before = totals.get(key), previous.get(key)
        now = watched(found, recorded.get(key), ranges[key])
        then = watched(before, recorded_before.get(key), ranges_before[key])
        figures = _Figures(
            found,
            tallies.get(key),
            recorded.get(key),
            inferred.get(key),
            now,
            trend_fields(now, then),
        )
        lines.append(_line(park, ranges[key], context.today(park), figures))
    return lines


def _weights_broken(context: AnswerContext) -> dict[int, int]:
    """The weights of those rides of each park that are down now after they had run, and not with the park."""
    down = down_rides(context.connection)
    kinds = ongoing_kinds(context.connection, [ride_id for _park_id, ride_id in down])
    rides = context.catalogue.rides
    weights: dict[int, int] = {}
    for park_id, ride_id in down:
        if ride_id in rides and kinds.get(ride_id, OutageKind.BREAKDOWN) is OutageKind.BREAKDOWN:
            weights[park_id] = weights.get(park_id, 0) + rides[ride_id].weight
    return weights


@dataclass(frozen=True, slots=True)
class _Figures:
    totals: ParkTotals | None
    tally: RideTally | None
    recorded: RecordedDays | None
    inferred_day: float | None
    watched: WatchedStretch | None
    trend: TrendFields


def _line(park: ParkProfile, days: DayRange, today: dt.date, figures: _Figures) -> RankingLine[ParkRow]:
    totals, tally = figures.totals, figures.tally
    row = _blank(park, days)
    row |= {
        "trend_points": figures.trend["trend_points"],
        "trend_reason": figures.trend["trend_reason"],
        "tells": tells(park, figures.recorded),
        "recorded_days": figures.recorded.recorded if figures.recorded else 0,
    }
    if totals is None or totals.observed == 0:
        opened = 0 if totals is None else totals.open
        row["unranked_reason"] = _reason_without_data(park, days, today, totals)
        row["coverage_percent"] = scores.coverage_percent(0, opened)
        return RankingLine(row, 0, opened)
    coverage = scores.coverage_percent(totals.observed, totals.open)
    score = scores.shame_score(totals.weighted_downtime, totals.weighted_exposure)
    eligible = tally.eligible if tally else 0
    reason = scores.unranked_reason(coverage, eligible, figures.inferred_day)
    row |= {
        "unranked_reason": reason or ("did_not_run" if score is None else None),
        "shame_score": score,
        "shame_band": _band(score),
        "comparable_score": scores.comparable_score(
            totals.weighted_breakdown, totals.weighted_downtime, totals.weighted_exposure
        ),
        "downtime_seconds": totals.downtime,
        "breakdown_seconds": totals.breakdown,
        "opening_delay_seconds": totals.downtime_opening_delay,
        "never_reopened_seconds": totals.downtime_never_reopened,
        "park_wide_seconds": totals.downtime_park_wide,
        "total_downtime_hours": scores.downtime_hours(totals.downtime),
        "downtime_minutes_per_open_hour": scores.downtime_per_open_hour(totals.downtime, totals.observed),
        "weighted_downtime": totals.weighted_downtime,
        "weighted_breakdown": totals.weighted_breakdown,
        "weighted_exposure": totals.weighted_exposure,
        "uptime_percent": scores.uptime_percent(totals.operating, totals.downtime),
        "rides_operating": tally.operating if tally else 0,
        "rides_down": tally.down if tally else 0,
        "rides_eligible": eligible,
        "average_wait_minutes": scores.average_wait(totals.wait_sum, totals.wait_known, totals.wait_max),
        "max_wait_minutes": totals.wait_max or None,
        "coverage_percent": coverage,
        "look_interval_seconds": scores.look_interval_seconds(totals.observed, totals.samples),
    }
    return RankingLine(row, totals.observed, totals.open, figures.watched)


@closed
class DowntimeByKind(TypedDict):
    """Downtime and its four kinds, in seconds."""

    downtime_seconds: Seconds | None
    breakdown_seconds: Seconds | None
    opening_delay_seconds: Seconds | None
    never_reopened_seconds: Seconds | None
    park_wide_seconds: Seconds | None


def downtime_by_kind(totals: ParkTotals | RideTotals | None) -> DowntimeByKind:
    """Downtime and its four kinds, which add up to it (R7); null where there are no totals."""
    return {
        "downtime_seconds": None if totals is None else totals.downtime,
        "breakdown_seconds": None if totals is None else totals.breakdown,
        "opening_delay_seconds": None if totals is None else totals.downtime_opening_delay,
        "never_reopened_seconds": None if totals is None else totals.downtime_never_reopened,
        "park_wide_seconds": None if totals is None else totals.downtime_park_wide,
    }


def _reason_without_data(
    park: ParkProfile, days: DayRange, today: dt.date, totals: ParkTotals | None
) -> UnrankedReason:
    """Why nothing was observed, which says whether the park was open at all.

    A period that began today or begins later may still be watched: it has no data yet.
    """
    may_be_watched = totals is None and days.start >= today and park.is_active
    if totals is not None and totals.open == 0 and totals.window_seconds > 0:
        return "not_open_yet"
    if totals is not None and totals.window_seconds == 0 and totals.closed_days > 0:
        return "closed"
    return "no_data_yet" if may_be_watched else "not_watched"


def _band(score: float | None) -> BandSlug | None:
    band = band_of(score)
    return band.slug if band else None


def _live_line(
    context: AnswerContext, park: ParkProfile, state: ParkState | None, weight_broken: int
) -> RankingLine[ParkRow]:
    """The park at its latest cycle. Weights stand where seconds stand for other periods (R8)."""
    today = DayRange(context.today(park), context.today(park))
    now = park_now(context, state)
    row = _blank(park, today)
    row["is_open"] = now.is_open
    row["observed_at"] = None if state is None else iso(state.observed_at)
    if state is None or now is not ParkNow.OPEN:
        row["unranked_reason"] = now.value
        return RankingLine(row, 0, 0)
    coverage = scores.coverage_percent(state.observed, state.eligible)
    score = scores.live_shame_score(state.weight_down, state.weight_eligible)
    reason = scores.unranked_reason(coverage, state.eligible)
    row |= {
        "unranked_reason": reason or ("did_not_run" if score is None else None),
        "shame_score": score,
        "shame_band": _band(score),
        "comparable_score": scores.comparable_score(
            min(weight_broken, state.weight_down), state.weight_down, state.weight_eligible
        ),
        "weighted_downtime": state.weight_down,
        "weighted_breakdown": min(weight_broken, state.weight_down),
        "weighted_exposure": state.weight_eligible,
        "rides_operating": state.rides_operating,
        "rides_down": state.rides_down,
        "rides_eligible": state.eligible,
        "average_wait_minutes": scores.average_wait(state.wait_sum, state.wait_known, state.wait_max),
        "max_wait_minutes": state.wait_max or None,
        "coverage_percent": coverage,
    }
    return RankingLine(row, state.observed, state.eligible)


def _blank(park: ParkProfile, days: DayRange) -> ParkRow:
    """The row without any figure."""
    return {
        "rank": None,
        "rank_from": None,
        "rank_to": None,
        "unranked_reason": None,
        **park_identity(park),
        "start_date": days.start.isoformat(),
        "end_date": days.end.isoformat(),
        "is_open": None,
        "observed_at": None,
        "shame_score": None,
        "shame_band": None,
        "comparable_score": None,
        "tells": tells(park, None),
        "total_downtime_hours": None,
        **downtime_by_kind(None),
        "downtime_minutes_per_open_hour": None,
        "weighted_downtime": None,
        "weighted_breakdown": None,
        "weighted_exposure": None,
        "uptime_percent": None,
        "rides_operating": None,
        "rides_down": None,
        "rides_eligible": None,
        "average_wait_minutes": None,
        "max_wait_minutes": None,
        "coverage_percent": None,
        "look_interval_seconds": None,
        "recorded_days": None,
        "trend_points": None,
        "trend_reason": "no_period_before",
    }
