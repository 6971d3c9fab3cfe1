"""Outages: maximal runs in which a ride that was due did not run, whether they count, and their kinds (R5,
R9)."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.rules import (
    AFTER_MIDNIGHT_SECONDS,
    BRIDGED_SECONDS,
    DAY_SECONDS,
    FLAP_SECONDS,
    PARK_WIDE_RIDES,
    PARK_WIDE_SECONDS,
    PARK_WIDE_SHARE,
    RUN_BEFORE_STOP_SECONDS,
)
from hallofshame.domain.words import EndedBy, NotCounted, OutageKind, Status
from hallofshame.metrics.due import RIDE_DAY
from hallofshame.metrics.frames import collect, collect_all, empty

KEY = ["park_id", "day"]
PLACE = [*RIDE_DAY, "window"]

PARTS = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "ride_id": pl.Int32,
        "started_at": pl.Int64,
        "ended_at": pl.Int64,
        "ongoing": pl.Boolean,
        "downtime": pl.Int64,
        "flaps": pl.Int64,
        "by_down": pl.Boolean,
        "counted": pl.Boolean,
        "at_opening": pl.Boolean,
        "at_closing": pl.Boolean,
        "park_wide": pl.Boolean,
        "had_run": pl.Boolean,
        "first_due": pl.Boolean,
        "last_due": pl.Boolean,
        "came_over": pl.Boolean,
        "goes_on": pl.Boolean,
        "ended_by": pl.String,
        "not_counted": pl.String,
    }
)
"""The share of an outage inside one park-day.

- ``downtime``: seconds of not running, counted or not
- ``by_down``: the day was judged by DOWN, not by open and closed (R5)
- ``counted``: its seconds are downtime
- ``at_opening``: it is the first thing known from the first due moment of a window on
- ``at_closing``: it lasts until the window or the ride's hours end
- ``had_run``: the ride had run long enough in the window to be called stopped
- ``first_due``, ``last_due``: nothing due was known of the ride before it, or after it, on that day
- ``came_over``, ``goes_on``: it lies on the other side of the first or last midnight as well
- ``ended_by``: null while it lasts and where it goes on
- ``not_counted``: why it does not count, a :class:`~hallofshame.domain.words.NotCounted`; null where it does
"""

STOPS = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "ride_id": pl.Int32,
        "start": pl.Int64,
        "end": pl.Int64,
        "counted": pl.Boolean,
        "kind": pl.String,
        "not_counted": pl.String,
    }
)
"""The stretches of not running that outages are made of, inside their park-day; ``not_counted`` as in
``PARTS``."""


def outage_kind() -> pl.Expr:
    """The kind of an outage or of a part of one, the first that fits (R9)."""
    return (
        pl.when(pl.col("at_closing") & ~pl.col("ongoing"))
        .then(pl.lit(OutageKind.NEVER_REOPENED.value))
        .when("at_opening")
        .then(pl.lit(OutageKind.OPENING_DELAY.value))
        .when("park_wide")
        .then(pl.lit(OutageKind.PARK_WIDE.value))
        .otherwise(pl.lit(OutageKind.BREAKDOWN.value))
    )


def outage_parts(
    pieces: pl.DataFrame,
    states: pl.DataFrame,
    joined: pl.DataFrame,
    judged: pl.DataFrame,
    eligible: pl.DataFrame,
    last_seen: pl.DataFrame,
    flaps: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The outages of eligible rides on each park-day: shapes ``PARTS`` and ``STOPS``, both sorted.

    ``pieces``: shape ``PIECES`` of the eligible rides. ``states``: what they were cut from. ``joined``: shape
    ``JOINED``. ``judged``: ``park_id, day, day_start, day_end, by_down``. ``eligible``: ``park_id, day,
    ride_id``. ``last_seen``: ``park_id, day, last_seen``, the latest observation that the park-day knows of,
    beyond which an outage is still open. ``flaps``: ``ride_id, at`` of what was absorbed.
    """
    windows = joined.lazy().rename({"start": "window", "end": "window_end"}).drop("lo", "hi")
    ordered = collect(
        pieces.lazy()
        .join(judged.lazy(), on=KEY)
        .join(windows, on=[*KEY, "window"])
        .sort("ride_id", "day", "window", "start")
    ).lazy()
    stops = collect(_stops(ordered))
    if not stops["own"].any():
        return empty(PARTS), empty(STOPS)
    operations = collect(_operations(ordered)).lazy()
    parts = collect(_with_operations(_parts(stops.lazy()), operations))
    parts = _with_park_wide(parts, states, judged, eligible)
    ended = collect(
        _with_end(parts.lazy(), ordered, last_seen.lazy())
        .with_columns(
            # What does not count where only open and closed are told: a stop that the ride did not come back
            # from, one that the whole park had, one of a ride that had not really run before.
            counted=pl.col("by_down") | (pl.col("had_run") & pl.col("came_back") & ~pl.col("park_wide")),
            ongoing=pl.col("ended_at") > pl.col("last_seen"),
        )
        .with_columns(
            ended_by=pl.when(~pl.col("ongoing") & ~pl.col("goes_on")).then("ended_by"),
            kind=outage_kind(),
            not_counted=_why_not(),
        )
    ).lazy()
    told = ended.select("run", "counted", "kind", "not_counted")
    own = collect(stops.lazy().filter("own").join(told, on="run", maintain_order="left")).lazy()
    outages, own_stops = collect_all(
        _with_flaps(ended, flaps.lazy(), own).select(PARTS.keys()).cast(PARTS).sort(*RIDE_DAY, "started_at"),
        own.select(STOPS.keys()).cast(STOPS).sort("ride_id", "start"),
    )
    return outages, own_stops


