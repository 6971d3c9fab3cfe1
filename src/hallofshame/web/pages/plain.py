"""``/map``, ``/data`` and ``/about``: where the parks are, how the figures come about, and why."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.web.answers import answered
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.registry import BY_NAME
from hallofshame.web.pages.view import View, head_of, known, list_parameters
from hallofshame.web.parameters import FILTER_PARAMETERS
from hallofshame.web.reading import Reading

plain_pages = Blueprint("plain_pages", __name__)

_EVERY_PARK = {"limit": "500"}


@plain_pages.get("/map")
@answered()
def map_page(reading: Reading) -> str:
    """Every park with its place and its score."""
    choosing = Choosing.of(reading, "/map", list_parameters())
    view = View(reading)
    ranking = view.ask("/api/parks/downtime", choosing.query | _EVERY_PARK)
    places = {row["park_id"]: row for row in view.ask("/api/parks", _EVERY_PARK)["data"]}
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
    choosing = Choosing.of(reading, "/data", known(*FILTER_PARAMETERS))
    view = View(reading)
    return view.page(
        "data.html",
        head_of(
            "data", "Data and methods: how the figures come about", query=page_url("", choosing.parks.query)
        ),
        BY_NAME["data"].chunk,
        choosing=choosing,
        page=BY_NAME["data"],
        coverage=view.ask("/api/coverage", choosing.parks.query | _EVERY_PARK),
        downloads=view.ask("/api/downloads")["data"],
        api_href=page_url("/api/coverage", choosing.parks.query),
    )


@plain_pages.get("/about")
@answered()
def about(reading: Reading) -> str:
    """Why this exists."""
    parks = [park for park in reading.catalogue.parks.values() if park.is_active]
    return View(reading).page(
        "about.html",
        head_of("about", "About the Theme Park Hall of Shame"),
        BY_NAME["about"].chunk,
        page=BY_NAME["about"],
        park_count=len(parks),
        ride_count=sum(ride.is_active for ride in reading.catalogue.rides.values()),
        api_href="/api/docs",
    )
