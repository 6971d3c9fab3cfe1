"""Collect: one cycle asks every park's feed once and writes what was said in one transaction."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.clock import Clock
from hallofshame.domain.errors import FeedError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import Finding, ParkReading, RideReading, ShowTime
from hallofshame.domain.words import Feed, Origin, PollOutcome, Status
from hallofshame.feeds.base import LiveFeed
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.identity import Sighting
from hallofshame.pipeline.record import QUEUES, one_per_ride, write_observations
from hallofshame.pipeline.registry import Registry
from hallofshame.store import catalogue, findings, raw, schedules
from hallofshame.store.database import Database
from hallofshame.store.models import Park
from hallofshame.store.observations import KEEP_SECONDS, SLACK_SECONDS, ObservationCache

STALE_SECONDS = 24 * 3600
"""A claim to operate under an upstream stamp older than this is a ghost (R2)."""

TOUCH_SECONDS = 6 * 3600
"""How often a ride's ``last_seen_at`` is moved on; finer would rewrite the catalogue every cycle."""


@dataclass(frozen=True, slots=True)
class PolledPark:
    """A park as collection sees it: where to ask, in which order."""

    park_id: int
    slug: str
    timezone: str
    sources: tuple[tuple[Feed, str], ...]


@dataclass(frozen=True, slots=True)
class PollRecord:
    """How one request for one park ended, as ``feed_polls`` keeps it."""

    park_id: int
    feed: Feed
    outcome: PollOutcome
    http_status: int | None
    attempts: int
    duration_ms: int | None
    readings: int
    detail: str | None


@dataclass
class ParkAnswer:
    """What came of asking one park's feeds."""

    park: PolledPark
    polls: list[PollRecord] = field(default_factory=list)
    reading: ParkReading | None = None


@dataclass(frozen=True, slots=True)
class CycleResult:
    """What one cycle did. ``answered`` parks gave readings, ``failed`` gave none from any feed."""

    observed_at: dt.datetime
    parks: int
    answered: int
    failed: int
    readings: int


