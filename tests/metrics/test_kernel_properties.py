"""The kernel against the oracle on generated worlds, and what must hold on every world."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import fields, replace

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from hallofshame.domain.counters import PARK_SUMS, RIDE_MAXIMA, RIDE_SUMS
from hallofshame.domain.words import Feed, Origin
from hallofshame.metrics import scores
from hallofshame.metrics.compute import PREFERRED, history_of
from hallofshame.metrics.compute import compute as compute_any
from hallofshame.metrics.frames import HISTORY, empty
from hallofshame.metrics.midnight import neighbours_of
from hallofshame.metrics.parkday import ParkDays, compute_park_days

from . import oracle
from .build import CLOSED, DAY, DOWN, OPERATING, Hours, Reading, Ride, World, clock, compute, held, inputs
from .compare import assert_agrees, of_park
from .worlds import batches, worlds

KERNEL = settings.get_profile("kernel")
KEYS = {
    "windows": ["park_id", "start"],
    "ride_hours": ["park_id", "hour", "ride_id"],
    "ride_days": ["park_id", "day", "ride_id"],
    "park_hours": ["park_id", "hour"],
    "park_days": ["park_id", "day"],
    "outage_parts": ["park_id", "day", "ride_id", "started_at"],
    "stops": ["ride_id", "start"],
}


def assert_same(left: ParkDays, right: ParkDays) -> None:
    """Bit for bit, row for row, in the same order."""
    for field in fields(ParkDays):
        assert_frame_equal(getattr(left, field.name), getattr(right, field.name))


@settings(KERNEL, max_examples=20)
@given(batches())
def test_kernel_agrees_with_the_oracle(parks: list[World]) -> None:
    results = compute(*parks)
    for world in parks:
        assert_agrees(results, world)


@settings(KERNEL, max_examples=8)
@given(batches(most=6))
def test_counters_are_consistent_on_every_grain(parks: list[World]) -> None:
    results = compute(*parks)
    for name in ("ride_hours", "ride_days", "park_hours", "park_days"):
        frame: pl.DataFrame = getattr(results, name)
        parts = pl.col("operating") + pl.col("down") + pl.col("closed") + pl.col("refurbishment")
        for rule in (
            parts == pl.col("observed"),
            pl.col("observed") <= pl.col("open"),
            pl.col("downtime") <= pl.col("down") + pl.col("closed"),
            pl.col("wait_known") <= pl.col("operating"),
            pl.col("wait_max").is_null() == (pl.col("wait_known") == 0),
        ):
            assert frame.filter(~rule).is_empty(), f"{name}: {rule}"
    hours = results.ride_hours.group_by("park_id", "day", "ride_id").agg(
        pl.col(RIDE_SUMS).sum(), pl.col(RIDE_MAXIMA).max()
    )
    touched = results.ride_days.join(hours, on=["park_id", "day", "ride_id"], how="semi")
    assert_frame_equal(
        hours.sort("park_id", "day", "ride_id"), touched.select(hours.columns), check_row_order=True
    )
    hours = results.park_hours.group_by("park_id", "day").agg(pl.col(PARK_SUMS).sum())
    touched = results.park_days.join(hours, on=["park_id", "day"], how="semi")
    assert_frame_equal(hours.sort("park_id", "day"), touched.select(hours.columns))
    for row in results.park_days.iter_rows(named=True):
        shown = scores.shame_score(row["weighted_downtime"], row["weighted_exposure"])
        assert shown is None or 0 <= shown <= 10
        assert row["rides_down"] <= row["eligible"]
        assert row["rides_operated"] <= row["eligible"]
        assert row["open"] == row["eligible"] * row["window_seconds"]


@settings(KERNEL, max_examples=8)
@given(batches(most=6))
def test_every_frame_is_sorted_by_its_unique_key(parks: list[World]) -> None:
    results = compute(*parks)
    for name, key in KEYS.items():
        frame: pl.DataFrame = getattr(results, name)
        assert frame.select(key).is_unique().all()
        assert_frame_equal(frame, frame.sort(key))


@settings(KERNEL, max_examples=5)
@given(batches(most=6), st.integers(0, 2**16))
def test_order_of_rows_that_carry_no_order_is_irrelevant(parks: list[World], seed: int) -> None:
    given_ = inputs(*parks)
    shuffled = replace(
        given_,
        **{
            name: getattr(given_, name).sample(fraction=1.0, shuffle=True, seed=seed)
            for name in ("parks", "rides", "days", "schedules", "ride_hours", "history", "neighbours")
        },
        observations=given_.observations.sample(fraction=1.0, shuffle=True, seed=seed).sort(
            "park_id", "ride_id", "observed_at"
        ),
    )
    assert_same(compute_park_days(shuffled), compute_park_days(given_))


@settings(KERNEL, max_examples=4)
@given(batches(most=5))
def test_a_park_comes_out_the_same_alone_and_among_others(parks: list[World]) -> None:
    together = compute(*parks)
    for world in parks:
        assert_same(of_park(together, world.park), compute(world))


@settings(KERNEL, max_examples=5)
@given(batches(most=5))
def test_days_one_by_one_with_history_equal_one_batch(parks: list[World]) -> None:
    whole = inputs(*parks)
    together = compute_any(whole)
    days = whole.days.sort("park_id", "day").with_columns(turn=pl.int_range(pl.len()).over("park_id"))
    history = whole.history
    beside = neighbours_of(together.rows.windows, whole.days, whole.neighbours)
    found: list[ParkDays] = []
    for turn in days.partition_by("turn", maintain_order=True):
        alone = replace(whole, days=turn.drop("turn"), history=history, neighbours=beside)
        one = compute_any(alone).rows
        found.append(one)
        history = pl.concat([history, history_of(one, whole.rides)])
    for name, key in KEYS.items():
        joined = pl.concat([getattr(one, name) for one in found]).sort(key)
        assert_frame_equal(joined, getattr(together.rows, name))


@settings(KERNEL, max_examples=8)
@given(worlds(max_days=1), st.integers(0, 10_000))
def test_observations_beyond_the_horizon_change_nothing(world: World, later: int) -> None:
    """A park-day knows the day before it and three hours after it, and nothing else (design §1)."""
    end = clock("24:00", world.days[0], world.timezone) + 3 * 3600
    start = clock("00:00", world.days[0], world.timezone) - 24 * 3600
    known = [r for r in world.readings if start <= r.at < end]
    ride, feed = 100, Feed.THEMEPARKS_WIKI
    beyond = [
        replace(r, at=at, ride=ride, status=DOWN, wait=None, feed=feed)
        for r in known[:1]
        for at in (start - 1 - later, end + later)
    ]
    once = compute_any(inputs(replace(world, readings=known)))
    again = compute_any(inputs(replace(world, readings=[*known, *beyond])))
    assert_same(again.rows, once.rows)


@settings(KERNEL, max_examples=6)
@given(worlds(max_days=1), st.integers(0, 2**16))
def test_the_future_never_opens_or_changes_a_closed_past(world: World, seed: int) -> None:
    """A later reading can only shorten the hold of a ride's last one: nothing before that moves.

    Where no park freezes and on a scheduled day, since activity later in the day widens A and k.
    """
    calm = replace(
        world,
        readings=[replace(r, wait=None) for r in world.readings if r.status is not None],
        schedule=[
            Hours(
                world.days[0],
                clock("09:00", world.days[0], world.timezone),
                clock("22:00", world.days[0], world.timezone),
            )
        ],
    )
    if not calm.readings:
        return
    cut = random.Random(seed).choice(calm.readings).at
    early = replace(calm, readings=[r for r in calm.readings if r.at <= cut])
    so_far = compute(early)
    if so_far.windows.is_empty():
        return  # nothing had operated so far: no_activity, until something does
    whole = compute(calm)
    if whole.windows.is_empty():
        return  # more than 15 min have been seen by now, and still nothing operated (R4)
    before, after = so_far.ride_hours, whole.ride_hours
    key = ["hour", "ride_id"]
    passed = pl.col("hour") + 3600 <= cut
    sums = ["observed", "operating", "down", "closed", "refurbishment", "samples"]
    inside = (pl.col("hour") >= calm.schedule[0].opens) & (pl.col("hour") < calm.schedule[0].closes)
    left = before.filter(passed & inside & (pl.col("observed") > 0)).select(*key, *sums)
    right = after.filter(passed & inside & (pl.col("observed") > 0)).select(*key, *sums)
    assert_frame_equal(left, right)


@settings(KERNEL, max_examples=8)
@given(st.integers(1, 9), st.integers(1, 3), st.integers(1, 12), st.integers(1, 4))
def test_day_scores_what_every_hour_scores(tenths: int, weight: int, hours: int, rides: int) -> None:
    """Every ride is down for the same share of every hour."""
    down = 360 * tenths
    readings = []
    for ride in range(rides):
        for hour in range(hours):
            begin = clock(f"{10 + hour}:00")
            readings += [Reading(ride, begin, DOWN, cadence=3600)]
            readings += [Reading(ride, begin + down, OPERATING, cadence=3600)]
        readings.append(Reading(ride, clock(f"{10 + hours}:00"), CLOSED, cadence=3600))
    world = World(
        readings,
        {ride: Ride(weight=weight + ride % 2) for ride in range(rides)},
        schedule=[Hours(DAY, clock("10:00"), clock(f"{10 + hours}:00"))],
    )
    results = compute(world)
    open_hours = results.park_hours.filter(pl.col("open") > 0)
    per_hour = {
        scores.shame_score(*row)
        for row in open_hours.select("weighted_downtime", "weighted_exposure").iter_rows()
    }
    day = results.park_days.row(0, named=True)
    assert open_hours.height == hours
    assert per_hour == {float(tenths)}
    assert scores.shame_score(day["weighted_downtime"], day["weighted_exposure"]) == float(tenths)


@settings(KERNEL, max_examples=10)
@given(worlds(max_days=2))
def test_score_shown_is_the_exact_ratio_rounded(world: World) -> None:
    truth = oracle.truth(world)
    for row in compute(world).park_days.iter_rows(named=True):
        exact = oracle.score(truth.park_days[row["day"]])
        shown = scores.shame_score(row["weighted_downtime"], row["weighted_exposure"])
        assert (shown is None) == (exact is None)
        assert shown is None or exact is None or abs(shown - exact) <= 0.005 + 1e-9


@settings(KERNEL, max_examples=5)
@given(worlds(max_days=2), worlds(max_days=2, archive=True), st.booleans())
def test_live_and_archive_never_mix_on_a_park_day(live: World, archive: World, prefer: bool) -> None:
    """Each park-day's rows are those of one record alone, the better covered one, live on a tie (R15)."""
    first = inputs(live).observations
    second = inputs(replace(archive, rides=live.rides)).observations
    second = second.filter(pl.col("ride_id").is_in(list(live.rides))).with_columns(
        origin=pl.lit(Origin.ARCHIVE.value, pl.UInt8)
    )
    base = replace(inputs(live), history=empty(HISTORY))
    day = base.days.filter(pl.col("day") == live.days[0])
    base = replace(base, days=day)
    mixed = replace(base, observations=pl.concat([first, second]).sort("park_id", "ride_id", "observed_at"))
    preferred = {"park_id": [live.park], "day": [live.days[0]], "origin": [Origin.ARCHIVE.value]}
    both = compute_any(mixed, pl.DataFrame(preferred, schema=PREFERRED) if prefer else None)
    alone = {
        Origin.LIVE: compute_any(replace(base, observations=first)).rows,
        Origin.ARCHIVE: compute_any(replace(base, observations=second)).rows,
    }
    chosen = Origin(both.origin["origin"][0])
    assert_same(both.rows, alone[chosen])
    seen = {origin: rows.park_days["observed"][0] for origin, rows in alone.items()}
    better = seen[Origin.ARCHIVE] > seen[Origin.LIVE]
    wanted = Origin.ARCHIVE if better or (prefer and seen[Origin.ARCHIVE]) else Origin.LIVE
    assert chosen is wanted


def test_two_days_apart_are_two_separate_days() -> None:
    """Days need not be consecutive: what lies between them is not counted."""
    other = DAY + dt.timedelta(days=3)
    readings = [
        reading
        for day in (DAY, DAY + dt.timedelta(days=1), other)
        for reading in held(1, "10:00", "11:00", OPERATING, 5 * day.day, day=day)
    ]
    results = compute(World(readings, {1: Ride()}, days=[DAY, other]))
    assert results.park_days["day"].to_list() == [DAY, other]
    assert results.park_days["operating"].to_list() == [4200, 4200]
