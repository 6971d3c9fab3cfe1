"""Every number shown, each a ratio of exact counters (R8, R11, R12). Ratios are taken nowhere else.

Results are rounded here, once, so that every page, answer and badge shows the same digits.
"""

from __future__ import annotations

from hallofshame.domain.rules import HOUR_SECONDS, MINUTE_SECONDS

MIN_RANKED_COVERAGE_PERCENT = 50.0
"""Coverage below which a park or ride is listed unranked and nothing is compared (R11, R12)."""

MIN_RANKED_RIDES = 3
"""Eligible rides below which a park is listed unranked (R12)."""

MIN_RANKED_DAY_SECONDS = 4 * HOUR_SECONDS
"""Average open day below which a park is listed unranked, where its hours are inferred (R12)."""

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


def comparable_uptime(operating: int, breakdown: int) -> float | None:
    """100 × operating ÷ (operating + breakdown), one decimal: what every source can tell (R12)."""
    return uptime_percent(operating, breakdown)


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


def is_covered(coverage: float | None) -> bool:
    """Whether enough was observed to rank and to compare: half of the open time (R11, R12)."""
    return coverage is not None and coverage >= MIN_RANKED_COVERAGE_PERCENT


def coverage_to_rank(observed: int, open_seconds: int) -> float | None:
    """:func:`coverage_percent`, or the least that is enough to rank where it is at least that.

    Whatever is at least that before it is rounded is so after it too, and is not rounded here: for thousands
    of rides of which nothing else is asked.
    """
    if 100 * observed >= MIN_RANKED_COVERAGE_PERCENT * open_seconds > 0:
        return MIN_RANKED_COVERAGE_PERCENT
    return coverage_percent(observed, open_seconds)


def downtime_per_open_hour(downtime: int, observed: int) -> float | None:
    """Minutes lost per open hour that was observed, two decimals; null where nothing was (R11).

    So totals of stretches that were open or watched for different times are compared. A park's is per open
    hour of one ride.
    """
    if observed <= 0:
        return None
    return round(downtime / MINUTE_SECONDS / (observed / HOUR_SECONDS), 2)


def look_interval_seconds(observed: int, samples: int) -> int | None:
    """How often was it looked at: observed seconds ÷ observations; null where there were none (R12)."""
    return round(observed / samples) if samples > 0 and observed > 0 else None


def unranked_reason(
    coverage: float | None, eligible_rides: int, inferred_day_seconds: float | None = None
) -> str | None:
    """Why a park is not ranked, as a stable slug, or null when it is (R12).

    :param inferred_day_seconds: how long its average open day was, where its hours are inferred.
    """
    if eligible_rides < MIN_RANKED_RIDES:
        return "too_few_rides"
    if coverage is None:
        return "not_watched"
    if not is_covered(coverage):
        return "low_coverage"
    if inferred_day_seconds is not None and inferred_day_seconds < MIN_RANKED_DAY_SECONDS:
        return "short_days"
    return None
