"""The daily look over the record: what becomes a finding, and what does not."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.ride_types import TypeBook
from hallofshame.domain.tiers import TierBook
from hallofshame.domain.words import Status
from hallofshame.pipeline.quality import check_quality
from hallofshame.pipeline.sync import classify
from hallofshame.store.database import Database
from pipeline.fakes import (
    MONDAY,
    NEW_YORK,
    ROME,
    TUESDAY,
    a_day,
    at,
    found,
    observe,
    roll_up,
    seed_parks,
    seed_rides,
)

TUESDAY_NIGHT = FixedClock(at("2026-06-02 21:59"))
NAMES = ("Alpha", "Bravo", "Charlie", "Delta")


def park(database: Database, signal: str = "down") -> list[int]:
    """Rome with four rides."""
    seed_parks(database, ROME, signal=signal)
    return seed_rides(database, ROME, *NAMES)


@pytest.mark.both_databases
def test_a_sound_record_has_no_findings(database: Database) -> None:
    observe(database, a_day(ROME, TUESDAY, park(database)))
    assert check_quality(database, TUESDAY_NIGHT) == 0
    assert found(database) == []


@pytest.mark.parametrize(("days", "down", "expected"), [(30, False, 1), (29, False, 0), (30, True, 0)])
def test_a_park_marked_down_that_never_says_down_is_a_finding(
    sqlite_database: Database, days: int, down: bool, expected: int
) -> None:
    rides = park(sqlite_database)
    dates = [TUESDAY - dt.timedelta(days=number) for number in range(days)]
    broken = {rides[0]: (700, 710)} if down else {}
    frames = [a_day(ROME, date, rides, down=broken if date == dates[-1] else None) for date in dates]
    observe(sqlite_database, *frames)
    roll_up(sqlite_database)
    check_quality(sqlite_database, TUESDAY_NIGHT)
    assert len(found(sqlite_database, "never_down")) == expected


@pytest.mark.both_databases
def test_a_park_without_data_for_a_day_is_a_finding(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    observe(database, a_day(ROME, TUESDAY, seed_rides(database, ROME, *NAMES)))
    check_quality(database, TUESDAY_NIGHT)
    assert [row.park_id for row in found(database, "no_data")] == [NEW_YORK]


def test_collection_standing_still_is_one_finding_for_all(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    observe(sqlite_database, a_day(ROME, MONDAY, seed_rides(sqlite_database, ROME, *NAMES)))
    check_quality(sqlite_database, FixedClock(at("2026-06-05")))
    assert [(row.park_id, row.subject) for row in found(sqlite_database, "no_data")] == [(None, "all parks")]


def test_stale_claims_to_operate_are_a_finding(sqlite_database: Database) -> None:
    rides = park(sqlite_database)
    day = a_day(ROME, TUESDAY, rides).with_columns(
        stale=pl.col("ride_id").is_in(rides[:2]) & (pl.col("status") == int(Status.OPERATING))
    )
    observe(sqlite_database, day)
    check_quality(sqlite_database, TUESDAY_NIGHT)
    (finding,) = found(sqlite_database, "stale_readings")
    assert "50%" in finding.detail


def test_a_park_that_stands_still_is_a_finding(sqlite_database: Database) -> None:
    rides = park(sqlite_database)
    still = a_day(ROME, TUESDAY, rides).with_columns(
        wait_minutes=pl.when(pl.col("status") == int(Status.OPERATING)).then(pl.lit(15, pl.Int16))
    )
    observe(sqlite_database, still)
    check_quality(sqlite_database, TUESDAY_NIGHT)
    assert [row.park_id for row in found(sqlite_database, "frozen_readings")] == [ROME]


def test_unsure_tiers_are_one_finding_per_park(sqlite_database: Database) -> None:
    observe(sqlite_database, a_day(ROME, TUESDAY, park(sqlite_database)))
    classify(sqlite_database, TUESDAY_NIGHT, TierBook([], [], []), TypeBook([], [], []))
    assert check_quality(sqlite_database, TUESDAY_NIGHT) == 1
    (finding,) = found(sqlite_database, "tiers_to_review")
    assert "Alpha, Bravo, Charlie, Delta" in finding.detail


def test_a_finding_seen_again_counts_up(sqlite_database: Database) -> None:
    park(sqlite_database)
    check_quality(sqlite_database, TUESDAY_NIGHT)
    check_quality(sqlite_database, TUESDAY_NIGHT)
    (finding,) = found(sqlite_database, "no_data")
    assert finding.occurrences == 2
