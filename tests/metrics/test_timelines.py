"""Timelines are the counters laid out in time: their seconds add up to them on every world."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from polars.testing import assert_frame_equal

from hallofshame.domain.words import Feed
from hallofshame.metrics.parkday import ParkDayInputs, ParkDays, compute_park_days
from hallofshame.metrics.stitching import stitch
from hallofshame.metrics.timelines import TIMELINES, timelines

from .build import CLOSED, DAY, DOWN, OPERATING, UNKNOWN, Hours, Ride, RideHours, World, clock, held, inputs
from .recordings import FIXTURES, inputs_of, queue_times
from .worlds import batches

KERNEL = settings.get_profile("kernel")
KEY = ["park_id", "day", "ride_id"]
TEN_TO_SIX = [Hours(DAY, clock("10:00"), clock("18:00"))]


def laid_out(given: ParkDayInputs, rows: ParkDays) -> pl.DataFrame:
    """The timelines of the park-days that ``rows`` are of, each day known to its end."""
    days = given.days.with_columns(known_until="day_end")
    return timelines(given, rows, given.rides, days, rows.windows)


def assert_adds_up(given: ParkDayInputs) -> None:
    """Seconds inside windows, by status, are the ride's counters; nothing overlaps or is missing."""
    rows = compute_park_days(given)
    found = laid_out(given, rows)
    assert found.schema == TIMELINES
    seconds = pl.col("end") - pl.col("start")

    def spent(status: int) -> pl.Expr:
        return seconds.filter(pl.col("status") == status).sum()

    opened = rows.windows.group_by("park_id", "day").agg(open=(pl.col("end") - pl.col("start")).sum())
    sums = (
        found.filter("in_window")
        .group_by(KEY)
        .agg(
            observed=seconds.filter(pl.col("status").is_not_null()).sum(),
            operating=spent(1),
            down=spent(2),
            closed=spent(3),
            refurbishment=spent(4),
            downtime=seconds.filter(pl.col("counts_as_down")).sum(),
            unobserved=seconds.filter(pl.col("status").is_null()).sum(),
        )
    )
    names = ["observed", "operating", "down", "closed", "refurbishment", "downtime", "unobserved"]
    wanted = (
        rows.ride_days.join(opened, on=["park_id", "day"])
        .with_columns(unobserved=pl.col("open") - pl.col("observed"))
        .select(*KEY, *names)
    )
    # Rides that a park-day has no row of were never seen inside a window.
    got = sums.join(wanted.select(KEY), on=KEY, how="semi").select(*KEY, *names)
    assert_frame_equal(got.sort(KEY), wanted.sort(KEY), check_dtypes=False)
    assert sums.join(wanted, on=KEY, how="anti")["observed"].sum() == 0
    lengths = found.group_by(KEY).agg(
        seconds=seconds.sum(), first=pl.col("start").min(), last=pl.col("end").max()
    )
    whole = given.days.join(given.rides.select("park_id", "ride_id"), on="park_id")
    assert_frame_equal(
        lengths.select(*KEY, "first", "last").sort(KEY),
        whole.select(*KEY, first="day_start", last="day_end").sort(KEY),
    )
    assert lengths.filter(pl.col("seconds") != pl.col("last") - pl.col("first")).is_empty()
    assert found.filter(pl.col("counts_as_down") & ~pl.col("in_window")).is_empty()


@settings(KERNEL, max_examples=20)
@given(batches(most=4))
def test_generated_worlds_add_up_to_their_counters(parks: list[World]) -> None:
    assert_adds_up(inputs(*parks))


def assert_closures_say_the_same(given: ParkDayInputs) -> None:
    """A closure gives the reason that the timeline gives for the first of the stretches it is made of."""
    rows = compute_park_days(given)
    whole = stitch(rows.outage_parts, rows.ride_days.filter(pl.col("observed") > 0))
    closures = whole.filter(~pl.col("counted"))
    stretches = rows.stops.join(closures.select("ride_id", "started_at", "ended_at"), on="ride_id").filter(
        (pl.col("start") >= pl.col("started_at"))
        & (pl.col("start") < pl.col("ended_at").fill_null(given.days["day_end"].max()))
    )
    told = stretches.sort("start").group_by("ride_id", "started_at").agg(pl.col("not_counted").first())
    said = closures.select("ride_id", "started_at", "not_counted")
    assert_frame_equal(told, said, check_row_order=False)
    assert closures["not_counted"].null_count() == 0


@settings(KERNEL, max_examples=20)
@given(batches(most=4))
def test_a_closure_says_why_it_does_not_count_as_the_timeline_does(parks: list[World]) -> None:
    assert_closures_say_the_same(inputs(*parks))


def test_the_closures_of_the_shipped_day_say_why_they_do_not_count() -> None:
    assert_closures_say_the_same(_shipped_day())


def test_the_shipped_day_adds_up_to_its_counters() -> None:
    assert_adds_up(_shipped_day())


def _shipped_day() -> ParkDayInputs:
    rows = queue_times(pl.read_parquet(FIXTURES / "great_adventure_2026-08-20.parquet"))
    given, _ = inputs_of(
        rows, "America/New_York", cadence_seconds=300, feed=Feed.QUEUE_TIMES, tells_down=False
    )
    return given


