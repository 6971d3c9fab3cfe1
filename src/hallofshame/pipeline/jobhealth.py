"""What the job log says of the health of the system, in the sentences that ``doctor`` and the API share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hallofshame import processes
from hallofshame.domain.jobs import BY_HAND, JobOutcome, JobType
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.plurals import counted, noun
from hallofshame.store.joblog import JobHistory, LoggedRun
from hallofshame.store.reports.current import SystemState

HEARTBEAT_SECONDS = 60
"""How often a job that takes long notes that it is still at it."""

LOST_AFTER_SECONDS = 15 * HEARTBEAT_SECONDS
"""A job of another machine that was silent for so long is taken to be gone.

Long, because on SQLite a note has to wait for a transaction that writes; and because a mistake corrects
itself: the job's own end overwrites it.
"""

BY_HAND_SECONDS = 86_400
"""How long the failure of a job that a person ran is a problem of the system: nothing will ever repeat it."""

STOPPED = "stopped when asked to; the rest is left to the next run"
"""``detail`` of a run that ended early because its process was told to stop."""

LATE_CADENCES = 3
"""A last cycle, or a park-day that waits for its roll-up, older than so many cadences is a problem."""


@dataclass(frozen=True, slots=True)
class JobState:
    """One job now: its latest run, how that ended as far as can be known, and what is wrong with the job.

    ``failed`` is the run that ended badly last, where none has succeeded since; ``failures`` counts those.
    """

    job_type: str
    latest: LoggedRun
    outcome: str
    last_success_at: int | None
    failed: LoggedRun | None
    failures: int
    failing_since: int | None
    problem: str | None

    @property
    def reason(self) -> str | None:
        """Why the job failed last, in one line; ``None`` where it has succeeded since."""
        return None if self.failed is None else _why(self.failed)


def job_states(state: SystemState, now: int) -> list[JobState]:
    """Every job that ever ran, by name; ``now`` in Unix seconds."""
    return [_job_state(history, state, now) for history in state.jobs]


def backlog_problem(state: SystemState, jobs: Sequence[JobState], now: int, late_seconds: int) -> str | None:
    """Why the dirty list is a problem, if it is: park-days have waited long, and no roll-up is at them.

    Where the roll-up is failing, its own problem says so.
    """
    if state.oldest_mark_at is None:
        return None
    is_known = any(
        job.job_type == JobType.ROLLUP and (job.failed is not None or job.outcome == JobOutcome.RUNNING)
        for job in jobs
    )
    age = now - state.oldest_mark_at
    if age <= late_seconds or is_known:
        return None
    return f"{_waiting(state, 'for its roll-up', 'for their roll-up')}, the oldest for {age} s"


def is_lost(run: LoggedRun, present: int) -> bool:
    """Whether a run that has not ended never will, because its process is gone or silent for long.

    ``present``: the time that all hosts share, in Unix seconds.
    """
    if run.holder is None or run.heartbeat_at is None or processes.is_gone(run.holder):
        return True
    return abs(present - run.heartbeat_at) > LOST_AFTER_SECONDS


def problems(jobs: Sequence[JobState]) -> Iterator[str]:
    """One sentence per job that is failing."""
    yield from (job.problem for job in jobs if job.problem is not None)


def _job_state(history: JobHistory, state: SystemState, now: int) -> JobState:
    latest, failed = history.latest, history.failed
    failures, since = history.failures, history.failing_since
    outcome = latest.outcome
    if outcome == JobOutcome.RUNNING and is_lost(latest, state.present):
        # Nobody has run a job since, who would have put it down.
        outcome, failed = JobOutcome.KILLED.value, latest
        failures, since = failures + 1, since or latest.started_at
    return JobState(
        history.job_type,
        latest,
        outcome,
        None if history.success is None else history.success.started_at,
        failed,
        failures,
        since,
        _problem(history.job_type, failed, failures, since, state, now),
    )


def _problem(
    job: str, failed: LoggedRun | None, failures: int, since: int | None, state: SystemState, now: int
) -> str | None:
    if failed is None or since is None:
        return None
    if job in BY_HAND and now - failed.started_at > BY_HAND_SECONDS:
        return None
    times = (
        "failed" if failures == 1 else f"has failed {failures} times in a row since {isoformat(since)}, last"
    )
    sentence = f"the job {job} {times} at {isoformat(failed.started_at)}: {_why(failed)}"
    if job == JobType.ROLLUP and state.oldest_mark_at is not None:
        age = now - state.oldest_mark_at
        sentence += f"; {_waiting(state, 'for it', 'for it')}, the oldest for {age} s"
    return sentence


def _waiting(state: SystemState, one: str, many: str) -> str:
    days = state.dirty_park_days
    return f"{counted(days, 'park-day')} {noun(days, f'waits {one}', f'wait {many}')}"


def _why(run: LoggedRun) -> str:
    if run.error is not None:
        return run.error
    if run.outcome == JobOutcome.RUNNING:
        return f"its process {(run.holder or 'unknown').partition('#')[0]} ended without a word"
    return "no reason is known"
