"""A feed that gives a ride another id: the ride keeps its history, and gives it back if that was wrong."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.readings import ListedEntity, StatusChange
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.event_log import company_of
from hallofshame.pipeline.identity import Sighting
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.registry import ManualMapping, Registry
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.seeding import mark_all_days
from hallofshame.pipeline.sync import retire_vanished, sync
from hallofshame.store import catalogue
from hallofshame.store.catalogue import NewExternalId, NewRide
from hallofshame.store.database import Database
from hallofshame.store.models import ParkDailyStats, Ride, RideStatusSnapshot
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import LOG, QUEUE_TIMES_IDS, ROME, WIKI_IDS, FakeFeed, at, found, roll_up, seed_parks
from pipeline.polls import (
    UP,
    Polled,
    PolledQueueTimes,
    cycle,
    marks,
    reading,
    resolve,
    rides,
    rows,
)
from pipeline.worlds import assert_same_rows, derived_rows
from support.field_cases import FIELD_CASES, run

NOON = at("2026-06-03 10:00")
STEP = dt.timedelta(minutes=5)
QT, WIKI = Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI


def said_by(feed: Feed, *said: Any) -> Polled:
    if feed is QT:
        return PolledQueueTimes(says={QUEUE_TIMES_IDS[ROME]: said})
    return Polled(says={WIKI_IDS[ROME]: said})


def story(database: Database, feed: Feed, *answers: list[Any], registry: Registry | None = None) -> None:
    """Answers of Rome, cycle by cycle, each by a process of its own unless ``registry`` is given."""
    for number, said in enumerate(answers):
        options = {"registry": registry} if registry else {}
        cycle(database, said_by(feed, *said), now=NOON + number * STEP, **options)


def ids_of(database: Database, feed: Feed) -> dict[str, int]:
    with database.read() as connection:
        return catalogue.external_ids(connection, feed, "ride")


def counted(database: Database) -> Counter[int]:
    return Counter(ride for (ride,) in rows(database, RideStatusSnapshot, "ride_id"))


def numbered(ids: str, *names: str, wait: int = 5) -> list[Any]:
    return [reading(name, UP, wait, id=given) for given, name in zip(ids, names, strict=True)]


@pytest.mark.parametrize("feed", [QT, WIKI])
@pytest.mark.parametrize("one_process", [True, False])
@pytest.mark.both_databases
def test_a_park_that_renumbers_all_its_rides_keeps_one_history_each(
    database: Database, feed: Feed, one_process: bool
) -> None:
    seed_parks(database, ROME)
    names = ("Alpha", "Bravo", "Charlie")
    registry = Registry() if one_process else None
    before, after = numbered("123", *names), numbered("789", *names)
    story(database, feed, before, before, after, after, registry=registry)
    assert [ride.name for ride in rides(database)] == list(names)
    assert counted(database) == {1: 4, 2: 4, 3: 4}
    assert ids_of(database, feed) == {"1": 1, "2": 2, "3": 3, "7": 1, "8": 2, "9": 3}
    renumbered = found(database, "ride_renumbered")
    assert {finding.subject for finding in renumbered} == {f"{feed.slug} {given}" for given in "789"}
    assert all(finding.occurrences == 1 for finding in renumbered)


def test_a_new_id_is_a_new_ride_while_the_old_one_stands_beside_it(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    story(sqlite_database, QT, numbered("1", "Railroad"), numbered("12", "Railroad", "Railroad"))
    assert len(rides(sqlite_database)) == 2
    assert found(sqlite_database) == []


def test_of_two_stations_the_one_that_is_missing_was_renumbered(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    names = ("Railroad", "Railroad")
    story(sqlite_database, QT, numbered("12", *names), numbered("13", *names))
    assert len(rides(sqlite_database)) == 2
    assert ids_of(sqlite_database, QT)["3"] == ids_of(sqlite_database, QT)["2"]


def test_where_two_stations_are_both_renumbered_nobody_can_tell_which_is_which(
    sqlite_database: Database,
) -> None:
    seed_parks(sqlite_database, ROME)
    names = ("Railroad", "Railroad")
    story(sqlite_database, QT, numbered("12", *names), numbered("89", *names), numbered("89", *names))
    assert len(rides(sqlite_database)) == 4
    assert found(sqlite_database, "ride_renumbered") == []


def test_two_new_ids_under_the_name_of_one_missing_ride_are_new_rides(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    story(sqlite_database, QT, numbered("1", "Railroad"), numbered("89", "Railroad", "Railroad"))
    assert len(rides(sqlite_database)) == 3


def test_a_ride_that_is_renumbered_again_and_again_stays_one(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    story(sqlite_database, QT, *(numbered(given, "Alpha") for given in "1234"))
    assert counted(sqlite_database) == {1: 4}


def test_a_name_of_old_finds_the_renumbered_ride_too(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    answers = (numbered("1", "The Mill"), numbered("1", "Grand Cascade"), numbered("2", "The Mill"))
    story(sqlite_database, WIKI, *answers)
    assert len(rides(sqlite_database)) == 1


def test_a_shop_that_takes_the_name_of_a_missing_ride_is_not_that_ride(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    shop = reading("Alpha", None, id="9", kind=RideKind.SHOP)
    story(sqlite_database, WIKI, numbered("12", "Alpha", "Bravo"), [shop, *numbered("2", "Bravo")])
    assert [(ride.name, ride.kind) for ride in rides(sqlite_database)] == [
        ("Alpha", "ATTRACTION"),
        ("Bravo", "ATTRACTION"),
        ("Alpha", "SHOP"),
    ]


def test_an_inactive_ride_that_returns_under_another_id_is_the_same_ride(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    story(sqlite_database, QT, numbered("12", "Alpha", "Bravo"))
    with sqlite_database.write() as connection:
        catalogue.set_active(connection, [1], active=False)
    cycle(sqlite_database, said_by(QT, *numbered("92", "Alpha", "Bravo")), now=NOON + dt.timedelta(days=40))
    retire_vanished(sqlite_database, FixedClock(NOON + dt.timedelta(days=40, hours=1)))
    assert [(ride.name, ride.is_active) for ride in rides(sqlite_database)] == [
        ("Alpha", True),
        ("Bravo", True),
    ]


# --- undone ---


@pytest.mark.parametrize("feed", [QT, WIKI])
@pytest.mark.parametrize("one_process", [True, False])
def test_a_renumbering_is_undone_when_the_old_id_returns_beside_the_new(
    database: Database, feed: Feed, one_process: bool
) -> None:
    """The observations that the new id gave go with it; the days are counted again."""
    seed_parks(database, ROME)
    registry = Registry() if one_process else None
    alone = (numbered("1", "Alpha", wait=10), numbered("2", "Alpha", wait=20))
    story(database, feed, *alone, registry=registry)
    roll_up(database)
    options = {"registry": registry} if registry else {}
    both = [*numbered("1", "Alpha", wait=10), *numbered("2", "Alpha", wait=20)]
    for number in (2, 3):
        cycle(database, said_by(feed, *both), now=NOON + number * STEP, **options)
    assert ids_of(database, feed) == {"1": 1, "2": 2}
    waits = Counter(rows(database, RideStatusSnapshot, "ride_id", "wait_minutes"))
    assert waits == {(1, 10): 3, (2, 20): 3}
    (finding,) = found(database, "renumbering_undone")
    assert (finding.subject, finding.occurrences) == (f"{feed.slug} 2", 1)
    assert "with the 1 observation since 2026-06-03T10:05:00Z" in finding.detail
    assert (ROME, "06-03") in marks(database)


def test_ids_that_the_mapping_joins_on_purpose_stay_one_ride(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    registry = Registry([ManualMapping("park-1", QT, "2", "Alpha")])
    (first,) = resolve(sqlite_database, Sighting("1", "Alpha"), registry=registry, seen_at=NOON)
    for minutes in (5, 10):
        both = resolve(
            sqlite_database,
            Sighting("1", "Alpha"),
            Sighting("2", "Quite another"),
            registry=registry,
            seen_at=NOON + dt.timedelta(minutes=minutes),
        )
        assert both == [first, first]
    assert found(sqlite_database, "renumbering_undone") == []


# --- other doors ---


def recorded(path: Path, *answers: list[tuple[int, str]]) -> Path:
    said = [
        {
            "park_id": 101,
            "polled_at": NOON + number * STEP,
            "ride_id": given,
            "ride_name": name,
            "is_open": True,
            "wait_time": 5,
        }
        for number, answer in enumerate(answers)
        for given, name in answer
    ]
    path.parent.mkdir(exist_ok=True)
    pl.DataFrame(said).write_parquet(path)
    return path


def take(database: Database, path: Path) -> None:
    ingest(database, path, QT, cadence_seconds=300, clock=FixedClock(NOON), log=LOG)


def test_a_recording_gives_the_rides_that_live_cycles_give(sqlite_database: Database, tmp_path: Path) -> None:
    """Renumbered and never undone; renumbered and undone; two stations: all in one recording."""
    seed_parks(sqlite_database, ROME)
    first = [(1, "Alpha"), (3, "Bravo"), (5, "Railroad"), (6, "Railroad")]
    second = [(2, "Alpha"), (4, "Bravo"), (5, "Railroad"), (6, "Railroad")]
    third = [(2, "Alpha"), (3, "Bravo"), (4, "Bravo"), (5, "Railroad"), (6, "Railroad")]
    take(sqlite_database, recorded(tmp_path / "snapshots.parquet", first, second, third))
    by_id = ids_of(sqlite_database, QT)
    assert by_id["1"] == by_id["2"]
    assert len({by_id[given] for given in "3456"}) == 4
    assert sorted(counted(sqlite_database).values()) == [2, 2, 3, 3, 3]
    assert [finding.subject for finding in found(sqlite_database, "ride_renumbered")] == ["queue_times 2"]


def test_a_renumbering_of_a_recording_is_undone_by_a_later_one(
    sqlite_database: Database, tmp_path: Path
) -> None:
    seed_parks(sqlite_database, ROME)
    take(sqlite_database, recorded(tmp_path / "a.parquet", [(1, "Alpha")], [(2, "Alpha")], [(2, "Alpha")]))
    assert counted(sqlite_database) == {1: 3}
    both = [(1, "Alpha"), (2, "Alpha")]
    take(sqlite_database, recorded(tmp_path / "b.parquet", [], [], [], both))
    assert counted(sqlite_database) == {1: 2, 2: 3}


def test_a_ride_that_is_renumbered_in_the_middle_of_a_day_is_not_beside_itself() -> None:
    def change(given: str, hour: int) -> StatusChange:
        return StatusChange(given, "Alpha", RideKind.ATTRACTION, NOON.replace(hour=hour), UP, 5)

    apart = company_of([change("1", 8), change("1", 10), change("2", 11), change("2", 18)])
    beside = company_of([change("1", 8), change("1", 12), change("2", 11), change("2", 18)])
    assert not apart.external_id(Sighting("2", "Alpha"), "1")
    assert beside.external_id(Sighting("2", "Alpha"), "1")


def test_an_entity_that_is_listed_under_another_id_is_linked_to_its_ride(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    story(sqlite_database, WIKI, numbered("1", "Alpha"))
    listed = [ListedEntity("2", "Alpha", RideKind.ATTRACTION)]
    wiki = FakeFeed(entities={WIKI_IDS[ROME]: listed})
    sync(sqlite_database, {WIKI: wiki}, FixedClock(NOON), LOG)
    assert ids_of(sqlite_database, WIKI) == {"1": 1, "2": 1}


# --- records of before ---


def test_all_old_halves_of_a_ride_that_was_renumbered_again_and_again_are_retired(
    sqlite_database: Database,
) -> None:
    seed_parks(sqlite_database, ROME)
    names = ("Alpha", "Bravo", "Charlie", "Delta")
    with sqlite_database.write() as connection:
        for days in (90, 70, 50):
            moment = NOON - dt.timedelta(days=days)
            made = catalogue.create_rides(
                connection, [NewRide(ROME, name, "ATTRACTION", None, moment) for name in names]
            )
            known = [NewExternalId(QT, "ride", f"{days}-{ride}", ride) for ride in made]
            catalogue.add_external_ids(connection, known, moment)
        catalogue.touch_rides(connection, made, NOON)
    said = [reading(name, UP, 5, id=f"50-{ride}") for name, ride in zip(names, made, strict=True)]
    cycle(sqlite_database, said_by(QT, *said), now=NOON)
    result = retire_vanished(sqlite_database, FixedClock(NOON))
    assert (result.retired, result.vanished_parks) == ([1, 5, 2, 6, 3, 7, 4, 8], [])
    assert all("goes on as ride" in one.detail for one in found(sqlite_database, "old_half_retired"))


def test_the_old_half_of_a_park_that_was_split_in_two_is_retired(sqlite_database: Database) -> None:
    """Before renumbered rides were recognised, each had two rows, and the old ones were never retired."""
    seed_parks(sqlite_database, ROME)
    names = ("Alpha", "Bravo", "Charlie", "Delta")
    long_ago = NOON - dt.timedelta(days=60)
    with sqlite_database.write() as connection:
        for ids, moment in (("1234", long_ago), ("5678", NOON - dt.timedelta(days=50))):
            new = [NewRide(ROME, name, "ATTRACTION", None, moment) for name in names]
            made = catalogue.create_rides(connection, new)
            known = [NewExternalId(QT, "ride", given, ride) for given, ride in zip(ids, made, strict=True)]
            catalogue.add_external_ids(connection, known, moment)
        catalogue.touch_rides(connection, made, NOON)
    cycle(sqlite_database, said_by(QT, *numbered("5678", *names)), now=NOON)
    result = retire_vanished(sqlite_database, FixedClock(NOON))
    assert (result.retired, result.vanished_parks) == ([1, 2, 3, 4], [])
    assert [ride.is_active for ride in rides(sqlite_database)] == [False] * 4 + [True] * 4
    assert {finding.subject for finding in found(sqlite_database, "old_half_retired")} == {
        f"ride {number}" for number in (1, 2, 3, 4)
    }
    assert retire_vanished(sqlite_database, FixedClock(NOON + dt.timedelta(hours=1))).returned == []


# --- the case from the field ---


@pytest.mark.recordings
@pytest.mark.parametrize("files", [["before.parquet", "after.parquet"], ["after.parquet", "before.parquet"]])
def test_the_renumbered_park_of_the_field_case_has_one_history_per_ride(
    tmp_path: Path, files: list[str]
) -> None:
    with run(FIELD_CASES / "every-id-renumbered", tmp_path, files) as database:
        assert len(rows(database, Ride)) == 8
        assert len(found(database, "ride_renumbered")) == 8
        days = rows(database, ParkDailyStats, "day", "eligible", "observed", "open")
        complete = [(eligible, observed == opened) for _, eligible, observed, opened in days if opened]
        assert complete == [(8, True)] * 24


def test_after_an_undone_renumbering_the_live_statistics_are_those_of_a_rebuild(
    sqlite_database: Database,
) -> None:
    """Although the live process keeps the latest observations in memory."""
    seed_parks(sqlite_database, ROME)
    cache, clock = ObservationCache(), FixedClock(NOON)
    feed = said_by(WIKI)
    collect = Collector(
        sqlite_database, {WIKI: feed}, clock, LOG, cadence_seconds=300, cache=cache, registry=Registry()
    )
    rollup = Rollup(sqlite_database, clock, LOG, cache)
    others = numbered("789", "Xi", "Yps", "Zet")
    first, second = numbered("1", "Alpha", wait=10), numbered("2", "Alpha", wait=20)
    for said in (first, first, second, second, [*first, *second], second, first):
        feed.says = {WIKI_IDS[ROME]: [*said, *others]}
        clock.sleep(300)
        collect.cycle()
        rollup.run()
    collect.close()
    live = derived_rows(sqlite_database)
    with sqlite_database.write() as connection:
        mark_all_days(connection, [ROME], "test", clock.now())
    Rollup(sqlite_database, clock, LOG).run()
    assert_same_rows(derived_rows(sqlite_database), live)
    assert counted(sqlite_database)[1] == 4
