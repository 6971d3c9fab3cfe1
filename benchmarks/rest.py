"""The whole system at rest with 150 parks, in real time: memory and processor time of all its processes.

Run as ``python -m benchmarks.rest [minutes]`` (5, the time of one cycle); ``make bench-rest`` does.
Recordings of 21 parks are played as 150 from a process of its own on loopback; two days of them lie behind
the first cycle.
``hallofshame run`` starts as anybody starts it. Measured is what follows once its first cycle and its daily
jobs are done: whole cycles, each rolled up, and one reader who looks at a page every ten seconds.
"""

from __future__ import annotations

import datetime as dt
import logging
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

import polars as pl
from tests.faults.results import FOLDER, add

from benchmarks.machine import describe
from hallofshame.clock import SystemClock
from hallofshame.demo_parks import RecordedPark, heard, write_catalogue
from hallofshame.domain.jobs import JobType
from hallofshame.domain.words import Feed
from hallofshame.feeds.recordings import read_rows
from hallofshame.installation import Installation
from hallofshame.pipeline.ingest import ingest_readings
from hallofshame.pipeline.shipped import CatalogueRow, load_parks
from hallofshame.replay import SHIPPED_RECORDINGS, ReplayServer, Tape, load_tapes
from hallofshame.replay.manifest import read_manifest
from hallofshame.replay.rows import derived_uuid
from hallofshame.settings import Settings
from hallofshame.store import joblog
from hallofshame.store.database import Database

PARKS = 150
RECORD_DAYS = 2
MOST_MEGABYTES, MOST_PERCENT = 512, 25
LOOK_SECONDS = 5.0
PAGE_SECONDS = 10.0
SETTLE_SECONDS = 600.0
CADENCE_SECONDS = 300
FIRST_PARK_ID = 10_001


def parks() -> list[RecordedPark]:
    """The recorded parks, played as 150 with ids, names and rides of their own."""
    known = {row.external_id(feed): row for row in load_parks() for feed in Feed}
    sources = [
        (tape, read_rows(SHIPPED_RECORDINGS / entry["folder"], tape.info.feed)[1])
        for tape, entry in zip(load_tapes(), read_manifest(SHIPPED_RECORDINGS), strict=True)
    ]
    return [_copy(number, *sources[number % len(sources)], known) for number in range(PARKS)]


def _copy(number: int, tape: Tape, rows: pl.DataFrame, known: dict[str | None, CatalogueRow]) -> RecordedPark:
    feed = tape.info.feed
    external_id = str(20_000 + number) if feed is Feed.QUEUE_TIMES else derived_uuid("rest", str(number))
    # Without an id of its own a ride gets one from its name and park.
    own_id = "ride_id" if feed is Feed.QUEUE_TIMES else "entity_id"
    own = (
        rows.with_columns(pl.lit(None, rows.schema[own_id]).alias(own_id)) if own_id in rows.columns else rows
    )
    info = replace(tape.info, park_external_id=external_id, park_name=f"Park {number}")
    copy = Tape(info, own)
    row = known[tape.info.park_external_id]
    ids = {"queue_times_id": None, "themeparks_wiki_id": None} | {f"{feed.slug}_id": external_id}
    made = replace(
        row,
        park_id=FIRST_PARK_ID + number,
        slug=f"park-{number}",
        name=f"Park {number}",
        primary_feed=feed,
        aliases=(),
        **ids,
    )
    return RecordedPark(made, (copy,))


def serve(pipe: Connection) -> None:
    """Play the parks until told to stop."""
    with ReplayServer(tapes=[park.tapes[0] for park in parks()]) as server:
        pipe.send(server.base_url)
        pipe.recv()


def prepare(folder: Path, url: str) -> dict[str, str]:
    """Write two days of record into ``folder``; returns the environment that the program runs with."""
    shown = parks()
    write_catalogue(shown, folder / "parks.csv")
    environment = {
        "HALLOFSHAME_DATA": str(folder / "data"),
        "HALLOFSHAME_CATALOGUE_FILE": str(folder / "parks.csv"),
        "HALLOFSHAME_PARKS": ",".join(park.row.slug for park in shown),
        "HALLOFSHAME_QUEUE_TIMES_URL": url,
        "HALLOFSHAME_THEMEPARKS_WIKI_URL": url,
    }
    settings = Settings(
        _env_file=None,
        data=folder / "data",
        catalogue_file=folder / "parks.csv",
        parks=tuple(park.row.slug for park in shown),
        queue_times_url=url,
        themeparks_wiki_url=url,
    )
    logging.disable(logging.WARNING)
    now = SystemClock().now()
    with Installation(settings) as parts:
        parts.make_ready(migrate=True)
        for park in shown:
            for tape, recording in heard(park, now - dt.timedelta(days=RECORD_DAYS), now):
                ingest_readings(
                    parts.database,
                    recording,
                    tape.info.feed,
                    cadence_seconds=tape.info.cadence_seconds,
                    clock=parts.clock,
                    log=parts.log("bench"),
                )
        parts.rollup.run()
    return environment


