"""A park whose primary feed changes from Queue-Times to ThemeParks.wiki: the same rides, right statistics."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed, RideKind, Status
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import catalogue
from hallofshame.store.database import Database
from hallofshame.store.models import ParkDailyStats, RideDailyStats
from pipeline.fakes import LOG, MONDAY, QUEUE_TIMES_IDS, ROME, TUESDAY, WEDNESDAY, WIKI_IDS, at, seed_parks
from pipeline.polls import DOWN, SHUT, UP, Polled, PolledQueueTimes, cycle, reading, rides

NAMES = ("Blue Tornado", "Mammut: die Achterbahn", "Oblivion - The Black Hole", "Raptor")
AT_WIKI = ("Blue Tornado™", "Mammut: Die Achterbahn", "OBLIVION: The Black Hole", "Raptor")


def said(names: tuple[str, ...], place: int, broken: Status) -> list:  # type: ignore[type-arg]
    """Four rides; the first is broken from the 20th to the 25th look, all have run before and after."""
    return [
        reading(
            name,
            broken if number == 0 and 20 <= place < 25 else UP,
            5 + place % 7,
            id=f"{names is AT_WIKI}-{number}",
        )
        for number, name in enumerate(names)
    ]


def a_day_of(database: Database, day: dt.date, feeds: list[Feed]) -> None:
    """Looks every five minutes from 10:00 in Rome, each answered by the feed of its place."""
    for place, feed in enumerate(feeds):
        now = at(f"{day} 08:00") + place * dt.timedelta(minutes=5)
        if feed is Feed.THEMEPARKS_WIKI:
            cycle(database, Polled(says={WIKI_IDS[ROME]: said(AT_WIKI, place, DOWN)}), now=now)
        else:
            silent = Polled(says={WIKI_IDS[ROME]: [reading("Parade", UP, kind=RideKind.SHOW)]})
            said_there = PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: said(NAMES, place, SHUT)})
            cycle(database, silent, said_there, now=now)


def judged(database: Database) -> dict[dt.date, tuple[int, int, int]]:
    """Per day: judged by DOWN, per cent of it through Queue-Times, downtime."""
    model = ParkDailyStats
    query = select(
        model.day, model.judged_by_down, model.observed_queue_times, model.observed, model.downtime
    ).order_by(model.day)
    with database.read() as connection:
        return {
            day: (by_down, 100 * through // observed, downtime)
            for day, by_down, through, observed, downtime in connection.execute(query)
        }


def test_a_park_that_changes_its_primary_feed_keeps_its_rides_and_figures(sqlite_database: Database) -> None:
    database = sqlite_database
    seed_parks(database, ROME, signal="down")
    queue_times, wiki = Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI
    a_day_of(database, MONDAY, [queue_times] * 40)
    Rollup(database, FixedClock(at("2026-06-10")), LOG).run()
    before = {ride.ride_id: ride.name for ride in rides(database) if ride.kind == "ATTRACTION"}
    assert judged(database) == {MONDAY: (0, 100, 1500)}
    a_day_of(database, TUESDAY, [queue_times] * 10 + [wiki] * 30)
    a_day_of(database, WEDNESDAY, [wiki] * 40)
    Rollup(database, FixedClock(at("2026-06-10")), LOG).run()
    # The names of the primary feed are shown; the rides are the same, by their names (R14).
    after = {ride.ride_id: ride.name for ride in rides(database) if ride.kind == "ATTRACTION"}
    assert after.keys() == before.keys()
    with database.read() as connection:
        known = {feed: catalogue.external_ids(connection, feed, "ride") for feed in (queue_times, wiki)}
        days = connection.execute(
            select(RideDailyStats.ride_id, RideDailyStats.day).where(RideDailyStats.eligible == 1)
        ).all()
    assert {known[wiki][f"True-{number}"] for number in range(4)} == set(before)
    assert {known[queue_times][f"False-{number}"] for number in range(4)} == set(before)
    assert len(days) == 3 * 4
    # A quarter of Tuesday came through Queue-Times: it is judged by DOWN, Monday still by what came back.
    assert judged(database) == {MONDAY: (0, 100, 1500), TUESDAY: (1, 23, 1500), WEDNESDAY: (1, 0, 1500)}


def test_an_answer_without_any_rides_state_leaves_the_turn_to_the_fallback(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    silent = Polled(
        says={WIKI_IDS[ROME]: [reading("Raptor", None), reading("Parade", UP, kind=RideKind.SHOW)]}
    )
    speaking = PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: [reading("Raptor", UP, 5)]})
    assert cycle(sqlite_database, silent, speaking, now=at("2026-06-01 10:00")).readings == 1
    assert len(speaking.asked) == 1
    # Where no other feed knows the park, what there is is kept.
    assert cycle(sqlite_database, silent, now=at("2026-06-01 10:05")).readings == 2
