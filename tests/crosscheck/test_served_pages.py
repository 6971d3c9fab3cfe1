"""What the served pages say in words is what the API says in figures."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask

from crosscheck.conftest import PERIODS, Api, Row, in_turn
from crosscheck.ledger import Ledger
from hallofshame.web.page_registry import PAGES
from support.html import Cell, Page, number, seconds

PLAIN = re.compile(r"^/(parks/[^/?]+|rides/\d+[^/?]*)(\?.*)?$")


def rounded(value: float | None, digits: int) -> float | None:
    """As people round: halves away from zero."""
    if value is None:
        return None
    return float(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def field(name: str, digits: int) -> Callable[[Row], float | None]:
    """A field of the row as it should be shown."""
    return lambda row: rounded(row[name], digits)


def span(name: str) -> Callable[[Row], float | None]:
    """A field in seconds as it should be shown: to the second under a minute, else to the minute."""

    def shown(row: Row) -> float | None:
        lost = row[name]
        return lost if lost is None or lost < 60 else 60 * (rounded(lost / 60, 0) or 0)

    return shown


COLUMNS: dict[str, Callable[[Row], float | None]] = {
    "Shame score": field("shame_score", 2),
    "Ride-hours lost": field("total_downtime_hours", 1),
    "Time down": span("downtime_seconds"),
    "Time lost": span("downtime_seconds"),
    "Uptime": field("uptime_percent", 1),
    "Change": field("trend_points", 1),
    "Change, points": field("trend_points", 1),
    "Average wait": field("average_wait_minutes", 0),
    "Average": field("average_wait_minutes", 1),
    "Longest wait": field("max_wait_minutes", 0),
    "Longest": field("max_wait_minutes", 0),
    "Watched": field("coverage_percent", 0),
    "Outages": field("outages", 0),
    "Outages today": field("outages", 0),
    "Wait now": field("average_wait_minutes", 0),
    "Rides that broke down": field("rides_down", 0),
    "Rides down now": field("rides_down", 0),
    "Rides down": field("rides_down", 0),
    "Rank": field("rank", 0),
}
"""What stands under a heading, by the row of the lists."""

TIMES = ("Time down", "Time lost")
"""Headings under which hours and minutes stand."""

PARK_HEADINGS = {"Rank", "Shame score", "Ride-hours lost", "Uptime", "Average wait", "Watched"}
PARK_HEADINGS_NOW = {"Rank", "Shame score", "Rides down now", "Average wait", "Watched"}
RIDE_HEADINGS = {"Rank", "Time down", "Uptime", "Outages", "Average wait", "Watched"}
RIDE_HEADINGS_NOW = {"Rank", "Outages today", "Wait now", "Watched"}
WAIT_HEADINGS, WAIT_HEADINGS_NOW = {"Average", "Longest"}, {"Wait now"}
"""What the rankings cannot do without, over a period and now."""


class Served:
    """Reads pages as a reader without JavaScript does."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()

    def __call__(self, path: str, **query: str) -> Page:
        """The page at an address."""
        response = self._client.get(path, query_string=query)
        assert response.status_code == 200, f"{path} {query}: {response.status_code}"
        return Page(response.text)


@pytest.fixture(scope="session")
def served(demo_app: Flask) -> Served:
    """The pages."""
    return Served(demo_app)


def say_tables(
    ledger: Ledger,
    page: Page,
    place: str,
    rows: dict[str, Row],
    *period: str,
    captions: str = "",
    columns: Mapping[str, Callable[[Row], float | None]] | None = None,
) -> set[str]:
    """Every cell whose heading is known, in the tables with such captions whose lines lead to those rows.

    Returns the headings under which something was compared.
    """
    compared = set()
    for table in page.tables:
        if not re.search(captions, table.caption):
            continue
        for cells in table.cells():
            row = _row_of(cells, rows)
            if row is None:
                continue
            name = (row.get("ride_id"), row.get("ride_name") or row["park_name"])
            for heading, cell in cells.items():
                shown = (columns or COLUMNS).get(heading)
                if shown is None:
                    continue
                ledger.say("API", shown(row), *name, heading, *period)
                read = seconds if heading in TIMES else number
                ledger.say(f"{place}, {table.caption[:40]!r}", read(cell.text), *name, heading, *period)
                compared.add(heading)
    return compared


