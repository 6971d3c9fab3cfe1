"""Rides that vanish, rides that return, and parks that vanish as a whole."""

from __future__ import annotations

import polars as pl
import pytest
from sqlalchemy import update

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import to_unix
from hallofshame.pipeline.vanished import retire_vanished
from hallofshame.store import bulk, catalogue, raw
from hallofshame.store.database import Database
from hallofshame.store.models import (
    ParkActivitySnapshot,
    Ride,
)
from pipeline.fakes import (
    ROME,
    at,
    found,
    seed_parks,
    seed_rides,
)

CLOCK = FixedClock(at("2026-06-10 04:20"))
LAST_SEEN = to_unix(at("2026-04-01"))


@pytest.mark.both_databases
def test_a_ride_its_park_answered_without_for_thirty_days_becomes_inactive(database: Database) -> None:
    gone, *_rest = _park_with_a_vanished_ride(database, answered_days=31)
    result = retire_vanished(database, CLOCK)
    assert (result.retired, result.returned, result.vanished_parks) == ([gone], [], [])
    with database.read() as connection:
        assert {ride.ride_id for ride in catalogue.rides(connection) if not ride.is_active} == {gone}
    assert retire_vanished(database, CLOCK).retired == []


def test_days_without_an_answer_do_not_count(sqlite_database: Database) -> None:
    _park_with_a_vanished_ride(sqlite_database, answered_days=29)
    assert retire_vanished(sqlite_database, CLOCK).retired == []


def test_a_returning_ride_is_active_again(sqlite_database: Database) -> None:
    gone, *_rest = _park_with_a_vanished_ride(sqlite_database, answered_days=31)
    retire_vanished(sqlite_database, CLOCK)
    with sqlite_database.write() as connection:
        catalogue.touch_rides(connection, [gone], CLOCK.now())
    assert retire_vanished(sqlite_database, CLOCK).returned == [gone]
    with sqlite_database.read() as connection:
        assert all(ride.is_active for ride in catalogue.rides(connection))


def test_a_whole_park_vanishing_at_once_is_a_finding_and_no_retirement(sqlite_database: Database) -> None:
    rides = _park_with_a_vanished_ride(sqlite_database, answered_days=31)
    with sqlite_database.write() as connection:
        connection.execute(update(Ride).values(last_seen_at=LAST_SEEN))
    result = retire_vanished(sqlite_database, CLOCK)
    assert (result.retired, result.vanished_parks) == ([], [ROME])
    (finding,) = found(sqlite_database, "park_vanished")
    assert f"{len(rides)} of {len(rides)} active rides" in finding.detail


def test_most_rides_taking_new_ids_at_once_are_not_retired(sqlite_database: Database) -> None:
    rides = _park_with_a_vanished_ride(sqlite_database, answered_days=31)
    now = to_unix(CLOCK.now())
    with sqlite_database.write() as connection:
        connection.execute(update(Ride).where(Ride.ride_id.in_(rides)).values(last_seen_at=LAST_SEEN))
    seed_rides(sqlite_database, ROME, "One", "Two", "Three", "Four", "Five", seen_at=now)
    assert retire_vanished(sqlite_database, CLOCK).retired == []
    assert found(sqlite_database, "park_vanished")


def test_a_park_nobody_asks_for_loses_no_ride(sqlite_database: Database) -> None:
    _park_with_a_vanished_ride(sqlite_database, answered_days=31, asked=False)
    result = retire_vanished(sqlite_database, CLOCK)
    assert (result.retired, result.vanished_parks) == ([], [])


def _park_with_a_vanished_ride(database: Database, *, answered_days: int, asked: bool = True) -> list[int]:
    """Five rides, the first unseen since 1 April; the park answered once a day up to the clock's day."""
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, "Gone", "Alpha", "Bravo", "Charlie", "Delta", seen_at=LAST_SEEN)
    now = to_unix(CLOCK.now())
    polls = {"park_id": [ROME], "observed_at": [now - 600], "feed": [2], "outcome": ["ok"], "attempts": [1]}
    answers = pl.DataFrame({"observed_at": [now - 600 - 86_400 * number for number in range(answered_days)]})
    with database.write() as connection:
        catalogue.touch_rides(connection, rides[1:], now - 600)
        if asked:
            raw.insert_polls(connection, pl.DataFrame(polls).with_columns(readings=pl.lit(4)))
        bulk.insert(
            connection,
            ParkActivitySnapshot,
            answers.with_columns(
                park_id=pl.lit(ROME),
                feed=pl.lit(2),
                cadence_seconds=pl.lit(300),
                operating=pl.lit(4),
                down=pl.lit(0),
                closed=pl.lit(0),
                refurbishment=pl.lit(0),
                unknown=pl.lit(0),
            ),
        )
    return rides
