"""Chance that a ride which is not running reopens soon, estimated from past outages (R9b).

Lengths are whole open minutes: minutes inside open windows in which the ride did not run.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from hallofshame.domain.rules import (
    BINS,
    CLASS_PRIOR,
    CORRECTION_PRIOR,
    FEWEST_COMPARABLE,
    HORIZON_MINUTES,
    MINUTE_SECONDS,
    PARK_PRIOR,
    RIDE_PRIOR,
)
from hallofshame.domain.words import EndedBy

GROUP = ["park_id", "since_opening"]
CLASS = [*GROUP, "horizon_minutes"]

EVIDENCE = pl.Schema(
    {
        "park_id": pl.Int64,
        "ride_id": pl.Int64,
        "since_opening": pl.Boolean,
        "minutes": pl.Int64,
        "ended_by": pl.String,
        "outages": pl.Int64,
    }
)
"""How many past outages of a ride and class lasted ``minutes`` and ended like that."""

ASKED = pl.Schema(
    {
        "park_id": pl.Int64,
        "ride_id": pl.Int64,
        "since_opening": pl.Boolean,
        "minutes": pl.Int64,
        "left_minutes": pl.Int64,
        "cadence_minutes": pl.Float64,
    }
)
"""Outages that go on. ``minutes``: how long each has lasted; ``left_minutes``: until the park closes, null
where that is not known; ``cadence_minutes``: time between looks at the park."""

CORRECTIONS = pl.Schema(
    {
        "park_id": pl.Int64,
        "since_opening": pl.Boolean,
        "horizon_minutes": pl.Int64,
        "tenth": pl.Int64,
        "weight": pl.Float64,
        "error": pl.Float64,
    }
)
"""Past forecasts of a class by the tenth their first estimate lay in: their weight, and the weighted sum of
(1 where it reopened, else 0) minus that estimate."""

_LOWEST, _HIGHEST = 0.005, 0.995
_SCOPES = ("all", "park", "class", "ride")


class NotShown(StrEnum):
    """Why there is no chance."""

    NO_REPLAY = "no_replay"
    """The replay has not judged this class of the park."""
    FEW_OUTAGES = "few_outages"
    CLOSING = "closing"
    SELDOM_LOOKED = "seldom_looked"
    FEW_FORECASTS = "few_forecasts"
    NO_BETTER = "no_better"
    """No better than the constant rate."""
    OFF = "off"
    """Its calibration error is too large."""


def whole_minutes(seconds: pl.Expr) -> pl.Expr:
    """Seconds as whole minutes, rounded."""
    return ((seconds + MINUTE_SECONDS // 2) // MINUTE_SECONDS).cast(pl.Int64)


def evidence_of(outages: pl.DataFrame) -> pl.DataFrame:
    """Outages that are over as ``EVIDENCE``.

    Takes ``park_id, ride_id, since_opening, downtime`` (open seconds), ``ended_by``.
    """
    return (
        outages.group_by(*GROUP, "ride_id", "ended_by", minutes=whole_minutes(pl.col("downtime")))
        .agg(outages=pl.len())
        .select(EVIDENCE.keys())
        .cast(EVIDENCE)
    )


def estimates(asked: pl.DataFrame, evidence: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """The chance of each outage that goes on, before correction; one row per outage and horizon.

    ``asked``: shape ``ASKED`` and any columns more. ``evidence``, ``own``: shape ``EVIDENCE``; the first
    counts for parks (its ``ride_id`` is not looked at), the second for the rides asked about. Returns the
    columns of ``asked``, ``horizon_minutes``, ``comparable`` and ``reopened`` (of the ride's own class),
    ``estimate`` (null where there is none) and ``reason`` (:class:`NotShown`, null where there is one).

    Comparable are outages that lasted longer. One that was lost counts as not reopened if it was still heard
    at the end of the horizon and is left out otherwise. Where the park closes earlier, the horizon ends
    there.
    """
    each = pl.concat(
        [asked.with_columns(horizon_minutes=pl.lit(minutes, pl.Int64)) for minutes in HORIZON_MINUTES]
    ).with_row_index("row")
    within = pl.min_horizontal("horizon_minutes", "left_minutes")
    counted = _counts(each.with_columns(within=within), evidence, own)
    n, k = ({scope: pl.col(f"{name}_{scope}") for scope in _SCOPES} for name in ("n", "k"))
    base = k["all"] / n["all"]
    q_park = (k["park"] + PARK_PRIOR * base) / (n["park"] + PARK_PRIOR)
    q_class = (k["class"] + CLASS_PRIOR * q_park) / (n["class"] + CLASS_PRIOR)
    chance = (k["ride"] + RIDE_PRIOR * q_class) / (n["ride"] + RIDE_PRIOR)
    reason = (
        pl.when(pl.col("cadence_minutes") > pl.col("horizon_minutes"))
        .then(pl.lit(NotShown.SELDOM_LOOKED.value))
        .when(pl.col("left_minutes") <= 0)
        .then(pl.lit(NotShown.CLOSING.value))
        .when(n["all"] < FEWEST_COMPARABLE)
        .then(pl.lit(NotShown.FEW_OUTAGES.value))
    )
    return (
        counted.with_columns(reason=reason)
        .with_columns(
            estimate=pl.when(pl.col("reason").is_null()).then(chance),
            comparable=n["ride"],
            reopened=k["ride"],
        )
        .select(*asked.columns, "horizon_minutes", "comparable", "reopened", "estimate", "reason")
    )


def _scope_key(scope: str) -> pl.Expr:
    """One number for each group of a scope, different for every scope."""
    number = {
        "all": pl.lit(0, pl.Int64),
        "park": pl.col("park_id"),
        "class": pl.col("park_id") * 2 + pl.col("since_opening").cast(pl.Int64),
        "ride": pl.col("ride_id") * 2 + pl.col("since_opening").cast(pl.Int64),
    }[scope]
    return number * len(_SCOPES) + _SCOPES.index(scope)


def _counts(each: pl.DataFrame, evidence: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """``each`` (with ``row`` and ``within``) with ``n_…`` and ``k_…`` of every scope: comparable, reopened.

    Sums up to a length are looked up at three lengths: now, at the end of the horizon, and just before it.
    """
    summed = _sums(evidence, own)
    totals = summed.group_by("key").agg(pl.col("outages").last().alias("total"))
    end = pl.col("minutes") + pl.col("within")
    points = {"now": pl.col("minutes"), "end": end, "before": end - 1}
    asked = pl.concat(
        [
            each.select("row", at=at, key=_scope_key(scope), name=pl.lit(f"{point}_{scope}"))
            for scope in _SCOPES
            for point, at in points.items()
        ]
    ).with_columns(pl.col("at").fill_null(0))
    found = (
        asked.sort("at")
        .join_asof(summed.sort("at"), on="at", by="key", strategy="backward", check_sortedness=False)
        .join(totals, on="key", how="left")
        .with_columns(pl.col("outages", "reopened", "lost", "total").fill_null(0))
        .pivot(
            "name",
            on_columns=[f"{point}_{scope}" for scope in _SCOPES for point in points],
            index="row",
            values=["outages", "reopened", "lost", "total"],
        )
    )
    counts = []
    for scope in _SCOPES:
        left_out = pl.col(f"lost_before_{scope}") - pl.col(f"lost_now_{scope}")
        comparable = pl.col(f"total_now_{scope}") - pl.col(f"outages_now_{scope}")
        counts += [
            (comparable - pl.max_horizontal(left_out, 0)).alias(f"n_{scope}"),
            pl.max_horizontal(pl.col(f"reopened_end_{scope}") - pl.col(f"reopened_now_{scope}"), 0).alias(
                f"k_{scope}"
            ),
        ]
    return each.join(found.select("row", *counts), on="row", how="left", maintain_order="left")


def _sums(evidence: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Outages of each group that lasted up to ``at`` minutes: ``key, at, outages, reopened, lost``."""
    stacked = pl.concat(
        [
            (own if scope == "ride" else evidence).select(
                key=_scope_key(scope), at="minutes", ended_by="ended_by", outages="outages"
            )
            for scope in _SCOPES
        ]
    )
    ended = {
        name: pl.col("outages").filter(pl.col("ended_by") == by.value).sum()
        for name, by in (
            ("reopened", EndedBy.REOPENED),
            ("lost", EndedBy.LOST),
        )
    }
    return (
        stacked.group_by("key", "at")
        .agg(pl.col("outages").sum(), **ended)
        .sort("key", "at")
        .with_columns(pl.col("outages", "reopened", "lost").cum_sum().over("key"))
    )


def tenth(chance: pl.Expr) -> pl.Expr:
    """The bin of the reliability table that a chance lies in, from 0."""
    return (chance * BINS).floor().clip(0, BINS - 1).cast(pl.Int64)


def corrected(estimated: pl.DataFrame, corrections: pl.DataFrame) -> pl.DataFrame:
    """Output of :func:`estimates` with ``chance``: the estimate, moved by the mean error of past ones.

    Those are of its class and horizon in the same tenth, and for half in the tenths beside it;
    :data:`CORRECTION_PRIOR` forecasts without error are added. ``corrections``: shape ``CORRECTIONS``.
    """
    near = pl.concat(
        [
            corrections.select(
                *CLASS,
                pl.col("tenth") + step,
                weight=pl.col("weight") * share,
                error=pl.col("error") * share,
            )
            for step, share in ((-1, 0.5), (0, 1.0), (1, 0.5))
        ]
    )
    near = near.group_by(*CLASS, "tenth").agg(pl.col("weight", "error").sum())
    moved = pl.col("estimate") + (pl.col("error") / (pl.col("weight") + CORRECTION_PRIOR)).fill_null(0)
    return (
        estimated.with_columns(tenth=tenth(pl.col("estimate")))
        .join(near, on=[*CLASS, "tenth"], how="left", maintain_order="left")
        .with_columns(chance=moved.clip(_LOWEST, _HIGHEST))
        .drop("tenth", "weight", "error")
    )
