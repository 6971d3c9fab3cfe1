"""Storage: what is measured and kept, what growth and projection come to, and what becomes a finding."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import namedtuple
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.disks import Disk, disk_alerts
from hallofshame.domain.retention import Retention
from hallofshame.domain.storage import (
    GIGABYTE,
    HistorySize,
    Keeping,
    StorageLimits,
    TableSize,
    projected,
    strategies,
)
from hallofshame.pipeline.partitioning import make_partitions
from hallofshame.pipeline.storage import StorageReport, measure_storage, storage_report
from hallofshame.store import partitions
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import StorageMetric
from hallofshame.store.reports.findings import FindingState, list_findings
from pipeline.sealed import CADENCE, DAYS, LATER, START, drop_sql, sealed_in, write_record

SLOTS = 86_400 // CADENCE
NO_LIMITS = StorageLimits(free_percent=0, days_left=0)
NOON = FixedClock(START + dt.timedelta(days=DAYS, hours=12))


def measured(
    database: Database,
    folder: Path,
    clock: FixedClock = NOON,
    keep: Retention | None = None,
    limits: StorageLimits = NO_LIMITS,
) -> StorageReport:
    return measure_storage(database, clock, FolderShelf(folder), keep or Retention(), limits)


@pytest.fixture
def record(database: Database, tmp_path: Path) -> Database:
    write_record(database)
    make_partitions(database, LATER)
    analyse(database)
    sealed_in(database, tmp_path / "history")
    return database


def analyse(database: Database) -> None:
    """Have a server count anew now: it does so by itself at some later moment."""
    if database.dialect != "sqlite":
        with database.engine.connect() as connection:
            for table in partitions.RAW_TABLES:
                connection.exec_driver_sql(f"ANALYZE TABLE {table.__tablename__}").close()


@pytest.mark.both_databases
def test_a_report_has_tables_files_months_growth_and_what_is_to_come(
    record: Database, tmp_path: Path
) -> None:
    report = measured(record, tmp_path / "history")
    tables = {table.name: table for table in report.tables}
    looks = tables["ride_status_snapshots"]
    assert looks.rows_per_day == 6 * SLOTS
    assert looks.keeping is Keeping.RAW
    assert report.database_bytes == sum(table.bytes for table in report.tables) > 100_000
    history = {part.name: part for part in report.history}
    on_disk = sum(file.stat().st_size for file in (tmp_path / "history").glob("*.parquet"))
    assert report.history_bytes == on_disk
    in_files = [month for month in report.months if (month.place, month.name) == ("history", "snapshots")]
    # August is one file, of September the first days have one each.
    assert [(month.month, month.rows) for month in in_files] == [
        ("2025-08", 4 * SLOTS * 6),
        ("2025-09", history["snapshots"].rows - 4 * SLOTS * 6),
    ]
    in_sql = {month.month for month in report.months if month.place == "database" and month.rows}
    assert in_sql == {"2025-08", "2025-09"}
    assert report.growth.days == 7
    assert report.growth.rows >= 6 * SLOTS
    assert 0 < (report.growth.history_bytes or 0) < report.growth.database_bytes
    assert [each.years for each in report.projections] == [1, 3, 5, 10]
    assert [strategy.is_set for strategy in report.strategies] == [False, True, False]
    assert report.alerts == ()
    again = storage_report(record, NOON, FolderShelf(tmp_path / "history"), Retention(), NO_LIMITS)
    assert again is not None
    assert replace(again, disks=()) == replace(report, disks=())


def test_before_the_first_measurement_there_is_no_report(sqlite_database: Database, tmp_path: Path) -> None:
    shelf = FolderShelf(tmp_path / "history")
    assert storage_report(sqlite_database, NOON, shelf, Retention(), NO_LIMITS) is None
    empty = measured(sqlite_database, tmp_path / "history")
    assert empty.history_bytes == 0
    assert all(each.history_bytes is None for each in empty.projections)


@pytest.mark.slow
@pytest.mark.both_databases
def test_two_measurements_tell_the_growth_of_tables_without_days_and_months_are_kept_once(
    record: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "history"
    first = measured(record, folder)
    assert "rides" in first.growth.unknown_tables
    assert first.growth.measured_bytes is None
    later = FixedClock(NOON.instant + dt.timedelta(days=2))
    second = measured(record, folder, later)
    tables = {table.name: table for table in second.tables}
    assert tables["rides"].rows_per_day == 0
    assert "rides" not in second.growth.unknown_tables
    assert second.growth.measured_bytes is not None
    with record.read() as connection:
        table = StorageMetric
        of_months = connection.scalars(select(table.measured_at).where(table.month != "").distinct()).all()
        whole = connection.scalar(select(func.count(table.measured_at.distinct())))
    assert of_months == [second.measured_at]
    assert whole == 2


YEAR = 365.25
SNAPSHOTS = TableSize("ride_status_snapshots", 1000, 50_000, 0, rows_per_day=100.0, oldest_days=10.0)
DAILY = TableSize("ride_daily_stats", 10, 1_000, 0, rows_per_day=1.0, oldest_days=10.0)
HOURS = TableSize("ride_hourly_stats", 730, 73_000, 0, rows_per_day=0.0, oldest_days=730.0)


def test_projection_by_hand() -> None:
    """100 looks a day of 50 bytes stay 90 days and their month; a row a day of 100 bytes stays for ever."""
    one, three, five, ten = projected(
        [SNAPSHOTS, DAILY], [HistorySize("snapshots", 1000, 500, 100.0)], Retention()
    )
    assert one.database_bytes == round(100 * 121 * 50 + 1_000 + YEAR * 100)
    assert ten.database_bytes == round(100 * 121 * 50 + 1_000 + 10 * YEAR * 100)
    assert one.history_bytes == round(500 + YEAR * 100 * 0.5)
    assert (three.years, five.years) == (3, 5)
    for_ever = projected([SNAPSHOTS], [], Retention(None, None))
    assert for_ever[0].database_bytes == round(50_000 + YEAR * 100 * 50)
    assert for_ever[0].history_bytes is None


def test_old_rows_leave_as_they_come_of_age_even_where_nothing_new_comes() -> None:
    """Two years of hours, kept three: after a year all are there, after three none."""
    one, three, *_ = projected([HOURS], [], Retention(None, 1096))
    assert one.database_bytes == 73_000
    assert three.database_bytes == pytest.approx(73_000 * 0.25 / 730, abs=10)
    mid, *_ = projected([HOURS], [], Retention(None, 730))
    assert mid.database_bytes == round(73_000 * (730 - YEAR) / 730)


def test_a_table_of_unknown_growth_stays_as_it_is() -> None:
    unknown = TableSize("rides", 10, 5_000, 0, rows_per_day=None)
    assert {each.database_bytes for each in projected([unknown], [], Retention())} == {5_000}
    assert unknown.bytes_per_day is None


def test_ways_of_keeping_rows_are_compared_with_the_settings_among_them() -> None:
    own = Retention(200, None)
    compared = strategies([SNAPSHOTS], [], own)
    assert [strategy.name for strategy in compared if strategy.is_set] == ["as set"]
    sizes = {strategy.name: strategy.projections[-1].database_bytes for strategy in compared}
    assert sizes["shortest"] < sizes["default"] < sizes["as set"] < sizes["everything in the database"]
    assert [each.is_set for each in strategies([], [], Retention(None, None))] == [True, False, False]


@pytest.mark.parametrize(
    ("free_gb", "limits", "growth_gb", "kinds"),
    [
        (50, StorageLimits(), 0.0, []),
        (9, StorageLimits(), 0.0, ["disk_nearly_full"]),
        (50, StorageLimits(), 0.6, ["disk_fills_up"]),
        (50, StorageLimits(days_left=10), 0.6, []),
        (50, StorageLimits(free_percent=60), 0.0, ["disk_nearly_full"]),
        (50, StorageLimits(total_bytes=10 * GIGABYTE), 0.0, []),
        (50, StorageLimits(total_bytes=10 * GIGABYTE), 0.1, ["storage_limit"]),
        (50, StorageLimits(total_bytes=5 * GIGABYTE), 0.0, ["storage_limit"]),
    ],
)
def test_disks_and_the_limit_are_problems_by_the_settings(
    free_gb: int, limits: StorageLimits, growth_gb: float, kinds: list[str]
) -> None:
    disk = Disk("/data", ("database", "history"), 100 * GIGABYTE, free_gb * GIGABYTE, 6 * GIGABYTE)
    growth = {"database": round(growth_gb * GIGABYTE), "history": 0}
    assert [alert.kind for alert in disk_alerts([disk], limits, growth)] == kinds


def test_a_disk_fills_by_the_growth_of_what_it_holds() -> None:
    disk = Disk("/history", ("history",), 100 * GIGABYTE, 50 * GIGABYTE, GIGABYTE)
    assert disk_alerts([disk], StorageLimits(), {"database": 10 * GIGABYTE, "history": 1}) == []


def test_a_full_disk_is_a_finding_until_there_is_room(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(100 * GIGABYTE, 99 * GIGABYTE, GIGABYTE))
    (alert,) = measured(sqlite_database, tmp_path, limits=StorageLimits()).alerts
    assert (alert.kind, "1.0 GB (1 %)" in alert.text) == ("disk_nearly_full", True)

    def states() -> list[tuple[str, Any, int]]:
        with sqlite_database.read() as connection:
            return [(row.state, row.resolved_at, row.occurrences) for row in list_findings(connection)]

    assert states() == [(FindingState.OPEN, None, 1)]
    monkeypatch.undo()
    measured(sqlite_database, tmp_path)
    resolved = round(NOON.instant.timestamp())
    assert states() == [(FindingState.RESOLVED, resolved, 1)]


@pytest.mark.slow
def test_a_month_that_nobody_seals_and_rows_that_do_not_leave_are_problems(
    database: Database, tmp_path: Path
) -> None:
    write_record(database)
    make_partitions(database, LATER)
    analyse(database)
    folder = tmp_path / "history"

    def kinds(days: int, keep: Retention | None = None) -> list[tuple[str, str]]:
        clock = FixedClock(dt.datetime(2025, 9, 1, tzinfo=dt.UTC) + dt.timedelta(days=days))
        report = measured(database, folder, clock, keep)
        return [(alert.kind, alert.subject) for alert in report.alerts if "disk" not in alert.kind]

    assert kinds(8) == []
    assert kinds(10) == [("month_not_sealed", "2025-08")]
    sealed_in(database, folder)
    assert kinds(10) == []
    assert kinds(96) == [("month_not_sealed", "2025-09")]
    assert kinds(98) == [("month_not_sealed", "2025-09"), ("rows_overdue", "2025-08")]
    assert kinds(98, Retention(None, None)) == [("month_not_sealed", "2025-09")]
    drop_sql(database, round(dt.datetime(2025, 9, 1, tzinfo=dt.UTC).timestamp()))
    if database.dialect == "sqlite":
        assert kinds(98) == [("month_not_sealed", "2025-09")]
