"""Outages as lists, the live board, and the feeds."""

from __future__ import annotations

import datetime as dt
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from hallofshame.clock import FixedClock
from hallofshame.domain.words import EndedBy, Feed, OutageKind, Status
from hallofshame.store.data_version import bump
from hallofshame.store.database import Database
from hallofshame.store.models import ExternalId, RideCurrent, RideOutage
from hallofshame.web.app import create_app
from web.builders import HOUR, World, at
from web.conftest import MAMMUT, NINE, RAPIDS, RAPTOR, ROME, SEEN_AT, TODAY, YESTERDAY, Api, gardaland

DAY = 24 * HOUR
MINUTE = 60
BACK = EndedBy.REOPENED


@pytest.fixture
def build(sqlite_database: Database, world: World, clock: FixedClock) -> Any:
    """Writes the world as a test has changed it, and gives its API."""

    def written() -> Api:
        world.write(sqlite_database, SEEN_AT)
        return Api(create_app(sqlite_database, clock).test_client())

    return written


def names(body: dict[str, Any]) -> list[str]:
    return [row["ride_name"] for row in body["data"]]


# Lists ------------------------------------------------------------------------------------------------------


def test_the_newest_outage_is_first(api: Api) -> None:
    body = api("/outages")
    assert names(body) == ["Jungle Rapids", "Raptor"]
    assert (body["total"], body["limit"], body["offset"]) == (2, 100, 0)
    ongoing, ended = body["data"]
    assert (ongoing["ended_at"], ongoing["kind"], ongoing["downtime_seconds"]) == (None, "breakdown", 3600)
    assert ended["started_at"] == "2026-08-20T07:00:00Z"
    assert ended["ended_at"] == "2026-08-20T07:30:00Z"
    assert (ended["park_slug"], ended["timezone"], ended["weight"]) == ("gardaland", ROME, 3)


def test_an_outage_says_the_same_in_list_and_details(api: Api) -> None:
    listed = api("/outages")["data"]
    for inside in api("/parks/1/details")["data"]["outages"]:
        [row] = [row for row in listed if row["started_at"] == inside["started_at"]]
        assert {name: row[name] for name in inside} == inside


def test_the_longest_outage_is_first_where_asked(build: Any, world: World) -> None:
    world.outage(MAMMUT, TODAY, NINE, NINE + 2 * HOUR)
    api = build()
    assert names(api("/outages", sort="longest")) == ["Mammut", "Jungle Rapids", "Raptor"]
    second = api("/outages", sort="longest", limit=1, offset=1)
    assert (names(second), second["total"]) == (["Jungle Rapids"], 3)


def test_outages_of_one_kind(api: Api) -> None:
    assert names(api("/outages", kind="opening_delay")) == ["Raptor"]
    assert names(api("/outages", kind="park_wide")) == []


def test_outages_of_one_park_and_one_ride(build: Any, world: World) -> None:
    world.outage(31, TODAY, NINE, NINE + 600)
    world.outage(RAPTOR, YESTERDAY, NINE - DAY, NINE - DAY + 600)
    api = build()
    assert len(api("/outages")["data"]) == 3
    assert names(api("/parks/gardaland/outages")) == ["Jungle Rapids", "Raptor"]
    assert names(api("/parks/3/outages")) == ["Alpha"]
    assert names(api(f"/rides/{RAPTOR}/outages")) == ["Raptor"]
    assert names(api(f"/rides/{RAPTOR}/outages", period="7days")) == ["Raptor", "Raptor"]
    assert names(api("/outages", operator="Independent")) == ["Alpha"]
    assert names(api("/outages", period="yesterday")) == ["Raptor"]


