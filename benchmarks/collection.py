"""Collection of 150 parks against the replay server with 200 ms latency, many at once and one at a time.

Run as ``python -m benchmarks.collection``. The server runs in a process of its own.
"""

from __future__ import annotations

import datetime as dt
import logging
import multiprocessing
import tempfile
import time
from multiprocessing.connection import Connection

import polars as pl

from benchmarks.machine import describe
from hallofshame.clock import SystemClock
from hallofshame.domain.words import BreakdownSignal, Feed
from hallofshame.feeds.base import FeedContext
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy
from hallofshame.feeds.queue_times import QueueTimesFeed
from hallofshame.pipeline.collect import Collector
from hallofshame.replay import ReplayServer, Tape, TapeInfo
from hallofshame.store import catalogue, schema
from hallofshame.store.database import Database

PARKS, RIDES, LATENCY_MS = 150, 40, 200
ALONE = 15
LOG = logging.getLogger("bench")


def tape(park: int) -> Tape:
    """One park whose rides were polled every five minutes for the week around now."""
    now = dt.datetime.now(dt.UTC).replace(second=0, microsecond=0)
    polls = [now + dt.timedelta(minutes=5 * step) for step in range(-12, 13)]
    rows = pl.DataFrame(
        [
            (park, f"Park {park}", poll, ride, f"Ride {ride}", "Land", True, 5 * (ride % 12), poll)
            for poll in polls
            for ride in range(1, RIDES + 1)
        ],
        schema={
            "park_id": pl.Int32,
            "park_name": pl.String,
            "polled_at": pl.Datetime("us", "UTC"),
            "ride_id": pl.Int64,
            "ride_name": pl.String,
            "land": pl.String,
            "is_open": pl.Boolean,
            "wait_time": pl.Int32,
            "last_updated": pl.Datetime("us", "UTC"),
        },
        orient="row",
    )
    info = TapeInfo(
        feed=Feed.QUEUE_TIMES,
        park_external_id=str(park),
        park_name=f"Park {park}",
        timezone="UTC",
        cadence_seconds=300,
        group_name="Bench",
    )
    return Tape(info, rows)


def serve(pipe: Connection) -> None:
    """Run the replay server until told to stop."""
    with ReplayServer(tapes=[tape(park) for park in range(1, PARKS + 1)], latency_ms=LATENCY_MS) as server:
        pipe.send(server.base_url)
        pipe.recv()


def cycle_seconds(url: str, workers: int, parks: int) -> float:
    """Seconds of one cycle over some of the parks into a fresh database."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        schema.upgrade(database)
        rows = [
            catalogue.StoredPark(
                park_id=park,
                slug=f"park-{park}",
                name=f"Park {park}",
                timezone="UTC",
                primary_feed=int(Feed.QUEUE_TIMES),
                breakdown_signal=BreakdownSignal.CLOSED.value,
            )
            for park in range(1, parks + 1)
        ]
        ids = [
            catalogue.NewExternalId(Feed.QUEUE_TIMES, "park", str(park), park) for park in range(1, parks + 1)
        ]
        database.run(lambda connection: catalogue.upsert_parks(connection, rows))
        database.run(lambda connection: catalogue.add_external_ids(connection, ids, 0))
        clock = SystemClock()
        client = HttpClient(HttpPolicy(), clock)
        feeds = {Feed.QUEUE_TIMES: QueueTimesFeed(FeedContext(client, clock, LOG, url))}
        collector = Collector(database, feeds, clock, LOG, workers=workers)
        started = time.perf_counter()
        result = collector.cycle()
        spent = time.perf_counter() - started
        database.dispose()
    if result.answered != parks:
        raise RuntimeError(f"only {result.answered} of {parks} parks answered")
    return spent


def main() -> None:
    """Measure both ways in one run."""
    describe(f"collection of {PARKS} parks with {RIDES} rides each, {LATENCY_MS} ms latency, into SQLite")
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs,))
    server.start()
    try:
        url = ours.recv()
        together = cycle_seconds(url, 16, PARKS)
        alone = cycle_seconds(url, 1, ALONE) * PARKS / ALONE
    finally:
        ours.send("stop")
        server.join(10)
    print(f"  16 at once, at most 25 requests a second: {together:.1f} s (bound 10 s)")
    print(f"  one at a time: {alone:.1f} s (measured on {ALONE} parks and scaled) = {alone / together:.1f} ×")


if __name__ == "__main__":
    main()
