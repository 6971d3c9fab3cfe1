"""R5–R7: what counts, where, and how it adds up."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from hallofshame.domain.counters import PARK_COUNTERS, RIDE_COUNTERS
from hallofshame.domain.words import Feed, Status
from hallofshame.metrics.compute import compute as compute_any
from hallofshame.metrics.compute import history_of
from hallofshame.metrics.frames import HISTORY, OBSERVATIONS, empty
from hallofshame.metrics.parkday import ParkDays, compute_park_days

from .build import (
    CLOSED,
    DAY,
    DOWN,
    OPERATING,
    REFURBISHMENT,
    Hours,
    Operated,
    Reading,
    Ride,
    World,
    clock,
    compute,
    held,
    inputs,
    log,
)

ONE_DAY = dt.timedelta(days=1)
TEN_TO_TWELVE = [Hours(DAY, clock("10:00"), clock("12:00"))]
ONE = {1: Ride()}


def ride_day(world: World, ride: int = 1) -> dict[str, Any]:
    """The ride's row of the first day."""
    return compute(world).ride_days.filter(ride_id=ride, day=world.days[0]).row(0, named=True)


def park_day(world: World) -> dict[str, Any]:
    return compute(world).park_days.row(0, named=True)


def world_of(*readings: Reading, **more: Any) -> World:
    """Open from 10:00 to 12:00, when every ride is read as closed: a hold beyond would extend the hours."""
    noon = clock("12:00")
    late = {r.ride for r in readings if r.at >= noon}
    closing = [Reading(ride, noon, CLOSED) for ride in sorted({r.ride for r in readings} - late)]
    return World([*readings, *closing], **{"rides": ONE, "schedule": TEN_TO_TWELVE, **more})


# R7: the four statuses --------------------------------------------------------------------------------------


def test_each_status_has_its_own_counter_and_they_add_up_to_observed() -> None:
    day = ride_day(
        world_of(
            *log(
                1,
                ("10:00", OPERATING),
                ("10:30", DOWN),
                ("10:50", CLOSED),
                ("11:05", REFURBISHMENT),
                ("11:15", None),
            )
        )
    )
    assert (day["operating"], day["down"], day["closed"], day["refurbishment"]) == (1800, 1200, 900, 600)
    assert (day["observed"], day["open"]) == (4500, 7200)


def test_outside_the_windows_nothing_counts() -> None:
    day = ride_day(world_of(*log(1, ("08:00", DOWN), ("10:00", OPERATING), ("12:00", DOWN))))
    assert (day["operating"], day["down"], day["downtime"], day["observed"]) == (7200, 0, 0, 7200)


def test_unobserved_time_counts_only_as_open() -> None:
    day = ride_day(world_of(*held(1, "10:00", "10:30", OPERATING)))
    assert (day["open"], day["observed"]) == (7200, 25 * 60 + 900)


def test_hours_are_cut_at_the_full_local_hour() -> None:
    schedule = [Hours(DAY, clock("10:40"), clock("12:20"))]
    hours = compute(world_of(*log(1, ("10:40", OPERATING), ("12:20", CLOSED)), schedule=schedule)).ride_hours
    assert hours.select("hour", "open", "operating").rows() == [
        (clock("10:00"), 1200, 1200),
        (clock("11:00"), 3600, 3600),
        (clock("12:00"), 1200, 1200),
    ]


@pytest.mark.parametrize("timezone", ["Asia/Kolkata", "Australia/Adelaide", "Asia/Kathmandu", "Asia/Tokyo"])
def test_hours_of_odd_time_zones_begin_at_full_local_hours(timezone: str) -> None:
    opens, closes = clock("09:00", DAY, timezone), clock("12:00", DAY, timezone)
    readings = [Reading(1, opens, OPERATING, cadence=None), Reading(1, closes, CLOSED, cadence=None)]
    world = World(readings, ONE, schedule=[Hours(DAY, opens, closes)], timezone=timezone)
    hours = compute(world).ride_hours
    local = [dt.datetime.fromtimestamp(hour, ZoneInfo(timezone)).strftime("%H:%M") for hour in hours["hour"]]
    assert local == ["09:00", "10:00", "11:00"]
    assert hours["operating"].to_list() == [3600, 3600, 3600]


