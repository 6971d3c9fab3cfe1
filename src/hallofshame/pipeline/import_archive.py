"""Import of the ThemeParks.wiki archive: files of change events become part of the record (R3, R15)."""

from __future__ import annotations

import datetime as dt
import logging
import multiprocessing
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

from sqlalchemy import Connection, select

from hallofshame.clock import Clock
from hallofshame.domain.errors import BodyError, InputError, NotFoundError, ParkFailedError, StorageError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import ONE_DAY, day_bounds, from_unix, local_day, to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding, StatusChange
from hallofshame.domain.rules import EVENT_LOG_HOLD_SECONDS
from hallofshame.domain.words import Feed, Origin
from hallofshame.feeds import archive
from hallofshame.feeds.archive_shelf import ArchiveFile, ArchiveShelf
from hallofshame.pipeline.event_log import close_rides, store_events
from hallofshame.pipeline.failures import FAILURES, FailureLog, refuse_too_many
from hallofshame.pipeline.inputs import park_zones
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.partitioning import make_room
from hallofshame.pipeline.registry import Registry
from hallofshame.store import catalogue, checkpoints, findings
from hallofshame.store.database import Database, concerns_whole_store
from hallofshame.store.models import RideStatusSnapshot

FILES_AHEAD = 2
"""Files per worker that are unpacked before their turn to be written; bounds the memory."""

Progress = Callable[[int, int], None]

Events = dict[str, tuple[tuple[StatusChange, ...], tuple[Finding, ...]]]
"""What a file says, by the source's id of the park."""


@dataclass
class ParkImported:
    """What an import read of one park. ``days``: park-local days with at least one event."""

    slug: str
    events: int = 0
    new_rows: int = 0
    days: set[dt.date] = field(default_factory=set)

    @property
    def missing_days(self) -> list[dt.date]:
        """Days between the first and the last one that have no event."""
        if not self.days:
            return []
        first, last = min(self.days), max(self.days)
        return [
            day
            for day in (first + number * ONE_DAY for number in range((last - first).days + 1))
            if day not in self.days
        ]


@dataclass
class ImportResult:
    """What an import did; the quality report at its end.

    ``files`` were read, ``known`` were in the record already, ``refused`` says why each unreadable one is
    left out. ``unknown_parks`` counts events of parks that the catalogue does not have, by the source's id;
    ``without_park`` those that name none; ``outside`` those of other dates; ``failed`` the parks of files
    that could not be written.
    """

    files: int = 0
    known: int = 0
    failed: int = 0
    without_park: int = 0
    outside: int = 0
    refused: dict[str, str] = field(default_factory=dict)
    unknown_parks: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    parks: dict[int, ParkImported] = field(default_factory=dict)

    @property
    def events(self) -> int:
        """Events of known parks and the dates asked for."""
        return sum(park.events for park in self.parks.values())

    @property
    def new_rows(self) -> int:
        """Observations that the record did not have."""
        return sum(park.new_rows for park in self.parks.values())


def import_archive(
    database: Database,
    shelf: ArchiveShelf,
    clock: Clock,
    log: logging.Logger,
    *,
    destinations: tuple[str, ...] = (),
    park_ids: Collection[int] | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    workers: int = 1,
    registry: Registry | None = None,
    progress: Progress | None = None,
) -> ImportResult:
    """Add the events of archive files to the record; every park-day touched becomes dirty.

    Files are taken in order of their days, each park of a file in a transaction of its own, and noted when
    all of it is in the record: broken off at any moment, the import goes on there, and events that are in
    the record already change nothing. A file that cannot be read is logged and left out.

    :param start: first park-local day, by the time of each event; whatever day its file is named after.
    :param end: last park-local day, included.
    :param workers: processes that unpack files; the calling one writes.
    :raises InputError: for a start after the end.
    :raises NotFoundError: where the place holds no file of these destinations and dates.
    :raises StorageError: where the place itself cannot be read.
    """
    if start is not None and end is not None and start > end:
        raise InputError(f"start {start} lies after end {end}; swap them", parameter="start")
    with job_run(database, clock, JobType.IMPORT) as run:
        listed = _within(shelf.files(destinations), start, end)
        if not listed:
            raise NotFoundError(_nothing_there(shelf, destinations, start, end))
        importing = _Import(database, shelf, clock, log, registry or Registry(), _Range(start, end), park_ids)
        for done, _ in enumerate(importing.run(listed, workers), start=1):
            result = importing.result
            run.parks, run.rows_written = len(result.parks), result.new_rows
            if progress is not None:
                progress(done, len(listed))
        result = importing.result
        run.cover(day for park in result.parks.values() for day in park.days)
        run.park_days = sum(len(park.days) for park in result.parks.values())
        run.detail = (
            f"{counted(result.files, 'file')}, {counted(result.events, 'event')}, "
            f"{counted(len(result.refused), 'file')} refused"
        )
    return result


