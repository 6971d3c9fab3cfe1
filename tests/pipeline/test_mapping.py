"""Two rides that are one, and one that is two: everything follows, nothing is lost, all can be taken back."""

from __future__ import annotations

import datetime as dt
import shutil
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.localtime import day_bounds, to_unix
from hallofshame.domain.words import Feed
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.deciding import Changed, EntryId
from hallofshame.pipeline.identity import Sighting
from hallofshame.pipeline.merging import merge, sweep
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.sealing import seal
from hallofshame.pipeline.splitting import split
from hallofshame.pipeline.sync import retire_vanished
from hallofshame.store import catalogue, decisions, dirty, raw
from hallofshame.store.catalogue import NewExternalId, NewRide
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import QueueData, Ride, RideHours, RideStatusSnapshot
from hallofshame.store.observations import ObservationCache
from hallofshame.store.reports.catalogue import load_catalogue
from pipeline.fakes import (
    LOG,
    MONDAY,
    NEW_YORK,
    ROME,
    TUESDAY,
    WEDNESDAY,
    a_day,
    observe,
    seed_parks,
    seed_rides,
)
from pipeline.polls import resolve, rows
from pipeline.worlds import assert_same_rows, derived_rows
from support.interruptions import Killed, killed_before

QT, WIKI = Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI
NOW = FixedClock(dt.datetime(2026, 6, 10, tzinfo=dt.UTC))
DAYS = (MONDAY, TUESDAY, WEDNESDAY)
BROKEN = {1: (720, 780)}


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(FolderShelf(tmp_path / "history"))


def roll_up(database: Database, history: History) -> None:
    Rollup(database, NOW, LOG, ObservationCache(history)).run()


def the_record(rides: list[int], *days: dt.date) -> pl.DataFrame:
    """Days of the park in Rome on which the second ride is down for an hour."""
    return pl.concat([a_day(ROME, day, rides, down={rides[1]: (720, 780)}) for day in days])


def with_queues(database: Database, frame: pl.DataFrame, ride: int) -> None:
    queues = frame.filter((pl.col("ride_id") == ride) & (pl.col("wait_minutes") > 0)).select(
        "park_id", "observed_at", "ride_id", queue_type=pl.lit(1), wait_minutes=pl.lit(5)
    )
    with database.write() as connection:
        raw.insert_queues(connection, queues)


def renumbered(database: Database, history: History) -> tuple[int, int]:
    """Bravo until Tuesday, and from Wednesday on another ride that is Bravo under a new id."""
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, "Alpha", "Bravo", "Charlie", "Delta")
    (new,) = seed_rides(database, ROME, "Bravo Express", seen_at=day_bounds(WEDNESDAY, "Europe/Rome")[0])
    before, after = the_record(rides, MONDAY, TUESDAY), the_record([rides[0], new, *rides[2:]], WEDNESDAY)
    observe(database, before, after)
    with_queues(database, before, rides[1])
    with_queues(database, after, new)
    roll_up(database, history)
    return rides[1], new


def whole(database: Database, history: History) -> dict[str, pl.DataFrame]:
    """The derived rows of a world whose Bravo was one ride all along."""
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, "Alpha", "Bravo", "Charlie", "Delta")
    observe(database, the_record(rides, *DAYS))
    roll_up(database, history)
    return derived_rows(database)


def raw_rows(database: Database, history: History) -> dict[str, pl.DataFrame]:
    """Everything that the record says, from files and SQL."""
    with database.read() as connection:
        return {
            name: history.rows(connection, DATASETS[name], [ROME], 0, None)
            for name in ("snapshots", "queues")
        }


def merged(database: Database, history: History, ride: int, into: int) -> Changed:
    return merge(database, NOW, history, ride, into, by="test")


@pytest.fixture
def one_ride(tmp_path: Path, _migrated_sqlite: Path) -> dict[str, pl.DataFrame]:
    """The derived rows to be had, from a database of their own."""
    file = tmp_path / "whole.db"
    shutil.copy(_migrated_sqlite, file)
    database = Database(f"sqlite:///{file}")
    found = whole(database, History(FolderShelf(tmp_path / "whole")))
    database.dispose()
    return found


