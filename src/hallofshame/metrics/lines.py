"""Rows sorted by ride and time as one line of numbers, in which a moment is found by bisection.

A few thousand searches among millions of rows take a fraction of the time of grouping or joining them.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

PAIRED = 2**34
"""Room for Unix seconds beside another number in one 64-bit integer."""


@dataclass(frozen=True, slots=True)
class Line:
    """``places``: ``park_id, ride_id, place, first``, one row per ride in order; ``first``: its first row."""

    places: pl.LazyFrame
    _numbers: pl.Series

    @classmethod
    def of(cls, rows: pl.DataFrame, at: str) -> Line:
        """Of ``rows`` (``park_id, ride_id`` and the column ``at`` in Unix seconds), sorted by these."""
        begins = rows.select(pl.col("ride_id").ne_missing(pl.col("ride_id").shift())).to_series()
        first = begins.arg_true().alias("first")
        rides = rows.select("park_id", "ride_id").filter(begins)
        numbers = rows.select((pl.col("ride_id").rle_id().cast(pl.Int64) * PAIRED + pl.col(at)).alias("at"))
        return cls(rides.with_columns(first).with_row_index("place").lazy(), numbers.to_series())

    def rows_before(self, asked: pl.DataFrame, at: pl.Expr) -> pl.Series:
        """How many rows of the line lie before the moment ``at`` of the ride at ``place``, for each asked."""
        moments = asked.select(pl.col("place").cast(pl.Int64) * PAIRED + at).to_series()
        return self._numbers.search_sorted(moments, side="left").cast(pl.Int64)
