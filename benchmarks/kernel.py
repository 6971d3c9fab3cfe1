"""The kernel, from observations to whole park-days, against the plain ``GROUP BY hour`` over raw rows in SQL.

Run as ``python -m benchmarks.kernel``. The kernel runs on one core in a child process; the SQL runs on SQLite
and on a MariaDB of the benchmark's own, over the same rows. ``--one-park`` compares ways to run the kernel's
plans alone.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import polars as pl
from sqlalchemy import text
from tests.support.mariadb import MariaDBMissingError

from benchmarks.machine import describe, mariadb_url
from benchmarks.world import World
from hallofshame.domain.localtime import day_bounds, from_unix, local_day
from hallofshame.metrics import frames
from hallofshame.metrics.compute import compute
from hallofshame.metrics.parkday import ParkDayInputs
from hallofshame.store import raw
from hallofshame.store.database import Database

END = 1_787_252_400
START = END - 24 * 3600
REPEATS = 5
ROUNDS = 20

GROUP_BY_HOUR = """
    SELECT park_id, ride_id, observed_at - observed_at % 3600 AS hour, COUNT(*), SUM(status = 1),
           SUM(status = 3), AVG(CASE WHEN status = 1 THEN wait_minutes END), MAX(wait_minutes)
    FROM ride_status_snapshots WHERE observed_at >= :start AND observed_at < :end GROUP BY 1, 2, 3
"""


def inputs_of(world: World, observations: pl.DataFrame) -> ParkDayInputs:
    """A day of ``world`` as the kernel takes it: the local day of each park that holds most of the rows."""
    parks = range(1, world.parks + 1)
    middle = from_unix((START + END) // 2)
    days = [
        (park, day := local_day(middle, world.zone(park)), *day_bounds(day, world.zone(park)), False)
        for park in parks
    ]
    rides = [
        (ride + (park - 1) * world.rides, park, True, 2)
        for park in parks
        for ride in range(1, world.rides + 1)
    ]
    return ParkDayInputs(
        observations,
        pl.DataFrame([(park, 0, world.zone(park)) for park in parks], schema=frames.PARKS, orient="row"),
        pl.DataFrame(rides, schema=frames.RIDES, orient="row"),
        pl.DataFrame(days, schema=frames.DAYS, orient="row"),
        frames.empty(frames.SCHEDULES),
        frames.empty(frames.RIDE_HOURS),
        frames.empty(frames.HISTORY),
        frames.empty(frames.NEIGHBOURS),
    )


def seconds_of(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Median wall seconds of ``work`` after one warm-up."""
    work()
    taken = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def one_core() -> None:
    """Measure the kernel in this process and print the figures as JSON."""
    world = World()
    inputs = inputs_of(world, world.observations(START, END))
    print(
        json.dumps(
            {
                "rows": inputs.observations.height,
                "threads": pl.thread_pool_size(),
                "seconds": seconds_of(lambda: compute(inputs)),
            }
        )
    )


WAYS: dict[str, dict[str, Any]] = {
    "in memory, as written": {},
    "in memory, optimised": {"optimizations": pl.QueryOptFlags()},
    "streaming, optimised": {"engine": "streaming", "optimizations": pl.QueryOptFlags()},
}
"""Ways to run the kernel's plans; the first is how they run."""


def one_park() -> None:
    """Print the processor time of one park's day by each way of running the kernel's plans, in turns."""
    world = World(parks=1)
    inputs = inputs_of(world, world.observations(START, END))
    best = dict.fromkeys(WAYS, float("inf"))
    for _ in range(ROUNDS):
        for name, way in WAYS.items():
            with patch.dict(frames.HOW, way):
                compute(inputs)
                started = time.process_time()
                compute(inputs)
                best[name] = min(best[name], time.process_time() - started)
    own, *_ = best.values()
    print(f"  one park's day, {inputs.observations.height:,} observations, best of {ROUNDS}:")
    for name, seconds in best.items():
        print(f"    {name}: {1000 * seconds:.0f} ms of processor time = {seconds / own:.1f} ×")


def sql_seconds(url: str, world: World) -> tuple[float, float]:
    """Seconds of the GROUP BY, and of reading the same rows cold and computing them in the kernel."""
    database = Database(url)
    world.create(database)
    world.load(database, START, END)
    bounds = {"start": START, "end": END}

    def group() -> int:
        with database.read() as connection:
            return len(connection.execute(text(GROUP_BY_HOUR), bounds).fetchall())

    def cold() -> None:
        with database.read() as connection:
            parks = list(range(1, world.parks + 1))
            compute(inputs_of(world, raw.read_observations(connection, parks, START, END)))

    figures = seconds_of(group, 3), seconds_of(cold, 1)
    database.dispose()
    return figures


def main() -> None:
    """Print the kernel's pace and its ratio to SQL."""
    if sys.argv[1:] == ["--one-core"]:
        one_core()
        return
    if sys.argv[1:] == ["--one-park"]:
        one_park()
        return
    describe("kernel: a day of 150 parks / 6,000 rides every 5 minutes, observations to park-days")
    child = subprocess.run(
        [sys.executable, "-m", "benchmarks.kernel", "--one-core"],
        env=os.environ | {"POLARS_MAX_THREADS": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    kernel = json.loads(child.stdout)
    pace = kernel["rows"] / kernel["seconds"] / 1e6
    print(
        f"  kernel, 1 core, whole park-days: {kernel['rows']:,} observations in {kernel['seconds']:.2f} s = "
        f"{pace:.1f} M/s"
    )
    one_park()
    world = World()
    with tempfile.TemporaryDirectory() as folder:
        _compare("SQLite", f"sqlite:///{folder}/bench.db", world, kernel["seconds"])
    try:
        with mariadb_url() as url:
            _compare("MariaDB", url, world, kernel["seconds"])
    except MariaDBMissingError as missing:
        print(f"  MariaDB left out: {missing}")


def _compare(name: str, url: str, world: World, kernel: float) -> None:
    group, cold = sql_seconds(url, world)
    print(
        f"  {name}: GROUP BY hour over the raw rows {group:.2f} s = {group / kernel:.1f} × the kernel as it "
        f"runs live (rows in memory, 1 core); the kernel with the rows read cold {cold:.2f} s"
    )


if __name__ == "__main__":
    main()
