"""Why a host was not reached is told apart, through all the layers in which libraries wrap it."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest
import requests
import urllib3.exceptions
from urllib3.connection import HTTPConnection

from hallofshame.domain.words import UNREACHABLE, PollOutcome
from hallofshame.feeds.unreachable import why_unreachable

POOL = urllib3.HTTPConnectionPool("feed.test")


def wrapped(cause: OSError) -> requests.exceptions.ConnectionError:
    """As requests and urllib3 hand on an error of the system."""
    try:
        try:
            raise cause
        except OSError as below:
            raise urllib3.exceptions.NewConnectionError(HTTPConnection("feed.test"), "failed") from below
    except urllib3.exceptions.NewConnectionError as error:
        return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(POOL, "/", error))


@pytest.mark.parametrize(
    ("cause", "outcome", "words"),
    [
        (
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
            PollOutcome.NO_NETWORK,
            "no network to feed.test: no name server answers",
        ),
        (
            OSError(errno.ENETUNREACH, "Network is unreachable"),
            PollOutcome.NO_NETWORK,
            "no network to feed.test: Network is unreachable",
        ),
        (
            socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
            PollOutcome.NAME_ERROR,
            "the name feed.test cannot be resolved",
        ),
        (
            ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"),
            PollOutcome.REFUSED,
            "feed.test refuses the connection",
        ),
        (
            ssl.SSLCertVerificationError(1, "certificate has expired"),
            PollOutcome.TLS_ERROR,
            "no safe connection to feed.test: certificate has expired",
        ),
        (
            ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"),
            PollOutcome.CONNECTION_ERROR,
            "the connection to feed.test broke: Connection reset by peer",
        ),
    ],
)
def test_causes_are_told_apart(cause: OSError, outcome: PollOutcome, words: str) -> None:
    assert why_unreachable(cause, "feed.test") == (outcome, words)
    assert why_unreachable(wrapped(cause), "feed.test") == (outcome, words)
    assert outcome in UNREACHABLE


def test_an_error_without_a_cause_below_is_told_by_itself() -> None:
    error = requests.exceptions.ConnectionError("odd")
    assert why_unreachable(error, "feed.test") == (
        PollOutcome.CONNECTION_ERROR,
        "the connection to feed.test broke: odd",
    )


def test_a_circle_of_causes_ends() -> None:
    first, second = RuntimeError("one"), RuntimeError("two")
    first.__cause__, second.__cause__ = second, first
    assert why_unreachable(first, "feed.test")[0] is PollOutcome.CONNECTION_ERROR
