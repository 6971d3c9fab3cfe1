"""``/map`` and ``/about``: where the parks are, and why this exists."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.web.answers import answered
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.rankings import EVERY_PARK
from hallofshame.web.pages.registry import BY_NAME
from hallofshame.web.pages.view import CATALOGUE, View, head_of, list_parameters
from hallofshame.web.reading import Reading

plain_pages = Blueprint("plain_pages", __name__)


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
