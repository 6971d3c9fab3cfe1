"""Sums by local weekday and hour: the hours on the park's own clock, and nothing lost on the way."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from zoneinfo import ZoneInfo

import pytest

from hallofshame.domain.localtime import day_bounds, utc_offsets
from hallofshame.domain.periods import DayRange
from hallofshame.store.database import Database
from hallofshame.store.reports.heatmaps import park_heatmap, place_of, ride_heatmap
from hallofshame.store.reports.points import add_park_totals, add_ride_totals
from hallofshame.store.reports.sums import park_sums, ride_sums
from web.builders import HOUR, World

ZONES = {1: "Europe/Rome", 2: "America/New_York", 3: "Australia/Adelaide"}
DAYS = DayRange(dt.date(2026, 3, 2), dt.date(2026, 4, 12))
"""Six weeks in which the clocks change in all three zones."""


@pytest.fixture
def weeks(database: Database) -> Database:
    """Three parks, open round the clock, each hour with a figure of its own."""
    world = World()
    for park_id, timezone in ZONES.items():
        world.park(park_id, f"Park {park_id}", timezone)
        for ride_id in (10 * park_id, 10 * park_id + 1):
            world.ride(ride_id, park_id, f"Ride {ride_id}")
            for day in DAYS.dates():
                start, end = day_bounds(day, timezone)
                for hour in range(start, end, HOUR):
                    number = (hour // HOUR * 7 + ride_id) % 100
                    if number % 3:
                        world.hour(ride_id, f"{day}", hour, operating=HOUR - number, down=number, wait=number)
    world.write(database)
    return database


def test_every_hour_is_where_the_clock_on_the_wall_had_it(weeks: Database) -> None:
    with weeks.read() as connection:
        for park_id, timezone in ZONES.items():
            ride_id = 10 * park_id
            cells = ride_heatmap(connection, ride_id, DAYS, timezone)
            down: dict[tuple[int, int], int] = defaultdict(int)
            seen: dict[tuple[int, int], set[dt.date]] = defaultdict(set)
            for day in DAYS.dates():
                for hour in range(*day_bounds(day, timezone), HOUR):
                    local = dt.datetime.fromtimestamp(hour, ZoneInfo(timezone))
                    number = (hour // HOUR * 7 + ride_id) % 100
                    if number % 3:
                        down[local.isoweekday(), local.hour] += number
                        seen[local.isoweekday(), local.hour].add(day)
            assert {place: cell.totals.down for place, cell in cells.items()} == down
            assert {place: cell.days for place, cell in cells.items()} == {
                place: len(days) for place, days in seen.items()
            }


def test_cells_add_up_to_the_range(weeks: Database) -> None:
    with weeks.read() as connection:
        for park_id, timezone in ZONES.items():
            whole = park_sums(connection, {park_id: DAYS})[park_id]
            cells = park_heatmap(connection, park_id, DAYS, timezone)
            assert add_park_totals(cell.totals for cell in cells.values()) == whole
            ride_id = 10 * park_id + 1
            of_ride = ride_heatmap(connection, ride_id, DAYS, timezone)
            total = add_ride_totals(cell.totals for cell in of_ride.values())
            expected = ride_sums(connection, {park_id: DAYS}, [ride_id])[ride_id]
            assert total.downtime == expected.downtime
            assert (total.open, total.observed) == (expected.open, expected.observed)
            assert (total.wait_sum, total.wait_max) == (expected.wait_sum, expected.wait_max)


@pytest.mark.parametrize("timezone", [*ZONES.values(), "Asia/Kathmandu", "Asia/Tokyo"])
def test_offsets_are_those_of_the_zone_at_every_hour(timezone: str) -> None:
    first, last = day_bounds(DAYS.start, timezone)[0], day_bounds(DAYS.end, timezone)[1]
    changes = utc_offsets(first, last, timezone)
    for instant in range(first, last, 900):
        [*_, offset] = [seconds for since, seconds in changes if since <= instant]
        expected = dt.datetime.fromtimestamp(instant, ZoneInfo(timezone)).utcoffset()
        assert expected == dt.timedelta(seconds=offset)


def test_a_single_hour_finds_its_place() -> None:
    thursday_nine = int(dt.datetime(2026, 8, 20, 9, tzinfo=ZoneInfo("Europe/Rome")).timestamp())
    assert place_of(thursday_nine, "Europe/Rome") == (4, 9)
    assert place_of(thursday_nine, "America/New_York") == (4, 3)
    assert place_of(thursday_nine, "Asia/Kathmandu") == (4, 12)
