"""The jobs by name, and how a run of one can end."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class JobType(StrEnum):
    """What a run was of; stored in ``aggregation_log``."""

    CYCLE = "cycle"
    ROLLUP = "rollup"
    SYNC = "sync"
    REPAIR = "repair"
    HISTORY = "history"
    RETIRE = "retire"
    CLASSIFY = "classify"
    SIGNALS = "signals"
    SCHEDULES = "schedules"
    QUALITY = "quality"
    CALIBRATE = "calibrate"
    AGREEMENT = "agreement"
    PARTITION = "partition"
    TRIM = "trim"
    SEED = "seed"
    UPGRADE = "upgrade"
    INGEST = "ingest"
    IMPORT = "import"
    REBUILD = "rebuild"
    EXPORT = "export"
    SEAL = "seal"
    MAPPING = "mapping"
    RETAIN = "retain"
    STORAGE = "storage"
    MIRROR = "mirror"
    WATCH = "watch"


class JobOutcome(StrEnum):
    """How a run ended, as far as is known."""

    RUNNING = "running"
    SUCCESS = "success"
    FAILURE = "failure"
    REFUSED = "refused"
    """What a person asked for cannot be done, such as an unreadable recording: no fault of the job."""
    KILLED = "killed"
    """It was broken off from outside: interrupted, or its process is gone without a word."""


BY_HAND = frozenset(
    {
        JobType.INGEST,
        JobType.IMPORT,
        JobType.REBUILD,
        JobType.EXPORT,
        JobType.UPGRADE,
        JobType.MAPPING,
        JobType.MIRROR,
    }
)
"""Jobs that no schedule repeats: nobody but the person who began one can make up for its failure."""

SCHEDULED: Mapping[JobType, str] = {
    JobType.CYCLE: "every cadence",
    JobType.ROLLUP: "after every cycle",
    JobType.SCHEDULES: "every 10 minutes",
    JobType.WATCH: "every 10 minutes",
    JobType.SYNC: "daily",
    JobType.REPAIR: "daily and at a start",
    JobType.RETIRE: "daily",
    JobType.CLASSIFY: "daily",
    JobType.SIGNALS: "daily",
    JobType.SEAL: "daily",
    JobType.QUALITY: "daily",
    JobType.AGREEMENT: "daily",
    JobType.PARTITION: "daily",
    JobType.TRIM: "daily",
    JobType.RETAIN: "daily",
    JobType.STORAGE: "daily",
    JobType.CALIBRATE: "daily",
}
"""The jobs that the scheduler runs, with when, in the order of a day."""

AT_ONCE = frozenset({JobType.ROLLUP, JobType.PARTITION, JobType.SEED, *BY_HAND})
"""Jobs of which several may run at the same time.

A roll-up clears a mark only if nothing changed meanwhile, and a long one that a person began must not hold up
that of each cycle. Seeding and partitions wait for each other by themselves. Of all other jobs one runs.
"""

FREQUENT = frozenset({JobType.CYCLE, JobType.ROLLUP, JobType.SCHEDULES, JobType.HISTORY, JobType.WATCH})
"""Jobs that run several times an hour, so that their old runs are not worth a row each."""


class JobStopped(Exception):  # noqa: N818 - a signal out of a long job, seen by nobody but who asked for it
    """A job was asked to stop and has; what it did is done, the rest waits for its next run."""
