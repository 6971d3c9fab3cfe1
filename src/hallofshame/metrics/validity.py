"""Which readings can be believed (R2, ghosts): stale claims and frozen parks are unknown."""

from __future__ import annotations

import datetime as dt

import polars as pl

from hallofshame.domain.rules import FROZEN_SECONDS, NIGHT_ENDS_AT_HOUR
from hallofshame.domain.words import Origin, Status
from hallofshame.metrics.frames import collect

_CYCLES = pl.Schema(
    {
        "park_id": pl.Int32,
        "observed_at": pl.Int64,
        "signature": pl.UInt64,
        "claims_wait": pl.Boolean,
        "claims_operating": pl.Boolean,
    }
)


def effective(observations: pl.DataFrame, parks: pl.DataFrame) -> pl.DataFrame:
    """``observations`` with ``status`` and ``wait_minutes`` set to null where a reading is a ghost (R2).

    Takes the shapes ``OBSERVATIONS`` and ``PARKS``; returns ``OBSERVATIONS``, same rows, same order.
    """
    return believed(observations, frozen_cycles(observations, parks))


def believed(observations: pl.DataFrame, frozen: pl.DataFrame) -> pl.DataFrame:
    """:func:`effective` for some ``observations``, given the ``frozen`` cycles (``park_id, observed_at``)."""
    ghost = pl.col("stale") & (pl.col("status") == Status.OPERATING)
    frame = observations
    if frozen.height:
        frame = frame.join(
            frozen.with_columns(frozen=pl.lit(value=True)),
            on=["park_id", "observed_at"],
            how="left",
            maintain_order="left",
        )
        ghost = ghost | pl.col("frozen").fill_null(value=False)
    elif not frame["stale"].any():
        return frame
    return frame.with_columns(
        status=pl.when(~ghost).then("status"),
        wait_minutes=pl.when(~ghost).then("wait_minutes"),
    ).select(observations.columns)


def frozen_cycles(
    observations: pl.DataFrame, parks: pl.DataFrame, suspects: pl.Series | None = None
) -> pl.DataFrame:
    """The cycles (``park_id``, ``observed_at``) that belong to a frozen stretch (R2).

    A stretch is a run of a park's sampled cycles with the same rides, statuses and waits; it counts from
    its first to its last reading. It is frozen from three hours on if a ride claims a wait above 0 in it, or
    if it touches the hours from 0:00 to 6:00 local and a ride claims to operate. The event log has no cycles
    and cannot freeze. ``parks``: shape ``PARKS``. ``suspects``: where it is known already, what
    :func:`suspected_parks` says of these or of more observations.
    """
    if suspects is None:
        suspects = suspected_parks(observations)
    return _in_frozen_runs(_cycles_of(suspects, observations), parks, ["park_id"])


def parks_cut_short(
    observations: pl.DataFrame,
    parks: pl.DataFrame,
    days: pl.DataFrame,
    before: int,
    after: int,
    suspects: pl.Series,
) -> pl.Series:
    """Those of ``suspects`` with a park-day that, seen alone, would judge one of its cycles otherwise.

    A park-day knows the observations from ``before`` seconds before it to ``after`` seconds after it. A
    stretch that runs over that edge may last three hours only with what lies beyond. Takes the shapes
    ``OBSERVATIONS``, ``PARKS`` and ``DAYS``.
    """
    cycles = _cycles_of(suspects, observations)
    if cycles.is_empty():
        return cycles["park_id"]
    at = pl.col("observed_at")
    known = cycles.join(days, on="park_id").filter(
        (at >= pl.col("day_start") - before) & (at < pl.col("day_end") + after)
    )
    key = ["park_id", "day", "observed_at"]
    alone = _in_frozen_runs(known, parks, ["park_id", "day"]).select(*key, alone=pl.lit(value=True))
    together = _in_frozen_runs(cycles, parks, ["park_id"]).with_columns(together=pl.lit(value=True))
    judged = (
        known.filter((at >= pl.col("day_start") - before) & (at < pl.col("day_end") + after))
        .join(alone, on=key, how="left")
        .join(together, on=["park_id", "observed_at"], how="left")
    )
    return judged.filter(pl.col("alone").ne_missing(pl.col("together")))["park_id"].unique()


