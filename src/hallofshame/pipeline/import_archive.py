"""Import of the ThemeParks.wiki archive: files of change events become part of the record (R3, R15)."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import BodyError, InputError, NotFoundError, ParkFailedError, StorageError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import ONE_DAY, day_bounds, from_unix, isoformat, to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.rules import DAY_SECONDS, EVENT_LOG_HOLD_SECONDS
from hallofshame.domain.words import Feed, Origin
from hallofshame.feeds.archive_columns import ParkEvents
from hallofshame.feeds.archive_reading import Events, ReadAhead
from hallofshame.feeds.archive_shelf import ArchiveFile, ArchiveShelf
from hallofshame.pipeline.archive_events import ParkEventBatch, StateBefore, between, heard_in, rows_of
from hallofshame.pipeline.event_log import closing_rows
from hallofshame.pipeline.failures import FAILURES, FailureLog, refuse_too_many
from hallofshame.pipeline.imported import Imported, ParkImported
from hallofshame.pipeline.inputs import park_zones
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.past import PastWriter
from hallofshame.pipeline.record import QUEUES, doubled, one_per_ride
from hallofshame.pipeline.registry import Registry
from hallofshame.store import catalogue, checkpoints, findings, preferred, raw
from hallofshame.store.database import Database, concerns_whole_store
from hallofshame.store.history.periods import day_start, next_month
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import Shelf

EVENTS_AT_ONCE = 4_000_000
"""Events that wait to be written, at most: about 25 bytes each; bounds the memory."""

FILES_IDENTIFIED_AT_ONCE = 16
"""Files whose entities are looked up in one transaction."""

_EARLIEST = day_start(dt.date(2000, 1, 1))
"""No archive reaches back to this; an event before it is a mistake."""

_LEFT_OUT = frozenset({"entry_unreadable", "instant_impossible"})
"""Findings that cost an event."""

Progress = Callable[[int, int], None]


@dataclass
class ImportResult(Imported):
    """What an import did; the quality report at its end.

    ``files`` were read, ``known`` were in the record already, ``refused`` says why each unreadable one is
    left out. ``unknown_parks`` counts events of parks that the catalogue does not have, by the source's id;
    ``without_park`` those that name none; ``outside`` those of other dates; ``failed`` the parks of files
    that could not be written.
    """

    files: int = 0
    without_park: int = 0
    outside: int = 0
    unknown_parks: Counter[str] = field(default_factory=Counter)


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
    replace_live: bool = False,
    registry: Registry | None = None,
    history: Shelf | None = None,
    progress: Progress | None = None,
    into: ImportResult | None = None,
) -> ImportResult:
    """Add the events of archive files to the record; every park-day touched becomes dirty.

    Files are taken in order of their days, a month at a time, and noted when all of it is in the record:
    broken off at any moment, the import goes on there, and events that are in the record already change
    nothing. A file that cannot be read, and an event that cannot, is logged and left out.

    :param start: first park-local day, by the time of each event; whatever day its file is named after.
    :param end: last park-local day, included.
    :param workers: processes that read files; the calling one writes.
    :param replace_live: the park-days with events are computed from the archive, whatever covers them better
        (R15). Files that were taken without it are read again.
    :param history: where the history files stand; closed days go straight into them, and only the others
        into SQL. Without it all do.
    :param into: is filled while the import runs, so that it tells what was done if that is broken off.
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
        importing = _Import(
            database, shelf, clock, log, registry or Registry(), _Range(start, end), park_ids, history
        )
        importing.is_replacing = replace_live
        if into is not None:
            importing.result = into
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


