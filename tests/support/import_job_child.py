"""A process that works on imports until it is killed: ``python -m support.import_job_child FOLDER ROOT``."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from hallofshame import import_worker
from hallofshame.processes import this_process
from support.import_jobs import installed


def slowly(done: int, _total: int) -> None:
    """Say that a checkpoint was reached, and leave time to be killed at it."""
    print(done, flush=True)
    time.sleep(0.05)


if __name__ == "__main__":
    with installed(Path(sys.argv[1]), Path(sys.argv[2])) as parts:
        assert import_worker.take_over(parts, this_process(), 120)
        import_worker.work_on_next(parts, this_process(), slowly)
