"""The record itself: which days of each park were observed, from what origin, and what was odd in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, ScalarSelect, bindparam, func, select, union_all

from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Origin
from hallofshame.store import bulk
from hallofshame.store.day_counts import RIDE_DAY_COUNTS, day_counts, ride_day_counts
from hallofshame.store.models import (
    DataQualityLog,
    Park,
    ParkDailyStats,
    ParkMonthlyStats,
    ParkYearlyStats,
)
from hallofshame.store.reports.piece_queries import KEPT_STATEMENTS, grains_of, parameters_of, within
from hallofshame.store.reports.ranges import Grain, StoredDays, by_range, pieces
from hallofshame.store.reports.sums import PARK_TABLES, RIDE_TABLES, stored_days


@dataclass(frozen=True, slots=True)
class RecordedDays:
    """A park's days in a range: observed at all, open as far as is known, both; and by origin (R15).

    ``found_closed``: looked at, and no ride ran. ``by_down``: those of the recorded ones on which DOWN was
    downtime (R5).
    """

    recorded: int
    open: int
    open_and_recorded: int
    live: int
    archive: int
    found_closed: int
    by_down: int

    @property
    def looked_at(self) -> int:
        """Days of which it is known what happened: observed while open, or found closed (R11)."""
        return self.recorded + self.found_closed


@dataclass(frozen=True, slots=True)
class OpenDays:
    """A park's open days in a range: how many, how many of them by activity alone (R4), how long in all."""

    open: int
    inferred: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class RideDays:
    """A ride's days in a range: those on which it was eligible and observed, of these those on which it
    operated, and of these those on which it posted a long enough wait.
    """

    observed: int
    operated: int
    queued: int


@dataclass(frozen=True, slots=True)
class ParkFinding:
    """One finding about a park; instants in Unix seconds, ``resolved_at`` null while it is open."""

    kind: str
    subject: str
    detail: str
    first_seen_at: int
    last_seen_at: int
    occurrences: int
    resolved_at: int | None


def recorded_days(
    connection: Connection, ranges: Mapping[int, DayRange], stored: Mapping[int, StoredDays] | None = None
) -> dict[int, RecordedDays]:
    """The days of each park's own range; parks without a row are absent.

    :param stored: what ``sums.stored_days`` says, where it is known.
    """
    names = (
        "recorded_days",
        "open_days",
        "open_recorded_days",
        "live_days",
        "archive_days",
        "closed_days",
        "down_days",
    )
    rows = _counted(connection, ranges, names, stored)
    return {park_id: RecordedDays(*counts) for park_id, (*counts, _seconds) in rows.items()}


def open_days(
    connection: Connection, ranges: Mapping[int, DayRange], stored: Mapping[int, StoredDays] | None = None
) -> dict[int, OpenDays]:
    """The open days of each park's own range; parks without any are absent."""
    rows = _counted(connection, ranges, ("open_days", "inferred_days"), stored)
    return {park_id: OpenDays(*found) for park_id, found in rows.items() if found[0]}


def seconds_by_queue_times(
    connection: Connection, ranges: Mapping[int, DayRange]
) -> dict[int, tuple[int, int]]:
    """Of the live days of each park's own range: seconds observed through Queue-Times, and observed at all.

    Parks without any are absent.
    """
    model = ParkDailyStats
    found: dict[int, tuple[int, int]] = {}
    for days, park_ids in by_range(ranges).items():
        query = (
            select(model.park_id, func.sum(model.observed_queue_times), func.sum(model.observed))
            .where(
                model.park_id.in_(park_ids),
                model.day.between(days.start, days.end),
                model.origin == int(Origin.LIVE),
                model.observed > 0,
            )
            .group_by(model.park_id)
        )
        for park_id, queue_times, observed in connection.execute(query):
            found[park_id] = int(queue_times), int(observed)
    return found


def _counted(
    connection: Connection,
    ranges: Mapping[int, DayRange],
    names: Collection[str],
    stored: Mapping[int, StoredDays] | None,
) -> dict[int, list[int]]:
    """Those of ``DAY_COUNTS`` that are named, and the seconds of all windows, of each park's own range."""
    if not ranges:
        return {}
    found = pieces(ranges, stored_days(connection, ranges) if stored is None else stored)
    rows = _counting_query(grains_of(found), tuple(names)).rows(connection, parameters_of(found))
    return {park_id: counts for park_id, *counts in rows}


