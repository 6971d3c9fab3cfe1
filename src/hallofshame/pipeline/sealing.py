"""Seal: raw rows of closed UTC days and months become verified history files (design §4)."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.clock import Clock
from hallofshame.domain.errors import HistoryError, InputError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.rules import DAY_SECONDS
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.period_files import PeriodFiles, row_count
from hallofshame.store import raw
from hallofshame.store.database import Database
from hallofshame.store.history import ledger, manifests, marks
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.periods import ONE_DAY, FilePeriod, day_of
from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.store.history.shelves import Shelf
from hallofshame.store.models import Park

SETTLING_SECONDS = 2 * DAY_SECONDS
"""How long after its end a UTC day is closed: it is over in every zone then, and no live roll-up reads it."""

GRACE_SECONDS = DAY_SECONDS
"""How long a file that another one replaced stays, for those who still read it."""

Progress = Callable[[int, int], None]


@dataclass
class SealResult:
    """What a seal did: periods sealed, files and rows in them, and superseded files removed."""

    periods: int = 0
    files: int = 0
    rows: int = 0
    bytes: int = 0
    removed: int = 0

    def add(self, files: Sequence[SealedFile]) -> None:
        """Count the files of one period."""
        self.periods += 1
        self.files += len(files)
        self.rows += sum(file.rows for file in files)
        self.bytes += sum(file.bytes for file in files)


def seal(
    database: Database,
    clock: Clock,
    log: logging.Logger,
    shelf: Shelf,
    *,
    again: FilePeriod | None = None,
    progress: Progress | None = None,
) -> SealResult:
    """Seal every closed day and month that is not sealed yet or has changed since.

    A day is closed two days after its end; once all days of a month are, one file of the month replaces those
    of its days. Each file is written beside, synced, read back, compared with its rows, named, and entered
    in the ledger with its period; broken off at any moment, the old file or the new one is in force. A file
    that another one replaced goes a day later. Running it again changes nothing.

    :param again: seal this period from SQL rows alone, in place of files that cannot be read.
    :raises HistoryError: where the shelf holds files that this database does not know, where a file that has
        to be read is damaged, and where ``again`` would lose rows.
    :raises StorageError: where a file cannot be written, for example on a full disk; nothing changes then.
    """
    result = SealResult()
    with job_run(database, clock, JobType.SEAL) as run:
        now = to_unix(clock.now())
        sealing = PeriodFiles(database, shelf, now)
        with database.read() as connection:
            _refuse_unknown(connection, shelf)
            moved = marks.moves(connection)
            periods = [again] if again is not None else _due(connection, now, moved)
        if again is not None:
            _refuse_open(again, now)
        for done, period in enumerate(periods):
            if progress is not None:
                progress(done, len(periods))
            files = sealing.again(period) if again is not None else sealing.seal(period)
            if files:
                result.add(files)
                run.cover((period.first, period.last))
            run.rows_written = result.rows
        if again is None:
            database.run(marks.forget_followed)
        result.removed = _remove_superseded(database, shelf, now)
        run.detail = (
            f"{counted(result.files, 'file')} of {counted(result.periods, 'period')}, "
            f"{counted(result.bytes, 'byte')}"
        )
        if progress is not None and periods:
            progress(len(periods), len(periods))
    if result.files:
        log.info("sealed %s; %d superseded files removed", run.detail, result.removed)
    return result


def adopt(database: Database, clock: Clock, shelf: Shelf) -> int:
    """Enter the files of a shelf that this database does not know, each verified; returns how many.

    For a database that was put back from a copy older than the files. Ids in files are those of the database
    that wrote them: a park that this one does not have refuses the whole.
    """
    now = to_unix(clock.now())
    with database.read() as connection:
        parks = set(connection.scalars(select(Park.park_id)))
        known = {(file.dataset, file.period): file.name for file in sealed_files(connection)}
    found = [
        file
        for period in manifests.periods_on(shelf)
        for file in manifests.read_manifest(shelf, period, now)
        if (file.dataset, file.period) not in known
        and (file.dataset, FilePeriod.of_month(file.period.first)) not in known
    ]
    strange = sorted({park for file in found for park, *_ in file.parks} - parks)
    if strange:
        raise HistoryError(
            f"the history in {shelf.place} is of another installation: this database has no park "
            f"{strange[0]}; name another folder"
        )
    for file in found:
        shelf.fetch(file)
    database.run(lambda connection: ledger.record(connection, found))
    return len(found)


def closed_until(now: int) -> dt.date:
    """The first UTC day that is not closed yet at ``now`` (Unix seconds)."""
    return day_of(now - SETTLING_SECONDS)


def _due(connection: Connection, now: int, moved: pl.DataFrame) -> list[FilePeriod]:
    """The periods to seal: closed, and without files or changed since."""
    ranges = raw.observed_range(connection)
    pending = marks.marked_days(connection)
    begins = [day_of(first) for first, _ in ranges.values()] + pending[:1]
    if not begins:
        return []
    day, until = min(begins), closed_until(now)
    complete = _complete(connection)
    changed = set(pending)
    spans = moved.select("since", "until").rows()
    due = []
    while day < until:
        month = FilePeriod.of_month(day)
        period = month if month.last < until else FilePeriod.of_day(day)
        touched = not changed.isdisjoint(period.days) or any(
            since < period.ends_at and last >= period.starts_at for since, last in spans
        )
        if period.name not in complete or touched:
            due.append(period)
        day = period.last + ONE_DAY if period.is_month else day + ONE_DAY
    return due


def _complete(connection: Connection) -> set[str]:
    """The names of the periods of which the ledger has every data set."""
    found: dict[str, set[str]] = {}
    for file in sealed_files(connection):
        found.setdefault(file.period.name, set()).add(file.dataset)
    return {name for name, datasets in found.items() if datasets == set(DATASETS)}


def _refuse_open(period: FilePeriod, now: int) -> None:
    if period.last >= closed_until(now):
        raise InputError(
            f"{period.name} is not closed yet; it can be sealed two days after its end", parameter="again"
        )


def _refuse_unknown(connection: Connection, shelf: Shelf) -> None:
    """Refuse a shelf with periods that this database has no files of: its files might be replaced unread."""
    known = {file.period for file in sealed_files(connection)}
    months = {FilePeriod.of_month(period.first) for period in known if period.is_month}
    unknown = [
        period
        for period in manifests.periods_on(shelf)
        if period not in known
        and FilePeriod.of_month(period.first) not in months
        and not _is_left_over(connection, shelf, period)
    ]
    if unknown:
        raise HistoryError(
            f"{shelf.place} holds history of {unknown[0].name} that this database does not know; name "
            "another place in HALLOFSHAME_HISTORY, or take it over if it is this installation's: "
            "hallofshame seal --adopt"
        )


def _is_left_over(connection: Connection, shelf: Shelf, period: FilePeriod) -> bool:
    """Whether a seal of this database was broken off between the manifest of ``period`` and the ledger.

    Then the database knows at least as many rows of it, in SQL or in the files of its days.
    """
    held = sealed_files(connection, start=period.starts_at, end=period.ends_at)
    return all(
        row_count(connection, DATASETS[file.dataset], period)
        + sum(each.rows for each in held if each.dataset == file.dataset)
        >= file.rows
        for file in manifests.read_manifest(shelf, period, 0)
    )


def _remove_superseded(database: Database, shelf: Shelf, now: int) -> int:
    """Remove files and manifests that others in the ledger have replaced for a day; returns how many."""
    with database.read() as connection:
        files = sealed_files(connection)
    kept = {file.name for file in files}
    replaced_by = {(file.dataset, file.period): file for file in files}
    removed = 0
    for name in shelf.names():
        found = manifests.parsed_name(name)
        if found is None or name in kept:
            continue
        period, dataset = found
        file = replaced_by.get((dataset, period)) or replaced_by.get(
            (dataset, FilePeriod.of_month(period.first))
        )
        if file is not None and file.sealed_at + GRACE_SECONDS <= now:
            shelf.remove(name)
            removed += 1
    in_force = {file.period for file in files}
    for period in manifests.periods_on(shelf):
        if period not in in_force and FilePeriod.of_month(period.first) in in_force:
            shelf.remove(manifests.manifest_name(period))
    return removed
