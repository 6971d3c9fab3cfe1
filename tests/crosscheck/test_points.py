"""Charts, heatmaps, calendars, sparklines and timelines add up to the rows they stand beside."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from crosscheck.conftest import PERIODS, SPANS, Api, Row, in_turn
from crosscheck.ledger import Ledger

PARK_SUMS = ("downtime_seconds", "weighted_downtime", "weighted_exposure")
RIDE_SUMS = ("downtime_seconds", "operating_seconds")
GRAINS = {"today": ("hour",), "yesterday": ("hour",), "7days": ("hour", "day"), "30days": ("day", "week")}
"""Which grains are asked for beside the one chosen by the answer itself."""

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

HOLD_SECONDS = 900
"""How long a look stands for what it saw."""


def total(points: Iterable[Row], field: str) -> int | None:
    """The sum over the points that have data; null where none has."""
    known = [point[field] for point in points if point[field] is not None]
    return sum(known) if known else None


def largest(points: Iterable[Row], field: str) -> Any:
    """The largest value of the points that have data."""
    return max((point[field] for point in points if point[field] is not None), default=None)


def say_points(ledger: Ledger, place: str, points: list[Row], sums: Iterable[str], *name: Any) -> None:
    """The sums of the points, and the longest wait."""
    for field in sums:
        ledger.say(place, total(points, field), *name, field)
    ledger.say(place, largest(points, "max_wait_minutes"), *name, "max_wait_minutes")


@pytest.mark.parametrize("period", SPANS)
def test_points_of_parks_add_up_to_their_rows(api: Api, ledger: Ledger, period: str) -> None:
    query = PERIODS[period]
    parks = in_turn(api.parks, period)
    for park in parks:
        name, path = park["park_name"], f"/parks/{park['park_id']}"
        data = api(f"{path}/details", **query)["data"]
        summary = data["summary"]
        ledger.say_row("summary", summary, (*PARK_SUMS, "max_wait_minutes"), name)
        say_points(ledger, "details' chart", data["chart_data"], PARK_SUMS, name)
        for grain in ("auto", *GRAINS.get(period, ("month",))):
            series = api(f"{path}/series", grain=grain, **query)["data"]
            say_points(ledger, f"series by {series['grain']}", series["points"], PARK_SUMS, name)
            if len(series["points"]) == 1:
                ledger.say("summary", summary["shame_score"], name, "shame_score of the one point")
                ledger.say("series", series["points"][0]["shame_score"], name, "shame_score of the one point")
        cells = api(f"{path}/heatmap", **query or {"period": "today"})["data"]["cells"]
        say_points(ledger, "heatmap", cells, ("downtime_seconds",), name)
        lost = sum(tier["downtime_seconds"] or 0 for tier in data["tiers"])
        ledger.say("summary", summary["downtime_seconds"] or 0, name, "downtime by tier")
        ledger.say("tiers", lost, name, "downtime by tier")
        counted = [ride["downtime_seconds"] or 0 for ride in data["rides"] if ride["eligible"]]
        if period in ("today", "yesterday", "one day"):
            ledger.say("rides", sum(counted), name, "downtime by tier")
    ledger.check(at_least=4 * len(parks))


@pytest.mark.parametrize("period", ["today", "yesterday", "last_week", "30days", "this_year"])
def test_points_of_rides_add_up_to_their_rows(
    api: Api, ledger: Ledger, rides: list[Row], period: str
) -> None:
    query = PERIODS[period]
    chosen = in_turn(rides, period)
    for ride in chosen:
        name, path = f"{ride['ride_id']} {ride['ride_name']}", f"/rides/{ride['ride_id']}"
        data = api(f"{path}/details", **query)["data"]
        ledger.say_row("summary", data["summary"], (*RIDE_SUMS, "max_wait_minutes"), name)
        say_points(ledger, "details' chart", data["chart_data"], RIDE_SUMS, name)
        for grain in ("auto", *GRAINS.get(period, ("month",))):
            series = api(f"{path}/series", grain=grain, **query)["data"]
            say_points(ledger, f"series by {series['grain']}", series["points"], RIDE_SUMS, name)
        cells = api(f"{path}/heatmap", **query or {"period": "today"})["data"]["cells"]
        say_points(ledger, "heatmap", cells, ("downtime_seconds",), name)
    ledger.check(at_least=3 * len(chosen))


def test_days_are_the_same_in_sparklines_calendars_charts_and_lists(
    api: Api, ledger: Ledger, rides: list[Row]
) -> None:
    sparks = {row["park_id"]: row for row in api("/parks/sparklines")["data"]}
    for park in api.parks:
        path, name = f"/parks/{park['park_id']}", park["park_name"]
        spark = sparks[park["park_id"]]
        for day, value in zip(spark["days"], spark["values"], strict=True):
            ledger.say("sparkline", value, name, day)
        for point in api(f"{path}/series", period="30days", grain="day")["data"]["points"]:
            ledger.say("series", point["shame_score"], name, point["date"])
        for point in api(f"{path}/series", year="2026", grain="day")["data"]["points"]:
            ledger.say("calendar", point["shame_score"], name, point["date"])
        for day in api(f"{path}/details", period="30days")["data"]["days"]:
            ledger.say("days", day["shame_score"], name, day["date"])
    for date in ("2026-08-15", "2026-08-19"):
        for row in api.every("/parks/downtime", start=date, end=date):
            ledger.say("list of the day", row["shame_score"], row["park_name"], date)
    ids = ",".join(str(ride["ride_id"]) for ride in rides)
    for spark in api("/rides/sparklines", ids=ids)["data"]:
        for day, value in zip(spark["days"], spark["values"], strict=True):
            ledger.say("sparkline", value, spark["ride_id"], day)
        points = api(f"/rides/{spark['ride_id']}/series", period="30days", grain="day")["data"]["points"]
        for point in points:
            ledger.say("series", point["uptime_percent"], spark["ride_id"], point["date"])
    ledger.check(at_least=30 * (len(api.parks) + len(rides)))


def seconds(segments: Iterable[Row], start: str = "", **wanted: Any) -> int:
    """How long the segments with these values last together, from ``start`` on."""
    found = 0
    for segment in segments:
        if all(segment[name] == value for name, value in wanted.items()) and segment["end"] > start:
            found += instant(segment["end"]) - instant(max(segment["start"], start))
    return found


def instant(iso: str) -> int:
    """An ISO instant in seconds."""
    return int(dt.datetime.fromisoformat(iso).timestamp())


@pytest.mark.parametrize("period", ["today", "yesterday"])
def test_timelines_last_as_long_as_the_counters_say(api: Api, ledger: Ledger, period: str) -> None:
    parks = api.parks if period == "yesterday" else api.parks[::2]
    for park in parks:
        details = api(f"/parks/{park['park_id']}/details", **PERIODS[period])["data"]
        date = details["summary"]["start_date"]
        timeline = api(f"/parks/{park['park_id']}/timeline", date=date)["data"]
        ledger.say("details", details["windows"] or [], park["park_name"], "windows")
        ledger.say("timeline", timeline["windows"], park["park_name"], "windows")
        rows = {row["ride_id"]: row for row in details["rides"]}
        for ride in timeline["rides"]:
            row, name = rows[ride["ride_id"]], f"{ride['ride_id']} {ride['ride_name']} {date}"
            segments = ride["segments"]
            down = seconds(segments, counts_as_down=True, in_window=True)
            ran = seconds(segments, status="operating", in_window=True)
            if period == "today":
                # The counters hold what the latest look stands for; the timeline ends with that look.
                known = (row["downtime_seconds"] or 0) + (row["operating_seconds"] or 0)
                ledger.say("row", True, name, "is at most one hold ahead")
                ledger.say(
                    "timeline", 0 <= known - down - ran <= HOLD_SECONDS, name, "is at most one hold ahead"
                )
            else:
                ledger.say("row", row["downtime_seconds"] or 0, name, "down")
                ledger.say("timeline", down, name, "down")
                ledger.say("row", row["operating_seconds"] or 0, name, "operating")
                ledger.say("timeline", ran, name, "operating")
            ledger.say_row("row", row, ("eligible", "excluded_reason", "tier", "kind"), name)
            ledger.say_row("timeline", ride, ("eligible", "excluded_reason", "tier", "kind"), name)
    ledger.check(at_least=300)


PROMISED = {"schedule", "showtimes", "ends_at", "hour"}
"""What is published of times to come, where a local day ends, and the hours by which counters are kept."""


def later_than(body: Any, as_of: str, path: str = "") -> Iterator[str]:
    """Where a body names an instant after ``as_of`` as something that was."""
    if isinstance(body, dict):
        for name, value in body.items():
            if name not in PROMISED:
                yield from later_than(value, as_of, f"{path}.{name}")
    elif isinstance(body, list):
        for value in body:
            yield from later_than(value, as_of, path)
    elif isinstance(body, str) and INSTANT.fullmatch(body) and body > as_of:
        yield f"{path} = {body}"


def test_nothing_is_said_to_have_been_seen_after_the_latest_look(api: Api, rides: list[Row]) -> None:
    found: list[str] = []
    for park in api.parks:
        path = f"/parks/{park['park_id']}"
        for way in ("details", "timeline", "outages", "series"):
            body = api(f"{path}/{way}")
            data = body["data"]
            published = {entry["closes_at"] for entry in api(f"{path}/schedule")["data"]}
            if isinstance(data, dict):
                for name in ("chart_data", "points"):
                    data = data | {name: [one for one in data.get(name, []) if one["state"] == "open"]}
            found += [
                f"{path}/{way}{place}"
                for place in later_than(data, body["data_as_of"])
                if place.split(" = ")[1] not in published
            ]
    for ride in rides:
        for way in ("details", "timeline", "outages"):
            body = api(f"/rides/{ride['ride_id']}/{way}")
            data = body["data"]
            if isinstance(data, dict) and "chart_data" in data:
                data = data | {"chart_data": [one for one in data["chart_data"] if one["state"] == "open"]}
            found += [f"{ride['ride_name']}{place}" for place in later_than(data, body["data_as_of"])]
    board = api("/outages/now")
    found += list(later_than(board["data"], board["data_as_of"]))
    assert found == []


def test_a_rides_timeline_is_that_of_its_park(api: Api, ledger: Ledger, rides: list[Row]) -> None:
    for ride in rides[::2]:
        own = api(f"/rides/{ride['ride_id']}/timeline", hours=48)["data"]
        day = api(f"/parks/{ride['park_id']}/timeline")["data"]
        of_park = next((one for one in day["rides"] if one["ride_id"] == ride["ride_id"]), {"segments": []})
        for status in ("operating", "down", "closed", "refurbishment"):
            name = (ride["ride_id"], ride["ride_name"], status, "today")
            ledger.say("ride's timeline", seconds(own["segments"], day["starts_at"], status=status), *name)
            ledger.say("park's timeline", seconds(of_park["segments"], status=status), *name)
    ledger.check(at_least=2 * len(rides))
