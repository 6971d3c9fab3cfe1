"""How often one client may ask: so many requests a minute, by address or key; more are refused with 429.

Counts are kept in memory by each worker, so a client may reach as many times the limit as there are workers,
or in Redis for all of them together.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from flask import Flask, request
from limits import RateLimitItemPerMinute
from werkzeug.exceptions import TooManyRequests

from hallofshame.domain.hosts import Network
from hallofshame.domain.plurals import counted
from hallofshame.web.answer_context import AppContext
from hallofshame.web.errors import API_PREFIX, AccessError
from hallofshame.web.reader_keys import ReaderKeys, WrongKeyError
from hallofshame.web.shared_counts import Counts

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_REFUSED = "hallofshame.refused"
_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hallofshame"'}
_ADMIN = f"{API_PREFIX}/admin"

RETRY_AFTER_SECONDS = 10
"""When a refused client comes back. The window slides, so by then a part of its requests no longer counts."""

CLIENT_BITS_V6 = 64
"""Length of the prefix by which IPv6 clients are told apart: one customer has all that follows it."""

_FREE = ("/static/", "/icons/", "/favicon.ico")
"""Costs nothing, and a page asks for a dozen of them."""


class RateLimits:
    """WSGI middleware: counts the requests of each client, and lets ``refuse`` answer those above the limit.

    Clients on this machine are not counted: they are its own, or those of a proxy that is not named. One who
    sends a key for reading is counted by that key, wherever the request comes from.

    :param refuse: answers a request that is marked as refused, in the one error shape.
    :param site: its settings have the limits, and the networks of proxies of ours, whose
        ``X-Forwarded-For`` is believed; nobody else's is.
    """

    def __init__(self, application: WSGIApplication, refuse: WSGIApplication, site: AppContext) -> None:
        settings = site.settings
        self._application = application
        self._refuse = refuse
        self._limit = RateLimitItemPerMinute(settings.requests_per_minute)
        self._key_limit = RateLimitItemPerMinute(settings.key_requests_per_minute)
        self._proxies = tuple(settings.proxies)
        self._counts = Counts(settings.redis_url, site.clock)
        self._keys = ReaderKeys(site)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, or refuse it."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(_FREE):
            return self._application(environ, start_response)
        refused = self._refusal(environ, path)
        if refused is None:
            return self._application(environ, start_response)
        environ[_REFUSED] = refused
        return self._refuse(environ, start_response)

    def _refusal(self, environ: WSGIEnvironment, path: str) -> Exception | None:
        """Why the request is refused; null where it is answered."""
        wrong: AccessError | None = None
        try:
            # The admin API asks for keys of its own.
            key = None if path == _ADMIN or path.startswith(f"{_ADMIN}/") else self._keys.of(environ)
        except WrongKeyError as error:
            key, wrong = None, AccessError(401, "unauthorized", str(error), _CHALLENGE)
        if key is not None:
            if not self._key_limit.amount or self._counts.hit(self._key_limit, f"key {key.prefix}"):
                return None
            return _too_many(self._key_limit, f"with the key {key.name!r}")
        client = client_of(
            environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), self._proxies
        )
        if client is None or self._counts.hit(self._limit, client):
            return wrong
        return _too_many(self._limit, "from your address")


def _too_many(limit: RateLimitItemPerMinute, whence: str) -> TooManyRequests:
    return TooManyRequests(
        f"more than {counted(limit.amount, 'request')} in a minute came {whence}; slow down, or take "
        "whole months from /api/downloads",
        retry_after=RETRY_AFTER_SECONDS,
    )


@lru_cache(maxsize=4096)
def client_of(remote: str, forwarded: str, proxies: tuple[Network, ...]) -> str | None:
    """By what a client is counted: its IPv4 address or IPv6 network; null for this machine itself.

    :param remote: the address that the connection comes from.
    :param forwarded: ``X-Forwarded-For`` as received. It is read from its end, as far as the proxies are
        ours: what stands before may be anybody's invention.
    """
    address = address_of(remote)
    if address is None:
        return remote[:64] or "unknown"
    named = forwarded.split(",")
    while named and any(address in network for network in proxies):
        before = address_of(named.pop().strip())
        if before is None:
            break
        address = before
    if address.is_loopback:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, CLIENT_BITS_V6), strict=False))
    return str(address)


def address_of(text: str) -> Address | None:
    """The address that ``text`` is, an IPv4 one that is written as IPv6 as IPv4; null for anything else."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0].removeprefix("[").partition("]")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, ipaddress.IPv6Address) else found


def install_rate_limits(app: Flask, refuse: WSGIApplication, site: AppContext) -> None:
    """Count requests before the app as it is now sees them; no limit where the settings have none."""
    if site.settings.requests_per_minute:
        app.wsgi_app = RateLimits(app.wsgi_app, refuse, site)  # type: ignore[method-assign]
    app.before_request(_refuse)


def _refuse() -> None:
    refused = request.environ.get(_REFUSED)
    if refused is not None:
        raise refused
