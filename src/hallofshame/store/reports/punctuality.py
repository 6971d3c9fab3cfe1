"""How late parks opened and how early they closed, beside their published hours (R4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hallofshame.domain.localtime import ONE_DAY, day_bounds
from hallofshame.domain.periods import DayRange
from hallofshame.domain.rules import HOUR_SECONDS, LEFT_OVER_SECONDS, LOOKS_APART_SECONDS
from hallofshame.domain.words import Origin, ScheduleKind
from hallofshame.store.models import ParkActivitySnapshot, ParkDailyStats, ParkHourlyStats
from hallofshame.store.reports.hours import published_hours


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Seconds by which a park opened after its first published opening, and closed before its last published
    close; 0 where it did not, null where that is not known."""

    opened_late: int | None
    closed_early: int | None


@dataclass(frozen=True, slots=True)
class _Active:
    """When enough rides to make the park open operated, by park-day (instants in Unix seconds)."""

    first: int | None
    last: int | None
    night: int | None
    origin: Origin


def punctuality(
    connection: Connection, park_id: int, timezone: str, days: DayRange, data_as_of: int | None
) -> dict[dt.date, Punctuality]:
    """How the park kept its published hours on the days of a range that have some and a row.

    Known is only what was looked at: the looks before and after it opened or closed are at most 15 min apart,
    and most of the time in between was observed. The end of a day is known once it is over by the published
    hours. Hours that close after midnight are followed into the next park-day.
    """
    active = _active(connection, park_id, DayRange(days.start, days.end + ONE_DAY))
    hours: dict[dt.date, list[tuple[int, int]]] = {}
    for entry in published_hours(connection, park_id, days):
        if entry.kind is ScheduleKind.OPERATING:
            hours.setdefault(entry.date, []).append((entry.opens_at, entry.closes_at))
    found = {}
    for day, entries in hours.items():
        if day not in active:
            continue
        of_day, after = active[day], active.get(day + ONE_DAY)
        opens, closes = min(entries)[0], max(end for _, end in entries)
        last = _last(of_day, after, closes, day_bounds(day, timezone)[1])
        is_over = data_as_of is not None and data_as_of >= closes
        found[day] = Punctuality(
            _late(connection, park_id, of_day, opens),
            _early(connection, park_id, of_day, last, closes) if is_over else None,
        )
    return found


def _active(connection: Connection, park_id: int, days: DayRange) -> dict[dt.date, _Active]:
    model = ParkDailyStats
    query = select(model.day, model.active_from, model.active_until, model.night_until, model.origin).where(
        model.park_id == park_id, model.day.between(days.start, days.end)
    )
    return {
        day: _Active(first, last, night, Origin(origin))
        for day, first, last, night, origin in connection.execute(query)
    }


def _last(of_day: _Active, after: _Active | None, closes: int, midnight: int) -> int | None:
    """When enough rides last operated in the hours of a date, which may end on the next one."""
    if closes <= midnight:
        return of_day.last
    if after is None:
        return None
    return after.night if after.night is not None else of_day.last


def _late(connection: Connection, park_id: int, active: _Active, opens: int) -> int | None:
    first = active.first
    if first is None or opens - first > LEFT_OVER_SECONDS:
        return None
    if first <= opens:
        return 0
    if active.origin is not Origin.ARCHIVE:
        before = _look(connection, park_id, opens - LOOKS_APART_SECONDS, first - 1, latest=True)
        if before is None or first - before > LOOKS_APART_SECONDS:
            return None
    return first - opens if _was_watched(connection, park_id, opens, first) else None


def _early(
    connection: Connection, park_id: int, active: _Active, last: int | None, closes: int
) -> int | None:
    if last is None:
        return None
    if last >= closes:
        return 0
    if active.origin is not Origin.ARCHIVE:
        after = _look(connection, park_id, last, last + LOOKS_APART_SECONDS, latest=False)
        if after is None:
            return None
    return closes - last if _was_watched(connection, park_id, last, closes) else None


def _look(connection: Connection, park_id: int, since: int, until: int, *, latest: bool) -> int | None:
    """The latest, or the earliest, look between two instants at which the state of some ride was told."""
    look = ParkActivitySnapshot
    edge = func.max(look.observed_at) if latest else func.min(look.observed_at)
    told = look.operating + look.down + look.closed + look.refurbishment
    found: int | None = connection.scalar(
        select(edge).where(look.park_id == park_id, look.observed_at.between(since, until), told > 0)
    )
    return found


def _was_watched(connection: Connection, park_id: int, start: int, end: int) -> bool:
    """Whether at least half of the open time in the hours that touch a stretch was observed."""
    hour = ParkHourlyStats
    opened, observed = connection.execute(
        select(func.sum(hour.open), func.sum(hour.observed)).where(
            hour.park_id == park_id, hour.hour > start - HOUR_SECONDS, hour.hour < end
        )
    ).one()
    return bool(opened) and 2 * observed >= opened
