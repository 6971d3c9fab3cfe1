"""Recorded days as inputs of the kernel: one park, every ride an unrated attraction, no schedule."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.words import Feed, Origin, Status
from hallofshame.metrics.frames import (
    DAYS,
    HISTORY,
    NEIGHBOURS,
    OBSERVATIONS,
    PARKS,
    RIDE_HOURS,
    RIDES,
    SCHEDULES,
    empty,
)
from hallofshame.metrics.parkday import ParkDayInputs

from .build import frame_of

SHARED = Path(__file__).parents[2].parent / "shared" / "data"
FIXTURES = Path(__file__).parent / "fixtures"


def recorded(folder: str, file: str) -> pl.DataFrame:
    """A recording that lives beside the checkout; skips where it does not."""
    path = SHARED / folder / file
    if not path.is_file():
        pytest.skip(f"recording {folder}/{file} is not beside this checkout (looked in ../shared/data)")
    return pl.read_parquet(path)


def queue_times(rows: pl.DataFrame) -> pl.DataFrame:
    """R2 for Queue-Times: ``name, at, status, wait``; single-rider queues are no rides."""
    operating = (pl.col("wait_time") > 0) | pl.col("is_open")
    return rows.filter(~pl.col("ride_name").str.contains("(?i)single.rider")).select(
        name="ride_name",
        at=pl.col("polled_at").dt.epoch("s"),
        status=pl.when(operating).then(Status.OPERATING.value).otherwise(Status.CLOSED.value),
        wait="wait_time",
    )


def themeparks_wiki(rows: pl.DataFrame) -> pl.DataFrame:
    """R2 for ThemeParks.wiki: ``name, at, status, wait``, the status as given."""
    return rows.select(
        "name",
        at=pl.col("polled_at").dt.epoch("s"),
        status=pl.col("status").replace_strict({status.name: status.value for status in Status}),
        wait="standby_wait",
    )


def inputs_of(
    rows: pl.DataFrame, timezone: str, *, cadence_seconds: int, feed: Feed, tells_down: bool
) -> tuple[ParkDayInputs, dict[str, int]]:
    """Inputs for every local day the rows touch, and the id given to each name."""
    names = sorted(rows["name"].unique())
    ids = {name: number for number, name in enumerate(names, start=1)}
    observations = rows.select(
        park_id=pl.lit(1),
        ride_id=pl.col("name").replace_strict(ids),
        observed_at="at",
        origin=pl.lit(Origin.LIVE.value),
        status="status",
        wait_minutes="wait",
        feed=pl.lit(feed.value),
        stale=pl.lit(value=False),
        cadence_seconds=pl.lit(cadence_seconds),
    ).cast(OBSERVATIONS)
    local = pl.from_epoch(rows["at"]).dt.replace_time_zone("UTC").dt.convert_time_zone(timezone).dt.date()
    first, last = local.min(), local.max()
    assert isinstance(first, dt.date)
    assert isinstance(last, dt.date)
    dates = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    return ParkDayInputs(
        observations=observations.sort("park_id", "ride_id", "observed_at"),
        parks=frame_of([(1, 0, timezone)], PARKS),
        rides=frame_of(((ride, 1, True, 2) for ride in ids.values()), RIDES),
        days=frame_of(((1, date, *day_bounds(date, timezone), tells_down) for date in dates), DAYS),
        schedules=empty(SCHEDULES),
        ride_hours=empty(RIDE_HOURS),
        history=empty(HISTORY),
        neighbours=empty(NEIGHBOURS),
    ), ids
