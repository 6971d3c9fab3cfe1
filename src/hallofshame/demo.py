"""The demonstration: the whole system on recordings that are played as if they were of today."""

from __future__ import annotations

import csv
import datetime as dt
import fcntl
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock, SystemClock
from hallofshame.domain.errors import RecordingError, SettingsError
from hallofshame.domain.localtime import ONE_DAY, day_bounds, from_unix, local_day
from hallofshame.domain.words import BreakdownSignal, Feed
from hallofshame.feeds.recordings import Recording
from hallofshame.feeds.replay import SHIPPED_RECORDINGS, ReplayServer, Tape, load_tapes
from hallofshame.feeds.themeparks_wiki_parse import parse_schedule
from hallofshame.installation import Installation, make_folder
from hallofshame.pipeline.classifying import classify
from hallofshame.pipeline.ingest import ingest_readings
from hallofshame.pipeline.shipped import PARK_COLUMNS, CatalogueRow, load_parks
from hallofshame.pipeline.sync import sync
from hallofshame.service import WebServer
from hallofshame.settings import Settings
from hallofshame.store import dirty, schedules
from hallofshame.store.raw import observed_range

CATALOGUE_FILE = "demo-parks.csv"
DATABASE_FILE = "hallofshame-demo.sqlite"
"""A name of its own, so that no demonstration ever replaces a real record."""

RECORD_DAYS = 35
"""How far back the record is made: enough for last week with its trend, and for most of last month."""

Progress = Callable[[int, int], None]
Bar = Callable[[str], AbstractContextManager[Progress]]
"""Shows how far a stage with a label has come."""


class _Stopped(Exception):  # noqa: N818 - a signal out of a long stage, never seen outside
    """The demonstration is to end before it is ready."""


@dataclass(frozen=True, slots=True)
class RecordedPark:
    """A park of the catalogue and its tapes, the one of its primary feed first."""

    row: CatalogueRow
    tapes: tuple[Tape, ...]


