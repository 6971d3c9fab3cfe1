"""The one runner of jobs: whatever runs leaves a row in the job log, however it ends (design §4)."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from sqlalchemy import Connection

from hallofshame import processes
from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError, JobBusyError, NotFoundError
from hallofshame.domain.jobs import AT_ONCE, BY_HAND, FREQUENT, JobOutcome, JobStopped, JobType
from hallofshame.domain.redaction import redact
from hallofshame.logs import log_failure, logged_as
from hallofshame.metering import job_ended
from hallofshame.pipeline.failures import FAILURES
from hallofshame.pipeline.jobhealth import HEARTBEAT_SECONDS, STOPPED, is_lost
from hallofshame.pipeline.joblock import JobLock
from hallofshame.store import joblog, leases, receipts
from hallofshame.store.database import Database
from hallofshame.store.failures import said
from hallofshame.store.joblog import RunResult

_ERROR_LENGTH = 300
_LOG = logging.getLogger("hallofshame.jobs")


@dataclass
class JobRun:
    """What the log will say of a run; the job fills it in while it works.

    ``parks`` and ``rides`` count those it dealt with. An ``outcome`` that the job sets itself holds
    unless it raises; with :attr:`JobOutcome.FAILURE` it says why in ``error``.
    """

    outcome: JobOutcome = JobOutcome.SUCCESS
    parks: int = 0
    rides: int = 0
    park_days: int = 0
    rows_written: int = 0
    detail: str | None = None
    error: str | None = None
    target_from: dt.date | None = None
    target_to: dt.date | None = None

    def cover(self, days: Iterable[dt.date]) -> None:
        """Widen the target period so that it holds these days."""
        known = [day for day in (self.target_from, self.target_to, *days) if day is not None]
        self.target_from, self.target_to = min(known, default=None), max(known, default=None)

    def fail(self, error: str) -> None:
        """The job has run to its end, and what it was for has not come about."""
        self.outcome, self.error = JobOutcome.FAILURE, error


_CURRENT: ContextVar[tuple[JobType, JobRun] | None] = ContextVar("job", default=None)


@contextmanager
def job_run(
    database: Database, clock: Clock, job: JobType, *, is_alone: bool | None = None
) -> Iterator[JobRun]:
    """Log a run of ``job`` around a block, from before its first step until after its last.

    An error goes on to the caller and is in the log as ``failure``, an interruption as ``killed``; a refusal
    of what a person asked for by hand as ``refused``. Runs of processes that are gone are found first and
    logged as ``killed``. A log that cannot be written keeps no job from running and hides no error of it.

    Inside a run of the same job it is a part of that run: so whoever starts a job can have what it does to
    get ready in the log, too.

    ``is_alone``: of this job only one may run at a time, on all hosts; unless told, that holds for all but
    those of :data:`AT_ONCE`.

    :raises JobBusyError: when it is alone and another run of it has not ended; that leaves no row.
    """
    outer = _CURRENT.get()
    if outer is not None and outer[0] is job:
        yield outer[1]
        return
    began = clock.elapsed()
    lock = JobLock(job) if (job not in AT_ONCE if is_alone is None else is_alone) else None
    run_id = _begin(database, clock, job, lock)
    run = JobRun()
    token = _CURRENT.set((job, run))
    ids = {"job": job.value} | ({} if run_id is None else {"run": str(run_id)})
    try:
        with logged_as(**ids), _heartbeat(database, clock, run_id, lock):
            yield run
    except JobStopped:
        run.detail = STOPPED
        raise
    except FAILURES as error:
        is_refusal = job in BY_HAND and isinstance(error, InputError | NotFoundError)
        run.outcome = JobOutcome.REFUSED if is_refusal else JobOutcome.FAILURE
        run.error = brief(error)
        raise
    except BaseException as error:
        run.outcome, run.error = JobOutcome.KILLED, f"interrupted ({type(error).__name__})"
        raise
    finally:
        _CURRENT.reset(token)
        seconds = clock.elapsed() - began
        job_ended(job, run.outcome, seconds, run.rows_written if job is JobType.CYCLE else 0)
        if run_id is not None:
            _end(database, clock, run_id, run, seconds, lock)


def note_run(connection: Connection, clock: Clock, job: JobType, seconds: float, run: JobRun) -> None:
    """Log a run that has ended, in the transaction that it is part of."""
    now = clock.now()
    present = leases.present(connection, now)
    run_id = joblog.start(connection, job, processes.this_process(), now, present)
    joblog.finish(connection, run_id, now, _result(run, seconds))


def trim_job_log(database: Database, clock: Clock, days: int) -> int:
    """Remove the runs of frequent jobs that began over ``days`` days ago; returns how many went."""
    with job_run(database, clock, JobType.TRIM) as run:
        before = clock.now() - dt.timedelta(days=days)
        run.rows_written = database.run(lambda connection: joblog.trim(connection, FREQUENT, before))
        database.run(receipts.forget)
    return run.rows_written


def brief(error: BaseException) -> str:
    """An error in one line of at most 300 characters, without statements of SQL and without passwords."""
    text = redact(f"{type(error).__name__}: {said(error)}").strip(": ")
    return text if len(text) <= _ERROR_LENGTH else f"{text[: _ERROR_LENGTH - 1]}…"


def _begin(database: Database, clock: Clock, job: JobType, lock: JobLock | None) -> int | None:
    def work(connection: Connection) -> int:
        now = clock.now()
        present = leases.present(connection, now)
        if lock is not None:
            lock.take(connection, present)
        lost = [run for run in joblog.running(connection) if is_lost(run, present)]
        joblog.mark_killed(connection, lost, now)
        return joblog.start(connection, job, processes.this_process(), now, present)

    try:
        return database.run(work)
    except JobBusyError:
        raise
    except Exception as error:  # noqa: BLE001 - logged
        log_failure(_LOG, f"the job log cannot be written; {job.value} runs without a row in it", error)
        return None


def _end(
    database: Database, clock: Clock, run_id: int, run: JobRun, seconds: float, lock: JobLock | None
) -> None:
    result = _result(run, seconds)

    def work(connection: Connection) -> None:
        joblog.finish(connection, run_id, clock.now(), result)
        if lock is not None:
            lock.release(connection)

    try:
        database.run(work)
    except Exception as error:  # noqa: BLE001 - logged; the job's own error goes on
        log_failure(_LOG, f"the end of run {run_id} ({run.outcome.value}) cannot be logged", error)


def _result(run: JobRun, seconds: float) -> RunResult:
    return RunResult(
        outcome=run.outcome,
        seconds=round(seconds, 6),
        target_from=run.target_from,
        target_to=run.target_to,
        parks_processed=run.parks,
        rides_processed=run.rides,
        park_days=run.park_days,
        rows_written=run.rows_written,
        detail=run.detail,
        error=run.error,
    )


@contextmanager
def _heartbeat(database: Database, clock: Clock, run_id: int | None, lock: JobLock | None) -> Iterator[None]:
    """Note once a minute that the run goes on, until the block ends."""
    ended = threading.Event()

    def note(connection: Connection) -> None:
        present = leases.present(connection, clock.now())
        joblog.beat(connection, run_id or 0, present)
        if lock is not None:
            lock.keep(connection, present)

    def beat() -> None:
        while not ended.wait(HEARTBEAT_SECONDS):
            try:
                database.run(note)
            except Exception as error:  # noqa: BLE001 - logged; the next beat may do
                log_failure(_LOG, f"run {run_id} cannot note that it goes on", error)

    if run_id is None:
        yield
        return
    thread = threading.Thread(target=beat, name=f"heartbeat-{run_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
