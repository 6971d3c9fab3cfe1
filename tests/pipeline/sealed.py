"""A small record to seal: two parks, rides, queues, cycles and polls over some days of two months."""

from __future__ import annotations

import datetime as dt
import logging
from pathlib import Path

import polars as pl

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import to_unix
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.sealing import SealResult, seal
from hallofshame.store import raw
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import sql_rows
from hallofshame.store.history.shelves import FolderShelf, Shelf
from hallofshame.store.models import Base
from store.samples import seed

START = dt.datetime(2025, 8, 28, tzinfo=dt.UTC)
LATER = FixedClock(dt.datetime(2025, 9, 8, 9, 0, tzinfo=dt.UTC))
"""August and the first five days of September are closed then."""

CADENCE = 1800
DAYS = 12
LOG = logging.getLogger("hallofshame.test")


def at(day: int, slot: int = 0) -> int:
    """An instant of the ``day``-th day of the record."""
    return to_unix(START) + day * 86_400 + slot * CADENCE


def status_at(ride: int, day: int, slot: int) -> int | None:
    """Open from 8:00 to 20:00 UTC, now and then down or unknown."""
    if not 16 <= slot < 40:
        return 3
    if (ride * 7 + day * 3 + slot) % 13 < 2:
        return 2
    return None if (ride + day * slot) % 17 == 0 else 1


def observations(parks: dict[int, list[int]], days: range = range(DAYS)) -> pl.DataFrame:
    """Every ride at every cycle, with statuses, waits, nulls and stale claims that vary."""
    rows = [
        (
            park,
            ride,
            at(day, slot),
            0,
            status_at(ride, day, slot),
            None if slot % 7 == 0 else (ride * slot) % 95,
            1 + ride % 2,
            (slot + ride) % 11 == 0,
            CADENCE,
        )
        for park, rides in parks.items()
        for day in days
        for slot in range(48)
        for ride in rides
    ]
    return pl.DataFrame(rows, schema=OBSERVATIONS, orient="row")


def write_record(database: Database) -> dict[int, list[int]]:
    """Parks 1 and 2 with three rides each and their raw rows; returns the rides by park."""
    parks = seed(database, {1: 3, 2: 3})
    rows = observations(parks)
    cycles = rows.select("park_id", "observed_at").unique()
    with database.write() as connection:
        raw.insert_snapshots(connection, rows)
        raw.insert_queues(connection, queues_of(rows))
        raw.insert_activity(
            connection,
            cycles.with_columns(
                feed=pl.lit(1),
                cadence_seconds=pl.lit(CADENCE),
                operating=pl.lit(3),
                **{name: pl.lit(0) for name in ("down", "closed", "refurbishment", "unknown")},
            ),
        )
        raw.insert_polls(
            connection,
            cycles.with_columns(
                feed=pl.lit(1),
                outcome=pl.lit("ok"),
                http_status=pl.lit(200),
                attempts=pl.lit(1),
                duration_ms=pl.col("observed_at") % 997,
                readings=pl.lit(3),
                detail=pl.lit("a text"),
            ),
        )
    return parks


def queues_of(rows: pl.DataFrame) -> pl.DataFrame:
    """A return-time queue for some of the observations."""
    return rows.filter(pl.col("wait_minutes") > 50).select(
        "park_id",
        "observed_at",
        "ride_id",
        queue_type=pl.lit(3),
        state=pl.lit("AVAILABLE"),
        return_start=pl.col("observed_at") + 3600,
        price_minor=pl.col("wait_minutes").cast(pl.Int64) * 10,
        currency=pl.lit("EUR"),
    )


def whole(database: Database, name: str) -> pl.DataFrame:
    """All SQL rows of a data set, sorted."""
    dataset = DATASETS[name]
    with database.read() as connection:
        return sql_rows(connection, dataset, [1, 2], 0, None).sort(dataset.order)


def sealed_in(
    database: Database, folder: Path, clock: FixedClock = LATER, shelf: Shelf | None = None
) -> SealResult:
    """Seal into a folder."""
    return seal(database, clock, LOG, shelf or FolderShelf(folder))


def drop_sql(database: Database, before: int) -> None:
    """Delete raw SQL rows before an instant, as retention does."""
    with database.write() as connection:
        for dataset in DATASETS.values():
            table = Base.metadata.tables[dataset.model.__tablename__]
            connection.execute(table.delete().where(table.c.observed_at < before))
