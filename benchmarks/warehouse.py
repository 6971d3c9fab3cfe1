"""The raw record in history files against the same rows in SQLite and MariaDB: size, reading, rebuilding.

Run as ``python -m benchmarks.warehouse [--parks 4] [--years 10]``. One UTC month of parks with 45 rides on a
grid of five minutes. Each ride's days are drawn from the days that one ride of a real recording had (Six
Flags Great Adventure and Disneyland Paris, Queue-Times, every five minutes), moved by up to half an hour, and
their waits by up to ten minutes, so that no day is a copy of another; nights are closed, and one look in a
hundred is missing. Needs the recordings folder beside the project; says so without it.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import polars as pl
from arro3.io import write_parquet
from sqlalchemy import text
from tests.metrics.recordings import SHARED
from tests.support.mariadb import MariaDBMissingError

from benchmarks.machine import describe, mariadb_url
from benchmarks.world import World
from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import from_unix
from hallofshame.domain.words import Feed
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.sealing import seal
from hallofshame.store import raw
from hallofshame.store.database import Database
from hallofshame.store.history import formats, ledger
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.periods import FilePeriod, day_start, next_month
from hallofshame.store.history.reading import History
from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.store.history.shelves import FolderShelf, checksum
from hallofshame.store.observations import ObservationCache

RECORDINGS = ("qt_six_flags_great_adventure_5min", "qt_disneyland_paris_5min")
RIDES = 45
CADENCE = 300
SLOTS = 288
MONTH = FilePeriod.named("2025-11")
AFTER = FixedClock(from_unix(MONTH.ends_at + 5 * 86_400))
SNAPSHOTS = DATASETS["snapshots"]
BEGINS_AT = 10 * 3600
"""Seconds after midnight UTC at which a day of the recordings begins: while their parks are closed."""
HELD_SLOTS = 12
LOG = logging.getLogger("bench")

Day = list[tuple[int, int]]
"""Status and wait of one ride at each of the looks of a day."""


def recorded_days() -> list[list[Day]]:
    """Per recorded ride its days, each look held over gaps of up to an hour."""
    days: defaultdict[tuple[int, str], dict[int, Day]] = defaultdict(dict)
    for name in RECORDINGS:
        rows = pl.read_parquet(SHARED / name / "snapshots.parquet").select(
            "park_id", "ride_name", pl.col("polled_at").dt.epoch("s"), "is_open", "wait_time"
        )
        looks: defaultdict[tuple[int, str, int], dict[int, tuple[int, int]]] = defaultdict(dict)
        for park, ride, at, is_open, wait in rows.iter_rows():
            day, second = divmod(at - BEGINS_AT, 86_400)
            wait = wait or 0
            looks[park, ride, day][second // CADENCE] = (1 if is_open or wait > 0 else 3, wait)
        for (park, ride, day), found in looks.items():
            filled: Day = []
            latest = -HELD_SLOTS - 1
            for slot in range(SLOTS):
                latest = slot if slot in found else latest
                filled.append(found[latest] if slot - latest <= HELD_SLOTS else (3, 0))
            if sum(status == 1 for status, _ in filled) > SLOTS // 10:
                days[park, ride][day] = filled
    return [list(of_ride.values()) for of_ride in days.values()]


def tiled(parks: int, period: FilePeriod = MONTH) -> pl.DataFrame:
    """A month of ``parks`` parks: shape ``OBSERVATIONS``, in the order of the files."""
    chance, source = random.Random(1), recorded_days()
    columns: dict[str, list[int]] = {
        name: [] for name in ("park_id", "ride_id", "observed_at", "status", "wait")
    }
    for park in range(1, parks + 1):
        instants = range(period.starts_at, period.ends_at, CADENCE)
        missing = set(chance.sample(instants, len(instants) // 100))
        for ride in range((park - 1) * RIDES + 1, park * RIDES + 1):
            days = chance.choice(source)
            for day in range(len(period.days)):
                looks, shift, more = (
                    chance.choice(days),
                    chance.randint(-6, 6),
                    chance.choice((-10, -5, 0, 0, 5, 10)),
                )
                for slot in range(SLOTS):
                    at = period.starts_at + day * 86_400 + slot * CADENCE
                    if at in missing:
                        continue
                    status, wait = looks[(slot + shift) % SLOTS]
                    columns["park_id"].append(park)
                    columns["ride_id"].append(ride)
                    columns["observed_at"].append(at)
                    columns["status"].append(status)
                    columns["wait"].append(max(wait + more, 5) if wait else 0)
    frame = pl.DataFrame(columns).rename({"wait": "wait_minutes"})
    constant = {"origin": 0, "feed": int(Feed.QUEUE_TIMES), "stale": False, "cadence_seconds": CADENCE}
    whole = frame.with_columns(**{name: pl.lit(value) for name, value in constant.items()})
    return whole.select(OBSERVATIONS.names()).cast(OBSERVATIONS)


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
    World(parks, RIDES).create(database)
    for park in range(1, parks + 1):
        of_park = rows.filter(pl.col("park_id") == park)
        database.run(lambda connection, of_park=of_park: raw.insert_snapshots(connection, of_park))


def sizes(rows: pl.DataFrame, folder: Path, sealed: SealedFile) -> None:
    """Bytes per observation of the history file and of the other ways to write it."""
    count = rows.height
    runs = changes_with_counts(rows, folder / "changes.parquet")
    rows.write_parquet(folder / "polars.parquet")
    print(f"  history file: {sealed.bytes / count:.3f} bytes per observation (bound 0.5, aim 0.25)")
    print(
        f"  changes with counts ({runs / count:.1%} of the rows): "
        f"{(folder / 'changes.parquet').stat().st_size / count:.3f}"
    )
    print(f"  Polars' own writer: {(folder / 'polars.parquet').stat().st_size / count:.3f}")


def rebuild(database: Database, cache: ObservationCache) -> tuple[float, int]:
    """Compute every park-day anew; seconds, and park-days."""
    mark_range(database, AFTER)
    started = time.perf_counter()
    result = Rollup(database, AFTER, LOG, cache).run()
    return time.perf_counter() - started, result.park_days


def compared(database: Database, history: History, parks: int, rows: int, name: str) -> None:
    """Reading and rebuilding from files, beside the same from SQL rows."""
    ids = list(range(1, parks + 1))

    def from_sql() -> None:
        with database.read() as connection:
            raw.read_observations(connection, ids, MONTH.starts_at, MONTH.ends_at)

    def from_files() -> None:
        with database.read() as connection:
            history.observations(connection, ids, MONTH.starts_at, MONTH.ends_at)

    sql, files = timed(from_sql), timed(from_files)
    print(
        f"  reading: files {rows / files / 1e6:.1f} M/s, {name} {rows / sql / 1e6:.2f} M/s: "
        f"{sql / files:.0f} ×"
    )
    Rollup(database, AFTER, LOG, ObservationCache(history)).run()
    first, _ = rebuild(database, ObservationCache())
    second, days = rebuild(database, ObservationCache(history))
    print(
        f"  rebuild of {days} park-days that changes nothing: from files {second:.1f} s, from {name} rows "
        f"{first:.1f} s: {first / second:.1f} ×"
    )


def first_row(folder: Path, years: int) -> None:
    """Any ride, the whole range: milliseconds to the first row, of a park with a file for each month."""
    database = Database(f"sqlite:///{folder / 'years.db'}")
    World(1, RIDES).create(database)
    shelf = FolderShelf(folder / "years")
    one = tiled(1)
    month, files = MONTH.first.replace(year=MONTH.first.year - years), []
    while month < MONTH.first:
        period = FilePeriod.of_month(month)
        shift = day_start(month) - MONTH.starts_at
        rows = one.with_columns(pl.col("observed_at") + shift).filter(pl.col("observed_at") < period.ends_at)
        partial = shelf.partial(period.name)
        formats.write(SNAPSHOTS, [rows], partial, {})
        sha256, size = checksum(partial), partial.stat().st_size
        low, high = rows["observed_at"][0], period.ends_at - 1
        file = SealedFile(
            "snapshots",
            period,
            f"{period.name}.parquet",
            1,
            rows.height,
            size,
            sha256,
            low,
            high,
            0,
            0,
            ((1, rows.height, low, high),),
        )
        shelf.publish(partial, file.name)
        files.append(file)
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
            compared(database, History(FolderShelf(folder / "mariadb")), parks, rows.height, "MariaDB")
            database.dispose()
    except MariaDBMissingError as missing:
        print(f"  MariaDB left out: {missing}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parks", type=int, default=4)
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
        file = folder / "bench.db"
        database = Database(f"sqlite:///{file}")
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
            [sealed] = [each for each in sealed_files(connection) if each.dataset == "snapshots"]
        sizes(rows, folder, sealed)
        print(f"  SQLite: {int(size) / rows.height:.1f} bytes per observation")
        compared(database, History(shelf), asked.parks, rows.height, "SQLite")
        database.dispose()
        on_mariadb(rows, asked.parks, folder)
        first_row(folder, asked.years)


if __name__ == "__main__":
    main()
