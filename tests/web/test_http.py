"""What holds for every answer: shapes, headers, refusals, caching."""

from __future__ import annotations

import datetime as dt
import gzip
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.store.database import Database
from hallofshame.web.answer_context import site
from hallofshame.web.app import create_app
from hallofshame.web.cache import LeastRecentlyUsed
from hallofshame.web.settings import WebSettings
from web.builders import touch
from web.conftest import NOW, RAPTOR
from web.paths import JSON_ADDRESSES

JSON_PATHS = [path for path in JSON_ADDRESSES if "?" not in path]
PAGES = ["/", "/parks/gardaland"]
CACHED = [path for path in JSON_PATHS if path != "/api/health"] + PAGES
ATTRIBUTION = [
    {"text": "Powered by Queue-Times.com", "url": "https://queue-times.com/"},
    {"text": "Data provided by ThemeParks.wiki", "url": "https://themeparks.wiki/"},
]


def error_of(client: FlaskClient, path: str, status: int, method: str = "GET") -> dict[str, Any]:
    """The error in the one shape, checked."""
    response = client.open(path, method=method)
    body = response.get_json()
    assert response.status_code == status, response.text
    assert body["success"] is False
    assert body["attribution"] == ATTRIBUTION
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "parameter", "near_matches"}
    assert response.headers["Cache-Control"] == "no-store"
    error: dict[str, Any] = body["error"]
    return error


def test_a_query_and_a_head_beyond_any_use_are_refused_in_the_one_error_shape(client: FlaskClient) -> None:
    assert error_of(client, f"/api/parks?operator={'a' * 9_000}", 414)["code"] == "query_too_long"
    assert error_of(client, f"/api/nowhere?{'a' * 9_000}", 414)["code"] == "query_too_long"
    assert client.get(f"/parks?operator={'a' * 9_000}").status_code == 414
    heads = {f"X-Long-{number}": "a" * 4_000 for number in range(9)}
    refused = client.get("/api/trends?period=last_week", headers=heads)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (431, "head_too_long")
    within = {f"X-Long-{number}": "a" * 4_000 for number in range(7)}
    assert client.get("/api/trends?period=last_week", headers=within).status_code == 200


@pytest.mark.parametrize("path", JSON_PATHS)
def test_every_answer_is_attributed_and_dated(client: FlaskClient, path: str) -> None:
    body = client.get(path).get_json()
    assert body["success"] is True
    assert body["attribution"] == ATTRIBUTION
    # The index of names holds no observation.
    seen = None if path == "/api/search-index" else "2026-08-20T11:58:00Z"
    assert body["data_as_of"] == seen
    assert "generated_at" not in body


@pytest.mark.parametrize("path", JSON_PATHS)
def test_unknown_parameters_are_refused_by_name(client: FlaskClient, path: str) -> None:
    error = error_of(client, f"{path}?colour=red", 400)
    assert (error["code"], error["parameter"]) == ("unknown_parameter", "colour")
    assert "'colour'" in error["message"]


@pytest.mark.parametrize(
    ("query", "parameter", "words"),
    [
        ("period=fortnight", "period", "'fortnight'"),
        ("year=abc", "year", "'abc'"),
        ("start=2026-01-01&end=2025-01-01", "end", "before start"),
        ("limit=0", "limit", "from 1 to 500"),
        ("limit=501", "limit", "'501'"),
        ("limit=-1", "limit", "'-1'"),
        ("limit=1e2", "limit", "whole number"),
        ("limit=٣", "limit", "whole number"),
        ("offset=99999999999999999999", "offset", "1000000"),
        ("sort=shoe-size", "sort", "rank, name, comparable, score"),
        ("filter=disney", "filter", "all, all-parks, disney-universal"),
        ("operator=Disnay", "operator", "Disney"),
        ("country=Itali", "country", "Italy"),
        ("period=today&period=live", "period", "more than once"),
    ],
)
def test_bad_values_are_refused_by_name(client: FlaskClient, query: str, parameter: str, words: str) -> None:
    error = error_of(client, f"/api/parks/downtime?{query}", 400)
    assert (error["code"], error["parameter"]) == ("bad_parameter", parameter)
    assert words in error["message"]


def test_a_trend_of_a_moment_is_refused(client: FlaskClient) -> None:
    assert error_of(client, "/api/trends?period=live", 400)["parameter"] == "period"


