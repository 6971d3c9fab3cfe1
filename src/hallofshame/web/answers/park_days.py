"""One park-day: its figures, how it was judged, and how the park kept its hours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import from_unix, zone
from hallofshame.domain.periods import DayRange
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.hours import Correction, Hours, corrections
from hallofshame.store.reports.points import ParkDay, park_days
from hallofshame.store.reports.punctuality import Punctuality, punctuality
from hallofshame.store.reports.running_day import of_park
from hallofshame.store.reports.sums import ParkTotals
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import (
    Coverage,
    Day,
    EvidenceSlug,
    FeedSlug,
    Instant,
    OriginSlug,
    Score,
    Seconds,
)
from hallofshame.web.answers.envelope import iso
from hallofshame.web.shapes import closed
from hallofshame.web.wording import hours_words, judged_words


@closed
class Window(TypedDict):
    """A stretch in which a park was open."""

    start: Instant
    end: Instant


@closed
class ParkDayRow(TypedDict):
    """One park-day: what was counted as open, on what grounds, and what came of it."""

    date: Day
    evidence: EvidenceSlug
    origin: OriginSlug
    windows: list[Window]
    window_seconds: Seconds
    shame_score: Score | None
    rides_eligible: Annotated[int, Field(ge=0)]
    coverage_percent: Coverage | None
    feed: Annotated[
        FeedSlug | None,
        Field(description="Through which most of the day came; null where nothing was observed."),
    ]
    judged_by: Annotated[
        Literal["breakdowns", "open_closed"] | None,
        Field(description="Whether DOWN was downtime on it, or what came back after being closed."),
    ]
    other_feed_percent: Annotated[
        float | None,
        Field(ge=0, le=50, description="Share of what was observed that came through the other feed."),
    ]
    judged_words: Annotated[str | None, Field(description="The same in a sentence.")]
    opened_late_seconds: Annotated[
        Seconds | None,
        Field(description="By how much it opened after its first published opening; null where not known."),
    ]
    closed_early_seconds: Annotated[
        Seconds | None,
        Field(
            description="By how much it closed before its last published close; null where not known, and "
            "until that close."
        ),
    ]
    hours_words: Annotated[
        str | None,
        Field(
            description="The same in words, from half an hour on, and how it changed its hours on the day.",
            examples=["opened 2 h late"],
        ),
    ]


class DayJudged(TypedDict):
    """By which feed and signal a day was judged, and how much came through the other feed."""

    feed: FeedSlug | None
    judged_by: Literal["breakdowns", "open_closed"] | None
    other_feed_percent: float | None


class DayPunctual(TypedDict):
    """By how much a park opened late and closed early."""

    opened_late_seconds: Seconds | None
    closed_early_seconds: Seconds | None


def judged_figures(day: ParkDay | None) -> DayJudged:
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


def judged_sentence(day: ParkDay) -> str | None:
    """:func:`judged_figures` in words."""
    figures = judged_figures(day)
    return judged_words(figures["feed"], figures["other_feed_percent"], by_down=day.judged_by_down)


def hours_sentence(kept: Punctuality | None, correction: Correction | None, timezone: str) -> str | None:
    """By how much the park opened late and closed early, and how it changed its hours on the day (R4)."""
    changed = None
    if correction is not None:
        changed = _on_the_clock(correction.before, timezone), _on_the_clock(correction.after, timezone)
    figures = punctual_figures(kept)
    return hours_words(figures["opened_late_seconds"], figures["closed_early_seconds"], changed)


def punctual_figures(kept: Punctuality | None) -> DayPunctual:
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


MAX_DAYS_LISTED = 31


def days_listed(context: AnswerContext, park: ParkProfile, days: DayRange) -> list[ParkDayRow]:
    """The park-days that have a row, newest first, each with its open windows and their evidence."""
    found = park_days(context.connection, park.park_id, days)
    kept = punctuality(context.connection, park.park_id, park.timezone, days, context.data_as_of)
    corrected = corrections(context.connection, park.park_id, park.timezone, days)
    return [
        _day_row(
            found[day],
            context.windows(park.park_id, found[day]),
            of_park(found[day].totals, context.ahead_within(park.park_id, DayRange(day, day))),
            kept.get(day),
            hours_sentence(kept.get(day), corrected.get(day), park.timezone),
        )
        for day in sorted(found, reverse=True)
    ]


def _day_row(
    day: ParkDay,
    windows: Iterable[tuple[int, int]],
    totals: ParkTotals,
    kept: Punctuality | None,
    sentence: str | None,
) -> ParkDayRow:
    shown = list(windows)
    return {
        "date": day.day.isoformat(),
        "evidence": day.evidence.value,
        "origin": day.origin.name.lower(),
        "windows": [{"start": iso(start), "end": iso(end)} for start, end in shown],
        "window_seconds": sum(end - start for start, end in shown),
        "shame_score": scores.shame_score(totals.weighted_downtime, totals.weighted_exposure),
        "rides_eligible": day.tally.eligible,
        "coverage_percent": scores.coverage_percent(totals.observed, totals.open),
        **judged_figures(day),
        "judged_words": judged_sentence(day),
        **punctual_figures(kept),
        "hours_words": sentence,
    }
