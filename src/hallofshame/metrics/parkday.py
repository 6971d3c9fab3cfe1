"""The park-day: everything its statistics are, as one function of its inputs (design §1)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from hallofshame.domain.counters import PARK_SUMS, RIDE_COUNTERS, RIDE_MAXIMA
from hallofshame.domain.rules import HOUR_SECONDS, SECONDS_AFTER
from hallofshame.domain.words import Status
from hallofshame.metrics.counting import (
    downtime_counts,
    hour_segments,
    park_hours,
    ride_hour_counts,
    ride_hours,
    sample_counts,
    total,
)
from hallofshame.metrics.due import RIDE_DAY, pieces_in_windows
from hallofshame.metrics.frames import collect, collect_all
from hallofshame.metrics.lines import Line
from hallofshame.metrics.midnight import joined_windows, neighbours_of
from hallofshame.metrics.opening import (
    Opening,
    days_touched,
    open_windows,
    rides_of_week,
    rides_that_tell,
    thresholds,
)
from hallofshame.metrics.outages import outage_parts
from hallofshame.metrics.spans import hold_seconds, operating_stretches, runs, spans, without_flaps
from hallofshame.metrics.validity import believed, frozen_cycles

KEY = ["park_id", "day"]


@dataclass(frozen=True, slots=True)
class ParkDayInputs:
    """All that park-days depend on. Shapes are those of :mod:`hallofshame.metrics.frames`.

    ``observations`` reach from a day before the first park-day to three hours after the last and are of one
    origin; ``history`` covers the six days before each park-day that is not itself computed; ``neighbours``
    tells of the days beside those asked for.
    """

    observations: pl.DataFrame
    parks: pl.DataFrame
    rides: pl.DataFrame
    days: pl.DataFrame
    schedules: pl.DataFrame
    ride_hours: pl.DataFrame
    history: pl.DataFrame
    neighbours: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ParkDays:
    """Statistics of park-days, each frame sorted by its key.

    - ``windows``: shape ``WINDOWS``
    - ``ride_hours``: ``park_id, day, hour, ride_id`` + ride counters
    - ``ride_days``: ``park_id, day, ride_id, eligible, operated_any, posted, first_operating_at,
      last_operating_at`` + ride counters
    - ``park_hours``: ``park_id, day, hour`` + park counters, every local hour of the day
    - ``park_days``: ``park_id, day, window_seconds, evidence, judged_by_down, observed_queue_times,
      active_from,
      active_until, night_until, eligible, rides_operated, rides_down`` + park counters, one row per park-day
      asked for
    - ``outage_parts``: shape ``outages.PARTS``
    - ``stops``: shape ``outages.STOPS``
    """

    windows: pl.DataFrame
    ride_hours: pl.DataFrame
    ride_days: pl.DataFrame
    park_hours: pl.DataFrame
    park_days: pl.DataFrame
    outage_parts: pl.DataFrame
    stops: pl.DataFrame


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the believed readings say: one span per observation, merged, merged by status, and flaps
    absorbed."""

    single: pl.DataFrame
    held: pl.DataFrame
    states: pl.DataFrame
    flaps: pl.DataFrame


