"""docs/api.md names every endpoint, parameter, field and slug; what is undocumented fails here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from hallofshame.domain.bands import BANDS
from hallofshame.domain.periods import NAMED_PERIODS
from hallofshame.domain.words import Evidence, OutageKind
from hallofshame.web.parameters import FILTER_PARAMETERS, PAGE_PARAMETERS, PERIOD_PARAMETERS
from hallofshame.web.rankings import PARK_SORTS
from hallofshame.web.wording import EXCLUDED_REASONS, UNRANKED_REASONS
from web.conftest import RAPTOR, Api

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[A-Za-z0-9_+-]+", DOCS))


def test_every_route_is_documented(app: Flask) -> None:
    rules = {str(rule) for rule in app.url_map.iter_rules() if rule.endpoint != "static"}
    assert {rule for rule in rules if f"`{rule}`" not in DOCS} == set()


def test_every_parameter_and_slug_is_documented() -> None:
    names = {*PERIOD_PARAMETERS, *FILTER_PARAMETERS, *PAGE_PARAMETERS, "sort", *PARK_SORTS}
    slugs = {*UNRANKED_REASONS, *EXCLUDED_REASONS, *NAMED_PERIODS}
    slugs |= {kind.value for kind in OutageKind} | {evidence.value for evidence in Evidence}
    slugs |= {band.slug for band in BANDS}
    assert (names | slugs) - WORDS == set()


def fields(value: Any) -> set[str]:
    """Every key anywhere in an answer."""
    if isinstance(value, dict):
        return set(value).union(*(fields(inner) for inner in value.values())) if value else set()
    return set().union(*(fields(inner) for inner in value)) if isinstance(value, list) else set()


@pytest.mark.parametrize(
    "path",
    [
        "/parks",
        "/parks/downtime",
        "/parks/waittimes",
        "/parks/1/details",
        "/parks/1/rides",
        "/rides/downtime",
        "/rides/waittimes",
        f"/rides/{RAPTOR}/details",
        "/trends",
        "/live/status-summary",
        "/health",
    ],
)
def test_every_field_is_documented(api: Api, path: str) -> None:
    assert fields(api(path)) - WORDS == set()
