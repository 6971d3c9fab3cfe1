"""Import through ThemeParks.wiki's history API: park-days become part of the record (R3, R15).

One request asks for one local day of a whole park. Days are taken oldest first, each in one transaction with
its checkpoint, within the budgets of the API; the roll-up does the rest.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import (
    BudgetSpentError,
    FeedError,
    InputError,
    KeyRefusedError,
    ParkFailedError,
    RequestSkippedError,
    StorageError,
    WindowExceededError,
)
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import ONE_DAY, day_bounds, from_unix, local_day, to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding, HistoryPage, StatusChange
from hallofshame.domain.words import UNREACHABLE, Origin, PollOutcome
from hallofshame.feeds.deadlines import Deadline, waiting
from hallofshame.pipeline.failures import FAILURES, FailureLog, refuse_too_many
from hallofshame.pipeline.history_days import (
    EMPTY,
    OUTSIDE_KEY,
    REFUSED,
    SETTLED_AFTER,
    SOURCE,
    changes_within,
    note_findings,
    store_day,
    taken_days,
)
from hallofshame.pipeline.history_files import HistoryDays, WaitingDay
from hallofshame.pipeline.history_parks import HistoryPark, history_parks
from hallofshame.pipeline.history_request import HistoryImported, HistoryRange, HistorySource
from hallofshame.pipeline.imported import ParkImported
from hallofshame.pipeline.jobrun import JobRun, job_run
from hallofshame.pipeline.partitioning import make_room
from hallofshame.pipeline.registry import Registry
from hallofshame.store import checkpoints, findings, preferred
from hallofshame.store.database import Database, concerns_whole_store
from hallofshame.store.history.reading import History

ARCHIVE_BEGINS = dt.date(2021, 7, 3)
"""The first day that the API has of any park."""

SILENT_PAUSE_SECONDS = 60.0
"""Pause after a 429 that names none."""

SILENT_REFUSALS = 5
"""So many of them in a row end the import."""

FLOOR_KEY = "earliest"
"""Key of the checkpoint that is no day: the first day of a plan."""

LONG_PAUSE_SECONDS = 60.0
"""Before the import waits for longer, the days that it has asked for are brought into the record."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _ParkDay:
    park: HistoryPark
    day: dt.date


def import_history(
    database: Database,
    source: HistorySource,
    clock: Clock,
    log: logging.Logger,
    asked: HistoryRange,
    *,
    history: History | None = None,
    registry: Registry | None = None,
    progress: Progress | None = None,
    job: JobType = JobType.IMPORT,
    into: HistoryImported | None = None,
) -> HistoryImported:
    """Add park-days of the history API to the record; every park-day touched becomes dirty.

    Without a start the import begins where the plan does, without an end it takes every day that is over. A
    day taken before the API had finished it (three days after its end) is taken once more; others only with
    ``again``. Broken off at any moment it goes on there. ``into`` is filled while the import runs, so that it
    tells what was done if that is broken off.

    :param history: where the history files stand; closed days go straight into them, a month at a time. But
        a run with a limit of time, as beside collecting, takes few days of a month and stores each in SQL:
        the daily sealing writes the month once for all of them. Without ``history`` all days go into SQL.

    :raises InputError: for a start after the end, or an end before the archive begins.
    :raises NotFoundError: where none of the parks chosen has an id at ThemeParks.wiki.
    """
    if asked.start is not None and asked.end is not None and asked.start > asked.end:
        raise InputError(f"start {asked.start} lies after end {asked.end}; swap them", parameter="start")
    if asked.end is not None and asked.end < ARCHIVE_BEGINS:
        raise InputError(
            f"end {asked.end} lies before {ARCHIVE_BEGINS}, when the archive begins; give a later one",
            parameter="end",
        )
    with job_run(database, clock, job) as run:
        importing = _Import(database, source, clock, log, asked, history, registry or Registry())
        if into is not None:
            into.earliest = importing.result.earliest
            importing.result = into
        total = importing.count()
        try:
            for done, _ in enumerate(importing.run(), start=1):
                _note_progress(run, importing.result)
                if progress is not None:
                    progress(min(done + importing.result.beyond, total), total)
        finally:
            # Requests are scarce: what was answered is kept, however the import ends.
            importing.write_waiting()
            _note_progress(run, importing.result)
        result = importing.result
        run.cover(day for park in result.parks.values() for day in park.days)
        run.detail = (
            f"{counted(result.taken, 'park-day')}, {counted(result.events, 'event')}, "
            f"{counted(result.left, 'park-day')} left" + (f": {result.stopped}" if result.stopped else "")
        )[:300]
    return result


