"""Outages: lists, details, statistics, rows, feeds and files tell of the same ones."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from crosscheck.conftest import PERIODS, Api, Row
from crosscheck.ledger import Ledger
from hallofshame.web.atom.outages import DAYS_BACK

SHARED = (
    "ride_id",
    "ride_name",
    "date",
    "started_at",
    "ended_at",
    "kind",
    "counted",
    "ended_by",
    "downtime_seconds",
    "flaps",
)


@pytest.mark.parametrize("period", ["today", "yesterday", "last_week", "30days"])
def test_lists_details_and_counts_agree(api: Api, ledger: Ledger, rides: list[Row], period: str) -> None:
    query = PERIODS[period]
    everywhere = api.every("/outages", **query)
    for park in api.parks:
        name = park["park_name"]
        own = api.every(f"/parks/{park['park_id']}/outages", **query)
        details = api(f"/parks/{park['park_id']}/details", **query)["data"]
        ledger.say("park's outages", len(own), name, "count")
        ledger.say("details", details["outages_total"], name, "count")
        ledger.say("/outages", sum(row["park_id"] == park["park_id"] for row in everywhere), name, "count")
        ledger.say("park's outages", sum(row["counted"] for row in own), name, "counted")
        ledger.say("rides", sum(ride["outages"] or 0 for ride in details["rides"]), name, "counted")
        for at, (one, other) in enumerate(zip(own, details["outages"], strict=False)):
            ledger.say_row("park's outages", one, SHARED, name, at)
            ledger.say_row("details", other, SHARED, name, at)
    for ride in rides:
        own = api.every(f"/rides/{ride['ride_id']}/outages", **query)
        details = api(f"/rides/{ride['ride_id']}/details", **query)["data"]
        facts, name = details["outage_statistics"], f"{ride['ride_id']} {ride['ride_name']}"
        ledger.say("ride's outages", len(own), name, "count")
        counted = [row for row in own if row["counted"]]
        ledger.say("ride's outages", len(counted), name, "counted")
        ledger.say("row", details["summary"]["outages"] or 0, name, "counted")
        ledger.say("statistics", facts["count"] or 0, name, "counted")
        ledger.say("/outages", sum(row["ride_id"] == ride["ride_id"] for row in everywhere), name, "count")
        reopened = [row["downtime_seconds"] for row in counted if row["ended_by"] == "reopened"]
        ledger.say("ride's outages", max(reopened, default=None), name, "longest that reopened")
        ledger.say("statistics", facts["longest_seconds"], name, "longest that reopened")
        longest = max((row["downtime_seconds"] for row in own), default=None)
        ledger.say("ride's outages", longest, name, "longest")
        by_length = api(f"/rides/{ride['ride_id']}/outages", sort="longest", limit=1, **query)["data"]
        ledger.say("sorted", by_length[0]["downtime_seconds"] if by_length else None, name, "longest")
    kinds = ("breakdown", "opening_delay", "never_reopened", "park_wide")
    ledger.say("/outages", len(everywhere), "count of all")
    ledger.say("by kind", sum(api("/outages", kind=kind, **query)["total"] for kind in kinds), "count of all")
    ledger.check(at_least=50)


def test_outages_hold_the_downtime_of_the_whole_record(api: Api, ledger: Ledger, rides: list[Row]) -> None:
    for ride in rides:
        own = api.every(f"/rides/{ride['ride_id']}/outages", year="2026")
        row = api(f"/rides/{ride['ride_id']}/details", year="2026")["data"]["summary"]
        name = f"{ride['ride_id']} {ride['ride_name']}"
        ledger.say(
            "outages",
            sum(outage["downtime_seconds"] for outage in own if outage["counted"]),
            name,
            "downtime",
        )
        ledger.say("row", row["downtime_seconds"], name, "downtime")
    ledger.check(at_least=len(rides))


def test_feeds_tell_of_the_latest_outages(api: Api, ledger: Ledger, rides: list[Row]) -> None:
    for kind, thing in (("parks", api.parks[0]["park_id"]), ("rides", rides[0]["ride_id"])):
        feed = api.text(f"/api/{kind}/{thing}/outages.atom")
        [today] = {dt.date.fromisoformat(api(f"/{kind}/{thing}/details")["data"]["summary"]["end_date"])}
        first = (today - dt.timedelta(days=DAYS_BACK)).isoformat()
        own = api(f"/{kind}/{thing}/outages", start=first, end=today.isoformat(), limit=50)["data"]
        updated = set(re.findall(r"<updated>([^<]+)</updated>", feed))
        for outage in own[:20]:
            ledger.say("list", True, thing, "began", outage["started_at"])
            ledger.say("feed", outage["started_at"] in updated, thing, "began", outage["started_at"])
        entries = len(own) + sum(outage["ended_at"] is not None for outage in own)
        ledger.say("list", entries, thing, "entries")
        ledger.say("feed", feed.count("<entry>"), thing, "entries")
    ledger.check(at_least=20)
