"""Storage: measured once a day, reported with growth, projection, ways of keeping rows, and problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.disks import Disk, StorageAlert
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.retention import Retention
from hallofshame.domain.rules import DAY_SECONDS
from hallofshame.domain.storage import (
    HistorySize,
    MonthSize,
    Projection,
    StorageLimits,
    Strategy,
    TableSize,
    projected,
    strategies,
)
from hallofshame.pipeline.disks import disks_of
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.storage_alerts import storage_alerts
from hallofshame.store import findings, sizes, space, storage_metrics
from hallofshame.store.database import Database
from hallofshame.store.history.sealed import DATASETS, sealed_files
from hallofshame.store.history.shelves import Shelf
from hallofshame.store.storage_metrics import FILE, HISTORY, TABLE, WHOLE, Metric

TABLE_OF: Mapping[str, str] = dict(
    zip(
        DATASETS,
        ("ride_status_snapshots", "queue_data", "park_activity_snapshots", "feed_polls"),
        strict=True,
    )
)
"""The table that each data set of the history is sealed from."""

LEAST_DAYS_APART = 1.0
"""Two measurements closer than this say nothing about growth."""


@dataclass(frozen=True, slots=True)
class MeasuredTotal:
    """Bytes of all tables and all history files at one measurement; instants in Unix seconds."""

    measured_at: int
    database_bytes: int
    history_bytes: int


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth per day: ``database_bytes`` and ``history_bytes`` by the rows of the last full UTC days.

    ``days`` is how many of them there were (at most seven), null where the record is younger than a day.
    ``measured_bytes`` is the database's growth per day between the first and the last measurement of the
    last 30 days, imports and retention included; null before there are two a day apart.
    """

    days: int | None
    database_bytes: int
    history_bytes: int | None
    rows: int
    measured_bytes: int | None
    unknown_tables: tuple[str, ...]
    """Tables whose growth is not known yet."""


@dataclass(frozen=True, slots=True)
class StorageReport:
    """All that ``hallofshame storage`` and the admin API say; instants in Unix seconds.

    ``file_bytes`` is the SQLite file, ``reusable_bytes`` what is free in it; null and 0 on a server.
    """

    measured_at: int
    dialect: str
    history_place: str
    tables: tuple[TableSize, ...]
    history: tuple[HistorySize, ...]
    months: tuple[MonthSize, ...]
    file_bytes: int | None
    reusable_bytes: int
    disks: tuple[Disk, ...]
    growth: Growth
    retention: Retention
    projections: tuple[Projection, ...]
    strategies: tuple[Strategy, ...]
    alerts: tuple[StorageAlert, ...]

    @property
    def database_bytes(self) -> int:
        """Bytes of all tables with their indexes."""
        return sum(table.bytes for table in self.tables)

    @property
    def history_bytes(self) -> int:
        """Bytes of all sealed files in force."""
        return sum(part.bytes for part in self.history)


def measure_storage(
    database: Database, clock: Clock, shelf: Shelf, keep: Retention, limits: StorageLimits
) -> StorageReport:
    """Measure tables and files, keep the sizes, and note or resolve findings; returns the report."""
    with job_run(database, clock, JobType.STORAGE) as run:
        now = to_unix(clock.now())
        with database.read() as connection:
            metrics = _measure(connection, now)
        run.rows_written = database.run(lambda connection: storage_metrics.keep(connection, metrics, now))
        report = storage_report(database, clock, shelf, keep, limits)
        assert report is not None  # noqa: S101 - measured above
        found = [(None, Finding(alert.kind, alert.subject, alert.text)) for alert in report.alerts]
        database.run(lambda connection: findings.record_all_of(connection, StorageAlert.KINDS, found, now))
        run.detail = (
            f"{report.database_bytes} bytes in the database, {report.history_bytes} in history files; "
            f"{counted(len(report.alerts), 'finding')}"
        )
    return report


def storage_report(
    database: Database, clock: Clock, shelf: Shelf, keep: Retention, limits: StorageLimits
) -> StorageReport | None:
    """The latest measurement and all that follows from it; ``None`` before the first one.

    Reads some thousand small rows and asks the disks; measures nothing.
    """
    now = to_unix(clock.now())
    with database.read() as connection:
        found = storage_metrics.latest(connection)
        if found is None:
            return None
        measured_at, metrics = found
        tables = _tables(connection, measured_at, metrics)
        history = _history(metrics, tables)
        months = (*_sealed(connection), *_database_months(metrics))
        growth = _growth(tables, history, metrics, measured_totals(connection, now - 30 * DAY_SECONDS))
        file_size = next((each.byte_count for each in metrics if each.place == FILE), None)
        reusable = space.reusable_bytes(connection)
        disks = disks_of(database, shelf, sum(part.bytes for part in history))
        alerts = storage_alerts(connection, now, keep, limits, disks, _by_place(growth), months)
    return StorageReport(
        measured_at,
        database.dialect,
        shelf.place,
        tuple(tables),
        tuple(history),
        months,
        file_size,
        reusable,
        tuple(disks),
        growth,
        keep,
        projected(tables, history, keep),
        strategies(tables, history, keep),
        tuple(alerts),
    )


