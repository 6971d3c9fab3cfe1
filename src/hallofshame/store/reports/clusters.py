"""What a figure of a period consists of, day by day: from how much these differ its certainty is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from hallofshame.domain.periods import ONE_DAY, DayRange
from hallofshame.store import bulk
from hallofshame.store.reports.ranges import Grain, by_range
from hallofshame.store.reports.sums import PARK_TABLES

LONGEST_BY_DAY = 92
"""Longer periods are read by whole weeks (days): a seventh of the rows, which depend less on one another."""

Clusters = dict[int, list[tuple[int, int]]]
"""The pairs (numerator, denominator) of each park's days or weeks; parks without any are absent."""


def shame_clusters(connection: Connection, ranges: Mapping[int, DayRange]) -> Clusters:
    """Of the shame score: weighted seconds lost and due."""
    return _clusters(connection, ranges, lambda row: (row.weighted_downtime, row.weighted_exposure))


def comparable_clusters(connection: Connection, ranges: Mapping[int, DayRange]) -> Clusters:
    """Of the comparable score: weighted seconds of breakdown, and those due without any other downtime."""

    def pair(row: Any) -> tuple[Any, Any]:
        return row.weighted_breakdown, row.weighted_exposure - row.weighted_downtime + row.weighted_breakdown

    return _clusters(connection, ranges, pair)


def wait_clusters(connection: Connection, ranges: Mapping[int, DayRange]) -> Clusters:
    """Of the average wait: minutes × seconds, and seconds with a known wait."""
    return _clusters(connection, ranges, lambda row: (row.wait_sum, row.wait_known))


def _clusters(
    connection: Connection, ranges: Mapping[int, DayRange], pair: Callable[[Any], tuple[Any, Any]]
) -> Clusters:
    """The pairs that ``pair`` takes from each row."""
    found: Clusters = {}
    for days, park_ids in by_range(ranges).items():
        if days.days > LONGEST_BY_DAY:
            (table, first), end = PARK_TABLES[Grain.WEEK], days.end - 6 * ONE_DAY
        else:
            (table, first), end = PARK_TABLES[Grain.DAY], days.end
        over, under = pair(table)
        query = select(table.park_id, over.label("over"), under.label("under")).where(
            table.park_id.in_(park_ids), first.between(days.start, end), under > 0
        )
        for park_id, *values in bulk.NumberQuery(query).rows(connection):
            found.setdefault(park_id, []).append((values[0], values[1]))
    return found
