"""``/cards…``: the social card of every page, park and ride. Its figures are those of the API."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from threading import Lock

from flask import Blueprint, abort

from hallofshame.domain.bands import Band, band_of, band_of_loss
from hallofshame.domain.periods import Period
from hallofshame.metrics.scores import down_percent
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Row, attribution
from hallofshame.web.answers.rides import live_word
from hallofshame.web.api.compare import AGAINST_NAMES
from hallofshame.web.endpoints import body
from hallofshame.web.formatting import duration, figure, short_date
from hallofshame.web.images.cards import Card, Verdict, draw
from hallofshame.web.images.lettering import Lettering
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.page_registry import BY_NAME
from hallofshame.web.pages.addresses import period_query
from hallofshame.web.pages.assets import Build
from hallofshame.web.pages.view import asked_for, known, list_parameters, the_build
from hallofshame.web.parameters.shared import FILTER_PARAMETERS, PERIOD, PERIOD_PARAMETERS
from hallofshame.web.responses import answered
from hallofshame.web.tokens import tokens
from hallofshame.web.wording import (
    AT_LEAST,
    DEMONSTRATION_RIBBON,
    EXCLUDED_REASONS,
    UNRANKED_REASONS,
    is_lower_bound,
)

card_pages = Blueprint("card_pages", __name__, url_prefix="/cards")

PNG_TYPE = "image/png"
_LISTED = 3
_COMPARED = ("parks", "rides")
_COMPARED_BY = {"rankings": "Score of breakdowns over the same day", "rides": "Time in such breakdowns"}
_FONTS = ("latin-wght-normal", "latin-ext-wght-normal")
_one_at_a_time = Lock()
"""Drawing takes a twentieth of a second of one core and some megabytes: never several at once."""


@card_pages.get("/parks/<slug>.png")
@answered(mimetype=PNG_TYPE, names_host=False)
def park_card(context: AnswerContext, slug: str) -> bytes:
    """A park's score."""
    found = find_park(context, slug)
    period = PERIOD.read(list_parameters(), context.now.date())
    answer = body(context, f"/api/parks/{found.park_id}/details", period_query(period))
    row = answer["data"]["summary"]
    band = band_of(row["shame_score"])
    where = ", ".join(part for part in (found.operator, found.country) if part)
    return _drawn(
        context,
        Card(
            found.name,
            f"Shame score · {where}" if where else "Shame score",
            _period_words(period, answer),
            _verdict(f"{row['shame_score']:.2f}", _unit(row, "of 10"), band) if band else None,
            _why(row),
        ),
    )


@card_pages.get("/rides/<int:ride>.png")
@answered(mimetype=PNG_TYPE, names_host=False)
def ride_card(context: AnswerContext, ride: int) -> bytes:
    """The share of its time that a ride was down."""
    found = find_ride(context, str(ride))
    period = PERIOD.read(list_parameters(), context.now.date())
    answer = body(context, f"/api/rides/{ride}/details", period_query(period))
    row = answer["data"]["summary"]
    down = None if period.is_live else down_percent(row["uptime_percent"])
    band = band_of_loss(down)
    note = _why(row)
    if period.is_live and (word := live_word(row)) is not None:
        note = f"{word.capitalize()} right now"
    return _drawn(
        context,
        Card(
            found.name,
            row["park_name"],
            _period_words(period, answer),
            _verdict(f"{down:.1f} %", _unit(row, "down"), band) if band and down is not None else None,
            note,
        ),
    )


@card_pages.get("/awards/<int:year>.png")
@answered(mimetype=PNG_TYPE, names_host=False)
def awards_card(context: AnswerContext, year: int) -> bytes:
    """The winners of a year."""
    data = body(context, "/api/awards", {"year": str(year), "limit": "1"})["data"]
    wanted = ("best-parks", "worst-parks", "worst-rides", "longest-waits")
    lines = [
        (category["title"], winner.get("ride_name") or winner["park_name"], 0)
        for slug in wanted
        for category in data["categories"]
        if category["slug"] == slug
        for winner in category["winners"][:1]
    ]
    so_far = "The standings so far" if data["is_partial"] else "The whole year"
    return _drawn(
        context,
        Card(
            f"The awards of {year}",
            BY_NAME["awards"].label,
            so_far,
            None,
            None if lines else "Nobody qualifies yet",
            lines,
        ),
    )


