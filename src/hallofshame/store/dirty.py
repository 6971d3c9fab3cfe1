"""The dirty list: park-days whose inputs changed since they were rolled up (design §1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.store import bulk
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import DirtyParkDay, ParkDailyStats

_DAYS = pl.Schema({"park_id": pl.Int64(), "day": pl.Date()})


def mark(connection: Connection, park_days: Iterable[tuple[int, dt.date]], reason: str, now: Instant) -> None:
    """Put park-days on the list, or move the generation of those already there on by one."""
    mark_frame(connection, pl.DataFrame(list(park_days), schema=_DAYS, orient="row"), reason, now)


def mark_frame(connection: Connection, park_days: pl.DataFrame, reason: str, now: Instant) -> None:
    """:func:`mark` for a frame with the columns ``park_id`` and ``day``; repeated rows count once.

    A park-day on the list keeps the time at which it came there, however often it is marked again.
    """
    moment = unix(now)
    rows = (
        park_days.select("park_id", "day")
        .unique()
        # One order for all writers: two that mark the same days wait for each other, never in a ring.
        .sort("park_id", "day")
        .with_columns(
            generation=pl.lit(1),
            reason=pl.lit(reason),
            marked_at=pl.lit(moment),
            first_marked_at=pl.lit(moment),
        )
    )
    bulk.upsert(connection, DirtyParkDay, rows, add=["generation"], keep=["first_marked_at"])


def mark_existing(
    connection: Connection, park_days: Iterable[tuple[int, dt.date]], reason: str, now: Instant
) -> None:
    """:func:`mark` those of ``park_days`` that were rolled up before; the others have nothing to correct."""
    asked = pl.DataFrame(list(park_days), schema=_DAYS, orient="row")
    known = _rolled_up(connection, asked)
    mark_frame(connection, asked.join(known, on=["park_id", "day"], how="semi"), reason, now)


def mark_missing(
    connection: Connection, park_days: Iterable[tuple[int, dt.date]], reason: str, now: Instant
) -> None:
    """:func:`mark` those of ``park_days`` that were never rolled up."""
    asked = pl.DataFrame(list(park_days), schema=_DAYS, orient="row")
    known = _rolled_up(connection, asked)
    mark_frame(connection, asked.join(known, on=["park_id", "day"], how="anti"), reason, now)


def _rolled_up(connection: Connection, asked: pl.DataFrame) -> pl.DataFrame:
    """The park-days that have rows, among those around ``asked``: ``park_id, day``."""
    if asked.is_empty():
        return asked
    days = ParkDailyStats.day
    return bulk.read_frame(
        connection,
        select(ParkDailyStats.park_id, days).where(
            ParkDailyStats.park_id.in_(asked["park_id"].unique().to_list()),
            days.between(asked["day"].min(), asked["day"].max()),
        ),
    )


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
