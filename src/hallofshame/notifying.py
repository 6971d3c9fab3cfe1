"""Sending: one message to one address by Apprise, within a time limit, without its address in any text.

Apprise (https://github.com/caronc/apprise) knows mail, Slack, webhooks and over a hundred other services. It
is imported when there is something to send, not before.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from hallofshame.domain.redaction import MASK, redact, remember, secrets_of

SEND_SECONDS = 30
"""How long one sending may take."""

_MOST_HANGING = 4
"""Sendings that did not end in time and hold a thread each; with more of them nothing is sent."""

_ERROR_CHARACTERS = 300
_SHORTEST_SECRET = 8
_PLAIN_HOST = re.compile(r"[\w\-]+(\.[\w\-]+)+|localhost", re.ASCII)


@dataclass(frozen=True, slots=True)
class AlertChannel:
    """One address of the settings: ``key`` is its digest, ``name`` its service, without anything secret."""

    url: str
    key: str
    name: str

    def __repr__(self) -> str:
        """The address is left out."""
        return f"Channel({self.name!r}, {self.key})"


class Sender(Protocol):
    """Sends a message; returns why it did not go out, in one line, or null."""

    def __call__(self, channel: AlertChannel, title: str, body: str) -> str | None:
        """Send it."""


def channels_of(urls: Iterable[str]) -> tuple[AlertChannel, ...]:
    """The channels of these addresses, each once; their secrets are masked in all texts from then on."""
    found: dict[str, AlertChannel] = {}
    for url in urls:
        hide(url)
        key = hashlib.blake2b(url.encode(), digest_size=6).hexdigest()
        found.setdefault(key, AlertChannel(url, key, _name(url)))
    return tuple(found.values())


def hide(url: str) -> None:
    """Mask an address wherever it may appear: whole, and the parts of it that may be a token."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    pieces = [*re.split(r"[/?&=;:@,]", url.partition("://")[2])]
    tokens = {
        piece for piece in pieces if len(piece) >= _SHORTEST_SECRET and not _PLAIN_HOST.fullmatch(piece)
    }
    if not _PLAIN_HOST.fullmatch(host.partition(":")[0]):
        tokens.add(host)
    remember({url, *secrets_of(url), *tokens})


_hanging: set[threading.Thread] = set()


def send(channel: AlertChannel, title: str, body: str) -> str | None:
    """Send one message; returns why it did not go out, in one line without secrets, or null.

    Raises nothing and takes :data:`SEND_SECONDS` at most, whatever the service does.
    """
    outcome: list[str | None] = []

    def work() -> None:
        try:
            outcome.append(_sent(channel, title, body))
        except Exception as error:  # noqa: BLE001 - told to the caller
            outcome.append(f"{type(error).__name__}: {error}")

    _hanging.difference_update([thread for thread in _hanging if not thread.is_alive()])
    if len(_hanging) >= _MOST_HANGING:
        return f"{len(_hanging)} earlier messages are still on their way; none is sent until one ends"
    thread = threading.Thread(target=work, name=f"send-{channel.name}", daemon=True)
    thread.start()
    thread.join(SEND_SECONDS)
    if thread.is_alive():
        _hanging.add(thread)
        return f"no answer in {SEND_SECONDS} s"
    return None if outcome[0] is None else _one_line(outcome[0])


def _sent(channel: AlertChannel, title: str, body: str) -> str | None:
    import apprise

    with _quiet():
        service = apprise.Apprise.instantiate(channel.url)
        if service is None:
            return "the address is none that Apprise knows; see its list of services"
        sending = apprise.Apprise()
        sending.add(service)
        result = sending.notify(body=body, title=title, timeout=SEND_SECONDS - 1)
    if result:
        return None
    told = "; ".join(entry.message for entry in result.logs())
    return told or "the service did not take the message"


def _one_line(text: str) -> str:
    line = " ".join(redact(text).split())
    return line if len(line) <= _ERROR_CHARACTERS else f"{line[:_ERROR_CHARACTERS]}…"


def _name(url: str) -> str:
    """What may be shown of an address: its service, and the host if it is one."""
    scheme, _, rest = url.partition("://")
    host = re.split(r"[/?]", rest, maxsplit=1)[0].rpartition("@")[2].partition(":")[0]
    shown = host if _PLAIN_HOST.fullmatch(host) else MASK
    return f"{scheme[:20]}://{shown}"


class _quiet:  # noqa: N801 - used like a function
    """Apprise's own log lines are read from its results; in our log they would hold parts of addresses."""

    def __enter__(self) -> None:
        logging.getLogger("apprise").propagate = False

    def __exit__(self, *_given: object) -> None:
        return None
