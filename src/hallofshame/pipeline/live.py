"""The present state after each cycle: what every ride is doing and how each park stands (R8, live)."""

from __future__ import annotations

import datetime as dt
import statistics

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.periods import DayRange
from hallofshame.domain.rules import SECONDS_BEFORE, USUAL_DAYS
from hallofshame.domain.words import Origin, ScheduleKind
from hallofshame.metrics import METRICS_VERSION
from hallofshame.metrics.compute import Computed
from hallofshame.metrics.live import (
    last_readings,
    live_parks,
    live_rides,
    live_stops,
    parks_now,
    stopped_rides,
)
from hallofshame.metrics.parkday import ParkDayInputs
from hallofshame.metrics.validity import frozen_cycles
from hallofshame.pipeline.news import note_news
from hallofshame.store import bulk
from hallofshame.store.instants import latest_believable
from hallofshame.store.models import ParkCurrent, RideCurrent
from hallofshame.store.reports.usual import days_run

_USUAL_REACH = dt.timedelta(days=60)
"""A ride that ran on no 14 days of these has a usual day of fewer."""


def write_live(
    connection: Connection, inputs: ParkDayInputs, computed: Computed, days: pl.DataFrame, now: int
) -> int:
    """Write the live state of the parks whose latest observation lies in one of ``days``; returns rows.

    Only parks whose latest observation in the store is among the inputs are written, so that rolling up an
    old day never turns the present back. What the store holds of the future of ``now`` (Unix seconds), as a
    clock that ran ahead leaves it, is no observation of the present and stops nothing.
    """
    sampled = inputs.observations
    if (sampled["origin"] != Origin.LIVE).any():
        sampled = sampled.filter(pl.col("origin") == Origin.LIVE)
    last = last_readings(sampled)
    latest = last.group_by("park_id").agg(now=pl.col("observed_at").max())
    today = (
        latest.join(inputs.days.join(days, on=["park_id", "day"], how="semi"), on="park_id")
        .filter((pl.col("day_start") <= pl.col("now")) & (pl.col("now") < pl.col("day_end")))
        .select("park_id", "day", "now", since=pl.col("day_start") - SECONDS_BEFORE)
    )
    if today.is_empty():
        return 0
    rides_now = _stored_rides(connection, today)
    believable = rides_now.filter(pl.col("observed_at") <= latest_believable(now))
    newest = believable.group_by("park_id").agg(stored=pl.col("observed_at").max())
    today = (
        today.join(newest.cast({"park_id": pl.Int32}), on="park_id")
        .filter(pl.col("stored") <= pl.col("now"))
        .drop("stored")
    )
    current_day = today.select("park_id", "day")
    ride_days = computed.rows.ride_days.join(current_day, on=["park_id", "day"], how="semi")
    last = last.join(current_day, on="park_id", how="semi", maintain_order="left")
    windows = computed.rows.windows.join(current_day, on=["park_id", "day"], how="semi")
    frozen = frozen_cycles(_known_to(today, sampled, computed.suspects), inputs.parks, computed.suspects)
    parts = computed.rows.outage_parts.join(current_day, on=["park_id", "day"], how="semi")
    usual = usual_ends(connection, stopped_rides(parts), today, inputs)
    of_parks = parks_now(last, windows)
    live = live_rides(last, frozen, windows, ride_days, live_stops(parts, usual, of_parks))
    note_news(connection, live, sampled, windows, of_parks, now)
    eligible = ride_days.filter("eligible").select("park_id", "ride_id")
    written = _write_rides(
        connection, rides_now.join(today.select("park_id").cast(pl.Int64), on="park_id", how="semi"), live
    )
    parks = live_parks(of_parks, live, eligible, inputs.rides)
    return written + _write_parks(connection, parks, today)


