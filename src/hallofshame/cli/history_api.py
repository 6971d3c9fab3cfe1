"""``import-history``: days of ThemeParks.wiki's history API, within its budgets."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from hallofshame.cli.data import print_parks
from hallofshame.cli.jobs import roll_up
from hallofshame.cli.options import DAY, chosen_parks, opened, park_option, replace_option
from hallofshame.cli.progress import progress_bar, quiet_option
from hallofshame.domain.plurals import counted

if TYPE_CHECKING:
    from hallofshame.pipeline.history_request import HistoryImported

SHOWN = 20
"""So many refused park-days are named one by one."""


@click.command("import-history")
@click.option("--start", type=DAY, help="First park-local day; without it the first one that the key gives.")
@click.option("--end", type=DAY, help="Last park-local day, included; without it the last one that is over.")
@replace_option
@click.option("--again", is_flag=True, help="Take days of the record again: some were recorded anew.")
@click.option(
    "--wait/--no-wait",
    default=True,
    help="Wait where the budget of requests is spent, or end there and leave the rest to the next import.",
)
@click.option("--rollup/--no-rollup", "then_roll_up", default=False, help="Roll up afterwards.")
@park_option
@quiet_option
def import_history(
    start: dt.date | None,
    end: dt.date | None,
    replaces: bool,
    again: bool,
    wait: bool,
    then_roll_up: bool,
    parks: tuple[str, ...],
) -> None:
    """Add days of ThemeParks.wiki's history API to the record.

    Each request asks for one day of a whole park. Without a key the API gives seven days and 60 requests an
    hour; HALLOFSHAME_THEMEPARKS_WIKI_KEY opens more. Its budgets are kept to; a pause is told with the time
    that the rest will take. Broken off, the same command goes on where it was; importing twice changes
    nothing. The park-days touched become dirty; `hallofshame rollup` computes them.

    \b
    Example:
      hallofshame import-history --park magic-kingdom --start 2026-09-01 --end 2026-09-30 --rollup
    """
    from hallofshame.pipeline import import_history as imports
    from hallofshame.pipeline.history_request import HistoryRange

    with opened() as installation:
        api = installation.history_api
        if api is None:
            raise click.ClickException("this installation has no feed of ThemeParks.wiki to ask for history")
        with progress_bar("Import") as progress:
            result = imports.import_history(
                installation.database,
                api,
                installation.clock,
                installation.log("import"),
                HistoryRange(
                    chosen_parks(installation, parks), start, end, again=again, replace=replaces, wait=wait
                ),
                history=installation.history,
                registry=installation.registry(),
                progress=progress,
            )
        left_seconds = api.budget.seconds_for(result.left)
        _report(result, imports.in_words(left_seconds))
        if then_roll_up:
            roll_up(installation)
        elif result.new_rows or result.corrected:
            click.echo("Next: hallofshame rollup")
        if result.is_refused or (result.stopped and wait):
            raise click.ClickException(f"{counted(result.left, 'park-day')} are left: {result.stopped}")
        if result.failed or result.outside:
            raise click.ClickException(
                f"{counted(result.failed, 'park-day')} and {counted(len(result.outside), 'park')} "
                "were left out, as listed above"
            )


def _report(result: HistoryImported, left: str) -> None:
    """What an import took and what it lacks."""
    print_parks(result.parks.values())
    click.echo(
        f"{counted(result.events, 'event')} of {counted(result.taken, 'park-day')}, "
        f"{counted(result.new_rows, 'observation')} new to the record; "
        f"{counted(result.corrected, 'park-day')} recorded anew, {result.known} in it already, "
        f"{result.empty} empty"
    )
    if result.beyond:
        beyond = counted(result.beyond, "park-day")
        click.echo(f"Left out: {beyond} before {result.earliest}, beyond what the key gives")
    if result.left:
        click.echo(
            f"Left for the next import: {counted(result.left, 'park-day')}, about {left} by the budget"
        )
    if result.findings:
        kinds = ", ".join(f"{number} {kind}" for kind, number in result.findings.most_common())
        click.echo(f"Odd in the answers: {kinds}; `hallofshame quality` says more")
    for slug, reason in result.outside.items():
        click.echo(f"Left out: {slug}, which the history API does not have: {reason}")
    for key, reason in list(result.refused.items())[:SHOWN]:
        click.echo(f"Left out: {key}: {reason}")
    if len(result.refused) > SHOWN:
        click.echo(f"Left out: {len(result.refused) - SHOWN} more park-days; `hallofshame quality` has them")


COMMANDS = (import_history,)
