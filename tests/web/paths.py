"""Every declared endpoint as an address that can be asked in the small world, for tests over all of them."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import urlencode

from flask import Flask

from hallofshame.clock import FixedClock
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.endpoints import Endpoint, declared

VALUES = {"park": "1", "ride": "11"}
"""What stands for a variable of a path: Gardaland and its Raptor."""

VALUES_OF: dict[str, dict[str, str]] = {"/api/downloads/<file>": {"file": "park-days-2026-08.csv"}}
"""Values of single rules, where the variable means something else."""

QUERIES: dict[str, dict[str, str]] = {
    "/api/rides/sparklines": {"ids": "11,12"},
    "/api/rides/near": {"lat": "45", "lon": "10", "radius": "5000"},
    "/api/parks/near": {"lat": "45", "lon": "10"},
    "/api/compare": {"parks": "1,gardaland,5"},
}
"""What a rule cannot do without."""


def undescribed_app() -> Flask:
    """An app without data: enough to see its routes."""
    return create_app(
        Database("sqlite:////nonexistent/none.sqlite"),
        FixedClock(dt.datetime(2026, 8, 20, 12, tzinfo=dt.UTC)),
    )


def endpoints() -> dict[str, Endpoint]:
    """Every declared endpoint by its rule."""
    return {str(rule): found for rule, found in declared(undescribed_app())}


def address(rule: str, **query: str) -> str:
    """The rule as an address: variables filled in, with what it cannot do without."""
    values = VALUES | VALUES_OF.get(rule, {})
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], rule)
    asked = QUERIES.get(rule, {}) | query
    return f"{path}?{urlencode(asked)}" if asked else path


ENDPOINTS = endpoints()
JSON_RULES = [rule for rule, found in ENDPOINTS.items() if found.answers is not None]
JSON_ADDRESSES = [address(rule) for rule in JSON_RULES]
PERIOD_RULES = [
    rule for rule in JSON_RULES if "period" in {parameter.name for parameter in ENDPOINTS[rule].declared}
]
