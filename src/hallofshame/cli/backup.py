"""The commands ``backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hallofshame.cli.options import configured, opened
from hallofshame.cli.progress import progress_bar, quiet_option
from hallofshame.domain.plurals import counted

if TYPE_CHECKING:
    from hallofshame.pipeline.backup import Backup

_MEGABYTE = 1_000_000

folder_argument = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


@click.command()
@folder_argument
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    help="Take away all but the last N backups, and the history files that only they need.",
)
@quiet_option
def backup(folder: Path, keep: int | None) -> None:
    """Copy database and history files into FOLDER, while the program runs.

    Each backup is a folder named by its instant. History files never change, so each is copied once and
    stands beside all backups, in FOLDER/history. Keep FOLDER on another disk, and a copy of it elsewhere.
    On MariaDB or MySQL the client programs of the server are needed.

    \b
    Example:
      hallofshame backup /mnt/backup/hallofshame --keep 14
    """
    from hallofshame.pipeline.backup import back_up

    with opened() as installation, progress_bar("Backup") as progress:
        made_in, made = back_up(
            installation.database,
            installation.shelf,
            installation.clock,
            folder,
            keep=keep,
            progress=progress,
        )
    click.echo(f"{made_in}: {_content(made)}")


@click.command()
@folder_argument
@click.option("--replace", is_flag=True, help="Also where the database holds observations; they are lost.")
@quiet_option
def restore(folder: Path, replace: bool) -> None:
    """Make the installation what it was when the backup in FOLDER was made.

    Stop the program first. Every file of the backup is verified before anything is touched. A backup of an
    older version is brought up to date afterwards; what was collected since is lost.

    \b
    Example:
      hallofshame restore /mnt/backup/hallofshame/2026-11-28T030000Z
    """
    from hallofshame.installation import Installation
    from hallofshame.pipeline.backup import restore as put_back

    with Installation(configured()) as installation:
        with progress_bar("Restore") as progress:
            found = put_back(
                installation.database, installation.shelf, folder, replace=replace, progress=progress
            )
        installation.make_ready(migrate=True)
    click.echo(f"Restored the state of {found.made_at}: {_content(found)}.")


def _content(made: Backup) -> str:
    size = made.database.bytes / _MEGABYTE
    files = counted(len(made.history), "history file")
    of_files = sum(file.bytes for file in made.history) / _MEGABYTE
    return f"the database ({size:,.1f} MB) and {files} ({of_files:,.1f} MB)"


COMMANDS = (backup, restore)
