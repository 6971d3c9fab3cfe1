"""Rebuild: puts any range of park-days on the dirty list, to be computed anew from the raw record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import from_unix, local_day
from hallofshame.domain.plurals import counted
from hallofshame.pipeline.inputs import park_zones
from hallofshame.pipeline.jobrun import job_run
from hallofshame.store import catalogue, dirty, raw
from hallofshame.store.database import Database

ONE_DAY = dt.timedelta(days=1)
_PARKS_SHOWN = 3

Bounds = tuple[dt.date | None, dt.date | None]
"""First and last day of a park; ``None`` for that of its record."""


def mark_range(
    database: Database,
    clock: Clock,
    *,
    start: dt.date | None = None,
    end: dt.date | None = None,
    park_ids: Collection[int] | None = None,
) -> int:
    """Mark every park-day from ``start`` to ``end`` (park-local, both included) dirty; returns how many.

    Without bounds all days from each park's first to its last observation. The roll-up that follows writes
    what differs, which is nothing unless a formula or an input changed.

    :raises InputError: for a start after the end.
    :raises NotFoundError: for an unknown park, and where no park has an observation on those days; it names
        the days on which there are some.
    """
    if start is not None and end is not None and start > end:
        raise InputError(f"start {start} lies after end {end}; swap them", parameter="start")
    return _mark(database, clock, lambda _zone: (start, end), park_ids)


def mark_last_days(
    database: Database, clock: Clock, days: int, park_ids: Collection[int] | None = None
) -> int:
    """:func:`mark_range` of the last ``days`` days, each park's own today included."""

    def last(zone: str) -> Bounds:
        today = local_day(clock.now(), zone)
        return today - (days - 1) * ONE_DAY, today

    return _mark(database, clock, last, park_ids)


def mark_hour(
    database: Database, clock: Clock, hour: dt.datetime, park_ids: Collection[int] | None = None
) -> int:
    """:func:`mark_range` of the park-days that hold an hour: a day is what is computed, with all its hours.

    :param hour: with a time zone one instant for all parks, without one the local hour of each.
    """

    def of(zone: str) -> Bounds:
        day = hour.date() if hour.tzinfo is None else local_day(hour, zone)
        return day, day

    return _mark(database, clock, of, park_ids)


def _mark(
    database: Database, clock: Clock, bounds: Callable[[str], Bounds], park_ids: Collection[int] | None
) -> int:
    def work(connection: Connection) -> list[tuple[int, dt.date]]:
        observed = _observed(connection, park_ids)
        days: list[tuple[int, dt.date]] = []
        for park_id, (zone, first, last) in observed.items():
            start, end = bounds(zone)
            day, until = max(first, start or first), min(last, end or last)
            while day <= until:
                days.append((park_id, day))
                day += ONE_DAY
        if not days:
            raise NotFoundError(_what_there_is(connection, observed))
        dirty.mark(connection, days, "rebuild", clock.now())
        return days

    with job_run(database, clock, JobType.REBUILD) as run:
        marked = database.run(work)
        run.cover(day for _, day in marked)
        run.parks, run.park_days = len({park_id for park_id, _ in marked}), len(marked)
    return len(marked)


def _observed(
    connection: Connection, park_ids: Collection[int] | None
) -> dict[int, tuple[str, dt.date, dt.date]]:
    """Of every park with observations: its time zone, the first and the last local day with one."""
    zones = park_zones(connection)
    unknown = sorted(set(park_ids or ()) - zones.keys())
    if unknown:
        raise NotFoundError(f"there is no park {unknown[0]}")
    return {
        park_id: (
            zones[park_id].timezone,
            local_day(from_unix(first), zones[park_id].timezone),
            local_day(from_unix(last), zones[park_id].timezone),
        )
        for park_id, (first, last) in raw.observed_range(connection, park_ids).items()
    }


def _what_there_is(connection: Connection, observed: dict[int, tuple[str, dt.date, dt.date]]) -> str:
    """Why there is nothing to rebuild, in plain sentences: which days have observations, latest first."""
    if not observed:
        return (
            "there are no observations of these parks yet. "
            "Run hallofshame collect, or add a recording with hallofshame ingest"
        )
    slugs = {park.park_id: park.slug for park in catalogue.park_table(connection)}
    latest_first = sorted(observed.items(), key=lambda item: item[1][2], reverse=True)
    dates = [f"{slugs[park_id]} from {first} to {last}" for park_id, (_zone, first, last) in latest_first]
    sentences = [
        "there are no observations on those days",
        f"Days with observations: {', '.join(dates[:_PARKS_SHOWN])}",
    ]
    if len(dates) > _PARKS_SHOWN:
        sentences.append(f"{counted(len(dates) - _PARKS_SHOWN, 'more park')} with other dates; name one")
    return ". ".join(sentences)
