"""Tiers: which ride gets which, what a change marks, and what is left to a person."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from sqlalchemy import insert

from hallofshame.clock import FixedClock
from hallofshame.domain.ride_types import RideType, TypeBook, TypeRule, TypeSource
from hallofshame.domain.tiers import TierBook, TierRule
from hallofshame.domain.words import RideKind
from hallofshame.pipeline.classifying import classify, review_list, type_list
from hallofshame.store import bulk, catalogue
from hallofshame.store.database import Database
from hallofshame.store.models import EntityMetadata, RideDailyStats
from hallofshame.store.ride_types import ride_types
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
NO_TYPES = TypeBook([], [], [])


@pytest.mark.both_databases
def test_a_changed_weight_marks_every_day_of_its_park(database: Database) -> None:
    small_world(database)
    book = TierBook([TierRule("park-1", "Alpha", 1, "because")], [], [])
    result = classify(database, CLOCK, book, NO_TYPES)
    assert (result.rides, result.changed, result.reweighted) == (8, 8, 1)
    assert dirty_days(database) == {(ROME, MONDAY), (ROME, TUESDAY)}
    settled(database)
    again = classify(database, CLOCK, book, NO_TYPES)
    assert (again.changed, again.reweighted, again.park_days) == (0, 0, 0)
    assert not dirty_days(database)


def test_a_tier_of_the_same_weight_marks_nothing(sqlite_database: Database) -> None:
    small_world(sqlite_database)
    classify(sqlite_database, CLOCK, TierBook([TierRule("park-1", "Alpha", 2, "standard")], [], []), NO_TYPES)
    assert not dirty_days(sqlite_database)


@pytest.mark.both_databases
def test_typical_waits_rank_the_rides_of_a_park(database: Database) -> None:
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, *(f"Ride {number}" for number in range(10)))
    _give_waits(database, ROME, {ride: 10 * place for place, ride in enumerate(rides)}, days=20)
    classify(database, CLOCK, NOTHING, NO_TYPES)
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
    classify(sqlite_database, CLOCK, NOTHING, NO_TYPES)
    with sqlite_database.read() as connection:
        assert {row.source for row in catalogue.classifications(connection).values()} == {"unrated"}


def test_the_review_list_names_attractions_of_unsure_tier(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    sure, unsure = seed_rides(sqlite_database, ROME, "Sure", "Unsure")
    seed_rides(sqlite_database, ROME, "Snack bar", kind=RideKind.RESTAURANT)
    classify(sqlite_database, CLOCK, TierBook([TierRule("park-1", "Sure", 1, "because")], [], []), NO_TYPES)
    with sqlite_database.read() as connection:
        assert [line.ride_id for line in review_list(connection)] == [unsure]
    assert sure != unsure


def typed(*rules: tuple[str, RideType]) -> TypeBook:
    return TypeBook([], [TypeRule("park-1", name, kind, "listed") for name, kind in rules], [])


def test_a_ride_that_becomes_a_non_ride_marks_every_day_of_its_park(database: Database) -> None:
    small_world(database)
    classify(database, CLOCK, NOTHING, NO_TYPES)
    settled(database)
    result = classify(database, CLOCK, NOTHING, typed(("Alpha", RideType.SHOW)))
    assert (result.changed, result.retyped, result.recounted, result.park_days) == (0, 1, 1, 2)
    assert dirty_days(database) == {(ROME, MONDAY), (ROME, TUESDAY)}
    settled(database)
    assert classify(database, CLOCK, NOTHING, typed(("Alpha", RideType.SHOW))).retyped == 0
    assert classify(database, CLOCK, NOTHING, typed(("Alpha", RideType.GAME))).park_days == 0
    assert not dirty_days(database)
    back = classify(database, CLOCK, NOTHING, typed(("Alpha", RideType.COASTER)))
    assert (back.recounted, back.park_days) == (1, 2)
    settled(database)
    assert classify(database, CLOCK, NOTHING, NO_TYPES).park_days == 0


def test_non_rides_are_neither_ranked_by_waits_nor_on_the_list_of_tiers(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    rides = seed_rides(sqlite_database, ROME, *(f"Ride {number}" for number in range(10)))
    _give_waits(sqlite_database, ROME, {ride: 10 * place for place, ride in enumerate(rides)}, days=20)
    classify(sqlite_database, CLOCK, NOTHING, typed(("Ride 9", RideType.MEET_AND_GREET)))
    with sqlite_database.read() as connection:
        tiers = catalogue.classifications(connection)
        assert (tiers[rides[9]].tier, tiers[rides[8]].tier) == (None, 1)
        assert rides[9] not in {line.ride_id for line in review_list(connection)}
        types = {line.ride_id: line for line in type_list(connection)}
    assert (types[rides[9]].type, types[rides[9]].needs_review) == ("meet_and_greet", False)
    assert (types[rides[8]].type, types[rides[8]].needs_review) == ("unknown", True)


def test_a_ride_is_known_by_an_older_name_and_by_what_the_feed_says_of_it(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    one, two = seed_rides(sqlite_database, ROME, "Old", "Unheard of")
    with sqlite_database.write() as connection:
        catalogue.rename_rides(connection, {one: "New"}, CLOCK.now())
        connection.execute(
            insert(EntityMetadata).values(ride_id=two, seen_at=1, tags='["attractionType=TRANSPORT"]')
        )
    classify(sqlite_database, CLOCK, NOTHING, typed(("Old", RideType.COASTER)))
    with sqlite_database.read() as connection:
        types = ride_types(connection)
    assert (types[one].type, types[one].source) == (RideType.COASTER, TypeSource.CURATED)
    assert (types[two].type, types[two].source) == (RideType.TRANSPORT, TypeSource.FEED)


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
