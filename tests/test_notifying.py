"""Sending to a webhook of this machine, a wrong one, and one that never answers; no address in any text."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from hallofshame import notifying, settings
from hallofshame.cli import cli
from hallofshame.domain.errors import SettingsError
from hallofshame.domain.redaction import redact
from hallofshame.notifying import channels_of, send

SECRET = "xq81-Token-77fe"  # noqa: S105


class Hook(ThreadingHTTPServer):
    """A webhook that keeps what it was sent and answers ``status``, once ``answers`` is set."""

    def __init__(self) -> None:
        self.received: list[dict[str, str]] = []
        self.status = 200
        self.answers = threading.Event()
        self.answers.set()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_address[1]}/{SECRET}"


class _Handler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        self.server.answers.wait(60)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_given: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.answers.set()
        server.shutdown()
        thread.join()


@pytest.mark.enable_socket
def test_a_message_arrives_with_title_and_text(hook: Hook) -> None:
    (channel,) = channels_of([hook.url])
    assert send(channel, "a title", "a text") is None
    (received,) = hook.received
    assert (received["title"], received["message"]) == ("a title", "a text")


@pytest.mark.enable_socket
def test_a_service_that_refuses_says_why_and_nothing_secret(
    hook: Hook, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    hook.status = 404
    (channel,) = channels_of([hook.url])
    with caplog.at_level(logging.DEBUG):
        error = send(channel, "a title", "a text")
    assert error is not None
    assert "404" in error
    written = f"{error} {caplog.text} {capfd.readouterr()} {channel!r}"
    assert SECRET not in redact(written)
    assert SECRET not in error
    assert SECRET not in repr(channel)


@pytest.mark.enable_socket
def test_a_service_that_never_answers_holds_nobody_up(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    hook.answers.clear()
    monkeypatch.setattr(notifying, "SEND_SECONDS", 1.5)
    (channel,) = channels_of([f"{hook.url}?rto=60"])
    began = time.monotonic()
    error = send(channel, "a title", "a text")
    assert error is not None
    assert time.monotonic() - began < 30, "far less than the service would keep it waiting"


def test_a_service_that_breaks_is_an_answer_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def burn(*_given: object) -> None:
        raise RuntimeError("it burns")

    monkeypatch.setattr(notifying, "_sent", burn)
    (channel,) = channels_of(["json://here/there"])
    assert send(channel, "a title", "a text") == "RuntimeError: it burns"


def test_an_address_that_apprise_does_not_know_says_so() -> None:
    (channel,) = channels_of([f"nonsense://host/{SECRET}"])
    assert "none that Apprise knows" in (send(channel, "a", "b") or "")


@pytest.mark.parametrize(
    ("url", "name", "secrets"),
    [
        (
            "mailtos://user:s3cretpass@mail.example.org?to=me@example.org",
            "mailtos://mail.example.org",
            ["s3cretpass"],
        ),
        (
            "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general",
            "slack://***",
            ["TIiajkdnlazkcOXrIdevi7FQ", "A1BRTD4JD", "T1JJ3T3L2"],
        ),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "tgram://***", ["123456789", "abcdefg_hijklmnop"]),
        ("json://hooks.example.org/services/abcdef123456", "json://hooks.example.org", ["abcdef123456"]),
    ],
)
def test_what_is_shown_of_an_address_is_its_service(url: str, name: str, secrets: list[str]) -> None:
    (channel,) = channels_of([url, url])
    assert channel.name == name
    assert channel.name == redact(channel.name)
    shown = redact(f"could not reach {url} with {' and '.join(secrets)}")
    assert [secret for secret in secrets if secret in shown] == []


@pytest.mark.enable_socket
def test_the_test_command_says_what_happened_to_each_address(
    hook: Hook, own_machine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLOFSHAME_ALERT_URLS", f"{hook.url}  nonsense://nowhere.example/{SECRET}")
    done = CliRunner().invoke(cli, ["alerts", "test"])
    assert done.exit_code == 1
    assert done.stdout.splitlines()[0] == "json://127.0.0.1: sent"
    assert done.stdout.splitlines()[1].startswith("nonsense://nowhere.example: not sent: the address is none")
    assert "1 of 2 addresses not reached" in done.stderr
    assert SECRET not in done.output
    assert len(hook.received) == 1


def test_the_test_command_without_addresses_says_which_setting_is_unset(own_machine: None) -> None:
    done = CliRunner().invoke(cli, ["alerts", "test"])
    assert done.exit_code == 2
    assert "HALLOFSHAME_ALERT_URLS is unset" in done.stderr


def test_settings_and_their_errors_do_not_show_addresses(
    own_machine: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALLOFSHAME_ALERT_URLS", f"json://host/{SECRET} mailto://a:b@c.example")
    found = settings.load()
    assert len(found.alert_urls) == 2
    assert SECRET not in repr(found)
    monkeypatch.setenv("HALLOFSHAME_ALERT_URLS", f"json:/host/{SECRET}")
    with pytest.raises(SettingsError, match="HALLOFSHAME_ALERT_URLS is unusable; give addresses") as refused:
        settings.load()
    assert SECRET not in str(refused.value)


@pytest.mark.slow
def test_nothing_is_imported_before_there_is_something_to_send() -> None:
    program = (
        "import sys, hallofshame.watch, hallofshame.service\n"
        "from hallofshame.notifying import channels_of\n"
        "channels_of(['json://host/path'])\n"
        "assert 'apprise' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
