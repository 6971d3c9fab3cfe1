"""What chances to reopen were worth: scores of past forecasts, and the gate that they open (R9b)."""

from __future__ import annotations

from typing import Any

import polars as pl

from hallofshame.domain.rules import (
    CERTAINTY,
    DAY_SECONDS,
    FEWEST_FORECAST_DAYS,
    FEWEST_FORECASTS,
    MAX_CALIBRATION_ERROR,
)
from hallofshame.metrics.chances import CLASS, NotShown
from hallofshame.metrics.corrections import MICRO, tenth

SCORES = pl.Schema(
    {
        "park_id": pl.Int64,
        "since_opening": pl.Boolean,
        "horizon_minutes": pl.Int64,
        "moments": pl.Int64,
        "forecasts": pl.Int64,
        "forecast_days": pl.Int64,
        "brier": pl.Float64,
        "constant_brier": pl.Float64,
        "calibration_error": pl.Float64,
        "calibration_error_upper": pl.Float64,
        "brier_gain_lower": pl.Float64,
        "reason": pl.String,
    }
)
"""``moments``: all that were looked at; ``forecasts``: those with a chance, a constant and an outcome, from
which the scores are (null without any). ``calibration_error_upper``, ``brier_gain_lower``: how large the
error may well be, and how small the gain over the constant. ``reason``: why no chance is shown, a
:class:`NotShown`, or null."""

TENTHS = pl.Schema(
    {
        "park_id": pl.Int64,
        "since_opening": pl.Boolean,
        "horizon_minutes": pl.Int64,
        "tenth": pl.Int64,
        "forecasts": pl.Int64,
        "expected": pl.Float64,
        "reopened": pl.Int64,
    }
)
"""The reliability table: in each tenth the forecasts, the sum of their chances, and how many came true."""


def scored(forecasts: pl.DataFrame) -> pl.DataFrame:
    """The forecasts that are scored: with a chance, a constant and an outcome."""
    return forecasts.drop_nulls(["chance", "constant", "reopened"])


def reliability(forecasts: pl.DataFrame) -> pl.DataFrame:
    """``FORECASTS`` as ``TENTHS``, sorted."""
    return (
        scored(forecasts)
        .group_by(*CLASS, tenth=tenth(pl.col("chance")))
        .agg(
            forecasts=pl.len(),
            expected=(pl.col("chance") * MICRO).round().cast(pl.Int64).sum() / MICRO,
            reopened=pl.col("reopened").sum(),
        )
        .select(TENTHS.keys())
        .cast(TENTHS)
        .sort(*CLASS, "tenth")
    )


def scores(forecasts: pl.DataFrame) -> pl.DataFrame:
    """``FORECASTS`` as ``SCORES``: one row per park, class and horizon, sorted."""
    judged = (
        _by_day(forecasts)
        .group_by(CLASS)
        .agg(
            pl.col("forecasts").sum(),
            forecast_days=pl.len(),
            brier=_mean("brier"),
            constant_brier=_mean("constant_brier"),
            calibration_error=_mean("gap"),
            calibration_error_upper=_mean("gap") + CERTAINTY * _standard_error("gap"),
            brier_gain_lower=_mean("gain") - CERTAINTY * _standard_error("gain"),
        )
    )
    return (
        forecasts.group_by(CLASS)
        .agg(moments=pl.len())
        .join(judged, on=CLASS, how="left")
        .with_columns(pl.col("forecasts", "forecast_days").fill_null(0))
        .with_columns(reason=why_not_shown())
        .select(SCORES.keys())
        .cast(SCORES)
        .sort(CLASS)
    )


