"""Sums of exact counters over ranges of park-local days: the one query path behind every number shown (R10).

Lists, details, charts and exports all read these sums, so they agree by construction (R8).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    SQLColumnExpression,
    String,
    bindparam,
    case,
    cast,
    func,
    select,
    union_all,
)

from hallofshame.domain.counters import DOWNTIME_KINDS, PARK_SUMS, RIDE_MAXIMA, RIDE_SUMS
from hallofshame.domain.periods import DayRange
from hallofshame.store import bulk
from hallofshame.store.day_counts import day_counts
from hallofshame.store.models import (
    Park,
    ParkDailyStats,
    ParkMonthlyStats,
    ParkSpanStats,
    ParkWeeklyStats,
    ParkYearlyStats,
    RideDailyStats,
    RideMonthlyStats,
    RideSpanStats,
    RideWeeklyStats,
    RideYearlyStats,
    StoredSpan,
)
from hallofshame.store.reports.piece_queries import KEPT_STATEMENTS, grains_of, parameters_of, within
from hallofshame.store.reports.ranges import Grain, GrainRange, StoredDays, pieces


class RideReliability(NamedTuple):
    """Those summed counters (R7) of one ride that its place, its uptime and its coverage are made of."""

    open: int
    observed: int
    operating: int
    downtime: int
    breakdown: int
    eligible_days: int


class RideWaitSums(NamedTuple):
    """Those summed counters (R7) of one ride that its waits and its coverage are made of."""

    open: int
    observed: int
    wait_known: int
    wait_sum: int
    wait_max: int | None
    eligible_days: int


class RideTotals(NamedTuple):
    """Summed counters (R7) of one ride; ``eligible_days`` is on how many days it was in E (R6)."""

    open: int
    observed: int
    operating: int
    down: int
    closed: int
    refurbishment: int
    downtime: int
    downtime_opening_delay: int
    downtime_never_reopened: int
    downtime_park_wide: int
    wait_known: int
    wait_sum: int
    samples: int
    wait_max: int | None
    eligible_days: int

    @property
    def breakdown(self) -> int:
        """What is left of the downtime without its named kinds: rides that stopped and came back (R7)."""
        named = self.downtime_opening_delay + self.downtime_never_reopened + self.downtime_park_wide
        return self.downtime - named

    @classmethod
    def of(cls, values: Row[Any] | tuple[Any, ...]) -> Self:
        """From a row of values in field order; null counts as 0 but for the maximum, which stays null."""
        return cls(*_exact(values, len(RIDE_SUMS)))


class ParkTotals(NamedTuple):
    """Summed counters (R7) of one park over its eligible rides.

    ``window_seconds`` is how long it was open, ``closed_days`` on how many days it was found
    closed (``no_activity``); both are 0 for single hours, which carry neither.
    """

    open: int
    observed: int
    operating: int
    down: int
    closed: int
    refurbishment: int
    downtime: int
    downtime_opening_delay: int
    downtime_never_reopened: int
    downtime_park_wide: int
    wait_known: int
    wait_sum: int
    samples: int
    weighted_downtime: int
    weighted_breakdown: int
    weighted_exposure: int
    wait_max: int | None
    window_seconds: int = 0
    closed_days: int = 0

    @property
    def breakdown(self) -> int:
        """What is left of the downtime without its named kinds: rides that stopped and came back (R7)."""
        named = self.downtime_opening_delay + self.downtime_never_reopened + self.downtime_park_wide
        return self.downtime - named

    @classmethod
    def of(cls, values: Row[Any] | tuple[Any, ...]) -> Self:
        """From a row of values in field order; null counts as 0 but for the maximum, which stays null."""
        return cls(*_exact(values, len(PARK_SUMS)))


@dataclass(frozen=True, slots=True)
class RideTally:
    """How many rides of a park were in E, operated and lost time in a range."""

    eligible: int
    operating: int
    down: int


def _exact(values: Row[Any] | tuple[Any, ...], maximum_at: int) -> list[Any]:
    """Whole numbers: MariaDB answers sums as decimals."""
    return [
        (None if value is None else int(value)) if place == maximum_at else int(value or 0)
        for place, value in enumerate(values)
    ]


RIDE_TABLES: dict[Grain, tuple[type[Any], Any, Any]] = {
    Grain.SPAN: (RideSpanStats, RideSpanStats.period_start, RideSpanStats.eligible_days),
    Grain.DAY: (RideDailyStats, RideDailyStats.day, RideDailyStats.eligible),
    Grain.WEEK: (RideWeeklyStats, RideWeeklyStats.period_start, RideWeeklyStats.eligible_days),
    Grain.MONTH: (RideMonthlyStats, RideMonthlyStats.period_start, RideMonthlyStats.eligible_days),
    Grain.YEAR: (RideYearlyStats, RideYearlyStats.period_start, RideYearlyStats.eligible_days),
}
"""The table of rides of each grain, with the first day of its rows and their days in E."""

PARK_TABLES: dict[Grain, tuple[type[Any], Any]] = {
    Grain.SPAN: (ParkSpanStats, ParkSpanStats.period_start),
    Grain.DAY: (ParkDailyStats, ParkDailyStats.day),
    Grain.WEEK: (ParkWeeklyStats, ParkWeeklyStats.period_start),
    Grain.MONTH: (ParkMonthlyStats, ParkMonthlyStats.period_start),
    Grain.YEAR: (ParkYearlyStats, ParkYearlyStats.period_start),
}
"""The table of parks of each grain, with the first day of its rows."""


def ride_columns(model: type[Any]) -> list[ColumnElement[Any]]:
    """The counters of a ride table in the field order of :class:`RideTotals`."""
    return [getattr(model, name).label(name) for name in RIDE_SUMS + RIDE_MAXIMA]


def park_columns(model: type[Any]) -> list[ColumnElement[Any]]:
    """The counters of a park table in the field order of :class:`ParkTotals`."""
    return [getattr(model, name).label(name) for name in PARK_SUMS + RIDE_MAXIMA]


_BREAKDOWN = "breakdown"


def _counter(model: type[Any], name: str) -> ColumnElement[int]:
    """A counter, or what is left of the downtime without its named kinds."""
    if name != _BREAKDOWN:
        counter: ColumnElement[int] = getattr(model, name)
        return counter
    rest: ColumnElement[int] = model.downtime
    for kind in DOWNTIME_KINDS:
        rest = rest - getattr(model, kind)
    return rest


class _Rides(Enum):
    """Of which rides rows are read: all of the parks, or some, looked up one by one or among all of them."""

    ALL = "all"
    BY_KEY = "by key"
    AMONG_ALL = "among all"


MANY_KEYS = 30
"""From so many pairs of a park and a ride on, it takes a server longer to plan the look-up of each than to go
through all rides of the parks."""


def _ride_piece(at: int, grain: Grain, names: Collection[str], rides: _Rides) -> Select[Any]:
    model, _, eligible = RIDE_TABLES[grain]
    found = select(
        model.park_id,
        model.ride_id,
        *[_counter(model, name).label(name) for name in names],
        eligible.label("eligible_days"),
    ).where(*within(at, grain, model))
    if rides is _Rides.ALL:
        return found
    # An expression is no key.
    ride_id = model.ride_id if rides is _Rides.BY_KEY else model.ride_id + 0
    return found.where(ride_id.in_(bindparam("rides", expanding=True)))


def _park_piece(at: int, grain: Grain) -> Select[Any]:
    model, _ = PARK_TABLES[grain]
    closed = day_counts(model.__table__)["closed_days"]
    return select(
        model.park_id, *park_columns(model), model.window_seconds, closed.label("closed_days")
    ).where(*within(at, grain, model))


def stored_days(connection: Connection, park_ids: Collection[int]) -> dict[int, StoredDays]:
    """What is stored of each park that has a row; a look-up at the end of each park's key range."""
    last = (
        select(ParkDailyStats.day)
        .where(ParkDailyStats.park_id == Park.park_id)
        .order_by(ParkDailyStats.day.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = select(Park.park_id, last.label("last")).where(Park.park_id.in_(park_ids)).subquery()
    # Parks share their days, so that few rows come with the parks of each.
    query = select(found.c.last, _together(found.c.park_id)).group_by(found.c.last)
    spans = stored_spans(connection, park_ids)
    return {
        park_id: StoredDays(day, spans.get(park_id, frozenset()))
        for day, parks in connection.execute(query)
        if day is not None
        for park_id in map(int, parks.split(","))
    }


def stored_spans(connection: Connection, park_ids: Collection[int]) -> dict[int, frozenset[DayRange]]:
    """The spans of each park whose sums are stored; parks without any are absent."""
    model = StoredSpan
    days = (model.period_start, model.period_end)
    query = select(*days, _together(model.park_id)).where(model.park_id.in_(park_ids)).group_by(*days)
    found: dict[int, list[DayRange]] = {}
    for start, end, parks in connection.execute(query):
        span = DayRange(start, end)
        for park_id in map(int, parks.split(",")):
            found.setdefault(park_id, []).append(span)
    return {park_id: frozenset(spans) for park_id, spans in found.items()}


def _together(park_id: SQLColumnExpression[int]) -> ColumnElement[str]:
    """The parks of a group as one text, with commas between their numbers."""
    return func.aggregate_strings(cast(park_id, String), ",")


def park_sums(
    connection: Connection, ranges: Mapping[int, DayRange], stored: Mapping[int, StoredDays] | None = None
) -> dict[int, ParkTotals]:
    """Summed counters of each park over its own range; parks without a row are absent.

    :param stored: what :func:`stored_days` says, where it is known.
    """
    if not ranges:
        return {}
    found = pieces(ranges, stored_days(connection, ranges) if stored is None else stored)
    rows = _park_query(grains_of(found)).rows(connection, parameters_of(found))
    return {row[0]: ParkTotals._make(row[1:]) for row in rows}


@lru_cache(maxsize=KEPT_STATEMENTS)
def _park_query(grains: tuple[Grain, ...]) -> bulk.NumberQuery:
    """``park_id`` and :class:`ParkTotals`: a row for each park over pieces of these grains."""
    rows = union_all(*[_park_piece(at, grain) for at, grain in enumerate(grains)]).subquery()
    return bulk.NumberQuery(
        select(
            rows.c.park_id,
            *[_summed(rows.c[name]) for name in PARK_SUMS],
            *[func.max(rows.c[name]).label(name) for name in RIDE_MAXIMA],
            *[_summed(rows.c[name]) for name in ("window_seconds", "closed_days")],
        ).group_by(rows.c.park_id)
    )


def _summed(counter: ColumnElement[Any]) -> ColumnElement[Any]:
    """The sum of a counter under its name."""
    return func.sum(counter).label(counter.key)


def ride_sums(
    connection: Connection,
    ranges: Mapping[int, DayRange],
    ride_ids: Collection[int] | None = None,
    stored: Mapping[int, StoredDays] | None = None,
) -> dict[int, RideTotals]:
    """Summed counters of each ride of the parks in ``ranges``, or of ``ride_ids`` among them.

    :param stored: what :func:`stored_days` says, where it is known.
    """
    rows = _ride_rows(connection, ranges, ride_ids, RIDE_SUMS, RIDE_MAXIMA, stored)
    return {row[0]: RideTotals._make(row[1:]) for row in rows}


def ride_reliability(
    connection: Connection,
    ranges: Mapping[int, DayRange],
    ride_ids: Collection[int] | None = None,
    stored: Mapping[int, StoredDays] | None = None,
) -> dict[int, RideReliability]:
    """As :func:`ride_sums`, of what place, uptime and coverage take: fewer counters take half the time."""
    names = ("open", "observed", "operating", "downtime", _BREAKDOWN)
    rows = _ride_rows(connection, ranges, ride_ids, names, stored=stored)
    return {row[0]: RideReliability._make(row[1:]) for row in rows}


def ride_waits(
    connection: Connection, ranges: Mapping[int, DayRange], stored: Mapping[int, StoredDays] | None = None
) -> dict[int, RideWaitSums]:
    """As :func:`ride_sums`, of what places by waits take."""
    names = ("open", "observed", "wait_known", "wait_sum")
    rows = _ride_rows(connection, ranges, None, names, RIDE_MAXIMA, stored)
    return {row[0]: RideWaitSums._make(row[1:]) for row in rows}


def _ride_rows(
    connection: Connection,
    ranges: Mapping[int, DayRange],
    ride_ids: Collection[int] | None,
    sums: Collection[str],
    maxima: Collection[str] = (),
    stored: Mapping[int, StoredDays] | None = None,
) -> Sequence[Any]:
    """``ride_id``, the counters asked for, ``eligible_days``: a row for each ride over its park's range."""
    if not ranges:
        return ()
    found = pieces(ranges, stored_days(connection, ranges) if stored is None else stored)
    parameters = parameters_of(found)
    rides = _Rides.ALL
    if ride_ids is not None:
        parameters["rides"] = list(ride_ids)
        rides = _Rides.BY_KEY if len(ranges) * len(ride_ids) < MANY_KEYS else _Rides.AMONG_ALL
    query = _ride_query(
        grains_of(found), tuple(sums), tuple(maxima), rides, is_summed=not _has_one_row_each(found)
    )
    return query.rows(connection, parameters)


@lru_cache(maxsize=KEPT_STATEMENTS)
def _ride_query(
    grains: tuple[Grain, ...],
    sums: tuple[str, ...],
    maxima: tuple[str, ...],
    rides: _Rides,
    *,
    is_summed: bool,
) -> bulk.NumberQuery:
    """``ride_id``, these counters and ``eligible_days`` over pieces of these grains, in rows of single rides.

    :param is_summed: a ride may have several rows.
    """
    names = (*sums, *maxima)
    rows = union_all(*[_ride_piece(at, grain, names, rides) for at, grain in enumerate(grains)]).subquery()
    if not is_summed:
        return bulk.NumberQuery(select(*[rows.c[name] for name in ("ride_id", *names, "eligible_days")]))
    return bulk.NumberQuery(
        select(
            rows.c.ride_id,
            *[_summed(rows.c[name]) for name in sums],
            *[func.max(rows.c[name]).label(name) for name in maxima],
            _summed(rows.c.eligible_days),
        ).group_by(rows.c.ride_id)
    )


def _has_one_row_each(found: Sequence[tuple[GrainRange, list[int]]]) -> bool:
    """Whether no ride or park has more than one row in the pieces."""
    parks = [park_id for _, park_ids in found for park_id in park_ids]
    return len(set(parks)) == len(parks) and all(
        piece.start == piece.end or piece.grain is Grain.SPAN for piece, _ in found
    )


def ride_tallies(
    connection: Connection, ranges: Mapping[int, DayRange], stored: Mapping[int, StoredDays] | None = None
) -> dict[int, RideTally]:
    """How many eligible rides each park had over its range, and how many of them operated and lost time.

    :param stored: what :func:`stored_days` says, where it is known.
    """
    if not ranges:
        return {}
    found = pieces(ranges, stored_days(connection, ranges) if stored is None else stored)
    rows = _tally_query(grains_of(found)).rows(connection, parameters_of(found))
    return {row[0]: RideTally(*row[1:]) for row in rows}


@lru_cache(maxsize=KEPT_STATEMENTS)
def _tally_query(grains: tuple[Grain, ...]) -> bulk.NumberQuery:
    """``park_id`` and :class:`RideTally`: a row for each park over pieces of these grains."""
    names = ("operating", "downtime")
    rows = union_all(
        *[_ride_piece(at, grain, names, _Rides.ALL) for at, grain in enumerate(grains)]
    ).subquery()
    rides = (
        select(
            rows.c.park_id,
            case((func.sum(rows.c.operating) > 0, 1), else_=0).label("operating"),
            case((func.sum(rows.c.downtime) > 0, 1), else_=0).label("down"),
        )
        .group_by(rows.c.park_id, rows.c.ride_id)
        .having(func.sum(rows.c.eligible_days) > 0)
        .subquery()
    )
    return bulk.NumberQuery(
        select(
            rides.c.park_id,
            func.count().label("eligible"),
            _summed(rides.c.operating),
            _summed(rides.c.down),
        ).group_by(rides.c.park_id)
    )
