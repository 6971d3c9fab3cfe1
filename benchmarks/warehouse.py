"""The raw record in history files against the same rows in SQLite and MariaDB: size, reading, rebuilding.

Run as ``python -m benchmarks.warehouse [--parks 10] [--years 10]``. One UTC month of parks with 45 rides on a
grid of five minutes. Each ride's days are drawn from the days that one ride of a real recording had (Six
Flags Great Adventure and Disneyland Paris, Queue-Times, every five minutes), moved by up to half an hour, and
their waits by up to ten minutes, so that no day is a copy of another; nights are closed, and one look in a
hundred is missing. Needs the recordings folder beside the project; says so without it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import polars as pl
from arro3.io import write_parquet
from sqlalchemy import text
from tests.support.mariadb import MariaDBMissingError

from benchmarks.machine import describe, mariadb_url
from benchmarks.parts import Parts
from benchmarks.tiles import (
    LOG,
    MONTH,
    RECORDINGS,
    RIDES,
    SHARED,
    SNAPSHOTS,
    NightWorld,
    fetched_by_the_driver,
    sealed,
    tiled,
)
from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import from_unix
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.sealing import seal
from hallofshame.store import raw
from hallofshame.store.database import Database
from hallofshame.store.history import ledger
from hallofshame.store.history.periods import FilePeriod, day_start, next_month
from hallofshame.store.history.reading import History
from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.observations import ObservationCache

AFTER = FixedClock(from_unix(MONTH.ends_at + 5 * 86_400))


def changes_with_counts(rows: pl.DataFrame, path: Path) -> int:
    """Write the rows as changes with a count of looks along the park's cycles; returns how many there are."""
    cycles = rows.select("park_id", "observed_at").unique().sort("park_id", "observed_at")
    numbered = cycles.with_columns(cycle=pl.int_range(pl.len()).over("park_id"))
    looks = rows.join(numbered, on=["park_id", "observed_at"], maintain_order="left")
    said = ["ride_id", "origin", "status", "wait_minutes", "feed", "stale", "cadence_seconds"]
    moved = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in said)
    begins = (moved | (pl.col("cycle") != pl.col("cycle").shift() + 1)).fill_null(value=True)
    runs = (
        looks.with_columns(run=begins.cum_sum())
        .group_by("run", maintain_order=True)
        .agg(pl.all().exclude("cycle").first(), count=pl.len())
        .drop("run")
    )
    write_parquet(
        runs,
        path,
        compression="zstd(9)",
        dictionary_enabled=True,
        column_dictionary_enabled={"observed_at": False},
        column_encoding={"observed_at": "delta_binary_packed"},
    )
    return runs.height


def timed(work: Callable[[], object], times: int = 3) -> float:
    """The median seconds of ``work``."""
    seconds = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def fill(database: Database, rows: pl.DataFrame, parks: int) -> None:
    """The catalogue and the raw rows, park by park."""
    NightWorld(parks, RIDES).create(database)
    for park in range(1, parks + 1):
        of_park = rows.filter(pl.col("park_id") == park)
        database.run(lambda connection, of_park=of_park: raw.insert_snapshots(connection, of_park))


def sizes(rows: pl.DataFrame, folder: Path, file: SealedFile) -> None:
    """Bytes per observation of the history file and of the other ways to write it."""
    count = rows.height
    runs = changes_with_counts(rows, folder / "changes.parquet")
    rows.write_parquet(folder / "polars.parquet")
    print(f"  history file: {file.bytes / count:.3f} bytes per observation (bound 0.5, aim 0.25)")
    print(
        f"  changes with counts ({runs / count:.1%} of the rows): "
        f"{(folder / 'changes.parquet').stat().st_size / count:.3f}"
    )
    print(f"  Polars' own writer: {(folder / 'polars.parquet').stat().st_size / count:.3f}")


@contextmanager
def reading_by_the_driver(*, really: bool) -> Iterator[None]:
    """Meanwhile SQL rows are fetched by the database's driver."""
    if really:
        with patch("hallofshame.store.raw.read_observations", fetched_by_the_driver):
            yield
    else:
        yield


def rebuild(database: Database, cache: ObservationCache) -> tuple[float, str]:
    """Compute every park-day anew; seconds, and in words how they were spent."""
    mark_range(database, AFTER)
    parts = Parts()
    started = time.perf_counter()
    with parts.watched():
        result = Rollup(database, AFTER, LOG, cache).run()
    took = time.perf_counter() - started
    return took, f"{took:.2f} s ({parts}), {result.park_days} park-days"


def reading(database: Database, history: History, parks: int, rows: int, name: str) -> None:
    """Reading from files, beside the same from SQL rows in either way."""
    asked = (list(range(1, parks + 1)), MONTH.starts_at, MONTH.ends_at)
    with database.read() as connection:
        seconds = {
            "files": timed(lambda: history.observations(connection, *asked)),
            f"{name}, packed into texts": timed(lambda: raw.read_observations(connection, *asked)),
            f"{name}, by the driver": timed(lambda: fetched_by_the_driver(connection, *asked), 1),
        }
    for source, took in seconds.items():
        print(f"  reading from {source}: {rows / took / 1e6:.2f} M/s, {took / seconds['files']:.0f} ×")


