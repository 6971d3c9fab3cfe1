"""``/trends`` and ``/compare``: one time against another, one park or ride against others."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint

from hallofshame.domain.periods import ONE_DAY, Period, PeriodName, Shift
from hallofshame.web.answers import answered
from hallofshame.web.api.compare import AGAINST, AGAINST_DATES, MAX_COMPARED, NONE, RANGE
from hallofshame.web.envelope import Row
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.registry import BY_NAME
from hallofshame.web.pages.view import View, asked_for, head_of, known, list_parameters
from hallofshame.web.parameters import (
    MAX_LIMIT,
    PERIOD_PARAMETERS,
    RIDE_PARAMETERS,
    Parameters,
)
from hallofshame.web.reading import Reading
from hallofshame.web.wording import TREND_REASONS

change_pages = Blueprint("change_pages", __name__)

TREND_TABLES = (
    ("parks_improving", "Parks that got better", "No park gained five points."),
    ("parks_declining", "Parks that got worse", "No park lost five points."),
    ("rides_improving", "Rides that got better", "No ride gained five points."),
    ("rides_declining", "Rides that got worse", "No ride lost five points."),
)
"""The tables of the answer, what they are called, and what is said where one is empty."""
SHOWN_CHANGES = 10
"""How many changes a table shows, unless all are asked for."""
INSTEAD_OF_LIVE = PeriodName.SEVEN_DAYS
"""A moment has no period before it: the trends of these days are shown instead."""

EXAMPLE_PERIODS = (PeriodName.THIRTY_DAYS, PeriodName.SEVEN_DAYS, PeriodName.LAST_WEEK)
"""The periods that an example of a comparison may be about, the best first."""
EXAMPLES_AMONG = 50
"""How many of the first rows of a ranking an example is sought among."""

_COMPARED = ("parks", "rides", "against", *AGAINST_DATES)


@change_pages.get("/trends")
@answered()
def trends(reading: Reading) -> str:
    """Who got better and who got worse."""
    asked = list_parameters("all", *RIDE_PARAMETERS)
    choosing = Choosing.of(reading, "/trends", asked, has_live=False, lists_rides=True)
    is_live = choosing.period.is_live
    if is_live:
        choosing = choosing.at(Period(INSTEAD_OF_LIVE))
    limit = {"limit": MAX_LIMIT} if asked.text("all") == "1" else {}
    view = View(reading)
    body = view.read("/api/trends", {**choosing.asked, **limit})
    is_cut = any(total > SHOWN_CHANGES for total in body["totals"].values())
    return view.page(
        "trends.html",
        head_of(
            "trends",
            f"{choosing.period.label}: which parks and rides got better or worse",
            query=page_url("", choosing.query, choosing.ride_query),
        ),
        BY_NAME["trends"].chunk,
        choosing=choosing,
        period=choosing.period,
        page=BY_NAME["trends"],
        body=body,
        is_live=is_live,
        all_href=None if limit or not is_cut else choosing.href(all="1"),
        tables=[
            {
                "name": name,
                "title": title,
                "none": none,
                "of_parks": name.startswith("parks"),
                "rows": body["data"][name][: None if limit else SHOWN_CHANGES],
                "total": body["totals"][name],
            }
            for name, title, none in TREND_TABLES
        ],
        not_compared=_not_compared(body["compared"]),
        api_href=page_url("/api/trends", choosing.query, choosing.ride_query),
    )


def _not_compared(compared: Row) -> list[Row]:
    """The reasons why parks or rides were not compared, with the numbers of both."""
    counts = {
        kind: {line["reason"]: line["count"] for line in compared[kind]["not_compared"]} for kind in compared
    }
    return [
        {"words": words, **{kind: counts[kind].get(reason, 0) for kind in counts}}
        for reason, words in TREND_REASONS.items()
        if any(reason in found for found in counts.values())
    ]


@change_pages.get("/compare")
@answered()
def compare(reading: Reading) -> str:
    """Parks or rides side by side, or a form to choose them."""
    asked = known(*PERIOD_PARAMETERS, *_COMPARED)
    period = asked.period(reading.now.date())
    selection = _selection(asked)
    query = selection | asked_for(asked, PERIOD_PARAMETERS) | _against(asked, period, reading.now.date())
    view = View(reading)
    compared: Row | None = view.ask("/api/compare", query)["data"] if selection else None
    title = " and ".join(_name_of(row) for row in compared["rows"]) if compared else None
    return view.page(
        "compare.html",
        head_of(
            "compare",
            f"{title} side by side" if title else "Compare theme parks and rides",
            query=page_url("", query),
            is_indexed=not selection,
        ),
        BY_NAME["compare"].chunk,
        page=BY_NAME["compare"],
        period=period,
        query=query,
        compared=compared,
        parks=[park for park in reading.catalogue.parks.values() if park.is_active],
        examples=[] if selection else _examples(view),
        api_href=page_url("/api/compare", query) if selection else "/api/docs",
    )


def _examples(view: View) -> list[Row]:
    """Two parks and two rides that can be compared with the period before (R11); none where none can."""
    found = []
    for kind, path, key in (("parks", "parks", "park_slug"), ("rides", "rides", "ride_id")):
        for period in EXAMPLE_PERIODS:
            given = {"period": period.value, "limit": EXAMPLES_AMONG}
            rows = view.read(f"/api/{path}/downtime", given)["data"]
            both = [row for row in rows if row["rank"] is not None and row["trend_points"] is not None][:2]
            if len(both) == 2:
                query = {kind: ",".join(str(row[key]) for row in both), "period": period.value}
                found.append(
                    {
                        "names": [row.get("ride_name") or row["park_name"] for row in both],
                        "period": Period(period).label,
                        "href": page_url("/compare", query | {"against": Shift.PREVIOUS.value}),
                    }
                )
                break
    return found


def _selection(asked: Parameters) -> dict[str, str]:
    """What is put side by side, each once; rides where both are given."""
    kind = "rides" if asked.text("rides") else "parks"
    names = dict.fromkeys(name.strip() for name in (asked.text(kind) or "").split(","))
    chosen = [name for name in names if name][:MAX_COMPARED]
    return {kind: ",".join(chosen)} if chosen else {}


def _against(asked: Parameters, period: Period, today: dt.date) -> dict[str, str]:
    """What it is compared with: nothing as long as a range lacks its dates, as the form leaves it meanwhile.

    What neither the form nor the API knows is refused.
    """
    against = asked.choice("against", AGAINST)
    for name in AGAINST_DATES:
        asked.date(name, today + ONE_DAY)
    dates = asked_for(asked, AGAINST_DATES)
    if period.is_live or against == NONE or (against == RANGE and len(dates) < len(AGAINST_DATES)):
        return {}
    return {"against": against} | (dates if against == RANGE else {})


def _name_of(row: Row) -> str:
    of = row["first"] or row["second"] or {}
    return str(of.get("ride_name") or of.get("park_name") or row["id"])
