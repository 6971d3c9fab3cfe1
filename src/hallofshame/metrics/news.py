"""What changed with a cycle, for those who follow a ride: it went down, it reopened, its wait fell."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hallofshame.domain.words import Status
from hallofshame.metrics.frames import collect, collect_all
from hallofshame.metrics.spans import hold_seconds

_CHANGE = pl.Schema(
    {
        "park_id": pl.Int32,
        "ride_id": pl.Int32,
        "observed_at": pl.Int64,
        "wait_minutes": pl.Int16,
        "wait_before": pl.Int16,
    }
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What one cycle changed. The first three have the columns ``park_id, ride_id, observed_at, wait_minutes,
    wait_before``; a change is in them only where the reading before it still held, so that it is known when
    it happened.

    ``begun``: stops to remember, ``park_id, ride_id, observed_at``; ``over``: ``ride_id`` of those to forget.
    Both hold also what nobody is told.
    """

    down: pl.DataFrame
    reopened: pl.DataFrame
    falling_waits: pl.DataFrame
    begun: pl.DataFrame
    over: pl.DataFrame


def worth_a_look(live: pl.DataFrame, stops: pl.DataFrame, greatest_wait: int | None) -> pl.Series:
    """The ``ride_id`` of the rides of which there may be news, so that the past of the others is left alone.

    ``live``, ``stops``: as :func:`changes` takes them. ``greatest_wait``: the longest wait, in minutes, that
    anybody asked to be told of; null where nobody asked.
    """
    is_stop = pl.col("ride_id").is_in(stops["ride_id"].implode())
    is_short = pl.lit(value=False) if greatest_wait is None else pl.col("wait_minutes") <= greatest_wait
    return live.filter((pl.col("counts_as_down") != is_stop) | is_short)["ride_id"]


def readings_before(observations: pl.DataFrame, windows: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """What was known of each ride before its latest reading: ``ride_id, held_until, wait_before``.

    ``held_until``: how long the reading before held (R3). ``wait_before``: the wait posted last in the window
    that is open now. ``observations``: shape ``OBSERVATIONS``, sorted; ``windows``: shape ``WINDOWS`` of the
    running park-days; ``now``: output of :func:`~hallofshame.metrics.live.parks_now`.
    """
    opened = (
        now.lazy()
        .join(windows.lazy(), on="park_id")
        .filter((pl.col("start") <= pl.col("now")) & (pl.col("now") < pl.col("end")))
        .group_by("park_id")
        .agg(opened_at=pl.col("start").min())
    )
    last = pl.col("observed_at").max().over("ride_id")
    is_posted = (pl.col("status") == Status.OPERATING) & pl.col("wait_minutes").is_not_null()
    return collect(
        observations.lazy()
        .join(opened, on="park_id", maintain_order="left")
        # Readings before the opening may hold into it, and one that holds no longer is of no use.
        .filter(pl.col("observed_at") + hold_seconds() > pl.col("opened_at"))
        .filter(pl.col("observed_at") < last)
        .group_by("ride_id", maintain_order=True)
        .agg(
            held_until=(pl.col("observed_at") + hold_seconds()).last(),
            wait_before=pl.col("wait_minutes")
            .filter(is_posted & (pl.col("observed_at") >= pl.col("opened_at")))
            .last(),
        )
    )


def changes(live: pl.DataFrame, before: pl.DataFrame, now: pl.DataFrame, stops: pl.DataFrame) -> Changes:
    """What changed with the latest cycle of each park in ``now``.

    A ride is down where the live score counts it (R5, R8): never outside open windows, and in parks that know
    only open and closed only after it had run and not in the last hour of its usual day. Down once, it stays
    a stop until it is seen operating (it reopened), is in refurbishment, or its park is closed.

    ``live``: output of :func:`~hallofshame.metrics.live.live_rides`; ``before``: of :func:`readings_before`;
    ``now``: of :func:`~hallofshame.metrics.live.parks_now`; ``stops``: ``park_id, ride_id`` of known stops.
    """
    known = collect(
        live.lazy()
        .join(before.lazy(), on="ride_id", how="left")
        .with_columns(is_stop=pl.col("ride_id").is_in(stops["ride_id"].implode()))
        .with_columns(is_seamless=(pl.col("observed_at") < pl.col("held_until")).fill_null(value=False))
        .rename({"effective_status": "status"})
    ).lazy()
    runs = (pl.col("status") == Status.OPERATING) & pl.col("is_open")
    down = known.filter(pl.col("counts_as_down") & ~pl.col("is_stop"))
    running = known.filter(pl.col("is_stop") & runs)
    falling = known.filter(runs & (pl.col("wait_minutes") < pl.col("wait_before")))
    at_rest = known.filter(pl.col("status") == Status.REFURBISHMENT)
    closed = now.lazy().filter(~pl.col("is_open")).select("park_id")
    over = pl.concat(
        [
            stops.lazy().join(closed, on="park_id", how="semi"),
            stops.lazy()
            .join(closed, on="park_id", how="anti")
            .join(pl.concat([running, at_rest]), on="ride_id", how="semi"),
        ]
    )
    return Changes(
        *collect_all(
            # A ride whose usual day nobody knows may have closed for the night.
            _told(down.filter("is_sure")),
            _told(running),
            _told(falling),
            down.select("park_id", "ride_id", "observed_at"),
            over.select("ride_id"),
        )
    )


def _told(found: pl.LazyFrame) -> pl.LazyFrame:
    return found.filter("is_seamless").select(pl.col(name).cast(kind) for name, kind in _CHANGE.items())