def usual_ends(
    connection: Connection, stopped: pl.DataFrame, today: pl.DataFrame, inputs: ParkDayInputs
) -> pl.DataFrame:
    """When the day of each stopped ride usually ends: ``ride_id, usual_end`` (R5).

    The median of its last operation on the latest 14 days before ``today`` (``park_id, day``) on which it
    ran, by the clock of its park; the park's published close where it has not run before, if there is one.
    """
    shape = pl.Schema({"ride_id": pl.Int32, "usual_end": pl.Int64})
    if stopped.is_empty():
        return pl.DataFrame(schema=shape)
    days = dict(today.select("park_id", "day").iter_rows())
    zones = dict(inputs.parks.select("park_id", "timezone").iter_rows())
    reach = DayRange(min(days.values()) - _USUAL_REACH, max(days.values()))
    park_ids, ride_ids = stopped["park_id"].unique().to_list(), stopped["ride_id"].to_list()
    lengths: dict[int, list[int]] = {}
    begins: dict[int, int] = {}
    for run in days_run(connection, park_ids, ride_ids, reach):
        zone, today_there = zones[run.park_id], days[run.park_id]
        own = lengths.setdefault(run.ride_id, [])
        if run.day < today_there and len(own) < USUAL_DAYS:
            own.append(run.last_at - day_bounds(run.day, zone)[0])
        begins[run.ride_id] = day_bounds(today_there, zone)[0]
    rows = [
        (ride_id, begins[ride_id] + round(statistics.median(own))) for ride_id, own in lengths.items() if own
    ]
    by_habit = pl.DataFrame(rows, schema=shape, orient="row")
    closes = (
        inputs.schedules.filter(pl.col("kind") == ScheduleKind.OPERATING.value)
        .join(today, left_on=["park_id", "date"], right_on=["park_id", "day"], how="semi")
        .group_by("park_id")
        .agg(usual_end=pl.col("closes_at").max())
    )
    others = stopped.join(by_habit, on="ride_id", how="anti").join(closes, on="park_id")
    return pl.concat([by_habit, others.select(shape.names()).cast(shape)])


def _known_to(today: pl.DataFrame, sampled: pl.DataFrame, suspects: pl.Series) -> pl.DataFrame:
    """The observations of ``suspects`` that the park-day knows of, in any batch (design §1)."""
    return (
        sampled.filter(pl.col("park_id").is_in(suspects.implode()))
        .join(today.select("park_id", "since"), on="park_id", maintain_order="left")
        .filter(pl.col("observed_at") >= pl.col("since"))
        .drop("since")
    )


def _stored_rides(connection: Connection, today: pl.DataFrame) -> pl.DataFrame:
    parks = today["park_id"].to_list()
    return bulk.read_numbers(connection, select(RideCurrent.__table__).where(RideCurrent.park_id.in_(parks)))


def _write_rides(connection: Connection, stored: pl.DataFrame, live: pl.DataFrame) -> int:
    """Bring what the kernel makes of the stored rides up to date."""
    now = live.select(
        pl.col("ride_id").cast(pl.Int64),
        effective=pl.col("effective_status").cast(pl.Int64),
        down=pl.col("counts_as_down").cast(pl.Int64),
        stopped=pl.col("is_stopped").cast(pl.Int64),
    )
    changed = (
        stored.join(now, on="ride_id", how="left")
        .with_columns(pl.col("down", "stopped").fill_null(0))
        .filter(
            pl.col("effective").ne_missing(pl.col("effective_status"))
            | (pl.col("down") != pl.col("counts_as_down"))
            | (pl.col("stopped") != pl.col("is_stopped"))
        )
        .with_columns(effective_status="effective", counts_as_down="down", is_stopped="stopped")
        .select(stored.columns)
    )
    bulk.upsert(
        connection,
        RideCurrent,
        changed,
        keep=("park_id", "observed_at", "feed", "status", "wait_minutes", "since"),
    )
    return changed.height


def _write_parks(connection: Connection, parks: pl.DataFrame, today: pl.DataFrame) -> int:
    rows = (
        parks.join(today.select("park_id", observed_at="now"), on="park_id")
        .with_columns(pl.col("is_open").cast(pl.Int64), metrics_version=pl.lit(METRICS_VERSION, pl.Int64))
        .cast({"park_id": pl.Int64})
    )
    table = ParkCurrent.__table__
    stored = bulk.read_frame(
        connection,
        select(*(table.c[name] for name in rows.columns)).where(
            ParkCurrent.park_id.in_(rows["park_id"].to_list())
        ),
    )
    changed = rows.cast(stored.schema).join(stored, on=rows.columns, how="anti", nulls_equal=True)
    bulk.upsert(connection, ParkCurrent, changed)
    return changed.height
