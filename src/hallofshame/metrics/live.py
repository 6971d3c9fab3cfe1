"""The live state: which rides are down now, and the two weights of the live shame score (R8)."""

from __future__ import annotations

import polars as pl

from hallofshame.domain.rules import STOPPED_MARGIN_SECONDS
from hallofshame.domain.words import Status
from hallofshame.metrics.frames import collect
from hallofshame.metrics.spans import hold_seconds
from hallofshame.metrics.validity import believed


def last_readings(observations: pl.DataFrame) -> pl.DataFrame:
    """The latest observation of each ride. Takes and returns the shape ``OBSERVATIONS``, sorted."""
    return observations.filter((pl.col("ride_id") != pl.col("ride_id").shift(-1)).fill_null(value=True))


def live_rides(
    last: pl.DataFrame,
    frozen: pl.DataFrame,
    windows: pl.DataFrame,
    ride_days: pl.DataFrame,
    stops: pl.DataFrame,
) -> pl.DataFrame:
    """What each ride of each park is doing at its park's latest cycle.

    ``last``: output of :func:`last_readings` of the sampled feeds; ``frozen``: the frozen cycles among what
    they were taken from (``park_id, observed_at``); ``windows``: shape ``WINDOWS`` and ``ride_days`` of
    :class:`~hallofshame.metrics.parkday.ParkDays` for the park-day of that cycle; ``stops``: output of
    :func:`live_stops`. Returns ``park_id, ride_id, observed_at, effective_status, wait_minutes,
    counts_as_down, is_stopped, is_sure, eligible, is_open`` for the rides whose latest observation still
    holds. ``is_sure``: where one counts as down, it is known that its day does not end about now.
    """
    present = (
        believed(last, frozen)
        .lazy()
        .with_columns(held_until=pl.col("observed_at") + hold_seconds())
        .join(parks_now(last, windows).lazy(), on="park_id")
        .filter(pl.col("status").is_not_null() & (pl.col("now") < pl.col("held_until")))
    )
    stopped = pl.col("is_open") & (pl.col("status") != Status.OPERATING)
    eligible = ride_days.lazy().select("park_id", "ride_id", "eligible")
    return collect(
        present.join(eligible, on=["park_id", "ride_id"], how="left")
        .join(stops.lazy(), on="ride_id", how="left")
        .with_columns(pl.col("eligible", "counts", "provisional", "is_foreseen").fill_null(value=False))
        .select(
            "park_id",
            "ride_id",
            observed_at="observed_at",
            effective_status="status",
            wait_minutes="wait_minutes",
            counts_as_down=stopped & pl.col("counts"),
            is_stopped=stopped & pl.col("provisional"),
            is_sure=pl.col("is_foreseen"),
            eligible="eligible",
            is_open="is_open",
        )
        .sort("park_id", "ride_id")
    )


def stopped_rides(outage_parts: pl.DataFrame) -> pl.DataFrame:
    """The rides that are not running now and had run before, where that is provisional: ``park_id, ride_id``.

    ``outage_parts``: shape ``PARTS`` of the park-day that runs. The park knows only open and closed, and the
    stop is not one of the whole park (R5).
    """
    return outage_parts.filter(
        pl.col("ongoing") & ~pl.col("by_down") & pl.col("had_run") & ~pl.col("park_wide")
    ).select("park_id", "ride_id")


