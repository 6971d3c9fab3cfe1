"""Shapes of the kernel's frames. Instants are Unix seconds (Int64), durations are seconds (Int64)."""

from __future__ import annotations

from typing import Any

import polars as pl

OBSERVATIONS = pl.Schema(
    {
        "park_id": pl.Int32,
        "ride_id": pl.Int32,
        "observed_at": pl.Int64,
        "origin": pl.UInt8,
        "status": pl.UInt8,
        "wait_minutes": pl.Int16,
        "feed": pl.UInt8,
        "stale": pl.Boolean,
        "cadence_seconds": pl.Int32,
    }
)
"""The raw record, sorted by (park_id, ride_id, observed_at); one origin per kernel call (R15)."""

PARKS = pl.Schema({"park_id": pl.Int32, "hour_shift": pl.Int64, "timezone": pl.String})
"""``hour_shift``: UTC offset of the park modulo one hour, so that local hours begin at :00 (R1)."""

RIDES = pl.Schema(
    {
        "ride_id": pl.Int32,
        "park_id": pl.Int32,
        "is_ride": pl.Boolean,
        "weight": pl.Int64,
    }
)
"""``is_ride``: an ATTRACTION that is not of a non-ride type; only these enter reliability statistics (R6)."""

DAYS = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "day_start": pl.Int64,
        "day_end": pl.Int64,
        "tells_down": pl.Boolean,
    }
)
"""The park-days to compute. ``tells_down``: the park's signal of that day is ``down`` (R5)."""

SCHEDULES = pl.Schema(
    {
        "park_id": pl.Int32,
        "date": pl.Date,
        "kind": pl.String,
        "opens_at": pl.Int64,
        "closes_at": pl.Int64,
    }
)
"""Published entries in force, of the dates asked for and the date before each."""

RIDE_HOURS = pl.Schema({"ride_id": pl.Int32, "date": pl.Date, "opens_at": pl.Int64, "closes_at": pl.Int64})
"""Hours published for rides, from two dates before each park-day to one after it (R5)."""

HISTORY = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "ride_id": pl.Int32,
        "operated_any": pl.Boolean,
        "operated": pl.Boolean,
        "posted": pl.Boolean,
    }
)
"""What rides did on the days before those asked for: operated at all, operated inside an open window,
posted a wait above 0."""

NEIGHBOURS = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "before_start": pl.Int64,
        "before_opens": pl.Boolean,
        "next_opens": pl.Boolean,
    }
)
"""How a park-day is joined to its neighbours at midnight. ``before_start``: begin of the window of the day
before that ends at this day's midnight, null where there is none; ``before_opens``: that window begins after
its own midnight; ``next_opens``: a window of the next day begins at its midnight."""

WINDOWS = pl.Schema({"park_id": pl.Int32, "day": pl.Date, "start": pl.Int64, "end": pl.Int64})

SPANS = pl.Schema(
    {
        "park_id": pl.Int32,
        "ride_id": pl.Int32,
        "start": pl.Int64,
        "end": pl.Int64,
        "status": pl.UInt8,
        "wait_minutes": pl.Int16,
        "feed": pl.UInt8,
    }
)


def empty(schema: pl.Schema) -> pl.DataFrame:
    """A frame of that shape without rows."""
    return pl.DataFrame(schema=schema)


HOW: dict[str, Any] = {"engine": "in-memory", "optimizations": pl.QueryOptFlags.none()}
"""How plans are run. A park's day is a few thousand rows, so that the start of a query costs more than its
work: on the in-memory engine, and as it is written, since the search for a better order costs more than it
saves (``python -m benchmarks.kernel`` has the alternatives)."""


def collect(plan: pl.LazyFrame) -> pl.DataFrame:
    """The rows of ``plan``, in one query: its steps cost a fraction of what they cost one by one."""
    rows: pl.DataFrame = plan.collect(**HOW)
    return rows


def collect_all(*plans: pl.LazyFrame) -> list[pl.DataFrame]:
    """The rows of several plans, in one query. What they share is computed for each: collect that first."""
    rows: list[pl.DataFrame] = pl.collect_all(plans, **HOW)
    return rows
