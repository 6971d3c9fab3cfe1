"""Commands that move data in and out: ``ingest``, ``import-readings``, ``import-archive``, ``export``."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hallofshame.cli.jobs import roll_up
from hallofshame.cli.options import (
    DAY,
    DURATION,
    SAMPLED_FEEDS,
    chosen_parks,
    opened,
    park_option,
    replace_option,
)
from hallofshame.cli.progress import Progress, progress_bar, quiet_option
from hallofshame.cli.tables import print_table
from hallofshame.domain.exports import DATASETS, FORMATS, STDOUT
from hallofshame.domain.jobs import JobType
from hallofshame.domain.plurals import counted
from hallofshame.domain.words import Feed

if TYPE_CHECKING:
    from hallofshame.pipeline.import_archive import ImportResult
    from hallofshame.pipeline.imported import ParkImported


@click.command()
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--feed", type=SAMPLED_FEEDS, required=True, help="The feed that was recorded.")
@click.option(
    "--cadence",
    type=DURATION,
    required=True,
    help="How often it was polled: 5m, 300s, 1h30m. Decides the hold.",
)
@click.option("--park", metavar="PARK", help="The park's name or slug, where the recording does not say.")
@click.option("--timezone", metavar="ZONE", help="IANA zone of a park that the catalogue does not know.")
@replace_option
@click.option("--rollup/--no-rollup", "then_roll_up", default=False, help="Roll up afterwards.")
@quiet_option
def ingest(
    path: Path,
    feed: str,
    cadence: int,
    park: str | None,
    timezone: str | None,
    replaces: bool,
    then_roll_up: bool,
) -> None:
    """Add a recording of a sampled feed to the record, as if collected live.

    PATH is a parquet file, or a folder with the feed's file in it; of TouringPlans a CSV file, or a folder
    with some. The park-days touched become dirty; `hallofshame rollup` computes them. Adding a recording
    twice changes nothing.

    \b
    Example:
      hallofshame ingest recordings/gardaland --feed queue_times --cadence 10m --rollup
    """
    from hallofshame.pipeline import ingest as ingests

    with opened() as installation:
        with progress_bar("Ingest") as progress:
            result = ingests.ingest(
                installation.database,
                path,
                Feed.from_slug(feed),
                cadence_seconds=cadence,
                clock=installation.clock,
                log=installation.log("ingest"),
                park=park,
                timezone=timezone,
                registry=installation.registry(),
                catalogue_file=installation.settings.catalogue_file,
                history=installation.shelf,
                progress=progress,
                replace_others=replaces,
            )
        click.echo(
            f"{counted(result.observations, 'observation')} of {counted(result.parks, 'park')}, "
            f"{result.new_observations} of them new; {counted(result.rides_created, 'ride')} created, "
            f"{counted(result.findings, 'finding')}"
        )
        if then_roll_up:
            roll_up(installation)
        elif result.new_observations:
            click.echo("Next: hallofshame rollup")
        if result.failed:
            raise click.ClickException(
                f"{counted(result.failed, 'park')} of the recording could not be written; the log and "
                "`hallofshame quality` say why"
            )


@click.command("import-readings")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--cadence", type=DURATION, help="How often all of them were polled; else each file's own median."
)
@click.option("--timezone", metavar="ZONE", help="IANA zone of parks that the catalogue does not know.")
@replace_option
@click.option("--rollup/--no-rollup", "then_roll_up", default=False, help="Roll up afterwards.")
@quiet_option
def import_readings(
    folder: Path, cadence: int | None, timezone: str | None, replaces: bool, then_roll_up: bool
) -> None:
    """Add every recording in a folder to the record, each once.

    FOLDER holds parquet files of Queue-Times or ThemeParks.wiki, or CSV files of TouringPlans, in it or in
    folders below; the columns tell the feed. Closed days go straight into history files. Broken off, the same
    command goes on where it was. A file that cannot be used is named and left out.

    \b
    Example:
      hallofshame import-readings recordings/ --rollup
    """
    from hallofshame.pipeline import import_readings as imports

    with opened() as installation:
        with progress_bar("Import") as progress:
            result = imports.import_readings(
                installation.database,
                folder,
                installation.clock,
                installation.log("import"),
                cadence_seconds=cadence,
                timezone=timezone,
                registry=installation.registry(),
                catalogue_file=installation.settings.catalogue_file,
                history=installation.shelf,
                progress=progress,
                replace_others=replaces,
            )
        print_table(
            ["recording", "cadence s", "parks", "observations", "new", "rides created", "findings"],
            [
                [
                    key,
                    each,
                    one.parks,
                    one.observations,
                    one.new_observations,
                    one.rides_created,
                    one.findings,
                ]
                for key, (one, each) in result.taken.items()
            ],
        )
        total = result.total
        click.echo(
            f"{counted(total.new_observations, 'new observation')}; "
            f"{counted(result.known, 'file')} in it already"
        )
        for key, reason in result.refused.items():
            click.echo(f"Left out: {key}: {reason}")
        if then_roll_up:
            roll_up(installation)
        elif total.new_observations:
            click.echo("Next: hallofshame rollup")
        if total.failed:
            raise click.ClickException(
                f"{counted(total.failed, 'park')} of recordings could not be written; the log and "
                "`hallofshame quality` say why, and the same command tries them again"
            )


@click.command("import-archive")
@click.argument("source")
@click.option("--destination", "destinations", multiple=True, metavar="UUID", help="Only this; repeatable.")
@click.option("--start", type=DAY, help="First park-local day.")
@click.option("--end", type=DAY, help="Last park-local day, included.")
@click.option("--region", metavar="NAME", help="The bucket's region.")
@click.option("--endpoint", metavar="URL", help="Address of an S3-compatible service other than Amazon's.")
@click.option(
    "--workers", type=click.IntRange(1), default=lambda: os.cpu_count() or 1, help="Processes that read."
)
@replace_option
@click.option("--rollup/--no-rollup", "then_roll_up", default=False, help="Roll up afterwards.")
@park_option
@quiet_option
def import_archive(
    source: str,
    destinations: tuple[str, ...],
    start: dt.date | None,
    end: dt.date | None,
    region: str | None,
    endpoint: str | None,
    workers: int,
    replaces: bool,
    then_roll_up: bool,
    parks: tuple[str, ...],
) -> None:
    """Add files of the ThemeParks.wiki archive to the record, closed days straight into history files.

    SOURCE is a folder or a bucket (s3://name) with files <destination>/<year>/<month>/<day>.json.gz. The
    park-days touched become dirty; `hallofshame rollup` computes them. Broken off, the same command goes on
    where it was; importing twice changes nothing. A file that cannot be read is named and left out.

    \b
    Example:
      hallofshame import-archive archive/ --park epcot --start 2025-01-01 --end 2025-12-31 --rollup
    """
    from hallofshame.feeds.archive_shelf import ArchiveShelf
    from hallofshame.pipeline import import_archive as imports

    with opened() as installation:
        with progress_bar("Import") as progress:
            result = imports.import_archive(
                installation.database,
                ArchiveShelf(source, region=region, endpoint=endpoint),
                installation.clock,
                installation.log("import"),
                destinations=destinations,
                park_ids=chosen_parks(installation, parks),
                start=start,
                end=end,
                workers=workers,
                registry=installation.registry(),
                history=installation.shelf,
                progress=progress,
                replace_live=replaces,
            )
        _report(result)
        if then_roll_up:
            roll_up(installation)
        elif result.new_rows:
            click.echo("Next: hallofshame rollup")
        if result.failed:
            raise click.ClickException(
                f"{counted(result.failed, 'park')} of single files could not be written; the log and "
                "`hallofshame quality` say why, and the same command tries them again"
            )


def print_parks(parks: Iterable[ParkImported]) -> None:
    """What an import read of each park."""
    print_table(
        ["park", "events", "new", "first day", "last day", "days", "without events"],
        [
            [
                park.slug,
                park.events,
                park.new_rows,
                min(park.days),
                max(park.days),
                len(park.days),
                len(park.missing_days),
            ]
            for park in sorted(parks, key=lambda park: park.slug)
        ],
    )


def _report(result: ImportResult) -> None:
    """What an import read and what it lacks."""
    print_parks(result.parks.values())
    click.echo(
        f"{counted(result.events, 'event')} of {counted(result.files, 'file')}, "
        f"{counted(result.new_rows, 'observation')} new to the record; "
        f"{counted(result.known, 'file')} known before"
    )
    for external_id, number in result.unknown_parks.most_common():
        click.echo(
            f"Left out: {counted(number, 'event')} of park {external_id}, which the catalogue does not have"
        )
    if result.without_park:
        click.echo(f"Left out: {counted(result.without_park, 'event')} without a park")
    if result.findings:
        kinds = ", ".join(f"{number} {kind}" for kind, number in result.findings.most_common())
        click.echo(f"Odd in the files: {kinds}; `hallofshame quality` says more")
    for key, reason in result.refused.items():
        click.echo(f"Left out: {key}: {reason}")


@click.command()
@click.argument("what", type=click.Choice(DATASETS))
@click.option("--start", type=DAY, required=True, help="First park-local day.")
@click.option("--end", type=DAY, required=True, help="Last park-local day, included.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option(
    "-o",
    "--output",
    default=STDOUT,
    show_default=True,
    metavar="FILE",
    help="File to write; - is standard output.",
)
@park_option
@quiet_option
def export(what: str, start: dt.date, end: dt.date, form: str, output: str, parks: tuple[str, ...]) -> None:
    """Write derived rows of some days to a file: the numbers that the API shows.

    \b
    Example:
      hallofshame export park-days --start 2026-08-01 --end 2026-08-31 --format parquet -o august.parquet
    """
    from hallofshame.pipeline import export as exports
    from hallofshame.pipeline.jobrun import job_run

    with opened() as installation:
        ids = chosen_parks(installation, parks)
        with (
            _export_bar(output) as progress,
            job_run(installation.database, installation.clock, JobType.EXPORT) as job,
        ):
            job.cover((start, end))
            rows = job.rows_written = exports.export(
                installation.database,
                what,
                start,
                end,
                form,
                output,
                park_ids=ids,
                now=installation.clock.now(),
                cadence_seconds=installation.settings.cadence_seconds,
                progress=progress,
            )
    click.echo(f"{counted(rows, 'row')} written", err=True)


def _export_bar(output: str) -> AbstractContextManager[Progress | None]:
    """No bar where the rows themselves go to the terminal."""
    return nullcontext() if output == STDOUT else progress_bar("Export")


COMMANDS = (ingest, import_readings, import_archive, export)
