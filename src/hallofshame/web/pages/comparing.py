"""``/compare``: up to six parks or rides side by side, in one period or two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect

from hallofshame.domain.names import clipped
from hallofshame.domain.periods import ONE_DAY, Period, PeriodName, Shift
from hallofshame.web.answer_context import AnswerContext, site
from hallofshame.web.answers.envelope import Row
from hallofshame.web.api.compare import AGAINST, AGAINST_DATES, AGAINST_NAMES, NONE, RANGE
from hallofshame.web.page_registry import BY_NAME
from hallofshame.web.pages.addresses import page_url, period_links, period_query
from hallofshame.web.pages.chart_svg import axes_of, draw, in_common, label_of
from hallofshame.web.pages.place_charts import PARK_MEASURES, RIDE_MEASURES, shown
from hallofshame.web.pages.selection import (
    PARKS,
    RIDES,
    Selection,
    key_of_match,
    park_subject,
    ride_subject,
)
from hallofshame.web.pages.view import View, asked_for, head_of, known
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.shared import PERIOD, PERIOD_PARAMETERS
from hallofshame.web.responses import answered
from hallofshame.web.wording import CHART_MEASURES

compare_pages = Blueprint("compare_pages", __name__)

MEASURE, ADD = "measure", "add"
_STATE = (*PERIOD_PARAMETERS, "against", *AGAINST_NAMES, MEASURE)
_MAX_TYPED = 80

AGAINST_WORDS = (
    (NONE, "Nothing"),
    (Shift.PREVIOUS.value, "The period before"),
    (Shift.LAST_YEAR.value, "The same days last year"),
    (RANGE, "Other dates"),
)

EXAMPLE_PERIODS = (PeriodName.THIRTY_DAYS, PeriodName.SEVEN_DAYS, PeriodName.LAST_WEEK)
"""The periods that an example of a comparison may be about, the best first."""
EXAMPLES_AMONG = 50
"""How many of the first rows of a ranking an example is sought among."""


@dataclass(frozen=True)
class ComparedLine:
    """One line of the table: a field of the rows, and the change that it has, if any."""

    key: str
    label: str
    change: str | None = None
    digits: int = 0
    unit: str = ""
    of: str = ""
    """After a change, for those who only hear it."""


_PARK_LINES = (
    ComparedLine("comparable_score", "Comparable score", "comparable_score", 2, "", "of comparable score"),
    ComparedLine("shame_score", "Shame score", "shame_score", 2, "", "of score"),
)
_COMMON_LINES = (
    ComparedLine("uptime_percent", "Uptime", "uptime_percent", 1, "points", "of uptime"),
    ComparedLine(
        "total_downtime_hours", "Ride-hours lost",
        "downtime_minutes_per_open_hour", 2, "min per open hour", "lost",
    ),
    ComparedLine("average_wait_minutes", "Average wait", "average_wait_minutes", 1, "min", "of wait"),
    ComparedLine("max_wait_minutes", "Longest wait"),
)  # fmt: skip
_LAST_LINES = (ComparedLine("rank", "Rank among all"), ComparedLine("coverage_percent", "Watched"))
LINES = {
    "park": (*_PARK_LINES, *_COMMON_LINES, ComparedLine("rides_down", "Rides that lost time"), *_LAST_LINES),
    "ride": (*_COMMON_LINES, ComparedLine("outages", "Outages"), *_LAST_LINES),
}
"""The lines of the table by what is compared."""


@compare_pages.get("/compare")
def compare() -> Response:
    """The comparison, or how to begin one; a name that was typed leads to the address that holds it."""
    asked = known(*_STATE, "kind", PARKS, RIDES, ADD)
    typed = clipped(asked.text(ADD) or "", _MAX_TYPED)
    with site().answer_context() as context:
        selection = Selection.of(asked, asked_for(asked, _STATE))
        if typed:
            found = selection.found(context, typed)
            if len(found) == 1:
                answer = make_response(redirect(selection.with_one(found[0].key).href, 302))
                answer.headers["Cache-Control"] = "no-store"
                return answer
        if selection.unknown(context) is not None:
            answer = make_response(_page(context), 404)
            answer.headers["Cache-Control"] = "no-store"
            return answer
    return _compare()


@answered()
def _compare(context: AnswerContext) -> str:
    return _page(context)


def _page(context: AnswerContext) -> str:
    asked = known(*_STATE, "kind", PARKS, RIDES, ADD)
    today = context.now.date()
    period = PERIOD.read(asked, today)
    against, dates = _against(asked, period, today)
    selection = Selection.of(asked, asked_for(asked, _STATE))
    unknown = selection.unknown(context)
    is_asked = bool(selection.keys) and unknown is None
    query = selection.query | asked_for(asked, PERIOD_PARAMETERS) | dates
    view = View(context)
    compared: Row | None = view.read("/api/compare", query)["data"] if is_asked else None
    title = title_of(compared) if compared else None
    typed = clipped(asked.text(ADD) or "", _MAX_TYPED)
    kept = {name: value for name, value in selection.kept.items() if name not in PERIOD_PARAMETERS}
    return view.page(
        "compare.html",
        head_of(
            "compare",
            f"{title} side by side" if title else "Compare theme parks and rides",
            query=page_url("", query),
            card=f"/cards/compare.png{page_url('', query) if is_asked else ''}",
            is_indexed=not selection.keys,
        ),
        page=BY_NAME["compare"],
        period=period,
        period_links=period_links("/compare", period, selection.query | kept),
        kept_by_period=selection.query | kept,
        years=tuple(range(context.now.year, context.now.year - 10, -1)),
        selection=selection,
        subjects=selection.subjects(context),
        choices=selection.choices(context) if selection.kind == PARKS else [],
        typed=typed,
        found=selection.found(context, typed) if typed else [],
        unknown=None if unknown is None else _unknown(selection, *unknown),
        against=against,
        against_words=AGAINST_WORDS,
        against_dates=asked_for(asked, AGAINST_NAMES),
        is_waiting=against == RANGE and not dates,
        kept_by_against=selection.query | period_query(period) | asked_for(asked, (MEASURE,)),
        compared=compared,
        lines=LINES[compared["kind"]] if compared else (),
        is_better=_is_better,
        series=series_of(view, selection, compared) if compared and not period.is_live else None,
        examples=[] if selection.keys else _examples(view),
        api_href=page_url("/api/compare", query) if is_asked else "/api/docs",
    )


def title_of(compared: Row) -> str:
    """The names of what is compared."""
    return " and ".join(_name_of(row["first"]) for row in compared["rows"])


def series_of(view: View, selection: Selection, compared: Row) -> Row:
    """The charts of what is compared, all on the same axes, and the same figures as tables."""
    keys = RIDE_MEASURES if compared["kind"] == "ride" else PARK_MEASURES[:4]
    measure = next((key for key in keys if key == selection.kept.get(MEASURE)), keys[0])
    parts = [part for part in ("first", "second") if compared[part] is not None]
    rows = [row for part in parts for row in (pair[part] for pair in compared["rows"])]
    points = in_common([_points(view, row) for row in rows])
    axes = axes_of(points, measure)
    count = len(compared["rows"])
    return {
        "label": CHART_MEASURES[measure][0],
        "links": [
            {
                "label": CHART_MEASURES[key][1],
                "href": page_url(
                    "/compare",
                    selection.kept,
                    selection.query,
                    {MEASURE: None if key == keys[0] else key},
                )
                + "#series",
                "is_current": key == measure,
            }
            for key in keys
        ],
        "charts": [
            [
                {"row": row, "name": _name_of(row), "chart": draw(of_row, axes)}
                for row, of_row in list(zip(rows, points, strict=True))[at::count]
            ]
            for at in range(count)
        ],
        "tables": [
            {
                "period": compared[part],
                "names": [_name_of(pair[part]) for pair in compared["rows"]],
                "lines": _lines(points[at * count : (at + 1) * count], measure),
            }
            for at, part in enumerate(parts)
        ],
    }


def _lines(points: Sequence[Sequence[Row]], measure: str) -> list[Row]:
    """A table's lines: when, and what each of the parks or rides did then."""
    found = [{label_of(point): shown(measure, point) for point in of_one} for of_one in points]
    labels = dict.fromkeys(label for of_one in found for label in of_one)
    return [{"label": label, "cells": [of_one.get(label, "") for of_one in found]} for label in labels]