@dataclass(frozen=True, slots=True)
class _Range:
    """The park-local days asked for."""

    start: dt.date | None
    end: dt.date | None

    def bounds(self, timezone: str) -> tuple[dt.datetime | None, dt.datetime | None]:
        """First instant and the one after the last, in a park's time zone."""
        first = None if self.start is None else from_unix(day_bounds(self.start, timezone)[0])
        last = None if self.end is None else from_unix(day_bounds(self.end, timezone)[1])
        return first, last


def _within(files: Sequence[ArchiveFile], start: dt.date | None, end: dt.date | None) -> list[ArchiveFile]:
    """The files that may hold events of these days, whether named after UTC or local days; one more before
    them, for the state at the start."""
    return [
        file
        for file in files
        if (start is None or file.day >= start - 2 * ONE_DAY) and (end is None or file.day <= end + ONE_DAY)
    ]


def _nothing_there(
    shelf: ArchiveShelf, destinations: tuple[str, ...], start: dt.date | None, end: dt.date | None
) -> str:
    asked = f" of {', '.join(destinations)}" if destinations else ""
    dates = f" from {start or 'the first day'} to {end or 'the last'}" if start or end else ""
    return (
        f"{shelf.place} holds no archive file{asked}{dates}; files are named "
        "<destination>/<year>/<month>/<day>.json.gz"
    )


def _read(content: bytes) -> Events | BodyError:
    """What a file says, by park, or why it cannot be read. Runs in a process of its own."""
    try:
        parts = archive.split_by_park(archive.decode(content))
        pages = {park: archive.parse_events(events) for park, events in parts.items()}
    except BodyError as error:
        return error
    except (MemoryError, RecursionError) as error:
        return BodyError(f"archive file cannot be read ({type(error).__name__}); it is left out")
    return {park: (page.changes, page.findings) for park, page in pages.items()}


