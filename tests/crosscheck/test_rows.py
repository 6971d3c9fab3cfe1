"""A park's or a ride's row says the same wherever it stands."""

from __future__ import annotations

from typing import Any

import pytest

from crosscheck.conftest import PERIODS, SPANS, Api, Row, in_turn
from crosscheck.ledger import Ledger

ORDER = {"rank", "rank_from", "rank_to", "unranked_reason", "place", "open_days", "queue_days"}
"""What belongs to a list rather than to the row."""


def figures(row: Row) -> list[str]:
    """The fields that may not depend on the list."""
    return [name for name in row if name not in ORDER]


@pytest.mark.parametrize("period", PERIODS)
def test_parks(api: Api, ledger: Ledger, period: str) -> None:
    query = PERIODS[period]
    downtime = api.every("/parks/downtime", **query)
    assert {row["park_id"] for row in downtime} == {park["park_id"] for park in api.parks}
    for row in downtime:
        ledger.say_row("/parks/downtime", row, row, row["park_name"])
    for row in api.every("/parks/waittimes", **query):
        ledger.say_row("/parks/waittimes", row, figures(row), row["park_name"])
    for park in in_turn(api.parks, period):
        details = api(f"/parks/{park['park_slug']}/details", **query)["data"]
        summary = details["summary"]
        ledger.say_row("details", summary, summary, park["park_name"])
        explained = details["score_explained"]
        if explained["adds_up"] and explained["rides"]:
            names = ("weighted_downtime", "weighted_exposure", "shame_score")
            ledger.say_row("score_explained", explained, names, park["park_name"])
    ids = [str(park["park_id"]) for park in api.parks]
    for at in range(0, len(ids), 6):
        compared = api("/compare", parks=",".join(ids[at : at + 6]), **query)["data"]
        for pair in compared["rows"]:
            row = pair["first"]
            ledger.say_row("/compare", row, figures(row), row["park_name"])
    ledger.check(at_least=20 * len(api.parks))


@pytest.mark.parametrize("period", SPANS)
def test_rides(api: Api, ledger: Ledger, rides: list[Row], period: str) -> None:
    query = PERIODS[period]
    for path in ("/rides/downtime", "/rides/waittimes", "/rides/longest-waits", "/rides/least-reliable"):
        for row in api.every(path, **query):
            ledger.say_row(path, row, figures(row), row["ride_id"], row["ride_name"])
            if path == "/rides/downtime":
                ledger.say(path, row["rank"], row["ride_id"], "rank among all")
    for park in in_turn(api.parks, period):
        for row in api(f"/parks/{park['park_id']}/details", **query)["data"]["rides"]:
            ledger.say_row("park's details", row, figures(row), row["ride_id"], row["ride_name"])
    for ride in in_turn(rides, period):
        data = api(f"/rides/{ride['ride_id']}/details", **query)["data"]
        row = data["summary"]
        ledger.say_row("ride's details", row, figures(row), row["ride_id"], row["ride_name"])
        count = data["outage_statistics"]["count"]
        ledger.say("ride's statistics", count, row["ride_id"], row["ride_name"], "outages")
    for at in range(0, len(rides), 6):
        ids = ",".join(str(ride["ride_id"]) for ride in rides[at : at + 6])
        for pair in api("/compare", rides=ids, **query)["data"]["rows"]:
            row = pair["first"]
            ledger.say_row("/compare", row, figures(row), row["ride_id"], row["ride_name"])
    ledger.check(at_least=5_000)


