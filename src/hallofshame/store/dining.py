"""Tables of restaurants: how long parties wait, kept as versions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl
from sqlalchemy import Connection, or_, select

from hallofshame.domain.readings import DiningTable
from hallofshame.store import bulk
from hallofshame.store.models import DiningAvailability

_Versions: TypeAlias = dict[int, str]
"""What was said of one restaurant, by the instant from which it was."""

_NOTHING = "[]"
_SCHEMA = {
    "park_id": pl.Int64(),
    "ride_id": pl.Int64(),
    "seen_at": pl.Int64(),
    "superseded_at": pl.Int64(),
    "tables": pl.String(),
}


@dataclass(frozen=True, slots=True)
class DiningSaid:
    """All that one answer said of one restaurant, maybe nothing. ``observed_at``: Unix seconds."""

    ride_id: int
    observed_at: int
    tables: tuple[DiningTable, ...]


@dataclass(frozen=True, slots=True)
class StoredDining:
    """What was said of a restaurant from ``seen_at`` until ``superseded_at``, in Unix seconds."""

    ride_id: int
    seen_at: int
    superseded_at: int | None
    tables: tuple[DiningTable, ...]


def publish(connection: Connection, park_id: int, said: Iterable[DiningSaid]) -> int:
    """Store what answers said of a park's restaurants; returns how many rows are new or changed.

    Only what differs from the version before it makes one. Answers may come in any order. A restaurant of
    which nothing was ever said has no row.
    """
    news: dict[int, list[DiningSaid]] = {}
    for one in said:
        news.setdefault(one.ride_id, []).append(one)
    if not news:
        return 0
    earliest = min(one.observed_at for found in news.values() for one in found)
    stored = _stored(connection, park_id, news, earliest)
    changed: list[tuple[int, int, int, int | None, str]] = []
    for ride_id, found in news.items():
        before = stored.get(ride_id, {})
        after = _merged(before, found)
        old, new = _chain(before), _chain(after)
        changed += [
            (park_id, ride_id, at, new[at], text) for at, text in after.items() if old.get(at, -1) != new[at]
        ]
    bulk.upsert(connection, DiningAvailability, pl.DataFrame(sorted(changed), schema=_SCHEMA, orient="row"))
    return len(changed)


def course(connection: Connection, park_id: int, start: int, end: int) -> list[StoredDining]:
    """What was said of a park's restaurants in force at any instant of ``[start, end)``, by ride and time."""
    table = DiningAvailability
    query = (
        select(table.ride_id, table.seen_at, table.superseded_at, table.tables)
        .where(
            table.park_id == park_id,
            table.seen_at < end,
            or_(table.superseded_at.is_(None), table.superseded_at > start),
        )
        .order_by(table.ride_id, table.seen_at)
    )
    return [StoredDining(row[0], row[1], row[2], _tables(row[3])) for row in connection.execute(query)]


def _merged(before: _Versions, said: Iterable[DiningSaid]) -> _Versions:
    events = [(at, 0, text) for at, text in before.items()]
    events += [(one.observed_at, 1, _text(one.tables)) for one in said]
    after: _Versions = {}
    latest = _NOTHING
    for at, is_new, text in sorted(events):
        if is_new and (text == latest or at in after):
            continue
        after[at] = latest = text
    return after


def _chain(versions: _Versions) -> dict[int, int | None]:
    instants = sorted(versions)
    return dict(zip(instants, [*instants[1:], None], strict=False))


def _stored(
    connection: Connection, park_id: int, rides: Iterable[int], earliest: int
) -> Mapping[int, _Versions]:
    table = DiningAvailability
    query = select(table.ride_id, table.seen_at, table.tables).where(
        table.park_id == park_id,
        table.ride_id.in_(list(rides)),
        or_(table.superseded_at.is_(None), table.superseded_at >= earliest),
    )
    found: dict[int, _Versions] = {}
    for ride_id, seen_at, text in connection.execute(query):
        found.setdefault(ride_id, {})[seen_at] = text
    return found


def _text(tables: Iterable[DiningTable]) -> str:
    return json.dumps([[table.party_size, table.wait_minutes] for table in tables], separators=(",", ":"))


def _tables(text: str) -> tuple[DiningTable, ...]:
    return tuple(DiningTable(size, wait) for size, wait in json.loads(text))