class Collector:
    """Runs cycles. One park's failure touches no other; every request leaves a row in ``feed_polls``."""

    def __init__(
        self,
        database: Database,
        feeds: Mapping[Feed, LiveFeed],
        clock: Clock,
        log: logging.Logger,
        *,
        cadence_seconds: int = 300,
        workers: int = 16,
        cache: ObservationCache | None = None,
        registry: Registry | None = None,
        parks: frozenset[str] | None = None,
    ) -> None:
        self._database = database
        self._feeds = feeds
        self._clock = clock
        self._log = log
        self._cadence = cadence_seconds
        self._workers = workers
        self._cache = cache
        self._registry = registry or Registry()
        self._only = parks
        self._settled = True
        self._touched: dict[int, int] = {}
        self._shows: set[tuple[int, ShowTime]] = set()

    def cycle(self) -> CycleResult:
        """One collection run: a single ``observed_at`` for all parks, a single transaction for all rows."""
        observed_at = self._clock.now().replace(microsecond=0)
        with self._database.read() as connection:
            parks = [
                park
                for park in polled_parks(connection, self._feeds)
                if self._only is None or park.slug in self._only
            ]
        answers = self._ask(parks)
        return self.store(observed_at, answers)

    def store(self, observed_at: dt.datetime, answers: Sequence[ParkAnswer]) -> CycleResult:
        """Write the answers of one cycle in one transaction."""
        written, observations = self._database.run(
            lambda connection: self._attempt(connection, observed_at, answers)
        )
        self._settled = True
        if self._cache is not None:
            self._cache.append(observations, written.revisions)
            # Parks that answer are shortened as rows come in; here go those that fell silent.
            self._cache.trim(to_unix(observed_at) - KEEP_SECONDS - SLACK_SECONDS)
        answered = sum(answer.reading is not None for answer in answers)
        result = CycleResult(
            observed_at, len(answers), answered, len(answers) - answered, observations.height
        )
        self._log.info(
            "cycle %s: %d of %d parks answered, %d readings",
            observed_at.isoformat(),
            answered,
            len(answers),
            result.readings,
        )
        return result

    def _ask(self, parks: Sequence[PolledPark]) -> list[ParkAnswer]:
        if not parks:
            return []
        with ThreadPoolExecutor(self._workers, thread_name_prefix="poll") as pool:
            return list(pool.map(self._ask_park, parks))

    def _ask_park(self, park: PolledPark) -> ParkAnswer:
        """Ask the primary feed, and the fallback when the primary gave nothing (R2)."""
        answer = ParkAnswer(park)
        for feed, external_id in park.sources:
            started = time.perf_counter()
            try:
                poll = self._feeds[feed].poll(external_id)
            except FeedError as error:
                spent = int(1000 * (time.perf_counter() - started))
                answer.polls.append(_failure(park, feed, error, spent))
                self._log.warning("%s from %s: %s", park.slug, feed.slug, error)
                continue
            rides = len(poll.reading.rides)
            outcome = PollOutcome.OK if rides else PollOutcome.EMPTY
            answer.polls.append(
                PollRecord(
                    park.park_id,
                    feed,
                    outcome,
                    poll.http_status,
                    poll.attempts,
                    poll.duration_ms,
                    rides,
                    None,
                )
            )
            if rides:
                answer.reading = poll.reading
                break
        return answer

    def _attempt(
        self, connection: Connection, observed_at: dt.datetime, answers: Sequence[ParkAnswer]
    ) -> tuple[raw.Written, pl.DataFrame]:
        if not self._settled:
            # What was learned in a transaction that was rolled back, perhaps by its commit, is not so.
            self._registry.forget()
            self._touched.clear()
            self._shows.clear()
        self._settled = False
        return self._write(connection, observed_at, answers)

    def _write(
        self, connection: Connection, observed_at: dt.datetime, answers: Sequence[ParkAnswer]
    ) -> tuple[raw.Written, pl.DataFrame]:
        now = to_unix(observed_at)
        rows: list[tuple[object, ...]] = []
        queue_rows: list[tuple[object, ...]] = []
        shows: list[tuple[int, ShowTime]] = []
        found: list[tuple[int, Finding]] = []
        with self._registry.steady(connection):
            for answer in answers:
                if answer.reading is None:
                    continue
                rides = self._identify(connection, answer.park, answer.reading, observed_at)
                rows.extend(self._observation_rows(answer, rides, now))
                queue_rows.extend(_queue_rows(answer, rides, now))
                shows.extend(_show_rows(answer, rides))
                found.extend((answer.park.park_id, finding) for finding in answer.reading.findings)
        observations = one_per_ride(pl.DataFrame(rows, schema=OBSERVATIONS, orient="row"))
        queues = pl.DataFrame(queue_rows, schema=QUEUES, orient="row")
        raw.insert_polls(connection, _poll_rows(answers, now))
        timezones = {answer.park.park_id: answer.park.timezone for answer in answers}
        written = (
            write_observations(connection, observations, queues, timezones, observed_at)
            if observations.height
            else raw.Written(0, {})
        )
        self._touch(connection, observations, now)
        self._write_shows(connection, shows, now)
        findings.record(connection, found, observed_at)
        return written, observations

    def _identify(
        self, connection: Connection, park: PolledPark, reading: ParkReading, observed_at: dt.datetime
    ) -> list[int]:
        sightings = [Sighting(ride.external_id, ride.name, ride.kind, ride.land) for ride in reading.rides]
        known = self._registry.resolve(connection, park.park_id, reading.feed, sightings, observed_at)
        return [known[sighting] for sighting in sightings]

    def _observation_rows(
        self, answer: ParkAnswer, rides: Sequence[int], now: int
    ) -> list[tuple[object, ...]]:
        assert answer.reading is not None  # noqa: S101 - callers skip parks without a reading
        feed = int(answer.reading.feed)
        return [
            (
                answer.park.park_id,
                ride_id,
                now,
                int(Origin.LIVE),
                ride.status,
                ride.wait_minutes,
                feed,
                _is_stale(ride, now),
                self._cadence,
            )
            for ride_id, ride in zip(rides, answer.reading.rides, strict=True)
        ]

    def _touch(self, connection: Connection, observations: pl.DataFrame, now: int) -> None:
        due = [
            ride_id
            for ride_id in observations["ride_id"].to_list()
            if now - self._touched.get(ride_id, 0) >= TOUCH_SECONDS
        ]
        catalogue.touch_rides(connection, due, now)
        self._touched.update(dict.fromkeys(due, now))

    def _write_shows(self, connection: Connection, shows: list[tuple[int, ShowTime]], now: int) -> None:
        """Show times not written before; the same ones come with every answer of the day."""
        fresh = [show for show in dict.fromkeys(shows) if show not in self._shows]
        schedules.upsert_show_times(connection, fresh, now)
        self._shows = {show for show in self._shows if to_unix(show[1].starts_at) > now - STALE_SECONDS}
        self._shows.update(fresh)


