"""Browsers follow and stop through the API and the page; what they may not, and who may not, is refused."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hallofshame.clock import FixedClock
from hallofshame.domain.access import Scope
from hallofshame.domain.following import MOST_FOLLOWS, Asked, Channel, News, ObservedChange
from hallofshame.pushing import new_keys
from hallofshame.store import following, keys, news, webhooks
from hallofshame.store.database import Database
from hallofshame.store.models import NewsMessage
from hallofshame.web.api.following import NEW_BROWSERS_PER_HOUR
from hallofshame.web.app import create_app
from hallofshame.web.settings import WebSettings
from support.push_service import Browser
from web.conftest import MAMMUT, NOW, RAPTOR, SEEN_AT

ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/"
GARDALAND = 1


@pytest.fixture
def database(sqlite_database: Database, world: Any) -> Database:
    world.write(sqlite_database, SEEN_AT)
    sqlite_database.run(lambda connection: following.keep_keys(connection, new_keys(), SEEN_AT))
    return sqlite_database


@pytest.fixture
def app(database: Database, clock: FixedClock) -> Flask:
    return create_app(database, clock, WebSettings(push_browsers=60))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def post(client: FlaskClient, path: str, body: Any, status: int = 200, **headers: str) -> Any:
    answer = client.post(f"/api/push/{path}", json=body, headers=headers)
    assert answer.status_code == status, answer.text
    found = answer.get_json()
    return found["data"] if status == 200 else found["error"]


def browser(name: str = "one") -> Browser:
    return Browser(ENDPOINT + name)


def test_a_browser_follows_changes_and_stops(client: FlaskClient, database: Database) -> None:
    mine = browser().subscription
    told = post(client, "follow", {"subscription": mine, "ride_id": RAPTOR, "down": True, "wait_minutes": 30})
    row = {"park_id": GARDALAND, "park_name": "Gardaland", "ride_id": RAPTOR, "ride_name": "Raptor"}
    assert told["follows"] == [row | {"down": True, "reopened": False, "wait_minutes": 30}]
    assert len(told["token"]) == 43
    told = post(client, "follow", {"subscription": mine, "park_id": GARDALAND, "reopened": True})
    assert [one["ride_id"] for one in told["follows"]] == [0, RAPTOR]
    assert told["follows"][0]["ride_name"] is None
    changed = post(client, "follow", {"subscription": mine, "ride_id": RAPTOR, "reopened": True})
    assert changed["follows"][1] == row | {"down": False, "reopened": True, "wait_minutes": None}
    assert post(client, "following", {"endpoint": mine["endpoint"]}) == changed
    left = post(client, "follow", {"subscription": mine, "ride_id": RAPTOR})
    assert [one["ride_id"] for one in left["follows"]] == [0]
    assert left["token"] == told["token"]
    gone = post(client, "follow", {"subscription": mine, "park_id": GARDALAND})
    assert (gone["token"], gone["follows"]) == (None, [])
    with database.read() as connection:
        assert following.count(connection) == 0


def test_the_first_message_says_that_it_works_and_only_the_first(
    client: FlaskClient, database: Database
) -> None:
    mine = browser().subscription
    for ride in (RAPTOR, MAMMUT):
        post(client, "follow", {"subscription": mine, "ride_id": ride, "down": True})
    with database.read() as connection:
        assert [
            tuple(row) for row in connection.execute(select(NewsMessage.channel, NewsMessage.target_id))
        ] == [(Channel.PUSH, 1)]


def test_one_click_on_a_message_stops_what_told_of_it(client: FlaskClient) -> None:
    mine = browser().subscription
    post(client, "follow", {"subscription": mine, "ride_id": RAPTOR, "down": True})
    told = post(client, "follow", {"subscription": mine, "park_id": GARDALAND, "down": True})
    raptor, mammut = ({"park_id": GARDALAND, "ride_id": ride} for ride in (RAPTOR, MAMMUT))
    assert post(client, "stop", {"token": told["token"], "places": [raptor]}) == {"stopped": 1, "left": 1}
    assert post(client, "stop", {"token": told["token"], "places": [mammut]}) == {"stopped": 1, "left": 0}
    assert post(client, "stop", {"token": told["token"]}) == {"stopped": 0, "left": 0}
    assert post(client, "stop", {"token": "of nobody"}) == {"stopped": 0, "left": 0}


def test_the_page_of_a_token_stops_without_a_script(client: FlaskClient) -> None:
    mine = browser().subscription
    post(client, "follow", {"subscription": mine, "ride_id": RAPTOR, "down": True, "wait_minutes": 15})
    token = post(client, "follow", {"subscription": mine, "park_id": GARDALAND, "reopened": True})["token"]
    page = client.get(f"/following/{token}")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "Raptor" in page.text
    assert "wait of 15 min or less" in page.text
    assert "Every ride of Gardaland" in page.text
    one = client.post(f"/following/{token}/stop", data={"park_id": GARDALAND, "ride_id": RAPTOR})
    assert (one.status_code, one.headers["Location"]) == (303, f"/following/{token}")
    foreign = client.post(f"/following/{token}/stop", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    done = client.post(f"/following/{token}/stop")
    assert "No more messages will come" in done.text
    assert client.get(f"/following/{token}").status_code == 404


def test_a_renewed_subscription_keeps_what_it_follows(client: FlaskClient) -> None:
    old, new = browser("old").subscription, browser("new").subscription
    before = post(client, "follow", {"subscription": old, "ride_id": RAPTOR, "down": True})
    after = post(client, "renew", {"old_endpoint": old["endpoint"], "subscription": new})
    assert after == before
    assert post(client, "following", {"endpoint": old["endpoint"]})["follows"] == []
    post(client, "renew", {"old_endpoint": old["endpoint"], "subscription": new}, 404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ride_id": RAPTOR, "park_id": GARDALAND}, "ride_id"),
        ({}, "ride_id"),
        ({"ride_id": "11"}, "ride_id"),
        ({"ride_id": RAPTOR, "wait_minutes": 241}, "wait_minutes"),
        ({"ride_id": RAPTOR, "wait_minutes": -1}, "wait_minutes"),
        ({"ride_id": RAPTOR, "down": 1}, "down"),
        ({"ride_id": RAPTOR, "more": 1}, "more"),
        ({"ride_id": RAPTOR, "subscription": {"endpoint": "https://10.0.0.1/x"}}, "subscription.endpoint"),
        ({"ride_id": RAPTOR, "subscription": {"endpoint": "http://localhost/x"}}, "subscription.endpoint"),
        ({"ride_id": RAPTOR, "subscription": {"keys": {"p256dh": "AAAA", "auth": "x" * 22}}}, "p256dh"),
        ({"ride_id": RAPTOR, "subscription": {"keys": {"p256dh": "BA" * 43 + "A", "auth": "AAAA"}}}, "auth"),
        ({"ride_id": RAPTOR, "subscription": {"keys": {"p256dh": "é", "auth": "x" * 22}}}, "p256dh"),
    ],
)
def test_what_cannot_be_followed_is_refused_by_its_field(
    client: FlaskClient, database: Database, change: dict[str, Any], field: str
) -> None:
    body = {"subscription": browser().subscription | change.pop("subscription", {}), "down": True} | change
    error = post(client, "follow", body, 400)
    assert error["parameter"] == field
    assert ENDPOINT not in error["message"]
    with database.read() as connection:
        assert following.count(connection) == 0


def test_a_ride_that_there_is_not_and_a_body_that_is_none_are_refused(client: FlaskClient) -> None:
    post(client, "follow", {"subscription": browser().subscription, "ride_id": 999, "down": True}, 404)
    assert client.post("/api/push/stop", data="token=x").status_code == 415
    assert client.post("/api/push/stop", data=b"{", content_type="application/json").status_code == 400
    assert (
        client.post("/api/push/stop", data=b"[" * 70_000, content_type="application/json").status_code == 413
    )
    assert client.get("/api/push/follow").status_code == 405


def test_another_site_can_neither_send_nor_read(client: FlaskClient) -> None:
    body = {"token": "x"}
    assert post(client, "stop", body, 403, **{"Sec-Fetch-Site": "cross-site"})["code"] == "forbidden"
    assert post(client, "stop", body, 403, Origin="https://evil.example")["code"] == "forbidden"
    for own in (
        {"Origin": "http://localhost"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null"},
    ):
        assert post(client, "stop", body, **own) == {"stopped": 0, "left": 0}
    answer = client.options("/api/push/stop")
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert client.post("/api/push/stop", json=body).headers["Cache-Control"] == "no-store"


def test_one_browser_and_all_together_are_bounded(
    app: Flask, client: FlaskClient, database: Database
) -> None:
    mine = browser().subscription
    post(client, "follow", {"subscription": mine, "ride_id": RAPTOR, "down": True})
    with database.write() as connection:
        for number in range(MOST_FOLLOWS - 1):
            following.follow(connection, 1, Asked(GARDALAND, 1000 + number, True, True, None))
    assert (
        post(client, "follow", {"subscription": mine, "ride_id": MAMMUT, "down": True}, 409)["code"]
        == "conflict"
    )
    post(client, "follow", {"subscription": mine, "ride_id": RAPTOR, "reopened": True})
    with database.write() as connection:
        for number in range(59):
            following.subscribe(connection, f"{ENDPOINT}{number}", "k", "a", 60, 0)
    full = {"subscription": browser("late").subscription, "ride_id": RAPTOR, "down": True}
    assert "as many as this site takes" in post(client, "follow", full, 409)["message"]


def test_a_client_that_makes_many_browsers_is_slowed_down(client: FlaskClient, database: Database) -> None:
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    same = browser().subscription["keys"]
    for number in range(NEW_BROWSERS_PER_HOUR + 1):
        body = {
            "subscription": {"endpoint": f"{ENDPOINT}{number}", "keys": same},
            "ride_id": RAPTOR,
            "down": True,
        }
        post(client, "follow", body, 429 if number == NEW_BROWSERS_PER_HOUR else 200)
    with database.read() as connection:
        assert following.count(connection) == NEW_BROWSERS_PER_HOUR


def test_a_site_without_push_says_so(database: Database, clock: FixedClock) -> None:
    client = create_app(database, clock, WebSettings(push_browsers=0)).test_client()
    body = {"subscription": browser().subscription, "ride_id": RAPTOR, "down": True}
    assert post(client, "follow", body, 403)["code"] == "push_off"
    page = client.get("/parks/gardaland").text
    assert "This site sends no messages to browsers." in page
    assert "<follow-place" not in page


def test_the_pages_have_the_section_with_the_key_and_are_readable_without_a_script(
    client: FlaskClient, database: Database
) -> None:
    with database.read() as connection:
        made = following.keys(connection)
    assert made is not None
    for path, place in (
        ("/parks/gardaland", 'data-park="1"'),
        (f"/rides/{RAPTOR}-raptor", f'data-ride="{RAPTOR}"'),
    ):
        page = client.get(path).text
        section = page[page.index('<div id="follow"') :].partition("</section>")[0]
        assert f'data-key="{made.public}"' in section
        assert place in section
        assert "<fieldset hidden>" in section, "the script shows it where it can work"
        assert "This takes a browser that runs scripts and receives push messages." in section
        assert "/outages.atom" in section
        assert "PRIVATE" not in page


def test_webhooks_are_added_listed_and_removed_by_a_key_with_their_scope(
    client: FlaskClient, database: Database
) -> None:
    tokens = [
        database.run(lambda connection, scope=scope: keys.create(connection, scope.name, [scope], NOW)[1])  # type: ignore[misc]
        for scope in (Scope.WEBHOOKS, Scope.QUALITY_READ)
    ]
    mine, other = ({"Authorization": f"Bearer {token}"} for token in tokens)
    asked = {
        "name": "home",
        "url": "https://home.example/api/webhook/secret-part",
        "events": ["down", "wait"],
    }
    asked |= {"parks": ["gardaland"], "rides": [MAMMUT], "wait_minutes": 20}
    path = "/api/admin/webhooks"
    assert client.post(f"{path}/add", json=asked, headers=other).status_code == 403
    made = client.post(f"{path}/add", json=asked, headers=mine)
    assert made.status_code == 201
    assert made.get_json()["data"]["secret"].startswith("whsec_")
    assert client.post(f"{path}/add", json=asked, headers=mine).status_code == 409
    [row] = client.get(f"{path}/list", headers=mine).get_json()["data"]
    assert (row["url"], row["parks"], row["rides"], row["wait_minutes"]) == (
        "https://home.example/…",
        [GARDALAND],
        [MAMMUT],
        20,
    )
    assert "secret" not in str(row)
    for wrong, field in (
        ({"url": "http://192.168.1.2/x"}, "url"),
        ({"events": ["opened"]}, "events.0"),
        ({"events": []}, "events"),
        ({"wait_minutes": None}, "wait_minutes"),
        ({"events": ["down"]}, "wait_minutes"),
        ({"name": " "}, "name"),
    ):
        refused = client.post(f"{path}/add", json=asked | {"name": "x"} | wrong, headers=mine)
        assert refused.status_code == 400
        assert refused.get_json()["error"]["parameter"] == field
    assert client.post(f"{path}/remove/{row['webhook_id']}", headers=mine).status_code == 200
    assert client.post(f"{path}/remove/{row['webhook_id']}", headers=mine).status_code == 404


def test_health_names_a_webhook_that_fails_and_its_remedy(client: FlaskClient, database: Database) -> None:
    def work(connection: Any) -> None:
        made = webhooks.add(
            connection,
            name="home",
            url="https://home.example/secret-part",
            events=[News.DOWN],
            parks=(),
            rides=(),
            wait_minutes=None,
            created_by="",
            now=0,
        )
        for _ in range(3):
            webhooks.refused(connection, made.webhook_id, "answered 500")

    database.run(work)
    problems = {row["cause"]: row for row in client.get("/api/health").get_json()["data"]["problems"]}
    assert problems["webhook:home"]["problem"] == (
        "the webhook home did not take the last 3 messages: answered 500"
    )
    assert "hallofshame webhooks test 'home'" in problems["webhook:home"]["remedy"]


def test_health_tells_when_push_services_take_nothing(client: FlaskClient, database: Database) -> None:
    now = int(NOW.timestamp())

    def work(connection: Any) -> None:
        made, _ = following.subscribe(connection, f"{ENDPOINT}x", "k", "a", 9, 0)
        for number in range(5):
            change = ObservedChange(News.WELCOME, 0, number, now)
            news.note_for(connection, change, Channel.PUSH, made.subscription_id, now)
        news.failed(connection, news.claim(connection, now, 10), "answered 403: BadJwtToken", None, now)

    database.run(work)
    [problem] = [
        row for row in client.get("/api/health").get_json()["data"]["problems"] if row["cause"] == "push"
    ]
    assert problem["problem"].endswith("none of the last 5 messages to browsers: answered 403: BadJwtToken")
