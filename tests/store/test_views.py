"""The SQL views hold the numbers of the kernel and of the API, on both databases, null cases included."""

from __future__ import annotations

import datetime as dt
import random
import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import column, delete, insert, inspect, literal_column, select, table, text

from hallofshame.clock import FixedClock
from hallofshame.domain.counters import DOWNTIME_KINDS, PARK_COUNTERS, RIDE_COUNTERS
from hallofshame.metrics import scores
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World
from web.conftest import NINE, NOW, SEEN_AT, TODAY, YESTERDAY, Api, gardaland, others

GRAINS = ("hourly", "daily", "weekly", "monthly", "yearly")
VIEWS = [f"{owner}_{grain}" for owner in ("park", "ride") for grain in GRAINS]
DICTIONARY = (Path(__file__).resolve().parents[2] / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
_, _, VIEWS_SECTION = DICTIONARY.partition("# Views")
QUERIES = re.findall(r"```sql\n(.*?)```", VIEWS_SECTION, flags=re.DOTALL)

ORDER = dict.fromkeys(GRAINS, "period_start") | {"hourly": "hour", "daily": "day"}
POINT_KEY = {"hourly": "hour", "daily": "date", "weekly": "week", "monthly": "month", "yearly": "year"}
"""The field of a chart point that says when it is."""
RIDE_FIELDS = {
    "uptime_percent": "uptime_percent",
    "avg_wait_time_minutes": "average_wait_minutes",
    "max_wait_time_minutes": "max_wait_minutes",
    "downtime_hours": "downtime_hours",
    "downtime_seconds": "downtime_seconds",
    "coverage_percent": "coverage_percent",
}
PARK_FIELDS = {
    "shame_score": "shame_score",
    "weighted_downtime": "weighted_downtime",
    "weighted_exposure": "weighted_exposure",
}
SECONDS = ("open", "observed", "operating", "down", "closed", "refurbishment", "downtime", "wait_known")
COUNTED = ("downtime_seconds", "weighted_downtime", "weighted_exposure")
"""Counters, which are 0 in the table and null in the API where nothing was seen."""

AWKWARD: list[dict[str, int | None]] = [
    # Nothing seen; nothing open; only zeros posted; a wait posted for no time.
    {"open": HOUR},
    {},
    {"open": HOUR, "observed": HOUR, "operating": HOUR, "wait_known": HOUR, "wait_max": 0},
    {"open": HOUR, "observed": 600, "operating": 600, "wait_max": 30},
    # Integer division would give 0, 33 and 1; ties of rounding in binary and in decimals only.
    {"open": HOUR, "observed": 1200, "operating": 400, "downtime": 800, "down": 800, "exposure": HOUR},
    {"open": 3, "observed": 1, "operating": 1, "wait_known": 2, "wait_sum": 3, "wait_max": 2},
    {"open": 800, "observed": 800, "operating": 799, "downtime": 1, "lost": 1, "exposure": 80},
    {"open": 4000, "observed": 1, "downtime": 45, "lost": 107, "exposure": 400},
    {"open": 2000, "observed": 1, "operating": 1, "wait_known": 20, "wait_sum": 105, "wait_max": 6},
    # Ten years of a large park: beyond 32 bits, and beyond the digits of a short decimal.
    {
        "open": 19_000_000_000,
        "observed": 18_999_999_999,
        "operating": 17_000_000_001,
        "downtime": 999_999_998,
        "lost": 2_999_999_993,
        "exposure": 53_999_999_999,
        "wait_known": 16_000_000_003,
        "wait_sum": 700_000_000_001,
        "wait_max": 300,
    },
]


def counters(park: bool, **given: int | None) -> dict[str, Any]:
    """A row of counters: those given, else 0."""
    lost, exposure = given.pop("lost", 0), given.pop("exposure", 0)
    row = dict.fromkeys(PARK_COUNTERS if park else RIDE_COUNTERS, 0) | {"wait_max": None} | given
    weighted = {"weighted_downtime": lost, "weighted_breakdown": lost // 3, "weighted_exposure": exposure}
    return row | (weighted if park else {}) | {"metrics_version": 7}


def rows_of(view: str) -> list[dict[str, Any]]:
    """The awkward rows and some at random, each at a time of its own, as rows of the view's table."""
    dice = random.Random(view)
    some = [
        {
            "open": HOUR,
            "observed": dice.randint(0, HOUR),
            "operating": dice.randint(0, HOUR),
            "downtime": dice.randint(0, HOUR),
            "lost": dice.randint(0, 5000),
            "exposure": dice.randint(0, 5000),
            "wait_known": dice.randint(0, HOUR),
            "wait_sum": dice.randint(0, 40 * HOUR),
            "wait_max": dice.choice([None, 0, 5, 40]),
            "samples": dice.randint(0, 12),
        }
        for _ in range(60)
    ]
    owner, grain = view.split("_")
    first = dt.date(2026, 1, 1)
    key = {"park_id": 1} | ({"ride_id": 11} if owner == "ride" else {})
    more: dict[str, Any]
    if grain == "hourly":
        more = {}
    elif grain == "daily" and owner == "park":
        more = {"windows": "[]", "window_seconds": 9, "evidence": "schedule", "origin": 0}
        more |= {"eligible": 3, "rides_operated": 2, "rides_down": 1}
        more |= {"judged_by_down": 1, "observed_queue_times": 7}
    elif grain == "daily":
        more = {"eligible": 1, "operated_any": 1, "posted": 1}
    else:
        more = {"eligible_days": 5} if owner == "ride" else {"open_days": 5, "window_seconds": 9}
    found = []
    for place, given in enumerate([*AWKWARD, *some]):
        at = (
            {"hour": NINE + place * HOUR, "day": first}
            if grain == "hourly"
            else {"day" if grain == "daily" else "period_start": first + dt.timedelta(days=place)}
        )
        found.append(key | at | more | counters(owner == "park", **given))
    return found


def asked(database: Database, query: str) -> list[dict[str, Any]]:
    with database.read() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


@pytest.fixture
def small_world(database: Database) -> Database:
    """The small world of the web tests, with which the API can be compared."""
    world = World()
    gardaland(world)
    others(world)
    world.write(database, SEEN_AT)
    return database


def in_order(database: Database, view: str, **equal: int | str) -> list[dict[str, Any]]:
    """The rows of a view in order of time, those that hold the given values."""
    query = (
        select(literal_column("*")).select_from(table(view)).order_by(column(ORDER[view.partition("_")[2]]))
    )
    for name, value in equal.items():
        query = query.where(column(name) == value)
    with database.read() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def expected(row: dict[str, Any]) -> dict[str, Any]:
    """The figures by the kernel, as they are shown."""
    found = {
        "uptime_percent": scores.uptime_percent(row["operating"], row["downtime"]),
        "avg_wait_time_minutes": scores.average_wait(row["wait_sum"], row["wait_known"], row["wait_max"]),
        "max_wait_time_minutes": row["wait_max"] or None,
        "downtime_hours": scores.downtime_hours(row["downtime"]) if row["observed"] else None,
        "coverage_percent": scores.coverage_percent(row["observed"], row["open"]),
        "snapshot_count": row["samples"],
        "metrics_version": 7,
        "wait_sum": row["wait_sum"],
    }
    for name in (
        "open",
        "observed",
        "operating",
        "down",
        "closed",
        "refurbishment",
        "downtime",
        *DOWNTIME_KINDS,
        "wait_known",
    ):
        found[f"{name}_seconds"] = row[name]
    if "weighted_exposure" in row:
        found["shame_score"] = scores.shame_score(row["weighted_downtime"], row["weighted_exposure"])
        weighted = ("weighted_breakdown", "weighted_downtime", "weighted_exposure")
        found |= {name: row[name] for name in weighted}
        found["comparable_score"] = scores.comparable_score(*(row[name] for name in weighted))
    return found


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """The figures of a view's row, rounded as they are shown."""
    digits = {"shame_score": 2, "comparable_score": 2, "downtime_hours": 2, "uptime_percent": 1}
    digits |= {"avg_wait_time_minutes": 1, "coverage_percent": 1}
    return {name: rounded(value, digits[name]) if name in digits else value for name, value in row.items()}


def test_every_number_of_every_view_is_the_kernels(database: Database) -> None:
    names_only = World()
    names_only.park(1, "Gardaland")
    names_only.ride(11, 1, "Raptor", tier=None)
    names_only.write(database)
    with database.write() as connection:
        for view in VIEWS:
            connection.execute(insert(models.Base.metadata.tables[f"{view}_stats"]), rows_of(view))
    for view in VIEWS:
        stored = rows_of(view)
        found = in_order(database, view)
        assert len(found) == len(stored)
        for row, counted in zip(found, stored, strict=True):
            wanted = expected(counted)
            assert {name: shown(row)[name] for name in wanted} == wanted, (view, counted)


def test_ratios_are_the_same_doubles_as_in_python(database: Database) -> None:
    """No rounding on the way, so that what is rounded to show it is rounded from the same number."""
    names_only = World()
    names_only.park(1, "Gardaland")
    names_only.write(database)
    with database.write() as connection:
        connection.execute(insert(models.ParkMonthlyStats), rows_of("park_monthly"))
    found = in_order(database, "park_monthly")
    for row, counted in zip(found, rows_of("park_monthly"), strict=True):
        lost, exposure = counted["weighted_downtime"], counted["weighted_exposure"]
        observed, opened = counted["observed"], counted["open"]
        assert row["shame_score"] == (10 * lost / exposure if exposure else None)
        assert row["coverage_percent"] == (100 * observed / opened if opened else None)


def figures_of(point: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {ours: point[theirs] for ours, theirs in names.items()}


@pytest.mark.parametrize("grain", GRAINS)
def test_the_api_says_the_same(small_world: Database, grain: str) -> None:
    api = Api(create_app(small_world, FixedClock(NOW)).test_client())
    word = {"hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year"}[grain]
    compared = 0
    for owner, ids in (("park", (1, 3, 4, 5)), ("ride", (11, 12, 13, 16, 31, 41))):
        names = RIDE_FIELDS if owner == "ride" else RIDE_FIELDS | PARK_FIELDS
        for number in ids:
            points = api(f"/{owner}s/{number}/series", grain=word, start=YESTERDAY, end=TODAY)["data"][
                "points"
            ]
            found_rows = in_order(small_world, f"{owner}_{grain}", **{f"{owner}_id": number})
            rows = {key_of(row, grain): shown(row) for row in found_rows}
            for point in points:
                row = rows.pop(point[POINT_KEY[grain]], None)
                wanted = figures_of(point, names)
                if row is None:
                    assert set(wanted.values()) == {None}
                    continue
                compared += 1
                nothing_seen = row["observed_seconds"] == 0
                for name, value in wanted.items():
                    found = None if nothing_seen and name in COUNTED else row[name]
                    assert found == value, (owner, number, grain, name)
            assert rows == {}
    assert compared >= 9


def key_of(row: dict[str, Any], grain: str) -> str:
    """The time of a row as a chart point says it."""
    if grain == "hourly":
        return f"{row['hour_start_utc']}".replace(" ", "T") + "Z"
    day = f"{row['day' if grain == 'daily' else 'period_start']}"
    return {"monthly": day[:7], "yearly": day[:4]}.get(grain, day)


def test_the_score_of_a_list_is_that_of_the_view(small_world: Database) -> None:
    api = Api(create_app(small_world, FixedClock(NOW)).test_client())
    for row in api("/parks/downtime")["data"]:
        found = in_order(small_world, "park_daily", park_id=row["park_id"], day=TODAY)
        if row["shame_score"] is None:
            assert [other["shame_score"] for other in found] in ([], [None])
            continue
        [one] = found
        assert shown(one)["shame_score"] == row["shame_score"]
        assert (one["park_name"], one["rides_down"]) == (row["park_name"], row["rides_down"])


def test_every_view_of_rides_says_what_each_ride_is(small_world: Database) -> None:
    with small_world.write() as connection:
        decided = {"source": "curated", "confidence": 1.0, "reason": "a list", "decided_at": NINE}
        kinds = {11: "coaster", 12: "show"}
        connection.execute(delete(models.RideTypeDecision))
        connection.execute(
            insert(models.RideTypeDecision),
            [{"ride_id": ride_id, "type": kind} | decided for ride_id, kind in kinds.items()],
        )
    for grain in GRAINS:
        rows = in_order(small_world, f"ride_{grain}")
        assert {row["ride_id"] for row in rows} > set(kinds)
        assert all(row["type"] == kinds.get(row["ride_id"], "unknown") for row in rows)


def test_hours_are_utc_whatever_the_time_zone_of_who_asks(small_world: Database) -> None:
    with small_world.read() as connection:
        if small_world.dialect != "sqlite":
            connection.exec_driver_sql("SET time_zone = '+09:00'")
        found = connection.execute(text("SELECT MIN(hour_start_utc) FROM park_hourly WHERE park_id = 1"))
        assert f"{found.scalar_one()}" == "2026-08-19 07:00:00"


def test_sums_over_the_rides_that_count_are_the_park(small_world: Database) -> None:
    both = asked(
        small_world,
        "SELECT p.hour, p.downtime_seconds AS park, SUM(r.downtime_seconds) AS rides FROM park_hourly p "
        "JOIN ride_hourly r ON r.park_id = p.park_id AND r.hour = p.hour AND r.eligible = 1 "
        "GROUP BY p.park_id, p.hour, p.downtime_seconds",
    )
    assert len(both) >= 4
    assert all(row["park"] == row["rides"] for row in both)


def test_the_dictionary_has_every_column_of_every_view(sqlite_database: Database) -> None:
    shared = set(cells(VIEWS_SECTION.partition("### ")[0]))
    with sqlite_database.read() as connection:
        found = {
            view: {column["name"] for column in inspect(connection).get_columns(view)}
            for view in inspect(connection).get_view_names()
        }
    assert set(found) == set(VIEWS)
    parts = re.findall(r"### `(\w+)`\n(.*?)(?=\n###|\n```|\Z)", VIEWS_SECTION, re.DOTALL)
    own = {name: set(cells(part)) for name, part in parts}
    for view, columns in found.items():
        owner, _, grain = view.partition("_")
        stated = shared | own[owner] | own[grain if grain in own else "weekly"]
        assert columns <= stated, (view, columns - stated)
    named = shared.union(*own.values())
    assert named == set().union(*found.values())


def cells(part: str) -> list[str]:
    """The names in the first cells of the tables of a text."""
    first = re.findall(r"^\| (`[^|]*)\|", part, re.MULTILINE)
    return [name for cell in first for name in re.findall(r"`(\w+)`", cell)]


@pytest.mark.parametrize("query", QUERIES, ids=range(len(QUERIES)))
def test_the_queries_of_the_dictionary_run(small_world: Database, query: str) -> None:
    found = asked(small_world, query)
    assert found
    assert all(value is not None for value in found[0].values())
