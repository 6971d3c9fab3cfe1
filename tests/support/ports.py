"""A port for a server that cannot be given one that is bound already."""

from __future__ import annotations

import random
import socket

_BELOW_EPHEMERAL = range(20_000, 32_000)
"""Where the system takes no ports from for other tests' servers and connections."""


def unused_port() -> int:
    """A port of this machine that nobody has and that the system gives to nobody."""
    for port in random.sample(_BELOW_EPHEMERAL, 100):
        with socket.socket() as tried:
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("a hundred ports in a row are taken")
