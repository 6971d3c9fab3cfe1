"""A small world whose every figure can be worked out on paper.

Now is Thursday 20 August 2026, 14:00 in Rome (12:00 UTC). Two hours of today, 09:00 and 10:00, were open.

Gardaland (Rome time): Raptor (tier 1, weight 3), Mammut (tier 2, weight 2), Jungle Rapids (tier 3, weight 1),
all watched for both hours. Raptor was down for 1,800 s of the first, Jungle Rapids for 3,600 s of the second:

- weighted downtime 3 × 1,800 + 1 × 3,600 = 9,000; exposure (3 + 2 + 1) × 7,200 = 43,200;
  score 10 × 9,000 / 43,200 = 2.08
- downtime 5,400 s = 1.5 ride-hours; operating 3 × 7,200 - 5,400 = 16,200 s; uptime 16,200 / 21,600 = 75.0 %
- waits: Raptor 40 min in all its 5,400 s, Mammut 20 min in its 7,200 s, Jungle Rapids none:
  (40 × 5,400 + 20 × 7,200) / 12,600 = 28.6 min, at most 40

Yesterday all three ran for both hours without a fault: uptime 100 %, so today's trend is -25.0 points.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Evidence, OutageKind, RideKind, Status
from hallofshame.store.database import Database
from hallofshame.web.answer_context import EXTENSION, AppContext
from hallofshame.web.app import create_app
from hallofshame.web.pages.view import BUILD
from support.readers import reader_of
from web.builders import HOUR, World, at
from web.test_assets import built

ROME = "Europe/Rome"
NOW = dt.datetime(2026, 8, 20, 12, 0, tzinfo=dt.UTC)
TODAY, YESTERDAY = "2026-08-20", "2026-08-19"
NINE = at(f"{TODAY} 09:00", ROME)
SEEN_AT = at(f"{TODAY} 13:58", ROME)

RAPTOR, MAMMUT, RAPIDS, SHOW, OLD, NEW = 11, 12, 13, 14, 15, 16


def gardaland(world: World) -> None:
    """The park of the docstring above, and three entities that do not count."""
    world.park(1, "Gardaland", ROME, "Merlin")
    world.ride(RAPTOR, 1, "Raptor", tier=1, land="Adventure")
    world.ride(MAMMUT, 1, "Mammut", tier=2)
    world.ride(RAPIDS, 1, "Jungle Rapids", tier=3)
    world.ride(SHOW, 1, "Prezzemolo Show", kind=RideKind.SHOW)
    world.ride(OLD, 1, "Old Mill", is_active=False)
    world.ride(NEW, 1, "Winter Slide", tier=None)
    yesterday = NINE - 24 * HOUR
    world.day(1, YESTERDAY, [(yesterday, yesterday + 2 * HOUR)])
    world.day(1, TODAY, [(NINE, NINE + 2 * HOUR)])
    for ride_id in (RAPTOR, MAMMUT, RAPIDS):
        for hour in (yesterday, yesterday + HOUR):
            world.hour(ride_id, YESTERDAY, hour, operating=HOUR)
    world.hour(RAPTOR, TODAY, NINE, operating=1800, down=1800, wait=40)
    world.hour(RAPTOR, TODAY, NINE + HOUR, operating=HOUR, wait=40)
    world.hour(MAMMUT, TODAY, NINE, operating=HOUR, wait=20)
    world.hour(MAMMUT, TODAY, NINE + HOUR, operating=HOUR, wait=20)
    world.hour(RAPIDS, TODAY, NINE, operating=HOUR)
    world.hour(RAPIDS, TODAY, NINE + HOUR, down=HOUR)
    world.hour(NEW, TODAY, NINE, closed=HOUR, downtime=0)
    world.idle_day(NEW, TODAY)
    world.outage(RAPTOR, TODAY, NINE, NINE + 1800, OutageKind.OPENING_DELAY)
    world.outage(RAPIDS, TODAY, NINE + HOUR, None, OutageKind.BREAKDOWN, downtime=HOUR)
    world.published(1, TODAY, NINE, NINE + 9 * HOUR)
    world.park_now(
        1,
        SEEN_AT,
        weight_down=1,
        weight_eligible=6,
        eligible=3,
        observed=3,
        rides_operating=2,
        rides_down=1,
        wait_sum=75,
        wait_known=2,
        wait_max=50,
    )
    world.ride_now(RAPTOR, SEEN_AT, Status.OPERATING, wait=50)
    world.ride_now(MAMMUT, SEEN_AT, Status.OPERATING, wait=25)
    world.ride_now(RAPIDS, SEEN_AT, Status.CLOSED, counts_as_down=True, since=NINE + HOUR)


def others(world: World) -> None:
    """Parks that cannot be ranked, each for its own reason, and one on the other side of the date line."""
    world.park(2, "Silent Park", "America/New_York", "Universal", country="United States")
    world.park(3, "Tiny Park", ROME, "Independent")
    for ride_id, name in ((31, "Alpha"), (32, "Beta")):
        world.ride(ride_id, 3, name)
        world.hour(ride_id, TODAY, NINE, operating=HOUR, wait=0)
    world.day(3, TODAY, [(NINE, NINE + HOUR)])
    world.park(4, "Foggy Park", ROME, "Independent")
    for ride_id, name in ((41, "One"), (42, "Two"), (43, "Three")):
        world.ride(ride_id, 4, name)
        world.hour(ride_id, TODAY, NINE, operating=1200, down=300)
    world.day(4, TODAY, [(NINE, NINE + HOUR)])
    world.park(5, "Closed Park", ROME, "Disney")
    world.day(5, TODAY, evidence=Evidence.NO_ACTIVITY)
    world.park_now(5, SEEN_AT, is_open=0, weight_eligible=0, eligible=3)
    world.park(6, "Dateline Park", "Pacific/Kiritimati", "Independent", country="Kiribati")


@pytest.fixture
def world() -> World:
    """The small world, not yet written."""
    built = World()
    gardaland(built)
    others(built)
    return built


@pytest.fixture
def clock() -> FixedClock:
    """Stands at NOW."""
    return FixedClock(NOW)


@pytest.fixture(scope="session")
def _read_app(_migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on the small world, for all tests of this process that only read."""
    file = tmp_path_factory.mktemp("small") / "world.db"
    shutil.copy(_migrated_sqlite, file)
    database = Database(f"sqlite:///{file}")
    built = World()
    gardaland(built)
    others(built)
    built.write(database, SEEN_AT)
    yield create_app(database, FixedClock(NOW))
    database.dispose()


