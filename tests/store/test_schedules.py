"""Published hours: versions, changes and what was known when; show times."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from sqlalchemy import func, select

from hallofshame.domain.readings import PublishedEntry
from hallofshame.domain.words import ScheduleKind
from hallofshame.store import schedules
from hallofshame.store.database import Database
from hallofshame.store.models import ParkSchedule
from store.samples import NOON, NOW, seed

MONDAY = dt.date(2026, 8, 17)
TUESDAY = dt.date(2026, 8, 18)
SUNDAY = dt.date(2026, 8, 23)
HOUR = 3600


def hours(
    date: dt.date,
    opens: int,
    closes: int,
    kind: ScheduleKind = ScheduleKind.OPERATING,
    text: str | None = None,
) -> PublishedEntry:
    """Hours counted from midnight UTC of ``date``."""
    midnight = dt.datetime.combine(date, dt.time(), dt.UTC)
    return PublishedEntry(
        date, kind, midnight + dt.timedelta(hours=opens), midnight + dt.timedelta(hours=closes), text
    )


@pytest.fixture
def park(database: Database) -> int:
    seed(database, {1: 2, 2: 0})
    return 1


def publish(
    database: Database, entries: list[PublishedEntry], seen_at: int = NOON, park: int = 1
) -> set[dt.date]:
    with database.write() as connection:
        return schedules.publish(connection, park, entries, seen_at, MONDAY, SUNDAY)


def known(database: Database, as_of: int | None = None) -> list[tuple[int, int, str, int, int]]:
    """Rows of (park, weekday, kind, opening hour, closing hour)."""
    with database.read() as connection:
        frame = schedules.entries(connection, [1, 2], MONDAY, SUNDAY, as_of)
    assert frame.schema == {
        "park_id": pl.Int64,
        "date": pl.Date,
        "kind": pl.String,
        "opens_at": pl.Int64,
        "closes_at": pl.Int64,
    }
    rows = []
    for park, date, kind, opens_at, closes_at in frame.iter_rows():
        midnight = int(dt.datetime.combine(date, dt.time(), dt.UTC).timestamp())
        rows.append(
            (park, date.weekday(), kind, (opens_at - midnight) // HOUR, (closes_at - midnight) // HOUR)
        )
    return rows


def test_new_hours_are_added_and_unchanged_ones_untouched(database: Database, park: int) -> None:
    first = [hours(MONDAY, 10, 18), hours(TUESDAY, 10, 18)]
    assert publish(database, first) == {MONDAY, TUESDAY}
    assert publish(database, [*first, *first], NOON + 60) == set()
    assert publish(database, [*first, hours(SUNDAY, 9, 26)], NOON + 120) == {SUNDAY}
    assert known(database) == [
        (1, 0, "OPERATING", 10, 18),
        (1, 1, "OPERATING", 10, 18),
        (1, 6, "OPERATING", 9, 26),
    ]
    with database.session() as session:
        assert session.scalar(select(func.count()).select_from(ParkSchedule)) == 3


def test_corrections_supersede_and_the_past_stays_known(database: Database, park: int) -> None:
    publish(database, [hours(MONDAY, 10, 18), hours(TUESDAY, 10, 18)])
    assert publish(database, [hours(MONDAY, 10, 20)], NOON + 600) == {MONDAY, TUESDAY}
    assert known(database) == [(1, 0, "OPERATING", 10, 20)]
    assert known(database, NOON - 1) == []
    before = [(1, 0, "OPERATING", 10, 18), (1, 1, "OPERATING", 10, 18)]
    assert known(database, NOON) == known(database, NOON + 599) == before
    assert known(database, NOON + 600) == known(database)
    assert publish(database, [hours(MONDAY, 10, 18)], NOON + 1200) == {MONDAY}
    assert known(database) == before[:1]


def test_dates_outside_the_range_and_other_parks_are_left_alone(database: Database, park: int) -> None:
    publish(database, [hours(MONDAY, 10, 18)])
    publish(database, [hours(MONDAY, 9, 17)], park=2)
    with database.write() as connection:
        changed = schedules.publish(connection, park, [hours(MONDAY, 11, 12)], NOW, TUESDAY, SUNDAY)
    assert changed == set()
    assert known(database) == [(1, 0, "OPERATING", 10, 18), (2, 0, "OPERATING", 9, 17)]


def test_all_kinds_are_kept_and_a_new_description_is_a_change(database: Database, park: int) -> None:
    party = hours(MONDAY, 19, 23, ScheduleKind.TICKETED_EVENT, "Party " * 90)
    publish(database, [hours(MONDAY, 10, 18), party])
    assert publish(database, [hours(MONDAY, 10, 18), party]) == set()
    assert [row[2] for row in known(database)] == ["OPERATING", "TICKETED_EVENT"]
    renamed = hours(MONDAY, 19, 23, ScheduleKind.TICKETED_EVENT, "Gala")
    assert publish(database, [hours(MONDAY, 10, 18), renamed], NOON + 60) == {MONDAY}
