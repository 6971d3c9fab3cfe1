"""Which park-days a cycle marks for the roll-up."""

from __future__ import annotations

import datetime as dt

import pytest

from hallofshame.domain.localtime import to_unix
from hallofshame.pipeline.record import days_changed
from hallofshame.store.database import Database
from pipeline.fakes import (
    NEW_YORK,
    ROME,
    at,
    roll_up,
    seed_parks,
)
from pipeline.polls import (
    both_parks,
    cycle,
    marks,
)

NOON = at("2026-06-03 10:00")
"""12:00 in Rome, 06:00 in New York."""


@pytest.mark.both_databases
def test_a_cycle_marks_today(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    cycle(database, both_parks(), now=at("2026-06-03 23:00"))
    assert marks(database) == {(ROME, "06-04"), (NEW_YORK, "06-03")}


@pytest.mark.parametrize(
    ("now", "marked"),
    [
        ("2026-06-03 22:00:00", {"06-03", "06-04"}),
        ("2026-06-04 00:59:59", {"06-03", "06-04"}),
        ("2026-06-04 01:00:00", {"06-04"}),
    ],
)
def test_in_its_first_three_hours_a_day_marks_the_day_before(
    sqlite_database: Database, now: str, marked: set[str]
) -> None:
    seed_parks(sqlite_database, ROME)
    feed = both_parks()
    cycle(sqlite_database, feed, now=NOON)
    roll_up(sqlite_database)
    cycle(sqlite_database, feed, now=at(now))
    assert marks(sqlite_database) == {(ROME, day) for day in marked}


def test_the_first_day_of_a_park_has_none_before_it(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    cycle(sqlite_database, both_parks(), now=at("2026-06-03 22:10"))
    assert marks(sqlite_database) == {(ROME, "06-04")}


def test_silent_days_in_between_are_rolled_up_once(database: Database) -> None:
    seed_parks(database, ROME)
    feed = both_parks()
    cycle(database, feed, now=NOON)
    roll_up(database)
    cycle(database, feed, now=NOON + dt.timedelta(days=3))
    assert marks(database) == {(ROME, day) for day in ("06-04", "06-05", "06-06")}
    roll_up(database)
    cycle(database, feed, now=NOON + dt.timedelta(days=3, minutes=5))
    assert marks(database) == {(ROME, "06-06")}


def test_late_observations_mark_the_day_after_as_well(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    feed = both_parks()
    for days in (0, 1, 2):
        cycle(sqlite_database, feed, now=NOON + dt.timedelta(days=days))
    roll_up(sqlite_database)
    cycle(sqlite_database, feed, now=NOON + dt.timedelta(hours=1))
    assert marks(sqlite_database) == {(ROME, "06-03"), (ROME, "06-04")}


def test_before_a_day_of_23_hours_the_day_after_it_is_marked_too() -> None:
    """Rome, 2026-03-29: the day before the 30th begins at 23:00 on the 28th."""
    known = (to_unix(at("2026-03-20 12:00")), to_unix(at("2026-04-05 12:00")))
    early, late = (to_unix(at(f"2026-03-28 {hour}")) for hour in ("21:59:59", "22:00"))

    def changed(instant: int) -> set[int]:
        return {day.day for day in days_changed([instant], "Europe/Rome", known).changed}

    assert changed(early) == {28, 29}
    assert changed(late) == {28, 29, 30}