def rebuilding(
    at: Callable[[str], Database], rows: pl.DataFrame, parks: int, folder: Path, name: str
) -> None:
    """A month rebuilt in one process, into an empty store and where nothing changes: from files and SQL rows.

    ``at`` gives a new store by that name, with its schema yet to be made.
    """
    first: dict[str, float] = {}
    for source in ("files", "SQL rows packed into texts", "SQL rows by the driver"):
        database, shelf = at(source), FolderShelf(folder / f"{name} {source}")
        if source == "files":
            NightWorld(parks, RIDES).create(database)
            file = sealed(shelf, MONTH, rows.partition_by("park_id", maintain_order=True))
            database.run(lambda connection, file=file: ledger.record(connection, [file]))
        else:
            fill(database, rows, parks)
        for what in ("into an empty store", "nothing changes"):
            with reading_by_the_driver(really=source == "SQL rows by the driver"):
                seconds, words = rebuild(database, ObservationCache(History(shelf)))
            times = seconds / first.setdefault(what, seconds)
            print(f"  {name}, rebuilt from {source}, {what}: {words}, {times:.1f} ×", flush=True)
        database.dispose()


def first_row(folder: Path, years: int) -> None:
    """Any ride, the whole range: milliseconds to the first row, of a park with a file for each month."""
    database = Database(f"sqlite:///{folder / 'years.db'}")
    NightWorld(1, RIDES).create(database)
    shelf = FolderShelf(folder / "years")
    one = tiled(1)
    month, files = MONTH.first.replace(year=MONTH.first.year - years), []
    while month < MONTH.first:
        period = FilePeriod.of_month(month)
        shift = day_start(month) - MONTH.starts_at
        rows = one.with_columns(pl.col("observed_at") + shift).filter(pl.col("observed_at") < period.ends_at)
        files.append(sealed(shelf, period, [rows]))
        month = next_month(month)
    database.run(lambda connection: ledger.record(connection, files))
    seconds = []
    for ride in range(1, RIDES + 1, 4):
        with database.read() as connection:
            started = time.perf_counter()
            stream = History(FolderShelf(folder / "years")).stream(
                connection, SNAPSHOTS, 1, [ride], files[0].period.starts_at, MONTH.starts_at
            )
            next(stream)
            seconds.append(time.perf_counter() - started)
            whole = sum(piece.height for piece in stream)
            all_of_it = time.perf_counter() - started
    first, worst = statistics.median(seconds) * 1000, max(seconds) * 1000
    held = sum(file.rows for file in files)
    print(
        f"  one ride, {years} years ({len(files)} files, {held:,} rows): first row after {first:.0f} ms, "
        f"at most {worst:.0f} ms (bound 100 ms); all {whole:,} rows after {all_of_it:.2f} s, "
        "checksums included"
    )
    database.dispose()


def on_mariadb(rows: pl.DataFrame, parks: int, folder: Path) -> None:
    """Size of the table and the same comparison on MariaDB."""
    try:
        with mariadb_url(1024) as url:
            database = Database(url)
            fill(database, rows, parks)
            seal(database, AFTER, LOG, FolderShelf(folder / "mariadb"))
            with database.read() as connection:
                connection.execute(text("ANALYZE TABLE ride_status_snapshots"))
                size = connection.execute(
                    text(
                        "SELECT SUM(data_length + index_length) FROM information_schema.tables "
                        "WHERE table_schema = DATABASE() AND table_name = 'ride_status_snapshots'"
                    )
                ).scalar_one()
            print(f"  MariaDB: {int(size) / rows.height:.1f} bytes per observation")
            reading(database, History(FolderShelf(folder / "mariadb")), parks, rows.height, "MariaDB")
            database.dispose()
        with ExitStack() as servers:
            rebuilding(
                lambda _: Database(servers.enter_context(mariadb_url(1024))), rows, parks, folder, "MariaDB"
            )
    except MariaDBMissingError as missing:
        print(f"  MariaDB left out: {missing}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parks", type=int, default=10)
    parser.add_argument("--years", type=int, default=10)
    asked = parser.parse_args()
    describe(f"warehouse: {asked.parks} parks of {RIDES} rides, one month every five minutes")
    if not all((SHARED / name).exists() for name in RECORDINGS):
        print(f"  left out: {', '.join(RECORDINGS)} are not beside the project")
        return
    rows = tiled(asked.parks)
    print(f"  {rows.height:,} observations")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'bench.db'}")
        fill(database, rows, asked.parks)
        with database.read() as connection:
            size = connection.execute(
                text("SELECT SUM(pgsize) FROM dbstat WHERE name = 'ride_status_snapshots'")
            ).scalar_one()
        shelf = FolderShelf(folder / "history")
        started = time.perf_counter()
        seal(database, AFTER, LOG, shelf)
        print(f"  sealed in {time.perf_counter() - started:.1f} s, read from SQLite and verified")
        with database.read() as connection:
            [file] = [each for each in sealed_files(connection) if each.dataset == "snapshots"]
        sizes(rows, folder, file)
        print(f"  SQLite: {int(size) / rows.height:.1f} bytes per observation")
        reading(database, History(shelf), asked.parks, rows.height, "SQLite")
        database.dispose()
        rebuilding(
            lambda source: Database(f"sqlite:///{folder / source}.db"), rows, asked.parks, folder, "SQLite"
        )
        on_mariadb(rows, asked.parks, folder)
        first_row(folder, asked.years)


if __name__ == "__main__":
    main()
