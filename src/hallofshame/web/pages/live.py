"""``/now``: what is down at this moment."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.rules import MINUTE_SECONDS, PARK_WIDE_SECONDS
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.page_registry import BY_NAME
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.events import SORTS, events_of
from hallofshame.web.pages.view import View, absolute, asked_for, head_of, known
from hallofshame.web.parameters.declared import choice
from hallofshame.web.parameters.shared import FILTER_PARAMETERS, RIDE_PARAMETERS
from hallofshame.web.responses import answered

live_pages = Blueprint("live_pages", __name__)

_SORT = choice("sort", (name for name, _words in SORTS))

SHOWN_PARKS, SHOWN_EVENTS = 6, 24


@live_pages.get("/now")
@answered(always_live=True)
def now(context: AnswerContext) -> str:
    """The live board."""
    asked = known(*FILTER_PARAMETERS, *RIDE_PARAMETERS, "sort", "all")
    choosing = Choosing.of(context, "/now", asked, ("sort",), lists_rides=True)
    sort = _SORT.read(asked)
    filters, of_parks = dict(choosing.asked), choosing.asked_of_parks
    view = View(context)
    board = view.read("/api/outages/now", filters)["data"]
    down = board["down"]
    events = events_of(down, sort)
    shown = events if asked_for(asked, ("all",)) else events[:SHOWN_EVENTS]
    return view.page(
        "now.html",
        head_of(
            "now",
            "Right now: which theme park rides are down",
            query=page_url("", choosing.parks.query, choosing.ride_query),
            alternates=(
                ("application/json", "The same as JSON", absolute(page_url("/api/outages/now", filters))),
            ),
        ),
        refreshes=True,
        choosing=choosing,
        page=BY_NAME["now"],
        summary=view.read("/api/live/status-summary", filters)["data"],
        board=board,
        events=shown,
        event_minutes=PARK_WIDE_SECONDS // MINUTE_SECONDS,
        longest=min(down, key=lambda row: (row["started_at"], row["ride_id"]), default=None),
        parks_down=len({row["park_id"] for row in down}),
        sort=sort,
        sorts=SORTS,
        all_href=choosing.href(all="1") + "#down" if len(shown) < len(events) else None,
        ranking=view.read("/api/parks/downtime", of_parks | {"period": "live", "limit": SHOWN_PARKS}),
        api_href=page_url("/api/outages/now", filters),
    )
