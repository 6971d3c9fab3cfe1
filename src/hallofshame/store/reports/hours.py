"""Published hours, for showing (R4): those in force, every version, and what was corrected on the day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, func, select

from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.periods import LONGEST_AHEAD_DAYS, ONE_DAY, DayRange
from hallofshame.domain.words import ScheduleKind
from hallofshame.store.models import ParkSchedule

Hours = tuple[tuple[int, int], ...]
"""Stretches of regular opening in order, in Unix seconds."""


@dataclass(frozen=True, slots=True)
class PublishedHours:
    """One entry of one park-local date; instants in Unix seconds."""

    date: dt.date
    kind: ScheduleKind
    opens_at: int
    closes_at: int
    description: str | None
    seen_at: int
    superseded_at: int | None


@dataclass(frozen=True, slots=True)
class Correction:
    """Regular hours of a date as they stood at its midnight, and as they stood at its end, or stand now."""

    before: Hours
    after: Hours


def published_hours(
    connection: Connection, park_id: int, days: DayRange, *, is_history: bool = False
) -> list[PublishedHours]:
    """The entries in force for the dates of a range, by date and time; with all versions, if wanted."""
    model = ParkSchedule
    query = (
        select(
            model.date,
            model.kind,
            model.opens_at,
            model.closes_at,
            model.description,
            model.seen_at,
            model.superseded_at,
        )
        .where(model.park_id == park_id, model.date.between(days.start, days.end))
        .order_by(model.date, model.opens_at, model.schedule_id)
    )
    if not is_history:
        query = query.where(model.superseded_at.is_(None))
    return [PublishedHours(row[0], ScheduleKind(row[1]), *row[2:]) for row in connection.execute(query)]


def openings_from(
    connection: Connection, park_id: int, today: dt.date, now: int
) -> tuple[PublishedHours | None, PublishedHours | None]:
    """The regular opening in force at the instant ``now``, and the next one after it; null where none is.

    ``today`` is the park's own date. Hours of yesterday that close after midnight are still in force.
    """
    days = DayRange(today - ONE_DAY, today + LONGEST_AHEAD_DAYS * ONE_DAY)
    entries = [
        entry
        for entry in published_hours(connection, park_id, days)
        if entry.kind is ScheduleKind.OPERATING and entry.closes_at > now
    ]
    running = [entry for entry in entries if entry.opens_at <= now]
    later = [entry for entry in entries if entry.opens_at > now]
    return (
        max(running, key=lambda entry: entry.closes_at, default=None),
        min(later, key=lambda entry: entry.opens_at, default=None),
    )


def published_until(connection: Connection, park_id: int) -> dt.date | None:
    """The last date for which regular hours are published; null where none are."""
    model = ParkSchedule
    found: dt.date | None = connection.scalar(
        select(func.max(model.date)).where(
            model.park_id == park_id,
            model.kind == ScheduleKind.OPERATING.value,
            model.superseded_at.is_(None),
        )
    )
    return found


def corrections(
    connection: Connection, park_id: int, timezone: str, days: DayRange
) -> dict[dt.date, Correction]:
    """The dates of a range whose regular hours were changed on the day itself.

    A date of which nothing was known at its midnight was not corrected, only told late.
    """
    entries = [
        entry
        for entry in published_hours(connection, park_id, days, is_history=True)
        if entry.kind is ScheduleKind.OPERATING
    ]
    found = {}
    for date, group in groupby(entries, key=lambda entry: entry.date):
        of_date = list(group)
        midnight, next_midnight = day_bounds(date, timezone)
        before = _hours(entry for entry in of_date if _is_in_force(entry, midnight))
        after = _hours(entry for entry in of_date if _is_in_force(entry, next_midnight))
        if before and after and before != after:
            found[date] = Correction(before, after)
    return found


def _is_in_force(entry: PublishedHours, at: int) -> bool:
    return entry.seen_at <= at and (entry.superseded_at is None or entry.superseded_at > at)


def _hours(entries: Iterable[PublishedHours]) -> Hours:
    return tuple(sorted({(entry.opens_at, entry.closes_at) for entry in entries}))
