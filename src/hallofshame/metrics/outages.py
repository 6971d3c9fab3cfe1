"""Outages: maximal runs of downtime, their kinds and what follows from them (R9)."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from hallofshame.domain.words import OutageKind, Status
from hallofshame.metrics.counting import counts_as_downtime
from hallofshame.metrics.frames import empty
from hallofshame.metrics.spans import runs

BRIDGED_SECONDS = 10 * 60
"""Downtime this far apart or less is one outage."""

FLAP_SECONDS = 3 * 60
"""A change of this length or less between identical states is a flap: merged and counted."""

PARK_WIDE_SECONDS = 15 * 60
PARK_WIDE_SHARE = 0.5

PARTS = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "ride_id": pl.Int32,
        "started_at": pl.Int64,
        "ended_at": pl.Int64,
        "ongoing": pl.Boolean,
        "downtime": pl.Int64,
        "flaps": pl.Int64,
        "at_opening": pl.Boolean,
        "at_closing": pl.Boolean,
        "park_wide": pl.Boolean,
    }
)
"""The share of an outage inside one park-day. ``at_opening``: down from a first open moment on;
``at_closing``: down until a closing."""

OUTAGES = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "ride_id": pl.Int32,
        "started_at": pl.Int64,
        "ended_at": pl.Int64,
        "kind": pl.String,
        "downtime": pl.Int64,
        "flaps": pl.Int64,
    }
)
"""Whole outages; ``day`` is the park-day in which it began, ``ended_at`` null = still down."""


@dataclass(frozen=True, slots=True)
class OutageStatistics:
    """Figures over a set of outages; null where there is nothing to take them from."""

    count: int
    median_seconds: float | None
    p90_seconds: float | None
    longest_seconds: int | None
    mean_time_between_failures_seconds: float | None
    mean_time_to_recover_seconds: float | None


def outage_statistics(durations_seconds: Sequence[int], operating_seconds: int) -> OutageStatistics:
    """Count, median, 90th percentile (nearest rank), longest, MTBF and MTTR of outages (R9).

    ``durations_seconds``: open seconds lost per outage. MTBF = operating time ÷ number of outages, MTTR =
    mean of the durations; both null without an outage.
    """
    ordered = sorted(durations_seconds)
    count = len(ordered)
    if count == 0:
        return OutageStatistics(0, None, None, None, None, None)
    return OutageStatistics(
        count=count,
        median_seconds=float(statistics.median(ordered)),
        p90_seconds=float(ordered[math.ceil(0.9 * count) - 1]),
        longest_seconds=ordered[-1],
        mean_time_between_failures_seconds=operating_seconds / count,
        mean_time_to_recover_seconds=sum(ordered) / count,
    )


def outage_parts(
    spans: pl.DataFrame,
    windows: pl.DataFrame,
    parks: pl.DataFrame,
    reliable: pl.DataFrame,
    last_seen: pl.DataFrame,
) -> pl.DataFrame:
    """Downtime runs per ride inside each park-day's windows: shape ``PARTS``.

    ``spans``: shape ``SPANS``; ``windows``: shape ``WINDOWS`` plus ``opens`` and ``closes`` (whether the
    park really opens and closes there, as against a window that goes on across midnight); ``reliable``:
    ``park_id, day, ride_id`` of the rides that can have downtime (R5); ``last_seen``: ``park_id, day,
    last_seen``, the latest observation that the park-day knows of, beyond which a run is still open.
    """
    pieces = _clipped(spans, windows, parks, reliable)
    if pieces.is_empty():
        return empty(PARTS)
    states = _without_flaps(pieces)
    key = ["park_id", "day", "ride_id"]
    down = states.filter("counts").sort(*key, "start")
    apart = (pl.col("start") - pl.col("end").shift() > BRIDGED_SECONDS) | pl.any_horizontal(
        pl.col(name) != pl.col(name).shift() for name in key
    )
    parts = (
        down.with_columns(run=apart.fill_null(value=True).cum_sum())
        .group_by("run", *key)
        .agg(
            started_at=pl.col("start").min(),
            ended_at=pl.col("end").max(),
            downtime=pl.col("downtime").sum(),
            flaps=pl.col("flaps").sum(),
        )
        .drop("run")
    )
    parts = _mark_borders(parts, windows)
    parts = parts.join(last_seen, on=["park_id", "day"]).with_columns(
        ongoing=pl.col("ended_at") > pl.col("last_seen")
    )
    parts = _mark_park_wide(parts, pieces)
    return parts.select(PARTS.keys()).cast(PARTS).sort("park_id", "day", "ride_id", "started_at")


def _clipped(
    spans: pl.DataFrame, windows: pl.DataFrame, parks: pl.DataFrame, reliable: pl.DataFrame
) -> pl.DataFrame:
    """Runs of one state (downtime or not) of the reliable rides, clipped to the windows.

    ``park_id, day, ride_id, start, end, counts, operating``; equal neighbours that touch are merged.
    """
    possible = reliable.select("ride_id").unique()
    states = (
        spans.join(possible, on="ride_id", how="semi", maintain_order="left")
        .join(parks, on="park_id", maintain_order="left")
        .select(
            "park_id",
            "ride_id",
            "start",
            "end",
            counts=counts_as_downtime(),
            operating=pl.col("status") == Status.OPERATING,
        )
    )
    return (
        runs(states, "counts", "operating")
        .join(windows.select("park_id", "day", window_start="start", window_end="end"), on="park_id")
        .with_columns(
            start=pl.max_horizontal("start", "window_start"), end=pl.min_horizontal("end", "window_end")
        )
        .filter(pl.col("end") > pl.col("start"))
        .drop("window_start", "window_end")
        .join(reliable, on=["park_id", "day", "ride_id"], how="semi")
        .sort("park_id", "day", "ride_id", "start")
    )


def _without_flaps(pieces: pl.DataFrame) -> pl.DataFrame:
    """Absorb flaps: a touching piece of 3 min or less between identical states takes the state around it.

    Of several flaps in a row every other one is absorbed, so that the state before them prevails. Adds
    ``downtime`` (seconds really down) and ``flaps`` (pieces absorbed).
    """
    key = pl.col("park_id", "day", "ride_id")
    state = pl.col("counts").cast(pl.Int8) + 2 * pl.col("operating").cast(pl.Int8)
    follows = pl.all_horizontal(key == key.shift()) & (pl.col("end").shift() == pl.col("start"))
    flap = (
        (pl.col("end") - pl.col("start") <= FLAP_SECONDS)
        & pl.col("follows")
        & pl.col("follows").shift(-1)
        & (pl.col("state").shift() == pl.col("state").shift(-1))
    ).fill_null(value=False)
    place = pl.int_range(pl.len()).over(pl.col("flap").rle_id())
    absorbed = pl.col("flap") & (place % 2 == 0)
    seconds = pl.when("counts").then(pl.col("end") - pl.col("start")).otherwise(0)
    return (
        pieces.with_columns(state=state, downtime=seconds, follows=follows)
        .with_columns(flap=flap)
        .with_columns(
            flaps=absorbed.cast(pl.Int64),
            counts=pl.when(absorbed).then(pl.col("counts").shift()).otherwise("counts"),
        )
    )


def _mark_borders(parts: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Whether a run begins with the opening of a window, and whether it lasts until its closing."""
    opens = windows.filter("opens").select(
        "park_id", "day", started_at="start", at_opening=pl.lit(value=True)
    )
    closes = windows.filter("closes").select("park_id", "day", ended_at="end", at_closing=pl.lit(value=True))
    return (
        parts.join(opens, on=["park_id", "day", "started_at"], how="left")
        .join(closes, on=["park_id", "day", "ended_at"], how="left")
        .with_columns(pl.col("at_opening", "at_closing").fill_null(value=False))
    )


