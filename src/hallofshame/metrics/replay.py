"""Past moments at which a ride did not run, judged with what was known when their day began (R9b)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hallofshame.domain.rules import DAY_SECONDS, EVIDENCE_DAYS, FORECAST_MINUTES, MINUTE_SECONDS
from hallofshame.domain.words import EndedBy
from hallofshame.metrics.chances import (
    COUNTED,
    EVIDENCE,
    GROUP,
    Known,
    added_up,
    by_ending,
    estimates,
    scope_key,
    whole_minutes,
)
from hallofshame.metrics.corrections import walked

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

    ``parts``: ``park_id, day, ride_id, started_at, ended_at, downtime``; ``outages``: shape ``ENDED``, all
    that lasted then; ``cycles``: ``park_id, observed_at, cadence_seconds``, sorted. Returns ``at, day,
    outage`` (its start), the columns of ``ASKED`` but ``left_minutes``, and of the outage ``ended_at,
    ended_by, total`` (its whole length in open minutes). The cadence is that of the park, or the time since
    the look before if longer.
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
    return _with_rides_stopped(_thinned(each, at, lasted), outages)


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


def _with_rides_stopped(moments: pl.DataFrame, outages: pl.DataFrame) -> pl.DataFrame:
    """With ``rides_stopped``, how many outages of the park went on at each moment."""
    changes = pl.concat(
        [
            outages.select("park_id", time="started_at", change=pl.lit(1, pl.Int64)),
            outages.drop_nulls("ended_at").select("park_id", time="ended_at", change=pl.lit(-1, pl.Int64)),
        ]
    )
    levels = (
        changes.group_by("park_id", "time")
        .agg(pl.col("change").sum())
        .sort("park_id", "time")
        .select("park_id", "time", rides_stopped=pl.col("change").cum_sum().over("park_id"))
        .sort("time")
    )
    return (
        moments.sort("at", "ride_id", "outage")
        .join_asof(
            levels, left_on="at", right_on="time", by="park_id", strategy="backward", check_sortedness=False
        )
        .with_columns(pl.col("rides_stopped").fill_null(1))
        .drop("time", strict=False)
    )


ENDINGS = pl.Schema(
    {
        "park_id": pl.Int64,
        "ride_id": pl.Int64,
        "since_opening": pl.Boolean,
        "minutes": pl.Int64,
        "ended_by": pl.String,
        "known": pl.Int64,
        "outages": pl.Int64,
    }
)
"""How many outages of a ride and class lasted ``minutes`` and ended like that; ``known``: the first UTC day
(as a number) at whose beginning they were over."""


def endings(outages: pl.DataFrame) -> pl.DataFrame:
    """The outages (shape ``ENDED``) that are over as ``ENDINGS``."""
    return (
        outages.filter(pl.col("ended_at").is_not_null())
        .group_by(
            *GROUP,
            "ride_id",
            "ended_by",
            minutes=whole_minutes(pl.col("downtime")),
            known=-(-pl.col("ended_at") // DAY_SECONDS),
        )
        .agg(outages=pl.len())
        .select(ENDINGS.keys())
        .cast(ENDINGS)
    )


@dataclass(frozen=True)
class Everywhere:
    """What was known of all parks together, so that parks can be replayed one after the other.

    ``past``: the ``ENDINGS`` of all parks, of which ``park_id, ride_id, since_opening`` are not looked at;
    ``by_day``: a frame of :data:`~hallofshame.metrics.chances.Known` for all parks.
    """

    past: pl.DataFrame
    by_day: pl.DataFrame

    @classmethod
    def of(cls, past: pl.DataFrame, first: int, last: int) -> Everywhere:
        """For the UTC days (as numbers) from ``first`` to ``last``."""
        days = pl.int_range(first, last + 1, dtype=pl.Int64, eager=True).alias("date")
        return cls(past, _day_by_day(past, "all", days))

    def known_on(self, date: int) -> pl.DataFrame:
        """Shape ``EVIDENCE``: what was known when a UTC day began."""
        known = (pl.col("known") <= date) & (pl.col("known") > date - EVIDENCE_DAYS)
        return self.past.filter(known).select(EVIDENCE.keys())


def replay(
    moments: pl.DataFrame, outages: pl.DataFrame, everywhere: Everywhere, now: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Judge moments, each with the outages and errors known when its UTC day began.

    ``moments``: output of :func:`looks` with ``left_minutes``, of one park or of several; ``outages``: all
    outages of these parks, shape ``ENDED``. Returns ``FORECASTS``, sorted by time, and the ``CORRECTIONS``
    that are known ``now`` (Unix seconds).
    """
    asked = moments.with_columns(date=pl.col("at") // DAY_SECONDS).sort("at", "ride_id", "outage")
    days = asked["date"].unique().sort()
    past = endings(outages)
    known: Known = {
        "all": everywhere.by_day.filter(pl.col("key").is_in(days.implode())),
        **{scope: _day_by_day(past, scope, days) for scope in ("park", "class")},
        "ride": _of_rides(past, asked),
    }
    judged = _outcomes(estimates(asked, known)).sort("date", maintain_order=True)
    found, corrections = walked(judged, now)
    return (
        found.select(FORECASTS.keys()).cast(FORECASTS).sort("at", "ride_id", "horizon_minutes"),
        corrections,
    )


def _day_by_day(past: pl.DataFrame, scope: str, days: pl.Series) -> pl.DataFrame:
    """What was known when each of ``days`` began, of the 365 days before: a frame of ``Known``.

    Counts change by what came to be known since the day before, and by what grew too old.
    """
    none = pl.lit(0, pl.Int64)
    counted = by_ending(past.with_columns(group=scope_key(scope, none)), ("group", "known"))
    numbered = days.to_frame("date").with_row_index("number")
    of_length = ["group", "minutes"]
    changes = (
        pl.concat(
            [
                counted.select(*of_length, *COUNTED, date="known"),
                counted.select(*of_length, -pl.col(COUNTED), date=pl.col("known") + EVIDENCE_DAYS),
            ]
        )
        .sort("date")
        .join_asof(numbered, on="date", strategy="forward")
        .drop_nulls("number")
        .group_by(*of_length, "number")
        .agg(pl.col(COUNTED).sum())
    )
    return (
        changes.select(of_length)
        .unique()
        .join(numbered, how="cross")
        .join(changes, on=[*of_length, "number"], how="left")
        .with_columns(pl.col(COUNTED).fill_null(0))
        .sort(*of_length, "number")
        .with_columns(pl.col(COUNTED).cum_sum().over(of_length), key=pl.col("group") + pl.col("date"))
        .sort("minutes")
        .pipe(added_up)
    )


def _of_rides(past: pl.DataFrame, asked: pl.DataFrame) -> pl.DataFrame:
    """The same for the rides asked about, each on the days on which it is asked about."""
    date, known = pl.col("date"), pl.col("known")
    group = scope_key("ride", pl.lit(0, pl.Int64))
    days = asked.select("date", group=group).unique()
    return (
        by_ending(past.with_columns(group=group), ("group", "known"))
        .join(days, on="group", maintain_order="left")
        .filter((known <= date) & (known > date - EVIDENCE_DAYS))
        .with_columns(key=pl.col("group") + date)
        .pipe(added_up)
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
