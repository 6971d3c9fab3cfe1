"""The one signature of every feed. Client, clock and log are passed in; a feed knows no database."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from hallofshame.domain.readings import (
    HistoryPage,
    ListedEntity,
    ListedPark,
    ParkReading,
    ScheduleReading,
)
from hallofshame.domain.words import Feed


@dataclass(frozen=True, slots=True)
class FeedAnswer:
    """A decoded JSON answer and what it took to get it.

    ``served_at`` is when it was sent by the host's own clock, where the host says so. ``headers``: lower-case
    names.
    """

    body: Any
    http_status: int
    attempts: int
    duration_ms: int
    served_at: dt.datetime | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class JsonClient(Protocol):
    """Fetches JSON under one HTTP policy; raises :class:`~hallofshame.domain.errors.FeedError`."""

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> FeedAnswer:
        """GET ``url`` and decode its body."""


class Now(Protocol):
    """The part of a clock that a feed needs."""

    def now(self) -> dt.datetime:
        """The present instant, aware, UTC."""


@dataclass(frozen=True, slots=True)
class FeedContext:
    """What every feed is given."""

    client: JsonClient
    clock: Now
    log: logging.Logger
    base_url: str


@dataclass(frozen=True, slots=True)
class Poll:
    """One park's answer with what ``feed_polls`` records of the way it came.

    ``served_at`` is when it was sent by the host's own clock, where the host says so.
    """

    reading: ParkReading
    http_status: int
    attempts: int
    duration_ms: int
    served_at: dt.datetime | None = None


class LiveFeed(Protocol):
    """A feed. Methods a source cannot serve raise ``FeedError`` with outcome ``NOT_FOUND``.

    Every method raises :class:`~hallofshame.domain.errors.FeedError` when the source cannot be read and
    :class:`~hallofshame.domain.errors.BodyError` when its answer is not what it promises.
    """

    feed: ClassVar[Feed]

    def list_parks(self) -> list[ListedPark]:
        """All parks the source lists."""

    def list_entities(self, park_external_id: str) -> list[ListedEntity]:
        """The entities of one park; empty where the source has no such list."""

    def poll(self, park_external_id: str) -> Poll:
        """The present state of one park."""

    def schedule(self, park_external_id: str, timezone: str) -> ScheduleReading:
        """Published hours, as far as the source gives them; empty where it has none."""

    def history(self, park_external_id: str, start: dt.datetime, end: dt.datetime) -> HistoryPage:
        """The event log of ``[start, end)``; empty where the source keeps none."""