@pytest.fixture
def own_app(sqlite_database: Database, world: World, clock: FixedClock) -> Flask:
    """An application on a small world of the test's own."""
    world.write(sqlite_database, SEEN_AT)
    return create_app(sqlite_database, clock)


_CHANGES = frozenset({"own_app", "sqlite_database", "world", "clock", "monkeypatch", "caplog"})
"""Fixtures by which a test may change what others would see, or look for what only a first answer does."""


@pytest.fixture
def app(request: pytest.FixtureRequest) -> Flask:
    """The application on the small world: shared by all that only read, of its own for others."""
    found: Flask = request.getfixturevalue(
        "_read_app" if _CHANGES.isdisjoint(request.fixturenames) else "own_app"
    )
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A reader, who sees of the white space in a page what a browser shows."""
    return reader_of(app)


@pytest.fixture(scope="session")
def _read_built_app(_read_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The same with a build of the pages' scripts, for tests that only read."""
    here: AppContext = _read_app.extensions[EXTENSION]
    app = create_app(here.database, here.clock)
    app.extensions[BUILD] = built(tmp_path_factory.mktemp("build"))
    return app


@pytest.fixture
def with_build(_read_built_app: Flask) -> FlaskClient:
    """A reader of pages that have been built."""
    return reader_of(_read_built_app)


class Api:
    """Asks for JSON and checks that the answer is a success."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def __call__(self, path: str, **query: Any) -> dict[str, Any]:
        """The body of a successful answer."""
        response = self._client.get(f"/api{path}", query_string=query)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.get_json()
        assert body["success"] is True
        return body

    def row(self, path: str, name: str, **query: Any) -> dict[str, Any]:
        """The row of the park or ride of that name in a list."""
        rows: list[dict[str, Any]] = self(path, **query)["data"]
        [found] = [row for row in rows if name in (row.get("ride_name"), row.get("park_name"))]
        return found


@pytest.fixture
def api(client: FlaskClient) -> Api:
    """The JSON face."""
    return Api(client)
