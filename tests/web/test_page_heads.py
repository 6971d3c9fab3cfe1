"""What the pages say of themselves: heads, addresses, errors; the site's own files."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hallofshame.domain.periods import NAMED_PERIODS
from hallofshame.web.page_registry import PAGES
from hallofshame.web.pages import site_files, view
from hallofshame.web.pages.addresses import PERIODS_SHOWN, api_url, page_url
from hallofshame.web.pages.assets import Build
from support.readers import reader_of
from web.builders import touch
from web.conftest import RAPTOR
from web.test_assets import built
from web.test_pages import outline

FRONTEND = Path(__file__).parents[2] / "frontend"
RIDE = f"/rides/{RAPTOR}-raptor"
EVERY_KIND = [
    *(page.path for page in PAGES),
    "/?period=7days&operator=merlin&sort=uptime",
    "/rides?period=live",
    "/rides?limit=2&offset=1&country=Italy",
    "/waits?period=live",
    "/trends?period=live",
    "/trends?period=7days&all=1",
    "/awards?year=2026&against=2025",
    "/map?region=Europe",
    "/compare?parks=gardaland,silent-park&period=7days&against=previous",
    f"/compare?rides={RAPTOR},12,{RAPTOR}",
    "/compare?parks=gardaland&against=range",
    "/data?park=gardaland",
    "/parks/gardaland",
    "/parks/gardaland?period=live",
    "/parks/silent-park?year=2026",
    RIDE,
    f"{RIDE}?period=live",
    f"{RIDE}?start=2026-08-01&end=2026-08-20",
    "/rides/14-prezzemolo-show",
]

WITHOUT_TABLE = ("/now", "/about", "/awards", "/trends", "/waits", "/compare")
"""Pages whose figures may stand in words and lists, not in a table."""


def attributes(client: FlaskClient, path: str, tag: str, **wanted: str) -> list[dict[str, Any]]:
    found = [attrs for name, attrs in outline(client, path).tags if name == tag]
    return [attrs for attrs in found if all(attrs.get(key) == value for key, value in wanted.items())]


@pytest.mark.parametrize("path", EVERY_KIND)
def test_every_page_reads_without_a_script(with_build: FlaskClient, path: str) -> None:
    page = outline(with_build, path)
    tags = [tag for tag, _attrs in page.tags]
    assert tags.count("h1") == 1
    assert "table" in tags or path.startswith(WITHOUT_TABLE)
    assert "Powered by Queue-Times.com" in page.text
    assert "data-takes-over" not in with_build.get(path).text


@pytest.mark.parametrize("path", EVERY_KIND)
def test_every_page_says_what_it_is(client: FlaskClient, path: str) -> None:
    page = outline(client, path)
    metas = {
        attrs.get("name") or attrs.get("property"): attrs.get("content")
        for tag, attrs in page.tags
        if tag == "meta" and "content" in attrs
    }
    assert metas["description"] == metas["og:description"] == metas["twitter:description"]
    assert metas["twitter:card"] == "summary_large_image"
    [canonical] = attributes(client, path, "link", rel="canonical")
    assert canonical["href"] == metas["og:url"]
    assert canonical["href"].startswith("http://localhost/")
    card = metas["og:image"]
    assert card is not None
    assert card.startswith("http://localhost/cards/")
    image = client.get(card.removeprefix("http://localhost"))
    assert (image.status_code, image.mimetype) == (200, "image/png")
    for alternate in attributes(client, path, "link", rel="alternate"):
        answer = client.get(alternate["href"].removeprefix("http://localhost"))
        assert answer.status_code == 200, alternate
        assert answer.mimetype == alternate["type"]
    shown = client.get(path).text
    for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', shown):
        crumbs = json.loads(block)["itemListElement"]
        assert [crumb["position"] for crumb in crumbs] == list(range(1, len(crumbs) + 1))


def test_titles_and_descriptions_differ_from_page_to_page(client: FlaskClient) -> None:
    titles = [re.findall("<title>(.*?)</title>", client.get(page.path).text)[0] for page in PAGES]
    assert len(set(titles)) == len(titles)
    assert "Raptor at Gardaland, last 7 days" in client.get(f"{RIDE}?period=7days").text


def test_a_built_page_loads_one_script_one_sheet_and_the_tools_of_its_frame(with_build: FlaskClient) -> None:
    for path in ("/about", "/map", "/api/docs"):
        [start] = [attrs for attrs in attributes(with_build, path, "script") if "src" in attrs]
        assert start.keys() == {"src", "data-script"}, (
            "it runs before the styles: no flash of the other theme"
        )
        assert start["data-script"] == "/static/app/assets/boot-1.js", (
            "which it starts once the page is shown"
        )
        assert attributes(with_build, path, "link", rel="modulepreload") == []
        assert len(attributes(with_build, path, "link", rel="stylesheet")) == 1
        [font] = attributes(with_build, path, "link", rel="preload")
        assert (font["as"], font["type"], "crossorigin" in font) == ("font", "font/woff2", True)
        for tool in ("search-button", "theme-button", "menu-button"):
            assert attributes(with_build, path, "button", **{"class": f"tool {tool}"})


def test_pages_alone_name_the_rules_for_fetching_ahead(client: FlaskClient) -> None:
    header = "Speculation-Rules"
    rules = client.get("/about").headers[header].strip('"')
    answer = client.get(rules)
    assert answer.mimetype == "application/speculationrules+json"
    [rule] = json.loads(answer.text)["prefetch"]
    assert rule["eagerness"] == "moderate"
    for path in ("/api/parks", "/admin", "/cards/now.png"):
        assert header not in client.get(path).headers


def test_a_page_that_was_not_built_is_plain_and_whole(own_app: Flask, tmp_path: Path) -> None:
    own_app.extensions[view.BUILD] = Build.read(tmp_path)
    text = own_app.test_client().get("/").text
    assert "Gardaland" in text
    assert "stylesheet" not in text
    assert "<script" not in text
    assert 'class="scene"' not in text


def test_an_address_has_one_form() -> None:
    parameters = {
        "period": "today",
        "sort": "name",
        "operator": "Six Flags & Co~*",
        "filter": "all",
        "x": None,
    }
    assert api_url("/api/parks", parameters) == "/api/parks?operator=Six+Flags+%26+Co%7E*&sort=name"
    assert api_url("/api/parks/1/heatmap", {"period": "30days"}) == "/api/parks/1/heatmap"
    assert api_url("/api/parks/1/heatmap", {"period": "today"}) == "/api/parks/1/heatmap?period=today"
    assert page_url("/", {"b": "1"}, {"a": "2", "b": None}) == "/?a=2"


def test_every_named_period_can_be_chosen() -> None:
    assert set(PERIODS_SHOWN) == set(NAMED_PERIODS)


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        (f"/rides/{RAPTOR}", RIDE),
        (f"/rides/{RAPTOR}-other?period=7days&x=%C3%A9", f"{RIDE}?period=7days&x=%C3%A9"),
        ("/parks/1?period=7days", "/parks/gardaland?period=7days"),
    ],
)
def test_other_addresses_lead_to_the_one_for_good(client: FlaskClient, asked: str, right: str) -> None:
    response = client.get(asked)
    assert response.status_code in (301, 308)
    assert response.headers["Location"].removeprefix("http://localhost") == right


def test_what_is_not_there_comes_with_what_may_have_been_meant(client: FlaskClient) -> None:
    for path, link in (
        ("/parks/gardalan", "/parks/gardaland"),
        ("/rides/raptr", RIDE),
        ("/rides/10", RIDE),
        ("/trendz", "/trends"),
    ):
        response = client.get(path)
        assert response.status_code == 404, path
        assert f'href="{link}"' in response.text, path


@pytest.mark.parametrize(
    ("path", "parameter", "link"),
    [
        ("/?period=fortnight&operator=Merlin", "period", "/?operator=Merlin"),
        ("/rides?limit=no&period=7days", "limit", "/rides?period=7days"),
        ("/parks/gardaland?year=999", "year", "/parks/gardaland"),
        (f"{RIDE}?start=2026-08-09&end=2026-08-01", "end", RIDE),
        ("/map?country=Atlantis&period=7days", "country", "/map?period=7days"),
        ("/awards?year=x", "year", "/awards"),
        ("/awards?year=2026&against=x", "against", "/awards?year=2026"),
        ("/compare?parks=1&against=nonsense", "against", "/compare?parks=1"),
        ("/compare?against=nonsense", "against", "/compare"),
        ("/compare?parks=1&against_start=1.8.2026", "against_start", "/compare?parks=1"),
    ],
)
def test_nonsense_is_named_and_can_be_dropped(
    client: FlaskClient, path: str, parameter: str, link: str
) -> None:
    response = client.get(path)
    assert response.status_code == 400
    assert f"<code>{parameter}</code>" in response.text
    assert f'href="{link}"' in response.text
    assert client.get(link).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "against=range",
        "against=range&against_start=2026-08-01",
        "against=previous&period=live",
        "against=none",
    ],
)
def test_a_comparison_half_chosen_is_no_mistake(client: FlaskClient, query: str) -> None:
    assert client.get(f"/compare?parks=1&{query}").status_code == 200


def test_what_others_add_to_a_link_does_no_harm(client: FlaskClient) -> None:
    response = client.get("/?utm_source=letter&period=7days")
    assert response.status_code == 200
    [canonical] = attributes(client, "/?utm_source=letter&period=7days", "link", rel="canonical")
    assert canonical["href"] == "http://localhost/?period=7days"


def test_a_park_without_figures_says_since_when_and_why(client: FlaskClient) -> None:
    silent = outline(client, "/parks/silent-park").text
    assert "Nothing has been recorded of this park yet" in silent
    assert "Queue-Times.com" in silent
    older = outline(client, "/parks/gardaland?start=2026-07-01&end=2026-07-02").text
    assert "The record of this park goes from 19 Aug 2026 to Thursday 20 August 2026" in older


def test_ride_pages_show_the_numbers_of_the_api(client: FlaskClient) -> None:
    row = client.get(f"/api/rides/{RAPTOR}/details").get_json()["data"]["summary"]
    text = outline(client, RIDE).text
    assert f"{row['uptime_percent']:.1f} %" in text
    assert "30 min" in text
    assert "Late opening" in text
    assert "Does not count towards the score" in outline(client, "/rides/14-prezzemolo-show").text


def test_the_manifest_names_icons_that_exist(client: FlaskClient) -> None:
    response = client.get("/manifest.webmanifest")
    assert response.mimetype == "application/manifest+json"
    manifest = json.loads(response.text)
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert client.get(icon["src"]).status_code == 200
    for shortcut in manifest["shortcuts"]:
        assert client.get(shortcut["url"]).status_code == 200
    assert client.get(manifest["start_url"]).status_code == 200


def test_the_service_worker_comes_from_the_build(own_app: Flask, tmp_path: Path) -> None:
    own_app.extensions[view.BUILD] = built(tmp_path)
    reader = reader_of(own_app)
    assert reader.get("/sw.js").status_code == 404
    (tmp_path / "sw.js").write_text("self.addEventListener('fetch', () => {});")
    with reader.get("/sw.js") as response:
        assert response.mimetype == "text/javascript"
        assert response.headers["Service-Worker-Allowed"] == "/"
        assert response.headers["Cache-Control"] == "no-cache"


def locations(client: FlaskClient, path: str) -> list[str]:
    response = client.get(path)
    assert response.mimetype == "application/xml"
    root = ET.fromstring(response.data)  # noqa: S314
    return [element.text or "" for element in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


def test_the_sitemap_lists_every_page_park_and_ride(client: FlaskClient) -> None:
    found = locations(client, "/sitemap.xml")
    assert {f"http://localhost{path}" for path in ("/", "/awards", "/parks/gardaland", RIDE)} <= set(found)
    assert len(found) == len(set(found))
    assert "<lastmod>2026-08-20T11:58:00Z</lastmod>" in client.get("/sitemap.xml").text
    assert "Sitemap: http://localhost/sitemap.xml" in client.get("/robots.txt").text


def test_a_large_sitemap_is_split(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = locations(client, "/sitemap.xml")
    monkeypatch.setattr(site_files, "MAX_SITEMAP_ADDRESSES", len(whole) - 5)
    touch(client.application.extensions["hallofshame"].database, 1, name="Gardaland")
    parts = locations(client, "/sitemap.xml")
    assert parts == ["http://localhost/sitemap-1.xml", "http://localhost/sitemap-2.xml"]
    assert [*locations(client, "/sitemap-1.xml"), *locations(client, "/sitemap-2.xml")] == whole
    assert client.get("/sitemap-3.xml").status_code == 404
