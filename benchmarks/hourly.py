"""The stored counters against ``GROUP BY`` over the raw rows: charts of a park, rankings of parks and rides.

Run as ``python -m benchmarks.hourly [--days 31] [--only sqlite|mariadb]``. The record is the demonstration's:
real recordings, tiled over the last weeks. Each reading stands until the ride's next one, as the kernel has
it, and is written once for every cycle of five minutes, so that the raw rows are as many as a year-round
collector has. The raw side is given the open windows and the rides that count, which it could not know.

Three ways to the same answer are timed in turns: ``GROUP BY`` over raw rows, sums over the hourly tables, and
what the site does, which takes the largest grain that fits. Their answers are compared.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import logging
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, func, insert, select, text
from tests.support import demo_world
from tests.support.mariadb import MariaDBMissingError

from benchmarks.machine import describe, mariadb_url
from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import local_day, to_unix
from hallofshame.domain.periods import DayRange
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.record import QUEUES, write_observations
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import raw, schema
from hallofshame.store.database import Database
from hallofshame.store.models import Base, ParkDailyStats, RideHourlyStats, RideStatusSnapshot
from hallofshame.store.observations import ObservationCache
from hallofshame.store.reports.points import park_hours
from hallofshame.store.reports.sums import park_sums, ride_sums

CADENCE = 300
REPEATS = 3
TRIES, QUICK_MS = 8, 100
"""How often what is quick is tried in each round."""
HISTORY_DAYS = 7
"""Days before the first one that is asked for: which rides count depends on them."""
LEAST_EQUAL = 0.95
"""Share of the places in which the raw side must know the same; validity and flaps are beyond a GROUP BY."""
STANDS_SECONDS = 9000
"""How long a reading is repeated at most: less than the three hours after which a park counts as frozen."""
BUFFER_MEGABYTES = 1024
"""MariaDB keeps all of it in memory, as the machine does with the file of SQLite."""
LOG = logging.getLogger("bench")

Figures = tuple[int, int, int, int | None]
"""Samples, operating seconds, Σ wait × seconds, longest wait: what both sides know exactly."""
Answer = dict[int, Figures]

_RAW = """
    SELECT {key}, COUNT(*), 300 * SUM(s.status = 1),
           300 * SUM(CASE WHEN s.status = 1 THEN COALESCE(s.wait_minutes, 0) ELSE 0 END),
           MAX(CASE WHEN s.status = 1 THEN s.wait_minutes END),
           SUM((s.status = 2) * {weight}), SUM((s.status IN (1, 2)) * {weight})
    FROM ride_status_snapshots s
    {eligible}
    LEFT JOIN ride_classifications c ON c.ride_id = s.ride_id
    WHERE s.park_id = :park AND s.observed_at >= :start AND s.observed_at < :end
      AND s.status IS NOT NULL AND s.stale = 0
    GROUP BY {key}
"""
_WEIGHT = "CASE c.tier WHEN 1 THEN 3 WHEN 3 THEN 1 ELSE 2 END"
_ELIGIBLE = """
    JOIN ride_daily_stats e
      ON e.park_id = s.park_id AND e.day = :day AND e.ride_id = s.ride_id AND e.eligible = 1
