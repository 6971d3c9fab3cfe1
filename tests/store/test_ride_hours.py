"""Hours of rides: versions by the instant of the answer, whatever order the answers come in."""

from __future__ import annotations

import datetime as dt
import itertools

import polars as pl
import pytest
from sqlalchemy import select

from hallofshame.store import bulk, ride_hours
from hallofshame.store.database import Database
from hallofshame.store.models import RideHours
from hallofshame.store.ride_hours import HoursSeen, Slot
from store.samples import NOON, seed

MONDAY = dt.date(2026, 8, 17)
TUESDAY = dt.date(2026, 8, 18)
RIDE, OTHER = 1, 2


def slot(opens: int, closes: int, kind: str = "Operating") -> Slot:
    return kind, NOON + opens * 3600, NOON + closes * 3600


DAY = slot(-3, 6)
LATE = slot(-3, 9)
EARLY_ENTRY = slot(-4, -3, "Early Entry")


@pytest.fixture
def park(database: Database) -> int:
    seed(database, {1: 2, 2: 0})
    return 1


def seen(at: int, *slots: Slot, ride: int = RIDE, date: dt.date = MONDAY, partial: bool = False) -> HoursSeen:
    return HoursSeen(ride, date, at, frozenset(slots), is_partial=partial)


def publish(database: Database, *answers: HoursSeen) -> set[dt.date]:
    with database.write() as connection:
        return ride_hours.publish(connection, 1, answers)


def versions(database: Database) -> list[tuple[int, int, str, int | None]]:
    """(seen at, closing hour, kind, superseded at), in order."""
    with database.read() as connection:
        frame = bulk.read_frame(connection, select(RideHours.__table__)).sort("seen_at", "opens_at")
    return [
        (row["seen_at"], (row["closes_at"] - NOON) // 3600, row["kind"], row["superseded_at"])
        for row in frame.iter_rows(named=True)
    ]


def in_force(database: Database, start: dt.date = MONDAY, end: dt.date = TUESDAY) -> list[tuple[object, ...]]:
    with database.read() as connection:
        frame = ride_hours.entries(connection, [1], start, end)
    assert frame.schema == {
        "ride_id": pl.Int64,
        "date": pl.Date,
        "opens_at": pl.Int64,
        "closes_at": pl.Int64,
    }
    return frame.rows()


def test_only_a_changed_set_makes_a_new_version(database: Database, park: int) -> None:
    assert publish(database, seen(10, EARLY_ENTRY, DAY)) == {MONDAY}
    assert publish(database, seen(20, DAY, EARLY_ENTRY)) == set()
    assert publish(database, seen(30, EARLY_ENTRY, LATE)) == {MONDAY}
    assert versions(database) == [
        (10, -3, "Early Entry", 30),
        (10, 6, "Operating", 30),
        (30, -3, "Early Entry", None),
        (30, 9, "Operating", None),
    ]
    assert in_force(database) == [(RIDE, MONDAY, LATE[1], LATE[2])]


def test_hours_that_come_back_are_a_version_again(database: Database, park: int) -> None:
    publish(database, seen(10, DAY), seen(20, LATE), seen(30, DAY))
    assert [row[:2] for row in versions(database)] == [(10, 6), (20, 9), (30, 6)]


def test_the_latest_answer_is_in_force_in_whatever_order_they_come(database: Database, park: int) -> None:
    answers = [seen(10, DAY), seen(20, LATE), seen(30, slot(-3, 7))]
    for order in itertools.permutations(answers):
        for answer in order:
            publish(database, answer)
        assert [row[:2] for row in versions(database)] == [(10, 6), (20, 9), (30, 7)], order
        with database.write() as connection:
            bulk.delete_keys(connection, RideHours, pl.DataFrame({"ride_id": [RIDE]}))


def test_an_older_answer_takes_its_place_in_the_past(database: Database, park: int) -> None:
    publish(database, seen(30, LATE))
    assert publish(database, seen(10, DAY)) == set()
    assert in_force(database) == [(RIDE, MONDAY, LATE[1], LATE[2])]
    assert [row[::3] for row in versions(database)] == [(10, 30), (30, None)]


def test_rides_and_dates_have_versions_of_their_own(database: Database, park: int) -> None:
    publish(database, seen(10, DAY), seen(10, LATE, ride=OTHER), seen(10, DAY, date=TUESDAY))
    assert publish(database, seen(20, LATE)) == {MONDAY}
    assert in_force(database) == [
        (RIDE, MONDAY, LATE[1], LATE[2]),
        (RIDE, TUESDAY, DAY[1], DAY[2]),
        (OTHER, MONDAY, LATE[1], LATE[2]),
    ]
    assert in_force(database, TUESDAY) == [(RIDE, TUESDAY, DAY[1], DAY[2])]


def test_other_kinds_are_kept_and_shown_and_bind_no_ride(database: Database, park: int) -> None:
    assert publish(database, seen(10, EARLY_ENTRY)) == set()
    assert publish(database, seen(20, EARLY_ENTRY, slot(7, 9, "Special Ticketed Event"))) == set()
    assert in_force(database) == []
    with database.read() as connection:
        shown = ride_hours.ride_hours(connection, 1, RIDE, MONDAY, MONDAY)
    assert [row.kind for row in shown] == ["Early Entry", "Special Ticketed Event"]


def test_an_incomplete_answer_counts_only_where_nothing_is_known(database: Database, park: int) -> None:
    publish(database, seen(10, DAY, partial=True))
    assert publish(database, seen(20, EARLY_ENTRY, partial=True)) == set()
    assert in_force(database) == [(RIDE, MONDAY, DAY[1], DAY[2])]
    assert publish(database, seen(30, LATE)) == {MONDAY}


def test_two_answers_of_one_instant_are_what_was_published_together(database: Database, park: int) -> None:
    morning, evening = slot(-3, 0), slot(3, 6)
    publish(database, seen(10, morning))
    assert publish(database, seen(10, evening)) == {MONDAY}
    assert publish(database, seen(10, evening)) == set()
    assert [row[:2] for row in versions(database)] == [(10, 0), (10, 6)]