def _points(view: View, row: Row) -> list[Row]:
    """The course of a park or ride over the days of its row."""
    kind = f"rides/{row['ride_id']}" if "ride_id" in row else f"parks/{row['park_slug']}"
    days = {"start": row["start_date"], "end": row["end_date"]}
    points: list[Row] = view.read(f"/api/{kind}/series", days)["data"]["points"]
    return points


def _unknown(selection: Selection, key: str, error: Exception) -> Row:
    """A name that nobody has, and the address with each that may have been meant in its place."""
    matches = getattr(error, "near_matches", [])
    return {
        "key": key,
        "message": str(error),
        "swaps": [
            {
                "name": match.get("ride_name") or match["park_name"],
                "detail": match["park_name"] if "ride_name" in match else "",
                "href": selection.swapped(key, key_of_match(match)).href,
            }
            for match in matches
        ],
        "without": selection.without(key).href,
    }


def _examples(view: View) -> list[Row]:
    """Two parks and two rides to begin with.

    The best are such as can be compared with the period before (R11). On a young record any two of the
    ranking show how it works, on an empty one any two of the catalogue.
    """
    return [example for kind in (PARKS, RIDES) if (example := _example(view, kind)) is not None]


def _example(view: View, kind: str) -> Row | None:
    key = "ride_id" if kind == RIDES else "park_slug"
    for is_compared in (True, False):
        for period in EXAMPLE_PERIODS:
            given = {"period": period.value, "limit": EXAMPLES_AMONG}
            rows = view.read(f"/api/{kind}/downtime", given)["data"]
            ranked = [row for row in rows if row["rank"] is not None]
            fit = [row for row in ranked if row["trend_points"] is not None or not is_compared]
            if len(fit) < 2:
                continue
            query = {kind: ",".join(str(row[key]) for row in fit[:2]), "period": period.value}
            if is_compared:
                query["against"] = Shift.PREVIOUS.value
            return {
                "names": [_name_of(row) for row in fit[:2]],
                "period": Period(period).label,
                "is_compared": is_compared,
                "href": page_url("/compare", query),
            }
    catalogue = view.context.catalogue
    if kind == RIDES:
        subjects = [ride_subject(view.context, ride) for ride in catalogue.rides.values() if ride.is_ride]
    else:
        subjects = [park_subject(park) for park in catalogue.parks.values() if park.is_active]
    if len(subjects) < 2:
        return None
    return {
        "names": [subject.name for subject in subjects[:2]],
        "period": Period(PeriodName.TODAY).label,
        "is_compared": False,
        "href": page_url("/compare", {kind: ",".join(subject.key for subject in subjects[:2])}),
    }


def _against(asked: Parameters, period: Period, today: dt.date) -> tuple[str, dict[str, str]]:
    """What is chosen to compare with, and how the API is asked for it.

    Nothing as long as a range lacks its dates, as the form leaves it meanwhile. What neither the form nor the
    API knows is refused.
    """
    against = AGAINST.read(asked)
    for date in AGAINST_DATES:
        date.read(asked, today + ONE_DAY)
    dates = asked_for(asked, AGAINST_NAMES)
    if period.is_live or against == NONE:
        return NONE, {}
    if against != RANGE:
        return against, {"against": against}
    return RANGE, {"against": RANGE} | dates if len(dates) == len(AGAINST_NAMES) else {}


def _is_better(field: str, change: float) -> bool:
    """Whether a change is for the better: of uptime upwards, of everything else downwards."""
    return change > 0 if field == "uptime_percent" else change < 0


def _name_of(row: Row) -> str:
    return str(row.get("ride_name") or row["park_name"])
