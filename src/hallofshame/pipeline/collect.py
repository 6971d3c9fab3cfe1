"""Collect: one cycle asks every park's feed once and writes what was said in one transaction."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import ClockError, ParkFailedError, StoreError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import isoformat, local_day, to_unix
from hallofshame.domain.names import clipped
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import DiningTable, Finding, RideSlot, ShowTimeReading
from hallofshame.domain.words import Feed, PollOutcome
from hallofshame.feeds.base import LiveFeed
from hallofshame.logs import logged_as
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.cycle_rows import CycleRows, ShowsOf, poll_rows, sighting_of, together
from hallofshame.pipeline.failures import FAILURES, FailureLog
from hallofshame.pipeline.feed_threads import FeedThreads
from hallofshame.pipeline.feedhealth import PolledOnce, feed_states
from hallofshame.pipeline.jobrun import JobRun, job_run
from hallofshame.pipeline.polling import (
    DETAIL_CHARACTERS,
    ParkAnswer,
    PolledPark,
    PollRecord,
    PollRound,
    Progress,
    polled_parks,
)
from hallofshame.pipeline.record import QUEUES, doubled, one_per_ride, write_observations
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.ride_hours import HoursSaid, changed_since, publish, said_together
from hallofshame.pipeline.show_times import judged
from hallofshame.store import catalogue, dining, findings, raw, show_times
from hallofshame.store.database import Database, concerns_whole_store
from hallofshame.store.dining import DiningSaid
from hallofshame.store.instants import CLOCK_TOLERANCE_SECONDS
from hallofshame.store.observations import KEEP_SECONDS, SLACK_SECONDS, ObservationCache
from hallofshame.store.show_times import ShowsSaid

__all__ = ["Collector", "CycleResult", "ParkAnswer", "PollRecord", "PolledPark"]

TOUCH_SECONDS = 6 * 3600
"""How often a ride's ``last_seen_at`` is moved on; finer would rewrite the catalogue every cycle."""


@dataclass(frozen=True, slots=True)
class CycleResult:
    """What one cycle did. ``answered`` parks gave readings, ``failed`` gave none from any feed.

    ``cut_short`` requests were not made, or not to their end, because the cycle's time or a host's was over.
    ``failures`` says in one line per feed why it did not answer for some parks.
    """

    observed_at: dt.datetime
    parks: int
    answered: int
    failed: int
    readings: int
    cut_short: int = 0
    failures: tuple[str, ...] = ()

    @property
    def is_failure(self) -> bool:
        """Whether no park gave a reading and a feed failed. Lists without rides are an answer, too."""
        return not self.answered and bool(self.failures)


@dataclass(frozen=True, slots=True)
class _Stored:
    """What one transaction stored: the answers, those that could not be stored marked as failed."""

    answers: Sequence[ParkAnswer]
    written: raw.Written
    observations: pl.DataFrame


