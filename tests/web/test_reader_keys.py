"""Readers with a key may ask more often; the key opens nothing else, and ends when it is revoked."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from hallofshame.clock import FixedClock
from hallofshame.domain.access import Scope
from hallofshame.domain.errors import StoreError
from hallofshame.store import keys
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.reader_keys import KNOWN_SECONDS
from hallofshame.web.settings import WebSettings

MOST, MOST_WITH_KEY = 3, 8
CLIENT = "203.0.113.7"


@pytest.fixture
def limited(world: Any, sqlite_database: Database, clock: FixedClock) -> Flask:
    world.write(sqlite_database)
    settings = WebSettings(requests_per_minute=MOST, key_requests_per_minute=MOST_WITH_KEY)
    return create_app(sqlite_database, clock, settings)


def made(database: Database, clock: FixedClock, name: str, *scopes: Scope, until: int | None = None) -> str:
    return database.run(lambda connection: keys.create(connection, name, scopes, clock.now(), until))[1]


def ask(app: Flask, token: str | None, path: str = "/api/parks", address: str = CLIENT) -> TestResponse:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return app.test_client().get(path, headers=headers, environ_base={"REMOTE_ADDR": address})


def statuses(app: Flask, token: str | None, count: int, **more: str) -> list[int]:
    return [ask(app, token, **more).status_code for _ in range(count)]


def test_a_key_for_reading_raises_the_limit_and_is_counted_by_itself(
    limited: Flask, sqlite_database: Database, clock: FixedClock
) -> None:
    token = made(sqlite_database, clock, "weather study", Scope.READ)
    assert statuses(limited, None, MOST + 1) == [200] * MOST + [429]
    # From two addresses, one of which has used up its own: the key is one client.
    assert statuses(limited, token, MOST_WITH_KEY - 1) == [200] * (MOST_WITH_KEY - 1)
    assert statuses(limited, token, 2, address="198.51.100.1") == [200, 429]
    refused = ask(limited, token)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    said = refused.get_json()["error"]["message"]
    assert "8 requests in a minute came with the key 'weather study'" in said
    other = made(sqlite_database, clock, "another", Scope.READ)
    clock.sleep(KNOWN_SECONDS)
    assert statuses(limited, other, 1) == [200]


def test_a_key_works_on_pages_and_downloads_and_on_this_machine(
    limited: Flask, sqlite_database: Database, clock: FixedClock
) -> None:
    token = made(sqlite_database, clock, "study", Scope.READ)
    for path in ("/", "/api/downloads", "/parks/gardaland", "/api/parks?format=csv"):
        assert ask(limited, token, path).status_code == 200
    assert statuses(limited, token, 5, address="127.0.0.1") == [200] * 4 + [429]


@pytest.mark.parametrize("which", ["unknown", "wrong secret", "revoked", "expired", "of an administrator"])
def test_a_key_that_opens_nothing_is_401_in_the_one_shape_and_counts_as_no_key(
    limited: Flask, sqlite_database: Database, clock: FixedClock, which: str
) -> None:
    scope = Scope.IMPORT if which == "of an administrator" else Scope.READ
    until = int(clock.now().timestamp()) + 60 if which == "expired" else None
    token = made(sqlite_database, clock, "study", scope, until=until)
    if which == "unknown":
        token = token.replace(token[4:12], "01234567")
    elif which == "wrong secret":
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    elif which == "revoked":
        assert ask(limited, token).status_code == 200
        sqlite_database.run(lambda connection: keys.revoke(connection, "study", clock.now()))
        clock.sleep(KNOWN_SECONDS)
    elif which == "expired":
        clock.sleep(60)
    answer = ask(limited, token)
    assert answer.status_code == 401
    assert answer.get_json()["error"]["code"] == "unauthorized"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert token[13:] not in answer.text
    assert statuses(limited, token, MOST) == [401] * (MOST - 1) + [429]


@pytest.mark.parametrize("header", ["Basic dXNlcjpwYXNz", "Bearer of-another", "Bearer", "Bearer hos_1"])
def test_what_is_no_key_of_our_form_says_nothing(limited: Flask, header: str) -> None:
    client = limited.test_client()
    found = client.get("/api/parks", headers={"Authorization": header}, environ_base={"REMOTE_ADDR": CLIENT})
    assert found.status_code == 200


def test_a_key_for_reading_opens_nothing_of_the_administrators_part(
    limited: Flask, sqlite_database: Database, clock: FixedClock
) -> None:
    token = made(sqlite_database, clock, "study", Scope.READ)
    answer = ask(limited, token, "/api/admin/storage/summary", "127.0.0.1")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "no_key")
    made(sqlite_database, clock, "ops", Scope.IMPORT)
    answer = ask(limited, token, "/api/admin/storage/summary", "127.0.0.1")
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (403, "forbidden")
    signed_in = limited.test_client().post(
        "/admin/sign-in", data={"token": token}, environ_base={"REMOTE_ADDR": "127.0.0.1"}
    )
    assert signed_in.status_code == 403
    assert "Set-Cookie" not in signed_in.headers


def test_the_last_use_is_noted_once_a_minute(
    limited: Flask, sqlite_database: Database, clock: FixedClock
) -> None:
    token = made(sqlite_database, clock, "study", Scope.READ)
    noted = []
    for pause in (0, 30, 30):
        clock.sleep(pause)
        assert ask(limited, token).status_code == 200
        with sqlite_database.read() as connection:
            noted.append(keys.every(connection)[0].last_used_at)
    began = int(clock.now().timestamp()) - 60
    assert noted == [began, began, began + 60]


def test_invented_keys_cost_no_query_each(
    limited: Flask, sqlite_database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = made(sqlite_database, clock, "study", Scope.READ)
    asked = []
    every = keys.every
    monkeypatch.setattr(keys, "every", lambda connection: asked.append(1) or every(connection))
    for number in range(20):
        ask(limited, token.replace(token[4:12], f"{number:08x}"), address="127.0.0.1")
    assert len(asked) == 1


def test_while_the_store_is_away_the_keys_known_before_are_taken(
    limited: Flask,
    sqlite_database: Database,
    clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    token = made(sqlite_database, clock, "study", Scope.READ)
    assert ask(limited, token).status_code == 200

    def away(_connection: object) -> None:
        raise StoreError("the server is gone")

    monkeypatch.setattr(keys, "every", away)
    clock.sleep(KNOWN_SECONDS)
    with caplog.at_level(logging.WARNING, logger="hallofshame"):
        assert statuses(limited, token, MOST + 1) == [200] * (MOST + 1)
        assert ask(limited, token.replace(token[4:12], "01234567")).status_code == 401
    assert caplog.text.count("the keys of readers cannot be read") == 1
