"""Comparing two stretches of time honestly (R11): whether they can be, and by how much they differ."""

from __future__ import annotations

from typing import NamedTuple

from hallofshame.metrics.scores import coverage_percent, is_covered

RECORDED_DAYS_SHARE = 2
"""A stretch is compared only if at least one in so many of its days was recorded (R11)."""

LISTED_CHANGE_POINTS = 5.0
"""Changes of uptime smaller than this are not listed among the trends (R11)."""


class WatchedStretch(NamedTuple):
    """How a stretch of ``days`` days was watched: ``observed`` seconds of ``open`` ones, and on how many days
    it was recorded. ``operating`` and ``downtime`` are the seconds that its uptime is made of.
    """

    observed: int
    open: int
    recorded_days: int
    days: int
    operating: int = 0
    downtime: int = 0


def incomparable_reason(now: WatchedStretch | None, before: WatchedStretch | None) -> str | None:
    """Why two stretches cannot be compared, as a slug, the first that holds; null where they can (R11).

    A stretch without any record is ``None``, or one in which nothing was observed; it was closed where its
    recorded days had no open time.
    """
    for watched, when in ((now, ""), (before, "_before")):
        is_closed = watched is not None and watched.open == 0 and watched.recorded_days > 0
        if watched is None or (watched.observed == 0 and not is_closed):
            return f"not_watched{when}"
        if RECORDED_DAYS_SHARE * watched.recorded_days < watched.days:
            return f"few_days{when}"
        if is_closed:
            return f"closed{when}"
        if not is_covered(coverage_percent(watched.observed, watched.open)):
            return f"low_coverage{when}"
    return None


def uptime_change(operating: int, downtime: int, operating_before: int, downtime_before: int) -> float | None:
    """Uptime minus that of another stretch in percentage points, of the counters and not rounded (R11).

    Null where it was neither operating nor down in one of them.
    """
    due, due_before = operating + downtime, operating_before + downtime_before
    if due <= 0 or due_before <= 0:
        return None
    return 100 * (operating * due_before - operating_before * due) / (due * due_before)


def trend_points(change: float | None) -> float | None:
    """The change of :func:`uptime_change` as it is shown: one decimal."""
    # Adding 0.0 turns -0.0 into 0.0: no change has no sign.
    return None if change is None else round(change, 1) + 0.0


def change_of(value: float | None, previous: float | None) -> float | None:
    """A shown number minus that of another stretch, two decimals; null where one of them is."""
    return None if value is None or previous is None else round(value - previous, 2)


def is_listed_change(points: float) -> bool:
    """Whether a change of uptime is large enough for the trend tables (R11)."""
    return abs(points) >= LISTED_CHANGE_POINTS