class Collector:
    """Runs cycles. One park's failure touches no other; every request leaves a row in ``feed_polls``.

    That holds for whatever goes wrong over a park's answer: in its request, in reading it, in recognising its
    rides, in writing its rows. Such a failure is logged, a finding, and the outcome ``internal_error``.

    A cycle waits for the feeds ``deadline_seconds`` (half of the cadence unless given) and writes what has
    arrived by then. Close the collector to let its threads go.

    >>> from hallofshame.clock import SystemClock
    >>> from hallofshame.store.schema import upgrade
    >>> database = Database("sqlite:///collect.db")
    >>> _ = upgrade(database)
    >>> collector = Collector(database, {}, SystemClock(), logging.getLogger("example"))
    >>> try:
    ...     collector.cycle()
    ... except StoreError as error:
    ...     print(error)
    ... finally:
    ...     collector.close()
    no park to collect: sqlite:///collect.db has none; run: hallofshame db upgrade
    """

    def __init__(
        self,
        database: Database,
        feeds: Mapping[Feed, LiveFeed],
        clock: Clock,
        log: logging.Logger,
        *,
        cadence_seconds: int = 300,
        deadline_seconds: float | None = None,
        workers: int = 16,
        cache: ObservationCache | None = None,
        registry: Registry | None = None,
        parks: frozenset[str] | None = None,
    ) -> None:
        self._database = database
        self._feeds = feeds
        self._clock = clock
        self._log = log
        self._failures = FailureLog(log)
        self._cadence = cadence_seconds
        self._deadline = deadline_seconds if deadline_seconds is not None else cadence_seconds / 2
        self._threads = FeedThreads(feeds, clock, workers)
        self._cache = cache
        self._registry = registry or Registry()
        self._only = parks
        self._settled = True
        self._touched: dict[int, int] = {}
        self._shows: dict[int, tuple[ShowTimeReading, ...]] = {}
        self._dining: dict[int, tuple[DiningTable, ...]] = {}
        self._hours: dict[int, tuple[RideSlot, ...]] = {}

    def close(self) -> None:
        """Let the threads that ask the feeds go."""
        self._threads.close()

    def cycle(self, progress: Progress | None = None) -> CycleResult:
        """One collection run: a single ``observed_at`` for all parks, a single transaction for all rows.

        ``progress`` is told how many parks have been heard, or will not be.

        :raises StoreError: when there is no park to ask for.
        :raises ClockError: when all sources agree that this host's clock is wrong; then nothing is written
            but the finding.
        """
        with job_run(self._database, self._clock, JobType.CYCLE) as run:
            observed_at = self._clock.now().replace(microsecond=0)
            with logged_as(cycle=isoformat(observed_at)):
                result = self._cycle(observed_at, run, progress)
            run.parks, run.rides, run.rows_written = result.parks, result.readings, result.readings
            run.detail = f"{result.answered} of {counted(result.parks, 'park')} answered"
            if result.is_failure:
                run.fail(f"no park answered: {'; '.join(result.failures)}")
        return result

    def _cycle(self, observed_at: dt.datetime, run: JobRun, progress: Progress | None) -> CycleResult:
        with self._database.read() as connection:
            parks = [
                park
                for park in polled_parks(connection, self._feeds)
                if self._only is None or park.slug in self._only
            ]
        if not parks:
            raise StoreError(self._why_no_parks())
        run.cover(local_day(observed_at, park.timezone) for park in parks)
        polls = PollRound(self._threads, self._clock, self._failures, observed_at, self._deadline)
        answers = polls.ask(parks, progress)
        self._check_clock(observed_at, answers)
        return self.store(observed_at, answers)

    def _why_no_parks(self) -> str:
        with self._database.read() as connection:
            found = catalogue.park_table(connection)
        url = self._database.url
        if not found:
            return f"no park to collect: {url} has none; run: hallofshame db upgrade"
        chosen = [park for park in found if self._only is None or park.slug in self._only]
        if self._only is not None and not chosen:
            return (
                f"no park to collect: {url} has none of the chosen {', '.join(sorted(self._only))}; "
                "run: hallofshame db upgrade"
            )
        active = sum(park.is_active for park in chosen)
        return (
            f"no park to collect: {url} has {counted(len(chosen), 'park')}, {active} of them active, and no "
            "active one has an id at a feed; correct the catalogue file, as docs/catalogue.md describes"
        )

    def store(self, observed_at: dt.datetime, answers: Sequence[ParkAnswer]) -> CycleResult:
        """Write the answers of one cycle in one transaction."""
        self._prepare(answers)
        stored = self._database.run(lambda connection: self._attempt(connection, observed_at, answers))
        self._settled = True
        answers, observations = stored.answers, stored.observations
        if self._cache is not None:
            self._cache.append(observations, stored.written.revisions)
            # Parks that answer are shortened as rows come in; here go those that fell silent.
            self._cache.trim(to_unix(observed_at) - KEEP_SECONDS - SLACK_SECONDS)
        answered = sum(answer.reading is not None for answer in answers)
        result = CycleResult(
            observed_at,
            len(answers),
            answered,
            len(answers) - answered,
            observations.height,
            sum(poll.cut_short for answer in answers for poll in answer.polls),
            tuple(state.failure for state in feed_states(_polled(answers)) if state.failure is not None),
        )
        for failure in result.failures:
            self._log.warning("%s", failure)
        self._log.log(
            logging.WARNING if result.cut_short else logging.INFO,
            "cycle %s: %d of %d parks answered, %d readings, %d requests cut short",
            observed_at.isoformat(),
            answered,
            len(answers),
            result.readings,
            result.cut_short,
        )
        return result

    def _prepare(self, answers: Sequence[ParkAnswer]) -> None:
        """Recognise the rides of all answers before the writing transaction begins."""
        if not self._settled:
            self._forget()
        with self._database.read() as connection:
            self._registry.prepare(
                connection,
                [
                    (answer.park.park_id, answer.reading.feed, map(sighting_of, answer.reading.rides))
                    for answer in answers
                    if answer.reading is not None
                ],
            )

    def _check_clock(self, observed_at: dt.datetime, answers: Sequence[ParkAnswer]) -> None:
        """Refuse a stamp that every source says is too late, or every source says is too early.

        What is written under a wrong clock stays in the record for good. One source whose own clock is
        wrong, or whose answers come out of an old cache, is outvoted by any other.
        """
        ahead = sorted(answer.ahead_seconds for answer in answers if answer.ahead_seconds is not None)
        if not ahead or (ahead[0] <= CLOCK_TOLERANCE_SECONDS and ahead[-1] >= -CLOCK_TOLERANCE_SECONDS):
            return
        least = ahead[0] if ahead[0] > 0 else ahead[-1]
        message = (
            f"the clock of this host is {abs(least):.0f} s {'ahead of' if least > 0 else 'behind'} those of "
            f"all sources that answered; the cycle of {observed_at.isoformat()} is not written. "
            "Set the clock, best by NTP."
        )
        found = [(None, Finding("clock_wrong", "this host", message))]
        # Under the sources' time: the finding's own dates are to be right.
        now = observed_at - dt.timedelta(seconds=least)
        self._database.run(lambda connection: findings.record(connection, found, now))
        raise ClockError(message)

    def _attempt(
        self, connection: Connection, observed_at: dt.datetime, answers: Sequence[ParkAnswer]
    ) -> _Stored:
        if not self._settled:
            # What was learned in a transaction that was rolled back, perhaps by its commit, is not so.
            self._forget()
        self._settled = False
        stored = self._write(connection, observed_at, answers)
        raw.insert_polls(connection, poll_rows(stored.answers, to_unix(observed_at)))
        found: list[tuple[int | None, Finding]] = [(None, finding) for finding in _slow_feeds(stored.answers)]
        found += [(answer.park.park_id, finding) for answer in stored.answers for finding in answer.findings]
        findings.record(connection, found, observed_at)
        return stored

    def _forget(self) -> None:
        self._registry.forget()
        self._touched.clear()
        self._shows.clear()
        self._dining.clear()
        self._hours.clear()

    def _write(
        self, connection: Connection, observed_at: dt.datetime, answers: Sequence[ParkAnswer]
    ) -> _Stored:
        """Write the readings of all parks at once; where that fails, of each park by itself."""
        try:
            with connection.begin_nested():
                return _Stored(answers, *self._write_readings(connection, observed_at, answers))
        except FAILURES as error:
            if concerns_whole_store(error, connection):
                raise
        self._forget()
        return self._write_one_by_one(connection, observed_at, answers)

    def _write_one_by_one(
        self, connection: Connection, observed_at: dt.datetime, answers: Sequence[ParkAnswer]
    ) -> _Stored:
        """Write each park's readings in a savepoint of its own; a park that fails loses its own alone."""
        stored: list[ParkAnswer] = []
        rows = 0
        revisions: dict[int, tuple[int, int]] = {}
        frames = [pl.DataFrame(schema=OBSERVATIONS)]
        for answer in answers:
            if answer.reading is None:
                stored.append(answer)
                continue
            try:
                with connection.begin_nested():
                    written, observations = self._write_readings(connection, observed_at, [answer])
            except FAILURES as error:
                if concerns_whole_store(error, connection):
                    raise
                self._forget()
                failure = ParkFailedError(f"storing the answer of {answer.reading.feed.slug}", error)
                stored.append(_failed(answer, failure, self._failures.failed(answer.park.slug, failure)))
                continue
            stored.append(answer)
            rows += written.new_rows
            revisions |= written.revisions
            frames.append(observations)
        return _Stored(stored, raw.Written(rows, revisions), pl.concat(frames))

    def _write_readings(
        self, connection: Connection, observed_at: dt.datetime, answers: Sequence[ParkAnswer]
    ) -> tuple[raw.Written, pl.DataFrame]:
        now = to_unix(observed_at)
        rows = CycleRows(now, self._cadence)
        with self._registry.steady(connection):
            for answer in answers:
                if answer.reading is None:
                    continue
                park_id, reading = answer.park.park_id, answer.reading
                sightings = map(sighting_of, reading.rides)
                known = self._registry.identify(connection, park_id, reading.feed, sightings, observed_at)
                heard = {one.external_id: (now,) for one in known.rides if one.external_id is not None}
                self._registry.note_heard(connection, park_id, reading.feed, heard)
                rows.add(park_id, reading, known)
        said = pl.DataFrame(rows.observations, schema=OBSERVATIONS, orient="row")
        queues = pl.DataFrame(rows.queues, schema=QUEUES, orient="row")
        rows.findings.extend(doubled(said, queues))
        observations = one_per_ride(said)
        timezones = {answer.park.park_id: answer.park.timezone for answer in answers}
        written = (
            write_observations(connection, observations, queues, timezones, self._clock.now())
            if observations.height
            else raw.Written(0, {})
        )
        self._touch(connection, observations, now)
        rows.findings += self._write_shows(connection, rows.shows, timezones, now)
        self._write_dining(connection, rows.dining)
        self._write_hours(connection, rows.hours, observed_at)
        findings.record(connection, rows.findings, observed_at)
        return written, observations

    def _touch(self, connection: Connection, observations: pl.DataFrame, now: int) -> None:
        due = [
            ride_id
            for ride_id in observations["ride_id"].to_list()
            if now - self._touched.get(ride_id, 0) >= TOUCH_SECONDS
        ]
        catalogue.touch_rides(connection, due, now)
        self._touched.update(dict.fromkeys(due, now))

    def _write_shows(
        self,
        connection: Connection,
        shows: Mapping[int, list[ShowsOf]],
        timezones: Mapping[int, str],
        now: int,
    ) -> list[tuple[int | None, Finding]]:
        """Show times that changed; the same ones come with every answer of the day."""
        said: list[ShowsSaid] = []
        odd: list[tuple[int | None, Finding]] = []
        for park_id, found in shows.items():
            for one in together(found):
                if self._shows.get(one.ride_id) == one.shows:
                    continue
                good, problems = judged(one.ride_id, one.name, now, one.shows, timezones[park_id])
                said.append(good)
                odd += [(park_id, finding) for finding in problems]
                self._shows[one.ride_id] = one.shows
        show_times.publish(connection, said)
        return odd

    def _write_dining(self, connection: Connection, said: Mapping[int, list[DiningSaid]]) -> None:
        """Tables of restaurants whose waits changed, also to nothing."""
        for park_id, found in said.items():
            fresh = [one for one in found if self._dining.get(one.ride_id) != one.tables]
            dining.publish(connection, park_id, fresh)
            self._dining.update((one.ride_id, one.tables) for one in fresh)

    def _write_hours(
        self, connection: Connection, hours: Mapping[int, list[HoursSaid]], observed_at: dt.datetime
    ) -> None:
        """Rides' own hours that changed; the same ones come with every answer of the day."""
        for park_id, said in hours.items():
            fresh = changed_since(self._hours, said_together(said))
            publish(connection, park_id, fresh, observed_at)
            self._hours.update((one.ride_id, one.slots) for one in fresh)


