"""Published hours of a park."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.periods import DayRange
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.hours import published_hours
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Day, Instant, ScheduleKindSlug
from hallofshame.web.answers.envelope import iso
from hallofshame.web.shapes import closed


@closed
class ScheduleEntry(TypedDict):
    """Published hours of one date."""

    date: Day
    kind: ScheduleKindSlug
    opens_at: Instant
    closes_at: Instant
    description: str | None
    seen_at: Annotated[Instant, Field(description="When it was first published so.")]
    superseded_at: Annotated[
        Instant | None, Field(description="When it was no longer published; null while it is in force.")
    ]


def schedule_rows(
    context: AnswerContext, park: ParkProfile, days: DayRange, *, is_history: bool = False
) -> list[ScheduleEntry]:
    """Published hours in force, or every version; also those that do not count as regular opening (R4)."""
    return [
        {
            "date": entry.date.isoformat(),
            "kind": entry.kind.value,
            "opens_at": iso(entry.opens_at),
            "closes_at": iso(entry.closes_at),
            "description": entry.description,
            "seen_at": iso(entry.seen_at),
            "superseded_at": iso(entry.superseded_at),
        }
        for entry in published_hours(context.connection, park.park_id, days, is_history=is_history)
    ]
