"""The worked example of docs/metrics.md, computed again from the recording that ships."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed
from hallofshame.feeds.replay import SHIPPED_RECORDINGS
from hallofshame.pipeline.classifying import classify
from hallofshame.pipeline.export import export
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.seeding import seed_catalogue
from hallofshame.pipeline.shipped import load_tier_book, load_type_book
from hallofshame.store import schema
from hallofshame.store.database import Database

DAY = dt.date(2026, 8, 20)
CLOCK = FixedClock(dt.datetime(2026, 8, 23, tzinfo=dt.UTC))
LOG = logging.getLogger("test")
PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("example")
    database = Database(f"sqlite:///{folder}/example.db")
    schema.upgrade(database)
    seed_catalogue(database, CLOCK)
    recording = SHIPPED_RECORDINGS / "six-flags-great-adventure-queue-times"
    ingest(database, recording, Feed.QUEUE_TIMES, cadence_seconds=300, clock=CLOCK, log=LOG)
    Rollup(database, CLOCK, LOG).run()
    classify(database, CLOCK, load_tier_book(), load_type_book())
    Rollup(database, CLOCK, LOG).run()
    frames = {}
    for what in ("park-days", "ride-days", "outages"):
        export(
            database,
            what,
            DAY,
            DAY,
            "parquet",
            folder / f"{what}.parquet",
            now=CLOCK.now(),
            cadence_seconds=300,
        )
        frames[what] = pl.read_parquet(folder / f"{what}.parquet")
    database.dispose()
    return frames


def said(number: float) -> bool:
    return f"{number:,}" in PAGE


def test_the_park_day_is_as_the_page_says(exported: dict[str, pl.DataFrame]) -> None:
    row = exported["park-days"].row(0, named=True)
    assert (row["window_seconds"], row["eligible"], row["rides_down"], row["downtime"]) == (
        27300,
        44,
        15,
        56700,
    )
    assert all(said(row[name]) for name in ("window_seconds", "downtime", "weighted_downtime"))
    assert said(row["weighted_exposure"])
    assert f"**{row['shame_score']}**" in PAGE


def test_el_toro_is_as_the_page_says(exported: dict[str, pl.DataFrame]) -> None:
    row = exported["ride-days"].filter(pl.col("ride_name") == "El Toro").row(0, named=True)
    assert (row["operating"], row["downtime"], row["wait_sum"]) == (16800, 10500, 57000)
    assert f"**{row['uptime_percent']} %**" in PAGE
    assert f"**{row['average_wait_minutes']} min**" in PAGE
    lost = exported["outages"].filter(pl.col("ride_name") == "El Toro")["downtime"].to_list()
    assert sorted(lost) == [300, 3900, 6300]


def test_a_ride_without_posted_waits_has_none(exported: dict[str, pl.DataFrame]) -> None:
    row = exported["ride-days"].filter(pl.col("ride_name") == "Skull Mountain").row(0, named=True)
    assert (row["operating"], row["downtime"], row["closed"]) == (13500, 0, 13800)
    assert row["average_wait_minutes"] is None


def test_the_tiers_add_up_as_the_page_says(exported: dict[str, pl.DataFrame]) -> None:
    rides = exported["ride-days"].filter("eligible")
    by_weight = rides.group_by("tier").agg(
        pl.len(), pl.col("downtime").sum(), exposure=pl.sum_horizontal("operating", "downtime").sum()
    )
    assert all(said(row["downtime"]) and said(row["exposure"]) for row in by_weight.iter_rows(named=True))
