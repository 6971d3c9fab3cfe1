"""Monthly partitions on MariaDB: made ahead, made for old rows, emptied month by month; nothing on SQLite."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.months import first_second, months_between, plus_months
from hallofshame.pipeline.partitioning import make_partitions
from hallofshame.store import bulk, partitions, schema
from hallofshame.store.database import Database
from hallofshame.store.exclusive import run_alone
from hallofshame.store.models import FeedPoll, ParkActivitySnapshot, QueueData, RideStatusSnapshot
from hallofshame.store.models.base import Base
from store.samples import seed
from support.interruptions import in_pieces, schema_text
from support.mariadb import MariaDBServer

NOW = dt.datetime(2026, 8, 20, 12, tzinfo=dt.UTC)
AUGUST = dt.date(2026, 8, 1)
ENDS = ["p_before", "p_ahead"]


@pytest.fixture
def server_database(mariadb_server: MariaDBServer, tmp_path: Path) -> Database:
    """A database whose raw tables are as the migrations leave them, with one park."""
    database = Database(mariadb_server.create_schema(f"partitions_{tmp_path.name}"[:64]))
    schema.upgrade(database)
    seed(database, {1: 1})
    return database


def write(database: Database, *instants: int) -> None:
    """One row of each raw table at each instant."""
    times = pl.DataFrame({"park_id": 1, "observed_at": list(instants)})
    feed = pl.lit(1).alias("feed")
    counts = [pl.lit(0).alias(name) for name in ("operating", "down", "closed", "refurbishment", "unknown")]
    with database.write() as connection:
        bulk.insert(
            connection, RideStatusSnapshot, times.with_columns(feed, ride_id=7, origin=0, stale=0, status=1)
        )
        bulk.insert(connection, QueueData, times.with_columns(ride_id=7, queue_type=1))
        bulk.insert(connection, ParkActivitySnapshot, times.with_columns(feed, *counts, cadence_seconds=300))
        bulk.insert(
            connection, FeedPoll, times.with_columns(feed, outcome=pl.lit("ok"), attempts=1, readings=1)
        )


def keep(database: Database, now: dt.datetime = NOW, since: int | None = None) -> int:
    return run_alone(database, lambda connection: partitions.keep_months(connection, now, since))


def names(database: Database, table: type[Base]) -> list[str]:
    with database.read() as connection:
        return [part.name for part in partitions.layout(connection, table)]


def counts(database: Database, table: type[Base]) -> dict[str, int]:
    """The rows of each partition that has any."""
    with database.read() as connection:
        found = {
            name: connection.exec_driver_sql(
                f"SELECT COUNT(*) FROM {table.__tablename__} PARTITION ({name})"  # noqa: S608
            ).scalar_one()
            for name in names(database, table)
        }
    return {name: count for name, count in found.items() if count}


@pytest.mark.mariadb
@pytest.mark.migrates
def test_the_migrations_leave_every_raw_table_in_one_range_that_takes_any_row(
    server_database: Database,
) -> None:
    for table in partitions.RAW_TABLES:
        assert names(server_database, table) == ["p_ahead"]
    write(server_database, 0, first_second(dt.date(2199, 1, 1)))


@pytest.mark.slow
@pytest.mark.mariadb
def test_months_are_made_from_the_one_before_to_three_ahead(server_database: Database) -> None:
    assert keep(server_database) == 5 * len(partitions.RAW_TABLES)
    months = ["p202607", "p202608", "p202609", "p202610", "p202611"]
    for table in partitions.RAW_TABLES:
        assert names(server_database, table) == ["p_before", *months, "p_ahead"]
    with server_database.read() as connection:
        assert partitions.last_month(connection) == dt.date(2026, 11, 1)
    assert keep(server_database) == 0
    assert keep(server_database, dt.datetime(2026, 9, 1, tzinfo=dt.UTC)) == len(partitions.RAW_TABLES)
    assert names(server_database, FeedPoll)[-2:] == ["p202612", "p_ahead"]


@pytest.mark.mariadb
def test_rows_that_were_there_get_the_months_they_are_of(server_database: Database) -> None:
    """Borders too: a month's first and last second are its own; a row of 1970 is of no month."""
    june = dt.date(2026, 6, 1)
    write(
        server_database,
        5,
        first_second(june) - 1,
        first_second(june),
        first_second(plus_months(june, 1)) - 1,
        first_second(plus_months(AUGUST, 1)) - 1,
    )
    keep(server_database)
    wanted = {"p_before": 1, "p202605": 1, "p202606": 2, "p202608": 1}
    for table in partitions.RAW_TABLES:
        found = counts(server_database, table)
        assert found == wanted, table
        assert names(server_database, table)[1] == "p202605"


