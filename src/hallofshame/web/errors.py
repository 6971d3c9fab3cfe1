"""Every error in one shape: JSON under ``/api``, a page elsewhere."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from rapidfuzz import fuzz, process
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from hallofshame.domain.errors import (
    ConflictError,
    HallOfShameError,
    InputError,
    NotFoundError,
    StorageError,
    StoreError,
)
from hallofshame.web.media_types import JSON_TYPE
from hallofshame.web.preparation import (
    REFRESH_SECONDS,
    RETRY_AFTER_SECONDS,
    Preparation,
    PreparingError,
)
from hallofshame.web.sources import ATTRIBUTION

log = logging.getLogger(__name__)

API_PREFIX = "/api"
_NEAR_ENOUGH = 55
_MAX_SHOWN = 200
"""Of an address that leads nowhere."""


class UnknownError(NotFoundError):
    """An address that leads nowhere; ``near_matches`` are rows a reader may have meant."""

    def __init__(self, message: str, near_matches: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.near_matches = list(near_matches)


class UnknownParameterError(InputError):
    """A request parameter that the endpoint does not take."""


class AccessError(HallOfShameError):
    """A request that is refused with a status and a code of its own."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.headers = status, code, dict(headers or {})


@dataclass(frozen=True, slots=True)
class ErrorDescription:
    """What went wrong, as both faces show it."""

    status: int
    code: str
    message: str
    parameter: str | None = None
    near_matches: list[dict[str, Any]] | None = None
    preparation: Preparation | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The one error shape."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.parameter is not None:
            error["parameter"] = self.parameter
        if self.near_matches is not None:
            error["near_matches"] = self.near_matches
        if self.preparation is not None:
            error["preparation"] = asdict(self.preparation)
        return {"success": False, "error": error, "attribution": ATTRIBUTION}


def nearest(text: str, choices: dict[Any, str], count: int = 5) -> list[Any]:
    """The keys of the ``choices`` most like ``text``, best first; none that are not alike at all."""
    found = process.extract(
        text.casefold(),
        {key: choice.casefold() for key, choice in choices.items()},
        scorer=fuzz.WRatio,
        score_cutoff=_NEAR_ENOUGH,
        limit=count,
    )
    return [key for _choice, _score, key in found]


def install_errors(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(InputError, _input_error)
    app.register_error_handler(NotFoundError, _not_found)
    app.register_error_handler(ConflictError, _conflict)
    app.register_error_handler(AccessError, _refused)
    app.register_error_handler(PreparingError, _preparing)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StoreError, _store_error)
    app.register_error_handler(SQLAlchemyError, _store_error)
    app.register_error_handler(StorageError, _storage_error)
    app.register_error_handler(Exception, _unexpected)


def _input_error(error: Exception) -> Response:
    code = "unknown_parameter" if isinstance(error, UnknownParameterError) else "bad_parameter"
    parameter = error.parameter if isinstance(error, InputError) else None
    return _respond(ErrorDescription(400, code, str(error), parameter=parameter))


def _not_found(error: Exception) -> Response:
    near = error.near_matches if isinstance(error, UnknownError) else []
    return _respond(ErrorDescription(404, "not_found", str(error), near_matches=near))


def _conflict(error: Exception) -> Response:
    return _respond(ErrorDescription(409, "conflict", str(error)))


def _refused(error: Exception) -> Response:
    if not isinstance(error, AccessError):
        return _unexpected(error)
    return _respond(ErrorDescription(error.status, error.code, str(error), headers=error.headers))


def _http_error(error: Exception) -> Response:
    if not isinstance(error, HTTPException) or error.code is None:
        return _unexpected(error)
    if error.code == 404:
        return _respond(_no_such_path())
    if error.code < 400:
        return make_response(error.get_response())
    code = error.name.lower().replace(" ", "_")
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    message = error.description or error.name
    if error.code == 405:
        message = f"{request.path} answers {headers.get('Allow', 'GET')}, not {request.method}"
    return _respond(ErrorDescription(error.code, code, message, headers=headers))


def _no_such_path() -> ErrorDescription:
    rules = [str(rule) for rule in current_app.url_map.iter_rules() if str(rule).startswith(API_PREFIX)]
    near = nearest(request.path, {rule: rule for rule in rules}) if is_of_the_api(request.path) else []
    return ErrorDescription(
        404,
        "not_found",
        f"nothing lives at {request.path[:_MAX_SHOWN]}{'…' if len(request.path) > _MAX_SHOWN else ''}",
        near_matches=[{"path": rule} for rule in near],
    )


def _preparing(error: Exception) -> Response:
    if not isinstance(error, PreparingError):
        return _unexpected(error)
    again = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return _respond(
        ErrorDescription(503, "preparing", str(error), preparation=error.preparation, headers=again)
    )


def _store_error(error: Exception) -> Response:
    # A failing server or disk is one line; what else goes wrong in a query is a fault of ours.
    trace = None if isinstance(error, StoreError) else error
    log.error("the store failed on %s: %s", request.path, error, exc_info=trace)
    message = "the database cannot be read at the moment; try again in a minute"
    return _respond(ErrorDescription(503, "database_unreachable", message, headers={"Retry-After": "60"}))


def _storage_error(error: Exception) -> Response:
    log.error("a file failed on %s: %s", request.path, error)
    message = "the file cannot be made at the moment; try again in a minute"
    return _respond(ErrorDescription(503, "storage_failed", message, headers={"Retry-After": "60"}))


def _unexpected(error: Exception) -> Response:
    log.exception("unexpected error on %s", request.path, exc_info=error)
    return _respond(
        ErrorDescription(500, "internal_error", "something broke on our side; it has been logged")
    )


def is_of_the_api(path: str) -> bool:
    """Whether the address lies under ``/api``."""
    return path == API_PREFIX or path.startswith(f"{API_PREFIX}/")


def _respond(problem: ErrorDescription) -> Response:
    if is_of_the_api(request.path):
        response = make_response(json.dumps(problem.body(), ensure_ascii=False), problem.status)
        response.content_type = JSON_TYPE
    else:
        template = "error.html" if problem.preparation is None else "preparing.html"
        page = render_template(template, problem=problem, attribution=ATTRIBUTION)
        response = make_response(page, problem.status)
        if problem.preparation is not None:
            response.headers["Refresh"] = str(REFRESH_SECONDS)
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response
