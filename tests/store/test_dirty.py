"""The dirty list: marks count, and a mark that moved on is not cleared."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from sqlalchemy import Connection, select

from hallofshame.domain.errors import InputError
from hallofshame.store import bulk, dirty
from hallofshame.store.database import Database
from hallofshame.store.models import DirtyParkDay, ParkDailyStats
from store.samples import NOON, NOW

MONDAY = dt.date(2026, 8, 17)
TUESDAY = dt.date(2026, 8, 18)


def listed(connection: Connection) -> list[tuple[int, dt.date, int]]:
    return dirty.dirty(connection).rows()


def test_marking_again_moves_the_generation_on(database: Database) -> None:
    with database.write() as connection:
        dirty.mark(connection, [(2, MONDAY), (1, TUESDAY), (1, TUESDAY)], "cycle", NOW)
        assert listed(connection) == [(2, MONDAY, 1), (1, TUESDAY, 1)]
        dirty.mark(connection, [(1, TUESDAY), (1, MONDAY)], "schedule", NOON + 60)
        assert listed(connection) == [(1, MONDAY, 1), (2, MONDAY, 1), (1, TUESDAY, 2)]
        row = connection.execute(
            select(DirtyParkDay.reason, DirtyParkDay.marked_at, DirtyParkDay.first_marked_at).where(
                DirtyParkDay.park_id == 1, DirtyParkDay.day == TUESDAY
            )
        ).one()
        assert tuple(row) == ("schedule", NOON + 60, NOON), "it keeps the time at which it came on the list"


def test_a_mark_that_comes_back_begins_anew(database: Database) -> None:
    with database.write() as connection:
        dirty.mark(connection, [(1, MONDAY)], "cycle", NOON)
        dirty.clear(connection, dirty.dirty(connection))
        dirty.mark(connection, [(1, MONDAY)], "cycle", NOON + 60)
        assert connection.scalar(select(DirtyParkDay.first_marked_at)) == NOON + 60


def test_a_day_named_twice_counts_once_and_nothing_at_all_can_be_marked(database: Database) -> None:
    with database.write() as connection:
        dirty.mark(connection, [(3, MONDAY), (3, MONDAY)], "import", NOW)
        dirty.mark(connection, [], "import", NOW)
        assert listed(connection) == [(3, MONDAY, 1)]


def test_the_list_can_be_limited_to_its_earliest_days(database: Database) -> None:
    with database.write() as connection:
        dirty.mark(connection, [(1, TUESDAY), (2, MONDAY), (3, TUESDAY)], "cycle", NOW)
        assert [row[0] for row in dirty.dirty(connection, 2).iter_rows()] == [2, 1]


def test_clear_leaves_marks_that_moved_on_meanwhile(database: Database) -> None:
    with database.write() as connection:
        dirty.mark(connection, [(1, MONDAY), (1, TUESDAY)], "cycle", NOW)
    with database.read() as connection:
        marks = dirty.dirty(connection)
    with database.write() as connection:
        dirty.mark(connection, [(1, TUESDAY)], "late", NOW)
    with database.write() as connection:
        assert dirty.clear(connection, marks) == 1
        assert listed(connection) == [(1, TUESDAY, 2)]
        assert dirty.clear(connection, dirty.dirty(connection)) == 1
        assert listed(connection) == []


def test_days_are_marked_by_whether_they_were_rolled_up_before(database: Database) -> None:
    numbers = {
        column.name: [0]
        for column in ParkDailyStats.__table__.columns
        if column.name not in ("park_id", "day", "windows", "evidence", "wait_max")
    }
    row = pl.DataFrame(
        {"park_id": [1], "day": [MONDAY], "windows": ["[]"], "evidence": ["no_data"], **numbers}
    )
    with database.write() as connection:
        bulk.insert(connection, ParkDailyStats, row)
        dirty.mark_existing(connection, [(1, MONDAY), (1, TUESDAY), (2, MONDAY)], "operated", NOW)
        assert listed(connection) == [(1, MONDAY, 1)]
        dirty.mark_missing(connection, [(1, MONDAY), (1, TUESDAY)], "never", NOW)
        assert listed(connection) == [(1, MONDAY, 1), (1, TUESDAY, 1)]
        asked = dirty.dirty(connection)
        dirty.clear(connection, asked.head(1))
        assert dirty.still_marked(connection, asked).rows() == [(1, TUESDAY)]
        dirty.clear(connection, asked)
        dirty.mark_existing(connection, [], "operated", NOW)
        dirty.mark_existing(connection, [(2, TUESDAY)], "operated", NOW)
        assert listed(connection) == []


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with database.write() as connection, pytest.raises(InputError, match="no time zone"):
        dirty.mark(connection, [(1, MONDAY)], "cycle", NOW.replace(tzinfo=None))
