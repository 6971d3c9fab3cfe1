"""Ready answers: the same bytes again, new ones when the store moves on, the last ones while it is away."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import brotli
import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import StoreError
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.ready import LAG_SECONDS, STALE_SECONDS, accepted
from hallofshame.web.settings import WebSettings
from web.builders import touch
from web.conftest import NOW

RANKING = "/api/parks/downtime"
KEPT = (
    RANKING,
    "/",
    "/parks/gardaland",
    "/api/parks/1/outages.atom",
    "/api/badges/parks/1.svg",
    "/sitemap.xml",
)
PATIENCE = 60.0
"""Seconds until a test takes a thread for stuck."""


@dataclass
class Watched:
    """An app, what it was asked below the ready answers, and a client."""

    app: Flask
    asked: list[str] = field(default_factory=list)
    before: Callable[[str], None] = lambda _path: None

    def __post_init__(self) -> None:
        @self.app.before_request
        def note() -> None:
            self.asked.append(request.full_path.rstrip("?"))
            self.before(request.path)

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def times(self, path: str) -> int:
        return self.asked.count(path)


@pytest.fixture
def watched(world: Any, sqlite_database: Database, clock: FixedClock) -> Watched:
    world.write(sqlite_database)
    return Watched(create_app(sqlite_database, clock))


@pytest.mark.parametrize("path", KEPT)
@pytest.mark.parametrize("encoding", ["", "gzip", "br, gzip"])
def test_what_was_made_before_is_given_again_byte_for_byte(
    watched: Watched, path: str, encoding: str
) -> None:
    client = watched.client
    first, second = (client.get(path, headers={"Accept-Encoding": encoding}) for _ in range(2))
    assert watched.times(path) == 1
    assert second.status_code == first.status_code == 200
    assert second.data == first.data
    head = client.head(path, headers={"Accept-Encoding": encoding})
    for answer in (first, second, head):
        del answer.headers["X-Request-Id"]  # each request has its own
    assert sorted(second.headers) == sorted(first.headers)
    assert (head.data, sorted(head.headers)) == (b"", sorted(first.headers))
    tag = first.headers["ETag"]
    unchanged = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (unchanged.status_code, unchanged.data, unchanged.headers["ETag"]) == (304, b"", tag)
    assert "Content-Type" not in unchanged.headers
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert watched.times(path) == 1


def test_each_reader_gets_the_encoding_it_prefers(watched: Watched) -> None:
    client = watched.client
    plain = client.get(RANKING).data
    for asked, given, unpack in (
        ("gzip", "gzip", gzip.decompress),
        ("gzip, br", "br", brotli.decompress),
        ("br;q=0.5, gzip", "gzip", gzip.decompress),
        ("*", "br", brotli.decompress),
        ("br;q=0, gzip;q=0.1", "gzip", gzip.decompress),
        ("identity", None, bytes),
        ("zstd", None, bytes),
        ("", None, bytes),
    ):
        answer = client.get(RANKING, headers={"Accept-Encoding": asked})
        assert answer.headers.get("Content-Encoding") == given, asked
        assert unpack(answer.data) == plain
    assert watched.times(RANKING) == 1
    assert accepted("gzip;q=nonsense,,;") == accepted("gzip;q=nonsense,,;")


def test_each_reader_gets_clocks_and_numbers_in_the_own_way(
    watched: Watched, sqlite_database: Database
) -> None:
    """A page is made once for each way of writing, ahead of need too; answers of the API for all readers."""
    client = watched.client
    path = "/parks/gardaland"

    def asked(language: str) -> str:
        answer = client.get(path, headers={"Accept-Language": language})
        assert answer.headers["Vary"] == "Accept-Encoding, Accept-Language"
        return answer.text

    for _ in range(2):
        for language, clock, lang in (
            ("en-US,en;q=0.5", "6:00\u202fPM CEST", "en-US"),
            ("en-GB", "18:00 CEST", "en-GB"),
            ("de", "18:00 CEST", "en"),
            ("nl", "18:00 CEST", "en"),
        ):
            page = asked(language)
            assert clock in page
            assert f'<html lang="{lang}">' in page
        assert watched.times(path) == 3
    touch(sqlite_database, 1, name="Gardaland Resort")
    assert "6:00\u202fPM CEST" in asked("en-US")
    assert "18:00 CEST" in asked("fr")
    for language in ("en-US", "de"):
        assert (
            "Accept-Language"
            not in client.get(RANKING, headers={"Accept-Language": language}).headers["Vary"]
        )
    assert watched.times(RANKING) == 1


def test_an_answer_that_the_first_reader_had_already_is_ready_for_the_next(watched: Watched) -> None:
    tag = watched.client.get(RANKING).headers["ETag"]
    other = Watched(create_app(*_parts(watched)))
    assert other.client.get(RANKING, headers={"If-None-Match": tag}).status_code == 304
    assert other.client.get(RANKING).get_json()["success"]
    assert other.client.head(RANKING).headers["ETag"] == tag
    assert other.times(RANKING) == 1


def test_a_change_of_the_store_is_seen_at_once(watched: Watched, sqlite_database: Database) -> None:
    client = watched.client
    old = client.get(RANKING)
    touch(sqlite_database, 1, name="Gardaland Resort")
    new = client.get(RANKING)
    assert "Gardaland Resort" in new.text
    assert new.headers["ETag"] != old.headers["ETag"]
    assert watched.times(RANKING) == 2


def test_a_live_answer_lasts_for_its_minute_and_others_until_midnight(
    watched: Watched, clock: FixedClock
) -> None:
    client = watched.client
    live = f"{RANKING}?period=live"
    for seconds, made_live, made_today in ((0, 1, 1), (59, 1, 1), (1, 2, 1), (36_000 - 61, 3, 1), (1, 4, 2)):
        clock.sleep(seconds)  # from 14:00 in Rome to its midnight
        client.get(live)
        client.get(RANKING)
        assert (watched.times(live), watched.times(RANKING)) == (made_live, made_today)


@pytest.mark.parametrize(
    "path", ["/api/health", "/api/parks/gardalnd/details", "/nowhere", f"{RANKING}?limit=0"]
)
def test_errors_and_the_state_of_health_are_made_each_time(watched: Watched, path: str) -> None:
    for _ in range(2):
        watched.client.get(path)
    assert len(watched.asked) == 2


def test_what_is_gone_is_no_longer_ready(watched: Watched, sqlite_database: Database) -> None:
    client = watched.client
    path = "/api/rides/12/details"
    assert client.get(path).status_code == 200
    touch(sqlite_database, 1, name="Gardaland Resort")
    watched.before = _refuse_with_404
    for _ in range(2):
        assert client.get(path).status_code == 404
    watched.before = lambda _path: None
    assert client.get(path).status_code == 200


def _refuse_with_404(_path: str) -> None:
    from werkzeug.exceptions import NotFound

    raise NotFound


def test_while_the_store_is_away_the_last_answers_go_out_with_their_age(
    watched: Watched, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = watched.client
    fresh = client.get(RANKING)
    live = client.get(f"{RANKING}?period=live")
    assert "Cache-Status" not in fresh.headers
    with monkeypatch.context() as away:
        away.setattr("hallofshame.store.data_version.versions", _unreachable)
        clock.sleep(90)
        for before, path in ((fresh, RANKING), (live, f"{RANKING}?period=live")):
            stale = client.get(path)
            assert (stale.status_code, stale.data, stale.headers["Age"]) == (200, before.data, "90")
            assert stale.headers["Cache-Status"].startswith("hallofshame; hit; ttl=-")
            assert stale.headers["Cache-Status"].endswith("; detail=stale")
        assert client.get("/api/rides/downtime").status_code == 503
        clock.sleep(STALE_SECONDS)
        assert client.get(RANKING).status_code == 503
    clock.sleep(2)
    again = client.get(RANKING)
    assert again.status_code == 200
    assert "Age" not in again.headers


def _unreachable(_connection: object) -> None:
    raise StoreError("the database is away")


def test_an_answer_that_fails_to_be_made_anew_leaves_the_one_before(
    watched: Watched, sqlite_database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = watched.client
    before = client.get(RANKING)
    touch(sqlite_database, 1, name="Gardaland Resort")
    with monkeypatch.context() as broken:
        broken.setattr("hallofshame.web.api.parks.park_ranking", _broken)
        clock.sleep(10)
        stale = client.get(RANKING)
        assert (stale.status_code, stale.data, stale.headers["Age"]) == (200, before.data, "10")
        assert client.get(f"{RANKING}?period=7days").status_code == 500
    assert "Gardaland Resort" in client.get(RANKING).text


def _broken(*_args: object, **_kwargs: object) -> None:
    raise RuntimeError("broken")


def _held(watched: Watched) -> tuple[threading.Event, threading.Event]:
    """Hold every request below the ready answers: set when one has come, and to be set to let them go on."""
    begun, go_on = threading.Event(), threading.Event()

    def slow(_path: str) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    watched.before = slow
    return begun, go_on


def test_one_request_makes_the_new_answer_while_others_get_the_one_before(
    watched: Watched, sqlite_database: Database, clock: FixedClock
) -> None:
    before = watched.client.get(RANKING)
    touch(sqlite_database, 1, name="Gardaland Resort")
    begun, go_on = _held(watched)
    made: list[Any] = []
    maker = threading.Thread(target=lambda: made.append(watched.client.get(RANKING)))
    maker.start()
    assert begun.wait(PATIENCE)
    assert watched.client.get(RANKING).data == before.data
    # After a while everybody waits for the new one.
    clock.sleep(LAG_SECONDS)
    waiting = threading.Thread(target=lambda: made.append(watched.client.get(RANKING)))
    waiting.start()
    go_on.set()
    maker.join(PATIENCE)
    waiting.join(PATIENCE)
    assert ["Gardaland Resort" in answer.text for answer in made] == [True, True]
    assert watched.times(RANKING) == 2


def _ask_in_turn(watched: Watched, path: str, then: int) -> list[Any]:
    """The answers of readers who ask while the first of them is still being answered."""
    begun, go_on = _held(watched)
    answers: list[Any] = []
    readers = [
        threading.Thread(target=lambda: answers.append(watched.client.get(path))) for _ in range(then + 1)
    ]
    readers[0].start()
    assert begun.wait(PATIENCE)
    for reader in readers[1:]:
        reader.start()
    go_on.set()
    for reader in readers:
        reader.join(PATIENCE)
    return answers


def test_an_answer_is_first_made_once_however_many_ask_for_it(watched: Watched) -> None:
    answers = _ask_in_turn(watched, RANKING, then=7)
    assert [answer.status_code for answer in answers] == [200] * 8
    assert len({answer.data for answer in answers}) == 1
    assert watched.times(RANKING) == 1


@pytest.mark.parametrize(("path", "status"), [("/api/health", 200), ("/api/parks/999", 404)])
def test_what_is_not_for_keeping_is_made_for_each_of_them(watched: Watched, path: str, status: int) -> None:
    answers = _ask_in_turn(watched, path, then=3)
    assert [answer.status_code for answer in answers] == [status] * 4
    assert watched.times(path) == 4


def test_a_first_answer_that_fails_lets_the_others_go_on(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hallofshame.web.api.parks.park_ranking", _broken)
    answers = _ask_in_turn(watched, RANKING, then=3)
    assert [answer.status_code for answer in answers] == [500] * 4


def test_nobody_waits_while_the_live_answer_of_the_next_minute_is_made(
    watched: Watched, clock: FixedClock
) -> None:
    live = f"{RANKING}?period=live"
    before = watched.client.get(live)
    clock.sleep(61)
    begun, go_on = _held(watched)
    maker = threading.Thread(target=watched.client.get, args=(live,))
    maker.start()
    assert begun.wait(PATIENCE)
    assert watched.client.get(live).data == before.data
    go_on.set()
    maker.join(PATIENCE)
    assert watched.times(live) == 2


def test_what_is_asked_for_most_is_made_ahead_of_need(
    world: Any, sqlite_database: Database, clock: FixedClock
) -> None:
    world.write(sqlite_database)
    watched = Watched(create_app(sqlite_database, clock, WebSettings(version_seconds=0.5)))
    wanted, once = "/api/rides/downtime", "/api/awards"
    client = watched.client
    for _ in range(3):
        client.get(wanted)
    client.get(once)
    touch(sqlite_database, 1, name="Gardaland Resort")
    client.get(RANKING)
    assert "Gardaland Resort" in client.get(RANKING).text, "made after the change"
    client.get(wanted)
    assert watched.times(wanted) == 1, "within the half second nobody asks the store"
    clock.sleep(0.5)
    client.get(RANKING)
    for thread in threading.enumerate():
        if thread.name == "ready answers":
            thread.join(PATIENCE)
    assert watched.times(wanted) == 2
    assert "Gardaland Resort" in client.get(wanted).text
    assert (watched.times(wanted), watched.times(once)) == (2, 1)


def _parts(watched: Watched) -> tuple[Database, FixedClock]:
    site = watched.app.extensions["hallofshame"]
    return site.database, FixedClock(NOW)