def sealed(database: Database, history: History) -> None:
    seal(database, NOW, LOG, history.shelf)


@pytest.mark.slow
@pytest.mark.parametrize("is_sealed", [False, True])
def test_two_halves_that_are_merged_are_one_ride_recorded_whole(
    database: Database, history: History, one_ride: dict[str, pl.DataFrame], is_sealed: bool
) -> None:
    old, new = renumbered(database, history)
    if is_sealed:
        sealed(database, history)
        with database.write() as connection:
            connection.execute(RideStatusSnapshot.__table__.delete())
            connection.execute(QueueData.__table__.delete())
    changed = merged(database, history, new, old)
    assert changed.decision_id is not None
    roll_up(database, history)
    assert_same_rows(derived_rows(database), one_ride)
    record = raw_rows(database, history)
    assert {ride for frame in record.values() for ride in frame["ride_id"].unique()} == {1, 2, 3, 4}
    if is_sealed:
        sealed(database, history)
        for name, frame in raw_rows(database, history).items():
            assert frame.equals(record[name])


def test_queues_that_sql_keeps_longer_than_readings_follow_a_merge_and_come_back(
    sqlite_database: Database, history: History
) -> None:
    old, new = renumbered(sqlite_database, history)
    sealed(sqlite_database, history)
    waited = pl.DataFrame(
        {
            "park_id": ROME,
            "observed_at": [day_bounds(WEDNESDAY, "Europe/Rome")[0] + 43_201],
            "ride_id": new,
            "queue_type": 6,
            "wait_minutes": 17,
        }
    )
    with sqlite_database.write() as connection:
        connection.execute(RideStatusSnapshot.__table__.delete())
        raw.insert_queues(connection, waited)

    def by_ride() -> dict[int, int]:
        with sqlite_database.read() as connection:
            query = select(QueueData.ride_id, func.count()).group_by(QueueData.ride_id)
            return {row[0]: row[1] for row in connection.execute(query)}

    before = by_ride()
    merged(sqlite_database, history, new, old)
    # TouringPlans gave no reading of it, so that nothing of theirs moves.
    assert by_ride() == {old: before[old] + before[new] - 1, new: 1}
    split(sqlite_database, NOW, history, old, new, by="test")
    assert by_ride() == before


def test_what_the_archive_said_under_an_id_goes_where_that_id_goes(
    sqlite_database: Database, history: History
) -> None:
    old, _ = renumbered(sqlite_database, history)
    wednesday = day_bounds(WEDNESDAY, "Europe/Rome")[0]
    log = pl.DataFrame(
        [(ROME, old, wednesday + 40_000, 1, 2, None, 3, False, None)], schema=OBSERVATIONS, orient="row"
    )
    observe(sqlite_database, log)
    with sqlite_database.write() as connection:
        other = catalogue.NewExternalId(WIKI, "ride", "other", old)
        catalogue.add_external_ids(connection, [other], dt.datetime.fromtimestamp(wednesday, dt.UTC))
    changed = split(sqlite_database, NOW, history, old, EntryId(WIKI, "other"), by="test")
    assert changed.other_ride_id != old
    record = raw_rows(sqlite_database, history)["snapshots"]
    assert record.filter(pl.col("feed") == 3)["ride_id"].to_list() == [changed.other_ride_id]


@pytest.mark.slow
@pytest.mark.parametrize("is_sealed", [False, True])
@pytest.mark.both_databases
def test_a_merge_that_is_split_again_leaves_everything_as_it_was(
    database: Database, history: History, is_sealed: bool
) -> None:
    old, new = renumbered(database, history)
    before, derived = raw_rows(database, history), derived_rows(database)
    if is_sealed:
        sealed(database, history)
    merged(database, history, new, old)
    roll_up(database, history)
    changed = split(database, NOW, history, old, new, by="test")
    assert changed.other_ride_id == new
    roll_up(database, history)
    after = raw_rows(database, history)
    for name, frame in before.items():
        assert after[name].equals(frame)
    assert_same_rows(derived_rows(database), derived)
    with database.read() as connection:
        assert catalogue.external_ids(connection, WIKI, "ride")["1-Bravo Express"] == new
        assert catalogue.ride_names(connection, ROME)[old] == {"Bravo"}


