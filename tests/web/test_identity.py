"""A ride that was found to be another one: its old address leads there, and it says what it was called."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import World
from web.conftest import MAMMUT, RAPTOR, Api

FORMER = 990


@pytest.fixture
def client(sqlite_database: Database, world: World, clock: FixedClock) -> FlaskClient:
    world.ride(FORMER, 1, "Raptor by Night", merged_into=RAPTOR, is_active=False)
    world.rows += [
        (models.NameSeen, {"ride_id": RAPTOR, "name": name, "first_seen_at": seen})
        for seen, name in ((30, "Raptor by Night"), (20, "RAPTOR™"), (10, "The Raptor"))
    ]
    world.write(sqlite_database)
    return create_app(sqlite_database, clock).test_client()


def test_details_say_former_names_and_numbers(client: FlaskClient) -> None:
    data = Api(client)(f"/rides/{RAPTOR}/details")["data"]
    assert data["former_names"] == ["The Raptor", "Raptor by Night"]
    assert data["former_ride_ids"] == [FORMER]
    other = Api(client)(f"/rides/{MAMMUT}/details")["data"]
    assert (other["former_names"], other["former_ride_ids"]) == ([], [])


def test_an_old_number_answers_with_the_ride_that_it_is(client: FlaskClient) -> None:
    api = Api(client)
    for path in ("details", "timeline", "outages"):
        if client.get(f"/api/rides/{RAPTOR}/{path}").status_code == 200:
            assert api(f"/rides/{FORMER}/{path}")["data"] == api(f"/rides/{RAPTOR}/{path}")["data"]
    assert api(f"/rides/{FORMER}/details")["data"]["ride"]["ride_id"] == RAPTOR


def test_an_old_address_leads_to_the_page_of_the_ride_that_it_is(client: FlaskClient) -> None:
    moved = client.get(f"/rides/{FORMER}-raptor-by-night?period=7days")
    assert moved.status_code in (301, 302, 308)
    assert moved.headers["Location"].startswith(f"/rides/{RAPTOR}-raptor")
    page = client.get(moved.headers["Location"]).get_data(as_text=True)
    assert "Also seen as The Raptor, Raptor by Night" in page


def test_a_merged_ride_is_in_no_list(client: FlaskClient) -> None:
    rows = Api(client)("/rides/downtime", period="7days", limit=200)["data"]
    assert FORMER not in {row["ride_id"] for row in rows}
    assert RAPTOR in {row["ride_id"] for row in rows}
