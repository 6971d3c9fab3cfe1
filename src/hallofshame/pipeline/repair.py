"""Gap repair: where collection was away, the history of ThemeParks.wiki stands in (design §4).

Only park-days that are over are filled, and always whole ones: a park-day is taken from one kind of record
alone (R15), and half a day of events would be measured against a whole day of samples.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection, func, select

from hallofshame.clock import Clock
from hallofshame.domain.errors import FeedError, KeyRefusedError, ParkFailedError, RequestSkippedError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import day_bounds, from_unix, local_day, to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding, HistoryPage, StatusChange
from hallofshame.domain.words import UNREACHABLE, Feed, Origin, PollOutcome
from hallofshame.feeds.base import LiveFeed
from hallofshame.feeds.deadlines import Deadline, waiting
from hallofshame.pipeline.failures import FAILURES, FailureLog, refuse_too_many
from hallofshame.pipeline.history_days import store_day
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.polling import PolledPark, polled_parks
from hallofshame.pipeline.registry import Registry
from hallofshame.store import findings
from hallofshame.store.database import Database, concerns_whole_store
from hallofshame.store.models import ParkActivitySnapshot, RideStatusSnapshot

ONE_DAY = dt.timedelta(days=1)

CYCLES_HELD = 3
MAX_HOLD_SECONDS = 90 * 60
"""A cycle's readings hold for three cadences, at most 90 min (R3); beyond that collection was away."""

SETTLING_SECONDS = 1800
"""How long after its end a park-day's history is taken to be complete."""

WORKERS = 8

Progress = Callable[[int, int], None]

DEADLINE_SECONDS = 600
"""How long a repair waits for the feed in all, since collection stands still meanwhile; the rest is left to
the next run."""

_HOPELESS = UNREACHABLE | {PollOutcome.RATE_LIMITED}
"""Outcomes after which asking on is of no use for any park; the rest waits for the next run."""


@dataclass
class RepairResult:
    """What a repair did: park-days filled, observations new to the store, and what is left.

    ``waiting`` park-days are not over or were not asked for, because the feed refused further requests;
    ``failed`` ones were refused themselves. Both are tried again by the next run; ``first_failure`` says
    what the first of them met.
    """

    gaps: int = 0
    park_days: int = 0
    observations: int = 0
    waiting: int = 0
    failed: int = 0
    first_failure: str | None = None


@dataclass(frozen=True, slots=True)
class _Hole:
    """One park-day to fill; bounds in Unix seconds."""

    park: PolledPark
    day: dt.date
    start: int
    end: int


def repair_gaps(
    database: Database,
    feeds: Mapping[Feed, LiveFeed],
    clock: Clock,
    log: logging.Logger,
    *,
    max_days: int = 7,
    registry: Registry | None = None,
    progress: Progress | None = None,
    into: RepairResult | None = None,
) -> RepairResult:
    """Fill the park-days of the last ``max_days`` days that collection missed a part of.

    The events are stored as observations of the archive's kind, each park-day in one transaction, and the
    park-days that depend on them become dirty. A park-day that has such observations is not asked for again,
    so that the job may be repeated and broken off at will. Newest days first. ``into`` is filled while it
    runs.
    """
    feed = feeds.get(Feed.THEMEPARKS_WIKI)
    result = RepairResult() if into is None else into
    if feed is None:
        return result
    with job_run(database, clock, JobType.REPAIR) as run:
        with database.read() as connection:
            holes = _holes(connection, feeds, to_unix(clock.now()), max_days, result)
        run.parks = len({hole.park.park_id for hole in holes})
        run.cover(hole.day for hole in holes)
        repair = _Repair(database, feed, clock, log, result, registry or Registry())
        done = 0
        for day in sorted({hole.day for hole in holes}, reverse=True):
            for _ in repair.fill([hole for hole in holes if hole.day == day]):
                run.park_days, run.rows_written = result.park_days, result.observations
                done += 1
                if progress is not None:
                    progress(done, len(holes))
        run.rides = len(repair.rides)
        run.detail = (
            f"{counted(result.gaps, 'gap')}, {counted(result.waiting, 'park-day')} waiting, "
            f"{result.failed} failed"
        )
    if result.first_failure is not None:
        log.warning("gap repair: no history for some park-days; first: %s", result.first_failure)
    if result.gaps:
        log.info("gap repair: %d park-days filled; %s", result.park_days, run.detail)
    return result


def gaps(cycles: Sequence[tuple[int, int]], now: int) -> list[tuple[int, int]]:
    """Stretches ``(start, end)`` without a cycle for longer than the hold of the one before.

    ``cycles``: (observed at, cadence) in order, Unix seconds. ``now`` ends the last stretch.
    """
    found = []
    for (observed_at, cadence), (end, _) in pairwise([*cycles, (now, 0)]):
        hold = min(CYCLES_HELD * cadence, MAX_HOLD_SECONDS)
        if end - observed_at > hold:
            found.append((observed_at + hold, end))
    return found


