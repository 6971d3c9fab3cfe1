"""Heatmaps, series and sparklines say the same as the lists, to the second."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Evidence
from hallofshame.metrics import scores
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World
from web.conftest import MAMMUT, NOW, RAPTOR, ROME, SEEN_AT, TODAY, Api

COUNTERS = ("downtime_seconds", "weighted_downtime", "weighted_exposure")
FIRST = dt.date(2025, 9, 1)
SECONDS_COME = 18_780
"""Of today, from 09:00 to 14:13 in Rome, to which the latest look speaks."""


@pytest.fixture(scope="module")
def year(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A park open from 09:00 to 18:00 through almost a year, with gaps, and today as far as it has come."""
    world = World()
    world.park(1, "Gardaland", ROME)
    for ride_id, tier in ((11, 1), (12, 2), (13, 3)):
        world.ride(ride_id, 1, f"Ride {ride_id}", tier=tier)
    for number, day in enumerate(DayRange(FIRST, NOW.date()).dates()):
        opens = day_bounds(day, ROME)[0] + 9 * HOUR
        if number % 11 == 0 and f"{day}" != TODAY:
            world.day(1, f"{day}", evidence=Evidence.NO_ACTIVITY)
            continue
        world.day(1, f"{day}", [(opens, opens + 9 * HOUR)])
        for ride_id in (11, 12, 13):
            for place in range(9):
                seen = max(0, min(HOUR, SECONDS_COME - place * HOUR)) if f"{day}" == TODAY else HOUR
                lost = min(seen, (number * 37 + ride_id * 11 + place * 301) % 900)
                posted = (number + place) % 60
                hour = opens + place * HOUR
                world.hour(ride_id, f"{day}", hour, operating=seen - lost, down=lost, wait=posted)
    world.park_now(1, SEEN_AT)
    path = tmp_path_factory.mktemp("year") / "year.db"
    shutil.copy(_migrated_sqlite, path)
    database = Database(f"sqlite:///{path}")
    world.write(database, SEEN_AT)
    yield Api(create_app(database, FixedClock(NOW)).test_client())
    database.dispose()


PERIODS: list[dict[str, str]] = [
    {"period": "today"},
    {"period": "7days"},
    {"period": "30days"},
    {"period": "this_month"},
    {"period": "this_year"},
    {"start": "2025-09-17", "end": "2026-08-20"},
    {"start": "2026-03-28", "end": "2026-03-30"},
]
LONG = (PERIODS[4], PERIODS[5])
GRAINS = ("auto", "hour", "day", "week", "month", "year")
CASES = [(period, grain) for period in PERIODS for grain in GRAINS if grain != "hour" or period not in LONG]


def added(parts: list[dict[str, Any]], name: str) -> int:
    """The sum of a counter over points or cells."""
    return sum(part[name] or 0 for part in parts)


@pytest.mark.parametrize(("period", "grain"), CASES)
def test_points_of_every_grain_add_up_to_the_row_of_the_list(
    year: Api, period: dict[str, str], grain: str
) -> None:
    row = year.row("/parks/downtime", "Gardaland", **period)
    answer = year("/parks/1/series", grain=grain, **period)
    points = answer["data"]["points"]
    for name in COUNTERS:
        assert added(points, name) == row[name]
    assert answer["coverage"]["percent"] == row["coverage_percent"] == 100.0
    assert {point["coverage_percent"] for point in points} <= {100.0, None}
    ride = year.row("/rides/downtime", "Ride 12", **period)
    points = year("/rides/12/series", grain=grain, **period)["data"]["points"]
    for name in ("downtime_seconds", "operating_seconds"):
        assert added(points, name) == ride[name]
    assert added(points, "unobserved_seconds") == 0


@pytest.mark.parametrize("period", PERIODS)
def test_cells_add_up_to_the_row_of_the_list(year: Api, period: dict[str, str]) -> None:
    row = year.row("/parks/downtime", "Gardaland", **period)
    answer = year("/parks/1/heatmap", **period)
    cells = answer["data"]["cells"]
    assert added(cells, "downtime_seconds") == row["downtime_seconds"]
    assert max(cell["max_wait_minutes"] or 0 for cell in cells) == (row["max_wait_minutes"] or 0)
    assert answer["coverage"]["percent"] == row["coverage_percent"]
    assert {cell["coverage_percent"] for cell in cells} <= {100.0, None}
    ride = year.row("/rides/downtime", "Ride 12", **period)
    of_ride = year("/rides/12/heatmap", **period)["data"]["cells"]
    assert added(of_ride, "downtime_seconds") == ride["downtime_seconds"]


def test_a_week_has_a_cell_for_every_hour_and_each_says_what_it_shows(year: Api) -> None:
    cells = year("/parks/1/heatmap")["data"]["cells"]
    assert [(cell["weekday"], cell["hour"]) for cell in cells] == [
        (weekday, hour) for weekday in range(1, 8) for hour in range(24)
    ]
    states = {(cell["weekday"], cell["hour"]): cell["state"] for cell in cells}
    assert (states[1, 8], states[1, 9], states[1, 17], states[1, 18]) == ("closed", "open", "open", "closed")


