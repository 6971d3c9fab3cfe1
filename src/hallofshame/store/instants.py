"""Instants on their way into the store, which keeps them as whole Unix seconds (R1)."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

from hallofshame.domain.localtime import to_unix

Instant: TypeAlias = dt.datetime | int
"""An aware datetime or Unix seconds; what the store hands out is always Unix seconds."""


CLOCK_TOLERANCE_SECONDS = 300
"""How far two clocks may be apart before one of them is taken to be wrong."""


def latest_believable(now: Instant) -> int:
    """The last instant that can be of the past or present; a later one was stamped by a wrong clock."""
    return unix(now) + CLOCK_TOLERANCE_SECONDS


def unix(instant: Instant) -> int:
    """``instant`` as whole Unix seconds; raises ``InputError`` for a datetime without a time zone."""
    return instant if isinstance(instant, int) else to_unix(instant)
