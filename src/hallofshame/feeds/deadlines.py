"""How long a job waits for the sources: until when in all, and how often for a host that does not answer.

A job makes one :class:`Deadline` and names it around its requests with :func:`waiting`; the HTTP client asks
it before every try. It goes with the thread and not with the call, because every feed's every method would
only hand it on.
"""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hallofshame.clock import Clock
from hallofshame.domain.errors import NotReachedError, RequestSkippedError
from hallofshame.domain.words import PollOutcome

TIMEOUTS_IN_A_ROW = 5
"""Tries of one host that time out one after the other before it is left alone; any answer ends the row."""

UNREACHABLE = frozenset({PollOutcome.NO_NETWORK, PollOutcome.NAME_ERROR, PollOutcome.REFUSED})
"""Failures that every request to a host meets alike."""
UNREACHABLE_REQUESTS = 3
"""Requests that end so after all their tries before the host is asked no more; any answer ends the row."""


class Deadline:
    """The time one job has for its sources, and what it learns of their hosts meanwhile.

    ``seconds`` count from now. May be used by several threads.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._clock = clock
        self._ends = clock.elapsed() + seconds
        self._hosts = _Hosts()

    def at_most(self, seconds: float) -> Deadline:
        """The same job's deadline for a part of its requests, which ends ``seconds`` from now if not before.

        What is learned of a host with one counts for the other.
        """
        part = Deadline(self._clock, min(seconds, self.seconds_left()))
        part._hosts = self._hosts
        return part

    def seconds_left(self) -> float:
        """How long an answer may still take; 0 when the time is over."""
        return max(0.0, self._ends - self._clock.elapsed())

    def check(self, host: str) -> None:
        """Raise where ``host`` is not to be asked any more.

        :raises RequestSkippedError: when the time is over, or the host only times out.
        :raises NotReachedError: when several requests could not reach the host; with their outcome.
        """
        if self.seconds_left() <= 0:
            raise RequestSkippedError(f"{host} was not asked: the time for all requests together is over")
        if self._hosts.in_a_row(host) >= TIMEOUTS_IN_A_ROW:
            raise RequestSkippedError(
                f"{host} was not asked: it timed out {TIMEOUTS_IN_A_ROW} times in a row, and is left alone "
                "until the next run"
            )
        if (outcome := self._hosts.unreachable(host)) is not None:
            raise NotReachedError(
                f"{host} was not asked: {UNREACHABLE_REQUESTS} requests in a row could not reach it "
                f"({outcome.value}); the next run asks it again",
                outcome=outcome,
                attempts=0,
            )

    def note(self, host: str, *, timed_out: bool) -> None:
        """Remember how a try ended: it timed out, or it was answered in whatever way."""
        self._hosts.note(host, timed_out=timed_out)

    def note_unreachable(self, host: str, outcome: PollOutcome) -> None:
        """Remember that a request was given up for one of :data:`UNREACHABLE`."""
        self._hosts.note_unreachable(host, outcome)


class _Hosts:
    """How often each host timed out, and could not be reached, since its last answer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._timeouts: Counter[str] = Counter()
        self._unreachable: Counter[str] = Counter()
        self._outcomes: dict[str, PollOutcome] = {}

    def in_a_row(self, host: str) -> int:
        with self._lock:
            return self._timeouts[host]

    def note(self, host: str, *, timed_out: bool) -> None:
        with self._lock:
            self._timeouts[host] = self._timeouts[host] + 1 if timed_out else 0
            if not timed_out:
                self._unreachable[host] = 0

    def unreachable(self, host: str) -> PollOutcome | None:
        with self._lock:
            return self._outcomes[host] if self._unreachable[host] >= UNREACHABLE_REQUESTS else None

    def note_unreachable(self, host: str, outcome: PollOutcome) -> None:
        with self._lock:
            self._unreachable[host] += 1
            self._outcomes[host] = outcome


class _Endless(Deadline):
    """What holds where no job says how long it waits."""

    def __init__(self) -> None:
        """Without an end, and without memory."""

    def seconds_left(self) -> float:
        return math.inf

    def check(self, host: str) -> None:
        """Every host may be asked."""

    def note(self, host: str, *, timed_out: bool) -> None:
        """Nothing is learned."""

    def note_unreachable(self, host: str, outcome: PollOutcome) -> None:
        """Nothing is learned."""


_ENDLESS = _Endless()
_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def current() -> Deadline:
    """The deadline of this thread's job; without an end where no job named one."""
    return _CURRENT.get() or _ENDLESS


@contextmanager
def waiting(deadline: Deadline) -> Iterator[None]:
    """Let requests of this thread end with ``deadline`` until the block ends."""
    token = _CURRENT.set(deadline)
    try:
        yield
    finally:
        _CURRENT.reset(token)
