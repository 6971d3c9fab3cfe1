"""What feeds offer beside waits, as the pages of parks and rides show it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from markupsafe import Markup

from hallofshame.domain.entity_facts import ANY_HEIGHT_CM
from hallofshame.domain.words import ScheduleKind
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.web.answers.envelope import Row
from hallofshame.web.formatting import money
from hallofshame.web.pages.view import View
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.shared import VISIT, VISIT_PARAMETERS

PARTIES = (2, 4)
"""Sizes of party for which the page shows the wait for a table; the API has all."""

CM_PER_INCH = 2.54


def park_offers(view: View, park: ParkProfile, asked: Parameters) -> Row:
    """What the sections of a park's page need; each is empty where the feeds offer nothing."""
    path = f"/api/parks/{park.slug}"
    today = view.context.today(park).isoformat()
    return {
        "prices": view.read(f"{path}/prices")["data"],
        "passes": _passes(view.read(f"{path}/purchases")["data"], today),
        "shows": by_show(view.read(f"{path}/showtimes")["data"]),
        "events": _events(view.read(f"{path}/schedule")["data"]),
        "restaurants": _restaurants(view.read(f"{path}/dining")["data"]),
        "visit": _visit(view, park, asked),
    }


def ride_offers(view: View, ride: Row, park: Row) -> Row:
    """What the sections of a ride's page need."""
    day = view.read(f"/api/rides/{ride['ride_id']}/queues/day")["data"]
    shows = by_show(view.read(f"/api/parks/{park['park_slug']}/showtimes")["data"])
    tables = _restaurants(view.read(f"/api/parks/{park['park_slug']}/dining")["data"])
    return {
        "queues": view.read(f"/api/rides/{ride['ride_id']}/queues")["data"],
        "price_course": _price_course(day["queues"]),
        "shows": [show for show in shows if show["ride_id"] == ride["ride_id"]],
        "restaurants": [row for row in tables if row["ride_id"] == ride["ride_id"]],
    }


def by_show(rows: list[Row]) -> list[Row]:
    """Each show once with the times at which it begins, in order of its first."""
    shows: dict[int, Row] = {}
    for row in rows:
        show = shows.setdefault(
            row["ride_id"],
            {name: row[name] for name in ("ride_id", "ride_name", "ride_slug")} | {"times": []},
        )
        if row["starts_at"] not in show["times"]:
            show["times"].append(row["starts_at"])
    return list(shows.values())


def _passes(rows: list[Row], today: str) -> list[Row]:
    """Each thing on sale once: its price today, and from what to what it costs on the days to come."""
    found = []
    ordered = sorted(rows, key=lambda row: (row["name"], row["offer_id"], row["date"]))
    for _, group in groupby(ordered, key=lambda row: (row["name"], row["offer_id"])):
        offers = list(group)
        now = next((row for row in offers if row["date"] == today), None)
        ahead = [row for row in offers if row["date"] > today and row["price_minor"] is not None]
        currencies = {row["currency"] for row in ahead}
        prices = [row["price_minor"] for row in ahead]
        one_currency = prices and len(currencies) == 1
        found.append(
            {
                "name": offers[0]["name"],
                "now": now,
                "days_ahead": len(prices) if one_currency else 0,
                "range": _range(min(prices), max(prices), currencies.pop()) if one_currency else None,
            }
        )
    return found


def _range(lowest: int, highest: int, currency: str | None) -> str:
    """Two prices of one currency: ``32.00 to 39.00 EUR``."""
    if lowest == highest:
        return money(highest, currency)
    return f"{money(lowest, currency).split()[0]} to {money(highest, currency)}"


def _restaurants(rows: list[Row]) -> list[Row]:
    """Restaurants that offer a table now, with the wait of some sizes of party."""
    found: dict[int, Row] = {}
    for row in rows:
        if row["end"] is None and row["party_size"] is not None:
            restaurant = found.setdefault(
                row["ride_id"],
                {name: row[name] for name in ("ride_id", "ride_name", "ride_slug", "start")} | {"waits": {}},
            )
            restaurant["waits"][row["party_size"]] = row["wait_minutes"]
    return list(found.values())


def _visit(view: View, park: ParkProfile, asked: Parameters) -> Row | None:
    """The rides that fit what is asked for, those known to fit first; null where nothing is known of any."""
    chosen = VISIT.read(asked)
    path = f"/api/parks/{park.slug}/visit"
    everything = view.read(path)["data"]
    indoors = sum(row["setting"] == "indoor" for row in everything)
    with_heights = sum(row["height_source"] != "unknown" for row in everything)
    if not indoors and not with_heights:
        return None
    is_asked = chosen.indoor or chosen.height_cm is not None
    query = {name: asked.text(name) for name in VISIT_PARAMETERS}
    rows = view.read(path, query)["data"] if is_asked else []
    return {
        "asked": chosen,
        "is_asked": is_asked,
        "rides": len(everything),
        "indoors": indoors,
        "with_heights": with_heights,
        "rows": sorted(rows, key=lambda row: row["admits"] is not True),
        "unknown": sum(row["height_source"] == "unknown" for row in rows),
    }


def _events(rows: list[Row]) -> list[Row]:
    """What is published beside regular opening, each kind once: when it is next, and on how many days."""
    found: dict[tuple[str, str | None], Row] = {}
    for row in rows:
        if row["kind"] == ScheduleKind.OPERATING:
            continue
        event = found.setdefault(
            (row["kind"], row["description"]),
            {
                "name": row["description"] or row["kind"].replace("_", " ").capitalize(),
                "next": row,
                "dates": [],
            },
        )
        if row["date"] not in event["dates"]:
            event["dates"].append(row["date"])
    return list(found.values())


def _price_course(queues: list[Row]) -> list[Row]:
    """Each paid queue's prices of today, one row for each stretch with a state and a price of its own."""
    found: list[Row] = []
    for queue in queues:
        for one in queue["segments"]:
            if one["price_minor"] is None:
                continue
            row = {
                "queue_type": queue["queue_type"],
                "state": one["state"],
                "price": money(one["price_minor"], one["currency"]),
            }
            last = found[-1] if found else {}
            if last.get("end") == one["start"] and all(last[name] == value for name, value in row.items()):
                last["end"] = one["end"]
            else:
                found.append(row | {"start": one["start"], "end": one["end"]})
    return found


def height_words(row: Row) -> str | Markup:
    """The limits of height in words: ``from 112 cm (44 in)``, ``any height``."""
    lowest, highest = row["min_height_cm"], row["max_height_cm"]
    if row["height_source"] == "unknown":
        return Markup('<span class="no-data">not known</span>')
    if highest is None:
        return "any height" if lowest in (ANY_HEIGHT_CM, None) else f"from {_centimetres(lowest)}"
    if lowest in (ANY_HEIGHT_CM, None):
        return f"up to {_centimetres(highest)}"
    return f"{_centimetres(lowest)} to {_centimetres(highest)}"


def _centimetres(height: int) -> str:
    return f"{height}\u00a0cm ({height / CM_PER_INCH:.0f}\u00a0in)"


SETTING_WORDS = {"indoor": "indoors", "outdoor": "outdoors", "unknown": "roof not known"}
FACT_SOURCES = {
    "feed": "as its source says",
    "curated": "from our list",
    "type": "as rides of its type mostly are",
}
"""Who says so, in words."""


def offer_words() -> dict[str, Any]:
    """Globals of the templates that speak of offers."""
    return {
        "height_words": height_words,
        "setting_words": SETTING_WORDS,
        "fact_sources": FACT_SOURCES,
        "parties": PARTIES,
    }
