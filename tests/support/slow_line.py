"""A slow line and a slow browser: they make a test visible that reads a page too early.

With ``HALLOFSHAME_TEST_SLOW=1`` every answer of the tests' servers pauses in the middle of its body, so that
a page is seen half parsed, and scripts run six times slower.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

IS_SLOW = os.environ.get("HALLOFSHAME_TEST_SLOW") == "1"
PAUSE_SECONDS = 0.3
SLOW_DOWN = 6
"""How many times slower the browser's scripts run."""


def slowed(app: WSGIApplication) -> WSGIApplication:
    """The application, with a pause in the middle of each answer."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        answered = app(environ, start_response)
        body = b"".join(answered)
        if hasattr(answered, "close"):
            answered.close()
        return _halves(body)

    return answer


def _halves(body: bytes) -> Iterator[bytes]:
    middle = len(body) // 2
    yield body[:middle]
    time.sleep(PAUSE_SECONDS)
    yield body[middle:]
