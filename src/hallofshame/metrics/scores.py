"""Every number shown, each a ratio of exact counters (R8, R11, R12). Ratios are taken nowhere else.

Results are rounded here, once, so that every page, answer and badge shows the same digits.
"""

from __future__ import annotations

MIN_RANKED_COVERAGE_PERCENT = 50.0
"""Coverage below which a park or ride is listed unranked and a trend is null (R11, R12)."""

MIN_RANKED_RIDES = 3
"""Eligible rides below which a park is listed unranked (R12)."""

LISTED_CHANGE_POINTS = 5.0
"""Changes of uptime smaller than this are not listed among the trends (R11)."""

MIN_AWARD_SHARE_OF_DAYS = 10
"""For an award a park or ride needs one in so many of the open days of the year's best-recorded park."""


def shame_score(weighted_downtime: int, weighted_exposure: int) -> float | None:
    """10 × weighted downtime ÷ weighted exposure, 0–10, two decimals; null without exposure (R8)."""
    if weighted_exposure <= 0:
        return None
    return round(10 * weighted_downtime / weighted_exposure, 2)


def comparable_score(weighted_breakdown: int, weighted_downtime: int, weighted_exposure: int) -> float | None:
    """10 × weighted breakdown ÷ (exposure − downtime + breakdown), two decimals; null without exposure (R8).

    Rides that stopped and came back: the one thing that every source can tell, so that a park whose feed
    admits more does not rank worse for it.
    """
    return shame_score(weighted_breakdown, weighted_exposure - weighted_downtime + weighted_breakdown)


def live_shame_score(weight_down: int, weight_eligible: int) -> float | None:
    """10 × weights of the rides down now ÷ weights of E, two decimals; null where E is empty (R8)."""
    return shame_score(weight_down, weight_eligible)


def uptime_percent(operating: int, downtime: int) -> float | None:
    """100 × operating ÷ (operating + downtime), one decimal; null where the ride did neither (R8)."""
    total = operating + downtime
    if total <= 0:
        return None
    return round(100 * operating / total, 1)


def down_percent(uptime: float | None) -> float | None:
    """100 minus the uptime shown, one decimal: the share of its time that a ride was down."""
    return None if uptime is None else round(100 - uptime, 1)


def average_wait(wait_sum: int, wait_known: int, wait_max: int | None) -> float | None:
    """Σ wait × seconds ÷ seconds with a known wait, in minutes, one decimal (R8).

    Null, "no waits posted", where nothing above 0 was posted in the period.
    """
    if wait_known <= 0 or not wait_max:
        return None
    return round(wait_sum / wait_known, 1)


def coverage_percent(observed: int, open_seconds: int) -> float | None:
    """100 × observed open time ÷ open time, one decimal; null where nothing was open."""
    if open_seconds <= 0:
        return None
    return round(100 * observed / open_seconds, 1)


def downtime_hours(downtime: int) -> float:
    """Ride-hours down: seconds ÷ 3600, two decimals (R8)."""
    return round(downtime / 3600, 2)


def trend_points(
    uptime: float | None,
    previous_uptime: float | None,
    coverage: float | None,
    previous_coverage: float | None,
) -> float | None:
    """Uptime minus that of the previous period, in percentage points; null unless both are covered (R11)."""
    change = change_of(uptime, previous_uptime, coverage, previous_coverage)
    return None if change is None else round(change, 1)


def change_of(
    value: float | None, previous: float | None, coverage: float | None, previous_coverage: float | None
) -> float | None:
    """A shown number minus that of another period, two decimals; null unless both are covered (R11)."""
    if value is None or previous is None or not is_covered(coverage) or not is_covered(previous_coverage):
        return None
    return round(value - previous, 2)


def is_covered(coverage: float | None) -> bool:
    """Whether enough was observed to rank and to compare: half of the open time (R11, R12)."""
    return coverage is not None and coverage >= MIN_RANKED_COVERAGE_PERCENT


def is_listed_change(points: float) -> bool:
    """Whether a change of uptime is large enough for the trend tables (R11)."""
    return abs(points) >= LISTED_CHANGE_POINTS


def unranked_reason(coverage: float | None, eligible_rides: int) -> str | None:
    """Why a park is not ranked, as a stable slug, or null when it is (R12)."""
    if coverage is None:
        return "no_data"
    if eligible_rides < MIN_RANKED_RIDES:
        return "too_few_rides"
    if coverage < MIN_RANKED_COVERAGE_PERCENT:
        return "low_coverage"
    return None
