"""Measured sizes as they are kept: one row per table, data set and file of each measurement.

Loads no frames, for ``doctor``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import StorageMetric

TABLE, HISTORY, FILE = "table", "history", "file"
"""What a row is the size of: a table of the database, a data set of the history files, the SQLite file."""

WHOLE = ""
"""``month`` of a row that is about all months."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One measured size; ``month`` is empty for the whole, ``recent_rows`` are of ``recent_days`` days."""

    place: str
    name: str
    month: str = WHOLE
    row_count: int | None = None
    byte_count: int | None = None
    index_bytes: int | None = None
    recent_rows: int | None = None
    recent_days: int | None = None
    oldest_at: int | None = None
    rows_estimated: bool = False
    bytes_estimated: bool = False

    @property
    def is_whole_table(self) -> bool:
        """Whether it is about all of one table."""
        return self.place == TABLE and self.month == WHOLE


def keep(connection: Connection, metrics: Sequence[Metric], now: Instant) -> int:
    """Store one measurement; returns its rows. Months of earlier ones go: their wholes tell the growth."""
    moment = unix(now)
    table = StorageMetric
    connection.execute(delete(table).where((table.month != WHOLE) | (table.measured_at == moment)))
    rows = [{"measured_at": moment, **{name: getattr(each, name) for name in _FIELDS}} for each in metrics]
    connection.execute(insert(table), rows)
    return len(rows)


def latest(connection: Connection, before: int | None = None) -> tuple[int, list[Metric]] | None:
    """The latest measurement (before an instant) with when it was; ``None`` where there is none."""
    table = StorageMetric
    query = select(func.max(table.measured_at))
    if before is not None:
        query = query.where(table.measured_at < before)
    at = connection.scalar(query)
    if at is None:
        return None
    rows = connection.execute(
        select(table.__table__).where(table.measured_at == at).order_by(table.place, table.name, table.month)
    )
    return at, [
        Metric(
            row.place,
            row.name,
            row.month,
            row.row_count,
            row.byte_count,
            row.index_bytes,
            row.recent_rows,
            row.recent_days,
            row.oldest_at,
            bool(row.rows_estimated),
            bool(row.bytes_estimated),
        )
        for row in rows
    ]


def totals(connection: Connection) -> list[tuple[int, str, int]]:
    """Bytes of all tables and of all history files at each measurement, in order: instant, place, bytes."""
    table = StorageMetric
    query = (
        select(table.measured_at, table.place, func.sum(table.byte_count))
        .where(table.month == WHOLE, table.place.in_([TABLE, HISTORY]))
        .group_by(table.measured_at, table.place)
        .order_by(table.measured_at, table.place)
    )
    return [(row[0], row[1], int(row[2] or 0)) for row in connection.execute(query)]


_FIELDS = tuple(Metric.__dataclass_fields__)
