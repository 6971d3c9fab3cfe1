"""Spans: how long each status held (R3), and the stretches in which a ride operated."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.rules import (
    EVENT_LOG_HOLD_SECONDS,
    FLAP_SECONDS,
    HOLD_CADENCES,
    MAX_HOLD_SECONDS,
)
from hallofshame.domain.words import Status
from hallofshame.metrics.frames import collect


def hold_seconds() -> pl.Expr:
    """How long an observation holds at most (R3): 3 × cadence, never over 90 min; 24 h for the event log."""
    sampled = pl.min_horizontal(
        pl.col("cadence_seconds").cast(pl.Int64) * HOLD_CADENCES, pl.lit(MAX_HOLD_SECONDS)
    )
    return pl.when(pl.col("cadence_seconds").is_null()).then(EVENT_LOG_HOLD_SECONDS).otherwise(sampled)


def spans(observations: pl.DataFrame) -> pl.DataFrame:
    """Observations as spans of known status: shape ``SPANS``, sorted by (park_id, ride_id, start).

    An observation holds until the ride's next one, but at most its hold. What is unknown makes no span:
    that time is unobserved (R3). Takes the shape ``OBSERVATIONS``, sorted.
    """
    next_at = pl.when(pl.col("ride_id").shift(-1) == pl.col("ride_id")).then(pl.col("observed_at").shift(-1))
    return collect(
        observations.lazy()
        .select(
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


def without_flaps(held: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``held`` (shape ``SPANS``, merged) with flaps absorbed, and the flaps: ``ride_id, at`` (R9).

    A flap is a change of status of 3 min or less that touches the same status on either side. Its seconds
    count as that status, and a wait posted in it is dropped. Of several in a row every other one is absorbed,
    so that the status before them prevails.
    """
    same_ride = pl.col("ride_id") == pl.col("ride_id").shift()
    follows = (same_ride & (pl.col("start") == pl.col("end").shift())).fill_null(value=False)
    begins = held.select(
        (~follows | pl.col("status").ne_missing(pl.col("status").shift())).fill_null(value=True)
    ).to_series()
    run = (begins.cum_sum() - 1).cast(pl.UInt32)
    states = held.filter(begins).select("ride_id", "start", "status", "end")
    states = states.with_columns(end=held["end"].filter(begins.shift(-1, fill_value=True)))
    states = states.with_columns(follows=follows)
    flap = states.select(
        (
            (pl.col("end") - pl.col("start") <= FLAP_SECONDS)
            & pl.col("follows")
            & pl.col("follows").shift(-1)
            & (pl.col("status").shift() == pl.col("status").shift(-1))
        ).fill_null(value=False)
    ).to_series()
    if not flap.any():
        return held, states.select("ride_id", at="start").clear()
    place = pl.int_range(pl.len()).over(pl.col("flap").rle_id())
    absorbed = states.with_columns(flap=flap).select(pl.col("flap") & (place % 2 == 0)).to_series()
    around = states["status"].shift()
    is_absorbed = absorbed.gather(run)
    smooth = held.with_columns(
        status=pl.when(is_absorbed).then(around.gather(run)).otherwise("status"),
        wait_minutes=pl.when(~is_absorbed).then("wait_minutes"),
    )
    flaps = states.filter(absorbed).select("ride_id", at="start")
    return runs(smooth, "status", "wait_minutes", "feed"), flaps


def operating_stretches(spans_: pl.DataFrame) -> pl.DataFrame:
    """Maximal stretches in which a ride operated: ``park_id, ride_id, start, end``, sorted as the input."""
    operating = spans_.filter(pl.col("status") == Status.OPERATING)
    return runs(operating).select("park_id", "ride_id", "start", "end")
