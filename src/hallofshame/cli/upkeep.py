"""Commands that look after an installation: ``doctor``, ``tiers``, ``types``, ``openapi``,
``db``."""

from __future__ import annotations

from typing import Any

import click

from hallofshame.cli.listing import ListingGroup
from hallofshame.cli.options import chosen_parks, configured, opened, park_option
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.plurals import counted


@click.command()
@click.option("--offline", is_flag=True, help="Do not ask the feeds now, which takes up to ten seconds.")
@json_option
def doctor(offline: bool, as_json: bool) -> None:
    """Check settings, files, database, lease, last cycle, feeds, backlog, jobs, history, storage.

    Prints what it found; ends with exit code 1 if anything is a problem. Changes nothing. Each feed is asked
    once, now.

    \b
    Example:
      hallofshame doctor && echo all well
    """
    from hallofshame.cli import checks

    found = list(checks.examine(asks_feeds=not offline))
    problems = sum(check.is_problem for check in found)
    if as_json:
        listed = [
            {
                "subject": check.subject,
                "ok": not check.is_problem,
                "text": check.said,
                "remedy": check.remedy,
            }
            for check in found
        ]
        print_json({"ok": not problems, "checks": listed})
    else:
        for check in found:
            click.echo(f"{'PROBLEM' if check.is_problem else 'ok':8}{check.subject}: {check.said}")
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
    from hallofshame.web.description import shipped

    click.echo(shipped())


@click.command()
@park_option
@json_option
def tiers(parks: tuple[str, ...], as_json: bool) -> None:
    """List the rides whose tier is uncertain and should be looked at by a person.

    An overrides file settles them; docs/catalogue.md shows its form.

    \b
    Example:
      hallofshame tiers --park gardaland
    """
    from hallofshame.pipeline.classifying import review_list

    with opened() as installation:
        ids = chosen_parks(installation, parks)
        with installation.database.read() as connection:
            lines = review_list(connection)
    found = [
        {
            "park": line.park_name,
            "ride": line.ride_name,
            "tier": line.tier,
            "source": str(line.source),
            "confidence": round(line.confidence, 2),
            "reason": line.reason,
        }
        for line in lines
        if ids is None or line.park_id in ids
    ]
    shown = found if as_json else [row | {"tier": row["tier"] or "unrated"} for row in found]
    _print(shown, as_json, {})
    click.echo(f"{counted(len(found), 'ride')} to look at", err=True)


@click.command()
@click.option("--all", "everything", is_flag=True, help="Every attraction, also those of certain type.")
@park_option
@json_option
def types(everything: bool, parks: tuple[str, ...], as_json: bool) -> None:
    """List the attractions whose type is uncertain and should be looked at by a person.

    An overrides file settles them; docs/catalogue.md shows its form.

    \b
    Example:
      hallofshame types --park gardaland --all
    """
    from hallofshame.pipeline.classifying import type_list

    with opened() as installation:
        ids = chosen_parks(installation, parks)
        with installation.database.read() as connection:
            lines = type_list(connection)
    chosen = [line for line in lines if ids is None or line.park_id in ids]
    unsure = [line for line in chosen if line.needs_review]
    found = [
        {
            "park": line.park_name,
            "ride": line.ride_name,
            "type": line.type,
            "source": line.source,
            "confidence": round(line.confidence, 2),
            "reason": line.reason,
        }
        for line in (chosen if everything else unsure)
    ]
    _print(found, as_json, {})
    click.echo(f"{len(unsure)} of {len(chosen)} attractions to look at", err=True)


def _print(rows: list[dict[str, Any]], as_json: bool, headings: dict[str, str]) -> None:
    """The rows as JSON, or as a table with their names or ``headings`` above them."""
    if as_json:
        print_json(rows)
    elif rows:
        print_table([headings.get(name, name) for name in rows[0]], [list(row.values()) for row in rows])


@click.group(cls=ListingGroup)
def db() -> None:
    """Upgrade, downgrade or show the database's schema."""


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Bring the schema up to REVISION, by default the newest, with the parks of the catalogue.

    \b
    Example:
      hallofshame db upgrade
    """
    from hallofshame.installation import Installation
    from hallofshame.store import catalogue, schema

    with Installation(configured()) as installation:
        if revision != schema.HEAD:
            schema.upgrade(installation.database, revision)
            click.echo(f"schema at {revision}")
            return
        installation.make_ready(migrate=True)
        with installation.database.read() as connection:
            parks = len(catalogue.park_table(connection))
        click.echo(f"schema at {schema.head()}, {counted(parks, 'park')}")


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


COMMANDS = (doctor, tiers, types, openapi, db)
