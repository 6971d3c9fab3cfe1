"""One client gets so many answers a minute, whatever it says about itself; others are not touched by it."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.settings import Settings
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.rate_limits import client_of
from hallofshame.web.settings import WebSettings

MOST = 5
PROXY = "192.0.2.1"
OURS = (ipaddress.ip_network(PROXY), ipaddress.ip_network("10.0.0.0/8"))


@pytest.fixture
def limited(world: Any, sqlite_database: Database, clock: FixedClock) -> FlaskClient:
    world.write(sqlite_database)
    settings = WebSettings(requests_per_minute=MOST, proxies=OURS)
    return create_app(sqlite_database, clock, settings).test_client()


def asked(client: FlaskClient, path: str, address: str, **headers: str) -> int:
    with client.get(path, environ_base={"REMOTE_ADDR": address}, headers=headers) as response:
        return response.status_code


def test_the_request_above_the_limit_is_refused_in_the_one_error_shape(limited: FlaskClient) -> None:
    client = "203.0.113.7"
    assert {asked(limited, "/api/parks", client) for _ in range(MOST)} == {200}
    refused = limited.get("/api/parks", environ_base={"REMOTE_ADDR": client})
    assert refused.status_code == 429
    assert refused.get_json()["error"]["code"] == "too_many_requests"
    assert "5 requests in a minute" in refused.get_json()["error"]["message"]
    assert int(refused.headers["Retry-After"]) > 0
    assert refused.headers["Cache-Control"] == "no-store"
    page = limited.get("/", environ_base={"REMOTE_ADDR": client})
    assert (page.status_code, page.mimetype) == (429, "text/html")
    assert asked(limited, "/api/parks", "203.0.113.8") == 200
    # What a page is made of is not counted, nor are clients on this machine.
    assert asked(limited, "/static/tokens.css", client) == 200
    assert {asked(limited, "/api/parks", "127.0.0.1") for _ in range(3 * MOST)} == {200}


def test_a_forged_header_makes_nobody_somebody_else(limited: FlaskClient) -> None:
    seen = [
        asked(limited, "/api/parks", "203.0.113.7", **{"X-Forwarded-For": f"198.51.100.{number}, {PROXY}"})
        for number in range(2 * MOST)
    ]
    assert seen == [200] * MOST + [429] * MOST


def test_readers_behind_our_proxy_are_counted_each(limited: FlaskClient) -> None:
    for number in range(2 * MOST):
        assert asked(limited, "/api/parks", PROXY, **{"X-Forwarded-For": f"198.51.100.{number}"}) == 200
    for _ in range(MOST):
        asked(limited, "/api/parks", PROXY, **{"X-Forwarded-For": "invented, 203.0.113.7, 10.1.2.3"})
    assert asked(limited, "/api/parks", PROXY, **{"X-Forwarded-For": "other, 203.0.113.7, 10.1.2.3"}) == 429


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("::ffff:203.0.113.7", "", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "", "fe80::/64"),
        ("127.0.0.1", "", None),
        ("::1", "", None),
        ("127.0.0.1", "203.0.113.7", None),
        (PROXY, "203.0.113.7", "203.0.113.7"),
        (PROXY, "[2001:db8:1:2::3]:443", "2001:db8:1:2::/64"),
        (PROXY, "203.0.113.7, 10.9.9.9, 10.1.1.1", "203.0.113.7"),
        (PROXY, "10.9.9.9", "10.9.9.9"),
        (PROXY, "", PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, "203.0.113.7, unknown", PROXY),
        ("", "", "unknown"),
        ("x" * 1000, "", "x" * 64),
    ],
)
def test_a_client_is_counted_by_the_address_that_nobody_can_invent(
    remote: str, forwarded: str, client: str | None
) -> None:
    assert client_of(remote, forwarded, OURS) == client


def test_proxies_are_addresses_or_networks() -> None:
    settings = Settings(web_proxies="127.0.0.1, 10.0.0.0/8, 2001:db8::/32")
    assert [str(found) for found in settings.proxy_networks] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "2001:db8::/32",
    ]
    with pytest.raises(ValueError, match="web_proxies"):
        Settings(web_proxies="10.0.0.1/8")
