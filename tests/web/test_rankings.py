"""Lists of parks and rides: figures worked out by hand, ranks, reasons, filters."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World
from web.conftest import MAMMUT, NINE, RAPIDS, RAPTOR, SEEN_AT, TODAY, Api
from web.paths import ENDPOINTS


def test_the_park_row_is_what_the_paper_says(api: Api) -> None:
    row = api.row("/parks/downtime", "Gardaland")
    assert row == {
        "rank": 1,
        "rank_from": None,
        "rank_to": None,
        "unranked_reason": None,
        "park_id": 1,
        "park_name": "Gardaland",
        "park_slug": "gardaland",
        "operator": "Merlin",
        "country": "Italy",
        "timezone": "Europe/Rome",
        "queue_times_url": "https://queue-times.com/parks/101",
        "themeparks_wiki_url": "https://themeparks.wiki/browse/wiki-1",
        "source_url": "https://queue-times.com/parks/101",
        "start_date": TODAY,
        "end_date": TODAY,
        "is_open": None,
        "observed_at": None,
        "shame_score": 2.08,
        "shame_band": "hall-of-shame",
        "comparable_score": 2.08,
        "tells": "open_closed",
        "total_downtime_hours": 1.5,
        "downtime_seconds": 5400,
        "breakdown_seconds": 5400,
        "opening_delay_seconds": 0,
        "never_reopened_seconds": 0,
        "park_wide_seconds": 0,
        "downtime_minutes_per_open_hour": 15.0,
        "weighted_downtime": 9000,
        "weighted_breakdown": 9000,
        "weighted_exposure": 43200,
        "uptime_percent": 75.0,
        "rides_operating": 3,
        "rides_down": 2,
        "rides_eligible": 3,
        "average_wait_minutes": 28.6,
        "max_wait_minutes": 40,
        "coverage_percent": 100.0,
        "look_interval_seconds": 300,
        "recorded_days": 1,
        "trend_points": -25.0,
        "trend_reason": None,
    }


def test_every_period_has_the_same_fields(api: Api) -> None:
    expected = list(api.row("/parks/downtime", "Gardaland"))
    for query in ({"period": "live"}, {"period": "30days"}, {"year": "2026"}, {"period": "yesterday"}):
        assert list(api.row("/parks/downtime", "Gardaland", **query)) == expected
    assert list(api.row("/parks/waittimes", "Gardaland")) == expected
    rides = [
        api("/rides/downtime", period=period)["data"][0]
        for period in ("live", "today", "last_month")
        if api("/rides/downtime", period=period)["data"]
    ]
    assert len({tuple(row) for row in rides}) == 1


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Silent Park", "no_data_yet"),
        ("Dateline Park", "no_data_yet"),
        ("Closed Park", "closed"),
        ("Tiny Park", "too_few_rides"),
        ("Foggy Park", "low_coverage"),
    ],
)
def test_an_unranked_park_says_why_and_comes_after_the_ranked(api: Api, name: str, reason: str) -> None:
    rows = api("/parks/downtime")["data"]
    assert [row["rank"] for row in rows] == [1, None, None, None, None, None]
    [row] = [row for row in rows if row["park_name"] == name]
    assert row["unranked_reason"] == reason


@pytest.mark.parametrize("name", ["Silent Park", "Closed Park"])
def test_no_data_is_null_and_never_zero(api: Api, name: str) -> None:
    row = api.row("/parks/downtime", name)
    figures = ("shame_score", "total_downtime_hours", "weighted_downtime", "uptime_percent")
    more = ("rides_operating", "rides_down", "rides_eligible", "average_wait_minutes", "trend_points")
    assert {row[name] for name in figures + more} == {None}


def test_a_park_without_posted_waits_has_no_average_and_no_maximum(api: Api) -> None:
    row = api.row("/parks/waittimes", "Tiny Park")
    assert (row["average_wait_minutes"], row["max_wait_minutes"]) == (None, None)
    assert api.row("/rides/waittimes", "Alpha")["unranked_reason"] == "no_waits_posted"


def test_ties_share_a_rank_and_stand_in_order_of_name(api: Api) -> None:
    rows = api("/rides/downtime", operator="merlin")["data"]
    assert [(row["rank"], row["ride_name"], row["downtime_seconds"]) for row in rows] == [
        (1, "Jungle Rapids", 3600),
        (2, "Raptor", 1800),
        (3, "Mammut", 0),
    ]
    quiet = api("/rides/downtime", period="yesterday", operator="Merlin")["data"]
    assert [(row["rank"], row["ride_name"]) for row in quiet] == [
        (1, "Jungle Rapids"),
        (1, "Mammut"),
        (1, "Raptor"),
    ]


def test_the_ride_row_is_what_the_paper_says(api: Api) -> None:
    row = api.row("/rides/downtime", "Raptor")
    expected: dict[str, Any] = {
        "tier": 1,
        "tier_label": "flagship",
        "weight": 3,
        "eligible": True,
        "total_downtime_hours": 0.5,
        "operating_seconds": 5400,
        "uptime_percent": 75.0,
        "outages": 1,
        "average_wait_minutes": 40.0,
        "max_wait_minutes": 40,
        "coverage_percent": 100.0,
        "trend_points": -25.0,
        "park_slug": "gardaland",
    }
    assert {name: row[name] for name in expected} == expected


RIDE_LISTS = ["/rides/waittimes", "/rides/longest-waits", "/rides/least-reliable"]


@pytest.mark.parametrize("period", ["today", "yesterday", "7days", "this_year", "live"])
@pytest.mark.parametrize("path", RIDE_LISTS)
def test_a_ride_has_one_row_however_it_is_ranked(api: Api, path: str, period: str) -> None:
    if path.endswith("reliable") and period == "live":
        return
    place = ("rank", "unranked_reason")

    def rows(ranking: str) -> dict[int, dict[str, Any]]:
        return {
            row["ride_id"]: {name: value for name, value in row.items() if name not in place}
            for row in api(ranking, period=period)["data"]
        }

    assert rows(path) == rows("/rides/downtime") != {}


def test_rides_rank_by_their_longest_wait(api: Api) -> None:
    rows = api("/rides/longest-waits")["data"]
    assert [(row["rank"], row["ride_name"], row["max_wait_minutes"]) for row in rows[:3]] == [
        (1, "Raptor", 40),
        (2, "Mammut", 20),
        (None, "Alpha", None),
    ]
    assert rows[2]["unranked_reason"] == "no_waits_posted"
    live = api("/rides/longest-waits", period="live")["data"]
    assert [(row["rank"], row["max_wait_minutes"]) for row in live[:2]] == [(1, 50), (2, 25)]


def test_rides_rank_by_uptime_from_the_lowest_up(api: Api) -> None:
    rows = [row for row in api("/rides/least-reliable")["data"] if row["rank"]]
    assert [(row["rank"], row["ride_name"], row["uptime_percent"]) for row in rows] == [
        (1, "Jungle Rapids", 50.0),
        (2, "Raptor", 75.0),
        (3, "Alpha", 100.0),
        (3, "Beta", 100.0),
        (3, "Mammut", 100.0),
    ]


def test_a_moment_has_no_uptime_to_rank_by(client: FlaskClient) -> None:
    response = client.get("/api/rides/least-reliable?period=live")
    error = response.get_json()["error"]
    assert (response.status_code, error["parameter"]) == (400, "period")
    assert "no uptime" in error["message"]


def test_rides_outside_e_are_not_ranked_among_rides(api: Api) -> None:
    names = {row["ride_name"] for row in api("/rides/downtime")["data"]}
    assert "Winter Slide" not in names
    assert "Prezzemolo Show" not in names


def test_a_ride_seen_for_less_than_half_its_time_is_listed_unranked(api: Api) -> None:
    row = api.row("/rides/downtime", "One")
    assert (row["rank"], row["unranked_reason"], row["coverage_percent"]) == (None, "low_coverage", 41.7)


def test_live_scores_come_from_the_latest_cycle(api: Api) -> None:
    row = api.row("/parks/downtime", "Gardaland", period="live")
    assert (row["shame_score"], row["is_open"], row["rank"]) == (1.67, True, 1)
    assert (row["weighted_downtime"], row["weighted_exposure"]) == (1, 6)
    assert (row["rides_operating"], row["rides_down"], row["rides_eligible"]) == (2, 1, 3)
    assert (row["average_wait_minutes"], row["max_wait_minutes"]) == (37.5, 50)
    assert row["total_downtime_hours"] is None
    closed = api.row("/parks/downtime", "Closed Park", period="live")
    assert (closed["shame_score"], closed["is_open"], closed["unranked_reason"]) == (None, False, "closed")


def test_live_states_grow_stale_though_nothing_moves(api: Api, clock: FixedClock) -> None:
    assert api.row("/parks/downtime", "Gardaland", period="live")["shame_score"] == 1.67
    clock.instant += dt.timedelta(minutes=20)
    row = api.row("/parks/downtime", "Gardaland", period="live")
    assert (row["shame_score"], row["is_open"], row["unranked_reason"]) == (None, None, "not_watched")
    ride = api.row("/rides/downtime", "Raptor", period="live")
    assert (ride["status"], ride["is_down"], ride["unranked_reason"]) == (None, None, "not_watched")


def test_live_answers_of_one_minute_agree_whichever_was_asked_first(api: Api, clock: FixedClock) -> None:
    """The looks of 11:58 hold until 12:13, and so in all of that minute."""
    clock.instant += dt.timedelta(minutes=13)
    assert api.row("/parks/downtime", "Gardaland", period="live")["is_open"] is True
    clock.instant += dt.timedelta(seconds=59)
    assert api("/live/status-summary")["data"]["parks"]["open"] == 1
    clock.instant += dt.timedelta(seconds=1)
    assert api("/live/status-summary")["data"]["parks"]["open"] == 0
    assert api.row("/parks/downtime", "Gardaland", period="live")["is_open"] is None


def test_live_rides_that_are_down_come_first_the_longest_down_before(api: Api) -> None:
    rows = api("/rides/downtime", period="live", operator="Merlin")["data"]
    assert [(row["rank"], row["ride_name"], row["is_down"], row["unranked_reason"]) for row in rows] == [
        (1, "Jungle Rapids", True, None),
        (None, "Mammut", False, "not_down"),
        (None, "Raptor", False, "not_down"),
    ]
    assert rows[0]["status"] == "closed"
    assert rows[0]["status_since"] == "2026-08-20T08:00:00Z"
    waits = api("/rides/waittimes", period="live", operator="Merlin")["data"]
    assert [(row["ride_name"], row["average_wait_minutes"]) for row in waits][:2] == [
        ("Raptor", 50.0),
        ("Mammut", 25.0),
    ]


def test_filters_choose_parks(api: Api) -> None:
    def names(**query: Any) -> set[str]:
        return {row["park_name"] for row in api("/parks/downtime", **query)["data"]}

    assert names(filter="disney-universal") == {"Silent Park", "Closed Park"}
    assert names(filter="all-parks") == names(filter="all") == names()
    assert names(operator="merlin") == {"Gardaland"}
    assert names(country="united-states") == {"Silent Park"}
    assert names(operator="Disney", country="United States") == set()
    assert names(filter="all", operator="") == names()


def test_limit_and_offset_cut_the_list_and_total_counts_it(api: Api) -> None:
    whole = api("/parks/downtime")["data"]
    part = api("/parks/downtime", limit=2, offset=1)
    assert part["data"] == whole[1:3]
    assert (part["total"], part["limit"], part["offset"]) == (6, 2, 1)
    assert api("/parks/downtime", offset=500)["data"] == []


@pytest.mark.parametrize(
    ("sort", "field"),
    [("uptime", "uptime_percent"), ("coverage", "coverage_percent"), ("downtime", "downtime_seconds")],
)
def test_sorting_keeps_ranks_and_puts_null_last(api: Api, sort: str, field: str) -> None:
    rows = api("/parks/downtime", sort=sort)["data"]
    values = [row[field] for row in rows]
    known = [value for value in values if value is not None]
    assert values == sorted(known, reverse=sort != "uptime") + [None] * (len(values) - len(known))
    assert {row["park_name"]: row["rank"] for row in rows}["Gardaland"] == 1


def test_start_and_end_are_null_where_parks_differ_in_date(api: Api) -> None:
    assert api("/parks/downtime")["period"] == {
        "name": "today",
        "label": "Today",
        "start": None,
        "end": None,
    }
    assert api("/parks/downtime", operator="Merlin")["period"]["start"] == TODAY
    assert api("/parks/downtime", start=TODAY, end=TODAY)["period"]["start"] == TODAY
    assert api.row("/parks/downtime", "Dateline Park")["start_date"] == "2026-08-21"


def test_the_envelope_says_how_much_was_watched(api: Api) -> None:
    body = api("/parks/downtime", operator="Independent")
    # Tiny Park 7,200 of 7,200 s, Foggy Park 4,500 of 10,800 s, Dateline Park nothing
    assert body["coverage"] == {"percent": 65.0, "with_data": 2, "without_data": 1}
    assert body["data_as_of"] == "2026-08-20T11:58:00Z"
    assert body["metrics_version"] == 2


def test_trend_tables_list_changes_of_five_points_or_more(api: Api) -> None:
    body = api("/trends")
    assert [row["park_name"] for row in body["data"]["parks_declining"]] == ["Gardaland"]
    assert [(row["ride_name"], row["trend_points"]) for row in body["data"]["rides_declining"]] == [
        ("Jungle Rapids", -50.0),
        ("Raptor", -25.0),
    ]
    assert body["data"]["parks_improving"] == body["data"]["rides_improving"] == []
    assert body["totals"] == {
        "parks_improving": 0,
        "parks_declining": 1,
        "rides_improving": 0,
        "rides_declining": 2,
    }
    assert len(api("/trends", limit=1)["data"]["rides_declining"]) == 1


def test_trends_say_how_many_were_compared_and_why_not_the_others(api: Api) -> None:
    compared = api("/trends")["compared"]
    rows = api("/parks/downtime")["data"]
    for kind, listed in (("parks", rows), ("rides", api("/rides/downtime", limit=500)["data"])):
        counted = [row["trend_reason"] for row in listed if kind == "parks" or row["eligible"]]
        assert compared[kind]["total"] == len(counted)
        assert compared[kind]["compared"] == counted.count(None)
        said = {line["reason"]: line["count"] for line in compared[kind]["not_compared"]}
        assert said == dict(Counter(filter(None, counted)))
    watched = "Watched for less than half of the open time of this period"
    assert compared["parks"]["not_compared"] == [
        {"reason": "not_watched", "words": "Not watched in this period", "count": 2},
        {"reason": "closed", "words": "No open hours in this period, or none yet", "count": 1},
        {"reason": "low_coverage", "words": watched, "count": 1},
        {
            "reason": "not_watched_before",
            "words": "Not watched in the period it is compared with",
            "count": 1,
        },
    ]
    assert [compared[kind]["compared"] for kind in ("parks", "rides")] == [1, 3]
    assert api("/trends", operator="Merlin")["compared"] == {
        "parks": {"total": 1, "compared": 1, "not_compared": []},
        "rides": {"total": 3, "compared": 3, "not_compared": []},
    }


def test_a_trend_needs_half_of_both_periods(api: Api) -> None:
    assert api.row("/parks/downtime", "Gardaland", period="yesterday")["trend_points"] is None
    assert api.row("/parks/downtime", "Foggy Park")["trend_points"] is None


def test_a_period_mixes_years_months_and_days_into_one_sum(api: Api, world: World) -> None:
    assert world.hours[0]["day"] == dt.date(2026, 8, 19)
    two_days = api.row("/parks/downtime", "Gardaland", period="7days")
    assert two_days == api.row("/parks/downtime", "Gardaland", period="30days") | {
        "start_date": two_days["start_date"]
    }
    # 43,200 of today and as much of yesterday: 10 × 9,000 / 86,400
    assert (two_days["weighted_exposure"], two_days["shame_score"]) == (2 * 43200, 1.04)
    this_year = api.row("/parks/downtime", "Gardaland", period="this_year")
    assert (this_year["weighted_exposure"], this_year["shame_score"]) == (2 * 43200, 1.04)


def test_status_summary_counts_parks_and_rides(api: Api) -> None:
    body = api("/live/status-summary")
    assert body["data"]["parks"] == {"total": 6, "open": 1, "closed": 1, "not_watched": 4}
    assert body["data"]["rides"] == {
        "total": 9,
        "operating": 2,
        "down": 0,
        "closed": 1,
        "refurbishment": 0,
        "not_watched": 6,
        "counted_as_down": 1,
    }
    [merlin] = [one for one in body["data"]["operators"] if one["operator"] == "Merlin"]
    assert merlin["parks"] == {"total": 1, "open": 1, "closed": 0, "not_watched": 0}
    assert body["data"]["freshness"]["newest_observed_at"] == "2026-08-20T11:58:00Z"
    assert api("/live/status-summary", operator="Disney")["data"]["parks"]["total"] == 1


def test_catalogue_lists(api: Api) -> None:
    body = api("/parks", country="Italy", limit=2)
    assert body["total"] == 4
    assert [park["park_name"] for park in body["data"]] == ["Closed Park", "Foggy Park"]
    rides = api("/parks/1/rides")
    assert rides["total"] == 6
    assert [ride["ride_name"] for ride in rides["data"]][:2] == ["Jungle Rapids", "Mammut"]


def test_health_reports_age_backlog_and_schema(api: Api, clock: FixedClock) -> None:
    data = api("/health")["data"]
    assert data["status"] == "ok"
    assert data["last_cycle"] == {
        "observed_at": "2026-08-20T11:58:00Z",
        "age_seconds": 120,
        "stale_after_seconds": 900,
    }
    assert data["backlog"] == {
        "dirty_park_days": 0,
        "oldest_mark_at": None,
        "oldest_mark_age_seconds": None,
    }
    clock.instant += dt.timedelta(minutes=14)
    later = api("/health")["data"]
    assert later["status"] == "degraded"
    assert "960 s old" in later["findings"][0]
    assert SEEN_AT - NINE == 5 * HOUR - 120


PATHS_WITH_FILTER = sorted(
    rule
    for rule, found in ENDPOINTS.items()
    if "filter" in {parameter.name for parameter in found.parameters}
)


def test_all_parks_means_all_wherever_parks_are_filtered(client: FlaskClient) -> None:
    assert len(PATHS_WITH_FILTER) >= 12
    for path in PATHS_WITH_FILTER:
        without, with_all = client.get(path), client.get(f"{path}?filter=all-parks")
        assert (without.status_code, with_all.status_code) == (200, 200), path
        assert with_all.data == without.data, path


@pytest.mark.parametrize("page", ["/", "/rides", "/now", "/waits", "/trends", "/awards", "/map"])
def test_a_page_asked_for_all_parks_has_no_filter_set(client: FlaskClient, page: str) -> None:
    response = client.get(page, query_string={"filter": "all-parks"})
    assert response.status_code == 200
    assert "Show every park" not in response.text


def test_a_row_links_to_the_source_its_park_is_read_from(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    world.parks[1]["primary_feed"] = int(Feed.THEMEPARKS_WIKI)
    for ride_id, feed, external_id in (
        (RAPTOR, Feed.QUEUE_TIMES, "7"),
        (RAPTOR, Feed.THEMEPARKS_WIKI, "wiki-raptor"),
        (MAMMUT, Feed.QUEUE_TIMES, "8"),
    ):
        key = {"feed": int(feed), "kind": "ride", "external_id": external_id, "internal_id": ride_id}
        world.rows.append((models.ExternalId, key | {"first_seen_at": 0}))
    world.write(sqlite_database, SEEN_AT)
    client = create_app(sqlite_database, clock).test_client()
    api = Api(client)
    of_park = api.row("/parks/downtime", "Gardaland")["source_url"]
    assert of_park == "https://themeparks.wiki/browse/wiki-1"
    rides = {row["ride_id"]: row["source_url"] for row in api("/rides/downtime", operator="Merlin")["data"]}
    assert rides == {
        RAPTOR: "https://themeparks.wiki/browse/wiki-raptor",
        MAMMUT: "https://queue-times.com/parks/101/rides/8",
        RAPIDS: None,
    }
    for page, links in (
        ("/", [of_park]),
        ("/rides", [rides[RAPTOR], rides[MAMMUT]]),
        ("/waits", [of_park, rides[RAPTOR], rides[MAMMUT]]),
        ("/trends", [of_park, rides[RAPTOR]]),
    ):
        served = client.get(page).text
        for link in links:
            assert f'<a href="{link}" rel="external">' in served, (page, link)
