"""What a park or a ride is doing now is said alike by every answer that says it, lately and long after."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crosscheck.conftest import Api, Row
from crosscheck.ledger import Ledger
from hallofshame.clock import FixedClock
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from support import demo_world

PARK_STATES = {True: "open", False: "closed", None: "not_watched"}
RIDE_STATES = ("operating", "down", "closed", "refurbishment", "not_watched")
RIDE_FIELDS = ("status", "status_since", "is_down", "observed_at", "average_wait_minutes")
MANY_AT_ONCE = 6

LATER = {
    "lately": dt.timedelta(minutes=2),
    "in the same minute still": dt.timedelta(minutes=15, seconds=59),
    "too long ago": dt.timedelta(minutes=16),
}
"""When the latest cycle is looked at."""


@pytest.fixture(params=list(LATER))
def now(request: pytest.FixtureRequest, demo_database: Path) -> Iterator[Api]:
    """The API of the demonstration at one of these times."""
    database = Database(f"sqlite:///{demo_database}")
    yield Api(create_app(database, FixedClock(demo_world.MADE_AT + LATER[request.param])))
    database.dispose()


def live(now: Api, path: str) -> list[Row]:
    """All rows of a list about this moment."""
    return now.every(path, period="live")


def compared(now: Api, kind: str, ids: list[int]) -> Iterator[Row]:
    """The rows of a comparison about this moment."""
    for at in range(0, len(ids), MANY_AT_ONCE):
        chosen = ",".join(map(str, ids[at : at + MANY_AT_ONCE]))
        for pair in now("/compare", **{kind: chosen, "period": "live"})["data"]["rows"]:
            yield pair["first"]


def test_every_answer_gives_a_park_the_same_state(now: Api, ledger: Ledger) -> None:
    listed = live(now, "/parks/downtime")
    details = [
        now(f"/parks/{park['park_id']}/details", period="live")["data"]["summary"] for park in now.parks
    ]
    places = {
        "/parks/downtime": listed,
        "/parks/waittimes": live(now, "/parks/waittimes"),
        "details": details,
        "/compare": list(compared(now, "parks", [park["park_id"] for park in now.parks])),
    }
    for place, rows in places.items():
        for row in rows:
            state = PARK_STATES[row["is_open"]]
            ledger.say(place, state, row["park_name"], "state")
            ledger.say(place, row["observed_at"], row["park_name"], "observed_at")
            if state != "open":
                ledger.say(place, row["unranked_reason"], row["park_name"], "state")
    for row in listed:
        if (state := PARK_STATES[row["is_open"]]) != "open":
            badge = now.text(f"/api/badges/parks/{row['park_slug']}.svg?period=live")
            said = f": {state.replace('_', ' ')} right now" in badge
            ledger.say("/parks/downtime", True, row["park_name"], "badge says", state)
            ledger.say("badge", said, row["park_name"], "badge says", state)
    summary = now("/live/status-summary")["data"]
    of_operators = {one["operator"]: one["parks"] for one in summary["operators"]}
    for operator, counts in {None: summary["parks"], **of_operators}.items():
        rows = [row for row in listed if operator in (None, row["operator"])]
        found = Counter(PARK_STATES[row["is_open"]] for row in rows)
        for state in PARK_STATES.values():
            ledger.say("status summary", counts[state], operator, "parks", state)
            ledger.say("/parks/downtime", found[state], operator, "parks", state)
    ledger.check(at_least=2 * len(listed))


def test_every_answer_gives_a_ride_the_same_state(now: Api, ledger: Ledger) -> None:
    parks = {row["park_id"]: PARK_STATES[row["is_open"]] for row in live(now, "/parks/downtime")}
    in_parks = [
        row
        for park in now.parks
        for row in now(f"/parks/{park['park_id']}/details", period="live")["data"]["rides"]
    ]
    places = {
        "park's details": in_parks,
        "/rides/downtime": live(now, "/rides/downtime"),
        "/rides/waittimes": live(now, "/rides/waittimes"),
        "/compare": list(compared(now, "rides", [row["ride_id"] for row in in_parks[::9]])),
        "ride's details": [
            now(f"/rides/{row['ride_id']}/details", period="live")["data"]["summary"] for row in in_parks[::9]
        ],
    }
    for place, rows in places.items():
        for row in rows:
            ledger.say_row(place, row, RIDE_FIELDS, row["ride_id"], row["ride_name"])
            if row["eligible"] and parks[row["park_id"]] != "open":
                ledger.say("park", parks[row["park_id"]], row["ride_id"], "why it is unranked")
                ledger.say(place, row["unranked_reason"], row["ride_id"], "why it is unranked")
    for row in in_parks[::9]:
        word = "down" if row["is_down"] else row["status"] or "not watched"
        badge = now.text(f"/api/badges/rides/{row['ride_id']}.svg?period=live")
        ledger.say("park's details", True, row["ride_id"], "badge says", word)
        ledger.say("badge", f": {word} right now" in badge, row["ride_id"], "badge says", word)
    _board(now, ledger, in_parks)
    _counts(now, ledger, in_parks)
    ledger.check(at_least=len(in_parks))


def _board(now: Api, ledger: Ledger, rows: list[Row]) -> None:
    """What is down, and what runs again, are so in their parks."""
    board = now("/outages/now")["data"]
    ledger.say("park's details", sorted(row["ride_id"] for row in rows if row["is_down"]), "down")
    ledger.say("/outages/now", sorted(row["ride_id"] for row in board["down"]), "down")
    known = {row["ride_id"]: row for row in rows}
    for row in board["reopened"]:
        found = known[row["ride_id"]]
        ledger.say("park's details", (found["status"], found["is_down"]), row["ride_id"], "runs again")
        ledger.say("/outages/now", ("operating", False), row["ride_id"], "runs again")


def _counts(now: Api, ledger: Ledger, rows: list[Row]) -> None:
    """The summary counts the active attractions by what the rows call them."""
    summary = now("/live/status-summary")["data"]["rides"]
    active = [row for row in rows if row["kind"] == "ATTRACTION" and row["excluded_reason"] != "inactive"]
    found = Counter(row["status"] or "not_watched" for row in active)
    for state in RIDE_STATES:
        ledger.say("status summary", summary[state], "rides", state)
        ledger.say("park's details", found[state], "rides", state)
    ledger.say("status summary", summary["counted_as_down"], "rides that count as down")
    ledger.say("park's details", sum(bool(row["is_down"]) for row in active), "rides that count as down")


def test_a_timeline_ends_with_the_present_state(api: Api, ledger: Ledger) -> None:
    for park in api.parks:
        rows = api(f"/parks/{park['park_id']}/details", period="live")["data"]["rides"]
        timeline = api(f"/parks/{park['park_id']}/timeline")["data"]
        ends = {ride["ride_id"]: ride["segments"][-1] for ride in timeline["rides"] if ride["segments"]}
        for row in rows:
            last = ends.get(row["ride_id"])
            # What the latest look itself has changed has no length in time yet.
            if row["status"] is not None and last is not None and row["status_since"] < last["end"]:
                name = (row["ride_id"], row["ride_name"])
                ledger.say("live row", row["status"], *name, "status")
                ledger.say("timeline", last["status"], *name, "status")
                # A stop that is provisional counts in the day's timeline once the ride is back (R5).
                now_down = row["is_down"] and not row["is_provisional"]
                ledger.say("live row", now_down, *name, "is_down")
                ledger.say("timeline", last["counts_as_down"], *name, "is_down")
    ledger.check(at_least=100)
