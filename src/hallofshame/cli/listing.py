"""A group of commands that lists whole sentences, and imports a command only when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class ListingGroup(click.Group):
    """``lazily`` has each command's module in this package and the sentence that the list shows.

    A command that no longer stands in its module's ``COMMANDS`` raises :class:`LookupError`.
    """

    def __init__(self, *args: Any, lazily: Mapping[str, tuple[str, str]] | None = None, **given: Any) -> None:
        super().__init__(*args, **given)
        self._lazily = dict(lazily or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of a day's work, not of the alphabet."""
        return [*self._lazily, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; its module is imported now."""
        if cmd_name not in self._lazily:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"{__package__}.{self._lazily[cmd_name][0]}")
        for command in module.COMMANDS:
            if command.name == cmd_name:
                return command  # type: ignore[no-any-return]
        raise LookupError(f"{module.__name__}.COMMANDS has no command {cmd_name!r}")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One command per line with a whole sentence; click would cut it off."""
        rows = [(name, self._sentence(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _sentence(self, ctx: click.Context, name: str) -> str:
        if name in self._lazily:
            return self._lazily[name][1]
        command = self.get_command(ctx, name)
        return first_line(command) if command is not None else ""


def first_line(command: click.Command) -> str:
    """The first line of a command's help."""
    return (command.help or "").strip().split("\n\n", 1)[0].replace("\n", " ")
