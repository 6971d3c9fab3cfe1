"""The roll-up: however the observations came, the same rows; and no rows but those (design §1)."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import delete, select

from hallofshame.clock import FixedClock
from hallofshame.domain.counters import PARK_SUMS, RIDE_SUMS
from hallofshame.domain.localtime import day_bounds, to_unix
from hallofshame.domain.ride_types import RideType, TypeBook, TypeRule
from hallofshame.domain.tiers import TierBook
from hallofshame.domain.words import Feed, Status
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.classifying import classify
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import (
    PARK_DAYS_AT_ONCE,
    PARKS_AT_ONCE,
    Rollup,
    RollupResult,
    batches,
)
from hallofshame.store import data_version, dirty
from hallofshame.store.database import Database
from hallofshame.store.derived import period_start
from hallofshame.store.models import (
    AggregationLog,
    ParkDailyStats,
    RawRevision,
    RideCurrent,
    RideDailyStats,
    RideOutage,
    RideStatusSnapshot,
    RideWeeklyStats,
)
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import (
    CADENCE,
    LOG,
    MONDAY,
    ROME,
    TIMEZONES,
    TUESDAY,
    WEDNESDAY,
    a_day,
    at,
    seed_parks,
    seed_rides,
)
from pipeline.polls import rows
from pipeline.worlds import (
    CATALOGUE,
    CLOCK,
    DERIVED,
    ONE_DAY,
    World,
    assert_same_rows,
    at_once,
    copy,
    derived_rows,
    observe,
)

Fresh = Callable[[], Database]
NAMES = ("Alpha", "Bravo", "Charlie", "Delta")


def roll_up(database: Database, cache: ObservationCache | None = None) -> int:
    return Rollup(database, CLOCK, LOG, cache).run().rows_written


def version(database: Database) -> int:
    with database.read() as connection:
        return data_version.get(connection)[0]


def day_start(day: dt.date) -> int:
    return day_bounds(day, TIMEZONES[ROME])[0]


def dirty_days(database: Database) -> set[tuple[int, dt.date]]:
    with database.read() as connection:
        return set(dirty.dirty(connection).select("park_id", "day").iter_rows())


def one_park(database: Database) -> list[int]:
    """Rome with four rides."""
    seed_parks(database, ROME)
    return seed_rides(database, ROME, *NAMES)


# --- however the observations came ---


@pytest.fixture(scope="module")
def told_file(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which a story was told, for tests that only look at its end."""
    path = tmp_path_factory.mktemp("told") / "told.db"
    shutil.copy(_migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    World(database, 6, days=3, rollup_every=0.0).tell()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture
def told(told_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of that database."""
    shutil.copy(told_file, tmp_path / "told.db")
    database = Database(f"sqlite:///{tmp_path / 'told.db'}")
    yield database
    database.dispose()


def test_live_cycles_a_rebuild_and_one_write_give_the_same_rows(database: Database, fresh: Fresh) -> None:
    """A story of its own on each database, since either would tell the same one alike."""
    world = World(database, seed=1 if database.dialect == "sqlite" else 2)
    world.tell()
    live = derived_rows(database)
    assert all(frame.height for frame in live.values())

    other = fresh()
    at_once(database, other)
    assert_same_rows(live, derived_rows(other))

    before = version(database)
    mark_range(database, CLOCK)
    roll_up(database)
    assert_same_rows(derived_rows(database), live)
    assert version(database) == before


def test_a_roll_up_after_every_cycle_gives_the_same_rows(sqlite_database: Database, fresh: Fresh) -> None:
    """A short story from one midnight past the next, with the roll-up of live operation."""
    world = World(sqlite_database, 7, days=1, rollup_every=1)
    world.tell()
    other = fresh()
    at_once(sqlite_database, other)
    assert_same_rows(derived_rows(sqlite_database), derived_rows(other))


def test_a_rebuild_of_copied_raw_rows_gives_the_same_rows(told: Database, fresh: Fresh) -> None:
    """Only the raw record and the catalogue survive; the present state comes with the next cycle."""
    other = fresh()
    copy(told, other, *CATALOGUE, RideStatusSnapshot, RawRevision)
    mark_range(other, CLOCK)
    roll_up(other)
    got, wanted = derived_rows(other), derived_rows(told)
    for present in ("ride_current", "park_current"):
        del got[present], wanted[present]
    assert_same_rows(got, wanted)


def test_all_derived_rows_may_be_thrown_away(told: Database) -> None:
    wanted = derived_rows(told)
    with told.write() as connection:
        for model in DERIVED:
            if model is not RideCurrent:
                connection.execute(delete(model))
    mark_range(told, CLOCK)
    roll_up(told)
    assert_same_rows(derived_rows(told), wanted)


# --- twice ---


def test_what_is_no_ride_is_neither_evidence_of_opening_nor_in_the_score(database: Database) -> None:
    """Three mazes open four hours before three rides, and are DOWN for an hour."""
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, "One", "Two", "Three")
    mazes = seed_rides(database, ROME, "Maze 1", "Maze 2", "Maze 3")
    early = a_day(ROME, MONDAY, mazes, down=dict.fromkeys(mazes, (780, 840)))
    early = early.with_columns(pl.col("observed_at") - 4 * 3600)
    observe(database, pl.concat([a_day(ROME, MONDAY, rides), early]).sort("observed_at"), CLOCK.now())
    names = ("Maze 1", "Maze 2", "Maze 3")
    mazes_are = [TypeRule(f"park-{ROME}", name, RideType.WALKTHROUGH, "a maze") for name in names]
    rollup = Rollup(database, CLOCK, LOG)
    figures = []
    for types in (TypeBook([], [], []), TypeBook(mazes_are, [], [])):
        classify(database, CLOCK, TierBook([], [], []), types)
        rollup.run()
        with database.read() as connection:
            day = connection.execute(
                select(ParkDailyStats.window_seconds, ParkDailyStats.eligible, ParkDailyStats.downtime).where(
                    ParkDailyStats.day == MONDAY
                )
            ).one()
            lost = connection.scalars(select(RideOutage.ride_id).distinct()).all()
        figures.append((tuple(day), set(lost) & set(mazes)))
    assert figures == [((12 * 3600, 6, 3 * 3600), set(mazes)), ((8 * 3600, 3, 0), set())]


def test_nothing_dirty_is_nothing_done(database: Database) -> None:
    result = Rollup(database, CLOCK, LOG).run()
    assert (result.park_days, result.rows_written, result.batches) == (0, 0, 0)
    assert rows(database, AggregationLog, "outcome", "park_days", "rows_written") == [("success", 0, 0)]
    assert version(database) == 0


def test_a_second_roll_up_writes_nothing(database: Database) -> None:
    rides = one_park(database)
    observe(database, a_day(ROME, MONDAY, rides, down={rides[0]: (700, 800)}), at("2026-06-02 00:00"))
    assert roll_up(database) > 0
    before, moved = derived_rows(database), version(database)
    assert moved == 1
    assert mark_range(database, CLOCK) == 1
    assert roll_up(database) == 0
    assert_same_rows(derived_rows(database), before)
    assert version(database) == moved
    assert dirty_days(database) == set()


def test_a_rebuild_brings_back_what_was_changed_by_hand(database: Database) -> None:
    rides = one_park(database)
    observe(database, a_day(ROME, MONDAY, rides, down={rides[0]: (700, 800)}), at("2026-06-02 00:00"))
    roll_up(database)
    wanted = derived_rows(database)
    with database.write() as connection:
        connection.execute(RideDailyStats.__table__.update().values(downtime=1))
        connection.execute(delete(RideOutage))
        connection.execute(ParkDailyStats.__table__.update().values(open=0))
    mark_range(database, CLOCK, start=MONDAY, end=MONDAY, park_ids=[ROME])
    assert roll_up(database) > 0
    got = derived_rows(database)
    del got["ride_outages"], wanted["ride_outages"]
    assert_same_rows(got, wanted)


# --- larger grains ---


def test_larger_grains_are_sums_of_smaller_ones(told: Database) -> None:
    """From May into June, from one week into the next."""
    found = derived_rows(told)
    for who, sums, key in (
        ("ride", RIDE_SUMS, ["park_id", "ride_id"]),
        ("park", PARK_SUMS, ["park_id"]),
    ):
        hours = found[f"{who}_hourly_stats"].filter(pl.col("open") > 0)
        days = found[f"{who}_daily_stats"]
        wanted = days.filter(pl.col("open") > 0).sort(*key, "day").select(*key, "day", *sums)
        assert hours.group_by(*key, "day").agg(pl.col(sums).sum()).sort(*key, "day").equals(wanted)
        for grain in ("week", "month", "year"):
            start = pl.Series([period_start(day, grain) for day in days["day"]])
            total = days.group_by(*key, period_start=start).agg(
                pl.col(sums).sum(), pl.col("wait_max").max(), *_counted(who)
            )
            stored = found[f"{who}_{grain}ly_stats"].select(total.columns)
            assert stored.sort(*key, "period_start").equals(total.sort(*key, "period_start"))
    assert found["park_monthly_stats"]["period_start"].n_unique() == 2


def _counted(who: str) -> list[pl.Expr]:
    if who == "ride":
        return [pl.col("eligible").sum().alias("eligible_days")]
    is_open = pl.col("window_seconds") > 0
    return [pl.col("window_seconds").sum(), is_open.sum().cast(pl.Int64).alias("open_days")]


def test_coarse_rows_go_with_the_days_under_them(database: Database) -> None:
    """The raw record of a month may be dropped by hand; its rows go once its days are rolled up again."""
    rides = one_park(database)
    may = dt.date(2026, 5, 20)
    observe(database, a_day(ROME, may, rides[:2]), CLOCK.now())
    observe(database, a_day(ROME, MONDAY, rides[2:]), CLOCK.now())
    roll_up(database)
    assert {ride for (ride,) in rows(database, RideWeeklyStats, "ride_id")} == set(rides)
    with database.write() as connection:
        connection.execute(delete(RideStatusSnapshot).where(RideStatusSnapshot.ride_id.in_(rides[:2])))
        dirty.mark(connection, [(ROME, may + n * ONE_DAY) for n in range(14)], "by hand", CLOCK.now())
    roll_up(database)
    found = derived_rows(database)
    for name in ("daily", "weekly", "monthly", "yearly", "hourly"):
        assert set(found[f"ride_{name}_stats"]["ride_id"]) == set(rides[2:])


# --- days that depend on each other ---


def test_a_day_whose_operated_rides_change_re_rolls_the_six_days_after_it(database: Database) -> None:
    rides = one_park(database)
    for days in range(9):
        observe(database, a_day(ROME, MONDAY + days * ONE_DAY, rides[1:]), CLOCK.now())
    roll_up(database)
    late = a_day(ROME, MONDAY, rides[:1])
    observe(database, late, CLOCK.now())
    assert dirty_days(database) == {(ROME, MONDAY), (ROME, TUESDAY)}
    roll_up(database)
    eligible = {
        day
        for day, ride, is_eligible in rows(database, RideDailyStats, "day", "ride_id", "eligible")
        if ride == rides[0] and is_eligible
    }
    assert eligible == {MONDAY + days * ONE_DAY for days in range(7)}
    assert rows(database, ParkDailyStats, "eligible") == [(4,)] * 7 + [(3,)] * 2


def test_an_outage_across_midnight_is_one_outage(database: Database) -> None:
    """Monday 23:00 to Tuesday 01:00 in a park that is open from 10 to 2."""
    rides = one_park(database)
    start, end = day_bounds(MONDAY, TIMEZONES[ROME])[0], day_bounds(TUESDAY, TIMEZONES[ROME])[1]
    found = []
    for instant in range(start, end, CADENCE):
        hour = (instant - start) / 3600
        is_open = 10 <= hour < 26 or hour >= 34
        for ride in rides:
            broken = ride == rides[0] and 23 <= hour < 25
            status = Status.DOWN if broken else Status.OPERATING if is_open else Status.CLOSED
            wait = instant // 300 % 50 if status is Status.OPERATING else None
            found.append((ROME, ride, instant, 0, status, wait, int(Feed.THEMEPARKS_WIKI), False, CADENCE))
    frame = pl.DataFrame(found, schema=OBSERVATIONS, orient="row").sort("observed_at", maintain_order=True)
    outage = (rides[0], start + 23 * 3600, ROME, MONDAY, start + 25 * 3600, "breakdown")
    midnight = start + 24 * 3600
    observe(database, frame.filter(pl.col("observed_at") < midnight), CLOCK.now())
    roll_up(database)
    (broken,) = rows(database, RideOutage)
    assert broken[:5] == (*outage[:4], None)
    observe(database, frame.filter(pl.col("observed_at") >= midnight), CLOCK.now())
    roll_up(database)
    whole = [(*outage, 1, "reopened", 0, 7200, 0)]
    assert [row[:11] for row in rows(database, RideOutage)] == whole
    mark_range(database, CLOCK, start=TUESDAY, end=TUESDAY)
    roll_up(database)
    assert [row[:11] for row in rows(database, RideOutage)] == whole


def test_an_event_log_reaches_over_a_day_of_23_hours(sqlite_database: Database, fresh: Fresh) -> None:
    """Events of the 28th hold for 24 h, into the 30th of March, that came after both were rolled up."""
    database = sqlite_database
    rides = one_park(database)
    days = [dt.date(2026, 3, 29), dt.date(2026, 3, 30), dt.date(2026, 3, 31)]
    start = day_bounds(days[0], TIMEZONES[ROME])[0]
    archive = int(Feed.ARCHIVE)
    observe(
        database,
        pl.DataFrame(
            [
                (
                    ROME,
                    ride,
                    day_start(day) + 36_000,
                    1,
                    status,
                    None,
                    archive,
                    False,
                    None,
                )
                for day in days
                for ride, status in zip(rides, [Status.OPERATING, Status.DOWN, None, None], strict=True)
            ],
            schema=OBSERVATIONS,
            orient="row",
        ).filter(pl.col("observed_at") > start + 86_400),
        CLOCK.now(),
    )
    roll_up(database)
    late = [
        (ROME, ride, start - offset, 1, Status.OPERATING, 5, archive, False, None)
        for ride in rides
        for offset in (1800, 60_000)
    ]
    observe(database, pl.DataFrame(late, schema=OBSERVATIONS, orient="row"), CLOCK.now())
    roll_up(database)
    other = fresh()
    at_once(database, other)
    assert_same_rows(derived_rows(database), derived_rows(other))


# --- beside another ---


class Interrupted(ObservationCache):
    """Lets something happen once, between reading the inputs of a batch and writing its rows."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile: list[Callable[[], object]] = [meanwhile]

    def load(self, *args: object) -> pl.DataFrame:
        """As ever, and then whatever was to happen."""
        found = super().load(*args)  # type: ignore[arg-type]
        while self._meanwhile:
            self._meanwhile.pop()()
        return found


def test_a_day_made_dirty_while_it_is_computed_stays_dirty(database: Database, fresh: Fresh) -> None:
    rides = one_park(database)
    morning = a_day(ROME, MONDAY, rides).filter(pl.col("observed_at") < to_unix(at("2026-06-01 10:00")))
    evening = a_day(ROME, MONDAY, rides, down={rides[0]: (800, 900)}).join(
        morning, on=["ride_id", "observed_at"], how="anti"
    )
    observe(database, morning, CLOCK.now())
    generations = []

    def more() -> None:
        observe(database, evening, CLOCK.now())
        with database.read() as connection:
            generations.extend(dirty.dirty(connection)["generation"])

    result = Rollup(database, CLOCK, LOG, Interrupted(more)).run()
    assert generations == [2]
    assert (result.batches, result.park_days) == (2, 2)
    assert dirty_days(database) == set()
    other = fresh()
    at_once(database, other)
    assert_same_rows(derived_rows(database), derived_rows(other))


def test_a_mark_set_anew_after_another_roll_up_is_not_cleared_by_the_slower_one(
    database: Database, fresh: Fresh
) -> None:
    """One computes, another finishes the same day, new observations come: the first must not win."""
    rides = one_park(database)
    whole = a_day(ROME, MONDAY, rides, down={rides[1]: (800, 900)})
    noon = pl.col("observed_at") < to_unix(at("2026-06-01 10:00"))
    observe(database, whole.filter(noon), CLOCK.now())

    def overtake() -> None:
        roll_up(database)
        observe(database, whole.filter(~noon), CLOCK.now())

    Rollup(database, CLOCK, LOG, Interrupted(overtake)).run()
    assert dirty_days(database) == set()
    other = fresh()
    at_once(database, other)
    assert_same_rows(derived_rows(database), derived_rows(other))


def test_a_day_computed_beside_the_one_before_it_knows_its_rides(database: Database, fresh: Fresh) -> None:
    """Which rides operated on Monday is an input of Tuesday, also when two roll-ups share the work."""
    rides = one_park(database)
    observe(database, a_day(ROME, MONDAY, rides[:3]), CLOCK.now())
    roll_up(database)
    observe(database, a_day(ROME, MONDAY, rides[3:]), CLOCK.now())
    observe(database, a_day(ROME, WEDNESDAY, rides[:3]), CLOCK.now())

    def only(day: dt.date, rollup: Rollup) -> None:
        """A process that has this one day in hand."""
        with database.read() as connection:
            marks = dirty.dirty(connection).filter(pl.col("day") == day)
        rollup._roll_up(marks, RollupResult())

    meanwhile = Interrupted(lambda: only(MONDAY, Rollup(database, CLOCK, LOG)))
    only(WEDNESDAY, Rollup(database, CLOCK, LOG, meanwhile))
    roll_up(database)
    other = fresh()
    at_once(database, other)
    assert_same_rows(derived_rows(database), derived_rows(other))


def test_two_roll_ups_over_the_same_list_end_with_the_same_rows(database: Database, fresh: Fresh) -> None:
    """Both hold rows in memory from before; each in turn finds the other's work done in between."""
    world = World(database, 8, days=1, rollup_every=0.0)
    world.tell()
    one, two = Rollup(database, CLOCK, LOG), Rollup(database, CLOCK, LOG)
    for rollup in (one, two, one):
        mark_range(database, CLOCK)
        rollup.run()
        world._retier()
    mark_range(database, CLOCK)
    inner = Rollup(database, CLOCK, LOG, Interrupted(two.run))
    inner.run()
    one.run()
    assert dirty_days(database) == set()
    other = fresh()
    at_once(database, other)
    assert_same_rows(derived_rows(database), derived_rows(other))


def test_a_run_is_logged_with_what_it_did(database: Database) -> None:
    rides = one_park(database)
    observe(database, a_day(ROME, MONDAY, rides), CLOCK.now())
    told: list[tuple[int, int]] = []
    result = Rollup(database, CLOCK, LOG).run(lambda done, of: told.append((done, of)))
    logged = rows(database, AggregationLog, "job_type", "outcome", "park_days", "rows_written")
    assert logged == [("rollup", "success", result.park_days, result.rows_written)]
    assert rows(
        database, AggregationLog, "target_from", "target_to", "parks_processed", "rides_processed"
    ) == [(MONDAY, MONDAY, 1, len(rides))]
    assert told == [(1, 1)]


def test_the_version_says_how_fresh_the_data_is(database: Database) -> None:
    rides = one_park(database)
    observe(database, a_day(ROME, MONDAY, rides), CLOCK.now())
    roll_up(database)
    last = day_bounds(TUESDAY, TIMEZONES[ROME])[0] - CADENCE
    with database.read() as connection:
        assert data_version.get(connection) == (1, last)


def test_a_long_list_is_rolled_up_in_bounded_batches(sqlite_database: Database) -> None:
    """Cut in the middle of a park: the later batch knows which rides operated in the earlier one."""
    count = PARK_DAYS_AT_ONCE + 20
    rides = one_park(sqlite_database)
    frame = a_day(ROME, MONDAY, rides[:2]).filter(pl.col("observed_at") % 7200 == 0)
    frame = frame.with_columns(
        wait_minutes=pl.col("wait_minutes") + (pl.col("observed_at") // 7200 % 5),
        cadence_seconds=pl.lit(7200, pl.Int32),
    )
    days = [frame.with_columns(pl.col("observed_at") + 86_400 * n) for n in range(count)]
    observe(sqlite_database, pl.concat(days), CLOCK.now())
    result = Rollup(sqlite_database, FixedClock(CLOCK.now() + count * ONE_DAY), LOG).run()
    assert (result.batches, result.park_days) == (2, count)
    assert rows(sqlite_database, ParkDailyStats, "eligible") == [(2,)] * count


def test_batches_keep_the_parks_side_by_side_and_their_days_in_order() -> None:
    parks, length = 2 * PARKS_AT_ONCE + 1, 3
    marks = pl.DataFrame(
        [(park, MONDAY + day * ONE_DAY) for day in range(length) for park in range(parks)],
        schema={"park_id": pl.Int64, "day": pl.Date},
        orient="row",
    )
    found = list(batches(marks))
    assert sum(batch.height for batch in found) == parks * length
    assert all(batch.height <= PARK_DAYS_AT_ONCE for batch in found)
    assert pl.concat(found).unique().height == marks.height
    for _, days in pl.concat(found).group_by("park_id", maintain_order=True):
        assert days["day"].is_sorted()
