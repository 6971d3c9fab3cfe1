"""Retention by whole partitions: what others write or hold meanwhile is never lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import select

from hallofshame.pipeline import retention
from hallofshame.pipeline.partitioning import make_partitions
from hallofshame.store import dropping_partitions, partitions, raw, schema
from hallofshame.store.database import Database
from hallofshame.store.history import ledger
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import Base, FeedPoll, RideStatusSnapshot
from pipeline.sealed import LATER, at, observations, sealed_in, whole, write_record
from pipeline.test_retention import AUGUST, drop, rows_before
from support.mariadb import MariaDBServer

pytestmark = pytest.mark.mariadb


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "history"


@pytest.fixture
def record(mariadb_server: MariaDBServer, tmp_path: Path) -> Iterator[Database]:
    """Raw rows of two months in monthly partitions, none of them sealed; no test before left partitions."""
    database = Database(mariadb_server.create_schema(f"retention_{tmp_path.name}"))
    schema.upgrade(database)
    write_record(database)
    make_partitions(database, LATER)
    yield database
    database.dispose()


@pytest.fixture
def others(record: Database) -> Iterator[Database]:
    """Another host at the same database."""
    database = Database(record.engine.url.render_as_string(hide_password=False))
    yield database
    database.dispose()


def of_everything(database: Database, folder: Path) -> pl.DataFrame:
    """All observations, of files and database together."""
    with database.read() as connection:
        found = History(FolderShelf(folder)).observations(connection, [1, 2], 0, None)
    return found.sort(DATASETS["snapshots"].order)


def months_of(database: Database, table: type[Base]) -> list[dt.date]:
    with database.read() as connection:
        return [part.month for part in partitions.layout(connection, table) if part.month is not None]


def test_a_sealed_month_goes_with_its_partition_and_older_rows_have_a_place_still(
    record: Database, folder: Path
) -> None:
    sealed_in(record, folder)
    before = whole(record, "snapshots")
    (month,) = drop(record, folder).months
    assert (month.month, month.kept_because) == (AUGUST, None)
    assert_frame_equal(of_everything(record, folder), before)
    for table in retention.RAW_TABLES:
        assert rows_before(record, table, at(4)) == 0
        assert AUGUST not in months_of(record, table)
    # Looks at a park stay as long as hours.
    assert AUGUST in months_of(record, retention.PAGE_TABLES[0])
    with record.write() as connection:
        raw.insert_snapshots(connection, observations({1: [1001]}, range(1)))
    with record.read() as connection:
        assert partitions.layout(connection, RideStatusSnapshot)[0].name == partitions.BEFORE
    assert rows_before(record, RideStatusSnapshot, at(4)) == 48


def test_rows_written_just_before_the_tables_are_locked_keep_their_month(
    record: Database, others: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer commits between the last look at the marks and the lock."""
    sealed_in(record, folder)
    late = observations({1: [1001]}, range(1, 2)).with_columns(observed_at=pl.col("observed_at") + 7)
    wanted = pl.concat([whole(record, "snapshots"), late]).sort(DATASETS["snapshots"].order)
    drop_month = dropping_partitions.drop_month

    def after_a_writer(*given: Any) -> str | None:
        with others.write() as other:
            raw.insert_snapshots(other, late)
        return drop_month(*given)

    with monkeypatch.context() as patched:
        patched.setattr(dropping_partitions, "drop_month", after_a_writer)
        (month,) = drop(record, folder).months
    assert "were written after it was sealed" in str(month.kept_because)
    assert_frame_equal(whole(record, "snapshots"), wanted)
    sealed_in(record, folder)
    assert drop(record, folder).rows > 0
    assert_frame_equal(of_everything(record, folder), wanted)


def test_a_run_that_is_broken_off_between_two_tables_is_ended_by_the_next(
    record: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_in(record, folder)
    before = whole(record, "snapshots")

    def broken_off(_connection: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retention, "RAW_TABLES", (RideStatusSnapshot,))
        patched.setattr(dropping_partitions, "remove_empty_months", broken_off)
        with pytest.raises(KeyboardInterrupt):
            drop(record, folder)
    assert rows_before(record, RideStatusSnapshot, at(4)) == 0
    assert rows_before(record, FeedPoll, at(4)) > 0
    assert_frame_equal(of_everything(record, folder), before)
    (month,) = drop(record, folder).months
    assert month.rows.keys() == {"feed_polls"}
    assert rows_before(record, FeedPoll, at(4)) == 0
    assert AUGUST not in months_of(record, RideStatusSnapshot)
    assert_frame_equal(of_everything(record, folder), before)


@pytest.mark.slow
def test_a_table_that_another_session_holds_is_named_and_its_month_stays(
    record: Database, others: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_in(record, folder)
    before = whole(record, "snapshots")
    monkeypatch.setattr(dropping_partitions, "LOCK_WAIT_SECONDS", 1)
    with others.read() as reader:
        assert reader.scalar(select(RideStatusSnapshot.park_id).limit(1)) is not None
        (month,) = drop(record, folder).months
    assert "another session holds one of ride_status_snapshots, feed_polls" in str(month.kept_because)
    assert "1 open transaction: connection " in str(month.kept_because)
    assert_frame_equal(whole(record, "snapshots"), before)
    assert drop(record, folder).rows > 0
    assert_frame_equal(of_everything(record, folder), before)


def test_a_month_that_shares_its_partition_stays(
    record: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_in(record, folder)
    monkeypatch.setattr(dropping_partitions, "has_month", lambda *_given: False)
    (month,) = drop(record, folder).months
    assert "has no partition of that month yet; run: hallofshame db upgrade" in str(month.kept_because)
    with record.read() as connection:
        assert ledger.dropped_months(connection) == {}
