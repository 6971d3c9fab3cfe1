"""What is said of one park-day beside its figures: how it was judged, and how the park kept its hours."""

from __future__ import annotations

from hallofshame.domain.localtime import from_unix, zone
from hallofshame.metrics import scores
from hallofshame.store.reports.hours import Correction, Hours
from hallofshame.store.reports.points import ParkDay
from hallofshame.store.reports.punctuality import Punctuality
from hallofshame.web.envelope import Row
from hallofshame.web.wording import hours_words, judged_words


def judged_figures(day: ParkDay | None) -> Row:
    """By which feed and signal a day was judged, and how much came through the other feed (R5).

    Null where nothing was observed.
    """
    if day is None or day.feed is None:
        return {"feed": None, "judged_by": None, "other_feed_percent": None}
    return {
        "feed": day.feed.slug,
        "judged_by": "breakdowns" if day.judged_by_down else "open_closed",
        "other_feed_percent": scores.coverage_percent(day.other_seconds, day.totals.observed),
    }


def judged_row(day: ParkDay) -> Row:
    """:func:`judged_figures`, and the same in words."""
    figures = judged_figures(day)
    words = judged_words(figures["feed"], figures["other_feed_percent"], by_down=day.judged_by_down)
    return figures | {"judged_words": words}


def hours_row(kept: Punctuality | None, correction: Correction | None, timezone: str) -> Row:
    """By how much the park opened late and closed early, and how it changed its hours on the day (R4)."""
    changed = None
    if correction is not None:
        changed = _on_the_clock(correction.before, timezone), _on_the_clock(correction.after, timezone)
    figures = punctual_figures(kept)
    words = hours_words(figures["opened_late_seconds"], figures["closed_early_seconds"], changed)
    return figures | {"hours_words": words}


def punctual_figures(kept: Punctuality | None) -> Row:
    """By how much the park opened late and closed early, in seconds; null where that is not known."""
    return {
        "opened_late_seconds": kept.opened_late if kept else None,
        "closed_early_seconds": kept.closed_early if kept else None,
    }


def _on_the_clock(hours: Hours, timezone: str) -> str:
    """``09:00–21:00``; two stretches with "and" between them."""
    park = zone(timezone)
    stretches = (tuple(from_unix(edge).astimezone(park) for edge in edges) for edges in hours)
    return " and ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in stretches)
