"""The ``hallofshame`` command in virtual time: ``python -m faults.program TIME-FILE SLOT ARGUMENTS``.

Only where the time comes from is replaced: the installation's clock, and the clock and the waiting of the
timetable. Everything else, and every process it starts, is the program itself.
"""

from __future__ import annotations

import datetime as dt
import sys

import apscheduler.schedulers.base

from faults.virtual import SystemUnderTest, opened
from hallofshame import installation, scheduler
from hallofshame.cli import main
from hallofshame.timetable import Timetable

IMPORTS_LOOK_SECONDS = 3600
"""Nobody starts an import here; looking for one every five seconds would take most of the time."""


def replace_time(file: str, slot: int) -> None:
    """Let the program of this process live in the time in ``file``."""
    time, clock = opened(file), SystemUnderTest(file)

    class Shown(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime.fromtimestamp(time.shown(), tz)

    def wait(timetable: Timetable, seconds: float) -> None:
        def is_idle() -> bool:
            return not any(sum(one._instances.values()) for one in timetable._executors.values())

        time.wait(slot, timetable._event, seconds, is_idle)

    time.takes_part(slot)
    installation.SystemClock = lambda: clock  # type: ignore[assignment, misc]
    apscheduler.schedulers.base.datetime = Shown
    Timetable._time = staticmethod(lambda: Shown.now(dt.UTC))  # type: ignore[method-assign]
    Timetable._clock_ahead = classmethod(lambda _cls: time.error)  # type: ignore[method-assign, assignment]
    Timetable._wait = wait  # type: ignore[method-assign]
    scheduler.IMPORTS_LOOK_SECONDS = IMPORTS_LOOK_SECONDS


if __name__ == "__main__":
    replace_time(sys.argv[1], int(sys.argv[2]))
    sys.argv = ["hallofshame", *sys.argv[3:]]
    main()
