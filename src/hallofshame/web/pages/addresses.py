"""Addresses of pages and of the answers they rest on, each in its one form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from hallofshame.domain.periods import Period, PeriodName

_DEFAULTS = {"period": PeriodName.TODAY.value, "filter": "all", "offset": "0"}
"""Values that say nothing: they are left out, so that one view has one address."""

_HEATMAP_DEFAULTS = _DEFAULTS | {"period": PeriodName.THIRTY_DAYS.value}


PERIODS_SHOWN = (
    PeriodName.LIVE,
    PeriodName.TODAY,
    PeriodName.YESTERDAY,
    PeriodName.SEVEN_DAYS,
    PeriodName.LAST_WEEK,
    PeriodName.THIS_MONTH,
    PeriodName.LAST_MONTH,
    PeriodName.THIRTY_DAYS,
    PeriodName.THIS_YEAR,
)
"""The named periods from the nearest to the farthest."""


def query_of(parameters: Mapping[str, Any], defaults: Mapping[str, str] | None = None) -> str:
    """Parameters as a canonical query with its ``?``: sorted by name, without empty and default values.

    Signs are written as ``URLSearchParams`` of browsers does.
    """
    left_out = _DEFAULTS if defaults is None else defaults
    kept = sorted(
        (name, str(value))
        for name, value in parameters.items()
        if value is not None and value != "" and left_out.get(name) != str(value)
    )
    if not kept:
        return ""
    return "?" + urlencode(kept).replace("~", "%7E").replace("%2A", "*")


def api_url(path: str, parameters: Mapping[str, Any]) -> str:
    """The address of an answer of the API."""
    return path + query_of(parameters, _HEATMAP_DEFAULTS if path.endswith("/heatmap") else None)


def page_url(path: str, *parameters: Mapping[str, Any]) -> str:
    """The address of a page in a state; later parameters override earlier ones."""
    merged: dict[str, Any] = {}
    for part in parameters:
        merged |= part
    return path + query_of(merged)


def park_path(row: Mapping[str, Any]) -> str:
    """The page of the park that a row is about."""
    return f"/parks/{row['park_slug']}"


def ride_path(row: Mapping[str, Any]) -> str:
    """The page of the ride that a row is about."""
    slug = row.get("ride_slug")
    return f"/rides/{row['ride_id']}-{slug}" if slug else f"/rides/{row['ride_id']}"


def period_query(period: Period) -> dict[str, str]:
    """The parameters that ask for the period; none for today."""
    return {} if period.name is PeriodName.TODAY else period.query


def period_links(
    path: str, period: Period, rest: Mapping[str, str], *, live: bool = True
) -> list[dict[str, Any]]:
    """The named periods as links that keep the rest of the state."""
    return [
        {
            "label": Period(name).label,
            "href": page_url(path, rest, {"period": name.value}),
            "is_current": period.name is name,
        }
        for name in PERIODS_SHOWN
        if live or name is not PeriodName.LIVE
    ]
