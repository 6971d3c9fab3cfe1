"""What each ride did from moment to moment: the spans behind the counters, laid out for looking at."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.words import NotCounted, Status
from hallofshame.metrics.due import cut_at_hours
from hallofshame.metrics.frames import collect
from hallofshame.metrics.midnight import neighbours_of
from hallofshame.metrics.opening import days_touched
from hallofshame.metrics.parkday import ParkDayInputs, ParkDays
from hallofshame.metrics.spans import runs, spans, without_flaps
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
        "not_counted": pl.String,
    }
)
"""Segments, of which those of one ride touch. ``status`` null: nothing was known of the ride (R3).

``not_counted``: why a stretch of not running in an open window is no downtime, a
:class:`~hallofshame.domain.words.NotCounted`; null where it is, and for rides outside E.
"""

_DAY = ["park_id", "day"]
_RIDE_DAY = [*_DAY, "ride_id"]


def timelines(
    inputs: ParkDayInputs, rows: ParkDays, rides: pl.DataFrame, days: pl.DataFrame, windows: pl.DataFrame
) -> pl.DataFrame:
    """Every ride's segments on every park-day: shape ``TIMELINES``, sorted by (park_id, ride_id, start).

    ``inputs`` and the ``rows`` computed from them, of one origin, one park-day at a time where a park may
    have frozen. ``rides``: those wanted, shape ``RIDES``. ``days``: shape ``DAYS`` and ``known_until``, the
    instant
    of the latest look: nothing is laid out beyond it, neither what that look goes on to stand for (R3) nor
    a gap.

    ``windows``: shape ``WINDOWS``, those that are shown; where the record is complete, they are those of
    ``rows``.

    Seconds of a status inside windows are the R7 counters of a day that is known to its end, those that count
    as down its downtime (R5). A running day's counters hold in addition what its latest look stands for.
    """
    single = spans(effective(inputs.observations, inputs.parks))
    held, _ = without_flaps(runs(single, "status", "wait_minutes", "feed"))
    chosen = held.join(rides.select("ride_id"), on="ride_id", how="semi", maintain_order="left")
    known = days.select(*_DAY, "day_start", day_end=pl.min_horizontal("day_end", "known_until"))
    seen = days_touched(chosen, known)
    pieces = pl.concat([seen.lazy(), _gaps(seen.lazy(), rides.lazy(), days.lazy())], how="diagonal")
    cut = _cut(pieces, days.lazy(), windows.lazy())
    eligible = rows.ride_days.lazy().filter("eligible").select(_RIDE_DAY)
    eligible = eligible.with_columns(eligible=pl.lit(value=True))
    hours = cut_at_hours(_with_nights(cut, inputs, rows).with_columns(date="day"), inputs.ride_hours)
    judged = collect(
        _with_stops(collect(hours).lazy(), rows.stops.lazy())
        .join(eligible, on=_RIDE_DAY, how="left")
        .with_columns(
            counts_as_down=pl.col("counted").fill_null(value=False),
            not_counted=pl.when(pl.col("in_window") & pl.col("eligible")).then(_why_not()),
        )
        .select(TIMELINES.keys())
        .cast(TIMELINES)
        .sort("park_id", "ride_id", "start")
    )
    return runs(judged, "day", "status", "wait_minutes", "in_window", "counts_as_down", "not_counted")


def _with_nights(pieces: pl.LazyFrame, inputs: ParkDayInputs, rows: ParkDays) -> pl.LazyFrame:
    """``pieces`` with ``night``: whether each lies in a window that came over midnight."""
    beside = neighbours_of(rows.windows, inputs.days, inputs.neighbours)
    came_over = (
        rows.windows.lazy()
        .join(beside.lazy().filter(pl.col("before_start").is_not_null()), on=_DAY)
        .join(inputs.days.lazy(), on=_DAY)
        .filter(pl.col("start") == pl.col("day_start"))
        .select(*_DAY, night_until="end")
    )
    in_night = (pl.col("start") < pl.col("night_until")).fill_null(value=False)
    return (
        pieces.join(came_over, on=_DAY, how="left", maintain_order="left")
        .with_columns(night=in_night)
        .drop("night_until")
    )


def _why_not() -> pl.Expr:
    """Why a piece of not running is no downtime: what its outage says, or that it was no outage at all."""
    stopped = pl.col("status").is_in([Status.DOWN.value, Status.CLOSED.value])
    return (
        pl.when(pl.col("counted").is_not_null())
        .then("not_counted")
        .when(stopped & ~pl.col("due"))
        .then(pl.lit(NotCounted.OUTSIDE_HOURS.value))
        .when(stopped)
        .then(pl.lit(NotCounted.PLANNED.value))
    )


def _with_stops(pieces: pl.LazyFrame, stops: pl.LazyFrame) -> pl.LazyFrame:
    """Pieces cut where stops begin and end, with ``counted`` and ``not_counted`` of the stop they lie in."""
    edges = pl.concat(
        [
            pieces.select("ride_id", at="start"),
            pieces.select("ride_id", at="end"),
            stops.select("ride_id", at="start"),
            stops.select("ride_id", at="end"),
        ]
    ).unique()
    bounds = (
        pieces.select("ride_id", "start", "end")
        .join(edges, on="ride_id")
        .filter((pl.col("at") > pl.col("start")) & (pl.col("at") < pl.col("end")))
        .group_by("ride_id", "start", "end")
        .agg(pl.col("at").sort())
    )
    whole = pieces.join(bounds, on=["ride_id", "start", "end"], how="left")
    starts = pl.concat_list("start", pl.col("at").fill_null([]))
    ends = pl.concat_list(pl.col("at").fill_null([]), "end")
    cut = whole.with_columns(start=starts, end=ends).drop("at").explode("start", "end")
    inside = stops.select("ride_id", "counted", "not_counted", stop_start="start", stop_end="end")
    return (
        cut.sort("start")
        .join_asof(
            inside.sort("stop_start"),
            left_on="start",
            right_on="stop_start",
            by="ride_id",
            check_sortedness=False,
        )
        .with_columns(
            pl.when((pl.col("stop_end") >= pl.col("end")) & pl.col("status").is_not_null())
            .then(pl.col("counted"))
            .alias("counted"),
            pl.when(pl.col("stop_end") >= pl.col("end")).then(pl.col("not_counted")).alias("not_counted"),
        )
        .drop("stop_start", "stop_end")
    )


def _gaps(seen: pl.LazyFrame, rides: pl.LazyFrame, days: pl.LazyFrame) -> pl.LazyFrame:
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


def _cut(pieces: pl.LazyFrame, days: pl.LazyFrame, windows: pl.LazyFrame) -> pl.LazyFrame:
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
        .drop("slot_start", "slot_end")
    )
