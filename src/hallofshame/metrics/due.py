"""When a ride was due to run: inside open windows, and inside its own published hours where it has any
(R5)."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.rules import AFTER_MIDNIGHT_SECONDS
from hallofshame.metrics.frames import collect
from hallofshame.metrics.opening import days_touched

KEY = ["park_id", "day"]
RIDE_DAY = [*KEY, "ride_id"]

PIECES = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "ride_id": pl.Int32,
        "window": pl.Int64,
        "start": pl.Int64,
        "end": pl.Int64,
        "status": pl.UInt8,
        "state_start": pl.Int64,
        "state_end": pl.Int64,
        "own": pl.Boolean,
        "due": pl.Boolean,
        "hours_end": pl.Int64,
    }
)
"""What a ride did inside one window of a park-day, cut at midnight and where its own hours begin and end.

``window``: begin of that window on the day; ``state_start``, ``state_end``: of the whole state that the
piece is
a part of; ``own``: it lies inside the park-day, not beyond its midnights; ``due``: inside the ride's own
hours; ``hours_end``: where these end, null where none are published."""


def pieces_in_windows(
    states: pl.DataFrame,
    joined: pl.DataFrame,
    days: pl.DataFrame,
    rides: pl.DataFrame,
    ride_hours: pl.DataFrame,
) -> pl.DataFrame:
    """The pieces of the states of some rides: shape ``PIECES``, sorted by (ride_id, day, start).

    ``states``: ``park_id, ride_id, start, end, status``, merged and sorted. ``joined``: shape ``JOINED``.
    ``days``: shape ``DAYS``. ``rides``: ``park_id, day, ride_id``. ``ride_hours``: shape ``RIDE_HOURS``.

    Where a window came over midnight and ends within three hours, operations until then are among the pieces,
    not due: they tell both days alike whether the ride ran again (R5).
    """
    members = rides.lazy().select(RIDE_DAY)
    wanted = collect(
        states.lazy()
        .join(members.select("ride_id").unique(), on="ride_id", how="semi", maintain_order="left")
        .with_columns(state_start="start", state_end="end")
    )
    own = (
        days_touched(wanted, days)
        .lazy()
        .join(
            joined.lazy().select(
                *KEY, window="start", window_end="end", night=pl.col("lo") < pl.col("start")
            ),
            on=KEY,
        )
        .with_columns(start=pl.max_horizontal("start", "window"), end=pl.min_horizontal("end", "window_end"))
        .filter(pl.col("end") > pl.col("start"))
        .drop("window_end")
        .with_columns(date="day", own=pl.lit(value=True), after=pl.lit(value=False))
    )
    came_over = pl.col("lo") < pl.col("start")
    stretches = [
        (joined.filter(came_over), "lo", "start", -1),
        (joined.filter(pl.col("hi") > pl.col("end")), "end", "hi", 1),
        (
            joined.filter(
                came_over & (pl.col("end") < pl.col("start") + AFTER_MIDNIGHT_SECONDS)
            ).with_columns(until=pl.col("start") + AFTER_MIDNIGHT_SECONDS),
            "end",
            "until",
            0,
        ),
    ]
    found, columns = [own], own.collect_schema().names()
    for windows, since, until, offset in stretches:
        if windows.height:
            stretch = windows.select(*KEY, window="start", day_start=since, day_end=until)
            found.append(
                days_touched(wanted, stretch.drop("window"))
                .lazy()
                .join(stretch.lazy().select(*KEY, "window"), on=KEY)
                .with_columns(
                    date=pl.col("day") + pl.duration(days=offset),
                    own=pl.lit(value=False),
                    night=pl.lit(value=offset >= 0),
                    after=pl.lit(value=offset == 0),
                )
                .select(columns)
            )
    pieces = pl.concat(found).join(members, on=RIDE_DAY, how="semi")
    return collect(
        cut_at_hours(pieces, ride_hours)
        .with_columns(due=pl.col("due") & ~pl.col("after"))
        .select(PIECES.keys())
        .cast(PIECES)
        .sort("ride_id", "day", "start")
    )


def cut_at_hours(pieces: pl.LazyFrame, ride_hours: pl.DataFrame) -> pl.LazyFrame:
    """Pieces cut where the ride's own hours begin and end, with ``due`` and ``hours_end``.

    A ride is bound by hours on the dates for which some are published; those of the date before may reach
    into them after midnight. In a window that came over midnight (``night``) it is bound by those of the
    evening where its date has none: the park goes on, the ride has closed.
    """
    always = {"due": pl.lit(value=True), "hours_end": pl.lit(None, pl.Int64)}
    if ride_hours.is_empty():
        return pieces.with_columns(**always)
    bound = collect(ride_hours.lazy().select("ride_id", "date").unique()).lazy()
    known = pieces.join(bound.with_columns(is_bound=True), on=["ride_id", "date"], how="left")
    pieces = collect(
        known.with_columns(
            date=pl.when(pl.col("night") & pl.col("is_bound").is_null())
            .then(pl.col("date").dt.offset_by("-1d"))
            .otherwise("date")
        ).drop("is_bound")
    ).lazy()
    free = pieces.join(bound, on=["ride_id", "date"], how="anti").with_columns(**always)
    limited = pieces.join(bound, on=["ride_id", "date"], how="semi")
    cut = (
        limited.join(_slots(ride_hours.lazy(), bound), on=["ride_id", "date"])
        .with_columns(
            start=pl.max_horizontal("start", "slot_start"), end=pl.min_horizontal("end", "slot_end")
        )
        .filter(pl.col("end") > pl.col("start"))
        .with_columns(hours_end=pl.when("due").then("slot_end"))
        .select(free.collect_schema().names())
    )
    return pl.concat([free, cut])


def _slots(ride_hours: pl.LazyFrame, bound: pl.LazyFrame) -> pl.LazyFrame:
    """The whole of time on each date with hours, in and out of them: ``ride_id, date, slot_start, slot_end,
    due``."""
    each = ["ride_id", "date"]
    own = ride_hours.select(*each, "opens_at", "closes_at")
    night = own.with_columns(pl.col("date").dt.offset_by("1d"))
    ordered = (
        pl.concat([own, night])
        .join(bound, on=each, how="semi")
        .sort(*each, "opens_at", "closes_at")
        .with_columns(reach=pl.col("closes_at").cum_max().over(each).shift().over(each))
    )
    apart = (pl.col("opens_at") > pl.col("reach")).fill_null(value=True)
    hours = collect(
        ordered.with_columns(part=apart.cum_sum())
        .group_by(*each, "part")
        .agg(slot_start=pl.col("opens_at").min(), slot_end=pl.col("closes_at").max())
        .drop("part")
        .sort(*each, "slot_start")
    ).lazy()
    past = 2**40  # no instant lies outside (-past, past)
    gaps = pl.concat(
        [
            hours.select(
                *each,
                slot_start=pl.col("slot_end").shift().over(each).fill_null(-past),
                slot_end="slot_start",
            ),
            hours.group_by(each)
            .agg(slot_start=pl.col("slot_end").max())
            .with_columns(slot_end=pl.lit(past, pl.Int64)),
        ]
    )
    return pl.concat([hours.with_columns(due=pl.lit(value=True)), gaps.with_columns(due=pl.lit(value=False))])
