"""Derived rows in and out: only what differs is written, and larger grains follow from smaller ones (R7)."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import polars as pl
from sqlalchemy import Connection, Insert, Table, bindparam, func, literal, select
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from hallofshame.domain.counters import PARK_SUMS, RIDE_MAXIMA, RIDE_SUMS
from hallofshame.metrics.frames import collect
from hallofshame.store import bulk, packed
from hallofshame.store.day_counts import day_counts, ride_day_counts
from hallofshame.store.models import (
    Base,
    DerivedRevision,
    ParkDailyStats,
    ParkHourlyStats,
    ParkMonthlyStats,
    ParkWeeklyStats,
    ParkYearlyStats,
    RideDailyStats,
    RideHourlyStats,
    RideMonthlyStats,
    RideOutagePart,
    RideWeeklyStats,
    RideYearlyStats,
)

DAY_TABLES: tuple[type[Base], ...] = (
    RideHourlyStats,
    RideDailyStats,
    ParkHourlyStats,
    ParkDailyStats,
    RideOutagePart,
)
"""The tables whose rows belong to one park-day each."""

Rows = Mapping[type[Base], pl.DataFrame]
"""Rows of park-days by table, columns as in the table."""


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a write changed: the number of rows written and removed, and the park-days they belong to.

    ``removed`` says whether day rows went, ``days`` are those of changed day rows, ``outage_days`` those
    on which parts of outages of ``outage_rides`` changed, ``new_days`` those that had no row, ``all_days``
    all.
    """

    rows: int
    removed: bool
    days: frozenset[tuple[int, dt.date]]
    outage_days: frozenset[tuple[int, dt.date]]
    outage_rides: frozenset[int]
    new_days: frozenset[tuple[int, dt.date]]
    all_days: frozenset[tuple[int, dt.date]]


def table_of(model: type[Base]) -> Table:
    """The table behind a model."""
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - narrows the type; every model here is a table
    return table


def windows_json(windows: pl.DataFrame) -> pl.DataFrame:
    """Windows (``park_id, day, start, end``) as one JSON text per park-day: ``park_id, day, windows``."""
    grouped = windows.sort("park_id", "start").group_by("park_id", "day", maintain_order=True)
    listed = grouped.agg("start", "end")
    texts = [
        json.dumps([list(pair) for pair in zip(row["start"], row["end"], strict=True)])
        for row in listed.iter_rows(named=True)
    ]
    return listed.select("park_id", "day").with_columns(windows=pl.Series(texts, dtype=pl.String))


def read_days(connection: Connection, days: pl.DataFrame) -> Rows:
    """The stored rows of the park-days ``days`` (``park_id, day``), each table in its own columns."""
    parks = days["park_id"].unique().to_list()
    first, last = days["day"].min(), days["day"].max()
    found = {}
    for model in DAY_TABLES:
        table = table_of(model)
        query = select(table).where(table.c.park_id.in_(parks), table.c.day.between(first, last))
        frame = packed.read_groups(connection, query, ["park_id", "day"])
        found[model] = frame.join(
            days.select(pl.col("park_id").cast(pl.Int64), "day"), on=["park_id", "day"], how="semi"
        )
    return found


def write_days(connection: Connection, old: Rows, new: Rows) -> WriteResult:
    """Make the stored rows of some park-days, known to be ``old``, equal to ``new``."""
    written = 0
    removed = False
    days: set[tuple[int, dt.date]] = set()
    outage_days: set[tuple[int, dt.date]] = set()
    outage_rides: set[int] = set()
    new_days: set[tuple[int, dt.date]] = set()
    all_days: set[tuple[int, dt.date]] = set()
    for model in DAY_TABLES:
        key = [column.name for column in table_of(model).primary_key]
        before, after = old[model], new[model]
        put, gone = _difference(before, after, key)
        if put.is_empty() and gone.is_empty():
            continue
        bulk.upsert(connection, model, put)
        bulk.delete_keys(connection, model, gone.select(key))
        written += put.height + gone.height
        found = {
            park_day
            for rows in (put, gone)
            for park_day in zip(rows["park_id"].to_list(), rows["day"].to_list(), strict=True)
        }
        all_days.update(found)
        if model in (RideDailyStats, ParkDailyStats):
            days.update(found)
            removed = removed or gone.height > 0
        if model is RideOutagePart:
            outage_days.update(found)
            outage_rides.update(put["ride_id"], gone["ride_id"])
        if model is RideDailyStats:
            # Whether a ride was heard at all on a day decides whether an outage goes on across it.
            heard = _heard_differs(before, after)
            outage_days.update(heard.select("park_id", "day").iter_rows())
            outage_rides.update(heard["ride_id"])
        if model is ParkDailyStats:
            added = put.join(before, on=key, how="anti").select("park_id", "day")
            new_days.update(added.iter_rows())
    return WriteResult(
        written,
        removed,
        frozenset(days),
        frozenset(outage_days),
        frozenset(outage_rides),
        frozenset(new_days),
        frozenset(all_days),
    )


