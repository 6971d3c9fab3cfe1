"""Posting to addresses that others named: in time, without redirects, and not into private networks.

The address of a name is looked up once, judged, and connected to, so a name that answers differently the
second time (DNS rebinding) leads nowhere else. Behind an outgoing proxy (``HTTPS_PROXY``) the proxy connects,
and has to judge by itself.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
import urllib3
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError

from hallofshame.domain.redaction import redact
from hallofshame.feeds.transport import TimedAdapter, TimedConnection, TimedTLSConnection, answered_within

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0
"""How long an answer may take as a whole."""

MOST_ANSWER_BYTES = 64 * 1024
"""More of an answer is not read; of that nothing is kept but the beginning of an error."""

_EXCERPT = 120
_CONNECTIONS = 16

_TRANSLATED = tuple(
    ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""IPv6 addresses in which an IPv4 one is hidden: a private one, maybe."""


class PrivateAddressError(OSError):
    """A name that leads into a private network, or to this machine."""


@dataclass(frozen=True, slots=True)
class PostResult:
    """What became of one request: a ``status``, or the reason why there is none.

    ``retry_after``: seconds that the service asks to wait, where it does. ``said``: the beginning of what it
    answered to a refused request, in one line.
    """

    status: int | None
    error: str | None = None
    retry_after: int | None = None
    said: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the service took the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def why(self) -> str:
        """Why it was not taken, in one line."""
        if self.error is not None:
            return self.error
        return f"answered {self.status}{f': {self.said}' if self.said else ''}"


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet: not private, local, multicast or reserved."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _TRANSLATED):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


class Outbox:
    """Sends POST requests. ``public_only``: to public addresses alone, whatever their names say."""

    def __init__(self, *, public_only: bool) -> None:
        self._session = requests.Session()
        adapter = _PublicAdapter if public_only else TimedAdapter
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, adapter(pool_maxsize=_CONNECTIONS, max_retries=0))

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> PostResult:
        """Send one request and tell what became of it; no address is in the result. Raises nothing."""
        until = time.monotonic() + CONNECT_SECONDS + ANSWER_SECONDS
        try:
            with (
                answered_within(lambda: until - time.monotonic()),
                self._session.post(
                    url,
                    data=body,
                    headers=dict(headers),
                    timeout=(CONNECT_SECONDS, ANSWER_SECONDS),
                    allow_redirects=False,
                    stream=True,
                ) as answer,
            ):
                said = next(answer.iter_content(MOST_ANSWER_BYTES), b"")
                return PostResult(
                    answer.status_code,
                    retry_after=_seconds(answer.headers.get("Retry-After")),
                    said="" if answer.ok else _line(said),
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            return PostResult(None, _reason(error))


class _PublicConnection(TimedConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _PublicTLSConnection(TimedTLSConnection):
    def _new_conn(self) -> socket.socket:
        return _connected(self)


class _PublicPool(HTTPConnectionPool):
    ConnectionCls = _PublicConnection


class _PublicTLSPool(HTTPSConnectionPool):
    ConnectionCls = _PublicTLSConnection


class _PublicAdapter(TimedAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PublicPool, "https": _PublicTLSPool}


def _connected(connection: TimedConnection | TimedTLSConnection) -> socket.socket:
    """A socket to the first address of the connection's host that answers, if every one is public."""
    try:
        found = socket.getaddrinfo(connection.host, connection.port, type=socket.SOCK_STREAM)
        private = [str(place[0]) for *_, place in found if not is_public(str(place[0]))]
        if private:
            raise PrivateAddressError("its name leads into a private network, where no message goes")
        return socket.create_connection((str(found[0][4][0]), connection.port), timeout=CONNECT_SECONDS)
    except OSError as error:
        raise NewConnectionError(connection, f"{type(error).__name__}: {error}") from error


def _reason(error: BaseException) -> str:
    """The innermost reason, in one line without the address."""
    seen = error
    while (inner := seen.__cause__ or _of_pool(seen)) is not None and inner is not seen:
        seen = inner
    if isinstance(seen, TimeoutError | requests.Timeout | urllib3.exceptions.TimeoutError):
        return "no answer in time"
    if isinstance(seen, PrivateAddressError):
        return str(seen)
    if isinstance(seen, socket.gaierror):
        return "its name cannot be resolved"
    if isinstance(seen, OSError) and seen.strerror:
        return seen.strerror
    return type(seen).__name__


def _of_pool(error: BaseException) -> BaseException | None:
    reason = getattr(error, "reason", None)
    if isinstance(reason, BaseException):
        return reason
    return next((part for part in error.args if isinstance(part, BaseException)), error.__context__)


def _seconds(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 6 else None


def _line(content: bytes) -> str:
    text = " ".join(redact(content.decode("utf-8", "replace")).split())
    return text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
