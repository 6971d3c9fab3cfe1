"""The API's endpoints, each declared once: routing, parameters, OpenAPI, CSV and pages read this.

A declared function takes what is read and what is asked, and returns the whole body:

    @endpoint(api_parks, "/downtime", parameters=(PERIOD, FILTERS, PAGE))
    def downtime(context: AnswerContext, asked: Parameters) -> Answer[list[ParkRow]]: ...

The type it returns is what OpenAPI says of the answer, and what the type checker holds it to.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_args, get_origin, get_type_hints

from flask import Blueprint, Flask, Response, current_app, make_response, request
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule

from hallofshame.domain.errors import InputError
from hallofshame.web import csv_answers
from hallofshame.web.answer_context import AnswerContext, site
from hallofshame.web.answers.envelope import Answer, Row
from hallofshame.web.docstrings import HasDescription
from hallofshame.web.media_types import JSON_TYPE
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import Parameter, ParameterList, ParameterOf, choice, flat
from hallofshame.web.responses import Raw, respond

FORMAT = choice(
    "format",
    ("json", "csv", "excel"),
    "JSON, or one table as CSV with a header line; `excel` is CSV that Excel reads with its accents.",
)
PAGING = ("total", "limit", "offset")
"""The parts of the envelope that say how long a list is and which piece of it this is."""
_DECLARATION = "declaration"

Body = Answer[Any] | str | bytes | Response
Function = Callable[..., Body]


@dataclass(frozen=True)
class Endpoint(HasDescription):
    """One endpoint.

    ``answers`` is the type of ``data``, as the function says it: ``list[SomeRow]`` or a ``TypedDict``;
    null where the answer is no JSON but of one of the types it ``produces``. ``names_host``: it holds
    addresses of this site. ``tables`` are the parts of ``data`` that CSV can show; the first is the one
    shown unless asked otherwise. ``is_live``: the answer is about the present. ``is_cacheable``: its
    bytes may be remembered and tagged. ``is_file``: the function itself makes the whole response, for
    what is too large to be kept. ``says`` are the parts of the envelope that the answer has beside those
    that every answer has. ``may_be_missing``: 404 where it names what does not exist.
    """

    rule: str
    function: Function
    answers: Any
    declared: tuple[Parameter, ...]
    tables: tuple[str, ...]
    produces: tuple[str, ...]
    names_host: bool
    tag: str
    is_live: bool
    is_cacheable: bool
    is_file: bool
    says: tuple[str, ...]
    may_be_missing: bool

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """Everything it takes in the query, the choice of format included."""
        if self.answers is None:
            return self.declared
        table = () if self.table is None else (self.table,)
        return (*self.declared, FORMAT, *table)

    @cached_property
    def table(self) -> ParameterOf[str] | None:
        """The choice of a table, where there are several."""
        if len(self.tables) < 2:
            return None
        return choice("table", self.tables, "Which table, with `format=csv` or `format=excel`.")

    def body(self, context: AnswerContext, query: MultiDict[str, str], values: Mapping[str, str]) -> Body:
        """The answer before it becomes bytes."""
        asked = Parameters(query, (parameter.name for parameter in self.parameters))
        return self.function(context, asked, **values)

    def respond(self, values: Mapping[str, str]) -> Response:
        """The answer to the running request."""
        if self.is_file:
            with site().answer_context() as context:
                return make_response(self.body(context, request.args, values))
        is_live = self.is_live or "live" in (request.args.get("period"), request.args.get("mode"))
        return respond(
            lambda context: self._raw(context, values),
            is_live=is_live,
            is_cacheable=self.is_cacheable,
            names_host=self.names_host,
        )

    def _raw(self, context: AnswerContext, values: Mapping[str, str]) -> Raw:
        body = self.body(context, request.args, values)
        if isinstance(body, str | bytes):
            return Raw(body.encode() if isinstance(body, str) else body, self.produces[0])
        if isinstance(body, Response):
            raise TypeError(f"{self.rule} makes a response of its own; declare it with is_file")
        asked = Parameters(request.args, (parameter.name for parameter in self.parameters))
        form = FORMAT.read(asked)
        if form == "json":
            if self.table is not None and asked.text(self.table.name) is not None:
                raise InputError(
                    "table goes with format=csv and format=excel only; leave it out", parameter="table"
                )
            return Raw.json(body)
        table = self.tables[0] if self.table is None else self.table.read(asked)
        name = csv_answers.file_name(request.path, table if len(self.tables) > 1 else None)
        return Raw(
            csv_answers.write(body, self.answers, table, self.tables, for_excel=form == "excel"),
            csv_answers.CSV_TYPE,
            {"Content-Disposition": f'inline; filename="{name}"'},
        )


def endpoint(
    blueprint: Blueprint,
    rule: str,
    *,
    parameters: ParameterList = (),
    tables: tuple[str, ...] = (csv_answers.WHOLE,),
    produces: str | tuple[str, ...] = JSON_TYPE,
    names_host: bool = False,
    is_live: bool = False,
    is_cacheable: bool = True,
    is_file: bool = False,
    says: tuple[str, ...] | None = None,
    may_be_missing: bool | None = None,
) -> Callable[[Function], Function]:
    """Declare a function as the endpoint at ``rule`` of the blueprint. The function itself stays as it is.

    Unless told otherwise, an answer says a period where it takes one, its coverage likewise, and its length
    where it takes a limit; and what a variable of the rule names may be missing.
    """

    def declare(function: Function) -> Function:
        full = f"{blueprint.url_prefix or ''}{rule}"
        taken = flat(parameters)
        answers = _answer_type(function)
        if answers is None and produces == JSON_TYPE:
            raise TypeError(f"{full} answers JSON; let {function.__name__} say that it returns Answer[...]")
        declared = Endpoint(
            full,
            function,
            answers,
            taken,
            tables,
            (produces,) if isinstance(produces, str) else produces,
            names_host,
            blueprint.name.removeprefix("api_"),
            is_live,
            is_cacheable,
            is_file,
            _said({parameter.name for parameter in taken}, is_live=is_live) if says is None else says,
            "<" in full if may_be_missing is None else may_be_missing,
        )

        def view(**values: str) -> Response:
            return declared.respond(values)

        setattr(view, _DECLARATION, declared)
        blueprint.add_url_rule(rule, function.__name__, view, methods=["GET"])
        return function

    return declare


def _answer_type(function: Function) -> Any:
    """The type of ``data`` in the answer that the function declares to return; null where it is no JSON."""
    returned = get_type_hints(function, include_extras=True)["return"]
    for base in (returned, *getattr(returned, "__orig_bases__", ())):
        if get_origin(base) is Answer:
            return get_args(base)[0]
    return None


def _said(taken: Collection[str], *, is_live: bool) -> tuple[str, ...]:
    period = ("period",) if is_live or "period" in taken else ()
    coverage = ("coverage",) if "period" in taken else ()
    return (*period, *coverage, *(PAGING if "limit" in taken else ()))


def declared(app: Flask) -> Iterator[tuple[Rule, Endpoint]]:
    """Every declared endpoint of the app with its routing rule, in order of its path."""
    for rule in sorted(app.url_map.iter_rules(), key=str):
        found = getattr(app.view_functions[rule.endpoint], _DECLARATION, None)
        if isinstance(found, Endpoint):
            yield rule, found


def body(context: AnswerContext, path: str, query: Mapping[str, str] | None = None) -> Row:
    """The JSON body that ``GET path?query`` answers, for pages that show the same figures.

    :raises InputError: for parameters it does not take, :raises NotFoundError: for what does not exist.
    """
    adapter = current_app.url_map.bind("localhost")
    name, values = adapter.match(path, method="GET")
    found: Endpoint = getattr(current_app.view_functions[name], _DECLARATION)
    answer = found.body(context, MultiDict(query or {}), values)
    if not isinstance(answer, dict):
        raise TypeError(f"{path} answers {found.produces[0]}, which is no JSON body")
    return {**answer}
