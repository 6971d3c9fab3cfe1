"""A process that works on imports until it is killed."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path

from hallofshame import import_worker
from hallofshame.processes import this_process
from support.import_jobs import installed


def live(says: Connection, folder: Path, root: Path) -> None:
    """Work on the next import: say at each checkpoint how many files are done, and leave time for a kill."""

    def slowly(done: int, _total: int) -> None:
        says.send(done)
        time.sleep(0.05)

    with installed(folder, root) as parts:
        assert import_worker.take_over(parts, this_process(), 120)
        import_worker.work_on_next(parts, this_process(), slowly)
