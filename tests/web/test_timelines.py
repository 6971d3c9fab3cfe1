"""Timelines, published hours, show times and other queues."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.ride_types import RideType
from hallofshame.domain.words import Feed, Origin, QueueType, ScheduleKind, Status
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import HOUR, World, at
from web.conftest import MAMMUT, NEW, NINE, OLD, RAPIDS, RAPTOR, ROME, SEEN_AT, SHOW, TODAY, YESTERDAY, Api

CADENCE = 300


def seen(
    world: World, ride_id: int, start: int, end: int, status: Status | None, wait: int | None = None
) -> None:
    """Readings of one ride at every cycle from ``start`` until before ``end``."""
    for instant in range(start, end, CADENCE):
        world.rows.append(
            (
                models.RideStatusSnapshot,
                {
                    "park_id": world.rides[ride_id]["park_id"],
                    "observed_at": instant,
                    "ride_id": ride_id,
                    "origin": int(Origin.LIVE),
                    "status": status,
                    "wait_minutes": wait,
                    "feed": int(Feed.THEMEPARKS_WIKI),
                    "stale": False,
                    "cadence_seconds": CADENCE,
                },
            )
        )


def readings(world: World) -> None:
    """The readings that today's counters of the small world come from; nothing was seen since 11:00."""
    seen(world, RAPTOR, NINE, NINE + 1800, Status.DOWN)
    seen(world, RAPTOR, NINE + 1800, NINE + 2 * HOUR, Status.OPERATING, 40)
    seen(world, MAMMUT, NINE, NINE + 2 * HOUR, Status.OPERATING, 20)
    seen(world, RAPIDS, NINE, NINE + HOUR, Status.OPERATING)
    seen(world, RAPIDS, NINE + HOUR, NINE + 2 * HOUR, Status.DOWN)
    seen(world, NEW, NINE, NINE + HOUR, Status.CLOSED)
    seen(world, SHOW, NINE, NINE + HOUR, Status.OPERATING)
    # The hours published are those of the windows that its rows hold.
    for model, row in world.rows:
        if model is models.ParkSchedule and row["park_id"] == 1:
            row["closes_at"] = NINE + 2 * HOUR


@pytest.fixture
def watched(sqlite_database: Database, world: World, clock: FixedClock) -> Api:
    """The small world with its readings."""
    readings(world)
    world.write(sqlite_database, SEEN_AT)
    return Api(create_app(sqlite_database, clock).test_client())


def seconds(segment: dict[str, Any]) -> int:
    start, end = (dt.datetime.fromisoformat(segment[name]) for name in ("start", "end"))
    return int((end - start).total_seconds())


def spent(segments: list[dict[str, Any]], **wanted: Any) -> int:
    """Seconds inside windows of the segments that are as wanted."""
    return sum(
        seconds(segment)
        for segment in segments
        if segment["in_window"] and all(segment[name] == value for name, value in wanted.items())
    )


def local(instant: str) -> str:
    """An instant on the clock in Rome."""
    return f"{dt.datetime.fromisoformat(instant) + dt.timedelta(hours=2):%H:%M}"


def test_the_seconds_of_a_park_day_are_those_of_the_list(watched: Api) -> None:
    rows = {row["ride_id"]: row for row in watched("/parks/1/details")["data"]["rides"]}
    timeline = watched("/parks/1/timeline")["data"]
    assert [ride["ride_name"] for ride in timeline["rides"]] == [
        "Raptor",
        "Mammut",
        "Jungle Rapids",
        "Prezzemolo Show",
        "Winter Slide",
    ]
    for ride in timeline["rides"]:
        row = rows[ride["ride_id"]]
        assert (ride["eligible"], ride["excluded_reason"]) == (row["eligible"], row["excluded_reason"])
        if ride["eligible"]:
            assert spent(ride["segments"], counts_as_down=True) == row["downtime_seconds"]
            assert spent(ride["segments"], status="operating") == row["operating_seconds"]
            assert spent(ride["segments"], status="unobserved") == 0


