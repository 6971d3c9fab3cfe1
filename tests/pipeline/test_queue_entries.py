"""Entries of a feed that are a queue of a ride are never rides: live, ingested and repaired alike (R2)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.queue_names import is_single_rider, queue_forms, squeezed
from hallofshame.domain.readings import QueueReading, StatusChange
from hallofshame.domain.words import Feed, QueueType, RideKind
from hallofshame.feeds.queue_times import parse_queue_times
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.queue_entries import queue_of
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.repair import repair_gaps
from hallofshame.pipeline.sync import retire_vanished
from hallofshame.store import dirty
from hallofshame.store.database import Database
from hallofshame.store.models import QueueData, Ride, RideStatusSnapshot
from pipeline.fakes import (
    LOG,
    MONDAY,
    QUEUE_TIMES_IDS,
    ROME,
    TUESDAY,
    WIKI_IDS,
    FakeFeed,
    a_day,
    at,
    found,
    observe,
    roll_up,
    seed_parks,
    seed_rides,
)
from pipeline.polls import DOWN, SHUT, UP, Polled, PolledQueueTimes, collector, cycle, reading, rides, rows
from support.field_cases import FIELD_CASES, RECORDINGS, right_of, run
from support.suites import leave_out

NOON = at("2026-06-03 10:00")
S, R, P, E = (
    QueueType.SINGLE_RIDER,
    QueueType.RETURN_TIME,
    QueueType.PAID_RETURN_TIME,
    QueueType.PAID_STANDBY,
)
ENTRIES = {
    "Voltron",
    "Voltron Nevera powered by Rimac",
    "Space Booster",
    "Anaconda",
    "Pirates of the Caribbean",
    "Wildlife",
    "Baron 1898",
    "WEB SLINGERS: A Spider-Man Adventure",
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("VirtualLine: Voltron", R),
        ("VIRTUALLINE - Voltron™", R),
        ("Virtual Line: Voltron Nevera powered by Rimac", R),
        ("Voltron (VirtualLine)", R),
        ("Virtual Queue for Voltron", R),
        ("Voltron - Virtual Queue", R),
        ("Voltron Express", E),
        ("Express Pass: Voltron", E),
        ("Fast Pass Anaconda Kol Licznik", E),
        ("Fast Pass Spacebooster Licznik", E),
        ("FastPass+ Voltron", E),
        ("Voltron Fast Lane", E),
        ("Fast Lane Plus: Voltron", E),
        ("Voltron Fast Track", E),
        ("Fastrack Voltron", E),
        ("Lightning Lane: Pirates of the Caribbean", P),
        ("Pirates of the Caribbean Lightning Lane (12)", P),
        ("Premier Access - Voltron", P),
        ("Voltron Quick Queue", E),
        ("Flash Pass: Voltron", E),
        ("THE FLASH Pass Voltron", E),
        ("Universal Express: Voltron", E),
        ("Voltron Energy Pass Entrance", E),
        ("Energy Pass Voltron", E),
        ("Baron 1898 Single-rider", S),
        ("Voltron (Single Rider)", S),
        ("Voltron Single Rider Line", S),
        ("Single Rider: Voltron", S),
        ("WEB SLINGERS: A Spider-Man Adventure Single Rider", S),
    ],
)
def test_a_name_of_a_queue_is_told_by_the_entry_in_it(name: str, kind: QueueType) -> None:
    known = {squeezed(entry) for entry in ENTRIES}
    queue = queue_of(name, known.__contains__)
    assert queue is not None
    assert queue.queue_type is kind
    assert queue.host in known


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Pégase Express",
            "Wildlife Express Train",
            "Menhir Express",
            "Pony Express",
            "Express",
            "Fast Pass",
        ),
        *("Hogwarts Express™ - King's Cross Station", "Fast & Furious - Supercharged™", "Adrena-Line"),
        *(
            "Fast Pass",
            "Virtual Queue",
            "Single Rider",
            "Lightning Racer",
            "Premier Access",
            "VirtualLine: Unknown Ride",
        ),
        *("The Great LEGO® Race Virtual Reality Experience (FEE)", "Drop Line®", "Voltron", "Quick Draw"),
        *("Flight of Passage", "DisneySea Transit Steamer Line (Mediterranean Harbor)", "🎢", "Expression"),
    ],
)
def test_a_ride_whose_name_sounds_like_a_queue_stays_a_ride(name: str) -> None:
    known = {"voltron", "wildlife", "anaconda"}
    assert queue_of(name, known.__contains__) is None


def test_a_single_rider_line_is_a_queue_also_of_a_ride_that_nobody_knows() -> None:
    queue = queue_of("Python Single-rider", lambda _name: False)
    assert queue is not None
    assert (queue.host, queue.queue_type) == ("python", S)
    assert is_single_rider("Python Single Riders Queue")
    assert not is_single_rider("Single Rider")


@pytest.mark.recordings
def test_of_all_names_of_the_directory_only_queues_are_taken_for_queues() -> None:
    """By eye: of 3,129 names in 94 parks these are queues, and no ride is among them."""
    file = RECORDINGS / "qt_ride_directory" / "rides.csv"
    if not file.exists():
        leave_out(f"no recording at {file}")
    table = pl.read_csv(file, infer_schema_length=0)
    taken = []
    for (_park,), names in table.group_by("park_id"):
        known = {squeezed(name) for name in names["ride_name"] if not is_single_rider(name)}
        taken += [name for name in names["ride_name"] if queue_of(name, known.__contains__)]
    others = sorted(name for name in taken if not is_single_rider(name))
    assert others == [
        "Fast Pass Anaconda Kol Licznik",
        "Fast Pass Aztecswing Licznik",
        "Fast Pass Main Train Licznik",
        "Fast Pass Spacebooster Licznik",
        "Fastpass Tsunami Drop Licz",
        "VirtualLine: Voletarium",
        "VirtualLine: Voltron Nevera powered by Rimac",
        "VirtualLine: Water Rollercoaster Poseidon",
    ]
    assert len(taken) - len(others) == sum(map(is_single_rider, table["ride_name"]))
    assert [name for name in table["ride_name"] if queue_forms(name)] != taken


# --- live ---


def by_feed(feed: Feed, *said: Any) -> Polled:
    if feed is Feed.QUEUE_TIMES:
        return PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: said})
    return Polled(says={WIKI_IDS[ROME]: said})


def queues(database: Database) -> list[tuple[Any, ...]]:
    return rows(database, QueueData, "ride_id", "queue_type", "state", "wait_minutes")


@pytest.mark.parametrize("feed", [Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI])
def test_a_queue_among_the_rides_goes_to_its_ride(database: Database, feed: Feed) -> None:
    seed_parks(database, ROME)
    said = [
        reading("VirtualLine: Voltron", SHUT, id="11753"),
        reading("Voltron", UP, 40, id="1"),
        reading("Voltron Single Rider", UP, 15, id="2"),
        reading("Pégase Express", UP, 5, id="3"),
    ]
    cycle(database, by_feed(feed, *said), now=NOON)
    assert [ride.name for ride in rides(database)] == ["Voltron", "Pégase Express"]
    assert rows(database, RideStatusSnapshot, "ride_id", "wait_minutes") == [(1, 40), (2, 5)]
    assert queues(database) == [(1, int(S), "OPERATING", 15), (1, int(R), "CLOSED", None)]
    assert found(database) == []


def test_a_ride_known_from_an_earlier_answer_keeps_its_queue(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    cycle(sqlite_database, by_feed(Feed.THEMEPARKS_WIKI, reading("Voltron")), now=NOON)
    later = by_feed(Feed.QUEUE_TIMES, reading("VirtualLine: Voltron", id="9"), reading("Alpha", id="8"))
    cycle(sqlite_database, by_feed(Feed.THEMEPARKS_WIKI), later, now=NOON + dt.timedelta(minutes=5))
    assert [ride.name for ride in rides(sqlite_database)] == ["Voltron", "Alpha"]
    assert queues(sqlite_database) == [(1, int(R), "OPERATING", None)]


def test_a_single_rider_line_without_its_ride_is_a_finding_and_no_ride(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    said = [reading("Python Single-rider", UP, 5, id="77"), reading("Alpha")]
    cycle(sqlite_database, by_feed(Feed.QUEUE_TIMES, *said), now=NOON)
    assert [ride.name for ride in rides(sqlite_database)] == ["Alpha"]
    assert queues(sqlite_database) == []
    (finding,) = found(sqlite_database)
    assert (finding.kind, finding.subject, finding.park_id) == ("queue_without_ride", "77", ROME)


def test_of_two_rides_of_one_name_the_one_in_the_same_land_has_the_queue(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    body = {
        "lands": [
            {"name": "East", "rides": [{"id": 1, "name": "Railroad", "is_open": True, "wait_time": 5}]},
            {
                "name": "West",
                "rides": [
                    {"id": 2, "name": "Railroad", "is_open": True, "wait_time": 10},
                    {"id": 3, "name": "Railroad Single Rider", "is_open": True, "wait_time": 1},
                ],
            },
        ]
    }
    said = parse_queue_times(body, "101").rides
    cycle(sqlite_database, by_feed(Feed.QUEUE_TIMES, *said), now=NOON)
    assert queues(sqlite_database) == [(2, int(S), "OPERATING", 1)]


def test_a_queue_that_is_named_twice_is_kept_once_and_found(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    own = (QueueReading(S, wait_minutes=20),)
    said = [reading("Alpha", queues=own), reading("Alpha Single Rider", UP, 5)]
    cycle(sqlite_database, by_feed(Feed.THEMEPARKS_WIKI, *said), now=NOON)
    assert queues(sqlite_database) == [(1, int(S), None, 20)]
    (finding,) = found(sqlite_database)
    assert (finding.kind, finding.subject) == ("queue_named_twice", "ride 1")


def test_a_shop_of_that_name_makes_no_queue_of_a_coaster(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    said = [reading("Pony", kind=RideKind.SHOP), reading("Pony Express", UP, 30)]
    cycle(sqlite_database, by_feed(Feed.THEMEPARKS_WIKI, *said), now=NOON)
    assert [ride.name for ride in rides(sqlite_database)] == ["Pony", "Pony Express"]
    assert queues(sqlite_database) == []


@pytest.mark.both_databases
def test_a_ride_that_proves_to_be_a_queue_leaves_the_statistics_not_the_record(
    database: Database,
) -> None:
    seed_parks(database, ROME)
    entry = reading("VirtualLine: Voltron", UP, 5, id="9")
    cycle(database, by_feed(Feed.THEMEPARKS_WIKI, entry, reading("Alpha")), now=NOON)
    roll_up(database)
    later = NOON + dt.timedelta(minutes=5)
    for number in range(2):
        moment = later + number * dt.timedelta(minutes=5)
        cycle(database, by_feed(Feed.THEMEPARKS_WIKI, entry, reading("Voltron")), now=moment)
    kept = {ride.name: (ride.kind, ride.is_active) for ride in rides(database)}
    assert kept == {
        "VirtualLine: Voltron": ("OTHER", False),
        "Alpha": ("ATTRACTION", True),
        "Voltron": ("ATTRACTION", True),
    }
    assert len([row for row in rows(database, RideStatusSnapshot, "ride_id") if row == (1,)]) == 1
    (finding,) = found(database)
    assert (finding.kind, finding.subject, finding.occurrences) == (
        "ride_is_queue",
        "VirtualLine: Voltron",
        1,
    )
    with database.read() as connection:
        assert not dirty.dirty(connection).is_empty()
    retire_vanished(database, FixedClock(later + dt.timedelta(days=1)))
    assert [ride.is_active for ride in rides(database)] == [False, True, True]


def test_an_id_that_is_given_to_a_ride_later_is_a_ride_again(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    voltron = reading("Voltron", id="1")
    for minutes, said in enumerate(
        (
            [reading("Voltron Express", id="9")],
            [reading("Voltron Express", id="9"), voltron],
            [reading("Monorail", id="9"), voltron],
        )
    ):
        cycle(sqlite_database, by_feed(Feed.QUEUE_TIMES, *said), now=NOON + dt.timedelta(minutes=5 * minutes))
    (ride,) = [ride for ride in rides(sqlite_database) if ride.ride_id == 1]
    assert ride.kind == "ATTRACTION"


# --- ingest, repair, sync ---


@pytest.mark.parametrize("backwards", [False, True])
def test_a_recording_gives_the_rides_and_queues_that_live_cycles_give(
    sqlite_database: Database, tmp_path: Path, backwards: bool
) -> None:
    seed_parks(sqlite_database, ROME)
    row = {"park_id": 101, "is_open": True, "wait_time": 5, "polled_at": NOON}
    later = {**row, "polled_at": NOON + dt.timedelta(minutes=5)}
    said = [
        {**row, "ride_id": 1, "ride_name": "Voltron"},
        {**row, "ride_id": 2, "ride_name": "VirtualLine: Voltron", "is_open": False, "wait_time": 0},
        {**later, "ride_id": 2, "ride_name": "VirtualLine: Voltron", "wait_time": 15},
        {**later, "ride_id": 4, "ride_name": "Python Single Rider"},
    ]
    path = tmp_path / "snapshots.parquet"
    pl.DataFrame(said[::-1] if backwards else said).write_parquet(path)
    result = ingest(
        sqlite_database, path, Feed.QUEUE_TIMES, cadence_seconds=300, clock=FixedClock(NOON), log=LOG
    )
    assert (result.rides_created, result.observations, result.findings) == (1, 1, 1)
    assert [ride.name for ride in rides(sqlite_database)] == ["Voltron"]
    assert queues(sqlite_database) == [(1, int(R), "CLOSED", 0), (1, int(R), "OPERATING", 15)]
    assert [finding.kind for finding in found(sqlite_database)] == ["queue_without_ride"]


def test_a_queue_in_the_history_of_a_day_goes_to_its_ride(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    ids = seed_rides(sqlite_database, ROME, "Alpha", "Bravo", "Charlie")
    frame = pl.concat([a_day(ROME, day, ids) for day in (MONDAY, TUESDAY)])
    away = (to_unix(at(f"2026-06-01 {hour}:00")) for hour in (15, 19))
    observe(sqlite_database, frame.filter(~pl.col("observed_at").is_between(*away)))
    moment = at("2026-06-01 16:00")
    changes = [
        StatusChange(f"{ROME}-Alpha", "Alpha", RideKind.ATTRACTION, moment, UP, 10),
        StatusChange("v", "VirtualLine: Alpha", RideKind.ATTRACTION, moment, DOWN, None),
    ]
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: changes})
    repair_gaps(sqlite_database, {wiki.feed: wiki}, FixedClock(at("2026-06-03 04:00")), LOG)
    assert len(rides(sqlite_database)) == 3
    assert queues(sqlite_database) == [(ids[0], int(R), "DOWN", None)]


# --- two readings of one ride ---


@pytest.mark.both_databases
def test_readings_that_merge_are_found(database: Database) -> None:
    seed_parks(database, ROME)
    said = [reading("Alpha", SHUT, id="7"), reading("Alpha (12)", UP, 25, id=None)]
    cycle(database, by_feed(Feed.THEMEPARKS_WIKI, *said), now=NOON)
    (finding,) = found(database)
    assert (finding.kind, finding.subject) == ("readings_merged", "ride 1")
    assert rows(database, RideStatusSnapshot, "status") == [(int(UP),)]


# --- names without letters ---


@pytest.mark.parametrize("feed", [Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI])
@pytest.mark.parametrize("with_ids", [True, False])
def test_names_without_letters_are_told_apart_letter_by_letter(
    sqlite_database: Database, feed: Feed, with_ids: bool
) -> None:
    seed_parks(sqlite_database, ROME)
    names = ["🎢", "🎡", "???", "!!!", "★★★★★★★★", "★★★★★★★☆", "- -"]
    for number in range(2):
        said = [reading(name, id=name if with_ids else None) for name in names]
        cycle(sqlite_database, by_feed(feed, *said), now=NOON + number * dt.timedelta(minutes=5))
    assert sorted(ride.name for ride in rides(sqlite_database)) == sorted(names)
    assert found(sqlite_database) == []


def test_a_name_without_letters_meets_the_other_feed_letter_for_letter(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    registry = Registry()
    for feed in (Feed.THEMEPARKS_WIKI, Feed.QUEUE_TIMES):
        said = by_feed(feed, reading("???", id=f"{feed}"), reading("...", id=f"{feed}."))
        collector(sqlite_database, said, now=NOON, registry=registry).cycle()
    assert [ride.name for ride in rides(sqlite_database)] == ["???", "..."]


# --- the case from the field ---


@pytest.mark.recordings
def test_virtual_lines_of_the_field_case_are_queues(tmp_path: Path) -> None:
    case = FIELD_CASES / "virtual-line-entries"
    with run(case, tmp_path) as database:
        names = {name for (name,) in rows(database, Ride, "name")}
        assert len(names) == 6
        assert not any("VirtualLine" in name for name in names)
        with database.read() as connection:
            hosts = connection.execute(
                select(Ride.name, QueueData.queue_type)
                .join(QueueData, QueueData.ride_id == Ride.ride_id)
                .distinct()
            ).all()
        told = {f"VirtualLine: {name}" for name, kind in hosts if kind == int(R)}
        assert told == set(right_of(case)["queues_of_rides"])
    body = json.loads((case / "queue_times.json").read_text("utf-8"))
    assert any("VirtualLine" in ride.name for ride in parse_queue_times(body, "51").rides)
