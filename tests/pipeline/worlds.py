"""Random worlds: days of two parks with everything that makes a park-day dirty, and the rows they lead to."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection, insert, select

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import day_bounds, from_unix, zone
from hallofshame.domain.readings import PublishedEntry
from hallofshame.domain.ride_types import RideType, TypeBook, TypeRule
from hallofshame.domain.tiers import TierBook, TierRule
from hallofshame.domain.words import Feed, Origin, ScheduleKind, Status
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.classifying import classify
from hallofshame.pipeline.record import QUEUES, one_per_ride, write_observations
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import bulk, catalogue, dirty, raw, schedules
from hallofshame.store.catalogue import Classification
from hallofshame.store.database import Database
from hallofshame.store.models import (
    Base,
    ExternalId,
    NameSeen,
    Park,
    ParkCurrent,
    ParkDailyStats,
    ParkHourlyStats,
    ParkMonthlyStats,
    ParkSchedule,
    ParkSignal,
    ParkSpanStats,
    ParkWeeklyStats,
    ParkYearlyStats,
    Ride,
    RideClassification,
    RideCurrent,
    RideDailyStats,
    RideHourlyStats,
    RideMonthlyStats,
    RideOutage,
    RideOutagePart,
    RideSpanStats,
    RideTypeDecision,
    RideWeeklyStats,
    RideYearlyStats,
    StoredSpan,
)
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import LOG, NEW_YORK, ROME, TIMEZONES, seed_parks, seed_rides

DERIVED: tuple[type[Base], ...] = (
    RideHourlyStats,
    RideDailyStats,
    RideWeeklyStats,
    RideMonthlyStats,
    RideYearlyStats,
    ParkHourlyStats,
    ParkDailyStats,
    ParkWeeklyStats,
    ParkMonthlyStats,
    ParkYearlyStats,
    RideSpanStats,
    ParkSpanStats,
    StoredSpan,
    RideOutagePart,
    RideOutage,
    RideCurrent,
    ParkCurrent,
)
"""Every table of derived rows. The revisions count changes and are no statistic."""

CATALOGUE: tuple[type[Base], ...] = (
    Park,
    ParkSignal,
    Ride,
    NameSeen,
    ExternalId,
    RideClassification,
    RideTypeDecision,
    ParkSchedule,
)

PAST_THE_HOUR = 780
"""Seconds after the full hour at which cycles run, so that spans do not end where hours do."""

CLOCK = FixedClock(dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
ONE_DAY = dt.timedelta(days=1)


def derived_rows(database: Database) -> dict[str, pl.DataFrame]:
    """All rows of all derived tables, each table in the order of its key."""
    found = {}
    with database.read() as connection:
        for model in DERIVED:
            table = model.__table__
            frame = bulk.read_frame(connection, select(table))
            found[table.name] = frame.sort([column.name for column in table.primary_key])
    return found


def assert_same_rows(got: dict[str, pl.DataFrame], wanted: dict[str, pl.DataFrame]) -> None:
    """Row for row; names the table and the rows that only one side has."""
    for name, frame in wanted.items():
        mine = got[name]
        if mine.equals(frame):
            continue
        columns = frame.columns
        surplus = mine.join(frame, on=columns, how="anti", nulls_equal=True)
        missing = frame.join(mine, on=columns, how="anti", nulls_equal=True)
        with pl.Config(tbl_cols=-1, tbl_rows=20, tbl_width_chars=250):
            raise AssertionError(f"{name}: {surplus.height} rows too many\n{surplus}\nmissing\n{missing}")


def observe(
    database: Database, frame: pl.DataFrame, now: dt.datetime, cache: ObservationCache | None = None
) -> None:
    """Write observations in one transaction, as a cycle, an ingest or an import does."""
    ordered = one_per_ride(frame)
    written = database.run(
        lambda connection: write_observations(
            connection, ordered, pl.DataFrame(schema=QUEUES), TIMEZONES, now
        )
    )
    if cache is not None:
        cache.append(ordered, written.revisions)


def copy(database: Database, other: Database, *models: type[Base]) -> None:
    """Give ``other`` the rows of these tables."""
    with database.read() as source, other.write() as target:
        for model in models:
            held = [dict(row) for row in source.execute(select(model.__table__)).mappings()]
            if held:
                target.execute(insert(model), held)


def record_of(database: Database) -> pl.DataFrame:
    """The whole raw record."""
    with database.read() as connection:
        return raw.read_observations(connection, list(TIMEZONES), 0, None)


def at_once(database: Database, other: Database) -> None:
    """Write the whole record of ``database`` into the empty ``other`` in one transaction, and roll up."""
    copy(database, other, *CATALOGUE)
    observe(other, record_of(database), CLOCK.now())
    Rollup(other, CLOCK, LOG).run()


@dataclass
class World:
    """A seeded story of some days, told cycle by cycle.

    Rides break, wait and rest at random; collection is away at times; a park freezes for an evening; some
    readings are unknown or stale; hours are published and corrected; tiers change; some cycles arrive late
    and out of order; one day has an archive too (R15).
    """

    database: Database
    seed: int
    first: dt.date = dt.date(2026, 5, 30)
    days: int = 2
    rollup_every: float = 0.08
    step: int = 3600
    cache: ObservationCache = field(default_factory=ObservationCache)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        seed_parks(self.database, ROME, NEW_YORK)
        self.rides = {park: seed_rides(self.database, park, *"ABCDE") for park in (ROME, NEW_YORK)}
        self.state: dict[int, tuple[Status | None, int | None]] = {}
        self.rollup = Rollup(self.database, CLOCK, LOG, self.cache)
        self.late: list[pl.DataFrame] = []

    def tell(self) -> None:
        """All days, with roll-ups in between and one at the end."""
        start = day_bounds(self.first, TIMEZONES[ROME])[0]
        end = day_bounds(self.first + self.days * ONE_DAY, TIMEZONES[NEW_YORK])[0]
        away = self._stretches(start, end, count=2, longest=10)
        frozen = {park: self._frozen_evening() for park in self.rides}
        for instant in range(start + PAST_THE_HOUR, end, self.step):
            if any(since <= instant < until for since, until in away):
                continue
            frames = [self._cycle(park, instant, frozen[park]) for park in self.rides]
            frame = pl.concat(frames)
            if self.random.random() < 0.06:
                self.late.append(frame)
                continue
            observe(self.database, frame, from_unix(instant), self.cache)
            if self.random.random() < 0.04:
                self._something_else(instant)
            if self.random.random() < self.rollup_every:
                self.rollup.run()
        self.random.shuffle(self.late)
        for frame in self.late[: len(self.late) // 2]:
            observe(self.database, frame, CLOCK.now(), self.cache)
        self._archive(self.first + ONE_DAY)
        self.rollup.run()
        for frame in self.late[len(self.late) // 2 :]:
            observe(self.database, frame, CLOCK.now())
        self._retier()
        self._retype()
        self.rollup.run()

    def _stretches(self, start: int, end: int, count: int, longest: int) -> list[tuple[int, int]]:
        begins = [self.random.randrange(start + 12 * self.step, end, self.step) for _ in range(count)]
        return [(begin, begin + self.step * self.random.randint(1, longest)) for begin in begins]

    def _frozen_evening(self) -> tuple[int, int]:
        """From an hour or two before some midnight, for up to eight hours."""
        midnight = day_bounds(self.first + ONE_DAY * self.random.randint(1, self.days), "UTC")[0]
        before, after = self.random.randint(1, 6), self.random.randint(4, 16)
        return midnight - 1800 * before, midnight + 1800 * after

    def _cycle(self, park: int, instant: int, frozen: tuple[int, int]) -> pl.DataFrame:
        hour = from_unix(instant).astimezone(zone(TIMEZONES[park])).hour
        still = frozen[0] < instant < frozen[1]
        found = []
        for ride in self.rides[park]:
            if not still or ride not in self.state:
                self.state[ride] = self._next(ride, is_open=9 <= hour < 22)
            status, wait = self.state[ride]
            if self.random.random() < 0.02 and not still:
                continue
            stale = status is Status.OPERATING and self.random.random() < 0.02
            feed = int(Feed.QUEUE_TIMES if park == NEW_YORK and hour % 7 == 0 else Feed.THEMEPARKS_WIKI)
            found.append((park, ride, instant, int(Origin.LIVE), status, wait, feed, stale, self.step))
        return pl.DataFrame(found, schema=OBSERVATIONS, orient="row")

    def _next(self, ride: int, *, is_open: bool) -> tuple[Status | None, int | None]:
        chance = self.random.random()
        if not is_open and chance < 0.9:
            return (Status.DOWN if chance < 0.1 else Status.CLOSED), None
        before = self.state.get(ride, (Status.OPERATING, 5))[0]
        if chance < 0.25 and before is not Status.OPERATING and before is not None:
            return before, None
        if chance < 0.75:
            return Status.OPERATING, self.random.choice([None, 0, 5, 10, 15, 45])
        return self.random.choice([Status.DOWN, Status.DOWN, Status.CLOSED, Status.REFURBISHMENT, None]), None

    def _something_else(self, instant: int) -> None:
        if self.random.random() < 0.5:
            self._retier()
        else:
            self._publish(instant)

    def _retier(self) -> None:
        ride = self.random.choice([ride for known in self.rides.values() for ride in known])
        tier = self.random.choice([1, 2, 3, None])
        park = next(park for park, known in self.rides.items() if ride in known)

        def work(connection: Connection) -> None:
            chosen = Classification(tier, "override", 1.0, "as it pleases")
            catalogue.set_classifications(connection, [(ride, chosen)], CLOCK.now())
            rolled = connection.execute(
                select(ParkDailyStats.park_id, ParkDailyStats.day).where(ParkDailyStats.park_id == park)
            )
            dirty.mark(connection, [(park_id, day) for park_id, day in rolled], "tier", CLOCK.now())

        self.database.run(work)

    def _retype(self) -> None:
        """One ride turns out to be none."""
        park = self.random.choice(sorted(self.rides))
        ride = self.random.choice(self.rides[park])
        name = "ABCDE"[self.rides[park].index(ride)]
        types = TypeBook([TypeRule(f"park-{park}", name, RideType.SHOW, "a film")], [], [])
        with self.database.read() as connection:
            tiers = catalogue.classifications(connection)
        kept = [
            TierRule(f"park-{owner}", "ABCDE"[place], decided.tier, "kept")
            for owner, known in self.rides.items()
            for place, number in enumerate(known)
            if (decided := tiers.get(number)) is not None and decided.tier is not None
        ]
        classify(self.database, CLOCK, TierBook(kept, [], []), types)

    def _publish(self, instant: int) -> None:
        """Hours of one day, perhaps until after midnight, perhaps of a day gone by."""
        park = self.random.choice([ROME, NEW_YORK])
        day = self.first + ONE_DAY * self.random.randrange(self.days)
        start = day_bounds(day, TIMEZONES[park])[0]
        opens = from_unix(start + 3600 * self.random.randint(8, 11))
        closes = from_unix(start + 3600 * self.random.randint(17, 26))
        entry = PublishedEntry(day, ScheduleKind.OPERATING, opens, closes)

        def work(connection: Connection) -> None:
            changed = schedules.publish(connection, park, [entry], from_unix(instant), day, day)
            days = changed | {date + ONE_DAY for date in changed}
            dirty.mark_existing(connection, [(park, day) for day in sorted(days)], "schedule", instant)

        self.database.run(work)

    def _archive(self, day: dt.date) -> None:
        """Rome's event log of ``day``: changes at odd minutes, none of them sampled."""
        start, end = day_bounds(day, TIMEZONES[ROME])
        found = []
        for ride in self.rides[ROME]:
            for _ in range(self.random.randint(2, 8)):
                status = self.random.choice([Status.OPERATING, Status.OPERATING, Status.DOWN, Status.CLOSED])
                wait = self.random.choice([5, 20]) if status is Status.OPERATING else None
                instant = self.random.randrange(start, end)
                found.append(
                    (ROME, ride, instant, int(Origin.ARCHIVE), status, wait, int(Feed.ARCHIVE), False, None)
                )
        observe(self.database, pl.DataFrame(found, schema=OBSERVATIONS, orient="row"), CLOCK.now())
