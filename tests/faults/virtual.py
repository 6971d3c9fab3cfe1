"""Time in which nobody waits: it passes as usual while a process works, and leaps to the next planned moment
when all have nothing to do.

One small file, mapped by every process, holds how far time has leapt, how wrong the clock of the system under
test is, and what each process waits for. It survives any kill.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import math
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

SLOTS = 8
"""Processes that may wait at the same time."""

_LEAP, _ERROR, _LIMIT, _FIRST_SLOT = 0, 8, 16, 24
_SIZE = _FIRST_SLOT + SLOTS * 16
_LOOK_SECONDS = 0.002


class VirtualTime:
    """The time in ``file``; all instants in Unix seconds."""

    def __init__(self, file: Path) -> None:
        self._lock = file.open("r+b")
        self._map = mmap.mmap(self._lock.fileno(), _SIZE)

    @classmethod
    def made(cls, file: Path, start: dt.datetime) -> VirtualTime:
        """A new one that begins at ``start``."""
        file.write_bytes(b"\0" * _SIZE)
        found = cls(file)
        found._put(_LEAP, start.timestamp() - time.time())
        return found

    def close(self) -> None:
        """Let the file go."""
        self._map.close()
        self._lock.close()

    def _get(self, place: int) -> float:
        return float(struct.unpack_from("d", self._map, place)[0])

    def _put(self, place: int, value: float) -> None:
        struct.pack_into("d", self._map, place, value)

    def true(self) -> float:
        """What a right clock shows."""
        return time.time() + self._get(_LEAP)

    @property
    def error(self) -> float:
        """How far the clock of the system under test is ahead."""
        return self._get(_ERROR)

    @error.setter
    def error(self, seconds: float) -> None:
        self._put(_ERROR, seconds)

    def shown(self) -> float:
        """What the clock of the system under test shows."""
        return self.true() + self.error

    @property
    def limit(self) -> float:
        """Time leaps no further than to this moment; infinite unless set."""
        return self._get(_LIMIT) or math.inf

    @limit.setter
    def limit(self, moment: float) -> None:
        self._put(_LIMIT, 0.0 if moment == math.inf else moment)

    def leap_to(self, moment: float) -> None:
        """Let all the time until ``moment`` pass at once."""
        moment = min(moment, self.limit)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        try:
            self._put(_LEAP, self._get(_LEAP) + max(0.0, moment - self.true()))
        finally:
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def takes_part(self, slot: int) -> None:
        """This process works from now on, so that time does not leap."""
        struct.pack_into("dd", self._map, _FIRST_SLOT + 16 * slot, float(os.getpid()), 0.0)

    def wait(self, slot: int, event: threading.Event, seconds: float, is_idle: Callable[[], bool]) -> None:
        """Wait for ``event``, at most ``seconds`` of this time, which leaps while every process is idle."""
        until, place = self.true() + seconds, _FIRST_SLOT + 16 * slot + 8
        while not event.wait(self._look_seconds()) and self.true() < until:
            if not is_idle():
                self._put(place, 0.0)
                continue
            self._put(place, until)
            if (moment := self._all_wait_until()) is not None:
                self.leap_to(moment)
        self._put(place, 0.0)

    def _look_seconds(self) -> float:
        return _LOOK_SECONDS if self.true() < self.limit else 10 * _LOOK_SECONDS

    def _all_wait_until(self) -> float | None:
        """The first moment that any process waits for; ``None`` while one works."""
        moments = []
        for slot in range(SLOTS):
            pid, waits = struct.unpack_from("dd", self._map, _FIRST_SLOT + 16 * slot)
            if pid and _is_alive(int(pid)):
                moments.append(waits)
        return min(moments) if moments and min(moments) > 0 else None


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


@cache
def opened(file: str) -> VirtualTime:
    """The time in a file, mapped once by this process and those forked off it."""
    return VirtualTime(Path(file))


@dataclass(frozen=True)
class SystemUnderTest:
    """The clock of the system under test (``hallofshame.clock.Clock``); can be pickled."""

    file: str

    def now(self) -> dt.datetime:
        """What its clock shows."""
        return dt.datetime.fromtimestamp(opened(self.file).shown(), dt.UTC)

    def elapsed(self) -> float:
        """Time that passed, whatever the clock shows."""
        return opened(self.file).true()

    def sleep(self, seconds: float) -> None:
        """Nobody waits: a pause between two tries is over at once, but for others to work in."""
        until = self.elapsed() + seconds
        time.sleep(min(seconds, 0.01))
        opened(self.file).leap_to(until)


@dataclass(frozen=True)
class TrueClock:
    """The clock of the feeds, which is right."""

    file: str

    def now(self) -> dt.datetime:
        """The true instant."""
        return dt.datetime.fromtimestamp(opened(self.file).true(), dt.UTC)