def test_a_park_timeline_is_a_local_day_as_far_as_it_is_known(watched: Api) -> None:
    timeline = watched("/parks/gardaland/timeline")["data"]
    assert (timeline["date"], timeline["timezone"], timeline["missing_reason"]) == (TODAY, ROME, None)
    assert (timeline["starts_at"], timeline["ends_at"]) == ("2026-08-19T22:00:00Z", "2026-08-20T22:00:00Z")
    # The look at 13:58 holds for three cadences, but nothing has been seen of that time.
    assert timeline["known_until"] == "2026-08-20T11:58:00Z"
    assert timeline["windows"] == [{"start": "2026-08-20T07:00:00Z", "end": "2026-08-20T09:00:00Z"}]
    raptor = timeline["rides"][0]
    assert [
        (local(part["start"]), local(part["end"]), part["status"], part["in_window"], part["wait_minutes"])
        for part in raptor["segments"]
    ] == [
        ("00:00", "09:00", "unobserved", False, None),
        ("09:00", "09:30", "down", True, None),
        ("09:30", "11:00", "operating", True, 40),
        ("11:00", "11:10", "operating", False, 40),
        ("11:10", "13:58", "unobserved", False, None),
    ]


def test_a_day_without_readings_says_why_it_is_empty(watched: Api) -> None:
    for date, reason, known in (
        (YESTERDAY, "not_kept", True),
        ("2026-05-01", "not_watched", True),
        ("2026-08-21", "no_data_yet", False),
    ):
        timeline = watched("/parks/1/timeline", date=date)["data"]
        assert (timeline["rides"], timeline["missing_reason"]) == ([], reason)
        assert (timeline["known_until"] is not None) == known
    assert watched("/parks/1/timeline", date=YESTERDAY)["data"]["windows"] != []
    assert watched("/parks/6/timeline")["data"]["missing_reason"] == "not_watched"


def test_a_ride_timeline_ends_with_the_latest_look(watched: Api) -> None:
    timeline = watched(f"/rides/{RAPIDS}/timeline")["data"]
    assert timeline["ends_at"] == "2026-08-20T11:58:00Z"
    assert timeline["starts_at"] == "2026-08-18T11:58:00Z"
    assert len(timeline["windows"]) == 2
    parts = timeline["segments"]
    assert parts[0]["start"] == timeline["starts_at"]
    assert parts[-1]["end"] == timeline["ends_at"]
    assert all(one["end"] == other["start"] for one, other in itertools.pairwise(parts))
    assert spent(parts, counts_as_down=True) == HOUR
    assert spent(parts, status="operating") == HOUR
    # Yesterday's readings are gone: two hours of its window are unobserved here.
    assert spent(parts, status="unobserved") == 2 * HOUR


def test_hours_choose_how_far_a_ride_timeline_reaches(watched: Api) -> None:
    timeline = watched(f"/rides/{RAPIDS}/timeline", hours=4)["data"]
    assert timeline["windows"] == [{"start": "2026-08-20T07:58:00Z", "end": "2026-08-20T09:00:00Z"}]
    assert [(local(part["start"]), part["status"]) for part in timeline["segments"]] == [
        ("09:58", "operating"),
        ("10:00", "down"),
        ("11:00", "down"),
        ("11:10", "unobserved"),
    ]
    empty = watched(f"/rides/{RAPIDS}/timeline", hours=1)["data"]
    assert (empty["segments"][0]["status"], empty["missing_reason"]) == ("unobserved", None)


def test_a_ride_whose_readings_are_gone_has_no_segments(api: Api) -> None:
    timeline = api(f"/rides/{RAPTOR}/timeline")["data"]
    assert (timeline["segments"], timeline["missing_reason"]) == ([], "not_kept")
    assert len(timeline["windows"]) == 2


