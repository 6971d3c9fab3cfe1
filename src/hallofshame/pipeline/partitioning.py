"""Monthly partitions as a job: made ahead once a day and at each start, and for imports of older months."""

from __future__ import annotations

from hallofshame.clock import Clock
from hallofshame.domain.jobs import JobType
from hallofshame.pipeline.jobrun import job_run
from hallofshame.store import partitions
from hallofshame.store.database import Database
from hallofshame.store.exclusive import run_alone
from hallofshame.store.instants import Instant


def make_partitions(database: Database, clock: Clock) -> int:
    """Make the months ahead, and those of rows outside of all months; returns how many. None on SQLite."""
    with job_run(database, clock, JobType.PARTITION) as run:
        made = run_alone(database, lambda connection: partitions.keep_months(connection, clock.now()))
        run.detail = f"{made} partitions made"
    return made


def make_room(database: Database, clock: Clock, since: Instant) -> None:
    """Make the months from ``since`` on before an import fills them, while that moves no rows."""
    with database.read() as connection:
        if partitions.reaches_back_to(connection, since):
            return
    run_alone(database, lambda connection: partitions.keep_months(connection, clock.now(), since))
