"""Ways to load derived rows into the store, side by side: a month of ride hours into an empty table.

Run as ``python -m benchmarks.loading [--parks 4]``. The rows are those of parks made from real recordings
(``benchmarks.tiles``), computed once. Each way writes all of them in transactions of 20,000 rows into the
table with its indexes, which is emptied before. Needs the recordings folder; says so without it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl
from sqlalchemy import Connection, delete, func, insert, select
from tests.support.mariadb import MariaDBMissingError

from benchmarks.machine import describe, mariadb_url
from benchmarks.tiles import LOG, MONTH, RECORDINGS, RIDES, SHARED, NightWorld, tiled
from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import from_unix
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import bulk, packed, raw
from hallofshame.store.database import Database
from hallofshame.store.derived import table_of
from hallofshame.store.models import RideHourlyStats

AFTER = FixedClock(from_unix(MONTH.ends_at + 5 * 86_400))
TABLE = table_of(RideHourlyStats)
ROWS_AT_ONCE = 20_000
ROUNDS = 3

Way = Callable[[Connection, pl.DataFrame], object]


def computed(parks: int, folder: Path) -> pl.DataFrame:
    """The hours of a month of parks, as the table has them."""
    database = Database(f"sqlite:///{folder / 'computed.db'}")
    NightWorld(parks, RIDES).create(database)
    for of_park in tiled(parks).partition_by("park_id"):
        database.run(lambda connection, of_park=of_park: raw.insert_snapshots(connection, of_park))
    mark_range(database, AFTER)
    Rollup(database, AFTER, LOG).run()
    with database.read() as connection:
        rows = packed.read_groups(connection, select(TABLE), ["park_id", "day"])
    database.dispose()
    return rows.sort("park_id", "hour", "ride_id")


def one_by_one(connection: Connection, rows: pl.DataFrame) -> None:
    """A statement for each row, as SQLAlchemy's ``execute`` sends a row."""
    statement = insert(TABLE)
    for row in rows.to_dicts():
        connection.execute(statement, row)


def executemany(connection: Connection, rows: pl.DataFrame) -> None:
    """All rows in one call of SQLAlchemy, which has the driver put them into as few statements as it does."""
    connection.execute(insert(TABLE), rows.to_dicts())


def load_data(connection: Connection, rows: pl.DataFrame) -> None:
    """LOAD DATA LOCAL INFILE, to which an error is a warning: a value that does not fit is cut and kept."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        rows.write_csv(file.name, include_header=False, null_value=r"\N")
        connection.exec_driver_sql(
            f"LOAD DATA LOCAL INFILE '{file.name}' REPLACE INTO TABLE {TABLE.name} "
            f"FIELDS TERMINATED BY ',' ({', '.join(rows.columns)})"
        )


WAYS: dict[str, Way] = {
    "as the program does": lambda connection, rows: bulk.upsert(connection, RideHourlyStats, rows),
    "SQLAlchemy, all rows in a call": executemany,
    "SQLAlchemy, row by row": one_by_one,
}


def measure(name: str, database: Database, rows: pl.DataFrame, ways: dict[str, Way]) -> None:
    """Print rows per second of each way, best of the rounds, taken in turns."""
    seconds: dict[str, float] = {}
    for _ in range(ROUNDS):
        for way, load in ways.items():
            database.run(lambda connection: connection.execute(delete(TABLE)))
            started = time.perf_counter()
            for part in rows.iter_slices(ROWS_AT_ONCE):
                database.run(lambda connection, part=part, load=load: load(connection, part))
            seconds[way] = min(seconds.get(way, float("inf")), time.perf_counter() - started)
            with database.read() as connection:
                held = connection.execute(select(func.count()).select_from(TABLE)).scalar_one()
            if held != rows.height:
                raise RuntimeError(f"{way} stored {held} of {rows.height} rows")
    best = seconds["as the program does"]
    for way, took in seconds.items():
        print(f"  {name}, {way}: {rows.height / took:,.0f} rows/s, {took / best:.1f} × the time", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parks", type=int, default=4)
    asked = parser.parse_args()
    describe(f"loading a month of hours of {asked.parks} parks of {RIDES} rides")
    if not all((SHARED / name).exists() for name in RECORDINGS):
        print(f"  left out: {', '.join(RECORDINGS)} are not beside the project")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = computed(asked.parks, folder)
        print(f"  {rows.height:,} rows of {rows.width} columns")
        database = Database(f"sqlite:///{folder / 'loaded.db'}")
        NightWorld(asked.parks, RIDES).create(database)
        measure("SQLite", database, rows, WAYS)
        database.dispose()
        try:
            with mariadb_url(1024) as url:
                database = Database(f"{url}&local_infile=1")
                NightWorld(asked.parks, RIDES).create(database)
                measure("MariaDB", database, rows, WAYS | {"LOAD DATA LOCAL, errors unseen": load_data})
                database.dispose()
        except MariaDBMissingError as missing:
            print(f"  MariaDB left out: {missing}")


if __name__ == "__main__":
    main()
