"""Park-days of the history API on their way into history files: gathered, since a month is written whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.localtime import day_bounds, from_unix, to_unix
from hallofshame.domain.readings import StatusChange
from hallofshame.domain.words import Feed, Origin
from hallofshame.feeds.archive_columns import EVENTS, ParkEvents
from hallofshame.feeds.archive_columns import QUEUES as EVENT_QUEUES
from hallofshame.feeds.archive_gathering import Entity
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.archive_events import ParkEventBatch, rows_of, spanned
from hallofshame.pipeline.cycle_rows import queue_row
from hallofshame.pipeline.event_log import closing_rows
from hallofshame.pipeline.history_days import SOURCE, version_of
from hallofshame.pipeline.past import PastWriter
from hallofshame.pipeline.record import doubled, one_per_ride
from hallofshame.pipeline.registry import Registry
from hallofshame.store import catalogue, checkpoints, findings, preferred
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import Shelf

DAYS_AT_ONCE = 250
"""Park-days that wait to be written, at most: a kill costs asking for them again, and a file is written anew
for each time that they are written."""


@dataclass(frozen=True, slots=True)
class WaitingDay:
    """A park-day that was asked for and is not in the record yet."""

    day: dt.date
    timezone: str
    batch: ParkEventBatch
    version: str

    @property
    def park_id(self) -> int:
        """The park."""
        return self.batch.park_id

    @property
    def closes_at(self) -> int:
        """The last second of the day (Unix)."""
        return day_bounds(self.day, self.timezone)[1] - 1


class HistoryDays:
    """Gathers whole park-days and writes them together: closed days into history files, others into SQL.

    The rows are those that :func:`hallofshame.pipeline.history_days.store_day` stores of a day that is not in
    the record yet. A day is noted once all of it is in the record.
    """

    def __init__(self, database: Database, clock: Clock, registry: Registry, shelf: Shelf) -> None:
        self._database = database
        self._clock = clock
        self._registry = registry
        self._writer = PastWriter(database, clock, shelf)
        self._waiting: list[WaitingDay] = []

    def is_full_before(self, day: dt.date) -> bool:
        """Whether what waits is to be written before a day comes: it is much, or of another month."""
        first = self._waiting[0].day if self._waiting else day
        return len(self._waiting) >= DAYS_AT_ONCE or (first.year, first.month) != (day.year, day.month)

    def add(
        self, connection: Connection, park: tuple[int, str], day: dt.date, changes: Sequence[StatusChange]
    ) -> WaitingDay:
        """A day with what its rides are (R14); it waits once :meth:`keep` is given it."""
        park_id, timezone = park
        batch = ParkEventBatch(park_id, _said_by(changes))
        waiting = WaitingDay(day, timezone, batch, version_of(changes))
        known = self._registry.identify(
            connection,
            park_id,
            Feed.THEMEPARKS_WIKI,
            batch.sightings(),
            from_unix(waiting.closes_at),
            batch.company(),
        )
        odd = [(park_id, finding) for finding in known.findings]
        findings.record(connection, odd, self._clock.now())
        return replace(waiting, batch=replace(batch, known=known))

    def keep(self, day: WaitingDay) -> None:
        """Let a day wait until it is written."""
        self._waiting.append(day)

    def taken_out(self) -> list[WaitingDay]:
        """The days that wait; they are the caller's to write."""
        days, self._waiting = self._waiting, []
        return days

    def write(self, days: Sequence[WaitingDay], *, prefer_archive: bool) -> Counter[int]:
        """Bring days into the record; the rows by park that it did not have.

        :param days: at least one.
        :param prefer_archive: these days are computed from the archive, whatever covers them better (R15).
        :raises StorageError: where a history file cannot be written.
        """
        with self._database.read() as connection:
            ride_ids = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "ride")
        observations, queues = rows_of([day.batch for day in days], ride_ids)
        ends = [_closing(day, observations, ride_ids) for day in days]
        odd = doubled(observations, queues)
        timezones = {day.park_id: day.timezone for day in days}
        new = self._writer.write(one_per_ride(pl.concat([observations, *ends])), queues, timezones)

        def work(connection: Connection) -> None:
            now = self._clock.now()
            findings.record(connection, odd, now)
            if prefer_archive:
                preferred.prefer(connection, [(day.park_id, day.day) for day in days], Origin.ARCHIVE, now)
            for park_id in timezones:
                versions = {day.day.isoformat(): day.version for day in days if day.park_id == park_id}
                checkpoints.note_files(connection, SOURCE, versions, [park_id], now)

        self._database.run(work)
        return new


def _closing(day: WaitingDay, observations: pl.DataFrame, ride_ids: dict[str, int]) -> pl.DataFrame:
    """The observations that end what is known of each ride of a day, but for those with one at its end."""
    known = day.batch.known
    if known is None:
        return pl.DataFrame(schema=OBSERVATIONS)
    rides = {ride_ids.get(sighting.external_id or "", ride) for sighting, ride in known.rides.items()}
    told = observations.filter(park_id=day.park_id, observed_at=day.closes_at)["ride_id"]
    return closing_rows(day.park_id, rides - set(told), day.closes_at)


def _said_by(changes: Sequence[StatusChange]) -> ParkEvents:
    """Changes as columns, in their order."""
    entities: dict[Entity, int] = {}
    events: list[tuple[object, ...]] = []
    queues: list[tuple[object, ...]] = []
    for change in changes:
        entity = Entity(change.external_id, change.name, change.kind)
        number, at = entities.setdefault(entity, len(entities)), to_unix(change.at)
        events.append((number, at, change.status, change.wait_minutes))
        queues += [(number, at, *queue_row(0, at, 0, queue)[3:]) for queue in change.queues]
    return spanned(
        ParkEvents(
            tuple(entities),
            (),
            pl.DataFrame(events, schema=EVENTS, orient="row"),
            pl.DataFrame(queues, schema=EVENT_QUEUES, orient="row"),
            (),
        )
    )
