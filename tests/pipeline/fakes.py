"""A feed without a network, and a small world with a record worth looking at."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, TypeVar

import polars as pl

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import FeedError
from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.readings import (
    HistoryPage,
    ListedEntity,
    ListedPark,
    ParkReading,
    PublishedEntry,
    ScheduleReading,
    StatusChange,
)
from hallofshame.domain.words import Feed, PollOutcome, RideKind, ScheduleKind, Status
from hallofshame.feeds.base import Poll
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.record import QUEUES, write_observations
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import catalogue, dirty
from hallofshame.store.catalogue import NewExternalId, NewRide, StoredPark
from hallofshame.store.database import Database
from hallofshame.store.reports.findings import FindingRow, list_findings

T = TypeVar("T")

LOG = logging.getLogger("tests")

ROME = 1
NEW_YORK = 2
OSAKA = 3
"""A third park, for tests in which two have to be left alone."""
TIMEZONES = {ROME: "Europe/Rome", NEW_YORK: "America/New_York"}
WIKI_IDS = {ROME: "wiki-rome", NEW_YORK: "wiki-new-york"}
QUEUE_TIMES_IDS = {ROME: "101", NEW_YORK: "102"}
THREE_WIKI_IDS = WIKI_IDS | {OSAKA: "wiki-osaka"}
CADENCE = 300

MONDAY = dt.date(2026, 6, 1)
TUESDAY = dt.date(2026, 6, 2)
WEDNESDAY = dt.date(2026, 6, 3)


def at(text: str) -> dt.datetime:
    """An instant in UTC: ``2026-06-01 12:00``."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@dataclass
class FakeFeed:
    """A feed that answers what it is told to; errors stand in for answers. ``asked`` are the requests."""

    feed: ClassVar[Feed] = Feed.THEMEPARKS_WIKI
    parks: list[ListedPark] | FeedError = field(default_factory=list)
    entities: dict[str, list[ListedEntity] | FeedError] = field(default_factory=dict)
    schedules: dict[str, ScheduleReading | FeedError] = field(default_factory=dict)
    changes: dict[str, list[StatusChange] | FeedError] = field(default_factory=dict)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def list_parks(self) -> list[ListedPark]:
        """What was put into ``parks``."""
        return _said(self.parks)

    def list_entities(self, park_external_id: str) -> list[ListedEntity]:
        """What was put into ``entities``, else none."""
        return _said(self.entities.get(park_external_id, []))

    def poll(self, park_external_id: str) -> Poll:
        """A park without rides."""
        return Poll(ParkReading(self.feed, park_external_id, ()), 200, 1, 1)

    def schedule(self, park_external_id: str, timezone: str) -> ScheduleReading:
        """What was put into ``schedules``, else no hours."""
        return _said(self.schedules.get(park_external_id, ScheduleReading(())))

    def history(self, park_external_id: str, start: dt.datetime, end: dt.datetime) -> HistoryPage:
        """Those of ``changes`` that lie in ``[start, end)``."""
        self.asked.append(("history", park_external_id, f"{start:%Y-%m-%d %H:%M}", f"{end:%Y-%m-%d %H:%M}"))
        changes = _said(self.changes.get(park_external_id, []))
        return HistoryPage(tuple(change for change in changes if start <= change.at < end))


class FakeQueueTimes(FakeFeed):
    """The same as the other feed."""

    feed: ClassVar[Feed] = Feed.QUEUE_TIMES


def _said(answer: T | FeedError) -> T:
    if isinstance(answer, FeedError):
        raise answer
    return answer


def refused(outcome: PollOutcome) -> FeedError:
    """A feed that could not be read."""
    return FeedError(f"the feed said {outcome.value}", outcome=outcome)


def seed_parks(database: Database, *park_ids: int, signal: str = "down") -> None:
    """Parks with the ids of both feeds; the first feed is ThemeParks.wiki."""
    with database.write() as connection:
        catalogue.upsert_parks(
            connection,
            [
                StoredPark(
                    park_id=park_id,
                    slug=f"park-{park_id}",
                    name=f"Park {park_id}",
                    timezone=TIMEZONES.get(park_id, "Asia/Tokyo"),
                    primary_feed=int(Feed.THEMEPARKS_WIKI),
                    breakdown_signal=signal,
                )
                for park_id in park_ids
            ],
        )
        ids = [
            NewExternalId(feed, "park", known[park_id], park_id)
            for park_id in park_ids
            for feed, known in (
                (Feed.THEMEPARKS_WIKI, THREE_WIKI_IDS),
                (Feed.ARCHIVE, THREE_WIKI_IDS),
                (Feed.QUEUE_TIMES, QUEUE_TIMES_IDS | {OSAKA: "103"}),
            )
        ]
        catalogue.add_external_ids(connection, ids, 0)


