"""Instants on their way into the store, which keeps them as whole Unix seconds (R1)."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

from hallofshame.domain.localtime import to_unix

Instant: TypeAlias = dt.datetime | int
"""An aware datetime or Unix seconds; what the store hands out is always Unix seconds."""


def unix(instant: Instant) -> int:
    """``instant`` as whole Unix seconds; raises ``InputError`` for a datetime without a time zone."""
    return instant if isinstance(instant, int) else to_unix(instant)