def _difference(
    before: pl.DataFrame, after: pl.DataFrame, key: list[str]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of ``after`` that are new or changed, and those of ``before`` whose key is gone."""
    if before.equals(after):
        return after.clear(), before.clear()
    if all(before[name].equals(after[name]) for name in key):
        # So in most cycles: the same rows in the same order, which needs no join.
        was = before.lazy().rename({name: f"{name} before" for name in before.columns})
        differs = [pl.col(name).ne_missing(pl.col(f"{name} before")) for name in after.columns]
        both = pl.concat([after.lazy(), was], how="horizontal")
        return collect(both.filter(pl.any_horizontal(differs)).select(after.columns)), before.clear()
    put = after.join(before, on=after.columns, how="anti", nulls_equal=True, maintain_order="left")
    return put, before.join(after, on=key, how="anti")


def _heard_differs(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The ride-days on which something was observed only before, or only now: ``park_id, day, ride_id``."""
    key = ["park_id", "day", "ride_id"]
    was, now = (frame.filter(pl.col("observed") > 0).select(key) for frame in (before, after))
    if was.equals(now):
        return now.clear()
    return pl.concat([was.join(now, on=key, how="anti"), now.join(was, on=key, how="anti")])


def derived_revisions(connection: Connection, park_ids: Iterable[int]) -> dict[int, int]:
    """How often each park's derived rows changed; 0 where they never did."""
    wanted = list(park_ids)
    table = table_of(DerivedRevision)
    rows = connection.execute(select(table.c.park_id, table.c.revision).where(table.c.park_id.in_(wanted)))
    return dict.fromkeys(wanted, 0) | dict(rows.all())


def claim(connection: Connection, park_ids: Iterable[int]) -> dict[int, int]:
    """Keep other roll-ups from writing these parks until the transaction ends; returns their revisions."""
    wanted = sorted(park_ids)
    rows = pl.DataFrame({"park_id": wanted}, schema={"park_id": pl.Int64}).with_columns(revision=pl.lit(0))
    bulk.upsert(connection, DerivedRevision, rows, add=("revision",))
    return derived_revisions(connection, wanted)


def bump_derived_revisions(connection: Connection, park_ids: Iterable[int]) -> None:
    """Count a change of these parks' derived rows."""
    bulk.upsert(
        connection,
        DerivedRevision,
        pl.DataFrame({"park_id": sorted(park_ids)}, schema={"park_id": pl.Int64}).with_columns(
            revision=pl.lit(1, pl.Int64)
        ),
        add=("revision",),
    )


def period_start(day: dt.date, grain: str) -> dt.date:
    """First day of the week (Monday), month or year of ``day``."""
    if grain == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(day=1) if grain == "month" else day.replace(month=1, day=1)


def period_end(start: dt.date, grain: str) -> dt.date:
    """Last day of the period that begins with ``start``."""
    if grain == "week":
        return start + dt.timedelta(days=6)
    if grain == "month":
        return (start.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    return start.replace(month=12, day=31)


_COARSER: tuple[tuple[str, type[Base], type[Base], type[Base], type[Base]], ...] = (
    ("week", RideDailyStats, RideWeeklyStats, ParkDailyStats, ParkWeeklyStats),
    ("month", RideDailyStats, RideMonthlyStats, ParkDailyStats, ParkMonthlyStats),
    ("year", RideMonthlyStats, RideYearlyStats, ParkMonthlyStats, ParkYearlyStats),
)
"""Grain, and for rides and parks the table it is the sum of and its own."""


def sum_up(connection: Connection, days: Iterable[tuple[int, dt.date]], *, removed: bool = True) -> None:
    """Recompute the weeks, months and years of the park-days ``days`` from their smaller grain (R7).

    ``removed``: whether day rows may have gone, so that a coarser row may have nothing under it any more.
    """
    changed = list(days)
    for grain, ride_source, ride_target, park_source, park_target in _COARSER:
        periods: dict[dt.date, set[int]] = defaultdict(set)
        for park_id, day in changed:
            periods[period_start(day, grain)].add(park_id)
        for start, parks in sorted(periods.items()):
            scope = (sorted(parks), start, period_end(start, grain))
            bound = {"parks": scope[0], "first": scope[1], "last": scope[2]}
            dialect = connection.dialect.name
            connection.execute(_ride_sums(ride_source, ride_target, dialect), bound)
            connection.execute(_park_sums(park_source, park_target, dialect), bound)
            if removed:
                _prune(connection, table_of(ride_source), table_of(ride_target), ("ride_id",), scope)
                _prune(connection, table_of(park_source), table_of(park_target), (), scope)


@lru_cache(maxsize=16)
def _ride_sums(source: type[Base], target: type[Base], dialect: str) -> Insert:
    """The statement that writes the sums of one period of some rides (``parks``, ``first``, ``last``).

    Kept, like :func:`_park_sums`, because making it costs more than running it for a park.
    """
    small = table_of(source)
    values: dict[str, ColumnElement[Any]] = {
        "eligible_days": func.sum(small.c.eligible if source is RideDailyStats else small.c.eligible_days),
        **{name: func.sum(count) for name, count in ride_day_counts(small).items()},
    }
    return _sums(small, table_of(target), ("ride_id",), RIDE_SUMS, values, dialect)


@lru_cache(maxsize=16)
def _park_sums(source: type[Base], target: type[Base], dialect: str) -> Insert:
    """The statement that writes the sums of one period of some parks (``parks``, ``first``, ``last``)."""
    small = table_of(source)
    values: dict[str, ColumnElement[Any]] = {
        "window_seconds": func.sum(small.c.window_seconds),
        **{name: func.sum(count) for name, count in day_counts(small).items()},
    }
    return _sums(small, table_of(target), (), PARK_SUMS, values, dialect)


def _sums(
    small: Table,
    large: Table,
    extra_key: tuple[str, ...],
    sums: tuple[str, ...],
    values: dict[str, ColumnElement[Any]],
    dialect: str,
) -> Insert:
    when = small.c.day if "day" in small.c else small.c.period_start
    group = [small.c.park_id, *(small.c[name] for name in extra_key)]
    columns: dict[str, ColumnElement[Any]] = {
        "park_id": small.c.park_id,
        "period_start": bindparam("first", type_=large.c.period_start.type),
        **{name: small.c[name] for name in extra_key},
        **values,
        **{name: func.sum(small.c[name]) for name in sums},
        **{name: func.max(small.c[name]) for name in RIDE_MAXIMA},
        "metrics_version": func.min(small.c.metrics_version),
    }
    summed = (
        select(*columns.values())
        .where(
            small.c.park_id.in_(bindparam("parks", expanding=True)),
            when.between(bindparam("first"), bindparam("last")),
        )
        .group_by(*group)
    )
    keys = {"park_id", "period_start", *extra_key}
    changed = [name for name in columns if name not in keys]
    if dialect == "sqlite":
        lite = sqlite.insert(large).from_select(list(columns), summed)
        return lite.on_conflict_do_update(
            index_elements=[column.name for column in large.primary_key],
            set_={name: lite.excluded[name] for name in changed},
        )
    sql = mysql.insert(large).from_select(list(columns), summed)
    return sql.on_duplicate_key_update({name: sql.inserted[name] for name in changed})


def _prune(
    connection: Connection,
    small: Table,
    large: Table,
    extra_key: tuple[str, ...],
    scope: tuple[list[int], dt.date, dt.date],
) -> None:
    """Remove the coarse rows of one period of some parks that have nothing under them any more."""
    parks, start, end = scope
    when = small.c.day if "day" in small.c else small.c.period_start
    below = select(literal(1)).where(
        when.between(start, end),
        small.c.park_id == large.c.park_id,
        *(small.c[name] == large.c[name] for name in extra_key),
    )
    connection.execute(
        large.delete().where(
            large.c.park_id.in_(parks),
            large.c.period_start == start,
            ~below.correlate(large).exists(),
        )
    )
