"""Timelines read from the store: the raw record of one park-day through the kernel, as for its counters."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl
from sqlalchemy import Connection

from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Origin
from hallofshame.metrics import frames
from hallofshame.metrics.parkday import compute_park_days
from hallofshame.metrics.timelines import timelines
from hallofshame.pipeline.inputs import gather
from hallofshame.store.history.reading import History
from hallofshame.store.observations import ObservationCache
from hallofshame.store.reports.points import ParkDay, park_days


@dataclass(frozen=True, slots=True)
class ParkDayTimeline:
    """One park-day. ``stored`` is its row, null where there is none; ``segments``: shape ``TIMELINES``.

    ``has_record``: whether the raw record holds any reading of the park on that day.
    """

    day: dt.date
    stored: ParkDay | None
    segments: pl.DataFrame
    has_record: bool

    @property
    def is_known(self) -> bool:
        """Whether anything is known of these rides on that day."""
        return self.segments["status"].null_count() < self.segments.height

    @property
    def is_dropped(self) -> bool:
        """Whether the day was counted and its raw record has been dropped since."""
        return not self.has_record and self.stored is not None and self.stored.totals.observed > 0


def park_day_timeline(
    connection: Connection,
    park_id: int,
    day: dt.date,
    known_until: int,
    ride_ids: Collection[int] | None = None,
    history: History | None = None,
) -> ParkDayTimeline:
    """What the rides of a park (or ``ride_ids``) did on one of its days, up to the look at ``known_until``.

    Open windows and the choice of record (R15) are those of the day's stored row, which outlives its
    readings; the rest is computed as its counters are, from
    the same inputs, so that segments and counters agree.
    """
    stored = park_days(connection, park_id, DayRange(day, day)).get(day)
    origin = stored.origin if stored is not None else Origin.LIVE
    inputs = gather(connection, ObservationCache(history), [(park_id, day)])
    inputs = replace(inputs, observations=inputs.observations.filter(pl.col("origin") == origin.value))
    start, end = inputs.days.select("day_start", "day_end").row(0)
    within = inputs.observations["observed_at"].is_between(start, end, closed="left").any()
    windows = pl.DataFrame(
        [(park_id, day, *window) for window in (stored.windows if stored is not None else ())],
        schema=frames.WINDOWS,
        orient="row",
    )
    rides = inputs.rides
    if ride_ids is not None:
        rides = rides.filter(pl.col("ride_id").is_in(list(ride_ids)))
    segments = timelines(
        inputs,
        compute_park_days(inputs),
        rides,
        inputs.days.with_columns(known_until=pl.lit(known_until, pl.Int64)),
        windows,
    )
    return ParkDayTimeline(day, stored, segments, bool(within))
