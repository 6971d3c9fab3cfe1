"""What chances to reopen were worth: past moments judged with what was known then (R9b)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl

from hallofshame.domain.rules import (
    CORRECTION_HALF_LIFE_DAYS,
    DAY_SECONDS,
    EVIDENCE_DAYS,
    FEWEST_FORECAST_DAYS,
    FEWEST_FORECASTS,
    FORECAST_MINUTES,
    MAX_CALIBRATION_ERROR,
    MINUTE_SECONDS,
)
from hallofshame.domain.words import EndedBy
from hallofshame.metrics.chances import (
    CLASS,
    CORRECTIONS,
    EVIDENCE,
    NotShown,
    corrected,
    estimates,
    evidence_of,
    tenth,
    whole_minutes,
)

Progress = Callable[[int, int], None]

ENDED = pl.Schema(
    {
        "park_id": pl.Int64,
        "ride_id": pl.Int64,
        "started_at": pl.Int64,
        "ended_at": pl.Int64,
        "since_opening": pl.Boolean,
        "ended_by": pl.String,
        "downtime": pl.Int64,
    }
)
"""Whole outages; ``ended_at`` and ``ended_by`` are null while they last."""

FORECASTS = pl.Schema(
    {
        "park_id": pl.Int64,
        "ride_id": pl.Int64,
        "since_opening": pl.Boolean,
        "horizon_minutes": pl.Int64,
        "at": pl.Int64,
        "known_at": pl.Int64,
        "estimate": pl.Float64,
        "chance": pl.Float64,
        "constant": pl.Float64,
        "reopened": pl.Float64,
    }
)
"""Judged moments. ``estimate``, ``chance``: before and after correction, null where there was none;
``constant``: the rate of this class up to that day, null before the first; ``reopened``: 1 or 0, null where
it cannot be known; ``known_at``: from when on it is known."""


def looks(parts: pl.DataFrame, outages: pl.DataFrame, cycles: pl.DataFrame) -> pl.DataFrame:
    """The moments at which each outage is judged: its first look, then one per quarter of an open hour.

    ``parts``: ``park_id, day, ride_id, started_at, ended_at, downtime``; ``outages``: shape ``ENDED``;
    ``cycles``: ``park_id, observed_at, cadence_seconds``, sorted. Returns ``at, day, outage`` (its start),
    the columns of ``ASKED`` but ``left_minutes``, and of the outage ``ended_at, ended_by, total`` (its whole
    length in open minutes). The cadence is that of the park, or the time since the look before if longer.
    """
    numbered = (
        cycles.with_columns(
            gap=pl.col("observed_at") - pl.col("observed_at").shift().over("park_id"),
            number=pl.int_range(pl.len()).over("park_id"),
        )
        .with_columns(cadence=pl.max_horizontal("cadence_seconds", "gap") / MINUTE_SECONDS)
        .select("park_id", "observed_at", "number", "cadence")
    )
    by_time = numbered.select("park_id", "observed_at", "number").sort("observed_at")
    wholes = outages.select(
        "ride_id", "since_opening", "ended_by", "downtime", outage="started_at", until="ended_at"
    ).rename({"downtime": "total"})
    owned = (
        parts.sort("started_at")
        .join_asof(
            wholes.sort("outage"),
            left_on="started_at",
            right_on="outage",
            by="ride_id",
            check_sortedness=False,
        )
        .filter(pl.col("outage").is_not_null())
        .with_columns(before=(pl.col("downtime").cum_sum() - pl.col("downtime")).over("ride_id", "outage"))
    )
    bounded = (
        owned.join_asof(
            by_time.rename({"number": "first"}),
            left_on="started_at",
            right_on="observed_at",
            by="park_id",
            strategy="forward",
            check_sortedness=False,
        )
        .with_columns(last_second=pl.col("ended_at") - 1)
        .sort("last_second")
        .join_asof(
            by_time.rename({"number": "last"}),
            left_on="last_second",
            right_on="observed_at",
            by="park_id",
            strategy="backward",
            check_sortedness=False,
            suffix="_last",
        )
    )
    each = (
        bounded.filter(pl.col("first") <= pl.col("last"))
        .with_columns(number=pl.int_ranges("first", pl.col("last") + 1))
        .explode("number")
        .join(numbered, on=["park_id", "number"], suffix="_cycle")
    )
    at = pl.col("observed_at_cycle")
    lasted = pl.col("before") + pl.min_horizontal("downtime", at - pl.col("started_at"))
    return _thinned(each, at, lasted)


def _thinned(each: pl.DataFrame, at: pl.Expr, lasted: pl.Expr) -> pl.DataFrame:
    """The first look of each quarter of an open hour of each outage."""
    return (
        each.select(
            "park_id",
            "day",
            "ride_id",
            "since_opening",
            "outage",
            "ended_by",
            at=at,
            ended_at="until",
            minutes=whole_minutes(lasted),
            total=whole_minutes(pl.col("total")),
            cadence_minutes="cadence",
        )
        .with_columns(quarter=pl.col("minutes") // FORECAST_MINUTES)
        .sort("ride_id", "outage", "at")
        .unique(["ride_id", "outage", "quarter"], keep="first", maintain_order=True)
        .drop("quarter")
    )


def replay(
    moments: pl.DataFrame, outages: pl.DataFrame, now: int, progress: Progress | None = None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Judge moments day by day (UTC), each with the outages and errors known when its day began.

    ``moments``: output of :func:`looks` with ``left_minutes``; ``outages``: shape ``ENDED``. Returns
    ``FORECASTS`` and the ``CORRECTIONS`` that are known ``now`` (Unix seconds).
    """
    ended = outages.filter(pl.col("ended_at").is_not_null())
    dated = moments.with_columns(date=pl.col("at") // DAY_SECONDS)
    judged: list[pl.DataFrame] = []
    memory = _Memory()
    evidence = pl.DataFrame(schema=EVIDENCE)
    before: int | None = None
    days = dated["date"].unique().sort().to_list()
    for number, date in enumerate(days):
        begin = date * DAY_SECONDS
        asked = dated.filter(pl.col("date") == date).drop("date")
        evidence = _moved_on(evidence, ended, before, begin)
        before = begin
        own = evidence.join(asked.select("ride_id").unique(), on="ride_id", how="semi")
        memory.advance(begin)
        found = memory.add_constant(
            corrected(estimates(asked, _of_parks(evidence), own), memory.corrections())
        )
        found = _outcomes(found).select(FORECASTS.keys()).cast(FORECASTS)
        judged.append(found)
        memory.learn(found)
        if progress is not None:
            progress(number + 1, len(days))
    if not judged:
        return pl.DataFrame(schema=FORECASTS), pl.DataFrame(schema=CORRECTIONS)
    memory.advance(now)
    return pl.concat(judged), memory.corrections()


def _moved_on(evidence: pl.DataFrame, ended: pl.DataFrame, before: int | None, begin: int) -> pl.DataFrame:
    """``EVIDENCE`` of the last 365 days at ``begin``, from that at ``before``: what came since, less what is
    too old now."""
    oldest = begin - EVIDENCE_DAYS * DAY_SECONDS
    since = oldest if before is None else max(before, oldest)
    new = evidence_of(ended.filter((pl.col("ended_at") > since) & (pl.col("ended_at") <= begin)))
    if before is None:
        return new
    too_old = before - EVIDENCE_DAYS * DAY_SECONDS
    gone = evidence_of(
        ended.filter(
            (pl.col("ended_at") > too_old) & (pl.col("ended_at") <= oldest) & (pl.col("ended_at") <= before)
        )
    )
    return (
        pl.concat([evidence, new, gone.with_columns(-pl.col("outages"))])
        .group_by("park_id", "ride_id", "since_opening", "minutes", "ended_by")
        .agg(pl.col("outages").sum())
        .filter(pl.col("outages") > 0)
    )


def _of_parks(evidence: pl.DataFrame) -> pl.DataFrame:
    """``EVIDENCE`` added up over the rides of each park."""
    return (
        evidence.group_by("park_id", "since_opening", "minutes", "ended_by")
        .agg(pl.col("outages").sum())
        .with_columns(ride_id=pl.lit(None, pl.Int64))
        .select(EVIDENCE.keys())
    )


def _outcomes(found: pl.DataFrame) -> pl.DataFrame:
    """With ``reopened`` and ``known_at``. By the clock: what reopens after a closed night was not back."""
    until = pl.col("at") + pl.col("horizon_minutes") * MINUTE_SECONDS
    lost = pl.col("ended_by") == EndedBy.LOST.value
    still_heard = pl.col("minutes") + pl.col("horizon_minutes") <= pl.col("total")
    back = (pl.col("ended_by") == EndedBy.REOPENED.value) & (pl.col("ended_at") <= until)
    lasting = pl.col("ended_at").is_null()
    return found.with_columns(
        known_at=until,
        reopened=pl.when(lasting | (lost & ~still_heard)).then(None).otherwise(back.cast(pl.Float64)),
    )


class _Memory:
    """What forecasts have taught by the day that begins: errors that fade, and rates."""

    def __init__(self) -> None:
        self._pending = pl.DataFrame(schema=FORECASTS)
        self._errors = pl.DataFrame(schema=CORRECTIONS)
        self._rates = pl.DataFrame(
            schema={**{n: CORRECTIONS[n] for n in CLASS}, "judged": pl.Int64, "back": pl.Float64}
        )
        self._now: int | None = None

    def advance(self, now: int) -> None:
        """Take in what is known at ``now``; what was known before fades."""
        known = self._pending.filter(pl.col("known_at") <= now)
        self._pending = self._pending.filter(pl.col("known_at") > now)
        days = 0.0 if self._now is None else (now - self._now) / DAY_SECONDS
        kept = 0.5 ** (days / CORRECTION_HALF_LIFE_DAYS)
        new = known.group_by(*CLASS, tenth=tenth(pl.col("estimate"))).agg(
            weight=pl.len().cast(pl.Float64), error=(pl.col("reopened") - pl.col("estimate")).sum()
        )
        faded = self._errors.with_columns(pl.col("weight", "error") * kept)
        self._errors = (
            pl.concat([faded, new.select(CORRECTIONS.keys()).cast(CORRECTIONS)])
            .group_by(*CLASS, "tenth")
            .agg(pl.col("weight", "error").sum())
            .sort(*CLASS, "tenth")
        )
        rates = known.group_by(CLASS).agg(judged=pl.len().cast(pl.Int64), back=pl.col("reopened").sum())
        self._rates = (
            pl.concat([self._rates, rates.select(self._rates.columns)])
            .group_by(CLASS)
            .agg(pl.col("judged", "back").sum())
        )
        self._now = now

    def corrections(self) -> pl.DataFrame:
        """Shape ``CORRECTIONS``."""
        return self._errors

    def add_constant(self, found: pl.DataFrame) -> pl.DataFrame:
        """With ``constant``, the rate of each class so far."""
        rates = self._rates.select(*CLASS, constant=pl.col("back") / pl.col("judged"))
        return found.join(rates, on=CLASS, how="left", maintain_order="left")

    def learn(self, judged: pl.DataFrame) -> None:
        """Remember forecasts until they are known."""
        told = judged.filter(pl.col("reopened").is_not_null() & pl.col("estimate").is_not_null())
        self._pending = pl.concat([self._pending, told])


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
        "reason": pl.String,
    }
)
"""``moments``: all that were looked at; ``forecasts``: those with a chance, a constant and an outcome, from
which the scores are (null without any). ``reason``: why no chance is shown, a :class:`NotShown`, or null."""

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
        .agg(forecasts=pl.len(), expected=pl.col("chance").sum(), reopened=pl.col("reopened").sum())
        .select(TENTHS.keys())
        .cast(TENTHS)
        .sort(*CLASS, "tenth")
    )


