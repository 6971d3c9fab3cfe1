"""News for followers: what a cycle changed, noted once, never at closing time and never late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
from sqlalchemy import Connection, select

from hallofshame.clock import FixedClock
from hallofshame.domain.following import QUIET_SECONDS, Asked
from hallofshame.domain.readings import PublishedEntry, RideReading
from hallofshame.domain.words import ScheduleKind
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import following, schedules
from hallofshame.store.database import Database
from hallofshame.store.models import NewsItem, NewsMessage, Ride, RideStop
from pipeline.fakes import LOG, MONDAY, ROME, WIKI_IDS, at, seed_parks
from pipeline.polls import DOWN, REFURBISHED, SHUT, UP, Polled, reading, rides, rows

NINE = at("2026-06-01 07:00")
"""9:00 in Rome, the published opening."""
CADENCE = 300
NAMES = ("Alpha", "Bravo", "Charlie", "Delta")
FAR = "https://updates.push.services.mozilla.com/wpush/v2/one"


class Watched:
    """Rome, open from 9:00 to 18:00, looked at every five minutes, with one browser that follows it."""

    def __init__(self, database: Database, signal: str = "down", *, is_published: bool = True) -> None:
        seed_parks(database, ROME, signal=signal)
        self.database = database
        self.feed = Polled()
        self.clock = FixedClock(NINE)
        self.collector = Collector(
            database, {self.feed.feed: self.feed}, self.clock, LOG, cadence_seconds=CADENCE, workers=1
        )
        self.rollup = Rollup(database, self.clock, LOG)
        entry = PublishedEntry(MONDAY, ScheduleKind.OPERATING, NINE, at("2026-06-01 16:00"))
        with database.write() as connection:
            if is_published:
                schedules.publish(connection, ROME, [entry], NINE - dt.timedelta(days=1), MONDAY, MONDAY)
            made, _ = following.subscribe(connection, FAR, "key", "auth", 10, 0)
        self.browser = made.subscription_id
        self.follow()

    def follow(
        self, ride: int = 0, *, down: bool = True, reopened: bool = True, wait: int | None = None
    ) -> None:
        asked = Asked(ROME, ride, down, reopened, wait)
        self.database.run(lambda connection: following.follow(connection, self.browser, asked))

    def say(self, *answers: Iterable[RideReading]) -> None:
        for answer in answers:
            self.feed.says = {WIKI_IDS[ROME]: tuple(answer)}
            self.collector.cycle()
            self.rollup.run()
            self.clock.sleep(CADENCE)

    def told(self) -> list[tuple[str, str, str]]:
        """Kind, ride and local time of each message, in order."""

        def work(connection: Connection) -> list[tuple[str, str, str]]:
            query = (
                select(NewsItem.kind, Ride.name, NewsItem.observed_at)
                .join(Ride, Ride.ride_id == NewsItem.ride_id)
                .join(NewsMessage, NewsMessage.news_id == NewsItem.news_id)
                .order_by(NewsItem.observed_at, NewsItem.kind, Ride.name)
            )
            return [(row[0], row[1], clock_time(row[2])) for row in connection.execute(query)]

        return self.database.run(work)


def clock_time(seconds: int) -> str:
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC) + dt.timedelta(hours=2):%H:%M}"


def all_up(wait: int = 10, **other: object) -> list[RideReading]:
    found = []
    for name in NAMES:
        said = other.get(name, UP)
        status, minutes = said if isinstance(said, tuple) else (said, wait if said is UP else None)
        found.append(reading(name, status, minutes))
    return found


EVERYTHING_SHUT = all_up(0, **dict.fromkeys(NAMES, SHUT))


@pytest.fixture
def rome(sqlite_database: Database) -> Watched:
    return Watched(sqlite_database)


@pytest.fixture
def simple_rome(sqlite_database: Database) -> Watched:
    """Its feed knows only open and closed."""
    return Watched(sqlite_database, "closed")


def test_a_breakdown_and_its_end_are_told_once_each(rome: Watched) -> None:
    rome.say(all_up(), all_up(11), all_up(Bravo=DOWN), all_up(12, Bravo=DOWN), all_up(13), all_up(14))
    assert rome.told() == [("down", "Bravo", "09:10"), ("reopened", "Bravo", "09:20")]
    assert rows(rome.database, RideStop, "ride_id") == []


def test_rolling_the_same_cycle_up_again_tells_nothing_more(rome: Watched) -> None:
    rome.follow(wait=20)
    rome.say(all_up(40), all_up(41), all_up(15, Bravo=DOWN))
    told = rome.told()
    assert [kind for kind, *_ in told] == ["down", "wait", "wait", "wait"]
    for _ in range(2):
        mark_range(rome.database, rome.clock)
        Rollup(rome.database, rome.clock, LOG).run()
    assert rome.told() == told


def test_closing_time_is_no_news(rome: Watched) -> None:
    rome.clock.instant = at("2026-06-01 15:45")
    rome.say(all_up(), all_up(11), all_up(12, Bravo=SHUT), *([EVERYTHING_SHUT] * 2))
    assert rome.told() == []


def test_where_the_feed_knows_only_open_and_closed_a_stop_is_told_by_the_live_rule(
    simple_rome: Watched,
) -> None:
    simple_rome.say(*(all_up(10 + step) for step in range(5)))
    simple_rome.say(all_up(16, Bravo=SHUT), all_up(17, Bravo=SHUT), all_up(18))
    assert simple_rome.told() == [("down", "Bravo", "09:25"), ("reopened", "Bravo", "09:35")]


def test_where_nobody_knows_when_the_day_ends_a_stop_is_not_told(sqlite_database: Database) -> None:
    watched = Watched(sqlite_database, "closed", is_published=False)
    watched.say(*(all_up(10 + step) for step in range(5)), all_up(16, Bravo=SHUT), all_up(17, Bravo=SHUT))
    assert watched.told() == [], "it may have closed for the night"
    watched.say(all_up(18))
    assert watched.told() == [("reopened", "Bravo", "09:35")]


def test_where_the_feed_knows_only_open_and_closed_the_evening_is_no_news(simple_rome: Watched) -> None:
    simple_rome.clock.instant = at("2026-06-01 14:40")
    simple_rome.say(*(all_up(10 + step) for step in range(5)))
    simple_rome.say(*(all_up(20 + step, Bravo=SHUT) for step in range(2)), EVERYTHING_SHUT)
    simple_rome.clock.instant = at("2026-06-01 15:55")
    simple_rome.say(*([EVERYTHING_SHUT] * 2))
    assert simple_rome.told() == [], "Bravo closed in the last hour of the park's day"


def test_what_changed_while_we_were_away_is_told_to_nobody(rome: Watched) -> None:
    rome.say(all_up(), all_up(11))
    rome.clock.sleep(3600)
    rome.say(all_up(12, Bravo=DOWN), all_up(13, Bravo=DOWN))
    assert rome.told() == [], "it may have been down for an hour"
    rome.say(all_up(14))
    assert rome.told() == [("reopened", "Bravo", "10:20")], "this was seen as it happened"
    rome.say(all_up(15, Bravo=DOWN))
    rome.clock.sleep(3600)
    rome.say(all_up(16))
    assert [kind for kind, *_ in rome.told()] == ["reopened", "down"]


def test_a_roll_up_that_comes_late_spills_no_old_news(rome: Watched) -> None:
    rome.say(all_up(), all_up(11))
    rome.feed.says = {WIKI_IDS[ROME]: tuple(all_up(12, Bravo=DOWN))}
    rome.collector.cycle()
    rome.clock.sleep(16 * 60)
    rome.rollup.run()
    assert rome.told() == []


def test_a_roll_up_that_missed_a_cycle_still_tells_of_it(rome: Watched) -> None:
    rome.say(all_up(), all_up(11))
    for answer in (all_up(12, Bravo=DOWN), all_up(13, Bravo=DOWN)):
        rome.feed.says = {WIKI_IDS[ROME]: tuple(answer)}
        rome.collector.cycle()
        rome.clock.sleep(CADENCE)
    rome.rollup.run()
    assert rome.told() == [("down", "Bravo", "09:15")]


def test_a_ride_that_is_closed_in_between_has_reopened_when_it_runs(rome: Watched) -> None:
    rome.say(all_up(), all_up(11), all_up(Bravo=DOWN), all_up(12, Bravo=SHUT), all_up(13))
    assert rome.told() == [("down", "Bravo", "09:10"), ("reopened", "Bravo", "09:20")]


def test_refurbishment_ends_a_stop_without_a_word(rome: Watched) -> None:
    rome.say(all_up(), all_up(11), all_up(Bravo=DOWN), all_up(12, Bravo=REFURBISHED), all_up(13))
    assert rome.told() == [("down", "Bravo", "09:10")]


def test_a_ride_down_at_closing_does_not_reopen_the_next_morning(rome: Watched) -> None:
    rome.clock.instant = at("2026-06-01 15:40")
    rome.say(all_up(), all_up(11), all_up(12, Bravo=DOWN))
    rome.say(*([EVERYTHING_SHUT] * 2))
    assert rows(rome.database, RideStop, "ride_id") == []
    assert rome.told() == [("down", "Bravo", "17:50")]


def test_a_wait_is_told_when_it_falls_to_the_limit_and_not_again_for_half_an_hour(rome: Watched) -> None:
    rome.say(all_up(50))
    alpha = next(ride.ride_id for ride in rides(rome.database) if ride.name == "Alpha")
    rome.follow(down=False, reopened=False)
    rome.follow(alpha, down=False, reopened=False, wait=30)
    rome.say(all_up(40), all_up(31), all_up(30), all_up(25), all_up(35), all_up(28))
    assert rome.told() == [("wait", "Alpha", "09:15")]
    rome.clock.sleep(QUIET_SECONDS)
    rome.say(all_up(31), all_up(20))
    assert [clock for *_, clock in rome.told()] == ["09:15", "10:10"]


def test_a_short_wait_in_the_morning_is_no_news(rome: Watched) -> None:
    rome.follow(wait=30)
    rome.say(all_up(5), all_up(4), all_up(3))
    assert rome.told() == []


def test_a_short_wait_after_a_stop_is_news(rome: Watched) -> None:
    rome.follow(wait=30)
    rome.say(all_up(60), all_up(61), all_up(62, Bravo=DOWN), all_up(63, Bravo=(UP, 10)))
    assert rome.told() == [
        ("down", "Bravo", "09:10"),
        ("reopened", "Bravo", "09:15"),
        ("wait", "Bravo", "09:15"),
    ]


def test_only_what_was_asked_for_is_told_and_nothing_is_noted_that_nobody_follows(rome: Watched) -> None:
    rome.follow(down=False, reopened=True)
    rome.say(all_up(), all_up(11), all_up(Bravo=DOWN), all_up(12))
    assert rome.told() == [("reopened", "Bravo", "09:15")]
    rome.database.run(lambda connection: following.remove(connection, [rome.browser]))
    rome.say(all_up(13, Alpha=DOWN), all_up(14))
    assert rows(rome.database, NewsItem, "kind") == [("reopened",)]


def test_who_follows_a_ride_that_was_merged_follows_the_one_it_is(rome: Watched) -> None:
    rome.say(all_up())
    known = {ride.name: ride.ride_id for ride in rides(rome.database)}
    rome.follow(down=False, reopened=False)
    rome.follow(known["Delta"])
    with rome.database.write() as connection:
        connection.execute(
            Ride.__table__.update()  # type: ignore[attr-defined]
            .where(Ride.ride_id == known["Delta"])
            .values(merged_into=known["Bravo"])
        )
    rome.say(all_up(11), all_up(12, Bravo=DOWN))
    assert rome.told() == [("down", "Bravo", "09:10")]
