"""Commands about imports started through the admin API: ``imports list``, ``imports work``."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from hallofshame.cli.jobs import roll_up
from hallofshame.cli.listing import ListingGroup
from hallofshame.cli.options import opened
from hallofshame.cli.progress import progress_bar, quiet_option
from hallofshame.cli.serving import stop_signal
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.jobs import JobStopped
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.plurals import counted

if TYPE_CHECKING:
    from hallofshame.installation import Installation
    from hallofshame.store.import_jobs import Job

SHOWN = 50


@click.group(cls=ListingGroup)
def imports() -> None:
    """List imports started through the admin API, and work on them."""


@imports.command("list")
@json_option
def list_imports(as_json: bool) -> None:
    """List the latest imports with their state and how far they are, newest first.

    \b
    Example:
      hallofshame imports list
    """
    from hallofshame.store import import_jobs

    with opened() as installation, installation.database.read() as connection:
        total, found = import_jobs.listed(connection, None, SHOWN, 0)
        worker = import_jobs.worker(connection, installation.clock.now())
    rows = [_row(job) for job in found]
    if as_json:
        print_json(rows)
        return
    shown = [row | {"arguments": json.dumps(row["arguments"], ensure_ascii=False)} for row in rows]
    print_table(list(shown[0]) if shown else [], [list(row.values()) for row in shown])
    click.echo(f"{len(rows)} of {counted(total, 'import')}; {_who(worker)}", err=True)


def _who(worker: str | None) -> str:
    if worker is None:
        return "nothing works on them: `hallofshame run` does, and `hallofshame imports work`"
    return f"{worker} works on them"


def _row(job: Job) -> dict[str, Any]:
    return {
        "import": job.import_id,
        "kind": job.kind,
        "arguments": json.loads(job.arguments),
        "state": job.state.value if job.wanted is None else f"{job.state.value}, {job.wanted} asked",
        "done": job.done_count,
        "of": job.total_count,
        "started by": job.started_by,
        "created": isoformat(job.created_at),
        "error": job.error,
    }


@imports.command()
@click.option("--rollup/--no-rollup", "then_roll_up", default=True, help="Roll up afterwards.")
@quiet_option
def work(then_roll_up: bool) -> None:
    """Work on the imports that wait, until none does; for installations where cron runs the jobs.

    `hallofshame run` does it by itself. Only one process of all works on them: beside another one this
    command ends at once. Stopped in whatever way, the next one goes on where it was.

    \b
    Example:
      hallofshame imports work
    """
    from hallofshame import import_worker
    from hallofshame.processes import this_process

    holder = this_process()
    with stop_signal() as stopping, opened() as installation:
        with _duty(installation, holder) as has_it:
            if not has_it:
                click.echo("Another process works on the imports already.")
                return
            worked = 0
            with progress_bar("Imports") as bar:

                def watched(done: int, total: int) -> None:
                    bar(done, total)
                    if stopping.is_set():
                        raise JobStopped

                while not stopping.is_set():
                    job = import_worker.work_on_next(installation, holder, watched)
                    if job is None:
                        break
                    worked += 1
                    click.echo(_said(job))
        if then_roll_up and worked and not stopping.is_set():
            roll_up(installation)
    if not worked:
        click.echo("No import waits.")


def _said(job: Job) -> str:
    text = f"Import {job.import_id} ({job.kind}) is {job.state.value}"
    return f"{text}: {job.error}" if job.error else text


@contextmanager
def _duty(installation: Installation, holder: str) -> Iterator[bool]:
    """The duty to work on imports while the block lasts, kept by a thread; whether it is this process's."""
    from hallofshame import import_worker
    from hallofshame.logs import log_failure

    seconds = installation.settings.lease_seconds
    if not import_worker.take_over(installation, holder, seconds):
        yield False
        return
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(seconds / 3):
            try:
                import_worker.hold(installation, holder, seconds)
            except Exception as error:  # noqa: BLE001 - logged; the next try may do
                log_failure(installation.log("imports"), "the duty to import cannot be kept", error)

    thread = threading.Thread(target=keep, name="imports lease", daemon=True)
    thread.start()
    try:
        yield True
    finally:
        ended.set()
        thread.join()
        import_worker.let_go(installation, holder)


COMMANDS = (imports,)
