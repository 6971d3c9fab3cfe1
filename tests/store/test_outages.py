"""Whole outages are found from any day of theirs, however many midnights they reach over."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import event, insert, select

from hallofshame.metrics import METRICS_VERSION
from hallofshame.store import outages
from hallofshame.store.database import Database
from hallofshame.store.models import RideOutage, RideOutagePart
from store.samples import seed

FIRST = dt.date(2026, 3, 1)
DAYS = 60
DAY = 86_400


def part(ride: int, day: int, start: int, end: int) -> dict[str, object]:
    """A part from one second of a day to another; one that touches a midnight goes on beyond it."""
    midnight = 1_772_323_200 + day * DAY
    flags = dict.fromkeys(
        ("ongoing", "at_opening", "at_closing", "park_wide", "first_due", "last_due"), 0
    ) | dict.fromkeys(("by_down", "counted", "had_run"), 1)
    return flags | {
        "park_id": 1,
        "ride_id": ride,
        "day": FIRST + day * outages.ONE_DAY,
        "started_at": midnight + start,
        "ended_at": midnight + end,
        "downtime": end - start,
        "flaps": 0,
        "came_over": int(start == 0),
        "goes_on": int(end == DAY),
        "ended_by": None if end == DAY else "operating",
        "metrics_version": METRICS_VERSION,
    }


@pytest.fixture
def chained(sqlite_database: Database) -> Database:
    """A park that never closes: at each midnight one of two rides is down, so that no day stands alone."""
    one, other = seed(sqlite_database, {1: 2})[1]
    parts = []
    for day in range(DAYS):
        ride, next_one = (one, other) if day % 2 else (other, one)
        if day:
            parts.append(part(ride, day, 0, 3600))
        if day < DAYS - 1:
            parts.append(part(next_one, day, DAY - 7200, DAY))
    with sqlite_database.write() as connection:
        connection.execute(insert(RideOutagePart), parts)
    return sqlite_database


def stored(database: Database) -> list[tuple[int, int, int, int]]:
    table = RideOutage
    query = select(table.ride_id, table.started_at, table.ended_at, table.downtime).order_by(table.started_at)
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


@pytest.mark.parametrize("day", [0, 1, 30, DAYS - 1])
def test_outages_that_follow_one_another_are_found_from_any_day(chained: Database, day: int) -> None:
    read = 0

    @event.listens_for(chained.engine, "before_cursor_execute")
    def count(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        nonlocal read
        read += "FROM ride_outage_parts" in statement

    changed = FIRST + day * outages.ONE_DAY
    rows = chained.run(lambda connection: outages.restitch(connection, [(1, changed)]))
    event.remove(chained.engine, "before_cursor_execute", count)
    found = stored(chained)
    assert rows == len(found) == DAYS - 1
    assert {(end - start, downtime) for _, start, end, downtime in found} == {(3 * 3600, 3 * 3600)}
    assert [ride for ride, *_ in found] == [found[0][0], found[1][0]] * ((DAYS - 2) // 2) + [found[0][0]]
    assert 1 < read < 8, "each look is twice as wide as the one before"


def test_what_no_outage_reaches_over_is_left_alone(chained: Database) -> None:
    with chained.write() as connection:
        connection.execute(
            RideOutagePart.__table__.delete().where(RideOutagePart.day == FIRST + 30 * outages.ONE_DAY)
        )
    chained.run(lambda connection: outages.restitch(connection, [(1, FIRST + 2 * outages.ONE_DAY)]))
    days = (dt.timedelta(seconds=start - 1_772_323_200).days for _, start, _, _ in stored(chained))
    assert sorted(days) == list(range(30))
