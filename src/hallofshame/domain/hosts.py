"""Host names as requests and settings write them, and as they are compared."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Names that every machine has for itself."""

_MAX_PORT = 65_535
_NAME = r"[a-z0-9_][a-z0-9_.-]{0,252}|\[[0-9a-f:.]{2,45}\]"
_HOST = re.compile(rf"({_NAME})(?::([0-9]{{1,5}}))?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Host:
    """A host, in lower case, an IPv6 address in brackets; its port where one was given."""

    name: str
    port: int | None

    @property
    def text(self) -> str:
        """As it stands in an address."""
        return self.name if self.port is None else f"{self.name}:{self.port}"


def read_host(text: str) -> Host | None:
    """The host of a ``Host`` header; null where that is none."""
    found = _HOST.fullmatch(text)
    if found is None or int(found[2] or 0) > _MAX_PORT:
        return None
    return Host(found[1].lower(), None if found[2] is None else int(found[2]))


def host_name(text: str) -> str:
    """A host name or address without a port, as :class:`Host` has it.

    :raises ValueError: for anything else.
    """
    host = read_host(f"[{text}]" if ":" in text and not text.startswith("[") else text)
    if host is None or host.port is not None:
        raise ValueError("not a host name or address")
    return host.name


LOOPBACK_NETWORKS: tuple[Network, ...] = (
    ipaddress.ip_network("127.0.0.0/8"),
    ipaddress.ip_network("::1"),
)
"""This machine."""


def network(text: str) -> Network:
    """The network, or that of the one address, that ``text`` names.

    :raises ValueError: for anything else.
    """
    return ipaddress.ip_network(text)
