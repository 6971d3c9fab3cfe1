"""One park as a row: the same fields for every period, list, detail and page. Ratios come from the kernel."""

from __future__ import annotations

from dataclasses import dataclass

from hallofshame.domain.bands import band_of
from hallofshame.domain.periods import DayRange, Period
from hallofshame.domain.words import BreakdownSignal, Feed
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import ParkInfo, RideInfo
from hallofshame.store.reports.current import ParkState, park_states
from hallofshame.store.reports.sums import (
    ParkTotals,
    RideReliability,
    RideTally,
    RideTotals,
    ride_tallies,
)
from hallofshame.web.envelope import Line, Row, iso
from hallofshame.web.reading import Reading
from hallofshame.web.rows.present import ParkNow, park_now
from hallofshame.web.wording import TIER_LABELS, TYPE_LABELS

Reliable = ParkTotals | RideTotals | RideReliability
"""What has an uptime and a coverage."""


def park_identity(park: ParkInfo) -> Row:
    """Who the park is and where its data comes from."""
    queue_times, wiki = park.queue_times_id, park.themeparks_wiki_id
    queue_times_url = f"https://queue-times.com/parks/{queue_times}" if queue_times else None
    wiki_url = f"https://themeparks.wiki/browse/{wiki}" if wiki else None
    return {
        "park_id": park.park_id,
        "park_name": park.name,
        "park_slug": park.slug,
        "operator": park.operator,
        "country": park.country,
        "timezone": park.timezone,
        "queue_times_url": queue_times_url,
        "themeparks_wiki_url": wiki_url,
        "source_url": _source_url(park, queue_times_url, wiki_url),
    }


def _source_url(park: ParkInfo, queue_times_url: str | None, wiki_url: str | None) -> str | None:
    """The page at the feed that the park is read from, or at the other one where only that one knows it."""
    if park.primary_feed is Feed.THEMEPARKS_WIKI:
        return wiki_url or queue_times_url
    return queue_times_url or wiki_url


def ride_identity(reading: Reading, ride: RideInfo) -> Row:
    """Who the ride is, in which park, and where it is at the sources: its own page, if they know it."""
    park = reading.catalogue.parks[ride.park_id]
    return {
        "ride_id": ride.ride_id,
        "ride_name": ride.name,
        "ride_slug": ride.slug,
        "kind": ride.kind.value,
        "land": ride.land,
        **park_identity(park),
        **ride_urls(park, ride),
        "tier": ride.tier,
        "tier_label": TIER_LABELS[ride.tier],
        "weight": ride.weight,
        "type": ride.type.value,
        "type_label": TYPE_LABELS[ride.type],
    }


def ride_urls(park: ParkInfo, ride: RideInfo) -> Row:
    """The ride's own pages at the sources."""
    at_park, at_ride, wiki = park.queue_times_id, ride.queue_times_id, ride.themeparks_wiki_id
    known = at_park is not None and at_ride is not None
    queue_times_url = f"https://queue-times.com/parks/{at_park}/rides/{at_ride}" if known else None
    wiki_url = f"https://themeparks.wiki/browse/{wiki}" if wiki else None
    return {
        "queue_times_url": queue_times_url,
        "themeparks_wiki_url": wiki_url,
        "source_url": _source_url(park, queue_times_url, wiki_url),
    }


def park_lines(reading: Reading, period: Period) -> list[Line]:
    """Every park's row for the period, in name order, without rank."""
    return reading.remembered("park lines", period, lambda: _build(reading, period))


def _build(reading: Reading, period: Period) -> list[Line]:
    parks = list(reading.catalogue.parks.values())
    if period.is_live:
        states = park_states(reading.connection)
        return [_live_line(reading, park, states.get(park.park_id)) for park in parks]
    ranges = reading.ranges(period, parks)
    totals = reading.park_sums(ranges)
    previous = reading.park_sums(reading.previous_ranges(period, parks))
    tallies = ride_tallies(reading.connection, ranges)
    return [
        _line(
            park,
            ranges[park.park_id],
            _Figures(totals.get(park.park_id), previous.get(park.park_id), tallies.get(park.park_id)),
        )
        for park in parks
    ]


@dataclass(frozen=True, slots=True)
class _Figures:
    totals: ParkTotals | None
    previous: ParkTotals | None
    tally: RideTally | None


