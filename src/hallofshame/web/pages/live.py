"""``/now``: what is down at this moment."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.web.answers import answered
from hallofshame.web.envelope import Row
from hallofshame.web.pages.addresses import page_url
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.registry import BY_NAME
from hallofshame.web.pages.view import CATALOGUE, View, absolute, head_of, known
from hallofshame.web.parameters import FILTER_PARAMETERS, RIDE_PARAMETERS
from hallofshame.web.reading import Reading

live_pages = Blueprint("live_pages", __name__)

SHOWN_PARKS, SHOWN_RIDES = 6, 24


@live_pages.get("/now")
@answered(always_live=True)
def now(reading: Reading) -> str:
    """The live board."""
    choosing = Choosing.of(reading, "/now", known(*FILTER_PARAMETERS, *RIDE_PARAMETERS), lists_rides=True)
    filters, of_parks = dict(choosing.asked), choosing.asked_of_parks
    view = View(reading)
    summary = view.ask("/api/live/status-summary", filters)["data"]
    board = view.ask("/api/outages/now", filters)["data"]
    ranking = view.ask("/api/parks/downtime", of_parks | {"period": "live", "limit": SHOWN_PARKS})
    view.ask(*CATALOGUE)
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
        BY_NAME["now"].chunk,
        choosing=choosing,
        page=BY_NAME["now"],
        summary=summary,
        board=board,
        down=_newest_first(board["down"])[:SHOWN_RIDES],
        ranking=ranking,
        api_href=page_url("/api/outages/now", filters),
    )


def _newest_first(down: list[Row]) -> list[Row]:
    """The rides that fell last come first; equals by id, as the script has them."""
    by_id = sorted(down, key=lambda row: row["ride_id"])
    return sorted(by_id, key=lambda row: row["started_at"], reverse=True)
