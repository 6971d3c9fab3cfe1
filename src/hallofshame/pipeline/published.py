"""Published hours: stored as versions with every sync, and every two hours while a park is open (R4)."""

from __future__ import annotations

import datetime as dt
import logging
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import FeedError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import local_day, to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding, ParkReading, ScheduleReading
from hallofshame.domain.rules import HOUR_SECONDS
from hallofshame.domain.words import Feed
from hallofshame.feeds.base import LiveFeed
from hallofshame.feeds.deadlines import Deadline, waiting
from hallofshame.pipeline.failures import FAILURES, refuse_too_many
from hallofshame.pipeline.jobrun import JobRun, job_run
from hallofshame.pipeline.polling import PolledPark, polled_parks
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.ride_hours import publish_reading
from hallofshame.store import data_version, dirty, findings, purchases, schedules
from hallofshame.store.database import Database
from hallofshame.store.reports.open_parks import open_parks

REFRESH_SECONDS = 2 * HOUR_SECONDS
"""How old the hours of an open park may become."""

RUN_EVERY_SECONDS = 10 * 60
"""Time between two runs, each of which asks for its share of the parks."""

DEADLINE_SECONDS = 60
"""How long a run waits for the feed in all; collection stands still meanwhile."""

WORKERS = 4
ONE_DAY = dt.timedelta(days=1)


def publish(
    connection: Connection, park: PolledPark, schedule: ScheduleReading | None, now: dt.datetime
) -> set[dt.date]:
    """Store the hours, and what is sold for these dates; returns the dates whose hours changed.

    Dates before and after those listed stay as known.

    Of the dates to come, those between listed ones that are not listed are taken back. Those that are over
    change only by being listed: a single old entry says nothing about the days since.
    A date's hours may close on the next date, so that both park-days depend on them (R4).
    """
    if schedule is None or not schedule.entries:
        return set()
    today = local_day(now, park.timezone)
    dates = sorted({entry.date for entry in schedule.entries})
    stretches = [(date, date) for date in dates if date < today]
    if dates[-1] >= today:
        stretches.append((next(date for date in dates if date >= today), dates[-1]))
    changed: set[dt.date] = set()
    offered: set[dt.date] = set()
    for first, last in stretches:
        changed |= schedules.publish(connection, park.park_id, schedule.entries, now, first, last)
        offered |= purchases.publish(connection, park.park_id, schedule.purchases, now, first, last)
    if offered:
        data_version.bump(connection, None)
    days = changed | {date + ONE_DAY for date in changed}
    dirty.mark_existing(connection, [(park.park_id, day) for day in sorted(days)], "schedule", now)
    return changed


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """What a run did: ``parks`` were asked for, ``failed`` of them gave no hours."""

    parks: int = 0
    failed: int = 0
    dates_changed: int = 0


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a park's requests gave. ``live``: only of a park that is read elsewhere; ``error``: why it is
    missing."""

    schedule: ScheduleReading
    live: ParkReading | None = None
    error: FeedError | None = None


class ScheduleRefresh:
    """Asks for the hours of parks that are open, because parks correct them on the day.

    Of a park that is read elsewhere it asks for its rides' own hours as well; of all others they come with
    every cycle.

    Each such park is asked for every two hours. A run asks for those that waited longest, at most twice the
    share that falls to it, so that never all parks are asked at once, not even after a start. A park is open
    by its rides or by its published hours; where neither says so, the daily sync has to do.
    """

    def __init__(
        self,
        database: Database,
        feeds: Mapping[Feed, LiveFeed],
        clock: Clock,
        log: logging.Logger,
        registry: Registry | None = None,
    ) -> None:
        self._registry = registry or Registry()
        self._database = database
        self._feeds = feeds
        self._clock = clock
        self._log = log
        self._asked: dict[int, float] = {}

    def run(self) -> RefreshResult:
        """Ask for the parks whose turn it is; without any, nothing is noted in the job log."""
        with self._database.read() as connection:
            parks = self._due(connection)
        if not parks:
            return RefreshResult()
        with job_run(self._database, self._clock, JobType.SCHEDULES) as run:
            result = self._refresh(parks, run)
        self._log.info(
            "hours of %d open parks asked for, %d failed, %d dates changed",
            result.parks,
            result.failed,
            result.dates_changed,
        )
        return result

    def _due(self, connection: Connection) -> list[PolledPark]:
        """The open parks whose turn it is, those that waited longest first."""
        now = to_unix(self._clock.now())
        opened = open_parks(connection, now)
        parks = [
            park
            for park in polled_parks(connection, self._feeds)
            if park.park_id in opened and Feed.THEMEPARKS_WIKI in dict(park.sources)
        ]
        elapsed = self._clock.elapsed()
        waited = {park.park_id: elapsed - self._asked.get(park.park_id, -math.inf) for park in parks}
        due = [park for park in parks if waited[park.park_id] >= REFRESH_SECONDS]
        due.sort(key=lambda park: (-waited[park.park_id], park.park_id))
        return due[: math.ceil(2 * len(parks) * RUN_EVERY_SECONDS / REFRESH_SECONDS)]

    def _refresh(self, parks: Sequence[PolledPark], run: JobRun) -> RefreshResult:
        deadline = Deadline(self._clock, DEADLINE_SECONDS)
        failed = broken = changed = 0
        first: str | None = None
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="schedules") as pool:
            requests = [pool.submit(self._fetch, park, deadline) for park in parks]
            for park, request in zip(parks, requests, strict=True):
                self._asked[park.park_id] = self._clock.elapsed()
                try:
                    answer = request.result()
                    changed += self._store(park, answer, run)
                    if answer.error is not None:
                        raise answer.error
                except FAILURES as error:
                    failed += 1
                    broken += not isinstance(error, FeedError)
                    first = first or f"{park.slug}: {error}"
                    if isinstance(error, FeedError):
                        self._log.debug("schedule of %s cannot be read: %s", park.slug, error)
                    else:
                        self._log.exception("hours of %s failed; the other parks go on", park.slug)
        run.parks, run.park_days = len(parks), changed
        run.detail = f"{failed} of {counted(len(parks), 'park')} failed"
        if failed == len(parks) or broken:
            run.fail(f"{run.detail}; first: {first}")
        return RefreshResult(len(parks), failed, changed)

    def _fetch(self, park: PolledPark, deadline: Deadline) -> _Answer:
        with waiting(deadline):
            source = self._feeds[Feed.THEMEPARKS_WIKI]
            external_id = dict(park.sources)[Feed.THEMEPARKS_WIKI]
            schedule = source.schedule(external_id, park.timezone)
            if park.sources[0][0] is Feed.THEMEPARKS_WIKI:
                return _Answer(schedule)
            try:
                live = source.poll(external_id).reading
                refuse_too_many("the live answer", len(live.rides))
            except FeedError as error:
                return _Answer(schedule, error=error)
            return _Answer(schedule, live)

    def _store(self, park: PolledPark, answer: _Answer, run: JobRun) -> int:
        now = self._clock.now()

        def work(connection: Connection) -> set[dt.date]:
            dates = publish(connection, park, answer.schedule, now)
            if answer.live is not None:
                dates |= publish_reading(connection, self._registry, park, answer.live, now).dates
            refused = answer.schedule.findings
            found: list[tuple[int | None, Finding]] = [(park.park_id, each) for each in refused]
            findings.record(connection, found, now)
            if dates:
                data_version.bump(connection, None)
            return dates

        try:
            dates = self._database.run(work)
        except BaseException:
            self._registry.forget()
            raise
        run.cover(dates)
        return len(dates)
