"""How well parks are watched: when each was read last, and how much of each day's open time was seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hallofshame.domain.words import Evidence, Origin
from hallofshame.store.models import Park, ParkActivitySnapshot, ParkDailyStats


@dataclass(frozen=True, slots=True)
class WatchedDay:
    """A park-day: seconds of its eligible rides that were open, and of these watched."""

    park_id: int
    day: dt.date
    origin: Origin
    evidence: Evidence
    open: int
    observed: int


def last_reads(connection: Connection) -> dict[int, int | None]:
    """The latest cycle of each park that brought something (Unix seconds): one look at the key per park."""
    table = ParkActivitySnapshot
    latest = select(func.max(table.observed_at)).where(table.park_id == Park.park_id).scalar_subquery()
    rows = connection.execute(select(Park.park_id, latest.label("latest")))
    return {row.park_id: row.latest for row in rows}


def watched_days(
    connection: Connection, first: dt.date, last: dt.date, park_ids: Collection[int] | None = None
) -> list[WatchedDay]:
    """The rolled-up days of some parks (null: of all) from ``first`` to ``last``, newest first."""
    table = ParkDailyStats
    query = select(table.park_id, table.day, table.origin, table.evidence, table.open, table.observed).where(
        table.day >= first, table.day <= last
    )
    if park_ids is not None:
        query = query.where(table.park_id.in_(list(park_ids)))
    rows = connection.execute(query.order_by(table.day.desc(), table.park_id))
    return [
        WatchedDay(row.park_id, row.day, Origin(row.origin), Evidence(row.evidence), row.open, row.observed)
        for row in rows
    ]
