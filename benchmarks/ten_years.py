"""Rankings, year against year, awards and every public endpoint over ten years of daily statistics, uncached.

Run as ``python -m benchmarks.ten_years [sqlite|mariadb] [--keep FOLDER]``: 100 parks of 45 rides, every day
of ten years copied from one computed day, each ride in the part of another. Each address is asked after the
data changed, so that nothing made before serves it; printed are the clock, our processor time, and that of
the database server. Then every address of ``benchmarks.answers``, each with the median of its rounds, and the
50th and 95th percentile of all of them, of the processor time of both. At the end the sum of all counters of
every ride over the same days, once from the coarsest rows that fit and once from single days: that takes
minutes.

Building takes about five minutes for each database. With ``--keep FOLDER`` what is built stays in FOLDER (a
SQLite file, a MariaDB data folder), and the next run with the same FOLDER brings its schema up to date and
measures it again. A store whose building was interrupted is built anew. To build anew for another reason,
remove the folder.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, insert, literal, select

from benchmarks.answers import NOW, addresses, fill
from benchmarks.machine import describe, mariadb_url, processor_ms
from benchmarks.world import World
from hallofshame.clock import FixedClock
from hallofshame.domain.periods import ONE_DAY, DayRange
from hallofshame.store import data_version, derived, schema, spans
from hallofshame.store.database import Database
from hallofshame.store.models import Base, ParkDailyStats, RideDailyStats
from hallofshame.store.reports import sums
from hallofshame.store.reports.ranges import Grain, GrainRange, by_range
from hallofshame.web.app import create_app

PARKS, RIDES, YEARS = 100, 45, 10
WHOLE_DAYS = 40
"""So many of the last days have their hours and outages too."""
ROUNDS = 5
BUFFER_MEGABYTES = 1024
DATABASES = ("sqlite", "mariadb")
BUILT = "built"
"""The file beside a kept store that says that it was built to the end."""
COPIED: tuple[type[Base], ...] = (RideDailyStats, ParkDailyStats)

RANKING_MS, YEARS_MS, ANSWER_MS = 50.0, 200.0, 100.0
SLOWEST_SHOWN = 20
ADDRESSES = {
    **{
        f"/api/{path}?period={period}": RANKING_MS
        for path in ("parks/downtime", "rides/downtime", "parks/waittimes", "rides/waittimes")
        for period in ("today", "7days", "last_week", "30days", "last_month", "this_year")
    },
    "/api/parks/downtime?year=2021": RANKING_MS,
    "/api/rides/downtime?year=2021": RANKING_MS,
    "/api/rides/downtime?start=2017-02-03&end=2026-08-10": RANKING_MS,
    "/api/compare?parks=1,2,3&year=2025&against=previous": YEARS_MS,
    "/api/trends?year=2025": YEARS_MS,
    "/api/awards?year=2025": YEARS_MS,
}


def build(database: Database, world: World, years: int) -> int:
    """The last weeks whole and the days before them as daily rows; returns how many of rides these are."""
    fill(database, world, WHOLE_DAYS)
    pattern = NOW.date() - ONE_DAY
    first = dt.date(NOW.year - years, 1, 1)
    day = pattern - WHOLE_DAYS * ONE_DAY
    while day >= first:
        start = max(first, day.replace(day=1))
        days = [start + n * ONE_DAY for n in range((day - start).days + 1)]
        database.run(lambda connection, days=days: _copy(connection, world, pattern, days))
        day = start - ONE_DAY
    keys = [
        (park, first + n * ONE_DAY)
        for n in range((pattern - first).days + 1)
        for park in range(1, world.parks + 1)
    ]
    database.run(lambda connection: derived.sum_up(connection, keys, removed=False))
    parks = list(range(1, world.parks + 1))
    database.run(lambda connection: spans.store(connection, parks))
    return (pattern - first).days * world.parks * world.rides


def _copy(connection: Connection, world: World, pattern: dt.date, days: list[dt.date]) -> None:
    parks = list(range(1, world.parks + 1))
    for model in COPIED:
        table = derived.table_of(model)
        # Park by park, as the rows lie.
        source = (table.c.park_id.in_(parks), table.c.day == pattern)
        for day in days:
            columns = {column.name: column.expression for column in table.columns}
            columns["day"] = literal(day, table.c.day.type)
            if "ride_id" in columns:
                first = (table.c.park_id - 1) * world.rides + 1
                columns["ride_id"] = first + (table.c.ride_id - first + (pattern - day).days) % world.rides
            query = select(*[column.label(name) for name, column in columns.items()]).where(*source)
            connection.execute(insert(table).from_select(list(columns), query))


class Spent(NamedTuple):
    """Milliseconds of an answer, median of its rounds: the clock, our processor time, the server's."""

    wall: float
    ours: float
    server: float

    @property
    def used(self) -> float:
        """All processor time."""
        return self.ours + self.server


def spent(
    work: Callable[[], object], server: int | None = None, before: Callable[[], object] = lambda: None
) -> Spent:
    """What ``work`` takes, each time after ``before``.

    :param server: the process of the database server, if there is one.
    """
    rounds = []
    for _ in range(ROUNDS):
        before()
        theirs = 0.0 if server is None else processor_ms(server)
        wall, ours = time.perf_counter(), time.process_time()
        work()
        wall, ours = time.perf_counter() - wall, time.process_time() - ours
        theirs = 0.0 if server is None else processor_ms(server) - theirs
        rounds.append((wall * 1000, ours * 1000, theirs))
    return Spent(*map(statistics.median, zip(*rounds, strict=True)))


