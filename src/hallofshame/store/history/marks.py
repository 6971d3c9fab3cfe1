"""Marks: which UTC days of which park have raw rows that the sealed files do not hold yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl
from sqlalchemy import Connection, delete, func, insert, select

from hallofshame.domain.words import Feed
from hallofshame.store import bulk
from hallofshame.store.models import HistoryMark, HistoryMove, RideStatusSnapshot, SealedPark

MOVES = pl.Schema(
    {
        "move_id": pl.Int64(),
        "park_id": pl.Int64(),
        "feed": pl.Int64(),
        "ride_id": pl.Int64(),
        "new_ride_id": pl.Int64(),
        "since": pl.Int64(),
        "until": pl.Int64(),
    }
)


def mark_changed(connection: Connection, rows: pl.DataFrame) -> None:
    """Note that raw rows were written: ``park_id`` and ``observed_at`` (Unix seconds) of each.

    Belongs into the transaction that wrote them.
    """
    days = (
        rows.select(
            pl.col("park_id").cast(pl.Int64),
            day=pl.from_epoch(pl.col("observed_at").cast(pl.Int64), "s").dt.date(),
        )
        .unique()
        # One order for all writers: two that mark the same days wait for each other, never in a ring.
        .sort("park_id", "day")
        .with_columns(generation=pl.lit(1, pl.Int64))
    )
    bulk.upsert(connection, HistoryMark, days, add=["generation"])


def marks(connection: Connection, first: dt.date, last: dt.date) -> pl.DataFrame:
    """The marks of the days ``first`` to ``last``: ``park_id`` Int64, ``day`` Date, ``generation`` Int64."""
    table = HistoryMark
    query = select(table.park_id, table.day, table.generation).where(table.day.between(first, last))
    return bulk.read_frame(connection, query)


def marked_days(connection: Connection) -> list[dt.date]:
    """Every UTC day with a mark, in order."""
    query = select(HistoryMark.day).group_by(HistoryMark.day).order_by(HistoryMark.day)
    return list(connection.scalars(query))


def clear(connection: Connection, seen: pl.DataFrame) -> None:
    """Take marks that :func:`marks` gave away again, unless they have moved on since."""
    bulk.delete_keys(connection, HistoryMark, seen.select("park_id", "day", "generation"))


def note_move(
    connection: Connection, park_id: int, feed: Feed, ride_id: int, new_ride_id: int, since: int
) -> None:
    """Note that what ``feed`` said of a ride from ``since`` on is being given to another ride (R14).

    To be called before the SQL rows move, in their transaction. Nothing is noted where no sealed file holds
    anything of the park since then.
    """
    sealed = connection.scalar(
        select(func.max(SealedPark.last_at)).where(SealedPark.park_id == park_id, SealedPark.last_at >= since)
    )
    if sealed is None:
        return
    rows = RideStatusSnapshot
    latest = connection.scalar(
        select(func.max(rows.observed_at)).where(
            rows.park_id == park_id, rows.ride_id == ride_id, rows.observed_at >= since
        )
    )
    connection.execute(
        insert(HistoryMove).values(
            park_id=park_id,
            feed=int(feed),
            ride_id=ride_id,
            new_ride_id=new_ride_id,
            since=since,
            until=max(sealed, latest or sealed),
        )
    )


def moves(connection: Connection, park_ids: Collection[int] | None = None) -> pl.DataFrame:
    """The moves that the sealed files do not follow yet, in the order they were made: shape ``MOVES``."""
    table = HistoryMove
    query = select(*(getattr(table, name) for name in MOVES)).order_by(table.move_id)
    if park_ids is not None:
        query = query.where(table.park_id.in_(list(park_ids)))
    return bulk.read_frame(connection, query)


def forget_moves(connection: Connection, move_ids: Collection[int]) -> None:
    """Remove moves that every sealed file follows now."""
    if move_ids:
        connection.execute(delete(HistoryMove).where(HistoryMove.move_id.in_(list(move_ids))))