def compute_park_days(inputs: ParkDayInputs, suspects: pl.Series | None = None) -> ParkDays:
    """Statistics of ``inputs.days`` by R2–R9, from observations of one origin.

    ``suspects``: as for :func:`~hallofshame.metrics.validity.frozen_cycles`. Where a park may have frozen,
    ask for one of its days at a time with the observations of that day's own
    horizon, as :func:`hallofshame.metrics.compute.compute` does: the frozen rule alone looks further.
    """
    days, rides = inputs.days, inputs.rides
    seen = _seen(inputs, suspects)
    real = rides.lazy().filter("is_ride").select("ride_id")
    with_wait = (pl.col("status") == Status.OPERATING) & (pl.col("wait_minutes") > 0)
    counting, history, waiting = collect_all(
        real,
        inputs.history.lazy().join(real, on="ride_id", how="semi"),
        seen.held.lazy().filter(with_wait).select("park_id", "ride_id", "start", "end"),
    )
    stretches = days_touched(operating_stretches(seen.held), days)
    operated_any, posted = collect_all(
        stretches.lazy().select(RIDE_DAY).unique(),
        days_touched(waiting, days).lazy().select(RIDE_DAY).unique(),
    )
    opening = _opening(inputs, seen, stretches, posted, counting, history)
    segments = hour_segments(opening.windows, inputs.parks)
    counts = ride_hour_counts(seen.held, segments, inputs.parks)
    operated = (
        counts.lazy()
        .group_by(RIDE_DAY)
        .agg(pl.col("operating").sum())
        .filter(pl.col("operating") > 0)
        .select(RIDE_DAY)
        .join(counting.lazy(), on="ride_id", how="semi")
    )
    operated = pl.concat([operated, history.lazy().filter("operated").select(RIDE_DAY)])
    eligible = collect(
        rides_of_week(days.lazy(), operated).join(
            rides.lazy().select("park_id", "ride_id"), on=["park_id", "ride_id"], how="semi"
        )
    )
    judged = _judged(days, counts, eligible)
    neighbours = neighbours_of(opening.windows, days, inputs.neighbours)
    joined = joined_windows(opening.windows, days, neighbours)
    members = _members(counts, eligible, operated_any, posted)
    pieces = pieces_in_windows(seen.states, joined, days, eligible, inputs.ride_hours)
    parts, stops = outage_parts(
        pieces,
        seen.states,
        joined,
        judged,
        eligible,
        _last_seen(inputs.observations, days),
        seen.flaps,
    )
    samples = sample_counts(seen.single, segments, members)
    hours = ride_hours(counts, downtime_counts(stops, inputs.parks), samples, segments, members)
    ride_days = _ride_days(members, hours, pieces, joined)
    park_hour_rows = park_hours(hours, eligible, rides, days, inputs.parks)
    return ParkDays(
        windows=opening.windows.drop("published_end"),
        ride_hours=hours,
        ride_days=ride_days,
        park_hours=park_hour_rows,
        park_days=_park_days(judged, opening, ride_days, park_hour_rows),
        outage_parts=parts,
        stops=stops,
    )


def _seen(inputs: ParkDayInputs, suspects: pl.Series | None) -> _Seen:
    frozen = frozen_cycles(inputs.observations, inputs.parks, suspects)
    single = spans(believed(_reaching_into(inputs), frozen))
    held, flaps = without_flaps(runs(single, "status", "wait_minutes", "feed"))
    states = runs(held, "status").select("park_id", "ride_id", "start", "end", "status")
    return _Seen(single, held, states, flaps)


def _opening(
    inputs: ParkDayInputs,
    seen: _Seen,
    stretches: pl.DataFrame,
    posted: pl.DataFrame,
    counting: pl.DataFrame,
    history: pl.DataFrame,
) -> Opening:
    """When the parks were open (R4)."""
    days = inputs.days
    moving = stretches.lazy().join(counting.lazy(), on="ride_id", how="semi")

    def week(found: pl.LazyFrame, flag: str) -> pl.LazyFrame:
        before = history.lazy().filter(flag).select(RIDE_DAY)
        return rides_of_week(days.lazy(), pl.concat([found.select(RIDE_DAY), before]))

    telling = rides_that_tell(*collect_all(week(moving, "operated_any"), week(posted.lazy(), "posted")))
    moved, limits = collect_all(
        moving.join(telling.lazy(), on=RIDE_DAY, how="semi"), thresholds(days.lazy(), telling.lazy())
    )
    return open_windows(
        moved,
        limits,
        inputs.schedules,
        days_touched(_presence(seen.held, counting), days),
        telling,
        seen.single,
    )


