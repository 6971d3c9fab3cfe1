"""Roll up: empties the dirty list. The one way by which derived rows come to be (design §1)."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import HistoryError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.rules import LOOKBACK_DAYS
from hallofshame.metrics import frames
from hallofshame.metrics.compute import Computed, compute
from hallofshame.metrics.parkday import ParkDayInputs
from hallofshame.pipeline.inputs import ONE_DAY, gather
from hallofshame.pipeline.jobrun import JobRun, job_run
from hallofshame.pipeline.live import write_live
from hallofshame.pipeline.rows import day_rows
from hallofshame.store import data_version, derived, dirty, outages, preferred, spans
from hallofshame.store.database import Database
from hallofshame.store.instants import latest_believable
from hallofshame.store.models import Base, ParkDailyStats, RideDailyStats
from hallofshame.store.observations import ObservationCache

PARKS_AT_ONCE = 75
PARK_DAYS_AT_ONCE = 150
"""Bounds of one batch, so that memory stays flat whatever the size of the dirty list."""

PARK_DAYS_SPANNED = 600
"""Park-days from the first to the last day of a batch, at most: what was observed is read of them all."""

BATCHES_KEPT = 8
"""Batches whose rows are remembered; 150 parks make three or four."""

Progress = Callable[[int, int], None]


_DAYS = pl.Schema({"park_id": pl.Int64(), "day": pl.Date()})


@dataclass
class RollupResult:
    """What a rollup did; ``parks`` and ``rides`` are the ids of those whose days it computed.

    ``unreadable`` park-days stay dirty, since a history file that they need is missing or damaged.
    """

    park_days: int = 0
    rows_written: int = 0
    batches: int = 0
    parks: set[int] = field(default_factory=set)
    rides: set[int] = field(default_factory=set)
    unreadable: set[tuple[int, dt.date]] = field(default_factory=set)
    unreadable_why: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Some park-days computed, not written yet; ``seen``: the revisions of their parks that were read."""

    inputs: ParkDayInputs
    computed: Computed
    seen: dict[int, int]


def prepare(
    database: Database, cache: ObservationCache, days: list[tuple[int, dt.date]], now: int
) -> Prepared:
    """Read all that some park-days depend on, as of ``now`` (Unix seconds), and compute their rows."""
    with database.read() as connection:
        inputs = _without_future(gather(connection, cache, days), latest_believable(now))
        seen = derived.derived_revisions(connection, sorted({park_id for park_id, _ in days}))
        wanted = preferred.of(connection, days)
    return Prepared(inputs, compute(inputs, wanted), seen)


@dataclass(frozen=True)
class _Outcome:
    """What one batch wrote, to be remembered once it is committed."""

    days: pl.DataFrame
    rows: dict[type[Base], pl.DataFrame]
    revisions: dict[int, int]
    written: int


