"""Commands that run one job once: ``collect``, ``rollup``, ``rebuild``, ``backfill``, ``sync``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hallofshame.cli.options import DAY, HOUR, chosen_parks, opened, park_option
from hallofshame.cli.progress import progress_bar, quiet_option
from hallofshame.domain.errors import JobBusyError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.plurals import counted

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from hallofshame.daily import DailyStep
    from hallofshame.installation import Installation


@click.command()
@quiet_option
def collect() -> None:
    """Run one cycle: ask every park's feed once and keep the answers.

    \b
    Example:
      hallofshame collect && hallofshame rollup
    """
    from hallofshame.pipeline.jobrun import job_run

    with (
        opened() as installation,
        progress_bar("Cycle") as progress,
        job_run(installation.database, installation.clock, JobType.CYCLE),
    ):
        result = installation.collector.cycle(progress)
    click.echo(
        f"{isoformat(result.observed_at)}: {result.answered} of {counted(result.parks, 'park')} answered, "
        f"{counted(result.readings, 'reading')}"
    )
    if result.is_failure:
        raise click.ClickException("no park answered; the log and the table feed_polls say why")


@click.command()
@quiet_option
def rollup() -> None:
    """Compute every park-day whose inputs changed.

    \b
    Example:
      hallofshame rollup
    """
    with opened() as installation:
        roll_up(installation)


@click.command()
@click.option("--start", type=DAY, help="First park-local day; without it the first observed one.")
@click.option("--end", type=DAY, help="Last park-local day; without it the last observed one.")
@click.option("--days", type=click.IntRange(1), metavar="N", help="The last N days, today included.")
@click.option(
    "--hour",
    type=HOUR,
    help="The day that holds this hour: 2026-08-20T14 of each park's clocks, 2026-08-20T14Z in UTC.",
)
@click.option("--processes", type=click.IntRange(1), metavar="N", help="Compute in N processes side by side.")
@click.option("--cluster", metavar="ADDRESS", help="Compute on the Dask cluster of this scheduler.")
@park_option
@quiet_option
def rebuild(
    start: dt.date | None,
    end: dt.date | None,
    days: int | None,
    hour: dt.datetime | None,
    processes: int | None,
    cluster: str | None,
    parks: tuple[str, ...],
) -> None:
    """Compute park-days again from the raw record.

    Changes nothing unless a formula or an input has changed. A park-day is the least that is computed: its
    hours, and the weeks, months and years that hold it, come out of it.

    \b
    Example:
      hallofshame rebuild --start 2026-08-01 --end 2026-08-31 --park magic-kingdom
      hallofshame rebuild --days 7
      hallofshame rebuild --hour 2026-08-20T14 --park epcot
      hallofshame rebuild --processes 4
      hallofshame rebuild --cluster tcp://10.0.0.5:8786
    """
    if sum((start is not None or end is not None, days is not None, hour is not None)) > 1:
        raise click.UsageError("--start/--end, --days and --hour exclude each other; give one of them")
    if processes is not None and cluster is not None:
        raise click.UsageError("--processes and --cluster exclude each other; give one of them")
    from hallofshame import side_by_side
    from hallofshame.pipeline import rebuild as rebuilding

    with opened() as installation:
        database, clock = installation.database, installation.clock
        ids = chosen_parks(installation, parks)
        if days is not None:
            marked = rebuilding.mark_last_days(database, clock, days, ids)
        elif hour is not None:
            marked = rebuilding.mark_hour(database, clock, hour, ids)
        else:
            marked = rebuilding.mark_range(database, clock, start=start, end=end, park_ids=ids)
        click.echo(f"{counted(marked, 'park-day')} to compute")
        if cluster is not None:
            _roll_up_side_by_side(installation, side_by_side.cluster(cluster))
        elif processes is not None:
            _roll_up_side_by_side(installation, side_by_side.local_processes(processes))
        roll_up(installation)


def _roll_up_side_by_side(installation: Installation, executors: AbstractContextManager[Executor]) -> None:
    """Compute the past days in other processes, with a progress bar; the present days are left."""
    from hallofshame.side_by_side import roll_up_past

    with executors as executor, progress_bar("Roll-up side by side") as progress:
        result = roll_up_past(installation, executor, progress)
    click.echo(f"{counted(result.park_days, 'park-day')} of the past computed side by side")


@click.command()
@click.option(
    "--days", type=click.IntRange(1, 30), default=7, show_default=True, help="How far back to look for holes."
)
@quiet_option
def backfill(days: int) -> None:
    """Fill holes in the record from ThemeParks.wiki's history and roll up.

    The service looks seven days back. Only days that are over and of which a part was missed are filled.

    \b
    Example:
      hallofshame backfill --days 3
    """
    from hallofshame.daily import repair_step, rollup_step

    with opened() as installation:
        run_all(installation, (repair_step(installation, days), rollup_step(installation)))


@click.command()
@quiet_option
def sync() -> None:
    """Bring park lists, hours, entities and tiers up to date, and roll up.

    The service does the same once a day. Each step is a job of its own: sync, gap repair, vanished rides,
    tiers, roll-up, quality check, outside check, job log. The failure of one does not stop the next; the exit
    code tells it.

    \b
    Example:
      hallofshame sync
    """
    from hallofshame.daily import daily_steps

    with opened() as installation:
        run_all(installation, daily_steps(installation))


def run_all(installation: Installation, steps: Sequence[DailyStep]) -> None:
    """Run steps of the daily sequence with a progress bar each, and say how each ended."""
    from hallofshame.daily import run_steps

    failed = []
    busy = True
    for ended in run_steps(installation, steps, progress_bar):
        if ended.text is not None:
            click.echo(f"{ended.step.label}: {ended.text}")
        if ended.failure is not None:
            click.echo(f"{ended.step.label} failed: {ended.failure}", err=True)
            failed.append(ended.step.label.lower())
            busy = busy and ended.is_busy
    if failed and busy:
        raise JobBusyError(f"left out, as they are running elsewhere: {', '.join(failed)}")
    if failed:
        raise click.ClickException(
            f"{len(failed)} of {len(steps)} jobs failed ({', '.join(failed)}); the log has the details"
        )


def roll_up(installation: Installation) -> None:
    """Roll up with a progress bar and say what was done."""
    with progress_bar("Roll-up") as progress:
        result = installation.rollup.run(progress)
    click.echo(
        f"{counted(result.park_days, 'park-day')} computed, {counted(result.rows_written, 'row')} changed"
    )
    if result.unreadable:
        raise click.ClickException(
            f"{counted(len(result.unreadable), 'park-day')} left to compute: {result.unreadable_why}"
        )


@click.command()
@click.option("--again", metavar="PERIOD", help="Seal a month (2026-10) or day anew from the database.")
@click.option("--adopt", is_flag=True, help="Take over files of this installation that the database forgot.")
@quiet_option
def seal(again: str | None, adopt: bool) -> None:
    """Write closed days and months of the raw record into history files.

    Late data is folded in; a file is verified before it counts. What is sealed already and has not changed
    stays as it is.

    \b
    Example:
      hallofshame seal
      hallofshame seal --again 2026-10
    """
    from hallofshame.pipeline import sealing
    from hallofshame.store.history.periods import FilePeriod

    try:
        period = FilePeriod.named(again) if again is not None else None
    except ValueError:
        raise click.BadParameter(
            f"{again!r} is neither a month nor a day; write it as 2026-10 or 2026-10-05", param_hint="--again"
        ) from None
    with opened() as installation:
        if adopt:
            files = sealing.adopt(installation.database, installation.clock, installation.shelf)
            click.echo(f"{counted(files, 'file')} taken over")
        with progress_bar("Seal") as progress:
            result = sealing.seal(
                installation.database,
                installation.clock,
                installation.log("seal"),
                installation.shelf,
                again=period,
                progress=progress,
            )
    click.echo(
        f"{counted(result.rows, 'row')} of {counted(result.periods, 'day or month', 'days and months')} "
        f"sealed in {counted(result.files, 'file')}, {counted(result.bytes, 'byte')}; "
        f"{counted(result.removed, 'superseded file')} removed"
    )


COMMANDS = (collect, rollup, rebuild, backfill, sync, seal)
