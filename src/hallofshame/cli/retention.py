"""The command ``retain``: what leaves the database, what stays although it is due, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from hallofshame.cli.options import opened
from hallofshame.cli.progress import progress_bar, quiet_option
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.plurals import counted

if TYPE_CHECKING:
    from hallofshame.domain.retention import Retention
    from hallofshame.pipeline.retention import RetainResult


@click.command()
@click.option("--dry-run", is_flag=True, help="Make every check, say what would go, and change nothing.")
@json_option
@quiet_option
def retain(dry_run: bool, as_json: bool) -> None:
    """Drop raw rows of sealed months, and hourly rows, that are old enough to go.

    How old is a setting per grain (HALLOFSHAME_KEEP_RAW_DAYS, HALLOFSHAME_KEEP_HOURLY_DAYS); rows per day and
    coarser never go. A month goes only when it is sealed: its history files are read anew, their length and
    SHA-256 compared with the ledger, and every row of it looked for in them. The service does it once a day.

    \b
    Example:
      hallofshame retain --dry-run
    """
    from hallofshame.pipeline.retention import retain as drop

    with opened() as installation:
        with progress_bar("Retention") as progress:
            result = drop(
                installation.database,
                installation.clock,
                installation.log("retain"),
                installation.shelf,
                installation.settings.retention,
                dry_run=dry_run,
                progress=progress,
            )
        if as_json:
            print_json(_as_json(result, installation.settings.retention))
        else:
            _show(result, installation.settings.retention)
    if result.failure is not None:
        raise click.ClickException(result.failure)


def _as_json(result: RetainResult, keep: Retention) -> dict[str, Any]:
    return {
        "dry_run": result.dry_run,
        "keep_raw_days": keep.raw_days,
        "keep_hourly_days": keep.hourly_days,
        "months": [
            {
                "month": f"{month.month:%Y-%m}",
                "rows": month.rows,
                "dropped": month.kept_because is None,
                "kept_because": month.kept_because,
            }
            for month in result.months
        ],
        "hourly": {
            "rows": result.hourly.rows,
            "park_days": result.hourly.park_days,
            "park_days_waiting": result.hourly.waiting,
            "park_days_unequal": result.hourly.unequal,
        },
        "freed_bytes": result.freed_bytes,
        "reusable_bytes": result.reusable_bytes,
    }


def _show(result: RetainResult, keep: Retention) -> None:
    done = "would go" if result.dry_run else "gone"
    print_table(
        ("month", "table", "rows", "what"),
        [
            (f"{month.month:%Y-%m}", table, rows, done if month.kept_because is None else "stay")
            for month in result.months
            for table, rows in month.rows.items()
        ],
    )
    for month in result.months:
        if month.kept_because is not None:
            click.echo(f"{month.month:%Y-%m} stays: {month.kept_because}")
    raw = "for ever" if keep.raw_days is None else f"{keep.raw_days} days, if sealed"
    hourly = "for ever" if keep.hourly_days is None else f"{keep.hourly_days} days"
    click.echo(f"kept: raw rows {raw}; hourly rows {hourly}; daily rows and coarser for ever")
    click.echo(
        f"{done}: {result.rows} raw rows; "
        f"{result.hourly.rows} hourly rows of {counted(result.hourly.park_days, 'park-day')}"
    )
    if result.hourly.waiting:
        click.echo(f"{counted(result.hourly.waiting, 'park-day')} keep their hours until they are rolled up")
    if result.freed_bytes:
        click.echo(f"{result.freed_bytes} bytes given back to the file system")
    if result.reusable_bytes:
        click.echo(
            f"{result.reusable_bytes} bytes of the database file are free for new rows; "
            "docs/history.md says how to make the file smaller"
        )


COMMANDS = (retain,)
