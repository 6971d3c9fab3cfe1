"""Requests whose query or head is longer than any that this site has a use for are refused unread.

The server in front refuses a head of over 64 KiB by itself, as it cannot tell what it is about.
"""

from __future__ import annotations

from flask import Flask, request

from hallofshame.web.errors import AccessError

MOST_QUERY_BYTES = 8 * 1024
"""Ten times the longest query of our pages: a comparison by name of as many rides as it takes."""

MOST_HEAD_BYTES = 32 * 1024
"""Names and values of all headers; browsers send two or three thousand bytes."""


def install_request_limits(app: Flask) -> None:
    """Refuse such requests with 414 and 431 in the one error shape."""
    app.before_request(_refuse_excess)


def _refuse_excess() -> None:
    query = len(request.environ.get("QUERY_STRING", ""))
    if query > MOST_QUERY_BYTES:
        raise AccessError(
            414,
            "query_too_long",
            f"the query of this address has {query} bytes; send at most {MOST_QUERY_BYTES}",
        )
    head = sum(
        len(name) + len(value)
        for name, value in request.environ.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    )
    if head > MOST_HEAD_BYTES:
        raise AccessError(
            431,
            "head_too_long",
            f"the headers of this request have {head} bytes; send at most {MOST_HEAD_BYTES}",
        )