def _failed(answer: ParkAnswer, failure: ParkFailedError, finding: Finding) -> ParkAnswer:
    """The answer of a park whose readings could not be stored: its last poll failed."""
    last = (
        replace(
            answer.polls[-1],
            outcome=failure.outcome,
            readings=0,
            detail=clipped(str(failure), DETAIL_CHARACTERS),
        )
        if answer.polls
        else None
    )
    polls = [*answer.polls[:-1], last] if last else []
    return replace(answer, polls=polls, reading=None, findings=[*answer.findings, finding])


def _polled(answers: Sequence[ParkAnswer]) -> Iterator[PolledOnce]:
    for answer in answers:
        for poll in answer.polls:
            yield PolledOnce(
                poll.feed, answer.park.slug, poll.outcome, poll.http_status, poll.detail, poll.attempts
            )


def _slow_feeds(answers: Sequence[ParkAnswer]) -> Iterator[Finding]:
    """One finding per feed that the cycle could not wait for."""
    polls = [poll for answer in answers for poll in answer.polls]
    for feed in sorted({poll.feed for poll in polls if poll.cut_short}):
        asked = [poll for poll in polls if poll.feed is feed]
        cut = {poll.park_id for poll in asked if poll.cut_short}
        saved = sum(answer.reading is not None for answer in answers if answer.park.park_id in cut)
        yield Finding(
            "feed_too_slow",
            feed.slug,
            f"{feed.slug} kept the cycle waiting: {len(cut)} of {len(asked)} requests were cut short, "
            f"{sum(poll.outcome is PollOutcome.OK for poll in asked)} gave readings; for {saved} of the "
            "parks concerned another feed stood in.",
        )
