"""R9: runs of downtime, whether they count, their kinds and how they ended."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from hallofshame.domain.words import OutageKind, Status
from hallofshame.metrics.outages import PARTS
from hallofshame.metrics.stitching import OUTAGES, stitch

from .build import (
    CLOSED,
    DAY,
    DOWN,
    OPERATING,
    REFURBISHMENT,
    Operated,
    Reading,
    Ride,
    RideHours,
    World,
    clock,
    compute,
    held,
    log,
)
from .build import frame_of as rows_as
from .outage_words import NEVER_HEARD, ONE_DAY, TEN_TO_SIX, judged, outages, simple


def day_of(ride: int, *changes: tuple[str, Status | None]) -> list[Reading]:
    """Operating at 10:00, closed at 18:00, and the changes between."""
    return log(ride, ("10:00", OPERATING), *changes, ("18:00", CLOSED), ("30:00", CLOSED))


# Runs -------------------------------------------------------------------------------------------------------


def test_outage_lasts_from_the_fall_to_the_recovery() -> None:
    found = outages(*day_of(1, ("12:00", DOWN), ("12:45", OPERATING)))
    assert simple(found) == [("12:00", "12:45", "breakdown")]
    assert found.select("downtime", "flaps", "day", "ride_id").row(0) == (2700, 0, DAY, 1)


def test_recovery_of_ten_minutes_is_bridged_and_not_counted_as_lost() -> None:
    found = outages(*day_of(1, ("12:00", DOWN), ("12:30", OPERATING), ("12:40", DOWN), ("13:00", OPERATING)))
    assert simple(found) == [("12:00", "13:00", "breakdown")]
    assert found["downtime"].to_list() == [3000]


def test_recovery_of_a_second_more_than_ten_minutes_ends_an_outage() -> None:
    found = outages(
        *day_of(1, ("12:00", DOWN), ("12:30", OPERATING), ("12:40:01", DOWN), ("13:00", OPERATING))
    )
    assert simple(found) == [("12:00", "12:30", "breakdown"), ("12:40:01", "13:00", "breakdown")]


def test_unobserved_gap_of_ten_minutes_is_bridged() -> None:
    found = outages(*day_of(1, ("12:00", DOWN), ("12:30", None), ("12:40", DOWN), ("13:00", OPERATING)))
    assert simple(found) == [("12:00", "13:00", "breakdown")]


def test_outage_goes_on_across_the_hour() -> None:
    assert simple(outages(*day_of(1, ("12:50", DOWN), ("13:10", OPERATING)))) == [
        ("12:50", "13:10", "breakdown")
    ]


def test_outages_of_two_rides_are_two_outages() -> None:
    found = outages(
        *day_of(1, ("12:00", DOWN), ("12:30", OPERATING)),
        *day_of(2, ("12:30", DOWN), ("13:00", OPERATING)),
        *day_of(3),
        *day_of(4),
        *day_of(5),
    )
    assert found["ride_id"].to_list() == [1, 2]


def test_closed_is_an_outage_where_the_feed_says_no_more() -> None:
    readings = day_of(1, ("12:00", CLOSED), ("12:45", OPERATING))
    assert simple(outages(*readings, tells_down=False)) == [("12:00", "12:45", "breakdown")]
    assert outages(*readings).is_empty()


def test_down_turning_closed_is_one_outage_only_where_closed_counts() -> None:
    readings = day_of(1, ("12:00", DOWN), ("12:30", CLOSED), ("13:00", OPERATING))
    assert simple(outages(*readings, tells_down=False)) == [("12:00", "13:00", "breakdown")]
    assert simple(outages(*readings)) == [("12:00", "12:30", "breakdown")]


def test_outage_is_clipped_to_the_opening_hours() -> None:
    found = outages(*log(1, ("09:00", DOWN), ("11:00", OPERATING), ("17:00", DOWN), ("20:00", OPERATING)))
    assert simple(found) == [("10:00", "11:00", "opening_delay"), ("17:00", "18:00", "never_reopened")]


def test_ride_that_is_down_all_day_never_reopened() -> None:
    """The worst breakdown there is, of a ride that ran lately; of one that did not, there is none."""
    readings = [*log(1, ("09:00", DOWN), ("20:00", CLOSED)), *day_of(2)]
    assert outages(*readings).is_empty()
    found = outages(*readings, history=[Operated(DAY - ONE_DAY, 1)])
    assert simple(found) == [("10:00", "18:00", "never_reopened")]
    assert found["downtime"].to_list() == [8 * 3600]


def test_shows_have_no_outages() -> None:
    readings = [*day_of(1, ("12:00", DOWN), ("12:45", OPERATING)), *day_of(2)]
    assert outages(*readings, rides={1: Ride(attraction=False), 2: Ride()}).is_empty()


# Flaps ------------------------------------------------------------------------------------------------------


def test_blip_of_three_minutes_down_is_no_outage() -> None:
    assert outages(*day_of(1, ("12:00", DOWN), ("12:03", OPERATING))).is_empty()


def test_a_second_more_than_three_minutes_down_is_an_outage() -> None:
    assert simple(outages(*day_of(1, ("12:00", DOWN), ("12:03:01", OPERATING)))) == [
        ("12:00", "12:03:01", "breakdown")
    ]


def test_blip_of_operation_is_merged_and_counted() -> None:
    found = outages(*day_of(1, ("12:00", DOWN), ("12:30", OPERATING), ("12:33", DOWN), ("13:00", OPERATING)))
    assert simple(found) == [("12:00", "13:00", "breakdown")]
    assert found.select("flaps", "downtime").row(0) == (1, 60 * 60)


def test_the_seconds_of_a_flap_count_as_the_state_it_interrupts_and_its_wait_is_dropped() -> None:
    readings = [
        Reading(1, clock(text), status, wait, cadence=None)
        for text, status, wait in (
            ("10:00", DOWN, None),
            ("12:30", OPERATING, 45),
            ("12:33", DOWN, None),
            ("13:00", OPERATING, None),
            ("18:00", CLOSED, None),
        )
    ]
    day = compute(World(readings, {1: Ride()}, schedule=TEN_TO_SIX)).ride_days.row(0, named=True)
    assert (day["down"], day["downtime"], day["operating"]) == (3 * 3600, 3 * 3600, 5 * 3600)
    assert (day["wait_known"], day["wait_max"], day["samples"]) == (0, None, 4)


def test_recovery_over_three_minutes_is_bridged_but_no_flap() -> None:
    found = outages(*day_of(1, ("12:00", DOWN), ("12:30", OPERATING), ("12:34", DOWN), ("13:00", OPERATING)))
    assert found.select("flaps", "downtime").row(0) == (0, 56 * 60)


def test_flaps_in_a_row_inside_an_outage_lose_no_downtime() -> None:
    """Down for an hour, up 2, down 2, up 2 minutes, down for an hour."""
    found = outages(
        *day_of(
            1,
            ("12:00", DOWN),
            ("13:00", OPERATING),
            ("13:02", DOWN),
            ("13:04", OPERATING),
            ("13:06", DOWN),
            ("14:06", OPERATING),
        )
    )
    assert simple(found) == [("12:00", "14:06", "breakdown")]
    assert found.select("flaps", "downtime").row(0) == (2, 126 * 60)


def test_flaps_in_a_row_while_operating_make_no_outage() -> None:
    """Up, down 2, up 2, down 2 minutes, up: nothing of it is an outage."""
    found = outages(*day_of(1, ("12:00", DOWN), ("12:02", OPERATING), ("12:04", DOWN), ("12:06", OPERATING)))
    assert found.is_empty()


def test_short_stop_between_different_states_is_no_flap() -> None:
    """Operating, down for two minutes, closed for good: the fall is real."""
    found = outages(*day_of(1, ("12:00", DOWN), ("12:02", CLOSED)))
    assert simple(found) == [("12:00", "12:02", "breakdown")]


# Kinds ------------------------------------------------------------------------------------------------------


def test_down_from_opening_until_first_operation_is_an_opening_delay() -> None:
    found = outages(*log(1, ("08:00", DOWN), ("11:00", OPERATING), ("18:00", CLOSED)))
    assert simple(found) == [("10:00", "11:00", "opening_delay")]


def test_fall_a_minute_after_opening_is_a_breakdown() -> None:
    found = outages(*log(1, ("10:00", OPERATING), ("10:01", DOWN), ("11:00", OPERATING), ("18:00", CLOSED)))
    assert simple(found) == [("10:01", "11:00", "breakdown")]


def test_down_until_closing_never_reopened() -> None:
    assert simple(outages(*day_of(1, ("16:00", DOWN)))) == [("16:00", "18:00", "never_reopened")]


def storm(*falls: str, rides: int = 4) -> list[Reading]:
    """Ride n falls at the n-th instant and recovers at 15:00; the other rides operate all day."""
    readings = [r for n, fall in enumerate(falls) for r in day_of(n, (fall, DOWN), ("15:00", OPERATING))]
    return readings + [r for n in range(len(falls), rides) for r in day_of(n)]


def test_half_of_the_rides_within_fifteen_minutes_is_park_wide() -> None:
    assert simple(outages(*storm("12:00", "12:15"))) == [
        ("12:00", "15:00", "park_wide"),
        ("12:15", "15:00", "park_wide"),
    ]


def test_half_of_the_rides_in_more_than_fifteen_minutes_is_not() -> None:
    assert [kind for *_, kind in simple(outages(*storm("12:00", "12:15:01")))] == ["breakdown"] * 2


def test_less_than_half_of_the_rides_is_not() -> None:
    assert [kind for *_, kind in simple(outages(*storm("12:00", "12:05", rides=5)))] == ["breakdown"] * 2


def test_only_rides_that_operated_before_the_fall_are_the_whole() -> None:
    """Two of four fall; the other two have been shut since eleven."""
    shut = [r for n in (2, 3) for r in day_of(n, ("11:00", CLOSED), ("17:00", OPERATING))]
    assert [kind for *_, kind in simple(outages(*storm("12:00", "12:05", rides=2), *shut))] == [
        "park_wide"
    ] * 2


def test_a_single_ride_is_no_park() -> None:
    assert [kind for *_, kind in simple(outages(*storm("12:00", rides=1)))] == ["breakdown"]


def test_opening_delays_are_no_park_wide_fall() -> None:
    readings = [r for n in range(3) for r in log(n, ("08:00", DOWN), ("11:00", OPERATING), ("18:00", CLOSED))]
    assert [kind for *_, kind in simple(outages(*readings, *day_of(9)))] == ["opening_delay"] * 3


def part(**values: Any) -> pl.DataFrame:
    """One row of shape PARTS: an outage from 12:00 to 13:00."""
    row = {
        "park_id": 1,
        "day": DAY,
        "ride_id": 1,
        "started_at": clock("12:00"),
        "ended_at": clock("13:00"),
        "ongoing": False,
        "downtime": 3600,
        "flaps": 0,
        "by_down": True,
        "counted": True,
        "at_opening": False,
        "at_closing": False,
        "park_wide": False,
        "had_run": True,
        "first_due": False,
        "last_due": False,
        "came_over": False,
        "goes_on": False,
        "ended_by": "reopened",
        "not_counted": None,
        **values,
    }
    return rows_as([tuple(row.values())], PARTS)


@pytest.mark.parametrize(
    ("marks", "kind"),
    [
        (set(), OutageKind.BREAKDOWN),
        ({"park_wide"}, OutageKind.PARK_WIDE),
        ({"at_closing"}, OutageKind.NEVER_REOPENED),
        ({"at_opening"}, OutageKind.OPENING_DELAY),
        ({"at_closing", "park_wide"}, OutageKind.NEVER_REOPENED),
        ({"at_opening", "park_wide"}, OutageKind.OPENING_DELAY),
        ({"at_opening", "at_closing"}, OutageKind.NEVER_REOPENED),
    ],
)
def test_kind_is_the_first_that_fits(marks: set[str], kind: OutageKind) -> None:
    assert stitch(part(**dict.fromkeys(marks, True)), NEVER_HEARD)["kind"].to_list() == [kind.value]


# What counts where only open and closed are told ------------------------------------------------------------


def test_a_stop_counts_when_the_ride_came_back() -> None:
    readings = day_of(1, ("12:00", CLOSED), ("13:00", OPERATING), ("16:00", CLOSED))
    assert judged(outages(*readings, *day_of(2), *day_of(3), tells_down=False)) == [
        ("12:00", "breakdown", True, "reopened"),
        ("16:00", "never_reopened", False, "closed"),
    ]


def test_a_stop_counts_only_once_the_ride_has_run_for_fifteen_minutes() -> None:
    for began, counted in (("11:45:01", False), ("11:45", True)):
        readings = log(1, ("10:00", CLOSED), (began, OPERATING), ("12:00", CLOSED), ("13:00", OPERATING))
        found = outages(*readings, *log(1, ("18:00", CLOSED)), *day_of(2), *day_of(3), tells_down=False)
        assert found.filter(pl.col("started_at") == clock("12:00"))["counted"].to_list() == [counted]


def test_an_operation_of_over_three_minutes_ends_a_stop_and_a_shorter_one_does_not() -> None:
    for minutes, starts in (("12:23", ["12:00"]), ("12:23:01", ["12:00", "12:23:01"])):
        readings = day_of(1, ("12:00", CLOSED), ("12:20", OPERATING), (minutes, DOWN), ("13:00", OPERATING))
        found = outages(*readings, *day_of(2), *day_of(3), tells_down=False)
        assert [start for start, *_ in simple(found)] == starts


def test_of_what_was_not_seen_in_between_only_observed_seconds_count() -> None:
    """Closed from 12:00, not seen from 12:30 to 13:30, closed until 14:00, then it ran: twice 30 min."""
    readings = day_of(1, ("12:00", CLOSED), ("12:30", None), ("13:30", CLOSED), ("14:00", OPERATING))
    found = outages(*readings, *day_of(2), *day_of(3), tells_down=False)
    assert judged(found) == [
        ("12:00", "breakdown", True, "lost"),
        ("13:30", "breakdown", True, "reopened"),
    ]
    assert found["downtime"].sum() == 3600


def test_a_stop_of_the_whole_park_does_not_count() -> None:
    readings = [r for ride in (1, 2) for r in day_of(ride, ("12:00", CLOSED), ("13:00", OPERATING))]
    assert (
        judged(outages(*readings, *day_of(3), tells_down=False))
        == [("12:00", "park_wide", False, "reopened")] * 2
    )


def test_a_stop_of_the_whole_park_is_one_also_after_unobserved_time() -> None:
    """Nothing was seen from 11:50 to 12:10; then two of three rides are down."""
    readings = [
        r for ride in (1, 2) for r in day_of(ride, ("11:50", None), ("12:10", DOWN), ("13:00", OPERATING))
    ]
    assert [kind for *_, kind in simple(outages(*readings, *day_of(3)))] == ["park_wide"] * 2


# How it ended -----------------------------------------------------------------------------------------------


def test_an_outage_that_nobody_saw_the_end_of_is_lost() -> None:
    assert judged(outages(*day_of(1, ("12:00", DOWN), ("12:30", None), ("13:00", OPERATING)))) == [
        ("12:00", "breakdown", True, "lost")
    ]


def test_a_ride_that_is_closed_for_planned_reasons_after_being_down_is_closed() -> None:
    assert judged(outages(*day_of(1, ("12:00", DOWN), ("12:30", REFURBISHMENT)))) == [
        ("12:00", "breakdown", True, "closed")
    ]


def test_the_ride_s_own_hours_end_an_outage() -> None:
    readings = day_of(1, ("12:00", DOWN))
    found = outages(*readings, ride_hours=[RideHours(1, DAY, clock("10:00"), clock("15:00"))])
    assert judged(found) == [("12:00", "never_reopened", True, "closed")]
    assert found["downtime"].to_list() == [3 * 3600]


def test_an_outage_that_goes_on_has_not_ended() -> None:
    readings = held(1, "10:00", "12:00", OPERATING, 5) + held(1, "12:00", "12:30", DOWN)
    assert judged(outages(*readings)) == [("12:00", "breakdown", True, None)]


def test_stitching_nothing_gives_an_empty_frame_of_the_right_shape() -> None:
    assert stitch(part().clear(), NEVER_HEARD).schema == OUTAGES
    assert outages(*day_of(1)).schema == OUTAGES
