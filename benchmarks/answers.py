"""Every endpoint on a store of 150 parks and 6,000 rides: cold, warm, and beside a plain dump of its rows.

Run as ``python -m benchmarks.answers [days]``. *Cold* is the first answer after the data version moved (a new
process for the very first), *warm* the second. The dump is what ``json.dumps`` takes for the same body: what
nobody can do without. Figures are milliseconds of processor time inside one process, without a socket.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import ColumnElement, Connection, Date, Table, delete, func, insert, literal, select, update

from benchmarks.machine import describe
from benchmarks.world import World
from hallofshame.clock import FixedClock
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import data_version, derived
from hallofshame.store.database import Database
from hallofshame.store.models import (
    Base,
    Park,
    ParkDailyStats,
    ParkHourlyStats,
    RideDailyStats,
    RideHourlyStats,
    RideOutage,
)
from hallofshame.store.observations import ObservationCache
from hallofshame.web.app import create_app
from hallofshame.web.endpoints import Endpoint, declared

NOW = dt.datetime(2026, 8, 20, 19, 0, tzinfo=dt.UTC)
SEEN_SECONDS = 42 * 3600
"""So long before now every reading is there; the day before in it is the pattern of the older days."""
DAYS = 60
DAY_SECONDS = 24 * 3600
BOUND_MS = 1_000.0
LOG = logging.getLogger("bench")

SHIFTED: tuple[type[Base], ...] = (
    RideHourlyStats,
    RideDailyStats,
    ParkHourlyStats,
    ParkDailyStats,
    RideOutage,
)
_OPERATORS = ("Disney", "Universal", "Six Flags", "Merlin", "Cedar Fair")
_COUNTRIES = ("United States", "France", "Japan", "United Kingdom")
_PARK, _RIDE = 7, 250
_PLACES = {"park": str(_PARK), "ride": str(_RIDE)}
_QUERIES: dict[str, list[dict[str, str]]] = {
    "/api/compare": [
        {"parks": "1,2,3,4,5,6", "period": "30days", "against": "previous"},
        {"rides": "1,2,3,4,5,6", "period": "30days", "against": "previous"},
    ],
    "/api/rides/sparklines": [{"ids": ",".join(str(ride) for ride in range(1, 501))}],
    "/api/downloads/<file>": [],
}
_PERIODS = ("today", "live", "30days", "this_year")
"""Those asked of every endpoint that takes a period: the default, and one of each way of reading."""
_POINT = (28.4186, -81.5812)
"""About where the parks lie: what the API's own examples of a latitude and longitude say."""
_APART_DEGREES = 0.004


def fill(database: Database, world: World, days: int) -> int:
    """The world with two days of readings, rolled up, and ``days`` of rows before them; returns its rows."""
    world.create(database)
    end = int(NOW.timestamp())
    world.load(database, end - SEEN_SECONDS, end)
    Rollup(database, FixedClock(NOW), LOG, ObservationCache()).run()
    pattern = NOW.date() - dt.timedelta(days=1)
    # Evenings in the west before it are no whole days.
    database.run(lambda connection: _forget_before(connection, pattern))
    for back in range(1, days - 1):
        database.run(lambda connection, back=back: _copy(connection, world, pattern, back))
    keys = [
        (park, pattern - dt.timedelta(days=back))
        for park in range(1, world.parks + 1)
        for back in range(days)
    ]
    database.run(lambda connection: derived.sum_up(connection, keys, removed=False))
    database.run(lambda connection: _name(connection, world))
    with database.read() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(derived.table_of(model))).scalar_one()
            for model in SHIFTED
        )


def _forget_before(connection: Connection, day: dt.date) -> None:
    for model in SHIFTED:
        table = derived.table_of(model)
        connection.execute(delete(table).where(table.c.day < day))


def _copy(connection: Connection, world: World, pattern: dt.date, back: int) -> None:
    """The rows of the pattern day as those of an earlier one, each ride in the part of another."""
    for model in SHIFTED:
        table = derived.table_of(model)
        values = {column.name: _earlier(column.name, table, world, pattern, back) for column in table.columns}
        query = select(*values.values()).where(table.c.day == pattern)
        connection.execute(insert(table).from_select(list(values), query))