def _row_of(cells: dict[str, Cell], rows: dict[str, Row]) -> Row | None:
    """The row that a line of a table is about: the one its first link leads to."""
    for cell in cells.values():
        for link in cell.links:
            found = PLAIN.match(link)
            return rows.get(found[1]) if found else None
    return None


def parks_by_link(rows: list[Row]) -> dict[str, Row]:
    """Rows by the address of their page."""
    return {f"parks/{row['park_slug']}": row for row in rows}


def rides_by_link(rows: list[Row]) -> dict[str, Row]:
    """Rows by the address of their page."""
    return {f"rides/{row['ride_id']}-{row['ride_slug']}": row for row in rows}


@pytest.mark.parametrize("period", PERIODS)
def test_rankings_and_map(served: Served, api: Api, ledger: Ledger, period: str) -> None:
    query = PERIODS[period]
    parks = parks_by_link(api.every("/parks/downtime", **query))
    headings = say_tables(ledger, served("/", **query), "/", parks, period)
    assert (PARK_HEADINGS_NOW if period == "live" else PARK_HEADINGS) <= headings
    say_tables(ledger, served("/map", **query), "/map", parks, period)
    ledger.check(at_least=5 * len(parks))


@pytest.mark.parametrize("period", PERIODS)
def test_rides_and_waits(served: Served, api: Api, ledger: Ledger, period: str) -> None:
    query = PERIODS[period]
    rides = rides_by_link(api.every("/rides/downtime", **query))
    headings = say_tables(ledger, served("/rides", **query), "/rides", rides, period)
    assert (RIDE_HEADINGS_NOW if period == "live" else RIDE_HEADINGS) <= headings
    page = served("/waits", **query)
    waiting = rides_by_link(api.every("/rides/waittimes", **query))
    headings = say_tables(
        ledger, page, "/waits", waiting, period, "/rides/waittimes", captions="Rides by average"
    )
    assert (WAIT_HEADINGS_NOW if period == "live" else WAIT_HEADINGS) <= headings
    queues = page.words.partition("The longest queues")[2]
    for row in api("/rides/longest-waits", limit=10, **query)["data"]:
        place = re.escape(row["ride_name"]) + r"\s*" + re.escape(row["park_name"])
        said = re.search(place + r"\s*(\d+)\s*min", queues)
        ledger.say("API", row["max_wait_minutes"], row["ride_id"], row["ride_name"], period)
        ledger.say("/waits", float(said[1]) if said else None, row["ride_id"], row["ride_name"], period)
    parks = parks_by_link(api.every("/parks/waittimes", **query))
    say_tables(ledger, page, "/waits", parks, period, "/parks/waittimes")
    ledger.check(at_least=100)


@pytest.mark.parametrize("period", ["yesterday", "last_week", "7days"])
def test_trends(served: Served, api: Api, ledger: Ledger, period: str) -> None:
    query = PERIODS[period]
    page = served("/trends", **query)
    say_tables(ledger, page, "/trends", parks_by_link(api.every("/parks/downtime", **query)), period)
    say_tables(ledger, page, "/trends", rides_by_link(api.every("/rides/downtime", **query)), period)
    ledger.check(at_least=20)


def test_awards(served: Served, api: Api, ledger: Ledger) -> None:
    page = served("/awards", year="2026")
    say_tables(ledger, page, "/awards", parks_by_link(api.every("/parks/downtime", year="2026")))
    say_tables(ledger, page, "/awards", rides_by_link(api.every("/rides/downtime", year="2026")))
    ledger.check(at_least=50)


@pytest.mark.parametrize("period", ["live", "today", "yesterday", "last_week", "30days", "ten days"])
def test_park_pages(served: Served, api: Api, ledger: Ledger, period: str) -> None:
    query = PERIODS[period]
    parks = in_turn(api.parks, period)
    for park in parks:
        path = f"/parks/{park['park_slug']}"
        page = served(path, **query)
        details = api(f"{path}/details", **query)["data"]
        say_tables(ledger, page, path, rides_by_link(details["rides"]), period)
        score = details["summary"]["shame_score"]
        shown = re.search(r"\n\s*(?:at least\s+)?([\d.]+)\s*of 10", page.words)
        ledger.say("API", score, park["park_name"], "score at the top")
        ledger.say(path, float(shown[1]) if shown else None, park["park_name"], "score at the top")
        for heading, name, digits in FACTS:
            said = re.search(rf"{heading}\s*\n?\s*([\d–]\S*)", page.words.partition("Feeds and data")[0])
            if said is not None:
                ledger.say("API", rounded(details["summary"][name], digits), park["park_name"], heading)
                ledger.say(path, number(said[1]), park["park_name"], heading)
    ledger.check(at_least=10 * len(parks))


