"""Monthly partitions of the raw tables on MariaDB and MySQL (design §4). SQLite has none.

A table is kept in ranges of ``observed_at``: one partition per month between two that hold no month. What is
older than the first month lies in ``p_before``, what is later than the last in ``p_ahead``, so that no row is
ever refused for its time. Both should be empty; rows in them are given months of their own.

Every statement here is a change of the schema, which the server makes as a whole or not at all, and what is
left to do is read from the layout itself. So any of it may be broken off and run again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from hallofshame.domain.months import first_second, month_of, months_between, plus_months
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import Base, FeedPoll, ParkActivitySnapshot, QueueData, RideStatusSnapshot

RAW_TABLES: tuple[type[Base], ...] = (RideStatusSnapshot, QueueData, ParkActivitySnapshot, FeedPoll)
"""The partitioned tables. Each has an index that begins with ``park_id`` and ``observed_at``."""

BEFORE, AHEAD = "p_before", "p_ahead"

MONTHS_AHEAD = 3
"""Months after the running one that are made in advance."""

LEAST_MONTHS_AHEAD = 2
"""Fewer months in advance than this are a problem: the job, which runs daily, has missed a whole month."""

MONTHS_BEHIND = 1
"""Months before the running one that a new table begins with, since gap repair looks back."""

EARLIEST = dt.date(2000, 1, 1)
"""No feed reaches back so far: older rows were stamped by a wrong clock and stay in ``p_before``."""

_LAYOUT = text(
    "SELECT partition_name AS name, partition_description AS upper_end FROM information_schema.partitions "
    "WHERE table_schema = DATABASE() AND table_name = :table AND partition_name IS NOT NULL "
    "ORDER BY partition_ordinal_position"
)


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition; its rows lie before ``end`` in Unix seconds (null = no end).

    ``month`` is the first day of the month that it holds, null for the two at the ends.
    """

    name: str
    end: int | None
    month: dt.date | None


def has_partitions(connection: Connection) -> bool:
    """Whether this kind of database keeps the raw tables in partitions."""
    return connection.dialect.name != "sqlite"


def layout(connection: Connection, table: type[Base]) -> list[Partition]:
    """The partitions of a table in the order of time; none on SQLite."""
    if not has_partitions(connection):
        return []
    return [
        Partition(
            name=row.name,
            end=None if row.upper_end == "MAXVALUE" else int(row.upper_end),
            month=None if row.name in (BEFORE, AHEAD) else _month_named(row.name),
        )
        for row in connection.execute(_LAYOUT, {"table": table.__tablename__})
    ]


def name_of(month: dt.date) -> str:
    """The name of a month's partition, such as ``p202608``."""
    return f"p{month:%Y%m}"


def last_month(connection: Connection) -> dt.date | None:
    """The last month that every raw table has a partition for; ``None`` where one has no month at all."""
    lasts = [max(_months(layout(connection, table)), default=None) for table in RAW_TABLES]
    found = [month for month in lasts if month is not None]
    return min(found) if len(found) == len(RAW_TABLES) else None


def are_made(connection: Connection) -> bool:
    """Whether every raw table has months; true on SQLite, which needs none."""
    return not has_partitions(connection) or last_month(connection) is not None


def problem(connection: Connection, now: Instant) -> str | None:
    """Why the partitions are a problem, if they are: in one sentence for ``doctor`` and the API."""
    if not has_partitions(connection):
        return None
    last = last_month(connection)
    if last is not None and last >= plus_months(month_of(unix(now)), LEAST_MONTHS_AHEAD):
        return None
    reached = "there are none" if last is None else f"they reach to {last:%Y-%m}"
    return f"the daily job makes {MONTHS_AHEAD} monthly partitions ahead, but {reached}"


