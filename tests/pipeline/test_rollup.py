"""The roll-up: however the observations came, the same rows; and no rows but those (design §1)."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import delete, select

from hallofshame.domain.counters import PARK_SUMS, RIDE_SUMS
from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.ride_types import RideType, TypeBook, TypeRule
from hallofshame.domain.tiers import TierBook
from hallofshame.domain.words import Feed, Status
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.classifying import classify
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import PARK_DAYS_SPANNED, Rollup, batches
from hallofshame.store import dirty
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
from pipeline.fakes import (
    CADENCE,
    LOG,
    MONDAY,
    ROME,
    TIMEZONES,
    TUESDAY,
    a_day,
    at,
    seed_parks,
    seed_rides,
)
from pipeline.polls import rows
from pipeline.rolling import Fresh, day_start, dirty_days, one_park, roll_up, version
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


@pytest.mark.slow
@pytest.mark.both_databases
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


@pytest.mark.slow
def test_a_roll_up_after_every_cycle_gives_the_same_rows(sqlite_database: Database, fresh: Fresh) -> None:
    """A short story from one midnight past the next, with the roll-up of live operation."""
    world = World(sqlite_database, 7, days=1, rollup_every=1)
    world.tell()
    other = fresh()
    at_once(sqlite_database, other)
    assert_same_rows(derived_rows(sqlite_database), derived_rows(other))


@pytest.mark.slow
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


@pytest.mark.slow
@pytest.mark.both_databases
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


@pytest.mark.slow
@pytest.mark.both_databases
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


@pytest.mark.slow
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


@pytest.mark.slow
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


def _marks(*days: tuple[int, int]) -> pl.DataFrame:
    """Marks of park-days, by park and day of the year."""
    new_year = dt.date(2026, 1, 1)
    rows = [(park, new_year + dt.timedelta(days=day), 1) for park, day in days]
    return pl.DataFrame(
        rows, schema={"park_id": pl.Int64, "day": pl.Date, "generation": pl.Int64}, orient="row"
    )


@pytest.mark.parametrize(
    ("marks", "sizes"),
    [
        pytest.param(_marks(*((park, day) for park in range(60) for day in (0, 1, 2))), [150, 30], id="live"),
        pytest.param(
            _marks(*((park, 40 * month) for park in range(60) for month in range(3))),
            [60] * 3,
            id="month by month",
        ),
        pytest.param(_marks(*((1, day) for day in range(365))), [150, 150, 65], id="a year of one park"),
        pytest.param(_marks((1, 0), (1, 364)), [2], id="two days of one park"),
        pytest.param(_marks(*((park, 50 * park) for park in range(6))), [3, 3], id="a day of each park"),
        pytest.param(_marks(*((park, 0) for park in range(100))), [75, 25], id="more parks than at once"),
    ],
)
def test_days_that_lie_far_apart_come_in_batches_of_their_own(marks: pl.DataFrame, sizes: list[int]) -> None:
    found = list(batches(marks))
    assert [batch.height for batch in found] == sizes
    assert pl.concat(found).sort("park_id", "day").equals(marks.sort("park_id", "day"))
    for batch in found:
        days = batch["day"]
        spanned = (days.max() - days.min()).days + 1
        assert batch["park_id"].n_unique() * spanned <= PARK_DAYS_SPANNED
