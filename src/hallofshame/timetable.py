"""APScheduler on a machine whose clock is set: planned times follow a clock that is set back.

By itself it waits until the clock shows the time that was planned, so that after a correction by two hours
nothing would run for two hours; and it sleeps through a correction while it waits.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_STOPPED
from apscheduler.triggers.date import DateTrigger

LOOK_SECONDS = 15.0
"""How often the clock is looked at, at least."""

SET_SECONDS = 5.0
"""A clock that moved by more against time that passed was set; time servers correct less by and by."""


class Timetable(BackgroundScheduler):  # type: ignore[misc]
    """A scheduler in a thread of its own; ``was_set`` is told by how many seconds the clock was set."""

    def __init__(self, was_set: Callable[[float], None], **options: Any) -> None:
        super().__init__(**options)
        self._was_set = was_set
        self._ahead = self._clock_ahead()

    def add_after(self, seconds: float, work: Callable[[], None], **options: Any) -> None:
        """Run ``work`` once, in so many seconds; ``options`` as :meth:`add_job` takes them."""
        at = self._time() + dt.timedelta(seconds=seconds)
        self.add_job(work, DateTrigger(at), **options)

    def _main_loop(self) -> None:
        seconds: float | None = 0.0
        while self.state != STATE_STOPPED:
            self._wait(LOOK_SECONDS if seconds is None else min(seconds, LOOK_SECONDS))
            self._event.clear()
            self._follow_clock()
            seconds = self._process_jobs()

    def _follow_clock(self) -> None:
        """Plan anew what a clock that was set back would put off. What is overdue by now runs by itself."""
        ahead = self._clock_ahead()
        moved = ahead - self._ahead
        if abs(moved) <= SET_SECONDS:
            return
        self._ahead = ahead
        self._was_set(moved)
        if moved > 0:
            return
        for job in self.get_jobs():
            planned = job.trigger.get_next_fire_time(None, self._time())
            if isinstance(job.trigger, DateTrigger):
                planned = job.next_run_time + dt.timedelta(seconds=moved)
            job.modify(next_run_time=planned)

    def _wait(self, seconds: float) -> None:
        self._event.wait(seconds)

    @staticmethod
    def _time() -> dt.datetime:
        """The time by which the library plans."""
        return dt.datetime.now(dt.UTC)

    @classmethod
    def _clock_ahead(cls) -> float:
        """Seconds by which the clock is ahead of time that passed; the same until it is set."""
        return cls._time().timestamp() - time.monotonic()
