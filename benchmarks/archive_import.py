"""Import of archive files into history files against reading and storing one event after the other.

Run as ``python -m benchmarks.archive_import [--parks 20] [--days 62]``. The events are the changes in real
recordings, tiled: of ThemeParks.wiki with all its queues (Walt Disney World, Tokyo Disney Resort, a few looks
an hour), and of Queue-Times every five minutes (Disneyland Paris, Six Flags Great Adventure). A park keeps to
one recorded park; each of its days is one of the recorded ones, moved by some minutes, with names and ids of
its own. Needs the recordings folder beside the project; says so without it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import random
import resource
import sys
import tempfile
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
from tests.metrics.recordings import SHARED

from benchmarks.machine import describe
from benchmarks.world import ZONES
from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.words import BreakdownSignal, Feed
from hallofshame.feeds import archive
from hallofshame.feeds.archive_shelf import ArchiveShelf
from hallofshame.pipeline.event_log import store_events
from hallofshame.pipeline.import_archive import import_archive
from hallofshame.pipeline.registry import Registry
from hallofshame.store import catalogue, schema
from hallofshame.store.database import Database
from hallofshame.store.history.sealed import sealed_files
from hallofshame.store.history.shelves import FolderShelf

RECORDINGS = (
    "tpw_walt_disney_world",
    "tpw_tokyo_disney_resort",
    "qt_disneyland_paris_5min",
    "qt_six_flags_great_adventure_5min",
)
FIRST = dt.date(2025, 3, 1)
CLOCK = FixedClock(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
PARKS_PER_RESORT = 4
LOG = logging.getLogger("bench")

Change = tuple[int, str, dict[str, Any]]
"""Second of the day, name of the entity, and what it said."""


def recorded_days() -> list[list[list[Change]]]:
    """Per recorded park its days, each with the changes of a UTC day."""
    parks: defaultdict[str, defaultdict[dt.date, list[Change]]] = defaultdict(lambda: defaultdict(list))
    for recording in RECORDINGS:
        is_wiki = recording.startswith("tpw")
        rows = pl.read_parquet(SHARED / recording / ("live_rows.parquet" if is_wiki else "snapshots.parquet"))
        latest: dict[tuple[str, str], dict[str, Any]] = {}
        for row in rows.sort("polled_at").iter_rows(named=True):
            name, said = (
                (row["name"], _said(row)) if is_wiki else (row["ride_name"], _said_by_queue_times(row))
            )
            park, at = f"{recording} {row.get('park_name')}", row["polled_at"]
            if latest.get((park, name)) != said:
                latest[park, name] = said
                parks[park][at.date()].append((at.hour * 3600 + at.minute * 60 + at.second, name, said))
    days = [[changes for changes in of_park.values() if len(changes) > 300] for of_park in parks.values()]
    return [of_park for of_park in days if of_park]


def _said(row: dict[str, Any]) -> dict[str, Any]:
    return {"status": row["status"], "queue": _queues(row)}


def _said_by_queue_times(row: dict[str, Any]) -> dict[str, Any]:
    wait = row["wait_time"] or 0
    is_open = row["is_open"] or wait > 0
    queue = {"STANDBY": {"waitTime": wait}} if is_open else {}
    return {"status": "OPERATING" if is_open else "CLOSED", "queue": queue}


def _queues(row: dict[str, Any]) -> dict[str, Any]:
    queue: dict[str, Any] = {}
    if row["standby_wait"] is not None:
        queue["STANDBY"] = {"waitTime": row["standby_wait"]}
    if row.get("single_rider_wait") is not None:
        queue["SINGLE_RIDER"] = {"waitTime": row["single_rider_wait"]}
    if row["return_state"] is not None:
        kind = row.get("return_type") or "RETURN_TIME"
        queue[kind] = {
            "state": row["return_state"],
            "returnStart": row.get("return_start"),
            "returnEnd": None,
        }
    if row.get("paid_return_state") is not None:
        queue["PAID_RETURN_TIME"] = {
            "state": row["paid_return_state"],
            "returnStart": row["paid_return_start"],
            "price": {"amount": row["paid_price_amount"], "currency": "USD"},
        }
    return queue


def write_archive(folder: Path, parks: int, days: int) -> int:
    """Files of resorts of four parks each; returns the number of events."""
    chance, source, events = random.Random(1), recorded_days(), 0
    for number in range(days):
        day = FIRST + dt.timedelta(days=number)
        for resort in range(0, parks, PARKS_PER_RESORT):
            of_day: list[dict[str, Any]] = []
            for park in range(resort, min(resort + PARKS_PER_RESORT, parks)):
                of_day += _park_day(park, day, chance.choice(source[park % len(source)]), chance)
            of_day.sort(key=lambda event: str(event["eventTime"]))
            path = folder / f"resort-{resort:03}" / f"{day:%Y}" / f"{day:%m}" / f"{day:%d}.json.gz"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(zlib.compress(json.dumps({"events": of_day}).encode()))
            events += len(of_day)
    return events


def _park_day(
    park: int, day: dt.date, changes: list[Change], chance: random.Random
) -> Iterator[dict[str, Any]]:
    midnight = dt.datetime.combine(day, dt.time(), dt.UTC)
    shift = chance.randint(-900, 900)
    for second, name, said in changes:
        at = midnight + dt.timedelta(
            seconds=min(max(second + shift, 0), 86_399), milliseconds=chance.randint(0, 999)
        )
        yield {
            "entityId": f"750939c5-a69e-408a-{park:04}-{abs(hash_of(name)):012}",
            "internalId": f"{park:04}{abs(hash_of(name)) % 10_000}",
            "name": f"{name} of park {park}",
            "data": {**said, "destinationId": "89db5d43-c434-4097-b71f-f6869f495a22"},
            "eventTime": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "localTime": at.isoformat(timespec="seconds"),
            "timezone": ZONES[park % len(ZONES)],
            "parkId": f"park-{park}",
            "parkSlug": f"park{park}",
        }


def hash_of(name: str) -> int:
    """A number of a name, the same in every run."""
    return zlib.crc32(name.encode())


def catalogue_of(database: Database, parks: int) -> None:
    """The schema and the parks."""
    schema.upgrade(database)

    def work(connection: Any) -> None:
        rows = [
            catalogue.StoredPark(
                park_id=park + 1,
                slug=f"park-{park}",
                name=f"Park {park}",
                timezone=ZONES[park % len(ZONES)],
                primary_feed=int(Feed.THEMEPARKS_WIKI),
                breakdown_signal=BreakdownSignal.DOWN.value,
            )
            for park in range(parks)
        ]
        catalogue.upsert_parks(connection, rows)
        ids = [
            catalogue.NewExternalId(Feed.THEMEPARKS_WIKI, "park", f"park-{park}", park + 1)
            for park in range(parks)
        ]
        catalogue.add_external_ids(connection, ids, to_unix(CLOCK.now()))

    database.run(work)


def one_by_one(database: Database, folder: Path, files: int) -> tuple[int, float, float]:
    """Events of the first files read one by one and stored in SQL; events, seconds to read and in all."""
    shelf, registry, events, reading = ArchiveShelf(str(folder)), Registry(), 0, 0.0
    started = time.perf_counter()
    with database.read() as connection:
        known = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "park")
    for file in shelf.files()[:files]:
        begun = time.perf_counter()
        parts = archive.split_by_park(archive.decode(shelf.read(file)))
        pages = {park: archive.parse_events(part) for park, part in parts.items()}
        reading += time.perf_counter() - begun
        for park, page in pages.items():
            zone = ZONES[(known[park] - 1) % len(ZONES)]

            def work(connection: Any, park: str = park, page: Any = page, zone: str = zone) -> None:
                store_events(connection, registry, (known[park], zone), page.changes, CLOCK.now())

            database.run(work)
            events += len(page.changes)
    return events, reading, time.perf_counter() - started


@contextmanager
def peak_memory() -> Iterator[Callable[[], int]]:
    """The most memory of this process and its children together (proportional set size), in bytes."""
    most, ended = [0], threading.Event()

    def watch() -> None:
        while not ended.wait(0.2):
            most[0] = max(most[0], sum(_memory(pid) for pid in _family()))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield lambda: most[0]
    finally:
        ended.set()
        thread.join()


def _family() -> list[str]:
    children = Path("/proc/self/task").glob("*/children")
    return ["self", *(pid for task in children for pid in task.read_text().split())]


def _memory(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


@contextmanager
def as_started_by_the_command() -> Iterator[None]:
    """Let new processes import what the command's do: not this module with all that it needs (1.1 s each)."""
    main = sys.modules["__main__"]
    held = {name: main.__dict__.pop(name, None) for name in ("__spec__", "__file__")}
    main.__spec__ = None
    try:
        yield
    finally:
        main.__dict__.update(held)