def _cycles_of(parks: pl.Series, observations: pl.DataFrame) -> pl.DataFrame:
    """The sampled cycles of ``parks`` with what they say and claim: shape ``_CYCLES``, sorted."""
    if parks.is_empty():
        return pl.DataFrame(schema=_CYCLES)
    sampled = observations.lazy().filter(
        pl.col("park_id").is_in(parks.implode())
        & pl.col("cadence_seconds").is_not_null()
        # A survey looks at some rides of a park, of which all may stay as they are for hours.
        & (pl.col("origin") != Origin.SURVEY)
    )
    packed = (
        pl.col("ride_id").cast(pl.UInt64) * 2**20
        + pl.col("status").fill_null(0).cast(pl.UInt64) * 2**16
        + (pl.col("wait_minutes").fill_null(-1).cast(pl.Int64) + 1).cast(pl.UInt64)
    )
    return collect(
        sampled.select(
            "park_id",
            "observed_at",
            signature=packed.hash(),
            claims_wait=pl.col("wait_minutes") > 0,
            claims_operating=pl.col("status") == Status.OPERATING,
        )
        .group_by("park_id", "observed_at")
        .agg(pl.col("signature").sum(), pl.col("claims_wait", "claims_operating").any())
        .sort("park_id", "observed_at")
    )


def _in_frozen_runs(cycles: pl.DataFrame, parks: pl.DataFrame, group: list[str]) -> pl.DataFrame:
    """Those of ``cycles`` in a frozen run of equal signatures of one group."""
    if cycles.is_empty():
        return cycles.select(*group, "observed_at")
    moved = pl.any_horizontal(pl.col(name) != pl.col(name).shift() for name in ["signature", *group])
    runs = collect(
        cycles.lazy().sort(*group, "observed_at").with_columns(run=moved.fill_null(value=True).cum_sum())
    )
    lasting = collect(
        runs.lazy()
        .group_by("run")
        .agg(
            pl.col("park_id", "claims_wait", "claims_operating").first(),
            first=pl.col("observed_at").min(),
            last=pl.col("observed_at").max(),
        )
        .filter(
            (pl.col("last") - pl.col("first") >= FROZEN_SECONDS)
            & (pl.col("claims_wait") | pl.col("claims_operating"))
        )
    )
    if lasting.is_empty():
        return runs.select(*group, "observed_at").clear()
    frozen = _with_nights(lasting, parks).filter(pl.col("claims_wait") | pl.col("at_night"))
    return runs.join(frozen, on="run", how="semi").select(*group, "observed_at")


def _with_nights(stretches: pl.DataFrame, parks: pl.DataFrame) -> pl.DataFrame:
    """Stretches (``park_id, first, last``) with ``at_night``: whether they touch 0:00 to 6:00 local."""
    zoned = stretches.join(parks.select("park_id", "timezone"), on="park_id", how="left")
    found = []
    for (timezone,), group in zoned.partition_by("timezone", as_dict=True).items():

        def local(instant: str, timezone: str = str(timezone)) -> pl.Expr:
            return pl.from_epoch(instant).dt.replace_time_zone("UTC").dt.convert_time_zone(timezone)

        at_night = (local("first").dt.time() <= dt.time(NIGHT_ENDS_AT_HOUR)) | (
            local("last").dt.date() > local("first").dt.date()
        )
        found.append(group.with_columns(at_night=at_night))
    return pl.concat(found)


def suspected_parks(observations: pl.DataFrame) -> pl.Series:
    """Parks that may have frozen: a cheap test that never misses one, so that most are spared the exact one.

    Takes the shape ``OBSERVATIONS``, of one origin for the parks that matter. A frozen stretch holds no
    change of any ride, and in it some ride claims to operate, or a wait, throughout.
    """
    changed = observations.select(
        (pl.col("ride_id") != pl.col("ride_id").shift())
        | pl.col("status").ne_missing(pl.col("status").shift())
        | pl.col("wait_minutes").ne_missing(pl.col("wait_minutes").shift())
    ).to_series()
    changed = changed.fill_null(value=True)
    held = (
        observations.filter(changed)
        .select("park_id", "status", "wait_minutes", begin="observed_at")
        .with_columns(end=observations["observed_at"].filter(changed.shift(-1, fill_value=True)))
    )
    claims = (pl.col("wait_minutes") > 0) | (pl.col("status") == Status.OPERATING)
    lasting = held.filter(claims & (pl.col("end") - pl.col("begin") >= FROZEN_SECONDS))
    if lasting.is_empty():
        return lasting["park_id"]
    quiet = (
        held.join(lasting.select("park_id").unique(), on="park_id", how="semi")
        .select("park_id", "begin")
        .unique()
        .sort("park_id", "begin")
        .with_columns(until=pl.col("begin").shift(-1).over("park_id"))
        .filter(pl.col("until").is_null() | (pl.col("until") - pl.col("begin") >= FROZEN_SECONDS))
        .rename({"begin": "quiet_from"})
    )
    if quiet.is_empty():
        return quiet["park_id"]
    return (
        quiet.join(lasting.select("park_id", "begin", "end").unique(), on="park_id")
        .filter(
            (pl.col("begin") <= pl.col("quiet_from"))
            & (pl.col("end") >= pl.col("quiet_from") + FROZEN_SECONDS)
        )["park_id"]
        .unique()
    )
