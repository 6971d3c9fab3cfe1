"""Chance that a ride which is not running reopens soon, estimated from past outages (R9b).

Lengths are whole open minutes: minutes inside open windows in which the ride did not run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import polars as pl

from hallofshame.domain.rules import (
    CLASS_PRIOR,
    FEWEST_COMPARABLE,
    HORIZON_MINUTES,
    MINUTE_SECONDS,
    PARK_PRIOR,
    RIDE_PRIOR,
)
from hallofshame.domain.words import EndedBy

GROUP = ["park_id", "since_opening"]
CLASS = [*GROUP, "horizon_minutes"]

_DATES = 2**17
"""More UTC days than are numbered until the year 2300."""

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
        "rides_stopped": pl.Int64,
    }
)
"""Outages that go on. ``minutes``: how long each has lasted; ``left_minutes``: until the park closes, null
where that is not known; ``cadence_minutes``: time between looks at the park; ``rides_stopped``: how many
outages of the park go on, this one among them."""

SCOPES = ("all", "park", "class", "ride")
"""Whose past outages are counted, from the widest to the narrowest."""

COUNTED = ("outages", "reopened", "lost")

Known = Mapping[str, pl.DataFrame]
"""For each scope the outages known by their length, added up to each: ``key``, ``length`` (minutes), and how
many lasted up to that (:data:`COUNTED`); sorted by ``length``; of rows of one length the last counts."""


def scope_key(scope: str, date: pl.Expr) -> pl.Expr:
    """One number for those of a scope whose outages are counted together, as they were known on ``date``
    (UTC day number)."""
    opening = pl.col("since_opening").cast(pl.Int64)
    group = {
        "all": pl.lit(0, pl.Int64),
        "park": pl.col("park_id"),
        "class": pl.col("park_id") * 2 + opening,
        "ride": pl.col("ride_id") * 2 + opening,
    }[scope]
    return group * _DATES + date


class NotShown(StrEnum):
    """Why there is no chance."""

    NO_REPLAY = "no_replay"
    """The replay has not judged this class of the park."""
    FEW_OUTAGES = "few_outages"
    CLOSING = "closing"
    SELDOM_LOOKED = "seldom_looked"
    FEW_FORECASTS = "few_forecasts"
    NO_BETTER = "no_better"
    """Not surely better than the constant rate."""
    OFF = "off"
    """Its calibration error is too large, or may well be."""


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


def known_now(evidence: pl.DataFrame, everywhere: pl.DataFrame, own: pl.DataFrame) -> Known:
    """What is known at one moment, for outages without ``date``. All three: shape ``EVIDENCE``.

    ``evidence`` counts for parks, ``everywhere`` for all parks (neither's ``ride_id`` is looked at), ``own``
    for the rides asked about.
    """
    past = {"all": everywhere, "park": evidence, "class": evidence, "ride": own}
    now = pl.lit(0, pl.Int64)
    return {
        scope: added_up(by_ending(past[scope].with_columns(key=scope_key(scope, now)), ["key"]))
        for scope in SCOPES
    }


def by_ending(evidence: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """``EVIDENCE`` as one row for ``keys`` and each length: :data:`COUNTED`; sorted by ``minutes``."""
    ended = {
        name: pl.col("outages").filter(pl.col("ended_by") == by.value).sum()
        for name, by in (("reopened", EndedBy.REOPENED), ("lost", EndedBy.LOST))
    }
    counted = evidence.group_by(*keys, "minutes").agg(pl.col("outages").sum(), **ended)
    return counted.with_columns(pl.col(COUNTED).cast(pl.Int32)).sort("minutes")


def added_up(counted: pl.DataFrame) -> pl.DataFrame:
    """Counts by ``key`` and ``minutes``, sorted by ``minutes``, as a frame of :data:`Known`."""
    return counted.select("key", pl.col(COUNTED).cum_sum().over("key"), length="minutes")


def estimates(asked: pl.DataFrame, known: Known) -> pl.DataFrame:
    """The chance of each outage that goes on, before correction; one row per outage and horizon.

    ``asked``: shape ``ASKED`` and any columns more; with ``date`` where ``known`` has it. Returns the
    columns of ``asked``, ``horizon_minutes``, ``comparable`` and ``reopened`` (of the ride's own class),
    ``estimate`` (null where there is none) and ``reason`` (:class:`NotShown`, null where there is one).

    Comparable are outages that lasted longer. One that was lost counts as not reopened if it was still heard
    at the end of the horizon and is left out otherwise. Where the park closes earlier, the horizon ends
    there.
    """
    date = pl.col("date") if "date" in asked.columns else pl.lit(0, pl.Int64)
    keyed = asked.with_columns(scope_key(scope, date).alias(f"key_{scope}") for scope in SCOPES)
    each = (
        pl.concat(
            [keyed.with_columns(horizon_minutes=pl.lit(minutes, pl.Int64)) for minutes in HORIZON_MINUTES]
        )
        .with_columns(within=pl.min_horizontal("horizon_minutes", "left_minutes"))
        .with_row_index("row")
    )
    counted = _counted(each, known)
    n, k = ({scope: pl.col(f"{name}_{scope}") for scope in SCOPES} for name in ("n", "k"))
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


def _counted(each: pl.DataFrame, known: Known) -> pl.DataFrame:
    """``each`` (with ``row``, ``within`` and keys) with ``n_…`` and ``k_…`` of every scope: comparable,
    reopened.

    Outages up to a length are looked up at three lengths: now, at the end of the horizon, and just before it.
    """
    end = pl.col("minutes") + pl.col("within")
    for point, length in (("now", pl.col("minutes")), ("end", end), ("before", end - 1)):
        each = each.with_columns(length=length.fill_null(0)).sort("length")
        for scope in SCOPES:
            past = known[scope].select(
                "length",
                pl.col("key").alias(f"key_{scope}"),
                pl.col(COUNTED).name.suffix(f"_{point}_{scope}"),
            )
            each = each.join_asof(
                past, on="length", by=f"key_{scope}", strategy="backward", check_sortedness=False
            )
    for scope in SCOPES:
        total = known[scope].group_by(pl.col("key").alias(f"key_{scope}")).agg(pl.col("outages").max())
        each = each.join(
            total.rename({"outages": f"total_{scope}"}), on=f"key_{scope}", how="left", maintain_order="left"
        )
    counts = []
    for scope in SCOPES:

        def upto(name: str, point: str, scope: str = scope) -> pl.Expr:
            return pl.col(f"{name}_{point}_{scope}").fill_null(0)

        left_out = (upto("lost", "before") - upto("lost", "now")).clip(0)
        longer = pl.col(f"total_{scope}").fill_null(0) - upto("outages", "now")
        counts += [
            (longer - left_out).alias(f"n_{scope}"),
            (upto("reopened", "end") - upto("reopened", "now")).clip(0).alias(f"k_{scope}"),
        ]
    return each.with_columns(counts).sort("row")
