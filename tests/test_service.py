"""The long-running process: it serves, says what is wrong with the port, and ends when told to."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from hallofshame import web_server
from hallofshame.cli import cli
from hallofshame.domain.errors import SettingsError
from hallofshame.web_server import WebServer
from support.installations import gardaland
from support.waiting import until

pytestmark = pytest.mark.enable_socket

NOWHERE = "http://127.0.0.1:9"
"""A port that nobody answers on, so that a live feed is asked for nothing."""


@pytest.mark.slow
def test_the_site_answers_until_it_is_stopped(tmp_path: Path) -> None:
    with gardaland(tmp_path, port=0) as installation:
        site = WebServer(installation)
        site.start()
        assert requests.get(f"{site.url}api/health", timeout=10).json()["success"] is True
        site.stop()
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{site.url}api/health", timeout=10)


def test_a_taken_port_is_named_with_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_server, "PORT_SECONDS", 0.0)
    with gardaland(tmp_path, port=0) as installation, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        changed = installation.settings.model_copy(update={"port": port})
        installation.settings = changed
        with pytest.raises(SettingsError, match=f"port {port} on 127.0.0.1 is taken; .* HALLOFSHAME_PORT"):
            WebServer(installation)


def test_a_port_that_a_killed_server_still_holds_is_waited_for(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with gardaland(tmp_path, port=0) as installation, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        installation.settings = installation.settings.model_copy(update={"port": port})
        threading.Timer(0.3, taken.close).start()
        site = WebServer(installation)
        site.stop()
    assert site.url == f"http://127.0.0.1:{port}/"
    assert f"port {port} on 127.0.0.1 is taken; waiting up to 8 s for it" in caplog.text


def test_an_address_of_another_machine_is_refused(tmp_path: Path) -> None:
    with (
        gardaland(tmp_path, host="192.0.2.1", port=0) as installation,
        pytest.raises(SettingsError, match=r"cannot serve on 192\.0\.2\.1:0 .*HALLOFSHAME_HOST"),
    ):
        WebServer(installation)


def environment() -> dict[str, str]:
    return os.environ | {
        "HALLOFSHAME_PARKS": "gardaland",
        "HALLOFSHAME_QUEUE_TIMES_URL": NOWHERE,
        "HALLOFSHAME_THEMEPARKS_WIKI_URL": NOWHERE,
        "HALLOFSHAME_TRIES": "1",
    }


@contextmanager
def running(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command ``run`` with the first line that it says; its log is shown if it does not end with 0."""
    command = [sys.executable, "-m", "hallofshame", "run", "--port", "0", "--data", str(folder / "data")]
    log = folder / "log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [*command, *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment(),
            cwd=folder,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        yield process, process.stdout.readline()
        code = process.wait(60)
    assert code == 0, log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_ends_with_0_within_seconds_of_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as (process, said):
        assert requests.get(f"{said.split()[1]}api/health", timeout=20).status_code == 200
        process.send_signal(number)
        began = time.monotonic()
    assert time.monotonic() - began < 30


def test_a_collector_without_a_site_collects_and_starts_no_server(tmp_path: Path) -> None:
    with running(tmp_path, "--no-web") as (process, said):
        assert said == "Collecting; the site is left to others (stop with Ctrl-C)\n"
        until("a cycle is logged", lambda: cycles(tmp_path / "data") > 0)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
        assert children == "", "there is no process that serves"
        process.terminate()


def cycles(data: Path) -> int:
    """How many cycles the job log knows."""
    with sqlite3.connect(data / "hallofshame.sqlite") as connection:
        [[count]] = connection.execute("SELECT count(*) FROM aggregation_log WHERE job_type = 'cycle'")
    connection.close()
    return int(count)


def test_nothing_to_do_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["run", "--no-web", "--no-scheduler", "--data", str(tmp_path)])
    assert result.exit_code == 2
    assert "--no-web leaves nothing to do" in result.output