@card_pages.get("/compare.png")
@answered(mimetype=PNG_TYPE, names_host=False)
def compare_card(context: AnswerContext) -> bytes:
    """What is compared, each with its figure; without anything chosen the page."""
    asked = known(*PERIOD_PARAMETERS, *_COMPARED, "against", *AGAINST_NAMES)
    query = asked_for(asked, (*PERIOD_PARAMETERS, *_COMPARED))
    if not any(query.get(kind) for kind in _COMPARED):
        return _page_card(context, "compare")
    data = body(context, "/api/compare", query)["data"]
    rows = [pair["first"] for pair in data["rows"]]
    list_of = "rides" if data["kind"] == "ride" else "rankings"
    lines = [_line(row, list_of) for row in rows if row["coverage_percent"]][:_LISTED]
    title, period = BY_NAME["compare"].title, PERIOD.read(asked, context.now.date())
    note = None if lines else UNRANKED_REASONS["not_watched"]
    return _drawn(context, Card(title, _COMPARED_BY[list_of], period.label, None, note, lines))


@card_pages.get("/now.png")
@answered(always_live=True, mimetype=PNG_TYPE, names_host=False)
def now_card(context: AnswerContext) -> bytes:
    """The page about this moment, which grows stale also where nothing new is seen."""
    return _page_card(context, "now")


@card_pages.get("/<name>.png")
@answered(mimetype=PNG_TYPE, names_host=False)
def page_card(context: AnswerContext, name: str) -> bytes:
    """A page: its title, and the first rows of its list where it has one."""
    return _page_card(context, name)


def _page_card(context: AnswerContext, name: str) -> bytes:
    if name not in BY_NAME:
        abort(404)
    page = BY_NAME[name]
    asked = list_parameters()
    query = asked_for(asked, (*PERIOD_PARAMETERS, *FILTER_PARAMETERS))
    listed = _LISTS.get(name)
    if listed is None:
        return _drawn(context, Card(page.title, page.label, "Every day, everywhere", None, page.lead))
    path, own = listed
    answer = body(context, path, query | own | {"limit": str(_LISTED)})
    period = PERIOD.read(asked, context.now.date())
    lines = [_line(row, name) for row in answer["data"] if row["rank"] is not None]
    words = "Right now" if own else _period_words(period, answer)
    return _drawn(context, Card(page.title, page.label, words, None, None if lines else page.lead, lines))


_LISTS: dict[str, tuple[str, dict[str, str]]] = {
    "rankings": ("/api/parks/downtime", {}),
    "map": ("/api/parks/downtime", {}),
    "rides": ("/api/rides/downtime", {}),
    "now": ("/api/parks/downtime", {"period": "live"}),
    "waits": ("/api/rides/waittimes", {}),
}
"""The list of which a page's card shows the head, with the parameters that the page itself fixes."""


def _line(row: Row, name: str) -> tuple[str, str, int]:
    if name == "waits":
        return str(figure(row["average_wait_minutes"], 0, "min")), row["ride_name"], 0
    if name == "rides":
        lost = row["breakdown_seconds"]
        return "down" if lost is None else str(duration(lost)), row["ride_name"], 0
    band = band_of(row["comparable_score"])
    return f"{row['comparable_score']:.2f}", row["park_name"], band.level if band else 0


def _unit(row: Row, unit: str) -> str:
    """What stands after the figure of one park or ride; also that it is a lower bound."""
    return f"{unit}, {AT_LEAST}" if is_lower_bound(row) else unit


def _verdict(figure: str, unit: str, band: Band) -> Verdict:
    return Verdict(figure, unit, band.level, band.name)


def _why(row: Row) -> str:
    """Why there is no figure."""
    unranked, excluded = row["unranked_reason"], row.get("excluded_reason")
    if unranked is not None:
        return UNRANKED_REASONS[unranked]
    return EXCLUDED_REASONS[excluded] if excluded is not None else UNRANKED_REASONS["not_watched"]


def _period_words(period: Period, answer: Row) -> str:
    found = answer["period"]
    if found["start"] is None or period.is_live:
        return period.label
    if found["start"] == found["end"]:
        days = short_date(found["start"])
    else:
        days = f"{short_date(found['start'])} to {short_date(found['end'])}"
    return (
        days if period.label[:4].isdigit() and len(period.label) > len("2026") else f"{period.label}: {days}"
    )


def _drawn(context: AnswerContext, card: Card) -> bytes:
    if context.site.settings.demonstration:
        card = replace(card, ribbon=DEMONSTRATION_RIBBON)
    card = replace(card, sources=[source["text"] for source in attribution(context)])
    lettering = _lettering(the_build())
    with _one_at_a_time:
        return draw(card, tokens(), lettering)


def _lettering(build: Build) -> Lettering:
    """The fonts that the page build ships, if there is one."""
    names = build.fonts()
    return _lettering_of(
        tuple(build.folder / name for want in _FONTS for name in names if f"-{want}" in name)
    )


@cache
def _lettering_of(files: tuple[Path, ...]) -> Lettering:
    return Lettering(files)
