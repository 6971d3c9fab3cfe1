"""How large the tables are: rows and bytes, of each month where a table is of months.

SQLite tells both exactly from its pages (``dbstat``, one walk through the file); a library without it counts
rows and shares the file's pages out by the mean length of rows. MariaDB and MySQL tell bytes exactly and
estimate rows.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Table, func, select, text
from sqlalchemy.exc import OperationalError

from hallofshame.domain.localtime import ONE_DAY, from_unix
from hallofshame.domain.months import first_second, month_of, months_between, plus_months
from hallofshame.domain.storage import MonthSize
from hallofshame.store import bulk, dropping, partitions
from hallofshame.store.history.periods import day_start
from hallofshame.store.models import Base, Park

RECENT_DAYS = 7
"""Full UTC days over which growth is measured: a whole week, since weekends differ."""

_BY_PARK_AND_TIME: Mapping[str, str] = {
    "ride_status_snapshots": "observed_at",
    "queue_data": "observed_at",
    "park_activity_snapshots": "observed_at",
    "feed_polls": "observed_at",
    "ride_hourly_stats": "hour",
    "park_hourly_stats": "hour",
    "ride_daily_stats": "day",
    "park_daily_stats": "day",
    "ride_weekly_stats": "period_start",
    "park_weekly_stats": "period_start",
    "ride_outages": "started_at",
    "outside_days": "day",
}
"""Tables that grow with every day, with the column that says of which; an index begins with park and it."""

_SERVER_TABLES = text(
    "SELECT table_name AS name, table_rows AS row_count, data_length + index_length AS byte_count, "
    "index_length AS index_bytes FROM information_schema.tables "
    "WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name"
)
_SERVER_PARTITIONS = text(
    "SELECT table_name AS name, partition_name AS part, table_rows AS row_count, "
    "data_length + index_length AS byte_count FROM information_schema.partitions "
    "WHERE table_schema = DATABASE() AND partition_name IS NOT NULL "
    "ORDER BY table_name, partition_ordinal_position"
)
_SAMPLED_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class SizedTable:
    """The size of one table.

    ``recent_rows`` are those of the ``recent_days`` full UTC days before; ``oldest_at`` is what the oldest
    row is about, in Unix seconds. Null where it is not known.
    """

    name: str
    rows: int
    bytes: int
    index_bytes: int | None
    recent_rows: int | None
    recent_days: int | None
    oldest_at: int | None
    rows_estimated: bool
    bytes_estimated: bool


def measure_tables(connection: Connection, now: int) -> list[SizedTable]:
    """Every table, the largest first. May take as long as reading a SQLite file once."""
    if connection.dialect.name != "sqlite":
        tables = _server_tables(connection)
    else:
        tables = _from_pages(connection) if has_dbstat(connection) else _from_samples(connection)
    last = from_unix(now).date()
    found = []
    for name, (rows, size, index_size, rows_estimated, bytes_estimated) in tables.items():
        recent, days, oldest = _recent(connection, name, last)
        found.append(
            SizedTable(name, rows, size, index_size, recent, days, oldest, rows_estimated, bytes_estimated)
        )
    return sorted(found, key=lambda each: (-each.bytes, each.name))


def measure_months(connection: Connection, tables: list[SizedTable]) -> list[MonthSize]:
    """The months of the raw tables in the database: rows counted on SQLite, estimated on a server."""
    if partitions.has_partitions(connection):
        return list(_months_of_partitions(connection))
    sizes = {table.name: table for table in tables}
    return [
        month
        for model in partitions.RAW_TABLES
        for month in _months_counted(connection, model, sizes[model.__tablename__])
    ]


def has_dbstat(connection: Connection) -> bool:
    """Whether this SQLite tells the pages of each table."""
    try:
        connection.exec_driver_sql("SELECT 1 FROM dbstat LIMIT 1").close()
    except OperationalError:
        return False
    return True


def file_bytes(connection: Connection) -> int | None:
    """Bytes of a SQLite file, free pages included; null on a server."""
    if connection.dialect.name != "sqlite":
        return None
    pages, size = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()) for name in ("page_count", "page_size")
    )
    return pages * size


def rows_between(connection: Connection, table: Table, column: str, first: Any, until: Any) -> int:
    """Rows from ``first`` until before ``until``: a range of the key for each park."""
    at, park = table.c[column], table.c["park_id"]
    query = select(func.count()).select_from(Park.__table__.join(table, park == Park.park_id))
    return connection.scalar(query.where(at >= first, at < until)) or 0


_Size = tuple[int, int, int | None, bool, bool]
"""Rows, bytes, bytes of indexes; whether rows and bytes are estimated."""


def _server_tables(connection: Connection) -> dict[str, _Size]:
    if not getattr(connection.dialect, "is_mariadb", False):
        # MySQL answers from a copy that is up to a day old unless it is told not to.
        connection.exec_driver_sql("SET SESSION information_schema_stats_expiry = 0")
    rows = connection.execute(_SERVER_TABLES)
    return {
        row.name: (int(row.row_count or 0), int(row.byte_count or 0), int(row.index_bytes or 0), True, False)
        for row in rows
        if row.name in Base.metadata.tables
    }


def _from_pages(connection: Connection) -> dict[str, _Size]:
    """Bytes and rows of each table from its pages: every cell of a leaf is a row, and of any page where the
    table is kept in the order of its key."""
    owners = {
        row[0]: (row[1], "WITHOUT ROWID" in (row[2] or "").upper())
        for row in connection.exec_driver_sql(
            "SELECT name, tbl_name, sql FROM sqlite_schema WHERE rootpage > 0"
        )
    }
    pages = connection.exec_driver_sql(
        "SELECT name, SUM(pgsize), SUM(ncell), SUM(CASE WHEN pagetype = 'leaf' THEN ncell ELSE 0 END) "
        "FROM dbstat GROUP BY name"
    )
    rows: dict[str, int] = {}
    data: dict[str, int] = {}
    indexes: dict[str, int] = {}
    for name, size, cells, leaf_cells in pages:
        table, in_key_order = owners.get(name, (name, False))
        if table not in Base.metadata.tables:
            continue
        if name == table:
            data[table], rows[table] = int(size), int(cells if in_key_order else leaf_cells)
        else:
            indexes[table] = indexes.get(table, 0) + int(size)
    return {
        name: (rows[name], size + indexes.get(name, 0), indexes.get(name, 0), False, False)
        for name, size in data.items()
    }


def _from_samples(connection: Connection) -> dict[str, _Size]:
    """Rows counted, and the pages in use shared out by the mean length of some rows of each table.

    Every table and index has a page of its own at least.
    """
    pages, free, page_bytes = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    roots: dict[str, int] = defaultdict(int)
    for (name,) in connection.exec_driver_sql("SELECT tbl_name FROM sqlite_schema WHERE rootpage > 0"):
        roots[name] += 1
    counts: dict[str, int] = {}
    weights: dict[str, float] = {}
    for name, table in Base.metadata.tables.items():
        counts[name] = connection.scalar(select(func.count()).select_from(table)) or 0
        weights[name] = counts[name] * _mean_length(connection, table)
    whole = sum(weights.values()) or 1.0
    shared = max(0, pages - free - sum(roots.values())) * page_bytes
    return {
        name: (
            count,
            round(shared * weights[name] / whole) + roots[name] * page_bytes,
            None,
            False,
            True,
        )
        for name, count in counts.items()
    }


def _mean_length(connection: Connection, table: Table) -> float:
    """Characters of a row and its entries in indexes, as a mean of some rows."""
    columns = [*table.columns, *(column for index in table.indexes for column in index.columns)]
    lengths = [func.coalesce(func.length(column), 0) for column in columns]
    whole: ColumnElement[int] = sum(lengths[1:], start=lengths[0])
    some = select(whole.label("length")).select_from(table).limit(_SAMPLED_ROWS).subquery()
    return float(connection.scalar(select(func.avg(some.c.length))) or 0.0)


def _recent(connection: Connection, name: str, last: dt.date) -> tuple[int | None, int | None, int | None]:
    """Rows of the full UTC days before ``last``, how many of these days the table reaches back, and the
    instant or day of its oldest row."""
    column = _BY_PARK_AND_TIME.get(name)
    if column is None:
        return None, None, None
    table = Base.metadata.tables[name]
    in_days = isinstance(table.c[column].type, Date)
    days = RECENT_DAYS
    earliest = _earliest(connection, table, column)
    if earliest is None:
        return 0, days, None
    began = earliest if isinstance(earliest, dt.date) else from_unix(int(earliest)).date()
    oldest = day_start(began)
    days = min(days, max(0, (last - began).days))
    if days == 0:
        return None, None, oldest
    begin = last - days * ONE_DAY
    first, until = (begin, last) if in_days else (day_start(begin), day_start(last))
    return rows_between(connection, table, column, first, until), days, oldest


def _earliest(connection: Connection, table: Table, column: str) -> Any:
    """The first instant or day of a table: one look at the key per park."""
    park, at = table.c["park_id"], table.c[column]
    each = select(at).where(park == Park.park_id).order_by(at).limit(1).correlate(Park).scalar_subquery()
    return min((value for value in connection.scalars(select(each)) if value is not None), default=None)


def _months_of_partitions(connection: Connection) -> Iterator[MonthSize]:
    for row in connection.execute(_SERVER_PARTITIONS):
        is_month = row.part not in (partitions.BEFORE, partitions.AHEAD)
        month = f"{row.part[1:5]}-{row.part[5:7]}" if is_month else row.part
        yield MonthSize(month, "database", row.name, int(row.row_count or 0), int(row.byte_count or 0), True)


def _months_counted(connection: Connection, model: type[Base], size: SizedTable) -> Iterator[MonthSize]:
    first = dropping.oldest_month(connection, model)
    if first is None:
        return
    table = Base.metadata.tables[model.__tablename__]
    until = plus_months(_latest_month(connection, model), 1)
    each = size.bytes / size.rows if size.rows else 0.0
    for month in months_between(first, until):
        begin, end = first_second(month), first_second(plus_months(month, 1))
        if rows := rows_between(connection, table, "observed_at", begin, end):
            yield MonthSize(
                f"{month:%Y-%m}", "database", table.name, rows, round(rows * each), bytes_estimated=True
            )


def _latest_month(connection: Connection, model: type[Base]) -> dt.date:
    park, at = bulk.columns_of(model, ["park_id", "observed_at"])
    each = select(at).where(park == Park.park_id).order_by(at.desc()).limit(1)
    found = connection.scalars(select(each.correlate(Park).scalar_subquery()))
    return month_of(max(value for value in found if value is not None))
