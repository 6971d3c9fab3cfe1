"""Days of rides with hours of their own, through the real roll-up: what counts, and that every way agrees."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.readings import RideReading
from hallofshame.domain.words import Feed, Status
from hallofshame.feeds.themeparks_wiki_parse import parse_live
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import ride_hours, schema
from hallofshame.store.database import Database
from hallofshame.store.models import (
    ParkDailyStats,
    RideDailyStats,
    RideHourlyStats,
    RideHours,
    RideOutage,
)
from hallofshame.store.ride_hours import HoursSeen
from pipeline.fakes import (
    CADENCE,
    LOG,
    MONDAY,
    ROME,
    TIMEZONES,
    TUESDAY,
    WIKI_IDS,
    at,
    observe,
    roll_up,
    seed_parks,
    seed_rides,
)
from pipeline.polls import DOWN, SHUT, UP, Polled, collector, rows

HOUR = 3600
ONE_DAY = dt.timedelta(days=1)
RIDES = ("Alpha", "Bravo", "Charlie", "Film")
OPEN = (10.0, 18.0)

Stretch = tuple[float, float]
"""Hours of the local day, from and to; over 24 on the next."""


def a_day(
    rides: Sequence[int], film: Callable[[float], Status], day: dt.date = MONDAY, is_open: Stretch = OPEN
) -> pl.DataFrame:
    """A day and what of it lies beyond midnight: all rides run while the park is open but the last one.

    ``film``: what that says at an hour of the day.
    """
    start = day_bounds(day, TIMEZONES[ROME])[0]
    found = []
    for seconds in range(0, int(max(24, is_open[1] + 2) * HOUR), CADENCE):
        hour = seconds / HOUR
        for place, ride in enumerate(rides, start=1):
            says = UP if is_open[0] <= hour < is_open[1] else SHUT
            if place == len(rides):
                says = film(hour)
            wait = 5 * place + seconds // 1800 % 2 if says is UP else None
            found.append(
                (ROME, ride, start + seconds, 0, says, wait, int(Feed.THEMEPARKS_WIKI), False, CADENCE)
            )
    return pl.DataFrame(found, schema=OBSERVATIONS, orient="row")


def publish(
    database: Database,
    ride: int,
    *hours: Stretch,
    day: dt.date = MONDAY,
    kind: str = "Operating",
    seen: int = 1,
) -> None:
    start = day_bounds(day, TIMEZONES[ROME])[0]
    slots = frozenset((kind, start + int(first * HOUR), start + int(last * HOUR)) for first, last in hours)
    with database.write() as connection:
        ride_hours.publish(connection, ROME, [HoursSeen(ride, day, start + seen, slots)])


def lost(database: Database, ride: int) -> dict[dt.date, float]:
    """Hours of downtime of the ride, by day."""
    return {
        day: seconds / HOUR
        for ride_id, day, seconds in rows(database, RideDailyStats, "ride_id", "day", "downtime")
        if ride_id == ride and seconds
    }


@pytest.fixture
def park(sqlite_database: Database) -> list[int]:
    """The rides of a park, the film last."""
    seed_parks(sqlite_database, ROME)
    return seed_rides(sqlite_database, ROME, *RIDES)


def breaks(*stretches: Stretch, says: Status = DOWN) -> Callable[[float], Status]:
    """Runs while the park is open but in these stretches."""

    def film(hour: float) -> Status:
        if any(first <= hour < last for first, last in stretches):
            return says
        return UP if OPEN[0] <= hour < OPEN[1] else SHUT

    return film


@pytest.mark.parametrize(
    ("hours", "right"),
    [
        ([], 2.0),
        # Inside the hours, across their begin, across their end, outside of them.
        ([(11.0, 17.0)], 2.0),
        ([(13.0, 17.0)], 1.0),
        ([(10.0, 13.0)], 1.0),
        ([(15.0, 18.0)], 0.0),
        # Two blocks; hours that begin before the park opens or end after it has closed bind as it does.
        ([(10.0, 12.5), (13.5, 18.0)], 1.0),
        ([(6.0, 18.0)], 2.0),
        ([(10.0, 21.0)], 2.0),
        ([(6.0, 9.0)], 0.0),
        # Blocks that touch and overlap are one.
        ([(10.0, 13.0), (13.0, 18.0)], 2.0),
        ([(10.0, 14.0), (12.0, 18.0)], 2.0),
    ],
)
def test_a_breakdown_counts_inside_the_rides_hours(
    sqlite_database: Database, park: list[int], hours: list[Stretch], right: float
) -> None:
    """It says DOWN from 12 to 14."""
    publish(sqlite_database, park[-1], *hours)
    observe(sqlite_database, a_day(park, breaks((12.0, 14.0))))
    roll_up(sqlite_database)
    assert lost(sqlite_database, park[-1]).get(MONDAY, 0.0) == right


@pytest.mark.parametrize(
    ("hours", "right"),
    [
        # What a film between its two blocks says of itself: closed, and it came back.
        ([], 4.0),
        ([(10.0, 12.0), (16.0, 18.0)], 0.0),
        ([(10.0, 13.0), (15.0, 18.0)], 2.0),
        ([(10.0, 18.0)], 4.0),
    ],
)
def test_where_only_open_and_closed_are_told_a_pause_between_blocks_is_none(
    sqlite_database: Database, hours: list[Stretch], right: float
) -> None:
    seed_parks(sqlite_database, ROME, signal="closed")
    park = seed_rides(sqlite_database, ROME, *RIDES)
    publish(sqlite_database, park[-1], *hours)
    observe(sqlite_database, a_day(park, breaks((12.0, 16.0), says=SHUT)))
    roll_up(sqlite_database)
    assert lost(sqlite_database, park[-1]).get(MONDAY, 0.0) == right


@pytest.mark.parametrize("kind", ["Early Entry", "Special Ticketed Event"])
def test_only_regular_hours_bind(sqlite_database: Database, park: list[int], kind: str) -> None:
    publish(sqlite_database, park[-1], (15.0, 18.0), kind=kind)
    observe(sqlite_database, a_day(park, breaks((12.0, 14.0))))
    roll_up(sqlite_database)
    assert lost(sqlite_database, park[-1]) == {MONDAY: 2.0}


def test_hours_of_some_days_only_bind_on_those(sqlite_database: Database, park: list[int]) -> None:
    publish(sqlite_database, park[-1], (13.0, 18.0))
    for day in (MONDAY, TUESDAY):
        observe(sqlite_database, a_day(park, breaks((12.0, 14.0)), day))
    roll_up(sqlite_database)
    assert lost(sqlite_database, park[-1]) == {MONDAY: 1.0, TUESDAY: 2.0}


def test_a_ride_that_is_down_through_all_its_hours_loses_them(
    sqlite_database: Database, park: list[int]
) -> None:
    observe(sqlite_database, a_day(park, breaks(), MONDAY - ONE_DAY))
    publish(sqlite_database, park[-1], (13.0, 17.0))
    observe(sqlite_database, a_day(park, breaks(OPEN)))
    roll_up(sqlite_database)
    assert lost(sqlite_database, park[-1]) == {MONDAY: 4.0}
    kinds = rows(sqlite_database, RideOutage, "kind", "downtime")
    assert kinds == [("never_reopened", 4 * HOUR)]


@pytest.mark.parametrize(("until", "right"), [(25.0, 0.5), (25.5, 1.0), (24.0, 0.0), (28.0, 1.0)])
def test_hours_reach_over_midnight(
    sqlite_database: Database, park: list[int], until: float, right: float
) -> None:
    """The park is open 18 to 2. It says DOWN from half past midnight to half past one."""

    def film(hour: float) -> Status:
        if 24.5 <= hour < 25.5:
            return DOWN
        return UP if 18 <= hour < 26 else SHUT

    publish(sqlite_database, park[-1], (18.0, until))
    publish(sqlite_database, park[-1], (18.0, 26.0), day=TUESDAY)
    observe(sqlite_database, a_day(park, film, is_open=(18.0, 26.0)))
    roll_up(sqlite_database)
    assert lost(sqlite_database, park[-1]).get(TUESDAY, 0.0) == right
    assert MONDAY not in lost(sqlite_database, park[-1])


def test_hours_corrected_during_the_day_bind_the_whole_of_it(
    sqlite_database: Database, park: list[int]
) -> None:
    observe(sqlite_database, a_day(park, breaks((15.0, 18.0))))
    publish(sqlite_database, park[-1], (10.0, 18.0))
    roll_up(sqlite_database)
    assert lost(sqlite_database, park[-1]) == {MONDAY: 3.0}
    publish(sqlite_database, park[-1], (10.0, 16.0), seen=15 * HOUR)
    mark_range(sqlite_database, FixedClock(at("2026-06-10")))
    roll_up(sqlite_database)
    assert lost(sqlite_database, park[-1]) == {MONDAY: 1.0}


@pytest.mark.slow
def test_live_cycles_a_rebuild_and_an_import_agree_row_for_row(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """Six hours of four rides; the film breaks for an hour, and its hours are corrected meanwhile."""
    start, zone = at("2026-06-02 08:00"), "+00:00"

    def hours(minutes: int) -> list[dict[str, str]]:
        begin = "2026-06-02T09:00:00" if minutes < 200 else "2026-06-02T10:30:00"
        return [{"type": "Operating", "startTime": begin + zone, "endTime": "2026-06-02T16:00:00" + zone}]

    def says(name: str, minutes: int) -> dict[str, object]:
        is_down = name == "Film" and 90 <= minutes < 200
        return {
            "id": f"id-{name}",
            "name": name,
            "entityType": "ATTRACTION",
            "status": "DOWN" if is_down else "OPERATING",
            "queue": None if is_down else {"STANDBY": {"waitTime": 5 + minutes // 15 % 3}},
            # A ride that is down loses its hours in the answer.
            "operatingHours": hours(minutes) if name == "Film" and not is_down else None,
        }

    def read(minutes: int) -> tuple[RideReading, ...]:
        body = {"liveData": [says(name, minutes) for name in RIDES]}
        return parse_live(body, WIKI_IDS[ROME]).rides

    polls = range(0, 360, 5)
    tables = (RideHours, RideHourlyStats, RideDailyStats, RideOutage, ParkDailyStats)

    def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
        return {table.__tablename__: rows(database, table) for table in tables}

    seed_parks(sqlite_database, ROME)
    for minutes in polls:
        now = start + dt.timedelta(minutes=minutes)
        feed = Polled(says={WIKI_IDS[ROME]: read(minutes)})
        running = collector(sqlite_database, feed, now=now)
        running.cycle()
        running.close()
        if minutes % 60 == 0:
            Rollup(sqlite_database, FixedClock(now), LOG).run()
    end = FixedClock(start + dt.timedelta(hours=6))
    Rollup(sqlite_database, end, LOG).run()
    live = everything(sqlite_database)
    film = max(rows(sqlite_database, RideHours))[2]
    assert lost(sqlite_database, film)[TUESDAY] == pytest.approx(50 / 60)
    mark_range(sqlite_database, end)
    Rollup(sqlite_database, end, LOG).run()
    assert everything(sqlite_database) == live

    recorded = [(minutes, says(name, minutes)) for minutes in polls for name in RIDES]
    file = tmp_path / "live_rows.parquet"
    pl.DataFrame(
        {
            "polled_at": [start + dt.timedelta(minutes=minutes) for minutes, _ in recorded],
            "park_id": [WIKI_IDS[ROME]] * len(recorded),
            "entity_id": [str(row["id"]) for _, row in recorded],
            "name": [str(row["name"]) for _, row in recorded],
            "entity_type": ["ATTRACTION"] * len(recorded),
            "status": [str(row["status"]) for _, row in recorded],
            "standby_wait": [
                None if row["status"] == "DOWN" else 5 + minutes // 15 % 3 for minutes, row in recorded
            ],
            "operating_hours_json": [
                None if row["operatingHours"] is None else json.dumps(row["operatingHours"])
                for _, row in recorded
            ],
        },
    ).write_parquet(file)
    other = Database(f"sqlite:///{tmp_path / 'other.db'}")
    schema.upgrade(other)
    seed_parks(other, ROME)
    ingest(other, file, Feed.THEMEPARKS_WIKI, cadence_seconds=CADENCE, clock=end, log=LOG)
    Rollup(other, end, LOG).run()
    assert everything(other) == live
    other.dispose()
