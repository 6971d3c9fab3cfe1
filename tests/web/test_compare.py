"""Parks and rides side by side: the very rows of the lists, and their differences."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from web.conftest import MAMMUT, RAPTOR, YESTERDAY, Api


def test_parks_show_the_rows_of_the_list(api: Api) -> None:
    answer = api("/compare", parks="gardaland,3")
    data = answer["data"]
    assert (data["kind"], data["second"]) == ("park", None)
    assert [row["id"] for row in data["rows"]] == [1, 3]
    for row, name in zip(data["rows"], ("Gardaland", "Tiny Park"), strict=True):
        assert row["first"] == api.row("/parks/downtime", name)
        assert (row["second"], row["change"]) == (None, None)
    assert answer["period"] == data["first"] == api("/parks/1/details")["period"]


def test_rides_show_the_rows_of_the_list(api: Api) -> None:
    data = api("/compare", rides=f"{MAMMUT},{RAPTOR}", period="7days")["data"]
    assert data["kind"] == "ride"
    expected = [api.row("/rides/downtime", name, period="7days") for name in ("Mammut", "Raptor")]
    assert [row["first"] for row in data["rows"]] == expected


def test_today_against_yesterday_by_hand(api: Api) -> None:
    """2.08 against 0, 75 % against 100 %, 15 min per open hour against none; yesterday posted no waits."""
    data = api("/compare", parks="1", against="previous")["data"]
    [row] = data["rows"]
    assert data["second"]["start"] == YESTERDAY
    assert row["second"] == api.row("/parks/downtime", "Gardaland", period="yesterday")
    assert row["change_reason"] is None
    assert row["change"] == {
        "comparable_score": 2.08,
        "shame_score": 2.08,
        "uptime_percent": -25.0,
        # 90 minutes in 3 rides × 2 open hours.
        "downtime_minutes_per_open_hour": 15.0,
        "average_wait_minutes": None,
    }
    assert row["change"]["uptime_percent"] == row["first"]["trend_points"]


def test_any_other_range(api: Api) -> None:
    query = {"against": "range", "against_start": YESTERDAY, "against_end": YESTERDAY}
    data = api("/compare", rides=RAPTOR, **query)["data"]
    [row] = data["rows"]
    assert (data["second"]["start"], data["second"]["end"]) == (YESTERDAY, YESTERDAY)
    assert row["second"] == api.row("/rides/downtime", "Raptor", period="yesterday")
    assert row["change"]["shame_score"] is None
    assert row["change"]["uptime_percent"] == -25.0


def test_a_year_without_data_has_no_change(api: Api) -> None:
    data = api("/compare", parks="1", period="this_month", against="last_year")["data"]
    assert (data["second"]["start"], data["second"]["end"]) == ("2025-08-01", "2025-08-20")
    [row] = data["rows"]
    assert row["second"]["unranked_reason"] == "not_watched"
    assert (row["change"], row["change_reason"]) == (None, "few_days")


def test_a_change_needs_half_coverage_of_both(api: Api) -> None:
    """Foggy Park was watched for 1,500 of 3,600 s today, and not at all yesterday."""
    [row] = api("/compare", parks="4", against="range", against_start="2026-08-20", against_end="2026-08-20")[
        "data"
    ]["rows"]
    assert row["first"]["coverage_percent"] == row["second"]["coverage_percent"] == 41.7
    assert (row["change"], row["change_reason"]) == (None, "low_coverage")


def test_the_same_park_by_id_and_by_slug_is_one(api: Api) -> None:
    assert len(api("/compare", parks="1,gardaland, 1")["data"]["rows"]) == 1


def test_right_now_can_be_put_side_by_side(api: Api) -> None:
    [row] = api("/compare", parks="1", period="live")["data"]["rows"]
    assert row["first"] == api.row("/parks/downtime", "Gardaland", period="live")


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("", "parks", "1 to 6 parks"),
        ("parks=,", "parks", "1 to 6"),
        ("parks=1,2,3,4,5,6,1", "parks", "names 7"),
        ("parks=1&rides=11", "rides", "one of the two"),
        ("parks=1&against=yesterday", "against", "none, previous, last_year, range"),
        ("parks=1&against=range", "against_start", "YYYY-MM-DD"),
        ("parks=1&against=range&against_start=2026-08-01", "against_end", "missing"),
        ("parks=1&against=range&against_start=soon&against_end=2026-08-01", "against_start", "'soon'"),
        (
            "parks=1&against=range&against_start=2026-08-02&against_end=2026-08-01",
            "against_end",
            "swap them",
        ),
        (
            "parks=1&against=range&against_start=2000-01-01&against_end=2026-08-01",
            "against_end",
            "20 years",
        ),
        ("parks=1&against=previous&against_end=2026-08-01", "against_end", "against=range"),
        ("parks=1&against=previous&period=live", "period", "'live'"),
    ],
)
def test_a_refusal_names_the_parameter(client: FlaskClient, query: str, parameter: str, words: str) -> None:
    response = client.get(f"/api/compare?{query}")
    error = response.get_json()["error"]
    assert (response.status_code, error["parameter"]) == (400, parameter)
    assert words in error["message"]


@pytest.mark.parametrize("query", ["parks=1,gardalan", "rides=11,99"])
def test_what_is_unknown_comes_with_near_matches(client: FlaskClient, query: str) -> None:
    response = client.get(f"/api/compare?{query}")
    assert response.status_code == 404
    assert response.get_json()["error"]["near_matches"]
