"""The awards of two small years, by hand.

Three parks of three rides each. In 2025 Alpha and Beta were open for 40 days, Gamma for 3: less than a tenth
of 40, so Gamma wins nothing. Each day has one open hour of 3,600 s. Of 2026 ten days are recorded.

- Alpha lost 360 s of each ride's hour in 2025 (score 1.0, uptime 90 %), 180 s in 2026 (0.5, 95 %)
- Beta lost 36 s (0.1, 99 %), and 72 s (0.2, 98 %)
- Gamma lost 1,800 s (5.0, 50 %); in 2026 it was open on all ten days and lost as much
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.words import Evidence
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World
from web.conftest import ROME, SEEN_AT, Api

DAYS = {2025: {1: 40, 2: 40, 3: 3}, 2026: {1: 10, 2: 10, 3: 10}}
LOST = {2025: {1: 360, 2: 36, 3: 1800}, 2026: {1: 180, 2: 72, 3: 1800}}
WAITS = {1: 20, 2: 50, 3: 10}


@pytest.fixture
def years(sqlite_database: Database, clock: FixedClock) -> Api:
    """The two years of the docstring above, both beginning on 1 June."""
    world = World()
    for park_id, name in ((1, "Alpha"), (2, "Beta"), (3, "Gamma")):
        world.park(park_id, name, ROME, "Merlin" if park_id == 1 else "Disney")
        for number in range(3):
            world.ride(10 * park_id + number, park_id, f"{name} {number}")
    for year, days in DAYS.items():
        for park_id, count in days.items():
            for offset in range(count):
                day = f"{dt.date(year, 6, 1) + dt.timedelta(days=offset)}"
                opens = day_bounds(dt.date.fromisoformat(day), ROME)[0] + 10 * HOUR
                world.day(park_id, day, [(opens, opens + HOUR)])
                for number in range(3):
                    lost = LOST[year][park_id]
                    wait = WAITS[park_id] + number
                    world.hour(10 * park_id + number, day, opens, operating=HOUR - lost, down=lost, wait=wait)
    find_closed_on_other_days(world)
    world.write(sqlite_database, SEEN_AT)
    return Api(create_app(sqlite_database, clock).test_client())


def find_closed_on_other_days(world: World) -> None:
    """Each park was looked at on all other days of its years up to 20 August 2026, and found closed."""
    opened = set(world.park_days)
    for park_id, year in {(park_id, day.year) for park_id, day in opened}:
        for offset in range(365):
            day = dt.date(year, 1, 1) + dt.timedelta(days=offset)
            if day <= dt.date(2026, 8, 20) and (park_id, day) not in opened:
                world.day(park_id, f"{day}", evidence=Evidence.NO_ACTIVITY)


def names(data: dict[str, Any], slug: str) -> list[tuple[int, str, Any]]:
    """Place, name and deciding figure of the winners of one award."""
    [category] = [category for category in data["categories"] if category["slug"] == slug]
    field = "ride_name" if category["kind"] == "ride" else "park_name"
    return [(row["place"], row[field], row[category["measure"]]) for row in category["winners"]]


def test_the_worst_and_best_parks_of_a_year(years: Api) -> None:
    data = years("/awards", year=2025)["data"]
    assert (data["year"], data["is_partial"], data["years"]) == (2025, False, [2025, 2026])
    assert names(data, "worst-parks") == [(1, "Alpha", 1.0), (2, "Beta", 0.1)]
    assert names(data, "best-parks") == [(1, "Beta", 0.1), (2, "Alpha", 1.0)]
    [worst] = [row for row in data["categories"][0]["winners"] if row["place"] == 1]
    assert worst["open_days"] == 40


def test_equal_rides_share_a_place(years: Api) -> None:
    data = years("/awards", year=2025)["data"]
    assert names(data, "worst-rides")[:4] == [
        (1, "Alpha 0", 90.0),
        (1, "Alpha 1", 90.0),
        (1, "Alpha 2", 90.0),
        (4, "Beta 0", 99.0),
    ]
    assert [place for place, _name, _value in names(data, "best-rides")] == [1, 1, 1, 4, 4]


def test_what_nobody_queues_for_is_not_the_most_reliable(
    sqlite_database: Database, clock: FixedClock
) -> None:
    """All ran without a fault for ten days. A queue is ten minutes posted on half of these days."""
    world = World()
    world.park(1, "Alpha", ROME)
    queues = {"Coaster": [10] * 5 + [5] * 5, "Garden": [0] * 10, "Trail": [None] * 10, "Labyrinth": [9] * 10}
    queues |= {"Slow Day": [60] * 4 + [0] * 6}
    for number, (name, waits) in enumerate(queues.items()):
        world.ride(10 + number, 1, name)
        for offset, wait in enumerate(waits):
            day = f"{dt.date(2026, 6, 1) + dt.timedelta(days=offset)}"
            opens = day_bounds(dt.date.fromisoformat(day), ROME)[0] + 10 * HOUR
            world.day(1, day, [(opens, opens + HOUR)])
            world.hour(10 + number, day, opens, operating=HOUR, wait=wait)
    world.write(sqlite_database, SEEN_AT)
    data = Api(create_app(sqlite_database, clock).test_client())("/awards")["data"]
    assert names(data, "best-rides") == [(1, "Coaster", 100.0)]
    [best] = [category for category in data["categories"] if category["slug"] == "best-rides"]
    assert (best["winners"][0]["open_days"], best["winners"][0]["queue_days"]) == (10, 5)
    assert "10 minutes or more on at least half of the days" in best["explanation"]
    assert len(names(data, "worst-rides")) == 5


def test_the_longest_waits(years: Api) -> None:
    data = years("/awards", year=2025, limit=2)["data"]
    assert names(data, "longest-waits") == [(1, "Beta 2", 52.0), (2, "Beta 1", 51.0)]


def test_the_running_year_is_partial_and_improves_on_the_same_stretch(years: Api) -> None:
    """Alpha went from 90 to 95 %; Beta got worse; Gamma had no record to improve on."""
    data = years("/awards")["data"]
    assert (data["year"], data["is_partial"]) == (2026, True)
    assert names(data, "worst-parks")[0] == (1, "Gamma", 5.0)
    assert names(data, "most-improved-parks") == [(1, "Alpha", 5.0)]
    assert names(data, "most-improved-rides") == [
        (1, f"Alpha {number}", pytest.approx(5.0)) for number in range(3)
    ]


def three_years(database: Database, clock: FixedClock, lost: dict[str, dict[int, int]]) -> FlaskClient:
    """Alpha, Beta and Gamma with three rides each, open for an hour on forty days from ``2024-06-01`` etc.

    They were watched, and found closed, on all other days of those years.

    ``lost`` says how many seconds of each hour a ride of each park lost in the days that begin at a date.
    """
    world = World()
    for park_id, name in ((1, "Alpha"), (2, "Beta"), (3, "Gamma")):
        world.park(park_id, name, ROME)
        for number in range(3):
            world.ride(10 * park_id + number, park_id, f"{name} {number}")
    for first, by_park in lost.items():
        for park_id, seconds in by_park.items():
            for offset in range(40):
                day = dt.date.fromisoformat(first) + dt.timedelta(days=offset)
                opens = day_bounds(day, ROME)[0] + 10 * HOUR
                world.day(park_id, f"{day}", [(opens, opens + HOUR)])
                for number in range(3):
                    ride = 10 * park_id + number
                    world.hour(ride, f"{day}", opens, operating=HOUR - seconds, down=seconds, wait=20)
    find_closed_on_other_days(world)
    world.write(database, SEEN_AT)
    return create_app(database, clock).test_client()


@pytest.mark.slow
def test_a_year_that_is_over_is_compared_with_all_of_the_one_before(
    sqlite_database: Database, clock: FixedClock
) -> None:
    """Alpha went from 80 to 95 %, half of it in the autumn; Beta from 80 to 90 %, Gamma from 90 to 80 %."""
    client = three_years(
        sqlite_database,
        clock,
        {
            "2024-06-01": {1: 720, 2: 720, 3: 360},
            "2025-06-01": {1: 360, 2: 360, 3: 720},
            "2025-10-01": {1: 0, 2: 360, 3: 720},
        },
    )
    api = Api(client)
    data = api("/awards", year=2025)["data"]
    assert (data["is_partial"], data["years"]) == (False, [2024, 2025])
    assert names(data, "most-improved-parks") == [(1, "Alpha", 15.0), (2, "Beta", 10.0)]
    assert names(data, "most-improved-rides")[:4] == [
        (1, "Alpha 0", 15.0),
        (1, "Alpha 1", 15.0),
        (1, "Alpha 2", 15.0),
        (4, "Beta 0", 10.0),
    ]
    rows = {row["park_name"]: row for row in api("/parks/downtime", year=2025)["data"]}
    assert {name: row["trend_points"] for name, row in rows.items()} == {
        "Alpha": 15.0,
        "Beta": 10.0,
        "Gamma": -10.0,
    }
    before = api("/awards", year=2024)["data"]
    assert names(before, "most-improved-parks") == names(before, "most-improved-rides") == []
    assert names(before, "best-parks")[0] == (1, "Gamma", 1.0)


@pytest.mark.slow
def test_a_running_year_is_not_compared_with_what_is_still_to_come_in_it(
    sqlite_database: Database, clock: FixedClock
) -> None:
    """It is 20 August. Alpha runs as a year before, when only the autumn was bad; Beta gained 5 points."""
    client = three_years(
        sqlite_database,
        clock,
        {
            "2025-06-01": {1: 36, 2: 360, 3: 36},
            "2025-10-01": {1: 1800, 2: 0, 3: 36},
            "2026-06-01": {1: 36, 2: 180, 3: 72},
        },
    )
    api = Api(client)
    data = api("/awards")["data"]
    assert (data["year"], data["is_partial"], data["years"]) == (2026, True, [2025, 2026])
    assert names(data, "most-improved-parks") == [(1, "Beta", 5.0)]
    assert {name for _place, name, _points in names(data, "most-improved-rides")} == {
        "Beta 0",
        "Beta 1",
        "Beta 2",
    }
    clock.instant = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
    over = api("/awards", year=2026)["data"]
    assert over["is_partial"] is False
    # Of all 2025, Alpha lost 36 and 1,800 of each two hours: 74.5 %; Beta lost 360 and none: 95 %.
    assert names(over, "most-improved-parks") == [(1, "Alpha", 24.5)]


@pytest.mark.slow
def test_the_page_puts_a_year_beside_another_and_says_which_is_running(
    sqlite_database: Database, clock: FixedClock
) -> None:
    client = three_years(
        sqlite_database, clock, {"2025-06-01": {1: 36, 2: 360}, "2026-06-01": {1: 36, 2: 180}}
    )
    page = client.get("/awards?year=2026&against=2025").text
    assert "2026 is still running" in page
    assert "still running" not in client.get("/awards?year=2025&against=2026").text
    data = Api(client)("/awards")["data"]
    assert names(data, "most-improved-parks") == [(1, "Beta", 5.0)]
    assert data["is_partial"] is True


def test_winners_are_the_rows_of_the_lists(years: Api) -> None:
    data = years("/awards", year=2026)["data"]
    for category in data["categories"]:
        for winner in category["winners"]:
            name = winner.get("ride_name", winner["park_name"])
            row = years.row(f"/{category['kind']}s/downtime", name, year=2026)
            own = ("place", "open_days", "queue_days")
            assert row == {key: value for key, value in winner.items() if key not in own}


def test_filters_leave_the_others_out(years: Api) -> None:
    data = years("/awards", year=2025, operator="disney")["data"]
    assert names(data, "worst-parks") == [(1, "Beta", 0.1)]
    assert {name for _place, name, _value in names(data, "best-rides")} == {"Beta 0", "Beta 1", "Beta 2"}


def test_a_year_without_a_record_has_no_winners(years: Api) -> None:
    answer = years("/awards", year=2010)
    assert {len(category["winners"]) for category in answer["data"]["categories"]} == {0}
    assert (answer["total"], answer["data"]["is_partial"]) == (0, False)


def test_an_afternoon_wins_no_award_where_others_have_a_year(api: Api) -> None:
    """Gardaland has two recorded days; Tiny Park too few rides; Foggy Park too little coverage."""
    data = api("/awards")["data"]
    assert [name for _place, name, _value in names(data, "worst-parks")] == ["Gardaland"]


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("year=26", "year", "four digits"),
        ("year=2028", "year", "2000 to 2027"),
        ("limit=51", "limit", "1 to 50"),
        ("period=today", "period", "unknown parameter"),
    ],
)
def test_a_refusal_names_the_parameter(client: FlaskClient, query: str, parameter: str, words: str) -> None:
    response = client.get(f"/api/awards?{query}")
    error = response.get_json()["error"]
    assert (response.status_code, error["parameter"]) == (400, parameter)
    assert words in error["message"]
