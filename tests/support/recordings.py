"""Shipped recordings cut to the polls that a test needs: each day of one is a day to roll up."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import polars as pl

from hallofshame.replay import SHIPPED_RECORDINGS

GARDALAND = "gardaland-queue-times"

WEEK = (dt.date(2025, 10, 6), dt.date(2025, 10, 12))
"""The first recorded week of Gardaland."""

WEEK_ROWS = 5_472
"""Its observations."""


def on_days(*days: dt.date) -> pl.Expr:
    """Polls of these days in UTC, for :func:`cut`."""
    return pl.col("polled_at").dt.date().is_in(days)


def cut(name: str, folder: Path, keep: pl.Expr) -> Path:
    """A copy of a recording in ``folder`` that holds the polls for which ``keep`` is true."""
    source, target = SHIPPED_RECORDINGS / name, folder / name
    shutil.copytree(source, target)
    for file in target.glob("*.parquet"):
        pl.read_parquet(file).filter(keep).write_parquet(file)
    return target


def week(folder: Path) -> Path:
    """The first recorded week of Gardaland."""
    return cut(GARDALAND, folder, pl.col("polled_at").dt.date().is_between(*WEEK))
