"""The worked example of docs/metrics.md, computed again from the recording that ships."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed
from hallofshame.pipeline.classifying import classify
from hallofshame.pipeline.export import export
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.seeding import seed_catalogue
from hallofshame.pipeline.shipped import load_tier_book, load_type_book
from hallofshame.replay import SHIPPED_RECORDINGS
from hallofshame.store import schema
from hallofshame.store.database import Database

DAY = dt.date(2026, 8, 20)
STEAMER = "DisneySea Transit Steamer Line (Lost River Delta)"
CLOCK = FixedClock(dt.datetime(2026, 8, 23, tzinfo=dt.UTC))
LOG = logging.getLogger("test")
PAGE = (Path(__file__).parents[2] / "docs" / "metrics.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("example")
    return figures_of("six-flags-great-adventure-queue-times", Feed.QUEUE_TIMES, 300, DAY, DAY, folder)


@pytest.fixture(scope="module")
def disneysea(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    folder = tmp_path_factory.mktemp("disneysea")
    days = (dt.date(2026, 8, 15), dt.date(2026, 8, 16))
    return figures_of("tokyo-disneysea-themeparks-wiki", Feed.THEMEPARKS_WIKI, 2880, *days, folder)


def figures_of(
    recording: str, feed: Feed, cadence_seconds: int, start: dt.date, end: dt.date, folder: Path
) -> dict[str, pl.DataFrame]:
    """What is exported of these days of a recording that ships."""
    database = Database(f"sqlite:///{folder}/example.db")
    schema.upgrade(database)
    seed_catalogue(database, CLOCK)
    ingest(
        database,
        SHIPPED_RECORDINGS / recording,
        feed,
        cadence_seconds=cadence_seconds,
        clock=CLOCK,
        log=LOG,
    )
    Rollup(database, CLOCK, LOG).run()
    classify(database, CLOCK, load_tier_book(), load_type_book())
    Rollup(database, CLOCK, LOG).run()
    frames = {}
    for what in ("park-days", "ride-days", "outages"):
        file = folder / f"{what}.parquet"
        export(database, what, start, end, "parquet", file, now=CLOCK.now(), cadence_seconds=cadence_seconds)
        frames[what] = pl.read_parquet(file)
    database.dispose()
    return frames


def said(number: float) -> bool:
    return f"{number:,}" in PAGE


@pytest.mark.slow
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


@pytest.mark.slow
def test_rides_of_tokyo_disneysea_are_as_the_page_says(disneysea: dict[str, pl.DataFrame]) -> None:
    first, second = disneysea["park-days"].sort("day").iter_rows(named=True)
    assert (first["window_seconds"], first["eligible"], second["eligible"]) == (40997, 26, 26)
    assert all(said(number) for number in (40997, 7723, 28917, 6014, 9236, 4159, 5077, 31527, 1709))
    days = {(row["ride_name"], row["day"].day): row for row in disneysea["ride-days"].iter_rows(named=True)}
    gondolas, steamer = days["Venetian Gondolas", 15], days[STEAMER, 15]
    assert (gondolas["downtime"], gondolas["closed"]) == (7723, 28917)
    assert (steamer["downtime"], steamer["downtime_opening_delay"], steamer["operating"]) == (31527, 31527, 0)
    evening, morning = days["Aquatopia", 15], days["Aquatopia", 16]
    assert (evening["downtime_never_reopened"], morning["downtime_opening_delay"]) == (4159, 5077)
    names = ("ride_name", "kind", "ended_by", "downtime")
    began = disneysea["outages"].filter(pl.col("day") == dt.date(2026, 8, 15))
    listed = list(began.sort("started_at").select(names).iter_rows())
    assert ("Aquatopia", "breakdown", "reopened", 9236) in listed
    assert (STEAMER, "opening_delay", "closed", 31527) in listed
    assert [row[1:] for row in listed if row[0] == "Venetian Gondolas"] == [
        ("breakdown", "reopened", 6014),
        ("breakdown", "closed", 1709),
    ]