def _processor() -> float:
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parks", type=int, default=20)
    parser.add_argument("--days", type=int, default=62)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    describe(f"archive import: {asked.parks} parks, {asked.days} days")
    if not all((SHARED / name).exists() for name in RECORDINGS):
        print(f"  left out: {', '.join(RECORDINGS)} are not beside the project")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archive_folder = folder / "archive"
        events = write_archive(archive_folder, asked.parks, asked.days)
        per_park_day = events / asked.parks / asked.days
        size = sum(path.stat().st_size for path in archive_folder.rglob("*.gz"))
        print(f"  {events:,} events ({per_park_day:.0f} a park-day) in {size / 1e6:.1f} MB")
        slow = Database(f"sqlite:///{folder / 'slow.db'}")
        catalogue_of(slow, asked.parks)
        some, reading, whole = one_by_one(slow, archive_folder, 20)
        slow.dispose()
        print(
            f"  one by one ({some:,} events): read {some / reading:,.0f} events/s, "
            f"read and stored in SQL {some / whole:,.0f} events/s"
        )
        database = Database(f"sqlite:///{folder / 'fast.db'}")
        catalogue_of(database, asked.parks)
        shelf = FolderShelf(folder / "history")
        begun, cpu = time.perf_counter(), _processor()
        with peak_memory() as most, as_started_by_the_command():
            result = import_archive(
                database, ArchiveShelf(str(archive_folder)), CLOCK, LOG, workers=asked.workers, history=shelf
            )
        seconds, used = time.perf_counter() - begun, _processor() - cpu
        with database.read() as connection:
            files = sealed_files(connection)
        done = result.events
        print(
            f"  into history files: {done:,} events in {seconds:.1f} s: {done / seconds:,.0f} events/s "
            f"(bound 100,000), {used:.1f} s of processor time ({done / used:,.0f} events per second of it); "
            f"at most {most() / 1e6:.0f} MB (bound 1,000)"
        )
        print(f"  {len(files)} files of {sum(file.bytes for file in files) / 1e6:.1f} MB, verified")
        begun = time.perf_counter()
        again = import_archive(
            database, ArchiveShelf(str(archive_folder)), CLOCK, LOG, workers=asked.workers, history=shelf
        )
        took = time.perf_counter() - begun
        print(f"  again: {again.known} files known, {again.new_rows} rows new, {took:.1f} s")
        database.dispose()


if __name__ == "__main__":
    main()
