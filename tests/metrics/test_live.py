"""R8, live: which rides are down now, and the weights of the live score."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from hallofshame.domain.words import Feed
from hallofshame.metrics.live import last_readings, live_parks, live_rides, live_stops, parks_now
from hallofshame.metrics.parkday import compute_park_days
from hallofshame.metrics.validity import frozen_cycles

from .build import CLOSED, DAY, DOWN, OPERATING, Hours, Operated, Reading, Ride, World, clock, held, inputs

OPEN = [Hours(DAY, clock("10:00"), clock("18:00"))]


def now(
    world: World, usual_ends: list[tuple[int, int]] | None = None
) -> tuple[dict[int, dict[str, Any]], dict[str, Any] | None]:
    """Live rows by ride, and the park's live row, where it has one."""
    given = inputs(world)
    rows = compute_park_days(given)
    last = last_readings(given.observations)
    usual = pl.DataFrame(list(usual_ends or ()), schema=["ride_id", "usual_end"], orient="row").cast(
        {"ride_id": pl.Int32, "usual_end": pl.Int64}
    )
    stops = live_stops(rows.outage_parts, usual, parks_now(last, rows.windows))
    live = live_rides(
        last, frozen_cycles(given.observations, given.parks), rows.windows, rows.ride_days, stops
    )
    eligible = rows.ride_days.filter("eligible").select("park_id", "ride_id")
    parks = live_parks(
        parks_now(last_readings(given.observations), rows.windows), live, eligible, given.rides
    )
    rides = {row["ride_id"]: row for row in live.iter_rows(named=True)}
    return rides, parks.row(0, named=True) if parks.height else None


def morning(ride: int, then: Any, wait: int | None = None, **more: Any) -> list[Reading]:
    """Operating from 10:00 to 12:00, then a last reading at 12:00."""
    readings = held(ride, "10:00", "12:00", OPERATING, 5, **more)
    return [*readings, *held(ride, "12:00", "12:01", then, wait, **more)]


def world_of(*readings: Reading, **more: Any) -> World:
    return World(readings, **{"rides": {r.ride: Ride() for r in readings}, "schedule": OPEN, **more})


def test_ride_down_at_the_latest_cycle_counts_with_its_weight() -> None:
    world = world_of(
        *morning(1, DOWN), *morning(2, OPERATING, 30), rides={1: Ride(weight=3), 2: Ride(weight=1)}
    )
    rides, park = now(world)
    assert rides[1]["counts_as_down"]
    assert not rides[2]["counts_as_down"]
    assert park is not None
    assert (park["weight_down"], park["weight_eligible"]) == (3, 4)
    assert (park["rides_operating"], park["rides_down"], park["eligible"], park["observed"]) == (1, 1, 2, 2)
    assert (park["wait_sum"], park["wait_known"], park["wait_max"]) == (30, 1, 30)


def test_a_ride_that_stopped_counts_provisionally_where_the_feed_says_no_more_than_closed() -> None:
    told, _ = now(world_of(*morning(1, CLOSED)))
    assert (told[1]["counts_as_down"], told[1]["is_stopped"]) == (False, False)
    for world in (
        world_of(*morning(1, CLOSED), tells_down=False),
        world_of(*morning(1, CLOSED, feed=Feed.QUEUE_TIMES)),
    ):
        rides, park = now(world)
        assert (rides[1]["counts_as_down"], rides[1]["is_stopped"]) == (True, True)
        assert park is not None
        assert park["rides_down"] == 1


def test_a_stopped_ride_does_not_count_in_the_last_hour_of_its_usual_day() -> None:
    world = world_of(*morning(1, CLOSED), tells_down=False)
    soon, _ = now(world, [(1, clock("12:59"))])
    assert (soon[1]["counts_as_down"], soon[1]["is_stopped"]) == (False, True)
    later, _ = now(world, [(1, clock("13:00"))])
    assert later[1]["counts_as_down"]