class _Import:
    """One import: reads files ahead in other processes and writes them one after the other."""

    def __init__(
        self,
        database: Database,
        shelf: ArchiveShelf,
        clock: Clock,
        log: logging.Logger,
        registry: Registry,
        range_: _Range,
        park_ids: Collection[int] | None,
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._clock = clock
        self._log = log
        self._failures = FailureLog(log)
        self._registry = registry
        self._range = range_
        self._chosen = None if park_ids is None else frozenset(park_ids)
        with database.read() as connection:
            self._zones = {park: zone.timezone for park, zone in park_zones(connection).items()}
            self._slugs = {park.park_id: park.slug for park in catalogue.park_table(connection)}
            self._parks = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "park")
            self._done = checkpoints.done(connection, shelf.place)
        self._before: dict[int, dict[str, StatusChange]] = {}
        """Per park the latest event of each entity before the range, which is its state at the start."""
        self._room_since: int | None = None
        """From this instant on (Unix seconds) the raw tables have months of their own for what is written."""
        self.result = ImportResult()

    def run(self, files: Sequence[ArchiveFile], workers: int) -> Iterator[None]:
        """Take in the files; yields after each."""
        pool = (
            ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
            if workers > 1
            else None
        )
        with pool or nullcontext():
            for file, found in self._ahead(files, pool, workers):
                if found is not None:
                    self._take(file, found)
                yield
        self._close()

    def _ahead(
        self, files: Sequence[ArchiveFile], pool: Executor | None, workers: int
    ) -> Iterator[tuple[ArchiveFile, Events | BodyError | None]]:
        """Each file with what it says, in order; ``None`` for one that is in the record already."""
        waiting: deque[tuple[ArchiveFile, Future[Events | BodyError] | Events | BodyError | None]] = deque()
        for file in files:
            waiting.append((file, self._begin(file, pool)))
            if len(waiting) > FILES_AHEAD * workers:
                yield _ended(waiting.popleft())
        while waiting:
            yield _ended(waiting.popleft())

    def _begin(
        self, file: ArchiveFile, pool: Executor | None
    ) -> Future[Events | BodyError] | Events | BodyError | None:
        if not self._is_context(file) and self._is_known(file):
            self.result.known += 1
            return None
        if file.size > archive.MAX_FILE_BYTES:
            return BodyError(
                f"archive file has {counted(file.size, 'byte')}, over {archive.MAX_FILE_BYTES}; refused"
            )
        content = self._shelf.read(file)
        return _read(content) if pool is None else pool.submit(_read, content)

    def _is_context(self, file: ArchiveFile) -> bool:
        """Whether a file is read for the state at the start of the range, above all."""
        return self._range.start is not None and file.day <= self._range.start

    def _is_known(self, file: ArchiveFile) -> bool:
        taken = self._done.get(file.key, {})
        if taken.get(checkpoints.ALL_PARKS) == file.version:
            return True
        return self._chosen is not None and all(taken.get(park) == file.version for park in self._chosen)

    def _take(self, file: ArchiveFile, found: Events | BodyError) -> None:
        if isinstance(found, BodyError):
            self._log.warning("%s: %s", file.key, found)
            self.result.refused[file.key] = str(found)
            return
        self.result.files += 1
        outside, is_whole = self.result.outside, True
        for external_id, (changes, odd) in found.items():
            park_id = self._parks.get(external_id)
            if not external_id:
                self.result.without_park += len(changes)
            elif park_id is None:
                self.result.unknown_parks[external_id] += len(changes)
            elif self._chosen is None or park_id in self._chosen:
                is_whole &= self._take_park(file, park_id, changes, odd)
        if is_whole and self.result.outside == outside:
            taken = [checkpoints.ALL_PARKS] if self._chosen is None else self._chosen
            self._database.run(
                lambda connection: checkpoints.note(
                    connection, self._shelf.place, file.key, file.version, taken, self._clock.now()
                )
            )

    def _take_park(
        self, file: ArchiveFile, park_id: int, changes: Sequence[StatusChange], odd: Sequence[Finding]
    ) -> bool:
        """Write what a file says of one park; whether that went well."""
        inside = self._inside(park_id, changes)
        self.result.findings.update(finding.kind for finding in odd)
        try:
            refuse_too_many(file.key, len({change.external_id for change in inside}))
            self._make_room(inside)
            new_rows = self._database.run(lambda connection: self._store(connection, park_id, inside, odd))
        except FAILURES as error:
            self._registry.forget()
            if isinstance(error, StorageError) or concerns_whole_store(error):
                raise
            self._note_failure(file, park_id, error)
            return False
        if inside:
            timezone = self._zones[park_id]
            park = self.result.parks.setdefault(park_id, ParkImported(self._slugs[park_id]))
            park.events += len(inside)
            park.new_rows += new_rows
            park.days |= {local_day(change.at, timezone) for change in inside}
        return True

    def _make_room(self, changes: Sequence[StatusChange]) -> None:
        since = min((to_unix(change.at) for change in changes), default=None)
        if since is not None and (self._room_since is None or since < self._room_since):
            make_room(self._database, self._clock, since)
            self._room_since = since

    def _inside(self, park_id: int, changes: Sequence[StatusChange]) -> list[StatusChange]:
        """The changes of the dates asked for, each entity opened by its state at their start."""
        start, end = self._range.bounds(self._zones[park_id])
        before = self._before.setdefault(park_id, {})
        inside = []
        for change in changes:
            if start is not None and change.at < start:
                known = before.get(change.external_id)
                if known is None or known.at <= change.at:
                    before[change.external_id] = change
            elif end is None or change.at < end:
                inside.append(change)
        self.result.outside += len(changes) - len(inside)
        if start is None or not inside:
            return inside
        earliest = start - dt.timedelta(seconds=EVENT_LOG_HOLD_SECONDS)
        opened = {change.external_id for change in inside if change.at == start}
        openings = [
            replace(change, at=start)
            for change in before.values()
            if change.at > earliest and change.external_id not in opened
        ]
        before.clear()
        return [*openings, *inside]

    def _store(
        self, connection: Connection, park_id: int, changes: Sequence[StatusChange], odd: Sequence[Finding]
    ) -> int:
        now = self._clock.now()
        findings.record(connection, [(park_id, finding) for finding in odd], now)
        if not changes:
            return 0
        park = park_id, self._zones[park_id]
        return store_events(connection, self._registry, park, changes, now).new_rows

    def _note_failure(self, file: ArchiveFile, park_id: int, error: BaseException) -> None:
        slug = self._slugs[park_id]
        self.result.failed += 1
        if isinstance(error, BodyError):
            self._log.warning("%s: %s", slug, error)
            return
        finding = self._failures.failed(slug, ParkFailedError(f"importing {file.key}", error))
        self._database.run(
            lambda connection: findings.record(connection, [(park_id, finding)], self._clock.now())
        )

    def _close(self) -> None:
        """Let no last state of a range hold beyond it, where the record has no events of what follows."""
        for park_id in sorted({*self.result.parks, *(self._chosen or ())}):
            _, end = self._range.bounds(self._zones[park_id])
            if end is None:
                return
            at = to_unix(end) - 1

            def work(connection: Connection, park_id: int = park_id, at: int = at) -> int:
                if _rides_told(connection, park_id, at + 1, at + EVENT_LOG_HOLD_SECONDS):
                    return 0
                rides = _rides_told(connection, park_id, at - EVENT_LOG_HOLD_SECONDS, at)
                park = park_id, self._zones[park_id]
                return close_rides(connection, park, rides, at, self._clock.now())

            new_rows = self._database.run(work)
            if park_id in self.result.parks:
                self.result.parks[park_id].new_rows += new_rows


def _rides_told(connection: Connection, park_id: int, first: int, last: int) -> set[int]:
    """The rides of which the archive has an event from ``first`` to ``last``, both included."""
    table = RideStatusSnapshot
    query = select(table.ride_id).where(
        table.park_id == park_id,
        table.observed_at.between(first, last),
        table.origin == int(Origin.ARCHIVE),
    )
    return set(connection.scalars(query.distinct()))


def _ended(
    item: tuple[ArchiveFile, Future[Events | BodyError] | Events | BodyError | None],
) -> tuple[ArchiveFile, Events | BodyError | None]:
    file, found = item
    return file, found.result() if isinstance(found, Future) else found