def test_merging_and_splitting_twice_changes_nothing_more(
    sqlite_database: Database, history: History
) -> None:
    old, new = renumbered(sqlite_database, history)
    for act in (
        lambda: merged(sqlite_database, history, new, old),
        lambda: split(sqlite_database, NOW, history, old, new, by="test"),
    ):
        assert act().decision_id is not None
        roll_up(sqlite_database, history)
        record = raw_rows(sqlite_database, history)
        again = act()
        assert (again.decision_id, again.readings, again.park_days) == (None, 0, 0)
        for name, frame in raw_rows(sqlite_database, history).items():
            assert frame.equals(record[name])


@pytest.mark.slow
@pytest.mark.both_databases
def test_a_killed_merge_has_not_begun_and_can_be_made_again(
    database: Database, history: History, one_ride: dict[str, pl.DataFrame]
) -> None:
    old, new = renumbered(database, history)
    before = rows(database, RideStatusSnapshot)
    undone = 0
    for change in range(4, 30, 3):
        with suppress(Killed), killed_before(database, change):
            merged(database, history, new, old)
        with database.read() as connection:
            if decisions.merged_rides(connection):
                # Only the log of the job was being written.
                break
        assert rows(database, RideStatusSnapshot) == before
        undone += 1
    assert undone >= 4
    merged(database, history, new, old)
    roll_up(database, history)
    assert_same_rows(derived_rows(database), one_ride)


def test_what_came_in_late_under_the_old_number_follows_when_merged_again(
    sqlite_database: Database, history: History
) -> None:
    old, new = renumbered(sqlite_database, history)
    merged(sqlite_database, history, new, old)
    observe(sqlite_database, a_day(ROME, dt.date(2026, 6, 4), [new]))
    today = FixedClock(dt.datetime(2026, 6, 4, 23, tzinfo=dt.UTC))
    assert sweep(sqlite_database, today, history) == 0, "the merge was later than these readings"
    again = merged(sqlite_database, history, new, old)
    assert (again.decision_id, again.readings) == (None, 288)
    observe(sqlite_database, a_day(ROME, dt.date(2026, 6, 11), [new]))
    tomorrow = FixedClock(dt.datetime(2026, 6, 12, tzinfo=dt.UTC))
    assert [sweep(sqlite_database, tomorrow, history) for _ in range(2)] == [288, 0]
    assert new not in raw_rows(sqlite_database, history)["snapshots"]["ride_id"]


def test_where_both_feeds_spoke_at_one_instant_the_primary_one_counts_and_both_stay(
    database: Database, history: History
) -> None:
    seed_parks(database, ROME)
    alpha, wiki, times = seed_rides(database, ROME, "Alpha", "Mill", "The Old Mill")
    both = a_day(ROME, MONDAY, [alpha, wiki])
    by_times = a_day(ROME, MONDAY, [times]).with_columns(feed=pl.lit(int(QT), pl.Int8))
    by_times = by_times.cast(both.schema)
    alone = a_day(ROME, TUESDAY, [times]).with_columns(feed=pl.lit(int(QT))).cast(both.schema)
    observe(database, both, by_times, alone)
    before = raw_rows(database, history)["snapshots"]
    merged(database, history, wiki, times)
    after = raw_rows(database, history)["snapshots"].filter(pl.col("ride_id") == times)
    assert after.group_by("feed").len().sort("feed").rows() == [(int(QT), 288), (int(WIKI), 288)]
    start = day_bounds(TUESDAY, "Europe/Rome")[0]
    assert set(after.filter(pl.col("observed_at") < start)["feed"]) == {int(WIKI)}
    roll_up(database, history)
    days = derived_rows(database)["ride_daily_stats"]
    assert set(days["ride_id"]) == {alpha, times}
    split(database, NOW, history, times, wiki, by="test")
    assert raw_rows(database, history)["snapshots"].equals(before)


