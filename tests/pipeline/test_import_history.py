"""Days of ThemeParks.wiki's history API become part of the record: within its budgets, once, and whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import (
    BodyError,
    BudgetSpentError,
    FeedError,
    InputError,
    KeyRefusedError,
    NotFoundError,
    WindowExceededError,
)
from hallofshame.domain.localtime import day_bounds, from_unix, to_unix
from hallofshame.domain.readings import HistoryPage, StatusChange
from hallofshame.domain.words import Feed, Origin, PollOutcome, Status
from hallofshame.feeds.history_budget import HistoryBudget, Unmetered
from hallofshame.pipeline.history_budget import StoredBudget
from hallofshame.pipeline.history_request import HistoryImported, HistoryRange
from hallofshame.pipeline.import_history import import_history
from hallofshame.pipeline.repair import repair_gaps
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import raw
from hallofshame.store.database import Database
from hallofshame.store.models import ImportCheckpoint, ParkDailyStats, RideDailyStats
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
    observe,
    seed_parks,
    seed_rides,
)
from pipeline.worlds import assert_same_rows, derived_rows

NAMES = ("Alpha", "Bravo", "Charlie", "Delta")
THURSDAY = WEDNESDAY + dt.timedelta(days=1)


def events(park_id: int, day: dt.date, down_minutes: int = 64) -> list[StatusChange]:
    """Closed at midnight, open from 10 to 18 local; Bravo is down from 13:07 on for so many minutes."""
    midnight = from_unix(day_bounds(day, TIMEZONES[park_id])[0])

    def later(hour: int, minute: int = 0) -> dt.datetime:
        return midnight + dt.timedelta(hours=hour, minutes=minute)

    changes = [change(name, park_id, midnight, Status.CLOSED) for name in NAMES]
    changes += [change(name, park_id, later(10), Status.OPERATING, 10) for name in NAMES]
    if down_minutes:
        changes.append(change("Bravo", park_id, later(13, 7), Status.DOWN))
        changes.append(change("Bravo", park_id, later(13, 7 + down_minutes), Status.OPERATING, 20))
    changes += [change(name, park_id, later(18), Status.CLOSED) for name in NAMES]
    return sorted(changes, key=lambda row: row.at)


@dataclass
class FakeApi:
    """Answers days as told; errors stand in for answers. ``asked``: park and day of each request."""

    told: dict[tuple[str, dt.date], Iterable[StatusChange] | Exception] = field(default_factory=dict)
    floor: dt.date | None = None
    budget: HistoryBudget = field(default_factory=Unmetered)
    asked: list[tuple[str, dt.date]] = field(default_factory=list)

    def day(self, park_external_id: str, day: dt.date, timezone: str) -> HistoryPage:
        """What was put into ``told``."""
        del timezone
        if (wait := self.budget.take()) > 0:
            raise BudgetSpentError("spent", wait_seconds=wait)
        self.asked.append((park_external_id, day))
        if self.floor is not None and day < self.floor:
            raise WindowExceededError("too early", earliest=self.floor, http_status=403)
        answer = self.told.get((park_external_id, day), ())
        if isinstance(answer, Exception):
            raise answer
        return HistoryPage(tuple(answer))


def api(*days: dt.date, parks: Iterable[int] = (ROME,), **more: Any) -> FakeApi:
    return FakeApi({(WIKI_IDS[park], day): events(park, day) for park in parks for day in days}, **more)


def take(database: Database, source: FakeApi, now: str = "2026-07-01 00:00", **asked: Any) -> HistoryImported:
    options = {"start": MONDAY, "end": WEDNESDAY} | asked
    return import_history(database, source, FixedClock(at(now)), LOG, HistoryRange(**options))


def record(database: Database) -> pl.DataFrame:
    with database.read() as connection:
        return raw.read_observations(connection, [ROME, NEW_YORK], 0, None)


def everything(database: Database) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    Rollup(database, FixedClock(at("2026-07-01 00:00")), LOG).run()
    return record(database), derived_rows(database)


def bravo(database: Database) -> dict[dt.date, int]:
    """Downtime by day."""
    Rollup(database, FixedClock(at("2026-07-01 00:00")), LOG).run()
    table = RideDailyStats
    with database.read() as connection:
        rows = connection.execute(select(table.day, table.downtime).where(table.downtime > 0))
        return {row[0]: row[1] for row in rows}


def test_days_become_observations_and_count_to_the_second(database: Database) -> None:
    seed_parks(database, ROME)
    result = take(database, api(MONDAY, TUESDAY, WEDNESDAY))
    assert (result.taken, result.requests, result.left, result.failed) == (3, 3, 0, 0)
    assert result.parks[ROME].days == {MONDAY, TUESDAY, WEDNESDAY}
    assert bravo(database) == dict.fromkeys((MONDAY, TUESDAY, WEDNESDAY), 64 * 60)
    assert set(record(database)["origin"]) == {int(Origin.ARCHIVE)}


def test_importing_twice_asks_for_nothing_and_changes_nothing(database: Database) -> None:
    seed_parks(database, ROME)
    source = api(MONDAY, TUESDAY, WEDNESDAY)
    take(database, source)
    before = everything(database)
    again = take(database, source)
    assert (again.taken, again.known, len(source.asked)) == (0, 3, 3)
    forced = take(database, source, again=True)
    assert (forced.taken, forced.new_rows, forced.corrected) == (3, 0, 0)
    after = everything(database)
    assert_frame_equal(before[0], after[0])
    assert_same_rows(after[1], before[1])


@pytest.mark.slow
@pytest.mark.parametrize("order", [(MONDAY, TUESDAY, WEDNESDAY), (WEDNESDAY, MONDAY, TUESDAY)])
def test_broken_off_anywhere_and_in_any_order_the_record_is_the_same(
    sqlite_database: Database, empty_database: Database, order: tuple[dt.date, ...]
) -> None:
    seed_parks(sqlite_database, ROME)
    take(sqlite_database, api(MONDAY, TUESDAY, WEDNESDAY))
    whole = everything(sqlite_database)
    from hallofshame.store import schema

    schema.upgrade(empty_database)
    seed_parks(empty_database, ROME)
    for day in order:
        take(empty_database, api(MONDAY, TUESDAY, WEDNESDAY), start=day, end=day)
    pieces = everything(empty_database)
    assert_frame_equal(pieces[0], whole[0])


@pytest.mark.both_databases
def test_a_day_recorded_anew_takes_the_place_of_the_old_one(database: Database) -> None:
    seed_parks(database, ROME)
    source = api(MONDAY, TUESDAY, WEDNESDAY)
    take(database, source)
    source.told[WIKI_IDS[ROME], TUESDAY] = events(ROME, TUESDAY, down_minutes=10)
    result = take(database, source, again=True)
    assert (result.taken, result.corrected) == (3, 1)
    assert bravo(database) == {MONDAY: 64 * 60, TUESDAY: 10 * 60, WEDNESDAY: 64 * 60}
    source.told[WIKI_IDS[ROME], TUESDAY] = events(ROME, TUESDAY, down_minutes=0)
    take(database, source, again=True)
    assert bravo(database) == {MONDAY: 64 * 60, WEDNESDAY: 64 * 60}


def test_a_day_taken_before_it_was_finished_is_taken_once_more(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    source = api(MONDAY)
    source.told[WIKI_IDS[ROME], TUESDAY] = events(ROME, TUESDAY)[:6]
    take(sqlite_database, source, "2026-06-03 12:00", end=TUESDAY)
    assert len(source.asked) == 2
    take(sqlite_database, source, "2026-06-03 18:00", end=TUESDAY)
    assert len(source.asked) == 2
    source.told[WIKI_IDS[ROME], TUESDAY] = events(ROME, TUESDAY)
    late = take(sqlite_database, source, "2026-06-20 12:00", end=TUESDAY)
    assert (late.taken, late.corrected) == (2, 1)
    take(sqlite_database, source, "2026-06-21 12:00", end=TUESDAY)
    assert len(source.asked) == 4
    assert bravo(sqlite_database) == {MONDAY: 3840, TUESDAY: 3840}


def test_the_first_day_of_the_plan_is_taken_from_the_refusal(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    source = api(TUESDAY, WEDNESDAY, parks=(ROME, NEW_YORK), floor=TUESDAY)
    result = take(sqlite_database, source, start=dt.date(2021, 1, 1))
    assert (result.earliest, result.taken, result.left) == (TUESDAY, 4, 0)
    assert [day for _, day in source.asked].count(dt.date(2021, 7, 3)) == 1
    assert len(source.asked) == 5
    # It is remembered for a day: the next import does not ask for it again.
    take(sqlite_database, source, "2026-07-01 06:00", start=dt.date(2021, 1, 1))
    assert len(source.asked) == 5


@pytest.mark.both_databases
def test_a_budget_is_sat_out_and_none_is_overdrawn(database: Database) -> None:
    seed_parks(database, ROME)
    clock = FixedClock(at("2026-07-01 00:00"))
    source = api(MONDAY, TUESDAY, WEDNESDAY, budget=StoredBudget(database, clock, ""))
    for _ in range(58):
        assert source.budget.take() == 0
    result = import_history(database, source, clock, LOG, HistoryRange(None, MONDAY, WEDNESDAY))
    assert (result.taken, len(clock.slept)) == (3, 1)
    assert 3600 <= clock.slept[0] <= 3610


def test_without_waiting_an_import_ends_where_no_request_is_allowed(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    clock = FixedClock(at("2026-07-01 00:00"))
    source = api(MONDAY, TUESDAY, WEDNESDAY, budget=StoredBudget(sqlite_database, clock, ""))
    for _ in range(58):
        source.budget.take()
    asked = HistoryRange(None, MONDAY, WEDNESDAY, wait=False)
    result = import_history(sqlite_database, source, clock, LOG, asked)
    assert (result.taken, result.left, clock.slept) == (2, 1, [])
    assert result.stopped is not None


def test_a_key_without_rights_ends_the_import_with_one_line(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    error = KeyRefusedError("check the key", outcome=PollOutcome.CLIENT_ERROR, http_status=401)
    source = FakeApi({(WIKI_IDS[ROME], MONDAY): error})
    result = take(sqlite_database, source)
    assert (result.is_refused, result.taken, len(source.asked), result.left) == (True, 0, 1, 3)


def test_a_park_that_the_api_lacks_is_left_out_and_the_others_go_on(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME, NEW_YORK)
    source = api(MONDAY, TUESDAY, WEDNESDAY, parks=(NEW_YORK,))
    source.told[WIKI_IDS[ROME], MONDAY] = FeedError("none", outcome=PollOutcome.NOT_FOUND, http_status=404)
    result = take(sqlite_database, source)
    assert (list(result.outside), result.taken) == (["park-1"], 3)
    assert [park for park, _ in source.asked].count(WIKI_IDS[ROME]) == 1


@pytest.mark.parametrize("error", [BodyError("nested"), RecursionError("deep"), ValueError("odd")])
def test_one_unusable_answer_is_left_out_and_the_others_go_on(
    sqlite_database: Database, error: Exception
) -> None:
    seed_parks(sqlite_database, ROME)
    source = api(MONDAY, WEDNESDAY)
    source.told[WIKI_IDS[ROME], TUESDAY] = error
    result = take(sqlite_database, source)
    assert (result.taken, result.failed, list(result.refused)) == (2, 1, ["park-1 2026-06-02"])
    # A person's next import asks again, one that runs by itself leaves it alone for a day.
    take(sqlite_database, source, wait=False)
    assert source.asked.count((WIKI_IDS[ROME], TUESDAY)) == 1
    source.told[WIKI_IDS[ROME], TUESDAY] = events(ROME, TUESDAY)
    assert take(sqlite_database, source).taken == 1


def test_too_many_rides_in_one_answer_are_refused(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    [first, *_] = events(ROME, MONDAY)
    many = [replace(first, external_id=f"id-{number}") for number in range(10_001)]
    result = take(sqlite_database, FakeApi({(WIKI_IDS[ROME], MONDAY): many}), end=MONDAY)
    assert (result.taken, result.failed) == (0, 1)


def test_a_feed_that_cannot_be_reached_ends_the_import(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    error = FeedError("gone", outcome=PollOutcome.NO_NETWORK)
    result = take(sqlite_database, FakeApi({(WIKI_IDS[ROME], MONDAY): error}))
    assert (result.stopped, result.left) == ("gone", 3)


def test_a_range_that_cannot_be_is_refused(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    with pytest.raises(InputError, match="swap them"):
        take(sqlite_database, FakeApi(), start=WEDNESDAY, end=MONDAY)
    with pytest.raises(InputError, match="archive begins"):
        take(sqlite_database, FakeApi(), start=None, end=dt.date(2020, 1, 1))
    with pytest.raises(NotFoundError, match="none of the parks"):
        take(sqlite_database, FakeApi(), park_ids=[77])


def test_a_day_watched_better_live_stays_live(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    rides = seed_rides(sqlite_database, ROME, *NAMES)
    observe(sqlite_database, a_day(ROME, MONDAY, rides))
    take(sqlite_database, api(MONDAY, TUESDAY, WEDNESDAY))
    Rollup(sqlite_database, FixedClock(at("2026-07-01 00:00")), LOG).run()
    table = ParkDailyStats
    with sqlite_database.read() as connection:
        origins = dict(connection.execute(select(table.day, table.origin)).all())
    assert (origins[MONDAY], origins[TUESDAY]) == (Origin.LIVE, Origin.ARCHIVE)


def test_a_day_watched_better_live_is_the_archives_where_that_replaces(sqlite_database: Database) -> None:
    """Also days that the record has already, of which none is asked for again."""
    seed_parks(sqlite_database, ROME)
    rides = seed_rides(sqlite_database, ROME, *NAMES)
    observe(sqlite_database, a_day(ROME, TUESDAY, rides))
    source = api(MONDAY, TUESDAY)
    take(sqlite_database, source, end=TUESDAY)
    assert bravo(sqlite_database) == {MONDAY: 64 * 60}
    asked = len(source.asked)
    take(sqlite_database, source, end=TUESDAY, replace=True)
    assert len(source.asked) == asked
    assert bravo(sqlite_database) == {MONDAY: 64 * 60, TUESDAY: 64 * 60}
    source.told[WIKI_IDS[ROME], WEDNESDAY] = events(ROME, WEDNESDAY)
    observe(sqlite_database, a_day(ROME, WEDNESDAY, rides))
    take(sqlite_database, source, replace=True)
    assert bravo(sqlite_database) == dict.fromkeys((MONDAY, TUESDAY, WEDNESDAY), 64 * 60)


def test_a_day_filled_after_an_outage_of_ours_is_not_asked_for_again(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    rides = seed_rides(sqlite_database, ROME, *NAMES)
    observe(sqlite_database, a_day(ROME, MONDAY, rides), a_day(ROME, WEDNESDAY, rides))
    wiki = FakeFeed(changes={WIKI_IDS[ROME]: events(ROME, TUESDAY)})
    repair_gaps(sqlite_database, {Feed.THEMEPARKS_WIKI: wiki}, FixedClock(at("2026-06-03 22:00")), LOG)
    with sqlite_database.read() as connection:
        keys = connection.scalars(select(ImportCheckpoint.file_key)).all()
    assert "2026-06-02" in keys
    source = api(TUESDAY)
    take(sqlite_database, source, "2026-06-04 12:00", start=TUESDAY, end=TUESDAY)
    assert source.asked == []
    assert to_unix(at("2026-06-02 11:07")) in record(sqlite_database)["observed_at"].to_list()
