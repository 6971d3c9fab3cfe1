"""First starts, each a process: ``python -m support.starts killed URL=POINT …`` or ``… together NUMBER URL``.

A start is forked off an interpreter that has loaded what it needs, so that it takes no longer than its work.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sqlalchemy import event

from hallofshame.clock import FixedClock
from hallofshame.pipeline.preparation import prepare
from hallofshame.store.database import Database

CLOCK = FixedClock(dt.datetime(2026, 8, 21, 3, 30, tzinfo=dt.UTC))


def start(url: str) -> None:
    """What the first command of an installation does before its job."""
    database = Database(url)
    prepare(database, CLOCK, migrate=False)
    database.dispose()


def start_killed(url: str, point: int) -> None:
    """A start that is killed with SIGKILL before its ``point``-th statement."""
    database, statements = Database(url), 0

    def count(*_: Any) -> None:
        nonlocal statements
        statements += 1
        if statements == point:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(database.engine, "before_cursor_execute", count)
    prepare(database, CLOCK, migrate=False)


def forked(work: Callable[[], None]) -> int:
    """Begin ``work`` in a process of its own, which ends with code 0 if it ends well; returns its number."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        work()
        code = 0
    finally:
        sys.stderr.flush()
        os._exit(code)


def main(mode: str, *arguments: str) -> None:
    """Print how each process ended, as its exit code or the negative number of its signal."""
    if mode == "killed":
        for argument in arguments:
            url, _, point = argument.rpartition("=")
            pid = forked(lambda url=url, point=point: start_killed(url, int(point)))  # type: ignore[misc]
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    else:
        number, url = arguments
        reading, writing = os.pipe()

        def at_once() -> None:
            os.close(writing)
            os.read(reading, 1)  # until the parent closes the other end
            start(url)

        pids = [forked(at_once) for _ in range(int(number))]
        os.close(writing)
        print(*(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
