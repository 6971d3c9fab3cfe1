"""When is a park open? Open windows per park-day with their evidence (R4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hallofshame.domain.words import Evidence, ScheduleKind
from hallofshame.metrics.frames import WINDOWS, empty

BRIDGED_SECONDS = 3 * 3600
"""Gaps in activity shorter than this do not close a park."""

MIN_EXTENSION_SECONDS = 15 * 60
"""Activity beyond the published hours extends them only if it lasts longer than a reading can hold (R3)."""

LOOKBACK_DAYS = 6
"""A ride counts as alive that operated on the day or one of this many days before (R4, R6)."""


@dataclass(frozen=True, slots=True)
class Opening:
    """``windows``: shape ``WINDOWS``, disjoint, sorted. ``evidence``: ``park_id, day, evidence``."""

    windows: pl.DataFrame
    evidence: pl.DataFrame


def days_touched(stretches: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Each stretch (``park_id, start, end``) once per park-day it overlaps, clipped to it, plus ``day``."""
    ordered = days.sort("park_id", "day_start").with_columns(
        place=pl.int_range(pl.len()).over("park_id").cast(pl.Int64)
    )
    starts = ordered.select("park_id", "day_start", "place").sort("day_start")
    located = (
        stretches.with_columns(last_second=pl.col("end") - 1)
        .sort("start")
        .join_asof(
            starts.rename({"place": "first"}),
            left_on="start",
            right_on="day_start",
            by="park_id",
            check_sortedness=False,
        )
        .drop("day_start")
        .sort("last_second")
        .join_asof(
            starts.rename({"place": "last"}),
            left_on="last_second",
            right_on="day_start",
            by="park_id",
            check_sortedness=False,
        )
        .drop("day_start", "last_second")
        .filter(pl.col("last").is_not_null())
        .with_columns(place=pl.int_ranges(pl.col("first").fill_null(0), pl.col("last") + 1))
        .explode("place", empty_as_null=False)
        .drop("first", "last")
    )
    return (
        located.join(ordered, on=["park_id", "place"])
        .with_columns(start=pl.max_horizontal("start", "day_start"), end=pl.min_horizontal("end", "day_end"))
        .filter(pl.col("end") > pl.col("start"))
        .drop("place", "day_start", "day_end")
    )


def rides_of_week(days: pl.DataFrame, operated: pl.DataFrame) -> pl.DataFrame:
    """The rides in ``operated`` (``park_id, day, ride_id``) on each park-day or one of the 6 days before.

    Serves both sets of the rules: A of R4 and E of R6. Returns ``park_id, day, ride_id`` without doubles.
    """
    reach = pl.DataFrame({"later": list(range(LOOKBACK_DAYS + 1))}, schema={"later": pl.Int64})
    return (
        operated.select("park_id", "day", "ride_id")
        .join(reach, how="cross")
        .select("park_id", pl.col("day") + pl.duration(days=pl.col("later")), "ride_id")
        .join(days.select("park_id", "day"), on=["park_id", "day"], how="semi")
        .unique()
    )


