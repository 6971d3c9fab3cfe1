"""An installation of one park whose feed answers from memory."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hallofshame.clock import FixedClock
from hallofshame.domain.readings import (
    HistoryPage,
    ListedEntity,
    ListedPark,
    ParkReading,
    RideReading,
    ScheduleReading,
)
from hallofshame.domain.words import Feed, RideKind, Status
from hallofshame.feeds.base import Poll
from hallofshame.installation import Installation
from hallofshame.settings import Settings

NOON = dt.datetime(2026, 8, 20, 10, 0, tzinfo=dt.UTC)
"""Noon in Italy."""

GARDALAND = "gardaland"
GARDALAND_AT_QUEUE_TIMES = "12"


@dataclass
class MemoryFeed:
    """Queue-Times with one park of three rides; ``errors`` are raised by the next polls, one each.

    ``served_at`` is what its own clock shows.
    """

    feed: Feed = Feed.QUEUE_TIMES
    statuses: list[Status] = field(default_factory=lambda: [Status.OPERATING] * 3)
    errors: list[Exception] = field(default_factory=list)
    polls: int = 0
    syncs: int = 0
    served_at: dt.datetime | None = None

    def list_parks(self) -> list[ListedPark]:
        self.syncs += 1
        return [ListedPark(self.feed, GARDALAND_AT_QUEUE_TIMES, "Gardaland")]

    def list_entities(self, park_external_id: str) -> list[ListedEntity]:
        return []

    def poll(self, park_external_id: str) -> Poll:
        self.polls += 1
        if self.errors:
            raise self.errors.pop(0)
        rides = tuple(
            RideReading(str(number), f"Ride {number}", RideKind.ATTRACTION, status, 10 + self.polls)
            for number, status in enumerate(self.statuses, start=1)
        )
        return Poll(ParkReading(self.feed, park_external_id, rides), 200, 1, 5, self.served_at)

    def schedule(self, park_external_id: str, timezone: str) -> ScheduleReading:
        return ScheduleReading(())

    def history(self, park_external_id: str, start: dt.datetime, end: dt.datetime) -> HistoryPage:
        return HistoryPage(())


def gardaland(
    folder: Path, feed: MemoryFeed | None = None, clock: FixedClock | None = None, **given: Any
) -> Installation:
    """An installation in ``folder`` that knows Gardaland alone, ready to collect."""
    settings = Settings(_env_file=None, data=folder, parks=(GARDALAND,), **given)
    installation = Installation(
        settings,
        clock=clock if clock is not None else FixedClock(NOON),
        feeds={Feed.QUEUE_TIMES: feed if feed is not None else MemoryFeed()},
    )
    installation.make_ready(migrate=True)
    return installation
