"""One live cycle of 150 parks and 6,000 rides: from the last response to visible in the API.

Run as ``python -m benchmarks.cycle [sqlite|mariadb]``. A full day of snapshots lies behind the cycle. The
figures are wall seconds of :meth:`Collector.store`, :meth:`Rollup.run` and one request for today's ranking.
"""

from __future__ import annotations

import datetime as dt
import logging
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import describe, mariadb_url
from benchmarks.world import CADENCE, World
from hallofshame.clock import FixedClock
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store.database import Database
from hallofshame.store.observations import ObservationCache
from hallofshame.web.app import create_app

CYCLES = 6
NOW = dt.datetime(2026, 8, 20, 19, 0, tzinfo=dt.UTC)
LOG = logging.getLogger("bench")


def measure(url: str) -> None:
    """Build the world, run the cycles and print their figures."""
    world, clock = World(), FixedClock(NOW)
    database = Database(url)
    world.create(database)
    started = time.perf_counter()
    end = int(NOW.timestamp())
    rows = world.load(database, end - 24 * 3600, end)
    cache = ObservationCache()
    rollup = Rollup(database, clock, LOG, cache)
    rollup.run()
    print(f"  set-up: {rows:,} snapshots written and rolled up in {time.perf_counter() - started:.1f} s")
    collector = Collector(database, {}, clock, LOG, cadence_seconds=CADENCE, cache=cache)
    app = create_app(database, clock)
    client = app.test_client()
    totals = []
    for cycle in range(CYCLES):
        answers = world.answers(clock.now())
        t0 = time.perf_counter()
        collector.store(clock.now(), answers)
        t1 = time.perf_counter()
        result = rollup.run()
        t2 = time.perf_counter()
        answer = client.get("/api/parks/downtime?period=today")
        t3 = time.perf_counter()
        if answer.status_code != 200:
            raise RuntimeError(answer.get_data(as_text=True))
        totals.append(t3 - t0)
        print(
            f"  cycle {cycle}: store {t1 - t0:.2f} s, roll up {t2 - t1:.2f} s "
            f"({result.park_days} park-days, {result.rows_written:,} rows), api {t3 - t2:.2f} s, "
            f"total {t3 - t0:.2f} s"
        )
        clock.instant += dt.timedelta(seconds=CADENCE)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with Path("/proc/self/status").open() as status:
        resident = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))
    print(f"  median of cycles after the first: {statistics.median(totals[1:]):.2f} s (bound 1.5 s)")
    print(f"  resident memory now {resident:.0f} MB (bound 400 MB), peak incl. set-up {peak:.0f} MB")
    database.dispose()


def main() -> None:
    """Measure on the databases named, both by default."""
    wanted = sys.argv[1:] or ["sqlite", "mariadb"]
    describe("one cycle of 150 parks / 6,000 rides, last response to API")
    for name in wanted:
        print(f" {name}:")
        if name == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                measure(f"sqlite:///{folder}/bench.db")
        else:
            with mariadb_url() as url:
                measure(url)


if __name__ == "__main__":
    main()
