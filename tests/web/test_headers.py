"""The headers of defence, on every kind of answer: each address, ready answers, refusals, errors."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hallofshame.clock import FixedClock
from hallofshame.domain.access import Scope
from hallofshame.domain.errors import StoreError
from hallofshame.sponsor import Sponsor
from hallofshame.store import keys
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.preparation import Preparation, PreparationFile
from hallofshame.web.settings import WebSettings
from web.conftest import SEEN_AT, World
from web.paths import address

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
ON_EVERYTHING = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
FRAME_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'none'; "
    "base-uri 'none'; frame-ancestors *"
)
ON_FRAMES = {
    "Content-Security-Policy": FRAME_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": None,
    "Cross-Origin-Opener-Policy": None,
    "Speculation-Rules": None,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""Of ``/embed/…``, which alone may stand in the frames of other pages: no script runs there."""
VALUES = {
    "/embed/parks/<slug>": "/embed/parks/gardaland",
    "/embed/rides/<int:ride>": "/embed/rides/11",
    "/embed/<name>": "/embed/rankings",
    "/cards/parks/<slug>.png": "/cards/parks/gardaland.png",
    "/cards/rides/<int:ride>.png": "/cards/rides/11.png",
    "/cards/awards/<int:year>.png": "/cards/awards/2026.png",
    "/cards/<name>.png": "/cards/waits.png",
    "/parks/<slug>": "/parks/gardaland",
    "/rides/<ride>": "/rides/11-raptor",
    "/sitemap-<int:part>.xml": "/sitemap-1.xml",
    "/icons/<int:size>.png": "/icons/192.png",
    "/icons/<int:size>-maskable.png": "/icons/512-maskable.png",
    "/static/<path:filename>": "/static/tokens.css",
}
"""Where the variables of a rule are of its own."""


def wrong(path: str, method: str, answer: TestResponse) -> list[str]:
    """What is wrong with the headers of one answer."""
    headers, found = answer.headers, []
    is_frame = path.startswith("/embed/") and answer.status_code in (200, 304)
    for name, value in (ON_FRAMES if is_frame else ON_EVERYTHING).items():
        if headers.getlist(name) != ([] if value is None else [value]):
            found.append(f"{name}: {headers.getlist(name)}")
    is_admin = path.startswith(("/admin", "/api/admin"))
    is_open = path.startswith("/api") and not is_admin and not path.startswith("/api/push/")
    referrer = "no-referrer" if is_admin else "strict-origin-when-cross-origin"
    if headers.get("Referrer-Policy") != referrer:
        found.append(f"Referrer-Policy: {headers.get('Referrer-Policy')}")
    if headers.get("Access-Control-Allow-Origin") != ("*" if is_open else None):
        found.append(f"Access-Control-Allow-Origin: {headers.get('Access-Control-Allow-Origin')}")
    if "Access-Control-Allow-Credentials" in headers:
        found.append("Access-Control-Allow-Credentials")
    if headers.get("Cross-Origin-Resource-Policy") != ("cross-origin" if is_open or is_frame else None):
        found.append(f"Cross-Origin-Resource-Policy: {headers.get('Cross-Origin-Resource-Policy')}")
    allowed = headers.get("Access-Control-Allow-Methods")
    if allowed != ("GET, HEAD, OPTIONS" if is_open and method == "OPTIONS" else None):
        found.append(f"Access-Control-Allow-Methods: {allowed}")
    cache = headers.get("Cache-Control", "")
    if not cache or ((is_admin or answer.status_code >= 400) and cache != "no-store"):
        found.append(f"Cache-Control: {cache!r}")
    if not re.fullmatch(r"[0-9a-f]{16}", headers.get("X-Request-Id", "")):
        found.append(f"X-Request-Id: {headers.get('X-Request-Id')}")
    found += [name for name in ("Set-Cookie", "X-Powered-By", "Server") if name in headers]
    return [f"{method} {path} ({answer.status_code}): {problem}" for problem in found]


def looked_over(client: FlaskClient, *asked: tuple[str, str], **more: Any) -> list[str]:
    """What is wrong with the answers to some requests."""
    found = []
    for method, path in asked:
        with client.open(path, method=method, **more) as answer:
            found += wrong(path, method, answer)
    return found


def addresses(app: Flask) -> Iterator[str]:
    """Every address that the site routes, variables filled in."""
    for rule in app.url_map.iter_rules():
        plain = (
            re.sub(r"<int:(?:import|webhook)_id>", "1", str(rule))
            .replace("<action>", "pause")
            .replace("<token>", "x")
        )
        yield VALUES.get(plain) or address(plain)


def test_every_address_in_every_method_has_them(own_app: Flask) -> None:
    client = own_app.test_client()
    paths = sorted(set(addresses(own_app)))
    assert len(paths) > 80
    asked = [(method, path) for path in paths for method in ("GET", "OPTIONS", "DELETE")]
    assert looked_over(client, *asked) == []
    # A second time most of them are ready, and the reader has them already.
    again = [("HEAD", path) for path in paths]
    assert looked_over(client, *again, headers={"If-None-Match": "*"}) == []
    packed = [("GET", path) for path in ("/", "/api/parks", "/static/tokens.css", "/api/openapi.json")]
    assert looked_over(client, *packed, headers={"Accept-Encoding": "br"}) == []


