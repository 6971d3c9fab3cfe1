"""What is near a point: the database's own distance on MariaDB, ours on SQLite, and the same answers."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from hallofshame.domain.distances import metres_between
from hallofshame.store.database import Database
from hallofshame.store.models import EntityMetadata, Park
from hallofshame.store.reports.near import parks_near, rides_near
from store.samples import NOON, seed

CASTLE = (28.419507, -81.581177)
PLACES = {
    1: (28.4182868839, -81.5794086456),
    2: (28.4209221723, -81.5786757124),
    3: (28.4185407873, -81.5813068741),
    4: (28.374694, -81.549404),
    5: (None, None),
    6: (-17.0, 179.999),
    7: (-17.0, -179.999),
    8: (89.9999, 0.0),
}


@pytest.fixture
def places(database: Database) -> Database:
    seed(database, {1: 8})
    with database.write() as connection:
        rows = [
            {"ride_id": ride, "seen_at": NOON, "latitude": north, "longitude": east, "tags": "[]"}
            for ride, (north, east) in PLACES.items()
        ]
        connection.execute(insert(EntityMetadata), rows)
        old = {
            "seen_at": 1,
            "superseded_at": NOON,
            "latitude": CASTLE[0],
            "longitude": CASTLE[1],
            "tags": "[]",
        }
        connection.execute(insert(EntityMetadata), [{"ride_id": 4, **old}])
        connection.execute(update(Park).values(latitude=28.4177, longitude=-81.5812))
    return database


def near(database: Database, latitude: float, longitude: float, radius: int) -> dict[int, int]:
    with database.read() as connection:
        return rides_near(connection, latitude, longitude, radius)


def test_rides_come_nearest_first_with_their_distance_in_metres(places: Database) -> None:
    # By Pythagoras on so small a piece of the globe: 108.2, 219.8 and 290.9 m.
    assert near(places, *CASTLE, 300) == {3: 108, 1: 220, 2: 291}
    assert list(near(places, *CASTLE, 300)) == [3, 1, 2]
    assert near(places, *CASTLE, 108) == {3: 108}
    assert near(places, *CASTLE, 107) == {}
    assert set(near(places, *CASTLE, 10_000)) == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("point", "radius"),
    [(CASTLE, 50_000), ((-17.0, 180.0), 50_000), ((90.0, 12.0), 50_000), ((0.0, 0.0), 50)],
)
def test_both_databases_answer_what_the_formula_says(
    places: Database, point: tuple[float, float], radius: int
) -> None:
    wanted = {
        ride: round(metres_between(*point, north, east))
        for ride, (north, east) in PLACES.items()
        if north is not None and east is not None
    }
    assert near(places, *point, radius) == {
        ride: metres for ride, metres in sorted(wanted.items(), key=lambda one: one[1]) if metres <= radius
    }


def test_the_date_line_is_no_border_and_a_pole_is_near_every_longitude(places: Database) -> None:
    assert near(places, -17.0, 180.0, 500) == {6: 106, 7: 106}
    assert near(places, 90.0, 123.0, 500) == {8: 11}


def test_superseded_places_are_not_near_anything(places: Database) -> None:
    assert 4 not in near(places, *CASTLE, 1000)


def test_parks_are_near_by_their_own_place(places: Database) -> None:
    with places.read() as connection:
        assert parks_near(connection, *CASTLE, 1000) == {1: 201}
        assert parks_near(connection, *CASTLE, 200) == {}
