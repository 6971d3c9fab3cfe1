"""Timelines read from the store add up to the rows that the roll-up wrote."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import delete, select

from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Feed, Origin
from hallofshame.pipeline.timelines import park_day_timeline
from hallofshame.store import bulk
from hallofshame.store.database import Database
from hallofshame.store.models import ParkDailyStats, RideDailyStats, RideStatusSnapshot
from hallofshame.store.reports.points import park_days
from pipeline.fakes import MONDAY, ROME, TIMEZONES, WEDNESDAY, a_day, observe, roll_up, small_world
from pipeline.worlds import World

COUNTERS = ["observed", "operating", "down", "closed", "refurbishment", "downtime", "unobserved"]


def assert_adds_up(database: Database, park_id: int, day: dt.date) -> None:
    """Seconds inside windows by status are the stored counters of every ride of the park-day."""
    seconds = pl.col("end") - pl.col("start")
    status = pl.col("status")
    with database.read() as connection:
        end = day_bounds(day, TIMEZONES[park_id])[1]
        found = park_day_timeline(connection, park_id, day, end).segments.filter("in_window")
        stored = bulk.read_numbers(
            connection,
            select(RideDailyStats.__table__).where(
                RideDailyStats.park_id == park_id, RideDailyStats.day == day
            ),
        )
    sums = found.group_by("ride_id").agg(
        observed=seconds.filter(status.is_not_null()).sum(),
        operating=seconds.filter(status == 1).sum(),
        down=seconds.filter(status == 2).sum(),
        closed=seconds.filter(status == 3).sum(),
        refurbishment=seconds.filter(status == 4).sum(),
        downtime=seconds.filter(pl.col("counts_as_down")).sum(),
        unobserved=seconds.filter(status.is_null()).sum(),
    )
    wanted = stored.filter(pl.col("open") > 0).with_columns(unobserved=pl.col("open") - pl.col("observed"))
    got = sums.join(wanted.select(pl.col("ride_id").cast(pl.Int32)), on="ride_id", how="semi")
    assert_frame_equal(
        got.select("ride_id", *COUNTERS).sort("ride_id"),
        wanted.select("ride_id", *COUNTERS).sort("ride_id"),
        check_dtypes=False,
    )


def rolled_up(database: Database) -> list[tuple[int, dt.date]]:
    with database.read() as connection:
        rows = connection.execute(select(ParkDailyStats.park_id, ParkDailyStats.day)).all()
    return [(park_id, day) for park_id, day in rows]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_every_park_day_of_a_generated_story_adds_up(sqlite_database: Database, seed: int) -> None:
    """Frozen parks, stale claims, holes, late readings, corrected hours and an archive among them."""
    World(sqlite_database, seed, rollup_every=0.0).tell()
    days = rolled_up(sqlite_database)
    assert len(days) >= 4
    for park_id, day in days:
        assert_adds_up(sqlite_database, park_id, day)


def test_the_archive_is_laid_out_where_the_counters_took_it(sqlite_database: Database) -> None:
    rides = small_world(sqlite_database)
    live = a_day(ROME, WEDNESDAY, rides[ROME]).filter(pl.col("observed_at") % 1200 == 0)
    log = a_day(ROME, WEDNESDAY, rides[ROME], down={rides[ROME][1]: (700, 800)}).with_columns(
        origin=pl.lit(Origin.ARCHIVE.value, pl.UInt8),
        cadence_seconds=pl.lit(None, pl.Int32),
        feed=pl.lit(Feed.ARCHIVE.value, pl.UInt8),
    )
    observe(sqlite_database, live, log)
    roll_up(sqlite_database)
    with sqlite_database.read() as connection:
        stored = park_days(connection, ROME, DayRange(MONDAY, WEDNESDAY))
    assert [stored[day].origin for day in sorted(stored)] == [Origin.LIVE, Origin.LIVE, Origin.ARCHIVE]
    for day in stored:
        assert_adds_up(sqlite_database, ROME, day)


@pytest.mark.both_databases
def test_both_databases_give_the_same(database: Database) -> None:
    small_world(database)
    for park_id, day in rolled_up(database):
        assert_adds_up(database, park_id, day)


def test_a_dropped_record_is_told_from_a_closed_day(sqlite_database: Database) -> None:
    small_world(sqlite_database)
    end = day_bounds(MONDAY, TIMEZONES[ROME])[1]
    with sqlite_database.read() as connection:
        found = park_day_timeline(connection, ROME, MONDAY, end)
        assert (found.is_known, found.is_dropped) == (True, False)
        found = park_day_timeline(connection, ROME, dt.date(2026, 1, 1), end)
        assert (found.is_known, found.is_dropped, found.stored) == (False, False, None)
    with sqlite_database.write() as connection:
        connection.execute(delete(RideStatusSnapshot))
    with sqlite_database.read() as connection:
        found = park_day_timeline(connection, ROME, MONDAY, end)
    assert (found.is_known, found.is_dropped) == (False, True)
