"""What paid queues cost over time: segments of one price each, null where none is known."""

from __future__ import annotations

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.words import QueueType
from hallofshame.store import models
from hallofshame.store.database import Database
from hallofshame.store.reports.prices import PriceReading, PriceSpan, price_segments
from hallofshame.web.app import create_app
from hallofshame.web.formatting import money
from web.builders import World
from web.conftest import MAMMUT, NINE, RAPTOR, ROME, SEEN_AT, Api

PAID, SOLD_STANDBY = QueueType.PAID_RETURN_TIME, QueueType.PAID_STANDBY


def price_world(world: World) -> None:
    """Raptor's paid return time every five minutes from 09:00 to 10:00, as told below; Rome is at +02:00.

    09:00 12.00 €; 09:05 the same; 09:10 15.00 €; 09:15 a look without that queue; 09:20 free; 09:25 no price;
    then nobody looks until 10:00: 18.00 $. A single rider's line has no price and a return time has one.
    """
    for minute in (0, 5, 10, 15, 20, 25, 60):
        counts = dict.fromkeys(("operating", "down", "closed", "refurbishment", "unknown"), 0)
        key = {"park_id": 1, "observed_at": NINE + 60 * minute, "feed": 2, "cadence_seconds": 300}
        world.rows.append((models.ParkActivitySnapshot, key | counts))
    blank = dict.fromkeys(("wait_minutes", "return_start", "return_end", "group_start", "group_end"))
    for minute, kind, price, currency in (
        (0, PAID, 1200, "EUR"),
        (5, PAID, 1200, "EUR"),
        (10, PAID, 1500, "EUR"),
        (20, PAID, 0, "EUR"),
        (25, PAID, None, "EUR"),
        (60, PAID, 1800, "USD"),
        (0, QueueType.SINGLE_RIDER, None, None),
        (5, QueueType.RETURN_TIME, 100, "EUR"),
        (0, SOLD_STANDBY, None, None),
    ):
        key = {"park_id": 1, "observed_at": NINE + 60 * minute, "ride_id": RAPTOR, "queue_type": int(kind)}
        row = blank | key | {"state": "AVAILABLE", "price_minor": price, "currency": currency}
        world.rows.append((models.QueueData, row))


