"""The OpenAPI 3.1 description, made from the declared endpoints and the types of their answers."""

from __future__ import annotations

import re
import typing
from typing import Any

from apispec import APISpec
from flask import Flask
from pydantic import TypeAdapter

from hallofshame import __version__
from hallofshame.web.admin.declared import AdminEndpoint, declared_admin
from hallofshame.web.answers.common import CoverageBody, ErrorBody, PeriodBody, RankedBy
from hallofshame.web.answers.envelope import Row
from hallofshame.web.answers.following import WebhookBody
from hallofshame.web.answers.health import Health
from hallofshame.web.answers.trends import TrendsCompared, TrendTotals
from hallofshame.web.cache import BINARY_TYPES
from hallofshame.web.csv_answers import CSV_TYPE
from hallofshame.web.endpoints import PAGING, Endpoint, declared
from hallofshame.web.media_types import JSON_TYPE
from hallofshame.web.parameters.declared import Parameter
from hallofshame.web.posts import PostEndpoint, declared_posts
from hallofshame.web.sources import Source

REF = "#/components/schemas/{model}"
_JSON = JSON_TYPE.split(";", maxsplit=1)[0]
_CSV = CSV_TYPE.split(";", maxsplit=1)[0]
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")
_TYPED_VARIABLE = re.compile(r"<(?:(\w+):)?(\w+)>")
_KEY = "adminKey"
"""The security scheme of the admin API."""
_SHARED: tuple[Any, ...] = (
    Source,
    PeriodBody,
    CoverageBody,
    RankedBy,
    ErrorBody,
    TrendTotals,
    TrendsCompared,
)

PATH_PARAMETERS = {
    "park": "A `park_id` or a slug: `1`, `gardaland`.",
    "ride": "A `ride_id`.",
    "file": "A file of the list of downloads.",
    "import_id": "The number of an import.",
    "webhook_id": "The number of a webhook.",
}

_ABOUT = """\
Which rides of theme parks break down, how often, for how long, and how long people wait. Everything the
pages show can be read here, without a key. Show the sources in `attribution` with what you build.

Null means "no data" or "does not apply", never zero. Instants are ISO 8601 in UTC; days are the park's own
local days. Answers carry an `ETag`: send it back as `If-None-Match`. Only administration takes a key.
"""

TAGS = {
    "parks": "Parks: catalogue, rankings, details",
    "rides": "Rides: rankings and details; trends",
    "live": "Right now, and how the system itself is",
    "history": "Over time: heatmaps, series, sparklines",
    "compare": "Side by side",
    "awards": "The awards of a year",
    "data": "The data itself: names, coverage, downloads",
    "following": "Followers: messages to browsers and webhooks",
    "admin": "Administration: imports, storage, quality, webhooks; with a key",
}


def describe(app: Flask) -> Row:
    """The whole description as one JSON object; the same for the same program."""
    spec = APISpec(
        title="Theme Park Hall of Shame",
        version=__version__,
        openapi_version="3.1.0",
        info={"description": _ABOUT, "license": {"name": "MIT", "identifier": "MIT"}},
        servers=[{"url": "/"}],
    )
    endpoints = [(str(rule), found) for rule, found in declared(app)]
    of_admin = [(str(rule), found) for rule, found in declared_admin(app)]
    kinds = {_row_type(found.answers) for _, found in endpoints if found.answers is not None}
    kinds |= {_row_type(found.answers) for _, found in of_admin}
    kinds |= {found.body for _, found in of_admin if found.body is not None}
    posts = [(str(rule), found) for rule, found in declared_posts(app)]
    kinds |= {kind for _, found in posts for kind in (found.body, found.answers)} | {WebhookBody}
    named = sorted({*kinds, *_SHARED}, key=lambda kind: str(kind.__name__))
    adapters: list[tuple[Any, Any, TypeAdapter[Any]]] = [
        (kind, "serialization", TypeAdapter(kind)) for kind in named
    ]
    references, definitions = TypeAdapter.json_schemas(adapters, ref_template=REF)
    for name, schema in sorted(definitions.get("$defs", {}).items()):
        spec.components.schema(name, _tidy(schema))
    spec.components.security_scheme(
        _KEY,
        {
            "type": "http",
            "scheme": "bearer",
            "description": "A key made with `hallofshame keys create`; each operation names its scope.",
        },
    )
    for tag in dict.fromkeys(
        [*(found.tag for _, found in endpoints), *(post.tag for _, post in posts), "admin"]
    ):
        spec.tag({"name": tag, "description": TAGS.get(tag, tag.capitalize())})
    for rule, found in endpoints:
        answer = None
        if found.answers is not None:
            reference = references[_row_type(found.answers), "serialization"]
            is_list = typing.get_origin(found.answers) is list
            answer = {"type": "array", "items": reference} if is_list else reference
        path = _VARIABLE.sub(r"{\1}", rule)
        spec.path(path, operations={"get": _operation(rule, found, answer)})
    for rule, post in posts:
        takes, gives = (references[kind, "serialization"] for kind in (post.body, post.answers))
        spec.path(rule, operations={"post": _post_operation(rule, post, gives, takes)})
    for rule, admin in of_admin:
        body = None if admin.body is None else references[admin.body, "serialization"]
        operation = _admin_operation(rule, admin, references[_row_type(admin.answers), "serialization"], body)
        spec.path(_VARIABLE.sub(r"{\1}", rule), operations={admin.method.lower(): operation})
    webhook = references[WebhookBody, "serialization"]
    return {**spec.to_dict(), "webhooks": {"news": {"post": _webhook_operation(webhook)}}}


