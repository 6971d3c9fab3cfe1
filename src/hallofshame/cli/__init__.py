"""The ``hallofshame`` command: everything that can be asked for, by name."""

from __future__ import annotations

import logging
import os
from typing import Any

import click

from hallofshame import __version__
from hallofshame.cli.listing import ListingGroup
from hallofshame.domain.errors import HallOfShameError, JobBusyError
from hallofshame.domain.redaction import redact
from hallofshame.logs import LOGGER, catch_uncaught

_COMMANDS = {
    "run": ("serving", "Collect from the live feeds, roll up and serve, until stopped."),
    "demo": ("serving", "Run the whole system on real recordings. Needs no internet."),
    "serve": ("serving", "Serve the site and the API without collecting, as one of several web hosts."),
    "collect": ("jobs", "Run one cycle: ask every park's feed once and keep the answers."),
    "rollup": ("jobs", "Compute every park-day whose inputs changed."),
    "rebuild": ("jobs", "Compute park-days again from the raw record."),
    "backfill": ("jobs", "Fill holes in the record from ThemeParks.wiki's history and roll up."),
    "sync": ("jobs", "Bring park lists, hours, entities and tiers up to date, and roll up."),
    "jobs": ("scheduling", "List the jobs of the scheduler, or run some of them once: for cron and timers."),
    "seal": ("jobs", "Write closed days and months of the raw record into history files."),
    "retain": ("retention", "Drop raw rows of sealed months, and hourly rows, that are old enough to go."),
    "storage": ("storage", "Measure tables and history files; show growth, what is to come, and problems."),
    "import-archive": (
        "data",
        "Add files of the ThemeParks.wiki archive to the record, closed days straight into history files.",
    ),
    "import-history": ("history_api", "Add days of ThemeParks.wiki's history API to the record."),
    "mirror": ("mirror", "Copy the recent record of a running site for work on this machine."),
    "ingest": ("data", "Add a recording of a sampled feed to the record, as if collected live."),
    "import-readings": ("data", "Add every recording in a folder to the record, each once."),
    "export": ("data", "Write derived rows of some days to a file: the numbers that the API shows."),
    "doctor": (
        "upkeep",
        "Check settings, files, database, lease, last cycle, feeds, backlog, jobs, history, storage.",
    ),
    "quality": ("quality", "Look the record over and list what deserves a person's eye."),
    "alerts": ("alerts", "List alerts, try the addresses they go to, or look once and send what is due."),
    "followers": ("followers", "See how many browsers follow what, or send what waits for followers."),
    "webhooks": ("followers", "List, add, remove and try addresses of integrations that are told of rides."),
    "tiers": ("upkeep", "List the rides whose tier is uncertain and should be looked at by a person."),
    "types": ("upkeep", "List the attractions whose type is uncertain and should be looked at by a person."),
    "mapping": ("mapping", "List doubtful matches of the feeds' entries; merge and split rides."),
    "imports": ("imports", "List imports started through the admin API, and work on them."),
    "keys": ("keys", "Make, list and revoke the keys of the admin API."),
    "backup": ("backup", "Copy database and history files into FOLDER, while the program runs."),
    "restore": ("backup", "Make the installation what it was when the backup in FOLDER was made."),
    "openapi": ("upkeep", "Print the OpenAPI description of the JSON API."),
    "db": ("upkeep", "Upgrade, downgrade or show the database's schema."),
}
"""Each command's module, imported only when it is asked for, and the first line of its help."""


_LONGEST = 500
"""Characters of an unforeseen error's own words that are shown; the log has all of them."""


class Refused(click.ClickException):
    """A setting, an argument or the state of the database does not allow it; the message says what to do."""

    exit_code = 2


class Busy(click.ClickException):
    """The same job is running elsewhere; nothing was done, and trying again later may do."""

    exit_code = os.EX_TEMPFAIL


class Broken(click.ClickException):
    """Something unforeseen; the log has the traceback."""

    exit_code = 1


class _Commands(ListingGroup):
    """Imports a command when it is asked for; turns errors into one clear line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except JobBusyError as error:
            raise Busy(_on_one_line(str(error))) from error
        except HallOfShameError as error:
            raise Refused(_on_one_line(str(error))) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except OSError as error:
            raise Refused(_on_one_line(str(_of_system(error)))) from error
        except Exception as error:
            logging.getLogger(LOGGER).exception("unexpected error")
            name = type(error).__name__
            message = f"unexpected {name}: {_shortened(redact(str(error)))}; the log has the details"
            raise Broken(_on_one_line(message)) from error


def _on_one_line(message: str) -> str:
    return " ".join(message.split())


def _shortened(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}…"


def _of_system(error: OSError) -> Exception:
    """The error of disk or network as one line with the remedy; a fault without a file is logged."""
    from hallofshame.store.failures import storage_error

    if error.filename is None:
        logging.getLogger(LOGGER).error("the system reports an error", exc_info=error)
    where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else "a file or connection"
    return storage_error(error, where)


@click.group(
    cls=_Commands,
    lazily=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="hallofshame")
def cli() -> None:
    """Theme Park Hall of Shame: which rides break down, how often, for how long, and how long people wait.

    Settings come from the environment (HALLOFSHAME_...) or a .env file; docs/settings.md lists them.
    """


def main() -> None:
    """Entry point of the ``hallofshame`` program."""
    catch_uncaught()
    cli(prog_name="hallofshame")
