"""The charts of a park's or ride's page: what each shows, where its island asks, and the table behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hallofshame.domain.periods import FIRST_YEAR, Period, PeriodName
from hallofshame.web.answers.envelope import Row
from hallofshame.web.formatting import clocks, figure
from hallofshame.web.pages.addresses import api_url, period_query
from hallofshame.web.pages.place_state import CALENDAR, DAYS, HEAT, MEASURE, PlaceState
from hallofshame.web.pages.view import View
from hallofshame.web.wording import CHART_MEASURES, STATE_WORDS

PARK_MEASURES = ("score", "downtime", "uptime", "wait", "rides_down")
RIDE_MEASURES = ("uptime", "downtime", "wait")
FIGURES: dict[str, tuple[str, int]] = {
    "score": ("shame_score", 2),
    "downtime": ("downtime_hours", 2),
    "uptime": ("uptime_percent", 1),
    "wait": ("average_wait_minutes", 0),
    "rides_down": ("rides_down", 0),
}
"""The field of a measure, and its digits after the point."""

STEPS: dict[str, tuple[float, float, float, float]] = {
    "score": (0.25, 0.5, 1, 2),
    "downtime": (0.25, 1, 3, 10),
    "uptime": (80, 90, 95, 97.5),
    "wait": (10, 20, 40, 60),
    "rides_down": (1, 3, 6, 10),
}
"""Borders of the five steps of a heat map, from the second step up."""

UNITS = {"score": "", "downtime": "\u00a0h", "uptime": "\u00a0%", "wait": "\u00a0min", "rides_down": ""}

GRAIN_WORDS = {
    "hour": "Hour by hour",
    "day": "Day by day",
    "week": "Week by week",
    "month": "Month by month",
    "year": "Year by year",
}
_SHORT = (PeriodName.LIVE, PeriodName.TODAY, PeriodName.YESTERDAY)
_MONTHS = 12


def is_of_one_day(period: Period) -> bool:
    """Whether a period is too short to have a pattern by hour."""
    return period.name in _SHORT or (period.name is PeriodName.RANGE and period.start == period.end)


def step_of(measure: str, value: float) -> int:
    """The step of a value, 1 (lightest) to 5; of uptime the lowest is the strongest."""
    step = 1 + sum(value >= border for border in STEPS[measure])
    return 6 - step if measure == "uptime" else step


def shown(measure: str, row: Row) -> Any:
    """A measure of a point or cell as it is written; the word of its state where there is none."""
    field, digits = FIGURES[measure]
    value = row[field]
    if value is not None:
        return figure(value, digits)
    return "none posted" if measure == "wait" and row["state"] == "open" else STATE_WORDS[row["state"]]


def period_chart(state: PlaceState, details: Row, source: str, measures: Sequence[str]) -> Row:
    """The chart of the period, one measure at a time."""
    measure = state.chosen(MEASURE, measures)
    grain = details["chart_grain"]
    return {
        "title": f"{GRAIN_WORDS[grain]}, {'today' if state.period.is_live else state.words}",
        "label": CHART_MEASURES[measure][0],
        "links": state.measures(MEASURE, measures, "chart"),
        "during": "today" if state.period.is_live else state.during,
        "is_empty": all(point["state"] in ("not_watched", "no_data_yet") for point in details["chart_data"]),
        "data": {"src": source, "measure": measure, "grain": grain},
    }


def week(view: View, state: PlaceState, api: str, measures: Sequence[str]) -> Row:
    """A typical week hour by hour: of the page's period where that is long enough to have a pattern."""
    is_short = is_of_one_day(state.period)
    parameters = {} if is_short else period_query(state.period)
    measure = state.chosen(HEAT, measures)
    cells = view.read(f"{api}/heatmap", parameters)["data"]["cells"]
    field, _ = FIGURES[measure]
    busy = [cell["hour"] for cell in cells if cell["state"] == "open"]
    found = {(cell["weekday"], cell["hour"]): cell for cell in cells}
    rows = [
        {
            "hour": clocks(f"{hour:02d}:00"),
            "cells": [_cell(measure, found.get((weekday, hour))) for weekday in range(1, 8)],
        }
        for hour in sorted(set(busy))
    ]
    return {
        "during": "the last 30 days" if is_short else state.during,
        "measure": measure,
        "label": CHART_MEASURES[measure][0],
        "links": state.measures(HEAT, measures, "week"),
        "has_value": any(cell[field] is not None for cell in cells),
        "rows": rows,
        "steps": step_words(measure),
        "href": api_url(f"{api}/heatmap", parameters),
    }


def step_words(measure: str) -> list[tuple[int, str]]:
    """The steps of a heat map, each with the values that it stands for."""
    borders, unit = STEPS[measure], UNITS[measure]
    spans = [f"under {borders[0]:g}"]
    spans += [f"{low:g} to {high:g}" for low, high in pairwise(borders)]
    spans.append(f"{borders[-1]:g} and more")
    steps = range(5, 0, -1) if measure == "uptime" else range(1, 6)
    return [(step, f"{words}{unit}") for step, words in zip(steps, spans, strict=True)]


def _cell(measure: str, cell: Row | None) -> Row:
    if cell is None:
        return {"text": STATE_WORDS["not_watched"], "step": None}
    value = cell[FIGURES[measure][0]]
    return {"text": shown(measure, cell), "step": None if value is None else step_of(measure, value)}


def year(view: View, state: PlaceState, api: str, measures: Sequence[str], today: dt.date) -> Row:
    """Every day of a year; the table begins at the first recorded day."""
    asked = state.choices.get(CALENDAR) or state.period.query.get("year") or ""
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    if not FIRST_YEAR <= number <= today.year:
        number = today.year
    measure = state.chosen(DAYS, measures)
    parameters = {"grain": "day", "year": str(number)}
    points = view.read(f"{api}/series", parameters)["data"]["points"]
    known = [at for at, point in enumerate(points) if point["state"] not in ("not_watched", "no_data_yet")]
    # One measure has all its days here, so that the table behind stays light.
    rows = (
        [
            {"date": point["date"], "text": shown(measure, point), "has_value": point["state"] == "open"}
            for point in points[known[0] : known[-1] + 1]
        ]
        if known
        else []
    )
    return {
        "year": number,
        "label": CHART_MEASURES[measure][0],
        "links": state.measures(DAYS, measures, "year"),
        "before": state.href("year", calendar=str(number - 1)) if number > FIRST_YEAR else None,
        "after": _year_href(state, number + 1, today) if number < today.year else None,
        "rows": rows,
        "data": {
            "src": api_url(f"{api}/series", parameters),
            "measure": measure,
            "year": number,
            "today": today.isoformat(),
            "day-href": state.day_href("DAY", calendar=None if number == today.year else str(number)),
        },
    }


def _year_href(state: PlaceState, number: int, today: dt.date) -> str:
    return state.href("year", calendar=None if number == today.year else str(number))


def months(view: View, api: str, today: dt.date) -> Row:
    """The last twelve months."""
    first = today.replace(day=1)
    start = first.replace(year=first.year - (first.month < _MONTHS), month=first.month % _MONTHS + 1)
    parameters = {"grain": "month", "start": start.isoformat(), "end": today.isoformat()}
    points = view.read(f"{api}/series", parameters)["data"]["points"]
    return {
        "points": [point for point in points if point["state"] != "not_watched"],
        "has_value": any(point["uptime_percent"] is not None for point in points),
        "data": {"src": api_url(f"{api}/series", parameters), "measure": "uptime", "grain": "month"},
    }