@pytest.mark.both_databases
def test_an_entry_is_split_off_from_a_date_on(database: Database, history: History) -> None:
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, "Alpha", "Bravo", "Charlie", "Delta")
    observe(database, the_record(rides, *DAYS))
    roll_up(database, history)
    entry = EntryId(WIKI, "1-Bravo")
    with pytest.raises(InputError, match="from which date on"):
        split(database, NOW, history, rides[1], entry, by="test")
    changed = split(database, NOW, history, rides[1], entry, since=WEDNESDAY, by="test")
    new = changed.other_ride_id
    roll_up(database, history)
    days = derived_rows(database)["ride_daily_stats"].filter(pl.col("observed") > 0)
    assert days.filter(pl.col("ride_id") == new)["day"].to_list() == [WEDNESDAY]
    assert days.filter((pl.col("ride_id") == rides[1]) & (pl.col("day") == WEDNESDAY)).is_empty()
    assert resolve(database, Sighting("1-Bravo", "Bravo"), feed=WIKI, seen_at=NOW.now()) == [new]
    again = split(database, NOW, history, rides[1], entry, since=WEDNESDAY, by="test")
    assert (again.decision_id, again.other_ride_id) == (None, new)


def test_a_merge_that_is_split_from_a_date_on_keeps_what_was_before(
    sqlite_database: Database, history: History
) -> None:
    old, new = renumbered(sqlite_database, history)
    merged(sqlite_database, history, old, new)
    split(sqlite_database, NOW, history, new, old, since=TUESDAY, by="test")
    found = raw_rows(sqlite_database, history)["snapshots"]
    start = day_bounds(TUESDAY, "Europe/Rome")[0]
    assert found.filter(pl.col("ride_id") == old)["observed_at"].min() == start
    assert found.filter((pl.col("ride_id") == new) & (pl.col("observed_at") < start)).height == 288


def test_a_running_process_finds_the_ride_that_another_one_merged(
    sqlite_database: Database, history: History
) -> None:
    old, new = renumbered(sqlite_database, history)
    registry = Registry()
    said = Sighting("1-Bravo Express", "Bravo Express")
    assert resolve(sqlite_database, said, feed=WIKI, registry=registry, seen_at=NOW.now()) == [new]
    merged(sqlite_database, history, new, old)
    assert resolve(sqlite_database, said, feed=WIKI, registry=registry, seen_at=NOW.now()) == [old]
    by_name = Sighting(None, "Bravo Express")
    assert resolve(sqlite_database, by_name, feed=QT, registry=registry, seen_at=NOW.now()) == [old]


def test_a_merged_ride_is_an_address_and_nothing_else(sqlite_database: Database, history: History) -> None:
    old, new = renumbered(sqlite_database, history)
    merged(sqlite_database, history, old, new)
    with sqlite_database.read() as connection:
        found = load_catalogue(connection)
        assert old not in found.rides
        known = found.ride(old)
        assert known is not None
        assert known.ride_id == new
        assert [ride.ride_id for ride in catalogue.rides(connection, ROME)] == [1, 3, 4, new]
    assert retire_vanished(sqlite_database, FixedClock(NOW.now() - dt.timedelta(days=6))).returned == []


def test_rides_merged_one_into_the_next_lead_to_the_last(sqlite_database: Database, history: History) -> None:
    old, new = renumbered(sqlite_database, history)
    (third,) = seed_rides(sqlite_database, ROME, "Bravo Extra")
    merged(sqlite_database, history, old, new)
    merged(sqlite_database, history, new, third)
    with sqlite_database.read() as connection:
        assert decisions.merged_rides(connection) == {old: third, new: third}
    split(sqlite_database, NOW, history, third, new, by="test")
    with sqlite_database.read() as connection:
        assert decisions.merged_rides(connection) == {old: new}


def test_hours_of_a_merged_ride_follow_it_and_come_back(sqlite_database: Database, history: History) -> None:
    old, new = renumbered(sqlite_database, history)
    noon = day_bounds(WEDNESDAY, "Europe/Rome")[0]
    with sqlite_database.write() as connection:
        connection.execute(
            RideHours.__table__.insert().values(
                park_id=ROME,
                date=WEDNESDAY,
                ride_id=new,
                seen_at=noon,
                opens_at=noon + 36_000,
                closes_at=noon + 64_800,
                kind="Operating",
            )
        )
    for act, owner in (
        (lambda: merged(sqlite_database, history, new, old), old),
        (lambda: split(sqlite_database, NOW, history, old, new, by="test"), new),
    ):
        act()
        assert rows(sqlite_database, RideHours, "ride_id") == [(owner,)]


