"""Feeds that are polled, and readings in one line: what a live cycle needs, without a network."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import FeedError
from hallofshame.domain.readings import Finding, ParkReading, QueueReading, RideReading, ShowTimeReading
from hallofshame.domain.words import Feed, RideKind, Status
from hallofshame.feeds.base import FeedAnswer, Poll
from hallofshame.pipeline.collect import Collector, CycleResult
from hallofshame.pipeline.identity import Sighting
from hallofshame.pipeline.registry import ManualMapping, Registry
from hallofshame.store import bulk, catalogue, dirty
from hallofshame.store.catalogue import StoredRide
from hallofshame.store.database import Database
from hallofshame.store.models import Base
from pipeline.fakes import CADENCE, LOG, NEW_YORK, ROME, WIKI_IDS, FakeFeed
from support.waiting import PATIENCE_SECONDS

UP, DOWN, SHUT, REFURBISHED = Status.OPERATING, Status.DOWN, Status.CLOSED, Status.REFURBISHMENT


@dataclass
class Polled(FakeFeed):
    """A feed whose polls answer what was put into ``says``, by the park's id there; nothing by default.

    ``served_at`` is what its own clock shows; polls of ``hanging`` parks end only when ``go_on`` is set.
    """

    says: dict[str, Sequence[RideReading] | FeedError] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    served_at: dt.datetime | None = None
    hanging: set[str] = field(default_factory=set)
    go_on: threading.Event = field(default_factory=threading.Event)

    def poll(self, park_external_id: str) -> Poll:
        """The readings put into ``says``."""
        self.asked.append(("poll", park_external_id))
        if park_external_id in self.hanging:
            self.go_on.wait(PATIENCE_SECONDS)
        said = self.says.get(park_external_id, ())
        if isinstance(said, FeedError):
            raise said
        return Poll(
            ParkReading(self.feed, park_external_id, tuple(said), self.findings), 200, 1, 7, self.served_at
        )


@dataclass
class Says:
    """A JSON client that gives the body known for each address."""

    bodies: dict[str, object]

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> FeedAnswer:
        """That body, as if it had come at once."""
        return FeedAnswer(self.bodies[url], 200, 1, 1)


class PolledQueueTimes(Polled):
    """The same as the other feed."""

    feed: ClassVar[Feed] = Feed.QUEUE_TIMES


def reading(
    name: str,
    status: Status | None = UP,
    wait: int | None = None,
    *,
    id: str | None = "",  # noqa: A002
    kind: RideKind = RideKind.ATTRACTION,
    upstream_at: dt.datetime | None = None,
    queues: tuple[QueueReading, ...] = (),
    showtimes: tuple[ShowTimeReading, ...] = (),
) -> RideReading:
    """One entity of an answer; its id is its name unless another, or ``None``, is given."""
    return RideReading(
        name if id == "" else id, name, kind, status, wait, upstream_at, None, queues, showtimes
    )


def collector(
    database: Database, *feeds: FakeFeed, now: dt.datetime, clock: FixedClock | None = None, **options: Any
) -> Collector:
    """A collector over ``feeds`` whose clock stands at ``now``, or is the one given."""
    options = {"cadence_seconds": CADENCE, "workers": 2} | options
    by_feed = {feed.feed: feed for feed in feeds}
    return Collector(database, by_feed, clock or FixedClock(now), LOG, **options)


def cycle(database: Database, *feeds: FakeFeed, now: dt.datetime, **options: Any) -> CycleResult:
    """One cycle of a collector of its own."""
    return collector(database, *feeds, now=now, **options).cycle()


def resolve(
    database: Database,
    *sightings: Sighting,
    feed: Feed = Feed.QUEUE_TIMES,
    park_id: int = ROME,
    registry: Registry | None = None,
    mapping: Sequence[ManualMapping] = (),
    seen_at: dt.datetime,
) -> list[int]:
    """The rides of ``sightings``, which came in one answer."""
    known = registry or Registry(mapping)
    with database.write() as connection:
        answers = known.resolve(connection, park_id, feed, sightings, seen_at)
    return [answers[sighting] for sighting in sightings]


def rides(database: Database, park_id: int = ROME) -> list[StoredRide]:
    """All rides of a park."""
    with database.read() as connection:
        return catalogue.rides(connection, park_id)


def rows(database: Database, model: type[Base], *columns: str) -> list[tuple[Any, ...]]:
    """All rows of a table in the order of its key, or some columns of them."""
    table = model.__table__
    with database.read() as connection:
        frame = bulk.read_frame(connection, select(table))
    frame = frame.sort([column.name for column in table.primary_key])
    return (frame.select(columns) if columns else frame).rows()


FOUR = [
    reading("Alpha", UP, 30),
    reading("Bravo", DOWN),
    reading("Charlie", SHUT),
    reading("Delta", REFURBISHED),
]
"""One reading of each status."""


def both_parks(**options: Any) -> Polled:
    """The four at the park in Rome, the first two of them in New York."""
    return Polled(says={WIKI_IDS[ROME]: FOUR, WIKI_IDS[NEW_YORK]: FOUR[:2]}, **options)


def marks(database: Database) -> set[tuple[int, str]]:
    """The marks of the dirty list: park and month-day."""
    with database.read() as connection:
        return {(park, f"{day:%m-%d}") for park, day, _ in dirty.dirty(connection).iter_rows()}
