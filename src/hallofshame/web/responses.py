"""From a view's result to bytes: remembered, tagged, compressed; 304 where the reader has them already."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Self

from flask import Response, make_response, request

from hallofshame.web.answer_context import AnswerContext, site
from hallofshame.web.cache import CachedAnswer
from hallofshame.web.media_types import JSON_TYPE
from hallofshame.web.public_address import site_root
from hallofshame.web.reader_language import varies, writing
from hallofshame.web.ready import accepted, keep

P = ParamSpec("P")

HTML_TYPE = "text/html; charset=utf-8"
STALE_WHILE_REVALIDATE_SECONDS = 300
"""How long a cache may show an answer past its age while it asks for a new one."""
STALE_IF_ERROR_SECONDS = 24 * 3600
"""How long a cache may show an answer past its age while we fail to give one."""


@dataclass(frozen=True)
class Raw:
    """A ready body of one type, with headers of its own."""

    body: bytes
    mimetype: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, body: Mapping[str, Any]) -> Self:
        """A JSON object. NaN is refused: it is no JSON."""
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return cls(text.encode(), JSON_TYPE)


def respond(
    build: Callable[[AnswerContext], Raw],
    *,
    is_live: bool,
    says_now: bool = False,
    is_cacheable: bool = True,
    names_host: bool = True,
) -> Response:
    """Answer the running request with what ``build`` makes of the present state of the store.

    The bytes are kept under the data version, the dates that matter, the address, the reader's way of
    writing, and where the answer ``names_host`` the address of the site: nothing else may decide what
    ``build`` returns. Answers about the present are kept for one minute at most, those that ``says_now``
    beside other things for half an hour,
    those that are not ``is_cacheable`` not at all. Errors are never kept.
    """
    here = site()
    with here.answer_context() as context:
        if not is_cacheable:
            return _unkept(build(context))
        query = tuple(sorted(request.args.items(multi=True)))
        bucket = context.live_bucket if is_live else context.present if says_now else None
        host = site_root() if names_host else None
        key = (host, request.path, query, writing(), context.version, context.dates, bucket)
        answer = here.answers.get(key)
        if answer is None:
            raw = build(context)
            answer = CachedAnswer.of(raw.body, raw.mimetype, raw.headers)
            here.answers.put(key, answer, answer.size, context.version)
        keep(answer, context, is_live=is_live, says_now=says_now)
    return send(answer, here.settings.max_age_seconds)


def answered(
    *,
    always_live: bool = False,
    says_now: bool | None = None,
    mimetype: str = HTML_TYPE,
    names_host: bool = True,
) -> Callable[[Callable[Concatenate[AnswerContext, P], str | bytes]], Callable[P, Response]]:
    """Make a view of a function that takes an :class:`AnswerContext` and returns a page, or a file of a type.

    Unless told otherwise every page ``says_now`` whether its figures are late.
    """
    does_say_now = mimetype == HTML_TYPE if says_now is None else says_now

    def decorate(view: Callable[Concatenate[AnswerContext, P], str | bytes]) -> Callable[P, Response]:
        @wraps(view)
        def shown(*args: P.args, **kwargs: P.kwargs) -> Response:
            def build(context: AnswerContext) -> Raw:
                body = view(context, *args, **kwargs)
                return Raw(body.encode() if isinstance(body, str) else body, mimetype)

            is_live = always_live or request.args.get("period") == "live"
            return respond(build, is_live=is_live, says_now=does_say_now, names_host=names_host)

        return shown

    return decorate


def _unkept(raw: Raw) -> Response:
    response = make_response(raw.body)
    response.content_type = raw.mimetype
    response.headers.update(raw.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def send(answer: CachedAnswer, max_age_seconds: int) -> Response:
    """The answer as the reader can take it: nothing new, compressed, or plain."""
    if request.if_none_match.contains_weak(answer.etag):
        response = make_response(b"", 304)
    else:
        encoding, body = answer.best_of(accepted(request.headers.get("Accept-Encoding", "")))
        response = make_response(body)
        if encoding:
            response.headers["Content-Encoding"] = encoding
    if response.status_code != 304:
        response.content_type = answer.mimetype
        response.headers.update(answer.headers)
    response.set_etag(answer.etag, weak=True)
    response.headers["Cache-Control"] = (
        f"public, max-age={max_age_seconds}, stale-while-revalidate={STALE_WHILE_REVALIDATE_SECONDS}, "
        f"stale-if-error={STALE_IF_ERROR_SECONDS}"
    )
    response.vary.add("Accept-Encoding")
    if varies(request.path):
        response.vary.add("Accept-Language")
    return response
