"""R9: runs of downtime, their kinds, and the figures taken from them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from hallofshame.domain.words import OutageKind, Status
from hallofshame.metrics.outages import OUTAGES, PARTS, outage_statistics, stitch

from .build import CLOSED, DAY, DOWN, OPERATING, Hours, Reading, Ride, World, clock, compute, held, log
from .build import frame_of as rows_as

ONE_DAY = dt.timedelta(days=1)
TEN_TO_SIX = [Hours(DAY, clock("10:00"), clock("18:00"))]


def outages(*readings: Reading, **more: Any) -> pl.DataFrame:
    """Whole outages of a park open from 10:00 to 18:00."""
    rides = {r.ride: Ride() for r in readings}
    return stitch(compute(World(readings, **{"rides": rides, "schedule": TEN_TO_SIX, **more})).outage_parts)


def simple(frame: pl.DataFrame) -> list[tuple[str, str | None, str]]:
    """(start, end, kind) per outage."""
    return [
        (_shown(start), None if end is None else _shown(end), kind)
        for start, end, kind in frame.select("started_at", "ended_at", "kind").iter_rows()
    ]


def _shown(instant: int) -> str:
    return dt.datetime.fromtimestamp(instant, dt.UTC).strftime("%H:%M:%S").removesuffix(":00")


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
    assert simple(outages(*readings, closed_is_downtime=True)) == [("12:00", "12:45", "breakdown")]
    assert outages(*readings).is_empty()


def test_down_turning_closed_is_one_outage_only_where_closed_counts() -> None:
    readings = day_of(1, ("12:00", DOWN), ("12:30", CLOSED), ("13:00", OPERATING))
    assert simple(outages(*readings, closed_is_downtime=True)) == [("12:00", "13:00", "breakdown")]
    assert simple(outages(*readings)) == [("12:00", "12:30", "breakdown")]


def test_outage_is_clipped_to_the_opening_hours() -> None:
    found = outages(*log(1, ("09:00", DOWN), ("11:00", OPERATING), ("17:00", DOWN), ("20:00", OPERATING)))
    assert simple(found) == [("10:00", "11:00", "opening_delay"), ("17:00", "18:00", "never_reopened")]


def test_ride_that_never_operated_that_day_has_no_outage() -> None:
    assert outages(*log(1, ("09:00", DOWN), ("20:00", CLOSED)), *day_of(2)).is_empty()


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
    assert found.select("flaps", "downtime").row(0) == (1, 57 * 60)


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
    assert found.select("flaps", "downtime").row(0) == (2, 122 * 60)


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
        "at_opening": False,
        "at_closing": False,
        "park_wide": False,
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
    assert stitch(part(**dict.fromkeys(marks, True)))["kind"].to_list() == [kind.value]


# Now and midnight -------------------------------------------------------------------------------------------


def test_outage_beyond_the_latest_observation_has_no_end_yet() -> None:
    readings = held(1, "10:00", "12:00", OPERATING) + held(1, "12:00", "12:30", DOWN)
    assert simple(outages(*readings)) == [("12:00", None, "breakdown")]


def test_outage_of_a_ride_that_vanished_while_others_were_seen_has_an_end() -> None:
    readings = held(1, "10:00", "12:00", OPERATING) + held(1, "12:00", "12:30", DOWN)
    found = outages(*readings, *held(2, "10:00", "14:00", OPERATING))
    assert simple(found) == [("12:00", "12:40", "breakdown")]


def two_days(*changes: tuple[str, Status | None]) -> World:
    """Open from 10:00 to 26:00, operating from 10:00 on."""
    return World(
        [*log(1, ("10:00", OPERATING), *changes, ("26:00", CLOSED), ("50:00", CLOSED))],
        {1: Ride()},
        days=[DAY, DAY + ONE_DAY],
        schedule=[Hours(DAY, clock("10:00"), clock("26:00"))],
    )


def test_outage_goes_on_across_midnight_and_belongs_to_the_day_it_began() -> None:
    parts = compute(two_days(("23:30", DOWN), ("24:40", OPERATING))).outage_parts
    assert parts["day"].to_list() == [DAY, DAY + ONE_DAY]
    assert parts.select(pl.col("at_opening", "at_closing").any()).row(0) == (False, False)
    found = stitch(parts)
    assert simple(found) == [("23:30", "00:40", "breakdown")]
    assert found.select("day", "downtime").row(0) == (DAY, 4200)


def test_gap_of_ten_minutes_is_bridged_across_midnight() -> None:
    world = two_days(("23:30", DOWN), ("23:55", OPERATING), ("24:05", DOWN), ("25:00", OPERATING))
    found = stitch(compute(world).outage_parts)
    assert simple(found) == [("23:30", "01:00", "breakdown")]
    assert found["downtime"].to_list() == [80 * 60]


def test_never_reopened_after_midnight() -> None:
    world = two_days(("23:30", DOWN), ("24:10", OPERATING), ("25:30", DOWN))
    assert simple(stitch(compute(world).outage_parts)) == [
        ("23:30", "00:10", "breakdown"),
        ("01:30", "02:00", "never_reopened"),
    ]


def test_ride_that_does_not_operate_after_midnight_is_down_until_midnight() -> None:
    """The next park-day knows no operation of it, hence no downtime (R5)."""
    parts = compute(two_days(("23:30", DOWN))).outage_parts
    assert simple(stitch(parts)) == [("23:30", "00:00", "breakdown")]


def test_stitching_nothing_gives_an_empty_frame_of_the_right_shape() -> None:
    assert stitch(part().clear()).schema == OUTAGES
    assert outages(*day_of(1)).schema == OUTAGES


# Figures ----------------------------------------------------------------------------------------------------


def test_statistics_by_hand() -> None:
    """Ten outages of 1 to 10 minutes in 5 hours of operation: the 9th is the 90th percentile."""
    found = outage_statistics([60 * n for n in (3, 1, 2, 10, 4, 5, 9, 6, 7, 8)], 18_000)
    assert found.count == 10
    assert found.median_seconds == 330.0
    assert found.p90_seconds == 540.0
    assert found.longest_seconds == 600
    assert found.mean_time_between_failures_seconds == 1800.0
    assert found.mean_time_to_recover_seconds == 330.0


def test_statistics_of_one_outage_are_that_outage() -> None:
    found = outage_statistics([900], 3600)
    assert (found.median_seconds, found.p90_seconds, found.longest_seconds) == (900.0, 900.0, 900)
    assert (found.mean_time_between_failures_seconds, found.mean_time_to_recover_seconds) == (3600.0, 900.0)


def test_statistics_of_nothing_are_null_but_for_the_count() -> None:
    found = outage_statistics([], 36_000)
    assert found.count == 0
    assert found.mean_time_between_failures_seconds is None
    assert found.median_seconds is None
    assert found.longest_seconds is None
