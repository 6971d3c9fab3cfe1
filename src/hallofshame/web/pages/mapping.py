"""``/map``: where the parks are, each with the sign of its band."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint

from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.page_registry import BY_NAME
from hallofshame.web.pages.addresses import page_url, park_path
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.projection import CLOSEST, MapView
from hallofshame.web.pages.rankings import EVERY_PARK
from hallofshame.web.pages.view import CATALOGUE, View, head_of, list_parameters
from hallofshame.web.pages.world_map import DRAWN_PIXELS, NEAR_PIXELS, STEP, MappedPark, marks_of, places_of
from hallofshame.web.responses import answered

map_pages = Blueprint("map_pages", __name__)

VIEW = "view"
PARK_WIDTH = 40.0
"""How much of the map is seen around one park, in its units: four degrees."""


@map_pages.get("/map")
@answered()
def map_page(context: AnswerContext) -> str:
    """Every park with its place and its score."""
    asked = list_parameters(VIEW)
    choosing = Choosing.of(context, "/map", asked, (VIEW,))
    view = View(context)
    ranking = view.read("/api/parks/downtime", {**choosing.asked, **EVERY_PARK})
    parks = {row["park_id"]: row for row in view.read(*CATALOGUE)["data"]}
    places = places_of(ranking["data"], parks)
    whole = MapView.around([place.point for place in places])
    seen = MapView.read(asked.text(VIEW)) or whole

    def look(at: MapView) -> str:
        return choosing.href(view=at.text) + "#map"

    def park_href(place: MappedPark) -> str:
        return page_url(park_path(place.row), choosing.period_query)

    return view.page(
        "map.html",
        head_of(
            "map",
            f"{choosing.period.label}: theme parks on the map, by shame score",
            query=page_url("", choosing.query),
        ),
        refreshes=choosing.is_running,
        choosing=choosing,
        # Other parks are looked at as a whole.
        filtering=replace(choosing, rest={}),
        period=choosing.period,
        page=BY_NAME["map"],
        rows=sorted(ranking["data"], key=lambda row: (row["country"] or "~", row["park_name"])),
        worst=next((row for row in ranking["data"] if row["rank"] == 1), None),
        places=parks,
        marks=marks_of(places, seen, park_href, look),
        seen=seen,
        unit=seen.width / DRAWN_PIXELS,
        step=STEP,
        near_pixels=NEAR_PIXELS,
        closest=CLOSEST,
        regions=[
            {
                "name": region,
                "href": choosing.href(region=region, view=None),
                "is_current": choosing.parks.region == region,
            }
            for region in (None, *context.catalogue.regions)
        ],
        closer_href=look(seen.scaled(STEP)) if seen.width > CLOSEST else None,
        further_href=look(seen.scaled(1 / STEP)),
        whole=whole,
        whole_href=choosing.href(view=None) + "#map",
        look=look,
        park_views={place.park_id: MapView(*place.point, PARK_WIDTH).held() for place in places},
        api_href=page_url("/api/parks/downtime", choosing.query),
    )
