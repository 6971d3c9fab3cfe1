"""The map: where places lie, which marks stand for others, and the page that reads without a script."""

from __future__ import annotations

import re
from itertools import combinations

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from hallofshame.web.pages.projection import ASPECT, CLOSEST, WIDTH, MapView, Point, project, unproject
from hallofshame.web.pages.world_map import (
    DRAWN_PIXELS,
    NEAR_PIXELS,
    MapMark,
    MappedPark,
    marks_of,
    places_of,
)

FLORIDA = project(28.4, -81.5)


def test_a_place_goes_there_and_back() -> None:
    assert unproject(project(48.87, 2.78)) == pytest.approx((48.87, 2.78))
    assert unproject(project(65, -175)) == pytest.approx((65, -175))
    assert project(65, -175).x > project(65, 175).x, "the far east is in one piece"
    assert tuple(FLORIDA) == pytest.approx((875.0, -291.749), abs=0.001), "as geography.test.ts has it"


def test_a_view_is_read_as_it_was_written() -> None:
    view = MapView(*FLORIDA, 40)
    assert view.text == "28.4,-81.5,4"
    read = MapView.read(view.text)
    assert read is not None
    assert (read.x, read.y, read.width) == pytest.approx((view.x, view.y, 40))


@pytest.mark.parametrize(
    "text", [None, "", "1,2", "a,b,c", "95,0,10", "0,0,0", "0,0,-3", "nan,0,1", "0,0,inf"]
)
def test_nonsense_is_no_view(text: str | None) -> None:
    assert MapView.read(text) is None


def test_a_view_never_leaves_the_land() -> None:
    assert MapView.around([]) == MapView.world()
    held = MapView(-500, 9000, 99999).held()
    assert (held.x, held.width) == (WIDTH / 2, WIDTH)
    assert MapView(100, 0, 0).held().width == CLOSEST
    wide = MapView.around([Point(100, 100), Point(900, 300)])
    assert wide.width > 800
    assert all(wide.shows(point) for point in (Point(100, 100), Point(900, 300)))


def place(park_id: int, x: float, y: float, score: float | None) -> MappedPark:
    return MappedPark(
        {"park_id": park_id, "comparable_score": score, "park_slug": f"park-{park_id}"}, Point(x, y)
    )


def marks(places: list[MappedPark], view: MapView) -> list[MapMark]:
    ordered = sorted(places, key=lambda one: (one.score is None, -(one.score or 0), one.park_id))
    return marks_of(ordered, view, lambda one: f"/parks/{one.park_id}", lambda at: f"/map?view={at.text}")


@given(
    st.lists(
        st.tuples(
            st.floats(0, WIDTH),
            st.floats(-900, 500),
            st.one_of(st.none(), st.sampled_from([0.0, 0.3, 1.2, 4.0])),
        ),
        min_size=1,
        max_size=25,
    ),
    st.floats(CLOSEST, WIDTH),
)
def test_marks_keep_their_distance_and_every_park_is_in_one(
    found: list[tuple[float, float, float | None]], width: float
) -> None:
    places = [place(at, *one) for at, one in enumerate(found)]
    drawn = marks(places, MapView(1800, 0, width))
    seen = [mark for mark in drawn if not mark.is_merged]
    assert sum(mark.others + 1 for mark in seen) == len(places)
    near = NEAR_PIXELS * width / DRAWN_PIXELS
    for one, other in combinations(seen, 2):
        a, b = one.place.point, other.place.point
        assert ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5 >= near
    worst = max(places, key=lambda one: (-1 if one.score is None else one.score, -one.park_id))
    assert worst.park_id in {mark.place.park_id for mark in seen}


def test_a_mark_of_several_leads_closer_or_to_its_line() -> None:
    apart = [place(1, 1000, 0, 1.0), place(2, 1002, 0, 2.0)]
    [hidden, shown] = marks(apart, MapView.world())
    assert (hidden.place.park_id, hidden.is_merged, hidden.into) == (1, True, 2)
    assert shown.href.startswith("/map?view=")
    closer = MapView.read(shown.href.partition("=")[2])
    assert closer is not None
    assert not any(mark.is_merged for mark in marks(apart, closer))
    at_one_place = [place(1, 1000, 0, 1.0), place(2, 1000, 0, None)]
    assert marks(at_one_place, MapView(1000, 0, CLOSEST))[-1].href == "#park-1"


def test_a_park_without_a_place_has_no_mark() -> None:
    rows = [{"park_id": 1, "comparable_score": 1.0}, {"park_id": 2, "comparable_score": None}]
    parks = {1: {"latitude": 1.0, "longitude": None}, 2: {"latitude": 45.0, "longitude": 10.0}}
    assert [one.park_id for one in places_of(rows, parks)] == [2]


def test_the_page_reads_as_a_table_and_zooms_by_links(with_build: FlaskClient) -> None:
    text = with_build.get("/map?period=7days").text
    drawn = re.findall(r'<a class="mark[^"]*" href="([^"]+)"', text)
    shown = re.findall(r'show on the map<span class="visually-hidden">: ([^<]+)', text)
    assert len(drawn) == len(shown) > 0
    assert "/parks/gardaland?period=7days" in text
    [closer] = re.findall(r'href="([^"]+)" data-zoom="1.8"', text)
    box = re.compile(r'class="world" viewBox="([^"]+)"')
    first, second = (box.findall(page)[0].split() for page in (text, with_build.get(unescaped(closer)).text))
    assert float(second[2]) == pytest.approx(float(first[2]) / 1.8, rel=0.02)
    assert float(second[2]) / float(second[3]) == pytest.approx(ASPECT, rel=0.01)


def unescaped(href: str) -> str:
    return href.replace("&amp;", "&")


def test_a_view_that_is_none_shows_all(with_build: FlaskClient) -> None:
    whole = with_build.get("/map").text
    assert with_build.get("/map?view=nowhere").text.count("mark-disc") == whole.count("mark-disc")
