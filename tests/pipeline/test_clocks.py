"""Clocks that are wrong: nothing is stamped with them, and what once was does not stop the present."""

from __future__ import annotations

import datetime as dt

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import ClockError
from hallofshame.domain.localtime import to_unix
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import data_version
from hallofshame.store.database import Database
from hallofshame.store.instants import CLOCK_TOLERANCE_SECONDS
from hallofshame.store.models import (
    FeedPoll,
    ParkCurrent,
    ParkHourlyStats,
    RideCurrent,
    RideStatusSnapshot,
)
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import LOG, NEW_YORK, QUEUE_TIMES_IDS, ROME, WIKI_IDS, at, found, seed_parks
from pipeline.polls import DOWN, UP, Polled, PolledQueueTimes, collector, reading, rows

NOON = at("2026-06-03 10:00")
SECOND = dt.timedelta(seconds=1)
MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
FOUR = [reading(name, wait=10) for name in ("Alpha", "Bravo", "Charlie", "Delta")]


def polled(served_at: dt.datetime | None, *parks: int) -> Polled:
    return Polled(says={WIKI_IDS[park]: FOUR for park in parks}, served_at=served_at)


# --- a cycle under a wrong clock ---


@pytest.mark.parametrize(
    ("ahead", "how"), [(2 * HOUR, "7200 s ahead of"), (-2 * HOUR, "7200 s behind")], ids=["ahead", "behind"]
)
def test_a_stamp_that_all_sources_contradict_is_not_written(
    database: Database, ahead: dt.timedelta, how: str
) -> None:
    seed_parks(database, ROME)
    with pytest.raises(ClockError, match=how):
        collector(database, polled(NOON, ROME), now=NOON + ahead).cycle()
    assert rows(database, RideStatusSnapshot) == []
    assert rows(database, FeedPoll) == []
    (finding,) = found(database, "clock_wrong")
    assert how in finding.detail
    assert finding.last_seen_at == to_unix(NOON), "by the clocks that are right"


@pytest.mark.parametrize("seconds", [CLOCK_TOLERANCE_SECONDS, -CLOCK_TOLERANCE_SECONDS])
def test_clocks_a_few_minutes_apart_are_nobodys_fault(sqlite_database: Database, seconds: int) -> None:
    seed_parks(sqlite_database, ROME)
    result = collector(sqlite_database, polled(NOON, ROME), now=NOON + seconds * SECOND).cycle()
    assert result.answered == 1


def test_one_source_that_agrees_is_enough(sqlite_database: Database) -> None:
    """The other's clock is wrong, or its answers come out of an old cache."""
    seed_parks(sqlite_database, ROME, NEW_YORK)
    old = polled(NOON - 9 * HOUR, ROME)
    right = PolledQueueTimes(says={QUEUE_TIMES_IDS[NEW_YORK]: FOUR}, served_at=NOON)
    assert collector(sqlite_database, old, right, now=NOON).cycle().answered == 2


