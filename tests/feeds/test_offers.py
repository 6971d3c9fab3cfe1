"""What ThemeParks.wiki offers beside waits, and what of it cannot be: one finding each, the rest goes on."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hallofshame.domain.readings import DiningTable, PurchaseReading
from hallofshame.domain.words import Feed
from hallofshame.feeds.recordings import normalise_rows
from hallofshame.feeds.themeparks_wiki_parse import parse_children, parse_live, parse_schedule

BODIES = Path(__file__).parents[2].parent / "shared" / "data" / "tpw_verbatim_responses"
NEW_YORK = "America/New_York"
TUESDAY = dt.date(2026, 4, 14)


def recorded(name: str) -> Any:
    file = BODIES / name
    if not file.is_file():
        pytest.skip(f"{name} is not beside this checkout (looked in ../shared/data)")
    return json.loads(file.read_text(encoding="utf-8"))


def test_recorded_purchases_are_read_with_price_and_availability() -> None:
    schedule = parse_schedule(recorded("mk_schedule_2026-04-14.json"), "mk", NEW_YORK)
    assert schedule.findings == ()
    of_day = [one for one in schedule.purchases if one.date == TUESDAY]
    assert of_day == [
        PurchaseReading(
            TUESDAY,
            "lightninglanemultipass_80007944",
            "PACKAGE",
            "Lightning Lane Multi Pass",
            3700,
            "USD",
            True,
        ),
        PurchaseReading(
            TUESDAY,
            "lightninglane_16767284",
            "ATTRACTION",
            "Lightning Lane for Seven Dwarfs Mine Train",
            1300,
            "USD",
            False,
        ),
        PurchaseReading(
            TUESDAY,
            "lightninglane_411504498",
            "ATTRACTION",
            "Lightning Lane for TRON Lightcycle / Run",
            2100,
            "USD",
            False,
        ),
    ]
    assert len(schedule.purchases) == 98
    assert len(schedule.entries) == 69


def test_recorded_tables_of_restaurants_are_read_by_size_of_party() -> None:
    reading = parse_live(recorded("mk_live_2026-04-14.json"), "mk")
    tables = {ride.name: ride.dining for ride in reading.rides if ride.dining}
    assert len(tables) == 4
    assert tables["The Plaza Restaurant"] == (DiningTable(5, 60), DiningTable(6, 60))
    assert reading.findings == ()


def test_recorded_places_are_all_possible() -> None:
    entities, findings = parse_children(recorded("mk_children_2026-04-14.json"))
    assert findings == ()
    assert all(28 < (entity.latitude or 0) < 29 for entity in entities)


def schedule_with(*purchases: Any) -> Any:
    entry = {
        "date": "2026-04-14",
        "type": "OPERATING",
        "openingTime": "2026-04-14T09:00:00-04:00",
        "closingTime": "2026-04-14T22:00:00-04:00",
        "purchases": list(purchases),
    }
    return parse_schedule({"schedule": [entry]}, "mk", NEW_YORK)


@pytest.mark.parametrize(
    ("price", "kind", "kept"),
    [
        ({"amount": -100, "currency": "USD"}, "price_out_of_range", (None, None)),
        ({"amount": 10**9, "currency": "USD"}, "price_out_of_range", (None, None)),
        ({"amount": 10**12, "currency": "USD"}, "number_unreadable", (None, None)),
        ({"amount": "cheap", "currency": "USD"}, "number_unreadable", (None, None)),
        ({"amount": 1500, "currency": "dollars"}, "currency_unknown", (1500, None)),
        ({"amount": 1500, "currency": 7}, "currency_unknown", (1500, None)),
        ({"amount": 1500, "currency": "usd"}, None, (1500, "USD")),
        ({"amount": 1500}, None, (1500, None)),
        ({"currency": "USD"}, None, (None, None)),
        (None, None, (None, None)),
        ("free", None, (None, None)),
    ],
)
def test_an_impossible_price_is_unknown_and_the_offer_stays(
    price: Any, kind: str | None, kept: tuple[int | None, str | None]
) -> None:
    good = {"id": "b", "name": "B", "type": "PACKAGE", "price": {"amount": 1, "currency": "EUR"}}
    schedule = schedule_with({"id": "a", "name": "A", "type": "PACKAGE", "price": price}, good)
    first, second = schedule.purchases
    assert (first.price_minor, first.currency) == kept
    assert (second.price_minor, second.currency) == (1, "EUR")
    assert [finding.kind for finding in schedule.findings] == ([] if kind is None else [kind])
    assert all("A" in finding.subject for finding in schedule.findings)


def test_offers_that_are_none_are_left_out_and_those_without_an_id_are_known_by_name() -> None:
    schedule = schedule_with({}, None, "pass", {"name": "A" * 300}, {"id": "c", "available": "yes"})
    named, bare = schedule.purchases
    assert (named.offer_id, named.kind) == ("A" * 80, "UNKNOWN")
    assert (bare.name, bare.is_available) == ("c", None)
    assert [finding.kind for finding in schedule.findings] == ["purchase_unreadable"] * 3
    assert len(schedule.entries) == 1


def test_purchases_of_several_entries_of_a_date_are_one() -> None:
    offer = {"id": "a", "name": "A", "type": "PACKAGE", "price": {"amount": 1, "currency": "EUR"}}
    assert len(schedule_with(offer, offer).purchases) == 1


def child(**fields: Any) -> dict[str, Any]:
    return {"id": "a", "name": "A", "entityType": "ATTRACTION"} | fields


@pytest.mark.parametrize(
    "place",
    [
        {"latitude": 91, "longitude": 10},
        {"latitude": 45, "longitude": 181},
        {"latitude": 0, "longitude": 0},
        {"latitude": 45, "longitude": None},
        {"latitude": "north", "longitude": "east"},
        {"latitude": float("nan"), "longitude": 10},
    ],
)
def test_an_impossible_place_is_unknown_and_a_finding(place: dict[str, Any]) -> None:
    (first, second), findings = parse_children(
        {"children": [child(location=place), child(id="b", location={"latitude": 45.1, "longitude": 10.2})]}
    )
    assert (first.latitude, first.longitude) == (None, None)
    assert (second.latitude, second.longitude) == (45.1, 10.2)
    [finding] = findings
    assert (finding.kind, finding.subject) == ("coordinates_impossible", "a")


@pytest.mark.parametrize("place", [None, {}, {"latitude": None, "longitude": None}, [], 7])
def test_no_place_is_none_and_no_finding(place: Any) -> None:
    (entity,), findings = parse_children({"children": [child(location=place)]})
    assert (entity.latitude, findings) == (None, ())


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"height": 102, "unit": "cm"}, 102),
        ({"height": 40, "unit": "in"}, 102),
        ({"height": 1.4, "unit": "m"}, 140),
        ({"height": 110}, 110),
        (120, 120),
        ({"height": -102, "unit": "cm"}, None),
        ({"height": 1020, "unit": "cm"}, None),
        ({"height": 102, "unit": "feet"}, None),
        ({"height": "tall"}, None),
        ({"height": True}, None),
        ("102 cm", None),
        (float("inf"), None),
    ],
)
def test_heights_come_in_centimetres_and_impossible_ones_are_findings(value: Any, kept: int | None) -> None:
    tags = [
        {"tag": "minimumHeight", "value": value},
        {"tag": "MAXIMUM_HEIGHT", "value": 195},
        {"tag": "new-tag"},
    ]
    (entity,), findings = parse_children({"children": [child(tags=tags)]})
    lowest = [] if kept is None else [f"minimumHeight={kept}"]
    assert list(entity.tags) == [*lowest, "maximumHeight=195", "new-tag"]
    assert [(one.kind, one.subject) for one in findings] == (
        [("height_impossible", "a")] if kept is None else []
    )


def live(**fields: Any) -> Any:
    body = {"id": "r", "name": "R", "entityType": "RESTAURANT", "status": "OPERATING"} | fields
    return parse_live({"liveData": [body]}, "mk")


def test_tables_that_cannot_be_are_findings_and_the_others_stay() -> None:
    tables = [
        {"partySize": 4, "waitTime": 55},
        {"partySize": 2, "waitTime": None},
        {"partySize": 2, "waitTime": 90},
        {"partySize": 0, "waitTime": 5},
        {"partySize": 10**6, "waitTime": 5},
        {"waitTime": 5},
        {"partySize": 6, "waitTime": -5},
        None,
    ]
    reading = live(diningAvailability=tables)
    assert reading.rides[0].dining == (DiningTable(2, None), DiningTable(4, 55), DiningTable(6, None))
    kinds = sorted(finding.kind for finding in reading.findings)
    assert kinds == [*["party_size_unusable"] * 4, "wait_out_of_range"]
    for nothing in (None, {}, "full", []):
        assert live(diningAvailability=nothing).rides[0].dining == ()


def test_prices_of_a_recording_are_held_to_the_same_limits() -> None:
    rows = pl.DataFrame(
        {
            "polled_at": [dt.datetime(2026, 6, 1, 10, minute, tzinfo=dt.UTC) for minute in range(3)],
            "name": ["A"] * 3,
            "status": ["OPERATING"] * 3,
            "standby_wait": [10] * 3,
            "paid_return_state": ["AVAILABLE"] * 3,
            "paid_price_amount": [1500, -1, 10**10],
            "paid_price_formatted": ["$15.00"] * 3,
        }
    )
    recording = normalise_rows(rows, Feed.THEMEPARKS_WIKI, source="test")
    assert recording.queues["price_minor"].to_list() == [1500, None, None]
    assert [finding.kind for finding in recording.findings] == ["price_out_of_range"]
