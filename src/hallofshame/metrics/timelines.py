"""What each ride did from moment to moment: the spans behind the counters, laid out for looking at."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.words import Status
from hallofshame.metrics.counting import counts_as_downtime
from hallofshame.metrics.opening import days_touched
from hallofshame.metrics.spans import runs, spans
from hallofshame.metrics.validity import effective

TIMELINES = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "ride_id": pl.Int32,
        "start": pl.Int64,
        "end": pl.Int64,
        "status": pl.UInt8,
        "wait_minutes": pl.Int16,
        "in_window": pl.Boolean,
        "counts_as_down": pl.Boolean,
    }
)
"""Segments, of which those of one ride touch. ``status`` null: nothing was known of the ride (R3)."""

_DAY = ["park_id", "day"]
_RIDE_DAY = [*_DAY, "ride_id"]


def timelines(
    observations: pl.DataFrame,
    parks: pl.DataFrame,
    rides: pl.DataFrame,
    days: pl.DataFrame,
    windows: pl.DataFrame,
) -> pl.DataFrame:
    """Every ride's segments on every park-day: shape ``TIMELINES``, sorted by (park_id, ride_id, start).

    ``observations``: shape ``OBSERVATIONS``, as :class:`~hallofshame.metrics.parkday.ParkDayInputs` holds
    them: one origin, from a day before to three hours after the park-days, which are asked for one at a time
    where a park may have frozen. ``parks``, ``rides``, ``windows``: the shapes of that name. ``days``:
    shape ``DAYS`` and ``known_until``, the instant of the latest look: nothing is laid out beyond it, neither
    what that look goes on to stand for (R3) nor a gap.

    Seconds of a status inside windows are the R7 counters of a day that is known to its end, those that count
    as down its downtime (R5). A running day's counters hold in addition what its latest look stands for.
    """
    held = runs(spans(effective(observations)), "status", "wait_minutes", "feed")
    chosen = held.join(rides.select("ride_id"), on="ride_id", how="semi", maintain_order="left")
    known = days.select(*_DAY, "day_start", day_end=pl.min_horizontal("day_end", "known_until"))
    seen = days_touched(chosen, known)
    cut = _cut(pl.concat([seen, _gaps(seen, rides, days)], how="diagonal"), days, windows)
    operated = cut.filter((pl.col("status") == Status.OPERATING) & pl.col("in_window")).select(_RIDE_DAY)
    reliable = (
        operated.unique()
        .join(rides.filter("is_attraction").select("ride_id"), on="ride_id", how="semi")
        .with_columns(reliable=pl.lit(value=True))
    )
    judged = (
        cut.join(reliable, on=_RIDE_DAY, how="left")
        .join(parks, on="park_id", how="left")
        .with_columns(counts_as_down=counts_as_downtime() & pl.col("in_window") & pl.col("reliable"))
        .with_columns(pl.col("counts_as_down").fill_null(value=False))
        .select(TIMELINES.keys())
        .cast(TIMELINES)
        .sort("park_id", "ride_id", "start")
    )
    return runs(judged, "day", "status", "wait_minutes", "in_window", "counts_as_down")


def _gaps(seen: pl.DataFrame, rides: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The stretches of every ride's day, as far as it is known, in which nothing was seen of it."""
    ordered = seen.sort("ride_id", "start")
    after = ordered.select(*_RIDE_DAY, start="end", end=pl.col("start").shift(-1).over(_RIDE_DAY))
    begins = ordered.group_by(_RIDE_DAY).agg(first=pl.col("start").min())
    whole = (
        rides.select("park_id", "ride_id")
        .join(days, on="park_id")
        .with_columns(until=pl.min_horizontal("day_end", "known_until"))
        .join(begins, on=_RIDE_DAY, how="left")
    )
    before = whole.select(*_RIDE_DAY, start="day_start", end=pl.min_horizontal(pl.col("first"), "until"))
    after = after.join(whole.select(*_RIDE_DAY, "until"), on=_RIDE_DAY).select(
        *_RIDE_DAY, "start", end=pl.col("end").fill_null(pl.col("until"))
    )
    return pl.concat([before, after]).filter(pl.col("end") > pl.col("start"))


def _cut(pieces: pl.DataFrame, days: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Pieces cut where the park opens and closes, with ``in_window``."""
    edges = pl.concat(
        [
            days.select(*_DAY, at="day_start"),
            days.select(*_DAY, at="day_end"),
            windows.select(*_DAY, at="start"),
            windows.select(*_DAY, at="end"),
        ]
    )
    opens = windows.select(*_DAY, slot_start="start", in_window=pl.lit(value=True))
    slots = (
        edges.unique()
        .sort(*_DAY, "at")
        .select(*_DAY, slot_start="at", slot_end=pl.col("at").shift(-1).over(_DAY))
        .filter(pl.col("slot_end").is_not_null())
        .join(opens, on=[*_DAY, "slot_start"], how="left")
        .with_columns(pl.col("in_window").fill_null(value=False))
    )
    return (
        pieces.join(slots, on=_DAY)
        .with_columns(
            start=pl.max_horizontal("start", "slot_start"), end=pl.min_horizontal("end", "slot_end")
        )
        .filter(pl.col("end") > pl.col("start"))
    )
