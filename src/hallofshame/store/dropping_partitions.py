"""Drops the raw rows of a sealed month from MariaDB or MySQL: whole partitions, without touching rows.

The tables are locked first, which waits for every open transaction on them and keeps writers out. Only then
is it asked whether all rows of the month are sealed: a writer marks what it wrote in its own transaction, so
that nothing can be written and not be seen. The partition is then emptied, not dropped: without it, a late
row of its month would lie among those of the next one and go with them. Once all older months are gone as
well, it is joined to ``p_before``.

A Galera cluster cannot be locked so: a lock holds at one node, and the change of the partition waits for it
for ever. There rows are deleted in batches (``store/dropping.py``), and the empty months are joined here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from hallofshame.domain.errors import StoreError
from hallofshame.domain.plurals import counted
from hallofshame.store import partitions
from hallofshame.store.database import is_transient
from hallofshame.store.history import ledger
from hallofshame.store.instants import Instant
from hallofshame.store.models import Base, DroppedMonth, HistoryFile, HistoryMark, HistoryMove

LOCK_WAIT_SECONDS = 5
"""How long it is waited for open transactions. Whoever comes after waits as well, the collector included, so
this gives up soon and the next run tries again."""

_ASKED: tuple[type[Base], ...] = (HistoryFile, HistoryMark, HistoryMove)
"""What says whether a month is sealed; nobody can read another table while some are locked."""

_OPEN_TRANSACTIONS = text(
    "SELECT p.id AS id, p.user AS user, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS seconds "
    "FROM information_schema.innodb_trx AS t JOIN information_schema.processlist AS p "
    "ON p.id = t.trx_mysql_thread_id WHERE p.id <> CONNECTION_ID() ORDER BY t.trx_started"
)


class TableHeldError(StoreError):
    """Another session has kept a table open for longer than :data:`LOCK_WAIT_SECONDS`."""


def has_month(connection: Connection, table: type[Base], month: dt.date) -> bool:
    """Whether the month has a partition of its own."""
    return any(part.month == month for part in partitions.layout(connection, table))


def drop_month(
    connection: Connection, tables: Sequence[type[Base]], month: dt.date, now: Instant
) -> str | None:
    """Empty a month's partitions if all its rows are sealed; returns why they stay, else ``None``.

    Give it a connection of :func:`~hallofshame.store.exclusive.run_alone`. Broken off anywhere it may be
    repeated.

    :raises TableHeldError: when another session keeps a table open; nothing has changed then.
    """
    # Of this connection, which run_alone closes at its end. The default is a day.
    connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {LOCK_WAIT_SECONDS}")
    with _locked(connection, tables):
        reason = ledger.why_not_sealed(connection, month)
        if reason is not None:
            return reason
        ledger.note_dropped(connection, month, now)
        for table in tables:
            change = f"TRUNCATE PARTITION `{partitions.name_of(month)}`"
            connection.exec_driver_sql(f"ALTER TABLE `{table.__tablename__}` {change}")
    remove_empty_months(connection)
    return None


@contextmanager
def _locked(connection: Connection, tables: Sequence[type[Base]]) -> Iterator[None]:
    changed: tuple[type[Base], ...] = (*tables, DroppedMonth)
    written = [f"`{table.__tablename__}` WRITE" for table in changed]
    asked = [f"`{table.__tablename__}` READ" for table in _ASKED]
    try:
        connection.exec_driver_sql(f"LOCK TABLES {', '.join([*written, *asked])}")
    except OperationalError as error:
        if not is_transient(error):
            raise
        held = ", ".join(table.__tablename__ for table in tables)
        raise TableHeldError(
            f"another session holds one of {held} for over {LOCK_WAIT_SECONDS} s{_holders(connection)}; the "
            "next run tries again"
        ) from error
    try:
        yield
    finally:
        connection.exec_driver_sql("UNLOCK TABLES")


def _holders(connection: Connection) -> str:
    """The sessions with open transactions, the oldest first, where we may see them."""
    try:
        rows = connection.execute(_OPEN_TRANSACTIONS).all()
    except DBAPIError:
        # Without the right PROCESS a server shows nobody's transactions; the sentence does without.
        return ""
    named = ", ".join(f"connection {row.id} of {row.user} since {row.seconds} s" for row in rows[:3])
    return f" ({counted(len(rows), 'open transaction')}: {named})" if rows else ""


def remove_empty_months(connection: Connection) -> None:
    """Let ``p_before`` reach over the earliest months, as long as they are dropped and hold no row."""
    dropped = ledger.dropped_months(connection)
    for table in partitions.RAW_TABLES:
        parts = partitions.layout(connection, table)
        if len(parts) < 3 or parts[0].name != partitions.BEFORE:
            continue
        gone = []
        for part in parts[1:-2]:
            if part.month not in dropped or _holds_rows(connection, table, part.name):
                break
            gone.append(part)
        if gone and not _holds_rows(connection, table, partitions.BEFORE):
            names = ", ".join(f"`{part.name}`" for part in (parts[0], *gone))
            connection.exec_driver_sql(
                f"ALTER TABLE `{table.__tablename__}` REORGANIZE PARTITION {names} INTO "
                f"(PARTITION `{partitions.BEFORE}` VALUES LESS THAN ({gone[-1].end}))"
            )


def _holds_rows(connection: Connection, table: type[Base], partition: str) -> bool:
    query = f"SELECT 1 FROM `{table.__tablename__}` PARTITION (`{partition}`) LIMIT 1"  # noqa: S608
    return connection.exec_driver_sql(query).first() is not None
