"""Web push: messages to browsers, encrypted for each (RFC 8291) and signed for its push service (RFC 8292).

``http-ece`` encrypts and ``py-vapid`` signs: the two libraries that pywebpush is made of, without the second
HTTP client that it brings. Requests go out as all others do (:mod:`hallofshame.outgoing`).
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from hallofshame.domain.errors import InputError
from hallofshame.domain.push_services import origin_of
from hallofshame.store.following import Keys

AUTH_BYTES, KEY_BYTES = 16, 65

MOST_BYTES = 3000
"""A push service takes 4096 bytes; some are lost to the encryption, and what is shown is short."""

TOKEN_SECONDS = 12 * 3600
"""How long a token for a push service holds; RFC 8292 allows a day."""

NOBODY = "mailto:webmaster@localhost"
"""Whom push services are told to write to, where the settings name nobody. Apple's refuses it."""


@dataclass(frozen=True, slots=True)
class Encrypted:
    """A message for one browser: the body and headers of the request to its push service."""

    body: bytes
    headers: Mapping[str, str]


def new_keys() -> Keys:
    """A new key pair for an installation."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Keys(pem.decode(), _base64url(_point(key.public_key())))


def read_keys(p256dh: str, auth: str) -> tuple[bytes, bytes]:
    """A browser's public key and secret as bytes.

    :raises InputError: where one is not what a browser gives.
    """
    public, secret = _bytes(p256dh, "p256dh"), _bytes(auth, "auth")
    if len(secret) != AUTH_BYTES:
        raise InputError(f"auth has {len(secret)} bytes instead of {AUTH_BYTES}", parameter="auth")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
    except ValueError:
        raise InputError(
            f"p256dh is no point on the curve P-256 in {KEY_BYTES} bytes", parameter="p256dh"
        ) from None
    return public, secret


class Encrypter:
    """Makes messages for browsers, by the installation's key pair. Safe to use from several threads.

    :param contact: whom push services may write to: ``mailto:…``, or ``https://host``.
    """

    def __init__(self, keys: Keys, contact: str | None) -> None:
        private = serialization.load_pem_private_key(keys.private_pem.encode(), password=None)
        self._vapid = Vapid02(private_key=private)
        self._contact = contact or NOBODY
        self._tokens: dict[str, tuple[int, str]] = {}
        self._lock = threading.Lock()

    def message(
        self,
        endpoint: str,
        p256dh: str,
        auth: str,
        content: Mapping[str, Any],
        *,
        ttl: int,
        now: int,
        topic: str,
    ) -> Encrypted:
        """A message to one browser.

        :param ttl: seconds for which its push service keeps it while the browser is away.
        :param now: Unix seconds, from which the token holds.
        :param topic: a message takes the place of one of the same topic that still waits there; up to 32
            characters of base64url.
        :raises InputError: where the browser's keys are none.
        """
        public, secret = read_keys(p256dh, auth)
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        if len(text) > MOST_BYTES:
            raise ValueError(f"a message of {len(text)} bytes is too long")
        body: bytes = http_ece.encrypt(
            text,
            private_key=ec.generate_private_key(ec.SECP256R1()),
            dh=public,
            auth_secret=secret,
            version="aes128gcm",
        )
        return Encrypted(
            body,
            {
                "Authorization": self._token(origin_of(endpoint), now),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(max(0, ttl)),
                "Topic": topic,
                "Urgency": "normal",
            },
        )

    def _token(self, origin: str, now: int) -> str:
        with self._lock:
            until, token = self._tokens.get(origin, (0, ""))
            if not now + TOKEN_SECONDS // 2 < until <= now + TOKEN_SECONDS:
                until = now + TOKEN_SECONDS
                claims = {"aud": origin, "exp": until, "sub": self._contact}
                token = str(self._vapid.sign(claims)["Authorization"])
                self._tokens[origin] = until, token
        return token


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(
            text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True
        )
    except (binascii.Error, ValueError):
        raise InputError(f"{name} is no base64url", parameter=name) from None