def test_a_ride_nothing_was_seen_of_has_no_segments(watched: Api) -> None:
    # A few hours of today, of which readings are kept: of other rides.
    timeline = watched(f"/rides/{OLD}/timeline", hours=6)["data"]
    assert (timeline["segments"], timeline["missing_reason"]) == ([], "not_watched")


def test_before_the_first_look_there_is_no_time_to_show(sqlite_database: Database, clock: FixedClock) -> None:
    world = World()
    world.park(1, "Gardaland", ROME)
    world.ride(RAPTOR, 1, "Raptor")
    world.write(sqlite_database)
    api = Api(create_app(sqlite_database, clock).test_client())
    ride = api(f"/rides/{RAPTOR}/timeline")["data"]
    assert (ride["starts_at"], ride["ends_at"], ride["missing_reason"]) == (None, None, "not_watched")
    park = api("/parks/1/timeline")["data"]
    assert (park["known_until"], park["missing_reason"], park["rides"]) == (None, "not_watched", [])
    assert api(f"/rides/{RAPTOR}/queues")["data"] == []


def test_what_goes_on_over_midnight_is_one_segment(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    midnight = at(f"{TODAY} 00:00", ROME)
    seen(world, RAPTOR, midnight - HOUR, midnight + HOUR, Status.CLOSED)
    world.write(sqlite_database, SEEN_AT)
    parts = Api(create_app(sqlite_database, clock).test_client())(f"/rides/{RAPTOR}/timeline")["data"]
    [closed] = [part for part in parts["segments"] if part["status"] == "closed"]
    assert (local(closed["start"]), local(closed["end"])) == ("23:00", "01:10")


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("parks/1/timeline?date=yesterday", "date"),
        ("parks/1/timeline?date=2027-01-01", "date"),
        ("parks/1/timeline?hours=3", "hours"),
        ("rides/11/timeline?hours=169", "hours"),
        ("rides/11/timeline?hours=two", "hours"),
        ("parks/1/schedule?start=2026-08-20&end=2026-08-19", "end"),
        ("parks/1/schedule?end=2026-08-19", "end"),
        ("parks/1/schedule?start=2024-01-01&end=2026-08-19", "end"),
        ("parks/1/schedule?start=31.12.2026", "start"),
        ("parks/1/schedule?start=9999-12-31", "start"),
        ("parks/1/showtimes?date=1999-12-31", "date"),
    ],
)
def test_bad_parameters_are_named(client: FlaskClient, path: str, parameter: str) -> None:
    response = client.get(f"/api/{path}")
    assert (response.status_code, response.get_json()["error"]["parameter"]) == (400, parameter)


# Hours, shows, queues ---------------------------------------------------------------------------------------


