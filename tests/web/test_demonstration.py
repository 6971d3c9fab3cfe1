"""A demonstration says on everything it serves that it plays recordings; a real installation never does."""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
from dataclasses import replace

import polars as pl
import pytest
from flask.testing import FlaskClient
from PIL import Image, ImageChops

from hallofshame.clock import FixedClock
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.images import cards
from hallofshame.web.images.cards import Card
from hallofshame.web.images.lettering import Lettering
from hallofshame.web.page_registry import PAGES
from hallofshame.web.pages import card_pages
from hallofshame.web.settings import WebSettings
from hallofshame.web.tokens import tokens
from hallofshame.web.wording import DEMONSTRATION_MARK, DEMONSTRATION_NOTICE, DEMONSTRATION_RIBBON
from web.conftest import RAPTOR, SEEN_AT, World
from web.paths import JSON_ADDRESSES

HTML = [
    *(page.path for page in PAGES),
    "/parks/gardaland",
    f"/rides/{RAPTOR}",
    "/api/docs",
    "/no-such-page",
    "/?period=fortnight",
]
CARDS = [
    *(f"/cards/{page.name}.png" for page in PAGES),
    "/cards/parks/gardaland.png",
    f"/cards/rides/{RAPTOR}.png",
    "/cards/awards/2026.png",
]
BADGES = ["/api/badges/parks/gardaland.svg", f"/api/badges/rides/{RAPTOR}.svg?period=live"]
FEEDS = ["/api/parks/gardaland/outages.atom", f"/api/rides/{RAPTOR}/outages.atom"]
TABLES = ["/api/parks/downtime?format=csv", "/api/downloads/park-days-2026-08.csv"]


@pytest.fixture
def shown(sqlite_database: Database, world: World, clock: FixedClock) -> FlaskClient:
    """A reader of a demonstration."""
    world.write(sqlite_database, SEEN_AT)
    return create_app(sqlite_database, clock, WebSettings(demonstration=True)).test_client()


def text(client: FlaskClient, path: str) -> str:
    return client.get(path, follow_redirects=True).text


@pytest.mark.slow
def test_every_page_says_that_it_is_a_demonstration(shown: FlaskClient) -> None:
    for path in HTML:
        page = text(shown, path)
        banner, found, _rest = page.partition('<div id="root">')
        assert found, path
        assert DEMONSTRATION_NOTICE in banner.rpartition("<body>")[2], path


def test_pages_of_a_demonstration_are_not_for_search_engines_and_say_so_where_links_are_shown(
    shown: FlaskClient,
) -> None:
    page = text(shown, "/parks/gardaland")
    assert '<meta name="robots" content="noindex">' in page
    assert f'<meta property="og:description" content="{DEMONSTRATION_NOTICE} ' in page


@pytest.mark.slow
def test_every_answer_of_the_api_says_so(shown: FlaskClient) -> None:
    for path in JSON_ADDRESSES:
        assert shown.get(path).get_json()["demonstration"] is True, path


def test_every_card_has_a_ribbon(shown: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Card] = []

    def note(card: Card, *_: object) -> bytes:
        drawn.append(card)
        return b"\x89PNG"

    monkeypatch.setattr(card_pages, "draw", note)
    for path in CARDS:
        assert shown.get(path).status_code == 200, path
    assert len(drawn) == len(CARDS)
    assert {card.ribbon for card in drawn} == {DEMONSTRATION_RIBBON}


def test_the_ribbon_is_one_line_of_the_card() -> None:
    width = Lettering().width(DEMONSTRATION_RIBBON, cards.RIBBON_SIZE)
    assert width < cards.WIDTH - 2 * cards.LEFT
    plain = cards.Card("Gardaland", "Shame score", "Today")
    without, marked = (
        Image.open(io.BytesIO(cards.draw(card, tokens(), Lettering()))).convert("RGB")
        for card in (plain, replace(plain, ribbon=DEMONSTRATION_RIBBON))
    )
    changed = ImageChops.difference(without, marked).getbbox()
    assert changed is not None
    assert changed[2] - changed[0] > cards.WIDTH * 0.9


def test_badges_feeds_and_tables_say_so(shown: FlaskClient) -> None:
    for path in BADGES:
        assert DEMONSTRATION_MARK in text(shown, path), path
    for path in FEEDS:
        feed = ET.fromstring(shown.get(path).data)  # noqa: S314 - our own document
        said = feed.findtext("{http://www.w3.org/2005/Atom}subtitle") or ""
        assert said.startswith(DEMONSTRATION_NOTICE), path
    for path in TABLES:
        rows = list(csv.DictReader(io.StringIO(text(shown, path).removeprefix("\ufeff"))))
        assert rows, path
        assert all(DEMONSTRATION_MARK in row["attribution"] for row in rows), path
    parquet = io.BytesIO(shown.get("/api/downloads/park-days-2026-08.parquet").data)
    assert DEMONSTRATION_MARK in pl.read_parquet_metadata(parquet)["attribution"]


@pytest.mark.slow
def test_a_real_installation_says_nothing_of_the_kind(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Card] = []
    monkeypatch.setattr(card_pages, "draw", lambda card, *_: drawn.append(card) or b"\x89PNG")
    for path in (*HTML, *BADGES, *FEEDS, *TABLES):
        found = text(client, path)
        assert DEMONSTRATION_NOTICE not in found, path
        assert DEMONSTRATION_MARK not in found, path
    assert client.get("/api/parks").get_json()["demonstration"] is False
    assert client.get(CARDS[-2]).status_code == 200
    assert [card.ribbon for card in drawn] == [None]
    assert 'content="noindex"' not in text(client, "/parks/gardaland")
