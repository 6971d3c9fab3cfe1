"""In front of everything: each request has an id, in the log and in its answer, and is counted and timed."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Flask
from prometheus_client import Counter, Histogram
from werkzeug.exceptions import HTTPException

from hallofshame import logs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LOG = logging.getLogger("hallofshame.metrics")

HEADER = "X-Request-Id"
_SAFE = re.compile(r"[A-Za-z0-9._\-]{1,64}", re.ASCII)
"""An id that may come from outside: a proxy's, to follow a request through both logs."""

NO_ROUTE = "none"
"""The route of what leads nowhere: strangers invent addresses, and must not invent series."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ROUTES_KEPT = 8192
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)

REQUESTS = Counter("hallofshame_requests", "Requests answered.", ["route", "status"])
SECONDS = Histogram(
    "hallofshame_request_seconds",
    "Time from the head of a request to the begin of its answer.",
    ["route"],
    buckets=_BUCKETS,
)


class MeasuringMiddleware:
    """WSGI middleware around the whole application."""

    def __init__(self, application: WSGIApplication, route_of: Callable[[str, str], str]) -> None:
        self._application = application
        self._route_of = route_of
        # Looking a child up by its labels costs more than counting, and there are few.
        self._counters: dict[tuple[str, str], Any] = {}
        self._timers: dict[str, Any] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, and count it."""
        began = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = given if _SAFE.fullmatch(given) else secrets.token_hex(8)
        status = "500"

        def begin(line: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., object]:
            nonlocal status
            status = line[:3]
            # A list of its own: that of a ready answer is shared by all requests.
            return start_response(line, [*headers, (HEADER, request_id)], exc_info)

        before = logs.IDS.set({"request": request_id})
        try:
            return self._application(environ, begin)
        finally:
            logs.IDS.reset(before)
            route = self._route_of(environ.get("PATH_INFO", ""), environ.get("REQUEST_METHOD", "GET"))
            try:
                self._count(route, status, time.perf_counter() - began)
            except OSError as error:
                # A full disk, or a folder that went with the process that owned it, must not cost an answer.
                _LOG.warning("a request for %s is not counted: %s", route, error)

    def _count(self, route: str, status: str, seconds: float) -> None:
        counter = self._counters.get((route, status))
        if counter is None:
            counter = self._counters[route, status] = REQUESTS.labels(route, status)
        timer = self._timers.get(route)
        if timer is None:
            timer = self._timers[route] = SECONDS.labels(route)
        counter.inc()
        timer.observe(seconds)


def install_measuring(app: Flask) -> None:
    """Give every request an id and count it: around the app as it is now."""
    adapter = app.url_map.bind("localhost")

    @lru_cache(maxsize=_ROUTES_KEPT)
    def matched(path: str, method: str) -> str:
        try:
            rule, _values = adapter.match(path, method=method, return_rule=True)
        except HTTPException:
            return NO_ROUTE
        return str(rule)

    def route_of(path: str, method: str) -> str:
        return matched(path, method) if method in _METHODS else NO_ROUTE

    app.wsgi_app = MeasuringMiddleware(app.wsgi_app, route_of)  # type: ignore[method-assign]
