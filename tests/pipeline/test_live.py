"""The present state after a cycle: down counts inside open windows, and only what can be believed (R8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import PublishedEntry, RideReading
from hallofshame.domain.words import RideKind, ScheduleKind, Status
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import catalogue, data_version, schedules
from hallofshame.store.catalogue import Classification
from hallofshame.store.database import Database
from hallofshame.store.models import ParkCurrent, RideCurrent
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import LOG, MONDAY, NEW_YORK, ROME, WIKI_IDS, a_day, at, observe, seed_parks, seed_rides
from pipeline.polls import DOWN, REFURBISHED, SHUT, UP, Polled, reading, rides, rows

TEN = at("2026-06-01 08:00")
"""10:00 in Rome."""

CADENCE = 900
NAMES = ("Alpha", "Bravo", "Charlie", "Delta")
UNRATED = 2


class Now(NamedTuple):
    """The columns of ``park_current`` that the tests look at."""

    is_open: int
    weight_down: int
    weight_eligible: int
    eligible: int
    observed: int
    rides_operating: int
    rides_down: int
    wait_sum: int
    wait_known: int
    wait_max: int | None


@dataclass
class Live:
    """Rome, watched every quarter of an hour by a collector and a roll-up that share a cache."""

    database: Database
    signal: str = "down"

    def __post_init__(self) -> None:
        seed_parks(self.database, ROME, signal=self.signal)
        self.feed = Polled()
        self.clock = FixedClock(TEN)
        cache = ObservationCache()
        self.collector = Collector(
            self.database,
            {self.feed.feed: self.feed},
            self.clock,
            LOG,
            cadence_seconds=CADENCE,
            workers=1,
            cache=cache,
        )
        self.rollup = Rollup(self.database, self.clock, LOG, cache)

    def cycles(self, *answers: Iterable[RideReading]) -> None:
        """One cycle per answer, and a roll-up after the last."""
        for answer in answers:
            self.feed.says = {WIKI_IDS[ROME]: tuple(answer)}
            self.collector.cycle()
            self.clock.sleep(CADENCE)
        self.rollup.run()

    def open_hours(self, closes: str = "2026-06-01 18:00") -> None:
        """Published hours from 10:00 local."""
        entry = PublishedEntry(MONDAY, ScheduleKind.OPERATING, TEN, at(closes))
        with self.database.write() as connection:
            schedules.publish(connection, ROME, [entry], TEN, MONDAY, MONDAY)

    @property
    def park(self) -> Now:
        """The park's row."""
        (row,) = rows(self.database, ParkCurrent, *Now._fields)
        return Now(*row)

    @property
    def down(self) -> dict[str, tuple[int | None, int]]:
        """Per ride the status that is believed, and whether it counts as down."""
        names = {ride.ride_id: ride.name for ride in rides(self.database)}
        found = rows(self.database, RideCurrent, "ride_id", "effective_status", "counts_as_down")
        return {names[ride]: (status, counts) for ride, status, counts in found}


@pytest.fixture
def live(sqlite_database: Database) -> Live:
    """Nothing observed yet. What the present means is the kernel's matter, whatever keeps it."""
    return Live(sqlite_database)


@pytest.fixture
def stored_live(database: Database) -> Live:
    """The same on both databases, for how the present is kept."""
    return Live(database)


def everybody(status: Status | None = UP, wait: int | None = 10, **other: Status | None) -> list[RideReading]:
    """All four rides alike, but for those named."""
    found = []
    for place, name in enumerate(NAMES):
        mine = other.get(name, status)
        found.append(reading(name, mine, None if wait is None or mine is not UP else wait + place))
    return found


def test_a_ride_that_falls_counts_with_its_weight(stored_live: Live) -> None:
    stored_live.cycles(everybody(), everybody(wait=20), everybody(Bravo=DOWN, wait=30))
    assert stored_live.park == Now(
        is_open=1,
        weight_down=UNRATED,
        weight_eligible=4 * UNRATED,
        eligible=4,
        observed=4,
        rides_operating=3,
        rides_down=1,
        wait_sum=30 + 32 + 33,
        wait_known=3,
        wait_max=33,
    )
    assert stored_live.down["Bravo"] == (int(DOWN), 1)
    assert stored_live.down["Alpha"] == (int(UP), 0)


