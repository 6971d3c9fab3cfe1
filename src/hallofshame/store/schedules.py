"""Published hours, versioned, so that any day can be recomputed as it was known then (R4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

import polars as pl
from sqlalchemy import Connection, insert, or_, select, update

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import PublishedEntry
from hallofshame.store import bulk
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import ParkSchedule

_DESCRIPTION_LENGTH = 250

_Entry = tuple[dt.date, str, int, int, str | None]
"""What makes two published entries the same: date, kind, opens at, closes at, description."""


def publish(
    connection: Connection,
    park_id: int,
    entries: Iterable[PublishedEntry],
    seen_at: Instant,
    from_date: dt.date,
    to_date: dt.date,
) -> set[dt.date]:
    """Let ``entries`` be what is known of the park's dates ``from_date`` to ``to_date`` (both included).

    Entries that were published already are untouched; those no longer published are superseded at
    ``seen_at``, new ones added. Entries of other dates are not looked at. Returns the dates that changed.
    """
    table = ParkSchedule
    moment = unix(seen_at)
    known: dict[_Entry, int] = {}
    rows = connection.execute(
        select(
            table.date, table.kind, table.opens_at, table.closes_at, table.description, table.schedule_id
        ).where(
            table.park_id == park_id,
            table.date.between(from_date, to_date),
            table.superseded_at.is_(None),
        )
    )
    for date, kind, opens_at, closes_at, description, schedule_id in rows:
        known[date, kind, opens_at, closes_at, description] = schedule_id
    published = {_entry(entry) for entry in entries if from_date <= entry.date <= to_date}
    gone = known.keys() - published
    new = sorted(published - known.keys(), key=lambda entry: (*entry[:4], entry[4] or ""))
    if gone:
        connection.execute(
            update(table)
            .where(table.schedule_id.in_([known[entry] for entry in gone]))
            .values(superseded_at=moment)
        )
    if new:
        connection.execute(
            insert(table),
            [
                {
                    "park_id": park_id,
                    "date": date,
                    "kind": kind,
                    "opens_at": opens_at,
                    "closes_at": closes_at,
                    "description": description,
                    "seen_at": moment,
                }
                for date, kind, opens_at, closes_at, description in new
            ],
        )
    return {entry[0] for entry in gone} | {entry[0] for entry in new}


def entries(
    connection: Connection,
    park_ids: Collection[int],
    start_date: dt.date,
    end_date: dt.date,
    as_of: Instant | None = None,
) -> pl.DataFrame:
    """What is published of the dates ``start_date`` to ``end_date`` (both included), all kinds.

    Columns: ``park_id`` Int64, ``date`` Date, ``kind`` String, ``opens_at`` and ``closes_at`` Int64 (Unix
    seconds), sorted by these. With ``as_of``: what was known at that instant.
    """
    table = ParkSchedule
    query = select(table.park_id, table.date, table.kind, table.opens_at, table.closes_at).where(
        table.park_id.in_(list(park_ids)), table.date.between(start_date, end_date)
    )
    if as_of is None:
        query = query.where(table.superseded_at.is_(None))
    else:
        moment = unix(as_of)
        query = query.where(
            table.seen_at <= moment, or_(table.superseded_at.is_(None), table.superseded_at > moment)
        )
    frame = bulk.read_frame(connection, query)
    return frame.sort(frame.columns)


def _entry(entry: PublishedEntry) -> _Entry:
    text = (entry.description or "").strip()[:_DESCRIPTION_LENGTH].rstrip()
    return (
        entry.date,
        entry.kind.value,
        to_unix(entry.opens_at),
        to_unix(entry.closes_at),
        text or None,
    )