def _row_type(answers: Any) -> Any:
    return typing.get_args(answers)[0] if typing.get_origin(answers) is list else answers


def _operation(rule: str, found: Endpoint, answer: Row | None) -> Row:
    operation: Row = {
        "operationId": _operation_id(rule),
        "summary": found.summary,
        "tags": [found.tag],
        "parameters": [_path_parameter(name, "") for name in _VARIABLE.findall(rule)]
        + [_parameter(parameter) for parameter in found.parameters],
        "responses": {
            "200": {"description": "The answer.", "content": _content(found, answer)},
            "304": {"description": "Nothing has changed since the tag you sent."},
            "400": _error("A parameter is unknown or its value is not usable."),
            "503": _error(
                "The store cannot be read, or is being prepared; `Retry-After` says when to come back."
            ),
        },
    }
    if found.answers is Health:
        # The one answer that is given with 503 as well: in its own shape where the store can be read.
        failing = operation["responses"]["503"]["content"][_JSON]
        failing["schema"] = {"anyOf": [failing["schema"], _whole(answer or {}, found.says)]}
    if found.may_be_missing:
        missing = "There is no such thing; `near_matches` may name what was meant."
        operation["responses"]["404"] = _error(missing)
    if found.description:
        operation["description"] = found.description
    return operation


def _admin_operation(rule: str, found: AdminEndpoint, row: Row, body: Row | None) -> Row:
    answer = {"type": "array", "items": row} if typing.get_origin(found.answers) is list else row
    retry = "`Retry-After` says when to come back."
    refusals = {
        400: "A parameter or a field of the body is unknown, or its value is not usable.",
        401: "The key is missing, not one of ours, revoked or expired.",
        403: "No key is in force at all, or this one lacks the scope.",
        429: f"Too many wrong keys from this address; {retry}",
        503: f"The store cannot be read, or what is asked for is not there yet; {retry}",
        **found.statuses,
    }
    operation: Row = {
        "operationId": _operation_id(rule),
        "summary": found.summary,
        "description": f"{found.description}\n\nTakes the scope `{found.scope.value}`.".strip(),
        "tags": ["admin"],
        "security": [{_KEY: []}],
        "parameters": [_path_parameter(name, kind) for kind, name in _TYPED_VARIABLE.findall(rule)]
        + [_parameter(parameter) for parameter in found.parameters],
        "responses": {
            f"{found.status}": {
                "description": "The answer." if found.status == 200 else "It is accepted.",
                "content": {_JSON: {"schema": _whole(answer, PAGING if found.is_paged else ())}},
            },
            **{f"{status}": _error(words) for status, words in sorted(refusals.items())},
        },
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {_JSON: {"schema": body}}}
    return operation


