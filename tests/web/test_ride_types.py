"""Types: rides of one type, and what is no ride only where it is asked for, the same way everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

import hallofshame.web
from hallofshame.clock import FixedClock
from hallofshame.domain.ride_types import NON_RIDES, RideType
from hallofshame.domain.words import OutageKind, RideKind
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.pages.ride_art import RIDE_ART
from web.builders import HOUR, World
from web.conftest import MAMMUT, NINE, RAPIDS, RAPTOR, SEEN_AT, TODAY, YESTERDAY, Api, gardaland

ART = Path(hallofshame.web.__file__).parent / "templates" / "art"
MAZE, FILM = 17, 18
COASTERS, FLUMES, MAZES, FILMS = ["Raptor", "Mammut"], ["Jungle Rapids"], ["Labyrinth"], ["Film"]


@pytest.fixture
def client(sqlite_database: Database, clock: FixedClock) -> FlaskClient:
    world = World()
    gardaland(world)
    for ride_id, name, tier, kind in (
        (RAPTOR, "Raptor", 1, RideType.COASTER),
        (MAMMUT, "Mammut", 2, RideType.COASTER),
        (RAPIDS, "Jungle Rapids", 3, RideType.WATER_RIDE),
        (MAZE, "Labyrinth", None, RideType.WALKTHROUGH),
    ):
        world.ride(ride_id, 1, name, tier, type=kind)
    world.ride(FILM, 1, "Film", kind=RideKind.SHOW, type=RideType.SHOW)
    for ride_id, wait in ((MAZE, 90), (FILM, None)):
        world.hour(ride_id, TODAY, NINE, operating=HOUR, wait=wait)
        world.idle_day(ride_id, TODAY)
    world.outage(MAZE, TODAY, NINE, NINE + 60, OutageKind.BREAKDOWN)
    world.write(sqlite_database, SEEN_AT)
    return create_app(sqlite_database, clock).test_client()


@pytest.fixture
def api(client: FlaskClient) -> Api:
    return Api(client)


def names(body: dict[str, Any]) -> list[str]:
    return [row["ride_name"] for row in body["data"]]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["Jungle Rapids", "Raptor", "Mammut"]),
        ({"type": "coaster"}, COASTERS),
        ({"type": "Coaster, water_ride"}, ["Jungle Rapids", "Raptor", "Mammut"]),
        ({"type": "dark_ride"}, []),
        ({"type": "walkthrough"}, MAZES),
        ({"non_rides": "yes"}, ["Jungle Rapids", "Raptor", "Mammut", "Film", "Labyrinth"]),
    ],
)
def test_a_list_of_rides_holds_the_types_that_are_asked_for(
    api: Api, asked: dict[str, str], expected: list[str]
) -> None:
    body = api("/rides/downtime", **asked)
    assert names(body) == expected
    assert body["total"] == len(expected)


def test_a_ranking_of_coasters_has_ranks_of_its_own(api: Api) -> None:
    rows = api("/rides/downtime", type="coaster")["data"]
    assert [(row["rank"], row["type"], row["type_label"]) for row in rows] == [
        (1, "coaster", "roller coaster"),
        (2, "coaster", "roller coaster"),
    ]


def test_what_is_no_ride_has_no_rank_but_by_its_waits(api: Api) -> None:
    for path in ("/rides/downtime", "/rides/least-reliable"):
        [row] = api(path, type="walkthrough")["data"]
        assert (row["rank"], row["unranked_reason"], row["eligible"]) == (None, "not_a_ride", False)
        assert row["excluded_reason"] == "not_attraction"
    waits = api("/rides/waittimes", non_rides="yes")["data"]
    assert [(row["ride_name"], row["rank"]) for row in waits[:2]] == [("Labyrinth", 1), ("Raptor", 2)]
    assert names(api("/rides/waittimes"))[0] == "Raptor"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [({}, {"Raptor", "Jungle Rapids"}), ({"type": "coaster"}, {"Raptor"}), ({"type": "unknown"}, set())],
)
@pytest.mark.parametrize("path", ["/outages", "/parks/gardaland/outages"])
def test_outages_are_those_of_the_types_that_are_asked_for(
    api: Api, path: str, asked: dict[str, str], expected: set[str]
) -> None:
    assert set(names(api(path, **asked))) == expected


def test_outages_of_what_was_counted_before_are_shown_where_asked_for(api: Api) -> None:
    assert "Labyrinth" in names(api("/outages", non_rides="yes"))
    assert names(api(f"/rides/{MAZE}/outages")) == MAZES


def test_the_live_board_and_its_counts_take_types(api: Api) -> None:
    assert [row["ride_name"] for row in api("/outages/now")["data"]["down"]] == FLUMES
    assert api("/outages/now", type="coaster")["data"]["down"] == []
    totals = {
        asked: api("/live/status-summary", **dict(pair.split("=") for pair in asked.split()))["data"]["rides"]
        for asked in ("", "type=coaster", "non_rides=yes")
    }
    # Raptor, Mammut, Jungle Rapids and Winter Slide, whose type nobody knows; a show is no attraction.
    assert {asked: counts["total"] for asked, counts in totals.items()} == {
        "": 4,
        "type=coaster": 2,
        "non_rides=yes": 5,
    }


def test_details_of_a_park_leave_non_rides_out_and_say_how_many(api: Api) -> None:
    left_out = api("/parks/gardaland/details")["data"]
    whole = api("/parks/gardaland/details", non_rides="yes")["data"]
    listed = {row["ride_name"] for row in left_out["rides"]}
    assert {row["ride_name"] for row in whole["rides"]} - listed == {"Labyrinth", "Film"}
    assert (left_out["non_rides"], whole["non_rides"]) == (2, 2)
    assert left_out["summary"] == whole["summary"]
    assert left_out["score_explained"] == whole["score_explained"]
    tiers = {row["tier_label"]: row["rides"] for row in left_out["tiers"]}
    assert tiers == {"flagship": 1, "standard": 1, "minor": 1, "unrated": 1}


def test_a_ride_says_its_type_and_who_decided_it(api: Api) -> None:
    ride = api(f"/rides/{RAPTOR}/details")["data"]["ride"]
    assert (ride["type"], ride["type_label"], ride["type_source"]) == ("coaster", "roller coaster", "curated")
    listed = {row["ride_name"]: row["type"] for row in api("/parks/gardaland/rides")["data"]}
    assert (listed["Winter Slide"], listed["Film"]) == ("unknown", "show")


def test_search_finds_what_is_no_ride(api: Api) -> None:
    assert "Labyrinth" in {row["name"] for row in api("/search-index")["data"]["rides"]}


def test_trends_and_awards_take_types(api: Api) -> None:
    tables = api("/trends", type="coaster", start=TODAY, end=TODAY)["data"]
    assert {row["ride_name"] for row in tables["rides_declining"]} <= set(COASTERS)
    categories = {
        row["slug"]: row["winners"] for row in api("/awards", type="water_ride")["data"]["categories"]
    }
    assert categories["worst-coasters"] == []
    assert {row["ride_name"] for row in categories["worst-rides"]} <= set(FLUMES)
    assert {row["ride_name"] for row in api("/awards")["data"]["categories"][3]["winners"]} <= set(COASTERS)


@pytest.mark.parametrize(
    ("query", "parameter", "message"),
    [
        ("type=rollercoaster", "type", "unknown type 'rollercoaster'; it takes one or several of coaster, w"),
        ("type=coaster,boat", "type", "unknown type 'boat'"),
        ("non_rides=maybe", "non_rides", "unknown non_rides 'maybe'; it takes one of no, yes"),
    ],
)
def test_an_unknown_type_is_refused(client: FlaskClient, query: str, parameter: str, message: str) -> None:
    answer = client.get(f"/api/rides/downtime?{query}")
    assert answer.status_code == 400
    error = answer.get_json()["error"]
    assert error["parameter"] == parameter
    assert message in error["message"]


def test_the_page_of_coasters_has_an_address_a_title_and_links(client: FlaskClient) -> None:
    page = client.get("/rides?type=coaster").get_data(as_text=True)
    assert "<title>Today: which roller coasters break down most" in page
    assert "<h1>Which roller coasters break down?</h1>" in page
    assert "Roller coasters, today" in page
    assert "Mammut" in page
    assert "Jungle Rapids" not in page.split("<main")[1].split("</main>")[0]
    assert 'href="/rides?period=7days&amp;type=coaster"' in page
    assert "/api/rides/downtime?limit=50&amp;type=coaster" in page
    assert 'href="/rides?type=coaster"' in client.get("/").get_data(as_text=True)


def test_the_pages_show_what_is_no_ride_where_asked_for(client: FlaskClient) -> None:
    assert "Labyrinth" not in client.get("/rides").get_data(as_text=True)
    assert "Labyrinth" in client.get("/rides?non_rides=yes").get_data(as_text=True)
    park = client.get("/parks/gardaland").get_data(as_text=True)
    link = f'href="/rides/{MAZE}-labyrinth"'
    assert link not in park
    assert 'href="/parks/gardaland?non_rides=yes#excluded"' in park
    shown = client.get("/parks/gardaland?non_rides=yes").get_data(as_text=True)
    assert link in shown
    assert 'href="/parks/gardaland#excluded"' in shown
    assert "Roller coaster" in client.get(f"/rides/{RAPTOR}-raptor").get_data(as_text=True)


def test_yesterday_has_no_film(api: Api) -> None:
    assert "Film" not in names(api("/rides/downtime", start=YESTERDAY, end=YESTERDAY, non_rides="yes"))


def test_every_type_of_ride_has_a_picture() -> None:
    """Rides of every type that moves people have one of their own."""
    assert set(RIDE_ART) == set(RideType)
    assert all((ART / f"{name}.svg").is_file() for name in RIDE_ART.values())
    own = [RIDE_ART[kind] for kind in RideType if kind not in NON_RIDES | {RideType.UNKNOWN}]
    assert "sun-and-tents" not in own
    assert len(set(own)) >= len(own) - 1