def _note_progress(run: JobRun, result: HistoryImported) -> None:
    run.parks, run.rows_written, run.park_days = len(result.parks), result.new_rows, result.taken


class _Import:
    """One import: asks for one park-day after the other and writes it."""

    def __init__(
        self,
        database: Database,
        source: HistorySource,
        clock: Clock,
        log: logging.Logger,
        asked: HistoryRange,
        history: History | None,
        registry: Registry,
    ) -> None:
        self._database = database
        self._source = source
        self._clock = clock
        self._log = log
        self._asked = asked
        self._history = history
        self._registry = registry
        self._failures = FailureLog(log)
        self._deadline = None if asked.seconds is None else Deadline(clock, asked.seconds)
        self._owner = str(getattr(source.budget, "owner", "unmetered"))
        self._silent_refusals = 0
        self._room_since: int | None = None
        self._in_record: set[tuple[int, dt.date]] = set()
        self._days: HistoryDays | None = None
        if history is not None and asked.seconds is None:
            self._days = HistoryDays(database, clock, registry, history.shelf)
        self.result = HistoryImported()
        with database.read() as connection:
            self._parks = history_parks(connection, asked.park_ids)
            self._done, outside = taken_days(connection)
            self._floor = self._kept_floor(connection)
        self.result.earliest = self._floor
        self._slugs = {park.park_id: park.slug for park in self._parks}
        self._parks = [park for park in self._parks if not self._rests(outside.get(park.park_id, 0))]

    def count(self) -> int:
        """How many park-days there are to ask for."""
        return sum(1 for _ in self._wanted_days())

    def run(self) -> Iterator[None]:
        """Take the days; yields after each."""
        days = list(self._wanted_days())
        self.result.left = len(days)
        if self._asked.replace:
            known = {key for key in self._in_record if self._done[key][0] not in (EMPTY, REFUSED)}
            self._database.run(
                lambda connection: preferred.prefer(connection, known, Origin.ARCHIVE, self._clock.now())
            )
        for place, item in enumerate(days):
            if not self._is_wanted(item):
                continue
            sieved = self._floor, len(self.result.outside)
            if not self._take(item):
                return
            if (self._floor, len(self.result.outside)) == sieved:
                self.result.left -= 1
            else:
                self.result.left = sum(1 for other in days[place + 1 :] if self._is_wanted(other))
            yield

    def _wanted_days(self) -> Iterator[_ParkDay]:
        """The park-days to ask for, oldest first; those in the record are counted as known."""
        now = self._clock.now()
        start = max(self._asked.start or ARCHIVE_BEGINS, ARCHIVE_BEGINS)
        last = max((local_day(now, park.timezone) for park in self._parks), default=start)
        end = min(self._asked.end or last, last)
        self.result.known = 0
        for number in range((end - start).days + 1):
            day = start + number * ONE_DAY
            for park in self._parks:
                if from_unix(day_bounds(day, park.timezone)[1]) > now:
                    continue
                item = _ParkDay(park, day)
                if self._is_known(item, now):
                    self.result.known += 1
                    self._in_record.add((park.park_id, day))
                elif self._is_wanted(item):
                    yield item

    def _is_known(self, item: _ParkDay, now: dt.datetime) -> bool:
        version, taken_at = self._done.get((item.park.park_id, item.day), (None, 0))
        if version is None or self._asked.again:
            return False
        if version == REFUSED:
            return self._rests(taken_at)
        settled = day_bounds(item.day, item.park.timezone)[1] + SETTLED_AFTER.total_seconds()
        return taken_at >= settled or now.timestamp() < settled

    def _rests(self, noted_at: int) -> bool:
        """Whether what was refused then is not to be asked for again by an import that nobody waits for."""
        return not self._asked.wait and self._clock.now().timestamp() - noted_at < ONE_DAY.total_seconds()

    def _is_wanted(self, item: _ParkDay) -> bool:
        is_beyond = self._floor is not None and item.day < self._floor
        return not is_beyond and item.park.slug not in self.result.outside

    def _take(self, item: _ParkDay) -> bool:
        """Ask for a day and write it; whether to go on."""
        while True:
            if self._deadline is not None and self._deadline.seconds_left() <= 0:
                self.result.stopped = "the time for this run is over"
                return False
            try:
                page = self._ask(item)
            except BudgetSpentError as error:
                if not self._sit_out(error.wait_seconds):
                    self.result.stopped = str(error)
                    return False
                continue
            except WindowExceededError as error:
                self._learn_floor(item, error)
                return True
            except KeyRefusedError as error:
                self.result.stopped, self.result.is_refused = str(error), True
                self._log.error("%s", error)
                return False
            except RequestSkippedError as error:
                self.result.stopped = str(error)
                return False
            except FeedError as error:
                if error.outcome is PollOutcome.RATE_LIMITED and self._silent_refusals < SILENT_REFUSALS:
                    self._silent_refusals += 1
                    self._source.budget.pause(SILENT_PAUSE_SECONDS)
                    continue
                return self._refuse(item, error)
            except FAILURES as error:
                return self._refuse(item, ParkFailedError(f"reading the history of {item.day}", error))
            self._silent_refusals = 0
            self._write(item, page)
            return True

    def _ask(self, item: _ParkDay) -> HistoryPage:
        park = item.park
        if self._deadline is None:
            page = self._source.day(park.external_id, item.day, park.timezone)
        else:
            with waiting(self._deadline):
                page = self._source.day(park.external_id, item.day, park.timezone)
        self.result.requests += 1
        refuse_too_many("the history of the day", len({change.external_id for change in page.changes}))
        return page

    def _sit_out(self, seconds: float) -> bool:
        """Wait until a request is allowed; whether that is wanted and in time."""
        if not self._asked.wait:
            return False
        if self._deadline is not None and seconds >= self._deadline.seconds_left():
            return False
        left = self._source.budget.seconds_for(self.result.left)
        self._log.info(
            "history API: %s park-days taken, %s left; the budget allows the next request in %s, all of them "
            "take about %s",
            self.result.taken,
            self.result.left,
            in_words(seconds),
            in_words(max(left, seconds)),
        )
        if seconds > LONG_PAUSE_SECONDS:
            self.write_waiting()
        self._clock.sleep(seconds)
        return True

    def _learn_floor(self, item: _ParkDay, error: WindowExceededError) -> None:
        """Take the first day of the plan as the first one to ask for, in every park."""
        floor = error.earliest if error.earliest is not None else item.day + ONE_DAY
        # A floor that does not move would ask for the same days for ever.
        self._floor = max(floor, item.day + ONE_DAY)
        self.result.earliest = self._floor
        start = max(self._asked.start or ARCHIVE_BEGINS, ARCHIVE_BEGINS)
        self.result.beyond = len(self._parks) * max(0, (self._floor - start).days)
        self._log.info("history API: days before %s are beyond the plan and left out", self._floor)
        if error.earliest is not None:
            self._note(f"{FLOOR_KEY} {self._owner}", f"{self._floor}", checkpoints.ALL_PARKS)

    def _kept_floor(self, connection: Connection) -> dt.date | None:
        """The first day of the plan, where it was learned within the last day; it moves on with the days."""
        kept = checkpoints.latest(connection, SOURCE, f"{FLOOR_KEY} {self._owner}")
        if kept is None:
            return None
        version, noted_at = kept
        is_fresh = 0 <= self._clock.now().timestamp() - noted_at < ONE_DAY.total_seconds()
        return dt.date.fromisoformat(version) if is_fresh else None

    def _refuse(self, item: _ParkDay, error: FeedError) -> bool:
        """Leave a day or a park out with one line; whether the import goes on."""
        slug, key = item.park.slug, f"{item.park.slug} {item.day}"
        if error.outcome is PollOutcome.NOT_FOUND:
            self.result.outside[slug] = str(error)
            self._log.warning("%s: the history API does not have this park; left out: %s", slug, error)
            self._note(OUTSIDE_KEY, REFUSED, item.park.park_id)
            return True
        if error.outcome in UNREACHABLE or error.outcome is PollOutcome.RATE_LIMITED:
            self.result.stopped = str(error)
            return False
        self.result.failed += 1
        self.result.refused[key] = str(error)
        if isinstance(error, ParkFailedError):
            finding = self._failures.failed(slug, error)
        else:
            self._log.warning("%s: %s", key, error)
            finding = Finding("history_unavailable", f"{item.day}", f"The history of {item.day}: {error}")
        self._database.run(
            lambda connection: findings.record(connection, [(item.park.park_id, finding)], self._clock.now())
        )
        if (item.park.park_id, item.day) not in self._done:
            self._note(item.day.isoformat(), REFUSED, item.park.park_id)
        return True

    def _note(self, key: str, version: str, park_id: int) -> None:
        self._database.run(
            lambda connection: checkpoints.note(
                connection, SOURCE, key, version, [park_id], self._clock.now()
            )
        )

    def _write(self, item: _ParkDay, page: HistoryPage) -> None:
        park, day = item.park, item.day
        self.result.findings.update(finding.kind for finding in page.findings)
        changes = changes_within(page, day, park.timezone)
        try:
            if not changes:
                self.result.empty += 1
                self._database.run(lambda connection: self._keep_empty(connection, item, page))
                return
            if self._days is not None and self._is_new(item):
                self._let_wait(self._days, item, changes, page)
                return
            self._make_room(min(to_unix(change.at) for change in changes))

            def work(connection: Connection) -> tuple[int, bool]:
                now = self._clock.now()
                known = park.park_id, park.timezone
                stored = store_day(connection, self._registry, self._history, known, day, changes, now)
                note_findings(connection, park.park_id, page, now)
                if self._asked.replace:
                    preferred.prefer(connection, [(park.park_id, day)], Origin.ARCHIVE, now)
                return stored.new_rows, stored.is_corrected

            new_rows, is_corrected = self._database.run(work)
        except FAILURES as error:
            self._registry.forget()
            if isinstance(error, StorageError) or concerns_whole_store(error):
                raise
            self._refuse(item, ParkFailedError(f"storing the history of {day}", error))
            return
        self.result.corrected += is_corrected
        self._count(park.park_id, day, len(changes))
        self.result.parks[park.park_id].new_rows += new_rows

    def _count(self, park_id: int, day: dt.date, events: int) -> None:
        self.result.taken += 1
        found = self.result.parks.setdefault(park_id, ParkImported(self._slugs[park_id]))
        found.events += events
        found.days.add(day)

    def _is_new(self, item: _ParkDay) -> bool:
        """Whether nothing of a day is in the record that a new recording of it would have to correct."""
        version, _ = self._done.get((item.park.park_id, item.day), (EMPTY, 0))
        return version in (EMPTY, REFUSED)

    def _let_wait(
        self, days: HistoryDays, item: _ParkDay, changes: Sequence[StatusChange], page: HistoryPage
    ) -> None:
        """Keep a day until its month is written."""
        if days.is_full_before(item.day):
            self.write_waiting()
        park = item.park.park_id, item.park.timezone

        def work(connection: Connection) -> WaitingDay:
            note_findings(connection, item.park.park_id, page, self._clock.now())
            return days.add(connection, park, item.day, changes)

        days.keep(self._database.run(work))

    def write_waiting(self) -> None:
        """Bring the days that wait into the record; where that fails, each by itself."""
        waiting = [] if self._days is None else self._days.taken_out()
        try:
            self._write_days(waiting)
        except FAILURES as error:
            self._registry.forget()
            if isinstance(error, StorageError) or concerns_whole_store(error):
                raise
            for day in waiting:
                self._write_alone(day)

    def _write_alone(self, day: WaitingDay) -> None:
        try:
            self._write_days([day])
        except FAILURES as error:
            self._registry.forget()
            if isinstance(error, StorageError) or concerns_whole_store(error):
                raise
            park = next(park for park in self._parks if park.park_id == day.park_id)
            self._refuse(_ParkDay(park, day.day), ParkFailedError(f"storing the history of {day.day}", error))

    def _write_days(self, days: Sequence[WaitingDay]) -> None:
        if self._days is None or not days:
            return
        new = self._days.write(days, prefer_archive=self._asked.replace)
        for day in days:
            self._count(day.park_id, day.day, day.batch.said.events.height)
        for park_id, rows in new.items():
            self.result.parks[park_id].new_rows += rows

    def _keep_empty(self, connection: Connection, item: _ParkDay, page: HistoryPage) -> None:
        """A day without events; one that the API had not finished yet is asked for once more."""
        now, park_id = self._clock.now(), item.park.park_id
        note_findings(connection, park_id, page, now)
        if self._done.get((park_id, item.day), (REFUSED, 0))[0] in (EMPTY, REFUSED):
            checkpoints.note(connection, SOURCE, item.day.isoformat(), EMPTY, [park_id], now)

    def _make_room(self, since: int) -> None:
        if self._room_since is None or since < self._room_since:
            make_room(self._database, self._clock, since)
            self._room_since = since


def in_words(seconds: float) -> str:
    """A length of time for people: ``45 s``, ``12 min``, ``3 h 20 min``, ``4 days``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes = round(whole / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{counted(round(hours / 24), 'day')}"