def _judged(days: pl.DataFrame, counts: pl.DataFrame, eligible: pl.DataFrame) -> pl.DataFrame:
    """How each park-day is judged (R5): ``park_id, day, day_start, day_end, observed_queue_times, by_down``.

    By DOWN if the park's signal says so, unless more than half of what was observed of E came through
    Queue-Times, which knows no DOWN.
    """
    observed = (
        counts.lazy()
        .join(eligible.lazy(), on=RIDE_DAY, how="semi")
        .group_by(KEY)
        .agg(pl.col("observed", "observed_queue_times").sum())
    )
    return collect(
        days.lazy()
        .join(observed, on=KEY, how="left")
        .with_columns(pl.col("observed", "observed_queue_times").fill_null(0))
        .select(
            *KEY,
            "day_start",
            "day_end",
            "observed_queue_times",
            by_down=pl.col("tells_down") & (2 * pl.col("observed_queue_times") <= pl.col("observed")),
        )
    )


def _ride_days(
    members: pl.DataFrame, hours: pl.DataFrame, pieces: pl.DataFrame, joined: pl.DataFrame
) -> pl.DataFrame:
    """Ride-day rows: the sums of the hours, with the first and last operation in windows that began that day.

    A window that goes on past midnight belongs to the day on which it began, up to three hours after
    midnight.
    """
    began = joined.lazy().filter(pl.col("lo") == pl.col("start")).select(*KEY, window="start")
    ran = (
        pieces.lazy()
        .filter(pl.col("status") == Status.OPERATING)
        .join(began, on=[*KEY, "window"], how="semi")
        .group_by(RIDE_DAY)
        .agg(first_operating_at=pl.col("start").min(), last_operating_at=pl.col("end").max())
    )
    return collect(
        members.lazy()
        .join(total(hours.lazy(), RIDE_DAY), on=RIDE_DAY, how="left")
        .join(ran, on=RIDE_DAY, how="left")
        .with_columns(pl.col(RIDE_COUNTERS).exclude(RIDE_MAXIMA).fill_null(0))
        .select(
            *RIDE_DAY,
            "eligible",
            "operated_any",
            "posted",
            "first_operating_at",
            "last_operating_at",
            *RIDE_COUNTERS,
        )
        .sort(RIDE_DAY)
    )


def _reaching_into(inputs: ParkDayInputs) -> pl.DataFrame:
    """The observations that may hold at some moment that matters to the first or last of their park's days.

    That is from the window of the day before that goes on into it, or its midnight, to three hours after it,
    with an hour before to see where a series of flaps began. What held before or began after is clipped off
    everywhere; leaving it out early saves most of the work of a day that has only begun.
    """
    observations = inputs.observations
    begins = pl.min_horizontal("day_start", "before_start") - HOUR_SECONDS
    bounds = (
        inputs.days.lazy()
        .join(inputs.neighbours.lazy(), on=KEY, how="left")
        .group_by("park_id")
        .agg(since=begins.min(), until=pl.col("day_end").max() + SECONDS_AFTER)
    )
    # Rows of one park stand together, so that a park's bounds are found by its place among the parks.
    parks = observations.lazy().select(park_id=pl.col("park_id").rle().struct.field("value"))
    by_place = collect(parks.join(bounds, on="park_id", how="left", maintain_order="left"))
    place = observations["park_id"].rle_id()
    begins_in_time = pl.col("observed_at") < by_place["until"].gather(place)
    holds_long_enough = pl.col("observed_at") + hold_seconds() > by_place["since"].gather(place)
    relevant = observations.select(begins_in_time & holds_long_enough).to_series()
    return observations if relevant.all(ignore_nulls=False) else observations.filter(relevant)


