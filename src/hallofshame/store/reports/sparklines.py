"""Daily points of many parks or rides at once: only the counters that their one number is the ratio of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, Row, select

from hallofshame.domain.periods import DayRange
from hallofshame.store.models import ParkDailyStats, RideDailyStats
from hallofshame.store.reports.ranges import by_range

Pair = tuple[int, int]


def park_score_days(connection: Connection, ranges: Mapping[int, DayRange]) -> dict[int, dict[dt.date, Pair]]:
    """Weighted downtime and weighted exposure of the observed days of each park's own range."""
    model = ParkDailyStats
    found: dict[int, dict[dt.date, Pair]] = {}
    for days, park_ids in by_range(ranges).items():
        query = select(model.park_id, model.day, model.weighted_downtime, model.weighted_exposure).where(
            model.park_id.in_(park_ids), model.day.between(days.start, days.end), model.observed > 0
        )
        _collect(connection.execute(query), found)
    return found


def ride_uptime_days(
    connection: Connection, ranges: Mapping[int, DayRange], ride_ids: Collection[int]
) -> dict[int, dict[dt.date, Pair]]:
    """Operating seconds and downtime of the observed days of each ride in its park's own range."""
    model = RideDailyStats
    found: dict[int, dict[dt.date, Pair]] = {}
    for days, park_ids in by_range(ranges).items():
        query = select(model.ride_id, model.day, model.operating, model.downtime).where(
            model.park_id.in_(park_ids),
            model.ride_id.in_(ride_ids),
            model.day.between(days.start, days.end),
            model.observed > 0,
        )
        _collect(connection.execute(query), found)
    return found


def _collect(rows: Iterable[Row[int, dt.date, int, int]], found: dict[int, dict[dt.date, Pair]]) -> None:
    for key, day, first, second in rows:
        found.setdefault(key, {})[day] = (int(first), int(second))
