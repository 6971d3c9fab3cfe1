"""Ride by hour: usual waits, opening times and the quiet hours, in the API and on the page of a park."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.ride_types import RideType
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World, at
from web.conftest import NOW, ROME, SEEN_AT, Api

FAST, SLOW, SILENT, FILM = 21, 22, 23, 24
WAITS = {FAST: {9: 10, 10: 20, 11: 30, 12: 60, 13: 60}, SLOW: {9: 5, 10: 5, 11: 5, 12: 5}}
DAYS = [dt.date(2026, 8, day) for day in range(10, 18)]
PATH = "/parks/1/waits-by-hour"


@pytest.fixture(scope="module")
def reader(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Eight days of a park: two rides with queues, one without, a film, and one late evening."""
    world = World()
    world.park(1, "Gardaland", ROME, "Merlin")
    for ride_id, name in ((FAST, "Fast"), (SLOW, "Slow"), (SILENT, "Silent")):
        world.ride(ride_id, 1, name)
    world.ride(FILM, 1, "Film", type=RideType.SHOW)
    for day in DAYS:
        begin = at(f"{day} 00:00", ROME)
        world.day(1, f"{day}", [(begin + 9 * HOUR, begin + 15 * HOUR)])
        for ride_id, waits in WAITS.items():
            for hour, wait in waits.items():
                world.hour(ride_id, f"{day}", begin + hour * HOUR, operating=HOUR, wait=wait)
        for ride_id in (SILENT, FILM):
            world.hour(ride_id, f"{day}", begin + 9 * HOUR, operating=HOUR)
        # An hour in which the park is open and no ride runs.
        world.hour(FAST, f"{day}", begin + 14 * HOUR, closed=HOUR)
        world.ran[FAST, day] = (begin + 9 * HOUR + 60 * day.day, begin + 14 * HOUR)
        # The end of the evening before, until half past midnight, is no opening.
        world.ran[SLOW, day] = (begin, begin + 13 * HOUR)
        for look in (begin - 60, begin + 9 * HOUR, begin + 14 * HOUR):
            values = dict.fromkeys(("operating", "down", "closed", "refurbishment", "unknown"), 0)
            keys = {"park_id": 1, "observed_at": look, "feed": 2, "cadence_seconds": 300}
            world.rows.append((models.ParkActivitySnapshot, keys | values))
    world.hour(FAST, f"{DAYS[0]}", at(f"{DAYS[0]} 23:00", ROME), operating=HOUR, wait=1)
    file = tmp_path_factory.mktemp("waits") / "world.db"
    shutil.copy(_migrated_sqlite, file)
    database = Database(f"sqlite:///{file}")
    world.write(database, SEEN_AT)
    yield create_app(database, FixedClock(NOW)).test_client()
    database.dispose()


def test_hours_without_a_running_ride_are_left_out(reader: FlaskClient) -> None:
    data = Api(reader)(PATH)["data"]
    assert [hour["hour"] for hour in data["hours"]] == [9, 10, 11, 12, 13, 23]
    assert [hour["is_usual"] for hour in data["hours"]] == [True, True, True, True, True, False]
    assert [hour["average_wait_minutes"] for hour in data["hours"]] == [7.5, 12.5, 17.5, 32.5, 60.0, 1.0]


def test_rides_stand_by_their_waits_and_those_that_post_none_at_the_end(reader: FlaskClient) -> None:
    rides = Api(reader)(PATH)["data"]["rides"]
    assert [ride["ride_name"] for ride in rides] == ["Fast", "Slow", "Silent"]
    assert [cell["average_wait_minutes"] for cell in rides[0]["cells"]] == [10, 20, 30, 60, 60, 1]
    assert [cell["days"] for cell in rides[0]["cells"]] == [8, 8, 8, 8, 8, 1]
    assert [cell["state"] for cell in rides[1]["cells"]] == ["open"] * 4 + ["closed"] * 2
    assert rides[2]["average_wait_minutes"] is None


def test_the_quietest_and_the_busiest_hours_are_three_usual_ones_in_a_row(reader: FlaskClient) -> None:
    data = Api(reader)(PATH)["data"]
    assert data["quietest"] == {"start_hour": 9, "end_hour": 12, "average_wait_minutes": 12.5}
    assert data["busiest"] == {"start_hour": 11, "end_hour": 14, "average_wait_minutes": 32.0}


def test_opening_times_are_medians_of_days_whose_begin_was_seen(reader: FlaskClient) -> None:
    fast, slow, _silent = Api(reader)(PATH)["data"]["rides"]
    assert fast["usual_first_operation"] == {"time": "09:14", "days": 8}
    assert fast["usual_last_operation"] == {"time": "14:00", "days": 8}
    assert slow["usual_first_operation"] is None
    assert slow["usual_last_operation"] == {"time": "13:00", "days": 8}


def test_cells_as_csv_name_their_ride(reader: FlaskClient) -> None:
    lines = reader.get(f"/api{PATH}?format=csv").text.splitlines()
    assert len(lines) == 1 + 3 * 6
    head = lines[0].split(",")
    first = dict(zip(head, lines[1].split(","), strict=False))
    assert first["rides.ride_name"] == "Fast"
    assert (first["hour"], first["average_wait_minutes"]) == ("9", "10.0")


def test_too_long_a_period_is_refused(reader: FlaskClient) -> None:
    answer = reader.get(f"/api{PATH}?start=2025-08-01&end=2026-08-02")
    assert answer.status_code == 400
    assert "usual waits of 367 days are too many; they take at most 366 days" in answer.text


@pytest.mark.parametrize(
    ("query", "during"),
    [("", "the last 30 days"), ("?year=2026", "the last 30 days"), ("?period=7days", "the last 7 days")],
)
def test_the_page_says_when_queues_are_short_and_prints_the_minutes(
    reader: FlaskClient, query: str, during: str
) -> None:
    page = reader.get(f"/parks/gardaland{query}").text
    section = page[page.index('<section id="waits"') :].partition("</section>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", section).replace("\u00a0", " ").split())
    assert f"Over {during}, queues were shortest from 09:00 to 12:00 , 13 min" in words
    if "30" in during:
        assert "22 Jul 2026 to 20 Aug 2026" in words.replace("Usual wait in minutes, ", "")
        assert "Fast opens 09:14 10 20 30 60 60 1" in words
    assert re.findall(r'<td class="num heat-(\d)">(\d+)', section)[:5] == [
        ("2", "10"),
        ("3", "20"),
        ("3", "30"),
        ("5", "60"),
        ("5", "60"),
    ]
    assert "Silent posts no waits" in words
