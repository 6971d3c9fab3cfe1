"""A year rebuilt from history files into an empty store.

Run as ``python -m benchmarks.year [--parks 100] [--months 12]``. Parks have 45 rides, looked at every five
minutes around the clock, nights included: a month of ten parks made from real recordings, moved to other
months and given to other parks in turn. A month has 30 days here, but February. The months lie in files as a
seal leaves them; the store has the catalogue and nothing else. Rebuilt by as many processes as there are
cores, as ``hallofshame rebuild --processes`` does it, into SQLite. ``benchmarks.warehouse`` rebuilds a month
in one process, from files and from SQL rows. Needs the recordings folder beside the project; says so without
it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

import polars as pl

from benchmarks.machine import describe
from benchmarks.tiles import LOG, RECORDINGS, RIDES, SHARED, NightWorld, sealed, tiled
from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import from_unix, to_unix
from hallofshame.metrics import METRICS_VERSION
from hallofshame.pipeline.park_months import park_months, roll_up_months
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.side_by_side import compute_elsewhere, local_processes
from hallofshame.store import data_version
from hallofshame.store.database import Database
from hallofshame.store.history import ledger
from hallofshame.store.history.periods import FilePeriod
from hallofshame.store.history.reading import History
from hallofshame.store.history.sealed import SealedFile
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.observations import ObservationCache

YEAR = 2025
DIFFERENT = 10
"""So many parks are made from recordings; others have the months of these in another order."""
SOURCE = FilePeriod.named(f"{YEAR}-11")
AFTER = FixedClock(from_unix(FilePeriod.named(f"{YEAR}-12").ends_at + 5 * 86_400))


def month_of(source: list[pl.DataFrame], park: int, month: int) -> pl.DataFrame:
    """A month of a park, in the order of the files: that of a park from recordings, moved."""
    period = FilePeriod.named(f"{YEAR}-{month:02}")
    like = (park + month) % len(source)
    rows = source[like].with_columns(
        park_id=pl.lit(park, pl.Int32),
        ride_id=pl.col("ride_id") + RIDES * (park - like - 1),
        observed_at=pl.col("observed_at") + (period.starts_at - SOURCE.starts_at),
    )
    return rows.select(source[like].columns).filter(pl.col("observed_at") < period.ends_at)


def month_file(shelf: FolderShelf, source: list[pl.DataFrame], parks: int, month: int) -> SealedFile:
    """The history file of a month of all parks."""
    period = FilePeriod.named(f"{YEAR}-{month:02}")
    return sealed(shelf, period, (month_of(source, park, month) for park in range(1, parks + 1)))


def year(folder: Path, source: list[pl.DataFrame], parks: int, months: int) -> None:
    """Rebuild all of it by processes; print rows, seconds and observations a second."""
    url = f"sqlite:///{folder / 'year.db'}"
    database = Database(url)
    NightWorld(parks, RIDES).create(database)
    shelf = FolderShelf(folder / "history")
    began = time.perf_counter()
    files = [month_file(shelf, source, parks, month) for month in range(1, months + 1)]
    database.run(lambda connection: ledger.record(connection, files))
    rows, size = sum(file.rows for file in files), sum(file.bytes for file in files)
    print(
        f"  {len(files)} files of {rows:,} observations, {size / 1e6:.0f} MB, made in "
        f"{time.perf_counter() - began:.0f} s",
        flush=True,
    )
    mark_range(database, AFTER)
    os.environ["HALLOFSHAME_DATABASE_URL"] = url
    os.environ["HALLOFSHAME_DATA"] = str(folder)
    now = to_unix(AFTER.now())
    with database.read() as connection:
        version = data_version.get(connection)[0]
    rollup = Rollup(database, AFTER, LOG, ObservationCache(History(shelf)))
    processes = len(os.sched_getaffinity(0))
    began, writing = time.perf_counter(), time.process_time()
    with local_processes(processes) as executor:
        result = roll_up_months(
            rollup,
            park_months(database, now),
            lambda days, at: executor.submit(compute_elsewhere, days, at, version, METRICS_VERSION),
            now,
            None,
        )
        left = rollup.run()
    took, writing = time.perf_counter() - began, time.process_time() - writing
    written = result.rows_written + left.rows_written
    print(
        f"  {result.park_days + left.park_days:,} park-days by {processes} processes beside the one that "
        f"writes: {took:.0f} s ({rows / took / 1e6:.2f} M observations/s), {written:,} rows written, "
        f"{writing:.0f} s of processor time of that process; "
        f"the store has {(folder / 'year.db').stat().st_size / 1e9:.1f} GB",
        flush=True,
    )
    database.dispose()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parks", type=int, default=100)
    parser.add_argument("--months", type=int, default=12)
    asked = parser.parse_args()
    describe(f"{asked.months} months of {asked.parks} parks of {RIDES} rides, every five minutes")
    if not all((SHARED / name).exists() for name in RECORDINGS):
        print(f"  left out: {', '.join(RECORDINGS)} are not beside the project")
        return
    source = [
        rows.sort("ride_id", "observed_at") for rows in tiled(DIFFERENT, SOURCE).partition_by("park_id")
    ]
    with tempfile.TemporaryDirectory() as name:
        year(Path(name), source, asked.parks, asked.months)


if __name__ == "__main__":
    main()
