"""``mode`` of the lists of waits: another word for a period and an order, with the same figures."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World
from web.conftest import MAMMUT, NINE, RAPTOR, SEEN_AT, Api

LISTS = ["/rides/waittimes", "/parks/waittimes"]
DAY = 24 * HOUR


@pytest.fixture
def peaky(sqlite_database: Database, world: World, clock: FixedClock) -> FlaskClient:
    """Mammut waits longer on average in seven days, Raptor had the longest wait, both before today."""
    world.hour(RAPTOR, "2026-08-17", NINE - 3 * DAY, operating=300, wait=120)
    world.hour(RAPTOR, "2026-08-18", NINE - 2 * DAY, operating=5 * HOUR, open_seconds=5 * HOUR, wait=5)
    world.hour(MAMMUT, "2026-08-18", NINE - 2 * DAY, operating=HOUR, wait=60)
    world.write(sqlite_database, SEEN_AT)
    return create_app(sqlite_database, clock).test_client()


def ranked(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    return [row for row in api(path, **query)["data"] if row["rank"] is not None]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("mode", "period"), [("live", "live"), ("7day-average", "7days")], ids=["live", "7day-average"]
)
def test_a_mode_with_one_period_is_the_list_of_that_period(
    peaky: FlaskClient, path: str, mode: str, period: str
) -> None:
    api = Api(peaky)
    answer = api(path, mode=mode)
    assert answer == api(path, period=period) == api(path, mode=mode, period=period)
    assert answer["period"]["name"] == period
    assert ranked(api, path, mode=mode)


def test_peak_ranks_by_the_longest_wait_and_average_by_the_average(peaky: FlaskClient) -> None:
    api = Api(peaky)
    names = [row["ride_id"] for row in ranked(api, "/rides/waittimes", mode="7day-average")]
    assert names[:2] == [MAMMUT, RAPTOR]
    peaks = ranked(api, "/rides/waittimes", mode="peak")
    assert [(row["ride_id"], row["max_wait_minutes"]) for row in peaks[:2]] == [(RAPTOR, 120), (MAMMUT, 60)]
    assert peaks == ranked(api, "/rides/longest-waits", period="7days")


def test_peak_goes_with_any_period_and_means_seven_days_without(peaky: FlaskClient) -> None:
    api = Api(peaky)
    for path in LISTS:
        assert api(path, mode="peak") == api(path, mode="peak", period="7days")
        for query in ({"period": "today"}, {"period": "live"}, {"year": "2026"}):
            rows = ranked(api, path, mode="peak", **query)
            waits = [row["max_wait_minutes"] for row in rows]
            assert waits == sorted(waits, reverse=True) and waits, (path, query)
    assert api.row("/parks/waittimes", "Gardaland", mode="peak")["max_wait_minutes"] == 120
    assert api.row("/parks/waittimes", "Gardaland", mode="peak", period="today")["max_wait_minutes"] == 40


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("mode=average", ["unknown mode 'average'", "live, 7day-average, peak"]),
        ("mode=live&period=7days", ["mode 'live'", "period=live", "'Last 7 days'", "mode=peak"]),
        ("mode=7day-average&year=2026", ["mode '7day-average'", "period=7days", "'2026'"]),
        ("mode=7day-average&period=live", ["mode '7day-average'", "'Right now'"]),
        ("mode=live&mode=peak", ["mode is given more than once"]),
    ],
)
def test_a_mode_that_cannot_be_is_refused_by_name(
    client: FlaskClient, path: str, query: str, words: list[str]
) -> None:
    response = client.get(f"/api{path}?{query}")
    error = response.get_json()["error"]
    assert (response.status_code, error["code"], error["parameter"]) == (400, "bad_parameter", "mode")
    for word in words:
        assert word in error["message"]


def test_lists_of_downtime_take_no_mode(client: FlaskClient) -> None:
    response = client.get("/api/rides/downtime?mode=live")
    assert (response.status_code, response.get_json()["error"]["code"]) == (400, "unknown_parameter")


def test_the_live_mode_grows_stale_like_the_live_period(peaky: FlaskClient, clock: FixedClock) -> None:
    """What is kept of an answer about now is made anew as the clock moves on, though no data changed."""
    api = Api(peaky)
    assert ranked(api, "/rides/waittimes", mode="live")
    clock.sleep(HOUR)
    assert ranked(api, "/rides/waittimes", mode="live") == []
