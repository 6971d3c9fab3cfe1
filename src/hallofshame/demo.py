"""The demonstration: the whole system on recordings that are played as if they were of today."""

from __future__ import annotations

import csv
import datetime as dt
import fcntl
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import polars as pl

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
from hallofshame.store import schedules
from hallofshame.store.raw import observed_range

DEFAULT_FOLDER = Path("demo-data")
CATALOGUE_FILE = "demo-parks.csv"
DATABASE_FILE = "hallofshame-demo.sqlite"
"""A name of its own, so that no demonstration ever replaces a real record."""

LEAST_RECORD = dt.timedelta(weeks=5)
"""How far back the record is made at least; it always holds the whole of last month."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the preparation; ``work`` reports (done, total)."""

    label: str
    work: Callable[[Progress], object]


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
        least_record: dt.timedelta = LEAST_RECORD,
    ) -> None:
        clock = clock if clock is not None else SystemClock()
        self._replay = ReplayServer(
            clock=clock, tapes=load_tapes(SHIPPED_RECORDINGS) if tapes is None else tapes
        )
        self._clock = clock
        self._given = settings
        self._keep = keep
        self._least_record = least_record
        self.parks = recorded_parks(list(self._replay.tapes.values()), settings)

    def __enter__(self) -> Self:
        self._replay.start()
        try:
            self.installation = self._installed()
        except BaseException:
            self._replay.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.installation.close()
        self._replay.stop()
        self._lock.close()

    def _installed(self) -> Installation:
        file, catalogue = self._given.data / DATABASE_FILE, self._given.data / CATALOGUE_FILE
        settings = self._given.model_copy(
            update={
                "database_url": f"sqlite:///{file}",
                "catalogue_file": catalogue,
                "parks": tuple(park.row.slug for park in self.parks),
                "queue_times_url": self._replay.base_url,
                "themeparks_wiki_url": self._replay.base_url,
                "gap_repair": False,
            }
        )
        make_folder(settings.data)
        write_catalogue(self.parks, catalogue)
        self._lock = _take(settings.data)
        installation = Installation(settings, clock=self._clock)
        self.web = WebServer(installation)
        if not self._keep:
            for path in (file, *(file.with_name(file.name + end) for end in ("-wal", "-shm"))):
                path.unlink(missing_ok=True)
        return installation

    def stages(self, stopping: threading.Event) -> Iterator[Stage]:
        """The preparation, in order; it ends early when ``stopping`` is set."""
        for stage in (
            Stage("Parks, hours and rides", self._catalogue),
            Stage("Record of the last weeks", self._record),
            Stage("Statistics", self._statistics),
        ):
            if not stopping.is_set():
                yield stage

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
        first, last = first_recorded_day(today, self._least_record), today - ONE_DAY
        body = {"schedule": tape.schedule_between(first - ONE_DAY, last)}
        hours = parse_schedule(body, tape.info.park_external_id, park.timezone)
        self.installation.database.run(
            lambda connection: schedules.publish(
                connection, park.park_id, hours.entries, self._clock.now(), first - ONE_DAY, last
            )
        )

    def _record(self, progress: Progress) -> None:
        parts = self.installation
        now = self._clock.now()
        with parts.database.read() as connection:
            known = observed_range(connection)
        for done, park in enumerate(self.parks):
            first = first_recorded_day(local_day(now, park.row.timezone), self._least_record)
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
                    log=parts.log("ingest"),
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
        order = sorted(
            (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI), key=lambda feed, row=row: feed != row.primary_feed
        )
        keys = [(feed, row.external_id(feed)) for feed in order]
        its_tapes = tuple(
            by_key[feed, key] for feed, key in keys if key is not None and (feed, key) in by_key
        )
        if its_tapes:
            found.append(RecordedPark(row, its_tapes))
    if not found:
        raise RecordingError("no recording is of a park in the catalogue; reinstall hallofshame")
    return found


def first_recorded_day(today: dt.date, least: dt.timedelta) -> dt.date:
    """``least`` before ``today``, or the first of last month if that is earlier still."""
    last_month = (today.replace(day=1) - ONE_DAY).replace(day=1)
    return min(today - least, last_month)


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


def _take(folder: Path) -> IO[bytes]:
    """Lock ``folder`` until the file is closed: a second demonstration would take the first's record away."""
    file = (folder / "demo.lock").open("wb")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise SettingsError(
            f"a demonstration is running in {str(folder)!r}; stop it or use another folder (--data)"
        ) from error
    return file
