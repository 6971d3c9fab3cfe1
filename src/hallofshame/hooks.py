"""Webhooks: which addresses they may have, and how their messages are signed (Standard Webhooks)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import urlsplit

from hallofshame.domain.errors import InputError
from hallofshame.store.webhooks import SECRET_MARK
from hallofshame.web.answers.envelope import Row


def checked_url(url: str, *, private: bool) -> str:
    """The address of a webhook, if it may be one.

    :param private: whether it may take http and lie in a private network (``HALLOFSHAME_WEBHOOK_PRIVATE``).
        Without it, its addresses are judged again at every sending.
    :raises InputError: if it may not.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise InputError(
            "the address of a webhook is none; give https://host/path", parameter="url"
        ) from None
    if not parts.hostname or not url.isascii() or not url.isprintable() or " " in url or port == 0:
        raise InputError("the address of a webhook is none; give https://host/path", parameter="url")
    if parts.username is not None or parts.fragment:
        raise InputError("the address of a webhook has neither a user nor a #", parameter="url")
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise InputError(
            "a webhook takes https; for http in a private network set HALLOFSHAME_WEBHOOK_PRIVATE=true",
            parameter="url",
        )
    return url


def shown_url(url: str) -> str:
    """What may be shown of an address: scheme and host, as its path may hold a secret."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/…"


def signed(secret: str, body: Row, now: int) -> tuple[bytes, dict[str, str]]:
    """A message as bytes with its headers, signed for ``now`` (Unix seconds)."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return content, {
        "Content-Type": "application/json",
        "webhook-id": body["event_id"],
        "webhook-timestamp": str(now),
        "webhook-signature": signature(secret, body["event_id"], now, content),
    }


def signature(secret: str, message_id: str, timestamp: int, content: bytes) -> str:
    """``v1,`` and the base64 of the HMAC-SHA256 of ``id.timestamp.content``."""
    key = base64.b64decode(secret.removeprefix(SECRET_MARK))
    signing = hmac.new(key, f"{message_id}.{timestamp}.".encode() + content, hashlib.sha256)
    return f"v1,{base64.b64encode(signing.digest()).decode()}"