def test_unknown_parks_and_rides_come_with_near_matches(client: FlaskClient) -> None:
    near = error_of(client, "/api/parks/gardalnd/details", 404)["near_matches"]
    assert near[0]["park_slug"] == "gardaland"
    near = error_of(client, "/api/parks/7/details", 404)["near_matches"]
    assert near[0]["park_id"] == 6
    near = error_of(client, "/api/rides/raptr/details", 404)["near_matches"]
    assert near[0] == {
        "ride_id": RAPTOR,
        "ride_name": "Raptor",
        "park_name": "Gardaland",
        "path": f"/rides/{RAPTOR}-raptor",
    }
    for odd in ("99999999999999999999", "%00", "-1", "1.5", "⅓", "a" * 5000):
        error_of(client, f"/api/parks/{odd}/details", 404)
        error_of(client, f"/api/rides/{odd}/details", 404)


def test_unknown_paths_and_methods_keep_the_error_shape(client: FlaskClient) -> None:
    near = error_of(client, "/api/park/downtime", 404)["near_matches"]
    assert near[0]["path"] == "/api/parks/downtime"
    error_of(client, "/api", 404)
    error_of(client, "/api/", 404)
    assert error_of(client, "/api/parks/downtime", 405, "POST")["code"] == "method_not_allowed"
    assert "GET" in client.post("/api/parks/downtime").headers["Allow"]