class _Import:
    """One import: reads files ahead in other processes, and writes a month of files at a time.

    What lies beyond the month waits for the next, so that each month of the history is written once. A file
    is noted when all of it is in the record.
    """

    def __init__(
        self,
        database: Database,
        shelf: ArchiveShelf,
        clock: Clock,
        log: logging.Logger,
        registry: Registry,
        range_: _Range,
        park_ids: Collection[int] | None,
        history: Shelf | None,
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._clock = clock
        self._log = log
        self._failures = FailureLog(log)
        self._registry = registry
        self._range = range_
        self._history = history
        self._writer = PastWriter(database, clock, history)
        self._latest = to_unix(clock.now()) + DAY_SECONDS
        self._chosen = None if park_ids is None else frozenset(park_ids)
        with database.read() as connection:
            self._zones = {park: zone.timezone for park, zone in park_zones(connection).items()}
            self._slugs = {park.park_id: park.slug for park in catalogue.park_table(connection)}
            self._parks = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "park")
            self._done = checkpoints.done(connection, shelf.place)
        self._before: defaultdict[int, StateBefore] = defaultdict(StateBefore)
        self._unidentified: list[_Taken] = []
        self._waiting: list[_Taken] = []
        self._events_waiting = 0
        self.is_replacing = False
        self.result = ImportResult()

    def run(self, files: Sequence[ArchiveFile], workers: int) -> Iterator[None]:
        """Take in the files; yields after each."""
        month = files[0].day.replace(day=1)
        with ReadAhead(self._shelf, workers) as reading:
            for file, found in reading.each(files, self._is_due):
                if file.day >= next_month(month) or self._events_waiting > EVENTS_AT_ONCE:
                    self._write(day_start(next_month(month)))
                    month = file.day.replace(day=1)
                if found is None:
                    self.result.known += 1
                else:
                    self._take(file, found)
                yield
        self._write(None)
        self._close()

    def _is_due(self, file: ArchiveFile) -> bool:
        """Whether a file has to be read. Those before a range are, for the state at its start."""
        is_context = self._range.start is not None and file.day <= self._range.start
        taken = self._done.get(file.key, {})
        if is_context:
            return True
        enough = self._versions(file)
        if taken.get(checkpoints.ALL_PARKS) in enough:
            return False
        return self._chosen is None or any(taken.get(park) not in enough for park in self._chosen)

    def _versions(self, file: ArchiveFile) -> tuple[str, ...]:
        """How a file is noted that need not be taken again, the way this import notes it last."""
        replaced = file.version + checkpoints.REPLACED
        return (replaced,) if self.is_replacing else (replaced, file.version)

    def _take(self, file: ArchiveFile, found: Events | BodyError) -> None:
        if isinstance(found, BodyError):
            self._log.warning("%s: %s", file.key, found)
            self.result.refused[file.key] = str(found)
            return
        self.result.files += 1
        outside = self.result.outside
        pieces: list[ParkEventBatch] = []
        odd: list[tuple[int | None, Finding]] = []
        for external_id, said in found.items():
            park_id = self._parks.get(external_id)
            self.result.findings.update(finding.kind for finding in said.findings)
            if not external_id:
                self.result.without_park += said.events.height
                odd += [(None, finding) for finding in said.findings]
            elif park_id is None:
                self.result.unknown_parks[external_id] += said.events.height
            elif self._chosen is None or park_id in self._chosen:
                odd += [(park_id, finding) for finding in said.findings]
                pieces.append(
                    ParkEventBatch(park_id, self._inside(park_id, self._believable(park_id, said, odd)))
                )
        if lost := [finding for _, finding in odd if finding.kind in _LEFT_OUT]:
            self._log.warning("%s: %s; the other events are taken", file.key, lost[0].detail)
        if odd:
            self._database.run(lambda connection: findings.record(connection, odd, self._clock.now()))
        kept = [piece for piece in pieces if piece.said.events.height]
        self._unidentified.append(_Taken(file, kept, self.result.outside == outside))
        self._events_waiting += _size(kept)
        if len(self._unidentified) == FILES_IDENTIFIED_AT_ONCE:
            self._identify()

    def _believable(
        self, park_id: int, said: ParkEvents, odd: list[tuple[int | None, Finding]]
    ) -> ParkEvents:
        """Events whose instants can be: not before there was an archive, and not in the future."""
        kept = between(said, _EARLIEST, self._latest)
        if lost := said.events.height - kept.events.height:
            self.result.findings["instant_impossible"] += lost
            detail = f"{counted(lost, 'event')} before {isoformat(_EARLIEST)} or in the future; left out."
            odd.append((park_id, Finding("instant_impossible", "archive", detail)))
        return kept

    def _identify(self) -> None:
        """Find out what the entities of the files taken are. What fails is not known, its file not whole."""
        files, self._unidentified = self._unidentified, []

        def all_of_them(connection: Connection) -> list[_Taken]:
            with self._registry.steady(connection):
                return [
                    replace(
                        taken,
                        pieces=[self._identified(connection, taken.file, piece) for piece in taken.pieces],
                    )
                    for taken in files
                ]

        try:
            self._waiting += self._database.run(all_of_them) if files else []
        except FAILURES as error:
            self._registry.forget()
            if isinstance(error, StorageError) or concerns_whole_store(error):
                raise
            self._waiting += [self._identified_by_park(taken) for taken in files]

    def _identified_by_park(self, taken: _Taken) -> _Taken:
        """The same of one file, each park in a transaction of its own."""
        pieces = [
            piece
            for piece in (self._identified_alone(taken.file, piece) for piece in taken.pieces)
            if piece.known is not None
        ]
        return replace(taken, pieces=pieces, is_whole=taken.is_whole and len(pieces) == len(taken.pieces))

    def _identified_alone(self, file: ArchiveFile, piece: ParkEventBatch) -> ParkEventBatch:
        try:
            return self._database.run(lambda connection: self._identified(connection, file, piece))
        except FAILURES as error:
            self._registry.forget()
            if isinstance(error, StorageError) or concerns_whole_store(error):
                raise
            self._note_failure(file, piece.park_id, error)
            return piece

    def _identified(self, connection: Connection, file: ArchiveFile, piece: ParkEventBatch) -> ParkEventBatch:
        sightings = piece.sightings()
        refuse_too_many(file.key, len({sighting.external_id for sighting in sightings}))
        span = piece.span
        known = self._registry.identify(
            connection,
            piece.park_id,
            Feed.THEMEPARKS_WIKI,
            sightings,
            from_unix(span[1] if span is not None else 0),
            piece.company(),
        )
        odd = [(piece.park_id, finding) for finding in known.findings]
        findings.record(connection, odd, self._clock.now())
        return replace(piece, known=known)

    def _count(self, pieces: Sequence[ParkEventBatch]) -> set[tuple[int, dt.date]]:
        """Count the events of pieces for the report; returns their park-local days."""
        touched: set[tuple[int, dt.date]] = set()
        of_parks: defaultdict[int, list[pl.Series]] = defaultdict(list)
        for piece in pieces:
            of_parks[piece.park_id].append(piece.said.events["at"])
        for park_id, instants in of_parks.items():
            park = self.result.parks.setdefault(park_id, ParkImported(self._slugs[park_id]))
            at = pl.from_epoch(pl.concat(instants), "s").dt.replace_time_zone("UTC")
            park.events += at.len()
            days = at.dt.convert_time_zone(self._zones[park_id]).dt.date().unique().to_list()
            park.days.update(days)
            touched.update((park_id, day) for day in days)
        return touched

    def _inside(self, park_id: int, said: ParkEvents) -> ParkEvents:
        """The events of the dates asked for, each entity opened by its state at their start."""
        start, end = self._range.bounds(self._zones[park_id])
        if start is None and end is None:
            return said
        first, until = (None if each is None else to_unix(each) for each in (start, end))
        inside = between(said, first, until)
        self.result.outside += said.events.height - inside.events.height
        if first is not None:
            self._before[park_id].note(between(said, None, first))
        if start is None or inside.events.is_empty():
            return inside
        return self._before[park_id].opened(inside, to_unix(start))

    def _write(self, boundary: int | None) -> None:
        """Bring into the record what waits, up to an instant; note the files of which all is in it."""
        self._identify()
        now, later = self._waiting, []
        if boundary is not None:
            later = [taken.since(boundary) for taken in now]
            now = [taken.before(boundary) for taken in now]
        with self._database.read() as connection:
            ride_ids = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "ride")
        pieces = [piece for taken in now for piece in taken.pieces]
        touched = self._count(pieces)
        observations, queues = rows_of(pieces, ride_ids)
        odd = doubled(observations, queues)
        self._database.run(lambda connection: self._note_heard(connection, pieces))
        written = self._writer.write(one_per_ride(observations), queues, self._zones)
        for park_id, new_rows in written.items():
            self.result.parks[park_id].new_rows += new_rows
        self._waiting = [taken for taken in later if any(piece.said.events.height for piece in taken.pieces)]
        self._events_waiting = sum(_size(taken.pieces) for taken in self._waiting)
        left = {taken.file.key for taken in self._waiting}
        done = [taken.file for taken in now if taken.is_whole and taken.file.key not in left]
        parks = [checkpoints.ALL_PARKS] if self._chosen is None else self._chosen

        def work(connection: Connection) -> None:
            findings.record(connection, odd, self._clock.now())
            if self.is_replacing:
                preferred.prefer(connection, touched, Origin.ARCHIVE, self._clock.now())
            versions = {file.key: self._versions(file)[-1] for file in done}
            checkpoints.note_files(connection, self._shelf.place, versions, parks, self._clock.now())

        if odd or done or touched:
            self._database.run(work)

    def _note_heard(self, connection: Connection, pieces: Sequence[ParkEventBatch]) -> None:
        """Note under which of its ids each ride was heard (R14)."""
        past = None if self._history is None else History(self._history)
        with self._registry.steady(connection):
            for park_id in sorted({piece.park_id for piece in pieces}):
                noted = self._registry.ids_to_note(park_id, Feed.THEMEPARKS_WIKI)
                of_park = [piece for piece in pieces if piece.park_id == park_id] if noted else []
                self._registry.note_heard(
                    connection,
                    park_id,
                    Feed.THEMEPARKS_WIKI,
                    heard_in(of_park, noted),
                    said_by=Feed.ARCHIVE,
                    history=past,
                )

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
            if self._rides_told(park_id, at + 1, at + EVENT_LOG_HOLD_SECONDS):
                continue
            rides = self._rides_told(park_id, at - EVENT_LOG_HOLD_SECONDS, at)
            new = self._writer.write(
                closing_rows(park_id, rides, at), pl.DataFrame(schema=QUEUES), self._zones
            )
            if park_id in self.result.parks:
                self.result.parks[park_id].new_rows += new[park_id]

    def _rides_told(self, park_id: int, first: int, last: int) -> set[int]:
        """The rides of which the archive has an event from ``first`` to ``last``, both included."""
        with self._database.read() as connection:
            if self._history is None:
                found = raw.read_observations(connection, [park_id], first, last + 1)
            else:
                found = History(self._history).observations(connection, [park_id], first, last + 1)
        return set(found.filter(origin=int(Origin.ARCHIVE))["ride_id"])


@dataclass(frozen=True, slots=True)
class _Taken:
    """A file that was read, with its pieces that wait to be written; ``is_whole`` if they are all it says."""

    file: ArchiveFile
    pieces: list[ParkEventBatch]
    is_whole: bool

    def before(self, boundary: int) -> _Taken:
        """With what lies before an instant (Unix seconds)."""
        return replace(self, pieces=[piece.between(None, boundary) for piece in self.pieces])

    def since(self, boundary: int) -> _Taken:
        """With what lies at it or after it."""
        return replace(self, pieces=[piece.between(boundary, None) for piece in self.pieces])


def _size(pieces: Collection[ParkEventBatch]) -> int:
    """What pieces weigh in memory, in events; a queue is as much as three."""
    return sum(piece.said.events.height + 3 * piece.said.queues.height for piece in pieces)