def _by_day(forecasts: pl.DataFrame) -> pl.DataFrame:
    """The scored forecasts of each class and UTC day: ``forecasts``, and sums in millionths of the squared
    errors (``brier``, ``constant_brier``), of their difference (``gain``), and of what each adds to the
    calibration error (``gap``: chance minus outcome, with the sign of its tenth's).
    """
    gap = ((pl.col("chance") - pl.col("reopened")) * MICRO).round().cast(pl.Int64)

    def squared(name: str) -> pl.Expr:
        return ((pl.col(name) - pl.col("reopened")).pow(2) * MICRO).round().cast(pl.Int64)

    own = scored(forecasts).with_columns(
        gap=gap,
        brier=squared("chance"),
        constant_brier=squared("constant"),
        tenth=tenth(pl.col("chance")),
        day=pl.col("at") // DAY_SECONDS,
    )
    sign = own.group_by(*CLASS, "tenth").agg(sign=pl.col("gap").sum().sign())
    return (
        own.join(sign, on=[*CLASS, "tenth"])
        .group_by(*CLASS, "day")
        .agg(
            pl.col("brier", "constant_brier").sum(),
            gain=(pl.col("constant_brier") - pl.col("brier")).sum(),
            gap=(pl.col("gap") * pl.col("sign")).sum(),
            forecasts=pl.len().cast(pl.Int64),
        )
    )


def _mean(name: str) -> pl.Expr:
    return pl.col(name).sum() / pl.col("forecasts").sum() / MICRO


def _standard_error(name: str) -> pl.Expr:
    """Of the mean over forecasts, from day to day: forecasts of one day are no independent trials."""
    rest = pl.col(name) - (pl.col("forecasts") * pl.col(name).sum() / pl.col("forecasts").sum()).round()
    spread = (rest / MICRO).pow(2) * MICRO
    return (spread.round().cast(pl.Int64).sum() / MICRO).sqrt() / pl.col("forecasts").sum()


def why_not_shown() -> pl.Expr:
    """Why a class of a park shows no chance, from its scores; null where it does (R9b)."""
    few = (pl.col("forecasts") < FEWEST_FORECASTS) | (pl.col("forecast_days") < FEWEST_FORECAST_DAYS)
    return (
        pl.when(few)
        .then(pl.lit(NotShown.FEW_FORECASTS.value))
        .when(pl.col("brier_gain_lower") <= 0)
        .then(pl.lit(NotShown.NO_BETTER.value))
        .when(pl.col("calibration_error_upper") > MAX_CALIBRATION_ERROR)
        .then(pl.lit(NotShown.OFF.value))
    )


def closings(windows: pl.DataFrame) -> pl.DataFrame:
    """When each park closed on each open day: ``park_id, day, closed_at``; past midnight, with its day.

    ``windows``: ``park_id, day, start, end``, sorted. One that begins where another ends belongs to it.
    """
    same = (pl.col("park_id") == pl.col("park_id").shift()) & (pl.col("start") <= pl.col("end").shift())
    return (
        windows.with_columns(part=(~same.fill_null(value=False)).cum_sum())
        .group_by("part", maintain_order=True)
        .agg(pl.col("park_id", "day").first(), closed_at=pl.col("end").max())
        .group_by("park_id", "day", maintain_order=True)
        .agg(pl.col("closed_at").max())
    )


def pooled(
    judged: pl.DataFrame,
    tenths: pl.DataFrame,
    since_opening: bool,
    horizon: int,
    *,
    shown: bool,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One class and horizon over several parks, or over those of them that show chances.

    ``judged``: shape ``SCORES``; ``tenths``: shape ``TENTHS``. Returns ``moments, forecasts, brier,
    constant_brier, calibration_error`` (scores are null without a forecast), and ``tenth, forecasts,
    expected, reopened`` of each tenth that has any.
    """
    own = judged.filter((pl.col("since_opening") == since_opening) & (pl.col("horizon_minutes") == horizon))
    if shown:
        own = own.filter(pl.col("reason").is_null())
    bins = (
        tenths.join(own, on=CLASS, how="semi")
        .group_by("tenth")
        .agg(pl.col("forecasts", "expected", "reopened").sum())
        .sort("tenth")
    )
    off = (pl.col("expected") - pl.col("reopened")).abs().sum() / pl.col("forecasts").sum()

    def weighted(name: str) -> pl.Expr:
        known = pl.col(name).is_not_null() & (pl.col("forecasts").sum() > 0)
        return (pl.col(name) * pl.col("forecasts")).filter(known).sum() / pl.col("forecasts").sum()

    [total] = own.select(
        pl.col("moments", "forecasts").sum(),
        brier=weighted("brier"),
        constant_brier=weighted("constant_brier"),
    ).to_dicts()
    if total["forecasts"] == 0:
        total |= {"brier": None, "constant_brier": None}
    error = bins.select(off).item() if bins.height else None
    return total | {"calibration_error": error}, bins.to_dicts()
