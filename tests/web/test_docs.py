"""docs/api.md names every endpoint, parameter, field and slug; what is undocumented fails here."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from pydantic import TypeAdapter

from hallofshame.domain.bands import BANDS
from hallofshame.domain.periods import NAMED_PERIODS
from hallofshame.domain.words import Evidence, OutageKind
from hallofshame.web.answers.rankings import PARK_SORTS
from hallofshame.web.reference.examples import QUERIES, as_code, example_answers, example_request
from hallofshame.web.wording import EXCLUDED_REASONS, UNRANKED_REASONS
from web.paths import ENDPOINTS, JSON_ADDRESSES

DOCS = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[A-Za-z0-9_+-]+", DOCS))


def test_every_endpoint_is_documented() -> None:
    assert {rule for rule in ENDPOINTS if f"`{rule}`" not in DOCS} == set()


def test_every_parameter_and_slug_is_documented() -> None:
    names = {parameter.name for endpoint in ENDPOINTS.values() for parameter in endpoint.parameters} | {
        *PARK_SORTS
    }
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


DESCRIBED = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule): endpoint for rule, endpoint in ENDPOINTS.items()}


def test_every_endpoint_that_answers_json_has_an_example_of_its_declared_type() -> None:
    answers = example_answers()
    assert set(answers) == {path for path, endpoint in DESCRIBED.items() if endpoint.answers is not None}, (
        "run: python tools/write_api_examples.py ADDRESS"
    )
    for path, answer in answers.items():
        assert answer["demonstration"], path
        TypeAdapter(DESCRIBED[path].answers).validate_json(json.dumps(answer["data"]), strict=False)


def test_every_example_asks_only_what_its_endpoint_takes() -> None:
    assert set(QUERIES) <= set(DESCRIBED)
    for path, query in QUERIES.items():
        assert set(query) <= {parameter.name for parameter in DESCRIBED[path].parameters}, path


def test_the_page_shows_each_request_its_answer_and_the_ways_to_ask(client: FlaskClient) -> None:
    text = html.unescape(client.get("/api/docs").get_data(as_text=True))
    for path in DESCRIBED:
        assert f"<code>{example_request(path)}</code>" in text
    for way, code in as_code("http://localhost/api/parks?country=Italy").items():
        assert f'data-copy="{code}"' in text, way
    assert text.count("<summary>Example answer</summary>") == len(example_answers())
    assert text.count('data-island="try"') == len(DESCRIBED)
