"""A sponsor: on every page below the footer, its picture asked of nobody else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hallofshame.clock import FixedClock
from hallofshame.sponsor import Sponsor
from hallofshame.store.database import Database
from hallofshame.web.app import SECURITY_HEADERS, create_app
from hallofshame.web.settings import WebSettings
from support.demo_world import NOW

PAGES = (
    "/",
    "/rides",
    "/now",
    "/waits",
    "/trends",
    "/awards",
    "/map",
    "/compare",
    "/data",
    "/about",
    "/nowhere",
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def site(database: Database, sponsor: Sponsor | None) -> FlaskClient:
    return create_app(database, FixedClock(NOW), WebSettings(sponsor=sponsor)).test_client()


def aside(html: str) -> str:
    """The sponsor's part of a page, which has to stand below the footer."""
    (found,) = re.findall(r'<aside class="sponsor".*?</aside>', html, flags=re.DOTALL)
    root = html[html.index('<div id="root">') : html.index(found)]
    assert root.count("<div") == root.count("</div>"), "it stands inside of the page"
    return str(found)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_the_sponsor_with_its_link_and_words(
    sqlite_database: Database, tmp_path: Path, page: str
) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(PNG)
    client = site(sqlite_database, Sponsor(file, 'Rides & "Co" <b>', "https://sponsor.example/?a=1&b=2"))
    answer = client.get(page)
    shown = aside(answer.text)
    assert 'href="https://sponsor.example/?a=1&amp;b=2" rel="sponsored external noopener"' in shown
    assert "Rides &amp; &#34;Co&#34; &lt;b&gt;" in shown
    assert answer.headers["Content-Security-Policy"] == SECURITY_HEADERS["Content-Security-Policy"]


def test_the_picture_is_served_from_here_and_kept(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(PNG)
    client = site(sqlite_database, Sponsor(file, "Words"))
    shown = aside(client.get("/about").text)
    assert "<a " not in shown
    (address,) = re.findall(r'src="([^"]+)"', shown)
    assert re.fullmatch(r"/sponsor/[0-9a-f]{12}\.png", address)
    answer = client.get(address)
    assert (answer.data, answer.content_type) == (PNG, "image/png")
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    file.write_bytes(PNG + b"2")
    other = aside(site(sqlite_database, Sponsor(file, "Words")).get("/about").text)
    assert address not in other


def test_a_drawing_runs_no_script(sqlite_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "logo.svg"
    file.write_bytes(SVG)
    client = site(sqlite_database, Sponsor(file, "Words"))
    (address,) = re.findall(r'src="([^"]+)"', aside(client.get("/about").text))
    answer = client.get(address)
    assert answer.content_type.startswith("image/svg+xml")
    assert (
        answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )


def test_a_picture_elsewhere_opens_the_policy_for_its_host_alone(sqlite_database: Database) -> None:
    client = site(sqlite_database, Sponsor("https://cdn.example/a/logo.png", "Words"))
    answer = client.get("/about")
    assert 'src="https://cdn.example/a/logo.png"' in aside(answer.text)
    assert 'referrerpolicy="no-referrer"' in answer.text
    plain = SECURITY_HEADERS["Content-Security-Policy"]
    opened = answer.headers["Content-Security-Policy"]
    assert opened == plain.replace("img-src 'self' data:", "img-src 'self' data: https://cdn.example")
    assert opened != plain


def test_without_a_sponsor_there_is_nothing(sqlite_database: Database) -> None:
    answer = site(sqlite_database, None).get("/about")
    assert "sponsor" not in answer.text.lower()
    assert answer.headers["Content-Security-Policy"] == SECURITY_HEADERS["Content-Security-Policy"]