def test_an_outage_that_did_not_end_with_a_run_says_so(
    build: Any, world: World, sqlite_database: Database, clock: FixedClock
) -> None:
    """Else "late opening, until 18:58" reads as if the ride had opened then."""
    planned, unheard = "ended by a planned closure, not by a run", "nothing more was heard of it"
    for number, (kind, ended_by, counted) in enumerate(
        (
            (OutageKind.OPENING_DELAY, EndedBy.CLOSED, True),
            (OutageKind.BREAKDOWN, EndedBy.LOST, True),
            (OutageKind.BREAKDOWN, EndedBy.REOPENED, True),
            (OutageKind.NEVER_REOPENED, EndedBy.CLOSED, True),
            (OutageKind.OPENING_DELAY, EndedBy.LOST, False),
        )
    ):
        start = NINE + number * 10 * MINUTE
        world.outage(MAMMUT, TODAY, start, start + 60, kind, counted=counted, ended_by=ended_by)
    api = build()
    rows = reversed(api(f"/rides/{MAMMUT}/outages")["data"])
    assert [row["ended_words"] for row in rows] == [planned, unheard, None, None, None]
    pages = create_app(sqlite_database, clock).test_client()
    for path in (f"/rides/{MAMMUT}", "/parks/1"):
        page = pages.get(path, follow_redirects=True).get_data(as_text=True)
        assert (page.count(f"{planned}</span>"), page.count(f"{unheard}</span>")) == (1, 1)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("kind=explosion", "kind"),
        ("sort=rank", "sort"),
        ("limit=0", "limit"),
        ("period=someday", "period"),
        ("chain=Nobody", "chain"),
        ("ride=11", "ride"),
    ],
)
def test_bad_parameters_are_named(client: FlaskClient, query: str, parameter: str) -> None:
    response = client.get(f"/api/outages?{query}")
    assert (response.status_code, response.get_json()["error"]["parameter"]) == (400, parameter)


@pytest.mark.parametrize(
    "path",
    [
        "parks/gardalnd/outages",
        "parks/gardalnd/outages.atom",
        "parks/gardalnd/timeline",
        "parks/gardalnd/schedule",
    ],
)
def test_an_unknown_park_comes_with_near_matches(client: FlaskClient, path: str) -> None:
    response = client.get(f"/api/{path}")
    assert response.status_code == 404
    assert response.get_json()["error"]["near_matches"][0]["park_slug"] == "gardaland"


# The live board ---------------------------------------------------------------------------------------------


def test_what_is_down_is_what_the_live_list_says(api: Api) -> None:
    [down] = api("/outages/now")["data"]["down"]
    live = [row for row in api("/rides/downtime", period="live")["data"] if row["is_down"]]
    assert [row["ride_id"] for row in live] == [down["ride_id"]] == [RAPIDS]
    assert down["started_at"] == live[0]["status_since"] == "2026-08-20T08:00:00Z"
    assert down["observed_at"] == live[0]["observed_at"] == "2026-08-20T11:58:00Z"
    assert down["down_seconds"] == 3 * HOUR + 58 * MINUTE
    assert down["kind"] == "breakdown"


