"""While a site is being prepared, it says how far that is, on every address, and opens when it is done."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from pydantic import TypeAdapter

from hallofshame.clock import FixedClock
from hallofshame.store.database import Database
from hallofshame.web.answers.common import ErrorBody
from hallofshame.web.app import create_app
from hallofshame.web.preparation import Preparation, PreparationFile
from hallofshame.web.settings import WebSettings
from web.conftest import SEEN_AT, World


@pytest.fixture
def file(tmp_path: Path) -> PreparationFile:
    """The state, as the preparing process writes it."""
    found = PreparationFile(tmp_path / "preparing.json")
    found.write(Preparation("Statistics", 42))
    return found


@pytest.fixture
def client(
    sqlite_database: Database, world: World, clock: FixedClock, tmp_path: Path, file: PreparationFile
) -> FlaskClient:
    """A reader of a site that is being prepared."""
    world.write(sqlite_database, SEEN_AT)
    settings = WebSettings(preparing_file=tmp_path / "preparing.json")
    return create_app(sqlite_database, clock, settings).test_client()


@pytest.mark.parametrize("path", ["/api/health", "/api/parks", "/api/no-such-thing", "/api/openapi.json"])
def test_the_api_says_how_far_it_is_in_the_one_error_shape(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Cache-Control"] == "no-store"
    body = response.get_json()
    TypeAdapter(ErrorBody).validate_python(body)
    assert body["error"]["code"] == "preparing"
    assert body["error"]["preparation"] == {"stage": "Statistics", "percent": 42}
    assert "42 %" in body["error"]["message"]


@pytest.mark.parametrize("path", ["/", "/parks/gardaland", "/no-such-page", "/cards/rankings.png"])
def test_a_page_says_it_without_a_script_and_asks_again(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert response.headers["Refresh"] == "2"
    assert "Preparing, 42 %" in response.text
    assert 'value="42" max="100"' in response.text
    assert "data-script" not in response.text


def test_what_needs_no_data_is_served(client: FlaskClient) -> None:
    assert client.get("/static/tokens.css").status_code == 200
    assert client.get("/favicon.ico").status_code == 200


def test_it_moves_on_and_opens_when_it_is_done(client: FlaskClient, file: PreparationFile) -> None:
    file.write(Preparation("Statistics", 99))
    assert "99 %" in client.get("/").text
    file.remove()
    assert client.get("/").status_code == 200
    assert client.get("/api/health").status_code == 200


def test_a_site_that_was_open_stays_so(client: FlaskClient, file: PreparationFile) -> None:
    """Its file belongs to the preparation before its first answer; a later one is another run's."""
    file.remove()
    assert client.get("/").status_code == 200
    file.write(Preparation("Statistics", 1))
    assert client.get("/").status_code == 200
