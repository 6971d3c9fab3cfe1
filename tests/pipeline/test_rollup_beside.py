"""Roll-ups beside cycles and beside one another; what is said of a run, and its batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import day_bounds, to_unix
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import (
    PARK_DAYS_AT_ONCE,
    PARKS_AT_ONCE,
    Rollup,
    RollupResult,
    batches,
)
from hallofshame.store import data_version, dirty
from hallofshame.store.database import Database
from hallofshame.store.models import (
    AggregationLog,
    ParkDailyStats,
)
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import (
    CADENCE,
    LOG,
    MONDAY,
    ROME,
    TIMEZONES,
    TUESDAY,
    WEDNESDAY,
    a_day,
    at,
)
from pipeline.polls import rows
from pipeline.rolling import Fresh, dirty_days, one_park, roll_up
from pipeline.worlds import (
    CLOCK,
    ONE_DAY,
    World,
    assert_same_rows,
    at_once,
    derived_rows,
    observe,
)

# --- beside another ---


class Interrupted(ObservationCache):
    """Lets something happen once, between reading the inputs of a batch and writing its rows."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__()
        self._meanwhile: list[Callable[[], object]] = [meanwhile]

    def load(self, *args: object) -> pl.DataFrame:
        """As ever, and then whatever was to happen."""
        found = super().load(*args)  # type: ignore[arg-type]
        while self._meanwhile:
            self._meanwhile.pop()()
        return found


@pytest.mark.both_databases
def test_a_day_made_dirty_while_it_is_computed_stays_dirty(database: Database, fresh: Fresh) -> None:
    rides = one_park(database)
    morning = a_day(ROME, MONDAY, rides).filter(pl.col("observed_at") < to_unix(at("2026-06-01 10:00")))
    evening = a_day(ROME, MONDAY, rides, down={rides[0]: (800, 900)}).join(
        morning, on=["ride_id", "observed_at"], how="anti"
    )
    observe(database, morning, CLOCK.now())
    generations = []

    def more() -> None:
        observe(database, evening, CLOCK.now())
        with database.read() as connection:
            generations.extend(dirty.dirty(connection)["generation"])

    result = Rollup(database, CLOCK, LOG, Interrupted(more)).run()
    assert generations == [2]
    assert (result.batches, result.park_days) == (2, 2)
    assert dirty_days(database) == set()
    other = fresh()
    at_once(database, other)
    assert_same_rows(derived_rows(database), derived_rows(other))


@pytest.mark.both_databases
def test_a_mark_set_anew_after_another_roll_up_is_not_cleared_by_the_slower_one(
    database: Database, fresh: Fresh
) -> None:
    """One computes, another finishes the same day, new observations come: the first must not win."""
    rides = one_park(database)
    whole = a_day(ROME, MONDAY, rides, down={rides[1]: (800, 900)})
    noon = pl.col("observed_at") < to_unix(at("2026-06-01 10:00"))
    observe(database, whole.filter(noon), CLOCK.now())

    def overtake() -> None:
        roll_up(database)
        observe(database, whole.filter(~noon), CLOCK.now())

    Rollup(database, CLOCK, LOG, Interrupted(overtake)).run()
    assert dirty_days(database) == set()
    other = fresh()
    at_once(database, other)
    assert_same_rows(derived_rows(database), derived_rows(other))


@pytest.mark.both_databases
def test_a_day_computed_beside_the_one_before_it_knows_its_rides(database: Database, fresh: Fresh) -> None:
    """Which rides operated on Monday is an input of Tuesday, also when two roll-ups share the work."""
    rides = one_park(database)
    observe(database, a_day(ROME, MONDAY, rides[:3]), CLOCK.now())
    roll_up(database)
    observe(database, a_day(ROME, MONDAY, rides[3:]), CLOCK.now())
    observe(database, a_day(ROME, WEDNESDAY, rides[:3]), CLOCK.now())

    def only(day: dt.date, rollup: Rollup) -> None:
        """A process that has this one day in hand."""
        with database.read() as connection:
            marks = dirty.dirty(connection).filter(pl.col("day") == day)
        rollup._roll_up(marks, RollupResult())

    meanwhile = Interrupted(lambda: only(MONDAY, Rollup(database, CLOCK, LOG)))
    only(WEDNESDAY, Rollup(database, CLOCK, LOG, meanwhile))
    roll_up(database)
    other = fresh()
    at_once(database, other)
    assert_same_rows(derived_rows(database), derived_rows(other))