def test_refusals_and_errors_have_them(
    sqlite_database: Database,
    world: World,
    clock: FixedClock,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world.write(sqlite_database, SEEN_AT)
    token = sqlite_database.run(lambda connection: keys.create(connection, "ops", tuple(Scope), clock.now()))[
        1
    ]
    settings = WebSettings(requests_per_minute=2, metrics_from=())
    limited = create_app(sqlite_database, clock, settings).test_client()
    far = {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}}
    four = [("GET", "/api/parks"), ("GET", "/"), ("GET", "/api/parks"), ("GET", "/")]
    assert looked_over(limited, *four, **far) == []
    assert limited.get("/", **far).status_code == 429
    both = ("GET", "/api/parks"), ("GET", "/"), ("GET", "/cards/now.png"), ("GET", "/api/downloads")

    def refused(app: Flask, status: int, **more: Any) -> None:
        assert looked_over(app.test_client(), *both, **more) == []
        for _method, path in both[:2]:
            assert app.test_client().get(path, **more).status_code == status

    here = create_app(sqlite_database, clock, settings)
    refused(here, 400, headers={"Host": "a b"})
    wrong_key = {"headers": {"Authorization": f"Bearer {token[:-1]}{'A' if token[-1] != 'A' else 'B'}"}}
    refused(here, 401, **wrong_key)
    large = {"data": b"x" * 70_000, "headers": {"Authorization": f"Bearer {token}"}, "content_type": "a/json"}
    assert looked_over(here.test_client(), ("POST", "/api/admin/import/start"), **large) == []
    odd = (
        ("GET", "/metrics"),
        ("GET", "/nowhere"),
        ("GET", "/api/nowhere"),
        ("GET", "/api/parks/"),
        ("GET", "/%00"),
    )
    assert looked_over(here.test_client(), *odd, ("BREW", "/"), ("TRACE", "/api/parks"), ("GET", "//x")) == []
    empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    refused(create_app(empty, clock), 503)
    empty.dispose()
    preparing = tmp_path / "preparing.json"
    PreparationFile(preparing).write(Preparation("Statistics", 42))
    refused(create_app(sqlite_database, clock, WebSettings(preparing_file=preparing)), 503)

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("hallofshame.web.answer_context.AppContext.answer_context", broken)
    refused(create_app(sqlite_database, clock), 500)


def test_answers_of_a_store_that_is_away_have_them(
    own_app: Flask, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    client = own_app.test_client()
    paths = ("/", "/api/parks", "/api/parks/1/outages.atom", "/api/badges/parks/1.svg")
    asked = [("GET", path) for path in paths]
    assert looked_over(client, *asked) == []

    def away(_database: Database) -> None:
        raise StoreError("the server is gone")

    monkeypatch.setattr(Database, "read", away)
    clock.sleep(90)
    assert client.get("/").headers["Cache-Status"].endswith("detail=stale")
    assert looked_over(client, *asked) == []


def test_only_the_picture_of_a_sponsor_may_come_from_another_host(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    world.write(sqlite_database, SEEN_AT)
    sponsor = Sponsor("https://pictures.example.org/one.png", "Sponsored")
    client = create_app(sqlite_database, clock, WebSettings(sponsor=sponsor)).test_client()
    for path in ("/", "/nowhere", "/api/parks", "/admin"):
        policy = client.get(path).headers["Content-Security-Policy"]
        assert policy == POLICY.replace("data:;", "data: https://pictures.example.org;")


def test_a_forged_forwarding_header_changes_nothing_anywhere(
    sqlite_database: Database, world: World, clock: FixedClock
) -> None:
    """Who reads the metrics, who is counted, what links name: all go by the connection, not by a header."""
    world.write(sqlite_database, SEEN_AT)
    forged = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Real-IP": "127.0.0.1",
        "Forwarded": "for=127.0.0.1;host=evil.example;proto=https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Original-URL": "/admin",
        "X-Rewrite-URL": "/admin",
        "X-HTTP-Method-Override": "DELETE",
    }
    far: dict[str, Any] = {"environ_base": {"REMOTE_ADDR": "203.0.113.7"}, "headers": forged}
    settings = WebSettings(requests_per_minute=4, proxies=(ipaddress.ip_network("192.0.2.1"),))
    client = create_app(sqlite_database, clock, settings).test_client()
    assert client.get("/metrics", **far).status_code == 403
    plain = create_app(sqlite_database, clock).test_client()
    for path in ("/", "/api/parks/1/outages.atom"):
        found = client.get(path, **far)
        assert found.data == plain.get(path).data
        assert "evil" not in found.text
    assert client.get("/api/parks", **far).status_code == 200
    assert client.get("/api/parks", **far).status_code == 429