def live_stops(outage_parts: pl.DataFrame, usual_ends: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """The rides whose outage goes on, and whether the live score counts them: ``ride_id, counts,
    provisional, is_foreseen``.

    Where the feed tells DOWN, all count. Where it knows only open and closed, the stopped ones are
    ``provisional``; they count unless less than an hour is left of their usual day, if that
    ``is_foreseen``. ``usual_ends``: ``ride_id, usual_end``, when the day of each of :func:`stopped_rides`
    usually ends; ``now``: output of :func:`parks_now`.
    """
    stopped = (
        stopped_rides(outage_parts)
        .lazy()
        .join(usual_ends.lazy(), on="ride_id", how="left")
        .join(now.lazy().select("park_id", "now"), on="park_id")
        .select(
            "ride_id",
            counts=(pl.col("now") + STOPPED_MARGIN_SECONDS <= pl.col("usual_end")).fill_null(value=True),
            provisional=pl.lit(value=True),
            is_foreseen=pl.col("usual_end").is_not_null(),
        )
    )
    down = (
        outage_parts.lazy()
        .filter(pl.col("ongoing") & pl.col("by_down"))
        .select(
            "ride_id",
            counts=pl.lit(value=True),
            provisional=pl.lit(value=False),
            is_foreseen=pl.lit(value=True),
        )
    )
    return collect(pl.concat([stopped, down]).unique("ride_id", keep="any"))


def parks_now(last: pl.DataFrame, windows: pl.DataFrame) -> pl.DataFrame:
    """Each park's latest cycle and whether it is open then: ``park_id, now, is_open``.

    Takes the output of :func:`last_readings` and the shape ``WINDOWS``.
    """
    latest = collect(last.lazy().group_by("park_id").agg(now=pl.col("observed_at").max())).lazy()
    inside = (
        latest.join(windows.lazy(), on="park_id")
        .filter((pl.col("start") <= pl.col("now")) & (pl.col("now") < pl.col("end")))
        .select("park_id", is_open=pl.lit(value=True))
        .unique()
    )
    return collect(
        latest.join(inside, on="park_id", how="left").with_columns(pl.col("is_open").fill_null(value=False))
    )


def live_parks(
    now: pl.DataFrame, live: pl.DataFrame, eligible: pl.DataFrame, rides: pl.DataFrame
) -> pl.DataFrame:
    """The live state of each park in ``now``: weights, counts and waits over its eligible rides.

    ``now``: output of :func:`parks_now`; ``live``: output of :func:`live_rides`; ``eligible``: ``park_id,
    ride_id`` of E today; ``rides``: shape ``RIDES``. ``weight_eligible`` covers all of E, observed now or
    not (R8), and is 0 while the park is closed or nothing at all is known of it. Returns ``park_id, is_open,
    weight_down, weight_eligible, eligible, observed, rides_operating, rides_down, wait_sum, wait_known,
    wait_max``.
    """
    operating = (pl.col("effective_status") == Status.OPERATING) & pl.col("eligible")
    wait = pl.when(operating & pl.col("is_open")).then(pl.col("wait_minutes").cast(pl.Int64))
    weights = rides.lazy().select("ride_id", "weight")
    weighted = live.lazy().join(weights, on="ride_id")
    counts = weighted.group_by("park_id").agg(
        weight_down=(pl.col("weight") * pl.col("counts_as_down")).sum(),
        observed=pl.col("eligible").sum().cast(pl.Int64),
        rides_operating=operating.sum().cast(pl.Int64),
        rides_down=pl.col("counts_as_down").sum().cast(pl.Int64),
        wait_sum=wait.sum(),
        wait_known=wait.count().cast(pl.Int64),
        wait_max=wait.max(),
    )
    sizes = (
        eligible.lazy()
        .join(weights, on="ride_id")
        .group_by("park_id")
        .agg(weight=pl.col("weight").sum(), eligible=pl.len().cast(pl.Int64))
    )
    return collect(
        now.lazy()
        .join(sizes, on="park_id", how="left")
        .join(counts, on="park_id", how="left")
        .with_columns(
            pl.col(
                "weight",
                "eligible",
                "weight_down",
                "observed",
                "rides_operating",
                "rides_down",
                "wait_sum",
                "wait_known",
            ).fill_null(0)
        )
        .with_columns(weight_eligible=pl.col("weight") * (pl.col("is_open") & (pl.col("observed") > 0)))
        .select(
            "park_id",
            "is_open",
            "weight_down",
            "weight_eligible",
            "eligible",
            "observed",
            "rides_operating",
            "rides_down",
            "wait_sum",
            "wait_known",
            "wait_max",
        )
        .sort("park_id")
    )
