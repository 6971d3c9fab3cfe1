"""``/map``, ``/data`` and ``/about``: where the parks are, how the figures come about, and why."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.web.answers import answered
from hallofshame.web.envelope import Row
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.rankings import EVERY_PARK
from hallofshame.web.pages.registry import BY_NAME
from hallofshame.web.pages.view import CATALOGUE, View, head_of, known, list_parameters
from hallofshame.web.parameters import FILTER_PARAMETERS
from hallofshame.web.reading import Reading

plain_pages = Blueprint("plain_pages", __name__)

EXAMPLE_PERIOD = "7days"


@plain_pages.get("/map")
@answered()
def map_page(reading: Reading) -> str:
    """Every park with its place and its score."""
    choosing = Choosing.of(reading, "/map", list_parameters())
    view = View(reading)
    ranking = view.ask("/api/parks/downtime", {**choosing.asked, **EVERY_PARK})
    places = {row["park_id"]: row for row in view.ask(*CATALOGUE)["data"]}
    return view.page(
        "map.html",
        head_of(
            "map",
            f"{choosing.period.label}: theme parks on the map, by shame score",
            query=page_url("", choosing.query),
        ),
        BY_NAME["map"].chunk,
        choosing=choosing,
        period=choosing.period,
        page=BY_NAME["map"],
        rows=sorted(ranking["data"], key=lambda row: (row["country"] or "~", row["park_name"])),
        places=places,
        api_href=page_url("/api/parks/downtime", choosing.query),
    )


@plain_pages.get("/data")
@answered()
def data(reading: Reading) -> str:
    """Methods, coverage and downloads."""
    asked = known("park", *FILTER_PARAMETERS)
    choosing = Choosing.of(reading, "/data", known(*FILTER_PARAMETERS))
    view = View(reading)
    coverage = view.ask("/api/coverage", {**choosing.asked, **EVERY_PARK})
    # Days that are not sealed are for machines; there may be hundreds on a site that never seals.
    downloads = [file for file in view.ask("/api/downloads")["data"] if not file["is_open"]]
    calibration = view.read("/api/calibration", choosing.asked)["data"]
    agreement = view.read("/api/agreement", choosing.asked)["data"]
    example = _example(view, asked.text("park"))
    view.ask(*CATALOGUE)
    return view.page(
        "data.html",
        head_of(
            "data", "Data and methods: how the figures come about", query=page_url("", choosing.parks.query)
        ),
        BY_NAME["data"].chunk,
        choosing=choosing,
        page=BY_NAME["data"],
        coverage=coverage,
        downloads=downloads,
        calibration=calibration,
        agreement=agreement,
        example=example,
        api_href=page_url("/api/coverage", choosing.parks.query),
    )


def _example(view: View, park: str | None) -> Row | None:
    """The details of a real park to show the formulas with: the one asked for, else the worst of late."""
    if park is None:
        worst = view.ask("/api/parks/downtime", {"period": EXAMPLE_PERIOD, "limit": 1})["data"]
        park = worst[0]["park_slug"] if worst else None
    if park is None:
        return None
    details: Row = view.ask(f"/api/parks/{park}/details", {"period": EXAMPLE_PERIOD})["data"]
    return details


@plain_pages.get("/about")
@answered()
def about(reading: Reading) -> str:
    """Why this exists."""
    view = View(reading)
    summary = view.read("/api/live/status-summary")["data"]
    return view.page(
        "about.html",
        head_of("about", "About", description=BY_NAME["about"].lead),
        BY_NAME["about"].chunk,
        page=BY_NAME["about"],
        summary=summary,
        api_href="/api/docs",
    )
