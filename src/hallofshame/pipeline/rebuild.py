"""Rebuild: puts any range of park-days on the dirty list, to be computed anew from the raw record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.localtime import from_unix, local_day
from hallofshame.pipeline.inputs import park_zones
from hallofshame.store import dirty, raw
from hallofshame.store.database import Database

ONE_DAY = dt.timedelta(days=1)


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
    what differs, which is nothing unless a formula or an input changed. Raises :class:`InputError` for a
    start after the end and :class:`NotFoundError` for an unknown park.
    """
    if start is not None and end is not None and start > end:
        raise InputError(f"start {start} lies after end {end}; swap them", parameter="start")

    def work(connection: Connection) -> int:
        days = _days(connection, start, end, park_ids)
        dirty.mark(connection, days, "rebuild", clock.now())
        return len(days)

    return database.run(work)


def _days(
    connection: Connection,
    start: dt.date | None,
    end: dt.date | None,
    park_ids: Collection[int] | None,
) -> list[tuple[int, dt.date]]:
    zones = park_zones(connection)
    if park_ids is not None:
        unknown = sorted(set(park_ids) - zones.keys())
        if unknown:
            raise NotFoundError(f"there is no park {unknown[0]}")
    days = []
    for park_id, observed in raw.observed_range(connection, park_ids).items():
        first, last = (local_day(from_unix(edge), zones[park_id].timezone) for edge in observed)
        day, until = max(first, start or first), min(last, end or last)
        while day <= until:
            days.append((park_id, day))
            day += ONE_DAY
    return days
