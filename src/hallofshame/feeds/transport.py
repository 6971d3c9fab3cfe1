"""The transport of real requests: no answer takes longer than it may, however steadily it drips.

Time-outs of ``requests`` hold for one read of the socket each. A host that sends a byte every few seconds,
in the headers or in the body, would hold its reader for hours. Here every read waits only for what is left
of the time for the whole answer.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

SecondsLeft = Callable[[], float]

_ANSWER: ContextVar[SecondsLeft] = ContextVar("answer", default=lambda: math.inf)


@contextmanager
def answered_within(seconds_left: SecondsLeft) -> Iterator[None]:
    """Give up the requests of this thread when ``seconds_left`` says 0, until the block ends."""
    token = _ANSWER.set(seconds_left)
    try:
        yield
    finally:
        _ANSWER.reset(token)


class TimedAdapter(HTTPAdapter):
    """The adapter of ``requests`` over connections that keep to :func:`answered_within`."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As ever, with connections of ours."""
        super().init_poolmanager(*args, **kwargs)
        _use_timed_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> urllib3.ProxyManager:
        """As ever, with connections of ours."""
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **kwargs)
        _use_timed_pools(manager)
        return manager


def _use_timed_pools(manager: urllib3.PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _TimedPool, "https": _TimedTLSPool}


class _TimedReader(io.RawIOBase):
    """Reads a socket, and never waits longer than for the next piece nor than for the whole answer."""

    def __init__(self, raw: io.RawIOBase, connection: socket.socket, seconds_left: SecondsLeft) -> None:
        self._raw = raw
        self._connection = connection
        self._silence = connection.gettimeout()
        self._seconds_left = seconds_left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._seconds_left()
        if left <= 0:
            raise TimeoutError("the time for the whole answer is over")
        waits = left if self._silence is None else min(left, self._silence)
        self._connection.settimeout(None if math.isinf(waits) else waits)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """Status line, headers and body of one answer, all read through a :class:`_TimedReader`."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_TimedReader(raw, sock, _ANSWER.get()))


class TimedConnection(HTTPConnection):
    """A connection that keeps to :func:`answered_within`."""

    response_class = _TimedResponse


class TimedTLSConnection(HTTPSConnection):
    """The same over TLS."""

    response_class = _TimedResponse


class _TimedPool(HTTPConnectionPool):
    ConnectionCls = TimedConnection


class _TimedTLSPool(HTTPSConnectionPool):
    ConnectionCls = TimedTLSConnection
