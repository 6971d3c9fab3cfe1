"""Outages of worlds in words that tests can be read by."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from hallofshame.metrics.stitching import stitch

from .build import DAY, Hours, Reading, Ride, World, clock, compute

ONE_DAY = dt.timedelta(days=1)
TEN_TO_SIX = [Hours(DAY, clock("10:00"), clock("18:00"))]
NEVER_HEARD = pl.DataFrame(schema={"ride_id": pl.Int32, "day": pl.Date})


def outages(*readings: Reading, **more: Any) -> pl.DataFrame:
    """Whole outages of a park open from 10:00 to 18:00."""
    rides = {r.ride: Ride() for r in readings}
    return whole(World(readings, **{"rides": rides, "schedule": TEN_TO_SIX, **more}))


def whole(world: World) -> pl.DataFrame:
    """Whole outages of a world."""
    rows = compute(world)
    return stitch(rows.outage_parts, rows.ride_days.filter(pl.col("observed") > 0))


def judged(frame: pl.DataFrame) -> list[tuple[str, str, bool, str | None]]:
    """(start, kind, counted, ended by) per outage."""
    return [
        (_shown(start), kind, counted, ended_by)
        for start, kind, counted, ended_by in frame.select(
            "started_at", "kind", "counted", "ended_by"
        ).iter_rows()
    ]


def simple(frame: pl.DataFrame) -> list[tuple[str, str | None, str]]:
    """(start, end, kind) per outage."""
    return [
        (_shown(start), None if end is None else _shown(end), kind)
        for start, end, kind in frame.select("started_at", "ended_at", "kind").iter_rows()
    ]


def _shown(instant: int) -> str:
    return dt.datetime.fromtimestamp(instant, dt.UTC).strftime("%H:%M:%S").removesuffix(":00")