"""
_HOUR = "s.observed_at - s.observed_at % 3600"

Window = dict[str, Any]
"""An open window of a park-day: ``park``, ``day``, ``start``, ``end``."""


def _raw(key: str, *, eligible: bool = True) -> str:
    return _RAW.format(key=key, weight=_WEIGHT, eligible=_ELIGIBLE if eligible else "")


def _hourly(owner: str) -> str:
    weighted = ", SUM(weighted_downtime), SUM(weighted_exposure)" if owner == "park" else ""
    return f"""
        SELECT {owner}_id, SUM(samples), SUM(operating), SUM(wait_sum), MAX(wait_max){weighted}
        FROM {owner}_hourly_stats
        WHERE park_id IN (SELECT park_id FROM parks) AND day BETWEEN :first AND :last GROUP BY {owner}_id
    """  # noqa: S608


@dataclass(frozen=True)
class Question:
    """One question, and the three ways to its answer; null where a way has no sense."""

    name: str
    raw: str
    hourly: str | None
    stored: Callable[[Connection], Answer]
    first: dt.date
    last: dt.date
    park: int | None = None


def questions(park: int, last: dict[int, dt.date]) -> list[Question]:
    """The charts of ``park`` and the rankings, up to the last whole day of each park."""
    until = min(last.values())
    found = []
    for days, name in ((1, "day"), (7, "week")):
        first = until - dt.timedelta(days=days - 1)
        found.append(
            Question(
                f"chart of a park's {name}, by hour",
                _raw(_HOUR),
                None,
                lambda connection, first=first: _chart(connection, park, DayRange(first, until)),
                first,
                until,
                park,
            )
        )
    for owner in ("park", "ride"):
        for days in (1, 7, 30):
            first = until - dt.timedelta(days=days - 1)
            ranges = dict.fromkeys(last, DayRange(first, until))
            found.append(
                Question(
                    f"ranking of {owner}s over {days} day{'s' if days > 1 else ''}",
                    _raw(f"s.{owner}_id", eligible=owner == "park"),
                    _hourly(owner),
                    lambda connection, owner=owner, ranges=ranges: _ranking(connection, owner, ranges),
                    first,
                    until,
                )
            )
    return found


def _figures(totals: Any) -> Figures:
    return int(totals.samples), int(totals.operating), int(totals.wait_sum), totals.wait_max


def _chart(connection: Connection, park: int, days: DayRange) -> Answer:
    return {hour: _figures(totals) for hour, totals in park_hours(connection, park, days).items()}


def _ranking(connection: Connection, owner: str, ranges: Mapping[int, DayRange]) -> Answer:
    totals: Mapping[int, Any] = (park_sums if owner == "park" else ride_sums)(connection, ranges)
    return {key: _figures(found) for key, found in totals.items()}


def _from_hours(connection: Connection, question: Question) -> Answer:
    bounds = {"first": f"{question.first}", "last": f"{question.last}"}
    rows = connection.execute(text(question.hourly or ""), bounds)
    return {int(row[0]): (int(row[1]), int(row[2]), int(row[3]), row[4]) for row in rows}


def _from_raw(connection: Connection, question: Question, windows: list[Window]) -> Answer:
    """One ``GROUP BY`` for each open window, as MariaDB seeks no range that a join gives; then their sum."""
    found: Answer = {}
    statement = text(question.raw)
    for window in windows:
        bound = {name: value for name, value in window.items() if f":{name}" in question.raw}
        for row in connection.execute(statement, bound):
            samples, operating, waits, longest = found.get(int(row[0]), (0, 0, 0, None))
            most = max((wait for wait in (longest, row[4]) if wait is not None), default=None)
            found[int(row[0])] = (samples + int(row[1]), operating + int(row[2]), waits + int(row[3]), most)
    return found


def _windows(connection: Connection, question: Question) -> list[Window]:
    """The open windows that a question is about, which the raw side is given."""
    model = ParkDailyStats
    query = select(model.park_id, model.day, model.windows).where(
        model.day.between(question.first, question.last)
    )
    if question.park is not None:
        query = query.where(model.park_id == question.park)
    return [
        {"park": park, "day": f"{day}", "start": start, "end": end}
        for park, day, windows in connection.execute(query)
        for start, end in json.loads(windows)
    ]


def dense(observations: pl.DataFrame, start: int, end: int) -> pl.DataFrame:
    """Readings as a collector with a cadence of five minutes has them: each repeated while it holds (R3).

    ``observations``: shape ``OBSERVATIONS``, of one park. Where a reading had run out there is no row.
    """
    cycles = pl.DataFrame({"cycle": pl.int_range(start, end, CADENCE, eager=True)})
    grid = observations.select("ride_id").unique().join(cycles, how="cross").sort("cycle")
    held = observations.with_columns(until=pl.col("observed_at") + STANDS_SECONDS).sort("observed_at")
    found = grid.join_asof(
        held, left_on="cycle", right_on="observed_at", by="ride_id", check_sortedness=False
    )
    return (
        found.filter(pl.col("cycle") < pl.col("until"))
        .with_columns(observed_at=pl.col("cycle"), cadence_seconds=pl.lit(CADENCE))
        .select(OBSERVATIONS.names())
        .cast(OBSERVATIONS)
        .sort("observed_at", "ride_id")
    )


def fill(source: Database, target: Database, days: int) -> dict[int, dt.date]:
    """Copy the catalogue, write the dense record and roll it up; returns the last whole day of each park."""
    schema.upgrade(target)
    catalogue = {mapper.local_table.name for mapper in Base.registry.mappers if _is_catalogue(mapper)}
    with source.read() as old, target.write() as new:
        for table in Base.metadata.sorted_tables:
            if table.name not in catalogue:
                continue
            rows = [dict(row) for row in old.execute(select(table)).mappings()]
            if rows:
                new.execute(insert(table), rows)
    with source.read() as old:
        parks = old.execute(text("SELECT park_id, timezone FROM parks")).all()
        zones: dict[int, str] = {row[0]: row[1] for row in parks}
        end = to_unix(demo_world.MADE_AT) // CADENCE * CADENCE
        start = end - (days + HISTORY_DAYS) * 86_400
        for park_id, zone in zones.items():
            readings = raw.read_observations(old, [park_id], start, end)
            if readings.height:
                frame = dense(readings, start, end)
                target.run(lambda connection, frame=frame, of={park_id: zone}: _write(connection, frame, of))
    Rollup(target, FixedClock(demo_world.MADE_AT), LOG, ObservationCache()).run()
    return {park: local_day(demo_world.MADE_AT, zone) - dt.timedelta(days=1) for park, zone in zones.items()}


def _is_catalogue(mapper: Any) -> bool:
    return str(mapper.class_.__module__).endswith("models.catalogue")


def _write(connection: Connection, frame: pl.DataFrame, zones: dict[int, str]) -> None:
    write_observations(connection, frame, pl.DataFrame(schema=QUEUES), zones, demo_world.MADE_AT)


def _in_turns(works: Mapping[str, Callable[[], Answer]]) -> dict[str, tuple[float, Answer]]:
    """Lowest wall milliseconds and answer of each after one warm-up; in turns, so load hits all alike.

    The lowest and not the median, as other work on the machine only ever adds; quick ones get more tries.
    """
    answers = {name: work() for name, work in works.items()}
    lowest: dict[str, float] = dict.fromkeys(works, float("inf"))
    for _ in range(REPEATS):
        for name, work in works.items():
            for _ in range(TRIES):
                started = time.perf_counter()
                work()
                taken = 1000 * (time.perf_counter() - started)
                lowest[name] = min(lowest[name], taken)
                if taken > QUICK_MS:
                    break
    return {name: (lowest[name], answers[name]) for name in works}


def equal(one: Answer, other: Answer) -> tuple[int, int, int]:
    """How many places agree in samples and longest wait, how many in the seconds too, and how many there are.

    Seconds differ where the recording has a gap: a cycle count knows nothing of how long a reading holds.
    """
    keys = {key for key in one.keys() | other.keys() if (one.get(key) or other[key])[0]}
    both = [(one[key], other[key]) for key in keys if key in one and key in other]
    known = [(mine, yours) for mine, yours in both if _counted(mine) == _counted(yours)]
    return len(known), sum(mine[1:3] == yours[1:3] for mine, yours in known), len(keys)


def _counted(figures: Figures) -> tuple[int, int | None]:
    """No wait above 0 and none at all are one."""
    return figures[0], figures[3] or None


def ways(connection: Connection, question: Question) -> dict[str, Callable[[], Answer]]:
    """The ways to the answer by their names."""
    windows = _windows(connection, question)
    found = {
        "raw": lambda: _from_raw(connection, question, windows),
        "hourly": lambda: _from_hours(connection, question),
        "stored": lambda: question.stored(connection),
    }
    if question.hourly is None:
        del found["hourly"]
    return found


def _print(name: str, found: Mapping[str, tuple[float, Answer]]) -> None:
    raw_ms, of_raw = found["raw"]
    stored_ms, of_stored = found["stored"]
    hourly_ms, of_hours = found.get("hourly", found["stored"])
    known, seconds, places = equal(of_raw, of_hours)
    if known < LEAST_EQUAL * places or equal(of_hours, of_stored)[1] < places:
        raise RuntimeError(f"{name}: the answers differ; only {known} of {places} places are equal")
    print(
        f"  {name}: raw {raw_ms:,.1f} ms, hourly table {hourly_ms:,.1f} ms ({raw_ms / hourly_ms:.0f} ×), "
        f"as the site asks {stored_ms:,.1f} ms ({raw_ms / stored_ms:.0f} ×); of {places} places {known} are "
        f"equal in samples and longest wait, {seconds} in seconds too"
    )


def measure(name: str, url: str, source: Database, days: int) -> None:
    """Fill one database and print the three ways side by side."""
    database = Database(url)
    started = time.perf_counter()
    last = fill(source, database, days)
    with database.read() as connection:
        counts = [
            connection.scalar(select(func.count()).select_from(model)) or 0
            for model in (RideStatusSnapshot, RideHourlyStats)
        ]
        busiest = connection.scalar(
            text("SELECT park_id FROM ride_status_snapshots GROUP BY park_id ORDER BY COUNT(*) DESC LIMIT 1")
        )
    print(
        f" {name}: {len(last)} parks, {counts[0]:,} raw rows, {counts[1]:,} ride hours; "
        f"set-up {time.perf_counter() - started:.0f} s"
    )
    for question in questions(int(busiest or 0), last):
        with database.read() as connection:
            _print(question.name, _in_turns(ways(connection, question)))
    database.dispose()


def main() -> None:
    """Print the comparison on both databases."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--days", type=int, default=31, help="days of the record that are asked for")
    parser.add_argument("--only", choices=["sqlite", "mariadb"], help="one database alone")
    asked = parser.parse_args()
    describe("stored counters against GROUP BY over raw rows, real recordings at a cadence of five minutes")
    with tempfile.TemporaryDirectory() as folder:
        source = Database(f"sqlite:///{demo_world.demo_database(Path(folder))}")
        if asked.only != "mariadb":
            measure("SQLite", f"sqlite:///{folder}/bench.db", source, asked.days)
        if asked.only != "sqlite":
            try:
                with mariadb_url(BUFFER_MEGABYTES) as url:
                    measure("MariaDB", url, source, asked.days)
            except MariaDBMissingError as missing:
                print(f" MariaDB left out: {missing}")
        source.dispose()


if __name__ == "__main__":
    main()
