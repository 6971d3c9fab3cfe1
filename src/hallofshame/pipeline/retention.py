"""Retention: raw rows leave the SQL store once they are sealed and verified, hours once they are old."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import StorageError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import ONE_DAY, to_unix
from hallofshame.domain.months import month_of, months_between, plus_months
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.retention import Retention
from hallofshame.domain.rules import DAY_SECONDS
from hallofshame.pipeline.hourly_retention import HourlyResult, drop_hours
from hallofshame.pipeline.jobrun import job_run
from hallofshame.store import dropping, dropping_partitions, findings, partitions, space
from hallofshame.store.database import Database
from hallofshame.store.dropping_partitions import TableHeldError
from hallofshame.store.exclusive import run_alone
from hallofshame.store.history import formats, ledger, marks
from hallofshame.store.history.formats import DATASETS, Dataset
from hallofshame.store.history.periods import FilePeriod
from hallofshame.store.history.reading import History, sql_rows
from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.store.history.shelves import Shelf, remedy
from hallofshame.store.models import Base, FeedPoll, ParkActivitySnapshot, QueueData, RideStatusSnapshot

RAW_TABLES: tuple[type[Base], ...] = (RideStatusSnapshot, FeedPoll)
PAGE_TABLES: tuple[type[Base], ...] = (ParkActivitySnapshot, QueueData)
"""Raw tables that pages read of the past (looks, prices): they stay as long as hours."""

PARKS_AT_ONCE = 4
"""Parks whose month is compared with its file at a time, so that memory stays bounded."""

PAUSE_SHARE = 1.0
"""After a batch others get as long to write as the batch took: SQLite has one writer and no queue."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class MonthResult:
    """What became of the SQL rows of one UTC month; ``rows`` by table, ``kept_because`` where they stay."""

    month: dt.date
    rows: dict[str, int]
    kept_because: str | None = None
    is_bad: bool = False
    """Something is wrong with a file or a row: not merely a month that the next seal brings up to date."""


@dataclass
class RetainResult:
    """What retention did, or with a dry run would do."""

    dry_run: bool
    months: list[MonthResult] = field(default_factory=list)
    hourly: HourlyResult = field(default_factory=HourlyResult)
    freed_bytes: int = 0
    """Bytes given back to the file system."""
    reusable_bytes: int = 0
    """Bytes inside the database file that new rows take before it grows again."""

    @property
    def rows(self) -> int:
        """Raw rows that left, or would leave."""
        return sum(sum(month.rows.values()) for month in self.months if month.kept_because is None)

    @property
    def failure(self) -> str | None:
        """Why something that is due could not be dropped, if it needs a person."""
        bad = [month for month in self.months if month.is_bad]
        if bad:
            return f"the rows of {bad[0].month:%Y-%m} stay: {bad[0].kept_because}"
        return self.hourly.failure


