"""Details of a park and of a ride: the list's own row, and what it is made of."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Evidence
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World, at
from web.conftest import MAMMUT, NINE, RAPIDS, RAPTOR, ROME, SEEN_AT, TODAY, Api

PERIODS: list[dict[str, str]] = [
    {"period": "today"},
    {"period": "yesterday"},
    {"period": "7days"},
    {"period": "30days"},
    {"period": "this_year"},
    {"year": "2026"},
    {"start": "2026-08-19", "end": TODAY},
    {"start": "2026-02-03", "end": TODAY},
    {"period": "live"},
]


@pytest.mark.parametrize("query", PERIODS)
def test_the_summary_is_the_row_of_the_list(api: Api, query: dict[str, str]) -> None:
    for park_id, name in ((1, "Gardaland"), (2, "Silent Park"), (4, "Foggy Park")):
        details = api(f"/parks/{park_id}/details", **query)["data"]
        assert details["summary"] == api.row("/parks/downtime", name, **query)


@pytest.mark.parametrize("query", PERIODS)
def test_the_rides_of_a_park_are_the_rows_of_the_ride_list(api: Api, query: dict[str, str]) -> None:
    listed = {row["ride_id"]: row for row in api("/rides/downtime", **query)["data"]}
    inside = {row["ride_id"]: row for row in api("/parks/1/details", **query)["data"]["rides"]}
    for ride_id in (RAPTOR, MAMMUT, RAPIDS):
        assert inside[ride_id] == listed[ride_id]
        assert api(f"/rides/{ride_id}/details", **query)["data"]["summary"] == listed[ride_id]


@pytest.mark.parametrize("query", PERIODS[:-1])
def test_chart_points_add_up_to_the_summary(api: Api, query: dict[str, str]) -> None:
    def total(points: list[dict[str, Any]], name: str) -> int:
        return sum(point[name] or 0 for point in points)

    details = api("/parks/1/details", **query)["data"]
    for name in ("downtime_seconds", "weighted_downtime", "weighted_exposure"):
        assert total(details["chart_data"], name) == details["summary"][name]
    ride = api(f"/rides/{RAPTOR}/details", **query)["data"]
    for name in ("downtime_seconds", "operating_seconds"):
        assert total(ride["chart_data"], name) == ride["summary"][name]


@pytest.mark.parametrize("query", PERIODS)
def test_the_explanation_adds_up_to_the_score(api: Api, query: dict[str, str]) -> None:
    details = api("/parks/1/details", **query)["data"]
    explained, summary = details["score_explained"], details["summary"]
    assert explained["adds_up"] is True
    for name in ("weighted_downtime", "weighted_exposure"):
        assert sum(ride[name] for ride in explained["rides"]) == explained[name] == summary[name]
    assert explained["shame_score"] == summary["shame_score"]


def test_the_explanation_names_each_ride_with_its_weight_and_seconds(api: Api) -> None:
    rides = api("/parks/1/details")["data"]["score_explained"]["rides"]
    assert [
        (ride["ride_name"], ride["weight"], ride["downtime_seconds"], ride["exposure_seconds"])
        for ride in rides
    ] == [("Raptor", 3, 1800, 7200), ("Jungle Rapids", 1, 3600, 7200), ("Mammut", 2, 0, 7200)]
    # 10 × 5,400 / 43,200 and 10 × 3,600 / 43,200
    assert [ride["score_points"] for ride in rides] == [1.25, 0.83, 0.0]


def test_tiers_say_how_many_rides_there_are_and_what_they_lost(api: Api) -> None:
    """Winter Slide, unrated, is closed for the season: it is there, and does not count."""
    details = api("/parks/1/details")["data"]
    shown = [tuple(tier.values()) for tier in details["tiers"]]
    assert shown == [
        (1, "flagship", 3, 1, 1, 1800),
        (2, "standard", 2, 1, 1, 0),
        (3, "minor", 1, 1, 1, 3600),
        (None, "unrated", 2, 1, 0, None),
    ]
    assert (
        sum(tier["downtime_seconds"] or 0 for tier in details["tiers"])
        == (details["summary"]["downtime_seconds"])
    )
    live = api("/parks/1/details", period="live")["data"]["tiers"]
    assert [(tier["eligible"], tier["downtime_seconds"]) for tier in live] == [
        (1, None),
        (1, None),
        (1, None),
        (0, None),
    ]


def test_a_change_of_tier_not_yet_recomputed_is_admitted(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    for row in world.hours:
        if row["ride_id"] == RAPTOR:
            row["downtime"] = 0
    world.write(sqlite_database, SEEN_AT)
    app = create_app(sqlite_database, clock)
    api = Api(app.test_client())
    assert api("/parks/1/details")["data"]["score_explained"]["adds_up"] is True
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("UPDATE ride_classifications SET tier = 3 WHERE ride_id = 11")
        connection.exec_driver_sql("UPDATE data_version SET version = version + 1")
    assert api("/parks/1/details")["data"]["score_explained"]["adds_up"] is False


def test_rides_that_do_not_count_say_why(api: Api) -> None:
    rides = api("/parks/1/details")["data"]["rides"]
    assert {ride["ride_name"]: ride["excluded_reason"] for ride in rides} == {
        "Jungle Rapids": None,
        "Raptor": None,
        "Mammut": None,
        "Prezzemolo Show": "not_attraction",
        "Old Mill": "inactive",
        "Winter Slide": "not_operated_7_days",
    }
    assert [ride["eligible"] for ride in rides] == [True] * 3 + [False] * 3


def test_a_day_has_24_hourly_points_and_null_where_nothing_was_seen(api: Api) -> None:
    details = api("/parks/1/details")["data"]
    points = details["chart_data"]
    assert details["chart_grain"] == "hour"
    assert [point["local_hour"] for point in points] == [f"{hour:02d}:00" for hour in range(24)]
    nine = points[9]
    assert nine["hour"] == "2026-08-20T07:00:00Z"
    assert nine["utc_offset"] == "+02:00"
    # Raptor lost half of the hour: 10 × 3 × 1,800 / (6 × 3,600)
    assert (nine["shame_score"], nine["downtime_hours"], nine["rides_down"]) == (2.5, 0.5, 1)
    assert nine["rides_operating"] == 3
    assert (points[3]["state"], points[3]["shame_score"], points[3]["downtime_hours"]) == (
        "closed",
        None,
        None,
    )
    assert points[20]["state"] == "no_data_yet"


@pytest.mark.parametrize(
    ("day", "count", "repeated"),
    [("2026-03-29", 23, []), ("2026-10-25", 25, ["02:00"]), ("2026-06-01", 24, [])],
)
def test_days_of_a_clock_change_have_23_or_25_hours(
    sqlite_database: Database, day: str, count: int, repeated: list[str]
) -> None:
    world = World()
    world.park(1, "Gardaland", ROME)
    world.ride(11, 1, "Raptor")
    start = at(f"{day} 00:00", ROME)
    for place in range(count):
        world.hour(11, day, start + place * HOUR, operating=HOUR - 60, down=60)
    world.day(1, day, [(start, start + count * HOUR)])
    world.write(sqlite_database, start + count * HOUR)
    later = dt.datetime.fromtimestamp(start, dt.UTC) + dt.timedelta(days=3)
    api = Api(create_app(sqlite_database, FixedClock(later)).test_client())
    details = api("/parks/1/details", start=day, end=day)["data"]
    labels = [point["local_hour"] for point in details["chart_data"]]
    assert len(labels) == count
    assert [label for label in dict.fromkeys(labels) if labels.count(label) > 1] == repeated
    assert sum(point["downtime_seconds"] for point in details["chart_data"]) == 60 * count
    assert details["summary"]["downtime_seconds"] == 60 * count
    assert len({(point["local_hour"], point["utc_offset"]) for point in details["chart_data"]}) == count


def test_an_hour_on_a_half_hour_zone_begins_on_the_local_hour(
    sqlite_database: Database, clock: FixedClock
) -> None:
    world = World()
    world.park(1, "Wonderla", "Asia/Kolkata")
    world.ride(11, 1, "Recoil")
    begin = at(f"{TODAY} 11:00", "Asia/Kolkata")
    world.hour(11, TODAY, begin, operating=HOUR)
    world.write(sqlite_database, SEEN_AT)
    api = Api(create_app(sqlite_database, clock).test_client())
    points = api("/parks/1/details")["data"]["chart_data"]
    assert len(points) == 24
    [seen] = [point for point in points if point["state"] == "open"]
    assert (seen["local_hour"], seen["hour"]) == ("11:00", "2026-08-20T05:30:00Z")


def test_longer_periods_have_daily_and_monthly_points(api: Api) -> None:
    week = api("/parks/1/details", period="7days")["data"]
    assert [point["date"] for point in week["chart_data"]][-2:] == ["2026-08-19", TODAY]
    assert week["chart_data"][0]["shame_score"] is None
    assert week["chart_data"][0]["state"] == "not_watched"
    year = api("/parks/1/details", year="2026")["data"]
    assert [point["month"] for point in year["chart_data"]] == [f"2026-{m:02d}" for m in range(1, 9)]
    assert year["chart_data"][-1]["shame_score"] == 1.04


def test_opening_hours_come_with_their_evidence(api: Api) -> None:
    today = api("/parks/1/details")["data"]
    assert today["evidence"] == "schedule"
    assert today["windows"] == [{"start": "2026-08-20T07:00:00Z", "end": "2026-08-20T09:00:00Z"}]
    assert today["schedule"][0]["closes_at"] == "2026-08-20T16:00:00Z"
    week = api("/parks/1/details", period="7days")["data"]
    assert week["windows"] is None
    assert [day["date"] for day in week["days"]] == [TODAY, "2026-08-19"]
    closed = api("/parks/5/details")["data"]
    assert (closed["evidence"], closed["windows"]) == (Evidence.NO_ACTIVITY.value, [])
    assert {point["state"] for point in closed["chart_data"]} == {"closed", "no_data_yet"}


def test_outages_are_listed_newest_first_with_their_kinds(api: Api) -> None:
    details = api("/parks/1/details")["data"]
    assert details["outages_total"] == 2
    assert [
        (outage["ride_name"], outage["kind"], outage["ended_at"], outage["downtime_seconds"])
        for outage in details["outages"]
    ] == [
        ("Jungle Rapids", "breakdown", None, 3600),
        ("Raptor", "opening_delay", "2026-08-20T07:30:00Z", 1800),
    ]


def test_ride_details_hold_outage_statistics(api: Api) -> None:
    details = api(f"/rides/{RAPTOR}/details")["data"]
    assert details["outage_statistics"] == {
        "count": 1,
        "without_duration": 0,
        "median_seconds": 1800.0,
        "p90_seconds": 1800.0,
        "longest_seconds": 1800,
        "mean_time_between_failures_seconds": 5400.0,
        "mean_time_to_recover_seconds": 1800.0,
    }
    nine = details["chart_data"][9]
    assert (nine["operating_seconds"], nine["down_seconds"], nine["average_wait_minutes"]) == (
        1800,
        1800,
        40.0,
    )


def test_an_outage_belongs_to_the_local_day_it_began(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    world.outage(MAMMUT, "2026-08-19", at("2026-08-19 23:50", ROME), NINE + 600)
    world.write(sqlite_database, SEEN_AT)
    api = Api(create_app(sqlite_database, clock).test_client())
    assert api("/parks/1/details")["data"]["outages_total"] == 2
    assert api("/parks/1/details", period="yesterday")["data"]["outages_total"] == 1
    assert api("/parks/1/details", period="7days")["data"]["outages_total"] == 3
    assert api.row("/rides/downtime", "Mammut", period="yesterday")["outages"] == 1


def test_details_take_a_slug_as_well_as_an_id(api: Api) -> None:
    assert api("/parks/gardaland/details") == api("/parks/1/details")


def test_a_vanished_park_without_data_is_not_listed_but_has_details(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    world.park(7, "Gone Park", is_active=False)
    world.write(sqlite_database, SEEN_AT)
    app: Flask = create_app(sqlite_database, clock)
    api = Api(app.test_client())
    assert "Gone Park" not in {row["park_name"] for row in api("/parks/downtime")["data"]}
    summary = api("/parks/7/details")["data"]["summary"]
    assert (summary["rank"], summary["unranked_reason"]) == (None, "not_watched")
    assert app.test_client().get("/parks/gone-park").status_code == 200