def test_prices_are_segments_that_touch_and_change_where_the_price_does(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    price_world(world)
    world.write(sqlite_database, SEEN_AT)
    api = Api(create_app(sqlite_database, clock).test_client())
    answer = api(f"/rides/{RAPTOR}/prices", period="today")
    assert answer["period"]["name"] == "today"
    data = answer["data"]
    assert (data["ride_id"], data["timezone"]) == (RAPTOR, ROME)
    assert (data["starts_at"], data["ends_at"]) == ("2026-08-19T22:00:00Z", "2026-08-20T11:58:00Z")
    found = {queue["queue_type"]: queue["segments"] for queue in data["queues"]}
    assert list(found) == ["return_time", "paid_return_time", "paid_standby"]
    paid = [
        (s["start"][11:16], s["end"][11:16], s["price_minor"], s["currency"])
        for s in found["paid_return_time"]
    ]
    assert paid == [
        ("22:00", "07:00", None, None),
        ("07:00", "07:10", 1200, "EUR"),
        ("07:10", "07:15", 1500, "EUR"),
        ("07:15", "07:20", None, None),
        ("07:20", "07:25", 0, "EUR"),
        ("07:25", "08:00", None, None),
        ("08:00", "08:15", 1800, "USD"),
        ("08:15", "11:58", None, None),
    ]
    assert [s["price_minor"] for s in found["return_time"]] == [None, 100, None]
    assert [(s["start"], s["end"], s["price_minor"]) for s in found["paid_standby"]] == [
        ("2026-08-19T22:00:00Z", "2026-08-20T11:58:00Z", None)
    ]


def test_prices_keep_to_the_days_asked_for_and_default_to_thirty(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    price_world(world)
    world.write(sqlite_database, SEEN_AT)
    api = Api(create_app(sqlite_database, clock).test_client())
    thirty = api(f"/rides/{RAPTOR}/prices")
    assert (thirty["period"]["name"], thirty["data"]["starts_at"]) == ("30days", "2026-07-21T22:00:00Z")
    before = api(f"/rides/{RAPTOR}/prices", period="yesterday")["data"]
    assert (before["ends_at"], before["queues"]) == ("2026-08-19T22:00:00Z", [])
    ahead = api(f"/rides/{RAPTOR}/prices", start="2026-08-21", end="2026-08-21")["data"]
    assert (ahead["ends_at"], ahead["queues"]) == (None, [])
    assert api(f"/rides/{MAMMUT}/prices")["data"]["queues"] == []
    client = create_app(sqlite_database, clock).test_client()
    error = client.get(f"/api/rides/{RAPTOR}/prices?start=2025-01-01&end=2026-08-01").get_json()["error"]
    assert error["parameter"] == "end"
    assert "578 days" in error["message"] and "at most 366 days" in error["message"]


def test_prices_as_csv_have_a_line_for_each_segment(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    price_world(world)
    world.write(sqlite_database, SEEN_AT)
    client = create_app(sqlite_database, clock).test_client()
    lines = client.get(f"/api/rides/{RAPTOR}/prices?format=csv&period=today").text.splitlines()
    assert lines[0] == "queues.queue_type,start,end,price_minor,currency,attribution"
    assert lines[5].startswith("paid_return_time,2026-08-20T07:00:00Z,2026-08-20T07:10:00Z,1200,EUR,")
    assert len(lines) == 1 + 3 + 8 + 1


def test_a_price_of_the_event_log_holds_until_the_next_one_or_a_day() -> None:
    readings = [PriceReading(0, 500, "EUR"), PriceReading(3600, 700, "EUR")]
    assert price_segments(readings, {}, -10, 2 * 86_400) == [
        PriceSpan(-10, 0, None, None),
        PriceSpan(0, 3600, 500, "EUR"),
        PriceSpan(3600, 3600 + 86_400, 700, "EUR"),
        PriceSpan(3600 + 86_400, 2 * 86_400, None, None),
    ]


def test_a_price_posted_before_the_range_reaches_into_it() -> None:
    assert price_segments([PriceReading(0, 500, "EUR")], {0: 300}, 600, 1200) == [
        PriceSpan(600, 900, 500, "EUR"),
        PriceSpan(900, 1200, None, None),
    ]


def test_a_parks_page_lists_the_last_price_of_each_queue_and_nothing_where_none_is_known(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    price_world(world)
    world.write(sqlite_database, SEEN_AT)
    client = create_app(sqlite_database, clock).test_client()
    rows = Api(client)("/parks/gardaland/prices")["data"]
    assert [
        (row["ride_id"], row["queue_type"], row["observed_at"][11:16], row["price_minor"], row["currency"])
        for row in rows
    ] == [
        (RAPTOR, "paid_return_time", "08:00", 1800, "USD"),
        (RAPTOR, "return_time", "07:05", 100, "EUR"),
    ]
    page = client.get("/parks/gardaland").text
    section = page[page.index('id="prices"') : page.index("</section>", page.index('id="prices"'))]
    assert "18.00\u00a0USD" in section
    assert "1.00\u00a0EUR" in section
    assert "paid return time" in section
    assert client.get("/api/parks/3/prices").get_json()["data"] == []
    assert 'id="prices"' not in client.get("/parks/tiny-park").text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(1234, "EUR", "12.34\u00a0EUR"), (1500, "JPY", "1500\u00a0JPY"), (0, "USD", "0.00\u00a0USD")],
)
def test_a_price_is_written_in_the_units_of_its_currency(minor: int, currency: str, text: str) -> None:
    assert money(minor, currency) == text
