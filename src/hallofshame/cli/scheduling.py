"""The jobs of the scheduler, one by one: ``jobs list``, ``jobs run``."""

from __future__ import annotations

import click

from hallofshame.cli.jobs import run_all
from hallofshame.cli.listing import ListingGroup
from hallofshame.cli.options import opened
from hallofshame.cli.progress import quiet_option
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.jobs import SCHEDULED, JobType
from hallofshame.domain.localtime import isoformat, to_unix


@click.group(cls=ListingGroup)
def jobs() -> None:
    """List the jobs of the scheduler, or run some of them once: for cron and timers."""


@jobs.command(name="run")
@click.argument("names", nargs=-1, required=True, type=click.Choice([job.value for job in SCHEDULED]))
@quiet_option
def run_jobs(names: tuple[str, ...]) -> None:
    """Run jobs once, in the order given.

    The failure of one does not stop the next. Ends with exit code 1 if one failed, and with 75 if all that
    did not run are running elsewhere: then nothing was done twice, and the next turn may do.

    \b
    Example:
      hallofshame jobs run cycle rollup
    """
    from hallofshame import duty
    from hallofshame.daily import single_steps

    with opened() as installation:
        steps = single_steps(installation)
        if JobType.CYCLE in names:
            duty.take_for_one_run(installation)
        run_all(installation, [steps[JobType(name)] for name in names])


@jobs.command(name="list")
@json_option
def list_jobs(as_json: bool) -> None:
    """List the jobs with when the scheduler runs them, and their latest run.

    \b
    Example:
      hallofshame jobs list
    """
    from hallofshame.pipeline.jobhealth import job_states
    from hallofshame.store.reports.current import system_state

    with opened() as installation:
        now = installation.clock.now()
        with installation.database.read() as connection:
            state = system_state(connection, now)
    known = {job.job_type: job for job in job_states(state, to_unix(now))}
    rows = []
    for job, when in SCHEDULED.items():
        found = known.get(job.value)
        rows.append(
            {
                "job": job.value,
                "runs": when,
                "last_run": None if found is None else isoformat(found.latest.started_at),
                "outcome": None if found is None else found.outcome,
                "failures": 0 if found is None else found.failures,
                "error": None if found is None else found.reason,
            }
        )
    if as_json:
        print_json(rows)
    else:
        print_table(
            ["job", "runs", "last run", "outcome", "failures", "why"], [list(row.values()) for row in rows]
        )


COMMANDS = (jobs,)
