"""``/``, ``/rides`` and ``/waits``: who lost most time, and where people wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint

from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Row
from hallofshame.web.answers.operators import OPERATOR_SORTS
from hallofshame.web.answers.rankings import PARK_SORTS
from hallofshame.web.api.operators import SORT as OPERATOR_SORT
from hallofshame.web.api.parks import SORT as PARK_SORT
from hallofshame.web.api.rides import RIDE_SORTS
from hallofshame.web.api.rides import SORT as RIDE_SORT
from hallofshame.web.page_registry import BY_NAME, OPERATORS
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import ANY_RIDE, Choosing
from hallofshame.web.pages.view import Head, View, absolute, asked_for, head_of, list_parameters
from hallofshame.web.parameters.shared import PAGE, RIDE_PARAMETERS
from hallofshame.web.responses import answered

ranking_pages = Blueprint("ranking_pages", __name__)

WALL_SIZE = 3
"""How many parks hang on the wall above the ranking."""

SHOWN_WAITS, SHOWN_LONGEST = 50, 10
RIDES_PER_PAGE = 50
EVERY_PARK = {"limit": "500"}


@ranking_pages.get("/")
@answered()
def parks(context: AnswerContext) -> str:
    """All parks from the most shameful down."""
    asked = list_parameters("sort")
    sort = PARK_SORT.read(asked)
    choosing = Choosing.of(context, "/", asked, ("sort",))
    view = View(context)
    body = view.read("/api/parks/downtime", {**choosing.asked, **choosing.rest, **EVERY_PARK})
    sparks = view.read("/api/parks/sparklines")["data"]
    rows: list[Row] = body["data"]
    shamed = [row for row in rows if row["rank"] is not None and row["comparable_score"] > 0]
    wall = sorted(shamed, key=lambda row: row["rank"])[:WALL_SIZE]
    return view.page(
        "ranking.html",
        _head("rankings", choosing, f"{choosing.period.label}: which theme parks break down most"),
        refreshes=choosing.is_running,
        choosing=choosing,
        period=choosing.period,
        page=BY_NAME["rankings"],
        period_body=body["period"],
        ranked_by=body["ranked_by"]["sentence"],
        sort=sort,
        sort_hrefs={name: choosing.href(sort=None if name == "rank" else name) for name in PARK_SORTS},
        ranked=[row for row in rows if row["rank"] is not None],
        unranked=[row for row in rows if row["rank"] is None],
        wall=wall,
        worst_ride=_worst_ride(view, choosing, wall[0]) if wall else None,
        sparks={row["park_id"]: row["values"] for row in sparks},
        has_parks=bool(context.catalogue.parks),
        api_href=page_url("/api/parks/downtime", choosing.query, choosing.rest),
    )


def _worst_ride(view: View, choosing: Choosing, park: Row) -> Row | None:
    """The ride of a park that lost most time; of this moment the one that is down longest."""
    here = {"operator": park["operator"], "country": park["country"]}
    rides = view.read("/api/rides/downtime", {**choosing.period_query, **here, **EVERY_PARK})["data"]
    of_park = [row for row in rides if row["park_id"] == park["park_id"]]
    if choosing.period.is_live:
        down = [row for row in of_park if row["is_down"] and row["status_since"] is not None]
        return min(down, key=lambda row: row["status_since"], default=None)
    lost = [row for row in of_park if (row["downtime_seconds"] or 0) > 0]
    return max(lost, key=lambda row: row["downtime_seconds"], default=None)


@ranking_pages.get("/rides")
@answered()
def rides(context: AnswerContext) -> str:
    """Rides from those that lost most time down."""
    asked = list_parameters("sort", "limit", "offset", *RIDE_PARAMETERS)
    choosing = Choosing.of(context, "/rides", asked, ("sort", "limit"), lists_rides=True, shows_others=True)
    view = View(context)
    kind = choosing.rides_words
    page = PAGE.read(asked)
    limit = page.limit if asked.text("limit") else RIDES_PER_PAGE
    after = page.offset + limit
    part = {**asked_for(asked, ("offset",)), "limit": str(limit)}
    body = view.read("/api/rides/downtime", {**choosing.asked, **choosing.rest, **part})
    shown = sorted(row["ride_id"] for row in body["data"])
    is_live = choosing.period.is_live
    ranked = (row for row in body["data"] if row["rank"] is not None)
    lost = [row for row in ranked if is_live or (row["breakdown_seconds"] or 0) > 0]
    first = sorted((row for row in lost if row["rank"] <= WALL_SIZE), key=lambda row: row["rank"])
    sparks = view.read("/api/rides/sparklines", {"ids": ",".join(map(str, shown))})["data"] if shown else []
    return view.page(
        "rides.html",
        _head(
            "rides",
            choosing,
            f"{choosing.period.label}: which {kind.lower()} break down most",
            {**choosing.ride_query, **asked_for(asked, ("offset",))},
        ),
        refreshes=choosing.is_running,
        choosing=choosing,
        period=choosing.period,
        page=replace(BY_NAME["rides"], title=f"Which {kind.lower()} break down?"),
        rides_words="All rides" if kind == ANY_RIDE else kind,
        body=body,
        sparks={row["ride_id"]: row["values"] for row in sparks},
        sort=RIDE_SORT.read(asked),
        sort_hrefs={name: choosing.href(sort=None if name == "rank" else name) for name in RIDE_SORTS},
        wall=[] if page.offset else first[:WALL_SIZE],
        first_href=choosing.href(),
        before_href=choosing.href(offset=str(max(0, page.offset - limit))) if page.offset else None,
        after_href=choosing.href(offset=str(after)) if after < body["total"] else None,
        api_href=page_url("/api/rides/downtime", choosing.query, choosing.ride_query, choosing.rest, part),
    )


@ranking_pages.get("/operators")
@answered()
def operators(context: AnswerContext) -> str:
    """Operators, each the sum of its ranked parks."""
    asked = list_parameters("sort")
    choosing = Choosing.of(context, "/operators", asked, ("sort",))
    view = View(context)
    body = view.read("/api/operators", {**choosing.asked, **choosing.rest, **EVERY_PARK})
    return view.page(
        "operators.html",
        head_of(
            OPERATORS,
            f"{choosing.period.label}: which theme park operators break down most",
            query=page_url("", choosing.query),
            card=f"/cards/rankings.png{page_url('', choosing.query)}",
        ),
        refreshes=choosing.is_running,
        choosing=choosing,
        period=choosing.period,
        page=OPERATORS,
        body=body,
        sort=OPERATOR_SORT.read(asked),
        sort_hrefs={name: choosing.href(sort=None if name == "rank" else name) for name in OPERATOR_SORTS},
        api_href=page_url("/api/operators", choosing.query, choosing.rest),
    )


@ranking_pages.get("/waits")
@answered()
def waits(context: AnswerContext) -> str:
    """The longest queues; rides and parks by posted wait."""
    asked = list_parameters(*RIDE_PARAMETERS)
    choosing = Choosing.of(context, "/waits", asked, lists_rides=True, shows_others=True)
    view = View(context)
    return view.page(
        "waits.html",
        _head(
            "waits",
            choosing,
            f"{choosing.period.label}: where theme park visitors wait longest",
            choosing.ride_query,
        ),
        refreshes=choosing.is_running,
        choosing=choosing,
        period=choosing.period,
        page=BY_NAME["waits"],
        longest=view.read("/api/rides/longest-waits", {**choosing.asked, "limit": SHOWN_LONGEST}),
        rides=view.read("/api/rides/waittimes", {**choosing.asked, "limit": SHOWN_WAITS}),
        parks=view.read("/api/parks/waittimes", {**choosing.asked_of_parks, **EVERY_PARK}),
        api_href=page_url("/api/rides/waittimes", choosing.query, choosing.ride_query),
        parks_href=page_url("/api/parks/waittimes", choosing.query),
        longest_href=page_url("/api/rides/longest-waits", choosing.query, choosing.ride_query),
    )


_LISTS = {
    "rankings": "/api/parks/downtime",
    "rides": "/api/rides/downtime",
    "waits": "/api/rides/waittimes",
}


def _head(name: str, choosing: Choosing, title: str, part: Mapping[str, str] | None = None) -> Head:
    card_query = page_url("", choosing.query)
    same = page_url(_LISTS[name], choosing.query, choosing.rest, part or {})
    as_csv = page_url(_LISTS[name], choosing.query, choosing.rest, part or {}, {"format": "csv"})
    return head_of(
        BY_NAME[name],
        title,
        query=page_url("", choosing.query, part or {}),
        card=f"/cards/{name}.png{card_query}",
        alternates=(
            ("application/json", "The same as JSON", absolute(same)),
            ("text/csv", "The same as CSV", absolute(as_csv)),
        ),
    )