def test_today_has_its_own_weekday_alone_and_hours_to_come(year: Api) -> None:
    cells = year("/parks/1/heatmap", period="today")["data"]["cells"]
    assert {cell["weekday"] for cell in cells} == {4}
    assert [cell["state"] for cell in cells][8:18] == ["closed", *["open"] * 6, *["no_data_yet"] * 3]
    assert {cell["downtime_seconds"] for cell in cells[15:]} == {None}


def test_cells_of_the_small_world_by_hand(api: Api) -> None:
    """Thursday 09:00: Raptor lost 1,800 of 3 × 3,600 s; weighted 5,400 of 6 × 3,600. Wednesday: nothing."""
    cells = {(cell["weekday"], cell["hour"]): cell for cell in api("/parks/1/heatmap")["data"]["cells"]}
    nine = cells[4, 9]
    assert (nine["shame_score"], nine["downtime_hours"], nine["uptime_percent"]) == (2.5, 0.5, 83.3)
    assert (nine["average_wait_minutes"], nine["max_wait_minutes"], nine["days"]) == (26.7, 40, 1)
    assert cells[3, 9]["shame_score"] == 0.0
    assert cells[5, 9]["state"] == "not_watched"
    assert cells[5, 9]["downtime_seconds"] is None


def test_sparklines_are_the_daily_points(year: Api) -> None:
    [line] = year("/parks/sparklines")["data"]
    points = year("/parks/1/series", period="30days", grain="day")["data"]["points"]
    assert line["days"] == [point["date"] for point in points]
    assert line["values"] == [point["shame_score"] for point in points]
    assert None in line["values"]
    lines = year("/rides/sparklines", ids="13, 11")["data"]
    assert [line["ride_id"] for line in lines] == [13, 11]
    points = year("/rides/11/series", period="30days", grain="day")["data"]["points"]
    assert lines[1]["values"] == [point["uptime_percent"] for point in points]


def test_a_park_on_the_other_side_of_the_date_line_has_its_own_thirty_days(api: Api) -> None:
    lines = {line["park_id"]: line for line in api("/parks/sparklines")["data"]}
    assert (lines[1]["days"][0], lines[1]["days"][-1]) == ("2026-07-22", "2026-08-20")
    assert lines[6]["days"][-1] == "2026-08-21"
    assert lines[6]["values"] == [None] * 30
    assert lines[1]["values"][-2:] == [0.0, scores.shame_score(9_000, 43_200)]
    assert {line["park_id"] for line in api("/parks/sparklines", operator="merlin")["data"]} == {1}


@pytest.mark.parametrize(
    ("path", "parameter", "words"),
    [
        ("/rides/sparklines", "ids", "1 to 500 ride_ids"),
        ("/rides/sparklines?ids=raptor", "ids", "'raptor' is no ride_id"),
        ("/parks/1/series?grain=minute", "grain", "auto, hour, day, week, month, year"),
        ("/parks/1/series?grain=hour&period=this_year", "grain", "at most 31 days"),
        ("/rides/11/series?grain=day&start=2020-01-01&end=2026-01-01", "grain", "at most 1098 days"),
        ("/parks/1/heatmap?period=fortnight", "period", "7days"),
        ("/parks/sparklines?period=today", "period", "unknown parameter"),
    ],
)
def test_a_refusal_names_the_parameter(client: FlaskClient, path: str, parameter: str, words: str) -> None:
    response = client.get(f"/api{path}")
    error = response.get_json()["error"]
    assert (response.status_code, error["parameter"]) == (400, parameter)
    assert words in error["message"]


@pytest.mark.parametrize("path", ["/parks/gardalan/heatmap", "/parks/gardalan/series"])
def test_an_unknown_park_comes_with_near_matches(client: FlaskClient, path: str) -> None:
    response = client.get(f"/api{path}")
    assert response.status_code == 404
    assert response.get_json()["error"]["near_matches"][0]["park_slug"] == "gardaland"


@pytest.mark.parametrize("path", ["/rides/99/heatmap", "/rides/99/series", "/rides/sparklines?ids=11,99"])
def test_an_unknown_ride_comes_with_near_matches(client: FlaskClient, path: str) -> None:
    response = client.get(f"/api{path}")
    assert response.status_code == 404
    assert response.get_json()["error"]["near_matches"]


def test_hours_of_a_ride_are_those_of_its_chart(api: Api) -> None:
    chart = api(f"/rides/{RAPTOR}/details")["data"]["chart_data"]
    assert api(f"/rides/{RAPTOR}/series")["data"] == {"grain": "hour", "points": chart}
    assert api(f"/rides/{MAMMUT}/series", grain="year")["data"]["points"][0]["year"] == "2026"
