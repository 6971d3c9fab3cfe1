"""What is said of one park-day beside its figures: how it was judged, and how the park kept its hours."""

from __future__ import annotations

from hallofshame.metrics import scores
from hallofshame.store.reports.points import ParkDay
from hallofshame.store.reports.punctuality import Punctuality
from hallofshame.web.envelope import Row
from hallofshame.web.wording import hours_words, judged_words


def judged_row(day: ParkDay) -> Row:
    """By which feed and signal a day was judged, and how much came through the other feed (R5)."""
    feed = day.feed.slug if day.feed is not None else None
    share = scores.coverage_percent(day.other_seconds, day.totals.observed)
    return {
        "feed": feed,
        "judged_by": ("breakdowns" if day.judged_by_down else "open_closed") if feed else None,
        "other_feed_percent": share,
        "judged_words": judged_words(feed, share, by_down=day.judged_by_down),
    }


def hours_row(kept: Punctuality | None) -> Row:
    """By how much the park opened late and closed early, beside its published hours (R4)."""
    late = kept.opened_late if kept else None
    early = kept.closed_early if kept else None
    return {
        "opened_late_seconds": late,
        "closed_early_seconds": early,
        "hours_words": hours_words(late, early),
    }
