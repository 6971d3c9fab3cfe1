"""Sums of the spans of days that are asked for most, stored beside weeks, months and years (R10).

The last 7 and 30 days cross weeks and months, and what a running period is compared with ends in the middle
of one: read from stored grains they take ten rows of each ride and more. So the sums of these spans are
stored, of the days before the last one of a park, which is still running. Like all derived rows they can be
thrown away. Whoever changes a day removes the spans that hold it in the same transaction (:func:`forget`);
readers then sum the stored grains, and the end of a roll-up puts them back (:func:`store`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from typing import Any

import polars as pl
from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    Select,
    Table,
    bindparam,
    func,
    insert,
    select,
    union_all,
)

from hallofshame.domain.counters import PARK_SUMS, RIDE_MAXIMA, RIDE_SUMS
from hallofshame.domain.periods import ONE_DAY, DayRange, Period, PeriodName
from hallofshame.store import bulk
from hallofshame.store.day_counts import DAY_COUNTS, RIDE_DAY_COUNTS, day_counts, ride_day_counts
from hallofshame.store.derived import claim, table_of
from hallofshame.store.models import Base, Park, ParkSpanStats, RideSpanStats, StoredSpan
from hallofshame.store.reports.ranges import Grain, StoredDays, pieces
from hallofshame.store.reports.sums import PARK_TABLES, RIDE_TABLES, stored_days, stored_spans

ROLLING = (PeriodName.SEVEN_DAYS, PeriodName.THIRTY_DAYS)
RUNNING = (PeriodName.THIS_MONTH, PeriodName.THIS_YEAR)

_TABLES: tuple[type[Base], ...] = (RideSpanStats, ParkSpanStats, StoredSpan)
_PERIOD = pl.Schema({"park_id": pl.Int64(), "period_start": pl.Date(), "period_end": pl.Date()})

Spans = Mapping[int, Collection[DayRange]]
"""Spans by park."""


def kept_spans(last: dt.date) -> frozenset[DayRange]:
    """The spans to store of a park whose last day is ``last``: the days of the rolling periods before it, and
    what these and the running month and year are compared with (R11).
    """
    rolling = [Period(name).days(last) for name in ROLLING]
    before = [Period(name).previous(last) for name in (*ROLLING, *RUNNING)]
    return frozenset([*(DayRange(days.start, last - ONE_DAY) for days in rolling), *before])


def forget(connection: Connection, days: Iterable[tuple[int, dt.date]]) -> None:
    """Remove the spans that hold one of the park-days ``days``, and those that their park no longer keeps."""
    changed: defaultdict[int, set[dt.date]] = defaultdict(set)
    for park_id, day in days:
        changed[park_id].add(day)
    stale = {
        park_id: [span for span in spans if any(span.start <= day <= span.end for day in changed[park_id])]
        for park_id, spans in stored_spans(connection, list(changed)).items()
    }
    _remove(connection, stale)


def missing(connection: Connection) -> list[int]:
    """The parks whose stored spans are not those of their last day, in order."""
    parks = list(connection.scalars(select(Park.park_id).order_by(Park.park_id)))
    stored = stored_days(connection, parks)
    return [park_id for park_id in parks if park_id in stored and not _is_whole(stored[park_id])]


def _is_whole(stored: StoredDays) -> bool:
    return stored.spans == kept_spans(stored.last)


def store(connection: Connection, park_ids: Collection[int]) -> None:
    """Make the stored spans of some parks those of their last days; no other roll-up writes them meanwhile.

    The rows of a span are summed from the fewest rows of the other grains.
    """
    claim(connection, park_ids)
    stored = stored_days(connection, park_ids)
    kept = {park_id: kept_spans(of_park.last) for park_id, of_park in stored.items()}
    _remove(connection, {park_id: stored[park_id].spans - kept[park_id] for park_id in kept})
    lacking: defaultdict[DayRange, list[int]] = defaultdict(list)
    for park_id, spans in kept.items():
        for span in spans - stored[park_id].spans:
            lacking[span].append(park_id)
    for span, parks in sorted(lacking.items()):
        _insert(connection, span, parks, {park_id: StoredDays(stored[park_id].last) for park_id in parks})


def _remove(connection: Connection, spans: Spans) -> None:
    keys = [(park_id, span.start, span.end) for park_id, of_park in spans.items() for span in of_park]
    frame = pl.DataFrame(sorted(keys), schema=_PERIOD, orient="row")
    for model in _TABLES:
        bulk.delete_keys(connection, model, frame)


def _insert(
    connection: Connection, span: DayRange, park_ids: list[int], stored: Mapping[int, StoredDays]
) -> None:
    """Sum one span of some parks from the fewest rows of the other grains."""
    found = pieces(dict.fromkeys(park_ids, span), stored)
    grains = tuple(piece.grain for piece, _ in found)
    bound: dict[str, Any] = {"first_day": span.start, "last_day": span.end}
    for at, (piece, parks) in enumerate(found):
        bound |= {f"parks_{at}": parks, f"since_{at}": piece.start, f"until_{at}": piece.end}
    connection.execute(_ride_sums(grains), bound)
    connection.execute(_park_sums(grains), bound)
    keys = [(park_id, span.start, span.end) for park_id in park_ids]
    bulk.insert(connection, StoredSpan, pl.DataFrame(keys, schema=_PERIOD, orient="row"))


_EXTREMES: dict[str, Any] = {**dict.fromkeys(RIDE_MAXIMA, func.max), "metrics_version": func.min}


@lru_cache(maxsize=64)
def _ride_sums(grains: tuple[Grain, ...]) -> Insert:
    """The statement that sums rows of rides in pieces of these grains; what :func:`_insert` binds is open.

    Kept, because making it costs more than running it for a park.
    """
    found = []
    for at, grain in enumerate(grains):
        model, _, eligible = RIDE_TABLES[grain]
        counted = {"eligible_days": eligible, **ride_day_counts(model.__table__)}
        found.append(_piece(at, grain, model, ("park_id", "ride_id", *RIDE_SUMS, *_EXTREMES), counted))
    names = {**dict.fromkeys(("eligible_days", *RIDE_DAY_COUNTS, *RIDE_SUMS), func.sum), **_EXTREMES}
    return _insert_sums(table_of(RideSpanStats), found, ("park_id", "ride_id"), names)


@lru_cache(maxsize=64)
def _park_sums(grains: tuple[Grain, ...]) -> Insert:
    """:func:`_ride_sums` of parks."""
    found = []
    for at, grain in enumerate(grains):
        model, _ = PARK_TABLES[grain]
        plain = ("park_id", "window_seconds", *PARK_SUMS, *_EXTREMES)
        found.append(_piece(at, grain, model, plain, day_counts(model.__table__)))
    names = {**dict.fromkeys(("window_seconds", *DAY_COUNTS, *PARK_SUMS), func.sum), **_EXTREMES}
    return _insert_sums(table_of(ParkSpanStats), found, ("park_id",), names)


def _piece(
    at: int, grain: Grain, model: type[Any], plain: Iterable[str], counted: Mapping[str, ColumnElement[int]]
) -> Select[Any]:
    first_day = model.day if grain is Grain.DAY else model.period_start
    return select(
        *[getattr(model, name).label(name) for name in plain],
        *[count.label(name) for name, count in counted.items()],
    ).where(
        model.park_id.in_(bindparam(f"parks_{at}", expanding=True)),
        first_day.between(bindparam(f"since_{at}"), bindparam(f"until_{at}")),
    )


def _insert_sums(
    table: Table, found: list[Select[Any]], key: tuple[str, ...], names: Mapping[str, Any]
) -> Insert:
    rows = union_all(*found).subquery()
    group = [rows.c[name] for name in key]
    dates = [
        bindparam("first_day", type_=table.c.period_start.type),
        bindparam("last_day", type_=table.c.period_end.type),
    ]
    summed = select(*group, *dates, *[how(rows.c[name]) for name, how in names.items()]).group_by(*group)
    return insert(table).from_select([*key, "period_start", "period_end", *names], summed)