def _why_not() -> pl.Expr:
    """Why an outage does not count (R5), the first that fits; null where it counts."""
    return (
        pl.when(pl.col("counted"))
        .then(None)
        .when(pl.col("operations") == 0)
        .then(pl.lit(NotCounted.BEFORE_FIRST_RUN.value))
        .when(pl.col("park_wide"))
        .then(pl.lit(NotCounted.PARK_WIDE.value))
        .when(~pl.col("came_back"))
        .then(pl.lit(NotCounted.DID_NOT_COME_BACK.value))
        .otherwise(pl.lit(NotCounted.HARDLY_RAN.value))
    )


def _stops(ordered: pl.LazyFrame) -> pl.LazyFrame:
    """The pieces in which a ride that was due did not run, numbered by ``run``: those of one outage on the
    day.

    Runs are bridged over 10 min: of anything where the feed tells DOWN; else only of what was not seen, or of
    an operation too short to end a stop. Where the feed tells DOWN they also go on from one window of the day
    to the next. ``operations``: how many operations came before in the window; ``ran_seconds``,
    ``ran_today_seconds``: for how long the ride had run before, in the window and on this day; ``is_first``:
    nothing due was known of the ride in the window before; ``dues``: its place among what is due on the day.
    """
    closed = (pl.col("status") == Status.CLOSED) & ~pl.col("by_down")
    stopped = pl.col("due") & ((pl.col("status") == Status.DOWN) | closed)
    operating = pl.col("status") == Status.OPERATING
    seconds = pl.when(operating).then(pl.col("end") - pl.col("start")).otherwise(0)
    today = pl.when(pl.col("start") >= pl.col("day_start")).then(seconds).otherwise(0)
    other_state = (pl.col("state_start") != pl.col("state_start").shift()).fill_null(value=True)
    begins_operation = _ends_a_stop() & (other_state | pl.col("begins_place"))
    ends = ~pl.col("by_down") & (_ends_a_stop() | (pl.col("status") == Status.REFURBISHMENT))
    due, own = pl.col("due"), pl.col("due") & pl.col("own")
    dues = _so_far(own, "begins_day")
    last_of_day = pl.col("begins_day").shift(-1, fill_value=True)
    marked = (
        ordered.with_columns(
            begins_place=_differs(*PLACE).fill_null(value=True),
            begins_day=_differs(*RIDE_DAY).fill_null(value=True),
        )
        .with_columns(
            stopped=stopped,
            operations=_so_far(begins_operation, "begins_place"),
            ends=_so_far(ends, "begins_place"),
            ran_seconds=_so_far(seconds, "begins_place"),
            ran_today_seconds=_so_far(today, "begins_place"),
            is_first=_so_far(due, "begins_place") == 1,
            place=_so_far(due, "begins_day"),
            dues=dues,
            all_dues=pl.when(last_of_day).then(dues).backward_fill(),
        )
        .filter("stopped")
        .drop("begins_place", "begins_day")
    )
    far = pl.col("start") - pl.col("end").shift() > BRIDGED_SECONDS
    next_window = (
        pl.col("by_down")
        & (pl.col("place") == pl.col("place").shift() + 1)
        & (pl.col("end").shift() == pl.col("window_end").shift())
    )
    other_window = pl.col("window") != pl.col("window").shift()
    apart = _differs(*RIDE_DAY) | pl.when(other_window).then(~next_window).otherwise(far | _differs("ends"))
    return marked.with_columns(run=apart.fill_null(value=True).cum_sum())


