"""The admin API's endpoints, each declared once: method, scope, parameters, body, answer, OpenAPI.

@admin_endpoint("GET", "/import/list", scope=Scope.IMPORT_READ, parameters=(PAGE,))
def import_list(asking: Asking) -> AdminAnswer[list[ImportRow]]: ...
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, get_args, get_type_hints

from flask import Blueprint, Flask, Response, make_response, request
from werkzeug.routing import Rule

from hallofshame.domain.access import Scope
from hallofshame.store.keys import Key
from hallofshame.web.admin.access import ADMIN_API, current_key, require
from hallofshame.web.answer_context import AppContext, site
from hallofshame.web.answers.envelope import envelope
from hallofshame.web.docstrings import HasDescription
from hallofshame.web.json_bodies import read_json
from hallofshame.web.media_types import JSON_TYPE
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import Parameter, ParameterList, flat
from hallofshame.web.parameters.filters import ListPage

api_admin = Blueprint("api_admin", __name__, url_prefix=ADMIN_API)

_DECLARATION = "admin_declaration"

T = TypeVar("T")


@dataclass(frozen=True)
class Asking:
    """One request that was let in: by whom, with which parameters and body."""

    site: AppContext
    key: Key
    asked: Parameters
    body: Mapping[str, Any]


@dataclass(frozen=True)
class AdminAnswer(Generic[T]):
    """What is answered: ``data`` of the envelope, for lists the length and the part of it."""

    data: T
    status: int = 200
    total: int | None = None
    page: ListPage | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


Function = Callable[..., AdminAnswer[Any]]


@dataclass(frozen=True)
class AdminEndpoint(HasDescription):
    """One endpoint. ``answers`` is the type of ``data``, ``body`` that of the JSON it takes, null for none.

    ``statuses``: what it answers beside success and what every endpoint of the administrator's may.
    """

    method: str
    rule: str
    function: Function
    scope: Scope
    answers: Any
    parameters: tuple[Parameter, ...]
    body: Any
    status: int
    statuses: Mapping[int, str]

    @property
    def is_paged(self) -> bool:
        """Whether the answer is a part of a list."""
        return "limit" in {parameter.name for parameter in self.parameters}

    def respond(self, values: Mapping[str, Any]) -> Response:
        """The answer to the running request."""
        key = current_key()
        require(key, self.scope)
        asked = Parameters(request.args, (parameter.name for parameter in self.parameters))
        here = site()
        body = {} if self.body is None else read_json()
        answer = self.function(Asking(here, key, asked, body), **values)
        with here.answer_context() as context:
            whole = envelope(context, answer.data, total=answer.total, page=answer.page)
        text = json.dumps(whole, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        response = make_response(text, answer.status)
        response.content_type = JSON_TYPE
        response.headers.update(answer.headers)
        return response


def admin_endpoint(
    method: str,
    rule: str,
    *,
    scope: Scope,
    parameters: ParameterList = (),
    body: Any = None,
    status: int = 200,
    statuses: Mapping[int, str] | None = None,
) -> Callable[[Function], Function]:
    """Declare a function as the endpoint at ``rule`` under ``/api/admin``."""

    def declare(function: Function) -> Function:
        declared = AdminEndpoint(
            method,
            f"{ADMIN_API}{rule}",
            function,
            scope,
            _answer_type(function),
            flat(parameters),
            body,
            status,
            statuses or {},
        )

        def view(**values: Any) -> Response:
            return declared.respond(values)

        setattr(view, _DECLARATION, declared)
        api_admin.add_url_rule(rule, function.__name__, view, methods=[method])
        return function

    return declare


def _answer_type(function: Function) -> Any:
    """The type of ``data`` in the answer that the function declares to return."""
    return get_args(get_type_hints(function, include_extras=True)["return"])[0]


def declared_admin(app: Flask) -> Iterator[tuple[Rule, AdminEndpoint]]:
    """Every endpoint of the admin API with its routing rule, in order of its path."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        found = getattr(app.view_functions[rule.endpoint], _DECLARATION, None)
        if isinstance(found, AdminEndpoint):
            yield rule, found
