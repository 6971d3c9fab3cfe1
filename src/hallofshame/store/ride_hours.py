"""Hours published for rides, versioned like the parks' (R5): what was said of each ride and date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.words import OPERATING_HOURS
from hallofshame.store import bulk
from hallofshame.store.models import RideHours

Slot: TypeAlias = tuple[str, int, int]
"""Kind, begin and end of one stretch of hours; instants in Unix seconds."""

_RideDate: TypeAlias = tuple[int, dt.date]
_Versions: TypeAlias = dict[int, frozenset[Slot]]
"""What was published of one ride and date, by the instant from which it was."""

_ROWS = pl.Schema(
    {
        "park_id": pl.Int64(),
        "date": pl.Date(),
        "ride_id": pl.Int64(),
        "seen_at": pl.Int64(),
        "opens_at": pl.Int64(),
        "closes_at": pl.Int64(),
        "kind": pl.String(),
        "superseded_at": pl.Int64(),
    }
)
_KEY = [name for name in _ROWS if name != "superseded_at"]


@dataclass(frozen=True, slots=True)
class HoursSeen:
    """All that one answer published of one ride and date. ``seen_at``: Unix seconds.

    ``is_partial``: something else of the answer was refused, so that it may be incomplete.
    """

    ride_id: int
    date: dt.date
    seen_at: int
    slots: frozenset[Slot]
    is_partial: bool = False


@dataclass(frozen=True, slots=True)
class HoursRow:
    """One stretch of hours in force; instants in Unix seconds."""

    ride_id: int
    date: dt.date
    kind: str
    opens_at: int
    closes_at: int


def publish(connection: Connection, park_id: int, seen: Iterable[HoursSeen]) -> set[dt.date]:
    """Store what answers published; returns the dates whose regular hours in force are others now.

    Only a changed set makes a new version. Answers may come in any order, also older than what is stored:
    each takes its place by its instant, and the latest is in force. An incomplete one counts only where
    nothing is known yet.
    """
    news: dict[_RideDate, list[HoursSeen]] = {}
    for one in seen:
        news.setdefault((one.ride_id, one.date), []).append(one)
    if not news:
        return set()
    stored = _stored(connection, park_id, news)
    old: list[pl.DataFrame] = []
    new: list[pl.DataFrame] = []
    changed: set[dt.date] = set()
    for key, sightings in news.items():
        before = stored.get(key, {})
        after = _merged(before, sightings)
        if after == before:
            continue
        old.append(_rows(park_id, key, before))
        new.append(_rows(park_id, key, after))
        if _in_force(before) != _in_force(after):
            changed.add(key[1])
    if new:
        rows = pl.concat(new)
        bulk.delete_keys(connection, RideHours, pl.concat(old).join(rows, on=_KEY, how="anti").select(_KEY))
        bulk.upsert(connection, RideHours, rows.sort(_KEY))
    return changed


def entries(
    connection: Connection, park_ids: Collection[int], start_date: dt.date, end_date: dt.date
) -> pl.DataFrame:
    """Regular hours in force of the dates ``start_date`` to ``end_date`` (both included).

    Columns: ``ride_id`` Int64, ``date`` Date, ``opens_at`` and ``closes_at`` Int64 (Unix seconds), sorted.
    """
    table = RideHours
    query = select(table.ride_id, table.date, table.opens_at, table.closes_at).where(
        table.park_id.in_(list(park_ids)),
        table.date.between(start_date, end_date),
        table.superseded_at.is_(None),
        table.kind == OPERATING_HOURS,
    )
    frame = bulk.read_numbers(connection, query)
    return frame.sort(frame.columns)


def ride_hours(
    connection: Connection, park_id: int, ride_id: int, start_date: dt.date, end_date: dt.date
) -> list[HoursRow]:
    """All kinds of hours in force of one ride on the dates from ``start_date`` to ``end_date``, in order."""
    table = RideHours
    query = (
        select(table.ride_id, table.date, table.kind, table.opens_at, table.closes_at)
        .where(
            table.park_id == park_id,
            table.date.between(start_date, end_date),
            table.ride_id == ride_id,
            table.superseded_at.is_(None),
        )
        .order_by(table.date, table.opens_at, table.closes_at, table.kind)
    )
    return [HoursRow(*row) for row in connection.execute(query)]


def _stored(
    connection: Connection, park_id: int, wanted: Collection[_RideDate]
) -> Mapping[_RideDate, _Versions]:
    table = RideHours
    dates = [date for _, date in wanted]
    query = select(
        table.ride_id, table.date, table.seen_at, table.kind, table.opens_at, table.closes_at
    ).where(
        table.park_id == park_id,
        table.date.between(min(dates), max(dates)),
        table.ride_id.in_({ride_id for ride_id, _ in wanted}),
    )
    slots: dict[_RideDate, dict[int, set[Slot]]] = {}
    for ride_id, date, seen_at, kind, opens_at, closes_at in connection.execute(query):
        version = slots.setdefault((ride_id, date), {}).setdefault(seen_at, set())
        version.add((kind, opens_at, closes_at))
    return {
        key: {seen_at: frozenset(versions[seen_at]) for seen_at in sorted(versions)}
        for key, versions in slots.items()
    }


def _merged(before: _Versions, seen: Iterable[HoursSeen]) -> _Versions:
    """The versions with what answers published in its place, where that differs from the version before it.

    What is stored stays: it was seen at that instant, also where an older answer says the same.
    """
    # At one instant what is stored comes first, so that the same answer read twice changes nothing.
    events = [(at, 0, False, slots) for at, slots in before.items()]
    events += [(one.seen_at, 1, one.is_partial, one.slots) for one in seen]
    after: _Versions = {}
    latest: frozenset[Slot] | None = None
    for at, is_new, is_partial, slots in sorted(events, key=lambda event: event[:3]):
        if is_new and (slots == latest or (is_partial and latest is not None)):
            continue
        if after.get(at) is not None:
            # Two answers of one instant: together they are what was published.
            slots |= after[at]
        after[at] = latest = slots
    return after


def _in_force(versions: _Versions) -> set[Slot]:
    """The regular hours of the latest version."""
    latest = versions[max(versions)] if versions else frozenset()
    return {slot for slot in latest if slot[0] == OPERATING_HOURS}


def _rows(park_id: int, key: _RideDate, versions: _Versions) -> pl.DataFrame:
    ride_id, date = key
    instants = sorted(versions)
    ends = dict(zip(instants, [*instants[1:], None], strict=False))
    rows = [
        (park_id, date, ride_id, seen_at, opens_at, closes_at, kind, ends[seen_at])
        for seen_at in instants
        for kind, opens_at, closes_at in sorted(versions[seen_at])
    ]
    return pl.DataFrame(rows, schema=_ROWS, orient="row")
