"""How often one client may ask: so many requests a minute, by address; more are refused with 429.

Counts are kept in memory by each worker, so a client may reach as many times the limit as there are workers.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from flask import Flask, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from werkzeug.exceptions import TooManyRequests

from hallofshame.domain.hosts import Network
from hallofshame.domain.plurals import counted

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_REFUSED = "hallofshame.too_many"

RETRY_AFTER_SECONDS = 10
"""When a refused client comes back. The window slides, so by then a part of its requests no longer counts."""

CLIENT_BITS_V6 = 64
"""Length of the prefix by which IPv6 clients are told apart: one customer has all that follows it."""

_FREE = ("/static/", "/icons/", "/favicon.ico")
"""Costs nothing, and a page asks for a dozen of them."""


class RateLimits:
    """WSGI middleware: counts the requests of each client, and lets ``refuse`` answer those above the limit.

    Clients on this machine are not counted: they are its own, or those of a proxy that is not named.

    :param refuse: answers a request that is marked as refused, in the one error shape.
    :param proxies: networks of proxies of ours, whose ``X-Forwarded-For`` is believed; nobody else's is.
    """

    def __init__(
        self,
        application: WSGIApplication,
        refuse: WSGIApplication,
        per_minute: int,
        proxies: Collection[Network],
    ) -> None:
        self._application = application
        self._refuse = refuse
        self._limit = RateLimitItemPerMinute(per_minute)
        self._proxies = tuple(proxies)
        self._counts = SlidingWindowCounterRateLimiter(MemoryStorage())

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer the request, or refuse it."""
        if environ.get("PATH_INFO", "").startswith(_FREE):
            return self._application(environ, start_response)
        client = client_of(
            environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR", ""), self._proxies
        )
        if client is None or self._counts.hit(self._limit, client):
            return self._application(environ, start_response)
        environ[_REFUSED] = self._limit.amount
        return self._refuse(environ, start_response)


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


def install_rate_limits(
    app: Flask, refuse: WSGIApplication, per_minute: int, proxies: Collection[Network]
) -> None:
    """Count requests before the app as it is now sees them; no limit where ``per_minute`` is 0."""
    if per_minute:
        app.wsgi_app = RateLimits(app.wsgi_app, refuse, per_minute, proxies)  # type: ignore[method-assign]
    app.before_request(_refuse)


def _refuse() -> None:
    most = request.environ.get(_REFUSED)
    if most is not None:
        raise TooManyRequests(
            f"more than {counted(most, 'request')} in a minute came from your address; slow down, or take "
            "whole months from /api/downloads",
            retry_after=RETRY_AFTER_SECONDS,
        )
