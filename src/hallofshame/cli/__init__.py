"""The ``hallofshame`` command: everything that can be asked for, by name."""

from __future__ import annotations

import logging
from typing import Any

import click

from hallofshame import __version__
from hallofshame.cli import data, jobs, serving, upkeep
from hallofshame.domain.errors import HallOfShameError
from hallofshame.logs import LOGGER


class Refused(click.ClickException):
    """A setting, an argument or the state of the database does not allow it; the message says what to do."""

    exit_code = 2


class Broken(click.ClickException):
    """Something unforeseen; the log has the traceback."""

    exit_code = 1


class _Commands(click.Group):
    """Turns errors into one clear line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except HallOfShameError as error:
            raise Refused(_on_one_line(str(error))) from error
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            logging.getLogger(LOGGER).exception("unexpected error")
            name = type(error).__name__
            raise Broken(_on_one_line(f"unexpected {name}: {error}; the log has the details")) from error


def _on_one_line(message: str) -> str:
    return " ".join(message.split())


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="hallofshame")
def cli() -> None:
    """Theme Park Hall of Shame: which rides break down, how often, for how long, and how long people wait.

    Settings come from the environment (HALLOFSHAME_...) or a .env file; docs/settings.md lists them.
    """


for module in (serving, jobs, data, upkeep):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Entry point of the ``hallofshame`` program."""
    cli(prog_name="hallofshame")