def retain(
    database: Database,
    clock: Clock,
    log: logging.Logger,
    shelf: Shelf,
    keep: Retention,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> RetainResult:
    """Drop raw rows of sealed months and hourly rows that are older than ``keep`` says.

    Before a month goes, its files are read anew, their length and SHA-256 compared with the ledger, and every
    SQL row of it is looked for in them. A month that is not sealed, or whose file is missing, cut short or
    damaged, stays, with the reason. On a server whole partitions go; on SQLite rows go in short transactions
    with pauses, and free pages are given back to the file system where the file allows it. May be broken off
    anywhere and run again.

    :param dry_run: make every check and change nothing.
    """
    result = RetainResult(dry_run)
    if dry_run:
        _Retaining(database, clock, shelf, keep, result, progress, sleep).work()
        return result
    with job_run(database, clock, JobType.RETAIN) as run:
        _Retaining(database, clock, shelf, keep, result, progress, sleep).work()
        dropped = [month for month in result.months if month.kept_because is None]
        run.cover(day for month in dropped for day in (month.month, plus_months(month.month, 1) - ONE_DAY))
        run.rows_written = result.rows + result.hourly.rows
        run.park_days = result.hourly.park_days
        run.detail = (
            f"{result.rows} raw rows of {counted(len(dropped), 'month')} and "
            f"{result.hourly.rows} hourly rows dropped, {result.freed_bytes} bytes given back"
        )
        if result.failure is not None:
            run.fail(result.failure)
    if run.rows_written:
        log.info("%s", run.detail)
    return result


class _Retaining:
    """One run of retention."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        shelf: Shelf,
        keep: Retention,
        result: RetainResult,
        progress: Progress | None,
        sleep: Callable[[float], None],
    ) -> None:
        self._database = database
        self._clock = clock
        self._shelf = shelf
        self._history = History(shelf)
        self._keep = keep
        self._result = result
        self._show = progress or (lambda _done, _total: None)
        self._at = (0, 0)
        self._sleep = sleep

    def work(self) -> None:
        """Months, then hours, then the space."""
        for tables, days in ((RAW_TABLES, self._keep.raw_days), (PAGE_TABLES, self._keep.page_days)):
            due = self._due(tables, days)
            for done, month in enumerate(due):
                self._progress(done, len(due))
                self._result.months.append(self._month(tables, month))
        self._note_findings()
        self._result.hourly = drop_hours(
            self._database,
            self._clock,
            self._keep.hourly_days,
            dry_run=self._result.dry_run,
            progress=self._progress,
            rest=self._rest,
        )
        if not self._result.dry_run:
            self._result.freed_bytes = space.give_back(self._database, self._rest)
        with self._database.read() as connection:
            self._result.reusable_bytes = space.reusable_bytes(connection)

    def _due(self, tables: Sequence[type[Base]], days: int | None) -> list[dt.date]:
        """The months that are over for longer than ``days`` and have rows in any of ``tables``."""
        if days is None:
            return []
        limit = to_unix(self._clock.now()) - days * DAY_SECONDS
        with self._database.read() as connection:
            oldest = [dropping.oldest_month(connection, table) for table in tables]
            first = min((month for month in oldest if month is not None), default=None)
            if first is None:
                return []
            return [
                month
                for month in months_between(first, month_of(limit))
                if dropping.parks_with_rows(connection, tables, month)
            ]

    def _month(self, tables: Sequence[type[Base]], month: dt.date) -> MonthResult:
        with self._database.read() as connection:
            rows = {
                table.__tablename__: count
                for table in tables
                if (count := dropping.row_count(connection, table, month))
            }
            waiting = ledger.why_not_sealed(connection, month) or _without_partition(
                connection, tables, month
            )
            if waiting is not None:
                return MonthResult(month, rows, waiting)
            try:
                missing = self._not_in_files(connection, tables, FilePeriod.of_month(month))
            except StorageError as error:
                return MonthResult(month, rows, str(error), is_bad=True)
        if missing.height:
            return MonthResult(month, rows, self._take_in(missing), is_bad=True)
        if self._result.dry_run:
            return MonthResult(month, rows)
        if self._database.dialect == "sqlite":
            return MonthResult(month, rows, self._delete(tables, month))
        if not self._database.is_galera():
            return MonthResult(month, rows, self._drop_partitions(tables, month))
        reason = self._delete(tables, month)
        run_alone(self._database, dropping_partitions.remove_empty_months)
        return MonthResult(month, rows, reason)

    def _not_in_files(
        self, connection: Connection, tables: Sequence[type[Base]], period: FilePeriod
    ) -> pl.DataFrame:
        """The SQL rows of a month that its verified files do not hold exactly so: ``park_id, observed_at``.

        :raises HistoryError: for a file that is missing, cut short, damaged, or of another number of rows.
        """
        self._shelf.forget()
        files = {
            file.dataset: file
            for file in sealed_files(connection, start=period.starts_at, end=period.ends_at)
            if file.period == period
        }
        missing = []
        for dataset in DATASETS.values():
            file = files[dataset.name]
            self._read_whole(file, dataset)
            if dataset.model not in tables:
                continue
            parks = dropping.parks_with_rows(connection, [dataset.model], period.first)
            for at in range(0, len(parks), PARKS_AT_ONCE):
                some = parks[at : at + PARKS_AT_ONCE]
                held = self._history.read_file(file, dataset, some)
                found = sql_rows(connection, dataset, some, period.starts_at, period.ends_at)
                lacking = found.join(held, on=dataset.schema.names(), how="anti", nulls_equal=True)
                missing.append(lacking.select("park_id", "observed_at"))
        return pl.concat(missing) if missing else pl.DataFrame(schema={"park_id": pl.Int64})

    def _read_whole(self, file: SealedFile, dataset: Dataset) -> None:
        """Read a file from its first byte to its last, and count its rows."""
        rows = formats.count(dataset, self._shelf.fetch(file))
        if rows != file.rows:
            raise StorageError(
                f"the history file {file.name} in {self._shelf.place} holds {counted(rows, 'row')} "
                f"instead of {file.rows}; {remedy(file)}"
            )

    def _take_in(self, missing: pl.DataFrame) -> str:
        """Mark what the files lack for the next seal; returns why the rows stay."""
        if not self._result.dry_run:
            self._database.run(lambda connection: marks.mark_changed(connection, missing))
        return (
            f"{missing.height} of its rows in the database are not in its history files; the next seal takes "
            "them in: hallofshame seal"
        )

    def _drop_partitions(self, tables: Sequence[type[Base]], month: dt.date) -> str | None:
        """Drop a month's partitions; returns why its rows stay: somebody wrote to it, or holds a table."""
        now = self._clock.now()
        try:
            return run_alone(
                self._database,
                lambda connection: dropping_partitions.drop_month(connection, tables, month, now),
            )
        except TableHeldError as held:
            return str(held)

    def _delete(self, tables: Sequence[type[Base]], month: dt.date) -> str | None:
        """Delete a month's rows in batches; returns why the rest stays, where somebody wrote meanwhile."""

        def noted(connection: Connection) -> str | None:
            reason = ledger.why_not_sealed(connection, month)
            if reason is None:
                ledger.note_dropped(connection, month, self._clock.now())
            return reason

        reason = self._database.run(noted)
        with self._database.read() as connection:
            parks = dropping.parks_with_rows(connection, tables, month)
        for park in parks:
            for table in tables:
                gone = 1
                while reason is None and gone:
                    began = self._clock.elapsed()
                    try:
                        gone = self._database.run(partial(_one_batch, table=table, month=month, park_id=park))
                    except _NotSealedError as error:
                        reason, gone = str(error), 0
                    self._rest(self._clock.elapsed() - began)
        return reason

    def _progress(self, done: int, total: int) -> None:
        self._at = (done, total)
        self._show(done, total)

    def _rest(self, seconds: float) -> None:
        """Leave the database to others for as long as it was kept from them, and stop when asked to."""
        self._show(*self._at)
        self._sleep(seconds * PAUSE_SHARE)

    def _note_findings(self) -> None:
        """A month that stays although it is due is worth a person's eye."""
        kept = [month for month in self._result.months if month.is_bad]
        if not kept or self._result.dry_run:
            return
        found = [
            (None, Finding("not_dropped", f"{month.month:%Y-%m}", f"Its raw rows stay: {month.kept_because}"))
            for month in kept
        ]
        self._database.run(lambda connection: findings.record(connection, found, self._clock.now()))


def _without_partition(connection: Connection, tables: Sequence[type[Base]], month: dt.date) -> str | None:
    """Why a server cannot drop a month: its rows lie beside those of others."""
    if not partitions.has_partitions(connection):
        return None
    for table in tables:
        if not dropping_partitions.has_month(connection, table, month):
            return f"{table.__tablename__} has no partition of that month yet; run: hallofshame db upgrade"
    return None


class _NotSealedError(Exception):
    """Somebody wrote to a month while its rows were deleted; the batch is rolled back."""


def _one_batch(connection: Connection, table: type[Base], month: dt.date, park_id: int) -> int:
    """Delete one batch, if the month is still sealed; returns how many rows went.

    It is asked before and after: on a Galera cluster others write meanwhile. A row of theirs that the batch
    took came together with its mark, which is then seen; one that comes later is not deleted.
    """
    _require_sealed(connection, month)
    deleted = dropping.delete_batch(connection, table, month, park_id)
    _require_sealed(connection, month)
    return deleted


def _require_sealed(connection: Connection, month: dt.date) -> None:
    reason = ledger.why_not_sealed(connection, month)
    if reason is not None:
        raise _NotSealedError(reason)
