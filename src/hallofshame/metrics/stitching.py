"""Whole outages, put together from their parts on consecutive park-days (R9)."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.rules import BRIDGED_NIGHTS_SECONDS, BRIDGED_SECONDS
from hallofshame.domain.words import EndedBy
from hallofshame.metrics.frames import collect, empty
from hallofshame.metrics.outages import outage_kind

OUTAGES = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "ride_id": pl.Int32,
        "started_at": pl.Int64,
        "ended_at": pl.Int64,
        "kind": pl.String,
        "counted": pl.Boolean,
        "ended_by": pl.String,
        "downtime": pl.Int64,
        "flaps": pl.Int64,
        "since_opening": pl.Boolean,
        "not_counted": pl.String,
    }
)
"""Whole outages.

- ``day``: the park-day in which it began
- ``ended_at``: null while it lasts
- ``downtime``: seconds of not running, counted or not
- ``since_opening``: it began with the opening, not after the ride had run
- ``not_counted``: why it does not count; null where it does
"""


def joins_the_part_before(silent_days: pl.Expr) -> pl.Expr:
    """Whether a part continues the part before it, in parts sorted by (ride_id, started_at).

    Across a midnight at which the park stays open, or across closed nights if the feed tells DOWN, and the
    ride was DOWN at closing, DOWN from the next thing known on, and nothing else in the time it was due in
    between.
    ``silent_days``: whether nothing was heard of the ride on the days between the two parts. A change in the
    way of judging splits.
    """

    def before(name: str) -> pl.Expr:
        return pl.col(name).shift()

    gap = pl.col("started_at") - before("ended_at")
    next_day = pl.col("day") != before("day")
    alike = (pl.col("by_down") == before("by_down")) & (pl.col("counted") == before("counted"))
    over_midnight = pl.col("came_over") & before("goes_on") & next_day & (gap <= BRIDGED_SECONDS)
    over_nights = (
        pl.col("by_down")
        & pl.col("at_opening")
        & pl.col("first_due")
        & before("at_closing")
        & before("last_due")
        & (gap <= BRIDGED_NIGHTS_SECONDS)
        & silent_days
    )
    same_ride = pl.col("ride_id") == before("ride_id")
    return (same_ride & alike & (over_midnight | over_nights)).fill_null(value=False)


def stitch(parts: pl.DataFrame, heard: pl.DataFrame) -> pl.DataFrame:
    """Parts (shape ``PARTS``) as whole outages: shape ``OUTAGES``, sorted by (park_id, ride_id, started_at).

    ``heard``: ``ride_id, day`` of the days on which something was observed of the ride in an open window, for
    all days between two parts that are more than a day apart. A whole outage never reopened if its last part
    did not; else its kind says how its first part began.
    """
    if parts.is_empty():
        return empty(OUTAGES)
    ordered = parts.sort("ride_id", "started_at")
    joins = joins_the_part_before(silent_between(ordered, heard))
    return collect(
        ordered.lazy()
        .with_columns(run=(~joins).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("park_id", "day", "ride_id", "counted", "at_opening", "park_wide", "not_counted").first(),
            pl.col("started_at").min(),
            pl.col("ended_at").max(),
            pl.col("ongoing", "at_closing", "ended_by").last(),
            pl.col("downtime", "flaps").sum(),
        )
        .with_columns(
            kind=outage_kind(),
            since_opening="at_opening",
            ended_at=pl.when(~pl.col("ongoing")).then("ended_at"),
            # One that goes on where its ride is no longer eligible ends there (R6).
            ended_by=pl.when(~pl.col("ongoing")).then(
                pl.col("ended_by").fill_null(pl.lit(EndedBy.CLOSED.value))
            ),
        )
        .select(OUTAGES.keys())
        .cast(OUTAGES)
        .sort("park_id", "ride_id", "started_at")
    )


def silent_between(ordered: pl.DataFrame, heard: pl.DataFrame) -> pl.Expr:
    """Whether no day between each part and the one before it is among ``heard``, as an expression.

    ``ordered``: parts sorted by (ride_id, started_at), the frame that the expression is for.
    """
    gaps = (
        ordered.lazy()
        .select(
            "ride_id",
            "day",
            since=pl.col("day").shift(),
            same=pl.col("ride_id") == pl.col("ride_id").shift(),
        )
        .with_row_index("place")
    )
    wide = gaps.filter(pl.col("same") & ((pl.col("day") - pl.col("since")).dt.total_days() > 1))
    broken = collect(
        wide.rename({"day": "until"})
        .join(heard.lazy().select("ride_id", "day"), on="ride_id")
        .filter((pl.col("day") > pl.col("since")) & (pl.col("day") < pl.col("until")))
        .select(pl.col("place").unique())
    )["place"]
    return ~pl.int_range(pl.len(), dtype=pl.UInt32).is_in(broken.implode())
