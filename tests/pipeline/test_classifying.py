"""Tiers: which ride gets which, what a change marks, and what is left to a person."""

from __future__ import annotations

import datetime as dt

import polars as pl

from hallofshame.clock import FixedClock
from hallofshame.domain.tiers import RideRule, TierBook
from hallofshame.domain.words import RideKind
from hallofshame.pipeline.classifying import classify, review_list
from hallofshame.store import bulk, catalogue
from hallofshame.store.database import Database
from hallofshame.store.models import (
    RideDailyStats,
)
from pipeline.fakes import (
    MONDAY,
    ROME,
    TUESDAY,
    at,
    dirty_days,
    seed_parks,
    seed_rides,
    settled,
    small_world,
)

CLOCK = FixedClock(at("2026-06-10 04:20"))
NOTHING = TierBook([], [], [])


def test_a_changed_weight_marks_every_day_of_its_park(database: Database) -> None:
    small_world(database)
    book = TierBook([RideRule("park-1", "Alpha", 1, "because")], [], [])
    result = classify(database, CLOCK, book)
    assert (result.rides, result.changed, result.reweighted) == (8, 8, 1)
    assert dirty_days(database) == {(ROME, MONDAY), (ROME, TUESDAY)}
    settled(database)
    again = classify(database, CLOCK, book)
    assert (again.changed, again.reweighted, again.park_days) == (0, 0, 0)
    assert not dirty_days(database)


def test_a_tier_of_the_same_weight_marks_nothing(sqlite_database: Database) -> None:
    small_world(sqlite_database)
    classify(sqlite_database, CLOCK, TierBook([RideRule("park-1", "Alpha", 2, "standard")], [], []))
    assert not dirty_days(sqlite_database)


def test_typical_waits_rank_the_rides_of_a_park(database: Database) -> None:
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, *(f"Ride {number}" for number in range(10)))
    _give_waits(database, ROME, {ride: 10 * place for place, ride in enumerate(rides)}, days=20)
    classify(database, CLOCK, NOTHING)
    with database.read() as connection:
        tiers = catalogue.classifications(connection)
    assert tiers[rides[9]].tier == 1
    assert tiers[rides[5]].tier == 2
    assert tiers[rides[1]].tier == 3
    # The first ride only ever posted 0, which says nothing.
    assert (tiers[rides[0]].tier, tiers[rides[0]].source) == (None, "unrated")
    assert all(tiers[ride].source == "typical_wait" for ride in rides[1:])


def test_too_little_history_ranks_nothing(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    rides = seed_rides(sqlite_database, ROME, *(f"Ride {number}" for number in range(10)))
    _give_waits(sqlite_database, ROME, {ride: 10 * place for place, ride in enumerate(rides)}, days=13)
    classify(sqlite_database, CLOCK, NOTHING)
    with sqlite_database.read() as connection:
        assert {row.source for row in catalogue.classifications(connection).values()} == {"unrated"}


def test_the_review_list_names_attractions_of_unsure_tier(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    sure, unsure = seed_rides(sqlite_database, ROME, "Sure", "Unsure")
    seed_rides(sqlite_database, ROME, "Snack bar", kind=RideKind.RESTAURANT)
    classify(sqlite_database, CLOCK, TierBook([RideRule("park-1", "Sure", 1, "because")], [], []))
    with sqlite_database.read() as connection:
        assert [line.ride_id for line in review_list(connection)] == [unsure]
    assert sure != unsure


def _give_waits(database: Database, park_id: int, waits: dict[int, int], days: int) -> None:
    """Daily rows with a wait of so many minutes, up to the day before the clock's."""
    rows = [
        {
            "park_id": park_id,
            "day": dt.date(2026, 6, 9) - dt.timedelta(days=number),
            "ride_id": ride,
            "eligible": 1,
            "operated_any": 1,
            "open": 36_000,
            "observed": 36_000,
            "operating": 36_000,
            "down": 0,
            "closed": 0,
            "refurbishment": 0,
            "downtime": 0,
            "wait_known": 36_000,
            "wait_sum": 36_000 * wait,
            "samples": 120,
            "wait_max": wait,
            "metrics_version": 1,
        }
        for ride, wait in waits.items()
        for number in range(days)
    ]
    with database.write() as connection:
        bulk.insert(connection, RideDailyStats, pl.DataFrame(rows))