def test_weights_follow_the_tiers(live: Live) -> None:
    live.open_hours()
    live.cycles(everybody(), everybody(wait=15))
    flagship, minor, *_ = (ride.ride_id for ride in rides(live.database))
    tiers = [(flagship, 1), (minor, 3)]
    with live.database.write() as connection:
        decided = [(ride, Classification(tier, "override", 1.0, "")) for ride, tier in tiers]
        catalogue.set_classifications(connection, decided, TEN)
    live.cycles(everybody(Alpha=DOWN, Bravo=DOWN))
    assert (live.park.weight_down, live.park.weight_eligible) == (3 + 1, 3 + 1 + 2 * UNRATED)


@pytest.mark.both_databases
def test_the_present_follows_each_cycle(stored_live: Live) -> None:
    for wait, status, down in ((5, UP, 0), (10, DOWN, 1), (15, DOWN, 1), (20, UP, 0)):
        stored_live.cycles(everybody(wait=wait, Alpha=status))
        assert (stored_live.park.rides_down, stored_live.down["Alpha"][1]) == (down, down)
    assert rows(stored_live.database, ParkCurrent, "observed_at") == [(to_unix(TEN) + 3 * CADENCE,)]


def test_a_ride_that_has_not_run_today_is_not_down(live: Live) -> None:
    """It never opened: no downtime (R5), though it is down on the board."""
    live.cycles(everybody(Delta=DOWN), everybody(Delta=DOWN, wait=20))
    assert live.down["Delta"] == (int(DOWN), 0)
    assert (live.park.eligible, live.park.rides_down) == (3, 0)


def test_outside_the_open_hours_nothing_is_down_and_nothing_weighs(live: Live) -> None:
    live.open_hours(closes="2026-06-01 08:40")
    live.cycles(everybody(), everybody(wait=20), everybody(Alpha=DOWN))
    assert (live.park.is_open, live.park.rides_down) == (1, 1)
    live.cycles(everybody(DOWN))
    assert live.park == Now(0, 0, 0, 4, 4, 0, 0, 0, 0, None)
    assert set(live.down.values()) == {(int(DOWN), 0)}


def test_a_closed_park_is_closed(live: Live) -> None:
    live.cycles(everybody(SHUT), everybody(SHUT))
    assert live.park == Now(0, 0, 0, 0, 0, 0, 0, 0, 0, None)


@pytest.mark.parametrize(("signal", "down"), [("down", 0), ("closed", 1)])
def test_closed_is_down_only_where_the_feed_says_no_more(
    sqlite_database: Database, signal: str, down: int
) -> None:
    live = Live(sqlite_database, signal)
    live.cycles(everybody(), everybody(Alpha=SHUT, wait=20))
    assert (live.park.rides_down, live.down["Alpha"]) == (down, (int(SHUT), down))


def test_refurbishment_is_never_down(live: Live) -> None:
    live.cycles(everybody(), everybody(Alpha=REFURBISHED, wait=20))
    assert (live.park.rides_down, live.park.observed) == (0, 4)


def test_shows_and_restaurants_do_not_count(live: Live) -> None:
    show, inn = (reading(kind.value, UP, 5, kind=kind) for kind in (RideKind.SHOW, RideKind.RESTAURANT))
    fallen = [reading(kind.value, DOWN, kind=kind) for kind in (RideKind.SHOW, RideKind.RESTAURANT)]
    live.cycles([*everybody(), show, inn], [*everybody(wait=20), *fallen])
    assert (live.park.eligible, live.park.rides_down) == (4, 0)


def test_a_ride_that_left_the_feed_is_unknown_after_its_hold(live: Live) -> None:
    missing = [answer for answer in everybody(wait=30) if answer.name != "Alpha"]
    live.cycles(everybody(Alpha=UP), everybody(wait=20, Alpha=DOWN), missing, missing)
    assert live.down["Alpha"] == (int(DOWN), 1)
    live.cycles(missing)
    assert live.down["Alpha"] == (None, 0)
    assert (live.park.eligible, live.park.observed, live.park.rides_down) == (4, 3, 0)
    assert live.park.weight_eligible == 4 * UNRATED


