"""Frames for other people's pages: the figures of the site, its sources, a link to it, and no script."""

from __future__ import annotations

import re
from html import escape

import pytest
from flask.testing import FlaskClient

from web.conftest import Api

FRAMES = {
    "/embed/parks/gardaland": "/parks/gardaland",
    "/embed/parks/gardaland?measure=wait&period=30days": "/parks/gardaland?period=30days",
    "/embed/rides/11": "/rides/11-raptor",
    "/embed/rankings": "/",
    "/embed/rides?type=coaster": "/rides?type=coaster",
    "/embed/operators?country=italy": "/operators?country=italy",
    "/embed/waits?period=7days": "/waits?period=7days",
    "/embed/compare?parks=1,2": "/compare?parks=1%2C2",
}


@pytest.mark.parametrize(("frame", "page"), FRAMES.items())
def test_a_frame_has_no_script_names_its_sources_and_leads_to_the_page(
    client: FlaskClient, frame: str, page: str
) -> None:
    answer = client.get(frame)
    assert answer.status_code == 200
    html = answer.text
    assert "<script" not in html and "<nav" not in html and "<form" not in html
    assert 'name="robots" content="noindex"' in html
    assert f'rel="canonical" href="http://localhost{page.replace("&", "&amp;")}"' in html
    assert "https://queue-times.com/" in html and "https://themeparks.wiki/" in html
    # Nothing but the full page takes the place of the page around the frame.
    assert all('target="_blank" rel="noopener"' in link for link in re.findall(r"<a [^>]+>", html))
    assert client.get(page).status_code == 200


def test_a_frame_says_the_figures_of_the_api(client: FlaskClient, api: Api) -> None:
    ranking = client.get("/embed/rankings").text
    [first] = [row for row in api("/parks/downtime")["data"] if row["rank"] == 1]
    assert f"{first['comparable_score']:.2f}</b>" in ranking and first["park_name"] in ranking
    assert ranking.count("<li ") == 1
    points = api("/parks/1/details")["data"]["chart_data"]
    worst = max(point["shame_score"] for point in points if point["shame_score"] is not None)
    assert f"the highest {worst:.2f} " in client.get("/embed/parks/1").text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/embed/parks/gardalan", 404),
        ("/embed/rides/999999", 404),
        ("/embed/nothing", 404),
        ("/embed/compare?parks=1,nowhere", 404),
        ("/embed/compare", 400),
        ("/embed/parks/gardaland?measure=fun", 400),
        ("/embed/rankings?period=sometimes", 400),
    ],
)
def test_what_has_no_frame_is_refused_as_everywhere_and_may_stand_in_no_frame(
    client: FlaskClient, address: str, status: int
) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("page", "frame"),
    [
        ("/parks/gardaland?period=30days", "/embed/parks/gardaland?measure=score&period=30days"),
        ("/rides/11-raptor", "/embed/rides/11?measure=uptime"),
        ("/?country=italy", "/embed/rankings?country=Italy"),
        ("/rides", "/embed/rides"),
        ("/operators", "/embed/operators"),
        ("/waits", "/embed/waits"),
        ("/compare?parks=1,2", "/embed/compare?parks=1%2C2"),
    ],
)
def test_every_page_offers_its_frame_its_card_and_its_address(
    client: FlaskClient, page: str, frame: str
) -> None:
    html = client.get(page).text
    assert f'<a href="{escape(frame)}">' in html
    # What is copied is HTML in an attribute: written twice over.
    assert escape(f'<iframe src="{escape(f"http://localhost{frame}")}"') in html.replace("&#34;", "&quot;")
    assert "data-share=" in html and "/cards/" in html
    assert client.get(frame).status_code == 200


def test_the_card_of_a_comparison_shows_what_is_compared(client: FlaskClient) -> None:
    page = client.get("/compare?parks=1,2&period=7days").text.replace("&amp;", "&")
    card = "/cards/compare.png?parks=1%2C2&period=7days"
    assert f'href="{card}"' in page
    shown = client.get(card)
    assert shown.mimetype == "image/png"
    assert shown.data != client.get("/cards/compare.png").data
    assert client.get("/cards/compare.png?parks=1,nowhere").status_code == 404
