"""When is a park open? Open windows per park-day with their evidence (R4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hallofshame.domain.rules import (
    ACTIVITY_GAP_SECONDS,
    CLOSED_AFTER_SECONDS,
    LOOKBACK_DAYS,
    MAX_HOLD_SECONDS,
    MIN_EXTENSION_SECONDS,
    POSTING_RIDES,
    POSTING_SHARE,
)
from hallofshame.domain.words import Evidence, Feed, ScheduleKind, Status
from hallofshame.metrics.frames import WINDOWS, collect, collect_all

KEY = ["park_id", "day"]


@dataclass(frozen=True, slots=True)
class Opening:
    """When parks are open.

    - ``windows``: shape ``WINDOWS`` and ``published_end`` (the window ends with published hours), disjoint,
      sorted
    - ``evidence``: ``park_id, day, evidence``
    - ``activity``: ``park_id, day, active_from, active_until``, the first and last moment at which k rides
      of A
      operated outside what the date before left over after midnight, and ``night_until``, the last one in it
    """

    windows: pl.DataFrame
    evidence: pl.DataFrame
    activity: pl.DataFrame


def days_touched(stretches: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Each stretch (``park_id, start, end``) once per park-day it overlaps, clipped to it, plus ``day``."""
    ordered = (
        days.lazy()
        .select(*KEY, "day_start", "day_end")
        .sort("park_id", "day_start")
        .with_columns(place=pl.int_range(pl.len()).over("park_id").cast(pl.Int64))
    )
    starts = ordered.select("park_id", "day_start", "place").sort("day_start")
    located = (
        stretches.lazy()
        .with_columns(last_second=pl.col("end") - 1)
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
    return collect(
        located.join(ordered, on=["park_id", "place"])
        .with_columns(start=pl.max_horizontal("start", "day_start"), end=pl.min_horizontal("end", "day_end"))
        .filter(pl.col("end") > pl.col("start"))
        .drop("place", "day_start", "day_end")
    )


def rides_of_week(days: pl.LazyFrame, operated: pl.LazyFrame) -> pl.LazyFrame:
    """The rides in ``operated`` (``park_id, day, ride_id``) on each park-day or one of the 6 days before.

    Serves both sets of the rules: A of R4 and E of R6. Returns ``park_id, day, ride_id`` without doubles.
    """
    reach = pl.LazyFrame({"later": list(range(LOOKBACK_DAYS + 1))}, schema={"later": pl.Int64})
    return (
        operated.select("park_id", "day", "ride_id")
        .join(reach, how="cross")
        .select("park_id", pl.col("day") + pl.duration(days=pl.col("later")), "ride_id")
        .join(days.select("park_id", "day"), on=["park_id", "day"], how="semi")
        .unique()
    )


def rides_that_tell(alive: pl.DataFrame, posted: pl.DataFrame) -> pl.DataFrame:
    """Set A of R4 per park-day: ``park_id, day, ride_id``.

    ``alive``: the rides that operated in the week, ``posted``: those that posted a wait above 0 in it, both
    by :func:`rides_of_week`. Of ``alive`` only those that posted, if they are at least three and at least a
    quarter of all.
    """
    living = alive.lazy()
    posting = collect(posted.lazy().join(living, on=[*KEY, "ride_id"], how="semi")).lazy()
    enough = (
        living.group_by(KEY)
        .agg(alive=pl.len())
        .join(posting.group_by(KEY).agg(posting=pl.len()), on=KEY)
        .filter(
            (pl.col("posting") >= POSTING_RIDES)
            & (pl.col("posting").cast(pl.Int64) * POSTING_SHARE >= pl.col("alive"))
        )
    )
    told = collect(enough).lazy()
    return collect(
        pl.concat(
            [
                living.join(told, on=KEY, how="anti"),
                posting.join(told, on=KEY, how="semi").select(alive.columns),
            ]
        )
    )


def thresholds(days: pl.LazyFrame, telling: pl.LazyFrame) -> pl.LazyFrame:
    """Per park-day ``k``, the rides that make a park open, and ``half`` of set A (R4); 0 where A is empty.

    ``telling``: set A, the output of :func:`rides_that_tell`.
    """
    counts = telling.group_by(KEY).agg(telling=pl.len().cast(pl.Int64))
    size = pl.col("telling").fill_null(0)
    k = pl.max_horizontal(pl.lit(1), pl.min_horizontal(pl.lit(3), size - 1), (size + 9) // 10)
    return days.join(counts, on=KEY, how="left").select(
        *KEY, "day_start", "day_end", k=pl.when(size > 0).then(k).otherwise(0), half=(size + 1) // 2
    )


def open_windows(
    stretches: pl.DataFrame,
    limits: pl.DataFrame,
    schedules: pl.DataFrame,
    observed: pl.DataFrame,
    telling: pl.DataFrame,
    looks: pl.DataFrame,
) -> Opening:
    """Open windows of every park-day in ``limits`` (R4).

    ``stretches``: operating stretches of the rides of A, clipped to days (``park_id, day, start, end``).
    ``limits``: output of :func:`thresholds`. ``schedules``: shape ``SCHEDULES``. ``observed``: stretches
    of known status of rides, clipped to days, of the scheduled parks at least. ``telling``: set A by
    park-day. ``looks``: shape ``SPANS``, one row per observation.

    Each published window is judged by itself on each side of midnight: it is closed if more than 15 min of it
    were observed and no ride of A operated in it. Published events are no regular opening, however much
    operates then.
    """
    used, seen, bounds = stretches.lazy(), observed.lazy(), limits.lazy()
    counts = collect(_concurrent(used).join(bounds, on=KEY)).lazy()
    moving, busy, published, events = collect_all(
        counts.filter((pl.col("k") > 0) & (pl.col("operating") >= pl.col("k"))),
        counts.filter((pl.col("half") > 0) & (pl.col("operating") >= pl.col("half"))),
        _published(schedules, bounds, ScheduleKind.OPERATING),
        _published(
            schedules,
            bounds,
            ScheduleKind.TICKETED_EVENT,
            ScheduleKind.PRIVATE_EVENT,
            ScheduleKind.EXTRA_HOURS,
        ),
    )
    own, spill, scheduled = (
        frame.lazy()
        for frame in collect_all(
            _merge(_hours(published.lazy().filter(pl.col("date") == pl.col("day"))), 1),
            _merge(_hours(published.lazy().filter(pl.col("date") < pl.col("day"))), 1),
            published.lazy().filter(pl.col("date") == pl.col("day")).select(KEY).unique(),
        )
    )
    bridged = _merge(moving.lazy().join(scheduled, on=KEY, how="anti"), ACTIVITY_GAP_SECONDS)
    regular = _merge(pl.concat([_in_use(hours, used, seen) for hours in (own, spill)]), 1)
    explained = pl.concat([_hours(published.lazy()), _hours(events.lazy())])
    beyond = _subtract(_merge(busy.lazy().join(scheduled, on=KEY, how="semi"), 1), explained)
    beyond = beyond.filter(pl.col("end") - pl.col("start") > MIN_EXTENSION_SECONDS)
    activity = _subtract(_seen_twice(collect(bridged), telling, looks).lazy(), _hours(events.lazy()))
    regular, beyond, activity = (frame.lazy() for frame in collect_all(regular, beyond, activity))
    windows = collect(_merge(pl.concat([regular, beyond, activity]), 1)).lazy()
    ends = regular.select(*KEY, "end", published_end=pl.lit(value=True)).unique()
    found = windows.join(ends, on=[*KEY, "end"], how="left", maintain_order="left").with_columns(
        pl.col("published_end").fill_null(value=False)
    )
    evidence = _evidence(bounds, windows, scheduled, beyond, seen)
    return Opening(*collect_all(found, evidence, _active(moving.lazy(), spill, bounds)))


def _in_use(hours: pl.LazyFrame, stretches: pl.LazyFrame, observed: pl.LazyFrame) -> pl.LazyFrame:
    """Those of the disjoint published ``hours`` that were in use, or of which too little was observed to
    say."""
    each = [*KEY, "start"]
    seen = _shares(observed, hours).group_by(*KEY, pl.col("window").alias("start"))
    idle = seen.agg(seen=(pl.col("end") - pl.col("begin")).sum()).filter(
        pl.col("seen") > CLOSED_AFTER_SECONDS
    )
    used = _shares(stretches, hours).select(*KEY, start="window").unique()
    return hours.join(idle.join(used, on=each, how="anti"), on=each, how="anti")


def _seen_twice(stretches: pl.DataFrame, telling: pl.DataFrame, looks: pl.DataFrame) -> pl.DataFrame:
    """``stretches`` without those that rest on a single look of a sampled feed: shape ``WINDOWS``."""
    short = stretches.filter(pl.col("end") - pl.col("start") <= MAX_HOLD_SECONDS)
    if short.is_empty():
        return stretches
    operating = looks.lazy().filter(
        (pl.col("end") > short["start"].min())
        & (pl.col("start") < short["end"].max())
        & (pl.col("status") == Status.OPERATING)
    )
    seen = (
        short.lazy()
        .join(telling.lazy(), on=KEY)
        .join(operating.select("ride_id", "feed", at="start", until="end"), on="ride_id")
        .filter((pl.col("at") < pl.col("end")) & (pl.col("until") > pl.col("start")))
        .group_by(*KEY, "start")
        .agg(looks=pl.col("at").n_unique(), logged=(pl.col("feed") == Feed.ARCHIVE).any())
    )
    single = seen.filter((pl.col("looks") == 1) & ~pl.col("logged"))
    return collect(stretches.lazy().join(single, on=[*KEY, "start"], how="anti"))


def _active(moving: pl.LazyFrame, spill: pl.LazyFrame, limits: pl.LazyFrame) -> pl.LazyFrame:
    """First and last moment at which k rides operated, what was left over from the night before apart."""
    steps = moving.select(WINDOWS.keys())
    day = _subtract(steps, spill).group_by(KEY)
    night = _shares(steps, spill).group_by(KEY)
    return (
        limits.select(KEY)
        .join(
            day.agg(active_from=pl.col("start").min(), active_until=pl.col("end").max()), on=KEY, how="left"
        )
        .join(night.agg(night_until=pl.col("end").max()), on=KEY, how="left")
    )


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


def _hours(entries: pl.LazyFrame) -> pl.LazyFrame:
    return entries.select(WINDOWS.keys())


def _evidence(
    limits: pl.LazyFrame,
    windows: pl.LazyFrame,
    scheduled: pl.LazyFrame,
    beyond: pl.LazyFrame,
    observed: pl.LazyFrame,
) -> pl.LazyFrame:
    """One word per park-day for why its windows are what they are."""

    def flag(frame: pl.LazyFrame, name: str) -> pl.LazyFrame:
        return frame.select(KEY).unique().with_columns(pl.lit(value=True).alias(name))

    frame = limits.select(KEY)
    for other, name in (
        (windows, "opened"),
        (scheduled, "scheduled"),
        (beyond, "extended"),
        (observed, "seen"),
    ):
        frame = frame.join(flag(other, name), on=KEY, how="left")
    return frame.select(
        *KEY,
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


def _concurrent(stretches: pl.LazyFrame) -> pl.LazyFrame:
    """How many stretches hold at once: ``park_id, day, start, end, operating``, steps in time order."""
    edges = pl.concat(
        [
            stretches.select(*KEY, at="start", change=pl.lit(1, pl.Int64)),
            stretches.select(*KEY, at="end", change=pl.lit(-1, pl.Int64)),
        ]
    )
    return (
        edges.group_by(*KEY, "at")
        .agg(pl.col("change").sum())
        .sort(*KEY, "at")
        .with_columns(operating=pl.col("change").cum_sum().over(KEY), end=pl.col("at").shift(-1).over(KEY))
        .filter(pl.col("end").is_not_null())
        .select(*KEY, pl.col("at").alias("start"), "end", "operating")
    )


def _merge(intervals: pl.LazyFrame, shorter_than: int) -> pl.LazyFrame:
    """Join intervals of one park-day that overlap or lie less than ``shorter_than`` seconds apart."""
    ordered = intervals.sort(*KEY, "start", "end").with_columns(
        reach=pl.col("end").cum_max().over(KEY).shift().over(KEY)
    )
    apart = (pl.col("start") - pl.col("reach") >= shorter_than).fill_null(value=True)
    return (
        ordered.with_columns(part=apart.cum_sum())
        .group_by(*KEY, "part")
        .agg(pl.col("start").min(), pl.col("end").max())
        .select(WINDOWS.keys())
        .sort("park_id", "start")
    )


def _published(schedules: pl.DataFrame, limits: pl.LazyFrame, *kinds: ScheduleKind) -> pl.LazyFrame:
    """Published entries of those kinds clipped to each park-day: own date and the date before (R4a)."""
    entries = schedules.lazy().filter(pl.col("kind").is_in([kind.value for kind in kinds]))
    days = limits.select("park_id", "day", "day_start", "day_end")
    own = entries.join(days, left_on=["park_id", "date"], right_on=["park_id", "day"], coalesce=False)
    columns = ["park_id", "day", "date", "opens_at", "closes_at", "day_start", "day_end"]
    own = own.select(columns)
    before = days.with_columns(date=pl.col("day") - pl.duration(days=1)).join(entries, on=["park_id", "date"])
    return (
        pl.concat([own, before.select(columns)])
        .with_columns(
            start=pl.max_horizontal("opens_at", "day_start"),
            end=pl.min_horizontal("closes_at", "day_end"),
        )
        .filter(pl.col("end") > pl.col("start"))
        .select("park_id", "day", "date", "start", "end")
    )


def _shares(intervals: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
    """The share of each interval inside each window of its park-day: ``park_id, day, window, begin, end``.

    ``window`` is the begin of that window.
    """
    inside = windows.select(*KEY, window="start", window_end="end")
    return (
        intervals.select(WINDOWS.keys())
        .join(inside, on=KEY)
        .select(
            *KEY,
            "window",
            begin=pl.max_horizontal("start", "window"),
            end=pl.min_horizontal("end", "window_end"),
        )
        .filter(pl.col("end") > pl.col("begin"))
    )


def _subtract(intervals: pl.LazyFrame, holes: pl.LazyFrame) -> pl.LazyFrame:
    """What of ``intervals`` lies outside all ``holes`` of their park-day: shape ``WINDOWS``, merged."""
    many = 1_000_000  # more than intervals that can overlap: a hole outweighs them all
    marked = pl.concat(
        [
            intervals.select(WINDOWS.keys()).with_columns(weight=pl.lit(1, pl.Int64)),
            holes.select(WINDOWS.keys()).with_columns(weight=pl.lit(many, pl.Int64)),
        ]
    )
    edges = pl.concat(
        [
            marked.select(*KEY, at="start", change="weight"),
            marked.select(*KEY, at="end", change=-pl.col("weight")),
        ]
    )
    steps = (
        edges.group_by(*KEY, "at")
        .agg(pl.col("change").sum())
        .sort(*KEY, "at")
        .with_columns(level=pl.col("change").cum_sum().over(KEY), end=pl.col("at").shift(-1).over(KEY))
    )
    bare = pl.col("level").is_between(1, many - 1) & pl.col("end").is_not_null()
    return _merge(steps.filter(bare).select(*KEY, pl.col("at").alias("start"), "end"), 1)
