"""Published hours in force, for showing (R4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import ScheduleKind
from hallofshame.store.models import ParkSchedule


@dataclass(frozen=True, slots=True)
class PublishedHours:
    """One entry of one park-local date; instants in Unix seconds."""

    date: dt.date
    kind: ScheduleKind
    opens_at: int
    closes_at: int
    description: str | None


def published_hours(connection: Connection, park_id: int, days: DayRange) -> list[PublishedHours]:
    """The entries in force for the dates of a range, by date and time."""
    model = ParkSchedule
    query = (
        select(model.date, model.kind, model.opens_at, model.closes_at, model.description)
        .where(
            model.park_id == park_id,
            model.date.between(days.start, days.end),
            model.superseded_at.is_(None),
        )
        .order_by(model.date, model.opens_at, model.schedule_id)
    )
    return [
        PublishedHours(row[0], ScheduleKind(row[1]), row[2], row[3], row[4])
        for row in connection.execute(query)
    ]
