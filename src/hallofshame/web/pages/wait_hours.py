"""Ride by hour on the page of a park: usual waits as a table, and when queues are short in a sentence."""

from __future__ import annotations

from hallofshame.web.answers.envelope import Row
from hallofshame.web.answers.ride_hours import USUAL_FROM_DAYS
from hallofshame.web.formatting import clocks
from hallofshame.web.pages.addresses import api_url, period_query
from hallofshame.web.pages.place_charts import is_of_one_day, step_of, step_words
from hallofshame.web.pages.place_state import PlaceState
from hallofshame.web.pages.view import View

SEASON_DAYS = 92
"""The page shows the usual waits of a season at most: more days would mix too much."""


def waits_by_hour(view: View, state: PlaceState, api: str, days: int) -> Row:
    """The table of the page's period of so many ``days``, or of the last 30 where that does not do."""
    is_other = is_of_one_day(state.period) or days > SEASON_DAYS
    parameters = {} if is_other else period_query(state.period)
    body = view.read(f"{api}/waits-by-hour", parameters)
    found = body["data"]
    return {
        "during": "the last 30 days" if is_other else state.during,
        "start": body["period"]["start"],
        "end": body["period"]["end"],
        "has_value": any(ride["average_wait_minutes"] is not None for ride in found["rides"]),
        "quietest": _stretch(found["quietest"]),
        "busiest": _stretch(found["busiest"]),
        "hours": found["hours"],
        "rides": [_ride(ride) for ride in found["rides"]],
        "steps": step_words("wait"),
        "href": api_url(f"{api}/waits-by-hour", parameters),
    }


def _stretch(found: Row | None) -> Row | None:
    if found is None:
        return None
    return {
        "start": clocks(f"{found['start_hour']:02d}:00"),
        "end": clocks(f"{found['end_hour']:02d}:00"),
        "minutes": found["average_wait_minutes"],
    }


def _ride(ride: Row) -> Row:
    """Its cells with their steps; when it opens, where enough days tell."""
    first = ride["usual_first_operation"]
    return {
        "ride_id": ride["ride_id"],
        "ride_name": ride["ride_name"],
        "ride_slug": ride["ride_slug"],
        "opens": clocks(first["time"]) if first is not None and first["days"] >= USUAL_FROM_DAYS else None,
        "posts": ride["average_wait_minutes"] is not None,
        "cells": [
            cell | {"step": None if (wait := cell["average_wait_minutes"]) is None else step_of("wait", wait)}
            for cell in ride["cells"]
        ],
    }
