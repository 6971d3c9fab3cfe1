"""``/embed/…``: the chart of a park, ride, comparison or ranking alone, as a frame for other people's pages.

Whole without a script, with the sources and a link to the full page. Only these pages may stand in a frame
(:func:`embed_headers`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

from flask import Blueprint, abort

from hallofshame.domain.bands import band_of
from hallofshame.domain.plurals import counted
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.envelope import Row
from hallofshame.web.api.compare import AGAINST_NAMES
from hallofshame.web.formatting import duration, figure
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.page_registry import BY_NAME, OPERATORS
from hallofshame.web.pages.addresses import page_url, park_path, period_query, ride_path
from hallofshame.web.pages.chart_svg import axes_of, draw, in_common
from hallofshame.web.pages.comparing import MEASURE as COMPARED
from hallofshame.web.pages.comparing import series_of, title_of
from hallofshame.web.pages.place_charts import GRAIN_WORDS, PARK_MEASURES, RIDE_MEASURES
from hallofshame.web.pages.place_state import MEASURE
from hallofshame.web.pages.selection import PARKS, RIDES, Selection
from hallofshame.web.pages.view import Head, View, absolute, asked_for, known
from hallofshame.web.parameters.declared import choice
from hallofshame.web.parameters.shared import FILTER_PARAMETERS, PERIOD, PERIOD_PARAMETERS, RIDE_PARAMETERS
from hallofshame.web.responses import answered
from hallofshame.web.wording import CHART_MEASURES

embed_pages = Blueprint("embed_pages", __name__, url_prefix="/embed")

ROWS = 10
"""How many rows of a ranking stand in its frame."""
_PARK_MEASURE, _RIDE_MEASURE = choice(MEASURE, PARK_MEASURES), choice(MEASURE, RIDE_MEASURES)
_LOWEST_TOP = 2.5
"""The score that a whole bar stands for, unless one is higher."""

EMBED_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'none'; "
        "base-uri 'none'; frame-ancestors *"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""Anybody's page may frame these; no script runs in them, and nothing can be sent from them."""


def embed_headers(path: str, status: int) -> Mapping[str, str] | None:
    """The headers of a frame; null of everything that may stand in none, errors among it."""
    is_frame = path.startswith(f"{embed_pages.url_prefix}/") and status in (200, 304)
    return EMBED_HEADERS if is_frame else None


def frame_html(path: str, title: str, height: int = 420) -> str:
    """The HTML by which another page takes in the frame at ``path``."""
    return (
        f'<iframe src="{escape(absolute(path))}" title="{escape(title)}" width="100%" height="{height}" '
        'loading="lazy" style="border:0"></iframe>'
    )


@embed_pages.get("/parks/<slug>")
@answered()
def park(context: AnswerContext, slug: str) -> str:
    """A park's chart of the period."""
    asked = known(*PERIOD_PARAMETERS, MEASURE)
    period = PERIOD.read(asked, context.now.date())
    measure = _PARK_MEASURE.read(asked)
    found = find_park(context, slug)
    view = View(context)
    details = view.read(f"/api/parks/{found.slug}/details", period_query(period))["data"]
    row = details["summary"]
    return _place(
        view, details, measure, found.name, "", f"{park_path(row)}{page_url('', period_query(period))}"
    )


@embed_pages.get("/rides/<int:ride>")
@answered()
def ride(context: AnswerContext, ride: int) -> str:
    """A ride's chart of the period."""
    asked = known(*PERIOD_PARAMETERS, MEASURE)
    period = PERIOD.read(asked, context.now.date())
    measure = _RIDE_MEASURE.read(asked)
    found = find_ride(context, str(ride))
    view = View(context)
    details = view.read(f"/api/rides/{found.ride_id}/details", period_query(period))["data"]
    row = details["summary"]
    href = f"{ride_path(row)}{page_url('', period_query(period))}"
    return _place(view, details, measure, found.name, row["park_name"], href)


def _place(view: View, details: Row, measure: str, name: str, where: str, href: str) -> str:
    [points] = in_common([details["chart_data"]])
    grain, row = details["chart_grain"], details["summary"]
    return _page(
        view,
        name,
        href,
        where=where,
        days=(row["start_date"], row["end_date"]),
        chart=draw(points, axes_of([points], measure)),
        label=f"{CHART_MEASURES[measure][0]}, {GRAIN_WORDS[grain].lower()}",
        row=row,
    )


