"""Where the time comes from: one clock, injected, so that tests and the demo decide what "now" is."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass, field
from typing import Protocol


class Clock(Protocol):
    """Tells the time, measures it and waits."""

    def now(self) -> dt.datetime:
        """The present instant, aware, UTC."""

    def elapsed(self) -> float:
        """Seconds since some moment, to measure by: setting the clock forward or back does not move it."""

    def sleep(self, seconds: float) -> None:
        """Wait ``seconds``."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> dt.datetime:
        """The present instant, aware, UTC."""
        return dt.datetime.now(dt.UTC)

    def elapsed(self) -> float:
        """Seconds since some moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait ``seconds``."""
        time.sleep(seconds)


@dataclass
class FixedClock:
    """A clock that stands still until told otherwise; ``sleep`` moves it and records the wait.

    >>> clock = FixedClock(dt.datetime(2026, 8, 20, 12, tzinfo=dt.UTC))
    >>> clock.sleep(90)
    >>> clock.now().isoformat()
    '2026-08-20T12:01:30+00:00'
    """

    instant: dt.datetime
    slept: list[float] = field(default_factory=list)

    def now(self) -> dt.datetime:
        """The set instant."""
        return self.instant

    def elapsed(self) -> float:
        """All that was slept."""
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        """Move on by ``seconds`` at once."""
        self.slept.append(seconds)
        self.instant += dt.timedelta(seconds=seconds)
