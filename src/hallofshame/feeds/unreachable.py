"""Why a host could not be reached: the network, its name, its door or its certificate."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

import requests

from hallofshame.domain.words import PollOutcome

_NO_ROUTE = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
)


def why_unreachable(error: BaseException, host: str) -> tuple[PollOutcome, str]:
    """What became of a connection to ``host``, and that in a few words, by the system error below."""
    below = next(_errors_of_the_system(error), None)
    if isinstance(below, socket.gaierror):
        if below.errno == socket.EAI_AGAIN:
            return PollOutcome.NO_NETWORK, f"no network to {host}: no name server answers"
        return PollOutcome.NAME_ERROR, f"the name {host} cannot be resolved"
    if isinstance(below, ssl.SSLError):
        return PollOutcome.TLS_ERROR, f"no safe connection to {host}: {_words(below)}"
    if isinstance(below, ConnectionRefusedError):
        return PollOutcome.REFUSED, f"{host} refuses the connection"
    if below is not None and below.errno in _NO_ROUTE:
        return PollOutcome.NO_NETWORK, f"no network to {host}: {_words(below)}"
    return PollOutcome.CONNECTION_ERROR, f"the connection to {host} broke: {_words(below or error)}"


def _errors_of_the_system(error: BaseException) -> Iterator[OSError]:
    """The errors of the operating system that ``error`` was made of, the outermost first.

    Libraries wrap them in several layers, as cause, as context, as ``reason`` or among the arguments.
    """
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        at = waiting.pop(0)
        if not isinstance(at, BaseException) or id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, OSError) and not isinstance(at, requests.exceptions.RequestException):
            yield at
        waiting += [getattr(at, "reason", None), *at.args, at.__cause__, at.__context__]


def _words(error: BaseException) -> str:
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(text.split())[:100] or type(error).__name__
