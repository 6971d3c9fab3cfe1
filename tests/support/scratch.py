"""Temporary files in memory: a test's databases are made, written and thrown away, and no disk has to wait.

A test that kills a process still finds what the process had written; none of them cuts the power.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - each user has a folder of its own there
"""A file system in memory, on Linux."""

ROOM = 3_000_000_000
"""Bytes that must be free there. A run of all tests with two workers takes a fifth of it."""


def use_memory() -> None:
    """Put all temporary files of this run into a folder in memory, unless ``TMPDIR`` names another place.

    Does nothing where there is no file system in memory or too little room. The folder is named by the run's
    process; those of runs that have ended are removed.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return
    runs = MEMORY / f"hallofshame-tests-{os.getuid()}"
    own = runs / str(os.getpid())
    own.mkdir(parents=True, exist_ok=True)  # others may enter it, as tests of their rights do
    for run in runs.iterdir():
        if not _is_running(int(run.name)):
            shutil.rmtree(run, ignore_errors=True)
    os.environ["TMPDIR"] = str(own)
    tempfile.tempdir = None


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
