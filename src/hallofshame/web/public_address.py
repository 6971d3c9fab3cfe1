"""Under which address the site knows itself: links never name a host that only a request has named.

Canonical links, feeds, the sitemap and social cards name addresses of the site. The ``Host`` of a request is
what its sender likes, so it stands in them only where it is one of the hosts that the site goes by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import BadRequest

from hallofshame.domain.hosts import read_host
from hallofshame.domain.names import quoted

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ROOT = "hallofshame.site_root"
_BROKEN = "hallofshame.broken_host"
ADDRESS_KEYS = ("HTTP_HOST", _ROOT, _BROKEN)
"""What of a request's environment says under which address the site was asked."""


def site_root() -> str:
    """What stands before the paths in addresses of this site: scheme and host, or nothing.

    Nothing, which makes them relative, where the running request came under a host that the site does not
    go by. It is therefore part of the key of every kept answer that holds such an address.
    """
    return site_root_of(request.environ)


def site_root_of(environ: WSGIEnvironment) -> str:
    """As :func:`site_root`, of a request that is not the running one."""
    return str(environ.get(_ROOT, ""))


class PublicAddress:
    """WSGI middleware: says which address the site has for a request, and lets nobody else's through.

    :param public_url: where the world finds the site; every request is answered as if it had been made there.
    :param hosts: without it, the hosts that links may name, at any port, as
        :func:`~hallofshame.domain.hosts.host_name` writes them.
    """

    def __init__(self, application: WSGIApplication, public_url: str | None, hosts: Collection[str]) -> None:
        self._application = application
        self._public = None if public_url is None else urlsplit(public_url)
        self._hosts = frozenset(hosts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request at the address of the site."""
        return self._application(environ | self._known(environ), start_response)

    def _known(self, environ: WSGIEnvironment) -> dict[str, Any]:
        asked = environ.get("HTTP_HOST")
        host = None if asked is None else read_host(asked)
        scheme = environ["wsgi.url_scheme"]
        if self._public is not None:
            shown, root = self._public.netloc, f"{self._public.scheme}://{self._public.netloc}"
            scheme = self._public.scheme
        elif host is not None and host.name in self._hosts:
            shown, root = host.text, f"{scheme}://{host.text}"
        else:
            # Something has to stand there; nothing shows it.
            shown, root = "localhost", ""
        broken = asked if host is None else None
        return {"wsgi.url_scheme": scheme, "HTTP_HOST": shown, _ROOT: root, _BROKEN: broken}


def install_public_address(app: Flask, public_url: str | None, hosts: Collection[str]) -> None:
    """Answer requests under the address of the site, and refuse those whose ``Host`` cannot be read."""
    app.wsgi_app = PublicAddress(app.wsgi_app, public_url, hosts)  # type: ignore[method-assign]
    app.before_request(_refuse_broken_host)
    app.after_request(_redirect_within_the_site)


def _refuse_broken_host() -> None:
    broken = request.environ.get(_BROKEN)
    if broken is not None:
        raise BadRequest(f"the Host header {quoted(broken)} is not a host name with an optional port")


def _redirect_within_the_site(response: Response) -> Response:
    """Redirects of the routing are made with the host of the request; without it they lead to the same."""
    location = response.headers.get("Location")
    if location is not None and location.startswith(request.host_url):
        response.headers["Location"] = "/" + location.removeprefix(request.host_url)
    return response
