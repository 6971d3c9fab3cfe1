"""Commands that stay: ``run``, ``demo``, ``serve``."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hallofshame.cli.options import configured
from hallofshame.cli.progress import progress_bar
from hallofshame.domain.plurals import counted
from hallofshame.metering import counting

if TYPE_CHECKING:
    from hallofshame.demo import Demo

DEMO_FOLDER = "demo-data"

port_option = click.option(
    "--port", type=click.IntRange(0, 65535), metavar="PORT", help="Port to serve on, in place of the setting."
)
host_option = click.option("--host", metavar="ADDRESS", help="Address to serve on, in place of the setting.")
data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Folder of this installation, in place of the setting.",
)


@click.command()
@host_option
@port_option
@data_option
@click.option(
    "--no-scheduler",
    is_flag=True,
    help="Run no jobs: cron or timers do (hallofshame jobs run), as with HALLOFSHAME_SCHEDULER=false.",
)
@click.option(
    "--no-web",
    is_flag=True,
    help="Serve nothing: hallofshame serve, Apache or gunicorn does, on this machine or another.",
)
def run(host: str | None, port: int | None, data: Path | None, no_scheduler: bool, no_web: bool) -> None:
    """Collect from the live feeds, roll up and serve, until stopped.

    Upgrades the database's schema, catches up on what was missed while away, then collects on every
    multiple of the cadence. Stop it with Ctrl-C or SIGTERM.

    \b
    Example:
      hallofshame run --port 8000
      hallofshame run --no-web
    """
    from hallofshame.installation import Installation
    from hallofshame.service import serve
    from hallofshame.web_server import WebServer

    settings = configured(host=host, port=port, data=data, scheduler=False if no_scheduler else None)
    with counting(), stop_signal() as stopping, Installation(settings) as installation:
        if no_web and not settings.scheduler:
            raise click.UsageError(
                "--no-web leaves nothing to do where the scheduler is off; drop one of them"
            )
        web = None if no_web else WebServer(installation)
        installation.make_ready(migrate=True)
        if no_web:
            click.echo("Collecting; the site is left to others (stop with Ctrl-C)")
        _leave(serve(installation, stopping, collect=settings.scheduler, web=web, announce=_say_where))


@click.command(name="serve")
@host_option
@port_option
@data_option
def serve_only(host: str | None, port: int | None, data: Path | None) -> None:
    """Serve the site and the API without collecting, as one of several web hosts.

    \b
    Example:
      hallofshame serve --host 0.0.0.0 --port 8000
    """
    from hallofshame.installation import Installation
    from hallofshame.service import serve
    from hallofshame.web_server import WebServer

    settings = configured(host=host, port=port, data=data)
    with counting(), stop_signal() as stopping, Installation(settings) as installation:
        installation.make_ready(migrate=False)
        web = WebServer(installation)
        _leave(serve(installation, stopping, collect=False, web=web, announce=_say_where))


@click.command(name="demo")
@host_option
@port_option
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(DEMO_FOLDER),
    show_default=True,
    metavar="FOLDER",
    help="Folder of the demonstration.",
)
@click.option("--fresh", is_flag=True, help="Make the record anew, also where one was kept.")
def demo_run(host: str | None, port: int | None, data: Path, fresh: bool) -> None:
    """Run the whole system on real recordings. Needs no internet.

    The recordings are played by a server on this machine, shifted by whole weeks, as if they were of today.
    The recorded weeks repeat. The first time a record of years (of most parks: of two months) is made from
    them, which takes less than a minute on two cores; meanwhile the pages say how far it is. The record is
    kept: the next demonstration goes on with it.

    \b
    Example:
      hallofshame demo --port 8000
    """
    from hallofshame.demo import Demo
    from hallofshame.service import serve

    settings = configured(host=host, port=port, data=data)
    with counting(), stop_signal() as stopping, Demo(settings, fresh=fresh) as show:
        click.echo(
            f"Playing real recordings of {counted(len(show.parks), 'park')} as if they were of this week."
        )
        click.echo(_what_is_prepared(show, data))
        if show.prepare(stopping, progress_bar):
            _leave(serve(show.installation, stopping, collect=True, web=show.web, announce=_say_where))


def _what_is_prepared(show: Demo, folder: Path) -> str:
    if show.goes_on:
        return f"The record kept in {folder} goes on; FRESH=1 make demo, or --fresh, makes a new one."
    cause = "" if show.why_anew is None else f" anew ({show.why_anew})"
    return f"Making its record{cause}, less than a minute; {show.web.url} says how far it is."


@contextmanager
def stop_signal() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set, as long as the block lasts."""
    stopping = threading.Event()
    signals = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda *_: stopping.set()) for number in signals]
    try:
        yield stopping
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _say_where(url: str) -> None:
    click.echo(f"Serving {url} (stop with Ctrl-C)")


def _leave(finished: bool) -> None:
    """End the process even if a job is stuck: the interpreter would wait for its thread for ever."""
    if not finished:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)


COMMANDS = (run, demo_run, serve_only)
