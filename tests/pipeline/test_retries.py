"""When a job that failed, was stopped or was missed runs again."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from sqlalchemy import Connection

from hallofshame.domain.jobs import JobOutcome, JobType
from hallofshame.pipeline.jobhealth import STOPPED
from hallofshame.pipeline.retries import (
    JITTER,
    NIGHTLY_PAUSES_SECONDS,
    TRIES,
    due_jobs,
    pause_seconds,
)
from hallofshame.store import joblog, leases
from hallofshame.store.database import Database
from hallofshame.store.joblog import RunResult
from pipeline.fakes import at

NIGHT = at("2026-06-03 09:20")
JOBS = (JobType.SYNC, JobType.SEAL)


def run(
    connection: Connection,
    job: JobType,
    begin: dt.datetime,
    outcome: JobOutcome = JobOutcome.SUCCESS,
    detail: str | None = None,
) -> int:
    """A run of a second; returns how many tries failed before it."""
    run_id = joblog.start(connection, job, "elsewhere:1#a", begin, begin)
    if outcome is not JobOutcome.RUNNING:
        joblog.finish(connection, run_id, begin, RunResult(outcome, 1.0, detail=detail))
    latest = joblog.latest(connection, job)
    assert latest is not None
    return latest.retries


def due(connection: Connection, now: dt.datetime) -> set[JobType]:
    return due_jobs(connection, JOBS, now)


def after(**time: float) -> dt.datetime:
    return NIGHT + dt.timedelta(**time)


def test_pauses_grow_and_end() -> None:
    found = [pause_seconds(NIGHTLY_PAUSES_SECONDS, failures, "key") for failures in range(TRIES + 2)]
    assert found[0] is None
    for pause, base in zip(found[1:TRIES], NIGHTLY_PAUSES_SECONDS, strict=True):
        assert pause is not None
        assert base * (1 - JITTER) <= pause <= base * (1 + JITTER)
    assert found[TRIES:] == [None, None]
    jitters = {pause_seconds(NIGHTLY_PAUSES_SECONDS, 1, key) for key in range(20)}
    assert len(jitters) == 20, "hosts that failed together do not try again together"
    assert pause_seconds(NIGHTLY_PAUSES_SECONDS, 1, 7) == pause_seconds(NIGHTLY_PAUSES_SECONDS, 1, 7)


@pytest.mark.both_databases
def test_what_never_ran_is_due_and_what_succeeded_is_not(database: Database) -> None:
    with database.write() as connection:
        assert due(connection, NIGHT) == set(JOBS)
        run(connection, JobType.SYNC, NIGHT)
        assert due(connection, after(hours=24.9)) == {JobType.SEAL}
        assert due(connection, after(hours=25)) == set(JOBS), "missed while the program was off"


@pytest.mark.slow
def test_a_failed_job_is_tried_a_few_times_in_a_night_and_again_in_the_next(database: Database) -> None:
    with database.write() as connection:
        run(connection, JobType.SEAL, NIGHT)
        now, tries = NIGHT, []
        while now < after(hours=20):
            if JobType.SYNC in due(connection, now):
                tries.append((now - NIGHT).total_seconds())
                assert run(connection, JobType.SYNC, now, JobOutcome.FAILURE) == len(tries) - 1
            now += dt.timedelta(minutes=1)
        assert len(tries) == TRIES
        pauses = [later - earlier for earlier, later in itertools.pairwise(tries)]
        for pause, base in zip(pauses, NIGHTLY_PAUSES_SECONDS, strict=True):
            assert base * (1 - JITTER) <= pause <= base * (1 + JITTER) + 60
        assert run(connection, JobType.SYNC, after(days=1), JobOutcome.FAILURE) == TRIES
        assert due(connection, after(days=1, minutes=1)) == set()
        assert due(connection, after(days=1, minutes=7)) == {JobType.SYNC}, "the next night begins anew"
        assert run(connection, JobType.SYNC, after(days=1, minutes=7)) == TRIES + 1
        assert run(connection, JobType.SYNC, after(days=2)) == 0, "a success ends the row"


@pytest.mark.parametrize(
    ("outcome", "detail", "is_due"),
    [
        (JobOutcome.SUCCESS, None, False),
        (JobOutcome.SUCCESS, STOPPED, True),
        (JobOutcome.REFUSED, None, False),
        (JobOutcome.RUNNING, None, False),
    ],
)
def test_what_was_stopped_half_way_goes_on_and_what_runs_is_left(
    database: Database, outcome: JobOutcome, detail: str | None, is_due: bool
) -> None:
    with database.write() as connection:
        run(connection, JobType.SEAL, NIGHT)
        # What runs is alive by the time that all hosts share, on a server the server's own.
        if outcome is JobOutcome.RUNNING:
            joblog.start(connection, JobType.SYNC, "elsewhere:1#a", NIGHT, leases.present(connection, NIGHT))
        else:
            run(connection, JobType.SYNC, NIGHT, outcome, detail)
        assert due(connection, after(minutes=1)) == ({JobType.SYNC} if is_due else set())


def test_a_run_noted_under_a_clock_that_ran_ahead_does_not_put_off_the_next(database: Database) -> None:
    with database.write() as connection:
        for job in JOBS:
            run(connection, job, after(days=30))
        assert due(connection, NIGHT) == set(JOBS)


@pytest.mark.both_databases
def test_a_killed_run_is_tried_again(database: Database) -> None:
    with database.write() as connection:
        run(connection, JobType.SEAL, NIGHT)
        run(connection, JobType.SYNC, NIGHT, JobOutcome.RUNNING)
        joblog.mark_killed(connection, joblog.running(connection), after(minutes=20))
        assert due(connection, after(minutes=2)) == set()
        assert due(connection, after(minutes=7)) == {JobType.SYNC}
