"""Idle, slow and many clients do not keep others from their answers; processes that die are replaced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from hallofshame.domain.errors import ServerError
from hallofshame.web_server import WebServer
from support.clients import (
    all_of,
    asked,
    children,
    connected,
    dripping,
    kept_alive,
    open_files,
    processor_seconds,
    received,
    request,
)
from support.installations import gardaland
from support.waiting import until

pytestmark = [pytest.mark.enable_socket, pytest.mark.speed]

IDLE_SECONDS = 3
STALLED_SECONDS = 2
SOON = 2.0
"""Seconds within which the next client has its answer: before idle clients are closed and would make room."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    """One site for all of these tests, with short limits."""
    folder = tmp_path_factory.mktemp("site")
    limits = {"web_idle_seconds": IDLE_SECONDS, "web_stalled_seconds": STALLED_SECONDS}
    with gardaland(folder, port=0, **limits) as installation:
        web = WebServer(installation)
        web.start()
        # Every worker has made its first answer.
        for _ in range(8):
            asked(web.url)
        yield web
        web.stop()


def test_300_idle_connections_delay_nobody_and_are_closed_in_time(site: WebServer) -> None:
    clients = [kept_alive(site.url) for _ in range(300)]
    with all_of(clients):
        assert max(asked(site.url) for _ in range(10)) < SOON
        assert [received(client) for client in clients] == [b""] * 300


def test_300_connections_that_never_speak_delay_nobody_and_are_closed_in_time(site: WebServer) -> None:
    clients = [connected(site.url) for _ in range(300)]
    with all_of(clients):
        assert max(asked(site.url) for _ in range(10)) < SOON
        began = time.monotonic()
        assert [received(client) for client in clients] == [b""] * 300
        assert time.monotonic() - began < IDLE_SECONDS + 10


def test_200_clients_that_drip_headers_delay_nobody_and_are_closed_in_time(site: WebServer) -> None:
    clients = [connected(site.url) for _ in range(200)]
    with all_of(clients), dripping(clients, b"X-Slow: a\r\n"):
        for client in clients:
            client.sendall(request())
        assert max(asked(site.url) for _ in range(10)) < SOON
        assert not any(b"200" in received(client) for client in clients)


def test_200_clients_that_drip_bodies_delay_nobody_and_have_their_answer_at_once(site: WebServer) -> None:
    clients = [connected(site.url) for _ in range(200)]
    with all_of(clients), dripping(clients, b"a"):
        for number, client in enumerate(clients):
            method = ("POST", "GET")[number % 2]
            client.sendall(request("/api/parks", "Content-Length: 100000", method=method) + b"\r\n")
        assert max(asked(site.url) for _ in range(10)) < SOON
        answers = [received(client) for client in clients]
    assert [answer[:12] for answer in answers] == [b"HTTP/1.1 405", b"HTTP/1.1 200"] * 100


def test_200_readers_that_take_nothing_delay_nobody_and_are_closed_in_time(site: WebServer) -> None:

    def held() -> int:
        return sum(open_files(worker) for worker in children(site.process_id))

    for _ in range(8):
        asked(site.url, "/api/openapi.json")  # made once by every worker
    before = held()
    clients = [connected(site.url, receive_buffer=4096) for _ in range(200)]
    with all_of(clients):
        for client in clients:
            client.sendall(request("/api/openapi.json") + b"\r\n")
        until("the connections are held", lambda: held() > before + 150)
        assert max(asked(site.url) for _ in range(10)) < SOON
        until("no connection of theirs is held", lambda: held() < before + 20)


def test_a_worker_that_dies_is_replaced(site: WebServer) -> None:
    first = site.process_id
    before = children(first)
    os.kill(before[0], signal.SIGKILL)
    until("it is dead", lambda: before[0] not in children(first))
    asked(site.url)
    until("there are as many workers as before", lambda: len(children(first)) == len(before))
    asked(site.url)


def runs(process: int) -> bool:
    """Whether a process runs. One that has ended stays listed where nobody reaps it."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_when_the_first_process_dies_the_port_is_kept_and_answered_again(site: WebServer) -> None:
    before = site.process_id
    workers = children(before)
    os.kill(before, signal.SIGKILL)
    until("the workers are started again", lambda: site.process_id != before)
    assert all(asked(site.url) for _ in range(3))
    until("the old workers have ended", lambda: not any(map(runs, workers)))


def test_a_server_that_cannot_start_is_an_error_and_frees_the_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "no-python"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with gardaland(tmp_path / "data", port=0) as installation:
        web = WebServer(installation)
        with pytest.raises(ServerError, match="the log has the reason"):
            web.start()
        assert not _answers(web.url)


def test_a_server_that_nobody_waited_for_can_be_stopped(tmp_path: Path) -> None:
    with gardaland(tmp_path, port=0) as installation:
        web = WebServer(installation)
        web.launch()
        web.launch()
        pid = web.process_id
        web.stop()
        assert not _answers(web.url)
        assert not Path(f"/proc/{pid}").exists()
        web.start()
        assert not _answers(web.url)