def _earlier(name: str, table: Table, world: World, pattern: dt.date, back: int) -> ColumnElement[Any]:
    column = table.c[name]
    if name == "day":
        return literal(pattern - dt.timedelta(days=back), Date)
    if name in ("hour", "started_at", "ended_at"):
        return column - back * DAY_SECONDS
    if name == "ride_id":
        first = (table.c.park_id - 1) * world.rides + 1
        return first + (column - first + back) % world.rides
    return column


def _name(connection: Connection, world: World) -> None:
    for park in range(1, world.parks + 1):
        connection.execute(
            update(Park)
            .where(Park.park_id == park)
            .values(
                operator=_OPERATORS[park % len(_OPERATORS)],
                country=_COUNTRIES[park % len(_COUNTRIES)],
                region="Everywhere",
                latitude=_POINT[0] + park * _APART_DEGREES,
                longitude=_POINT[1],
            )
        )
    data_version.bump(connection, None)


def addresses(app: Flask, world: World) -> Iterator[str]:
    """What is asked: every endpoint as it stands and for other periods, the longest lists it gives."""
    for rule, found in declared(app):
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: _PLACES.get(name[1], ""), str(rule))
        for query in _QUERIES.get(str(rule), [{}]):
            for more in _variants(found):
                asked = more | query
                yield f"{path}?{urlencode(asked)}" if asked else path
    yield from ("/api/downloads/park-days-2026-08.parquet", "/api/downloads/ride-days-2026-07.csv")
    yield from (
        "/",
        "/rides",
        f"/parks/park-{_PARK}",
        f"/rides/{_RIDE}-ride-{(_RIDE - 1) % world.rides + 1}-of-{(_RIDE - 1) // world.rides + 1}",
        f"/cards/parks/park-{_PARK}.png",
        "/sitemap.xml",
    )


def _variants(found: Endpoint) -> Iterator[dict[str, str]]:
    names = {take.name: take for take in found.declared}
    most = {name: take.example or "" for name, take in names.items() if take.required}
    if "limit" in names:
        most["limit"] = str(names["limit"].schema["maximum"])
    yield most
    if "period" in names:
        for period in _PERIODS:
            if not (period == "live" and found.function.__name__ in ("trends", "least_reliable")):
                yield most | {"period": period}


def milliseconds(client: FlaskClient, address: str) -> tuple[float, bytes, int]:
    """What one answer took of the processor; its body, if it is JSON; its length."""
    started = time.process_time()
    answer = client.get(address)
    body, size = b"", 0
    for piece in answer.iter_encoded():
        size += len(piece)
        if answer.is_json:
            body += piece
    answer.close()
    spent = (time.process_time() - started) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{address}: {answer.status_code}")
    return spent, body, size


def resident() -> float:
    """Megabytes of this process."""
    with Path("/proc/self/status").open() as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))


def measure(database: Database, world: World) -> None:
    """Ask everything and print it, the slowest first."""
    app = create_app(database, FixedClock(NOW))
    client = app.test_client()
    rows = []
    begun = resident()
    for address in dict.fromkeys(addresses(app, world)):
        database.run(lambda connection: data_version.bump(connection, None))
        cold, body, size = milliseconds(client, address)
        warm, _, _ = milliseconds(client, address)
        dump = 0.0
        if body:
            known = json.loads(body)
            started = time.process_time()
            json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode()
            dump = (time.process_time() - started) * 1000
        rows.append((cold, warm, dump, size, address))
    rows.sort(reverse=True)
    print("   cold ms   warm ms   dump ms  cold/dump  warm/dump      KiB")
    for cold, warm, dump, size, address in rows:
        ratios = f"{cold / dump:10.1f} {warm / dump:10.2f}" if dump else " " * 21
        mark = "  over the bound" if cold > BOUND_MS else ""
        print(f"  {cold:8.1f} {warm:9.2f} {dump:9.2f} {ratios} {size / 1024:8.1f}  {address[:90]}{mark}")
    print(
        f"  resident memory {begun:.0f} MB before, {resident():.0f} MB after {len(rows)} addresses, "
        "twice each"
    )


def main() -> None:
    """Build the store and measure on it."""
    days = int(sys.argv[1]) if len(sys.argv) > 1 else DAYS
    world = World()
    describe(f"answers over {world.parks} parks / {world.parks * world.rides:,} rides / {days} days, SQLite")
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        started = time.perf_counter()
        rows = fill(database, world, days)
        print(f"  set-up: {rows:,} rows of hours, days and outages in {time.perf_counter() - started:.0f} s")
        measure(database, world)
        database.dispose()


if __name__ == "__main__":
    main()