@embed_pages.get("/compare")
@answered()
def compare(context: AnswerContext) -> str:
    """The charts of a comparison, on the same axes."""
    asked = known(*PERIOD_PARAMETERS, "against", *AGAINST_NAMES, COMPARED, PARKS, RIDES)
    kept = asked_for(asked, (*PERIOD_PARAMETERS, "against", *AGAINST_NAMES, COMPARED))
    selection = Selection.of(asked, kept)
    view = View(context)
    query = {name: value for name, value in (selection.query | kept).items() if name != COMPARED}
    compared = view.read("/api/compare", query)["data"]
    series = series_of(view, selection, compared)
    return _page(view, title_of(compared), selection.href, series=series, label=series["label"])


@dataclass(frozen=True)
class Listed:
    """A ranking as a frame: its answer, its page, and how a row is said (name, place, value, amount)."""

    api: str
    title: str
    path: str
    words: str
    of: Callable[[Row], tuple[str, str, str, float]]
    link: Callable[[Row, Mapping[str, str]], str]


def _shame(row: Row) -> tuple[str, str, str, float]:
    place = row["country"] or "" if "park_name" in row else counted(row["parks"], "park")
    score = row["comparable_score"]
    return row.get("park_name") or row["operator"], place, str(figure(score, 2)), score


def _ride_lost(row: Row) -> tuple[str, str, str, float]:
    lost = row["breakdown_seconds"]
    return row["ride_name"], row["park_name"], "down" if lost is None else str(duration(lost)), lost or 0


def _waiting(row: Row) -> tuple[str, str, str, float]:
    wait = row["average_wait_minutes"]
    return row["ride_name"], row["park_name"], str(figure(wait, 0, "min")), wait


LISTS = {
    "rankings": Listed(
        "/api/parks/downtime", BY_NAME["rankings"].title, "/", "Comparable score of breakdowns, 0 to 10",
        _shame, lambda row, query: park_path(row) + page_url("", query),
    ),
    "rides": Listed(
        "/api/rides/downtime", BY_NAME["rides"].title, "/rides", "Time in breakdowns over the same day",
        _ride_lost, lambda row, query: ride_path(row) + page_url("", query),
    ),
    "operators": Listed(
        "/api/operators", OPERATORS.title, OPERATORS.path, "Comparable score of breakdowns, 0 to 10",
        _shame, lambda row, query: page_url("/", query, {"operator": row["operator"]}),
    ),
    "waits": Listed(
        "/api/rides/waittimes", BY_NAME["waits"].title, "/waits", "Average posted wait",
        _waiting, lambda row, query: ride_path(row) + page_url("", query),
    ),
}  # fmt: skip
"""The rankings by the name of their page."""


@embed_pages.get("/<name>")
@answered()
def ranking(context: AnswerContext, name: str) -> str:
    """The first rows of a ranking."""
    listed = LISTS.get(name)
    if listed is None:
        abort(404)
    takes = RIDE_PARAMETERS if "/rides/" in listed.api else ()
    names = (*PERIOD_PARAMETERS, *FILTER_PARAMETERS, *takes)
    asked = known(*names)
    period = PERIOD.read(asked, context.now.date())
    view = View(context)
    query = asked_for(asked, names)
    body = view.read(listed.api, query | {"limit": str(ROWS)})
    rows = [row for row in body["data"] if row["rank"] is not None]
    said = [listed.of(row) for row in rows]
    longest = max([amount for *_, amount in said] + [_LOWEST_TOP if listed.of is _shame else 0.0])
    return _page(
        view,
        listed.title,
        page_url(listed.path, query),
        label=f"{listed.words}. {period.label}",
        period=body["period"],
        lines=[
            {
                "rank": row["rank"],
                "name": name,
                "where": where,
                "value": value,
                "percent": round(100 * amount / longest, 1) if longest else 0,
                "band": band_of(row["comparable_score"]) if listed.of is _shame else None,
                "href": listed.link(row, period_query(period)),
            }
            for row, (name, where, value, amount) in zip(rows, said, strict=True)
        ],
    )


def _page(view: View, title: str, href: str, **words: Any) -> str:
    head = Head(title=title, description="", path=href, is_indexed=False)
    return view.page("embed.html", head, **{"chart": None, "series": None, "lines": None, **words})
