"""What past chances to reopen teach: each new one is moved by the mean error of those like it (R9b).

A chance passes four steps. Each sorts chances into bins and moves one by the errors of its bin so far; the
next step sees what the one before made of it. Errors fade, and forecasts without error stand beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from hallofshame.domain.rules import BINS, CORRECTION_HALF_LIFE_DAYS, CORRECTION_PRIOR, DAY_SECONDS
from hallofshame.metrics.chances import CLASS

CORRECTIONS = pl.Schema(
    {
        "park_id": pl.Int64,
        "since_opening": pl.Boolean,
        "horizon_minutes": pl.Int64,
        "step": pl.Int64,
        "bin": pl.Int64,
        "weight": pl.Float64,
        "error": pl.Float64,
    }
)
"""Past forecasts of a class by the bin that they lay in at each step: their weight, and the weighted sum of
(1 where it reopened, else 0) minus what they were before that step."""

LOWEST, HIGHEST = 0.005, 0.995
"""No forecast is surer than this."""

MICRO = 1_000_000
"""Errors are added up in millionths: sums of integers are the same in any order."""

_LEFT_BOUNDS = (15, 30, 45, 60, 90, 120, 180, 300, 480)
_STOPPED_BOUNDS = (1, 2, 3, 5, 8, 12, 20, 30)
_LASTED_BOUNDS = (5, 15, 30, 45, 60, 90, 120, 180, 300)
_THIRD_BOUNDS = (0.15, 0.5)
_FAR = 10_000
"""Minutes until a close that is not known."""


def tenth(chance: pl.Expr) -> pl.Expr:
    """The bin of the reliability table that a chance lies in, from 0."""
    return (chance * BINS).floor().clip(0, BINS - 1).cast(pl.Int64)


def _above(value: pl.Expr, bounds: Sequence[float]) -> pl.Expr:
    """How many of ``bounds`` lie below ``value``."""
    return pl.sum_horizontal((value > bound).cast(pl.Int64) for bound in bounds)


def _third(chance: pl.Expr) -> pl.Expr:
    return _above(chance, _THIRD_BOUNDS)


def _by_time_left(chance: pl.Expr) -> pl.Expr:
    return _above(pl.col("left_minutes").fill_null(_FAR), _LEFT_BOUNDS) * BINS + tenth(chance)


def _by_rides_stopped(chance: pl.Expr) -> pl.Expr:
    return _above(pl.col("rides_stopped"), _STOPPED_BOUNDS) * 3 + _third(chance)


def _by_time_lasted(chance: pl.Expr) -> pl.Expr:
    return _above(pl.col("minutes"), _LASTED_BOUNDS) * 3 + _third(chance)


STEPS: tuple[Callable[[pl.Expr], pl.Expr], ...] = (
    _by_time_left,
    _by_rides_stopped,
    _by_time_lasted,
    tenth,
)
"""The bin of a chance at each step, from the chance and the columns ``left_minutes``, ``rides_stopped``,
``minutes``."""


def _moved(chance: pl.Expr, weight: pl.Expr, error: pl.Expr) -> pl.Expr:
    return (chance + (error / (weight + CORRECTION_PRIOR)).fill_null(0)).clip(LOWEST, HIGHEST).round(6)


def corrected(estimated: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Output of :func:`~hallofshame.metrics.chances.estimates` with ``chance``.

    ``corrections``: shape ``CORRECTIONS``.
    """
    found = estimated.with_columns(chance=pl.col("estimate"))
    for step, bin_of in enumerate(STEPS):
        own = corrections.filter(pl.col("step") == step).drop("step")
        found = (
            found.with_columns(bin=bin_of(pl.col("chance")))
            .join(own, on=[*CLASS, "bin"], how="left", maintain_order="left")
            .with_columns(chance=_moved(pl.col("chance"), pl.col("weight"), pl.col("error")))
            .drop("bin", "weight", "error")
        )
    return found


