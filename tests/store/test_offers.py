"""Show times, tables of restaurants and purchases: kept as versions, whatever order answers come in."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from hallofshame.domain.readings import DiningTable, PurchaseReading, ShowTimeReading
from hallofshame.store import dining, purchases, show_times
from hallofshame.store.database import Database
from hallofshame.store.dining import DiningSaid
from hallofshame.store.models import ShowTime as ShowTimeRow
from hallofshame.store.show_times import ShowsSaid
from store.samples import NOON, NOW, seed

HOUR = 3600
DAY = dt.date(2026, 8, 20)


@pytest.fixture
def park(database: Database) -> int:
    seed(database, {1: 2, 2: 0})
    return 1


def at(hours: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=hours)


def say(database: Database, when: float, *starts: float, ends: float | None = None, ride: int = 1) -> int:
    shows = tuple(
        ShowTimeReading("Performance Time", at(start), None if ends is None else at(start + ends))
        for start in starts
    )
    with database.write() as connection:
        return show_times.publish(connection, [ShowsSaid(ride, NOON + int(when * HOUR), shows)])


def in_force(database: Database) -> list[tuple[int, float, float | None]]:
    with database.read() as connection:
        rows = connection.execute(
            select(ShowTimeRow.ride_id, ShowTimeRow.starts_at, ShowTimeRow.ends_at)
            .where(ShowTimeRow.superseded_at.is_(None))
            .order_by(ShowTimeRow.ride_id, ShowTimeRow.starts_at)
        ).all()
    return [
        (ride, (start - NOON) / HOUR, None if end is None else (end - NOON) / HOUR)
        for ride, start, end in rows
    ]


def test_a_show_that_is_moved_leaves_no_performance_behind(database: Database, park: int) -> None:
    assert say(database, 0, 1, 3, 5) == 3
    assert say(database, 0, 1, 3, 5) == 0
    say(database, 2, 3.5, 5)
    assert in_force(database) == [(1, 1.0, None), (1, 3.5, None), (1, 5.0, None)]


def test_shows_that_have_begun_stay_although_the_feed_drops_them(database: Database, park: int) -> None:
    say(database, 0, 1, 3)
    say(database, 2, 3)
    assert in_force(database) == [(1, 1.0, None), (1, 3.0, None)]


def test_a_show_taken_back_and_listed_again_is_in_force(database: Database, park: int) -> None:
    say(database, 0, 3, 5)
    say(database, 1, 5)
    assert in_force(database) == [(1, 5.0, None)]
    say(database, 2, 3, 5)
    assert in_force(database) == [(1, 3.0, None), (1, 5.0, None)]


def test_an_answer_without_times_and_one_older_than_the_store_change_nothing(
    database: Database, park: int
) -> None:
    say(database, 2, 3, 5, ends=1)
    assert say(database, 3) == 0
    say(database, 0, 4, 5)
    assert in_force(database) == [(1, 3.0, 4.0), (1, 4.0, None), (1, 5.0, 6.0)]


def test_tomorrows_shows_are_not_taken_back_by_an_answer_of_today(database: Database, park: int) -> None:
    say(database, 0, 1, 3, 25)
    say(database, 2, 3)
    assert in_force(database) == [(1, 1.0, None), (1, 3.0, None), (1, 25.0, None)]


TWO, FOUR = DiningTable(2, 10), DiningTable(4, 55)


def ask(database: Database, *said: tuple[int, tuple[DiningTable, ...]]) -> int:
    with database.write() as connection:
        return dining.publish(connection, 1, [DiningSaid(1, NOON + when, tables) for when, tables in said])


def course(database: Database) -> list[tuple[int, int | None, tuple[DiningTable, ...]]]:
    with database.read() as connection:
        rows = dining.course(connection, 1, NOON - HOUR, NOON + HOUR)
    return [
        (row.seen_at - NOON, None if row.superseded_at is None else row.superseded_at - NOON, row.tables)
        for row in rows
    ]


def test_tables_of_a_restaurant_are_a_version_only_where_they_changed(database: Database, park: int) -> None:
    assert ask(database, (0, ()), (300, (TWO,)), (600, (TWO,))) == 1
    assert ask(database, (900, (TWO, FOUR))) == 2
    assert ask(database, (1200, ())) == 2
    wanted = [(300, 900, (TWO,)), (900, 1200, (TWO, FOUR)), (1200, None, ())]
    assert course(database) == wanted
    assert ask(database, (600, (TWO,)), (1500, ())) == 0
    assert course(database) == wanted


def test_older_answers_take_their_place_among_the_tables(database: Database, park: int) -> None:
    ask(database, (900, (TWO,)))
    ask(database, (300, (FOUR,)))
    assert course(database) == [(300, 900, (FOUR,)), (900, None, (TWO,))]


def offer(
    price: int | None, available: bool | None = True, date: dt.date = DAY, name: str = "Pass"
) -> PurchaseReading:
    return PurchaseReading(date, name.lower(), "PACKAGE", name, price, "USD", available)


def sell(database: Database, when: int, *offers: PurchaseReading) -> set[dt.date]:
    with database.write() as connection:
        return purchases.publish(connection, 1, offers, NOON + when, DAY, DAY + dt.timedelta(days=1))


def test_a_price_has_a_course_and_what_is_gone_is_superseded(database: Database, park: int) -> None:
    tomorrow = DAY + dt.timedelta(days=1)
    assert sell(database, 0, offer(3700), offer(2500, date=tomorrow)) == {DAY, tomorrow}
    assert sell(database, 300, offer(3700), offer(2500, date=tomorrow)) == set()
    assert sell(database, 600, offer(3900), offer(2500, date=tomorrow)) == {DAY}
    assert sell(database, 900, offer(3900, available=False), offer(2500, date=tomorrow)) == {DAY}
    assert sell(database, 1200, offer(3900, available=False)) == {tomorrow}
    with database.read() as connection:
        now = purchases.purchases(connection, 1, DAY, tomorrow)
        past = purchases.purchases(connection, 1, DAY, DAY, is_history=True)
    assert [(row.date, row.price_minor, row.is_available) for row in now] == [(DAY, 3900, False)]
    assert [(row.seen_at - NOON, row.price_minor, row.is_available) for row in past] == [
        (0, 3700, True),
        (600, 3900, True),
        (900, 3900, False),
    ]


def test_offers_of_other_dates_and_parks_are_left_alone(database: Database, park: int) -> None:
    sell(database, 0, offer(3700))
    with database.write() as connection:
        later = DAY + dt.timedelta(days=5)
        assert purchases.publish(connection, 1, [], NOON, later, later) == set()
        assert purchases.publish(connection, 2, [offer(1)], NOON, DAY, DAY) == {DAY}
        found = purchases.purchases(connection, 1, DAY, later)
    assert [row.price_minor for row in found] == [3700]
