"""The outside check: how far our operating and down time agrees with the source's own daily figures."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.rules import AGREEMENT_TOLERANCE_SECONDS, MINUTE_SECONDS

COMPARED = pl.Schema(
    {
        "park_id": pl.Int64,
        "day": pl.Date,
        "ride_id": pl.Int64,
        "scheduled_minutes": pl.Int64,
        "told_operating_minutes": pl.Int64,
        "told_down_minutes": pl.Int64,
        "told_unknown_minutes": pl.Int64,
        "open": pl.Int64,
        "observed": pl.Int64,
        "operating": pl.Int64,
        "down": pl.Int64,
        "origin": pl.Int64,
        "compared_at": pl.Int64,
    }
)
"""One ride's day: ``told_*`` and ``scheduled_minutes`` are the source's, in minutes; the others ours, in
seconds, as in ``ride_daily_stats``."""

FIGURES = (
    "ride_days",
    "agreeing",
    "told_operating",
    "operating",
    "told_down",
    "down",
    "median_operating_difference",
    "median_down_difference",
    "first_day",
    "last_day",
    "compared_at",
)


def agreement(days: pl.DataFrame, by: tuple[str, ...] = ()) -> pl.DataFrame:
    """Sums of ``days`` (shape :data:`COMPARED`) per ``by``, in seconds, and how many ride-days agree.

    A ride's day agrees where both differences are at most three minutes, beyond what the source calls
    unknown and what we did not observe: neither says anything about that time. Medians are of the absolute
    differences. Columns: ``by`` and :data:`FIGURES`.
    """
    told = {
        name: pl.col(f"told_{name}_minutes") * MINUTE_SECONDS for name in ("operating", "down", "unknown")
    }
    unknown = told["unknown"] + (pl.col("open") - pl.col("observed")).clip(lower_bound=0)
    judged = days.with_columns(
        told_operating=told["operating"],
        told_down=told["down"],
        operating_difference=(pl.col("operating") - told["operating"]).abs(),
        down_difference=(pl.col("down") - told["down"]).abs(),
        allowed=unknown + AGREEMENT_TOLERANCE_SECONDS,
    ).with_columns(
        agrees=(pl.col("operating_difference") <= pl.col("allowed"))
        & (pl.col("down_difference") <= pl.col("allowed"))
    )
    figures = (
        pl.len().cast(pl.Int64).alias("ride_days"),
        pl.col("agrees").sum().cast(pl.Int64).alias("agreeing"),
        *(pl.col(name).sum() for name in ("told_operating", "operating", "told_down", "down")),
        pl.col("operating_difference").median().alias("median_operating_difference"),
        pl.col("down_difference").median().alias("median_down_difference"),
        pl.col("day").min().alias("first_day"),
        pl.col("day").max().alias("last_day"),
        pl.col("compared_at").max(),
    )
    if not by:
        return judged.select(figures)
    return judged.group_by(by).agg(figures).sort(by)
