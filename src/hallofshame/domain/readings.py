"""What a feed said, in the project's words. Feeds make these; the pipeline stores them.

All instants are timezone-aware UTC, cut to whole seconds.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from hallofshame.domain.words import Feed, QueueType, RideKind, ScheduleKind, Status


@dataclass(frozen=True, slots=True)
class QueueReading:
    """One queue other than standby, as posted."""

    queue_type: QueueType
    wait_minutes: int | None = None
    state: str | None = None
    return_start: dt.datetime | None = None
    return_end: dt.datetime | None = None
    price_minor: int | None = None
    """Price in minor units of ``currency`` (1800 USD = 18.00 dollars)."""
    currency: str | None = None
    group_start: int | None = None
    group_end: int | None = None


@dataclass(frozen=True, slots=True)
class ShowTimeReading:
    """One performance of one entity."""

    kind: str
    starts_at: dt.datetime
    ends_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DiningTable:
    """How long a party of one size waits for a table; null minutes where none is offered now."""

    party_size: int
    wait_minutes: int | None


@dataclass(frozen=True, slots=True)
class RideSlot:
    """One stretch of hours published for one ride, not judged yet; a time that cannot be read is ``None``.

    ``said``: the same as the source wrote it, for messages.
    """

    kind: str
    opens_at: dt.datetime | None
    closes_at: dt.datetime | None
    said: str


@dataclass(frozen=True, slots=True)
class RideReading:
    """One entity of one answer. ``external_id`` is ``None`` where the source did not keep it."""

    external_id: str | None
    name: str
    kind: RideKind
    status: Status | None
    wait_minutes: int | None
    upstream_at: dt.datetime | None = None
    land: str | None = None
    queues: tuple[QueueReading, ...] = ()
    showtimes: tuple[ShowTimeReading, ...] = ()
    hours: tuple[RideSlot, ...] = ()
    dining: tuple[DiningTable, ...] = ()


STATUS_RANK = {Status.OPERATING: 0, Status.DOWN: 1, Status.CLOSED: 2, Status.REFURBISHMENT: 3}
"""Of two readings of one ride the one with the lower rank says more; unknown says least (R2)."""


def says_more(one: RideReading, other: RideReading) -> bool:
    """Whether ``one`` says more of its ride than ``other``: by status, then by the longer wait (R2)."""

    def rank(reading: RideReading) -> tuple[int, int]:
        known = len(STATUS_RANK) if reading.status is None else STATUS_RANK[reading.status]
        return known, -(-1 if reading.wait_minutes is None else reading.wait_minutes)

    return rank(one) < rank(other)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the data worth a person's eye; stored in ``data_quality_log``.

    ``kind`` is a stable slug (``unknown_status``, ``wait_out_of_range``, …), ``subject`` the thing it is
    about (an external id or name) and ``detail`` one plain sentence with the value and the remedy.
    """

    kind: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class ParkReading:
    """One park's answer of one feed at one instant."""

    feed: Feed
    park_external_id: str
    rides: tuple[RideReading, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class ListedPark:
    """One park as an upstream catalogue lists it."""

    feed: Feed
    external_id: str
    name: str
    destination: str | None = None
    country: str | None = None
    continent: str | None = None
    timezone: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class ListedEntity:
    """One child of a park as an upstream catalogue lists it."""

    external_id: str
    name: str
    kind: RideKind
    latitude: float | None = None
    longitude: float | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """Published hours of one park-local date; ``closes_at`` may lie on the next date."""

    date: dt.date
    kind: ScheduleKind
    opens_at: dt.datetime
    closes_at: dt.datetime
    description: str | None = None


@dataclass(frozen=True, slots=True)
class PurchaseReading:
    """Something on sale for one park-local date: a pass, or a place in the paid queue of one attraction.

    ``offer_id`` is the source's own, ``price_minor`` in minor units of ``currency``; null where not said.
    """

    date: dt.date
    offer_id: str
    kind: str
    name: str
    price_minor: int | None
    currency: str | None
    is_available: bool | None


@dataclass(frozen=True, slots=True)
class ScheduleReading:
    """Everything a feed publishes about a park's hours, and what is sold for its dates.

    What was refused is among the findings.
    """

    entries: tuple[PublishedEntry, ...]
    findings: tuple[Finding, ...] = ()
    purchases: tuple[PurchaseReading, ...] = ()


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One row of an event log: from ``at`` on the entity held this status and wait."""

    external_id: str
    name: str
    kind: RideKind
    at: dt.datetime
    status: Status | None
    wait_minutes: int | None
    queues: tuple[QueueReading, ...] = ()


@dataclass(frozen=True, slots=True)
class DayTold:
    """A ride's day as a source's own daily figures tell it, in minutes within the park's published hours.

    ``unknown_minutes``: neither operating nor down nor closed, by the source itself.
    """

    external_id: str
    name: str
    kind: RideKind
    day: dt.date
    scheduled_minutes: int
    operating_minutes: int
    down_minutes: int
    unknown_minutes: int


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A stretch of a park's event log."""

    changes: tuple[StatusChange, ...]
    findings: tuple[Finding, ...] = field(default=())
