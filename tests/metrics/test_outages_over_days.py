"""R9 over the edge of a day: outages that last, go on across midnight and across closed nights."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from hallofshame.domain.words import Status
from hallofshame.metrics.stitching import stitch

from .build import (
    CLOSED,
    DAY,
    DOWN,
    OPERATING,
    Beside,
    Hours,
    Ride,
    RideHours,
    World,
    clock,
    compute,
    held,
    log,
)
from .outage_words import NEVER_HEARD, ONE_DAY, judged, outages, simple, whole

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
    ends = (("26:00", CLOSED), ("50:00", CLOSED))
    return World(
        [*log(1, ("10:00", OPERATING), *changes, *ends), *log(2, ("10:00", OPERATING), *ends)],
        {1: Ride(), 2: Ride()},
        days=[DAY, DAY + ONE_DAY],
        schedule=[Hours(DAY, clock("10:00"), clock("26:00"))],
    )


def test_a_ride_whose_evening_ends_at_midnight_is_not_due_while_the_park_goes_on() -> None:
    """Its own hours are known of the evening alone; the park stays open until 2:00."""
    world = two_days(("23:30", DOWN), ("25:30", OPERATING))
    evening = replace(world, ride_hours=[RideHours(1, DAY, clock("18:00"), clock("24:00"))])
    assert whole(evening).select("started_at", "ended_at", "downtime", "ended_by").rows() == [
        (clock("23:30"), clock("24:00"), 1800, "closed")
    ]
    both = [*evening.ride_hours, RideHours(1, DAY + ONE_DAY, clock("24:00"), clock("25:00"))]
    assert whole(replace(evening, ride_hours=both))["downtime"].to_list() == [90 * 60]


def test_outage_goes_on_across_midnight_and_belongs_to_the_day_it_began() -> None:
    parts = compute(two_days(("23:30", DOWN), ("24:40", OPERATING))).outage_parts
    assert parts["day"].to_list() == [DAY, DAY + ONE_DAY]
    assert parts.select(pl.col("at_opening", "at_closing").any()).row(0) == (False, False)
    found = stitch(parts, NEVER_HEARD)
    assert simple(found) == [("23:30", "00:40", "breakdown")]
    assert found.select("day", "downtime").row(0) == (DAY, 4200)


def test_gap_of_ten_minutes_is_bridged_across_midnight() -> None:
    world = two_days(("23:30", DOWN), ("23:55", OPERATING), ("24:05", DOWN), ("25:00", OPERATING))
    found = whole(world)
    assert simple(found) == [("23:30", "01:00", "breakdown")]
    assert found["downtime"].to_list() == [80 * 60]


def test_never_reopened_after_midnight() -> None:
    world = two_days(("23:30", DOWN), ("24:10", OPERATING), ("25:30", DOWN))
    assert simple(whole(world)) == [
        ("23:30", "00:10", "breakdown"),
        ("01:30", "02:00", "never_reopened"),
    ]


def test_ride_that_is_down_from_before_midnight_until_closing_never_reopened() -> None:
    found = whole(two_days(("23:30", DOWN)))
    assert simple(found) == [("23:30", "02:00", "never_reopened")]
    assert found["downtime"].to_list() == [150 * 60]


def test_a_window_that_ends_at_midnight_closes_there_unless_the_next_day_begins_with_one() -> None:
    until_midnight = [Hours(DAY, clock("10:00"), clock("24:00"))]
    readings = log(1, ("10:00", OPERATING), ("22:00", DOWN), ("25:00", CLOSED))
    closing = whole(World(readings, {1: Ride()}, schedule=until_midnight))
    assert judged(closing) == [("22:00", "never_reopened", True, "closed")]
    beside = [Beside(DAY, next_opens=True)]
    open_on = whole(World(readings, {1: Ride()}, schedule=until_midnight, neighbours=beside))
    assert [kind for *_, kind in simple(open_on)] == ["breakdown"]


@pytest.mark.parametrize(
    ("back", "counted"), [("24:40", True), ("26:59", True), ("27:00", False), (None, False)]
)
def test_a_stop_across_midnight_counts_on_both_days_or_on_neither(back: str | None, counted: bool) -> None:
    """Open from 10:00 to 28:00; closed from 23:30 until the ride runs again, if it does."""
    again = [] if back is None else [(back, OPERATING)]
    readings = log(1, ("10:00", OPERATING), ("23:30", CLOSED), *again, ("28:00", CLOSED), ("50:00", CLOSED))
    others = [r for ride in (2, 3) for r in log(ride, ("10:00", OPERATING), ("28:00", CLOSED))]
    world = World(
        [*readings, *others],
        {1: Ride(), 2: Ride(), 3: Ride()},
        days=[DAY, DAY + ONE_DAY],
        schedule=[Hours(DAY, clock("10:00"), clock("28:00"))],
        tells_down=False,
    )
    rows = compute(world)
    days = rows.ride_days.filter(ride_id=1).sort("day")
    assert (days["downtime"] > 0).to_list() == [counted, counted]
    found = whole(world).filter(ride_id=1)
    assert found["counted"].to_list() == [counted]
    assert found["day"].to_list() == [DAY]


# Nights -----------------------------------------------------------------------------------------------------


def days_of(ride: int, *changes: tuple[str, Status | None], days: int = 4) -> World:
    """Open from 10:00 to 18:00 on some days in a row, ``changes`` of one ride, another runs every day."""
    dates = [DAY + n * ONE_DAY for n in range(days)]
    other = [
        change
        for n in range(days)
        for change in ((f"{24 * n + 10}:00", OPERATING), (f"{24 * n + 18}:00", CLOSED))
    ]
    return World(
        [*log(ride, ("10:00", OPERATING), *changes), *log(99, *other)],
        {ride: Ride(), 99: Ride()},
        days=dates,
        schedule=[Hours(date, clock("10:00", date), clock("18:00", date)) for date in dates],
    )


def test_down_at_closing_and_at_the_next_opening_is_one_outage_across_the_night() -> None:
    """From 16:00 over a whole day to 12:00 on the third: 2 + 8 + 2 open hours, which began as a breakdown."""
    found = whole(days_of(1, ("16:00", DOWN), ("36:00", DOWN), ("60:00", OPERATING), ("66:00", CLOSED)))
    assert judged(found) == [("16:00", "breakdown", True, "reopened")]
    assert found.select("day", "downtime", "ended_at").row(0) == (DAY, 12 * 3600, clock("60:00"))


def test_down_that_does_not_reopen_on_its_last_day_never_reopened() -> None:
    found = whole(days_of(1, ("16:00", DOWN), ("36:00", DOWN), ("42:00", CLOSED), ("60:00", CLOSED)))
    assert judged(found) == [("16:00", "never_reopened", True, "closed")]


def test_a_night_is_bridged_although_the_ride_is_closed_while_the_park_is() -> None:
    found = whole(days_of(1, ("16:00", DOWN), ("18:00", CLOSED), ("34:00", DOWN), ("36:00", OPERATING)))
    assert judged(found)[0] == ("16:00", "breakdown", True, "reopened")
    assert found["downtime"].to_list()[0] == 4 * 3600


def test_a_ride_that_ran_between_two_nights_had_two_outages() -> None:
    changes = (
        ("16:00", DOWN),
        ("34:00", OPERATING),
        ("42:00", CLOSED),
        ("58:00", DOWN),
        ("60:00", OPERATING),
    )
    found = whole(days_of(1, *changes))
    assert [start for start, *_ in simple(found)] == ["16:00", "10:00"]


def test_a_day_without_a_word_is_bridged_and_a_day_of_another_word_is_not() -> None:
    silent = (("16:00", DOWN), ("18:00", None), ("58:00", DOWN), ("60:00", OPERATING), ("66:00", CLOSED))
    assert len(judged(whole(days_of(1, *silent)))) == 1
    closed = (("16:00", DOWN), ("18:00", CLOSED), ("58:00", DOWN), ("60:00", OPERATING), ("66:00", CLOSED))
    assert len(judged(whole(days_of(1, *closed)))) == 2


def test_where_only_open_and_closed_are_told_a_night_ends_an_outage() -> None:
    world = days_of(1, ("16:00", CLOSED), ("36:00", OPERATING), ("42:00", CLOSED))
    found = whole(replace(world, tells_down=False)).filter(ride_id=1)
    assert judged(found)[:2] == [
        ("16:00", "never_reopened", False, "closed"),
        ("10:00", "opening_delay", False, "reopened"),
    ]
