"""Results of the runs that ``docs/proof.md`` is made of: one JSON file per kind of run, with its machine."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("results")

Result = dict[str, Any]


def add(file: Path, name: str, result: Result) -> None:
    """Keep ``result`` in ``file``, in the place of an earlier one of that name, with machine and day."""
    known = read(file)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(known | {name: result | {"machine": machine()}}, indent=1) + "\n")


def read(file: Path) -> dict[str, Result]:
    """All results of a file; none where it is missing."""
    return dict(json.loads(file.read_text())) if file.exists() else {}


def machine() -> str:
    """The machine that a run is on, how busy it is with other work, and the day."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, {platform.machine()}, "
        f"Python {platform.python_version()}, load {os.getloadavg()[1]:.0f}, {dt.datetime.now(dt.UTC).date()}"
    )