class Rollup:
    """Empties the dirty list, batch by batch; each batch writes rows and clears its marks in one transaction.

    Keeps recent observations and the rows it last wrote in memory; both are checked against the store's
    revisions before use, so that a second process or a crash can never make it write from a stale copy.

    >>> import logging
    >>> from hallofshame.clock import SystemClock
    >>> from hallofshame.store.schema import upgrade
    >>> database = Database("sqlite:///rollup.db")
    >>> _ = upgrade(database)
    >>> rollup = Rollup(database, SystemClock(), logging.getLogger("example"))
    >>> rollup.run().park_days  # nothing is dirty
    0
    """

    def __init__(
        self, database: Database, clock: Clock, log: logging.Logger, cache: ObservationCache | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._log = log
        self.cache = cache or ObservationCache()
        self._written = WrittenDays()

    def run(self, progress: Progress | None = None) -> RollupResult:
        """Roll up until nothing is dirty. Safe to repeat, to interrupt and to run beside another."""
        result = RollupResult()
        with job_run(self._database, self._clock, JobType.ROLLUP) as run:
            while True:
                with self._database.read() as connection:
                    marks = dirty.dirty(connection)
                if result.unreadable:
                    left_out = pl.DataFrame(list(result.unreadable), schema=_DAYS, orient="row")
                    marks = marks.join(left_out, on=["park_id", "day"], how="anti")
                if marks.is_empty():
                    self._store_spans()
                    if result.unreadable:
                        run.fail(result.unreadable_why)
                    return result
                run.cover(marks["day"])
                left = marks.height
                for batch in batches(marks):
                    self._roll_up_readable(batch, result)
                    note(run, result)
                    left -= batch.height
                    if progress is not None:
                        progress(result.park_days, result.park_days + left)

    def _store_spans(self) -> None:
        """Store the sums of the spans that are asked for most, where a day changed or a new one began."""
        with self._database.read() as connection:
            parks = spans.missing(connection)
        for at in range(0, len(parks), PARKS_AT_ONCE):
            self._database.run(partial(spans.store, park_ids=parks[at : at + PARKS_AT_ONCE]))

    def _roll_up_readable(self, marks: pl.DataFrame, result: RollupResult) -> None:
        """Roll up those park-days whose history files can be read; the others stay dirty."""
        try:
            self._roll_up(marks, result)
        except HistoryError as error:
            days = marks.partition_by("day", maintain_order=True)
            if len(days) > 1:
                for day in days:
                    self._roll_up_readable(day, result)
                return
            if not result.unreadable:
                result.unreadable_why = str(error)
                self._log.error("park-days that need it are left for later: %s", error)
            result.unreadable.update(marks.select("park_id", "day").iter_rows())

    def _roll_up(self, marks: pl.DataFrame, result: RollupResult) -> None:
        now = to_unix(self._clock.now())
        days = list(marks.select("park_id", "day").iter_rows())
        self.finish(marks, prepare(self._database, self.cache, days, now), now, result)

    def finish(self, marks: pl.DataFrame, prepared: Prepared, now: int, result: RollupResult) -> None:
        """Write what was prepared for ``marks`` as of ``now`` (Unix seconds) and clear them."""
        inputs, computed, seen = prepared.inputs, prepared.computed, prepared.seen
        outcome = self._database.run(
            lambda connection: self._write(connection, marks, inputs, computed, seen, now)
        )
        self._written.remember(outcome.days, outcome.rows, outcome.revisions)
        result.park_days += outcome.days.height
        result.rows_written += outcome.written
        result.parks.update(outcome.days["park_id"])
        result.rides.update(outcome.rows[RideDailyStats]["ride_id"])
        result.batches += 1

    def _write(
        self,
        connection: Connection,
        marks: pl.DataFrame,
        inputs: ParkDayInputs,
        computed: Computed,
        seen: dict[int, int],
        now: int,
    ) -> _Outcome:
        # One rollup at a time writes a park. What another wrote since our inputs were read may be newer than
        # ours, and which rides operated on its days is an input of ours: such parks keep their marks.
        held = derived.claim(connection, seen)
        untouched = [park_id for park_id, revision in held.items() if revision == seen[park_id]]
        marks = marks.filter(pl.col("park_id").is_in(untouched))
        days = dirty.still_marked(connection, marks)
        made, mine = day_rows(computed), days.lazy()
        of_days = (
            frame.lazy().join(mine, on=["park_id", "day"], how="semi", maintain_order="left")
            for frame in made.values()
        )
        new = dict(zip(made, frames.collect_all(*of_days), strict=True))
        revisions = {park_id: held[park_id] for park_id in days["park_id"].unique().to_list()}
        old = self._written.rows(connection, days, revisions)
        change = derived.write_days(connection, old, new)
        written = change.rows
        if change.days:
            derived.sum_up(connection, change.days, removed=change.removed)
            spans.forget(connection, change.days)
            follow = _days_that_depend(old[RideDailyStats], new[RideDailyStats], days)
            dirty.mark_existing(connection, follow, "operated_rides", now)
            beside = _days_beside(old[ParkDailyStats], new[ParkDailyStats], inputs, days)
            dirty.mark_existing(connection, beside, "window_at_midnight", now)
        written += _restitch(connection, change)
        written += write_live(connection, inputs, computed, days, now)
        # Also where nothing differs: a mark is cleared, and whoever computed under the same mark must see it.
        derived.bump_derived_revisions(connection, revisions)
        dirty.clear(connection, marks)
        if written:
            data_version.bump(connection, _latest(inputs), now)
        after = {park_id: revision + 1 for park_id, revision in revisions.items()}
        return _Outcome(days, new, after, written)


def note(run: JobRun, result: RollupResult) -> None:
    """Note in the job log what a roll-up did."""
    run.park_days, run.rows_written = result.park_days, result.rows_written
    run.parks, run.rides = len(result.parks), len(result.rides)


class WrittenDays:
    """The rows of recent batches as last written, kept to see what a new computation changes.

    In live operation the same park-days come again with every cycle, in the same batches.
    """

    def __init__(self) -> None:
        self._batches: OrderedDict[
            frozenset[tuple[int, dt.date]], tuple[dict[int, int], dict[type[Base], pl.DataFrame]]
        ] = OrderedDict()

    def rows(self, connection: Connection, days: pl.DataFrame, revisions: dict[int, int]) -> derived.Rows:
        """The stored rows of ``days``: from memory where the parks' revisions still fit, else read."""
        kept = self._batches.get(frozenset(days.iter_rows()))
        if kept is not None and kept[0] == revisions:
            return kept[1]
        return derived.read_days(connection, days)

    def remember(
        self, days: pl.DataFrame, new: dict[type[Base], pl.DataFrame], revisions: dict[int, int]
    ) -> None:
        """Keep ``new`` as the rows of ``days``, if that is a batch as live operation makes them."""
        key = frozenset(days.iter_rows())
        if not key or len(key) > 2 * len(revisions):
            return
        self._batches[key] = (revisions, new)
        self._batches.move_to_end(key)
        while len(self._batches) > BATCHES_KEPT:
            self._batches.popitem(last=False)


def batches(marks: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The dirty list in bounded batches: parks side by side, each park's days in time order.

    Days that lie far apart come in batches of their own, or everything in between would be read.
    """
    ordered = marks.sort("park_id", "day")
    parks = ordered["park_id"].unique(maintain_order=True).to_list()
    for at in range(0, len(parks), PARKS_AT_ONCE):
        by_time = ordered.filter(pl.col("park_id").is_in(parks[at : at + PARKS_AT_ONCE])).sort(
            "day", "park_id"
        )
        first, held = 0, set[int]()
        for place, (park, day) in enumerate(by_time.select("park_id", "day").iter_rows()):
            if place == first:
                begin = day
            spanned = len(held | {park}) * ((day - begin).days + 1)
            if place - first == PARK_DAYS_AT_ONCE or (place > first and spanned > PARK_DAYS_SPANNED):
                yield by_time.slice(first, place - first)
                first, held, begin = place, set(), day
            held.add(park)
        yield by_time.slice(first)


def _days_that_depend(old: pl.DataFrame, new: pl.DataFrame, days: pl.DataFrame) -> list[tuple[int, dt.date]]:
    """Later days whose sets A and E change, because rides did something else on one of ``days`` (R4, R6).

    Days of the same batch are left out: they were computed together with the change.
    """
    key = ["park_id", "day", "ride_id"]
    flags = [
        pl.col("operated_any") > 0,
        (pl.col("operating") > 0).alias("operated"),
        pl.col("posted") > 0,
    ]
    any_flag = pl.col("operated_any") | pl.col("operated") | pl.col("posted")
    before, after = (frame.select(*key, *flags).filter(any_flag) for frame in (old, new))
    columns = before.columns
    changed = pl.concat(
        [
            after.join(before, on=columns, how="anti"),
            before.join(after, on=columns, how="anti"),
        ]
    )
    found = {
        (park_id, day + later * ONE_DAY)
        for park_id, day in changed.select("park_id", "day").unique().iter_rows()
        for later in range(1, LOOKBACK_DAYS + 1)
    }
    return sorted(found - set(days.select("park_id", "day").iter_rows()))


def _days_beside(
    old: pl.DataFrame, new: pl.DataFrame, inputs: ParkDayInputs, days: pl.DataFrame
) -> list[tuple[int, dt.date]]:
    """Days before and after those on which a window at a midnight came, went or moved (R5).

    Days of the same batch are left out: they were computed together with the change.
    """
    key = ["park_id", "day"]
    changed = new.select(*key, "windows").join(
        old.select(*key, was="windows"), on=key, how="left", maintain_order="left"
    )
    changed = changed.filter(pl.col("windows").ne_missing(pl.col("was")))
    bounds = {
        (park_id, day): (start, end)
        for park_id, day, start, end in inputs.days.select(*key, "day_start", "day_end").iter_rows()
    }
    found = set()
    for park_id, day, windows, was in changed.select(*key, "windows", "was").iter_rows():
        start, end = bounds[park_id, day]
        now, then = (json.loads(text) if text else [] for text in (windows, was))
        if any(begin == start for begin, _ in now) != any(begin == start for begin, _ in then):
            found.add((park_id, day - ONE_DAY))
        ending, ended = ([begin for begin, until in each if until == end] for each in (now, then))
        if ending != ended:
            found.add((park_id, day + ONE_DAY))
    return sorted(found - set(days.select(key).iter_rows()))


def _restitch(connection: Connection, change: derived.WriteResult) -> int:
    """Put outages together anew where parts of them changed; returns rows changed.

    A first row of a day also ends what was still down at the end of the record before it.
    """
    rides = set(change.outage_rides)
    if change.new_days:
        rides |= outages.rides_still_down(connection, {park_id for park_id, _ in change.new_days})
    if not rides:
        return 0
    return outages.restitch(connection, change.outage_days | change.new_days, rides)


def _without_future(inputs: ParkDayInputs, latest: int) -> ParkDayInputs:
    """``inputs`` without observations after ``latest``, which a clock that ran ahead left in the record.

    They enter when their time has come: their park-day is then computed anew with each of its cycles.
    """
    newest = _latest(inputs)
    if newest is None or newest <= latest:
        return inputs
    return replace(inputs, observations=inputs.observations.filter(pl.col("observed_at") <= latest))


def _latest(inputs: ParkDayInputs) -> int | None:
    latest = inputs.observations["observed_at"].max()
    return latest if isinstance(latest, int) else None
