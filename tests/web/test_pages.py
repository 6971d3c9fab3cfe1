"""The pages: the API's numbers, readable without scripts, honest where data is missing."""

from __future__ import annotations

import gzip
import re
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

import hallofshame.web
from hallofshame.clock import FixedClock
from hallofshame.domain.bands import BANDS, band_of
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from web.builders import World
from web.conftest import Api

STATIC = Path(hallofshame.web.__file__).parent / "static"
STYLES = Path(__file__).parents[2] / "frontend" / "src" / "styles"
PATTERNS = "--hatch-"
"""Fills that each drawing sets for itself."""
EVERY_PAGE = [
    "/",
    "/?period=live",
    "/?year=2026",
    "/?operator=Merlin&sort=uptime",
    "/?operator=Disney&country=Kiribati",
    "/?start=2026-08-01&end=2026-08-20",
    "/parks/gardaland",
    "/parks/gardaland?period=live",
    "/parks/gardaland?period=30days",
    "/parks/gardaland?year=2026",
    "/parks/silent-park",
    "/parks/closed-park?period=live",
    "/parks/dateline-park",
    "/parks/gardalan",
    "/?period=fortnight",
]
VOID = {"meta", "link", "input", "br", "img", "hr"}


class Outline(HTMLParser):
    """Text of a page, with a check that its tags are closed in order and its ids are unique."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def outline(client: FlaskClient, path: str) -> Outline:
    """What stands in the page, to be read only: a page that reads as one before it is not read again."""
    return _outlined(client.get(path).text)


@lru_cache(maxsize=100)
def _outlined(text: str) -> Outline:
    page = Outline()
    page.feed(text)
    assert page.open == []
    return page


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_page_is_whole_attributed_and_needs_no_script(client: FlaskClient, path: str) -> None:
    page = outline(client, path)
    links = {attrs.get("href"): tag for tag, attrs in page.tags if tag == "a"}
    assert {"https://queue-times.com/", "https://themeparks.wiki/", "#main", "/"} <= set(links)
    assert "Powered by Queue-Times.com" in page.text
    assert "Data provided by ThemeParks.wiki" in page.text
    assert not [tag for tag, _attrs in page.tags if tag == "style"]
    # Blocks of data are no scripts: nothing runs but what comes from a file of ours.
    assert {attrs.get("type") for tag, attrs in page.tags if tag == "script" and "src" not in attrs} <= {
        "application/json",
        "application/ld+json",
    }
    assert not [
        attrs for _tag, attrs in page.tags if "style" in attrs or any(a.startswith("on") for a in attrs)
    ]
    ids = [attrs["id"] for _tag, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert len([tag for tag, _attrs in page.tags if tag == "h1"]) == 1


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_tables_have_captions_and_scoped_headings(client: FlaskClient, path: str) -> None:
    tags = outline(client, path).tags
    tables = [tag for tag, _attrs in tags if tag == "table"]
    assert len([tag for tag, _attrs in tags if tag == "caption"]) == len(tables)
    assert all("scope" in attrs for tag, attrs in tags if tag == "th")


def test_the_ranking_shows_the_numbers_of_the_api(client: FlaskClient, api: Api) -> None:
    row = api.row("/parks/downtime", "Gardaland")
    text = outline(client, "/").text
    assert f"{row['shame_score']:.2f}" in text
    assert f"{row['total_downtime_hours']:.1f}" in text
    assert f"{row['uptime_percent']:.1f} %" in text
    assert "−25.0" in text
    assert "Not ranked: 5 parks" in text
    for words in ("No data", "Fewer than three rides", "Watched for less than half"):
        assert words in text


def test_the_park_page_shows_the_numbers_of_the_api(client: FlaskClient) -> None:
    text = outline(client, "/parks/gardaland").text
    assert "2.08" in text
    assert "Hall of Shame" in text
    # 9,000 and 43,200 weighted seconds are 150 and 720 weighted minutes
    assert "10 × 150 ÷ 720 = 2.08" in text
    assert "Raptor flagship ×3 30 120 90 1.25" in text
    assert "Counted as open 09:00 to 11:00 CEST" in text
    assert "by published hours" in text
    assert "Did not run on these days or the six before (1) Winter Slide" in text
    assert re.search(r"Not a ride \(a show.*?\) \(\d\) .*Prezzemolo Show", text)
    assert "Late opening" in text
    assert "still down" in text
    assert "Data as of 20 August 2026, 13:58 CEST" in text


def test_times_carry_their_instant(client: FlaskClient) -> None:
    times = [attrs for tag, attrs in outline(client, "/parks/gardaland").tags if tag == "time"]
    assert {"datetime": "2026-08-20T07:00:00Z", "title": "2026-08-20T07:00:00Z"} in times


def test_pages_link_to_the_park_at_its_sources(client: FlaskClient) -> None:
    links = {attrs.get("href") for tag, attrs in outline(client, "/parks/gardaland").tags if tag == "a"}
    assert "https://queue-times.com/parks/101" in links
    assert "https://themeparks.wiki/browse/wiki-1" in links


def test_missing_data_is_named_and_leads_on(client: FlaskClient) -> None:
    text = outline(client, "/parks/silent-park").text
    assert "no score" in text
    assert "No data yet: today" in text
    assert "Not known: nothing was watched in this period." in text
    assert "No ride of this park has been seen yet" in text
    closed = outline(client, "/parks/closed-park").text
    assert "closed: too few rides were seen running" in closed


def test_an_empty_choice_says_so(client: FlaskClient) -> None:
    text = outline(client, "/?operator=Disney&country=Kiribati").text
    assert "No park fits Disney and Kiribati" in text


def test_an_empty_system_says_what_to_do(sqlite_database: Database, clock: FixedClock) -> None:
    text = outline(create_app(sqlite_database, clock).test_client(), "/").text
    assert "hallofshame run" in text
    assert "No data has been collected yet" in text


def test_the_whole_state_is_in_the_address(client: FlaskClient) -> None:
    page = outline(client, "/?period=7days&operator=Merlin&sort=uptime")
    links = [attrs for tag, attrs in page.tags if tag == "a"]
    assert [attrs["href"] for attrs in links if "aria-current" in attrs] == [
        "/",
        "/?operator=Merlin&period=7days",
        "/?operator=Merlin&period=7days&sort=uptime",
    ], "the page, the ranking, the period"
    assert any(attrs.get("href") == "/parks/gardaland?period=7days" for attrs in links)
    selected = [attrs for tag, attrs in page.tags if tag == "option" and "selected" in attrs]
    assert len(selected) == 1, "the operator"
    hidden = {
        (attrs["name"], attrs["value"])
        for tag, attrs in page.tags
        if tag == "input" and attrs.get("type") == "hidden"
    }
    assert {("period", "7days"), ("sort", "uptime"), ("operator", "Merlin")} == hidden


def test_wrong_addresses_help(client: FlaskClient) -> None:
    missing = client.get("/parks/gardalan")
    assert missing.status_code == 404
    assert 'href="/parks/gardaland"' in missing.text
    bad = client.get("/?period=fortnight")
    assert bad.status_code == 400
    assert "it takes one of live, today" in bad.text
    assert client.get("/parks/<script>alert(1)</script>").status_code == 404
    assert "<script>" not in client.get("/parks/<script>").text


def test_the_chart_has_its_table_and_marks_what_is_missing(client: FlaskClient) -> None:
    week = client.get("/parks/gardaland?period=7days").text
    island = week.partition('data-island="points"')[2].partition("</table>")[0]
    assert 'data-measure="score"' in island
    rows = island.partition("<tbody>")[2].split("<tr>")[1:]
    assert len(rows) == 7
    assert sum('class="no-data"' in row for row in rows) >= 5


def test_names_are_escaped(sqlite_database: Database, clock: FixedClock) -> None:
    world = World()
    world.park(1, "<b>Bold & Co</b>")
    world.parks[1]["slug"] = "bold"
    world.write(sqlite_database)
    client = create_app(sqlite_database, clock).test_client()
    for path in ("/", "/parks/bold"):
        assert "<b>Bold" not in client.get(path).text
        assert "&lt;b&gt;Bold &amp; Co" in client.get(path).text


def test_bands_cover_the_scale_once() -> None:
    assert [band.level for band in BANDS] == [1, 2, 3, 4, 5]
    assert [band.at_least for band in BANDS] == sorted(band.at_least for band in BANDS)
    scores = (0.0, 0.24, 0.25, 0.99, 1.0, 2.0, 10.0)
    found = [band for band in map(band_of, scores) if band is not None]
    assert [band.level for band in found] == [1, 1, 2, 3, 4, 5, 5]
    assert band_of(None) is None


def test_the_style_sheets_are_small() -> None:
    packed = sum(len(gzip.compress(path.read_bytes())) for path in STATIC.glob("*.css"))
    assert packed <= 6 * 1024


def test_styles_take_colours_and_sizes_from_the_tokens() -> None:
    sheets = "".join(path.read_text() for path in STYLES.glob("*.css"))
    used = set(re.findall(r"var\((--[\w-]+)", sheets))
    known = set(re.findall(r"(--[\w-]+):", (STATIC / "tokens.css").read_text()))
    set_on_the_spot = {name for name in used if name.startswith(PATTERNS) or f"{name}: " in sheets}
    assert used <= known | set_on_the_spot


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_has_enough_contrast_in_both_themes(theme: str) -> None:
    light, dark = (STATIC / "tokens.css").read_text().split("@media (prefers-color-scheme: dark)")
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if theme == "dark":
        tokens |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    for ground in ("paper", "card", "card-2"):
        for text in ("ink", "ink-soft", "link", "worse", "better"):
            assert contrast(tokens[text], tokens[ground]) >= 4.5, (text, ground)
        assert contrast(tokens["missing"], tokens[ground]) >= 3, ground
    assert contrast(tokens["accent"], tokens["accent-ink"]) >= 4.5
    for level in (1, 2, 3):
        assert contrast(tokens["poster-dark"], tokens[f"poster-{level}"]) >= 4.5, level
    for level in (4, 5):
        assert contrast(tokens["poster-light"], tokens[f"poster-{level}"]) >= 4.5, level


def test_a_closed_park_says_so_right_now(client: FlaskClient) -> None:
    text = outline(client, "/parks/closed-park?period=live").text
    assert "Closed Park is closed, as seen at 13:58 CEST" in text
    assert "Nobody has looked at Silent Park lately" in outline(client, "/parks/silent-park?period=live").text


def test_only_parks_with_a_score_above_zero_hang_on_the_wall(client: FlaskClient) -> None:
    assert "On the wall" in outline(client, "/").text
    assert "On the wall" not in outline(client, "/?period=yesterday").text


@pytest.mark.parametrize(
    "path",
    ["/", "/?operator=Disney&country=Kiribati", "/rides", "/rides?type=game", "/waits", "/waits?year=2010",
     "/now", "/compare", "/parks/gardaland", "/parks/silent-park", "/rides/11-raptor"],
)  # fmt: skip
def test_every_skip_link_leads_somewhere(client: FlaskClient, path: str) -> None:
    page = client.get(path, follow_redirects=True).text
    targets = re.findall(r'class="skip" href="#([a-z-]+)"', page)
    assert "main" in targets
    for target in targets:
        assert f'id="{target}"' in page, target
