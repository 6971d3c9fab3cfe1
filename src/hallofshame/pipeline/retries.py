"""When a job runs again: after a failure with growing pauses, after a stop, and when its day was missed.

Everything is read off the job log, so that it holds after a restart and on another host as well.
"""

from __future__ import annotations

import random
from collections.abc import Iterable

from sqlalchemy import Connection

from hallofshame.domain.jobs import JobOutcome, JobType
from hallofshame.pipeline.jobhealth import STOPPED, is_lost
from hallofshame.store import joblog, leases
from hallofshame.store.instants import Instant, latest_believable, unix
from hallofshame.store.joblog import LoggedRun

NIGHTLY_PAUSES_SECONDS = (5 * 60, 20 * 60, 80 * 60)
"""Pauses before the second, third and fourth try of a job that runs once a day; then comes the next day."""

FREQUENT_PAUSES_SECONDS = (15, 45, 120)
"""Those of a job that runs every few minutes, as far as they end before its next run."""

TRIES = len(NIGHTLY_PAUSES_SECONDS) + 1
"""How often a daily job is tried in one day."""

DAY_OF_TRIES_SECONDS = 20 * 3600
"""Failures older than this belong to the day before."""

MISSED_AFTER_SECONDS = 25 * 3600
"""A daily job that last began so long ago was missed. An hour more than a day, so that the one of today,
which is about to begin, is not run twice."""

JITTER = 0.2
"""Share by which a pause is longer or shorter: hosts that failed together do not try again together."""


def pause_seconds(pauses: tuple[int, ...], failures: int, key: object) -> float | None:
    """The pause after that many failures in a row, with its jitter, which ``key`` decides.

    ``None`` when all tries are made.
    """
    if not 0 < failures <= len(pauses):
        return None
    return pauses[failures - 1] * random.Random(str(key)).uniform(1 - JITTER, 1 + JITTER)


def due_jobs(connection: Connection, jobs: Iterable[JobType], now: Instant) -> set[JobType]:
    """Those of the daily ``jobs`` that are to run now, whatever the hour.

    Due is a job that never ran, was missed for :data:`MISSED_AFTER_SECONDS`, was stopped before its end, or
    failed and has waited its pause.
    """
    return {job for job in jobs if _is_due(connection, job, now)}


def _is_due(connection: Connection, job: JobType, now: Instant) -> bool:
    latest = joblog.latest(connection, job)
    if latest is None:
        return True
    moment = unix(now)
    age = moment - latest.started_at
    # One of the future was noted under a clock that ran ahead, and says nothing about today.
    if age >= MISSED_AFTER_SECONDS or latest.started_at > latest_believable(now):
        return True
    if latest.outcome == JobOutcome.RUNNING:
        return is_lost(latest, leases.present(connection, now))
    if latest.outcome not in (JobOutcome.FAILURE, JobOutcome.KILLED):
        return latest.detail == STOPPED
    failures = joblog.bad_ends(connection, job, moment - DAY_OF_TRIES_SECONDS)
    pause = pause_seconds(NIGHTLY_PAUSES_SECONDS, failures, latest.run_id)
    return pause is not None and moment - _ended_at(latest) >= pause


def _ended_at(run: LoggedRun) -> int:
    """When a run ended; of a killed one, when it was last known to be at it."""
    if run.outcome == JobOutcome.KILLED and run.heartbeat_at is not None:
        return run.heartbeat_at
    return run.started_at if run.finished_at is None else run.finished_at