def scores(forecasts: pl.DataFrame) -> pl.DataFrame:
    """``FORECASTS`` as ``SCORES``: one row per park, class and horizon, sorted."""
    errors = (
        reliability(forecasts)
        .group_by(CLASS)
        .agg(
            calibration_error=(pl.col("expected") - pl.col("reopened")).abs().sum()
            / pl.col("forecasts").sum()
        )
    )
    days = (pl.col("at") // DAY_SECONDS).n_unique()

    def squared(name: str) -> pl.Expr:
        return ((pl.col(name) - pl.col("reopened")) ** 2).mean()

    judged = (
        scored(forecasts)
        .group_by(CLASS)
        .agg(
            forecasts=pl.len(),
            forecast_days=days,
            brier=squared("chance"),
            constant_brier=squared("constant"),
        )
    )
    return (
        forecasts.group_by(CLASS)
        .agg(moments=pl.len())
        .join(judged, on=CLASS, how="left")
        .join(errors, on=CLASS, how="left")
        .with_columns(pl.col("forecasts", "forecast_days").fill_null(0))
        .with_columns(reason=why_not_shown())
        .select(SCORES.keys())
        .cast(SCORES)
        .sort(CLASS)
    )


def why_not_shown() -> pl.Expr:
    """Why a class of a park shows no chance, from its scores; null where it does (R9b)."""
    few = (pl.col("forecasts") < FEWEST_FORECASTS) | (pl.col("forecast_days") < FEWEST_FORECAST_DAYS)
    return (
        pl.when(few)
        .then(pl.lit(NotShown.FEW_FORECASTS.value))
        .when(pl.col("brier") >= pl.col("constant_brier"))
        .then(pl.lit(NotShown.NO_BETTER.value))
        .when(pl.col("calibration_error") > MAX_CALIBRATION_ERROR)
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