@pytest.mark.both_databases
def test_two_roll_ups_over_the_same_list_end_with_the_same_rows(database: Database, fresh: Fresh) -> None:
    """Both hold rows in memory from before; each in turn finds the other's work done in between."""
    world = World(database, 8, days=1, rollup_every=0.0)
    world.tell()
    one, two = Rollup(database, CLOCK, LOG), Rollup(database, CLOCK, LOG)
    for rollup in (one, two, one):
        mark_range(database, CLOCK)
        rollup.run()
        world._retier()
    mark_range(database, CLOCK)
    inner = Rollup(database, CLOCK, LOG, Interrupted(two.run))
    inner.run()
    one.run()
    assert dirty_days(database) == set()
    other = fresh()
    at_once(database, other)
    assert_same_rows(derived_rows(database), derived_rows(other))


def test_a_run_is_logged_with_what_it_did(database: Database) -> None:
    rides = one_park(database)
    observe(database, a_day(ROME, MONDAY, rides), CLOCK.now())
    told: list[tuple[int, int]] = []
    result = Rollup(database, CLOCK, LOG).run(lambda done, of: told.append((done, of)))
    logged = rows(database, AggregationLog, "job_type", "outcome", "park_days", "rows_written")
    assert logged == [("rollup", "success", result.park_days, result.rows_written)]
    assert rows(
        database, AggregationLog, "target_from", "target_to", "parks_processed", "rides_processed"
    ) == [(MONDAY, MONDAY, 1, len(rides))]
    assert told == [(1, 1)]


def test_the_version_says_how_fresh_the_data_is(database: Database) -> None:
    rides = one_park(database)
    observe(database, a_day(ROME, MONDAY, rides), CLOCK.now())
    roll_up(database)
    last = day_bounds(TUESDAY, TIMEZONES[ROME])[0] - CADENCE
    with database.read() as connection:
        assert data_version.get(connection) == (1, last)


def test_a_long_list_is_rolled_up_in_bounded_batches(sqlite_database: Database) -> None:
    """Cut in the middle of a park: the later batch knows which rides operated in the earlier one."""
    count = PARK_DAYS_AT_ONCE + 20
    rides = one_park(sqlite_database)
    frame = a_day(ROME, MONDAY, rides[:2]).filter(pl.col("observed_at") % 7200 == 0)
    frame = frame.with_columns(
        wait_minutes=pl.col("wait_minutes") + (pl.col("observed_at") // 7200 % 5),
        cadence_seconds=pl.lit(7200, pl.Int32),
    )
    days = [frame.with_columns(pl.col("observed_at") + 86_400 * n) for n in range(count)]
    observe(sqlite_database, pl.concat(days), CLOCK.now())
    result = Rollup(sqlite_database, FixedClock(CLOCK.now() + count * ONE_DAY), LOG).run()
    assert (result.batches, result.park_days) == (2, count)
    assert rows(sqlite_database, ParkDailyStats, "eligible") == [(2,)] * count


def test_batches_keep_the_parks_side_by_side_and_their_days_in_order() -> None:
    parks, length = 2 * PARKS_AT_ONCE + 1, 3
    marks = pl.DataFrame(
        [(park, MONDAY + day * ONE_DAY) for day in range(length) for park in range(parks)],
        schema={"park_id": pl.Int64, "day": pl.Date},
        orient="row",
    )
    found = list(batches(marks))
    assert sum(batch.height for batch in found) == parks * length
    assert all(batch.height <= PARK_DAYS_AT_ONCE for batch in found)
    assert pl.concat(found).unique().height == marks.height
    for _, days in pl.concat(found).group_by("park_id", maintain_order=True):
        assert days["day"].is_sorted()