def walked(judged: pl.DataFrame, now: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Correct each forecast by the errors known when its day began; and the ``CORRECTIONS`` known ``now``.

    ``judged``: ``CLASS``, ``minutes``, ``left_minutes``, ``rides_stopped``, ``estimate``, ``reopened`` (1, 0
    or null), ``date`` (UTC day number), ``known_at`` (Unix seconds); sorted by ``date``. Returns it with
    ``chance`` and ``constant``, the rate of the class so far (null before the first), in the same order.
    """
    found = judged.with_columns(
        chance=pl.col("estimate"), known=-(-pl.col("known_at") // DAY_SECONDS), bin=pl.lit(0, pl.Int64)
    )
    found = _with_constant(found)
    kept = []
    for step, bin_of in enumerate(STEPS):
        found = found.with_columns(bin=bin_of(pl.col("chance")))
        known = found.filter(pl.col("chance").is_not_null() & pl.col("reopened").is_not_null())
        kept.append(_left_now(known, now).with_columns(step=pl.lit(step, pl.Int64)))
        begin = known["known"].min()
        faded = _added_up(known, 0 if begin is None else begin)
        scale = _half_lives(pl.col("date") - begin) if begin is not None else pl.lit(1.0)
        found = (
            found.join_asof(
                faded,
                left_on="date",
                right_on="known",
                by=[*CLASS, "bin"],
                strategy="backward",
                check_sortedness=False,
                suffix="_of_errors",
            )
            .with_columns(chance=_moved(pl.col("chance"), pl.col("weight") / scale, pl.col("error") / scale))
            .drop("weight", "error", "known_of_errors", strict=False)
        )
    return found.drop("known", "bin"), pl.concat(kept).select(CORRECTIONS.keys()).cast(CORRECTIONS)


def _half_lives(days: pl.Expr) -> pl.Expr:
    """By how much more a day counts than one so many days before it."""
    return pl.lit(2.0).pow(days / CORRECTION_HALF_LIFE_DAYS)


def _added_up(known: pl.DataFrame, begin: object) -> pl.DataFrame:
    """Weights and errors of each bin up to each day, as they count on the day ``begin``; sorted by day.

    One addition after the other in the order of days, so that the sums are always the same.
    """
    group = [*CLASS, "bin"]
    error = ((pl.col("reopened") - pl.col("chance")) * MICRO).round().cast(pl.Int64)
    scale = _half_lives(pl.col("known") - pl.lit(begin, pl.Int64))
    return (
        known.group_by(*group, "known")
        .agg(weight=pl.len(), error=error.sum())
        .sort(*group, "known")
        .with_columns(
            weight=(pl.col("weight") * scale).cum_sum().over(group),
            error=(pl.col("error") / MICRO * scale).cum_sum().over(group),
        )
        .sort("known", maintain_order=True)
    )


def _left_now(known: pl.DataFrame, now: int) -> pl.DataFrame:
    """The weights and errors that count ``now``."""
    today = now // DAY_SECONDS
    past = known.filter(pl.col("known_at") <= now).with_columns(pl.col("known").clip(upper_bound=today))
    return _added_up(past, today).group_by(*CLASS, "bin", maintain_order=True).agg(pl.all().last())


def _with_constant(found: pl.DataFrame) -> pl.DataFrame:
    """With ``constant``, the share that reopened of the forecasts of each class known by then."""
    rates = (
        found.filter(pl.col("estimate").is_not_null() & pl.col("reopened").is_not_null())
        .group_by(*CLASS, "known")
        .agg(judged=pl.len().cast(pl.Int64), back=pl.col("reopened").cast(pl.Int64).sum())
        .sort(*CLASS, "known")
        .with_columns(pl.col("judged", "back").cum_sum().over(CLASS))
        .select(*CLASS, "known", constant=pl.col("back") / pl.col("judged"))
        .sort("known", maintain_order=True)
    )
    return found.join_asof(
        rates,
        left_on="date",
        right_on="known",
        by=CLASS,
        strategy="backward",
        check_sortedness=False,
        suffix="_of_rates",
    ).drop("known_of_rates", strict=False)
