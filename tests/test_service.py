"""The long-running process: it serves, says what is wrong with the port, and ends when told to."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from hallofshame.domain.errors import SettingsError
from hallofshame.web_server import WebServer
from support.installations import gardaland

pytestmark = pytest.mark.enable_socket

NOWHERE = "http://127.0.0.1:9"
"""A port that nobody answers on, so that a live feed is asked for nothing."""


def test_the_site_answers_until_it_is_stopped(tmp_path: Path) -> None:
    with gardaland(tmp_path, port=0) as installation:
        site = WebServer(installation)
        site.start()
        assert requests.get(f"{site.url}api/health", timeout=10).json()["success"] is True
        site.stop()
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{site.url}api/health", timeout=10)


def test_a_taken_port_is_named_with_the_remedy(tmp_path: Path) -> None:
    with gardaland(tmp_path, port=0) as installation, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        changed = installation.settings.model_copy(update={"port": port})
        installation.settings = changed
        with pytest.raises(SettingsError, match=f"port {port} on 127.0.0.1 is taken; .* HALLOFSHAME_PORT"):
            WebServer(installation)


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    with (
        gardaland(tmp_path, host="192.0.2.1", port=0) as installation,
        pytest.raises(SettingsError, match=r"cannot serve on 192\.0\.2\.1:0 .*HALLOFSHAME_HOST"),
    ):
        WebServer(installation)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_ends_with_0_within_seconds_of_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    environment = os.environ | {
        "HALLOFSHAME_PARKS": "gardaland",
        "HALLOFSHAME_QUEUE_TIMES_URL": NOWHERE,
        "HALLOFSHAME_THEMEPARKS_WIKI_URL": NOWHERE,
        "HALLOFSHAME_TRIES": "1",
    }
    command = [sys.executable, "-m", "hallofshame", "run", "--port", "0", "--data", str(tmp_path / "data")]
    log = tmp_path / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, env=environment, cwd=tmp_path, text=True
        ) as process,
    ):
        assert process.stdout is not None
        url = process.stdout.readline().split()[1]
        assert requests.get(f"{url}api/health", timeout=20).status_code == 200
        process.send_signal(number)
        began = time.monotonic()
        code = process.wait(60)
    assert code == 0, log.read_text()
    assert time.monotonic() - began < 30
