"""Addresses of the site name hosts that it goes by, never one that only a request has named."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import SettingsError
from hallofshame.installation import Installation
from hallofshame.settings import Settings, load
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.settings import WebSettings
from support.html import Page
from web.builders import World
from web.paths import JSON_ADDRESSES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

EVIL = "evil.example"
NAMING = [
    "/",
    "/parks/gardaland",
    "/rides",
    "/now",
    "/api/parks/1/outages.atom",
    "/api/rides/11/outages.atom",
]
EVERYTHING = [
    *NAMING,
    *JSON_ADDRESSES,
    "/trends",
    "/awards",
    "/map",
    "/about",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-1.xml",
    "/manifest.webmanifest",
    "/api/openapi.json",
    "/api/docs",
    "/api/docs/",
    "/api/badges/parks/1.svg",
    "/cards/rankings.png",
    "/nowhere",
    "/api/nowhere",
    "/parks/",
]
BROKEN = [
    "evil.example/x",
    "a b",
    "a@b",
    "a,b",
    "[::1",
    "a:b",
    "a:99999",
    "a:-1",
    "",
    " ",
    "a?b",
    "<b>",
    "é",
    "a" * 300,
]


def test_links_name_the_public_address(sqlite_database: Database, world: World, clock: FixedClock) -> None:
    world.write(sqlite_database)
    settings = WebSettings(public_url="https://shame.example:8443")
    client = create_app(sqlite_database, clock, settings).test_client()
    feed = client.get("/api/parks/1/outages.atom", headers={"Host": EVIL}).text
    assert "https://shame.example:8443/parks/gardaland" in feed
    assert EVIL not in feed
    page = client.get("/parks/gardaland", headers={"Host": EVIL}).text
    assert 'rel="canonical" href="https://shame.example:8443/parks/gardaland"' in page
    assert "https://shame.example:8443/sitemap.xml" in client.get("/robots.txt", headers={"Host": EVIL}).text


def test_a_host_that_is_not_ours_stands_nowhere(client: FlaskClient) -> None:
    forged = {
        "Host": EVIL,
        "X-Forwarded-Host": EVIL,
        "X-Forwarded-Server": EVIL,
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Prefix": f"//{EVIL}",
        "X-Original-URL": f"//{EVIL}/",
        "Forwarded": f"host={EVIL};proto=gopher",
    }
    for path in EVERYTHING:
        answer = client.get(path, headers=forged)
        said = answer.data + str(answer.headers).encode()
        assert EVIL.encode() not in said, path
        assert b"gopher" not in said, path
        assert b"localhost/" not in said, f"{path} shows what stands in for the host"


@pytest.mark.parametrize("path", NAMING)
def test_forwarded_headers_change_nothing_at_a_host_of_ours(client: FlaskClient, path: str) -> None:
    forged = {"X-Forwarded-Host": EVIL, "X-Forwarded-Proto": "gopher", "Forwarded": f"host={EVIL}"}
    assert client.get(path, headers=forged).data == client.get(path).data


@pytest.mark.parametrize("path", NAMING)
def test_each_host_has_its_own_answers_whoever_asks_first(client: FlaskClient, path: str) -> None:
    hosts = [EVIL, "localhost", "other.example", "127.0.0.1:8000", "LOCALHOST", "[::1]:1"]
    answers = [client.get(path, headers={"Host": host}).text for host in hosts]
    assert answers[0] == answers[2]
    assert answers[1] == answers[4]
    assert len(set(answers)) == 4
    for host, text in zip(hosts, answers, strict=True):
        named = set(re.findall(r"http://([^/\"<]*)/(?:parks|rides|now|api|cards|)[^.]", text)) - {
            "www.w3.org"
        }
        assert named <= {host.lower()}, named


def test_under_another_host_links_are_relative(client: FlaskClient) -> None:
    page = client.get("/parks/gardaland", headers={"Host": EVIL}).text
    assert '<link rel="canonical" href="/parks/gardaland">' in page
    assert 'property="og:image" content="/cards/' in page
    [crumbs] = re.findall(r'ld\+json">(.*?)</script>', page)
    assert all(item["item"].startswith("/") for item in json.loads(crumbs)["itemListElement"])
    assert all(not link.startswith("http://localhost") for link in Page(page).links)
    feed = client.get("/api/parks/1/outages.atom", headers={"Host": EVIL}).text
    assert 'href="/parks/gardaland"' in feed
    assert 'href="/api/parks/1/outages.atom"' in feed


def test_what_must_name_whole_addresses_is_left_out_under_another_host(client: FlaskClient) -> None:
    refused = client.get("/sitemap.xml", headers={"Host": EVIL})
    assert refused.status_code == 404
    assert "HALLOFSHAME_ALLOWED_HOSTS" in refused.text
    assert "Sitemap" not in client.get("/robots.txt", headers={"Host": EVIL}).text
    assert "http://localhost/parks/gardaland" in client.get("/sitemap.xml").text
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").text


@pytest.mark.parametrize("public_url", [None, "https://shame.example"])
def test_a_broken_host_is_refused_in_the_one_shape(
    sqlite_database: Database, clock: FixedClock, public_url: str | None
) -> None:
    client = create_app(sqlite_database, clock, WebSettings(public_url=public_url)).test_client()
    for host in [*BROKEN, "a" * 5000]:
        for path in ("/api/parks", "/api/nowhere", "/api/health", "/", "/static/favicon.svg"):
            answer = client.get(path, environ_overrides={"HTTP_HOST": host})
            assert answer.status_code == 400, (path, host)
            if path.startswith("/api"):
                error = answer.get_json()["error"]
                assert error["code"] == "bad_request"
                assert "Host header" in error["message"]
                assert len(error["message"]) < 300


def test_a_request_without_a_host_is_answered_with_relative_links(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    world.write(sqlite_database)
    app = create_app(sqlite_database, clock)
    application = app.wsgi_app

    def without_host(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        del environ["HTTP_HOST"]
        return application(environ, start_response)

    app.wsgi_app = without_host  # type: ignore[method-assign]
    page = app.test_client().get("/parks/gardaland")
    assert page.status_code == 200
    assert 'rel="canonical" href="/parks/gardaland"' in page.text


def test_redirects_lead_within_the_site(sqlite_database: Database, clock: FixedClock) -> None:
    app = create_app(sqlite_database, clock)

    @app.get("/api/folder/")
    def folder() -> str:
        return ""

    for host in ("localhost", EVIL):
        answer = app.test_client().get("/api/folder?a=b", headers={"Host": host})
        assert answer.status_code == 308
        assert answer.headers["Location"] == "/api/folder/?a=b"


def test_the_hosts_of_a_setting_replace_those_of_the_machine(tmp_path: Path) -> None:
    with Installation(Settings(_env_file=None, data=tmp_path, host="::1")) as own:
        hosts = own.web_settings.allowed_hosts
    assert {"localhost", "127.0.0.1", "[::1]", socket.gethostname().lower()} <= hosts
    given = load(_env_file=None, data=tmp_path, allowed_hosts="Shame.Example, 192.0.2.7,2001:db8::1")
    assert given.site_hosts == {"shame.example", "192.0.2.7", "[2001:db8::1]"}


@pytest.mark.parametrize("value", ["shame.example:80", "http://shame.example", "a b", "shame.example/x"])
def test_a_setting_that_is_no_host_is_refused_by_name(value: str) -> None:
    with pytest.raises(SettingsError, match=r"HALLOFSHAME_ALLOWED_HOSTS is .* without ports"):
        load(_env_file=None, allowed_hosts=value)
