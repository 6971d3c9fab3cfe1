"""The job log: runs begin, go on, end; what is failing and since when; what is removed."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Connection, func, insert, select

from hallofshame.domain.jobs import FREQUENT, JobOutcome, JobType
from hallofshame.store import joblog, schema
from hallofshame.store.database import Database
from hallofshame.store.joblog import JobHistory, RunResult
from hallofshame.store.models import AggregationLog, DirtyParkDay
from store.samples import NOON

MONDAY = dt.date(2026, 8, 17)


def a_run(
    connection: Connection, job: JobType, outcome: JobOutcome, at: int, error: str | None = None
) -> int:
    run_id = joblog.start(connection, job, "here:1#a", at, at)
    if outcome is not JobOutcome.RUNNING:
        joblog.finish(connection, run_id, at + 2, RunResult(outcome, 1.5, error=error))
    return run_id


def history(connection: Connection, job: JobType) -> JobHistory:
    (found,) = [found for found in joblog.histories(connection) if found.job_type == job]
    return found


def test_a_run_is_noted_when_it_begins_and_when_it_ends(database: Database) -> None:
    with database.write() as connection:
        first = joblog.start(connection, JobType.ROLLUP, "here:1#a", NOON, NOON)
        second = joblog.start(connection, JobType.ROLLUP, "here:1#a", NOON, NOON + 1)
        result = RunResult(
            JobOutcome.SUCCESS, 60.25, MONDAY, MONDAY, 2, 30, park_days=3, rows_written=70, detail="x" * 9_000
        )
        joblog.finish(connection, second, NOON + 60, result)
        joblog.beat(connection, first, NOON + 30)
    assert first != second
    with database.read() as connection:
        (running,) = joblog.running(connection)
        ended = joblog.latest(connection, JobType.ROLLUP)
        assert joblog.latest(connection, JobType.SYNC) is None
    assert (running.run_id, running.finished_at, running.seconds) == (first, None, None)
    assert (running.holder, running.heartbeat_at) == ("here:1#a", NOON + 30)
    assert ended is not None
    assert (ended.outcome, ended.started_at, ended.finished_at, ended.seconds) == (
        "success",
        NOON,
        NOON + 60,
        60.25,
    )
    assert (ended.target_from, ended.target_to) == (MONDAY, MONDAY)
    assert (ended.parks_processed, ended.rides_processed, ended.park_days, ended.rows_written) == (
        2,
        30,
        3,
        70,
    )
    assert len(ended.detail or "") == 2_000


def test_a_run_that_was_taken_for_dead_has_the_last_word(database: Database) -> None:
    with database.write() as connection:
        run_id = a_run(connection, JobType.SYNC, JobOutcome.RUNNING, NOON)
        joblog.mark_killed(connection, joblog.running(connection), NOON + 60)
        killed = joblog.latest(connection, JobType.SYNC)
        assert killed is not None
        assert (killed.outcome, killed.finished_at, killed.error) == (
            "killed",
            NOON + 60,
            "its process here:1 ended without a word",
        )
        joblog.finish(connection, run_id, NOON + 90, RunResult(JobOutcome.SUCCESS, 90.0))
        alive = joblog.latest(connection, JobType.SYNC)
        assert alive is not None
        assert (alive.outcome, alive.error) == ("success", None)


def test_what_has_ended_is_not_killed(database: Database) -> None:
    with database.write() as connection:
        a_run(connection, JobType.SYNC, JobOutcome.RUNNING, NOON)
        seen = joblog.running(connection)
        joblog.finish(connection, seen[0].run_id, NOON + 1, RunResult(JobOutcome.SUCCESS, 1.0))
        joblog.mark_killed(connection, seen, NOON + 60)
        found = joblog.latest(connection, JobType.SYNC)
        assert found is not None
        assert found.outcome == "success"


def test_a_job_fails_from_its_first_failure_to_its_next_success(database: Database) -> None:
    with database.write() as connection:
        a_run(connection, JobType.ROLLUP, JobOutcome.SUCCESS, NOON)
        assert history(connection, JobType.ROLLUP).failures == 0
        a_run(connection, JobType.ROLLUP, JobOutcome.FAILURE, NOON + 10, "one")
        a_run(connection, JobType.CYCLE, JobOutcome.SUCCESS, NOON + 15)
        a_run(connection, JobType.ROLLUP, JobOutcome.KILLED, NOON + 20, "two")
        a_run(connection, JobType.ROLLUP, JobOutcome.RUNNING, NOON + 30)
        failing = history(connection, JobType.ROLLUP)
        assert (failing.failures, failing.failing_since) == (2, NOON + 10)
        assert failing.failed is not None
        assert failing.failed.error == "two"
        assert failing.latest.outcome == "running"
        assert history(connection, JobType.CYCLE).failed is None
        a_run(connection, JobType.ROLLUP, JobOutcome.SUCCESS, NOON + 40)
        well = history(connection, JobType.ROLLUP)
        assert (well.failures, well.failing_since, well.failed) == (0, None, None)
        assert well.success is not None
        assert well.success.started_at == NOON + 40


def test_a_refusal_is_neither_failure_nor_recovery(database: Database) -> None:
    with database.write() as connection:
        a_run(connection, JobType.INGEST, JobOutcome.REFUSED, NOON)
        assert history(connection, JobType.INGEST).failed is None
        a_run(connection, JobType.INGEST, JobOutcome.FAILURE, NOON + 1)
        a_run(connection, JobType.INGEST, JobOutcome.REFUSED, NOON + 2)
        assert history(connection, JobType.INGEST).failures == 1


def test_a_run_stamped_ahead_does_not_stand_before_later_ones(database: Database) -> None:
    with database.write() as connection:
        a_run(connection, JobType.SYNC, JobOutcome.FAILURE, NOON + 10_000_000)
        a_run(connection, JobType.SYNC, JobOutcome.SUCCESS, NOON)
        assert history(connection, JobType.SYNC).failed is None


def test_old_runs_of_frequent_jobs_go_and_what_tells_their_health_stays(database: Database) -> None:
    with database.write() as connection:
        for number in range(5):
            a_run(connection, JobType.CYCLE, JobOutcome.SUCCESS, NOON + number)
            a_run(connection, JobType.SYNC, JobOutcome.SUCCESS, NOON + number)
        for number in range(3):
            a_run(connection, JobType.CYCLE, JobOutcome.FAILURE, NOON + 10 + number)
        a_run(connection, JobType.CYCLE, JobOutcome.FAILURE, NOON + 100)
        assert joblog.trim(connection, FREQUENT, NOON + 50) == 7
        kept = connection.execute(
            select(AggregationLog.job_type, AggregationLog.outcome, func.count())
            .group_by(AggregationLog.job_type, AggregationLog.outcome)
            .order_by(AggregationLog.job_type, AggregationLog.outcome)
        ).all()
        assert [tuple(row) for row in kept] == [
            ("cycle", "failure", 1),
            ("cycle", "success", 1),
            ("sync", "success", 5),
        ]
        assert joblog.trim(connection, FREQUENT, NOON + 50) == 0


def test_rows_of_the_schema_before_get_the_words_of_today_and_back(empty_database: Database) -> None:
    before = [
        ("sync", 100, 160, "ok", "fine"),
        ("sync", 200, 260, "failed", "RuntimeError: x"),
        ("rollup", 300, None, "running", None),
    ]
    schema.upgrade(empty_database, "0007")
    insertion = (
        "INSERT INTO aggregation_log (job, started_at, finished_at, outcome, park_days, rows_written, detail)"
        " VALUES ({}, {}, {}, {}, 0, 0, {})"
    )
    with empty_database.write() as connection:
        for row in before:
            shown = ["NULL" if value is None else repr(value) for value in row]
            connection.exec_driver_sql(insertion.format(*shown))
        connection.exec_driver_sql("INSERT INTO dirty_park_days VALUES (1, '2026-01-01', 3, 'cycle', 555)")
    schema.upgrade(empty_database, "0008")
    log = AggregationLog
    columns = (log.job_type, log.outcome, log.seconds, log.detail, log.error)
    with empty_database.read() as connection:
        assert [tuple(row) for row in connection.execute(select(*columns).order_by(log.run_id))] == [
            ("sync", "success", 60.0, "fine", None),
            ("sync", "failure", 60.0, None, "RuntimeError: x"),
            ("rollup", "killed", None, None, "its process ended without a word"),
        ]
        assert connection.scalar(select(DirtyParkDay.first_marked_at)) == 555
    schema.downgrade(empty_database, "0007")
    with empty_database.read() as connection:
        after = connection.exec_driver_sql(
            "SELECT job, started_at, finished_at, outcome, detail FROM aggregation_log ORDER BY run_id"
        )
        assert [tuple(row) for row in after] == before


def test_histories_read_no_more_than_they_need(sqlite_database: Database) -> None:
    """With a year of rows the health answer must not read them all."""
    with sqlite_database.write() as connection:
        connection.execute(
            insert(AggregationLog),
            [
                {
                    "job_type": job,
                    "started_at": NOON + number,
                    "outcome": "success",
                    "park_days": 0,
                    "rows_written": 0,
                    "parks_processed": 0,
                    "rides_processed": 0,
                }
                for number in range(500)
                for job in ("cycle", "rollup")
            ],
        )
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT job_type, outcome, max(run_id) FROM aggregation_log "
            "GROUP BY outcome, job_type"
        ).all()
        assert [row[-1] for row in plan] == [
            "SCAN aggregation_log USING COVERING INDEX ix_aggregation_log_outcome_job_type"
        ]
        assert {found.job_type for found in joblog.histories(connection)} == {"cycle", "rollup"}


@pytest.mark.parametrize("outcome", list(JobOutcome))
def test_every_outcome_fits_its_column(outcome: JobOutcome) -> None:
    assert len(outcome.value) <= 20
