"""schemathesis asks every operation what its description allows, and what it does not.

Whatever is asked: no server error, a documented status, a documented content type, a body of the documented
shape. The examples are the same in every run.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from hallofshame.web.admin.access import ADMIN_API
from hallofshame.web.posts import declared_posts
from hallofshame.web.reference.examples import PATH_VALUES, QUERIES
from support.demo_world import NOW
from web.paths import ENDPOINTS, undescribed_app

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]

PLAIN = {"Accept-Encoding": "identity"}
"""Over WSGI schemathesis asks for gzip but does not unpack it."""

ALLOWED, REFUSED, SENSIBLE, BODIES = 3, 3, 8, 2
"""How many examples of each sort an operation gets."""

EXCLUSIVE = (("period", "year", "start"), ("operator", "chain"))
"""Parameters that do not go together; ``end`` goes with ``start``."""

VALUES: dict[str, list[str]] = {
    "operator": ["Disney", "disney", "Merlin", "Nobody"],
    "chain": ["Six Flags", "Universal"],
    "country": ["Italy", "United States"],
    "region": ["Europe", "Asia"],
    "parks": ["1", "magic-kingdom,gardaland", "1,1", "nowhere"],
    "rides": ["1", "1,2,3", "999999"],
    "ids": ["1", "1,2", "x"],
    "park": ["1", "magic-kingdom", "gardaland", "nowhere"],
    "ride": ["1", "30", "233", "999999", "x"],
    "file": ["park-days-2026-08.csv", "outages-2026-07.parquet", "park-days-1999-01.csv"],
}
"""Values that mean something in the demonstration, of parameters that are free text."""

_DESCRIBED = undescribed_app().test_client().get("/api/openapi.json").get_json()["paths"]
_PATHS = [path for path, ways in _DESCRIBED.items() if "get" in ways and not path.startswith(ADMIN_API)]
"""What takes a key has tests of its own."""

_POSTS = [path for path, ways in _DESCRIBED.items() if "post" in ways and not path.startswith(ADMIN_API)]


@pytest.fixture(scope="session")
def described(demo_app: Flask) -> OpenApiSchema:
    """The description as schemathesis reads it from the application itself."""
    return schemathesis.openapi.from_wsgi("/api/openapi.json", demo_app)


def limited(examples: int) -> settings:
    """So many examples, always the same."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def known_places(case: Case) -> st.SearchStrategy[Case]:
    """The same with something that exists in its path, most of the time."""

    def place(chosen: dict[str, str] | None) -> Case:
        if chosen is not None:
            case.path_parameters = dict(case.path_parameters) | chosen
        return case

    known = {name: st.sampled_from(VALUES[name]) for name in case.path_parameters if name in VALUES}
    return st.one_of(st.fixed_dictionaries(known), st.fixed_dictionaries(known), st.none()).map(place)


@st.composite
def sensible(draw: st.DrawFn, parameters: list[dict[str, Any]]) -> dict[str, str]:
    """A query as a client would write it: few parameters, usable values, none that exclude each other."""
    by_name = {one["name"]: one for one in parameters if one["in"] == "query"}
    chosen = set(draw(st.lists(st.sampled_from(sorted(by_name)), max_size=4))) if by_name else set()
    chosen |= {name for name, one in by_name.items() if one.get("required")}
    for group in EXCLUSIVE:
        present = [name for name in group if name in chosen]
        chosen -= set(present[1:])
    chosen -= {"end", "against_start", "against_end"}
    query = {name: str(draw(_value(by_name[name]))) for name in sorted(chosen)}
    if "start" in query:
        days = draw(st.integers(0, 40))
        query["end"] = str(min(dt.date.fromisoformat(query["start"]) + dt.timedelta(days=days), NOW.date()))
    if query.get("table"):
        query["format"] = "csv"
    return query


def _value(parameter: dict[str, Any]) -> st.SearchStrategy[Any]:
    schema = parameter["schema"]
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if parameter["name"] == "year":
        return st.sampled_from([2025, 2026])
    if schema.get("type") == "integer":
        return st.integers(schema["minimum"], min(schema["maximum"], 50))
    if schema.get("type") == "number":
        return st.floats(schema["minimum"], schema["maximum"])
    if schema.get("format") == "date":
        return st.dates(NOW.date() - dt.timedelta(days=50), NOW.date())
    return st.sampled_from(VALUES.get(parameter["name"], ["x"]))


@pytest.mark.parametrize("path", _PATHS)
def test_what_is_allowed_and_what_is_not_is_answered_as_described(
    described: OpenApiSchema, path: str
) -> None:
    operation = described[path]["GET"]
    modes = {GenerationMode.POSITIVE: ALLOWED}
    if any(_can_be_wrong(one) for one in operation.definition.raw.get("parameters", [])):
        modes[GenerationMode.NEGATIVE] = REFUSED
    for mode, examples in modes.items():
        strategy = operation.as_strategy(generation_mode=mode)

        @limited(examples)
        @given(strategy.flatmap(known_places))
        def ask(case: Case) -> None:
            case.call_and_validate(headers=PLAIN, checks=CHECKS)

        ask()


def _can_be_wrong(parameter: dict[str, Any]) -> bool:
    return not set(parameter["schema"]) <= {"type"} or parameter["schema"]["type"] != "string"


@pytest.mark.parametrize("path", _PATHS)
def test_what_clients_ask_is_answered_as_described(described: OpenApiSchema, path: str) -> None:
    operation = described[path]["GET"]
    parameters = operation.definition.raw.get("parameters", [])
    variables = {
        one["name"]: st.sampled_from(VALUES[one["name"]]) for one in parameters if one["in"] == "path"
    }

    @limited(SENSIBLE)
    @given(st.fixed_dictionaries(variables), sensible(parameters))
    def ask(places: dict[str, str], query: dict[str, str]) -> None:
        operation.Case(path_parameters=places, query=query).call_and_validate(headers=PLAIN, checks=CHECKS)

    ask()
    documented = operation.Case(
        path_parameters={name: PATH_VALUES[name] for name in variables}, query=QUERIES.get(path, {})
    )
    assert documented.call_and_validate(headers=PLAIN, checks=CHECKS).status_code == 200


@pytest.mark.parametrize("path", _POSTS)
def test_bodies_that_are_allowed_and_that_are_not_are_answered_as_described(
    described: OpenApiSchema, path: str
) -> None:
    operation = described[path]["POST"]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        # Bodies take long to make up.
        @limited(BODIES)
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            case.call_and_validate(headers=PLAIN, checks=CHECKS)

        ask()


def test_every_declared_endpoint_is_asked() -> None:
    assert len(_PATHS) == len(ENDPOINTS)
    assert len(_POSTS) == len(list(declared_posts(undescribed_app())))
