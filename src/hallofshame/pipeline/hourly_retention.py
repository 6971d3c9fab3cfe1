"""Retention of hours: rows per hour go when they are old; their days never lose a second."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl
from sqlalchemy import Connection, delete, func, select

from hallofshame.clock import Clock
from hallofshame.domain.counters import PARK_SUMS, RIDE_SUMS
from hallofshame.domain.localtime import ONE_DAY
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.store import bulk, data_version, findings
from hallofshame.store.database import Database
from hallofshame.store.derived import bump_derived_revisions
from hallofshame.store.models import (
    Base,
    DirtyParkDay,
    ParkDailyStats,
    ParkHourlyStats,
    RideDailyStats,
    RideHourlyStats,
)

DAYS_AT_ONCE = 7
"""Days of one park that one transaction deletes: some thousand rows."""

_GRAINS: tuple[tuple[type[Base], type[Base], tuple[str, ...], tuple[str, ...]], ...] = (
    (RideHourlyStats, RideDailyStats, ("day", "ride_id"), RIDE_SUMS),
    (ParkHourlyStats, ParkDailyStats, ("day",), PARK_SUMS),
)

Progress = Callable[[int, int], None]


@dataclass
class HourlyResult:
    """Hourly rows and park-days that went, or would go, and park-days that stay although they are due.

    ``waiting`` are on the dirty list; ``unequal`` have hours that do not add up to their day.
    """

    rows: int = 0
    park_days: int = 0
    waiting: int = 0
    unequal: int = 0

    @property
    def failure(self) -> str | None:
        """What needs a person, if anything does."""
        if not self.unequal:
            return None
        return (
            f"the hours of {counted(self.unequal, 'park-day')} do not add up to their days and stay; "
            "compute them again: hallofshame rebuild"
        )


def drop_hours(
    database: Database,
    clock: Clock,
    days: int | None,
    *,
    dry_run: bool,
    progress: Progress,
    rest: Callable[[float], None],
) -> HourlyResult:
    """Delete hourly rows of park-days over ``days`` days old, some days of one park at a time.

    A park-day keeps its hours while it waits to be computed, and while they do not add up to its daily rows
    of the park and of every ride, counter by counter. ``rest`` is called after each transaction.
    """
    result = HourlyResult()
    if days is None:
        return result
    before = clock.now().date() - days * ONE_DAY
    with database.read() as connection:
        spans = _spans(connection, before)
    chunks = [
        (park, first + at * ONE_DAY, min(last, first + (at + DAYS_AT_ONCE - 1) * ONE_DAY))
        for park, first, last in spans
        for at in range(0, (last - first).days + 1, DAYS_AT_ONCE)
    ]
    unequal: list[tuple[int, dt.date]] = []
    for done, (park, first, last) in enumerate(chunks):
        progress(done, len(chunks))
        began = clock.elapsed()
        if dry_run:
            with database.read() as connection:
                found = _ready(connection, park, first, last)
                rows = _count(connection, park, found.ready)
        else:
            found, rows = database.run(partial(_drop, park_id=park, first=first, last=last))
            rest(clock.elapsed() - began)
        result.rows += rows
        result.park_days += len(found.ready)
        result.waiting += found.waiting
        result.unequal += len(found.unequal)
        unequal += [(park, day) for day in found.unequal]
    if result.rows and not dry_run:
        database.run(lambda connection: data_version.bump(connection, None))
    if unequal and not dry_run:
        named = [
            (park, Finding("hours_not_dropped", f"{day}", f"The hours of {day} do not add up to the day."))
            for park, day in unequal
        ]
        database.run(lambda connection: findings.record(connection, named, clock.now()))
    return result


@dataclass(frozen=True, slots=True)
class _Days:
    ready: list[dt.date]
    waiting: int
    unequal: list[dt.date]


def _spans(connection: Connection, before: dt.date) -> list[tuple[int, dt.date, dt.date]]:
    """Each park's first and last day before ``before`` that have hours."""
    spans: dict[int, tuple[dt.date, dt.date]] = {}
    for hours, *_ in _GRAINS:
        park, day = bulk.columns_of(hours, ["park_id", "day"])
        query = select(park, func.min(day), func.max(day)).where(day < before).group_by(park)
        for park_id, first, last in connection.execute(query):
            known = spans.get(park_id, (first, last))
            spans[park_id] = min(first, known[0]), max(last, known[1])
    return [(park_id, *span) for park_id, span in sorted(spans.items())]


def _drop(connection: Connection, park_id: int, first: dt.date, last: dt.date) -> tuple[_Days, int]:
    # One writer of a park's derived rows at a time, and copies in memory of what goes are no longer good.
    bump_derived_revisions(connection, [park_id])
    found = _ready(connection, park_id, first, last)
    rows = 0
    for hours, *_ in _GRAINS:
        park, day = bulk.columns_of(hours, ["park_id", "day"])
        rows += connection.execute(delete(hours).where(park == park_id, day.in_(found.ready))).rowcount
    return found, rows


def _ready(connection: Connection, park_id: int, first: dt.date, last: dt.date) -> _Days:
    """Which days of a park with hours may lose them."""
    dirty = DirtyParkDay
    waiting = set(
        connection.scalars(select(dirty.day).where(dirty.park_id == park_id, dirty.day.between(first, last)))
    )
    held: set[dt.date] = set()
    unequal: set[dt.date] = set()
    for hours, days, key, counters in _GRAINS:
        of_hours = _sums(connection, hours, key, counters, (park_id, first, last))
        of_days = _sums(connection, days, key, counters, (park_id, first, last))
        held.update(of_hours["day"])
        unequal.update(of_hours.join(of_days, on=of_hours.columns, how="anti")["day"])
    return _Days(sorted(held - waiting - unequal), len(held & waiting), sorted(unequal - waiting))


def _sums(
    connection: Connection,
    table: type[Base],
    key: Sequence[str],
    counters: Sequence[str],
    scope: tuple[int, dt.date, dt.date],
) -> pl.DataFrame:
    park_id, first, last = scope
    park, day = bulk.columns_of(table, ["park_id", "day"])
    by = bulk.columns_of(table, key)
    sums = [func.sum(column).label(column.name) for column in bulk.columns_of(table, counters)]
    query = select(*by, *sums).where(park == park_id, day.between(first, last)).group_by(*by)
    schema = {name: pl.Date if name == "day" else pl.Int64 for name in (*key, *counters)}
    rows = [
        tuple(value if isinstance(value, dt.date) else int(value) for value in row)
        for row in connection.execute(query)
    ]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _count(connection: Connection, park_id: int, days: Sequence[dt.date]) -> int:
    total = 0
    for hours, *_ in _GRAINS:
        park, day = bulk.columns_of(hours, ["park_id", "day"])
        total += connection.scalar(select(func.count()).where(park == park_id, day.in_(days))) or 0
    return total
