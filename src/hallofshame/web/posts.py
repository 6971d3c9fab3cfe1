"""Endpoints of the API that take a body from the site's own pages, each declared once.

@post_endpoint(api_following, "/follow", body=FollowAsked, answers=Following)
def follow(here: Site, asked: FollowAsked) -> Following: ...

They are for our own pages: requests that a browser sends for another site are refused, answers are kept by
nobody, and other sites get no leave to read them (no CORS).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, make_response, request
from pydantic import TypeAdapter, ValidationError
from werkzeug.routing import Rule

from hallofshame.domain.errors import InputError
from hallofshame.web.answer_context import AppContext, site
from hallofshame.web.answers.envelope import envelope
from hallofshame.web.docstrings import HasDescription
from hallofshame.web.errors import AccessError
from hallofshame.web.json_bodies import read_json
from hallofshame.web.media_types import JSON_TYPE
from hallofshame.web.parameters.asked import Parameters

_DECLARATION = "post_declaration"

Function = Callable[[AppContext, Any], Any]


@dataclass(frozen=True)
class PostEndpoint(HasDescription):
    """One endpoint. ``body`` is the type of the JSON it takes, ``answers`` that of ``data``.

    ``statuses``: what it answers beside success and what every endpoint of this kind may.
    """

    rule: str
    function: Function
    body: Any
    answers: Any
    tag: str
    statuses: Mapping[int, str]

    def respond(self) -> Response:
        """The answer to the running request."""
        refuse_foreign("this was sent by another site; open ours and use its own page")
        Parameters(request.args)
        asked = checked(self.body, read_json())
        here = site()
        data = self.function(here, asked)
        with here.answer_context() as context:
            whole = envelope(context, data)
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        response = make_response(text)
        response.content_type = JSON_TYPE
        response.headers["Cache-Control"] = "no-store"
        return response


def post_endpoint(
    blueprint: Blueprint, rule: str, *, statuses: Mapping[int, str] | None = None
) -> Callable[[Function], Function]:
    """Declare a function as the endpoint at ``rule``: it takes ``asked``, the body, and returns ``data``."""

    def declare(function: Function) -> Function:
        types = get_type_hints(function, include_extras=True)
        full = f"{blueprint.url_prefix or ''}{rule}"
        tag = blueprint.name.removeprefix("api_")
        declared = PostEndpoint(full, function, types["asked"], types["return"], tag, statuses or {})

        def view() -> Response:
            return declared.respond()

        setattr(view, _DECLARATION, declared)
        blueprint.add_url_rule(rule, function.__name__, view, methods=["POST"])
        return function

    return declare


def declared_posts(app: Flask) -> Iterator[tuple[Rule, PostEndpoint]]:
    """Every endpoint of this kind with its routing rule, in order of its path."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        found = getattr(app.view_functions[rule.endpoint], _DECLARATION, None)
        if isinstance(found, PostEndpoint):
            yield rule, found


def checked(kind: Any, body: Mapping[str, Any]) -> Any:
    """A body of the declared type, nothing converted.

    :raises InputError: naming the first field that is not usable, without its value, which may be a secret.
    """
    try:
        return TypeAdapter(kind).validate_python(dict(body), strict=True)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(str(part) for part in first["loc"])[:80]
        raise InputError(f"the field {name} cannot be used: {first['msg']}", parameter=name) from None


def refuse_foreign(message: str) -> None:
    """Refuse, by 403, what a browser sends for another site, where it says for which."""
    came_from = request.headers.get("Sec-Fetch-Site")
    if came_from is not None:
        is_foreign = came_from not in ("same-origin", "none")
    else:
        # An older browser. A page that sends no referrer makes it "null".
        origin = request.headers.get("Origin", "null")
        is_foreign = origin != "null" and urlsplit(origin).netloc != request.host
    if is_foreign:
        raise AccessError(403, "forbidden", message)