def _holes(
    connection: Connection, feeds: Mapping[Feed, LiveFeed], now: int, max_days: int, result: RepairResult
) -> list[_Hole]:
    """The park-days to ask for: over, touched by a gap, without observations of the archive's kind."""
    holes = []
    for park in polled_parks(connection, feeds):
        if Feed.THEMEPARKS_WIKI not in dict(park.sources):
            continue
        today = local_day(from_unix(now), park.timezone)
        earliest = day_bounds(today - max_days * ONE_DAY, park.timezone)[0]
        days: set[dt.date] = set()
        for start, end in gaps(_cycles(connection, park.park_id, earliest), now):
            if end <= earliest:
                continue
            result.gaps += 1
            first = local_day(from_unix(max(start, earliest)), park.timezone)
            last = local_day(from_unix(end - 1), park.timezone)
            days |= {first + number * ONE_DAY for number in range((last - first).days + 1)}
        for day in days:
            hole = _Hole(park, day, *day_bounds(day, park.timezone))
            if hole.end + SETTLING_SECONDS > now:
                result.waiting += 1
            elif not _is_filled(connection, hole):
                holes.append(hole)
    return holes


def _cycles(connection: Connection, park_id: int, since: int) -> list[tuple[int, int]]:
    """The park's cycles from the last one before ``since`` on."""
    table = ParkActivitySnapshot
    before = select(func.max(table.observed_at)).where(table.park_id == park_id, table.observed_at < since)
    start = connection.scalar(before)
    query = (
        select(table.observed_at, table.cadence_seconds)
        .where(table.park_id == park_id, table.observed_at >= (since if start is None else start))
        .order_by(table.observed_at)
    )
    return [(observed_at, cadence) for observed_at, cadence in connection.execute(query)]


def _is_filled(connection: Connection, hole: _Hole) -> bool:
    table = RideStatusSnapshot
    query = select(table.ride_id).where(
        table.park_id == hole.park.park_id,
        table.observed_at >= hole.start,
        table.observed_at < hole.end,
        table.origin == int(Origin.ARCHIVE),
    )
    return connection.execute(query.limit(1)).first() is not None


class _Repair:
    """Asks for park-days side by side and writes each in a transaction of its own."""

    def __init__(
        self,
        database: Database,
        feed: LiveFeed,
        clock: Clock,
        log: logging.Logger,
        result: RepairResult,
        registry: Registry,
    ) -> None:
        self._database = database
        self._feed = feed
        self._clock = clock
        self._log = log
        self._result = result
        self._registry = registry
        self._failures = FailureLog(log)
        self._deadline = Deadline(clock, DEADLINE_SECONDS)
        self._refused: FeedError | None = None
        self.rides: set[int] = set()

    def fill(self, holes: Sequence[_Hole]) -> Iterator[None]:
        """Fill the holes of one date; yields after each."""
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="repair") as pool:
            for hole, answer in zip(holes, pool.map(self._ask, holes), strict=True):
                if answer is None:
                    self._result.waiting += 1
                elif isinstance(answer, FeedError):
                    self._refuse(hole, answer)
                else:
                    self._write(hole, answer)
                yield

    def _ask(self, hole: _Hole) -> HistoryPage | FeedError | None:
        """The history of one park-day, the error in its place, or ``None`` where asking is of no use now."""
        if self._refused is not None:
            return None
        external_id = dict(hole.park.sources)[Feed.THEMEPARKS_WIKI]
        try:
            with waiting(self._deadline):
                page = self._feed.history(external_id, from_unix(hole.start), from_unix(hole.end))
            refuse_too_many("the history of the day", len({change.external_id for change in page.changes}))
        except FeedError as error:
            if _is_hopeless(error):
                self._refused = error
            return error
        except FAILURES as error:
            return ParkFailedError(f"reading the history of {hole.day}", error)
        return page

    def _refuse(self, hole: _Hole, error: FeedError) -> None:
        if _is_hopeless(error):
            self._result.waiting += 1
        else:
            self._result.failed += 1
        if isinstance(error, ParkFailedError):
            self._record([self._failures.failed(hole.park.slug, error)], hole)
            return
        self._log.debug("history of %s on %s: %s", hole.park.slug, hole.day, error)
        if self._result.first_failure is None:
            self._result.first_failure = f"{hole.park.slug} on {hole.day}: {error}"
        detail = f"The gap of {hole.day} is not filled yet ({error.outcome.value}): {error}"
        self._record([Finding("history_unavailable", f"{hole.day}", detail)], hole)

    def _record(self, found: Iterable[Finding], hole: _Hole) -> None:
        listed = [(hole.park.park_id, finding) for finding in found]
        self._database.run(lambda connection: findings.record(connection, listed, self._clock.now()))

    def _write(self, hole: _Hole, page: HistoryPage) -> None:
        try:
            self._keep(hole, page)
        except FAILURES as error:
            self._registry.forget()
            if concerns_whole_store(error):
                raise
            self._refuse(hole, ParkFailedError(f"storing the history of {hole.day}", error))

    def _keep(self, hole: _Hole, page: HistoryPage) -> None:
        changes = [change for change in page.changes if hole.start <= to_unix(change.at) < hole.end]
        if not changes:
            self._result.failed += 1
            detail = "The history of this day is empty, so its gap stays; nothing is invented for it."
            self._record([*page.findings, Finding("history_empty", f"{hole.day}", detail)], hole)
            return
        written = self._database.run(lambda connection: self._store(connection, hole, changes))
        self._record(page.findings, hole)
        self._result.park_days += 1
        self._result.observations += written

    def _store(self, connection: Connection, hole: _Hole, changes: Sequence[StatusChange]) -> int:
        park = hole.park.park_id, hole.park.timezone
        stored = store_day(connection, self._registry, None, park, hole.day, changes, self._clock.now())
        self.rides.update(stored.rides)
        return stored.new_rows


def _is_hopeless(error: FeedError) -> bool:
    return error.outcome in _HOPELESS or isinstance(error, RequestSkippedError | KeyRefusedError)
