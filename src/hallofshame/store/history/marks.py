"""Marks: which UTC days of which park have raw rows that the sealed files do not hold yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import polars as pl
from sqlalchemy import Connection, delete, insert, select

from hallofshame.metrics.frames import collect
from hallofshame.store import bulk
from hallofshame.store.models import HistoryFile, HistoryMark, HistoryMove

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
    days = collect(
        rows.lazy()
        .select(
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


def moves(connection: Connection, park_ids: Collection[int] | None = None) -> pl.DataFrame:
    """The moves that the sealed files do not follow yet, in the order they were made: shape ``MOVES``."""
    table = HistoryMove
    query = select(*(getattr(table, name) for name in MOVES)).order_by(table.move_id)
    if park_ids is not None:
        query = query.where(table.park_id.in_(list(park_ids)))
    return bulk.read_frame(connection, query)


def follow(connection: Connection, move_ids: Collection[int], start: int, end: int) -> None:
    """The files of a period follow these moves from now on: none of them concerns its instants any more.

    Else what is added to the files later would follow, too. ``start`` to before ``end``, Unix seconds.
    """
    pending = moves(connection)
    reaches = (pl.col("since") < end) & (pl.col("until") >= start)
    followed = set(pending.filter(reaches & pl.col("move_id").is_in(list(move_ids)))["move_id"])
    if not followed:
        return
    parks = pending.filter(pl.col("move_id").is_in(list(followed)))["park_id"].unique()
    # All moves of these parks are written anew, so that they stay in their order.
    concerned = pending.filter(pl.col("park_id").is_in(parks.to_list()))
    left = []
    for move in concerned.iter_rows(named=True):
        number, since, until = move.pop("move_id"), move["since"], move["until"]
        pieces = [(since, start - 1), (end, until)] if number in followed else [(since, until)]
        left += [move | {"since": first, "until": last} for first, last in pieces if first <= last]
    connection.execute(delete(HistoryMove).where(HistoryMove.move_id.in_(concerned["move_id"].to_list())))
    if left:
        connection.execute(insert(HistoryMove), left)


def forget_followed(connection: Connection) -> None:
    """Remove moves that no sealed file waits for: every one follows them, or none has their instants."""
    files = connection.execute(select(HistoryFile.starts_at, HistoryFile.ends_at).distinct()).all()
    over = [
        move["move_id"]
        for move in moves(connection).iter_rows(named=True)
        if not any(begins <= move["until"] and move["since"] < ends for begins, ends in files)
    ]
    if over:
        connection.execute(delete(HistoryMove).where(HistoryMove.move_id.in_(over)))