@pytest.mark.parametrize(("date", "hours"), [(dt.date(2025, 10, 26), 25), (dt.date(2026, 3, 29), 23)])
def test_a_day_of_a_clock_change_has_as_many_hours_as_it_has(date: dt.date, hours: int) -> None:
    start = clock("00:00", date, "Europe/Rome")
    end = clock("24:00", date, "Europe/Rome")
    readings = [Reading(1, at, OPERATING, at // 900 % 9, cadence=900) for at in range(start, end, 900)]
    world = World(readings, ONE, days=[date], timezone="Europe/Rome", schedule=[Hours(date, start, end)])
    results = compute(world)
    assert results.ride_hours.height == results.park_hours.height == hours
    assert results.park_days["operating"].to_list() == [hours * 3600]


# R7: waits and samples --------------------------------------------------------------------------------------


def test_wait_is_weighted_by_seconds_and_the_maximum_kept() -> None:
    day = ride_day(
        world_of(*held(1, "10:00", "11:00", OPERATING, 10), *held(1, "11:00", "12:00", OPERATING, 40))
    )
    assert (day["wait_known"], day["wait_sum"], day["wait_max"]) == (7200, 3600 * 50, 40)


def test_operating_without_a_posted_wait_is_not_a_wait_of_zero() -> None:
    day = ride_day(world_of(*held(1, "10:00", "12:00", OPERATING)))
    assert (day["wait_known"], day["wait_sum"], day["wait_max"]) == (0, 0, None)


def test_posted_wait_of_zero_is_a_known_wait() -> None:
    day = ride_day(world_of(*held(1, "10:00", "12:00", OPERATING, 0)))
    assert (day["wait_known"], day["wait_sum"], day["wait_max"]) == (7200, 0, 0)


def test_wait_of_a_ride_that_does_not_operate_counts_nowhere() -> None:
    day = ride_day(world_of(*held(1, "10:00", "11:00", DOWN, 30), *held(1, "11:00", "12:00", OPERATING, 10)))
    assert (day["wait_known"], day["wait_sum"], day["wait_max"]) == (3600, 36_000, 10)


def test_wait_counts_in_every_hour_its_span_touches() -> None:
    readings = [Reading(1, clock("10:50"), OPERATING, 60, cadence=1800)]
    hours = compute(world_of(*readings)).ride_hours
    assert hours.select("wait_known", "wait_sum", "wait_max").rows() == [
        (600, 36_000, 60),
        (3600, 216_000, 60),
    ]


def test_sample_counts_in_the_hour_in_which_it_was_taken() -> None:
    readings = [Reading(1, clock(text), OPERATING, cadence=2880) for text in ("10:38", "11:26")]
    readings += [Reading(1, clock(text), CLOSED, cadence=2880) for text in ("09:50", "12:00")]
    hours = compute(world_of(*readings)).ride_hours
    assert hours["samples"].to_list() == [1, 1]
    assert hours["observed"].to_list() == [3600, 3600]


def test_unknown_readings_are_no_samples() -> None:
    day = ride_day(world_of(Reading(1, clock("10:00"), OPERATING), Reading(1, clock("10:05"), None)))
    assert day["samples"] == 1


def test_every_observation_is_a_sample_though_equal_ones_merge() -> None:
    assert ride_day(world_of(*held(1, "10:00", "12:00", OPERATING, 5)))["samples"] == 24


def test_spans_are_not_cut_at_the_latest_reading() -> None:
    assert ride_day(world_of(Reading(1, clock("11:00"), OPERATING, cadence=600)))["operating"] == 1800


# R5: downtime -----------------------------------------------------------------------------------------------


def broken(status: Status, feed: Feed = Feed.THEMEPARKS_WIKI) -> list[Reading]:
    """Operating from 10 to 11, the status from 11 to 12."""
    return held(1, "10:00", "11:00", OPERATING, feed=feed) + held(1, "11:00", "12:00", status, feed=feed)


def test_down_is_downtime_where_the_feed_tells_it_whether_or_not_the_ride_came_back() -> None:
    day = ride_day(world_of(*broken(DOWN)))
    assert (day["down"], day["downtime"], day["downtime_never_reopened"]) == (3600, 3600, 3600)


def test_down_all_day_is_downtime_of_a_ride_that_ran_lately() -> None:
    world = world_of(
        *held(1, "10:00", "12:00", DOWN),
        *held(2, "10:00", "12:00", OPERATING),
        rides={1: Ride(), 2: Ride()},
        history=[Operated(DAY - ONE_DAY, 1)],
    )
    day = ride_day(world)
    assert (day["downtime"], day["downtime_never_reopened"], day["eligible"]) == (7200, 7200, True)
    assert park_day(world)["weighted_breakdown"] == 0
    assert park_day(world)["weighted_downtime"] == 2 * 7200


def stopped(status: Status, feed: Feed = Feed.THEMEPARKS_WIKI) -> list[Reading]:
    """Operating, the status from 10:40 to 11:20, operating again."""
    return [
        *held(1, "10:00", "10:40", OPERATING, feed=feed),
        *held(1, "10:40", "11:20", status, feed=feed),
        *held(1, "11:20", "12:00", OPERATING, feed=feed),
    ]


@pytest.mark.parametrize(
    ("tells_down", "feed", "downtime"),
    [
        (True, Feed.THEMEPARKS_WIKI, 0),
        (True, Feed.ARCHIVE, 0),
        (True, Feed.QUEUE_TIMES, 2400),
        (False, Feed.THEMEPARKS_WIKI, 2400),
        (False, Feed.ARCHIVE, 2400),
        (False, Feed.QUEUE_TIMES, 2400),
    ],
)
def test_closed_counts_only_where_it_is_all_that_a_source_says(
    *, tells_down: bool, feed: Feed, downtime: int
) -> None:
    day = ride_day(world_of(*stopped(CLOSED, feed), tells_down=tells_down))
    assert (day["closed"], day["downtime"]) == (2400, downtime)


@pytest.mark.parametrize("status", [CLOSED, DOWN])
def test_where_only_open_and_closed_are_told_what_did_not_come_back_does_not_count(status: Status) -> None:
    day = ride_day(world_of(*broken(status), tells_down=False))
    assert (day["downtime"], day["operating"]) == (0, 3600)
    assert park_day(world_of(*broken(status), tells_down=False))["weighted_exposure"] == 2 * 3600


def test_a_park_day_is_judged_by_what_most_of_its_readings_can_tell() -> None:
    """One ride through each feed, one hour more through Queue-Times or one less."""
    for until, by_down in (("11:00", True), ("12:00", False)):
        readings = [
            *held(1, "10:00", "11:15", OPERATING),
            *held(2, "10:00", until, OPERATING, feed=Feed.QUEUE_TIMES),
        ]
        row = park_day(world_of(*readings, rides={1: Ride(), 2: Ride()}))
        assert row["judged_by_down"] is by_down


def test_refurbishment_is_never_downtime() -> None:
    assert ride_day(world_of(*broken(REFURBISHMENT), tells_down=False))["downtime"] == 0


def test_one_second_of_operation_is_operation() -> None:
    day = ride_day(world_of(*log(1, ("10:00", DOWN), ("11:59:59", OPERATING), ("12:00", CLOSED))))
    assert (day["operating"], day["downtime"]) == (1, 7199)


def test_show_has_counters_but_neither_downtime_nor_eligibility() -> None:
    readings = [*held(1, "10:00", "12:00", OPERATING), *held(2, "10:00", "11:00", OPERATING)]
    world = world_of(
        *readings,
        *held(2, "11:00", "12:00", DOWN),
        rides={1: Ride(), 2: Ride(attraction=False)},
        history=[Operated(DAY - ONE_DAY, 2)],
    )
    show = ride_day(world, ride=2)
    assert (show["operating"], show["down"], show["downtime"]) == (3600, 3600, 0)
    assert not show["eligible"]
    assert park_day(world)["eligible"] == 1
    assert park_day(world)["down"] == 0


# R6: eligibility --------------------------------------------------------------------------------------------


def test_eligible_for_six_days_after_operating_inside_a_window() -> None:
    batch = [DAY + n * ONE_DAY for n in range(8)]
    schedule = [Hours(day, clock("10:00", day), clock("12:00", day)) for day in batch]
    readings = [r for day in batch for r in held(2, "10:00", "12:00", OPERATING, day=day)]
    readings += [Reading(2, clock("12:00", day), CLOSED) for day in batch]
    readings += held(1, "10:00", "12:00", OPERATING)
    world = World(readings, {1: Ride(), 2: Ride()}, days=batch, schedule=schedule)
    rows = compute(world).ride_days.filter("eligible", ride_id=1)
    assert rows["day"].to_list() == batch[:7]
    assert compute(world).park_days["eligible"].to_list() == [2] * 7 + [1]


def test_eligible_ride_nobody_observed_is_open_time_without_coverage() -> None:
    world = world_of(
        *held(1, "10:00", "12:00", OPERATING),
        rides={1: Ride(), 2: Ride()},
        history=[Operated(DAY - ONE_DAY, 2)],
    )
    assert ride_day(world, ride=2)["open"] == 7200
    park = park_day(world)
    assert (park["open"], park["observed"], park["eligible"], park["rides_operated"]) == (14_400, 7200, 2, 1)


def test_operating_outside_windows_on_an_earlier_day_makes_no_ride_eligible() -> None:
    world = world_of(
        *held(1, "10:00", "12:00", OPERATING),
        rides={1: Ride(), 2: Ride()},
        history=[Operated(DAY - ONE_DAY, 2, inside=False)],
    )
    assert park_day(world)["eligible"] == 1


# R7: the park -----------------------------------------------------------------------------------------------


def test_weights_enter_numerator_and_denominator() -> None:
    """Ride 1 (weight 3) is down for one of two hours, ride 2 (weight 1) in repair for one of two."""
    readings = [
        *held(1, "10:00", "11:00", OPERATING),
        *held(1, "11:00", "12:00", DOWN),
        *held(2, "10:00", "11:00", OPERATING),
        *held(2, "11:00", "12:00", REFURBISHMENT),
    ]
    park = park_day(world_of(*readings, rides={1: Ride(weight=3), 2: Ride(weight=1)}))
    assert park["weighted_downtime"] == 3 * 3600
    assert park["weighted_exposure"] == 3 * 7200 + 3600
    assert (park["downtime"], park["rides_down"], park["rides_operated"]) == (3600, 1, 2)


def test_park_hours_add_up_to_the_park_day() -> None:
    results = compute(world_of(*broken(DOWN)))
    hours = results.park_hours.filter(pl.col("open") > 0)
    assert hours["weighted_downtime"].to_list() == [0, 7200]
    assert hours["weighted_exposure"].to_list() == [7200, 7200]
    assert results.park_days["weighted_downtime"].to_list() == [7200]


def test_every_local_hour_of_a_day_has_a_park_row_closed_hours_with_zeros() -> None:
    hours = compute(world_of(*broken(DOWN))).park_hours
    assert hours["hour"].to_list() == [clock(f"{hour}:00") for hour in range(24)]
    closed = hours.filter(pl.col("open") == 0)
    assert closed.height == 22
    assert closed.select(pl.col(PARK_COUNTERS).exclude("wait_max")).sum().row(0) == (0,) * (
        len(PARK_COUNTERS) - 1
    )
    assert closed["wait_max"].null_count() == 22


def test_counters_are_64_bits_wide() -> None:
    """A park-year of 600-minute waits on 100 rides is 2 × 10¹² minute-seconds: over 32 bits, far under 64."""
    results = compute(world_of(*held(1, "10:00", "12:00", OPERATING, 600)))
    assert results.ride_days["wait_sum"].to_list() == [600 * 7200]
    for frame in (results.ride_hours, results.ride_days, results.park_hours, results.park_days):
        counters = [name for name in PARK_COUNTERS if name in frame.columns]
        assert {frame.schema[name] for name in counters} == {pl.Int64}


def test_widest_values_of_the_shapes_are_counted_exactly() -> None:
    """Ids near 2^31, the largest 16-bit wait."""
    ride = 2**31 - 1
    readings = [Reading(ride, clock("10:00"), OPERATING, 32_767, cadence=2**31 - 1)]
    world = world_of(*readings, rides={ride: Ride(weight=3)}, park=2**31 - 1)
    day = ride_day(world, ride=ride)
    assert (day["operating"], day["wait_sum"], day["wait_max"]) == (5400, 5400 * 32_767, 32_767)


# Edges of the input -----------------------------------------------------------------------------------------


def test_nothing_in_gives_nothing_out_in_the_right_shapes() -> None:
    full = compute(world_of(*broken(DOWN)))
    none = compute(World([], {}, days=[]))
    for name in (field.name for field in fields(ParkDays)):
        assert getattr(none, name).is_empty()
        assert getattr(none, name).schema == getattr(full, name).schema


def test_no_days_asked_for_gives_no_rows() -> None:
    given_ = inputs(world_of(*broken(DOWN)))
    asked = replace(given_, days=given_.days.clear())
    assert compute_park_days(asked).park_days.is_empty()
    assert compute_any(asked).rows.park_days.is_empty()


def test_day_without_observations_still_has_its_row() -> None:
    given_ = inputs(world_of())
    assert given_.observations.equals(empty(OBSERVATIONS))
    row = compute_park_days(given_).park_days.row(0, named=True)
    assert (row["evidence"], row["eligible"], row["open"]) == ("schedule", 0, 0)
    assert row["window_seconds"] == 7200


def test_park_without_attractions_has_counters_and_no_score() -> None:
    world = world_of(*held(1, "10:00", "12:00", OPERATING), rides={1: Ride(attraction=False)})
    results = compute(world)
    assert results.ride_days["operating"].to_list() == [7200]
    assert results.park_hours["open"].sum() == 0
    assert results.park_days["weighted_exposure"].to_list() == [0]


def test_ride_the_catalogue_does_not_know_enters_no_park_statistic() -> None:
    world = world_of(*held(1, "10:00", "12:00", OPERATING), *held(99, "10:00", "12:00", OPERATING))
    assert park_day(world)["eligible"] == 1
    assert park_day(world)["operating"] == 7200
    assert not ride_day(world, ride=99)["eligible"]


def test_columns_are_exactly_those_promised() -> None:
    results = compute(world_of(*broken(DOWN)))
    assert results.ride_hours.columns == ["park_id", "day", "hour", "ride_id", *RIDE_COUNTERS]
    assert results.ride_days.columns == [
        "park_id",
        "day",
        "ride_id",
        "eligible",
        "operated_any",
        "posted",
        "first_operating_at",
        "last_operating_at",
        *RIDE_COUNTERS,
    ]
    assert results.park_hours.columns == ["park_id", "day", "hour", *PARK_COUNTERS]
    assert results.park_days.columns == [
        "park_id",
        "day",
        "window_seconds",
        "evidence",
        "judged_by_down",
        "observed_queue_times",
        "active_from",
        "active_until",
        "night_until",
        "eligible",
        "rides_operated",
        "rides_down",
        *PARK_COUNTERS,
    ]


def test_history_of_a_result_names_the_attractions_that_operated() -> None:
    readings = [
        *held(1, "10:00", "12:00", OPERATING),
        *held(2, "08:00", "09:00", OPERATING),
        *held(3, "10:00", "12:00", OPERATING),
        *held(4, "10:00", "12:00", CLOSED),
    ]
    rides = {1: Ride(), 2: Ride(), 3: Ride(attraction=False), 4: Ride(), 5: Ride(), 6: Ride()}
    alive = [Operated(DAY - ONE_DAY, 5), Operated(DAY - ONE_DAY, 6)]
    given_ = inputs(world_of(*readings, rides=rides, history=alive))
    history = history_of(compute_park_days(given_), given_.rides)
    assert history.schema == HISTORY
    assert history.sort("ride_id").rows() == [
        (1, DAY, 1, True, True, False),
        (1, DAY, 2, True, False, False),
    ]
