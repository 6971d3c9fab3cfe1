"""A rebuild of the whole record of three parks over 160 days, read from a real recording.

Run as ``python -m benchmarks.rebuild``. Needs the recordings folder beside the project; says so without it.
"""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path

from tests.metrics.recordings import SHARED

from benchmarks.machine import describe
from hallofshame.clock import SystemClock
from hallofshame.domain.words import Feed
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.preparation import prepare
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store.database import Database

RECORDING = SHARED / "qt_universal_orlando_160days" / "snapshots.parquet"
CADENCE_SECONDS = 3600
LOG = logging.getLogger("bench")


def main() -> None:
    """Ingest, roll up, then rebuild every day anew; print seconds."""
    describe("rebuild of 160 days of three parks")
    if not RECORDING.exists():
        print(f"  left out: {RECORDING.parent.name} is not beside the project")
        return
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.db'}")
        prepare(database, clock, migrate=True)
        started = time.perf_counter()
        ingest(database, RECORDING, Feed.QUEUE_TIMES, cadence_seconds=CADENCE_SECONDS, clock=clock, log=LOG)
        ingested = time.perf_counter()
        first = Rollup(database, clock, LOG).run()
        rolled_up = time.perf_counter()
        mark_range(database, clock)
        busy = time.process_time()
        again = Rollup(database, clock, LOG).run()
        rebuilt = time.perf_counter()
        print(
            f"  SQLite: read in {ingested - started:.1f} s; first roll-up of {first.park_days} park-days "
            f"{rolled_up - ingested:.1f} s; rebuild of {again.park_days} park-days, "
            f"{again.rows_written:,} rows changed, {rebuilt - rolled_up:.1f} s "
            f"({time.process_time() - busy:.1f} s of processor time; bound 15 s)"
        )
        database.dispose()


if __name__ == "__main__":
    main()
