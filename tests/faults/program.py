"""The ``hallofshame`` command in virtual time: ``python -m faults.program TIME-FILE SLOT ARGUMENTS``.

SLOT: which of the processes that time waits for it is; ``-`` for one that plans nothing (``serve``).

Only where the time comes from is replaced: the installation's clock, and the clock and the waiting of the
timetable. Everything else, and every process it starts, is the program itself.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence

import apscheduler.schedulers.base
import apscheduler.triggers.date

from faults.virtual import SystemUnderTest, opened
from hallofshame import installation, scheduler
from hallofshame.cli import main
from hallofshame.timetable import Timetable

IMPORTS_LOOK_SECONDS = 3600
"""Nobody starts an import here; looking for one every five seconds would take most of the time."""


def live(file: str, slot: int | None, arguments: Sequence[str]) -> None:
    """Be the program, called with ``arguments``, in the time in ``file``; ends as the program does."""
    _replace_time(file, slot)
    sys.argv = ["hallofshame", *arguments]
    main()


def _replace_time(file: str, slot: int | None) -> None:
    time, clock = opened(file), SystemUnderTest(file)

    class Shown(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime.fromtimestamp(time.shown(), tz)

    def wait(timetable: Timetable, seconds: float) -> None:
        def is_idle() -> bool:
            return not any(sum(one._instances.values()) for one in timetable._executors.values())

        time.wait(slot, timetable._event, seconds, is_idle)

    installation.SystemClock = lambda: clock  # type: ignore[assignment, misc]
    if slot is None:
        return
    time.takes_part(slot)
    for module in (apscheduler.schedulers.base, apscheduler.triggers.date):
        module.datetime = Shown
    Timetable._time = staticmethod(lambda: Shown.now(dt.UTC))  # type: ignore[method-assign]
    Timetable._clock_ahead = classmethod(lambda _cls: time.error)  # type: ignore[method-assign, assignment]
    Timetable._wait = wait  # type: ignore[method-assign]
    scheduler.IMPORTS_LOOK_SECONDS = IMPORTS_LOOK_SECONDS


if __name__ == "__main__":
    live(sys.argv[1], None if sys.argv[2] == "-" else int(sys.argv[2]), sys.argv[3:])