def test_sources_that_show_no_clock_contradict_nobody(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    assert collector(sqlite_database, polled(None, ROME), now=NOON + 99 * HOUR).cycle().answered == 1


def test_a_clock_set_right_within_a_cycle_does_not_save_its_stamp(sqlite_database: Database) -> None:
    """The stamp is taken at the beginning; what passed since is measured, not read off the clock."""
    seed_parks(sqlite_database, ROME)
    clock = FixedClock(NOON + 2 * HOUR)

    class SetsTheClock(Polled):
        def poll(self, park_external_id: str):  # type: ignore[no-untyped-def]
            clock.instant = NOON
            return super().poll(park_external_id)

    feed = SetsTheClock(says={WIKI_IDS[ROME]: FOUR}, served_at=NOON)
    with pytest.raises(ClockError):
        Collector(sqlite_database, {feed.feed: feed}, clock, LOG).cycle()


def test_time_that_passes_within_a_cycle_is_no_fault(sqlite_database: Database) -> None:
    seed_parks(sqlite_database, ROME)
    clock = FixedClock(NOON)

    class TakesLong(Polled):
        def poll(self, park_external_id: str):  # type: ignore[no-untyped-def]
            clock.sleep(600)
            return super().poll(park_external_id)

    feed = TakesLong(says={WIKI_IDS[ROME]: FOUR}, served_at=NOON + 10 * MINUTE)
    collect = Collector(sqlite_database, {feed.feed: feed}, clock, LOG, deadline_seconds=1200)
    assert collect.cycle().answered == 1


# --- what a wrong clock left behind ---


class Watched:
    """Rome, collected and rolled up under a clock that the test sets."""

    def __init__(self, database: Database) -> None:
        seed_parks(database, ROME)
        self.database, self.clock, self.feed = database, FixedClock(NOON), Polled()
        cache = ObservationCache()
        self._collector = Collector(database, {self.feed.feed: self.feed}, self.clock, LOG, cache=cache)
        self._rollup = Rollup(database, self.clock, LOG, cache)

    def cycle(self, moment: dt.datetime, alpha: object = UP, wait: int = 10) -> None:
        """One cycle, rolled up."""
        said = [reading("Alpha", alpha, wait if alpha is UP else None), *FOUR[1:]]  # type: ignore[arg-type]
        self.clock.instant = moment
        self.feed.says = {WIKI_IDS[ROME]: said}
        self._collector.cycle()
        self._rollup.run()

    @property
    def present(self) -> tuple[set[int], int, int | None]:
        """Stamps of the rides, of the park and of all data."""
        with self.database.read() as connection:
            _, data_as_of = data_version.get(connection)
        (park,) = rows(self.database, ParkCurrent, "observed_at")
        return {stamp for (stamp,) in rows(self.database, RideCurrent, "observed_at")}, park[0], data_as_of


@pytest.mark.slow
@pytest.mark.parametrize("ahead", [2 * HOUR, dt.timedelta(days=3), dt.timedelta(days=400)], ids=str)
def test_one_cycle_of_the_future_does_not_hold_up_the_present(
    database: Database, ahead: dt.timedelta
) -> None:
    watched = Watched(database)
    watched.cycle(NOON)
    watched.cycle(NOON + ahead, wait=15)
    assert watched.present[2] == to_unix(NOON + ahead), "nobody contradicted it"
    watched.cycle(NOON + 5 * MINUTE, DOWN)
    now = to_unix(NOON + 5 * MINUTE)
    assert watched.present == ({now}, now, now)
    alpha, *_ = rows(database, RideCurrent, "status", "since", "effective_status", "counts_as_down")
    assert alpha == (int(DOWN), now, int(DOWN), 1)
    assert rows(database, ParkCurrent, "rides_down") == [(1,)]


@pytest.mark.slow
@pytest.mark.both_databases
def test_the_present_goes_on_from_there(database: Database) -> None:
    watched = Watched(database)
    watched.cycle(NOON + 2 * HOUR)
    for minutes in (0, 5, 10):
        watched.cycle(NOON + minutes * MINUTE, wait=20 + minutes)
    now = to_unix(NOON + 10 * MINUTE)
    assert watched.present == ({now}, now, now)
    assert rows(database, RideCurrent, "since")[0] == (to_unix(NOON),)


@pytest.mark.slow
def test_what_is_stamped_with_the_future_counts_only_when_its_time_comes(database: Database) -> None:
    watched = Watched(database)
    watched.cycle(NOON)
    hours = len(rows(database, ParkHourlyStats))
    watched.cycle(NOON + 3 * HOUR)
    watched.cycle(NOON + 5 * MINUTE)
    assert len(rows(database, ParkHourlyStats)) == hours
    stamps = {stamp for (stamp,) in rows(database, RideStatusSnapshot, "observed_at")}
    assert to_unix(NOON + 3 * HOUR) in stamps, "the record keeps what was written"


@pytest.mark.both_databases
def test_hosts_a_few_minutes_apart_do_not_turn_the_present_back(database: Database) -> None:
    watched = Watched(database)
    watched.cycle(NOON + 4 * MINUTE, wait=15)
    watched.cycle(NOON)
    ahead = to_unix(NOON + 4 * MINUTE)
    assert watched.present == ({ahead}, ahead, ahead)