def _so_far(value: pl.Expr, begins: str) -> pl.Expr:
    """The sum of ``value`` (no nulls, none below 0) from the row on that is flagged in the column ``begins``.

    Rows of one group stand together: to number them takes a tenth of the time of a window function.
    """
    number = value.cast(pl.Int64)
    whole = number.cum_sum()
    return whole - pl.when(begins).then(whole - number).forward_fill()


def _ends_a_stop() -> pl.Expr:
    """Whether a piece is of an operation long enough to end a stop (R9)."""
    lasts = pl.col("state_end") - pl.col("state_start") > FLAP_SECONDS
    return (pl.col("status") == Status.OPERATING) & lasts


def _differs(*names: str) -> pl.Expr:
    """Whether a row differs from the one before it in one of these columns; null in the first row."""
    return pl.any_horizontal(pl.col(name) != pl.col(name).shift() for name in names)


def _parts(stops: pl.LazyFrame) -> pl.LazyFrame:
    """One row per run, with its share of the park-day (null where it has none) and what lies beyond
    midnight."""
    own = ["state_end", "hours_end", "window_end", "closes", "published_end"]
    first = ["by_down", "day_start", "day_end", "operations", "opens", "is_first"]
    return (
        stops.group_by("run", maintain_order=True)
        .agg(
            pl.col(*PLACE, *first, "ran_seconds", "ran_today_seconds").first(),
            pl.col(own).filter("own").last(),
            begin=pl.col("start").min(),
            reach=pl.col("end").max(),
            started_at=pl.col("start").filter("own").min(),
            ended_at=pl.col("end").filter("own").max(),
            last_window=pl.col("window").filter("own").last(),
            downtime=(pl.col("end") - pl.col("start")).filter("own").sum(),
            first_due=(pl.col("dues") == 1).filter("own").any(),
            last_due=(pl.col("dues") == pl.col("all_dues")).filter("own").any(),
        )
        .with_columns(
            at_opening=pl.col("is_first") & pl.col("opens"),
            came_over=pl.col("begin") < pl.col("day_start"),
            goes_on=pl.col("reach") > pl.col("day_end"),
        )
    )


def _operations(ordered: pl.LazyFrame) -> pl.LazyFrame:
    """The operations that end a stop, per place in time order: ``number, operated_from, operated_until``."""
    return (
        ordered.filter(_ends_a_stop())
        .group_by(*PLACE, "state_start", maintain_order=True)
        .agg(operated_from=pl.col("start").min(), operated_until=pl.col("end").max())
        .with_columns(number=(pl.int_range(pl.len(), dtype=pl.Int64) + 1).over(PLACE))
        .drop("state_start")
    )


