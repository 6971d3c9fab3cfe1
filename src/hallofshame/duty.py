"""The duty to collect: of several hosts on one database one has it, by a lease."""

from __future__ import annotations

import logging
import socket
from functools import partial

from sqlalchemy import Connection

from hallofshame.domain.errors import JobBusyError
from hallofshame.domain.jobs import AT_ONCE, FREQUENT
from hallofshame.installation import Installation
from hallofshame.processes import is_gone
from hallofshame.store import leases
from hallofshame.store.database import Database

COLLECT_LEASE = "collect"

JOBS_OF_COLLECTOR = FREQUENT - AT_ONCE
"""Jobs that go with the duty, of which one run is under way at a time."""


def drop_of_the_dead(database: Database, log: logging.Logger) -> None:
    """Let go what a process of this machine held when it was killed, so that nobody waits for its end."""
    with database.read() as connection:
        holder = leases.holder(connection, COLLECT_LEASE)
    if holder is not None and is_gone(holder):
        log.info("%s is gone without letting the lease go; dropped", holder)
        database.run(partial(leases.release, name=COLLECT_LEASE, holder=holder))


def acquire(parts: Installation, holder: str) -> bool:
    """Take or renew the duty for ``holder``; returns whether it has it.

    Who takes it over need not wait for the jobs that the host before had under way: if that is gone, nobody
    ends them, and if it is only slow, two of them do no harm.
    """

    def work(connection: Connection) -> bool:
        before = leases.holder(connection, COLLECT_LEASE)
        present = leases.present(connection, parts.clock.now())
        held = leases.acquire(connection, COLLECT_LEASE, holder, present, parts.settings.lease_seconds)
        if held and before != holder:
            for job in sorted(JOBS_OF_COLLECTOR):
                leases.drop(connection, f"{leases.OF_JOBS}{job.value}")
        return held

    return parts.database.run(work)


def take_for_one_run(parts: Installation) -> None:
    """Take the duty for a cycle that cron or a timer began, in the name of this machine, not of a process.

    It runs out by itself, so that of several machines with the same timers one collects.

    :raises JobBusyError: when another host or the scheduler of this one has it.
    """
    drop_of_the_dead(parts.database, parts.log("jobs"))
    holder = parts.settings.holder or f"{socket.gethostname()[:100]}:jobs"
    if acquire(parts, holder):
        return
    with parts.database.read() as connection:
        other = leases.holder(connection, COLLECT_LEASE)
    raise JobBusyError(f"{other} has the duty to collect and runs the cycles; leave them to it, or stop it")
