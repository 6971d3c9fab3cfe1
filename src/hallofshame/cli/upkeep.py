"""Commands that look after an installation: ``doctor``, ``quality``, ``tiers``, ``openapi``, ``db``."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path

import click

from hallofshame.cli.listing import ListingGroup
from hallofshame.cli.options import chosen_parks, configured, opened, park_option
from hallofshame.clock import SystemClock
from hallofshame.domain.localtime import isoformat


@click.command()
def doctor() -> None:
    """Check settings, database, schema, lease, last cycle and backlog.

    Prints what it found; ends with exit code 1 if anything is a problem. Changes nothing.

    \b
    Example:
      hallofshame doctor && echo all well
    """
    from hallofshame.cli import checks

    problems = 0
    for found in checks.examine():
        click.echo(f"{'PROBLEM' if found.is_problem else 'ok':8}{found.text}")
        problems += found.is_problem
    if problems:
        raise click.exceptions.Exit(1)


@click.command()
def openapi() -> None:
    """Print the OpenAPI description of the JSON API.

    Needs neither settings nor a database: it is the same for the same program.

    \b
    Example:
      hallofshame openapi > openapi.json
    """
    from hallofshame.store.database import Database
    from hallofshame.web.app import create_app
    from hallofshame.web.openapi import describe

    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'none.sqlite'}")
        app = create_app(database, SystemClock())
        click.echo(json.dumps(describe(app), ensure_ascii=False, indent=1))
        database.dispose()


@click.command()
@click.option("--days", type=click.IntRange(1), default=7, show_default=True, help="Seen in so many days.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind of finding; repeatable.")
@park_option
def quality(days: int, kinds: tuple[str, ...], parks: tuple[str, ...]) -> None:
    """Look the record over and list what deserves a person's eye.

    One line per finding: kind, park, subject, how often, last seen, what it is.

    \b
    Example:
      hallofshame quality --park epcot --days 30
    """
    from hallofshame.pipeline.quality import check_quality
    from hallofshame.store import catalogue, findings

    with opened() as installation:
        check_quality(installation.database, installation.clock)
        ids = chosen_parks(installation, parks)
        since = installation.clock.now() - dt.timedelta(days=days)
        with installation.database.read() as connection:
            slugs = {park.park_id: park.slug for park in catalogue.park_table(connection)}
            rows = findings.list_findings(connection, kinds=kinds or None, seen_since=since)
    shown = [row for row in rows if ids is None or row.park_id in ids]
    for row in shown:
        where = slugs.get(row.park_id, "-") if row.park_id is not None else "-"
        click.echo(
            "\t".join(
                (row.kind, where, row.subject, str(row.occurrences), isoformat(row.last_seen_at), row.detail)
            )
        )
    click.echo(f"{len(shown)} findings in {days} days", err=True)


@click.command()
@park_option
def tiers(parks: tuple[str, ...]) -> None:
    """List the rides whose tier is uncertain and should be looked at by a person.

    One line per ride: park, ride, tier, source, confidence, reason. An overrides file settles them;
    docs/catalogue.md shows its form.

    \b
    Example:
      hallofshame tiers --park gardaland
    """
    from hallofshame.pipeline.classifying import review_list

    with opened() as installation:
        ids = chosen_parks(installation, parks)
        with installation.database.read() as connection:
            lines = review_list(connection)
    shown = [line for line in lines if ids is None or line.park_id in ids]
    for line in shown:
        tier = "unrated" if line.tier is None else str(line.tier)
        click.echo(
            "\t".join(
                (line.park_name, line.ride_name, tier, line.source, f"{line.confidence:.2f}", line.reason)
            )
        )
    click.echo(f"{len(shown)} rides to look at", err=True)


@click.group(cls=ListingGroup)
def db() -> None:
    """Upgrade, downgrade or show the database's schema."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the schema up to REVISION, by default the newest.

    \b
    Example:
      hallofshame db upgrade
    """
    from hallofshame.installation import Installation
    from hallofshame.store import schema

    with Installation(configured()) as installation:
        schema.upgrade(installation.database, revision)
        click.echo(f"schema at {schema.current(installation.database)}")


@db.command()
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
def downgrade(revision: str, yes: bool) -> None:
    """Take the schema back to REVISION; `base` removes all tables. The data of what goes is lost.

    \b
    Example:
      hallofshame db downgrade 0002 --yes
    """
    from hallofshame.installation import Installation
    from hallofshame.store import schema

    with Installation(configured()) as installation:
        if not yes:
            click.confirm(f"Downgrade {installation.database.url} to {revision} and lose data?", abort=True)
        schema.downgrade(installation.database, revision)
        click.echo(f"schema at {schema.current(installation.database) or 'base'}")


@db.command()
def current() -> None:
    """Show the schema's revision and the one this program needs.

    \b
    Example:
      hallofshame db current
    """
    from hallofshame.installation import Installation
    from hallofshame.store import schema

    with Installation(configured()) as installation:
        click.echo(f"{schema.current(installation.database) or 'base'} (this program: {schema.head()})")


COMMANDS = (doctor, quality, tiers, openapi, db)
