"""Waiting for what another thread or process does."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_SECONDS = 60.0
"""How long a test waits for anything before it fails: far longer than it takes on a busy machine."""


def until(what: str, holds: Callable[[], object], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until ``holds()`` is true; fails with ``what`` after ``seconds``."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.02)