def processes(first: int) -> list[int]:
    """A process and all that it started, as Linux tells."""
    found, waiting = [], [first]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").iterdir():
            waiting += [int(child) for child in (task / "children").read_text().split()]
    return found


def memory_megabytes(pids: list[int]) -> float:
    """Proportional set size of processes together: what they share is counted once."""
    lines = [line for pid in pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def processor_seconds(pids: list[int]) -> float:
    """Processor time of processes together, with that of their children that have ended."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(folder: Path, environment: dict[str, str], minutes: float) -> dict[str, float]:
    """Run the program, wait until it is at rest, and measure it for so many minutes."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with (folder / "log").open("wb") as log:
        program = subprocess.Popen(
            [sys.executable, "-m", "hallofshame", "run", "--port", str(port)],
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
    try:
        _settle(program, folder)
        return _watch(program.pid, port, minutes)
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(60)


def _settle(program: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait for the end of the daily jobs that a new installation begins with."""
    database = Database(f"sqlite:///{folder / 'data' / 'hallofshame.sqlite'}")
    until = time.monotonic() + SETTLE_SECONDS
    try:
        while True:
            with database.read() as connection:
                last = [joblog.latest(connection, job) for job in (JobType.CYCLE, JobType.CALIBRATE)]
            if all(run is not None and run.finished_at is not None for run in last):
                return
            if program.poll() is not None or time.monotonic() > until:
                raise RuntimeError((folder / "log").read_text()[-3000:])
            time.sleep(1)
    finally:
        database.dispose()


def _watch(pid: int, port: int, minutes: float) -> dict[str, float]:
    seen, looked_at_page = [], 0.0
    began, used = time.monotonic(), processor_seconds(processes(pid))
    while (passed := time.monotonic() - began) < minutes * 60:
        seen.append(memory_megabytes(processes(pid)))
        if passed >= looked_at_page:
            looked_at_page += PAGE_SECONDS
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=30) as answer:
                answer.read()
        time.sleep(LOOK_SECONDS)
    alive = processes(pid)
    spent, passed = processor_seconds(alive) - used, time.monotonic() - began
    return {
        "minutes": round(passed / 60, 1),
        "processes": len(alive),
        "megabytes_mean": round(sum(seen) / len(seen)),
        "megabytes_most": round(max(seen)),
        "percent_of_a_core": round(100 * spent / passed, 1),
        "cycles": passed / CADENCE_SECONDS,
    }


def main() -> None:
    """Print the figures beside their bounds."""
    numbers = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    asked = float(numbers[0]) if numbers else 5.0
    # Whole cadences, so that it is as many cycles as belong to the time.
    minutes = max(1, round(asked * 60 / CADENCE_SECONDS)) * CADENCE_SECONDS / 60
    describe(f"The whole system at rest with {PARKS} parks, SQLite, {minutes:g} minutes of real time")
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs,))
    server.start()
    folder = Path(tempfile.mkdtemp(prefix="hallofshame-rest-"))
    try:
        environment = prepare(folder, ours.recv())
        found = measure(folder, environment, minutes)
    finally:
        ours.send("stop")
        server.join(10)
        shutil.rmtree(folder, ignore_errors=True)
    print(
        f"  {found['processes']} processes, memory {found['megabytes_mean']} MB on average, at most "
        f"{found['megabytes_most']} MB (bound {MOST_MEGABYTES} MB, shared pages counted once)"
    )
    print(
        f"  {found['percent_of_a_core']} % of one core (bound {MOST_PERCENT} %), "
        f"{found['cycles']:.1f} cycles included"
    )
    if "--result" in sys.argv:
        add(FOLDER / "rest.json", "rest", found)


if __name__ == "__main__":
    main()
