"""Rides' days as an outside source tells them, beside ours."""

from __future__ import annotations

import datetime as dt

import polars as pl
from sqlalchemy import Connection, func, select

from hallofshame.metrics.agreement import COMPARED
from hallofshame.store import bulk
from hallofshame.store.models import OutsideDay, ParkDailyStats, RideDailyStats


def last_compared(connection: Connection) -> dict[int, int]:
    """When each park was compared last, Unix seconds."""
    table = OutsideDay
    rows = connection.execute(select(table.park_id, func.max(table.compared_at)).group_by(table.park_id))
    return {row[0]: row[1] for row in rows}


def our_days(connection: Connection, park_id: int, first: dt.date, last: dt.date) -> pl.DataFrame:
    """Our ride-days of a park that had open time: ``park_id, day, ride_id``, counters and ``origin``."""
    ride, park = RideDailyStats, ParkDailyStats
    columns = (ride.park_id, ride.day, ride.ride_id, ride.open, ride.observed, ride.operating, ride.down)
    query = (
        select(*columns, park.origin)
        .join(park, (park.park_id == ride.park_id) & (park.day == ride.day))
        .where(ride.park_id == park_id, ride.day.between(first, last))
        .where(ride.open > 0, park.origin.is_not(None))
    )
    return bulk.read_frame(connection, query)


def keep(connection: Connection, days: pl.DataFrame) -> int:
    """Put these (shape ``COMPARED``) in the place of earlier ones of the same days; returns how many."""
    bulk.upsert(connection, OutsideDay, days.select(COMPARED.names()))
    return days.height


def compared_days(connection: Connection, since: dt.date) -> pl.DataFrame:
    """Everything compared of the days from ``since`` on, shape ``COMPARED``."""
    table = OutsideDay.__table__
    return (
        bulk.read_frame(connection, select(table).where(table.c.day >= since))
        .select(COMPARED.names())
        .cast(COMPARED)
    )


def compared_at(connection: Connection) -> int | None:
    """When anything was compared last; ``None`` before the first time."""
    found: int | None = connection.scalar(select(func.max(OutsideDay.compared_at)))
    return found