def seed_rides(
    database: Database, park_id: int, *names: str, kind: RideKind = RideKind.ATTRACTION, seen_at: int = 0
) -> list[int]:
    """Rides with the ThemeParks.wiki id ``park-name``; returns their ids."""
    with database.write() as connection:
        new = [NewRide(park_id, name, kind.value, None, seen_at) for name in names]
        rides = catalogue.create_rides(connection, new)
        ids = [
            NewExternalId(Feed.THEMEPARKS_WIKI, "ride", f"{park_id}-{name}", ride)
            for name, ride in zip(names, rides, strict=True)
        ]
        catalogue.add_external_ids(connection, ids, 0)
    return rides


def a_day(
    park_id: int, day: dt.date, rides: Iterable[int], *, down: dict[int, tuple[int, int]] | None = None
) -> pl.DataFrame:
    """A day sampled every five minutes: open from 10 to 18 local, waits of 5 × the ride's place.

    ``down``: ride → first and last minute of the local day in which it is DOWN.
    """
    start, end = day_bounds(day, TIMEZONES[park_id])
    rows = []
    for instant in range(start, end, CADENCE):
        minute = (instant - start) // 60
        for place, ride in enumerate(rides, start=1):
            since, until = (down or {}).get(ride, (0, 0))
            is_open = 600 <= minute < 1080
            broken = is_open and since <= minute < until
            status = Status.DOWN if broken else Status.OPERATING if is_open else Status.CLOSED
            # One minute more every half hour, or the park would stand still and count as frozen.
            wait = 5 * place + minute % 60 // 30 if status is Status.OPERATING else None
            rows.append((park_id, ride, instant, 0, status, wait, int(Feed.THEMEPARKS_WIKI), False, CADENCE))
    return pl.DataFrame(rows, schema=OBSERVATIONS, orient="row")


def observe(database: Database, *frames: pl.DataFrame) -> None:
    """Write observations as a cycle would."""
    with database.write() as connection:
        observations = pl.concat(frames).sort("park_id", "observed_at", "ride_id")
        write_observations(connection, observations, pl.DataFrame(schema=QUEUES), TIMEZONES, at("2026-06-10"))


def roll_up(database: Database) -> None:
    """Empty the dirty list."""
    Rollup(database, FixedClock(at("2026-06-10")), LOG).run()


def dirty_days(database: Database) -> set[tuple[int, dt.date]]:
    """The dirty list."""
    with database.read() as connection:
        return set(dirty.dirty(connection).select("park_id", "day").iter_rows())


def settled(database: Database) -> None:
    """Empty the dirty list."""
    roll_up(database)
    assert not dirty_days(database)


def small_world(database: Database) -> dict[int, list[int]]:
    """Two parks of four rides over two days, one ride of each down for an hour on Monday, rolled up."""
    seed_parks(database, ROME, NEW_YORK)
    rides = {park: seed_rides(database, park, "Alpha", "Bravo", "Charlie", "Delta") for park in TIMEZONES}
    for park, known in rides.items():
        observe(
            database,
            a_day(park, MONDAY, known, down={known[1]: (720, 780)}),
            a_day(park, TUESDAY, known),
        )
    roll_up(database)
    return rides


def found(database: Database, *kinds: str) -> list[FindingRow]:
    """The findings of these kinds."""
    with database.read() as connection:
        return list_findings(connection, kinds=kinds or None)


def change(
    name: str, park_id: int, moment: dt.datetime, status: Status, wait: int | None = None
) -> StatusChange:
    """One row of an event log about a ride of :func:`seed_rides`."""
    return StatusChange(f"{park_id}-{name}", name, RideKind.ATTRACTION, moment, status, wait)


def hours(date: dt.date, opens: int, closes: int) -> PublishedEntry:
    """Regular hours of a date, in hours UTC."""
    midnight = dt.datetime.combine(date, dt.time(), dt.UTC)
    return PublishedEntry(
        date,
        ScheduleKind.OPERATING,
        midnight + dt.timedelta(hours=opens),
        midnight + dt.timedelta(hours=closes),
    )
