"""R3: an observation holds until the ride's next one, at most its hold."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.words import Feed, Status
from hallofshame.metrics.frames import OBSERVATIONS, SPANS, empty
from hallofshame.metrics.spans import operating_stretches, runs, spans

from .build import CLOSED, DOWN, OPERATING, Reading, Ride, World, clock, held, log, observations

DAY_SECONDS = 86_400


def spans_of(*readings: Reading) -> pl.DataFrame:
    return spans(observations(World(readings, {r.ride: Ride() for r in readings})))


def simple(frame: pl.DataFrame) -> list[tuple[int, int, int]]:
    """(ride, seconds, status)."""
    return list(frame.select("ride_id", pl.col("end") - pl.col("start"), "status").iter_rows())


def test_observation_holds_until_the_next_one() -> None:
    pair = [Reading(1, 1000, OPERATING, cadence=300), Reading(1, 1290, DOWN, cadence=300)]
    assert simple(spans_of(*pair)) == [(1, 290, OPERATING), (1, 900, DOWN)]


def test_hold_is_three_times_the_cadence() -> None:
    assert simple(spans_of(Reading(1, 0, OPERATING, cadence=900))) == [(1, 2700, OPERATING)]


def test_hold_is_never_over_ninety_minutes() -> None:
    assert simple(spans_of(Reading(1, 0, OPERATING, cadence=2880))) == [(1, 5400, OPERATING)]


def test_hold_of_the_event_log_is_a_day() -> None:
    assert simple(spans_of(Reading(1, 0, DOWN, cadence=None))) == [(1, DAY_SECONDS, DOWN)]


def test_each_cycle_holds_by_its_own_cadence() -> None:
    pair = [Reading(1, 0, OPERATING, cadence=300), Reading(1, 10_000, OPERATING, cadence=600)]
    assert simple(spans_of(*pair)) == [(1, 900, OPERATING), (1, 1800, OPERATING)]


def test_longest_possible_cadence_does_not_overflow() -> None:
    assert simple(spans_of(Reading(1, 0, OPERATING, cadence=2**31 - 1))) == [(1, 5400, OPERATING)]


def test_unknown_makes_no_span_but_ends_the_one_before() -> None:
    three = [Reading(1, 0, OPERATING), Reading(1, 300, None), Reading(1, 600, OPERATING)]
    assert simple(spans_of(*three)) == [(1, 300, OPERATING), (1, 900, OPERATING)]


def test_next_observation_of_another_ride_ends_nothing() -> None:
    two = [Reading(1, 0, OPERATING), Reading(2, 60, OPERATING)]
    assert simple(spans_of(*two)) == [(1, 900, OPERATING), (2, 900, OPERATING)]


def test_no_observations_make_no_spans() -> None:
    frame = spans(empty(OBSERVATIONS))
    assert frame.is_empty()
    assert frame.schema == SPANS


def test_runs_join_touching_spans_that_agree() -> None:
    frame = runs(spans_of(*held(1, "10:00", "11:00", OPERATING, 5)), "status", "wait_minutes", "feed")
    assert simple(frame) == [(1, 55 * 60 + 900, OPERATING)]


def test_runs_part_at_a_gap_a_change_and_the_next_ride() -> None:
    readings = [
        *held(1, "10:00", "10:10", OPERATING, 5),
        *held(1, "10:10", "10:20", OPERATING, 10),
        *held(1, "12:00", "12:10", OPERATING, 10),
        *held(2, "12:10", "12:20", OPERATING, 10),
    ]
    frame = runs(spans_of(*readings), "status", "wait_minutes", "feed")
    assert simple(frame) == [
        (1, 600, OPERATING),
        (1, 300 + 900, OPERATING),
        (1, 300 + 900, OPERATING),
        (2, 300 + 900, OPERATING),
    ]


def test_runs_tell_a_null_wait_from_a_known_one() -> None:
    readings = held(1, "10:00", "10:10", OPERATING) + held(1, "10:10", "10:20", OPERATING, 0)
    assert runs(spans_of(*readings), "status", "wait_minutes").height == 2


def test_runs_tell_feeds_apart_where_asked() -> None:
    readings = held(1, "10:00", "10:10", CLOSED) + held(1, "10:10", "10:20", CLOSED, feed=Feed.QUEUE_TIMES)
    assert runs(spans_of(*readings), "status", "feed").height == 2
    assert runs(spans_of(*readings), "status").height == 1


def test_operating_stretches_ignore_waits_and_leave_out_other_statuses() -> None:
    readings = [
        *held(1, "10:00", "10:10", OPERATING, 5),
        *held(1, "10:10", "10:20", OPERATING, 50),
        *held(1, "10:20", "10:30", DOWN),
        *held(1, "10:30", "10:40", OPERATING),
    ]
    stretches = operating_stretches(spans_of(*readings))
    assert list(stretches.select("start", "end").iter_rows()) == [
        (clock("10:00"), clock("10:20")),
        (clock("10:30"), clock("10:50")),
    ]


def test_every_known_status_of_the_event_log_makes_a_span() -> None:
    changes = [(f"{10 + n}:00", status) for n, status in enumerate(Status)]
    assert [status for _, _, status in simple(spans_of(*log(1, *changes)))] == list(Status)
