"""``/trends``, ``/awards`` and ``/compare``: one time against another, one park or ride against others."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.periods import Period
from hallofshame.web.answers import answered
from hallofshame.web.envelope import Row
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.registry import BY_NAME
from hallofshame.web.pages.view import View, absolute, asked_for, head_of, known, list_parameters
from hallofshame.web.parameters import FILTER_PARAMETERS, PERIOD_PARAMETERS
from hallofshame.web.reading import Reading

change_pages = Blueprint("change_pages", __name__)

TREND_TABLES = (
    ("parks_improving", "Parks that got better"),
    ("parks_declining", "Parks that got worse"),
    ("rides_improving", "Rides that got better"),
    ("rides_declining", "Rides that got worse"),
)
_COMPARED = ("parks", "rides", "against", "against_start", "against_end")


@change_pages.get("/trends")
@answered()
def trends(reading: Reading) -> str:
    """Who got better and who got worse."""
    choosing = Choosing.of(reading, "/trends", list_parameters(), has_live=False)
    view = View(reading)
    body = view.ask("/api/trends", choosing.query)
    return view.page(
        "trends.html",
        head_of(
            "trends",
            f"{choosing.period.label}: which parks and rides got better or worse",
            query=page_url("", choosing.query),
            card="/cards/trends.png" + page_url("", choosing.query),
        ),
        BY_NAME["trends"].chunk,
        choosing=choosing,
        period=choosing.period,
        page=BY_NAME["trends"],
        body=body,
        tables=TREND_TABLES,
        api_href=page_url("/api/trends", choosing.query),
    )


@change_pages.get("/awards")
@answered()
def awards(reading: Reading) -> str:
    """The best and the worst of a year."""
    asked = known("year", *FILTER_PARAMETERS)
    choosing = Choosing.of(reading, "/awards", known(*FILTER_PARAMETERS), has_live=False)
    view = View(reading)
    query = asked_for(asked, ("year",)) | choosing.parks.query
    data = view.ask("/api/awards", query)["data"]
    year = data["year"]
    return view.page(
        "awards.html",
        head_of(
            "awards",
            f"The theme park awards of {year}",
            description=f"The most and the least reliable theme parks and rides of {year}, the longest "
            "waits, and those that improved most.",
            query=page_url("", query),
            card=f"/cards/awards/{year}.png",
        ),
        BY_NAME["awards"].chunk,
        choosing=choosing,
        page=BY_NAME["awards"],
        awards=data,
        year_links=[
            {
                "label": str(other),
                "href": page_url("/awards", choosing.parks.query, {"year": other}),
                "is_current": other == year,
            }
            for other in data["years"]
        ],
        kept=asked_for(asked, ("year",)),
        api_href=page_url("/api/awards", query),
    )


@change_pages.get("/compare")
@answered()
def compare(reading: Reading) -> str:
    """Parks or rides side by side, or a form to choose them."""
    asked = known(*PERIOD_PARAMETERS, *_COMPARED)
    period: Period = asked.period(reading.now.date())
    query = asked_for(asked, (*PERIOD_PARAMETERS, *_COMPARED))
    chosen = bool(asked.text("parks") or asked.text("rides"))
    view = View(reading)
    compared: Row | None = view.ask("/api/compare", query)["data"] if chosen else None
    names = [_name_of(row) for row in compared["rows"]] if compared else []
    title = " and ".join(names) if names else None
    return view.page(
        "compare.html",
        head_of(
            "compare",
            f"{title} side by side" if title else "Compare theme parks and rides",
            query=page_url("", query),
            is_indexed=not chosen,
        ),
        BY_NAME["compare"].chunk,
        page=BY_NAME["compare"],
        period=period,
        query=query,
        compared=compared,
        parks=[park for park in reading.catalogue.parks.values() if park.is_active],
        api_href=absolute(page_url("/api/compare", query)) if chosen else "/api/docs",
    )


def _name_of(row: Row) -> str:
    of = row["first"] or row["second"] or {}
    return str(of.get("ride_name") or of.get("park_name") or row["id"])
