"""Killed at any moment and started again, collection and roll-up end in the same rows."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import select

from hallofshame.store import bulk
from hallofshame.store.database import Database
from hallofshame.store.models import (
    Base,
    ParkActivitySnapshot,
    ParkCurrent,
    ParkDailyStats,
    ParkHourlyStats,
    ParkYearlyStats,
    RideCurrent,
    RideDailyStats,
    RideHourlyStats,
    RideOutage,
    RideStatusSnapshot,
    RideWeeklyStats,
)
from support import crash_child

CYCLES = 36
KILLS = 5
TABLES: tuple[type[Base], ...] = (
    RideStatusSnapshot,
    ParkActivitySnapshot,
    RideHourlyStats,
    RideDailyStats,
    RideWeeklyStats,
    ParkHourlyStats,
    ParkDailyStats,
    ParkYearlyStats,
    RideOutage,
    RideCurrent,
    ParkCurrent,
)


def rows(url: str) -> dict[str, pl.DataFrame]:
    database = Database(url)
    found = {}
    with database.read() as connection:
        for model in TABLES:
            table: Any = model.__table__
            key = [column.name for column in table.primary_key]
            found[table.name] = bulk.read_frame(connection, select(table)).sort(key)
    database.dispose()
    return found


def child(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "support.crash_child", url, str(CYCLES)],
        cwd=Path(__file__).parents[1],
    )


@pytest.mark.slow
def test_killed_anywhere_and_started_again_gives_the_same_rows(tmp_path: Path) -> None:
    undisturbed, disturbed = (f"sqlite:///{tmp_path}/{name}.db" for name in ("whole", "pieces"))
    for url in (undisturbed, disturbed):
        crash_child.prepare(url)
    crash_child.go_on(undisturbed, CYCLES)
    moments = random.Random(20)
    for _ in range(KILLS):
        process = child(disturbed)
        time.sleep(moments.uniform(1.0, 3.0))
        process.kill()
        process.wait()
    cycles_before_the_last_start = rows(disturbed)["park_activity_snapshots"].height
    assert child(disturbed).wait(120) == 0
    wanted, got = rows(undisturbed), rows(disturbed)
    assert cycles_before_the_last_start % crash_child.PARKS == 0, "a cycle was written by halves"
    assert wanted["ride_status_snapshots"].height == CYCLES * crash_child.PARKS * crash_child.RIDES
    for name, frame in wanted.items():
        assert got[name].equals(frame), name