def test_a_card_of_the_board_links_to_the_ride_at_its_source(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    known = {"feed": int(Feed.QUEUE_TIMES), "kind": "ride", "external_id": "9", "internal_id": RAPIDS}
    world.rows.append((ExternalId, known | {"first_seen_at": 0}))
    world.write(sqlite_database, SEEN_AT)
    client = create_app(sqlite_database, clock).test_client()
    [down] = Api(client)("/outages/now")["data"]["down"]
    assert down["source_url"] == "https://queue-times.com/parks/101/rides/9"
    assert f'<a href="{down["source_url"]}" rel="external">' in client.get("/now").text


def test_without_a_past_there_is_no_chance_and_no_median(api: Api) -> None:
    [down] = api("/outages/now")["data"]["down"]
    assert down["comparable_outages"] == 0
    assert [down[f"chance_{minutes}_percent"] for minutes in (15, 30, 60)] == [None] * 3
    assert [down[f"chance_{minutes}_reason"] for minutes in (15, 30, 60)] == ["no_replay"] * 3
    assert down["median_seconds"] is None


def lasts(world: World, ride_id: int, seconds: int) -> None:
    """The outage of the ride that goes on has cost so much open time."""
    for model, row in world.rows:
        if model is RideOutage and row["ride_id"] == ride_id and row["ended_at"] is None:
            row["downtime"] = seconds


def test_own_outages_are_compared_by_the_open_time_they_cost(build: Any, world: World) -> None:
    """Those of its class, after having run; by open time, not by the clock."""
    lasts(world, RAPIDS, 100 * MINUTE)
    for days, minutes in enumerate((110, 120, 120, 140), start=2):
        start = NINE - days * DAY
        world.outage(RAPIDS, "2026-08-10", start, start + 20 * HOUR, downtime=minutes * MINUTE)
    never, late, old = NINE - 8 * DAY, NINE - 9 * DAY, NINE - 400 * DAY
    world.outage(RAPIDS, "2026-08-10", never, never + 105 * MINUTE, OutageKind.NEVER_REOPENED)
    world.outage(RAPIDS, "2026-08-10", late, late + 105 * MINUTE, OutageKind.OPENING_DELAY)
    world.outage(RAPIDS, "2025-07-10", old, old + 105 * MINUTE)
    world.outage(RAPTOR, "2026-08-10", never, never + 105 * MINUTE)
    [down] = build()("/outages/now")["data"]["down"]
    assert down["comparable_outages"] == 5
    assert [down[f"reopened_within_{minutes}"] for minutes in (15, 30, 60)] == [1, 3, 4]
    # Of those that came back: 105, 110, 120, 120, 140 min.
    assert down["median_seconds"] == 120 * MINUTE


def test_a_ride_of_a_feed_that_knows_only_closed_is_on_the_board_provisionally(
    build: Any, world: World
) -> None:
    for model, row in world.rows:
        if model is RideCurrent and row["ride_id"] == MAMMUT:
            row |= {"effective_status": Status.CLOSED, "counts_as_down": 1, "is_stopped": 1}
    world.outage(MAMMUT, TODAY, SEEN_AT - 3000, None, downtime=3000, counted=False)
    rows = {row["ride_name"]: row for row in build()("/outages/now")["data"]["down"]}
    assert {name: row["is_provisional"] for name, row in rows.items()} == {
        "Jungle Rapids": False,
        "Mammut": True,
    }
    assert rows["Mammut"]["down_seconds"] == 3000


def test_a_ride_that_has_not_run_since_the_opening_says_so(build: Any, world: World) -> None:
    for model, row in world.rows:
        if model is RideCurrent and row["ride_id"] == MAMMUT:
            row |= {"effective_status": Status.DOWN, "counts_as_down": 1}
    world.outage(MAMMUT, TODAY, NINE, None, OutageKind.OPENING_DELAY, downtime=SEEN_AT - NINE)
    rows = {row["ride_name"]: row for row in build()("/outages/now")["data"]["down"]}
    assert rows["Mammut"]["since_opening"]
    assert not rows["Jungle Rapids"]["since_opening"]


def test_an_outage_that_was_interrupted_began_with_its_first_fall(build: Any, world: World) -> None:
    world.ride_now(MAMMUT, SEEN_AT, Status.CLOSED, counts_as_down=True, since=SEEN_AT - 600)
    world.rows = [
        (model, row)
        for model, row in world.rows
        if row.get("ride_id") != MAMMUT or row.get("since") != SEEN_AT
    ]
    world.outage(MAMMUT, TODAY, SEEN_AT - 3000, None, downtime=2600)
    down = build()("/outages/now")["data"]["down"]
    assert [row["ride_name"] for row in down] == ["Jungle Rapids", "Mammut"]
    assert down[1]["down_seconds"] == 3000


@pytest.mark.parametrize(
    ("filters", "count"), [({"operator": "Merlin"}, 1), ({"chain": "Disney"}, 0), ({"country": "Italy"}, 1)]
)
def test_the_board_takes_the_filters(api: Api, filters: dict[str, str], count: int) -> None:
    assert len(api("/outages/now", **filters)["data"]["down"]) == count


def runs_again(world: World, ride_id: int, since: int) -> None:
    for _model, row in world.rows:
        if row.get("ride_id") == ride_id and "since" in row:
            row["since"] = since


def test_what_runs_again_is_listed_for_an_hour(build: Any, world: World) -> None:
    ended = SEEN_AT - 50 * MINUTE
    world.outage(MAMMUT, TODAY, ended - 1200, ended, OutageKind.BREAKDOWN)
    runs_again(world, MAMMUT, ended)
    [row] = build()("/outages/now")["data"]["reopened"]
    assert (row["ride_name"], row["downtime_seconds"], row["kind"]) == ("Mammut", 1200, "breakdown")
    assert row["ended_at"] == "2026-08-20T11:08:00Z"


@pytest.mark.parametrize("counted", [True, False])
def test_a_ride_that_only_began_its_day_late_has_not_reopened(
    build: Any, world: World, counted: bool
) -> None:
    """Else every ride of a park that opens stands among those that just reopened, after ten minutes."""
    ended = SEEN_AT - 20 * MINUTE
    world.outage(MAMMUT, TODAY, ended - 600, ended, OutageKind.OPENING_DELAY, counted=counted, ended_by=BACK)
    runs_again(world, MAMMUT, ended)
    assert len(build()("/outages/now")["data"]["reopened"]) == counted


@pytest.mark.parametrize("why", ["long ago", "closed", "still down", "not running"])
def test_what_does_not_run_again_is_not_listed(build: Any, world: World, why: str) -> None:
    ended = SEEN_AT - (70 if why == "long ago" else 20) * MINUTE
    kind = OutageKind.NEVER_REOPENED if why == "closed" else OutageKind.BREAKDOWN
    world.outage(MAMMUT, TODAY, ended - 1200, ended, kind)
    runs_again(world, MAMMUT, ended)
    if why == "still down":
        world.outage(MAMMUT, TODAY, ended + 900, None, downtime=300)
    if why == "not running":
        for _model, row in world.rows:
            if row.get("ride_id") == MAMMUT and "effective_status" in row:
                row["effective_status"] = Status.REFURBISHMENT
    assert build()("/outages/now")["data"]["reopened"] == []


def test_nothing_stands_on_the_board_once_the_look_is_old(
    build: Any, world: World, clock: FixedClock
) -> None:
    api = build()
    clock.sleep(3 * HOUR)
    assert api("/outages/now")["data"] == {"down": [], "reopened": []}


# Feeds ------------------------------------------------------------------------------------------------------

ATOM = "{http://www.w3.org/2005/Atom}"


def feed(client: FlaskClient, path: str, host: str = "http://localhost") -> ET.Element:
    response = client.get(f"/api{path}", base_url=host)
    assert response.status_code == 200
    assert response.content_type == "application/atom+xml; charset=utf-8"
    assert response.text.startswith("<?xml")
    return ET.fromstring(response.data)  # noqa: S314 - our own document


def said(element: ET.Element, tag: str) -> str:
    text = element.findtext(f"{ATOM}{tag}")
    assert text
    return text


def links(element: ET.Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in element.findall(f"{ATOM}link")}


def test_a_feed_calls_a_closure_a_closure_and_a_lower_bound_at_least(
    sqlite_database: Database, clock: FixedClock
) -> None:
    world = World()
    gardaland(world)
    world.rows = [row for row in world.rows if row[0] is not RideOutage]
    begins = NINE + 300
    world.outage(RAPTOR, TODAY, begins, begins + 2400, downtime=2400, ended_by=EndedBy.LOST)
    world.outage(RAPIDS, TODAY, begins, begins + 600, downtime=600, counted=False, ended_by=EndedBy.CLOSED)
    world.write(sqlite_database, SEEN_AT)
    found = feed(create_app(sqlite_database, clock).test_client(), "/parks/gardaland/outages.atom")
    entries = found.findall(f"{ATOM}entry")
    assert {said(entry, "title") for entry in entries} == {
        "Last seen down: Raptor (at least 40\u00a0min)",
        "Down: Raptor",
        "Did not reopen: Jungle Rapids (10\u00a0min)",
        "Closed: Jungle Rapids",
    }
    closures = [said(entry, "summary") for entry in entries if "Jungle Rapids" in said(entry, "title")]
    assert all("does not count as a breakdown" in words and "down at" not in words for words in closures)


def test_a_feed_has_an_entry_for_each_fall_and_each_end(client: FlaskClient) -> None:
    found = feed(client, "/parks/gardaland/outages.atom")
    entries = found.findall(f"{ATOM}entry")
    assert [said(entry, "title") for entry in entries] == [
        "Down: Jungle Rapids",
        "No longer down: Raptor (30\u00a0min)",
        "Down: Raptor",
    ]
    assert [said(entry, "summary") for entry in entries] == [
        "Jungle Rapids at Gardaland went down at 10:00 CEST on 20 August 2026. "
        "No chance to run again is shown: not tried out yet on its park's past outages.",
        "Raptor at Gardaland was down from 09:00 CEST on 20 August 2026 until 09:30 CEST: "
        "30\u00a0min of open time lost. It opened late.",
        "Raptor at Gardaland did not open at 09:00 CEST on 20 August 2026.",
    ]
    assert [said(entry, "updated") for entry in entries] == [
        "2026-08-20T08:00:00Z",
        "2026-08-20T07:30:00Z",
        "2026-08-20T07:00:00Z",
    ]
    assert links(entries[1])["alternate"] == f"http://localhost/rides/{RAPTOR}-raptor"


def test_a_feed_has_all_that_atom_asks_for(client: FlaskClient) -> None:
    found = feed(client, "/parks/1/outages.atom")
    assert found.tag == f"{ATOM}feed"
    assert said(found, "id") == "tag:localhost,2026-01-01:parks/1/outages"
    assert said(found, "updated") == "2026-08-20T11:58:00Z"
    assert said(found, "title") == "Outages: Gardaland"
    assert found.findtext(f"{ATOM}author/{ATOM}name") == "Theme Park Hall of Shame"
    assert links(found)["self"] == "http://localhost/api/parks/1/outages.atom"
    assert links(found)["alternate"] == "http://localhost/parks/gardaland"
    assert "https://queue-times.com/" in said(found, "rights")
    ids = [said(entry, "id") for entry in found.findall(f"{ATOM}entry")]
    assert len(set(ids)) == len(ids) == 3
    assert ids[1] == f"tag:localhost,2026-08-20:rides/{RAPTOR}/outages/{NINE}/end"


def test_the_feed_of_a_ride_holds_its_outages_alone(client: FlaskClient) -> None:
    found = feed(client, f"/rides/{RAPTOR}/outages.atom", "http://localhost:8104")
    assert said(found, "title") == "Outages: Raptor, Gardaland"
    assert len(found.findall(f"{ATOM}entry")) == 2
    assert said(found, "id").startswith("tag:localhost,2026-01-01:")
    assert links(found)["alternate"] == f"http://localhost:8104/rides/{RAPTOR}-raptor"


def test_each_host_gets_its_own_addresses(client: FlaskClient) -> None:
    for host in ("http://localhost", "http://[::1]:8000", "http://127.0.0.1"):
        assert links(feed(client, "/parks/1/outages.atom", host))["self"].startswith(f"{host}/api/")


def test_a_feed_without_outages_is_a_feed(client: FlaskClient) -> None:
    found = feed(client, "/parks/2/outages.atom")
    assert found.findall(f"{ATOM}entry") == []
    assert said(found, "updated") == "2026-08-20T11:58:00Z"


def test_the_feeds_own_time_never_steps_back(client: FlaskClient, sqlite_database: Database) -> None:
    """An end is taken back, as the ride fell again at once; then the whole outage is."""
    seen = [said(feed(client, "/parks/1/outages.atom"), "updated")]
    latest = SEEN_AT
    changes = (
        update(RideOutage).where(RideOutage.ride_id == RAPTOR).values(ended_at=None),
        delete(RideOutage).where(RideOutage.ride_id == RAPIDS),
        delete(RideOutage),
    )
    for change, later in zip(changes, (300, 0, 300), strict=True):
        latest += later
        with sqlite_database.write() as connection:
            connection.execute(change)
            bump(connection, dt.datetime.fromtimestamp(latest, dt.UTC))
        found = feed(client, "/parks/1/outages.atom")
        seen.append(said(found, "updated"))
        assert all(said(entry, "updated") <= seen[-1] for entry in found.findall(f"{ATOM}entry"))
    assert seen == sorted(seen)
    assert seen[-1] == "2026-08-20T12:08:00Z"


def test_a_feed_before_the_first_look_is_as_old_as_can_be(
    sqlite_database: Database, clock: FixedClock
) -> None:
    world = World()
    world.park(1, "Gardaland", ROME)
    world.write(sqlite_database)
    found = feed(create_app(sqlite_database, clock).test_client(), "/parks/1/outages.atom")
    assert said(found, "updated") == "1970-01-01T00:00:00Z"


def test_names_that_xml_cannot_hold_are_cleaned(
    build: Any, world: World, sqlite_database: Database, clock: FixedClock
) -> None:
    world.rides[RAPTOR]["name"] = "Rap\x00\x0btor <&> \ufffe\U0001f3a2"
    build()
    client = create_app(sqlite_database, clock).test_client()
    found = feed(client, f"/rides/{RAPTOR}/outages.atom")
    assert said(found, "title") == "Outages: Raptor <&> \U0001f3a2, Gardaland"


def test_one_that_did_not_reopen_says_so(
    build: Any, world: World, sqlite_database: Database, clock: FixedClock
) -> None:
    start = at(f"{YESTERDAY} 23:30", ROME)
    world.outage(MAMMUT, YESTERDAY, start, start + HOUR, OutageKind.NEVER_REOPENED)
    build()
    client = create_app(sqlite_database, clock).test_client()
    entry = feed(client, f"/rides/{MAMMUT}/outages.atom").findall(f"{ATOM}entry")[0]
    assert said(entry, "title").startswith("Did not reopen: Mammut")
    assert "until 00:30 CEST on 20 August 2026" in said(entry, "summary")


def test_feeds_are_tagged_and_take_no_parameters(client: FlaskClient) -> None:
    first = client.get("/api/parks/1/outages.atom")
    again = client.get("/api/parks/1/outages.atom", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get("/api/parks/1/outages.atom?limit=3").status_code == 400