def simple(frame: pl.DataFrame) -> list[tuple[str, str, int | None, bool, bool]]:
    """(start, end, status, in window, counts as down) of each segment, waits left out."""
    return [
        (_shown(start), _shown(end), status, inside, down)
        for start, end, status, inside, down in frame.select(
            "start", "end", "status", "in_window", "counts_as_down"
        ).iter_rows()
    ]


def _shown(instant: int) -> str:
    minutes = (instant - clock("00:00")) // 60
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def timeline_of(world: World, known_until: str = "24:00") -> pl.DataFrame:
    given = inputs(world)
    days = given.days.with_columns(known_until=pl.lit(clock(known_until), pl.Int64))
    rows = compute_park_days(given)
    return timelines(given, rows, given.rides, days, rows.windows)


def test_segments_are_cut_where_the_park_opens_and_closes() -> None:
    readings = [*held(1, "09:50", "12:00", OPERATING), *held(1, "12:00", "19:00", DOWN)]
    found = timeline_of(World(readings, {1: Ride()}, schedule=TEN_TO_SIX))
    assert simple(found) == [
        ("00:00", "09:50", None, False, False),
        ("09:50", "10:00", 1, False, False),
        ("10:00", "12:00", 1, True, False),
        ("12:00", "18:00", 2, True, True),
        ("18:00", "19:10", 2, False, False),
        ("19:10", "24:00", None, False, False),
    ]


def test_a_hole_in_the_record_is_unobserved_time() -> None:
    readings = [*held(1, "10:00", "11:00", OPERATING), *held(1, "13:00", "18:00", OPERATING)]
    found = timeline_of(World(readings, {1: Ride()}, schedule=TEN_TO_SIX))
    assert ("11:10", "13:00", None, True, False) in simple(found)


def test_what_has_not_come_yet_is_no_gap() -> None:
    readings = held(1, "10:00", "12:00", OPERATING)
    found = timeline_of(World(readings, {1: Ride(), 2: Ride()}, schedule=TEN_TO_SIX), known_until="12:05")
    assert simple(found.filter(pl.col("ride_id") == 1))[-1] == ("10:00", "12:05", 1, True, False)
    assert simple(found.filter(pl.col("ride_id") == 2)) == [
        ("00:00", "10:00", None, False, False),
        ("10:00", "12:05", None, True, False),
    ]


def reasons(frame: pl.DataFrame, ride: int = 1) -> list[tuple[str, str, str | None]]:
    """(start, end, why not) of the stretches in which the ride did not run while the park was open."""
    stopped = frame.filter(
        pl.col("in_window") & (pl.col("status") != OPERATING) & (pl.col("ride_id") == ride)
    )
    return [
        (_shown(start), _shown(end), why)
        for start, end, why in stopped.select("start", "end", "not_counted").iter_rows()
    ]


def test_a_stretch_that_does_not_count_says_why() -> None:
    """Where only open and closed are told: before its first run, counted, then not back before closing."""
    readings = [
        *held(1, "10:00", "11:00", CLOSED),
        *held(1, "11:00", "12:00", OPERATING),
        *held(1, "12:00", "13:00", CLOSED),
        *held(1, "13:00", "16:00", OPERATING),
        *held(1, "16:00", "18:00", CLOSED),
    ]
    world = World(readings, {1: Ride()}, schedule=TEN_TO_SIX, tells_down=False)
    assert reasons(timeline_of(world)) == [
        ("10:00", "11:00", "before_first_run"),
        ("12:00", "13:00", None),
        ("16:00", "18:00", "did_not_come_back"),
    ]
    told = World(readings, {1: Ride()}, schedule=TEN_TO_SIX)
    assert {why for _, _, why in reasons(timeline_of(told))} == {"planned"}


def test_a_stop_of_the_whole_park_and_hours_of_its_own_are_said() -> None:
    readings = [
        r
        for ride in (1, 2)
        for r in (
            *held(ride, "10:00", "12:00", OPERATING),
            *held(ride, "12:00", "13:00", CLOSED),
            *held(ride, "13:00", "18:00", OPERATING),
        )
    ]
    rides = {1: Ride(), 2: Ride()}
    storm = World(readings, rides, schedule=TEN_TO_SIX, tells_down=False)
    assert reasons(timeline_of(storm)) == [("12:00", "13:00", "park_wide")]
    hours = [RideHours(1, DAY, clock("10:00"), clock("12:30"))]
    bound = World(readings, rides, schedule=TEN_TO_SIX, tells_down=False, ride_hours=hours)
    assert reasons(timeline_of(bound))[-1] == ("12:30", "13:00", "outside_hours")


def test_a_new_wait_is_a_new_segment_and_an_unknown_reading_none() -> None:
    readings = [
        *held(1, "10:00", "11:00", OPERATING, 20),
        *held(1, "11:00", "12:00", OPERATING, 40),
        *held(1, "12:00", "13:00", UNKNOWN),
        *held(1, "13:00", "14:00", OPERATING, 40),
    ]
    found = timeline_of(World(readings, {1: Ride()}, schedule=TEN_TO_SIX)).filter("in_window")
    waits = found.select("wait_minutes", minutes=(pl.col("end") - pl.col("start")) // 60).rows()
    # The last reading, at 13:55, holds until 14:10.
    assert waits == [(20, 60), (40, 60), (None, 60), (40, 70), (None, 230)]