def _line(park: ParkInfo, days: DayRange, figures: _Figures) -> Line:
    totals, tally = figures.totals, figures.tally
    if totals is None or totals.observed == 0:
        return _line_without_data(park, days, totals)
    coverage = scores.coverage_percent(totals.observed, totals.open)
    score = scores.shame_score(totals.weighted_downtime, totals.weighted_exposure)
    eligible = tally.eligible if tally else 0
    reason = scores.unranked_reason(coverage, eligible) or ("no_data" if score is None else None)
    row = _row(
        park,
        days,
        unranked_reason=reason,
        shame_score=score,
        comparable_score=scores.comparable_score(
            totals.weighted_breakdown, totals.weighted_downtime, totals.weighted_exposure
        ),
        **_by_kind(totals),
        total_downtime_hours=scores.downtime_hours(totals.downtime),
        downtime_seconds=totals.downtime,
        weighted_downtime=totals.weighted_downtime,
        weighted_exposure=totals.weighted_exposure,
        uptime_percent=scores.uptime_percent(totals.operating, totals.downtime),
        rides_operating=tally.operating if tally else 0,
        rides_down=tally.down if tally else 0,
        rides_eligible=eligible,
        average_wait_minutes=scores.average_wait(totals.wait_sum, totals.wait_known, totals.wait_max),
        max_wait_minutes=totals.wait_max or None,
        coverage_percent=coverage,
        trend_points=trend(totals, figures.previous),
    )
    return Line(row, totals.observed, totals.open)


def _by_kind(totals: ParkTotals) -> Row:
    """Downtime by kind; what is left of it when the named kinds are taken off is breakdown (R7)."""
    named = {
        "opening_delay_seconds": totals.downtime_opening_delay,
        "never_reopened_seconds": totals.downtime_never_reopened,
        "park_wide_seconds": totals.downtime_park_wide,
    }
    return {"breakdown_seconds": totals.downtime - sum(named.values()), **named}


def trend(totals: Reliable, previous: Reliable | None) -> float | None:
    """Change of uptime in percentage points (R11), of a park or a ride."""
    if previous is None:
        return None
    return scores.trend_points(
        scores.uptime_percent(totals.operating, totals.downtime),
        scores.uptime_percent(previous.operating, previous.downtime),
        scores.coverage_percent(totals.observed, totals.open),
        scores.coverage_percent(previous.observed, previous.open),
    )


def _line_without_data(park: ParkInfo, days: DayRange, totals: ParkTotals | None) -> Line:
    """Nothing was observed: every figure is null, and the reason says whether the park was open at all."""
    opened = 0 if totals is None else totals.open
    reason = "no_data"
    if totals is not None and opened == 0 and totals.window_seconds > 0:
        reason = "not_open_yet"
    elif totals is not None and totals.window_seconds == 0 and totals.closed_days > 0:
        reason = "closed"
    row = _row(
        park,
        days,
        unranked_reason=reason,
        coverage_percent=scores.coverage_percent(0, opened),
    )
    return Line(row, 0, opened)


def _live_line(reading: Reading, park: ParkInfo, state: ParkState | None) -> Line:
    """The park at its latest cycle. Weights stand where seconds stand for other periods (R8)."""
    today = DayRange(reading.today(park), reading.today(park))
    now = park_now(reading, state)
    if state is None or now is not ParkNow.OPEN:
        observed_at = None if state is None else iso(state.observed_at)
        row = _row(park, today, unranked_reason=now.value, is_open=now.is_open, observed_at=observed_at)
        return Line(row, 0, 0)
    coverage = scores.coverage_percent(state.observed, state.eligible)
    score = scores.live_shame_score(state.weight_down, state.weight_eligible)
    reason = scores.unranked_reason(coverage, state.eligible) or ("no_data" if score is None else None)
    row = _row(
        park,
        today,
        unranked_reason=reason,
        is_open=now.is_open,
        observed_at=iso(state.observed_at),
        shame_score=score,
        weighted_downtime=state.weight_down,
        weighted_exposure=state.weight_eligible,
        rides_operating=state.rides_operating,
        rides_down=state.rides_down,
        rides_eligible=state.eligible,
        average_wait_minutes=scores.average_wait(state.wait_sum, state.wait_known, state.wait_max),
        max_wait_minutes=state.wait_max or None,
        coverage_percent=coverage,
    )
    return Line(row, state.observed, state.eligible)


def _row(park: ParkInfo, days: DayRange, **figures: object) -> Row:
    score = figures.get("shame_score")
    band = band_of(score if isinstance(score, float) else None)
    row: Row = {
        "unranked_reason": None,
        **park_identity(park),
        "start_date": days.start.isoformat(),
        "end_date": days.end.isoformat(),
        "is_open": None,
        "observed_at": None,
        "shame_score": None,
        "shame_band": band.slug if band else None,
        "comparable_score": None,
        "tells": "breakdowns" if park.breakdown_signal is BreakdownSignal.DOWN else "open_closed",
        "total_downtime_hours": None,
        "downtime_seconds": None,
        "breakdown_seconds": None,
        "opening_delay_seconds": None,
        "never_reopened_seconds": None,
        "park_wide_seconds": None,
        "weighted_downtime": None,
        "weighted_exposure": None,
        "uptime_percent": None,
        "rides_operating": None,
        "rides_down": None,
        "rides_eligible": None,
        "average_wait_minutes": None,
        "max_wait_minutes": None,
        "coverage_percent": None,
        "trend_points": None,
    }
    return row | figures
