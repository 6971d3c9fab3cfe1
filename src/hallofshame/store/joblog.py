"""The job log: every run of every job, when, how it ended and what it did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from hallofshame.domain.jobs import JobOutcome, JobType
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import AggregationLog

_TEXT_LENGTH = 2_000
_HAS_ENDED_BADLY = (JobOutcome.FAILURE, JobOutcome.KILLED)
_HAS_ENDED = (JobOutcome.SUCCESS, JobOutcome.REFUSED, *_HAS_ENDED_BADLY)


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """One row of the log. Instants are Unix seconds; ``seconds`` has fractions; days are park-local.

    ``retries``: how many runs of the job ended badly in a row before this one.
    """

    run_id: int
    job_type: str
    started_at: int
    finished_at: int | None
    seconds: float | None
    outcome: str
    target_from: dt.date | None
    target_to: dt.date | None
    parks_processed: int
    rides_processed: int
    park_days: int
    rows_written: int
    detail: str | None
    error: str | None
    holder: str | None
    heartbeat_at: int | None
    retries: int


_COLUMNS = tuple(getattr(AggregationLog, name) for name in LoggedRun.__slots__)


@dataclass(frozen=True, slots=True)
class JobHistory:
    """One job: its latest run, the latest that succeeded, and what failed since.

    ``failed`` is the latest run that ended badly after the last success, ``failures`` how many did and
    ``failing_since`` when the first of them began.
    """

    job_type: str
    latest: LoggedRun
    success: LoggedRun | None
    failed: LoggedRun | None
    failures: int
    failing_since: int | None


@dataclass(frozen=True, slots=True)
class RunResult:
    """What the log keeps of a run that has ended."""

    outcome: JobOutcome
    seconds: float
    target_from: dt.date | None = None
    target_to: dt.date | None = None
    parks_processed: int = 0
    rides_processed: int = 0
    park_days: int = 0
    rows_written: int = 0
    detail: str | None = None
    error: str | None = None


def start(connection: Connection, job: JobType, holder: str, now: Instant, present: Instant) -> int:
    """Note that a run of ``job`` by the process ``holder`` begins; returns its run id.

    ``present`` is the time that all hosts share (:func:`hallofshame.store.leases.present`).
    """
    values = {
        "job_type": job.value,
        "started_at": unix(now),
        "outcome": JobOutcome.RUNNING.value,
        "parks_processed": 0,
        "rides_processed": 0,
        "park_days": 0,
        "rows_written": 0,
        "holder": holder,
        "heartbeat_at": unix(present),
        "retries": _failures_before(connection, job),
    }
    return connection.execute(insert(AggregationLog), values).lastrowid


def _failures_before(connection: Connection, job: JobType) -> int:
    """How many runs of ``job`` have ended badly in a row up to now."""
    log = AggregationLog
    newest = [
        select(func.max(log.run_id))
        .where(log.outcome == outcome.value, log.job_type == job.value)
        .scalar_subquery()
        for outcome in _HAS_ENDED
    ]
    last = max((run_id for run_id in connection.execute(select(*newest)).one() if run_id), default=None)
    if last is None:
        return 0
    outcome, retries = connection.execute(select(log.outcome, log.retries).where(log.run_id == last)).one()
    return int(retries) + 1 if outcome in _HAS_ENDED_BADLY else 0


def bad_ends(connection: Connection, job: str, since: Instant) -> int:
    """How many runs of ``job`` that began after an instant ended badly."""
    log = AggregationLog
    query = select(func.count()).where(
        log.job_type == job,
        log.started_at > unix(since),
        log.outcome.in_([outcome.value for outcome in _HAS_ENDED_BADLY]),
    )
    return int(connection.execute(query).scalar_one())


def beat(connection: Connection, run_id: int, present: Instant) -> None:
    """Note that a run still goes on."""
    connection.execute(
        update(AggregationLog).where(AggregationLog.run_id == run_id).values(heartbeat_at=unix(present))
    )


def finish(connection: Connection, run_id: int, now: Instant, result: RunResult) -> None:
    """Note how a run ended. Its own word goes before that of another, who may have taken it for dead."""
    connection.execute(
        update(AggregationLog)
        .where(AggregationLog.run_id == run_id)
        .values(
            finished_at=unix(now),
            seconds=result.seconds,
            outcome=result.outcome.value,
            target_from=result.target_from,
            target_to=result.target_to,
            parks_processed=result.parks_processed,
            rides_processed=result.rides_processed,
            park_days=result.park_days,
            rows_written=result.rows_written,
            detail=_cut(result.detail),
            error=_cut(result.error),
        )
    )


def running(connection: Connection) -> list[LoggedRun]:
    """The runs of which no end is known, by any process."""
    return _runs(connection, AggregationLog.outcome == JobOutcome.RUNNING.value)


def mark_killed(connection: Connection, runs: Collection[LoggedRun], now: Instant) -> None:
    """Note that the processes of these runs are gone."""
    log = AggregationLog
    for run in runs:
        who = f"its process {run.holder.partition('#')[0]}" if run.holder else "its process"
        connection.execute(
            update(log)
            .where(log.run_id == run.run_id, log.outcome == JobOutcome.RUNNING.value)
            .values(
                outcome=JobOutcome.KILLED.value, finished_at=unix(now), error=f"{who} ended without a word"
            )
        )


def histories(connection: Connection) -> list[JobHistory]:
    """Every job that ever ran, by name.

    Runs count in the order in which they began to be logged, not by their time: one stamped by a clock that
    ran ahead must not stand before all later ones.
    """
    log = AggregationLog
    newest: dict[str, dict[str, int]] = {}
    query = select(log.job_type, log.outcome, func.max(log.run_id)).group_by(log.outcome, log.job_type)
    for job, outcome, run_id in connection.execute(query):
        newest.setdefault(job, {})[outcome] = run_id
    ids = [run_id for of_job in newest.values() for run_id in of_job.values()]
    runs = {run.run_id: run for run in _runs(connection, log.run_id.in_(ids))} if ids else {}
    return [_history(connection, job, newest[job], runs) for job in sorted(newest)]


def latest(connection: Connection, job: JobType) -> LoggedRun | None:
    """The latest run of ``job``, ended or not."""
    log = AggregationLog
    last = select(func.max(log.run_id)).where(log.job_type == job.value).scalar_subquery()
    return next(iter(_runs(connection, log.run_id == last)), None)


def trim(connection: Connection, jobs: Collection[JobType], before: Instant) -> int:
    """Remove runs of ``jobs`` that began before an instant; returns how many went.

    The latest of each job and outcome stays, so that what is failing, and since when all was well, is known
    however long ago that was.
    """
    log = AggregationLog
    names = sorted(job.value for job in jobs)
    kept = list(
        connection.scalars(
            select(func.max(log.run_id)).where(log.job_type.in_(names)).group_by(log.outcome, log.job_type)
        )
    )
    old = (log.job_type.in_(names), log.started_at < unix(before), log.run_id.not_in(kept))
    return connection.execute(delete(log).where(*old)).rowcount


def _history(
    connection: Connection, job: str, newest: dict[str, int], runs: dict[int, LoggedRun]
) -> JobHistory:
    log = AggregationLog
    success = newest.get(JobOutcome.SUCCESS)
    failed = max((newest[outcome] for outcome in _HAS_ENDED_BADLY if outcome in newest), default=0)
    failures, since = 0, None
    if failed > (success or 0):
        failures, since = connection.execute(
            select(func.count(), func.min(log.started_at)).where(
                log.outcome.in_([outcome.value for outcome in _HAS_ENDED_BADLY]),
                log.job_type == job,
                log.run_id > (success or 0),
            )
        ).one()
    return JobHistory(
        job,
        runs[max(newest.values())],
        None if success is None else runs[success],
        runs[failed] if failures else None,
        failures,
        since,
    )


def _runs(connection: Connection, *where: object) -> list[LoggedRun]:
    query = select(*_COLUMNS).where(*where).order_by(AggregationLog.run_id)  # type: ignore[arg-type]
    return [LoggedRun(*row) for row in connection.execute(query)]


def _cut(text: str | None) -> str | None:
    return None if text is None else text[:_TEXT_LENGTH]