@pytest.mark.slow
@pytest.mark.mariadb
def test_older_rows_written_later_get_months_and_so_does_an_import_ahead_of_its_rows(
    server_database: Database,
) -> None:
    keep(server_database)
    write(server_database, first_second(dt.date(2026, 3, 9)))
    assert counts(server_database, QueueData) == {"p_before": 1}
    assert keep(server_database) == 4 * len(partitions.RAW_TABLES)
    assert counts(server_database, QueueData) == {"p202603": 1}
    since = first_second(dt.date(2025, 12, 24))
    with server_database.read() as connection:
        assert not partitions.reaches_back_to(connection, since)
    assert keep(server_database, since=since) == 3 * len(partitions.RAW_TABLES)
    with server_database.read() as connection:
        assert partitions.reaches_back_to(connection, since)
        assert not partitions.reaches_back_to(connection, first_second(dt.date(2025, 11, 30)))


@pytest.mark.mariadb
def test_rows_past_the_last_month_are_taken_in_and_moved_when_their_month_is_made(
    server_database: Database,
) -> None:
    keep(server_database)
    later = first_second(dt.date(2027, 2, 3))
    write(server_database, later)
    assert counts(server_database, RideStatusSnapshot) == {"p_ahead": 1}
    keep(server_database, dt.datetime(2027, 2, 3, tzinfo=dt.UTC))
    assert counts(server_database, RideStatusSnapshot) == {"p202702": 1}


@pytest.mark.slow
@pytest.mark.mariadb
def test_making_months_may_be_broken_off_at_any_statement(
    server_database: Database, mariadb_server: MariaDBServer
) -> None:
    instants = [first_second(month) for month in months_between(dt.date(2026, 4, 1), AUGUST)]
    write(server_database, *instants)
    kills = in_pieces(server_database, lambda: keep(server_database))
    assert kills >= len(partitions.RAW_TABLES)
    undisturbed = Database(mariadb_server.create_schema("partitions_undisturbed"))
    schema.upgrade(undisturbed)
    seed(undisturbed, {1: 1})
    write(undisturbed, *instants)
    keep(undisturbed)
    assert schema_text(server_database) == schema_text(undisturbed)
    for table in partitions.RAW_TABLES:
        assert counts(server_database, table) == counts(undisturbed, table)
    undisturbed.dispose()


@pytest.mark.mariadb
def test_the_way_back_keeps_every_row(server_database: Database) -> None:
    write(server_database, *(first_second(month) for month in months_between(dt.date(2026, 4, 1), AUGUST)))
    keep(server_database)
    schema.downgrade(server_database, "0014")
    assert names(server_database, RideStatusSnapshot) == ["p_ahead"]
    assert names(server_database, FeedPoll) == []
    with server_database.read() as connection:
        for table in partitions.RAW_TABLES:
            assert connection.scalar(select(func.count()).select_from(table)) == 4
    schema.upgrade(server_database)
    keep(server_database)
    assert counts(server_database, FeedPoll) == {"p202604": 1, "p202605": 1, "p202606": 1, "p202607": 1}


@pytest.mark.mariadb
def test_too_few_months_ahead_are_named_until_the_job_has_run(server_database: Database) -> None:
    def problem(now: dt.datetime) -> str | None:
        with server_database.read() as connection:
            return partitions.problem(connection, now)

    assert problem(NOW) == "the daily job makes 3 monthly partitions ahead, but there are none"
    make_partitions(server_database, FixedClock(NOW))
    assert problem(NOW) is None
    assert problem(dt.datetime(2026, 9, 30, tzinfo=dt.UTC)) is None
    later = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    assert problem(later) == "the daily job makes 3 monthly partitions ahead, but they reach to 2026-11"
    make_partitions(server_database, FixedClock(later))
    assert problem(later) is None


def test_sqlite_has_no_partitions_and_the_calls_do_nothing(sqlite_database: Database) -> None:
    before = schema_text(sqlite_database)
    assert keep(sqlite_database) == 0
    with sqlite_database.write() as connection:
        assert partitions.layout(connection, FeedPoll) == []
        assert partitions.reaches_back_to(connection, 0)
        assert partitions.last_month(connection) is None
        assert partitions.problem(connection, NOW) is None
    assert schema_text(sqlite_database) == before
