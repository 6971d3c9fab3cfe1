"""Cases from the field: recordings with the values that are right for them."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.seeding import seed_catalogue
from hallofshame.store import schema
from hallofshame.store.database import Database
from support.suites import leave_out

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "data"
FIELD_CASES = RECORDINGS / "field_cases"
LOG = logging.getLogger("tests")


def right_of(case: Path) -> Any:
    """The values that are right."""
    return json.loads((case / "right.json").read_text("utf-8"))


@contextmanager
def run(case: Path, folder: Path, files: list[str] | None = None) -> Iterator[Database]:
    """The database after a case's recordings (or ``files``, in that order) were ingested and rolled up."""
    if not case.is_dir():
        leave_out(f"no recording at {case}")
    told = json.loads((case / "case.json").read_text("utf-8"))
    clock = FixedClock(dt.datetime.fromisoformat(told["now"]))
    database = Database(f"sqlite:///{folder / 'case.db'}")
    schema.upgrade(database)
    seed_catalogue(database, clock, only=set(told["parks"]))
    steps = {step["file"]: step for step in told["steps"] if step["do"] == "ingest"}
    for file in files or list(steps):
        step = steps[file]
        ingest(
            database,
            case / file,
            Feed.from_slug(step["feed"]),
            cadence_seconds=step["cadence_seconds"],
            clock=clock,
            log=LOG,
            park=step["park"],
            timezone=step["timezone"],
        )
    Rollup(database, clock, LOG).run()
    yield database
    database.dispose()
