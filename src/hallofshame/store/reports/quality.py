"""How fresh each park's readings are, and how much of each of its days was seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, ScalarSelect, Select, select
from sqlalchemy.orm import InstrumentedAttribute

from hallofshame.domain.rules import hold_seconds
from hallofshame.domain.words import Feed, Origin, PollOutcome
from hallofshame.store.instants import Instant, latest_believable, unix
from hallofshame.store.models import FeedPoll, Park, ParkActivitySnapshot, ParkDailyStats


@dataclass(frozen=True, slots=True)
class ParkFreshness:
    """When a park gave its last reading, and how its last poll ended; instants in Unix seconds.

    Null where there was none yet. ``is_fresh``: it stands for the present still (R3).
    """

    park_id: int
    park_slug: str
    park_name: str
    last_reading_at: int | None
    age_seconds: int | None
    cadence_seconds: int | None
    is_fresh: bool
    last_poll_at: int | None
    last_poll_outcome: PollOutcome | None
    last_poll_feed: Feed | None


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """How much of a park's day was seen: seconds of its rides while it was open (R7).

    ``origin``: whose readings count (R15).
    """

    park_id: int
    park_slug: str
    day: dt.date
    window_seconds: int
    open_seconds: int
    observed_seconds: int
    evidence: str
    origin: Origin


def freshness(
    connection: Connection, now: Instant, park_ids: Collection[int] | None = None
) -> list[ParkFreshness]:
    """Every active park (of ``park_ids``), the one that was silent longest first."""
    cycles, polls = ParkActivitySnapshot, FeedPoll
    last_cycle = _last(cycles, cycles.observed_at, now)
    last_poll = _last(polls, polls.observed_at, now)
    parks = select(Park.park_id, Park.slug, Park.name, last_cycle, last_poll).where(Park.is_active)
    if park_ids is not None:
        parks = parks.where(Park.park_id.in_(list(park_ids)))
    found = []
    for park_id, slug, name, at, polled_at in connection.execute(parks).all():
        cadence = connection.scalar(
            select(cycles.cadence_seconds).where(cycles.park_id == park_id, cycles.observed_at == at)
        )
        poll = connection.execute(
            select(polls.observed_at, polls.outcome, polls.feed)
            .where(polls.park_id == park_id, polls.observed_at == polled_at)
            .order_by(polls.poll_id.desc())
            .limit(1)
        ).first()
        age = None if at is None else max(0, unix(now) - at)
        found.append(
            ParkFreshness(
                park_id,
                slug,
                name,
                at,
                age,
                cadence,
                age is not None and cadence is not None and age <= hold_seconds(cadence),
                poll[0] if poll else None,
                PollOutcome(poll[1]) if poll else None,
                Feed(poll[2]) if poll else None,
            )
        )
    return sorted(found, key=lambda each: (each.last_reading_at or 0, each.park_slug))


def coverage(
    connection: Connection, first: dt.date, last: dt.date, park_ids: Collection[int] | None = None
) -> list[DayCoverage]:
    """The rolled-up days from ``first`` to ``last`` (both included) of active parks, by park and day."""
    days = ParkDailyStats
    query = (
        select(
            days.park_id,
            Park.slug,
            days.day,
            days.window_seconds,
            days.open,
            days.observed,
            days.evidence,
            days.origin,
        )
        .join(Park, Park.park_id == days.park_id)
        .where(Park.is_active, days.day.between(first, last))
        .order_by(Park.slug, days.day)
    )
    if park_ids is not None:
        query = query.where(days.park_id.in_(list(park_ids)))
    return [
        DayCoverage(
            park_id,
            slug,
            day,
            window,
            opened,
            seen,
            evidence,
            Origin(origin),
        )
        for park_id, slug, day, window, opened, seen, evidence, origin in connection.execute(query)
    ]


def _last(
    table: type[ParkActivitySnapshot] | type[FeedPoll], value: InstrumentedAttribute[int], now: Instant
) -> ScalarSelect[int]:
    """The value of a park's latest row that is not of the future: one look at the key."""
    query: Select[int] = select(value)
    return (
        query.where(table.park_id == Park.park_id, table.observed_at <= latest_believable(now))
        .order_by(table.observed_at.desc())
        .limit(1)
        .correlate(Park)
        .scalar_subquery()
    )