class Demo:
    """A demonstration, from ``with`` to the end of the block: replay server, installation and web server.

    Its database is made anew unless ``keep``; then the record goes on where it ended. Settings about feeds,
    parks and database are the demonstration's own, all others those given.

    :raises RecordingError: when no recording fits a park of the catalogue.
    :raises SettingsError: when the port is taken.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        keep: bool = False,
        tapes: Sequence[Tape] | None = None,
        clock: Clock | None = None,
        days: int = RECORD_DAYS,
    ) -> None:
        clock = clock if clock is not None else SystemClock()
        self._replay = ReplayServer(
            clock=clock, tapes=load_tapes(SHIPPED_RECORDINGS) if tapes is None else tapes
        )
        self._clock = clock
        self._given = settings
        self._keep = keep
        self._days = days * ONE_DAY
        self.parks = recorded_parks(list(self._replay.tapes.values()), settings)

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._replay)
            make_folder(self._given.data)
            stack.enter_context(_taken(self._given.data))
            self.installation = stack.enter_context(self._installed())
            self.web = WebServer(self.installation)
            stack.callback(self.web.stop)
            if not self._keep:
                self._forget()
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
                "catalogue_file": catalogue,
                "parks": tuple(park.row.slug for park in self.parks),
                "queue_times_url": self._replay.base_url,
                "themeparks_wiki_url": self._replay.base_url,
                "gap_repair": False,
            }
        )
        return Installation(settings, clock=self._clock, demonstration=True)

    def _forget(self) -> None:
        for end in ("", "-wal", "-shm"):
            self._file.with_name(self._file.name + end).unlink(missing_ok=True)

    def prepare(self, stopping: threading.Event, bar: Bar) -> bool:
        """Make the record and its statistics; returns whether it is ready, or ended early by ``stopping``."""

        def watched(progress: Progress) -> Progress:
            def move(done: int, total: int) -> None:
                progress(done, total)
                if stopping.is_set():
                    raise _Stopped

            return move

        stages: tuple[tuple[str, Callable[[Progress], None]], ...] = (
            ("Parks, hours and rides", self._catalogue),
            ("Record of the last weeks", self._record),
            ("Statistics", self._statistics),
        )
        try:
            for label, work in stages:
                with bar(label) as progress:
                    work(watched(progress))
        except _Stopped:
            return False
        return True

    def _catalogue(self, progress: Progress) -> None:
        parts = self.installation
        parts.make_ready(migrate=True)
        sync(parts.database, parts.feeds, parts.clock, parts.log("sync"))
        for done, park in enumerate(self.parks):
            for tape in park.tapes:
                self._publish_past_hours(park.row, tape)
            progress(done + 1, len(self.parks))

    def _publish_past_hours(self, park: CatalogueRow, tape: Tape) -> None:
        """What the park published for the days of the record; the feed itself only tells days to come."""
        today = local_day(self._clock.now(), park.timezone)
        first, last = today - self._days - ONE_DAY, today - ONE_DAY
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
        log.setLevel(logging.WARNING)  # one line per tape would tear the progress bar
        with parts.database.read() as connection:
            known = observed_range(connection)
        for done, park in enumerate(self.parks):
            first = local_day(now, park.row.timezone) - self._days
            start = from_unix(day_bounds(first, park.row.timezone)[0])
            if park.row.park_id in known:
                start = max(start, from_unix(known[park.row.park_id][1] + 1))
            for tape, recording in heard(park, start, now):
                ingest_readings(
                    parts.database,
                    recording,
                    tape.info.feed,
                    cadence_seconds=tape.info.cadence_seconds,
                    clock=parts.clock,
                    log=log,
                )
            progress(done + 1, len(self.parks))

    def _statistics(self, progress: Progress) -> None:
        parts = self.installation
        for _ in range(2):
            # The second time round the tiers know the typical waits, which are statistics themselves (R13).
            classify(parts.database, parts.clock, parts.tier_book())
            parts.rollup.run(progress)


def recorded_parks(tapes: Sequence[Tape], settings: Settings) -> list[RecordedPark]:
    """The parks of the catalogue that ``tapes`` are of, by ``park_id``.

    :raises RecordingError: when there is none.
    """
    by_key = {(tape.info.feed, tape.info.park_external_id): tape for tape in tapes}
    found = []
    for row in load_parks(settings.catalogue_file):
        feeds = [row.primary_feed, *(feed for feed in Feed if feed is not row.primary_feed)]
        keys = [(feed, row.external_id(feed) or "") for feed in feeds]
        its_tapes = tuple(by_key[key] for key in keys if key in by_key)
        if its_tapes:
            found.append(RecordedPark(row, its_tapes))
    if not found:
        raise RecordingError("no recording is of a park in the catalogue; reinstall hallofshame")
    return found


def write_catalogue(parks: Sequence[RecordedPark], file: Path) -> None:
    """Write the parks as a catalogue that knows only their recorded feeds; the others would never answer."""
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, PARK_COLUMNS)
        writer.writeheader()
        for park in parks:
            recorded = {tape.info.feed: tape.info.park_external_id for tape in park.tapes}
            is_primary = park.row.primary_feed in recorded
            writer.writerow(
                asdict(park.row)
                | {
                    "queue_times_id": recorded.get(Feed.QUEUE_TIMES),
                    "themeparks_wiki_id": recorded.get(Feed.THEMEPARKS_WIKI),
                    "primary_feed": park.tapes[0].info.feed.slug,
                    # What a fallback can tell is decided by the fallback (R5).
                    "breakdown_signal": park.row.breakdown_signal if is_primary else BreakdownSignal.CLOSED,
                    "is_water_park": int(park.row.is_water_park),
                    "aliases": "|".join(park.row.aliases),
                }
            )


def heard(park: RecordedPark, start: dt.datetime, end: dt.datetime) -> Iterator[tuple[Tape, Recording]]:
    """What polling the park in ``[start, end)`` would have given: fallbacks where those before are silent."""
    for place, tape in enumerate(park.tapes):
        recording = tape.polls_between(start, end)
        if place:
            recording = _where_silent(recording, park.tapes[:place])
        if not recording.readings.is_empty():
            yield tape, recording


def _where_silent(recording: Recording, asked_first: Sequence[Tape]) -> Recording:
    instants = recording.readings["observed_at"].unique().to_list()
    silent = [at for at in instants if all(tape.state_at(from_unix(at)) is None for tape in asked_first)]
    kept = pl.col("observed_at").is_in(silent)
    return replace(recording, readings=recording.readings.filter(kept), queues=recording.queues.filter(kept))


@contextmanager
def _taken(folder: Path) -> Iterator[None]:
    """Hold ``folder``: a second demonstration in it would take the first one's record away."""
    with (folder / "demo.lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsError(
                f"a demonstration is running in {str(folder)!r}; stop it or use another folder (--data)"
            ) from error
        yield
