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
    next_at = pl.when(pl.col("ride_id").shift(-1) == pl.col("ride_id")).then(pl.col("observed_at").shift(-1))
    return observations.select(
        "park_id",
        "ride_id",
        pl.col("observed_at").alias("start"),
        pl.min_horizontal(pl.col("observed_at") + hold_seconds(), next_at).alias("end"),
        "status",
        "wait_minutes",
        "feed",
    ).filter(pl.col("status").is_not_null() & (pl.col("end") > pl.col("start")))


def runs(spans_: pl.DataFrame, *same: str) -> pl.DataFrame:
    """Touching spans of one ride that agree in the columns ``same``, merged: same columns, fewer rows.

    Takes and returns the shape ``SPANS``, sorted by (park_id, ride_id, start). Seconds are unchanged; what
    is not named in ``same`` is taken from the first span of each run.
    """
    differs = (pl.col("ride_id") != pl.col("ride_id").shift()) | (pl.col("start") != pl.col("end").shift())
    for name in same:
        differs = differs | pl.col(name).ne_missing(pl.col(name).shift())
    begins = spans_.select(differs.fill_null(value=True).alias("begins")).to_series()
    ends = begins.shift(-1, fill_value=True)
    return spans_.filter(begins).with_columns(end=spans_["end"].filter(ends))


def operating_stretches(spans_: pl.DataFrame) -> pl.DataFrame:
    """Maximal stretches in which a ride operated: ``park_id, ride_id, start, end``, sorted as the input."""
    operating = spans_.filter(pl.col("status") == Status.OPERATING)
    return runs(operating).select("park_id", "ride_id", "start", "end")
