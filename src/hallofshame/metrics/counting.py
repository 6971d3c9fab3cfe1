"""Exact counters per ride and local hour, and their sums (R5–R7)."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.counters import (
    DOWNTIME_KINDS,
    PARK_COUNTERS,
    PARK_WEIGHTED,
    RIDE_COUNTERS,
    RIDE_MAXIMA,
    RIDE_SUMS,
)
from hallofshame.domain.rules import HOUR_SECONDS as HOUR
from hallofshame.domain.words import Feed, OutageKind, Status
from hallofshame.metrics.frames import collect
from hallofshame.metrics.lines import PAIRED, Line

SEEN_SUMS: tuple[str, ...] = (
    "observed",
    "operating",
    "down",
    "closed",
    "refurbishment",
    "wait_known",
    "wait_sum",
    "observed_queue_times",
)
"""What the readings alone tell, before any judgement of what was due."""


def hour_segments(windows: pl.DataFrame, parks: pl.DataFrame) -> pl.DataFrame:
    """Windows cut at local hours: ``park_id, day, hour, seg_start, seg_end``.

    ``hour`` is the instant at which the local hour begins. Takes the shapes ``WINDOWS`` and ``PARKS``.
    """
    hour = _hour_of(pl.col("at"))
    return collect(
        windows.lazy()
        .join(parks.lazy().select("park_id", "hour_shift"), on="park_id")
        .with_columns(first=_hour_of(pl.col("start")), past=_hour_of(pl.col("end") - 1) + HOUR)
        .with_columns(at=pl.int_ranges("first", "past", HOUR))
        .explode("at", empty_as_null=False)
        .with_columns(hour=hour)
        .select(
            "park_id",
            "day",
            "hour",
            seg_start=pl.max_horizontal("start", "hour"),
            seg_end=pl.min_horizontal("end", pl.col("hour") + HOUR),
        )
    )


def ride_hour_counts(spans: pl.DataFrame, segments: pl.DataFrame, parks: pl.DataFrame) -> pl.DataFrame:
    """What was observed per ride and local hour inside the segments.

    Takes shape ``SPANS`` (merged or not), the output of :func:`hour_segments` and shape ``PARKS``. Returns
    ``park_id, day, hour, ride_id``, ``SEEN_SUMS`` and ``wait_max``; ``observed_queue_times`` is what of
    ``observed`` came through Queue-Times.
    """
    lo, hi = segments["seg_start"].min() or 0, segments["seg_end"].max() or 0
    frame = collect(
        spans.lazy()
        .filter((pl.col("end") > lo) & (pl.col("start") < hi))
        .join(parks.lazy(), on="park_id", maintain_order="left")
        .select(
            "park_id",
            "ride_id",
            "start",
            "end",
            "status",
            "wait_minutes",
            "feed",
            hour=_hour_of(pl.col("start")),
            last_hour=_hour_of(pl.col("end") - 1),
        )
    ).lazy()
    within = frame.filter(pl.col("hour") == pl.col("last_hour")).drop("last_hour")
    across = (
        frame.filter(pl.col("hour") != pl.col("last_hour"))
        .with_columns(hour=pl.int_ranges("hour", pl.col("last_hour") + HOUR, HOUR))
        .drop("last_hour")
        .explode("hour", empty_as_null=False)
    )
    return _count(pl.concat([within, across]), segments)


def _count(pieces: pl.LazyFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Clip pieces to the segments of their hour and add up."""
    seconds = pl.col("seconds")
    slots, placed = _slots(segments)

    def spent(status: Status) -> pl.Expr:
        return seconds * (pl.col("status") == status)

    waiting = (pl.col("status") == Status.OPERATING) & pl.col("wait_minutes").is_not_null()
    sums = {
        "observed": seconds,
        "operating": spent(Status.OPERATING),
        "down": spent(Status.DOWN),
        "closed": spent(Status.CLOSED),
        "refurbishment": spent(Status.REFURBISHMENT),
        "wait_known": seconds * pl.col("wait").is_not_null(),
        "wait_sum": seconds * pl.col("wait"),
        "observed_queue_times": seconds * (pl.col("feed") == Feed.QUEUE_TIMES),
    }
    counts = collect(
        pieces.with_columns(park_hour=_pair("park_id", "hour"))
        .join(placed, on="park_hour")
        .select(
            "status",
            "feed",
            seconds=pl.min_horizontal("end", "seg_end") - pl.max_horizontal("start", "seg_start"),
            wait=pl.when(waiting).then(pl.col("wait_minutes").cast(pl.Int64)),
            ride_slot=_pair("ride_id", "slot"),
        )
        .filter(seconds > 0)
        .select("ride_slot", wait_max="wait", **sums)
        .group_by("ride_slot")
        .agg(pl.col(*sums).sum(), pl.col("wait_max").max())
    )
    ride, slot = _unpaired(counts["ride_slot"])
    keys = slots[slot].with_columns(ride_id=ride.cast(pl.Int32))
    return pl.concat([keys, counts.drop("ride_slot")], how="horizontal")


