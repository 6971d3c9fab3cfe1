"""The command ``quality``: findings, gaps, how fresh readings are, how much of each day was seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from hallofshame.cli.options import chosen_parks, opened, park_option
from hallofshame.cli.progress import progress_bar, quiet_option
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.plurals import counted

if TYPE_CHECKING:
    from hallofshame.installation import Installation

_Rows = list[dict[str, Any]]


@click.command()
@click.option("--days", type=click.IntRange(1), default=7, show_default=True, help="Of so many days.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only this kind of finding; repeatable.")
@click.option(
    "--state",
    type=click.Choice(["open", "resolved", "all"]),
    default="open",
    show_default=True,
    help="Findings that still hold, those that no longer do, or both.",
)
@click.option(
    "--show",
    type=click.Choice(["findings", "gaps", "freshness", "coverage"]),
    default="findings",
    show_default=True,
    help="Findings; gaps over 30 min in open hours; each park's last reading; how much of each day was seen.",
)
@park_option
@json_option
@quiet_option
def quality(
    days: int, kinds: tuple[str, ...], state: str, show: str, parks: tuple[str, ...], as_json: bool
) -> None:
    """Look the record over and list what deserves a person's eye.

    The service does so once a day; what no longer holds is resolved.

    \b
    Example:
      hallofshame quality --park epcot --days 30
      hallofshame quality --show freshness
    """
    from hallofshame.pipeline.quality import check_quality

    with opened() as installation:
        if show == "findings":
            with progress_bar("Quality check") as progress:
                check_quality(installation.database, installation.clock, progress, installation.shelf)
        ids = chosen_parks(installation, parks)
        rows = _SHOWN[show](installation, days, ids)
    if show == "findings":
        rows = [
            row
            for row in rows
            if (not kinds or row["kind"] in kinds) and (state == "all" or row["state"] == state)
        ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table([name.replace("_", " ") for name in rows[0]], [list(row.values()) for row in rows])
    what = {"findings": "finding", "gaps": "gap", "freshness": "park", "coverage": "park-day"}[show]
    of_days = "" if show == "freshness" else f" in {counted(days, 'day')}"
    click.echo(f"{counted(len(rows), what)}{of_days}", err=True)


def _findings(installation: Installation, days: int, ids: list[int] | None) -> _Rows:
    from hallofshame.store import catalogue
    from hallofshame.store.reports.findings import list_findings

    since = installation.clock.now() - dt.timedelta(days=days)
    with installation.database.read() as connection:
        slugs = {park.park_id: park.slug for park in catalogue.park_table(connection)}
        found = list_findings(connection, seen_since=since)
    return [
        {
            "kind": row.kind,
            "park": slugs.get(row.park_id) if row.park_id is not None else None,
            "subject": row.subject,
            "state": row.state.value,
            "occurrences": row.occurrences,
            "first_seen_at": isoformat(row.first_seen_at),
            "last_seen_at": isoformat(row.last_seen_at),
            "resolved_at": None if row.resolved_at is None else isoformat(row.resolved_at),
            "detail": row.detail,
        }
        for row in found
        if ids is None or row.park_id in ids
    ]


def _gaps(installation: Installation, days: int, ids: list[int] | None) -> _Rows:
    from hallofshame.domain.localtime import to_unix
    from hallofshame.pipeline.feed_gaps import feed_gaps
    from hallofshame.store import catalogue

    now = to_unix(installation.clock.now())
    with installation.database.read() as connection:
        slugs = {
            park.park_id: park.slug
            for park in catalogue.park_table(connection)
            if park.is_active and park.park_id is not None and (ids is None or park.park_id in ids)
        }
        found = feed_gaps(connection, sorted(slugs), now - days * 86_400, now)
    return [
        {
            "park": slugs[gap.park_id],
            "start": isoformat(gap.start),
            "end": isoformat(gap.end),
            "minutes": gap.seconds // 60,
            "failed_polls": ", ".join(f"{kind} {count}" for kind, count in sorted(gap.failed_polls.items())),
        }
        for gap in found
    ]


def _freshness(installation: Installation, days: int, ids: list[int] | None) -> _Rows:
    from hallofshame.store.reports.quality import freshness

    del days
    with installation.database.read() as connection:
        found = freshness(connection, installation.clock.now(), ids)
    return [
        {
            "park": park.park_slug,
            "fresh": park.is_fresh,
            "last_reading_at": None if park.last_reading_at is None else isoformat(park.last_reading_at),
            "age_seconds": park.age_seconds,
            "cadence_seconds": park.cadence_seconds,
            "last_poll_at": None if park.last_poll_at is None else isoformat(park.last_poll_at),
            "last_poll": None if park.last_poll_outcome is None else park.last_poll_outcome.value,
            "feed": None if park.last_poll_feed is None else park.last_poll_feed.slug,
        }
        for park in found
    ]


def _coverage(installation: Installation, days: int, ids: list[int] | None) -> _Rows:
    from hallofshame.metrics.scores import coverage_percent
    from hallofshame.store.reports.quality import coverage

    today = installation.clock.now().date()
    with installation.database.read() as connection:
        found = coverage(connection, today - dt.timedelta(days=days), today + dt.timedelta(days=1), ids)
    return [
        {
            "park": day.park_slug,
            "day": day.day.isoformat(),
            "coverage_percent": coverage_percent(day.observed_seconds, day.open_seconds),
            "open_hours": round(day.window_seconds / 3600, 1),
            "evidence": day.evidence,
            "origin": day.origin.name.lower(),
        }
        for day in found
    ]


_SHOWN: dict[str, Callable[[Installation, int, list[int] | None], _Rows]] = {
    "findings": _findings,
    "gaps": _gaps,
    "freshness": _freshness,
    "coverage": _coverage,
}

COMMANDS = (quality,)
