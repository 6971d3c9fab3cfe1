"""docs/api.md names every endpoint, parameter, field and slug; what is undocumented fails here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from hallofshame.domain.bands import BANDS
from hallofshame.domain.periods import NAMED_PERIODS
from hallofshame.domain.words import Evidence, OutageKind
from hallofshame.web.rows.rankings import PARK_SORTS
from hallofshame.web.wording import EXCLUDED_REASONS, UNRANKED_REASONS
from web.paths import ENDPOINTS, JSON_ADDRESSES

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[A-Za-z0-9_+-]+", DOCS))


def test_every_endpoint_is_documented() -> None:
    assert {rule for rule in ENDPOINTS if f"`{rule}`" not in DOCS} == set()


def test_every_parameter_and_slug_is_documented() -> None:
    names = {take.name for endpoint in ENDPOINTS.values() for take in endpoint.parameters} | {*PARK_SORTS}
    slugs = {*UNRANKED_REASONS, *EXCLUDED_REASONS, *NAMED_PERIODS}
    slugs |= {kind.value for kind in OutageKind} | {evidence.value for evidence in Evidence}
    slugs |= {band.slug for band in BANDS}
    assert (names | slugs) - WORDS == set()


def fields(value: Any) -> set[str]:
    """Every key anywhere in an answer."""
    if isinstance(value, dict):
        return set(value).union(*(fields(inner) for inner in value.values())) if value else set()
    return set().union(*(fields(inner) for inner in value)) if isinstance(value, list) else set()


@pytest.mark.parametrize("path", JSON_ADDRESSES)
def test_every_field_is_documented(client: FlaskClient, path: str) -> None:
    assert fields(client.get(path).get_json()) - WORDS == set()
