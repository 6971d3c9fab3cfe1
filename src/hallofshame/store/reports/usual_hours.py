"""What rides usually did in each local hour of a weekday: sums over the days given (R7).

One query per park. The local hour follows from the UTC offsets of the park's zone, as in heatmaps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, distinct, func, select

from hallofshame.domain.periods import DayRange
from hallofshame.domain.rules import DAY_SECONDS, HOUR_SECONDS
from hallofshame.store.models import ParkDailyStats, ParkHourlyStats, RideDailyStats, RideHourlyStats
from hallofshame.store.reports.heatmaps import utc_offset_of


@dataclass(frozen=True, slots=True)
class UsualSums:
    """Sums over several days, of one local hour or of the whole days.

    ``posted_days``: days on which a wait was known; ``run_days``: days on which a ride ran or was down.
    ``wait_sum`` is in minutes × seconds, the other sums in seconds.
    """

    operating: int
    downtime: int
    wait_sum: int
    wait_known: int
    wait_max: int | None
    posted_days: int
    run_days: int


def usual_hours_of_rides(
    connection: Connection,
    park_id: int,
    timezone: str,
    days: Sequence[dt.date],
    ride_ids: Collection[int] | None = None,
) -> dict[int, dict[int, UsualSums]]:
    """By ride and local hour (0 to 23) over ``days``; of ``ride_ids`` only, where they are given.

    Hours in which a ride neither ran, nor was down, nor posted a wait are absent.
    """
    model = RideHourlyStats
    where = [model.park_id == park_id]
    if ride_ids is not None:
        where.append(model.ride_id.in_(list(ride_ids)))
    found: dict[int, dict[int, UsualSums]] = {}
    for ride_id, hour, *values in _rows(connection, model, model.ride_id, where, timezone, days):
        found.setdefault(ride_id, {})[hour] = _usual(values)
    return found


def usual_hours_of_park(
    connection: Connection, park_id: int, timezone: str, days: Sequence[dt.date]
) -> dict[int, UsualSums]:
    """The hours of a park over ``days``: sums over its eligible rides (R6)."""
    model = ParkHourlyStats
    rows = _rows(connection, model, model.park_id, [model.park_id == park_id], timezone, days)
    return {hour: _usual(values) for _park_id, hour, *values in rows}


def usual_days_of_rides(
    connection: Connection, park_id: int, days: Sequence[dt.date], ride_ids: Collection[int] | None = None
) -> dict[int, UsualSums]:
    """The sums of each ride of a park over whole ``days``; of ``ride_ids`` only, where they are given."""
    model = RideDailyStats
    where = [model.park_id == park_id, model.day.in_(list(days))]
    if ride_ids is not None:
        where.append(model.ride_id.in_(list(ride_ids)))
    query = select(model.ride_id, *_sums_of_days(model)).where(*where).group_by(model.ride_id)
    return {row[0]: _usual(row[1:]) for row in connection.execute(query)}


def usual_day_of_park(connection: Connection, park_id: int, days: Sequence[dt.date]) -> UsualSums:
    """The sums of a park over ``days``: over its eligible rides (R6)."""
    model = ParkDailyStats
    query = select(*_sums_of_days(model)).where(model.park_id == park_id, model.day.in_(list(days)))
    return _usual(tuple(connection.execute(query).one()))


def _sums_of_days(model: type[Any]) -> list[ColumnElement[Any]]:
    return [
        func.sum(model.operating),
        func.sum(model.downtime),
        func.sum(model.wait_sum),
        func.sum(model.wait_known),
        func.max(model.wait_max),
        func.sum(case((model.wait_known > 0, 1), else_=0)),
        func.sum(case((model.operating + model.downtime > 0, 1), else_=0)),
    ]


def _rows(
    connection: Connection,
    model: type[Any],
    key: Any,
    where: list[ColumnElement[bool]],
    timezone: str,
    days: Sequence[dt.date],
) -> list[tuple[Any, ...]]:
    """``(key, local hour, *fields of UsualSums)``."""
    if not days:
        return []
    offset = utc_offset_of(model.hour, DayRange(min(days), max(days)), timezone)
    local_hour = ((model.hour + offset) % DAY_SECONDS) // HOUR_SECONDS
    hours = (
        select(
            key.label("key"),
            local_hour.label("local_hour"),
            model.operating,
            model.downtime,
            model.wait_sum,
            model.wait_known,
            model.wait_max,
            case((model.wait_known > 0, model.day)).label("posted_on"),
            case((model.operating + model.downtime > 0, model.day)).label("ran_on"),
        )
        .where(model.day.in_(list(days)), model.operating + model.downtime + model.wait_known > 0, *where)
        .subquery()
    )
    query = select(
        hours.c.key,
        hours.c.local_hour,
        func.sum(hours.c.operating),
        func.sum(hours.c.downtime),
        func.sum(hours.c.wait_sum),
        func.sum(hours.c.wait_known),
        func.max(hours.c.wait_max),
        func.count(distinct(hours.c.posted_on)),
        func.count(distinct(hours.c.ran_on)),
    ).group_by(hours.c.key, hours.c.local_hour)
    return [(int(row[0]), int(row[1]), *row[2:]) for row in connection.execute(query)]


def _usual(values: Sequence[int | None]) -> UsualSums:
    """MariaDB answers sums as decimals."""
    operating, downtime, wait_sum, wait_known, wait_max, posted_days, run_days = values
    return UsualSums(
        int(operating or 0),
        int(downtime or 0),
        int(wait_sum or 0),
        int(wait_known or 0),
        None if wait_max is None else int(wait_max),
        int(posted_days or 0),
        int(run_days or 0),
    )
