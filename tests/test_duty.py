"""The duty to collect passes from host to host, and with it the jobs that belong to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallofshame import duty
from hallofshame.domain.errors import JobBusyError
from hallofshame.domain.jobs import JobType
from hallofshame.installation import Installation
from hallofshame.pipeline.jobrun import job_run
from hallofshame.store import leases
from support.installations import gardaland

LOST = "another-machine:4711#ab12/1"
"""A run of a process on a machine that was switched off in the middle of it."""


def lose(installation: Installation, job: JobType) -> None:
    """Let a lost machine hold the right to run a job."""
    name = f"{leases.OF_JOBS}{job.value}"
    now = installation.clock.now()
    assert installation.database.run(
        lambda connection: leases.acquire(connection, name, LOST, leases.present(connection, now), 900)
    )


@pytest.mark.parametrize("released", [True, False], ids=["let go", "run out"])
def test_who_takes_the_duty_over_does_not_wait_for_the_cycle_of_a_lost_host(
    tmp_path: Path, released: bool
) -> None:
    with gardaland(tmp_path, lease_seconds=15) as installation:
        assert duty.acquire(installation, "host-a")
        lose(installation, JobType.CYCLE)
        lose(installation, JobType.SEAL)
        assert not duty.acquire(installation, "host-b")
        with (
            pytest.raises(JobBusyError, match="another-machine:4711"),
            job_run(installation.database, installation.clock, JobType.CYCLE),
        ):
            pass
        if released:
            installation.database.run(
                lambda connection: leases.release(connection, duty.COLLECT_LEASE, "host-a")
            )
        else:
            installation.clock.sleep(16)
        assert duty.acquire(installation, "host-b")
        with job_run(installation.database, installation.clock, JobType.CYCLE) as run:
            run.rows_written = 1
        # A daily job is not of the duty: whoever runs it may be a person's command.
        with (
            pytest.raises(JobBusyError),
            job_run(installation.database, installation.clock, JobType.SEAL),
        ):
            pass


def test_who_renews_the_duty_keeps_the_jobs_under_way(tmp_path: Path) -> None:
    with gardaland(tmp_path) as installation:
        assert duty.acquire(installation, "host-a")
        lose(installation, JobType.CYCLE)
        assert duty.acquire(installation, "host-a")
        with (
            pytest.raises(JobBusyError),
            job_run(installation.database, installation.clock, JobType.CYCLE),
        ):
            pass
