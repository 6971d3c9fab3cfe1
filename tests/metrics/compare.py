"""The kernel's frames in the oracle's plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import polars as pl

from hallofshame.domain.counters import PARK_COUNTERS, RIDE_COUNTERS
from hallofshame.metrics.outages import PARTS
from hallofshame.metrics.parkday import ParkDays

from . import oracle
from .build import World


def keyed(frame: pl.DataFrame, key: Sequence[str], values: Sequence[str]) -> dict[Any, dict[str, Any]]:
    """Rows by key; fails on a key that comes twice."""
    rows = {
        tuple(row[name] for name in key): {name: row[name] for name in values}
        for row in frame.iter_rows(named=True)
    }
    assert len(rows) == frame.height, f"{key} is not unique"
    return rows


def of_park(results: ParkDays, park: int) -> ParkDays:
    """The rows of one park."""
    mine = pl.col("park_id") == park
    names = [field.name for field in fields(ParkDays)]
    return ParkDays(**{name: getattr(results, name).filter(mine) for name in names})


def assert_agrees(results: ParkDays, world: World) -> None:
    """The kernel's rows of that park are exactly those of the oracle."""
    results = of_park(results, world.park)
    truth = oracle.truth(world)
    windows: dict[Any, list[tuple[int, int]]] = {day: [] for day in world.days}
    for _, day, start, end in results.windows.iter_rows():
        windows[day].append((start, end))
    assert windows == truth.windows
    evidence = dict(results.park_days.select("day", "evidence").iter_rows())
    assert evidence == {day: str(word) for day, word in truth.evidence.items()}
    assert keyed(results.ride_hours, ["day", "hour", "ride_id"], RIDE_COUNTERS) == truth.ride_hours
    assert keyed(results.ride_days, ["day", "ride_id"], RIDE_COUNTERS) == truth.ride_days
    for day in world.days:
        rows = results.ride_days.filter(pl.col("day") == day)
        assert set(rows.filter("eligible")["ride_id"]) == truth.eligible[day]
        assert set(rows.filter("operated_any")["ride_id"]) == truth.operated_any[day]
        assert set(rows.filter("posted")["ride_id"]) == truth.posted[day]
        ran = rows.filter(pl.col("first_operating_at").is_not_null())
        assert {
            ride: (start, end)
            for ride, start, end in ran.select(
                "ride_id", "first_operating_at", "last_operating_at"
            ).iter_rows()
        } == {ride: ran for (date, ride), ran in truth.operations.items() if date == day}
    assert keyed(results.park_hours, ["day", "hour"], PARK_COUNTERS) == truth.park_hours
    shown = {key[0]: row for key, row in keyed(results.park_days, ["day"], PARK_COUNTERS).items()}
    assert shown == truth.park_days
    _assert_counts_of_rides(results, truth)
    columns = [name for name in PARTS if name not in ("park_id", "day")]
    parts = set(results.outage_parts.select("day", *columns).iter_rows())
    assert parts == set(truth.outages)


def _assert_counts_of_rides(results: ParkDays, truth: oracle.Truth) -> None:
    for row in results.park_days.iter_rows(named=True):
        day = row["day"]
        rides = [truth.ride_days[day, ride] for ride in truth.eligible[day]]
        assert row["judged_by_down"] == truth.by_down[day]
        assert row["observed_queue_times"] == truth.queue_times[day]
        assert row["window_seconds"] == sum(end - start for start, end in truth.windows[day])
        assert row["eligible"] == len(rides)
        assert row["rides_operated"] == sum(ride["operating"] > 0 for ride in rides)
        assert row["rides_down"] == sum(ride["downtime"] > 0 for ride in rides)
