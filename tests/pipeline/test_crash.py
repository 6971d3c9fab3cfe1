"""Killed at any moment and started again, collection and roll-up end in the same rows."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

import polars as pl
import pytest
from sqlalchemy import func, select

from hallofshame.store import bulk, dirty
from hallofshame.store.database import Database
from hallofshame.store.models import Base, FeedPoll, ParkActivitySnapshot, Ride, RideStatusSnapshot
from pipeline.worlds import DERIVED
from support import crash_child
from support.children import Child

CYCLES = 12
KILLS = 3
LONGEST_SECONDS = 1.2
"""How long after it is ready a child lives at most: a few cycles with their roll-ups."""

TABLES: tuple[type[Base], ...] = (RideStatusSnapshot, ParkActivitySnapshot, *DERIVED)


def rows(url: str) -> dict[str, pl.DataFrame]:
    """All rows of :data:`TABLES`, rides counted from 1 on; nothing may be left on the dirty list.

    MariaDB gives no number twice, so that after a killed cycle the first ride may have a later one.
    """
    database = Database(url)
    found = {}
    with database.read() as connection:
        first = connection.scalar(select(func.min(Ride.ride_id)))
        for model in TABLES:
            table: Any = model.__table__
            key = [column.name for column in table.primary_key]
            frame = bulk.read_frame(connection, select(table)).sort(key)
            if "ride_id" in frame.columns:
                frame = frame.with_columns(pl.col("ride_id") - first + 1)
            found[table.name] = frame
        assert dirty.dirty(connection).is_empty()
    database.dispose()
    return found


def polls(url: str) -> Counter[tuple[int, int, str]]:
    """How many requests of each park and instant ended how."""
    database = Database(url)
    with database.read() as connection:
        query = select(FeedPoll.observed_at, FeedPoll.park_id, FeedPoll.outcome)
        found = Counter(tuple(row) for row in connection.execute(query))
    database.dispose()
    return found


def readings(url: str) -> Counter[tuple[int, int]]:
    """How many observations each park and instant has."""
    database = Database(url)
    with database.read() as connection:
        query = select(RideStatusSnapshot.observed_at, RideStatusSnapshot.park_id)
        found = Counter(tuple(row) for row in connection.execute(query))
    database.dispose()
    return found


def child(url: str) -> Child:
    """A child that has just begun to work."""
    process = Child(crash_child.live, url, CYCLES)
    assert process.hear() == "ready"
    return process


def assert_whole_cycles(url: str) -> None:
    """Every cycle that left a trace is there with all its parks, rides and polls, once."""
    seen, asked = readings(url), polls(url)
    instants = {instant for instant, _ in seen}
    assert len(seen) == len(instants) * crash_child.PARKS
    assert set(seen.values()) <= {crash_child.RIDES}
    assert set(asked.values()) <= {1}
    assert {key[:2] for key in asked} == set(seen)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pl.DataFrame]:
    """The rows of a run that nobody disturbed."""
    url = f"sqlite:///{tmp_path_factory.mktemp('crash') / 'whole.db'}"
    crash_child.prepare(url)
    crash_child.go_on(url, CYCLES)
    return rows(url)


@pytest.mark.slow
def test_killed_anywhere_and_started_again_gives_the_same_rows(
    empty_database: Database, undisturbed: dict[str, pl.DataFrame]
) -> None:
    url = empty_database.engine.url.render_as_string(hide_password=False)
    crash_child.prepare(url)
    moments = random.Random(20)
    for _ in range(KILLS):
        with child(url) as process:
            time.sleep(moments.uniform(0, LONGEST_SECONDS))
            process.kill()
        assert_whole_cycles(url)
    with child(url) as last:
        assert last.wait() == 0
    assert_whole_cycles(url)
    got = rows(url)
    assert got["ride_status_snapshots"].height == CYCLES * crash_child.PARKS * crash_child.RIDES
    for name, frame in undisturbed.items():
        assert got[name].equals(frame), name
    assert got["park_daily_stats"]["day"].n_unique() == 2
