"""The dirty list: park-days whose inputs changed since they were rolled up (design §1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from typing import TypeAlias

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.store import bulk
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import DirtyParkDay, ParkDailyStats

ParkDay: TypeAlias = tuple[int, dt.date]
"""Park and local day."""

_MARKS = pl.Schema(
    {
        "park_id": pl.Int64(),
        "day": pl.Date(),
        "generation": pl.Int64(),
        "reason": pl.String(),
        "marked_at": pl.Int64(),
        "first_marked_at": pl.Int64(),
    }
)


def mark(connection: Connection, park_days: Iterable[ParkDay], reason: str, now: Instant) -> None:
    """Put park-days on the list, or move the generation of those already there on by one.

    Repeated ones count once. A park-day on the list keeps the time at which it came there, however often it
    is marked again.
    """
    # One order for all writers: two that mark the same days wait for each other, never in a ring.
    days = sorted(set(park_days))
    if not days:
        return
    moment = unix(now)
    rows = pl.DataFrame(
        [(park_id, day, 1, reason, moment, moment) for park_id, day in days], schema=_MARKS, orient="row"
    )
    bulk.upsert(connection, DirtyParkDay, rows, add=["generation"], keep=["first_marked_at"])


def mark_existing(connection: Connection, park_days: Iterable[ParkDay], reason: str, now: Instant) -> None:
    """:func:`mark` those of ``park_days`` that were rolled up before; the others have nothing to correct."""
    asked = set(park_days)
    mark(connection, asked & _rolled_up(connection, asked), reason, now)


def mark_missing(connection: Connection, park_days: Iterable[ParkDay], reason: str, now: Instant) -> None:
    """:func:`mark` those of ``park_days`` that were never rolled up."""
    asked = set(park_days)
    mark(connection, asked - _rolled_up(connection, asked), reason, now)


def _rolled_up(connection: Connection, asked: Collection[ParkDay]) -> set[ParkDay]:
    """The park-days that have rows, among those around ``asked``."""
    if not asked:
        return set()
    parks, days = sorted({park_id for park_id, _ in asked}), [day for _, day in asked]
    rows = bulk.read_frame(
        connection,
        select(ParkDailyStats.park_id, ParkDailyStats.day).where(
            ParkDailyStats.park_id.in_(parks), ParkDailyStats.day.between(min(days), max(days))
        ),
    )
    return set(rows.iter_rows())


def dirty(connection: Connection, limit: int | None = None) -> pl.DataFrame:
    """The list, or its first ``limit`` rows: ``park_id`` Int64, ``day`` Date, ``generation`` Int64.

    Earliest days first, because which rides operated on a day is an input of the six days after it.
    """
    table = DirtyParkDay
    query = select(table.park_id, table.day, table.generation).order_by(table.day, table.park_id)
    return bulk.read_frame(connection, query.limit(limit))


def clear(connection: Connection, marks: pl.DataFrame) -> int:
    """Take rows that :func:`dirty` gave off the list; returns how many went.

    A mark that has moved on since (another input changed while the rollup computed) stays.
    """
    return bulk.delete_keys(connection, DirtyParkDay, marks.select("park_id", "day", "generation"))


def still_marked(connection: Connection, marks: pl.DataFrame) -> pl.DataFrame:
    """The park-days of ``marks`` that are on the list now: ``park_id, day``, in their order.

    To be asked in the writing transaction: the rows stay locked until its end, so that of two rollups
    that computed the same park-day one writes after the other, and the later only if a mark is left.
    """
    if marks.is_empty():
        return marks.select("park_id", "day")
    table = DirtyParkDay
    query = (
        select(table.park_id, table.day)
        .where(
            table.park_id.in_(marks["park_id"].unique().to_list()),
            table.day.between(marks["day"].min(), marks["day"].max()),
        )
        .order_by(table.park_id, table.day)
        .with_for_update()
    )
    left = bulk.read_frame(connection, query)
    return marks.select("park_id", "day").join(left, on=["park_id", "day"], how="semi", maintain_order="left")