def polled_parks(connection: Connection, feeds: Mapping[Feed, LiveFeed]) -> list[PolledPark]:
    """Every active park that one of ``feeds`` knows, its primary feed first."""
    ids = {feed: catalogue.external_ids(connection, feed, "park") for feed in feeds}
    by_park: dict[int, dict[Feed, str]] = {}
    for feed, known in ids.items():
        for external_id, park_id in known.items():
            by_park.setdefault(park_id, {}).setdefault(feed, external_id)
    rows = connection.execute(
        select(Park.park_id, Park.slug, Park.timezone, Park.primary_feed)
        .where(Park.is_active)
        .order_by(Park.park_id)
    )
    return [
        PolledPark(
            park_id,
            slug,
            timezone,
            tuple(
                sorted(by_park[park_id].items(), key=lambda item, primary=primary: item[0] != primary)  # type: ignore[misc]
            ),
        )
        for park_id, slug, timezone, primary in rows
        if park_id in by_park
    ]


def _failure(park: PolledPark, feed: Feed, error: FeedError, spent_ms: int) -> PollRecord:
    return PollRecord(
        park.park_id, feed, error.outcome, error.http_status, error.attempts, spent_ms, 0, str(error)[:500]
    )


def _is_stale(ride: RideReading, now: int) -> bool:
    """The ghost of R2: claims to operate under an upstream stamp over 24 h old."""
    return (
        ride.status is Status.OPERATING
        and ride.upstream_at is not None
        and now - to_unix(ride.upstream_at) > STALE_SECONDS
    )


def _unix_or_none(instant: dt.datetime | None) -> int | None:
    return None if instant is None else to_unix(instant)


def _queue_rows(answer: ParkAnswer, rides: Sequence[int], now: int) -> list[tuple[object, ...]]:
    assert answer.reading is not None  # noqa: S101 - callers skip parks without a reading
    return [
        (
            answer.park.park_id,
            now,
            ride_id,
            int(queue.queue_type),
            queue.state,
            queue.wait_minutes,
            _unix_or_none(queue.return_start),
            _unix_or_none(queue.return_end),
            queue.price_minor,
            queue.currency,
            queue.group_start,
            queue.group_end,
        )
        for ride_id, ride in zip(rides, answer.reading.rides, strict=True)
        for queue in ride.queues
    ]


def _show_rows(answer: ParkAnswer, rides: Sequence[int]) -> list[tuple[int, ShowTime]]:
    assert answer.reading is not None  # noqa: S101 - callers skip parks without a reading
    return [
        (ride_id, show)
        for ride_id, ride in zip(rides, answer.reading.rides, strict=True)
        for show in ride.showtimes
    ]


def _poll_rows(answers: Sequence[ParkAnswer], now: int) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (
                now,
                poll.park_id,
                int(poll.feed),
                poll.outcome.value,
                poll.http_status,
                poll.attempts,
                poll.duration_ms,
                poll.readings,
                poll.detail,
            )
            for answer in answers
            for poll in answer.polls
        ],
        schema={
            "observed_at": pl.Int64,
            "park_id": pl.Int64,
            "feed": pl.Int64,
            "outcome": pl.String,
            "http_status": pl.Int64,
            "attempts": pl.Int64,
            "duration_ms": pl.Int64,
            "readings": pl.Int64,
            "detail": pl.String,
        },
        orient="row",
    )
