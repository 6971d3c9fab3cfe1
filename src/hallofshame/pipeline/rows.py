"""Turns the kernel's frames into rows of the derived tables, column for column."""

from __future__ import annotations

import polars as pl
from sqlalchemy import Boolean, Date, Integer, String

from hallofshame.metrics import METRICS_VERSION
from hallofshame.metrics.compute import Computed
from hallofshame.store.derived import table_of, windows_json
from hallofshame.store.models import (
    Base,
    ParkDailyStats,
    ParkHourlyStats,
    RideDailyStats,
    RideHourlyStats,
    RideOutagePart,
)


def day_rows(computed: Computed) -> dict[type[Base], pl.DataFrame]:
    """The rows of the computed park-days by table, ready to be written and compared."""
    rows = computed.rows
    key = ["park_id", "day"]
    park_days = (
        rows.park_days.join(computed.origin, on=key)
        .join(windows_json(rows.windows), on=key, how="left")
        .with_columns(pl.col("windows").fill_null("[]"))
    )
    return {
        RideHourlyStats: as_rows(RideHourlyStats, rows.ride_hours),
        RideDailyStats: as_rows(RideDailyStats, rows.ride_days),
        ParkHourlyStats: as_rows(ParkHourlyStats, rows.park_hours),
        ParkDailyStats: as_rows(ParkDailyStats, park_days),
        RideOutagePart: as_rows(RideOutagePart, rows.outage_parts),
    }


def as_rows(model: type[Base], frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` with the table's columns in the table's order, in the types a read from the table gives."""
    versioned = frame.with_columns(metrics_version=pl.lit(METRICS_VERSION))
    return versioned.select(
        pl.col(column.name).cast(_dtype(column.type)) for column in table_of(model).columns
    )


def _dtype(kind: object) -> type[pl.DataType]:
    if isinstance(kind, Boolean):
        return pl.Boolean
    if isinstance(kind, Integer):
        return pl.Int64
    if isinstance(kind, Date):
        return pl.Date
    if isinstance(kind, String):
        return pl.String
    return pl.Float64
