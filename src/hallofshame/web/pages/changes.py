"""``/trends``: who got better and who got worse."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.periods import Period, PeriodName
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Row
from hallofshame.web.page_registry import BY_NAME
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.view import View, head_of, list_parameters
from hallofshame.web.parameters.shared import MAX_LIMIT, RIDE_PARAMETERS
from hallofshame.web.responses import answered
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


@change_pages.get("/trends")
@answered()
def trends(context: AnswerContext) -> str:
    """Who got better and who got worse."""
    asked = list_parameters("all", *RIDE_PARAMETERS)
    choosing = Choosing.of(context, "/trends", asked, has_live=False, lists_rides=True)
    is_live = choosing.period.is_live
    if is_live:
        choosing = choosing.at(Period(INSTEAD_OF_LIVE))
    limit = {"limit": MAX_LIMIT} if asked.text("all") == "1" else {}
    view = View(context)
    body = view.read("/api/trends", {**choosing.asked, **limit})
    is_cut = any(total > SHOWN_CHANGES for total in body["totals"].values())
    return view.page(
        "trends.html",
        head_of(
            "trends",
            f"{choosing.period.label}: which parks and rides got better or worse",
            query=page_url("", choosing.query, choosing.ride_query),
        ),
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