def thresholds(days: pl.DataFrame, alive: pl.DataFrame) -> pl.DataFrame:
    """Per park-day ``k``, the rides that make a park open, and ``half`` of set A (R4); 0 where A is empty."""
    counts = alive.group_by("park_id", "day").agg(alive=pl.len().cast(pl.Int64))
    size = pl.col("alive").fill_null(0)
    return days.join(counts, on=["park_id", "day"], how="left").select(
        "park_id",
        "day",
        "day_start",
        "day_end",
        k=pl.max_horizontal(pl.min_horizontal(pl.lit(3), size), (size + 9) // 10),
        half=(size + 1) // 2,
    )


def open_windows(
    stretches: pl.DataFrame,
    limits: pl.DataFrame,
    schedules: pl.DataFrame,
    observed: pl.DataFrame,
) -> Opening:
    """Open windows of every park-day in ``limits`` (R4).

    ``stretches``: operating stretches of attractions, clipped to days (``park_id, day, start, end``).
    ``limits``: output of :func:`thresholds`. ``schedules``: shape ``SCHEDULES``. ``observed``: stretches
    of known status of attractions, clipped to days, of the scheduled parks at least.

    The hours of the date and what the date before left over after midnight are judged apart: each is closed
    if it was observed and nothing operated in its own part of the day. Published events are no regular
    opening, however much operates then.
    """
    key = ["park_id", "day"]
    counts = _concurrent(stretches).join(limits, on=key)
    published = _published(schedules, limits, ScheduleKind.OPERATING)
    events = _published(
        schedules,
        limits,
        ScheduleKind.TICKETED_EVENT,
        ScheduleKind.PRIVATE_EVENT,
        ScheduleKind.EXTRA_HOURS,
    )
    own = published.filter(pl.col("date") == pl.col("day"))
    spill = published.filter(pl.col("date") < pl.col("day"))
    scheduled = own.select(key).unique()
    idle = _observed_in(own, observed).join(_operated_beside(stretches, spill), on=key, how="anti")
    live = scheduled.join(idle, on=key, how="anti")
    ended_early = _observed_in(spill, observed).join(
        _overlaps(stretches, spill).select(key).unique(), on=key, how="anti"
    )
    regular = _merge(
        pl.concat(
            [
                own.join(live, on=key, how="semi").select(WINDOWS.keys()),
                spill.join(ended_early, on=key, how="anti").select(WINDOWS.keys()),
            ]
        ),
        1,
    )
    busy = counts.filter((pl.col("half") > 0) & (pl.col("operating") >= pl.col("half")))
    beyond = _subtract(_merge(busy.join(live, on=key, how="semi"), 1), pl.concat([regular, _hours(events)]))
    beyond = beyond.filter(pl.col("end") - pl.col("start") > MIN_EXTENSION_SECONDS)
    moving = counts.filter((pl.col("k") > 0) & (pl.col("operating") >= pl.col("k")))
    activity = _subtract(_merge(moving.join(scheduled, on=key, how="anti"), BRIDGED_SECONDS), _hours(events))
    windows = _merge(pl.concat([regular, beyond, activity]), 1)
    return Opening(windows, _evidence(limits, windows, scheduled, beyond, observed))


def windows_until(
    now: int, windows: Sequence[tuple[int, int]], published: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Open windows as they can be shown at ``now`` (Unix seconds, as are the (start, end) pairs).

    Up to ``now``, and beyond it those parts of them that lie in published hours: what a look goes on to stand
    for (R3) was not seen yet. A window that begins at ``now`` has no length yet.
    """
    parts = [(start, min(end, now)) for start, end in windows if start <= now]
    for start, end in windows:
        for opens, closes in published:
            first, last = max(start, opens, now), min(end, closes)
            if first < last:
                parts.append((first, last))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(parts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _hours(entries: pl.DataFrame) -> pl.DataFrame:
    return entries.select(WINDOWS.keys())


def _observed_in(hours: pl.DataFrame, observed: pl.DataFrame) -> pl.DataFrame:
    """The park-days on which something was observed inside ``hours``: ``park_id, day``."""
    return _overlaps(observed, hours).select("park_id", "day").unique()


def _operated_beside(stretches: pl.DataFrame, spill: pl.DataFrame) -> pl.DataFrame:
    """The park-days on which something operated other than in the night before: ``park_id, day``."""
    return _subtract(stretches.select(WINDOWS.keys()), _hours(spill)).select("park_id", "day").unique()


def _evidence(
    limits: pl.DataFrame,
    windows: pl.DataFrame,
    scheduled: pl.DataFrame,
    beyond: pl.DataFrame,
    observed: pl.DataFrame,
) -> pl.DataFrame:
    """One word per park-day for why its windows are what they are."""
    key = ["park_id", "day"]

    def flag(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        return frame.select(key).unique().with_columns(pl.lit(value=True).alias(name))

    frame = limits.select(key)
    for other, name in (
        (windows, "opened"),
        (scheduled, "scheduled"),
        (beyond, "extended"),
        (observed, "seen"),
    ):
        frame = frame.join(flag(other, name), on=key, how="left")
    return frame.select(
        *key,
        evidence=pl.when(pl.col("opened") & pl.col("extended"))
        .then(pl.lit(Evidence.SCHEDULE_AND_ACTIVITY.value))
        .when(pl.col("opened") & pl.col("scheduled"))
        .then(pl.lit(Evidence.SCHEDULE.value))
        .when("opened")
        .then(pl.lit(Evidence.ACTIVITY.value))
        .when(pl.col("scheduled") | pl.col("seen"))
        .then(pl.lit(Evidence.NO_ACTIVITY.value))
        .otherwise(pl.lit(Evidence.NO_DATA.value)),
    )


def _concurrent(stretches: pl.DataFrame) -> pl.DataFrame:
    """How many stretches hold at once: ``park_id, day, start, end, operating``, steps in time order."""
    key = ["park_id", "day"]
    edges = pl.concat(
        [
            stretches.select(*key, at="start", change=pl.lit(1, pl.Int64)),
            stretches.select(*key, at="end", change=pl.lit(-1, pl.Int64)),
        ]
    )
    return (
        edges.group_by(*key, "at")
        .agg(pl.col("change").sum())
        .sort(*key, "at")
        .with_columns(operating=pl.col("change").cum_sum().over(key), end=pl.col("at").shift(-1).over(key))
        .filter(pl.col("end").is_not_null())
        .select(*key, pl.col("at").alias("start"), "end", "operating")
    )


def _merge(intervals: pl.DataFrame, shorter_than: int) -> pl.DataFrame:
    """Join intervals of one park-day that overlap or lie less than ``shorter_than`` seconds apart."""
    if intervals.is_empty():
        return empty(WINDOWS)
    key = ["park_id", "day"]
    ordered = intervals.sort(*key, "start", "end").with_columns(
        reach=pl.col("end").cum_max().over(key).shift().over(key)
    )
    apart = (pl.col("start") - pl.col("reach") >= shorter_than).fill_null(value=True)
    return (
        ordered.with_columns(part=apart.cum_sum())
        .group_by(*key, "part")
        .agg(pl.col("start").min(), pl.col("end").max())
        .select(WINDOWS.keys())
        .sort("park_id", "start")
    )


def _published(schedules: pl.DataFrame, limits: pl.DataFrame, *kinds: ScheduleKind) -> pl.DataFrame:
    """Published entries of those kinds clipped to each park-day: own date and the date before (R4a)."""
    entries = schedules.filter(pl.col("kind").is_in([kind.value for kind in kinds]))
    days = limits.select("park_id", "day", "day_start", "day_end")
    own = entries.join(days, left_on=["park_id", "date"], right_on=["park_id", "day"], coalesce=False)
    own = own.select("park_id", "day", "date", "opens_at", "closes_at", "day_start", "day_end")
    before = days.with_columns(date=pl.col("day") - pl.duration(days=1)).join(entries, on=["park_id", "date"])
    return (
        pl.concat([own, before.select(own.columns)])
        .with_columns(
            start=pl.max_horizontal("opens_at", "day_start"),
            end=pl.min_horizontal("closes_at", "day_end"),
        )
        .filter(pl.col("end") > pl.col("start"))
        .select("park_id", "day", "date", "start", "end")
    )


def _overlaps(intervals: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """The share of each interval that lies inside a window of its park-day: shape ``WINDOWS``."""
    inside = windows.select("park_id", "day", window_start="start", window_end="end")
    return (
        intervals.select("park_id", "day", "start", "end")
        .join(inside, on=["park_id", "day"])
        .select(
            "park_id",
            "day",
            start=pl.max_horizontal("start", "window_start"),
            end=pl.min_horizontal("end", "window_end"),
        )
        .filter(pl.col("end") > pl.col("start"))
    )


def _subtract(intervals: pl.DataFrame, holes: pl.DataFrame) -> pl.DataFrame:
    """What of ``intervals`` lies outside all ``holes`` of their park-day: shape ``WINDOWS``, merged."""
    if intervals.is_empty() or holes.is_empty():
        return _merge(intervals, 1)
    key = ["park_id", "day"]
    many = 1_000_000  # more than intervals that can overlap: a hole outweighs them all
    marked = pl.concat(
        [
            intervals.select(WINDOWS.keys()).with_columns(weight=pl.lit(1, pl.Int64)),
            holes.select(WINDOWS.keys()).with_columns(weight=pl.lit(many, pl.Int64)),
        ]
    )
    edges = pl.concat(
        [
            marked.select(*key, at="start", change="weight"),
            marked.select(*key, at="end", change=-pl.col("weight")),
        ]
    )
    steps = (
        edges.group_by(*key, "at")
        .agg(pl.col("change").sum())
        .sort(*key, "at")
        .with_columns(level=pl.col("change").cum_sum().over(key), end=pl.col("at").shift(-1).over(key))
    )
    bare = pl.col("level").is_between(1, many - 1) & pl.col("end").is_not_null()
    return _merge(steps.filter(bare).select(*key, pl.col("at").alias("start"), "end"), 1)
