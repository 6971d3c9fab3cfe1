"""Days of rides in weeks, months and years: the migration counts what the roll-up would."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import insert, select, update

from hallofshame.store import derived, schema
from hallofshame.store.database import Database
from hallofshame.store.day_counts import RIDE_DAY_COUNTS
from hallofshame.store.models import (
    RideDailyStats,
    RideMonthlyStats,
    RideWeeklyStats,
    RideYearlyStats,
)
from store.samples import seed

FIRST = dt.date(2025, 12, 24)
TABLES = (RideWeeklyStats, RideMonthlyStats, RideYearlyStats)


def day_row(ride: int, number: int) -> dict[str, Any]:
    """Days of all kinds: not in E, not seen, seen and still, run, run with a queue."""
    kind = (number + ride) % 5
    values = {column.name: 0 for column in RideDailyStats.__table__.columns}
    return values | {
        "park_id": 1,
        "day": FIRST + dt.timedelta(days=number),
        "ride_id": ride,
        "eligible": int(kind > 0),
        "observed": 600 * (kind != 1),
        "operating": 300 * (kind > 2 or kind == 0),
        "wait_max": 10 if kind == 4 else 9,
        "metrics_version": 2,
    }


def counted(database: Database) -> list[list[tuple[Any, ...]]]:
    with database.read() as connection:
        return [
            [
                tuple(row)
                for row in connection.execute(
                    select(
                        model.ride_id, model.period_start, *(getattr(model, n) for n in RIDE_DAY_COUNTS)
                    ).order_by(model.ride_id, model.period_start)
                )
            ]
            for model in TABLES
        ]


def test_migration_counts_the_days_as_the_roll_up_does(database: Database) -> None:
    seed(database, {1: 3})
    days = [(1, FIRST + dt.timedelta(days=number)) for number in range(40)]
    with database.write() as connection:
        rows = [day_row(ride, number) for ride in (1, 2, 3) for number in range(40)]
        connection.execute(insert(RideDailyStats), rows)
        derived.sum_up(connection, days)
    wanted = counted(database)
    assert sum(row[2] for row in wanted[2]) == 3 * 40 * 3 // 5
    assert sum(row[3] for row in wanted[0]) == 3 * 40 * 2 // 5
    assert sum(row[4] for row in wanted[1]) == 3 * 40 // 5
    schema.downgrade(database, "0028")
    schema.upgrade(database)
    assert counted(database) == wanted
    with database.write() as connection:
        connection.execute(update(RideWeeklyStats).values(dict.fromkeys(RIDE_DAY_COUNTS, 0)))
        derived.sum_up(connection, days)
    assert counted(database) == wanted
