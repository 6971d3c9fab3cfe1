"""R2, ghosts: stale claims and frozen parks are unknown, nothing else is."""

from __future__ import annotations

from hallofshame.domain.words import Feed
from hallofshame.metrics.validity import effective

from .build import CLOSED, DAY, DOWN, OPERATING, Reading, Ride, World, clock, held, observations, parks

RIDES = {1: Ride(), 2: Ride()}


def readings_of(*readings: Reading, timezone: str = "UTC") -> list[tuple[int, int, int | None, int | None]]:
    """(ride, at, status, wait) as believed."""
    world = World(readings, RIDES, timezone=timezone)
    frame = effective(observations(world), parks(world))
    return list(frame.select("ride_id", "observed_at", "status", "wait_minutes").iter_rows())


def known(*readings: Reading, timezone: str = "UTC") -> list[bool]:
    """Whether the status of each reading is believed, in order of (ride, time)."""
    return [status is not None for _, _, status, _ in readings_of(*readings, timezone=timezone)]


def test_stale_claim_to_operate_is_unknown_with_its_wait() -> None:
    at = clock("10:00")
    assert readings_of(Reading(1, at, OPERATING, 30, stale=True)) == [(1, at, None, None)]


def test_stale_stamp_on_a_closed_or_down_ride_means_nothing() -> None:
    first, second = clock("10:00"), clock("10:05")
    stale = [Reading(1, first, CLOSED, stale=True), Reading(1, second, DOWN, stale=True)]
    assert readings_of(*stale) == [(1, first, CLOSED, None), (1, second, DOWN, None)]


def test_park_identical_for_three_hours_with_a_wait_is_unknown_from_the_start() -> None:
    frozen = held(1, "10:00", "13:05", OPERATING, 15) + held(2, "10:00", "13:05", CLOSED)
    assert len(frozen) == 2 * 37
    assert not any(known(*frozen))


def test_five_minutes_less_than_three_hours_is_believed() -> None:
    assert all(known(*held(1, "10:00", "13:00", OPERATING, 15)))


def test_one_ride_moving_thaws_the_whole_park_and_keeps_the_stretch_before_unknown() -> None:
    stuck = held(1, "10:00", "14:00", OPERATING, 15)
    moving = held(2, "10:00", "13:30", OPERATING, 5) + held(2, "13:30", "14:00", OPERATING, 10)
    believed = {(ride, at): status for ride, at, status, _ in readings_of(*stuck, *moving)}
    assert believed[1, clock("13:25")] is None
    assert believed[1, clock("13:30")] == OPERATING
    assert believed[2, clock("13:30")] == OPERATING


def test_change_of_status_alone_thaws() -> None:
    stuck = held(1, "10:00", "14:00", OPERATING, 15)
    other = held(2, "10:00", "12:00", CLOSED) + held(2, "12:00", "14:00", DOWN)
    assert all(known(*stuck, *other))


def test_ride_that_vanishes_from_the_answer_is_a_change() -> None:
    stuck = held(1, "10:00", "14:00", OPERATING, 15)
    assert all(known(*stuck, *held(2, "10:00", "12:00", CLOSED)))


def test_park_without_any_wait_above_zero_cannot_freeze_by_day() -> None:
    quiet = held(1, "10:00", "20:00", OPERATING, 0) + held(2, "10:00", "20:00", CLOSED)
    assert all(known(*quiet))


def test_a_night_of_rides_open_without_a_wait_is_unknown_from_the_evening_on() -> None:
    night = held(1, "21:00", "33:55", OPERATING, 0) + held(2, "21:00", "33:55", OPERATING)
    assert not any(known(*night))


def test_a_night_in_which_no_ride_claims_to_operate_is_believed() -> None:
    assert all(known(*held(1, "21:00", "33:00", CLOSED), *held(2, "21:00", "33:00", DOWN)))


def test_the_night_lasts_until_six_local_included() -> None:
    assert not any(known(*held(1, "06:00", "10:00", OPERATING, 0)))
    assert all(known(*held(1, "06:05", "10:00", OPERATING, 0)))
    # 06:05 in UTC is 02:05 in New York in June.
    assert not any(known(*held(1, "06:05", "10:00", OPERATING, 0), timezone="America/New_York"))


def test_a_stretch_that_ends_at_midnight_touches_the_night() -> None:
    until = [Reading(1, clock("24:00", DAY), OPERATING, 0)]
    assert not any(known(*held(1, "20:00", "24:00", OPERATING, 0), *until))
    assert all(known(*held(1, "20:00", "24:00", OPERATING, 0)))


def test_gap_does_not_break_a_frozen_stretch() -> None:
    """First to last identical reading counts, however few lie between."""
    assert not any(
        known(*held(1, "10:00", "10:30", OPERATING, 15), *held(1, "13:00", "13:30", OPERATING, 15))
    )


def test_event_log_cannot_freeze() -> None:
    log = [
        Reading(1, clock(text), OPERATING, 15, Feed.ARCHIVE, cadence=None)
        for text in ("10:00", "12:00", "14:00")
    ]
    assert all(known(*log))


def test_frozen_park_leaves_its_neighbour_alone() -> None:
    frozen = World(held(1, "10:00", "14:00", OPERATING, 15), {1: Ride()}, park=1)
    fine = World(
        held(2, "10:00", "12:00", OPERATING, 15) + held(2, "12:00", "14:00", OPERATING, 20),
        {2: Ride()},
        park=2,
    )
    frame = effective(observations(frozen, fine), parks(frozen, fine))
    assert frame.filter(park_id=1)["status"].is_null().all()
    assert frame.filter(park_id=2)["status"].is_not_null().all()


def test_rows_and_their_order_stay_the_same() -> None:
    mixed = held(1, "10:00", "14:00", OPERATING, 15) + held(2, "09:00", "15:00", CLOSED)
    world = World(mixed, RIDES)
    frame = observations(world)
    believed = effective(frame, parks(world))
    same = ["park_id", "ride_id", "observed_at", "origin", "feed", "stale", "cadence_seconds"]
    assert believed.columns == frame.columns
    assert believed.schema == frame.schema
    assert believed.select(same).equals(frame.select(same))
