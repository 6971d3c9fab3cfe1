"""``mirror``: the recent record of a running site, for work on this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hallofshame.cli.jobs import roll_up
from hallofshame.cli.options import chosen_parks, opened, park_option
from hallofshame.cli.progress import progress_bar, quiet_option
from hallofshame.cli.tables import print_table
from hallofshame.domain.plurals import counted

if TYPE_CHECKING:
    from hallofshame.pipeline.mirror import Mirrored


@click.command()
@click.option("--from", "address", required=True, metavar="URL", help="The site's address.")
@click.option(
    "--days",
    type=click.IntRange(1),
    default=30,
    show_default=True,
    help="How many days back, today included.",
)
@click.option("--replace", is_flag=True, help="Where both have looks at a park, take the site's for ours.")
@click.option("--demonstration", is_flag=True, help="Allow a site that plays recordings.")
@click.option("--rollup/--no-rollup", "then_roll_up", default=False, help="Roll up afterwards.")
@park_option
@quiet_option
def mirror(
    address: str,
    days: int,
    replace: bool,
    demonstration: bool,
    then_roll_up: bool,
    parks: tuple[str, ...],
) -> None:
    """Copy the recent record of a running site for work on this machine.

    Its catalogue, published hours and raw readings come through /api/catalogue and /api/downloads, each file
    verified by its SHA-256; two weeks before the first day come with them, since statistics look back. Parks
    and rides are found by the feeds' ids, then by name. Looks of our own stay and gaps are filled; --replace
    turns that round. The park-days touched become dirty; `hallofshame rollup` computes them. Broken off, the
    same command goes on where it was; mirroring twice changes nothing.

    \b
    Example:
      hallofshame mirror --from https://example.org --days 14 --rollup
    """
    from hallofshame.feeds.http import HttpClient
    from hallofshame.feeds.site import FeedSite
    from hallofshame.pipeline.mirror import MirrorOptions
    from hallofshame.pipeline.mirror import mirror as copy

    with opened() as installation:
        client = HttpClient(installation.settings.http_policy, installation.clock)
        with client, progress_bar("Mirror") as progress:
            result = copy(
                installation.database,
                FeedSite(client, address),
                installation.clock,
                installation.log("mirror"),
                MirrorOptions(
                    days, chosen_parks(installation, parks), replace=replace, from_demonstration=demonstration
                ),
                folder=installation.settings.data / "mirror",
                history=installation.shelf,
                registry=installation.registry(),
                progress=progress,
            )
        _report(result)
        if then_roll_up:
            roll_up(installation)
        elif result.new_rows:
            click.echo("Next: hallofshame rollup")


def _report(result: Mirrored) -> None:
    """What came, what is new here, and whom it is owed to."""
    print_table(
        ["park", "observations", "new", "first day", "last day"],
        [
            [park.slug, park.events, park.new_rows, min(park.days), max(park.days)]
            for park in sorted(result.parks.values(), key=lambda park: park.slug)
            if park.days
        ],
    )
    click.echo(
        f"{counted(result.files, 'file')}, {counted(result.bytes, 'byte')}; "
        f"{counted(result.new_rows, 'observation')} new to the record; statistics from {result.first} to "
        f"{result.last} are those of the site"
    )
    who = result.who
    if who.new_parks or who.new_rides:
        click.echo(f"New here: {counted(len(who.new_parks), 'park')}, {counted(who.new_rides, 'ride')}")
    if result.kept:
        click.echo(f"Left out: {counted(result.kept, 'look')} at parks beside our own; --replace takes them")
    if result.replaced:
        click.echo(f"Replaced: {counted(result.replaced, 'look')} of ours")
    for name in (*who.left_out, *who.joined)[:20]:
        click.echo(f"Look at: {name}; it is no ride of its own here")
    click.echo(f"Show with what you make of it: {'; '.join(result.attribution)}")


COMMANDS = (mirror,)
