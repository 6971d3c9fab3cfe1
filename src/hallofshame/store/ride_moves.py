"""Moving what was said of one ride to another: readings, queues, and facts of ThemeParks.wiki (R14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import ColumnElement, Connection, delete, false, func, insert, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from hallofshame.domain.words import Feed, QueueType
from hallofshame.store.decisions import Move
from hallofshame.store.models import (
    DiningAvailability,
    EntityMetadata,
    HistoryMove,
    QueueData,
    RideCurrent,
    RideHours,
    RideStatusSnapshot,
    SealedPark,
    ShowTime,
)
from hallofshame.store.raw import bump_raw_revision

_AT_ONCE = 1_000


def move_readings(
    connection: Connection, park_id: int, moves: Sequence[Move], readings: pl.DataFrame | None = None
) -> int:
    """Make the moves of one park's readings, with their queues; returns how many readings SQL held of them.

    All moves happen at once, so that two rides may change places. Sealed files follow with the next seal;
    until then readers apply the moves. The present state of the rides is removed, to be found anew.

    :param readings: of the rides, from files and SQL (shape ``OBSERVATIONS``): SQL keeps queues for longer
        than the readings that they go with. Without them, those in SQL.
    """
    if not moves:
        return 0
    rides = {move.ride_id for move in moves} | {move.new_ride_id for move in moves}
    _note_for_files(connection, park_id, moves)
    moved = 0
    for move in moves:
        _set_queues(connection, park_id, move, _instants(connection, park_id, move, readings))
        rows = RideStatusSnapshot
        moved += connection.execute(
            update(rows)
            .where(
                rows.park_id == park_id,
                rows.ride_id == move.ride_id,
                rows.feed == move.feed,
                rows.observed_at.between(move.since, move.until),
            )
            .values(ride_id=-move.new_ride_id)
        ).rowcount
    first, last = min(move.since for move in moves), max(move.until for move in moves)
    for table in (RideStatusSnapshot, QueueData):
        for ride_id in sorted({move.new_ride_id for move in moves}):
            connection.execute(
                update(table)
                .where(
                    table.park_id == park_id,
                    table.ride_id == -ride_id,
                    table.observed_at.between(first, last),
                )
                .values(ride_id=ride_id)
            )
    connection.execute(delete(RideCurrent).where(RideCurrent.ride_id.in_(sorted(rides))))
    bump_raw_revision(connection, [park_id])
    return moved


@dataclass(frozen=True, slots=True)
class Reach:
    """From when until when facts of a ride move: park-local dates and Unix seconds, until excluded."""

    first_day: dt.date = dt.date.min
    end_day: dt.date = dt.date.max
    since: int = 0
    until: int = 2**62


EVERYTHING = Reach()


def move_facts(
    connection: Connection,
    park_id: int,
    ride_id: int,
    new_ride_id: int,
    reaches: Sequence[Reach] = (EVERYTHING,),
) -> set[dt.date]:
    """Give what ThemeParks.wiki tells of a ride beside its status to another ride that does not have it.

    Hours of its own by date, show times one by one; metadata and tables of restaurants only where the other
    ride has none. What the other ride has already stays with the first. Returns the dates of the hours moved.
    """
    days = _move_hours(connection, park_id, ride_id, new_ride_id, reaches)
    shows = ShowTime
    wanted = (shows.ride_id == ride_id) & _inside(shows.starts_at, reaches)
    own = {tuple(row) for row in connection.execute(select(shows.starts_at, shows.kind).where(wanted))}
    known = {
        tuple(row)
        for row in connection.execute(select(shows.starts_at, shows.kind).where(shows.ride_id == new_ride_id))
    }
    for starts_at, kind in sorted(own - known):
        connection.execute(
            update(shows)
            .where(shows.ride_id == ride_id, shows.starts_at == starts_at, shows.kind == kind)
            .values(ride_id=new_ride_id)
        )
    for table in (EntityMetadata, DiningAvailability):
        count = select(func.count()).select_from(table).where(table.ride_id == new_ride_id)
        if not connection.scalar(count):
            connection.execute(
                update(table)
                .where(table.ride_id == ride_id, _inside(table.seen_at, reaches))
                .values(ride_id=new_ride_id)
            )
    return days


def _inside(instant: InstrumentedAttribute[int], reaches: Sequence[Reach]) -> ColumnElement[bool]:
    return or_(false(), *(instant.between(reach.since, reach.until - 1) for reach in reaches))


def _move_hours(
    connection: Connection, park_id: int, ride_id: int, new_ride_id: int, reaches: Sequence[Reach]
) -> set[dt.date]:
    table = RideHours

    def dates(of: int) -> set[dt.date]:
        query = select(table.date).where(table.park_id == park_id, table.ride_id == of).distinct()
        return set(connection.scalars(query))

    days = {
        day
        for day in dates(ride_id) - dates(new_ride_id)
        if any(reach.first_day <= day < reach.end_day for reach in reaches)
    }
    for day in sorted(days):
        connection.execute(
            update(table)
            .where(table.park_id == park_id, table.date == day, table.ride_id == ride_id)
            .values(ride_id=new_ride_id)
        )
    return days


def _instants(connection: Connection, park_id: int, move: Move, readings: pl.DataFrame | None) -> set[int]:
    """When the readings of a move were said."""
    if readings is not None:
        said = (pl.col("ride_id") == move.ride_id) & (pl.col("feed") == move.feed)
        inside = pl.col("observed_at").is_between(move.since, move.until)
        return set(readings.filter(said & inside)["observed_at"])
    rows = RideStatusSnapshot
    query = select(rows.observed_at).where(
        rows.park_id == park_id,
        rows.ride_id == move.ride_id,
        rows.feed == move.feed,
        rows.observed_at.between(move.since, move.until),
    )
    return set(connection.scalars(query))


def _set_queues(connection: Connection, park_id: int, move: Move, instants: set[int]) -> None:
    """Mark the queues that go with the readings of a move: those of their instants.

    What visitors waited was told by TouringPlans alone, at whatever moment.
    """
    queues = QueueData
    inside = (
        (queues.park_id == park_id)
        & (queues.ride_id == move.ride_id)
        & queues.observed_at.between(move.since, move.until)
    )
    is_actual = queues.queue_type == int(QueueType.ACTUAL_STANDBY)
    marked = update(queues).values(ride_id=-move.new_ride_id)
    if move.feed == Feed.TOURING_PLANS:
        connection.execute(marked.where(inside, is_actual))
    found = connection.scalars(select(queues.observed_at).where(inside, ~is_actual).distinct())
    mine = sorted(instants.intersection(found))
    for start in range(0, len(mine), _AT_ONCE):
        some = queues.observed_at.in_(mine[start : start + _AT_ONCE])
        connection.execute(marked.where(inside, ~is_actual, some))


def _note_for_files(connection: Connection, park_id: int, moves: Sequence[Move]) -> None:
    """Note the moves for the sealed files that may hold any of the readings."""
    sealed = connection.scalar(select(func.max(SealedPark.last_at)).where(SealedPark.park_id == park_id))
    noted = [move for move in moves if sealed is not None and move.since <= sealed]
    if noted:
        connection.execute(
            insert(HistoryMove),
            [
                {
                    "park_id": park_id,
                    "feed": move.feed,
                    "ride_id": move.ride_id,
                    "new_ride_id": move.new_ride_id,
                    "since": move.since,
                    "until": move.until,
                }
                for move in noted
            ],
        )
