"""The real transport against hosts that drip: the whole answer has one limit of time, headers included."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from hallofshame.clock import SystemClock
from hallofshame.domain.errors import FeedError
from hallofshame.domain.words import PollOutcome
from hallofshame.feeds.http import HttpClient
from hallofshame.feeds.policy import HttpPolicy

pytestmark = pytest.mark.enable_socket

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
POLICY = HttpPolicy(read_timeout_seconds=5, answer_timeout_seconds=0.3, tries=1)


class Dripping:
    """A host that sends ``at_once`` and then ``slowly``, byte by byte; the last byte never comes."""

    def __init__(self, at_once: bytes, slowly: bytes) -> None:
        self._said = at_once, slowly
        self._stopping = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def _serve(self) -> None:
        at_once, slowly = self._said
        connection, _ = self._socket.accept()
        with connection:
            connection.recv(65536)
            try:
                connection.sendall(at_once)
                for byte in slowly:
                    if self._stopping.wait(0.02):
                        return
                    connection.sendall(bytes([byte]))
                self._stopping.wait()
            except ConnectionError:
                return

    def stop(self) -> None:
        """Close everything."""
        self._stopping.set()
        self._thread.join()
        self._socket.close()


@pytest.fixture
def dripping() -> Iterator[Callable[[bytes, bytes], Dripping]]:
    made: list[Dripping] = []

    def make(at_once: bytes, slowly: bytes) -> Dripping:
        made.append(Dripping(at_once, slowly))
        return made[-1]

    yield make
    for host in made:
        host.stop()


@pytest.mark.parametrize(
    ("at_once", "slowly"),
    [
        (b"", HEAD + b"X-Long: " + b"x" * 5000),
        (HEAD + b"Content-Length: 5000\r\n\r\n", b" " * 5000),
        (HEAD + b"\r\n", b" " * 5000),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 1000),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 5000),
    ],
    ids=["headers", "body", "body without a length", "chunks", "the size of a chunk"],
)
def test_what_drips_is_cut_when_its_time_is_over(
    dripping: Callable[[bytes, bytes], Dripping], at_once: bytes, slowly: bytes
) -> None:
    host = dripping(at_once, slowly)
    started = time.monotonic()
    with HttpClient(POLICY, SystemClock()) as client, pytest.raises(FeedError) as caught:
        client.get_json(host.url)
    assert caught.value.outcome is PollOutcome.TIMEOUT
    # To its end the answer would take 100 seconds and more.
    assert 0.25 < time.monotonic() - started < 20


def test_a_silent_host_is_cut_by_the_limit_of_silence(
    dripping: Callable[[bytes, bytes], Dripping],
) -> None:
    host = dripping(HEAD + b"Content-Length: 50\r\n\r\n[", b"")
    policy = HttpPolicy(read_timeout_seconds=0.1, answer_timeout_seconds=30, tries=1)
    with HttpClient(policy, SystemClock()) as client, pytest.raises(FeedError) as caught:
        client.get_json(host.url)
    assert caught.value.outcome is PollOutcome.TIMEOUT


def test_a_connection_is_kept_for_the_next_request() -> None:
    """Also after an answer whose time was nearly over: the next one has all of its own."""
    body = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    accepted = 0

    def serve() -> None:
        nonlocal accepted
        connection, _ = server.accept()
        accepted += 1
        with connection:
            for pause in (0.6, 0.6, 0.6):
                connection.recv(65536)
                time.sleep(pause)
                connection.sendall(body)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        policy = HttpPolicy(answer_timeout_seconds=1.6, tries=1)
        with HttpClient(policy, SystemClock()) as client:
            answers = [client.get_json(url) for _ in range(3)]
        thread.join()
    assert ([answer.body for answer in answers], accepted) == ([{}, {}, {}], 1)
