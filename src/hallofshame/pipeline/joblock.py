"""One run of a job at a time, on all hosts: a lease per job that its run renews and its end lets go."""

from __future__ import annotations

import itertools

from sqlalchemy import Connection

from hallofshame import processes
from hallofshame.domain.errors import JobBusyError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import isoformat
from hallofshame.pipeline.jobhealth import LOST_AFTER_SECONDS
from hallofshame.store import joblog, leases

_NUMBERS = itertools.count(1)
"""Two runs of one process are two holders."""


class JobLock:
    """The right to run ``job``, from :meth:`take` to :meth:`release`.

    It outlives a killed process of another machine by :data:`LOST_AFTER_SECONDS`; that of a process of this
    machine is free as soon as the process is gone.
    """

    def __init__(self, job: JobType) -> None:
        self._job = job
        self._name = f"{leases.OF_JOBS}{job.value}"
        self._holder = f"{processes.this_process()}/{next(_NUMBERS)}"

    def take(self, connection: Connection, present: int) -> None:
        """Take it, in the transaction that notes the begin of the run.

        :raises JobBusyError: when another run has it.
        """
        holder = leases.holder(connection, self._name)
        if holder is not None and processes.is_gone(holder.partition("/")[0]):
            leases.release(connection, self._name, holder)
        if not self.keep(connection, present):
            raise JobBusyError(self._why(connection, holder or ""))

    def keep(self, connection: Connection, present: int) -> bool:
        """Renew it; returns whether it is held."""
        return leases.acquire(connection, self._name, self._holder, present, LOST_AFTER_SECONDS)

    def release(self, connection: Connection) -> None:
        """Let it go; does nothing where another has it."""
        leases.release(connection, self._name, self._holder)

    def _why(self, connection: Connection, holder: str) -> str:
        process = holder.partition("#")[0] or "another process"
        running = [run for run in joblog.running(connection) if run.job_type == self._job]
        since = f" since {isoformat(running[0].started_at)}" if running else ""
        return f"the job {self._job.value} has been running{since} in {process}; wait for its end, or stop it"
