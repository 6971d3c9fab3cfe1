"""Operators are the sums of their ranked parks, in the API and on their page."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.periods import ONE_DAY
from hallofshame.store.database import Database
from hallofshame.web.answers.envelope import Row
from hallofshame.web.app import create_app
from support.readers import reader_of
from web.builders import HOUR, World
from web.conftest import NINE, NOW, ROME, SEEN_AT, TODAY, Api

DOWN = {"Big": (0, 0, 0, 1800, 1800, 1800), "Small": (3600, 3600, 0), "Lone": (0, 900, 900), "Tiny": (3600,)}
DAYS_BEFORE = 9
OPERATORS = {"Big": "Chain", "Small": "Chain", "Lone": "Independent", "Tiny": "Chain"}


@pytest.fixture(scope="module")
def reader(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """Two ranked parks of one chain, one that has too few rides to be ranked, and one without a chain.

    On the days before, half of Small's time is lost each day, and of Big's and Lone's a minute now and then.
    """
    world = World()
    for park_id, (name, lost) in enumerate(DOWN.items(), start=1):
        world.park(park_id, name, ROME, OPERATORS[name])
        world.day(park_id, TODAY, [(NINE, NINE + HOUR)])
        for number, down in enumerate(lost):
            ride_id = 10 * park_id + number
            world.ride(ride_id, park_id, f"{name} {number}", tier=3)
            world.hour(ride_id, TODAY, NINE, operating=HOUR - down, down=down, wait=10 * park_id)
    for back in range(1, DAYS_BEFORE + 1):
        day, opens = (dt.date.fromisoformat(TODAY) - back * ONE_DAY).isoformat(), NINE - back * 86_400
        for park_id, (name, lost) in enumerate(DOWN.items(), start=1):
            world.day(park_id, day, [(opens, opens + HOUR)])
            for number in range(len(lost)):
                down = 1800 if name == "Small" and number < 2 else 60 * (back % 3) if number == 0 else 0
                world.hour(10 * park_id + number, day, opens, operating=HOUR - down, down=down)
    file = tmp_path_factory.mktemp("operators") / "world.db"
    shutil.copy(_migrated_sqlite, file)
    database = Database(f"sqlite:///{file}")
    world.write(database, SEEN_AT)
    yield reader_of(create_app(database, FixedClock(NOW)))
    database.dispose()


def test_an_operator_is_the_sum_of_its_ranked_parks(reader: FlaskClient) -> None:
    parks = {row["park_name"]: row for row in Api(reader)("/parks/downtime")["data"]}
    assert parks["Tiny"]["rank"] is None
    [row] = Api(reader)("/operators")["data"]
    assert (row["operator"], row["parks"], row["parks_known"]) == ("Chain", 2, 3)
    assert row["park_names"] == ["Big", "Small"]
    for name in (
        "weighted_downtime",
        "weighted_exposure",
        "downtime_seconds",
        "rides_eligible",
        "rides_down",
    ):
        assert row[name] == parks["Big"][name] + parks["Small"][name], name
    # 12,600 of 32,400 weighted seconds; the mean of the two scores would be 4.58.
    assert row["shame_score"] == 3.89
    assert row["uptime_percent"] == 61.1
    assert row["average_wait_minutes"] == pytest.approx((10 * 16200 + 20 * 3600) / 19800, abs=0.05)


def test_neighbours_whose_figures_differ_less_than_their_days_do_share_a_range_of_places(
    reader: FlaskClient,
) -> None:
    def places(rows: list[Row], name: str) -> dict[str, tuple[int | None, int | None, int | None]]:
        return {row[name]: (row["rank"], row["rank_from"], row["rank_to"]) for row in rows}

    asked = Api(reader)
    assert places(asked("/parks/downtime", period="30days")["data"], "park_name") == {
        "Small": (1, 1, 1),
        "Big": (2, 2, 3),
        "Lone": (3, 2, 3),
        "Tiny": (None, None, None),
    }
    assert places(asked("/parks/downtime", period="30days", operator="Chain")["data"], "park_name") == {
        "Small": (1, 1, 1),
        "Big": (2, 2, 2),
        "Tiny": (None, None, None),
    }
    assert places(asked("/operators", period="30days")["data"], "operator") == {"Chain": (1, 1, 1)}
    assert asked("/parks/1/details", period="30days")["data"]["summary"]["rank_to"] == 3
    for query in ({}, {"period": "live"}):
        assert {row["rank_to"] for row in asked("/parks/downtime", **query)["data"]} == {None}


def test_pages_say_which_places_a_park_may_hold_or_why_they_do_not(reader: FlaskClient) -> None:
    page = reader.get("/?period=30days").text
    assert "2nd to 3rd</span>" in page and "surely 1st</span>" in page
    assert "surely 1st</span>" in reader.get("/operators?period=30days").text
    assert "so few days cannot tell neighbours apart" in reader.get("/").text


def test_a_filter_chooses_the_parks_behind_an_operator(reader: FlaskClient) -> None:
    assert Api(reader)("/operators", country="Italy")["total"] == 1
    assert Api(reader)("/operators", operator="Independent")["data"] == []


def test_the_page_says_how_many_parks_are_behind_a_figure(reader: FlaskClient) -> None:
    page = reader.get("/operators?sort=parks").text
    assert 'href="/?operator=Chain"' in page
    assert "Big, Small" in page
    assert '2<span class="of"> of 3</span>' in page
    assert "Independent" not in page.partition("<tbody")[2].partition("</tbody>")[0]
    assert reader.get("/operators?sort=nothing").status_code == 400


@pytest.mark.parametrize("query", ["?period=live", "?year=2020", "?operator=Independent"])
def test_a_period_without_a_ranked_park_says_so(reader: FlaskClient, query: str) -> None:
    answer = reader.get(f"/operators{query}")
    assert answer.status_code == 200
    assert '<div class="empty">' in answer.text
