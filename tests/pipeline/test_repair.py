"""Gap repair fills whole park-days that are over, once, and touches nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import polars as pl
import pytest
from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import day_bounds, to_unix
from hallofshame.domain.readings import StatusChange
from hallofshame.domain.words import Feed, Origin, PollOutcome, Status
from hallofshame.feeds.base import LiveFeed
from hallofshame.pipeline.repair import gaps, repair_gaps
from hallofshame.store import dirty, raw, schedules
from hallofshame.store.database import Database
from hallofshame.store.models import ParkDailyStats, Ride
from pipeline.fakes import (
    LOG,
    MONDAY,
    NEW_YORK,
    ROME,
    TIMEZONES,
    TUESDAY,
    WEDNESDAY,
    WIKI_IDS,
    FakeFeed,
    a_day,
    at,
    change,
    found,
    hours,
    observe,
    refused,
    roll_up,
    seed_parks,
    seed_rides,
)

NAMES = ("Alpha", "Bravo", "Charlie", "Delta")
CLOCK = FixedClock(at("2026-06-03 22:00"))


def feeds(wiki: FakeFeed) -> Mapping[Feed, LiveFeed]:
    return {Feed.THEMEPARKS_WIKI: wiki}


def without(frame: pl.DataFrame, start: str, end: str) -> pl.DataFrame:
    """The observations outside a stretch in which collection was away."""
    away = pl.col("observed_at").is_between(to_unix(at(start)), to_unix(at(end)), closed="left")
    return frame.filter(~away)


def events(park_id: int, day: dt.date) -> list[StatusChange]:
    """All rides closed at midnight, open from 10 to 18 local; Bravo down from 13:07 to 14:11."""
    midnight = dt.datetime.fromtimestamp(day_bounds(day, TIMEZONES[park_id])[0], dt.UTC)

    def later(hour: int, minute: int = 0) -> dt.datetime:
        return midnight + dt.timedelta(hours=hour, minutes=minute)

    changes = [change(name, park_id, midnight, Status.CLOSED) for name in NAMES]
    changes += [change(name, park_id, later(10), Status.OPERATING, 10) for name in NAMES]
    changes.append(change("Bravo", park_id, later(13, 7), Status.DOWN))
    changes.append(change("Bravo", park_id, later(14, 11), Status.OPERATING, 20))
    changes += [change(name, park_id, later(18), Status.CLOSED) for name in NAMES]
    return sorted(changes, key=lambda row: row.at)


def away_on_monday(database: Database) -> list[int]:
    """Rome from Monday to Wednesday evening; on Monday collection was away from 12 to 16 local."""
    seed_parks(database, ROME)
    rides = seed_rides(database, ROME, *NAMES)
    open_days = [hours(day, 8, 16) for day in (MONDAY, TUESDAY, WEDNESDAY)]
    with database.write() as connection:
        schedules.publish(connection, ROME, open_days, 0, MONDAY, WEDNESDAY)
    observe(
        database,
        without(a_day(ROME, MONDAY, rides), "2026-06-01 10:00", "2026-06-01 14:00"),
        a_day(ROME, TUESDAY, rides),
        a_day(ROME, WEDNESDAY, rides),
    )
    roll_up(database)
    return rides


def days(database: Database) -> dict[dt.date, tuple[int, int, int, int]]:
    """Per day: origin, open, observed, downtime."""
    table = ParkDailyStats
    with database.read() as connection:
        rows = connection.execute(select(table.day, table.origin, table.open, table.observed, table.downtime))
        return {day: tuple(numbers) for day, *numbers in rows}  # type: ignore[misc]


def archive_rows(database: Database) -> pl.DataFrame:
    with database.read() as connection:
        rows = raw.read_observations(connection, [ROME, NEW_YORK], 0, None)
    return rows.filter(pl.col("origin") == int(Origin.ARCHIVE))


@pytest.mark.both_databases
def test_a_missed_stretch_is_filled_from_the_history_of_its_whole_day(database: Database) -> None:
    away_on_monday(database)
    before = days(database)
    assert before[MONDAY][2] < before[MONDAY][1]
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: events(ROME, MONDAY)})
    result = repair_gaps(database, feeds(wiki), CLOCK, LOG)
    assert (result.gaps, result.park_days, result.waiting, result.failed) == (1, 1, 0, 0)
    assert wiki.asked == [("history", "wiki-rome", "2026-05-31 22:00", "2026-06-01 22:00")]
    roll_up(database)
    after = days(database)
    origin, opened, observed, downtime = after[MONDAY]
    assert (origin, observed, downtime) == (int(Origin.ARCHIVE), opened, 64 * 60)
    assert {day: after[day] for day in (TUESDAY, WEDNESDAY)} == {
        day: before[day] for day in (TUESDAY, WEDNESDAY)
    }


def test_the_days_that_depend_on_the_events_are_marked(database: Database) -> None:
    away_on_monday(database)
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: events(ROME, MONDAY)})
    repair_gaps(database, feeds(wiki), CLOCK, LOG)
    with database.read() as connection:
        marked = set(dirty.dirty(connection).select("park_id", "day").iter_rows())
    assert marked == {(ROME, MONDAY), (ROME, TUESDAY)}


def test_repairing_twice_asks_once_and_changes_nothing(database: Database) -> None:
    away_on_monday(database)
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: events(ROME, MONDAY)})
    repair_gaps(database, feeds(wiki), CLOCK, LOG)
    roll_up(database)
    rows, record = days(database), archive_rows(database)
    again = repair_gaps(database, feeds(wiki), CLOCK, LOG)
    assert (again.park_days, again.observations, again.failed) == (0, 0, 0)
    assert len(wiki.asked) == 1
    assert archive_rows(database).equals(record)
    roll_up(database)
    assert days(database) == rows


def test_the_last_states_of_a_filled_day_do_not_reach_into_the_next(sqlite_database: Database) -> None:
    away_on_monday(sqlite_database)
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: events(ROME, MONDAY)})
    repair_gaps(sqlite_database, feeds(wiki), CLOCK, LOG)
    rows = archive_rows(sqlite_database)
    last = rows.filter(pl.col("observed_at") == rows["observed_at"].max())
    assert last["observed_at"].unique().to_list() == [day_bounds(MONDAY, "Europe/Rome")[1] - 1]
    assert last["status"].to_list() == [None] * len(NAMES)
    assert rows["cadence_seconds"].null_count() == rows.height
    assert rows["feed"].unique().to_list() == [int(Feed.ARCHIVE)]


def test_events_meet_the_rides_that_are_known(sqlite_database: Database) -> None:
    rides = away_on_monday(sqlite_database)
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: events(ROME, MONDAY)})
    repair_gaps(sqlite_database, feeds(wiki), CLOCK, LOG)
    assert set(archive_rows(sqlite_database)["ride_id"]) == set(rides)
    with sqlite_database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Ride)) == len(rides)


def test_a_day_that_is_not_over_waits(sqlite_database: Database) -> None:
    away_on_monday(sqlite_database)
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: events(ROME, MONDAY)})
    evening = FixedClock(at("2026-06-01 21:55"))
    result = repair_gaps(sqlite_database, feeds(wiki), evening, LOG)
    assert (result.park_days, result.waiting) == (0, 1)
    assert wiki.asked == []


def test_a_silence_that_lasts_until_now_is_a_gap(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    rides = seed_rides(sqlite_database, ROME, *NAMES)
    observe(sqlite_database, a_day(ROME, MONDAY, rides))
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: events(ROME, TUESDAY)})
    result = repair_gaps(sqlite_database, feeds(wiki), FixedClock(at("2026-06-03 12:00")), LOG)
    assert (result.park_days, result.waiting) == (1, 1)


def test_gaps_older_than_the_history_reaches_are_left(sqlite_database: Database) -> None:
    away_on_monday(sqlite_database)
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: events(ROME, MONDAY)})
    result = repair_gaps(sqlite_database, feeds(wiki), FixedClock(at("2026-06-10 12:00")), LOG)
    assert ("history", "wiki-rome", "2026-05-31 22:00", "2026-06-01 22:00") not in wiki.asked
    assert result.park_days == 0


def test_a_park_without_a_themeparks_wiki_id_is_left(sqlite_database: Database) -> None:
    away_on_monday(sqlite_database)
    assert repair_gaps(sqlite_database, {}, CLOCK, LOG).gaps == 0


@pytest.mark.parametrize(
    ("outcome", "waiting", "failed"),
    [(PollOutcome.RATE_LIMITED, 1, 0), (PollOutcome.NOT_FOUND, 0, 1), (PollOutcome.SERVER_ERROR, 0, 1)],
)
def test_a_refused_history_is_a_finding_and_tried_again(
    sqlite_database: Database, outcome: PollOutcome, waiting: int, failed: int
) -> None:
    away_on_monday(sqlite_database)
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: refused(outcome)})
    result = repair_gaps(sqlite_database, feeds(wiki), CLOCK, LOG)
    assert (result.park_days, result.waiting, result.failed) == (0, waiting, failed)
    (finding,) = found(sqlite_database, "history_unavailable")
    assert (finding.park_id, finding.subject) == (ROME, "2026-06-01")
    wiki.changes[WIKI_IDS[ROME]] = events(ROME, MONDAY)
    assert repair_gaps(sqlite_database, feeds(wiki), CLOCK, LOG).park_days == 1


def test_an_empty_history_fills_nothing(sqlite_database: Database) -> None:
    away_on_monday(sqlite_database)
    result = repair_gaps(sqlite_database, feeds(FakeFeed()), CLOCK, LOG)
    assert (result.park_days, result.failed) == (0, 1)
    assert found(sqlite_database, "history_empty")
    assert archive_rows(sqlite_database).is_empty()


def test_one_parks_failure_touches_no_other(database: Database) -> None:
    seed_parks(database, ROME, NEW_YORK)
    for park in (ROME, NEW_YORK):
        rides = seed_rides(database, park, *NAMES)
        frame = pl.concat([a_day(park, day, rides) for day in (MONDAY, TUESDAY)])
        observe(database, without(frame, "2026-06-01 15:00", "2026-06-01 19:00"))
    wiki = FakeFeed(
        changes={
            WIKI_IDS[ROME]: refused(PollOutcome.NOT_FOUND),
            WIKI_IDS[NEW_YORK]: events(NEW_YORK, MONDAY),
        }
    )
    result = repair_gaps(database, feeds(wiki), FixedClock(at("2026-06-03 04:00")), LOG)
    assert result.park_days == 1
    assert result.failed >= 1
    assert set(archive_rows(database)["park_id"]) == {NEW_YORK}


def test_a_pause_within_the_hold_is_no_gap() -> None:
    assert gaps([(0, 300), (900, 300)], 1_800) == []
    assert gaps([(0, 300), (901, 300)], 1_800) == [(900, 901)]


def test_the_hold_is_never_over_ninety_minutes() -> None:
    assert gaps([(0, 3_600), (6_000, 3_600)], 6_000) == [(5_400, 6_000)]


def test_a_park_without_any_cycle_has_no_gap() -> None:
    assert gaps([], 1_000) == []
