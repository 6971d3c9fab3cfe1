"""What is near, who may ride, what is sold, tables of restaurants, queues over a day: API and pages."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.ride_types import RideType
from hallofshame.domain.words import QueueType, RideKind, Status
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import World
from web.conftest import MAMMUT, NEW, NINE, RAPIDS, RAPTOR, SEEN_AT, TODAY, Api

TAVERN = 17
DAY = dt.date.fromisoformat(TODAY)


def facts(ride_id: int, **more: Any) -> dict[str, Any]:
    known = {"ride_id": ride_id, "seen_at": 1, "tags": "[]", "latitude": None, "longitude": None}
    known |= {"min_height_cm": None, "max_height_cm": None, "height_source": "unknown"}
    return known | {"setting": "unknown", "setting_source": "unknown"} | more


def offer(
    date: dt.date, price: int | None, seen_at: int, until: int | None = None, **more: Any
) -> dict[str, Any]:
    row = {"park_id": 1, "date": date, "offer_id": "pass", "seen_at": seen_at, "superseded_at": until}
    row |= {
        "kind": "PACKAGE",
        "name": "Fast Pass",
        "price_minor": price,
        "currency": "EUR",
        "is_available": 1,
    }
    return row | more


def offers(world: World) -> None:
    """Gardaland: Raptor 1.1 km north of its gate and from 140 cm; Mammut indoors from 90 to 195 cm."""
    world.ride(TAVERN, 1, "Old Tavern", kind=RideKind.RESTAURANT)
    world.ride_now(TAVERN, SEEN_AT, Status.OPERATING)
    world.ride(NEW, 1, "Winter Slide", tier=None, type=RideType.WATER_SLIDE)
    for row in (
        facts(RAPTOR, latitude=45.01, longitude=10.0, min_height_cm=140, height_source="feed"),
        facts(
            MAMMUT,
            min_height_cm=90,
            max_height_cm=195,
            height_source="curated",
            setting="indoor",
            setting_source="curated",
        ),
    ):
        world.rows.append((models.EntityMetadata, row))
    tomorrow = DAY + dt.timedelta(days=1)
    for row in (
        offer(DAY, 2500, NINE - 3600, NINE),
        offer(DAY, 2900, NINE),
        offer(tomorrow, 2000, NINE),
        offer(DAY, None, NINE, offer_id="one", name="Raptor Express", is_available=0, currency=None),
    ):
        world.rows.append((models.Purchase, row))
    for seen_at, until, tables in (
        (NINE - 40_000, NINE, "[[2,10]]"),
        (NINE, NINE + 3600, "[[2,25],[4,null]]"),
        (NINE + 3600, None, "[[2,40],[4,55]]"),
    ):
        row = {"park_id": 1, "ride_id": TAVERN, "seen_at": seen_at, "superseded_at": until, "tables": tables}
        world.rows.append((models.DiningAvailability, row))
    for starts_at, until in ((NINE + 2 * 3600, None), (NINE + 3 * 3600, NINE), (NINE + 9 * 3600, None)):
        row = {
            "ride_id": 14,
            "starts_at": starts_at,
            "kind": "Performance Time",
            "ends_at": None,
            "seen_at": 1,
        }
        world.rows.append((models.ShowTime, row | {"superseded_at": until}))
    for days, kind, text in (
        (2, "TICKETED_EVENT", "Gala Night"),
        (3, "TICKETED_EVENT", "Gala Night"),
        (1, "EXTRA_HOURS", None),
    ):
        opens_at = NINE + (24 * days + 11) * 3600
        row = {"park_id": 1, "date": DAY + dt.timedelta(days=days), "kind": kind, "description": text}
        row |= {"opens_at": opens_at, "closes_at": opens_at + 3 * 3600, "seen_at": 1, "superseded_at": None}
        world.rows.append((models.ParkSchedule, row))
    counts = dict.fromkeys(("operating", "down", "closed", "refurbishment", "unknown"), 0)
    blank = dict.fromkeys(("price_minor", "currency", "return_end", "group_start", "group_end"))
    for minute in (0, 5, 10):
        key = {"park_id": 1, "observed_at": NINE + 60 * minute, "feed": 2, "cadence_seconds": 300}
        world.rows.append((models.ParkActivitySnapshot, key | counts))
    for minute, kind, more in (
        (0, QueueType.SINGLE_RIDER, {"wait_minutes": 15}),
        (5, QueueType.SINGLE_RIDER, {"wait_minutes": 15}),
        (10, QueueType.SINGLE_RIDER, {"wait_minutes": 20}),
        (0, QueueType.BOARDING_GROUP, {"state": "AVAILABLE", "group_start": 7, "group_end": 12}),
        (5, QueueType.PAID_RETURN_TIME, {"price_minor": 900, "currency": "EUR", "return_start": NINE + 7200}),
    ):
        row = {"park_id": 1, "observed_at": NINE + 60 * minute, "ride_id": RAPTOR, "queue_type": int(kind)}
        row |= blank | {"state": None, "wait_minutes": None, "return_start": None} | more
        world.rows.append((models.QueueData, row))


@pytest.fixture
def reader(sqlite_database: Database, world: World, clock: FixedClock) -> FlaskClient:
    offers(world)
    world.write(sqlite_database, SEEN_AT)
    return create_app(sqlite_database, clock).test_client()


def names(reader: FlaskClient, **query: Any) -> list[tuple[str, int, str]]:
    rows = Api(reader)("/rides/near", lat=45, lon=10, limit=500, **query)["data"]
    return [
        (row["ride_name"], row["distance_metres"], row["position"]) for row in rows if row["park_id"] == 1
    ]


def test_rides_near_stand_at_their_own_place_or_at_their_park(reader: FlaskClient) -> None:
    assert names(reader, radius=500) == [
        ("Jungle Rapids", 0, "park"),
        ("Mammut", 0, "park"),
        ("Winter Slide", 0, "park"),
    ]
    assert names(reader, radius=1200)[-1] == ("Raptor", 1112, "own")
    body = Api(reader)("/rides/near", lat=45, lon=10, radius=1200, limit=1)
    assert (len(body["data"]), body["limit"]) == (1, 1)
    assert body["total"] > 3
    far = Api(reader)("/rides/near", lat=-45, lon=-170, radius=50000)
    assert (far["data"], far["total"]) == ([], 0)


def test_a_child_of_110_cm_sees_what_is_open_to_it_and_what_nobody_knows(reader: FlaskClient) -> None:
    at = {"radius": 1200}
    assert [name for name, _, _ in names(reader, height=110, **at)] == [
        "Jungle Rapids",
        "Mammut",
        "Winter Slide",
    ]
    assert [name for name, _, _ in names(reader, height=200, **at)] == [
        "Jungle Rapids",
        "Winter Slide",
        "Raptor",
    ]
    assert [name for name, _, _ in names(reader, height=90, **at)][1] == "Mammut"
    assert names(reader, indoor="yes", **at) == [("Mammut", 0, "park")]
    here = Api(reader)("/parks/1/visit", height=110)["data"]
    assert [(row["ride_name"], row["admits"]) for row in here] == [
        ("Jungle Rapids", None),
        ("Mammut", True),
        ("Winter Slide", None),
    ]
    assert [row["admits"] for row in Api(reader)("/parks/1/visit")["data"]] == [None] * 4
    assert names(reader, indoor="yes", height=200, **at) == []
    assert [name for name, _, _ in names(reader, type="water_slide", **at)] == ["Winter Slide"]


def test_rankings_of_rides_are_among_those_open_to_somebody(reader: FlaskClient) -> None:
    def ranked(path: str, **asked: str | int) -> list[tuple[str, int | None]]:
        return [
            (row["ride_name"], row["rank"])
            for row in Api(reader)(path, operator="Merlin", **asked)["data"]
            if row["rank"]
        ]

    assert ranked("/rides/waittimes") == [("Raptor", 1), ("Mammut", 2)]
    assert ranked("/rides/waittimes", height=110) == [("Mammut", 1)]
    assert ranked("/rides/longest-waits", height=200) == [("Raptor", 1)]
    for path in ("/rides/downtime", "/rides/least-reliable"):
        assert ranked(path, indoor="yes") == [("Mammut", 1)]
        assert [name for name, _ in ranked(path, height=110)] == ["Jungle Rapids", "Mammut"]


def test_the_catalogue_of_a_park_tells_heights_and_roofs_and_is_filtered_by_them(reader: FlaskClient) -> None:
    row = Api(reader).row("/parks/1/rides", "Mammut")
    assert (row["min_height_cm"], row["max_height_cm"], row["height_source"]) == (90, 195, "curated")
    assert (row["setting"], row["setting_source"], row["latitude"]) == ("indoor", "curated", None)
    indoor = Api(reader)("/parks/1/rides", indoor="yes")
    assert ([row["ride_name"] for row in indoor["data"]], indoor["total"]) == (["Mammut"], 1)
    small = [row["ride_name"] for row in Api(reader)("/parks/1/rides", height=80)["data"]]
    assert "Jungle Rapids" in small
    assert "Mammut" not in small
    assert "Raptor" not in small


def test_parks_are_near_with_whether_they_are_open(reader: FlaskClient) -> None:
    rows = Api(reader)("/parks/near", lat=45.05, lon=10, radius=6000)["data"]
    [row] = [row for row in rows if row["park_id"] == 1]
    assert (row["distance_metres"], row["is_open"], row["latitude"]) == (5560, True, 45.0)


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("lon=10", "lat", "lat is missing; give a number from -90 to 90"),
        ("lat=91&lon=10", "lat", "lat '91' is not usable; it takes a number from -90 to 90"),
        ("lat=45&lon=nan", "lon", "lon 'nan' is not usable"),
        ("lat=45&lon=-1e999", "lon", "is not usable"),
        ("lat=45&lon=10&radius=0", "radius", "whole number from 1 to 50000"),
        ("lat=45&lon=10&radius=50001", "radius", "whole number from 1 to 50000"),
        ("lat=45&lon=10&height=-110", "height", "whole number from 50 to 230"),
        ("lat=45&lon=10&height=1100", "height", "whole number from 50 to 230"),
        ("lat=45&lon=10&indoor=maybe", "indoor", "unknown indoor 'maybe'"),
    ],
)
def test_what_cannot_be_asked_is_named(client: FlaskClient, query: str, parameter: str, words: str) -> None:
    answer = client.get(f"/api/rides/near?{query}")
    assert answer.status_code == 400
    error = answer.get_json()["error"]
    assert error["parameter"] == parameter
    assert words in error["message"]


def test_purchases_are_those_in_force_and_with_history_the_course_of_their_price(reader: FlaskClient) -> None:
    api = Api(reader)
    rows = api("/parks/gardaland/purchases")["data"]
    assert [(row["date"], row["name"], row["price_minor"], row["is_available"]) for row in rows] == [
        (TODAY, "Fast Pass", 2900, True),
        (TODAY, "Raptor Express", None, False),
        ("2026-08-21", "Fast Pass", 2000, True),
    ]
    past = api("/parks/gardaland/purchases", history="yes", start=TODAY, end=TODAY)["data"]
    course = [(row["seen_at"][11:16], row["price_minor"], row["superseded_at"]) for row in past[:2]]
    assert course == [("06:00", 2500, "2026-08-20T07:00:00Z"), ("07:00", 2900, None)]
    assert api("/parks/gardaland/purchases", start="2026-08-22")["data"] == []


def test_tables_of_restaurants_have_a_course_over_the_day(reader: FlaskClient) -> None:
    rows = Api(reader)("/parks/1/dining")["data"]
    assert [
        (row["start"][:16], row["end"] and row["end"][11:16], row["party_size"], row["wait_minutes"])
        for row in rows
    ] == [
        ("2026-08-19T22:00", "07:00", 2, 10),
        ("2026-08-20T07:00", "08:00", 2, 25),
        ("2026-08-20T07:00", "08:00", 4, None),
        ("2026-08-20T08:00", None, 2, 40),
        ("2026-08-20T08:00", None, 4, 55),
    ]
    assert Api(reader)("/parks/1/dining", date="2026-08-18")["data"] == []


def test_every_queue_of_a_ride_has_its_course_over_a_day(reader: FlaskClient) -> None:
    data = Api(reader)(f"/rides/{RAPTOR}/queues/day")["data"]
    assert (data["date"], data["ends_at"]) == (TODAY, "2026-08-20T11:58:00Z")
    found = {queue["queue_type"]: queue["segments"] for queue in data["queues"]}
    assert list(found) == ["single_rider", "paid_return_time", "boarding_group"]
    single = [(one["start"][11:16], one["end"][11:16], one["wait_minutes"]) for one in found["single_rider"]]
    assert single == [
        ("22:00", "07:00", None),
        ("07:00", "07:10", 15),
        ("07:10", "07:25", 20),
        ("07:25", "11:58", None),
    ]
    groups = [
        (one["start"][11:16], one["state"], one["group_start"], one["group_end"])
        for one in found["boarding_group"]
    ]
    assert groups[1:3] == [("07:00", "AVAILABLE", 7, 12), ("07:05", None, None, None)]
    [paid] = [one for one in found["paid_return_time"] if one["price_minor"] is not None]
    assert (paid["price_minor"], paid["currency"], paid["return_start"]) == (
        900,
        "EUR",
        "2026-08-20T09:00:00Z",
    )
    assert Api(reader)(f"/rides/{RAPIDS}/queues/day")["data"]["queues"] == []


def test_show_times_that_were_taken_back_are_not_among_a_days_shows(reader: FlaskClient) -> None:
    rows = Api(reader)("/parks/1/showtimes")["data"]
    assert [row["starts_at"][11:16] for row in rows] == ["09:00", "16:00"]


def section(page: str, name: str) -> str:
    """A section of a page as text between its tags."""
    at = page.index(f'id="{name}"')
    return page[page.rindex("<section", 0, at + 1) : page.index("</section>", at)]


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").split())


def test_a_parks_page_shows_what_is_on_sale_shows_and_tables(reader: FlaskClient) -> None:
    page = reader.get("/parks/gardaland").text
    on_sale = words(section(page, "prices"))
    assert "Fast Pass 29.00 EUR 20.00 EUR 1 day" in on_sale
    assert "Raptor Express no price sold out not on sale yet" in on_sale
    assert "paid return time 9.00 EUR" in on_sale
    assert words(section(page, "shows")) == "Shows today 1 show Prezzemolo Show 11:00 · 18:00"
    assert "Old Tavern 40 min 55 min 10:00 CEST" in words(section(page, "tables"))
    events = words(section(page, "events"))
    assert "Gala Night Sat 22 Aug, 20:00 to 23:00 2" in events
    assert "Extra hours" in events
    for name in ("visit", "shows", "events", "tables", "prices"):
        assert 'data-drawn="server"' in section(page, name).split(">")[0]
        assert f'href="#{name}"' in page


def test_a_restaurant_nobody_has_looked_at_lately_waits_for_nothing(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    offers(world)
    world.rows = [
        row for row in world.rows if row[1].get("ride_id") != TAVERN or row[0] is not models.RideCurrent
    ]
    world.ride_now(TAVERN, NINE + 2 * 3600, Status.OPERATING)
    world.write(sqlite_database, SEEN_AT)
    reader = create_app(sqlite_database, clock).test_client()
    assert Api(reader)("/parks/1/dining")["data"][-1]["end"] == "2026-08-20T09:00:00Z"
    assert 'id="tables"' not in reader.get("/parks/gardaland").text


def test_a_parks_page_filters_its_rides_for_a_visitor(reader: FlaskClient) -> None:
    plain = section(reader.get("/parks/gardaland?period=yesterday").text, "visit")
    assert "<table" not in plain
    assert '<input type="hidden" name="period" value="yesterday">' in plain
    assert "Of 4 rides, heights are known of 2, and 1 is indoors." in words(plain)
    child = section(reader.get("/parks/gardaland?height=110").text, "visit")
    assert 'value="110"' in child
    listed = words(child[child.index("<tbody") : child.index("</tbody>")])
    assert listed.startswith("Mammut type unknown 90 cm (35 in) to 195 cm (77 in) indoors operating 25 min")
    assert listed.index("Mammut") < listed.index("Jungle Rapids")
    assert "Raptor" not in listed
    nothing = section(reader.get("/parks/gardaland?height=200&indoor=yes").text, "visit")
    assert "No ride of this park is known to fit." in words(nothing)
    assert reader.get("/parks/gardaland?height=2000").status_code == 400


def test_a_rides_page_shows_who_may_ride_its_queues_and_the_course_of_its_price(reader: FlaskClient) -> None:
    raptor = words(section(reader.get("/rides/11-raptor").text, "queues"))
    assert "Who can ride from 140 cm (55 in) as its source says" in raptor
    assert "Roof not known" in raptor
    assert "Paid return time not said – no data 11:00 9.00 EUR" in raptor
    assert "Boarding group available – no data groups 7 to 12 no price" in raptor
    assert "09:05 09:10 paid return time not said 9.00 EUR" in raptor
    mammut = words(section(reader.get("/rides/12-mammut").text, "queues"))
    assert "indoors from our list" in mammut
    assert "No other queue than standby has been posted lately." in mammut
    show = words(section(reader.get("/rides/14-prezzemolo-show").text, "queues"))
    assert "Shows today at 11:00 , 18:00 ." in show
    tavern = words(section(reader.get("/rides/17-old-tavern").text, "queues"))
    assert tavern == "Tables Wait for a table now: 2 people 40 min, 4 people 55 min."


def test_a_park_without_any_of_it_has_none_of_the_sections(client: FlaskClient) -> None:
    page = client.get("/parks/tiny-park").text
    for name in ("visit", "shows", "events", "tables", "prices"):
        assert f'id="{name}"' not in page
