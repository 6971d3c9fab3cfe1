"""Outages of a range (R9). An outage belongs to the park-local day on which it began."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.periods import DayRange
from hallofshame.domain.ride_types import RideType
from hallofshame.domain.words import EndedBy, NotCounted, OutageKind
from hallofshame.store.models import RideOutage
from hallofshame.store.reports.ranges import by_range
from hallofshame.store.ride_types import rides_of_types

_WIDEST_OFFSET = dt.timedelta(hours=14)


@dataclass(frozen=True, slots=True)
class Outage:
    """One outage; ``ended_at`` null = still down; ``downtime_seconds`` is the open time in which it did not
    run.

    That is downtime only where ``counted`` (R5). ``ended_by``: null while it lasts; ``since_opening``: it
    began with the opening; ``not_counted``: why it does not count, null where it does.
    """

    ride_id: int
    day: dt.date
    started_at: int
    ended_at: int | None
    kind: OutageKind
    downtime_seconds: int
    flaps: int
    counted: bool
    ended_by: EndedBy | None
    since_opening: bool
    not_counted: NotCounted | None

    @property
    def reopened(self) -> bool:
        """Whether it ended with the ride seen operating, so that its length is known."""
        return self.ended_by is EndedBy.REOPENED


def _began_in(days: DayRange) -> list[ColumnElement[bool]]:
    """``day`` decides; the wide bounds on ``started_at`` let the index do the work."""
    return [
        RideOutage.day.between(days.start, days.end),
        RideOutage.started_at.between(*_instants(days)),
    ]


def _instants(days: DayRange) -> tuple[int, int]:
    """Bounds that hold the days of every time zone, in Unix seconds."""
    midnight = dt.datetime.combine(days.start, dt.time(), dt.UTC)
    until = dt.datetime.combine(days.end, dt.time(23, 59, 59), dt.UTC)
    return to_unix(midnight - _WIDEST_OFFSET), to_unix(until + _WIDEST_OFFSET)


def _outage(row: Any) -> Outage:
    return Outage(
        row[0],
        row[1],
        row[2],
        row[3],
        OutageKind(row[4]),
        int(row[5]),
        row[6],
        bool(row[7]),
        None if row[8] is None else EndedBy(row[8]),
        bool(row[9]),
        None if row[10] is None else NotCounted(row[10]),
    )


_COLUMNS = (
    RideOutage.ride_id,
    RideOutage.day,
    RideOutage.started_at,
    RideOutage.ended_at,
    RideOutage.kind,
    RideOutage.downtime,
    RideOutage.flaps,
    RideOutage.counted,
    RideOutage.ended_by,
    RideOutage.since_opening,
    RideOutage.not_counted,
)


def outage_counts(
    connection: Connection, ranges: Mapping[int, DayRange], ride_ids: Collection[int]
) -> dict[int, int]:
    """How many counted outages of each of the rides began in its park's range; others are absent."""
    if not ranges or not ride_ids:
        return {}
    inside = or_(
        *[
            and_(RideOutage.park_id.in_(park_ids), RideOutage.day.between(days.start, days.end))
            for days, park_ids in by_range(ranges).items()
        ]
    )
    widest = DayRange(min(days.start for days in ranges.values()), max(days.end for days in ranges.values()))
    # The rides alone decide where to look: along their key that is one stretch of each, along the parks' key
    # it is every ride of the parks.
    count = func.sum(case((inside, 1), else_=0))
    query = (
        select(RideOutage.ride_id, count)
        .where(
            RideOutage.ride_id.in_(ride_ids),
            RideOutage.started_at.between(*_instants(widest)),
            RideOutage.counted == 1,
        )
        .group_by(RideOutage.ride_id)
    )
    return {ride_id: int(found) for ride_id, found in connection.execute(query) if found}


def ongoing_kinds(connection: Connection, ride_ids: Collection[int]) -> dict[int, OutageKind]:
    """The kind of the outage of each of the rides that is not over yet; others are absent."""
    query = select(RideOutage.ride_id, RideOutage.kind).where(
        RideOutage.ride_id.in_(ride_ids), RideOutage.ended_at.is_(None)
    )
    return {ride_id: OutageKind(kind) for ride_id, kind in connection.execute(query)}


