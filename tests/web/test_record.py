"""The record of each park and the daily points of many, the same on both databases."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Connection

from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Evidence
from hallofshame.store.database import Database
from hallofshame.store.reports import record
from hallofshame.store.reports.points import park_hour_tallies
from hallofshame.store.reports.sparklines import park_score_days, ride_uptime_days
from hallofshame.store.reports.sums import RideTally
from web.builders import HOUR, World
from web.conftest import NINE, TODAY, YESTERDAY, gardaland

LAST = dt.date.fromisoformat(TODAY)
FIRST = dt.date.fromisoformat(YESTERDAY)
BOTH_DAYS = DayRange(FIRST, LAST)


@pytest.fixture
def small(database: Database) -> Database:
    """Gardaland's two days, a closed day and an open one that nobody watched before them, a park unseen."""
    world = World()
    gardaland(world)
    world.day(1, "2026-08-17", [(NINE - 72 * HOUR, NINE - 70 * HOUR)])
    world.day(1, "2026-08-18", evidence=Evidence.NO_ACTIVITY)
    world.park(2, "Silent Park")
    world.write(database)
    return database


def test_days_open_recorded_and_both(small: Database) -> None:
    with small.read() as connection:
        week = DayRange(LAST - dt.timedelta(days=6), LAST)
        found = record.recorded_days(connection, {1: week, 2: BOTH_DAYS})
        assert found == {
            1: record.RecordedDays(
                recorded=2, open=3, open_and_recorded=2, live=2, archive=0, found_closed=1, by_down=0
            )
        }
        assert found[1].looked_at == 3
        assert record.first_and_last_days(connection) == {1: (FIRST, LAST)}
        assert record.recorded_years(connection) == [2026]
        assert record.recorded_months(connection) == [dt.date(2026, 8, 1)]


def test_days_on_which_a_ride_ran(small: Database) -> None:
    with small.read() as connection:
        # Winter Slide (16) was closed all day.
        assert record.ride_days(connection, {1: BOTH_DAYS}, [11, 12, 16]) == {
            11: record.RideDays(observed=2, operated=2, queued=1),
            12: record.RideDays(observed=2, operated=2, queued=1),
        }
        last = record.ride_days(connection, {1: DayRange(LAST, LAST)}, [11])
        assert last == {11: record.RideDays(observed=1, operated=1, queued=1)}


def test_daily_points_of_many(small: Database) -> None:
    with small.read() as connection:
        ranges = {1: BOTH_DAYS, 2: BOTH_DAYS}
        assert park_score_days(connection, ranges) == {1: {FIRST: (0, 43_200), LAST: (9_000, 43_200)}}
        assert ride_uptime_days(connection, {1: BOTH_DAYS}, [11]) == {
            11: {FIRST: (7_200, 0), LAST: (5_400, 1_800)}
        }


def test_tallies_of_hours_count_eligible_rides_alone(small: Database) -> None:
    with small.read() as connection:
        assert tallies(connection) == {NINE: RideTally(3, 3, 1), NINE + HOUR: RideTally(3, 2, 1)}


def tallies(connection: Connection) -> dict[int, RideTally]:
    """Those of today."""
    return park_hour_tallies(connection, 1, DayRange(LAST, LAST))
