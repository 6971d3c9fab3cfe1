"""Hours of rides on their way into the store: from cycles, syncs and recordings, judged and dated."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import update

from hallofshame.clock import FixedClock
from hallofshame.domain.readings import RideReading, ScheduleReading
from hallofshame.domain.words import Feed, PollOutcome, RideKind
from hallofshame.feeds.themeparks_wiki_parse import parse_live
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.published import ScheduleRefresh
from hallofshame.pipeline.sync import sync
from hallofshame.store import schedules
from hallofshame.store.database import Database
from hallofshame.store.models import Park, Ride, RideDailyStats, RideHours
from pipeline.fakes import (
    LOG,
    MONDAY,
    NEW_YORK,
    ROME,
    TUESDAY,
    WEDNESDAY,
    WIKI_IDS,
    a_day,
    at,
    dirty_days,
    found,
    hours,
    observe,
    refused,
    seed_parks,
    seed_rides,
    settled,
    small_world,
)
from pipeline.polls import Polled, PolledQueueTimes, collector, cycle, reading, rows

SUNDAY = MONDAY - dt.timedelta(days=1)
THURSDAY = WEDNESDAY + dt.timedelta(days=1)
NOON = at("2026-06-02 10:00")
"""Tuesday noon in Rome."""


def operating(begin: str, end: str, kind: str = "Operating") -> dict[str, str]:
    """An entry of ``operatingHours``; times of Rome, as ``06-02 09:00``."""
    first, last = (f"2026-{text.replace(' ', 'T')}:00+02:00" for text in (begin, end))
    return {"type": kind, "startTime": first, "endTime": last}


def said(name: str, *entries: object, kind: str = "ATTRACTION", status: str = "OPERATING") -> RideReading:
    """One entity as the real parser reads it; its id is that of :func:`seed_rides`."""
    entity = {
        "id": f"{ROME}-{name}",
        "name": name,
        "entityType": kind,
        "status": status,
        "operatingHours": list(entries),
    }
    return parse_live({"liveData": [entity]}, "wiki-rome").rides[0]


DAY = operating("06-02 09:00", "06-02 18:00")
LATE = operating("06-02 09:00", "06-02 20:00")


def poll(database: Database, *rides: RideReading, now: dt.datetime = NOON) -> None:
    cycle(database, Polled(says={WIKI_IDS[ROME]: rides}), now=now)


def kept(database: Database) -> list[tuple[str, str, str, str, bool]]:
    """(ride, date, hours, kind, in force) of all that is stored, times of Rome."""
    names = dict(rows(database, Ride, "ride_id", "name"))
    rome = dt.timezone(dt.timedelta(hours=2))

    def clock(instant: int) -> str:
        return dt.datetime.fromtimestamp(instant, rome).strftime("%H:%M")

    found = rows(database, RideHours, "ride_id", "date", "opens_at", "closes_at", "kind", "superseded_at")
    return [
        (names[ride], f"{date:%m-%d}", f"{clock(opens)}-{clock(closes)}", kind, over is None)
        for ride, date, opens, closes, kind, over in found
    ]


@pytest.mark.both_databases
def test_a_cycle_keeps_the_hours_of_rides_with_their_kind(database: Database) -> None:
    seed_parks(database, ROME)
    early = operating("06-02 08:30", "06-02 09:00", "Early Entry")
    film = said("Film", operating("06-02 11:00", "06-02 11:00", "Performance Time"))
    poll(database, said("Alpha", early, DAY), film, said("Parade", DAY, kind="SHOW"), said("Bravo"))
    assert kept(database) == [
        ("Alpha", "06-02", "08:30-09:00", "Early Entry", True),
        ("Alpha", "06-02", "09:00-18:00", "Operating", True),
        ("Parade", "06-02", "09:00-18:00", "Operating", True),
    ]
    assert not found(database)


def test_restaurants_and_shops_are_no_rides_with_hours(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    poll(sqlite_database, said("Pizza", DAY, kind="RESTAURANT"), said("Hats", DAY, kind="SHOP"))
    assert kept(sqlite_database) == []


def test_a_change_during_the_day_is_a_version_and_the_same_again_is_none(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    feed = Polled(says={WIKI_IDS[ROME]: [said("Alpha", DAY)]})
    running = collector(sqlite_database, feed, now=NOON)
    running.cycle()
    running.cycle()
    feed.says = {WIKI_IDS[ROME]: [said("Alpha", LATE)]}
    poll(sqlite_database, said("Alpha", LATE), now=NOON + dt.timedelta(minutes=5))
    assert kept(sqlite_database) == [
        ("Alpha", "06-02", "09:00-18:00", "Operating", False),
        ("Alpha", "06-02", "09:00-20:00", "Operating", True),
    ]


def test_an_answer_without_hours_leaves_what_is_known(sqlite_database: Database) -> None:
    """ThemeParks.wiki drops the hours of a ride while it is down."""
    seed_parks(sqlite_database, ROME)
    poll(sqlite_database, said("Alpha", DAY))
    poll(sqlite_database, said("Alpha", status="DOWN"), now=NOON + dt.timedelta(minutes=5))
    assert kept(sqlite_database) == [("Alpha", "06-02", "09:00-18:00", "Operating", True)]


@pytest.mark.slow
def test_changed_hours_mark_the_days_that_depend_on_them(database: Database) -> None:
    """Also days that are over: those of the date before to two dates after it."""
    rides = small_world(database)[ROME]
    for day in (SUNDAY, WEDNESDAY, THURSDAY):
        observe(database, a_day(ROME, day, rides))
    settled(database)
    poll(database, said("Alpha", DAY), now=at("2026-06-03 10:00"))
    settled_days = dirty_days(database) - {(ROME, THURSDAY)}
    assert {(ROME, MONDAY), (ROME, TUESDAY), (ROME, WEDNESDAY)} <= settled_days
    assert (ROME, SUNDAY) not in settled_days
    settled(database)
    poll(
        database,
        said("Alpha", operating("06-02 08:00", "06-02 09:00", "Early Entry"), DAY),
        now=at("2026-06-03 10:05"),
    )
    assert (ROME, MONDAY) not in dirty_days(database)


def test_hours_bind_the_day_that_was_closed_already(sqlite_database: Database) -> None:
    """Down from noon to one, while its own hours begin at one: known the day after, no downtime any more."""
    rides = small_world(sqlite_database)[ROME]
    before = downtime(sqlite_database, MONDAY, rides[1])
    poll(sqlite_database, said("Bravo", operating("06-01 13:00", "06-01 18:00")), now=NOON)
    settled(sqlite_database)
    assert (before, downtime(sqlite_database, MONDAY, rides[1])) == (3600, 0)
    assert downtime(sqlite_database, MONDAY, rides[0]) == 0


def downtime(database: Database, day: dt.date, ride: int) -> int:
    found = {
        (ride_id, date): seconds
        for ride_id, date, seconds in rows(database, RideDailyStats, "ride_id", "day", "downtime")
    }
    return found[ride, day]


@pytest.mark.parametrize(
    ("entries", "dates"),
    [
        # Two blocks in a day.
        ([("06-02 09:00", "06-02 12:00"), ("06-02 18:00", "06-02 22:00")], ["06-02", "06-02"]),
        # Hours that end after midnight are those of the evening.
        ([("06-02 18:00", "06-03 02:00")], ["06-02"]),
        # So is a second block that begins after it.
        ([("06-02 18:00", "06-02 23:30"), ("06-03 00:30", "06-03 02:00")], ["06-02", "06-02"]),
        # By themselves the small hours are of their own date.
        ([("06-03 00:30", "06-03 02:00")], ["06-03"]),
        # Two dates in one answer.
        ([("06-02 10:00", "06-02 18:00"), ("06-03 10:00", "06-03 18:00")], ["06-02", "06-03"]),
        # After midnight the feed still lists the day before.
        ([("06-01 10:00", "06-01 18:00")], ["06-01"]),
    ],
)
def test_hours_are_of_the_date_on_which_they_begin(
    sqlite_database: Database, entries: list[tuple[str, str]], dates: list[str]
) -> None:
    seed_parks(sqlite_database, ROME)
    poll(sqlite_database, said("Alpha", *(operating(*entry) for entry in entries)))
    assert [row[1] for row in kept(sqlite_database)] == dates
    assert not found(sqlite_database)


@pytest.mark.parametrize(
    ("entry", "kind", "words"),
    [
        (operating("06-02 00:30", "06-02 21:00"), "ride_hours_too_long", "last 20.5 h, over 20 h"),
        (operating("06-02 21:00", "06-02 09:00"), "ride_hours_backwards", "do not end after they begin"),
        (operating("06-02 09:00", "06-02 09:00"), "ride_hours_backwards", "do not end after they begin"),
        (operating("05-31 09:00", "05-31 18:00"), "ride_hours_of_another_date", "are of 2026-05-31"),
        (operating("06-04 09:00", "06-04 18:00"), "ride_hours_of_another_date", "given on 2026-06-02"),
        (
            {"type": "Operating", "startTime": "0001-01-01T00:00:00Z", "endTime": "0001-01-01T01:00:00Z"},
            "ride_hours_of_another_date",
            "0001-01-01",
        ),
        (
            {"type": "Operating", "startTime": "2026-06-02T09:00:00", "endTime": "2026-06-02T18:00:00"},
            "ride_hours_unreadable",
            "2026-06-02T09:00:00",
        ),
        ({"type": "Operating", "startTime": "nine", "endTime": "six"}, "ride_hours_unreadable", "'nine'"),
        ({"type": "Operating", "startTime": None}, "ride_hours_unreadable", "None"),
        (["09:00"], "ride_hours_unreadable", "09:00"),
        ("09:00-18:00", "ride_hours_unreadable", "09:00-18:00"),
        (7, "ride_hours_unreadable", "7"),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_are_found_and_nothing_else_is_lost(
    sqlite_database: Database, entry: object, kind: str, words: str
) -> None:
    seed_parks(sqlite_database, ROME)
    poll(sqlite_database, said("Alpha", entry), said("Bravo", DAY), said("Charlie", entry, DAY))
    assert kept(sqlite_database) == [
        ("Bravo", "06-02", "09:00-18:00", "Operating", True),
        ("Charlie", "06-02", "09:00-18:00", "Operating", True),
    ]
    assert {(row.kind, row.park_id, row.subject) for row in found(sqlite_database)} == {
        (kind, ROME, "Alpha"),
        (kind, ROME, "Charlie"),
    }
    detail = next(row.detail for row in found(sqlite_database) if row.subject == "Alpha")
    assert detail.startswith("Park 1, 'Alpha': published hours ") and words in detail
    assert "tell ThemeParks.wiki" in detail


def test_a_faulty_answer_corrects_nothing_that_is_known(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    evening = operating("06-02 19:00", "06-02 21:00")
    poll(sqlite_database, said("Alpha", DAY, evening))
    poll(
        sqlite_database,
        said("Alpha", DAY, operating("06-02 19:00", "06-02 12:00")),
        now=NOON + dt.timedelta(minutes=5),
    )
    assert [row[2::2] for row in kept(sqlite_database)] == [("09:00-18:00", True), ("19:00-21:00", True)]


def test_something_else_in_the_place_of_the_list_is_found(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    entity = {"id": "x", "name": "X", "entityType": "ATTRACTION", "status": "DOWN", "operatingHours": "daily"}
    poll(sqlite_database, *parse_live({"liveData": [entity]}, "wiki-rome").rides)
    assert [row.kind for row in found(sqlite_database)] == ["ride_hours_unreadable"]


@pytest.mark.parametrize("with_ids", [True, False])
@pytest.mark.both_databases
def test_sync_brings_the_hours_of_a_park_that_is_read_elsewhere(database: Database, with_ids: bool) -> None:
    """Its rides came from Queue-Times, under their own ids: found by name (R14), and never made."""
    seed_parks(database, ROME)
    with database.write() as connection:
        connection.execute(update(Park).values(primary_feed=int(Feed.QUEUE_TIMES)))
    queue_times = PolledQueueTimes(says={"101": [reading("Alpha", id="7"), reading("Bravo™", id="8")]})
    wiki = Polled(says={WIKI_IDS[ROME]: [said("Alpha", DAY), said("BRAVO", LATE), said("Unseen", DAY)]})
    feeds = {Feed.QUEUE_TIMES: queue_times, Feed.THEMEPARKS_WIKI: wiki}
    cycle(database, queue_times, wiki, now=NOON)
    assert wiki.asked == []
    if with_ids:
        sync(database, feeds, FixedClock(NOON), LOG)
        wiki.asked.clear()
    later = FixedClock(NOON + dt.timedelta(minutes=20))
    result = sync(database, feeds, later, LOG)
    assert wiki.asked == [("poll", WIKI_IDS[ROME])]
    assert (result.failed, result.dates_changed) == (0, 0 if with_ids else 1)
    assert kept(database) == [
        ("Alpha", "06-02", "09:00-18:00", "Operating", True),
        ("Bravo™", "06-02", "09:00-20:00", "Operating", True),
    ]
    assert len(rows(database, Ride)) == 2


def test_a_park_whose_live_answer_fails_loses_only_its_ride_hours(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    seed_rides(sqlite_database, ROME, "Alpha")
    wiki = Polled(
        says={WIKI_IDS[NEW_YORK]: refused(PollOutcome.SERVER_ERROR), WIKI_IDS[ROME]: [said("Alpha", DAY)]}
    )
    result = sync(sqlite_database, {Feed.THEMEPARKS_WIKI: wiki}, FixedClock(NOON), LOG)
    assert result.failed == 1
    assert [row.subject for row in found(sqlite_database, "sync_failed")] == ["ride hours"]
    assert len(kept(sqlite_database)) == 1


@pytest.mark.parametrize(
    ("primary", "asked"), [(Feed.QUEUE_TIMES, [("poll", WIKI_IDS[ROME])]), (Feed.THEMEPARKS_WIKI, [])]
)
def test_every_two_hours_a_park_read_elsewhere_is_asked_once_for_the_hours_of_its_rides(
    sqlite_database: Database, primary: Feed, asked: list[tuple[str, str]]
) -> None:
    an_open_park(sqlite_database, primary)
    wiki = Polled(says={WIKI_IDS[ROME]: [said("Alpha", DAY)]})
    feeds = {Feed.QUEUE_TIMES: PolledQueueTimes(), Feed.THEMEPARKS_WIKI: wiki}
    job = ScheduleRefresh(sqlite_database, feeds, FixedClock(NOON), LOG)
    assert (job.run().failed, wiki.asked) == (0, asked)
    assert len(kept(sqlite_database)) == len(asked)
    assert (job.run().parks, wiki.asked) == (0, asked)


def test_a_live_answer_that_fails_costs_the_park_no_published_hours(sqlite_database: Database) -> None:
    an_open_park(sqlite_database, Feed.QUEUE_TIMES)
    wiki = Polled(
        schedules={WIKI_IDS[ROME]: ScheduleReading((hours(TUESDAY, 7, 19),))},
        says={WIKI_IDS[ROME]: refused(PollOutcome.SERVER_ERROR)},
    )
    feeds = {Feed.QUEUE_TIMES: PolledQueueTimes(), Feed.THEMEPARKS_WIKI: wiki}
    result = ScheduleRefresh(sqlite_database, feeds, FixedClock(NOON), LOG).run()
    assert (result.parks, result.failed, result.dates_changed) == (1, 1, 1)


def an_open_park(database: Database, primary: Feed) -> None:
    """A park with one ride whose published hours say that it is open on Tuesday noon."""
    seed_parks(database, ROME)
    seed_rides(database, ROME, "Alpha")
    with database.write() as connection:
        connection.execute(update(Park).values(primary_feed=int(primary)))
        schedules.publish(connection, ROME, [hours(TUESDAY, 7, 20)], 0, TUESDAY, TUESDAY)


def recording(path: Path, *polls: tuple[str, str, str | None]) -> Path:
    """A ThemeParks.wiki recording of Park 1: (instant, ride, hours as JSON text)."""
    pl.DataFrame(
        {
            "polled_at": [at(f"2026-{when}") for when, _, _ in polls],
            "park_id": [WIKI_IDS[ROME]] * len(polls),
            "entity_id": [f"{ROME}-{ride}" for _, ride, _ in polls],
            "name": [ride for _, ride, _ in polls],
            "entity_type": ["ATTRACTION"] * len(polls),
            "status": ["OPERATING"] * len(polls),
            "standby_wait": [5] * len(polls),
            "operating_hours_json": [text for _, _, text in polls],
        },
        schema_overrides={"operating_hours_json": pl.String},
    ).write_parquet(path)
    return path


def test_a_recording_brings_its_hours_as_live_cycles_would(sqlite_database: Database, tmp_path: Path) -> None:
    seed_parks(sqlite_database, ROME)
    backwards = operating("06-02 18:00", "06-02 09:00")
    file = recording(
        tmp_path / "live_rows.parquet",
        ("06-02 06:00", "Alpha", json.dumps([DAY])),
        ("06-02 06:00", "Bravo", json.dumps([backwards])),
        ("06-02 06:05", "Alpha", json.dumps([DAY])),
        ("06-02 06:10", "Alpha", None),
        ("06-02 06:15", "Alpha", json.dumps([LATE])),
        ("06-02 06:20", "Alpha", "[]"),
        ("06-02 06:25", "Alpha", "no json"),
    )

    def take_in() -> list[tuple[object, ...]]:
        result = ingest(
            sqlite_database, file, Feed.THEMEPARKS_WIKI, cadence_seconds=300, clock=FixedClock(NOON), log=LOG
        )
        assert result.failed == 0
        return rows(sqlite_database, RideHours)

    first = take_in()
    seen = [(row[3], row[-1]) for row in first]
    early, late = (int(at(f"2026-06-02 06:{minute}").timestamp()) for minute in ("00", "15"))
    assert seen == [(early, late), (late, None)]
    assert {row.kind for row in found(sqlite_database)} == {"ride_hours_backwards", "ride_hours_unreadable"}
    assert take_in() == first


def test_an_old_recording_does_not_turn_back_what_is_known(sqlite_database: Database, tmp_path: Path) -> None:
    seed_parks(sqlite_database, ROME)
    poll(sqlite_database, said("Alpha", LATE))
    file = recording(tmp_path / "live_rows.parquet", ("06-02 06:00", "Alpha", json.dumps([DAY])))
    ingest(sqlite_database, file, Feed.THEMEPARKS_WIKI, cadence_seconds=300, clock=FixedClock(NOON), log=LOG)
    assert [row[2::2] for row in kept(sqlite_database)] == [("09:00-18:00", False), ("09:00-20:00", True)]


def test_entries_that_are_one_ride_publish_its_hours_together(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    evening = said("Alpha (155)", operating("06-02 19:00", "06-02 21:00"))
    for minutes in (0, 5):
        poll(sqlite_database, said("Alpha", DAY), evening, now=NOON + dt.timedelta(minutes=minutes))
    assert all(row[-1] for row in kept(sqlite_database))


def test_queues_among_rides_have_no_hours(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    poll(sqlite_database, said("Alpha"), said("Alpha Single Rider", DAY))
    assert kept(sqlite_database) == []
    assert {kind for (kind,) in rows(sqlite_database, Ride, "kind")} == {RideKind.ATTRACTION.value}
