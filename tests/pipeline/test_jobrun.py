"""The runner of jobs: however a job ends, the log says so, in one line and without secrets."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import InputError
from hallofshame.domain.jobs import JobStopped, JobType
from hallofshame.pipeline import jobrun
from hallofshame.pipeline.jobhealth import LOST_AFTER_SECONDS
from hallofshame.pipeline.jobrun import brief, job_run
from hallofshame.processes import host_and_pid, is_gone, this_process
from hallofshame.store import joblog, leases
from hallofshame.store.database import Database
from hallofshame.store.joblog import LoggedRun
from hallofshame.store.models import AggregationLog
from pipeline.fakes import at
from support.waiting import until

HOST = host_and_pid().rpartition(":")[0]
NOON = at("2026-06-03 12:00")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


def runs(database: Database) -> list[LoggedRun]:
    with database.read() as connection:
        return [
            run
            for (run_id,) in connection.execute(select(AggregationLog.run_id).order_by("run_id"))
            for run in joblog._runs(connection, AggregationLog.run_id == run_id)
        ]


def last(database: Database) -> LoggedRun:
    return runs(database)[-1]


@pytest.mark.both_databases
def test_a_run_that_ends_well_says_what_it_did_and_how_long_it_took(
    database: Database, clock: FixedClock
) -> None:
    with job_run(database, clock, JobType.ROLLUP) as run:
        assert last(database).outcome == "running"
        run.parks, run.rides, run.park_days, run.rows_written, run.detail = 2, 30, 3, 70, "all well"
        clock.sleep(12.345)
    found = last(database)
    assert (found.job_type, found.outcome, found.seconds) == ("rollup", "success", 12.345)
    assert (found.parks_processed, found.rides_processed, found.park_days, found.rows_written) == (
        2,
        30,
        3,
        70,
    )
    assert (found.detail, found.error, found.holder) == ("all well", None, this_process())


@pytest.mark.both_databases
def test_an_error_is_logged_and_goes_on_to_the_caller(database: Database, clock: FixedClock) -> None:
    with pytest.raises(RuntimeError, match="burns"), job_run(database, clock, JobType.ROLLUP) as run:
        run.park_days = 3
        raise RuntimeError("it\nburns")
    found = last(database)
    assert (found.outcome, found.error, found.park_days) == ("failure", "RuntimeError: it burns", 3)


@pytest.mark.parametrize(
    ("job", "outcome"),
    [(JobType.INGEST, "refused"), (JobType.CLASSIFY, "failure"), (JobType.SYNC, "failure")],
)
def test_only_what_a_person_asked_for_can_be_refused(
    sqlite_database: Database, clock: FixedClock, job: JobType, outcome: str
) -> None:
    with pytest.raises(InputError), job_run(sqlite_database, clock, job):
        raise InputError("the overrides file has no column tier")
    assert last(sqlite_database).outcome == outcome


def test_an_interrupted_job_was_killed(sqlite_database: Database, clock: FixedClock) -> None:
    with pytest.raises(KeyboardInterrupt), job_run(sqlite_database, clock, JobType.INGEST):
        raise KeyboardInterrupt
    assert (last(sqlite_database).outcome, last(sqlite_database).error) == (
        "killed",
        "interrupted (KeyboardInterrupt)",
    )


def test_a_job_that_stops_when_asked_to_has_not_failed(sqlite_database: Database, clock: FixedClock) -> None:
    with pytest.raises(JobStopped), job_run(sqlite_database, clock, JobType.ROLLUP):
        raise JobStopped
    assert last(sqlite_database).outcome == "success"
    assert "rest is left" in (last(sqlite_database).detail or "")


def test_a_job_may_say_that_it_failed(sqlite_database: Database, clock: FixedClock) -> None:
    with job_run(sqlite_database, clock, JobType.SYNC) as run:
        run.fail("no feed answered")
    assert (last(sqlite_database).outcome, last(sqlite_database).error) == ("failure", "no feed answered")


def test_a_run_inside_a_run_of_the_same_job_is_part_of_it(
    sqlite_database: Database, clock: FixedClock
) -> None:
    with job_run(sqlite_database, clock, JobType.SYNC) as outer:
        with job_run(sqlite_database, clock, JobType.SYNC) as inner:
            assert inner is outer
        with job_run(sqlite_database, clock, JobType.ROLLUP):
            pass
    assert [run.job_type for run in runs(sqlite_database)] == ["sync", "rollup"]


def test_a_target_covers_all_days_it_is_told(sqlite_database: Database, clock: FixedClock) -> None:
    with job_run(sqlite_database, clock, JobType.ROLLUP) as run:
        run.cover([])
        run.cover([at("2026-06-03").date(), at("2026-06-01").date()])
        run.cover([at("2026-06-02").date()])
    found = last(sqlite_database)
    assert (str(found.target_from), str(found.target_to)) == ("2026-06-01", "2026-06-03")


# --- runs that never ended ---


def begun_by(database: Database, holder: str, moment: int) -> None:
    database.run(lambda connection: joblog.start(connection, JobType.SYNC, holder, moment, moment))


def present(database: Database, clock: FixedClock) -> int:
    with database.read() as connection:
        return leases.present(connection, clock.now())


def outcome_of_first(database: Database, clock: FixedClock) -> str:
    with job_run(database, clock, JobType.CYCLE):
        pass
    return runs(database)[0].outcome


@pytest.mark.both_databases
def test_a_run_of_another_host_goes_on_while_it_is_heard_of(database: Database, clock: FixedClock) -> None:
    now = present(database, clock)
    begun_by(database, "elsewhere:4711#ab", now - LOST_AFTER_SECONDS + 60)
    assert outcome_of_first(database, clock) == "running"


@pytest.mark.both_databases
def test_a_run_of_another_host_that_fell_silent_was_killed(database: Database, clock: FixedClock) -> None:
    begun_by(database, "elsewhere:4711#ab", present(database, clock) - LOST_AFTER_SECONDS - 60)
    assert outcome_of_first(database, clock) == "killed"
    assert runs(database)[0].error == "its process elsewhere:4711 ended without a word"


def test_a_run_of_another_live_process_here_is_not_killed(
    sqlite_database: Database, clock: FixedClock
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        begun_by(sqlite_database, f"{HOST}:{other.pid}#ab", present(sqlite_database, clock))
        assert outcome_of_first(sqlite_database, clock) == "running"
        other.communicate(b"\n")
    assert outcome_of_first(sqlite_database, clock) == "killed"


def test_a_run_of_an_earlier_process_with_our_number_was_killed(
    sqlite_database: Database, clock: FixedClock
) -> None:
    """Containers that are started again have the same name and the same process id."""
    begun_by(sqlite_database, f"{HOST}:{os.getpid()}#0ld", present(sqlite_database, clock))
    begun_by(sqlite_database, f"{HOST}:{os.getpid()}#0000", present(sqlite_database, clock))
    assert outcome_of_first(sqlite_database, clock) == "running", "no name of ours, so nobody can know"
    assert runs(sqlite_database)[1].outcome == "killed"


def test_only_a_process_of_this_machine_that_no_longer_runs_is_gone() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert is_gone(f"{HOST}:{process.pid}")
    assert is_gone(f"{HOST}:{process.pid}#ab12")
    assert is_gone(f"{HOST}:99999999999999999999")
    assert not is_gone(host_and_pid())
    assert not is_gone(this_process())
    assert is_gone(f"{host_and_pid()}#0")
    assert not is_gone(f"elsewhere:{process.pid}")
    assert not is_gone("a name of its own")


def test_a_long_job_notes_that_it_goes_on(
    sqlite_database: Database, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobrun, "HEARTBEAT_SECONDS", 0.01)
    with job_run(sqlite_database, clock, JobType.ROLLUP):
        begun = last(sqlite_database).heartbeat_at
        assert begun is not None
        clock.sleep(500)
        until("a heartbeat", lambda: last(sqlite_database).heartbeat_at == begun + 500)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("heartbeat-")]


# --- a log that cannot be written ---


class NoLog(Database):
    """A database that takes no rows of the job log while ``broken``."""

    broken = True

    def run(self, work: Callable[[Connection], Any], **options: Any) -> Any:
        """As ever, but for the job log."""

        def checked(connection: Connection) -> Any:
            before = connection.scalar(select(func.count()).select_from(AggregationLog))
            done = work(connection)
            ended = connection.scalar(select(func.count()).where(AggregationLog.finished_at.is_not(None)))
            if self.broken and (
                connection.scalar(select(func.count(AggregationLog.run_id))) != before or ended
            ):
                raise RuntimeError("the log has a hole here")
            return done

        return super().run(checked, **options)


@pytest.fixture
def no_log(sqlite_database: Database) -> NoLog:
    return NoLog(sqlite_database.engine.url.render_as_string(hide_password=False))


def test_a_log_that_cannot_be_written_keeps_no_job_from_running(
    no_log: NoLog, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    ran = False
    with job_run(no_log, clock, JobType.ROLLUP):
        ran = True
    assert ran
    assert "the job log cannot be written; rollup runs without a row in it" in caplog.text
    assert "the log has a hole here" in caplog.text
    no_log.dispose()


def test_a_log_that_cannot_be_written_hides_no_error_of_the_job(
    no_log: NoLog, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    no_log.broken = False
    with pytest.raises(RuntimeError, match="it burns"), job_run(no_log, clock, JobType.ROLLUP):
        no_log.broken = True
        raise RuntimeError("it burns")
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "(failure) cannot be logged" in record.getMessage()
    no_log.dispose()


# --- one line ---


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (RuntimeError("two\n lines"), "RuntimeError: two lines"),
        (RuntimeError(), "RuntimeError"),
        (
            RuntimeError("mysql+pymysql://me:s3cr/e@t@host/db is away"),
            "RuntimeError: mysql+pymysql://me:***@host/db is away",
        ),
        (
            RuntimeError("https://feed.test/x?token=s3cret&a=1"),
            "RuntimeError: https://feed.test/x?token=***&a=1",
        ),
    ],
)
def test_errors_are_told_in_one_line_without_secrets(error: Exception, told: str) -> None:
    assert brief(error) == told


def test_a_long_error_is_cut_short() -> None:
    told = brief(RuntimeError("x" * 10_000))
    assert told.endswith("x…")
    assert len(told) <= 300


@pytest.mark.both_databases
def test_errors_of_the_database_are_told_without_their_statement(database: Database) -> None:
    with database.read() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(text("SELECT 1 FROM nowhere"))
    told = brief(caught.value)
    assert "nowhere" in told
    assert "SELECT" not in told
