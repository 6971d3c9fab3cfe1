"""``/awards``: the best and the worst of a year, and year against year."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint

from hallofshame.domain.periods import FIRST_YEAR
from hallofshame.domain.plurals import noun
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Row
from hallofshame.web.page_registry import BY_NAME
from hallofshame.web.pages.addresses import page_url, park_path, ride_path
from hallofshame.web.pages.choosing import Choosing
from hallofshame.web.pages.view import View, asked_for, head_of, known
from hallofshame.web.parameters.declared import integer_or_none
from hallofshame.web.parameters.shared import FILTER_PARAMETERS, LAST_YEAR, RIDE_PARAMETERS
from hallofshame.web.responses import answered

award_pages = Blueprint("award_pages", __name__)

SCENES = frozenset(
    {
        "best-parks",
        "best-rides",
        "longest-waits",
        "most-improved-parks",
        "most-improved-rides",
        "worst-parks",
        "worst-rides",
    }
)
"""The awards that have a scene of their own in ``templates/art``."""
SCENE_OF = {"worst-coasters": "worst-rides"}
ANY_SCENE = "best-parks"
_AGAINST = integer_or_none("against", FIRST_YEAR, LAST_YEAR)


@award_pages.get("/awards")
@answered()
def awards(context: AnswerContext) -> str:
    """The best and the worst of a year."""
    asked = known("year", "against", *FILTER_PARAMETERS, *RIDE_PARAMETERS)
    choosing = Choosing.of(context, "/awards", asked, ("year", "against"), has_live=False, lists_rides=True)
    view = View(context)
    query = {**choosing.asked, **asked_for(asked, ("year",))}
    data = view.read("/api/awards", query)["data"]
    year = data["year"]
    against = _AGAINST.read(asked) or year
    before: dict[str, list[Row]] | None = None
    if against != year and against in data["years"]:
        rival = view.read("/api/awards", {**choosing.asked, "year": against})["data"]
        before = {category["slug"]: category["winners"] for category in rival["categories"]}
    kept = choosing.parks.query | choosing.ride_query
    rest = {} if before is None else {"against": against}
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
        choosing=choosing,
        page=BY_NAME["awards"],
        awards=data,
        against=None if before is None else against,
        kept=kept | asked_for(asked, ("year",)),
        posters=[_poster(category, year, before) for category in data["categories"]],
        has_winners=any(category["winners"] for category in data["categories"]),
        year_links=[
            {
                "label": str(other),
                "href": page_url("/awards", kept, rest, {"year": other}),
                "is_current": other == year,
            }
            for other in reversed(data["years"])
        ],
        api_href=page_url("/api/awards", query),
    )


def _poster(category: Row, year: int, before: dict[str, list[Row]] | None) -> Row:
    """One award as it is drawn: its scene, its winners with their moves, and those of the other year."""
    slug = category["slug"]
    scene = SCENE_OF.get(slug, slug)
    others = None if before is None else before.get(slug, [])
    return {
        **category,
        "scene": f"award-{scene if scene in SCENES else ANY_SCENE}",
        "winners": [
            {**_winner(row), "move": None if others is None else move_words(row, others)}
            for row in category["winners"]
        ],
        "before": None if others is None else [_winner(row) for row in others],
        "nobody": _nobody(category, year),
    }


def _winner(row: Row) -> Row:
    is_ride = "ride_id" in row
    below = [row["park_name"]] if is_ride else [row["operator"], row["country"]]
    return {
        **row,
        "name": row["ride_name"] if is_ride else row["park_name"],
        "href": ride_path(row) if is_ride else park_path(row),
        "below": " · ".join(part for part in below if part),
    }


def _nobody(category: Row, year: int) -> str:
    kind = category["kind"]
    if str(category["slug"]).startswith("most-improved"):
        return (
            f"Nobody: no {kind} gained against {year - 1}, or {year - 1} was not watched long enough to tell."
        )
    return f"Nobody: no {kind} was watched long enough, or none fits the filters."


def move_words(row: Row, before: Sequence[Row]) -> tuple[str, str]:
    """How a winner's place differs from the one it had in the other year's list: a sign, and words."""
    key = "ride_id" if "ride_id" in row else "park_id"
    place = next((other["place"] for other in before if other[key] == row[key]), None)
    if place is None:
        return "★", "not among the first in"
    places = abs(place - row["place"])
    if places == 0:
        return "=", "same place as in"
    way = "up" if row["place"] < place else "down"
    return {"up": "▲", "down": "▼"}[way], f"{places} {noun(places, 'place')} {way} from"
