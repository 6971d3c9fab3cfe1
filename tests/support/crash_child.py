"""A child process to be killed: goes on collecting and rolling up from where the store says it ended.

What a feed says depends on the instant alone, so an undisturbed
run and one in pieces hear the same.
"""

from __future__ import annotations

import datetime as dt
import logging
from multiprocessing.connection import Connection
from typing import ClassVar

from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import from_unix, to_unix
from hallofshame.domain.readings import ParkReading, RideReading
from hallofshame.domain.words import BreakdownSignal, Feed, RideKind, Status
from hallofshame.feeds.base import Poll
from hallofshame.pipeline.collect import Collector
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import catalogue, schema
from hallofshame.store.database import Database
from hallofshame.store.models import ParkActivitySnapshot
from hallofshame.store.observations import ObservationCache

START = dt.datetime(2026, 8, 21, 3, 30, tzinfo=dt.UTC)
"""Half an hour before midnight in New York, so that two park-days are in hand at once."""

CADENCE = 300
PARKS, RIDES = 3, 6


class Feed5:
    """Three parks whose rides change with the time."""

    feed: ClassVar[Feed] = Feed.QUEUE_TIMES

    def __init__(self, clock: FixedClock) -> None:
        self._clock = clock

    def poll(self, park: str) -> Poll:
        """What the park says at the clock's time."""
        step = to_unix(self._clock.now()) // CADENCE
        rides = []
        for ride in range(RIDES):
            runs = (step + 7 * ride + 3 * int(park)) % 23 > 4
            wait = 5 * ((step // 4 + ride) % 9) if runs else 0
            status = Status.OPERATING if runs else Status.CLOSED
            rides.append(RideReading(f"{park}-{ride}", f"Ride {ride}", RideKind.ATTRACTION, status, wait))
        return Poll(ParkReading(Feed.QUEUE_TIMES, park, tuple(rides)), 200, 1, 1)


def prepare(url: str) -> None:
    """Make the schema and the parks."""
    database = Database(url)
    schema.upgrade(database)
    rows = [
        catalogue.StoredPark(
            park_id=park,
            slug=f"park-{park}",
            name=f"Park {park}",
            timezone="America/New_York",
            primary_feed=int(Feed.QUEUE_TIMES),
            breakdown_signal=BreakdownSignal.CLOSED.value,
        )
        for park in range(1, PARKS + 1)
    ]
    ids = [
        catalogue.NewExternalId(Feed.QUEUE_TIMES, "park", str(row.park_id), row.park_id or 0) for row in rows
    ]
    database.run(lambda connection: catalogue.upsert_parks(connection, rows))
    database.run(lambda connection: catalogue.add_external_ids(connection, ids, 0))
    database.dispose()


def go_on(url: str, cycles: int) -> None:
    """Collect the cycles that are not in the store yet, rolling up after each."""
    database, log = Database(url), logging.getLogger("child")
    clock, cache = FixedClock(START), ObservationCache()
    feeds = {Feed.QUEUE_TIMES: Feed5(clock)}
    collector = Collector(database, feeds, clock, log, cadence_seconds=CADENCE, workers=2, cache=cache)  # type: ignore[arg-type]
    rollup = Rollup(database, clock, log, cache)
    with database.read() as connection:
        last = connection.scalar(select(func.max(ParkActivitySnapshot.observed_at)))
    done = 0 if last is None else (last - to_unix(START)) // CADENCE + 1
    # A killed child may leave the last cycle without its roll-up, and time has gone on meanwhile.
    clock.instant = START if last is None else from_unix(last)
    rollup.run()
    for cycle in range(done, cycles):
        clock.instant = from_unix(to_unix(START) + cycle * CADENCE)
        collector.cycle()
        rollup.run()
    database.dispose()


def live(says: Connection, url: str, cycles: int) -> None:
    """As :func:`go_on`, once it has said that it is ready."""
    says.send("ready")
    go_on(url, cycles)
