"""Retention: what leaves the database is in verified files, and every statistic stays the same."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import func, select, update

from hallofshame.clock import FixedClock
from hallofshame.domain.retention import Retention
from hallofshame.pipeline import retention
from hallofshame.pipeline.partitioning import make_partitions
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.retention import RetainResult, retain
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import dropping, raw, space
from hallofshame.store.database import Database
from hallofshame.store.history import ledger
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import (
    Base,
    ParkActivitySnapshot,
    ParkDailyStats,
    ParkHourlyStats,
    RideHourlyStats,
    RideOutage,
    RideStatusSnapshot,
)
from hallofshame.store.observations import ObservationCache
from hallofshame.store.reports.findings import list_findings
from pipeline.sealed import DAYS, LATER, LOG, START, at, observations, sealed_in, whole, write_record
from pipeline.worlds import DERIVED, assert_same_rows, derived_rows
from support.copies import fill

AUGUST = dt.date(2025, 8, 1)
WINTER = FixedClock(dt.datetime(2025, 12, 10, tzinfo=dt.UTC))
"""August ended over 90 days ago, September did not."""

ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "history"


def seal_record(database: Database, folder: Path) -> None:
    write_record(database)
    roll_up(database, folder, mark=True)
    make_partitions(database, LATER)
    sealed_in(database, folder)


@pytest.fixture(scope="module")
def sealed_once(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an SQLite file and the history of :func:`sealed`, to copy."""
    made = tmp_path_factory.mktemp("sealed")
    shutil.copy(_migrated_sqlite, made / "sealed.db")
    database = Database(f"sqlite:///{made / 'sealed.db'}")
    seal_record(database, made / "history")
    database.dispose()
    return made


@pytest.fixture
def sealed(database: Database, folder: Path, sealed_once: Path) -> Database:
    """The record, rolled up and sealed."""
    if database.dialect == "sqlite":
        fill(database, sealed_once / "sealed.db")
        shutil.copytree(sealed_once / "history", folder)
    else:
        seal_record(database, folder)
    return database


def roll_up(database: Database, folder: Path, *, mark: bool = False) -> None:
    if mark:
        mark_range(database, LATER)
    cache = ObservationCache(History(FolderShelf(folder)))
    Rollup(database, LATER, LOG, cache).run()


def drop(
    database: Database, folder: Path, keep: Retention | None = None, clock: FixedClock = WINTER, **given: Any
) -> RetainResult:
    return retain(
        database, clock, LOG, FolderShelf(folder), keep or Retention(), sleep=lambda _seconds: None, **given
    )


def rows_before(database: Database, table: type[Base], instant: int) -> int:
    with database.read() as connection:
        at_column: Any = table.__table__.c.observed_at
        return connection.scalar(select(func.count()).where(at_column < instant)) or 0


@pytest.mark.slow
@pytest.mark.both_databases
def test_a_sealed_month_leaves_and_a_rebuild_from_its_files_gives_the_same_rows(
    sealed: Database, folder: Path
) -> None:
    before, raw_rows = derived_rows(sealed), {name: whole(sealed, name) for name in DATASETS}
    result = drop(sealed, folder)
    (month,) = result.months
    assert (month.month, month.kept_because) == (AUGUST, None)
    assert result.rows == sum(month.rows.values()) > 0
    for table in retention.RAW_TABLES:
        assert rows_before(sealed, table, at(4)) == 0, table
        assert rows_before(sealed, table, at(DAYS)) > 0, table
    # The looks at a park stay with the hours, beside which pages read them.
    assert rows_before(sealed, ParkActivitySnapshot, at(4)) > 0
    with sealed.read() as connection:
        assert list(ledger.dropped_months(connection)) == [AUGUST]
        for name, dataset in DATASETS.items():
            found = History(FolderShelf(folder)).rows(connection, dataset, [1, 2], 0, None)
            assert_frame_equal(found.sort(dataset.order), raw_rows[name])
    with sealed.write() as connection:
        for model in DERIVED:
            connection.execute(model.__table__.delete())  # type: ignore[attr-defined]
    roll_up(sealed, folder, mark=True)
    assert before["ride_daily_stats"].height
    assert_same_rows(derived_rows(sealed), before)
    assert drop(sealed, folder).months == []


def test_a_dry_run_says_what_would_go_and_changes_nothing(sealed: Database, folder: Path) -> None:
    before = {name: whole(sealed, name) for name in DATASETS}
    planned = drop(sealed, folder, dry_run=True)
    for name, rows in before.items():
        assert_frame_equal(whole(sealed, name), rows)
    with sealed.read() as connection:
        assert ledger.dropped_months(connection) == {}
    assert drop(sealed, folder).months == planned.months