def test_live_rides(api: Api, ledger: Ledger) -> None:
    down = api("/outages/now")["data"]["down"]
    listed = {row["ride_id"]: row for row in api.every("/rides/downtime", period="live")}
    assert {row["ride_id"] for row in down} == {row["ride_id"] for row in listed.values() if row["is_down"]}
    for row in down:
        ledger.say_row("/outages/now", row, ("ride_name", "park_id", "tier", "observed_at"), row["ride_id"])
        ledger.say_row(
            "live list",
            listed[row["ride_id"]],
            ("ride_name", "park_id", "tier", "observed_at"),
            row["ride_id"],
        )
    for park in api.parks:
        summary = api(f"/parks/{park['park_id']}/details", period="live")["data"]["summary"]
        if summary["is_open"]:
            name = park["park_name"]
            ledger.say("live row", summary["rides_down"], name, "rides down")
            ledger.say(
                "/outages/now", sum(row["park_id"] == park["park_id"] for row in down), name, "rides down"
            )
    status = api("/live/status-summary")["data"]
    parks = api.every("/parks/downtime", period="live")
    ledger.say("status summary", status["rides"]["counted_as_down"], "rides down")
    ledger.say("/outages/now", len(down), "rides down")
    ledger.say("status summary", status["parks"]["open"], "parks open")
    ledger.say("live list", sum(row["is_open"] is True for row in parks), "parks open")
    ledger.say("status summary", status["parks"]["total"], "parks")
    ledger.say("live list", len(parks), "parks")
    for kind in ("parks", "rides"):
        for name, whole in status[kind].items():
            ledger.say("status summary", whole, kind, name)
            ledger.say("its operators", sum(one[kind][name] for one in status["operators"]), kind, name)
    ledger.check(at_least=30)


@pytest.mark.parametrize("against", ["previous", "last_year"])
def test_what_is_compared_with_is_the_row_of_that_range(api: Api, ledger: Ledger, against: str) -> None:
    ids = ",".join(str(park["park_id"]) for park in api.parks[:6])
    for period in ("yesterday", "last_week", "7days", "ten days"):
        data = api("/compare", parks=ids, against=against, **PERIODS[period])["data"]
        for pair in data["rows"]:
            first, second = pair["first"], pair["second"]
            days = {"start": second["start_date"], "end": second["end_date"]}
            for row in api.every("/parks/downtime", **days):
                if row["park_id"] == second["park_id"]:
                    shown = [name for name in figures(row) if name not in ("trend_points", "trend_reason")]
                    ledger.say_row("/parks/downtime", row, shown, row["park_name"], period, against)
                    ledger.say_row("/compare", second, shown, row["park_name"], period, against)
            if against == "previous" and period != "ten days" and pair["change"] is not None:
                name = (first["park_name"], period, "change of uptime")
                ledger.say("/compare", pair["change"]["uptime_percent"], *name)
                ledger.say("row's trend", first["trend_points"], *name)
    ledger.check(at_least=400)


def test_awards_hold_the_rows_of_the_year(api: Api, ledger: Ledger) -> None:
    parks = {row["park_id"]: row for row in api.every("/parks/downtime", year="2026")}
    rides = {row["ride_id"]: row for row in api.every("/rides/downtime", year="2026")}
    awards = api("/awards", year="2026", limit=20)["data"]
    for category in awards["categories"]:
        known, key = (parks, "park_id") if category["kind"] == "park" else (rides, "ride_id")
        for winner in category["winners"]:
            row = known[winner[key]]
            ledger.say_row("list of the year", row, figures(row), category["slug"], winner[key])
            ledger.say_row("/awards", winner, figures(row), category["slug"], winner[key])
    ledger.check(at_least=500)


@pytest.mark.parametrize("period", ["yesterday", "last_week", "7days"])
def test_trends_are_those_of_the_rows(api: Api, ledger: Ledger, period: str) -> None:
    query = PERIODS[period]
    body = api("/trends", limit=500, **query)
    for kind, key in (("parks", "park_id"), ("rides", "ride_id")):
        rows = {row[key]: row for row in api.every(f"/{kind}/downtime", **query)}
        for way, wanted in (("improving", 1), ("declining", -1)):
            table = body["data"][f"{kind}_{way}"]
            for row in table:
                listed = rows[row[key]]
                ledger.say_row("list", listed, figures(listed), key, row[key])
                ledger.say_row("/trends", row, figures(listed), key, row[key])
            # A change is listed by its exact value; one just under five is shown as five (R11).
            known = {row[key] for row in table}
            moved = {
                row[key]
                for row in rows.values()
                if row["trend_points"] is not None
                and (
                    row["trend_points"] * wanted > 5
                    or (row["trend_points"] * wanted == 5 and row[key] in known)
                )
            }
            ledger.say("list", sorted(moved), kind, way)
            ledger.say("/trends", sorted(row[key] for row in table), kind, way)
            ledger.say("totals", body["totals"][f"{kind}_{way}"], kind, way, "count")
            ledger.say("/trends", len(table), kind, way, "count")
    ledger.check(at_least=50)


