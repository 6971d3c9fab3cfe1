"""What answers read about outages, queues, shows and hours; the same on both databases, along an index."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import OutageKind, QueueType
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.store.reports.outages import Outage, listed_outages, outages_since
from hallofshame.store.reports.queues import latest_queues
from hallofshame.store.reports.shows import Show, show_times
from store.samples import NOON, seed

HOUR = 3600
MONDAY, TUESDAY = dt.date(2025, 8, 18), dt.date(2025, 8, 19)
WEDNESDAY = dt.date(2025, 8, 20)
"""The day of NOON."""

WEEK = DayRange(MONDAY, WEDNESDAY)


def outage(ride_id: int, day: dt.date, start: int, seconds: int | None, **more: Any) -> dict[str, Any]:
    """A row; parks are ride ids by hundreds."""
    return {
        "ride_id": ride_id,
        "started_at": start,
        "park_id": ride_id // 100,
        "day": day,
        "ended_at": None if seconds is None else start + seconds,
        "kind": OutageKind.BREAKDOWN.value,
        "downtime": seconds or 600,
        "flaps": 0,
        "metrics_version": 1,
        **more,
    }


@pytest.fixture
def outages(database: Database) -> Database:
    """Three rides in two parks, five outages."""
    with database.write() as connection:
        connection.execute(
            insert(models.RideOutage),
            [
                outage(101, MONDAY, NOON - 48 * HOUR, 900),
                outage(101, WEDNESDAY, NOON - HOUR, 1800, kind=OutageKind.OPENING_DELAY.value),
                outage(102, WEDNESDAY, NOON - HOUR, 7200, kind=OutageKind.NEVER_REOPENED.value),
                outage(201, TUESDAY, NOON - 24 * HOUR, 300, flaps=2),
                outage(201, WEDNESDAY, NOON, None),
            ],
        )
    return database


def found(rows: list[Outage]) -> list[tuple[int, int]]:
    """(ride, hours before noon)."""
    return [(row.ride_id, (NOON - row.started_at) // HOUR) for row in rows]


def test_outages_of_ranges_newest_or_longest_first(outages: Database) -> None:
    week = {1: WEEK, 2: WEEK}
    with outages.read() as connection:
        total, rows = listed_outages(connection, week, limit=10)
        assert (total, found(rows)) == (5, [(201, 0), (101, 1), (102, 1), (201, 24), (101, 48)])
        total, rows = listed_outages(connection, week, limit=2, longest_first=True)
        assert (total, found(rows)) == (5, [(102, 1), (101, 1)])
        total, rows = listed_outages(connection, week, limit=2, offset=4)
        assert (total, found(rows)) == (5, [(101, 48)])
        assert rows[0] == Outage(
            101,
            MONDAY,
            NOON - 48 * HOUR,
            NOON - 48 * HOUR + 900,
            OutageKind.BREAKDOWN,
            900,
            0,
            False,
            None,
            False,
            None,
        )


def test_outages_of_one_kind_ride_or_park(outages: Database) -> None:
    week = {1: WEEK, 2: WEEK}
    with outages.read() as connection:
        total, rows = listed_outages(connection, week, kind=OutageKind.NEVER_REOPENED, limit=10)
        assert (total, found(rows)) == (1, [(102, 1)])
        total, rows = listed_outages(connection, {1: WEEK}, ride_id=101, limit=10)
        assert (total, found(rows)) == (2, [(101, 1), (101, 48)])
        assert listed_outages(connection, {2: WEEK}, ride_id=101, limit=10) == (0, [])
        assert listed_outages(connection, {}, limit=10) == (0, [])


def test_every_park_has_its_own_range(outages: Database) -> None:
    ranges = {1: DayRange(MONDAY, MONDAY), 2: DayRange(TUESDAY, TUESDAY)}
    with outages.read() as connection:
        total, rows = listed_outages(connection, ranges, limit=10)
    assert (total, found(rows)) == (2, [(201, 24), (101, 48)])


def test_outages_of_rides_since_an_instant(outages: Database) -> None:
    with outages.read() as connection:
        rows = outages_since(connection, [101, 102, 999], NOON - HOUR)
        assert {ride: found(held) for ride, held in rows.items()} == {101: [(101, 1)], 102: [(102, 1)]}
        assert outages_since(connection, [], 0) == {}


def queue(ride_id: int, at: int, kind: QueueType, **more: Any) -> dict[str, Any]:
    names = [
        "wait_minutes",
        "return_start",
        "return_end",
        "price_minor",
        "currency",
        "group_start",
        "group_end",
    ]
    row = dict.fromkeys(["state", *names]) | {"park_id": ride_id // 100, "ride_id": ride_id}
    return row | {"observed_at": at, "queue_type": int(kind)} | more


@pytest.fixture
def queues(database: Database) -> Database:
    """Two queues of one ride at several instants, and one of another."""
    rows = [
        queue(101, NOON - 600, QueueType.SINGLE_RIDER, state="OPERATING", wait_minutes=10),
        queue(101, NOON, QueueType.SINGLE_RIDER, state="OPERATING", wait_minutes=5),
        queue(101, NOON - 300, QueueType.PAID_RETURN_TIME, price_minor=1500, currency="EUR"),
        queue(101, NOON - 9000, QueueType.BOARDING_GROUP, group_start=1, group_end=20),
        queue(102, NOON, QueueType.RETURN_TIME, return_start=NOON, return_end=NOON + HOUR),
    ]
    with database.write() as connection:
        connection.execute(insert(models.QueueData), rows)
    return database


def test_the_latest_row_of_each_queue(queues: Database) -> None:
    with queues.read() as connection:
        rows = latest_queues(connection, 1, 101, NOON - HOUR)
    assert [(row.queue_type, row.observed_at, row.wait_minutes, row.price_minor) for row in rows] == [
        (QueueType.SINGLE_RIDER, NOON, 5, None),
        (QueueType.PAID_RETURN_TIME, NOON - 300, None, 1500),
    ]


def test_shows_of_a_stretch_of_time(database: Database) -> None:
    rides = seed(database, {1: 2, 2: 1})
    first, second = rides[1]
    with database.write() as connection:
        connection.execute(
            insert(models.ShowTime),
            [
                {"ride_id": ride, "starts_at": at, "ends_at": end, "kind": "Performance", "seen_at": 0}
                for ride, at, end in (
                    (second, NOON, NOON + 1800),
                    (first, NOON + HOUR, None),
                    (first, NOON + 2 * HOUR, None),
                    (rides[2][0], NOON, None),
                )
            ],
        )
    with database.read() as connection:
        assert show_times(connection, 1, NOON, NOON + 2 * HOUR) == [
            Show(second, "Performance", NOON, NOON + 1800, 0),
            Show(first, "Performance", NOON + HOUR, None, 0),
        ]


@contextmanager
def statements(connection: Connection) -> Iterator[list[tuple[str, Any]]]:
    """What is sent to the database."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        sent.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    yield sent
    event.remove(connection, "before_cursor_execute", note)


def test_no_look_up_reads_a_whole_table(sqlite_database: Database) -> None:
    week = {1: WEEK, 2: DayRange(MONDAY, TUESDAY)}
    with sqlite_database.read() as connection:
        with statements(connection) as sent:
            listed_outages(connection, week, limit=10)
            listed_outages(connection, {1: WEEK}, ride_id=101, limit=10, longest_first=True)
            outages_since(connection, [101, 102], 0)
            latest_queues(connection, 1, 101, 0)
            show_times(connection, 1, 0, 1)
        assert len(sent) == 7
        for statement, parameters in sent:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps = [row[3] for row in plan]
            # The page of keys that was just made is no table.
            assert not [step for step in steps if step.startswith("SCAN") and "anon" not in step], steps
