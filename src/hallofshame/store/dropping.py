"""Drops raw SQL rows of sealed months from SQLite and Galera clusters in bounded batches (design §4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, delete, exists, func, select

from hallofshame.domain.months import first_second, month_of, plus_months
from hallofshame.store import bulk, partitions
from hallofshame.store.models import Base, Park

BATCH_ROWS = 5_000
"""Rows that one transaction deletes: some hundredths of a second, in which on SQLite nobody else writes."""


def oldest_month(connection: Connection, table: type[Base]) -> dt.date | None:
    """The month of the earliest row of a raw table: one look at the key per park."""
    park, at = bulk.columns_of(table, ["park_id", "observed_at"])
    earliest = (
        select(at)
        .where(park == Park.park_id, at >= first_second(partitions.EARLIEST))
        .order_by(at)
        .limit(1)
        .correlate(Park)
        .scalar_subquery()
    )
    found = [instant for instant in connection.scalars(select(earliest)) if instant is not None]
    return month_of(min(found)) if found else None


def row_count(connection: Connection, table: type[Base], month: dt.date) -> int:
    """The rows of a month."""
    (at,) = bulk.columns_of(table, ["observed_at"])
    query = select(func.count()).where(at >= first_second(month), at < first_second(plus_months(month, 1)))
    return connection.scalar(query) or 0


def delete_batch(connection: Connection, table: type[Base], month: dt.date, park_id: int) -> int:
    """Delete the earliest rows of a park's month, about :data:`BATCH_ROWS`; returns how many went."""
    park, at = bulk.columns_of(table, ["park_id", "observed_at"])
    chosen = (park == park_id) & (at >= first_second(month)) & (at < first_second(plus_months(month, 1)))
    last = connection.scalar(select(at).where(chosen).order_by(at).limit(1).offset(BATCH_ROWS))
    if last is not None:
        chosen &= at < last if _has_earlier(connection, table, chosen & (at < last)) else at <= last
    return connection.execute(delete(table).where(chosen)).rowcount


def _has_earlier(connection: Connection, table: type[Base], chosen: object) -> bool:
    """Whether a batch cut off before an instant has anything: one instant may hold more rows than a batch."""
    return bool(connection.scalar(select(exists(select(1).select_from(table).where(chosen)))))  # type: ignore[arg-type]


def parks_with_rows(connection: Connection, tables: Sequence[type[Base]], month: dt.date) -> list[int]:
    """The parks that have rows of a month in any of the tables."""
    found: set[int] = set()
    for table in tables:
        park, at = bulk.columns_of(table, ["park_id", "observed_at"])
        inside = (at >= first_second(month)) & (at < first_second(plus_months(month, 1)))
        query = select(Park.park_id).where(
            exists(select(1).select_from(table).where(park == Park.park_id, inside))
        )
        found.update(connection.scalars(query))
    return sorted(found)
