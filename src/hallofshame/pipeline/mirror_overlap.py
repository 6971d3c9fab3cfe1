"""Where our record and that of another site tell of the same time: whose looks count (R15)."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.rules import DAY_SECONDS
from hallofshame.domain.words import Origin
from hallofshame.store.history.formats import DATASETS


def beside(
    mine: pl.DataFrame, observations: pl.DataFrame, queues: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """What of a site's rows fills gaps of ours, and how many of its looks do not (R15).

    A look of the site stays out where we looked at the park, at another instant, within one cadence of it.
    Our looks at instants of the site are no others, so that what was mirrored before changes nothing.

    :param mine: our live observations; both frames in the columns of ``OBSERVATIONS``.
    """
    live = pl.col("origin") == int(Origin.LIVE)
    looks = (
        observations.filter(live)
        .group_by("park_id", "observed_at")
        .agg(cadence=pl.col("cadence_seconds").max().fill_null(0).cast(pl.Int64))
        .cast({"park_id": pl.Int64, "observed_at": pl.Int64})
        .sort("observed_at")
    )
    own = (
        mine.select(pl.col("park_id", "observed_at").cast(pl.Int64))
        .unique()
        .join(looks, on=["park_id", "observed_at"], how="anti")
        .with_columns(own_at="observed_at")
        .sort("observed_at")
    )
    if own.is_empty() or looks.is_empty():
        return observations, queues, 0
    near = looks.join_asof(own, on="observed_at", by="park_id", strategy="nearest", check_sortedness=False)
    distance = (pl.col("own_at") - pl.col("observed_at")).abs()
    left = near.filter(distance < pl.col("cadence")).select("park_id", "observed_at")
    keys = ["park_id", "observed_at"]
    out = left.cast({"park_id": observations.schema["park_id"]})
    kept = pl.concat(
        [observations.filter(~live), observations.filter(live).join(out, on=keys, how="anti")]
    ).sort(DATASETS["snapshots"].key)
    return kept, queues.join(left, on=keys, how="anti"), left.height


def making_room(mine: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame | None:
    """Our looks that go: those at parks on UTC days of which the site has looks, up to its last one.

    ``None`` where both say the same already.
    """
    day = pl.col("observed_at") // DAY_SECONDS
    theirs = observations.filter(origin=int(Origin.LIVE))
    last = theirs.group_by("park_id").agg(last=pl.col("observed_at").max())
    days = theirs.select("park_id", day=day).unique()
    held = (
        mine.with_columns(day=day)
        .join(days, on=["park_id", "day"], how="semi")
        .join(last, on="park_id")
        .filter(pl.col("observed_at") <= pl.col("last"))
        .select(mine.columns)
    )
    same = held.join(theirs, on=mine.columns, how="semi", nulls_equal=True)
    if same.height == held.height:
        return None
    return held.select("park_id", "observed_at").unique()