def test_our_own_mistakes_keep_the_error_shape_and_tell_nothing(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("hallofshame.web.api.parks.park_ranking", broken)
    client = app.test_client()
    error = error_of(client, "/api/parks/downtime", 500)
    assert error["code"] == "internal_error"
    page = client.get("/")
    assert page.status_code == 500
    assert "out of order" in page.text
    assert "secret" not in error["message"] + page.text


def test_a_database_without_tables_is_503_everywhere(tmp_path: Any, clock: FixedClock) -> None:
    client = create_app(Database(f"sqlite:///{tmp_path / 'empty.db'}"), clock).test_client()
    for path in JSON_PATHS:
        assert error_of(client, path, 503)["code"] == "database_unreachable"
    assert client.get("/").status_code == 503
    assert "Closed for a moment" in client.get("/").text


@pytest.mark.parametrize("path", CACHED)
def test_a_reader_who_has_the_answer_gets_304(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    kept = "public, max-age=60, stale-while-revalidate=300, stale-if-error=86400"
    assert first.headers["Cache-Control"] == kept
    tag = first.headers["ETag"]
    again = client.get(path, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert client.get(path, headers={"If-None-Match": 'W/"other"'}).status_code == 200
    assert client.head(path).headers["ETag"] == tag


def test_the_tag_follows_the_data_and_not_the_clock(
    client: FlaskClient, sqlite_database: Database, clock: FixedClock
) -> None:
    path = "/api/parks/downtime"
    tag = client.get(path).headers["ETag"]
    clock.instant += dt.timedelta(minutes=7)
    assert client.get(path).headers["ETag"] == tag
    touch(sqlite_database, 1, name="Gardaland Resort")
    after = client.get(path)
    assert after.headers["ETag"] != tag
    assert "Gardaland Resort" in after.text


def test_the_answer_follows_midnight_in_any_zone(client: FlaskClient, clock: FixedClock) -> None:
    assert client.get("/api/parks/1/details").get_json()["data"]["summary"]["start_date"] == "2026-08-20"
    clock.instant = NOW + dt.timedelta(hours=11)  # 01:00 in Rome
    assert client.get("/api/parks/1/details").get_json()["data"]["summary"]["start_date"] == "2026-08-21"


def test_answers_are_compressed_for_readers_who_take_it(client: FlaskClient) -> None:
    plain = client.get("/api/parks/downtime")
    packed = client.get("/api/parks/downtime", headers={"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] == plain.headers["ETag"]


def test_ready_answers_are_kept_within_bounds(
    sqlite_database: Database, world: Any, clock: FixedClock
) -> None:
    world.write(sqlite_database)
    app = create_app(sqlite_database, clock, WebSettings(cache_entries=3))
    for limit in range(1, 9):
        app.test_client().get(f"/api/parks?limit={limit}")
    assert len(app.extensions["hallofshame"].answers) == 3


def test_the_memory_drops_what_was_used_longest_ago() -> None:
    memory: LeastRecentlyUsed[str] = LeastRecentlyUsed(entries=10, total_size=10)
    memory.put("a", "A", 4)
    memory.put("b", "B", 4)
    assert memory.get("a") == "A"
    memory.put("c", "C", 4)
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == ("A", None, "C")
    memory.put("huge", "H", 11)
    assert memory.get("huge") is None
    memory.put("c", "C2", 1)
    memory.put("d", "D", 5)
    assert [memory.get(key) for key in "acd"] == ["A", "C2", "D"]


def test_the_memory_drops_versions_gone_by_with_the_first_value_of_a_newer_one() -> None:
    memory: LeastRecentlyUsed[str] = LeastRecentlyUsed(entries=10, total_size=10)
    memory.put("always", "A", 2)
    for version in (5, 6, 4):
        memory.put(version, f"of {version}", 3, version)
    assert [memory.get(key) for key in ("always", 5, 6, 4)] == ["A", None, "of 6", "of 4"]
    memory.put(7, "of 7", 5, 7)
    assert [memory.get(key) for key in ("always", 6, 4, 7)] == ["A", None, None, "of 7"]
    memory.put("more", "M", 3)
    assert len(memory) == 3


def test_a_site_that_runs_for_long_keeps_no_answer_of_versions_gone_by(
    own_app: Flask, sqlite_database: Database
) -> None:
    """They filled the memory of every web worker up to its bounds, day after day."""
    client, here = own_app.test_client(), site(own_app)
    paths = ["/api/parks/downtime?period=live", "/", "/api/rides/waittimes?period=today"]
    held = []
    for _ in range(4):
        # A rename moves the catalogue's own version, too.
        touch(sqlite_database, 1, name="Gardaland Resort")
        for path in paths:
            assert client.get(path).status_code == 200
        held.append((len(here.answers), len(here.memo)))
    assert held[0][0] == len(paths)
    assert len(set(held)) == 1


def test_static_files_are_kept_for_a_year_under_an_address_that_changes_with_them(
    client: FlaskClient,
) -> None:
    page = client.get("/").text
    [address] = [
        part.split('"')[0] for part in page.split('href="') if part.startswith("/static/favicon.svg")
    ]
    assert "?v=" in address
    with client.get(address) as response:
        assert "max-age=31536000" in response.headers["Cache-Control"]


def test_other_sites_may_read_the_tag_and_send_it_back(client: FlaskClient) -> None:
    answer = client.get("/api/parks", headers={"Origin": "https://example.org"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
    preflight = client.options("/api/parks", headers={"Origin": "https://example.org"} | asked)
    assert preflight.status_code == 200
    assert preflight.headers["Access-Control-Allow-Headers"] == "Authorization, If-None-Match"
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Origin" not in client.get("/apifoo").headers
    assert "Access-Control-Allow-Origin" not in client.get("/").headers


def test_only_answers_that_name_the_host_are_kept_by_host(own_app: Flask, client: FlaskClient) -> None:
    answers = own_app.extensions["hallofshame"].answers
    for path, grows in (("/api/parks", 0), ("/api/badges/parks/1.svg", 0), ("/api/parks/1/outages.atom", 1)):
        client.get(path)
        before = len(answers)
        other = client.get(path, headers={"Host": "127.0.0.1"})
        assert len(answers) == before + grows
        assert ("127.0.0.1" in other.text) is bool(grows)


@pytest.mark.parametrize(
    "path",
    [
        "/api/parks/downtime?period=" + "a" * 5000,
        "/api/parks/downtime?year=" + "9" * 5000,
        "/api/parks/downtime?end=2026-08-01&start=" + "2" * 5000,
        "/api/compare?parks=" + "a" * 5000,
        "/api/parks/" + "a" * 5000,
    ],
)
def test_overlong_values_are_quoted_cut(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code in (400, 404)
    assert len(response.get_json()["error"]["message"]) < 400


def test_a_range_says_its_dates_also_without_any_park(client: FlaskClient) -> None:
    path = "/api/parks/downtime?start=2026-08-01&end=2026-08-20&operator=merlin&filter=disney-universal"
    body = client.get(path).get_json()
    assert body["total"] == 0
    assert (body["period"]["start"], body["period"]["end"]) == ("2026-08-01", "2026-08-20")


def test_intermediate_tables_are_kept_within_bounds(
    sqlite_database: Database, world: Any, clock: FixedClock
) -> None:
    world.write(sqlite_database)
    rows = 40
    app = create_app(sqlite_database, clock, WebSettings(memo_rows=rows, cache_entries=1))
    for day in range(1, 20):
        answer = app.test_client().get(f"/api/rides/downtime?start=2026-08-01&end=2026-08-{day:02}")
        assert answer.status_code == 200
    memo = app.extensions["hallofshame"].memo
    assert sum(size for _, size, _ in memo._held.values()) <= rows


@pytest.mark.parametrize("path", ["/api/docs", "/api/openapi.json", "/static/tokens.css", "/"])
def test_long_texts_are_packed_and_tagged(client: FlaskClient, path: str) -> None:
    with client.get(path) as plain, client.get(path, headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert packed.headers["Content-Type"] == plain.headers["Content-Type"]
        tag = plain.headers["ETag"]
    with client.get(path, headers={"If-None-Match": tag}) as again:
        assert again.status_code == 304


@pytest.mark.parametrize(
    "path",
    ["/static/../app.py", "/static/..%2fapp.py", "/static/%2e%2e/app.py", "/static/nothing.css", "/static/"],
)
def test_nothing_outside_the_static_folder_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