def test_hours_are_those_of_the_coming_thirty_days(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    for ahead in (-1, 1, 30, 31):
        day = dt.date.fromisoformat(TODAY) + dt.timedelta(days=ahead)
        opens = NINE + ahead * 24 * HOUR
        world.published(1, day.isoformat(), opens, opens + 9 * HOUR)
    world.rows[-1][1]["kind"] = ScheduleKind.TICKETED_EVENT.value
    world.write(sqlite_database, SEEN_AT)
    api = Api(create_app(sqlite_database, clock).test_client())
    dates = [row["date"] for row in api("/parks/1/schedule")["data"]]
    assert dates == ["2026-08-20", "2026-08-21", "2026-09-19"]
    [event] = api("/parks/1/schedule", start="2026-09-20", end="2026-09-20")["data"]
    assert event == {
        "date": "2026-09-20",
        "kind": "TICKETED_EVENT",
        "opens_at": "2026-09-20T07:00:00Z",
        "closes_at": "2026-09-20T16:00:00Z",
        "description": None,
        "seen_at": "2026-09-19T07:00:00Z",
        "superseded_at": None,
    }
    assert len(api("/parks/1/schedule", start="2026-08-19")["data"]) == 3


def test_shows_are_those_of_the_local_day(sqlite_database: Database, world: World, clock: FixedClock) -> None:
    for text in (f"{YESTERDAY} 23:59", f"{TODAY} 00:00", f"{TODAY} 23:30"):
        world.rows.append(
            (
                models.ShowTime,
                {
                    "ride_id": SHOW,
                    "starts_at": at(text, ROME),
                    "kind": "Performance Time",
                    "ends_at": None if "23:30" in text else at(text, ROME) + 1800,
                    "seen_at": 0,
                },
            )
        )
    world.write(sqlite_database, SEEN_AT)
    api = Api(create_app(sqlite_database, clock).test_client())
    rows = api("/parks/1/showtimes")["data"]
    assert [(row["starts_at"], row["ends_at"]) for row in rows] == [
        ("2026-08-19T22:00:00Z", "2026-08-19T22:30:00Z"),
        ("2026-08-20T21:30:00Z", None),
    ]
    assert (rows[0]["ride_name"], rows[0]["kind"]) == ("Prezzemolo Show", "Performance Time")
    assert len(api("/parks/1/showtimes", date=YESTERDAY)["data"]) == 1


def test_queues_are_the_latest_of_their_type(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    blank = dict.fromkeys(
        ("wait_minutes", "return_start", "return_end", "price_minor", "currency", "group_start", "group_end")
    )
    for ago, kind, more in (
        (600, QueueType.PAID_RETURN_TIME, {"price_minor": 1200, "currency": "EUR"}),
        (0, QueueType.PAID_RETURN_TIME, {"price_minor": 1500, "currency": "EUR", "return_start": NINE}),
        (3600, QueueType.SINGLE_RIDER, {"wait_minutes": 0}),
        (25 * HOUR, QueueType.BOARDING_GROUP, {"group_start": 1}),
    ):
        key = {"park_id": 1, "observed_at": SEEN_AT - ago, "ride_id": RAPTOR, "queue_type": int(kind)}
        world.rows.append((models.QueueData, blank | key | {"state": "AVAILABLE"} | more))
    world.write(sqlite_database, SEEN_AT)
    api = Api(create_app(sqlite_database, clock).test_client())
    single, paid = api(f"/rides/{RAPTOR}/queues")["data"]
    assert (single["queue_type"], single["wait_minutes"], single["price_minor"]) == ("single_rider", 0, None)
    assert (paid["queue_type"], paid["price_minor"], paid["currency"]) == ("paid_return_time", 1500, "EUR")
    assert (paid["observed_at"], paid["return_start"]) == ("2026-08-20T11:58:00Z", "2026-08-20T07:00:00Z")
    assert api(f"/rides/{MAMMUT}/queues")["data"] == []


def test_segments_and_queues_are_there_as_csv(
    watched: Api, sqlite_database: Database, clock: FixedClock
) -> None:
    client = create_app(sqlite_database, clock).test_client()
    text = client.get(f"/api/rides/{RAPTOR}/timeline?format=csv").text
    assert text.splitlines()[0].startswith(
        "start,end,status,counts_as_down,not_counted,in_window,wait_minutes,"
    )
    header = client.get(f"/api/rides/{RAPTOR}/queues?format=csv").text.splitlines()[0]
    assert header.startswith("queue_type,state,observed_at,")


def test_a_park_timeline_shows_non_rides_where_asked_for(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    readings(world)
    world.ride(MAMMUT, 1, "Mammut", type=RideType.WALKTHROUGH)
    world.write(sqlite_database, SEEN_AT)
    api = Api(create_app(sqlite_database, clock).test_client())

    def names(**asked: str) -> set[str]:
        return {ride["ride_name"] for ride in api("/parks/1/timeline", **asked)["data"]["rides"]}

    assert names(non_rides="yes") - names() == {"Mammut"}
    assert names(type="walkthrough") == {"Mammut"}