SMALL = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
os.execv(sys.executable, [sys.executable, "-m", "hallofshame", *sys.argv[1:]])
"""


@dataclass(frozen=True)
class Command:
    """``hallofshame serve`` in a process of its own, with few descriptors and one worker."""

    process: subprocess.Popen[str]
    url: str
    log: Path


@contextmanager
def serving(folder: Path) -> Iterator[Command]:
    """The command on an installation of its own in ``folder``."""
    log = folder / "log"
    called = [sys.executable, "-c", SMALL, "serve", "--port", "0", "--data", str(folder / "data")]
    environment = os.environ | {"HALLOFSHAME_PARKS": "gardaland", "HALLOFSHAME_WEB_WORKERS": "1"}
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            called, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=folder, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield Command(process, process.stdout.readline().split()[1], log)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    with serving(tmp_path_factory.mktemp("command")) as started:
        yield started


GET = b"GET /api/parks HTTP/1.1\r\n"
OURS = b"Host: localhost\r\n"
CLOSE = b"Connection: close\r\n\r\n"
HOSTILE = [
    (GET + b"Host: evil.example/x\r\n" + CLOSE, 400),
    (GET + b"Host: \xff\xfe\r\n" + CLOSE, 400),
    (GET + b"Host: a b\r\n" + CLOSE, 400),
    (GET + b"Host: localhost\r\nHost: evil.example\r\n" + CLOSE, None),
    (GET + b"Host: " + b"a" * 9000 + b"\r\n" + CLOSE, 400),
    (GET + b"Host: evil.example\r\n" + CLOSE, 200),
    (GET + b"Host: localhost\r\nX-Forwarded-Host: evil.example\r\n" + CLOSE, 200),
    (GET + CLOSE, None),
    (b"GET /api/parks HTTP/1.0\r\n\r\n", None),
    (b"GET http://evil.example/parks/gardaland HTTP/1.1\r\n" + OURS + CLOSE, None),
    (b"GET /api/x%0d%0a2026-01-01T00:00:00Z%20INFO%20forged HTTP/1.1\r\n" + OURS + CLOSE, 404),
    (b"GET /api/%ff%fe/%00 HTTP/1.1\r\n" + OURS + CLOSE, 404),
    (b"GET /api/parks?%ff=%00 HTTP/1.1\r\n" + OURS + CLOSE, 400),
    (b"GET //evil.example/%2e%2e HTTP/1.1\r\n" + OURS + CLOSE, None),
    (b"GET /\xff HTTP/1.1\r\n" + OURS + CLOSE, 400),
    (b"FOO /api/parks HTTP/1.1\r\n" + OURS + CLOSE, 405),
    (b"OPTIONS * HTTP/1.1\r\n" + OURS + CLOSE, None),
    (b"CONNECT evil.example:443 HTTP/1.1\r\n" + OURS + CLOSE, None),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", None),
    (b"GARBAGE\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 100, 400),
    (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + OURS + CLOSE, 414),
    (b"GET /api/parks?operator=" + b"a" * 20_000 + b" HTTP/1.1\r\n" + OURS + CLOSE, 414),
    (b"GET /api/trends HTTP/1.1\r\n" + OURS + b"X-Long: " + b"a" * 40_000 + b"\r\n" + CLOSE, 431),
    (GET + OURS + b"X-Long: " + b"a" * 2_000_000 + b"\r\n" + CLOSE, 431),
    (GET + OURS + b"".join(b"X-%d: a\r\n" % number for number in range(5000)) + CLOSE, 431),
    (GET + OURS + b"Content-Length: nine\r\n" + CLOSE, 400),
    (GET + OURS + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n" + CLOSE + b"zz\r\n", None),
    (GET + OURS + b"If-None-Match: " + b"\x80" * 50 + b"\r\nAccept-Encoding: ;;q=,\r\n" + CLOSE, 200),
    (GET + OURS + b"Range: bytes=9-1,-\r\nIf-Modified-Since: never\r\n" + CLOSE, 200),
]


def test_hostile_requests_are_refused_and_the_log_stays_clean(command: Command) -> None:
    for sent, status in HOSTILE:
        with connected(command.url) as client:
            with suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(sent)
            answer = received(client)
        head, _, body = answer.partition(b"\r\n\r\n")
        seen = (sent[:100], head[:300])
        assert status is None or not head or head.startswith(b"HTTP/1.1 %d " % status), seen
        assert head or len(sent) > 50_000 or status is None, seen
        assert not head.startswith(b"HTTP/1.1 5"), seen
        for led in (b"http://evil.example", b'"//evil.example', b"Location: //"):
            assert led not in head + body.replace(b'data-served="//', b""), seen
        if status == 400 and sent.startswith(GET + b"Host: ") and OURS not in sent:
            assert json.loads(body)["error"]["code"] == "bad_request", seen
        asked(command.url)
        assert command.log.read_text() == "", seen


def test_when_descriptors_run_out_open_connections_go_on_the_log_is_clean_and_it_recovers(
    command: Command,
) -> None:
    url = command.url
    [worker] = children(children(command.process.pid)[0])
    with requests.Session() as open_before:
        assert open_before.get(f"{url}api/parks", timeout=10).status_code == 200
        with all_of([connected(url) for _ in range(300)]):
            until("the worker holds many", lambda: open_files(worker) > 80)
            used = processor_seconds(worker)
            for path in ("", "rides", "api/parks/downtime"):
                assert open_before.get(f"{url}{path}", timeout=10).status_code == 200
            time.sleep(1)
            assert processor_seconds(worker) - used < 2
        assert asked(url) < SOON + 1
    assert command.log.read_text() == ""


def test_nothing_is_left_when_the_command_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as command:
        asked(command.url)
        workers = children(children(command.process.pid)[0])
        command.process.kill()
        until("the port is free", lambda: not _answers(command.url))
        until("all are gone", lambda: not any(map(runs, workers)))
        assert command.log.read_text() == ""


def _answers(url: str) -> bool:
    try:
        connected(url).close()
    except ConnectionRefusedError:
        return False
    return True
