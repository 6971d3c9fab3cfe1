"""From a view's result to bytes: remembered, tagged, compressed; 304 where the reader has them already."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from flask import Response, make_response, request

from hallofshame.web.cache import Answer
from hallofshame.web.envelope import JSON_TYPE
from hallofshame.web.reading import Reading, site

P = ParamSpec("P")

HTML_TYPE = "text/html; charset=utf-8"
Body = dict[str, Any] | str


def answered(
    *, always_live: bool = False
) -> Callable[[Callable[Concatenate[Reading, P], Body]], Callable[P, Response]]:
    """Make a view of a function that takes a :class:`Reading` and returns a JSON object or a page.

    The bytes are kept under the data version, the dates that matter and the address: nothing else may
    decide what the function returns. Answers about the present (``period=live``, or ``always_live``) are
    kept for one minute at most. Errors are never kept.
    """

    def decorate(view: Callable[Concatenate[Reading, P], Body]) -> Callable[P, Response]:
        @wraps(view)
        def respond(*args: P.args, **kwargs: P.kwargs) -> Response:
            here = site()
            with here.reading() as reading:
                live = always_live or request.args.get("period") == "live"
                query = tuple(sorted(request.args.items(multi=True)))
                bucket = reading.live_bucket if live else None
                key = (request.path, query, reading.version, reading.dates, bucket)
                answer = here.answers.get(key)
                if answer is None:
                    answer = _ready(view(reading, *args, **kwargs))
                    here.answers.put(key, answer, answer.size)
            return send(answer, here.settings.max_age_seconds)

        return respond

    return decorate


def _ready(body: Body) -> Answer:
    if isinstance(body, str):
        return Answer.of(body.encode(), HTML_TYPE)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Answer.of(text.encode(), JSON_TYPE)


def send(answer: Answer, max_age_seconds: int) -> Response:
    """The answer as the reader can take it: nothing new, gzipped, or plain."""
    if request.if_none_match.contains_weak(answer.etag):
        response = make_response(b"", 304)
    elif answer.compressed is not None and request.accept_encodings.quality("gzip") > 0:
        response = make_response(answer.compressed)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = make_response(answer.body)
    if response.status_code != 304:
        response.content_type = answer.mimetype
    response.set_etag(answer.etag, weak=True)
    response.headers["Cache-Control"] = f"public, max-age={max_age_seconds}"
    response.vary.add("Accept-Encoding")
    return response
