"""``/``, ``/rides`` and ``/waits``: who lost most time, and where people wait."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from hallofshame.web.answers import answered
from hallofshame.web.envelope import Row
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.registry import BY_NAME
from hallofshame.web.pages.view import Head, View, absolute, head_of, list_parameters
from hallofshame.web.rankings import PARK_SORTS
from hallofshame.web.reading import Reading

ranking_pages = Blueprint("ranking_pages", __name__)

WALL_SIZE = 3
"""How many parks hang on the wall above the ranking."""

SHOWN_RIDES, SHOWN_WAITS = 100, 50
_EVERY_PARK = {"limit": "500"}


@ranking_pages.get("/")
@answered()
def parks(reading: Reading) -> str:
    """All parks from the most shameful down."""
    asked = list_parameters("sort")
    sort = asked.choice("sort", tuple(PARK_SORTS))
    choosing = Choosing.of(reading, "/", asked, ("sort",))
    view = View(reading)
    query = choosing.query | _sorted(sort)
    body = view.ask("/api/parks/downtime", query | _EVERY_PARK)
    rows: list[Row] = body["data"]
    shamed = [row for row in rows if row["rank"] is not None and row["shame_score"] > 0]
    return view.page(
        "ranking.html",
        _head("rankings", choosing, f"{choosing.period.label}: which theme parks break down most"),
        BY_NAME["rankings"].chunk,
        choosing=choosing,
        period=choosing.period,
        period_body=body["period"],
        sort=sort,
        sort_hrefs={name: choosing.href(sort=None if name == "rank" else name) for name in PARK_SORTS},
        ranked=[row for row in rows if row["rank"] is not None],
        unranked=[row for row in rows if row["rank"] is None],
        wall=sorted(shamed, key=lambda row: row["rank"])[:WALL_SIZE],
        has_parks=bool(reading.catalogue.parks),
        api_href=page_url("/api/parks/downtime", query),
    )


@ranking_pages.get("/rides")
@answered()
def rides(reading: Reading) -> str:
    """Rides from those that lost most time down."""
    asked = list_parameters("limit", "offset")
    choosing = Choosing.of(reading, "/rides", asked, ("limit",))
    view = View(reading)
    page = asked.page()
    after = page.offset + page.limit
    part = {"limit": page.limit if asked.text("limit") else None, "offset": page.offset}
    body = view.ask("/api/rides/downtime", choosing.query | part)
    return view.page(
        "rides.html",
        _head("rides", choosing, f"{choosing.period.label}: which rides break down most"),
        BY_NAME["rides"].chunk,
        choosing=choosing,
        period=choosing.period,
        page=BY_NAME["rides"],
        body=body,
        before_href=choosing.href(offset=str(max(0, page.offset - page.limit))) if page.offset else None,
        after_href=choosing.href(offset=str(after)) if after < body["total"] else None,
        api_href=page_url("/api/rides/downtime", choosing.query),
    )


@ranking_pages.get("/waits")
@answered()
def waits(reading: Reading) -> str:
    """Parks and rides by posted wait."""
    choosing = Choosing.of(reading, "/waits", list_parameters())
    view = View(reading)
    return view.page(
        "waits.html",
        _head("waits", choosing, f"{choosing.period.label}: where theme park visitors wait longest"),
        BY_NAME["waits"].chunk,
        choosing=choosing,
        period=choosing.period,
        page=BY_NAME["waits"],
        parks=view.ask("/api/parks/waittimes", choosing.query | _EVERY_PARK),
        rides=view.ask("/api/rides/waittimes", choosing.query | {"limit": SHOWN_WAITS}),
        api_href=page_url("/api/parks/waittimes", choosing.query),
    )


def _sorted(sort: str) -> dict[str, str]:
    return {} if sort == "rank" else {"sort": sort}


def _head(name: str, choosing: Choosing, title: str) -> Head:
    page = BY_NAME[name]
    lists: dict[str, Any] = {
        "rankings": "/api/parks/downtime",
        "rides": "/api/rides/downtime",
        "waits": "/api/parks/waittimes",
    }
    query = page_url("", choosing.query)
    return head_of(
        page,
        title,
        query=query,
        card=f"/cards/{name}.png{query}",
        alternates=(
            ("application/json", "The same as JSON", absolute(page_url(lists[name], choosing.query))),
            (
                "text/csv",
                "The same as CSV",
                absolute(page_url(lists[name], choosing.query, {"format": "csv"})),
            ),
        ),
    )
