"""The demonstration: the whole system on recordings that are played as if they were of today."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl
from sqlalchemy import Connection

from hallofshame import private_files
from hallofshame.clock import Clock, SystemClock
from hallofshame.demo_parks import RecordedPark, heard, recorded_parks, write_catalogue
from hallofshame.demo_reach import RECORD_DAYS, first_day
from hallofshame.demo_record import RECORD_FILE, DemoRecord, Edition, digest_of
from hallofshame.domain.errors import SettingsError, StoreError
from hallofshame.domain.jobs import JobStopped
from hallofshame.domain.localtime import ONE_DAY, day_bounds, from_unix, local_day, to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.words import Feed
from hallofshame.feeds.themeparks_wiki_parse import parse_schedule
from hallofshame.installation import Installation, make_folder
from hallofshame.metrics import METRICS_VERSION
from hallofshame.pipeline.classifying import WAIT_DAYS, classify
from hallofshame.pipeline.ingest import ingest_readings
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.sync import sync
from hallofshame.replay import SHIPPED_RECORDINGS, ReplayServer, Tape, load_tapes
from hallofshame.replay.wire import SCHEDULE_REACH
from hallofshame.settings import Settings
from hallofshame.store import dirty, schedules, schema
from hallofshame.store.instants import latest_believable
from hallofshame.store.raw import observed_range
from hallofshame.web.preparation import Preparation, PreparationFile
from hallofshame.web_server import WebServer

CATALOGUE_FILE = "demo-parks.csv"
DATABASE_FILE = "hallofshame-demo.sqlite"
HISTORY_FOLDER = "history-demo"
"""A name of its own, so that no demonstration ever replaces a real record."""
PREPARING_FILE = "demo-preparing.json"

SHARES = {"Parks and hours": 5, "Record of weeks and years": 30, "Statistics": 65}
"""The stages of the preparation, each with its part of the whole time in percent."""

Progress = Callable[[int, int], None]
Bar = Callable[[str], AbstractContextManager[Progress]]
"""Shows how far a stage with a label has come."""


class _Stopped(JobStopped):
    """The demonstration is to end before it is ready."""


class Demo:
    """A demonstration, from ``with`` to the end of the block: replay server, installation and web server.

    The record in its folder goes on where it ended, unless ``fresh`` or made of something else: then it is
    made anew, and :attr:`why_anew` says why. ``edition`` names the content of ``tapes``, in place of the
    shipped ones. Settings about feeds, parks and database are its own, all others those given.

    :raises RecordingError: when no recording fits a park of the catalogue.
    :raises SettingsError: when the port is taken.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        fresh: bool = False,
        tapes: Sequence[Tape] | None = None,
        edition: str = "",
        clock: Clock | None = None,
        days: int | None = None,
    ) -> None:
        clock = clock if clock is not None else SystemClock()
        self._replay = ReplayServer(
            clock=clock, tapes=load_tapes(SHIPPED_RECORDINGS) if tapes is None else tapes
        )
        self._recordings = digest_of(SHIPPED_RECORDINGS) if tapes is None else edition
        self._clock = clock
        self._given = settings
        self._fresh = fresh
        self._days = days
        self.parks = recorded_parks(list(self._replay.tapes.values()), settings)
        self.goes_on = False
        self.why_anew: str | None = None

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._replay)
            make_folder(self._given.data)
            stack.enter_context(_taken(self._given.data))
            self._preparing = PreparationFile(self._given.data / PREPARING_FILE)
            self._preparing.write(Preparation(next(iter(SHARES)), 0))
            stack.callback(self._preparing.remove)
            self.installation = stack.enter_context(self._installed())
            self.web = WebServer(self.installation)
            stack.callback(self.web.stop)
            self._begin()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def _file(self) -> Path:
        return self._given.data / DATABASE_FILE

    def _installed(self) -> Installation:
        catalogue = self._given.data / CATALOGUE_FILE
        write_catalogue(self.parks, catalogue)
        settings = self._given.model_copy(
            update={
                "database_url": f"sqlite:///{self._file}",
                "history": str(self._given.data / HISTORY_FOLDER),
                "catalogue_file": catalogue,
                "parks": tuple(park.row.slug for park in self.parks),
                "queue_times_url": self._replay.base_url,
                "themeparks_wiki_url": self._replay.base_url,
                "gap_repair": False,
            }
        )
        return Installation(
            settings,
            clock=self._clock,
            demonstration=True,
            preparing_file=self._given.data / PREPARING_FILE,
        )

    def _begin(self) -> None:
        """Go on with the record of the folder, or begin a new one."""
        folder = self._given.data
        edition = Edition(
            recordings=self._recordings,
            parks=hashlib.sha256((folder / CATALOGUE_FILE).read_bytes()).hexdigest(),
            metrics_version=METRICS_VERSION,
            schema_revision=schema.head(),
        )
        kept = DemoRecord.read(folder) if self._file.exists() else None
        if self._file.exists() and not self._fresh:
            self.why_anew = self._obstacle(kept, edition)
        if kept is None or self._fresh or self.why_anew is not None:
            self._forget()
            kept = DemoRecord(edition)
        self.goes_on = kept.is_complete
        self._record_state = kept
        kept.write(folder)

    def _obstacle(self, kept: DemoRecord | None, edition: Edition) -> str | None:
        """Why the record that is there cannot go on; null if it can."""
        if kept is None:
            return "nothing says what it was made of"
        unlike = edition.unlike(kept.edition)
        if unlike is not None or not kept.is_complete:
            return unlike
        try:
            with self.installation.database.read() as connection:
                last = max((end for _, end in observed_range(connection).values()), default=None)
        except StoreError:
            return "its database cannot be read"
        now = to_unix(self._clock.now())
        if last is None:
            return "it is empty"
        if last > latest_believable(self._clock.now()):
            return "it ends later than now"
        days = (now - last) // 86_400
        most = RECORD_DAYS if self._days is None else self._days
        return f"it ended {counted(days, 'day')} ago" if days > most else None

    def _forget(self) -> None:
        (self._given.data / RECORD_FILE).unlink(missing_ok=True)
        self.installation.database.dispose()
        for end in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + end).unlink(missing_ok=True)
        shutil.rmtree(self._given.data / HISTORY_FOLDER, ignore_errors=True)

    def prepare(self, stopping: threading.Event, bar: Bar) -> bool:
        """Make the record and its statistics; returns whether it is ready, or ended early by ``stopping``.

        Meanwhile the site answers how far it is. What was done before it ended early need not be done again.
        """
        works = (self._catalogue, self._record, self._statistics)
        self.web.launch()
        begun = 0
        try:
            for (stage, share), work in zip(SHARES.items(), works, strict=True):
                with bar(stage) as progress:
                    work(self._watched(progress, stopping, stage, begun, share))
                begun += share
        except _Stopped:
            return False
        self._record_state.is_complete = True
        self._record_state.write(self._given.data)
        self._preparing.remove()
        return True

    def _watched(
        self, progress: Progress, stopping: threading.Event, stage: str, begun: int, share: int
    ) -> Progress:
        """``progress``, which the site tells of as well, and which ends the stage when it is to stop."""
        told = -1

        def move(done: int, total: int) -> None:
            nonlocal told
            progress(done, total)
            percent = begun + share * done // max(total, 1)
            if percent > told:
                told = percent
                self._preparing.write(Preparation(stage, percent))
            if stopping.is_set():
                raise _Stopped

        move(0, 1)
        return move

    def _catalogue(self, progress: Progress) -> None:
        parts = self.installation
        parts.make_ready(migrate=True)
        for done, park in enumerate(self.parks):
            for tape in park.tapes:
                self._publish_hours(park, tape)
            progress(done + 1, len(self.parks))

    def _publish_hours(self, recorded: RecordedPark, tape: Tape) -> None:
        """The hours of the days of the record, which no feed tells any more.

        Those of days to come are left to the feed, except where it tells none at all.
        """
        park = recorded.row
        today = local_day(self._clock.now(), park.timezone)
        first = first_day(recorded.tapes, today, self._days) - ONE_DAY
        last = today - ONE_DAY if tape.info.feed is Feed.THEMEPARKS_WIKI else today + SCHEDULE_REACH
        body = {"schedule": tape.schedule_between(first, last)}
        hours = parse_schedule(body, tape.info.park_external_id, park.timezone)

        def write(connection: Connection) -> None:
            now = self._clock.now()
            changed = schedules.publish(connection, park.park_id, hours.entries, now, first, last)
            days = {date + later * ONE_DAY for date in changed for later in (0, 1)}
            dirty.mark_existing(connection, [(park.park_id, day) for day in days], "schedule", now)

        if hours.entries:
            self.installation.database.run(write)

    def _record(self, progress: Progress) -> None:
        parts = self.installation
        now = self._clock.now()
        log = parts.log("demo")
        log.setLevel(logging.WARNING)  # a line per tape would tell a reader nothing
        pending = self._pending(now)
        for done, park in enumerate(self.parks):
            if park.row.slug in pending:
                for tape, recording in heard(park, from_unix(pending[park.row.slug]), now):
                    ingest_readings(
                        parts.database,
                        recording,
                        tape.info.feed,
                        cadence_seconds=tape.info.cadence_seconds,
                        clock=parts.clock,
                        log=log,
                    )
                del pending[park.row.slug]
                self._record_state.write(self._given.data)
            progress(done + 1, len(self.parks))
        # Only now, because what is published of an entity is kept for the rides that are known.
        sync(parts.database, parts.feeds, parts.clock, parts.log("sync"))

    def _pending(self, now: dt.datetime) -> dict[str, int]:
        """Where each park's record is to go on from; kept, because a park takes several transactions."""
        with self.installation.database.read() as connection:
            known = observed_range(connection)
        pending = self._record_state.pending
        for park in self.parks:
            first = first_day(park.tapes, local_day(now, park.row.timezone), self._days)
            start = day_bounds(first, park.row.timezone)[0]
            if park.row.park_id in known:
                start = max(start, known[park.row.park_id][1] + 1)
            pending.setdefault(park.row.slug, start)
        self._record_state.write(self._given.data)
        return pending

    def _statistics(self, progress: Progress) -> None:
        parts = self.installation
        if self.goes_on:
            classify(parts.database, parts.clock, parts.tier_book(), parts.type_book())
            parts.rollup.run(progress)
            return
        # The second time round the tiers know the typical waits, which are statistics themselves (R13). Days
        # that lie too far back for these are computed the second time only.
        older = self._clock.now().date() - (WAIT_DAYS + 1) * ONE_DAY
        with parts.database.read() as connection:
            known = observed_range(connection)
        early = [park_id for park_id, (first, _) in known.items() if from_unix(first).date() < older]
        parts.database.run(lambda connection: _set_aside(connection, early, older))
        classify(parts.database, parts.clock, parts.tier_book(), parts.type_book())
        parts.rollup.run(_part_of(progress, 0, 2))
        classify(parts.database, parts.clock, parts.tier_book(), parts.type_book())
        if early:
            mark_range(parts.database, parts.clock, end=older, park_ids=early)
        parts.rollup.run(_part_of(progress, 1, 2))


def _set_aside(connection: Connection, park_ids: Sequence[int], until: dt.date) -> None:
    """Take these parks' days up to ``until`` off the dirty list."""
    marks = dirty.dirty(connection)
    dirty.clear(connection, marks.filter(pl.col("park_id").is_in(park_ids) & (pl.col("day") <= until)))


def _part_of(progress: Progress, number: int, rounds: int) -> Progress:
    """The progress of one of several equal rounds."""
    return lambda done, total: progress(number * total + done, rounds * total)


@contextmanager
def _taken(folder: Path) -> Iterator[None]:
    """Hold ``folder``: a second demonstration in it would take the first one's record away."""
    with open(folder / "demo.lock", "wb", opener=private_files.private_opener) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsError(
                f"a demonstration is running in {str(folder)!r}; stop it or use another folder (--data)"
            ) from error
        yield