def _with_operations(parts: pl.LazyFrame, operations: pl.LazyFrame) -> pl.LazyFrame:
    """Whether the ride had run for 15 min before, and whether it came back (R5).

    A stop lasts from one operation to the next. One across midnight counts on both days or on neither: it is
    judged by what both know, the window of the first of the two days and the three hours after midnight.
    """
    before = operations.select(*PLACE, operations="number", stopped_at="operated_until")
    after = operations.select(*PLACE, pl.col("number") - 1, back_at="operated_from").rename(
        {"number": "operations"}
    )
    each = [*PLACE, "operations"]
    joined = parts.join(before, on=each, how="left", maintain_order="left").join(
        after, on=each, how="left", maintain_order="left"
    )
    from_before = pl.col("stopped_at") <= pl.col("day_start")
    into_next = (pl.col("back_at") >= pl.col("day_end")).fill_null(value=False) | pl.col("goes_on")
    ran = pl.when(into_next).then("ran_today_seconds").otherwise("ran_seconds")
    in_time = ~from_before | (pl.col("back_at") < pl.col("day_start") + AFTER_MIDNIGHT_SECONDS)
    return joined.with_columns(
        had_run=(pl.col("stopped_at").is_not_null() & (ran >= RUN_BEFORE_STOP_SECONDS)),
        came_back=(pl.col("back_at").is_not_null() & in_time.fill_null(value=False)),
    )


def _with_park_wide(
    parts: pl.DataFrame,
    states: pl.DataFrame,
    judged: pl.DataFrame,
    eligible: pl.DataFrame,
) -> pl.DataFrame:
    """Whether half of the rides that operated, and at least two, fell with it within 15 min (R9).

    A ride falls at the begin of a run before which its last known state on that local day was operating.
    """
    begins = parts.lazy().select(*RIDE_DAY, "run", "begin", "day_start", "day_end")
    falls = collect(
        _state_before(begins, states.lazy()).filter("operated").select(*RIDE_DAY, "run", "begin")
    ).lazy()
    # Paired by quarter of an hour, so that a day full of falls is not joined with itself.
    quarter = pl.col("begin") // PARK_WIDE_SECONDS
    moments = falls.select(*KEY, at="begin", quarter=quarter).unique()
    moments = pl.concat([moments, moments.with_columns(pl.col("quarter") + 1)])
    near = falls.with_columns(quarter=quarter).join(moments, on=[*KEY, "quarter"])
    near = collect(
        near.filter((pl.col("begin") >= pl.col("at")) & (pl.col("begin") <= pl.col("at") + PARK_WIDE_SECONDS))
    ).lazy()
    several = collect(
        near.group_by(*KEY, "at")
        .agg(rides=pl.col("ride_id").n_unique())
        .filter(pl.col("rides") >= PARK_WIDE_RIDES)
    )
    if several.is_empty():
        return parts.with_columns(park_wide=pl.lit(value=False))
    asked = (
        several.lazy()
        .select(*KEY, begin="at")
        .join(judged.lazy().select(*KEY, "day_start", "day_end"), on=KEY)
        .join(eligible.lazy(), on=KEY)
    )
    running = collect(
        _state_before(asked, states.lazy()).filter("operated").select(*RIDE_DAY, at="begin")
    ).lazy()
    fell = collect(near.join(running, on=[*RIDE_DAY, "at"], how="semi")).lazy()
    wide = (
        running.group_by(*KEY, "at")
        .agg(running=pl.len())
        .join(fell.group_by(*KEY, "at").agg(fallen=pl.col("ride_id").n_unique()), on=[*KEY, "at"])
        .filter(
            (pl.col("fallen") >= PARK_WIDE_RIDES) & (pl.col("fallen") * PARK_WIDE_SHARE >= pl.col("running"))
        )
    )
    struck = collect(fell.join(wide, on=[*KEY, "at"], how="semi").select("run"))["run"].unique()
    # In a step of its own: inside a window function the list would be looked through for each group.
    parts = parts.with_columns(park_wide=pl.col("run").is_in(struck.implode()))
    # What was heard of one stop in several runs, with gaps between them, is one stop: wide as a whole.
    whole_stop = pl.col("park_wide").any().over([*PLACE, "operations"])
    return parts.with_columns(park_wide=pl.when("by_down").then("park_wide").otherwise(whole_stop))