def keep_months(connection: Connection, now: Instant, since: Instant | None = None) -> int:
    """Make the months up to :data:`MONTHS_AHEAD`, and those of rows that lie outside of all months.

    ``since``: months from this instant on are made as well, for an import that is about to fill them.
    Returns how many partitions were made. Give it a connection of
    :func:`~hallofshame.store.exclusive.run_alone`. Only rows in ``p_before`` and ``p_ahead`` are moved; the
    table cannot be written until they have been.
    """
    if not has_partitions(connection):
        return 0
    return sum(_keep(connection, table, unix(now), since) for table in RAW_TABLES)


def reaches_back_to(connection: Connection, since: Instant) -> bool:
    """Whether an instant lies in a month of its own, or later, in every raw table; true on SQLite."""
    first = first_second(max(month_of(unix(since)), EARLIEST))
    return all(
        parts[0].name == BEFORE and (parts[0].end or 0) <= first
        for parts in (layout(connection, table) for table in RAW_TABLES)
        if parts
    )


def _keep(connection: Connection, table: type[Base], now: int, since: Instant | None) -> int:
    until = plus_months(month_of(now), MONTHS_AHEAD + 1)
    parts = layout(connection, table)
    made = 0
    if parts[0].name == AHEAD:
        first = plus_months(month_of(now), -MONTHS_BEHIND)
        oldest = _oldest(connection, table, AHEAD)
        first = first if oldest is None else min(first, month_of(oldest))
        months = list(months_between(first, until))
        _reorganise(connection, table, AHEAD, [_less_than(BEFORE, first_second(first)), *_parts(months)])
        made += len(months)
        parts = layout(connection, table)
    months = list(months_between(month_of(parts[-2].end or 0), until))
    if months:
        _reorganise(connection, table, AHEAD, list(_parts(months)))
        made += len(months)
    begins = month_of(parts[0].end or 0)
    wanted = [unix(at) for at in (_oldest(connection, table, BEFORE), since) if at is not None]
    first = min((max(EARLIEST, month_of(at)) for at in wanted), default=begins)
    months = list(months_between(first, begins))
    if months:
        _reorganise(connection, table, BEFORE, [_less_than(BEFORE, first_second(first)), *_parts(months)])
        made += len(months)
    return made


def _reorganise(connection: Connection, table: type[Base], name: str, parts: list[str]) -> None:
    """Replace a partition at an end by ``parts``; ``p_ahead`` stays behind them."""
    if name == AHEAD:
        parts = [*parts, f"PARTITION `{AHEAD}` VALUES LESS THAN MAXVALUE"]
    _alter(connection, table, f"REORGANIZE PARTITION `{name}` INTO ({', '.join(parts)})")


def _parts(months: list[dt.date]) -> Iterator[str]:
    for month in months:
        yield _less_than(name_of(month), first_second(plus_months(month, 1)))


def _less_than(name: str, end: int) -> str:
    return f"PARTITION `{name}` VALUES LESS THAN ({end})"


def _alter(connection: Connection, table: type[Base], change: str) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, table)} {change}")


def _oldest(connection: Connection, table: type[Base], partition: str) -> int | None:
    """The earliest instant in a partition from :data:`EARLIEST` on: one look at the index per park."""
    query = (
        "SELECT MIN(first) FROM (SELECT (SELECT r.observed_at FROM "  # noqa: S608 - our own names
        f"{_quoted(connection, table)} PARTITION (`{partition}`) AS r WHERE r.park_id = p.park_id "
        f"AND r.observed_at >= {first_second(EARLIEST)} "
        "ORDER BY r.observed_at LIMIT 1) AS first FROM parks AS p) AS firsts"
    )
    found = connection.exec_driver_sql(query).scalar()
    return None if found is None else int(found)


def _months(parts: list[Partition]) -> list[dt.date]:
    return [part.month for part in parts if part.month is not None]


def _month_named(name: str) -> dt.date:
    return dt.date(int(name[1:5]), int(name[5:7]), 1)


def _quoted(connection: Connection, table: type[Base]) -> str:
    return connection.dialect.identifier_preparer.quote(table.__tablename__)
