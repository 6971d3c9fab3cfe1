"""The API of the demonstration, and what there is to ask about."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from crosscheck.ledger import Ledger

Row = dict[str, Any]

PERIODS: dict[str, dict[str, str]] = {
    "live": {"period": "live"},
    "today": {},
    "yesterday": {"period": "yesterday"},
    "last_week": {"period": "last_week"},
    "last_month": {"period": "last_month"},
    "7days": {"period": "7days"},
    "30days": {"period": "30days"},
    "this_month": {"period": "this_month"},
    "this_year": {"period": "this_year"},
    "2026": {"year": "2026"},
    "one day": {"start": "2026-08-15", "end": "2026-08-15"},
    "ten days": {"start": "2026-08-03", "end": "2026-08-12"},
}
SPANS = [name for name in PERIODS if name != "live"]
"""Those that have a length."""

FEW_RIDES = 12


class Api:
    """Reads answers, each once."""

    def __init__(self, app: Flask) -> None:
        self._client = app.test_client()
        self._known: dict[str, Any] = {}
        self.parks: list[Row] = self("/parks", limit=500)["data"]

    def __call__(self, path: str, **query: Any) -> Row:
        """The body of a JSON answer."""
        key = f"{path}?{urlencode(sorted(query.items()))}"
        if key not in self._known:
            response = self._client.get(f"/api{path}", query_string=query)
            assert response.status_code == 200, f"{key}: {response.text[:400]}"
            self._known[key] = response.get_json()
        body: Row = self._known[key]
        return body

    def text(self, address: str) -> str:
        """Any answer as text; ``address`` is the whole path."""
        response = self._client.get(address)
        assert response.status_code == 200, f"{address}: {response.status_code}"
        return response.text

    def every(self, path: str, **query: Any) -> list[Row]:
        """All rows of a list, page after page."""
        found: list[Row] = []
        while True:
            body = self(path, **query, limit=500, offset=len(found))
            found += body["data"]
            if len(found) >= body["total"] or not body["data"]:
                assert len(found) == body["total"], path
                return found

    def table(self, path: str, **query: Any) -> list[dict[str, str]]:
        """A CSV answer."""
        response = self._client.get(f"/api{path}", query_string=query | {"format": "csv"})
        assert response.status_code == 200, response.text[:400]
        return list(csv.DictReader(io.StringIO(response.text)))


def in_turn(rows: list[Row], period: str) -> list[Row]:
    """All parks or rides over thirty days, and every third over another period, so that each has its turn."""
    turn = list(PERIODS).index(period)
    return rows if period == "30days" else rows[turn % 3 :: 3]


@pytest.fixture(scope="session")
def api(demo_app: Flask) -> Api:
    """The API."""
    return Api(demo_app)


@pytest.fixture
def ledger() -> Ledger:
    """An empty one."""
    return Ledger()


@pytest.fixture(scope="session")
def rides(api: Api) -> list[Row]:
    """Some rides of different parks: those of the week with most hours lost, and some that lost none."""
    rows = api.every("/rides/downtime", period="7days")
    by_park: dict[int, list[Row]] = {}
    for row in rows:
        by_park.setdefault(row["park_id"], []).append(row)
    worst = [members[0] for members in by_park.values()]
    best = [members[-1] for members in by_park.values()]
    return (worst[: FEW_RIDES - 4] + best[:4])[:FEW_RIDES]