def test_a_month_that_is_not_sealed_stays_whatever_its_age(sqlite_database: Database, folder: Path) -> None:
    write_record(sqlite_database)
    result = drop(sqlite_database, folder)
    assert [month.kept_because for month in result.months] == [
        "it has no month file of snapshots, queues, cycles, polls; run: hallofshame seal"
    ]
    assert result.failure is None
    assert rows_before(sqlite_database, RideStatusSnapshot, at(4)) > 0


def test_for_ever_means_for_ever_and_young_months_stay(sealed: Database, folder: Path) -> None:
    assert drop(sealed, folder, Retention(raw_days=None)).months == []
    november = FixedClock(dt.datetime(2025, 11, 29, tzinfo=dt.UTC))
    assert drop(sealed, folder, clock=november).months == []
    assert rows_before(sealed, RideStatusSnapshot, at(4)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["missing", "cut", "damaged"])
def test_a_file_that_cannot_be_read_keeps_its_month_in_the_database(
    sealed: Database, folder: Path, harm: str
) -> None:
    (file,) = folder.glob("2025-08.polls.*")
    content = file.read_bytes()
    if harm == "missing":
        file.unlink()
    else:
        file.write_bytes(content[:-1] if harm == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    before = {name: whole(sealed, name) for name in DATASETS}
    result = drop(sealed, folder)
    (month,) = result.months
    word = {"missing": "is missing", "cut": "bytes instead of", "damaged": "is damaged"}[harm]
    assert word in str(month.kept_because)
    assert "hallofshame seal --again 2025-08" in str(month.kept_because)
    assert result.failure is not None
    for name, rows in before.items():
        assert_frame_equal(whole(sealed, name), rows)
    with sealed.read() as connection:
        assert [found.kind for found in list_findings(connection)] == ["not_dropped"]
    sealed_in(sealed, folder)
    file.write_bytes(content)
    assert drop(sealed, folder).rows > 0


@pytest.mark.slow
@pytest.mark.both_databases
def test_late_rows_keep_their_month_until_they_are_sealed_too(sealed: Database, folder: Path) -> None:
    late = observations({1: [1001]}, range(1, 2)).with_columns(observed_at=pl.col("observed_at") + 7)
    with sealed.write() as connection:
        raw.insert_snapshots(connection, late)
    (month,) = drop(sealed, folder).months
    assert "were written after it was sealed" in str(month.kept_because)
    wanted = whole(sealed, "snapshots")
    sealed_in(sealed, folder)
    assert drop(sealed, folder).rows > 0
    with sealed.read() as connection:
        found = History(FolderShelf(folder)).observations(connection, [1, 2], 0, None)
    assert_frame_equal(found.sort(DATASETS["snapshots"].order), wanted)


@pytest.mark.slow
@pytest.mark.both_databases
def test_a_row_that_no_file_holds_is_found_kept_and_sealed_next(sealed: Database, folder: Path) -> None:
    """A write that forgot its mark: the row is in the database alone, or differs from the file's."""
    table = RideStatusSnapshot
    with sealed.write() as connection:
        one = connection.execute(
            update(table).where(table.park_id == 1, table.observed_at == at(1, 20)).values(wait_minutes=599)
        )
        assert one.rowcount
    wanted = whole(sealed, "snapshots")
    result = drop(sealed, folder)
    assert "are not in its history files" in str(result.months[0].kept_because)
    assert_frame_equal(whole(sealed, "snapshots"), wanted)
    sealed_in(sealed, folder)
    assert drop(sealed, folder).rows > 0
    with sealed.read() as connection:
        found = History(FolderShelf(folder)).observations(connection, [1, 2], 0, None)
    assert_frame_equal(found.sort(DATASETS["snapshots"].order), wanted)


@pytest.mark.slow
def test_a_month_with_dirty_days_and_an_open_outage_may_go(sealed: Database, folder: Path) -> None:
    mark_range(sealed, LATER, end=AUGUST + 30 * ONE_DAY)
    with sealed.read() as connection:
        outages = connection.execute(select(RideOutage.ride_id, RideOutage.started_at)).all()
    before = derived_rows(sealed)
    assert drop(sealed, folder).rows > 0
    roll_up(sealed, folder)
    assert_same_rows(derived_rows(sealed), before)
    with sealed.read() as connection:
        assert connection.execute(select(RideOutage.ride_id, RideOutage.started_at)).all() == outages
    assert outages


@pytest.mark.slow
@pytest.mark.both_databases
def test_hours_go_after_three_years_and_their_days_stay_as_they_are(sealed: Database, folder: Path) -> None:
    before = derived_rows(sealed)
    later = FixedClock(START + dt.timedelta(days=1096 + 5))
    planned = drop(sealed, folder, clock=later, dry_run=True)
    result = drop(sealed, folder, clock=later)
    assert result.hourly == planned.hourly
    assert (result.hourly.park_days, result.hourly.unequal) == (10, 0)
    after = derived_rows(sealed)
    hourly = {RideHourlyStats.__tablename__, ParkHourlyStats.__tablename__}
    assert_same_rows(
        {name: rows for name, rows in after.items() if name not in hourly},
        {name: rows for name, rows in before.items() if name not in hourly},
    )
    for name in hourly:
        gone = before[name].height - after[name].height
        assert 0 < gone < before[name].height
        assert_frame_equal(after[name], before[name].filter(pl.col("day") >= START.date() + 5 * ONE_DAY))
    assert drop(sealed, folder, clock=later).hourly.rows == 0
    roll_up(sealed, folder, mark=True)
    assert_same_rows(derived_rows(sealed), before)


def test_hours_that_do_not_add_up_and_days_still_to_be_computed_keep_them(
    sqlite_database: Database, folder: Path
) -> None:
    write_record(sqlite_database)
    roll_up(sqlite_database, folder, mark=True)
    first, second = START.date(), START.date() + ONE_DAY
    with sqlite_database.write() as connection:
        days = ParkDailyStats
        connection.execute(
            update(days).where(days.park_id == 1, days.day == first).values(downtime=days.downtime + 1)
        )
    mark_range(sqlite_database, LATER, start=second, end=second, park_ids=[2])
    later = FixedClock(START + dt.timedelta(days=1096 + 2))
    hourly = drop(sqlite_database, folder, clock=later).hourly
    assert (hourly.park_days, hourly.waiting, hourly.unequal) == (2, 1, 1)
    assert hourly.failure is not None
    with sqlite_database.read() as connection:
        left = {
            (row.park_id, row.day)
            for row in connection.execute(
                select(ParkHourlyStats.park_id, ParkHourlyStats.day).where(ParkHourlyStats.day <= second)
            )
        }
    assert left == {(1, first), (2, second)}


def checkpointed_size(database: Database) -> int:
    """Bytes of the SQLite file with everything in it that was committed."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
    return database.files[0].stat().st_size


def test_sqlite_deletes_in_batches_with_pauses_and_gives_the_space_back(
    sqlite_database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, folder)
    monkeypatch.setattr(dropping, "BATCH_ROWS", 100)
    monkeypatch.setattr(space, "PAGES_AT_ONCE", 3)
    pauses: list[float] = []
    size = checkpointed_size(sqlite_database)
    result = retain(
        sqlite_database, WINTER, LOG, FolderShelf(folder), Retention(), sleep=lambda s: pauses.append(s)
    )
    assert len(pauses) > result.rows / 100
    assert rows_before(sqlite_database, RideStatusSnapshot, at(4)) == 0
    assert result.freed_bytes > 0
    assert result.reusable_bytes == 0
    assert checkpointed_size(sqlite_database) <= size - result.freed_bytes / 2


def test_deleting_that_is_broken_off_goes_on_and_stops_for_late_rows(
    sqlite_database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, folder)
    wanted = whole(sqlite_database, "snapshots")
    monkeypatch.setattr(dropping, "BATCH_ROWS", 100)
    pauses = 0

    def broken_off(_seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        retain(sqlite_database, WINTER, LOG, FolderShelf(folder), Retention(), sleep=broken_off)
    late = observations({2: [2001]}, range(3, 4)).with_columns(observed_at=pl.col("observed_at") + 7)
    with sqlite_database.write() as connection:
        raw.insert_snapshots(connection, late)
    assert drop(sqlite_database, folder).rows == 0
    wanted = pl.concat([wanted, late]).sort(DATASETS["snapshots"].order)
    for _ in range(2):
        with sqlite_database.read() as connection:
            found = History(FolderShelf(folder)).observations(connection, [1, 2], 0, None)
        assert_frame_equal(found.sort(DATASETS["snapshots"].order), wanted)
        sealed_in(sqlite_database, folder)
        assert drop(sqlite_database, folder).failure is None
