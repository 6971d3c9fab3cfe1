"""Of one job one run is under way, wherever it runs."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import JobBusyError
from hallofshame.domain.jobs import AT_ONCE, JobType
from hallofshame.pipeline.jobhealth import LOST_AFTER_SECONDS
from hallofshame.pipeline.jobrun import job_run
from hallofshame.processes import host_and_pid
from hallofshame.store import joblog, leases
from hallofshame.store.database import Database
from hallofshame.store.reports.current import system_state
from pipeline.fakes import at

NOON = at("2026-06-03 12:00")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


def in_a_thread(database: Database, clock: FixedClock, job: JobType) -> str:
    """Run a job beside this one; returns how it ended."""

    def work() -> str:
        try:
            with job_run(database, clock, job):
                return "ran"
        except JobBusyError as error:
            return str(error)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(30)


@pytest.mark.both_databases
def test_a_second_run_does_nothing_and_says_where_the_first_is(database: Database, clock: FixedClock) -> None:
    with job_run(database, clock, JobType.SEAL):
        clock.sleep(30)
        said = in_a_thread(database, clock, JobType.SEAL)
        assert said == (
            f"the job seal has been running since 2026-06-03T12:00:00Z in {host_and_pid()}; "
            "wait for its end, or stop it"
        )
        with database.read() as connection:
            assert len(joblog.running(connection)) == 1, "the second leaves no row"
            assert system_state(connection, clock.now()).leases == (), "a job is no duty of a host"
        assert in_a_thread(database, clock, JobType.QUALITY) == "ran", "other jobs run beside it"
    assert in_a_thread(database, clock, JobType.SEAL) == "ran"


@pytest.mark.both_databases
def test_a_part_of_a_run_is_no_second_run(database: Database, clock: FixedClock) -> None:
    with job_run(database, clock, JobType.CYCLE), job_run(database, clock, JobType.CYCLE):
        pass


@pytest.mark.parametrize("job", sorted(AT_ONCE))
@pytest.mark.both_databases
def test_what_may_run_at_once_does(database: Database, clock: FixedClock, job: JobType) -> None:
    with job_run(database, clock, job):
        assert in_a_thread(database, clock, job) == "ran"


@pytest.mark.both_databases
def test_a_failed_run_lets_the_next_one_in(database: Database, clock: FixedClock) -> None:
    with pytest.raises(RuntimeError), job_run(database, clock, JobType.SYNC):
        raise RuntimeError("it burns")
    assert in_a_thread(database, clock, JobType.SYNC) == "ran"


@pytest.mark.both_databases
def test_of_two_that_begin_at_once_one_runs(database: Database, clock: FixedClock) -> None:
    barrier = Barrier(2)

    def work(_number: int) -> bool:
        barrier.wait(30)
        try:
            with job_run(database, clock, JobType.SYNC):
                barrier.wait(30)
        except JobBusyError:
            barrier.wait(30)
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(work, range(2))) == [False, True]


def taken(database: Database, clock: FixedClock, holder: str) -> None:
    database.run(
        lambda connection: leases.acquire(connection, "job:sync", holder, clock.now(), LOST_AFTER_SECONDS)
    )


@pytest.mark.both_databases
def test_a_killed_process_of_this_machine_is_not_waited_for(database: Database, clock: FixedClock) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    host = host_and_pid().rpartition(":")[0]
    taken(database, clock, f"{host}:{process.pid}#ab12/1")
    assert in_a_thread(database, clock, JobType.SYNC) == "ran"


def test_a_silent_process_of_another_machine_is_waited_for_a_while(
    sqlite_database: Database, clock: FixedClock
) -> None:
    # On a server leases go by its own time, which stands still for nobody.
    taken(sqlite_database, clock, "elsewhere:7#ab12/1")
    assert "in elsewhere:7;" in in_a_thread(sqlite_database, clock, JobType.SYNC)
    clock.sleep(LOST_AFTER_SECONDS)
    assert in_a_thread(sqlite_database, clock, JobType.SYNC) == "ran"
    with sqlite_database.read() as connection:
        assert leases.holder(connection, "job:sync") is None
