"""``/compare`` by forms and links alone: choosing, taking away, what is not known, charts on shared axes."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask.testing import FlaskClient

from hallofshame.web.answers.envelope import Row
from hallofshame.web.pages.chart_svg import BASE, TOP, axes_of, draw, in_common
from support.html import Page
from web.conftest import MAMMUT, RAPTOR


def links(client: FlaskClient, path: str, pattern: str) -> list[str]:
    return [
        unescape(href) for href in re.findall(rf'<a href="([^"]+)"[^>]*>{pattern}', client.get(path).text)
    ]


def test_a_chosen_park_is_added_to_the_address_and_taken_away_again(client: FlaskClient) -> None:
    answer = client.get("/compare?parks=gardaland&period=7days&add=silent-park")
    assert answer.status_code == 302
    assert answer.location == "/compare?parks=gardaland%2Csilent-park&period=7days"
    assert answer.headers["Cache-Control"] == "no-store"
    [first, second] = links(client, answer.location, '<span aria-hidden="true">×')
    assert first == "/compare?parks=silent-park&period=7days"
    assert second == "/compare?parks=gardaland&period=7days"
    listed = re.findall(r'<option value="([^"]+)">', client.get(answer.location).text)
    assert "gardaland" not in listed, "what is chosen cannot be chosen again"


def test_a_ride_is_found_by_a_part_of_its_name(client: FlaskClient) -> None:
    assert client.get("/compare?kind=rides&add=Raptor").location == f"/compare?rides={RAPTOR}"
    found = links(client, "/compare?kind=rides&add=gardaland", "")
    assert f"/compare?rides={MAMMUT}" in found, "the name of its park is enough"
    assert "No ride is called “qqqq”" in client.get("/compare?kind=rides&add=qqqq").text
    assert "No ride is called “???”" in client.get("/compare?kind=rides&add=???").text


def test_there_is_room_for_six(client: FlaskClient) -> None:
    six = client.get("/compare?parks=1,2,3,4,5,6&add=gardaland")
    assert six.location == "/compare?parks=1%2C2%2C3%2C4%2C5%2C6"


def test_a_name_that_nobody_has_is_swapped_for_one_that_was_meant(client: FlaskClient) -> None:
    answer = client.get("/compare?parks=silent-park,gardalend&period=7days")
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"
    assert "There is no park “gardalend”" in answer.text
    assert 'href="/compare?parks=silent-park%2Cgardaland&amp;period=7days"' in answer.text
    assert 'href="/compare?parks=silent-park&amp;period=7days">Go on without it' in answer.text


def test_another_range_asks_for_both_dates(client: FlaskClient) -> None:
    half = client.get("/compare?parks=gardaland&against=range&against_start=2026-08-01").text
    assert "Choose both dates" in half
    assert 'name="against_start" required value="2026-08-01"' in half
    whole = client.get(
        "/compare?parks=gardaland&against=range&against_start=2026-08-01&against_end=2026-08-02"
    ).text
    assert "Choose both dates" not in whole
    assert "1 Aug 2026 to 2 Aug 2026" in whole


def test_the_table_behind_the_charts_has_a_column_for_each(client: FlaskClient) -> None:
    path = "/compare?parks=gardaland,3&period=7days&against=previous&measure=uptime"
    page = Page(client.get(path).text)
    tables = [table for table in page.tables if table.caption.startswith("Uptime")]
    assert [len(table.rows) for table in tables] == [7, 7]
    assert [table.head for table in tables] == [["When", "Gardaland", "Tiny Park"]] * 2
    assert len(re.findall('class="series-chart"', client.get(path).text)) in (0, 4), "none without a build"


def day(value: float | None, state: str = "open", **more: str) -> Row:
    return {"uptime_percent": value, "average_wait_minutes": value, "state": state, **more}


def test_charts_side_by_side_have_one_scale_and_one_width() -> None:
    quiet = [day(96.0, date="2026-08-01"), day(99.0, date="2026-08-02")]
    rough = [day(80.0, date="2026-08-01"), day(None, "not_watched", date="2026-08-02")]
    axes = axes_of([quiet, rough], "uptime")
    assert (axes.floor, axes.top, axes.places) == (75, 100, 2)
    charts = [draw(points, axes) for points in (quiet, rough)]
    assert [mark.x for mark in charts[0].marks] == [mark.x for mark in charts[1].marks]
    assert charts[0].marks[0].y < charts[1].marks[0].y < BASE
    assert [mark.kind for mark in charts[1].marks] == ["value", "not_watched"]
    assert charts[1].marks[1].y == TOP, "the whole height is hatched"
    assert "lowest 80.0\u00a0% (1 Aug). 1 of 2 not watched." in charts[1].words


def test_hours_are_those_in_which_any_of_them_was_open() -> None:
    def hours(first: int, last: int) -> list[Row]:
        return [
            day(5.0 if first <= at <= last else None, "open" if first <= at <= last else "closed")
            | {"local_hour": f"{at:02d}:00"}
            for at in range(24)
        ]

    one, other = in_common([hours(9, 17), hours(11, 21)])
    assert one[0]["local_hour"] == other[0]["local_hour"] == "08:00"
    assert one[-1]["local_hour"] == other[-1]["local_hour"] == "22:00"


@pytest.mark.parametrize(("days", "is_line"), [(30, False), (400, True)])
def test_bars_too_thin_become_a_line_that_ends_at_a_gap(days: int, is_line: bool) -> None:
    points = [day(None if at == 5 else 12.0, date=f"2026-01-{at % 28 + 1:02d}") for at in range(days)]
    points[5]["state"] = "not_watched"
    chart = draw(points, axes_of([points], "wait"))
    assert chart.axes.is_line is is_line
    assert len(chart.lines) == (2 if is_line else 0)
    assert not chart.is_empty