def _state_before(asked: pl.LazyFrame, states: pl.LazyFrame) -> pl.LazyFrame:
    """``asked`` (``park_id, day, ride_id, begin, day_start, day_end``) with ``operated``.

    That is whether the ride's last known state before ``begin``, on the local day of ``begin``, was
    operating.
    """
    midnight = (
        pl.when(pl.col("begin") < pl.col("day_start"))
        .then(pl.col("day_start") - DAY_SECONDS)
        .when(pl.col("begin") < pl.col("day_end"))
        .then("day_start")
        .otherwise("day_end")
    )
    known = states.select("ride_id", "start", known_until="end", known="status").sort("start")
    return (
        asked.with_columns(just_before=pl.col("begin") - 1)
        .sort("just_before")
        .join_asof(known, left_on="just_before", right_on="start", by="ride_id", check_sortedness=False)
        .with_columns(
            operated=((pl.col("known") == Status.OPERATING) & (pl.col("known_until") > midnight)).fill_null(
                value=False
            )
        )
        .drop("just_before", "start", "known_until", "known")
    )


def _with_end(parts: pl.LazyFrame, ordered: pl.LazyFrame, last_seen: pl.LazyFrame) -> pl.LazyFrame:
    """How each part on its park-day ended: ``at_closing``, ``ended_by``; drops what has no share of the
    day."""
    place = [*RIDE_DAY, "last_window", "ended_at"]
    following = ordered.select(*RIDE_DAY, last_window="window", ended_at="start", next_status="status")
    framed = (
        parts.filter(pl.col("started_at").is_not_null())
        .join(last_seen, on=KEY)
        .join(following, on=place, how="left")
    )
    by_own_hours = (pl.col("ended_at") == pl.col("hours_end")).fill_null(value=False)
    by_park = (pl.col("ended_at") == pl.col("window_end")) & pl.col("closes")
    looked = pl.col("state_end") > pl.col("ended_at")
    known_end = by_own_hours | (by_park & (pl.col("published_end") | looked))
    return framed.with_columns(
        at_closing=(by_own_hours | by_park) & ~pl.col("goes_on"),
        ended_by=pl.when(known_end)
        .then(pl.lit(EndedBy.CLOSED.value))
        .when(by_park)
        .then(pl.lit(EndedBy.LOST.value))
        .when(pl.col("next_status") == Status.OPERATING)
        .then(pl.lit(EndedBy.REOPENED.value))
        .when(pl.col("next_status").is_not_null())
        .then(pl.lit(EndedBy.CLOSED.value))
        .otherwise(pl.lit(EndedBy.LOST.value)),
    )


def _with_flaps(parts: pl.LazyFrame, flaps: pl.LazyFrame, own: pl.LazyFrame) -> pl.LazyFrame:
    """``flaps``: how many changes too short to end each outage were merged into it."""
    each = (
        own.select("ride_id", "run", "start", "end")
        .join(flaps, on="ride_id")
        .filter((pl.col("at") >= pl.col("start")) & (pl.col("at") < pl.col("end")))
        .group_by("run")
        .agg(flaps=pl.len().cast(pl.Int64))
    )
    return parts.join(each, on="run", how="left").with_columns(pl.col("flaps").fill_null(0))