def _mark_park_wide(parts: pl.DataFrame, pieces: pl.DataFrame) -> pl.DataFrame:
    """Falls of which at least half of the rides operating just before fell within 15 minutes (R9)."""
    key = ["park_id", "day"]
    falls = parts.filter(~pl.col("at_opening")).select(*key, "ride_id", "started_at")
    if falls.is_empty():
        return parts.with_columns(park_wide=pl.lit(value=False))
    operating = pieces.filter("operating").select(*key, "start", "end")
    near = (
        falls.select(*key, begin="started_at")
        .unique()
        .join(falls.select(*key, "ride_id", "started_at"), on=key)
    )
    near = near.filter(
        (pl.col("started_at") >= pl.col("begin"))
        & (pl.col("started_at") <= pl.col("begin") + PARK_WIDE_SECONDS)
    )
    fallen = near.group_by(*key, "begin").agg(fallen=pl.col("ride_id").n_unique())
    before = (
        falls.select(*key, begin="started_at")
        .unique()
        .join(operating, on=key)
        .filter((pl.col("start") < pl.col("begin")) & (pl.col("end") >= pl.col("begin")))
        .group_by(*key, "begin")
        .agg(before=pl.len())
    )
    wide = (
        fallen.join(before, on=[*key, "begin"])
        .filter((pl.col("fallen") >= 2) & (pl.col("fallen") >= PARK_WIDE_SHARE * pl.col("before")))
        .select(*key, "begin")
    )
    struck = (
        near.join(wide, on=[*key, "begin"], how="semi")
        .select(*key, "ride_id", "started_at")
        .unique()
        .with_columns(park_wide=pl.lit(value=True))
    )
    return parts.join(struck, on=[*key, "ride_id", "started_at"], how="left").with_columns(
        pl.col("park_wide").fill_null(value=False)
    )


def stitch(parts: pl.DataFrame) -> pl.DataFrame:
    """Parts of consecutive park-days as whole outages, bridged across midnight: shape ``OUTAGES`` (R9).

    Kind, first that fits: ``opening_delay`` (down from a first open moment until first operation),
    ``never_reopened`` (until closing), ``park_wide``, ``breakdown``.
    """
    if parts.is_empty():
        return empty(OUTAGES)
    ordered = parts.sort("ride_id", "started_at")
    apart = (pl.col("ride_id") != pl.col("ride_id").shift()) | (
        pl.col("started_at") - pl.col("ended_at").shift() > BRIDGED_SECONDS
    )
    kind = (
        pl.when(pl.col("at_opening") & ~pl.col("at_closing") & ~pl.col("ongoing"))
        .then(pl.lit(OutageKind.OPENING_DELAY.value))
        .when(pl.col("at_closing") & ~pl.col("ongoing"))
        .then(pl.lit(OutageKind.NEVER_REOPENED.value))
        .when(pl.col("park_wide"))
        .then(pl.lit(OutageKind.PARK_WIDE.value))
        .otherwise(pl.lit(OutageKind.BREAKDOWN.value))
    )
    return (
        ordered.with_columns(run=apart.fill_null(value=True).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("park_id", "day", "ride_id").first(),
            pl.col("started_at").min(),
            pl.col("ended_at").max(),
            pl.col("ongoing").last(),
            pl.col("downtime", "flaps").sum(),
            pl.col("at_opening").first(),
            pl.col("at_closing").last(),
            pl.col("park_wide").first(),
        )
        .with_columns(kind=kind, ended_at=pl.when(~pl.col("ongoing")).then("ended_at"))
        .select(OUTAGES.keys())
        .cast(OUTAGES)
        .sort("park_id", "ride_id", "started_at")
    )
