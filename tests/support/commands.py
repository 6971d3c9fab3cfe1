"""Every command of the program with its path of names, those that are imported when asked for included."""

from __future__ import annotations

from collections.abc import Iterator

import click

from hallofshame.cli import cli


def commands(group: click.Group = cli, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name), command
