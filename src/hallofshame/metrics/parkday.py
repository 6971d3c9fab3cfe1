"""The park-day: everything its statistics are, as one function of its inputs (design §1)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hallofshame.domain.counters import PARK_SUMS, RIDE_COUNTERS, RIDE_MAXIMA
from hallofshame.metrics.counting import (
    hour_segments,
    park_hours,
    ride_hour_counts,
    ride_hours,
    sample_counts,
    total,
)
from hallofshame.metrics.opening import (
    Opening,
    days_touched,
    open_windows,
    rides_of_week,
    thresholds,
)
from hallofshame.metrics.outages import outage_parts
from hallofshame.metrics.spans import hold_seconds, operating_stretches, runs, spans
from hallofshame.metrics.validity import believed, frozen_cycles

SECONDS_BEFORE = 24 * 3600
SECONDS_AFTER = 3 * 3600
"""A park-day depends on the observations from this long before it to this long after it (design §1)."""


@dataclass(frozen=True, slots=True)
class ParkDayInputs:
    """All that park-days depend on. Shapes are those of :mod:`hallofshame.metrics.frames`.

    ``observations`` reach from a day before the first park-day to three hours after the last and are of one
    origin; ``history`` covers the six days before each park-day that is not itself computed.
    """

    observations: pl.DataFrame
    parks: pl.DataFrame
    rides: pl.DataFrame
    days: pl.DataFrame
    schedules: pl.DataFrame
    history: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ParkDays:
    """Statistics of park-days, each frame sorted by its key.

    - ``windows``: shape ``WINDOWS``
    - ``ride_hours``: ``park_id, day, hour, ride_id`` + ride counters
    - ``ride_days``: ``park_id, day, ride_id, eligible, operated_any`` + ride counters
    - ``park_hours``: ``park_id, day, hour`` + park counters
    - ``park_days``: ``park_id, day, window_seconds, evidence, eligible, rides_operated, rides_down`` + park
      counters, one row per park-day asked for
    - ``outage_parts``: shape ``outages.PARTS``
    """

    windows: pl.DataFrame
    ride_hours: pl.DataFrame
    ride_days: pl.DataFrame
    park_hours: pl.DataFrame
    park_days: pl.DataFrame
    outage_parts: pl.DataFrame


def compute_park_days(inputs: ParkDayInputs, suspects: pl.Series | None = None) -> ParkDays:
    """Statistics of ``inputs.days`` by R2–R9, from observations of one origin.

    ``suspects``: as for :func:`~hallofshame.metrics.validity.frozen_cycles`. Where a park may have frozen,
    ask for one of its days at a time with the observations of that day's own
    horizon, as :func:`hallofshame.metrics.compute.compute` does: the frozen rule alone looks further.
    """
    days, rides = inputs.days, inputs.rides
    key = ["park_id", "day"]
    attractions = rides.filter("is_attraction").select("ride_id")
    history = inputs.history.join(attractions, on="ride_id", how="semi")
    frozen = frozen_cycles(inputs.observations, suspects)
    single = spans(believed(_reaching_into(days, inputs.observations), frozen))
    held = runs(single, "status", "wait_minutes", "feed")
    stretches = days_touched(operating_stretches(held), days)
    operated_any = stretches.select(*key, "ride_id").unique()
    moving = stretches.join(attractions, on="ride_id", how="semi")
    alive = rides_of_week(
        days,
        pl.concat(
            [
                moving.select(*key, "ride_id"),
                history.filter("operated_any").select(*key, "ride_id"),
            ]
        ),
    )
    opening = open_windows(
        moving,
        thresholds(days, alive),
        inputs.schedules,
        days_touched(_presence(held, attractions), days),
    )
    segments = hour_segments(opening.windows, inputs.parks)
    counts = ride_hour_counts(held, segments, inputs.parks)
    operated = (
        counts.group_by(*key, "ride_id")
        .agg(pl.col("operating").sum())
        .filter(pl.col("operating") > 0)
        .select(*key, "ride_id")
        .join(attractions, on="ride_id", how="semi")
    )
    eligible = rides_of_week(
        days,
        pl.concat([operated, history.filter("operated").select(*key, "ride_id")]),
    ).join(rides.select("park_id", "ride_id"), on=["park_id", "ride_id"], how="semi")
    members = _members(counts, eligible, operated_any, operated)
    samples = sample_counts(single, segments, members)
    hours = ride_hours(counts, samples, segments, members)
    ride_days = (
        members.join(total(hours, [*key, "ride_id"]), on=[*key, "ride_id"], how="left")
        .with_columns(pl.col(RIDE_COUNTERS).exclude(RIDE_MAXIMA).fill_null(0))
        .select(*key, "ride_id", "eligible", "operated_any", *RIDE_COUNTERS)
        .sort(*key, "ride_id")
    )
    park_hour_rows = park_hours(hours, eligible, rides)
    return ParkDays(
        windows=opening.windows,
        ride_hours=hours,
        ride_days=ride_days,
        park_hours=park_hour_rows,
        park_days=_park_days(days, opening, ride_days, park_hour_rows),
        outage_parts=outage_parts(
            held,
            _with_borders(opening.windows, days),
            inputs.parks,
            operated,
            _last_seen(inputs.observations, days),
        ),
    )


def _reaching_into(days: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """The observations that may hold at some moment between the first and the last of their park's days.

    What held before or began after is clipped off everywhere; leaving it out early saves most of the work of
    a day that has only begun.
    """
    bounds = days.group_by("park_id").agg(since=pl.col("day_start").min(), until=pl.col("day_end").max())
    # Rows of one park stand together, so that a park's bounds are found by its place among the parks.
    parks = observations.select(park_id=pl.col("park_id").rle().struct.field("value"))
    by_place = parks.join(bounds, on="park_id", how="left", maintain_order="left")
    place = observations["park_id"].rle_id()
    begins_in_time = pl.col("observed_at") < by_place["until"].gather(place)
    holds_long_enough = pl.col("observed_at") + hold_seconds() > by_place["since"].gather(place)
    relevant = observations.select(begins_in_time & holds_long_enough).to_series()
    return observations if relevant.all(ignore_nulls=False) else observations.filter(relevant)


def _presence(held: pl.DataFrame, attractions: pl.DataFrame) -> pl.DataFrame:
    """Stretches in which at least one attraction of the park had a known status: ``park_id, start, end``."""
    known = runs(held).lazy().join(attractions.lazy(), on="ride_id", how="semi")
    steps = (
        known.group_by("park_id", "start")
        .agg(pl.col("end").max())
        .sort("park_id", "start")
        .with_columns(reach=pl.col("end").cum_max().over("park_id").shift().over("park_id"))
    )
    apart = (pl.col("start") > pl.col("reach")).fill_null(value=True)
    return (
        steps.with_columns(part=apart.cum_sum().over("park_id"))
        .group_by("park_id", "part")
        .agg(pl.col("start").min(), pl.col("end").max())
        .select("park_id", "start", "end")
        .sort("park_id", "start")
        .collect()
    )


def _last_seen(observations: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The latest observation that each park-day knows of: ``park_id, day, last_seen``."""
    horizon = days.select("park_id", "day", horizon=pl.col("day_end") + SECONDS_AFTER - 1)
    newest = observations.group_by("park_id").agg(last_seen=pl.col("observed_at").max())
    joined = horizon.join(newest, on="park_id")
    current = joined.filter(pl.col("last_seen") <= pl.col("horizon"))
    past = joined.filter(pl.col("last_seen") > pl.col("horizon"))
    key = ["park_id", "day", "last_seen"]
    if past.is_empty():
        return current.select(key)
    parks = past["park_id"].unique()
    instants = (
        observations.filter(pl.col("park_id").is_in(parks.implode()))
        .select("park_id", last_seen="observed_at")
        .unique()
        .sort("last_seen")
    )
    found = (
        past.drop("last_seen")
        .sort("horizon")
        .join_asof(instants, left_on="horizon", right_on="last_seen", by="park_id", check_sortedness=False)
        .filter(pl.col("last_seen").is_not_null())
    )
    return pl.concat([current.select(key), found.select(key)])


