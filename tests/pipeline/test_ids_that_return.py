"""Ids that replace each other, return and stand side by side: each reading goes with the id that said it.

All sequences of answers at once: every ride of a park has its own.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import product
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.readings import QueueReading, RideReading, StatusChange
from hallofshame.domain.words import Feed, QueueType, RideKind
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.deciding import EntryId
from hallofshame.pipeline.event_log import store_events
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.merging import merge
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.seeding import mark_all_days
from hallofshame.pipeline.splitting import split
from hallofshame.store import catalogue, raw
from hallofshame.store.database import Database
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import FolderShelf, Shelf
from hallofshame.store.models import HeardId, QueueData, Ride, RideStatusSnapshot
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import LOG, QUEUE_TIMES_IDS, ROME, WIKI_IDS, at, seed_parks
from pipeline.polls import UP, Polled, PolledQueueTimes, cycle, reading, rows
from pipeline.worlds import assert_same_rows, derived_rows

NOON = at("2026-06-03 10:00")
STEP = dt.timedelta(minutes=5)
QT, WIKI = Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI
WAITS = {"A": 10, "B": 20}

CYCLES = 4

SEQUENCES = [*product(("A", "B", "AB"), repeat=CYCLES), ("A", "", "B", "AB"), ("", "B", "A", "AB")]
"""What an answer names of a ride, answer after answer: one of its ids, the other, both, nothing."""

Parts = dict[str, list[list[tuple[int, int]]]]
"""By name the rides of that name, each as its readings: number of the answer, and wait."""


def name_of(number: int) -> str:
    return f"Ride {number:04}"


def numbered(cycle: int) -> list[tuple[str, str, int]]:
    """Id, name and wait of every entry of the answer number ``cycle``."""
    return [
        (f"{number}{given}", name_of(number), WAITS[given])
        for number, sequence in enumerate(SEQUENCES)
        for given in sequence[cycle]
    ]


def wanted() -> Parts:
    """One ride of a name where its ids never met, else one per id."""
    found = {}
    for number, sequence in enumerate(SEQUENCES):
        said = [(place, WAITS[given]) for place, ids in enumerate(sequence) for given in ids]
        if "AB" in sequence:
            parts = [[one for one in said if one[1] == wait] for wait in WAITS.values()]
        else:
            parts = [said]
        found[name_of(number)] = sorted(parts)
    return found


def assert_each_with_its_id(database: Database, shelf: Shelf | None = None) -> None:
    with database.read() as connection:
        if shelf is None:
            found = raw.read_observations(connection, [ROME], 0, None)
        else:
            found = History(shelf).observations(connection, [ROME], 0, None)
        names = dict(connection.execute(select(Ride.ride_id, Ride.name)).all())
        ids = catalogue.external_ids(connection, QT, "ride")
    of_ride: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for ride_id, observed_at, wait in found.select("ride_id", "observed_at", "wait_minutes").iter_rows():
        of_ride[ride_id].append(((observed_at - int(NOON.timestamp())) // 300, wait))
    parts: Parts = defaultdict(list)
    for ride_id, readings in of_ride.items():
        parts[names[ride_id]].append(sorted(readings))
    assert {name: sorted(rides) for name, rides in parts.items()} == wanted()
    for number, sequence in enumerate(SEQUENCES):
        if "AB" in sequence:
            for given, wait in WAITS.items():
                assert {said for _, said in of_ride[ids[f"{number}{given}"]]} == {wait}


@pytest.mark.slow
@pytest.mark.both_databases
def test_live_cycles_give_each_reading_to_the_ride_whose_id_said_it(database: Database) -> None:
    """And the statistics that they left are those of a rebuild."""
    seed_parks(database, ROME)
    source, cache, clock = PolledQueueTimes(), ObservationCache(), FixedClock(NOON)
    collect = Collector(
        database, {QT: source}, clock, LOG, cadence_seconds=300, cache=cache, registry=Registry()
    )
    rollup = Rollup(database, clock, LOG, cache)
    for place in range(CYCLES):
        said = [reading(name, UP, wait, id=given) for given, name, wait in numbered(place)]
        source.says = {QUEUE_TIMES_IDS[ROME]: said}
        collect.cycle()
        if place == CYCLES - 2:
            rollup.run()
        clock.sleep(STEP.total_seconds())
    collect.close()
    assert_each_with_its_id(database)
    rollup.run()
    live = derived_rows(database)
    with database.write() as connection:
        mark_all_days(connection, [ROME], "test", clock.now())
    Rollup(database, clock, LOG).run()
    assert_same_rows(derived_rows(database), live)


def recorded(path: Path, places: Iterable[int]) -> Path:
    said = [
        {
            "park_id": 101,
            "polled_at": NOON + place * STEP,
            "ride_id": given,
            "ride_name": name,
            "is_open": True,
            "wait_time": wait,
        }
        for place in places
        for given, name, wait in numbered(place)
    ]
    pl.DataFrame(said).write_parquet(path)
    return path


@pytest.mark.parametrize("files", [[[3], [2], [1], [0]], [[1], [0, 3], [2]]])
@pytest.mark.parametrize("into_files", [False, True])
def test_recordings_in_any_order_give_what_live_cycles_give(
    sqlite_database: Database, tmp_path: Path, files: list[list[int]], into_files: bool
) -> None:
    seed_parks(sqlite_database, ROME)
    shelf = FolderShelf(tmp_path / "history") if into_files else None
    clock = FixedClock(NOON + dt.timedelta(days=90 if into_files else 0))
    for number, places in enumerate(files):
        path = recorded(tmp_path / f"{number}.parquet", places)
        ingest(sqlite_database, path, QT, cadence_seconds=300, clock=clock, log=LOG, history=shelf)
    assert_each_with_its_id(sqlite_database, shelf)


def cycles(database: Database, *answers: list[RideReading]) -> None:
    """Answers of ThemeParks.wiki, cycle by cycle, each by a process of its own."""
    for place, said in enumerate(answers):
        cycle(database, Polled(says={WIKI_IDS[ROME]: said}), now=NOON + place * STEP)


def of_id(given: str, name: str = "Alpha") -> RideReading:
    queue = QueueReading(QueueType.SINGLE_RIDER, WAITS[given])
    return reading(name, UP, WAITS[given], id=given, queues=(queue,))


def waits(database: Database, model: type[RideStatusSnapshot | QueueData]) -> set[tuple[int, int]]:
    """Ride and wait of every row."""
    return set(rows(database, model, "ride_id", "wait_minutes"))


def by_id(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return catalogue.external_ids(connection, WIKI, "ride")


def assert_apart(database: Database) -> None:
    ids = by_id(database)
    each = {(ids[given], wait) for given, wait in WAITS.items()}
    assert waits(database, RideStatusSnapshot) == waits(database, QueueData) == each


@pytest.mark.both_databases
def test_an_entry_that_is_split_by_hand_takes_what_it_said_each_time(
    database: Database, tmp_path: Path
) -> None:
    seed_parks(database, ROME)
    cycles(database, *([of_id(given)] for given in "ABABB"))
    history, clock = History(FolderShelf(tmp_path / "history")), FixedClock(NOON + dt.timedelta(hours=1))
    split(database, clock, history, by_id(database)["A"], EntryId(WIKI, "B"), by="test")
    assert len(by_id(database).values()) == len(set(by_id(database).values()))
    assert_apart(database)
    assert rows(database, HeardId) == []


def test_rides_merged_by_hand_that_stand_in_one_answer_get_back_what_each_said(
    sqlite_database: Database, tmp_path: Path
) -> None:
    seed_parks(sqlite_database, ROME)
    names = {"A": "Alpha", "B": "Quite Another"}
    cycles(sqlite_database, *([of_id(given, names[given])] for given in "ABAB"))
    ids = by_id(sqlite_database)
    history, clock = History(FolderShelf(tmp_path / "history")), FixedClock(NOON + dt.timedelta(hours=1))
    merge(sqlite_database, clock, history, ids["B"], ids["A"], by="test")
    late = NOON + 10 * STEP
    for place, given in enumerate("BA"):
        said = [of_id(given, names[given])]
        cycle(sqlite_database, Polled(says={WIKI_IDS[ROME]: said}), now=late + place * STEP)
    assert {ride for ride, _ in waits(sqlite_database, RideStatusSnapshot)} == {ids["A"]}
    both = [of_id(given, names[given]) for given in "AB"]
    cycle(sqlite_database, Polled(says={WIKI_IDS[ROME]: both}), now=late + 2 * STEP)
    assert_apart(sqlite_database)


def test_a_merge_taken_back_gives_each_what_its_ids_said_since(
    sqlite_database: Database, tmp_path: Path
) -> None:
    seed_parks(sqlite_database, ROME)
    names = {"A": "Alpha", "B": "Quite Another"}
    cycles(sqlite_database, *([of_id(given, names[given])] for given in "ABAB"))
    ids = by_id(sqlite_database)
    history, clock = History(FolderShelf(tmp_path / "history")), FixedClock(NOON + dt.timedelta(minutes=20))
    merge(sqlite_database, clock, history, ids["B"], ids["A"], by="test")
    for place, given in enumerate("BABA", start=10):
        said = [of_id(given, names[given])]
        cycle(sqlite_database, Polled(says={WIKI_IDS[ROME]: said}), now=NOON + place * STEP)
    split(sqlite_database, clock, history, ids["A"], ids["B"], by="test")
    assert by_id(sqlite_database) == ids
    assert_apart(sqlite_database)
    assert rows(sqlite_database, HeardId) == []


def test_events_of_the_archive_go_with_the_id_that_they_name(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    registry = Registry()

    def told(day: int, *events: tuple[str, int]) -> None:
        changes = [
            StatusChange(
                given, "Alpha", RideKind.ATTRACTION, NOON.replace(day=day, hour=hour), UP, WAITS[given]
            )
            for given, hour in events
        ]
        with sqlite_database.write() as connection:
            store_events(connection, registry, (ROME, "Europe/Rome"), changes, NOON)

    told(3, ("A", 8), ("A", 9))
    told(6, ("B", 8), ("B", 9))
    told(5, ("A", 8), ("A", 11))
    told(4, ("B", 8), ("B", 11))
    assert len({ride for ride, _ in waits(sqlite_database, RideStatusSnapshot)}) == 1
    told(7, ("A", 8), ("B", 9), ("A", 10), ("B", 11))
    ids = by_id(sqlite_database)
    found = Counter(rows(sqlite_database, RideStatusSnapshot, "ride_id", "wait_minutes"))
    assert found == {(ids[given], wait): 6 for given, wait in WAITS.items()}