def _post_operation(rule: str, found: PostEndpoint, row: Row, body: Row) -> Row:
    refusals = {
        400: "A field of the body is unknown, or its value is not usable.",
        403: "Another site sent it, or this site sends no messages to browsers.",
        413: "The body is too long.",
        415: "The body is no JSON.",
        429: "Too many requests came from this address; `Retry-After` says when to come back.",
        503: "The store cannot be written, or is being prepared; `Retry-After` says when to come back.",
        **found.statuses,
    }
    return {
        "operationId": _operation_id(rule),
        "summary": found.summary,
        "description": found.description,
        "tags": [found.tag],
        "parameters": [],
        "requestBody": {"required": True, "content": {_JSON: {"schema": body}}},
        "responses": {
            "200": {"description": "The answer.", "content": {_JSON: {"schema": _whole(row, ())}}},
            **{f"{status}": _error(words) for status, words in sorted(refusals.items())},
        },
    }


def _webhook_operation(body: Row) -> Row:
    return {
        "operationId": "news",
        "summary": "What a webhook is sent",
        "description": (WebhookBody.__doc__ or "").strip(),
        "tags": ["following"],
        "requestBody": {"required": True, "content": {_JSON: {"schema": body}}},
        "responses": {"2XX": {"description": "It was taken. Anything else is tried again for 15 minutes."}},
    }


def _path_parameter(name: str, kind: str) -> Row:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": PATH_PARAMETERS.get(name, name),
        "schema": {"type": "integer"} if kind == "int" else {"type": "string"},
    }


def _operation_id(rule: str) -> str:
    words: list[str] = re.findall(r"\w+", rule.removeprefix("/api"))
    return words[0] + "".join(word[:1].upper() + word[1:] for word in words[1:])


def _parameter(parameter: Parameter) -> Row:
    found: Row = {
        "name": parameter.name,
        "in": "query",
        "required": parameter.required,
        "description": parameter.description,
        "schema": parameter.schema,
    }
    return found if parameter.example is None else found | {"example": parameter.example}


def _content(found: Endpoint, answer: Row | None) -> Row:
    if answer is None:
        return {kind.split(";", maxsplit=1)[0]: _body_of(kind) for kind in found.produces}
    return {_JSON: {"schema": _envelope(found, answer)}, _CSV: {"schema": {"type": "string"}}}


def _body_of(kind: str) -> Row:
    """Bytes have no schema in OpenAPI 3.1; text is a string."""
    return {"schema": {} if kind.startswith(BINARY_TYPES) else {"type": "string"}}


def _envelope(found: Endpoint, answer: Row) -> Row:
    """The envelope as this endpoint fills it."""
    return _whole(answer, found.says)


def _whole(answer: Row, says: tuple[str, ...]) -> Row:
    """The envelope around ``answer`` with the parts that ``says`` names."""

    def shared(name: str) -> Row:
        return {"$ref": REF.format(model=name)}

    fields: Row = {
        "success": {"type": "boolean", "const": True},
        "data": answer,
        "data_as_of": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "The latest observation in the data; null before the first.",
        },
        "metrics_version": {"type": "integer"},
        "demonstration": {
            "type": "boolean",
            "description": "Whether the data is that of recordings of other weeks; nothing is of today then.",
        },
        "attribution": {"type": "array", "items": shared("Source")},
    }
    required = list(fields)
    kinds: Row = {
        "period": shared("PeriodBody"),
        "coverage": shared("CoverageBody"),
        "totals": shared("TrendTotals"),
        "compared": shared("TrendsCompared"),
        "ranked_by": shared("RankedBy"),
    }
    kinds |= {name: {"type": "integer", "minimum": 0} for name in PAGING}
    fields |= {name: kinds[name] for name in says}
    # Whether there is a coverage depends on the answer; everything else that is said is said always.
    required += [name for name in says if name != "coverage"]
    return {"type": "object", "properties": fields, "required": required, "additionalProperties": False}


def _error(description: str) -> Row:
    return {
        "description": description,
        "content": {_JSON: {"schema": {"$ref": REF.format(model="ErrorBody")}}},
    }


def _tidy(schema: Any) -> Any:
    """Without the titles Pydantic makes of the field names, which say nothing new."""
    if isinstance(schema, dict):
        return {
            name: _tidy(inner)
            for name, inner in schema.items()
            if not (name == "title" and isinstance(inner, str))
        }
    return [_tidy(inner) for inner in schema] if isinstance(schema, list) else schema
