"""The address under which the world knows the site, whatever a proxy in front of it makes of requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class PublicAddress:
    """WSGI middleware: every request is answered as if it had been made at ``url``.

    Canonical links, feeds, the site map and social cards name addresses of the site. Behind a proxy the
    request does not know them, and the ``Host`` that a stranger sends must not decide them.
    """

    def __init__(self, application: WSGIApplication, url: str) -> None:
        parts = urlsplit(url)
        self._application = application
        self._known: dict[str, Any] = {"wsgi.url_scheme": parts.scheme, "HTTP_HOST": parts.netloc}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request at the public address."""
        return self._application(environ | self._known, start_response)
