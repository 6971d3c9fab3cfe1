"""Shapes of the kernel's frames. Instants are Unix seconds (Int64), durations are seconds (Int64)."""

from __future__ import annotations

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

PARKS = pl.Schema({"park_id": pl.Int32, "hour_shift": pl.Int64, "closed_is_downtime": pl.Boolean})
"""``hour_shift``: UTC offset of the park modulo one hour, so that local hours begin at :00 (R1)."""

RIDES = pl.Schema(
    {
        "ride_id": pl.Int32,
        "park_id": pl.Int32,
        "is_attraction": pl.Boolean,
        "weight": pl.Int64,
    }
)

DAYS = pl.Schema({"park_id": pl.Int32, "day": pl.Date, "day_start": pl.Int64, "day_end": pl.Int64})
"""The park-days to compute."""

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

HISTORY = pl.Schema(
    {
        "park_id": pl.Int32,
        "day": pl.Date,
        "ride_id": pl.Int32,
        "operated_any": pl.Boolean,
        "operated": pl.Boolean,
    }
)
"""Which attractions operated on the days before those asked for: at all, and inside an open window."""

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