def measured_totals(connection: Connection, since: int = 0) -> list[MeasuredTotal]:
    """How large everything was at each measurement from ``since`` (Unix seconds) on, in order."""
    by_time: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for at, place, size in storage_metrics.totals(connection):
        if at >= since:
            by_time[at][place] = size
    return [MeasuredTotal(at, found.get(TABLE, 0), found.get(HISTORY, 0)) for at, found in by_time.items()]


def _measure(connection: Connection, now: int) -> list[Metric]:
    tables = sizes.measure_tables(connection, now)
    months = sizes.measure_months(connection, tables)
    found = [
        Metric(
            TABLE,
            each.name,
            WHOLE,
            each.rows,
            each.bytes,
            each.index_bytes,
            each.recent_rows,
            each.recent_days,
            each.oldest_at,
            each.rows_estimated,
            each.bytes_estimated,
        )
        for each in tables
    ]
    found += [
        Metric(
            TABLE,
            month.name,
            month.month,
            month.rows,
            month.bytes,
            rows_estimated=month.rows_estimated,
            bytes_estimated=month.bytes_estimated,
        )
        for month in months
    ]
    sealed = _sealed(connection)
    for dataset in DATASETS:
        files = [month for month in sealed if month.name == dataset]
        rows, size = sum(month.rows for month in files), sum(month.bytes for month in files)
        found.append(Metric(HISTORY, dataset, WHOLE, rows, size))
    file_size = sizes.file_bytes(connection)
    if file_size is not None:
        found.append(Metric(FILE, "database", WHOLE, None, file_size))
    return found


def _sealed(connection: Connection) -> list[MonthSize]:
    """Rows and bytes of the files of each month and data set, in order."""
    sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for file in sealed_files(connection):
        part = sums[f"{file.period.month:%Y-%m}", file.dataset]
        part[0] += file.rows
        part[1] += file.bytes
    return [
        MonthSize(month, HISTORY, name, rows, size) for (month, name), (rows, size) in sorted(sums.items())
    ]


def _database_months(metrics: Sequence[Metric]) -> list[MonthSize]:
    return [
        MonthSize(
            each.month,
            "database",
            each.name,
            each.row_count or 0,
            each.byte_count or 0,
            each.rows_estimated,
            each.bytes_estimated,
        )
        for each in metrics
        if each.place == TABLE and each.month != WHOLE
    ]


def _tables(connection: Connection, measured_at: int, metrics: Sequence[Metric]) -> list[TableSize]:
    """The tables with their growth: by their last full days, else since an earlier measurement."""
    earlier = storage_metrics.latest(connection, measured_at - round(LEAST_DAYS_APART * DAY_SECONDS) + 1)
    before = {each.name: each for each in earlier[1] if each.place == TABLE} if earlier else {}
    days = (measured_at - earlier[0]) / DAY_SECONDS if earlier else 0.0
    found = []
    for each in metrics:
        if each.place != TABLE or each.month != WHOLE:
            continue
        rate: float | None = None
        if each.recent_days:
            rate = (each.recent_rows or 0) / each.recent_days
        elif each.name in before:
            rate = max(0, (each.row_count or 0) - (before[each.name].row_count or 0)) / days
        found.append(
            TableSize(
                each.name,
                each.row_count or 0,
                each.byte_count or 0,
                each.index_bytes,
                rate,
                None if each.oldest_at is None else max(0.0, (measured_at - each.oldest_at) / DAY_SECONDS),
                each.rows_estimated,
                each.bytes_estimated,
            )
        )
    return sorted(found, key=lambda table: (-table.bytes, table.name))


def _history(metrics: Sequence[Metric], tables: Sequence[TableSize]) -> list[HistorySize]:
    rates = {table.name: table.rows_per_day for table in tables}
    return [
        HistorySize(each.name, each.row_count or 0, each.byte_count or 0, rates.get(TABLE_OF[each.name]))
        for each in metrics
        if each.place == HISTORY and each.month == WHOLE
    ]


def _by_place(growth: Growth) -> dict[str, int]:
    return {"database": growth.database_bytes, "history": growth.history_bytes or 0}


def _growth(
    tables: Sequence[TableSize],
    history: Sequence[HistorySize],
    metrics: Sequence[Metric],
    totals: Sequence[MeasuredTotal],
) -> Growth:
    measured = None
    if len(totals) > 1:
        apart = (totals[-1].measured_at - totals[0].measured_at) / DAY_SECONDS
        if apart >= LEAST_DAYS_APART:
            measured = round((totals[-1].database_bytes - totals[0].database_bytes) / apart)
    is_sealed = any(part.bytes for part in history)
    return Growth(
        days=max((each.recent_days for each in metrics if each.recent_days), default=None),
        database_bytes=round(sum(table.bytes_per_day or 0.0 for table in tables)),
        history_bytes=round(sum(part.bytes_per_day or 0.0 for part in history)) if is_sealed else None,
        rows=round(sum(table.rows_per_day or 0.0 for table in tables)),
        measured_bytes=measured,
        unknown_tables=tuple(table.name for table in tables if table.rows and table.rows_per_day is None),
    )
