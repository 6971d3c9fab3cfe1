"""Which readings can be believed (R2, ghosts): stale claims and frozen parks are unknown."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.words import Status

FROZEN_SECONDS = 3 * 3600
"""A park whose every reading stays identical this long while a ride claims a wait above 0 is frozen."""


def effective(observations: pl.DataFrame) -> pl.DataFrame:
    """``observations`` with ``status`` and ``wait_minutes`` set to null where a reading is a ghost (R2).

    Takes and returns the shape ``OBSERVATIONS``, same rows, same order.
    """
    frozen = frozen_cycles(observations)
    ghost = pl.col("stale") & (pl.col("status") == Status.OPERATING)
    frame = observations
    if frozen.height:
        frame = frame.join(
            frozen.with_columns(frozen=pl.lit(value=True)),
            on=["park_id", "observed_at"],
            how="left",
            maintain_order="left",
        )
        ghost = ghost | pl.col("frozen").fill_null(value=False)
    elif not frame["stale"].any():
        return frame
    return frame.with_columns(
        status=pl.when(~ghost).then("status"),
        wait_minutes=pl.when(~ghost).then("wait_minutes"),
    ).select(observations.columns)


def frozen_cycles(observations: pl.DataFrame) -> pl.DataFrame:
    """The cycles (``park_id``, ``observed_at``) that belong to a frozen stretch (R2).

    A stretch is a run of a park's sampled cycles with the same rides, statuses and waits; it counts from
    its first to its last reading. The event log has no cycles and cannot freeze.
    """
    sampled = observations.filter(pl.col("cadence_seconds").is_not_null())
    if sampled.is_empty():
        return sampled.select("park_id", "observed_at")
    packed = (
        pl.col("ride_id").cast(pl.UInt64) * 2**20
        + pl.col("status").fill_null(0).cast(pl.UInt64) * 2**16
        + (pl.col("wait_minutes").fill_null(-1).cast(pl.Int64) + 1).cast(pl.UInt64)
    )
    cycles = (
        sampled.select(
            "park_id",
            "observed_at",
            signature=packed.hash(),
            claims_wait=pl.col("wait_minutes") > 0,
        )
        .group_by("park_id", "observed_at")
        .agg(pl.col("signature").sum(), pl.col("claims_wait").any())
        .sort("park_id", "observed_at")
    )
    moved = (pl.col("signature") != pl.col("signature").shift()) | (
        pl.col("park_id") != pl.col("park_id").shift()
    )
    runs = cycles.with_columns(run=moved.fill_null(value=True).cum_sum())
    lasted = pl.col("observed_at").max() - pl.col("observed_at").min()
    frozen = runs.group_by("run").agg(lasted=lasted, claims_wait=pl.col("claims_wait").first())
    frozen = frozen.filter(pl.col("claims_wait") & (pl.col("lasted") >= FROZEN_SECONDS))
    return runs.join(frozen, on="run", how="semi").select("park_id", "observed_at")