def ongoing_outages(connection: Connection, ride_ids: Collection[int]) -> dict[int, Outage]:
    """The outage of each of the rides that is not over yet; others are absent."""
    query = (
        select(*_COLUMNS)
        .where(RideOutage.ride_id.in_(ride_ids), RideOutage.ended_at.is_(None))
        .order_by(RideOutage.ride_id, RideOutage.started_at.desc())
    )
    return {row[0]: _outage(row) for row in connection.execute(query)}


def park_outages(
    connection: Connection, park_id: int, days: DayRange, limit: int
) -> tuple[int, list[Outage]]:
    """How many outages began in the park in the range, and the latest ``limit`` of them, newest first."""
    where = [RideOutage.park_id == park_id, *_began_in(days)]
    total = connection.execute(select(func.count()).select_from(RideOutage).where(*where)).scalar_one()
    query = (
        select(*_COLUMNS)
        .where(*where)
        .order_by(RideOutage.started_at.desc(), RideOutage.ride_id)
        .limit(limit)
    )
    return int(total), [_outage(row) for row in connection.execute(query)]


def ride_outages(connection: Connection, ride_id: int, days: DayRange) -> list[Outage]:
    """Every outage of one ride that began in the range, newest first."""
    query = (
        select(*_COLUMNS)
        .where(RideOutage.ride_id == ride_id, *_began_in(days))
        .order_by(RideOutage.started_at.desc())
    )
    return [_outage(row) for row in connection.execute(query)]


def listed_outages(
    connection: Connection,
    ranges: Mapping[int, DayRange],
    *,
    ride_id: int | None = None,
    types: Collection[RideType] | None = None,
    kind: OutageKind | None = None,
    longest_first: bool = False,
    limit: int,
    offset: int = 0,
) -> tuple[int, list[Outage]]:
    """How many outages began in each park's range, and ``limit`` of them after ``offset``.

    The newest first, or the longest; those of one ride, of rides of some types or of one kind,
    where these are given.
    """
    if not ranges:
        return 0, []
    # Chosen and put in order along an index that holds no more than that; only what is shown is looked up.
    where = [
        or_(
            *[
                and_(RideOutage.park_id.in_(park_ids), RideOutage.day.between(days.start, days.end))
                for days, park_ids in by_range(ranges).items()
            ]
        )
    ]
    if ride_id is not None:
        where.append(RideOutage.ride_id == ride_id)
    if types is not None:
        where.append(RideOutage.ride_id.in_(rides_of_types(types)))
    if kind is not None:
        where.append(RideOutage.kind == kind.value)
    total = connection.execute(select(func.count()).select_from(RideOutage).where(*where)).scalar_one()
    chosen = select(RideOutage.ride_id, RideOutage.started_at).where(*where)
    page = chosen.order_by(*_order(longest_first=longest_first)).limit(limit).offset(offset).subquery()
    query = (
        select(*_COLUMNS)
        .join(page, (page.c.ride_id == RideOutage.ride_id) & (page.c.started_at == RideOutage.started_at))
        .order_by(*_order(longest_first=longest_first))
    )
    return int(total), [_outage(row) for row in connection.execute(query)]


def _order(*, longest_first: bool) -> list[ColumnElement[Any]]:
    newest: list[ColumnElement[Any]] = [RideOutage.started_at.desc(), RideOutage.ride_id.asc()]
    return [RideOutage.downtime.desc(), *newest] if longest_first else newest


def outages_since(connection: Connection, ride_ids: Collection[int], since: int) -> dict[int, list[Outage]]:
    """The outages of each ride that began at ``since`` (Unix seconds) or later, oldest first.

    Rides without any are absent.
    """
    found: defaultdict[int, list[Outage]] = defaultdict(list)
    if not ride_ids:
        return found
    query = (
        select(*_COLUMNS)
        .where(RideOutage.ride_id.in_(ride_ids), RideOutage.started_at >= since)
        .order_by(RideOutage.ride_id, RideOutage.started_at)
    )
    for row in connection.execute(query):
        found[row[0]].append(_outage(row))
    return found