LISTS: list[tuple[str, dict[str, Any], str]] = [
    ("/parks/downtime", PERIODS["7days"], "park_id"),
    ("/parks/waittimes", PERIODS["yesterday"], "park_id"),
    ("/rides/downtime", PERIODS["7days"], "ride_id"),
    ("/rides/waittimes", PERIODS["last_week"], "ride_id"),
    ("/rides/longest-waits", PERIODS["30days"], "ride_id"),
    ("/rides/least-reliable", PERIODS["30days"], "ride_id"),
    ("/coverage", PERIODS["30days"], "park_id"),
    ("/outages", PERIODS["7days"], "started_at"),
]


@pytest.mark.parametrize(("path", "query", "key"), LISTS)
def test_csv_holds_the_rows_of_json(
    api: Api, ledger: Ledger, path: str, query: dict[str, Any], key: str
) -> None:
    rows = api(path, limit=500, **query)["data"]
    lines = api.table(path, limit=500, **query)
    assert len(rows) == len(lines)
    for at, (row, line) in enumerate(zip(rows, lines, strict=True)):
        for name, value in row.items():
            if name in line and not isinstance(value, dict | list):
                ledger.say("JSON", written(value), at, row[key], name)
                ledger.say("CSV", line[name], at, row[key], name)
    ledger.check(at_least=100)


def written(value: Any) -> str:
    """A JSON value as CSV shows it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_coverage_is_that_of_the_rows(api: Api, ledger: Ledger) -> None:
    for period in ("7days", "30days"):
        rows = {row["park_id"]: row for row in api.every("/parks/downtime", **PERIODS[period])}
        for row in api.every("/coverage", **PERIODS[period]):
            name = (row["park_name"], period)
            listed = rows[row["park_id"]]
            ledger.say_row("list", listed, ("coverage_percent", "park_slug", "operator", "timezone"), *name)
            ledger.say_row("/coverage", row, ("coverage_percent", "park_slug", "operator", "timezone"), *name)
            days = api(f"/parks/{row['park_id']}/details", **PERIODS[period])["data"]["days"]
            ledger.say("/coverage", row["days_recorded"], *name, "days recorded")
            seen = [day for day in days if (day["coverage_percent"] or 0) > 0]
            ledger.say("details", len(seen), *name, "days recorded")
            ledger.say("/coverage", row["open_days"], *name, "open days")
            ledger.say("details", sum(day["window_seconds"] > 0 for day in days), *name, "open days")
    ledger.check(at_least=150)


def test_the_search_index_names_what_the_lists_name(api: Api, ledger: Ledger) -> None:
    index = api("/search-index")["data"]
    for park in api.parks:
        ledger.say_row("/parks", park, ("park_name", "park_slug"), park["park_id"])
    for park in index["parks"]:
        ledger.say("/search-index", park["name"], park["park_id"], "park_name")
        ledger.say("/search-index", park["slug"], park["park_id"], "park_slug")
    known = {ride["ride_id"]: ride for ride in index["rides"]}
    for row in api.every("/rides/downtime", period="30days", non_rides="yes"):
        ledger.say("list", row["ride_name"], "ride", row["ride_id"])
        ledger.say("/search-index", known.get(row["ride_id"], {}).get("name"), "ride", row["ride_id"])
    ledger.check(at_least=400)