def test_a_stale_claim_to_operate_is_unknown(live: Live) -> None:
    old = reading("Alpha", UP, 55, upstream_at=TEN - dt.timedelta(days=3))
    live.cycles(everybody(), [*everybody(wait=20)[1:], old])
    assert live.down["Alpha"] == (None, 0)
    assert (live.park.observed, live.park.wait_max) == (3, 23)


def test_a_frozen_park_is_unknown_from_its_third_hour(live: Live) -> None:
    still = everybody(wait=25, Alpha=DOWN)
    live.cycles(everybody(), *[still] * 12)
    assert (live.park.observed, live.park.rides_down) == (4, 1)
    live.cycles(still)
    assert (live.park.observed, live.park.rides_down, live.park.weight_eligible) == (0, 0, 0)
    assert set(live.down.values()) == {(None, 0)}
    live.cycles(everybody(wait=26, Alpha=DOWN), everybody(wait=27, Alpha=DOWN))
    assert live.park.rides_operating == 3


def test_rolling_up_an_old_day_does_not_turn_the_present_back(stored_live: Live) -> None:
    stored_live.cycles(everybody(), everybody(wait=20))
    stored_live.clock.sleep(2 * 86_400)
    stored_live.cycles(everybody(Alpha=UP), everybody(wait=20, Alpha=DOWN))
    before = rows(stored_live.database, ParkCurrent), rows(stored_live.database, RideCurrent)
    mark_range(stored_live.database, stored_live.clock, end=MONDAY)
    stored_live.rollup.run()
    mark_range(stored_live.database, stored_live.clock)
    Rollup(stored_live.database, stored_live.clock, LOG).run()
    assert (rows(stored_live.database, ParkCurrent), rows(stored_live.database, RideCurrent)) == before


def test_a_repeated_roll_up_leaves_the_version(stored_live: Live) -> None:
    stored_live.cycles(everybody(), everybody(wait=20, Alpha=DOWN))
    with stored_live.database.read() as connection:
        before = data_version.get(connection)
    mark_range(stored_live.database, stored_live.clock)
    stored_live.rollup.run()
    with stored_live.database.read() as connection:
        assert data_version.get(connection) == before


def test_a_park_that_does_not_answer_keeps_its_last_state(database: Database) -> None:
    live = Live(database)
    seed_parks(database, NEW_YORK)
    live.cycles(everybody(), everybody(wait=20))
    before = live.park
    live.feed.says = {WIKI_IDS[NEW_YORK]: everybody()}
    live.collector.cycle()
    live.rollup.run()
    found = rows(database, ParkCurrent, "park_id", *Now._fields)
    assert found[0] == (ROME, *before)
    assert [row[0] for row in found] == [ROME, NEW_YORK]


def test_the_present_is_judged_by_what_its_own_day_knows_also_in_a_rebuild(sqlite_database: Database) -> None:
    """The same answers three days ago are no standstill to a day that looks 24 h back, in any batch."""
    live = Live(sqlite_database)
    still = [reading(name, UP, 5) for name in NAMES]
    live.cycles(still)
    live.clock.sleep(3 * 86_400)
    live.cycles(still)
    live.cycles(still)
    believed = rows(sqlite_database, RideCurrent, "ride_id", "effective_status")
    assert {status for _, status in believed} == {int(UP)}
    mark_range(sqlite_database, live.clock)
    assert Rollup(sqlite_database, live.clock, LOG).run().rows_written == 0
    assert rows(sqlite_database, RideCurrent, "ride_id", "effective_status") == believed


def test_a_ride_known_from_late_data_alone_does_nothing_now(sqlite_database: Database) -> None:
    live = Live(sqlite_database)
    live.cycles([reading(name, UP, 5) for name in NAMES[:3]])
    (delta,) = seed_rides(sqlite_database, ROME, NAMES[3])
    late = a_day(ROME, MONDAY - dt.timedelta(days=3), [delta], down={delta: (600, 1080)})
    observe(sqlite_database, late)
    live.rollup.run()
    told = dict(rows(sqlite_database, RideCurrent, "ride_id", "effective_status"))
    assert told.pop(delta) is None
    assert set(told.values()) == {int(UP)}
