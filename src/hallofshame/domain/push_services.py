"""Which push services messages may go to. Their addresses come from strangers: a door into our network.

A browser names the address at which its push service takes messages. Unchecked, anybody could have this
program send requests to any machine that it reaches (SSRF), or to somebody else's site.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

KNOWN_SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "notify.windows.com",
    "push.apple.com",
)
"""Where Chrome and its relatives, Firefox, Edge and Safari take messages; hosts below these as well."""

MOST_CHARACTERS = 1500
"""Longer ones are none: the longest in use have some 700."""

_HTTPS_PORT = 443
_PRINTABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class PushServices:
    """The services that messages may go to: ``hosts`` (and those below them) and whole ``origins``.

    A host takes https on its usual port, at a public address. An origin (``https://push.example:8443``) is an
    operator's own word and is taken as it is, in a private network or on this machine, too.
    """

    hosts: tuple[str, ...] = KNOWN_SERVICES
    origins: tuple[str, ...] = ()

    @classmethod
    def with_further(cls, further: Collection[str]) -> PushServices:
        """The known services and an operator's further ones, hosts or origins."""
        return cls(
            (*KNOWN_SERVICES, *(one.lower() for one in further if "://" not in one)),
            tuple(one.lower() for one in further if "://" in one),
        )

    def is_own_word(self, endpoint: str) -> bool:
        """Whether the operator named this very origin."""
        return origin_of(endpoint) in self.origins

    def refusal(self, endpoint: str) -> str | None:
        """Why no message may go there, without the address in it, as that is a secret; null where one may."""
        if len(endpoint) > MOST_CHARACTERS or not _PRINTABLE.fullmatch(endpoint) or "\\" in endpoint:
            return f"an endpoint is an address of at most {MOST_CHARACTERS} characters without blanks"
        try:
            parts = urlsplit(endpoint)
            port = parts.port
        except ValueError:
            return "the endpoint is no address"
        if parts.username is not None or parts.password is not None or parts.fragment:
            return "an endpoint has neither a user nor a #"
        if self.is_own_word(endpoint):
            return None
        if parts.scheme != "https" or port not in (None, _HTTPS_PORT):
            return "an endpoint takes https on its usual port"
        host = (parts.hostname or "").rstrip(".")
        if not any(host == known or host.endswith(f".{known}") for known in self.hosts):
            return (
                f"{host[:80]!r} is no push service that this site sends to; "
                "its operator may name it in HALLOFSHAME_PUSH_SERVICES"
            )
        return None


def origin_of(address: str) -> str:
    """Scheme, host and port of an address, the port only where it is not the usual one; in lower case."""
    parts = urlsplit(address)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{parts.port}" if parts.port not in (None, usual) else "")