def measure(database: Database, server: int | None) -> None:
    """Ask everything and print it."""
    client = create_app(database, FixedClock(NOW)).test_client()

    def ask(address: str) -> None:
        if client.get(address).status_code != 200:
            raise RuntimeError(f"{address} failed")

    ask("/api/parks/downtime")
    print("    wall ms    cpu ms server ms   bound")
    for address, bound in ADDRESSES.items():
        found = spent(
            lambda address=address: ask(address),
            server,
            lambda: database.run(lambda connection: data_version.bump(connection, None)),
        )
        mark = "  over" if found.wall > bound else ""
        figures = f"{found.wall:9.1f} {found.ours:9.1f} {found.server:9.1f} {bound:7.0f}"
        print(f"  {figures}  {address}{mark}", flush=True)


def compare_grains(database: Database, world: World) -> None:
    """All counters of every ride from the coarsest rows that fit, and from single days."""
    print("  all counters of every ride: the coarsest rows that fit, single days")
    for days in (7, 30, 365, 3650):
        chosen = DayRange(NOW.date() - days * ONE_DAY, NOW.date() - ONE_DAY)
        coarse = _sum(database, world, chosen)
        with _single_days():
            single = _sum(database, world, chosen)
        print(f"  {coarse:9.1f} {single:9.1f}  {days} days: {single / coarse:.1f} times as long", flush=True)


def _sum(database: Database, world: World, days: DayRange) -> float:
    def work() -> None:
        with database.read() as connection:
            sums.ride_sums(connection, dict.fromkeys(range(1, world.parks + 1), days))

    return spent(work).wall


@contextmanager
def _single_days() -> Iterator[None]:
    """Sums from day rows alone, whatever fits."""
    kept = sums.pieces
    sums.pieces = lambda ranges, _stored: [
        (GrainRange(Grain.DAY, days.start, days.end), parks) for days, parks in by_range(ranges).items()
    ]
    try:
        yield
    finally:
        sums.pieces = kept


def main() -> None:
    """Build and measure on each database, or on the one named."""
    parser = argparse.ArgumentParser("python -m benchmarks.ten_years")
    parser.add_argument("database", nargs="?", choices=DATABASES, help="only this one")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep what is built, or measure it again")
    asked = parser.parse_args()
    describe(f"{YEARS} years of {PARKS} parks of {RIDES} rides, a row a day")
    for name in DATABASES if asked.database is None else (asked.database,):
        with _folder(asked.keep, name) as folder:
            if name == "sqlite":
                _run(f"sqlite:///{folder}/years.db", folder)
            else:
                with mariadb_url(BUFFER_MEGABYTES, folder) as url:
                    _run(url, folder)


@contextmanager
def _folder(kept: Path | None, name: str) -> Iterator[Path]:
    """The folder of one database, empty unless its store was built to the end: kept, or temporary."""
    if kept is None:
        with tempfile.TemporaryDirectory() as temporary:
            yield Path(temporary)
        return
    folder = kept.resolve() / name
    if not (folder / BUILT).exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    yield folder


def _run(url: str, folder: Path) -> None:
    world = World(PARKS, RIDES)
    database = Database(url)
    started = time.perf_counter()
    if (folder / BUILT).exists():
        schema.upgrade(database)
        print(f"{url.partition(':')[0]}: built by an earlier run")
    else:
        rows = build(database, world, YEARS)
        (folder / BUILT).touch()
        print(f"{url.partition(':')[0]}: {rows:,} ride-days made in {time.perf_counter() - started:.0f} s")
    server = int((folder / "pid").read_text()) if (folder / "pid").exists() else None
    measure(database, server)
    everything(database, world, server)
    compare_grains(database, world)
    database.dispose()


def everything(database: Database, world: World, server: int | None) -> None:
    """Ask every public address after each change of the data; print the slowest, and percentiles of all.

    Files to download are left out: they are made as they are sent.
    """
    app = create_app(database, FixedClock(NOW))
    client = app.test_client()

    def ask(address: str) -> None:
        with client.get(address) as answer:
            answer.get_data()
            if answer.status_code != 200:
                raise RuntimeError(f"{address} failed: {answer.status_code}")

    asked = [address for address in dict.fromkeys(addresses(app, world)) if "/downloads/" not in address]
    found = []
    for address in asked:
        took = spent(
            lambda address=address: ask(address),
            server,
            lambda: database.run(lambda connection: data_version.bump(connection, None)),
        )
        found.append((took.used, address))
    found.sort(reverse=True)
    for kind, of_kind in (
        ("addresses of the API", [each for each in found if each[1].startswith("/api/")]),
        ("pages and pictures", [each for each in found if not each[1].startswith("/api/")]),
    ):
        times = sorted(used for used, _ in of_kind)
        p50, p95 = (times[round(share * (len(times) - 1))] for share in (0.5, 0.95))
        over = sum(used > ANSWER_MS for used in times)
        print(
            f"  {len(times)} {kind}, ms of processor time: p50 {p50:.0f}, p95 {p95:.0f} (bound "
            f"{ANSWER_MS:.0f}), {over} over it"
        )
        for used, address in of_kind[:SLOWEST_SHOWN]:
            print(f"  {used:9.1f}  {address[:100]}", flush=True)


if __name__ == "__main__":
    main()