def test_a_park_that_closes_early_scores_nothing_live() -> None:
    """All rides close at once, hours before the published end, where only open and closed are told."""
    rides, park = now(world_of(*morning(1, CLOSED), *morning(2, CLOSED), tells_down=False))
    assert not rides[1]["counts_as_down"]
    assert not rides[1]["is_stopped"]
    assert park is not None
    assert (park["weight_down"], park["rides_down"]) == (0, 0)


def test_ride_that_has_not_run_today_is_not_stopped_but_down_where_the_feed_says_so() -> None:
    closed = world_of(*held(1, "10:00", "12:05", CLOSED), *morning(2, OPERATING), tells_down=False)
    assert not now(closed)[0][1]["counts_as_down"]
    down = world_of(
        *held(1, "10:00", "12:05", DOWN),
        *morning(2, OPERATING),
        history=[Operated(DAY - dt.timedelta(days=1), 1)],
    )
    rides, park = now(down)
    assert (rides[1]["counts_as_down"], rides[1]["is_stopped"]) == (True, False)
    assert park is not None
    assert park["rides_down"] == 1


def test_outside_opening_hours_nothing_is_down_and_nothing_weighs() -> None:
    schedule = [Hours(DAY, clock("10:00"), clock("12:00"))]
    rides, park = now(world_of(*morning(1, DOWN), *morning(2, CLOSED), schedule=schedule))
    assert not rides[1]["counts_as_down"]
    assert not rides[1]["is_open"]
    assert park is not None
    assert (park["is_open"], park["weight_down"], park["weight_eligible"]) == (False, 0, 0)


def test_ride_not_seen_lately_has_no_state_but_still_weighs() -> None:
    world = world_of(*morning(1, DOWN), *held(2, "10:00", "11:00", OPERATING))
    rides, park = now(world)
    assert set(rides) == {1}
    assert park is not None
    assert (park["weight_eligible"], park["eligible"], park["observed"]) == (4, 2, 1)


def test_ride_missing_from_the_latest_cycle_keeps_its_state_while_it_holds() -> None:
    """Read at 11:55 with a cadence of five minutes: it holds until 12:10."""
    rides, _ = now(world_of(*morning(1, DOWN), *held(2, "10:00", "12:00", OPERATING, 5)))
    assert rides[2]["observed_at"] == clock("11:55")
    assert rides[2]["effective_status"] == OPERATING


def test_ghost_has_no_state() -> None:
    stale = held(1, "12:00", "12:01", OPERATING, 5, stale=True)
    rides, _ = now(world_of(*held(1, "10:00", "12:00", OPERATING, 5), *stale, *morning(2, OPERATING)))
    assert set(rides) == {2}


def test_show_has_a_state_but_no_weight() -> None:
    world = world_of(*morning(1, DOWN), *morning(2, OPERATING), rides={1: Ride(attraction=False), 2: Ride()})
    rides, park = now(world)
    assert rides[1]["effective_status"] == DOWN
    assert not rides[1]["counts_as_down"]
    assert park is not None
    assert (park["weight_down"], park["weight_eligible"]) == (0, 2)


def test_no_observations_give_no_live_rows() -> None:
    rides, park = now(World([], {}, schedule=OPEN))
    assert rides == {}
    assert park is None


def test_one_row_per_ride() -> None:
    given = inputs(world_of(*morning(1, DOWN), *morning(2, OPERATING)))
    rows = compute_park_days(given)
    last = last_readings(given.observations)
    usual = pl.DataFrame(schema={"ride_id": pl.Int32, "usual_end": pl.Int64})
    stops = live_stops(rows.outage_parts, usual, parks_now(last, rows.windows))
    frozen = frozen_cycles(given.observations, given.parks)
    live = live_rides(last, frozen, rows.windows, rows.ride_days, stops)
    assert live.select(pl.struct("park_id", "ride_id").is_unique().all()).item()