def _members(
    counts: pl.DataFrame,
    eligible: pl.DataFrame,
    operated_any: pl.DataFrame,
    operated: pl.DataFrame,
) -> pl.DataFrame:
    """The rides that get rows on each park-day: observed in a window, eligible, or operating at all."""
    key = ["park_id", "day", "ride_id"]

    def flag(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        return frame.select(key).with_columns(pl.lit(value=True).alias(name))

    return (
        pl.concat([counts.select(key), eligible.select(key), operated_any.select(key)])
        .unique()
        .join(flag(eligible, "eligible"), on=key, how="left")
        .join(flag(operated_any, "operated_any"), on=key, how="left")
        .join(flag(operated, "reliable"), on=key, how="left")
        .with_columns(pl.col("eligible", "operated_any", "reliable").fill_null(value=False))
    )


def _with_borders(windows: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Windows with ``opens`` and ``closes``: false where the park stays open across midnight.

    A window that touches midnight opens or closes there as far as the day itself can tell; only where the
    neighbouring park-day is computed as well can both be read off it, which would make a park-day depend on
    its batch. Touching midnight is therefore taken as going on.
    """
    return windows.join(days, on=["park_id", "day"]).select(
        "park_id",
        "day",
        "start",
        "end",
        opens=pl.col("start") > pl.col("day_start"),
        closes=pl.col("end") < pl.col("day_end"),
    )


def _park_days(
    days: pl.DataFrame, opening: Opening, ride_days: pl.DataFrame, park_hour_rows: pl.DataFrame
) -> pl.DataFrame:
    """One row per park-day: its windows' length and evidence, its ride counts and the sum of its hours."""
    key = ["park_id", "day"]
    length = opening.windows.group_by(key).agg(window_seconds=(pl.col("end") - pl.col("start")).sum())
    reliable = ride_days.filter("eligible")
    rides = reliable.group_by(key).agg(
        eligible=pl.len().cast(pl.Int64),
        rides_operated=(pl.col("operating") > 0).sum().cast(pl.Int64),
        rides_down=(pl.col("downtime") > 0).sum().cast(pl.Int64),
    )
    numbers = ["window_seconds", "eligible", "rides_operated", "rides_down", *PARK_SUMS]
    return (
        days.select(key)
        .join(opening.evidence, on=key)
        .join(length, on=key, how="left")
        .join(rides, on=key, how="left")
        .join(total(park_hour_rows, key, PARK_SUMS), on=key, how="left")
        .with_columns(pl.col(numbers).fill_null(0))
        .select(
            *key,
            "window_seconds",
            "evidence",
            "eligible",
            "rides_operated",
            "rides_down",
            *PARK_SUMS,
            *RIDE_MAXIMA,
        )
        .sort(key)
    )
