"""One run of one job in the job log: begun, ended, and what it did in between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from hallofshame.clock import Clock
from hallofshame.store import joblog
from hallofshame.store.database import Database

OK = "ok"
FAILED = "failed"


@dataclass
class JobRun:
    """What the log will say of a run; the job fills it in while it works."""

    outcome: str = OK
    park_days: int = 0
    rows_written: int = 0
    detail: str | None = None


@contextmanager
def job_run(database: Database, clock: Clock, job: str) -> Iterator[JobRun]:
    """Log a run of ``job`` around a block; an error is logged as ``failed`` and goes on to the caller."""
    run_id = database.run(lambda connection: joblog.start(connection, job, clock.now()))
    run = JobRun()
    try:
        yield run
    except BaseException as error:
        run.outcome, run.detail = FAILED, f"{type(error).__name__}: {error}"
        raise
    finally:
        database.run(
            lambda connection: joblog.finish(
                connection,
                run_id,
                clock.now(),
                run.outcome,
                park_days=run.park_days,
                rows_written=run.rows_written,
                detail=run.detail,
            )
        )
