"""``/api/openapi.json`` and ``/api/docs``: what the API takes and answers, for machines and for people."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from hallofshame.web.answer_context import site
from hallofshame.web.answers.envelope import Row
from hallofshame.web.cache import CachedAnswer
from hallofshame.web.media_types import JSON_TYPE
from hallofshame.web.openapi import describe
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.reference.examples import as_code, example_answers, example_request
from hallofshame.web.responses import HTML_TYPE, send

api_docs = Blueprint("api_docs", __name__, url_prefix="/api")

_SPEC, _PACKED = "hallofshame_openapi", "hallofshame_openapi_packed"


@api_docs.get("/openapi.json")
def openapi() -> Response:
    """The description. It is no answer about data: it changes with the program only."""
    Parameters(request.args)
    found: CachedAnswer | None = current_app.extensions.get(_PACKED)
    if found is None:
        text = json.dumps(_described(), ensure_ascii=False, indent=1)
        found = current_app.extensions[_PACKED] = CachedAnswer.of(text.encode(), JSON_TYPE)
    return send(found, site().settings.max_age_seconds)


@api_docs.get("/docs")
def docs() -> Response:
    """The same as a page."""
    Parameters(request.args)
    page = render_template(
        "api_docs.html", spec=_described(), resolve=_shape, example=_example, as_code=as_code
    )
    return send(CachedAnswer.of(page.encode(), HTML_TYPE), site().settings.max_age_seconds)


@api_docs.get("/docs/shapes")
def shapes() -> Response:
    """The shapes of the answers as a page."""
    Parameters(request.args)
    page = render_template("api_shapes.html", spec=_described(), resolve=_shape)
    return send(CachedAnswer.of(page.encode(), HTML_TYPE), site().settings.max_age_seconds)


def _described() -> Row:
    found: Row | None = current_app.extensions.get(_SPEC)
    if found is None:
        found = current_app.extensions[_SPEC] = describe(current_app)
    return found


def _example(path: str, operation: Row) -> Row | None:
    """The example of an endpoint that needs no key: its address, and its answer where that is JSON."""
    if "security" in operation:
        return None
    answer = example_answers().get(path)
    text = None if answer is None else json.dumps(answer, ensure_ascii=False, indent=1)
    return {"request": example_request(path), "answer": text}


def _shape(schema: Row) -> str:
    """A schema in few words, for the page: ``list of ParkRow``, ``string or null``."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", maxsplit=1)[-1]
    if "anyOf" in schema:
        return " or ".join(_shape(inner) for inner in schema["anyOf"])
    kind: Any = schema.get("type", "value")
    if kind == "array":
        return f"list of {_shape(schema.get('items', {}))}"
    if "const" in schema:
        return json.dumps(schema["const"])
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{words} ({schema['format']})" if "format" in schema else words
