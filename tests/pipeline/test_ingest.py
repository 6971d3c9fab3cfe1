"""A recording becomes part of the record as if it had been collected live, once, and whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError, RecordingError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.words import BreakdownSignal, Feed, QueueType
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.ingest import IngestResult, ingest
from hallofshame.pipeline.registry import ManualMapping, Registry
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.shipped import PARK_COLUMNS, load_parks
from hallofshame.pipeline.sync import seed_catalogue
from hallofshame.store import catalogue
from hallofshame.store.database import Database
from hallofshame.store.models import (
    QueueData,
    Ride,
    RideCurrent,
    RideStatusSnapshot,
)
from pipeline.fakes import LOG, QUEUE_TIMES_IDS, ROME, at, found, seed_parks
from pipeline.polls import DOWN, SHUT, UP, PolledQueueTimes, reading, rows
from pipeline.worlds import assert_same_rows, derived_rows

CLOCK = FixedClock(at("2026-09-01 00:00"))
NOON = at("2026-06-01 10:00")

QUEUE_TIMES: dict[str, Any] = {
    "park_id": 101,
    "park_name": "Park 1",
    "polled_at": NOON,
    "ride_id": 1,
    "ride_name": "Alpha",
    "is_open": True,
    "wait_time": 10,
    "last_updated": NOON,
}
WIKI: dict[str, Any] = {
    "park_name": "Park 1",
    "polled_at": NOON,
    "entity_id": "a",
    "name": "Alpha",
    "status": "OPERATING",
    "standby_wait": 10,
}


def recording(folder: Path, base: dict[str, Any], *changes: dict[str, Any], name: str = "") -> Path:
    """A parquet file with one row per change to ``base``."""
    default = "snapshots.parquet" if base is QUEUE_TIMES else "live_rows.parquet"
    path = folder / (name or default)
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame([{**base, **change} for change in changes], infer_schema_length=None).write_parquet(path)
    return path


def take(database: Database, path: Path, feed: Feed = Feed.QUEUE_TIMES, **options: Any) -> IngestResult:
    options.setdefault("cadence_seconds", 300)
    return ingest(database, path, feed, clock=CLOCK, log=LOG, **options)


def later(minutes: int) -> dt.datetime:
    return NOON + dt.timedelta(minutes=minutes)


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(RideStatusSnapshot)) or 0)


def names(database: Database) -> dict[str, str]:
    """Parks by slug."""
    with database.read() as connection:
        return {park.slug: park.name for park in catalogue.park_table(connection)}


# --- what is written ---


def lands(database: Database) -> dict[str, str | None]:
    with database.read() as connection:
        return {ride.name: ride.land for ride in catalogue.rides(connection)}


@pytest.mark.both_databases
def test_rides_stand_in_the_land_that_they_were_seen_in_last(database: Database, tmp_path: Path) -> None:
    seed_parks(database)
    alpha = [{"land": "Harbour"}, {"land": "", "polled_at": later(5)}, {"ride_id": 2, "ride_name": "Beta"}]
    take(database, recording(tmp_path / "first", QUEUE_TIMES, *alpha))
    assert lands(database) == {"Alpha": "Harbour", "Beta": None}
    later_on = {"land": "Mountains", "polled_at": later(60)}
    take(database, recording(tmp_path / "second", QUEUE_TIMES, later_on, later_on | alpha[2]))
    assert lands(database) == {"Alpha": "Mountains", "Beta": "Mountains"}
    take(database, recording(tmp_path / "past", QUEUE_TIMES, {"land": "Moor", "polled_at": later(-60)}))
    take(database, recording(tmp_path / "wiki", WIKI, {"polled_at": later(90)}), Feed.THEMEPARKS_WIKI)
    assert lands(database) == {"Alpha": "Mountains", "Beta": "Mountains"}


def test_a_ride_seen_later_by_a_feed_without_lands_still_gets_its_land(
    database: Database, tmp_path: Path
) -> None:
    seed_parks(database)
    take(database, recording(tmp_path / "wiki", WIKI, {"polled_at": later(90)}), Feed.THEMEPARKS_WIKI)
    take(database, recording(tmp_path / "earlier", QUEUE_TIMES, {"land": "Harbour"}))
    assert lands(database) == {"Alpha": "Harbour"}


def test_a_queue_times_recording_is_written(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    path = recording(
        tmp_path,
        QUEUE_TIMES,
        {},
        {"ride_id": 2, "ride_name": "Bravo", "is_open": False, "wait_time": 0},
        {"ride_id": 3, "ride_name": "Alpha Single Rider", "wait_time": 5},
        {"polled_at": later(5), "wait_time": 15, "last_updated": NOON - dt.timedelta(days=2)},
    )
    result = take(database, path)
    assert (result.observations, result.new_observations, result.rides_created) == (3, 3, 2)
    kept = rows(database, RideStatusSnapshot, "status", "wait_minutes", "feed", "stale", "cadence_seconds")
    feed = int(Feed.QUEUE_TIMES)
    assert [*sorted(kept[:2]), *kept[2:]] == [
        (int(UP), 10, feed, 0, 300),
        (int(SHUT), 0, feed, 0, 300),
        (int(UP), 15, feed, 1, 300),
    ]
    assert rows(database, QueueData, "queue_type", "wait_minutes") == [(int(QueueType.SINGLE_RIDER), 5)]
    assert set(rows(database, Ride, "name")) == {("Alpha",), ("Bravo",)}


def test_the_manual_mapping_holds_for_recordings_too(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    take(database, recording(tmp_path, QUEUE_TIMES, {}))
    mapping = [ManualMapping("park-1", Feed.QUEUE_TIMES, "Quite another name", "Alpha")]
    again = recording(tmp_path / "b", QUEUE_TIMES, {"ride_id": 9, "ride_name": "Quite another name"})
    result = take(database, again, registry=Registry(mapping))
    assert result.rides_created == 0
    assert rows(database, Ride, "name") == [("Alpha",)]


def test_a_themeparks_wiki_recording_is_written(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    path = recording(
        tmp_path,
        WIKI,
        {"single_rider_wait": 5},
        {"entity_id": "b", "name": "Bravo", "status": "DOWN", "standby_wait": None},
        {"entity_id": "c", "name": "Charlie", "status": "MAYBE", "standby_wait": None},
    )
    result = take(database, path, Feed.THEMEPARKS_WIKI)
    assert (result.observations, result.findings) == (3, 1)
    assert rows(database, RideStatusSnapshot, "status", "wait_minutes") == [
        (int(UP), 10),
        (int(DOWN), None),
        (None, None),
    ]
    assert rows(database, QueueData, "queue_type", "wait_minutes") == [(int(QueueType.SINGLE_RIDER), 5)]
    assert [finding.kind for finding in found(database)] == ["unknown_status"]


@pytest.mark.slow
def test_a_recording_gives_the_rows_that_live_cycles_gave(
    database: Database, fresh: Any, tmp_path: Path
) -> None:
    """Two hours at 5 minutes, then the same answers as a recording into another database."""
    seed_parks(database, ROME)
    feed, clock = PolledQueueTimes(), FixedClock(NOON)
    collector = Collector(database, {feed.feed: feed}, clock, LOG, cadence_seconds=300, workers=1)
    changes = []
    for step in range(24):
        waits = {"Alpha": 5 * (step % 7), "Bravo": 10 if step % 9 < 6 else 0, "Charlie": 5, "Delta": step}
        feed.says = {
            QUEUE_TIMES_IDS[ROME]: [
                reading(name, UP if wait else SHUT, wait, id=str(place))
                for place, (name, wait) in enumerate(waits.items())
            ]
        }
        for place, (name, wait) in enumerate(waits.items()):
            row = {"ride_id": place, "ride_name": name, "is_open": wait > 0, "wait_time": wait}
            changes.append({**row, "polled_at": clock.now(), "last_updated": None})
        collector.cycle()
        if step % 8 == 7:
            Rollup(database, clock, LOG).run()
        clock.sleep(300)
    other = fresh()
    seed_parks(other, ROME)
    take(other, recording(tmp_path, QUEUE_TIMES, *changes))
    Rollup(other, CLOCK, LOG).run()
    assert_same_rows(derived_rows(other), derived_rows(database))


@pytest.mark.both_databases
def test_ingesting_twice_changes_nothing(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    path = recording(tmp_path, QUEUE_TIMES, {}, {"polled_at": later(5), "wait_time": 15})
    take(database, path)
    Rollup(database, CLOCK, LOG).run()
    before = {model: rows(database, model) for model in (RideStatusSnapshot, Ride, RideCurrent)}
    again = take(database, path)
    assert (again.observations, again.new_observations, again.rides_created, again.parks_created) == (
        2,
        0,
        0,
        0,
    )
    assert {model: rows(database, model) for model in before} == before
    assert Rollup(database, CLOCK, LOG).run().park_days == 0


@pytest.mark.both_databases
def test_a_longer_recording_adds_what_is_new(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    take(database, recording(tmp_path / "one", QUEUE_TIMES, {}))
    result = take(database, recording(tmp_path / "two", QUEUE_TIMES, {}, {"polled_at": later(5)}))
    assert (result.observations, result.new_observations) == (2, 1)


def test_rides_carry_when_they_were_first_and_last_seen(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    bravo = {"ride_id": 2, "ride_name": "Bravo", "polled_at": later(5)}
    path = recording(tmp_path, QUEUE_TIMES, {}, bravo, {"polled_at": later(10)})
    take(database, path)
    start = to_unix(NOON)
    assert set(rows(database, Ride, "name", "first_seen_at", "last_seen_at")) == {
        ("Alpha", start, start + 600),
        ("Bravo", start + 300, start + 300),
    }


def test_a_present_status_began_with_its_first_reading(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    shut = [{"polled_at": later(minutes), "is_open": False, "wait_time": 0} for minutes in (5, 10, 15)]
    take(database, recording(tmp_path, QUEUE_TIMES, {}, *shut))
    start = to_unix(NOON)
    assert rows(database, RideCurrent, "observed_at", "since") == [(start + 900, start + 300)]


@pytest.mark.both_databases
def test_readings_with_and_without_ids_are_one_ride(database: Database, tmp_path: Path) -> None:
    """As in the recording of Disneyland Paris: for weeks without ids, then with."""
    seed_parks(database, ROME)
    path = recording(
        tmp_path,
        QUEUE_TIMES,
        {"ride_id": None},
        {"ride_id": None, "polled_at": later(5), "ride_name": "Alpha (12)"},
        {"polled_at": later(10)},
        {"polled_at": later(15), "ride_id": 7, "ride_name": "Bravo"},
    )
    assert take(database, path).rides_created == 2
    first, *same, other = (ride for (ride,) in rows(database, RideStatusSnapshot, "ride_id"))
    assert same == [first, first]
    assert other != first


def test_one_ride_twice_in_one_poll_is_one_observation(database: Database, tmp_path: Path) -> None:
    """With its id closed and without it open: the one that says most is kept."""
    seed_parks(database, ROME)
    path = recording(
        tmp_path, QUEUE_TIMES, {"is_open": False, "wait_time": 0}, {"ride_id": None, "wait_time": 25}
    )
    assert take(database, path).rides_created == 1
    assert rows(database, RideStatusSnapshot, "status", "wait_minutes") == [(int(UP), 25)]


def test_a_ride_renamed_in_a_recording_is_shown_under_its_last_name(
    database: Database, tmp_path: Path
) -> None:
    seed_parks(database, ROME)
    with database.write() as connection:
        catalogue.upsert_parks(connection, [{"slug": "park-1", "primary_feed": int(Feed.QUEUE_TIMES)}])
    overlay = {"ride_name": "Mansion Holiday", "polled_at": later(5)}
    names = [{"ride_name": "Mansion"}, overlay, {"ride_name": "Mansion", "polled_at": later(10)}]
    take(database, recording(tmp_path / "1", QUEUE_TIMES, *names[:2]))
    assert rows(database, Ride, "name") == [("Mansion Holiday",)]
    take(database, recording(tmp_path / "2", QUEUE_TIMES, *names))
    assert rows(database, Ride, "name") == [("Mansion",)]
    take(database, recording(tmp_path / "3", QUEUE_TIMES, overlay))
    assert rows(database, Ride, "name") == [("Mansion",)]


# --- which park ---


def test_a_park_is_found_by_the_feeds_id_whatever_its_name(database: Database, tmp_path: Path) -> None:
    seed_parks(database, ROME)
    result = take(database, recording(tmp_path, QUEUE_TIMES, {"park_name": "Another name"}))
    assert (result.parks, result.parks_created) == (1, 0)
    assert names(database) == {"park-1": "Park 1"}


@pytest.mark.parametrize("name", ["Magic Kingdom", "MAGIC KINGDOM®", "Magic Kingdom Park"])
def test_a_park_is_found_by_its_name_or_an_alias(
    sqlite_database: Database, tmp_path: Path, name: str
) -> None:
    seed_catalogue(sqlite_database, CLOCK, only=("magic-kingdom", "epcot"))
    result = take(sqlite_database, recording(tmp_path, WIKI, {"park_name": name}), Feed.THEMEPARKS_WIKI)
    assert result.parks_created == 0
    assert set(names(sqlite_database)) == {"magic-kingdom", "epcot"}


@pytest.mark.parametrize("hint", ["Magic Kingdom", "magic-kingdom", None])
def test_a_recording_that_names_no_park_takes_it_from_the_caller_or_its_folder(
    sqlite_database: Database, tmp_path: Path, hint: str | None
) -> None:
    seed_catalogue(sqlite_database, CLOCK, only=("magic-kingdom",))
    folder = tmp_path / ("some_rows" if hint else "qt_magic_kingdom_2h")
    path = recording(folder, WIKI, {"park_name": None})
    assert take(sqlite_database, path, Feed.THEMEPARKS_WIKI, park=hint).parks_created == 0


def test_without_any_name_the_caller_is_asked(sqlite_database: Database, tmp_path: Path) -> None:
    path = recording(tmp_path / "rows", WIKI, {"park_name": None})
    with pytest.raises(InputError, match="--park NAME"):
        take(sqlite_database, path, Feed.THEMEPARKS_WIKI)


def test_a_folder_stands_for_the_file_in_it(sqlite_database: Database, tmp_path: Path) -> None:
    seed_parks(sqlite_database, ROME)
    recording(tmp_path, QUEUE_TIMES, {})
    assert take(sqlite_database, tmp_path).observations == 1


def test_an_unknown_park_is_made_with_utc_days_and_a_finding_that_says_so(
    database: Database, tmp_path: Path
) -> None:
    path = recording(tmp_path, QUEUE_TIMES, {"park_name": "Nowhere Land"})
    assert take(database, path).parks_created == 1
    with database.read() as connection:
        (park,) = catalogue.park_table(connection)
        assert catalogue.external_ids(connection, Feed.QUEUE_TIMES, "park") == {"101": park.park_id}
    assert (park.slug, park.name, park.timezone) == ("nowhere-land", "Nowhere Land", "UTC")
    assert park.breakdown_signal == BreakdownSignal.CLOSED
    (finding,) = found(database, "timezone_assumed")
    assert (finding.park_id, finding.subject) == (park.park_id, "Nowhere Land")
    assert take(database, path).parks_created == 0


@pytest.mark.parametrize(
    "named",
    [
        {"park_name": "Any name", "park_id": 5},
        {"park_name": "EPCOT", "park_id": 9005},
        {"park_name": "Epcot", "park_id": None},
    ],
)
def test_a_park_of_the_catalogue_that_is_not_seeded_gets_its_number_and_zone(
    database: Database, tmp_path: Path, named: dict[str, object]
) -> None:
    epcot = next(row for row in load_parks() if row.slug == "epcot")
    assert take(database, recording(tmp_path, QUEUE_TIMES, named)).parks_created == 1
    with database.read() as connection:
        (park,) = catalogue.park_table(connection)
        ids = catalogue.external_ids(connection, Feed.QUEUE_TIMES, "park")
    assert (park.park_id, park.slug, park.timezone) == (epcot.park_id, "epcot", "America/New_York")
    assert ids == {"5": epcot.park_id} | ({"9005": epcot.park_id} if named["park_id"] == 9005 else {})
    assert found(database, "timezone_assumed") == []
    assert take(database, recording(tmp_path, QUEUE_TIMES, named)).parks_created == 0


def test_a_park_of_the_installations_own_catalogue_gets_its_number_and_zone(
    sqlite_database: Database, tmp_path: Path
) -> None:
    own = tmp_path / "parks.csv"
    own.write_text(
        ",".join(PARK_COLUMNS)
        + "\n9001,lakeside,Lakeside Park,Own,Japan,Asia,Asia/Tokyo,,,777,,queue_times,closed,0,The Lakeside\n"
    )
    path = recording(tmp_path / "rows", QUEUE_TIMES, {"park_name": "the lakeside", "park_id": None})
    take(sqlite_database, path, catalogue_file=own)
    with sqlite_database.read() as connection:
        parks = [(park.park_id, park.timezone) for park in catalogue.park_table(connection)]
    assert parks == [(9001, "Asia/Tokyo")]


def test_an_unknown_park_takes_the_time_zone_it_is_given(sqlite_database: Database, tmp_path: Path) -> None:
    path = recording(tmp_path, QUEUE_TIMES, {"park_name": "Nowhere Land"})
    take(sqlite_database, path, timezone="Asia/Tokyo")
    with sqlite_database.read() as connection:
        assert [park.timezone for park in catalogue.park_table(connection)] == ["Asia/Tokyo"]
    assert found(sqlite_database) == []


def test_a_park_made_first_is_not_taken_for_the_catalogues_park_of_that_number(
    sqlite_database: Database, tmp_path: Path
) -> None:
    """It has the number 1, as has another park in the catalogue, which is not seeded yet."""
    take(sqlite_database, recording(tmp_path / "a", QUEUE_TIMES, {"park_name": "Nowhere Land"}))
    first = next(park for park in load_parks() if park.park_id == 1)
    named = {"park_name": first.name, "park_id": 9999}
    assert take(sqlite_database, recording(tmp_path / "b", QUEUE_TIMES, named)).parks_created == 1
    assert len(names(sqlite_database)) == 2


def test_each_park_of_a_recording_is_reported(sqlite_database: Database, tmp_path: Path) -> None:
    seed_parks(sqlite_database, ROME)
    told: list[tuple[int, int]] = []
    path = recording(tmp_path, QUEUE_TIMES, {}, {"park_id": 9005, "park_name": "Nowhere Land"})
    result = take(sqlite_database, path, progress=lambda done, of: told.append((done, of)))
    assert (result.parks, result.parks_created, told) == (2, 1, [(1, 2), (2, 2)])


# --- what is refused ---


@pytest.mark.parametrize("column", ["polled_at", "ride_name", "is_open", "wait_time"])
def test_a_missing_column_is_named_and_nothing_is_written(
    database: Database, tmp_path: Path, column: str
) -> None:
    path = recording(tmp_path, QUEUE_TIMES, {})
    pl.read_parquet(path).drop(column).write_parquet(path)
    with pytest.raises(RecordingError, match=column):
        take(database, path)
    assert (count(database), names(database)) == (0, {})


def test_a_file_that_is_no_parquet_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "snapshots.parquet"
    path.write_text(json.dumps(["no", "parquet"]))
    with pytest.raises(RecordingError, match="cannot be read as parquet"):
        take(sqlite_database, path)


def test_a_file_that_is_not_there_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="no recording at"):
        take(sqlite_database, tmp_path / "nothing")


@pytest.mark.parametrize("cadence", [0, -300, 86_401])
def test_a_cadence_out_of_range_is_refused(sqlite_database: Database, tmp_path: Path, cadence: int) -> None:
    path = recording(tmp_path, QUEUE_TIMES, {})
    with pytest.raises(InputError, match="1 s to 24 h") as refused:
        take(sqlite_database, path, cadence_seconds=cadence)
    assert refused.value.parameter == "cadence"
    assert (count(sqlite_database), names(sqlite_database)) == (0, {})


@pytest.mark.parametrize("cadence", [1, 86_400])
def test_a_cadence_at_the_edge_is_taken(sqlite_database: Database, tmp_path: Path, cadence: int) -> None:
    seed_parks(sqlite_database, ROME)
    assert (
        take(sqlite_database, recording(tmp_path, QUEUE_TIMES, {}), cadence_seconds=cadence).observations == 1
    )


def test_an_unknown_time_zone_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    path = recording(tmp_path, QUEUE_TIMES, {})
    with pytest.raises(InputError, match="Mars/Olympus"):
        take(sqlite_database, path, timezone="Mars/Olympus")
    assert names(sqlite_database) == {}