def _presence(held: pl.DataFrame, counting: pl.DataFrame) -> pl.DataFrame:
    """Stretches in which at least one ride of the park had a known status: ``park_id, start, end``."""
    known = runs(held).lazy().join(counting.lazy(), on="ride_id", how="semi")
    steps = (
        known.group_by("park_id", "start")
        .agg(pl.col("end").max())
        .sort("park_id", "start")
        .with_columns(reach=pl.col("end").cum_max().over("park_id").shift().over("park_id"))
    )
    apart = (pl.col("start") > pl.col("reach")).fill_null(value=True)
    return collect(
        steps.with_columns(part=apart.cum_sum().over("park_id"))
        .group_by("park_id", "part")
        .agg(pl.col("start").min(), pl.col("end").max())
        .select("park_id", "start", "end")
        .sort("park_id", "start")
    )


def _last_seen(observations: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """The latest observation that each park-day knows of: ``park_id, day, last_seen``."""
    line = Line.of(observations, "observed_at")
    asked = collect(
        days.lazy().select(*KEY, past=pl.col("day_end") + SECONDS_AFTER).join(line.places, on="park_id")
    )
    before = line.rows_before(asked, pl.col("past"))
    known = before > asked["first"]
    last = observations["observed_at"].gather(before.filter(known) - 1)
    latest = asked.filter(known).select(KEY).with_columns(last_seen=last)
    return collect(latest.lazy().group_by(KEY).agg(pl.col("last_seen").max()))


def _members(
    counts: pl.DataFrame,
    eligible: pl.DataFrame,
    operated_any: pl.DataFrame,
    posted: pl.DataFrame,
) -> pl.DataFrame:
    """The rides that get rows on each park-day: observed in a window, eligible, or operating at all."""

    def flag(frame: pl.DataFrame, name: str) -> pl.LazyFrame:
        return frame.lazy().select(RIDE_DAY).with_columns(pl.lit(value=True).alias(name))

    return collect(
        pl.concat([frame.lazy().select(RIDE_DAY) for frame in (counts, eligible, operated_any)])
        .unique()
        .join(flag(eligible, "eligible"), on=RIDE_DAY, how="left")
        .join(flag(operated_any, "operated_any"), on=RIDE_DAY, how="left")
        .join(flag(posted, "posted"), on=RIDE_DAY, how="left")
        .with_columns(pl.col("eligible", "operated_any", "posted").fill_null(value=False))
    )


def _park_days(
    judged: pl.DataFrame, opening: Opening, ride_days: pl.DataFrame, park_hour_rows: pl.DataFrame
) -> pl.DataFrame:
    """One row per park-day: its windows' length and evidence, its ride counts and the sum of its hours."""
    length = opening.windows.lazy().group_by(KEY).agg(window_seconds=(pl.col("end") - pl.col("start")).sum())
    rides = (
        ride_days.lazy()
        .filter("eligible")
        .group_by(KEY)
        .agg(
            eligible=pl.len().cast(pl.Int64),
            rides_operated=(pl.col("operating") > 0).sum().cast(pl.Int64),
            rides_down=(pl.col("downtime") > 0).sum().cast(pl.Int64),
        )
    )
    numbers = ["window_seconds", "eligible", "rides_operated", "rides_down", *PARK_SUMS]
    return collect(
        judged.lazy()
        .select(*KEY, "observed_queue_times", judged_by_down="by_down")
        .join(opening.evidence.lazy(), on=KEY)
        .join(opening.activity.lazy(), on=KEY)
        .join(length, on=KEY, how="left")
        .join(rides, on=KEY, how="left")
        .join(total(park_hour_rows.lazy(), KEY, PARK_SUMS), on=KEY, how="left")
        .with_columns(pl.col(numbers).fill_null(0))
        .select(
            *KEY,
            "window_seconds",
            "evidence",
            "judged_by_down",
            "observed_queue_times",
            "active_from",
            "active_until",
            "night_until",
            "eligible",
            "rides_operated",
            "rides_down",
            *PARK_SUMS,
            *RIDE_MAXIMA,
        )
        .sort(KEY)
    )