FACTS = (("Ride-hours lost", "total_downtime_hours", 1), ("Watched", "coverage_percent", 0))


def test_data_page(served: Served, api: Api, ledger: Ledger) -> None:
    page = served("/data")
    rows = parks_by_link(api.every("/coverage"))
    for table in page.tables:
        for cells in table.cells():
            row = _row_of(cells, rows)
            if row is None:
                continue
            for heading, name in (("Days recorded", "days_recorded"), ("Open days", "open_days")):
                ledger.say("API", row[name], row["park_name"], heading)
                ledger.say("/data", number(cells[heading].text), row["park_name"], heading)
    ledger.check(at_least=2 * len(api.parks))


COMPARED = "/compare?rides=1,2,3,4,5,6&start=2026-06-01&end=2026-08-20&against=previous"
"""As long as a comparison gets: six rides, twice, day by day."""
MOST_BYTES = 40 * 1024
"""Of a page, compressed: it is the first thing that a reader waits for."""


OTHERS = ("/operators", "/status", "/search?q=mountain", "/embed/rankings", "/api/docs", "/api/docs/shapes")


@pytest.mark.parametrize("path", [*(page.path for page in PAGES), COMPARED, *OTHERS])
def test_a_page_that_the_server_draws_is_no_heavier_than_its_budget(demo_app: Flask, path: str) -> None:
    assert compressed(demo_app, path) <= MOST_BYTES


def test_pages_of_rides_are_no_heavier_than_their_budget(demo_app: Flask, rides: list[Row]) -> None:
    for ride in rides[:3]:
        path = f"/rides/{ride['ride_id']}-{ride['ride_slug']}?period=30days"
        assert compressed(demo_app, path) <= MOST_BYTES, path


def test_pages_of_parks_are_no_heavier_than_their_budget(demo_app: Flask, api: Api) -> None:
    for park in api.parks[:12]:
        path = f"/parks/{park['park_slug']}?period=30days"
        assert compressed(demo_app, path) <= MOST_BYTES, path


def compressed(app: Flask, path: str) -> int:
    """How many bytes of a page go over the line."""
    answer = app.test_client().get(path, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    if answer.headers["Cache-Control"] == "no-store":
        # What nobody may keep is compressed by the server in front, if at all.
        return len(gzip.compress(answer.data))
    assert answer.headers["Content-Encoding"] == "gzip"
    return len(answer.data)


ALIKE = 2
"""Links of one page that differ only in their values and are followed."""


def shape(link: str) -> tuple[str, tuple[str, ...]]:
    """What kind of address it is: its path without numbers and names, and its parameters."""
    parts = urlsplit(link)
    path = re.sub(r"^((?:/api)?/(?:parks|rides))/[^/]+", r"\1/…", parts.path)
    return path, tuple(sorted(dict(parse_qsl(parts.query))))


def test_every_kind_of_link_of_every_page_leads_somewhere(demo_app: Flask, served: Served, api: Api) -> None:
    client = demo_app.test_client()
    asked: set[str] = set()
    broken = []
    ride = api.every("/rides/downtime", period="7days")[0]
    pages = ["/", "/rides", "/now", "/waits", "/trends", "/awards", "/map", "/compare", "/data", "/about"]
    for path in (*pages, "/parks/gardaland", f"/rides/{ride['ride_id']}-{ride['ride_slug']}"):
        followed: Counter[object] = Counter()
        for link in served(path).links:
            if link in asked or not link.startswith("/") or link.startswith(("/api/downloads/", "/cards/")):
                continue
            followed[shape(link)] += 1
            if followed[shape(link)] > ALIKE:
                continue
            asked.add(link)
            status = client.get(link).status_code
            if status not in (200, 308):
                broken.append(f"{link} on {path}: {status}")
    assert broken == []
    assert len({shape(link) for link in asked}) > 40