@lru_cache(maxsize=KEPT_STATEMENTS)
def _counting_query(grains: tuple[Grain, ...], names: tuple[str, ...]) -> bulk.NumberQuery:
    """``park_id``, these of ``DAY_COUNTS`` and ``window_seconds`` over pieces of these grains."""
    found = []
    for at, grain in enumerate(grains):
        model, _ = PARK_TABLES[grain]
        counts = day_counts(model.__table__)
        counted = [counts[name].label(name) for name in names]
        found.append(select(model.park_id, *counted, model.window_seconds).where(*within(at, grain, model)))
    rows = union_all(*found).subquery()
    sums = [func.sum(rows.c[name]).label(name) for name in (*names, "window_seconds")]
    return bulk.NumberQuery(select(rows.c.park_id, *sums).group_by(rows.c.park_id))


def ride_days(
    connection: Connection,
    ranges: Mapping[int, DayRange],
    ride_ids: Collection[int],
    stored: Mapping[int, StoredDays] | None = None,
) -> dict[int, RideDays]:
    """The days of its park's range that count for each of the rides; rides without any are absent.

    :param stored: what ``sums.stored_days`` says, where it is known.
    """
    if not ranges or not ride_ids:
        return {}
    found = pieces(ranges, stored_days(connection, ranges) if stored is None else stored)
    parameters = parameters_of(found) | {"rides": list(ride_ids)}
    rows = _ride_days_query(grains_of(found)).rows(connection, parameters)
    return {row[0]: RideDays(*row[1:]) for row in rows if row[1] > 0}


@lru_cache(maxsize=KEPT_STATEMENTS)
def _ride_days_query(grains: tuple[Grain, ...]) -> bulk.NumberQuery:
    """``ride_id`` and :class:`RideDays` of the parameter ``rides`` over pieces of these grains."""
    found = []
    for at, grain in enumerate(grains):
        model, *_ = RIDE_TABLES[grain]
        counts = ride_day_counts(model.__table__)
        found.append(
            select(model.ride_id, *[counts[name].label(name) for name in RIDE_DAY_COUNTS]).where(
                *within(at, grain, model), model.ride_id.in_(bindparam("rides", expanding=True))
            )
        )
    rows = union_all(*found).subquery()
    sums = [func.sum(rows.c[name]).label(name) for name in RIDE_DAY_COUNTS]
    return bulk.NumberQuery(select(rows.c.ride_id, *sums).group_by(rows.c.ride_id))


def first_and_last_days(connection: Connection) -> dict[int, tuple[dt.date, dt.date]]:
    """The first and the last observed day of every park that has one."""
    query = select(Park.park_id, _edge(latest=False), _edge(latest=True))
    return {row[0]: (row[1], row[2]) for row in connection.execute(query) if row[1] is not None}


def _edge(*, latest: bool) -> ScalarSelect[dt.date]:
    """Two look-ups at the ends of the park's key range, instead of a walk through all of it."""
    day = ParkDailyStats.day
    return (
        select(day)
        .where(ParkDailyStats.park_id == Park.park_id, ParkDailyStats.observed > 0)
        .order_by(day.desc() if latest else day)
        .limit(1)
        .scalar_subquery()
    )


def recorded_years(connection: Connection) -> list[int]:
    """The calendar years in which any park was observed, in order."""
    model = ParkYearlyStats
    query = select(model.period_start).where(model.observed > 0).distinct()
    return sorted(row[0].year for row in connection.execute(query))


def recorded_months(connection: Connection) -> list[dt.date]:
    """First days of the calendar months of which any park has a row, in order."""
    query = select(ParkMonthlyStats.period_start).distinct()
    return sorted(row[0] for row in connection.execute(query))


def park_findings(connection: Connection, park_ids: Collection[int]) -> dict[int, list[ParkFinding]]:
    """The findings about these parks, open ones first, then the last seen; parks without any are absent."""
    table = DataQualityLog
    query = (
        select(
            table.park_id,
            table.kind,
            table.subject,
            table.detail,
            table.first_seen_at,
            table.last_seen_at,
            table.occurrences,
            table.resolved_at,
        )
        .where(table.park_id.in_(park_ids))
        .order_by(table.resolved_at.is_not(None), table.last_seen_at.desc(), table.kind, table.subject)
    )
    found: dict[int, list[ParkFinding]] = {}
    for row in connection.execute(query):
        found.setdefault(row[0], []).append(ParkFinding(*row[1:]))
    return found
