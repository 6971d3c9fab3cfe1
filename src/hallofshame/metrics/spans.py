"""Spans: how long each status held (R3), and the stretches in which a ride operated."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.words import Status

MAX_SAMPLED_HOLD_SECONDS = 90 * 60
CADENCES_HELD = 3
EVENT_LOG_HOLD_SECONDS = 24 * 3600


def hold_seconds() -> pl.Expr:
    """How long an observation holds at most (R3): 3 × cadence, never over 90 min; 24 h for the event log."""
    sampled = pl.min_horizontal(
        pl.col("cadence_seconds").cast(pl.Int64) * CADENCES_HELD, pl.lit(MAX_SAMPLED_HOLD_SECONDS)
    )
    return pl.when(pl.col("cadence_seconds").is_null()).then(EVENT_LOG_HOLD_SECONDS).otherwise(sampled)


def spans(observations: pl.DataFrame) -> pl.DataFrame:
    """Observations as spans of known status: shape ``SPANS``, sorted by (park_id, ride_id, start).

    An observation holds until the ride's next one, but at most its hold. What is unknown makes no span:
    that time is unobserved (R3). Takes the shape ``OBSERVATIONS``, sorted.
    """
    next_at = (
        pl.when(pl.col("ride_id").shift(-1) == pl.col("ride_id")).then(pl.col("observed_at").shift(-1))
    )
    return (
        observations.select(
            "park_id",
            "ride_id",
            pl.col("observed_at").alias("start"),
            pl.min_horizontal(pl.col("observed_at") + hold_seconds(), next_at).alias("end"),
            "status",
            "wait_minutes",
            "feed",
        )
        .filter(pl.col("status").is_not_null() & (pl.col("end") > pl.col("start")))
    )


def operating_stretches(spans_: pl.DataFrame) -> pl.DataFrame:
    """Maximal stretches in which a ride operated: ``park_id, ride_id, start, end``, sorted as the input."""
    operating = spans_.lazy().filter(pl.col("status") == Status.OPERATING).select(
        "park_id", "ride_id", "start", "end"
    ).collect()
    same_ride = pl.col("ride_id") == pl.col("ride_id").shift()
    continues = (same_ride & (pl.col("start") == pl.col("end").shift())).fill_null(value=False)
    begins = operating.select(begins=~continues).to_series()
    ends = begins.shift(-1, fill_value=True)
    return operating.filter(begins).with_columns(end=operating.filter(ends)["end"])