def _slots(segments: pl.DataFrame) -> tuple[pl.DataFrame, pl.LazyFrame]:
    """The hours that touch a window (``park_id, day, hour``), numbered by row, and the segments of each.

    The segments come as ``park_hour`` (see :func:`_pair`), ``slot``, ``seg_start, seg_end``. One integer per
    key makes joining and grouping by it several times as fast as by all its columns.
    """
    key = ["park_id", "day", "hour"]
    slots = segments.select(key).unique(maintain_order=True)
    placed = segments.lazy().join(slots.lazy().with_row_index("slot"), on=key, maintain_order="left")
    return slots, placed.select(_pair("park_id", "hour").alias("park_hour"), "slot", "seg_start", "seg_end")


def _ride_hour() -> pl.Expr:
    """``ride_id, hour, day`` in one integer; of two days that share an hour one is even, the other odd."""
    return _pair("ride_id", "hour") * 2 + pl.col("day").to_physical() % 2


def _pair(number: str, other: str) -> pl.Expr:
    """A park or ride and an hour or slot in one integer: 28 bits for the one, 34 for the other."""
    return pl.col(number).cast(pl.Int64) * PAIRED + pl.col(other)


def _unpaired(pairs: pl.Series) -> tuple[pl.Series, pl.Series]:
    return pairs // PAIRED, pairs % PAIRED


