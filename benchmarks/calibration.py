"""What the chances to reopen cost: the daily job, and the first answer of the live board after a change.

Run as ``python -m benchmarks.calibration [--parks 150] [--rides 40] [--days 365] [--cadence 300]``. A
synthetic year in SQLite: rides stop about twice in three days, a third of them from the opening on; lengths
are drawn from a mixture of short and long. 300 rides are down at the end. The job and the board are run in a
process of their own each, so that the peak of memory is theirs.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from benchmarks.machine import describe
from benchmarks.world import World
from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import from_unix
from hallofshame.domain.rules import DAY_SECONDS, REPLAY_DAYS
from hallofshame.domain.words import Status
from hallofshame.pipeline.calibration import calibrate
from hallofshame.store import bulk
from hallofshame.store.data_version import bump
from hallofshame.store.database import Database
from hallofshame.store.models import (
    Base,
    ParkActivitySnapshot,
    ParkCurrent,
    ParkDailyStats,
    RideCurrent,
    RideOutage,
    RideOutagePart,
)
from hallofshame.web.app import create_app

NOW = int(dt.datetime(2026, 11, 1, 20, tzinfo=dt.UTC).timestamp())
OPENS, CLOSES = 9 * 3600, 23 * 3600
STOPS_A_DAY = 0.53
DOWN_NOW = 300


def zeros(model: type[Base]) -> dict[str, object]:
    """A row of ``model`` with nothing in the columns that may not be null."""
    kinds = {"String": "", "Text": "", "Date": dt.date(2026, 1, 1)}
    return {
        column.name: kinds.get(type(column.type).__name__, 0)
        for column in model.__table__.columns
        if not column.nullable
    }


def put(database: Database, model: type[Base], rows: list[dict[str, object]]) -> None:
    """Insert rows, each with zeros in the columns that it leaves out."""
    if rows:
        constant = {name: pl.lit(value) for name, value in zeros(model).items() if name not in rows[0]}
        frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(**constant)
        database.run(lambda connection: bulk.insert(connection, model, frame))


def fill(database: Database, world: World, days: int, cadence: int) -> int:
    """A year of every park; returns the number of outages."""
    chance = random.Random(7)
    total = 0
    first = NOW // DAY_SECONDS - days + 1
    for park_id in range(1, world.parks + 1):
        outages, parts, park_days = [], [], []
        for number in range(first, first + days):
            midnight, day = number * DAY_SECONDS, from_unix(number * DAY_SECONDS).date()
            park_days.append(
                {
                    "park_id": park_id,
                    "day": day,
                    "windows": json.dumps([[midnight + OPENS, midnight + CLOSES]]),
                    "evidence": "schedule",
                    "observed": (CLOSES - OPENS) * world.rides,
                }
            )
            for ride_id in range((park_id - 1) * world.rides + 1, park_id * world.rides + 1):
                for outage in day_of(chance, midnight):
                    key = {"park_id": park_id, "ride_id": ride_id, "day": day} | outage
                    outages.append(key | {"kind": "breakdown", "metrics_version": 2})
                    if number > first + days - REPLAY_DAYS - 3:
                        part = key | {"at_opening": outage["since_opening"], "metrics_version": 2}
                        parts.append(part)
                        del part["since_opening"]
        cycles = [
            {"park_id": park_id, "observed_at": at, "feed": 1, "cadence_seconds": cadence}
            for at in range((first + max(0, days - REPLAY_DAYS - 3)) * DAY_SECONDS, NOW + 1, cadence)
        ]
        for model, rows in (
            (RideOutage, outages),
            (RideOutagePart, parts),
            (ParkDailyStats, park_days),
            (ParkActivitySnapshot, cycles),
        ):
            put(database, model, rows)
        total += len(outages)
    stop_some(database, world, chance)
    return total


def day_of(chance: random.Random, midnight: int) -> list[dict[str, object]]:
    """The outages of one ride on one day, one after the other."""
    found: list[dict[str, object]] = []
    at = midnight + OPENS
    while chance.random() < STOPS_A_DAY / (1 + len(found)):
        opening = not found and chance.random() < 0.3
        at = midnight + OPENS if opening else at + chance.randrange(1200, 4 * 3600)
        seconds = int(chance.choice((600, 1500, 4800)) * chance.uniform(0.4, 1.6))
        if at + seconds >= min(midnight + CLOSES, NOW - 3600):
            break
        ended_by = "lost" if chance.random() < 0.1 else "reopened"
        found.append(
            {
                "started_at": at,
                "ended_at": at + seconds,
                "downtime": seconds,
                "ended_by": ended_by,
                "since_opening": int(opening),
                "counted": 1,
            }
        )
        at += seconds + 1
    return found


def stop_some(database: Database, world: World, chance: random.Random) -> None:
    """300 rides are down now, each for some minutes; the others run."""
    rides = range(1, world.parks * world.rides + 1)
    down = set(chance.sample(rides, min(DOWN_NOW, len(rides) // 2)))
    day = from_unix(NOW).date()
    current, outages, parts = [], [], []
    for ride_id in rides:
        park_id = (ride_id - 1) // world.rides + 1
        since = NOW - 60 * chance.randrange(*((5, 55) if ride_id in down else (30, 600)))
        status = int(Status.DOWN if ride_id in down else Status.OPERATING)
        current.append(
            {
                "ride_id": ride_id,
                "park_id": park_id,
                "observed_at": NOW,
                "feed": 2,
                "status": status,
                "effective_status": status,
                "since": since,
                "counts_as_down": int(ride_id in down),
            }
        )
        if ride_id in down:
            key = {"park_id": park_id, "ride_id": ride_id, "day": day, "started_at": since}
            lost = {"downtime": NOW - since, "counted": 1, "metrics_version": 2}
            outages.append(key | lost | {"kind": "breakdown", "since_opening": 0, "ended_at": None})
            parts.append(key | lost | {"ended_at": NOW, "ongoing": 1})
    put(database, RideCurrent, current)
    put(database, RideOutage, outages)
    put(database, RideOutagePart, parts)
    put(
        database,
        ParkCurrent,
        [
            {"park_id": park_id, "observed_at": NOW, "is_open": 1, "metrics_version": 2}
            for park_id in range(1, world.parks + 1)
        ],
    )
    database.run(lambda connection: bump(connection, NOW))


def measure(what: str, file: str) -> None:
    """In a process of its own: run the job or ask for the board, and print."""
    database, clock = Database(f"sqlite:///{file}"), FixedClock(from_unix(NOW + 30))
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    started, busy = time.perf_counter(), time.process_time()
    if what == "job":
        longest = 0.0
        last = started

        def progress(_done: int, _total: int) -> None:
            nonlocal longest, last
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

        judged, shown = calibrate(database, clock, progress)
        text = f"{shown} of {judged} classes show chances; longest step between two parks {longest:.2f} s"
    else:
        site = create_app(database, clock).test_client()
        seconds = []
        for _ in range(3):
            began = time.perf_counter()
            answer = site.get("/api/outages/now")
            seconds.append(time.perf_counter() - began)
            database.run(lambda connection: bump(connection, NOW))
        down = answer.get_json()["data"]["down"]
        with_chance = sum(row["chance_30_percent"] is not None for row in down)
        text = (
            f"first answer {seconds[0]:.2f} s, after a change {seconds[1]:.2f} and {seconds[2]:.2f} s; "
            f"{len(down)} down, {with_chance} with a chance within 30 minutes"
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"  {what}: {time.perf_counter() - started:.1f} s, {time.process_time() - busy:.1f} s of processor "
        f"time, peak {peak:.0f} MB ({base:.0f} MB before); {text}",
        flush=True,
    )
    database.dispose()


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parks", type=int, default=150)
    parser.add_argument("--rides", type=int, default=40)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--cadence", type=int, default=300)
    parser.add_argument("--file", help="keep the database there, and use it if it is there")
    parser.add_argument("--measure", choices=("job", "board"), help="of --file, in this process")
    asked = parser.parse_args()
    if asked.measure:
        measure(asked.measure, asked.file)
        return
    describe(
        f"Cost of chances: {asked.parks} parks of {asked.rides} rides, {asked.days} days, "
        f"looked at every {asked.cadence} s"
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(asked.file or f"{folder}/bench.sqlite")
        if not file.exists():
            world = World(asked.parks, asked.rides)
            database = Database(f"sqlite:///{file}")
            world.create(database)
            print(f"  {fill(database, world, asked.days, asked.cadence):,} outages", flush=True)
            database.dispose()
        for what in ("job", "board"):
            subprocess.run(
                [sys.executable, "-m", "benchmarks.calibration", "--file", str(file), "--measure", what],
                check=True,
            )


if __name__ == "__main__":
    main()
