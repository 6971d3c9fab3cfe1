"""R4: when a park is open, and by what evidence."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from hallofshame.domain.words import ScheduleKind
from hallofshame.metrics.frames import DAYS
from hallofshame.metrics.opening import rides_of_week, thresholds

from .build import (
    CLOSED,
    DAY,
    DOWN,
    OPERATING,
    Hours,
    Operated,
    Reading,
    Ride,
    World,
    clock,
    compute,
    frame_of,
    held,
    log,
)

ONE_DAY = dt.timedelta(days=1)
THREE = {1: Ride(), 2: Ride(), 3: Ride()}
FOUR = {**THREE, 4: Ride()}


def running(since: str, until: str, rides: tuple[int, ...] = (1, 2, 3)) -> list[Reading]:
    """Rides operating exactly from ``since`` to ``until``, then closed."""
    readings = [r for ride in rides for r in held(ride, since, until, OPERATING)]
    return readings + [r for ride in rides for r in held(ride, until, until + ":01", CLOSED)]


def posting(since: str, until: str, rides: tuple[int, ...]) -> list[Reading]:
    """The same with waits posted that move, as waits do."""
    readings = [r for ride in rides for r in held(ride, since, until, OPERATING)]
    waiting = [replace(r, wait=5 + r.at // 300 % 7) for r in readings]
    return waiting + [r for ride in rides for r in held(ride, until, until + ":01", CLOSED)]


def opened(world: World) -> tuple[list[tuple[str, str]], str]:
    """Windows of the first day as (HH:MM, HH:MM), and the evidence."""
    results = compute(world)
    windows = [
        (_shown(start), _shown(end))
        for day, start, end in results.windows.select("day", "start", "end").iter_rows()
        if day == world.days[0]
    ]
    return windows, results.park_days["evidence"][0]


def _shown(instant: int) -> str:
    text = dt.datetime.fromtimestamp(instant, dt.UTC).strftime("%H:%M")
    return "24:00" if instant == clock("24:00") else text


def scheduled(opens: str, closes: str, date: dt.date = DAY, kind: str = "OPERATING") -> Hours:
    return Hours(date, clock(opens, date), clock(closes, date), ScheduleKind(kind))


# Activity ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "k", "half"),
    [(0, 0, 0), (1, 1, 1), (2, 1, 1), (3, 2, 2), (4, 3, 2), (30, 3, 15), (31, 4, 16), (101, 11, 51)],
)
def test_threshold_is_three_rides_of_more_or_a_tenth_of_a(size: int, k: int, half: int) -> None:
    days = frame_of([(1, DAY, clock("00:00"), clock("24:00"), True)], DAYS)
    alive = pl.DataFrame(
        {"park_id": [1] * size, "day": [DAY] * size, "ride_id": list(range(size))},
        schema={"park_id": pl.Int32, "day": pl.Date, "ride_id": pl.Int32},
    )
    found = thresholds(days.lazy(), alive.lazy()).select("k", "half").collect()
    assert found.row(0) == (k, half)


def test_a_ride_is_alive_on_the_day_it_operated_and_six_more() -> None:
    days = frame_of(
        [(1, DAY + n * ONE_DAY, clock("00:00"), clock("24:00"), True) for n in range(-1, 9)], DAYS
    )
    operated = pl.DataFrame(
        {"park_id": [1], "day": [DAY], "ride_id": [1]},
        schema={"park_id": pl.Int32, "day": pl.Date, "ride_id": pl.Int32},
    )
    alive = rides_of_week(days.lazy(), operated.lazy()).select("day").collect()
    assert alive["day"].sort().to_list() == [DAY + n * ONE_DAY for n in range(7)]


def test_open_while_three_of_four_rides_operate() -> None:
    readings = (
        running("09:00", "18:00", (1,))
        + running("10:00", "19:00", (2,))
        + running("11:00", "20:00", (3,))
        + running("12:00", "13:00", (4,))
    )
    assert opened(World(readings, FOUR)) == ([("11:00", "18:00")], "activity")


def test_one_ride_of_three_may_rest() -> None:
    readings = (
        running("09:00", "18:00", (1,)) + running("10:00", "19:00", (2,)) + running("11:00", "20:00", (3,))
    )
    assert opened(World(readings, THREE)) == ([("10:00", "19:00")], "activity")


def test_ride_that_ran_six_days_ago_raises_the_threshold_and_seven_days_ago_does_not() -> None:
    readings = running("10:00", "18:00", (1, 2))
    six = [Operated(DAY - 6 * ONE_DAY, ride) for ride in (3, 4)]
    seven = [Operated(DAY - 7 * ONE_DAY, ride) for ride in (3, 4)]
    assert opened(World(readings, FOUR, history=six)) == ([], "no_activity")
    assert opened(World(readings, FOUR, history=seven)) == ([("10:00", "18:00")], "activity")


def test_operating_outside_windows_on_an_earlier_day_keeps_a_ride_alive() -> None:
    """A of R4 asks for any operating time, E of R6 for time inside a window."""
    readings = running("10:00", "18:00", (1, 2))
    outside = [Operated(DAY - ONE_DAY, ride, inside=False) for ride in (3, 4)]
    assert opened(World(readings, FOUR, history=outside)) == ([], "no_activity")


def test_where_enough_rides_post_waits_the_others_open_no_park() -> None:
    """Four gardens are open all day, four rides post waits from 10 to 18: it is the rides that tell."""
    rides = {ride: Ride() for ride in range(1, 9)}
    waits = posting("10:00", "18:00", (5, 6, 7, 8))
    gardens = running("07:00", "21:00", (1, 2, 3, 4))
    assert opened(World(gardens + waits, rides)) == ([("10:00", "18:00")], "activity")


@pytest.mark.parametrize("few", [(7, 8), (8,)])
def test_two_rides_that_post_waits_are_too_few_to_speak_for_all(few: tuple[int, ...]) -> None:
    rides = {ride: Ride() for ride in range(1, 9)}
    waits = posting("10:00", "18:00", few)
    others = running("07:00", "21:00", tuple(set(rides) - set(few)))
    assert opened(World(others + waits, rides)) == ([("07:00", "21:00")], "activity")


def test_three_of_thirteen_rides_that_post_waits_are_less_than_a_quarter() -> None:
    rides = {ride: Ride() for ride in range(1, 14)}
    waits = posting("10:00", "18:00", (1, 2, 3))
    others = running("07:00", "21:00", tuple(range(4, 14)))
    assert opened(World(others + waits, rides)) == ([("07:00", "21:00")], "activity")


def test_a_stretch_that_rests_on_a_single_look_is_no_opening() -> None:
    glitch = [Reading(ride, clock("03:00"), OPERATING) for ride in THREE]
    glitch += [Reading(ride, clock("03:05"), CLOSED) for ride in THREE]
    assert opened(World(glitch, THREE)) == ([], "no_activity")
    assert opened(World(glitch + running("10:00", "18:00"), THREE)) == ([("10:00", "18:00")], "activity")
    twice = [Reading(ride, clock("02:55"), OPERATING) for ride in THREE]
    assert opened(World(twice + glitch, THREE)) == ([("02:55", "03:05")], "activity")


def test_gap_just_under_three_hours_is_bridged() -> None:
    readings = running("10:00", "12:00") + running("14:55", "18:00")
    assert opened(World(readings, THREE)) == ([("10:00", "18:00")], "activity")


def test_gap_of_three_hours_parts_two_windows() -> None:
    readings = running("10:00", "12:00") + running("15:00", "18:00")
    assert opened(World(readings, THREE)) == ([("10:00", "12:00"), ("15:00", "18:00")], "activity")


def test_bridging_stays_within_the_local_day() -> None:
    """22:00 to 01:00 the next day would be a short gap, but the day ends between."""
    readings = running("10:00", "22:30") + running("24:30", "27:00")
    results = compute(World(readings, THREE, days=[DAY, DAY + ONE_DAY]))
    assert results.windows.select("start", "end").rows() == [
        (clock("10:00"), clock("22:30")),
        (clock("24:30"), clock("27:00")),
    ]


def test_window_is_clipped_to_the_local_day() -> None:
    results = compute(World(posting("20:00", "26:00", (1, 2, 3)), THREE, days=[DAY, DAY + ONE_DAY]))
    assert results.windows.select("start", "end").rows() == [
        (clock("20:00"), clock("24:00")),
        (clock("24:00"), clock("26:00")),
    ]


def test_shows_and_restaurants_open_no_park() -> None:
    shows = {ride: Ride(attraction=False) for ride in THREE}
    assert opened(World(running("10:00", "18:00"), shows)) == ([], "no_data")


def test_nothing_observed_is_no_data() -> None:
    assert opened(World([], THREE)) == ([], "no_data")


def test_observed_and_idle_is_no_activity() -> None:
    assert opened(World(held(1, "10:00", "18:00", CLOSED), THREE)) == ([], "no_activity")


def test_only_unknown_readings_are_no_data() -> None:
    assert opened(World(held(1, "10:00", "18:00", None), THREE)) == ([], "no_data")


def test_event_log_opens_to_the_second() -> None:
    readings = [r for ride in THREE for r in log(ride, ("10:00:07", OPERATING), ("18:00:03", CLOSED))]
    results = compute(World(readings, THREE))
    assert results.windows.select("start", "end").rows() == [(clock("10:00:07"), clock("18:00:03"))]


# Schedule ---------------------------------------------------------------------------------------------------


def test_published_hours_are_the_window_whatever_runs() -> None:
    world = World(held(1, "12:00", "13:00", OPERATING), THREE, schedule=[scheduled("10:00", "20:00")])
    world_alive = [Operated(DAY - ONE_DAY, ride) for ride in THREE]
    assert opened(World(world.readings, THREE, schedule=world.schedule, history=world_alive)) == (
        [("10:00", "20:00")],
        "schedule",
    )


def test_close_after_midnight_spills_into_the_next_day() -> None:
    schedule = [scheduled("10:00", "25:00", DAY - ONE_DAY), scheduled("09:00", "20:00")]
    readings = running("12:00", "13:00")
    assert opened(World(readings, THREE, schedule=schedule)) == (
        [("00:00", "01:00"), ("09:00", "20:00")],
        "schedule",
    )


def test_day_with_only_a_spill_uses_spill_and_activity() -> None:
    schedule = [scheduled("10:00", "25:00", DAY - ONE_DAY)]
    assert opened(World(running("12:00", "18:00"), THREE, schedule=schedule)) == (
        [("00:00", "01:00"), ("12:00", "18:00")],
        "activity",
    )


def test_scheduled_day_nobody_observed_keeps_its_windows_without_coverage() -> None:
    world = World([], THREE, schedule=[scheduled("10:00", "20:00")], history=[Operated(DAY - ONE_DAY, 1)])
    assert opened(world) == ([("10:00", "20:00")], "schedule")
    day = compute(world).park_days.row(0, named=True)
    assert (day["open"], day["observed"]) == (36_000, 0)


def test_scheduled_day_observed_only_outside_its_hours_keeps_its_windows() -> None:
    world = World(held(1, "06:00", "09:00", CLOSED), THREE, schedule=[scheduled("10:00", "20:00")])
    assert opened(world) == ([("10:00", "20:00")], "schedule")


def test_a_quarter_of_an_hour_is_too_little_to_call_published_hours_idle() -> None:
    schedule = [scheduled("10:00", "20:00")]
    look = [Reading(1, clock("12:00"), CLOSED)]
    assert opened(World(look, THREE, schedule=schedule)) == ([("10:00", "20:00")], "schedule")
    longer = [*look, Reading(1, clock("12:05"), CLOSED)]
    assert opened(World(longer, THREE, schedule=schedule)) == ([], "no_activity")


def test_of_two_published_parts_the_idle_one_is_closed() -> None:
    schedule = [scheduled("10:00", "13:00"), scheduled("15:00", "20:00")]
    idle = [r for ride in THREE for r in held(ride, "13:00", "20:00", CLOSED)]
    assert opened(World(running("10:00", "13:00") + idle, THREE, schedule=schedule)) == (
        [("10:00", "13:00")],
        "schedule",
    )


def test_scheduled_day_observed_and_idle_is_closed() -> None:
    world = World(held(1, "10:00", "20:00", CLOSED), THREE, schedule=[scheduled("10:00", "20:00")])
    assert opened(world) == ([], "no_activity")


def test_half_of_the_rides_outside_the_hours_extend_them() -> None:
    readings = running("09:00", "21:00", (1, 2)) + running("10:00", "20:00", (3,))
    assert opened(World(readings, THREE, schedule=[scheduled("10:00", "20:00")])) == (
        [("09:00", "21:00")],
        "schedule+activity",
    )


def test_less_than_half_of_the_rides_extend_nothing() -> None:
    readings = running("09:00", "21:00", (1,)) + running("10:00", "20:00", (2, 3))
    assert opened(World(readings, THREE, schedule=[scheduled("10:00", "20:00")])) == (
        [("10:00", "20:00")],
        "schedule",
    )


@pytest.mark.parametrize("kind", ["TICKETED_EVENT", "PRIVATE_EVENT", "EXTRA_HOURS"])
def test_published_events_are_no_regular_opening_however_busy(kind: str) -> None:
    schedule = [scheduled("10:00", "18:00"), scheduled("18:00", "23:00", kind=kind)]
    assert opened(World(running("10:00", "23:30"), THREE, schedule=schedule)) == (
        [("10:00", "18:00"), ("23:00", "23:30")],
        "schedule+activity",
    )


def test_event_that_overlaps_regular_hours_takes_nothing_from_them() -> None:
    schedule = [scheduled("10:00", "20:00"), scheduled("18:00", "22:00", kind="TICKETED_EVENT")]
    assert opened(World(running("10:00", "22:00"), THREE, schedule=schedule)) == (
        [("10:00", "20:00")],
        "schedule",
    )


def test_information_is_no_event() -> None:
    schedule = [scheduled("10:00", "18:00"), scheduled("18:00", "23:00", kind="INFO")]
    assert opened(World(running("10:00", "20:00"), THREE, schedule=schedule)) == (
        [("10:00", "20:00")],
        "schedule+activity",
    )


def test_event_alone_is_no_schedule() -> None:
    schedule = [scheduled("18:00", "23:00", kind="TICKETED_EVENT")]
    assert opened(World(running("12:00", "16:00"), THREE, schedule=schedule)) == (
        [("12:00", "16:00")],
        "activity",
    )


def test_two_published_parts_of_a_day_stay_two_windows() -> None:
    schedule = [scheduled("10:00", "13:00"), scheduled("15:00", "20:00")]
    readings = running("10:00", "13:00") + running("15:00", "20:00")
    assert opened(World(readings, THREE, schedule=schedule)) == (
        [("10:00", "13:00"), ("15:00", "20:00")],
        "schedule",
    )


def test_down_rides_do_not_make_a_park_busy() -> None:
    readings = [r for ride in THREE for r in held(ride, "10:00", "18:00", DOWN)]
    assert opened(World(readings, THREE)) == ([], "no_activity")


# Hours of the date and what the night before left over ------------------------------------------------------


def night_hours() -> Hours:
    yesterday = DAY - ONE_DAY
    return Hours(yesterday, clock("10:00", yesterday), clock("01:00"), ScheduleKind.OPERATING)


def test_a_night_that_ran_does_not_open_an_idle_day() -> None:
    """Three rides run until 01:00; on the day itself nothing moves, though hours are published."""
    readings = running("00:00", "01:00") + [r for ride in THREE for r in held(ride, "01:00", "23:00", CLOSED)]
    world = World(readings, THREE, schedule=[night_hours(), scheduled("10:00", "22:00")])
    assert opened(world) == ([("00:00", "01:00")], "schedule")


def test_an_idle_night_is_closed_although_the_day_runs() -> None:
    idle = [r for ride in THREE for r in held(ride, "00:00", "01:00", CLOSED)]
    world = World(
        idle + running("10:00", "22:00"), THREE, schedule=[night_hours(), scheduled("10:00", "22:00")]
    )
    assert opened(world) == ([("10:00", "22:00")], "schedule")


def test_the_hold_of_the_last_reading_does_not_lengthen_the_day() -> None:
    """Operating at 21:57 holds to the next cycle at 22:02: two minutes are no longer opening hours."""
    world = World(running("10:00", "22:02"), THREE, schedule=[scheduled("10:00", "22:00")])
    assert opened(world) == ([("10:00", "22:00")], "schedule")


def test_an_event_without_regular_hours_opens_nothing() -> None:
    world = World(
        running("19:00", "23:00"), THREE, schedule=[scheduled("19:00", "23:00", kind="TICKETED_EVENT")]
    )
    assert opened(world) == ([], "no_activity")