def sample_counts(spans: pl.DataFrame, segments: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """How many observations of known status each member has per hour inside the segments.

    ``spans``: shape ``SPANS``, one row per observation, sorted. Returns ``park_id, day, hour, ride_id,
    samples``. Found by bisection, since hours are far fewer than observations.
    """
    key = ["park_id", "day", "hour", "ride_id"]
    line = Line.of(spans, "start")
    asked = collect(
        members.lazy()
        .select("park_id", "day", "ride_id")
        .join(line.places.select("ride_id", "place"), on="ride_id")
        # In the order of the line, so that neighbours in the search are neighbours in memory.
        .sort("place")
        .join(segments.lazy(), on=["park_id", "day"], maintain_order="left")
    )
    first, past = (line.rows_before(asked, pl.col(edge)) for edge in ("seg_start", "seg_end"))
    found = asked.select(key).with_columns(samples=past - first)
    if segments.select("park_id", "day", "hour").is_unique().all():
        return found
    return found.group_by(key).agg(pl.col("samples").sum())


def downtime_counts(stops: pl.DataFrame, parks: pl.DataFrame) -> pl.DataFrame:
    """Downtime per ride and local hour, all and by kind: ``park_id, day, hour, ride_id`` and these counters.

    ``stops``: shape ``STOPS``; only those that count are added up (R5). ``parks``: shape ``PARKS``.
    """
    seconds = pl.col("seconds")
    pieces = (
        stops.lazy()
        .filter("counted")
        .join(parks.lazy().select("park_id", "hour_shift"), on="park_id")
        .with_columns(first=_hour_of(pl.col("start")), past=_hour_of(pl.col("end") - 1) + HOUR)
        .with_columns(hour=pl.int_ranges("first", "past", HOUR))
        .explode("hour", empty_as_null=False)
        .with_columns(
            seconds=pl.min_horizontal("end", pl.col("hour") + HOUR) - pl.max_horizontal("start", "hour")
        )
    )
    kinds = {
        "downtime_opening_delay": OutageKind.OPENING_DELAY,
        "downtime_never_reopened": OutageKind.NEVER_REOPENED,
        "downtime_park_wide": OutageKind.PARK_WIDE,
    }
    return collect(
        pieces.group_by("park_id", "day", "hour", "ride_id").agg(
            downtime=seconds.sum(),
            **{name: seconds.filter(pl.col("kind") == kind.value).sum() for name, kind in kinds.items()},
        )
    )


def ride_hours(
    counts: pl.DataFrame,
    downtime: pl.DataFrame,
    samples: pl.DataFrame,
    segments: pl.DataFrame,
    members: pl.DataFrame,
) -> pl.DataFrame:
    """Ride-hour rows: every member of a park-day in every hour that touches an open window.

    ``counts``, ``downtime``, ``samples``: outputs of :func:`ride_hour_counts`, :func:`downtime_counts` and
    :func:`sample_counts`. ``members``: ``park_id, day, ride_id``. Returns ``park_id, day, hour, ride_id`` and
    all R7 counters, sorted by that key.
    """
    key = ["park_id", "day", "hour"]
    opened = segments.lazy().group_by(key).agg(open=(pl.col("seg_end") - pl.col("seg_start")).sum())
    seen = [name for name in SEEN_SUMS if name in RIDE_SUMS]
    lost = ["downtime", *DOWNTIME_KINDS]
    # Hours and rides are put in order while they are few; the joins keep it.
    rows = (
        opened.sort("park_id", "hour")
        .join(members.lazy().sort("ride_id"), on=["park_id", "day"], maintain_order="left_right")
        .with_columns(ride_hour=_ride_hour())
    )
    for found, columns in ((counts, [*seen, *RIDE_MAXIMA]), (downtime, lost), (samples, ["samples"])):
        rows = rows.join(
            found.lazy().select(*columns, ride_hour=_ride_hour()),
            on="ride_hour",
            how="left",
            maintain_order="left",
        )
    return collect(
        rows.with_columns(pl.col(*seen, *lost, "samples").fill_null(0)).select(
            *key, "ride_id", *RIDE_COUNTERS
        )
    )


def total(frame: pl.LazyFrame, key: list[str], sums: tuple[str, ...] = RIDE_SUMS) -> pl.LazyFrame:
    """The one way from a smaller grain to a larger: sums of the counters, maximum of the maxima (R7)."""
    return frame.group_by(key).agg(pl.col(sums).sum(), pl.col(RIDE_MAXIMA).max()).sort(key)


def park_hours(
    hours: pl.DataFrame, eligible: pl.DataFrame, rides: pl.DataFrame, days: pl.DataFrame, parks: pl.DataFrame
) -> pl.DataFrame:
    """Park-hour rows: sums over E, with the weighted sums of the scores, for every local hour of each day
    (R7).

    ``hours``: output of :func:`ride_hours`. ``eligible``: ``park_id, day, ride_id``. ``rides``, ``days``,
    ``parks``: the shapes of that name. Returns ``park_id, day, hour`` and the park counters: zeros and nulls
    where the park was closed or nothing was seen.
    """
    key = ["park_id", "day", "hour"]
    weight = pl.col("weight")
    named = pl.sum_horizontal(DOWNTIME_KINDS)
    weights = eligible.lazy().join(rides.lazy().select("ride_id", "weight"), on="ride_id")
    weighted = (
        hours.lazy()
        .join(weights, on=["park_id", "day", "ride_id"])
        .with_columns(
            weighted_downtime=weight * pl.col("downtime"),
            weighted_breakdown=weight * (pl.col("downtime") - named),
            weighted_exposure=weight * (pl.col("operating") + pl.col("downtime")),
        )
    )
    sums = RIDE_SUMS + PARK_WEIGHTED
    return collect(
        hours_of_days(days.lazy(), parks.lazy())
        .join(total(weighted, key, sums), on=key, how="left")
        .with_columns(pl.col(sums).fill_null(0))
        .select(*key, *PARK_COUNTERS)
        .sort("park_id", "hour")
    )


def hours_of_days(days: pl.LazyFrame, parks: pl.LazyFrame) -> pl.LazyFrame:
    """Every local hour of each park-day (23 to 25): ``park_id, day, hour``, the instant at which it
    begins."""
    return (
        days.join(parks.select("park_id", "hour_shift"), on="park_id")
        .with_columns(first=_hour_of(pl.col("day_start")))
        .with_columns(hour=pl.int_ranges("first", "day_end", HOUR))
        .explode("hour", empty_as_null=False)
        .select("park_id", "day", "hour")
    )


def _hour_of(instant: pl.Expr) -> pl.Expr:
    """Where the local hour of ``instant`` begins, in a frame that carries ``hour_shift``."""
    return instant - (instant + pl.col("hour_shift")) % HOUR