def test_days_that_a_merge_concerns_are_marked_and_no_others(
    sqlite_database: Database, history: History
) -> None:
    old, new = renumbered(sqlite_database, history)
    later = [MONDAY + dt.timedelta(days=number) for number in range(20, 22)]
    observe(sqlite_database, *(a_day(ROME, day, [1, 3, 4]) for day in later))
    Rollup(sqlite_database, FixedClock(dt.datetime(2026, 7, 1, tzinfo=dt.UTC)), LOG).run()
    merged(sqlite_database, history, new, old)
    with sqlite_database.read() as connection:
        marked = set(dirty.dirty(connection)["day"])
    assert WEDNESDAY in marked
    assert marked.isdisjoint(later)


@pytest.mark.parametrize(
    ("ride", "into", "says"),
    [
        (1, 1, "cannot be merged into itself"),
        (99, 1, "there is no ride 99"),
        (1, 5, "are of two parks"),
        (1, 2, "in one answer 288 times, first at 2026-05-31T22:00:00Z: they are two rides"),
    ],
)
def test_what_cannot_be_one_ride_is_refused(
    database: Database, history: History, ride: int, into: int, says: str
) -> None:
    seed_parks(database, ROME, NEW_YORK)
    rides = seed_rides(database, ROME, "Alpha", "Bravo", "Charlie", "Delta")
    seed_rides(database, NEW_YORK, "Alpha")
    observe(database, a_day(ROME, MONDAY, rides))
    before = rows(database, RideStatusSnapshot)
    with pytest.raises((InputError, NotFoundError), match=says):
        merged(database, history, ride, into)
    assert rows(database, RideStatusSnapshot) == before
    with database.read() as connection:
        assert decisions.decisions(connection) == []


def test_what_does_not_belong_to_a_ride_is_not_split_from_it(
    sqlite_database: Database, history: History
) -> None:
    old, new = renumbered(sqlite_database, history)
    with pytest.raises(InputError, match=f"ride {new} was not merged into ride {old}"):
        split(sqlite_database, NOW, history, old, new, by="test")
    with pytest.raises(InputError, match=r"nobody knows the entry queue_times:7; ride 2 has themeparks_"):
        split(sqlite_database, NOW, history, old, EntryId(QT, "7"), by="test")
    with pytest.raises(InputError, match=f"is ride {new}, not ride {old}"):
        split(sqlite_database, NOW, history, old, EntryId(WIKI, "1-Bravo Express"), by="test")


def test_two_feeds_entries_of_one_ride_are_told_apart_by_what_each_said(
    database: Database, history: History
) -> None:
    """A name within two edits matched by mistake: the fallback's entry gets a ride of its own."""
    seed_parks(database, ROME)
    with database.write() as connection:
        (ride,) = catalogue.create_rides(connection, [NewRide(ROME, "Wild River", "ATTRACTION", None, 0)])
        ids = [
            NewExternalId(WIKI, "ride", "w", ride, "Wild River", "new"),
            NewExternalId(QT, "ride", "7", ride, "Wild Rover", "similar_name"),
        ]
        catalogue.add_external_ids(connection, ids, 0)
        catalogue.remember_names(connection, [(ride, "Wild Rover", 0)])
    mine = a_day(ROME, MONDAY, [ride])
    fallback = a_day(ROME, TUESDAY, [ride]).with_columns(feed=pl.lit(int(QT))).cast(mine.schema)
    observe(database, mine, fallback)
    other = split(database, NOW, history, ride, EntryId(QT, "7"), by="test").other_ride_id
    found = raw_rows(database, history)["snapshots"].group_by("ride_id", "feed").len().sort("ride_id")
    assert found.rows() == [(ride, int(WIKI), 288), (other, int(QT), 288)]
    with database.read() as connection:
        names = catalogue.ride_names(connection, ROME)
        first = connection.scalar(select(Ride.first_seen_at).where(Ride.ride_id == other))
    assert names == {ride: {"Wild River"}, other: {"Wild Rover"}}
    assert first == to_unix(dt.datetime(2026, 6, 1, 22, tzinfo=dt.UTC))
