"""Addresses that strangers name lead to known push services at public addresses, and nowhere else."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from hallofshame.domain.errors import InputError
from hallofshame.domain.push_services import PushServices
from hallofshame.hooks import checked_url, shown_url
from hallofshame.outgoing import Outbox, PostResult, is_public
from support.push_service import push_service

TAKEN = (
    "https://fcm.googleapis.com/fcm/send/dQw4:APA91b",
    "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
    "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%3d",
    "https://web.push.apple.com/QGuQyavXutnMH",
    "https://FCM.googleapis.com:443/fcm/send/x",
)
REFUSED = (
    "http://fcm.googleapis.com/fcm/send/x",
    "https://fcm.googleapis.com:8443/fcm/send/x",
    "https://fcm.googleapis.com.evil.example/x",
    "https://evilfcm.googleapis.com.example/x",
    "https://notfcm.googleapis.com/x",
    "https://user@fcm.googleapis.com/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://127.0.0.1/x",
    "https://[::1]/x",
    "https://localhost/x",
    "https://169.254.169.254/latest/meta-data",
    "https://2130706433/x",
    "https://0x7f.1/x",
    "https://evil.example\\.fcm.googleapis.com/x",
    "https://evil.example#.fcm.googleapis.com/x",
    "https://fcm.googleapis.com/x y",
    "https://fcm.googleapis.com/x\r\nHost: other",
    "https://fcm.googleapis.com:notaport/x",
    "https://fcm。googleapis。com/x",
    "ftp://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "//fcm.googleapis.com/x",
    "fcm.googleapis.com",
    "",
    "https://fcm.googleapis.com/" + "x" * 1500,
)


@pytest.mark.parametrize("endpoint", TAKEN)
def test_push_services_of_browsers_are_taken(endpoint: str) -> None:
    assert PushServices().refusal(endpoint) is None


@pytest.mark.parametrize("endpoint", REFUSED)
def test_anything_else_is_refused(endpoint: str) -> None:
    assert PushServices().refusal(endpoint) is not None


def test_an_operator_may_name_hosts_and_origins() -> None:
    services = PushServices.with_further(("Push.Example.org", "http://127.0.0.1:9000"))
    assert services.refusal("https://push.example.org/up?x=1") is None
    assert services.refusal("https://a.push.example.org/up") is None
    assert services.refusal("http://127.0.0.1:9000/up") is None
    assert services.is_own_word("http://127.0.0.1:9000/up")
    assert not services.is_own_word("https://push.example.org/up")
    for other in ("http://127.0.0.1:9001/up", "https://127.0.0.1:9000/up", "http://push.example.org/up"):
        assert services.refusal(other) is not None


PRIVATE = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - judged, not bound
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2001:0:7f00:1::",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_told_in_every_form(address: str) -> None:
    assert not is_public(address)


def test_public_addresses_are_told() -> None:
    assert is_public("142.250.74.42")
    assert is_public("2a00:1450:4001:80b::200a")
    assert is_public("::ffff:142.250.74.42")


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Every name leads to these addresses; returns the names that were looked up."""
    asked: list[str] = []

    def look_up(host: Any, port: Any, *_more: Any, **_named: Any) -> list[Any]:
        asked.append(str(host))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.enable_socket
def test_a_name_that_leads_to_this_machine_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    with push_service() as server:
        port = server.server_address[1]
        resolving(monkeypatch, "127.0.0.1")
        outbox = Outbox(public_only=True)
        refused = outbox.post(f"http://fcm.googleapis.com:{port}/x", b"", {})
        assert refused == PostResult(None, "its name leads into a private network, where no message goes")
        outbox.close()
        assert server.received == []


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, "142.250.74.42", "10.0.0.1")
    outbox = Outbox(public_only=True)
    refused = outbox.post("https://fcm.googleapis.com/x", b"", {})
    outbox.close()
    assert refused.error == "its name leads into a private network, where no message goes"
    assert asked == ["fcm.googleapis.com"], "looked up once, so that it cannot answer otherwise later"


def test_the_address_that_was_judged_is_connected_to_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolving(monkeypatch, "142.250.74.42")
    tried: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        assert timeout > 0
        tried.append(address)
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket, "create_connection", connect)
    outbox = Outbox(public_only=True)
    refused = outbox.post("https://fcm.googleapis.com/secret-token", b"", {})
    outbox.close()
    assert tried == [("142.250.74.42", 443)]
    assert asked == ["fcm.googleapis.com"]
    assert refused == PostResult(None, "Connection refused")


@pytest.mark.enable_socket
def test_a_service_that_never_answers_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hallofshame.outgoing.ANSWER_SECONDS", 0.2)
    monkeypatch.setattr("hallofshame.outgoing.CONNECT_SECONDS", 0.2)
    with push_service() as server:
        server.answers.clear()
        outbox = Outbox(public_only=False)
        assert outbox.post(f"{server.origin}/x", b"{}", {}) == PostResult(None, "no answer in time")
        outbox.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://hook.example/x",
        "https://user:word@hook.example/x",
        "https:///x",
        "https://hook.example/x#y",
        "https://hook.example/ x",
        "https://hook.example:0/x",
        "javascript:alert(1)",
        "hook.example",
    ],
)
def test_addresses_that_no_webhook_may_have(url: str) -> None:
    with pytest.raises(InputError) as refused:
        checked_url(url, private=False)
    assert refused.value.parameter == "url"


def test_a_webhook_at_home_takes_http_where_the_settings_say_so() -> None:
    assert checked_url("http://192.168.1.5:8123/api/webhook/secret", private=True)
    assert checked_url("https://hook.example/x?token=secret", private=False)
    assert shown_url("https://hook.example/x?token=secret") == "https://hook.example/…"
