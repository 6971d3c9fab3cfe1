"""Alerts: ``alerts list``, ``alerts test``, ``alerts check``."""

from __future__ import annotations

import click

from hallofshame.cli.listing import ListingGroup
from hallofshame.cli.options import configured, opened
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.errors import SettingsError
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.plurals import counted


@click.group(cls=ListingGroup)
def alerts() -> None:
    """List alerts, send a message to try the addresses, or look once and send what is due."""


@alerts.command(name="list")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="The latest so many.")
@json_option
def list_alerts(limit: int, as_json: bool) -> None:
    """List what people were told of, what lasts first, and whether the messages went out.

    \b
    Example:
      hallofshame alerts list
    """
    from hallofshame import notifying
    from hallofshame.store import alerts as book

    with opened() as installation:
        names = {
            channel.key: channel.name for channel in notifying.channels_of(installation.settings.alert_urls)
        }
        with installation.database.read() as connection:
            rows = book.recent(connection, limit)
            messages = book.messages_of(connection, [row.alert_id for row in rows])
    found = [
        {
            "cause": row.cause,
            "since": isoformat(row.first_seen_at),
            "told_at": None if row.opened_at is None else isoformat(row.opened_at),
            "ended_at": None if row.closed_at is None else isoformat(row.closed_at),
            "detail": row.detail,
            "messages": [
                {
                    "kind": message.kind.value,
                    "to": names.get(message.channel, "an address that is no longer set"),
                    "delivered_at": (
                        None if message.delivered_at is None else isoformat(message.delivered_at)
                    ),
                    "attempts": message.attempts,
                    "error": message.error,
                }
                for message in messages.get(row.alert_id, [])
            ],
        }
        for row in rows
    ]
    if as_json:
        print_json(found)
        return
    table = [
        (
            row["cause"],
            row["since"],
            row["ended_at"] or "lasts",
            _how_sent(row["messages"]),  # type: ignore[arg-type]
            row["detail"],
        )
        for row in found
    ]
    print_table(["cause", "since", "ended", "messages", "what it is"], table)
    click.echo(counted(len(found), "alert"), err=True)


def _how_sent(messages: list[dict[str, object]]) -> str:
    sent = sum(message["delivered_at"] is not None for message in messages)
    return f"{sent} of {len(messages)} sent" if messages else "none to send"


@alerts.command(name="test")
def try_addresses() -> None:
    """Send a message to every address of HALLOFSHAME_ALERT_URLS and say what happened to each.

    Needs no database. Ends with exit code 1 if one of them was not reached.

    \b
    Example:
      HALLOFSHAME_ALERT_URLS=json://localhost:8080/hook hallofshame alerts test
    """
    from hallofshame import notifying

    channels = notifying.channels_of(configured().alert_urls)
    if not channels:
        raise SettingsError(
            "HALLOFSHAME_ALERT_URLS is unset, so nobody is told; docs/operations.md shows addresses"
        )
    failed = 0
    for channel in channels:
        error = notifying.send(
            channel,
            "Theme Park Hall of Shame: test",
            "This is a test of the alerts. Nothing is wrong, and nothing is to be done.",
        )
        failed += error is not None
        click.echo(f"{channel.name}: {'sent' if error is None else f'not sent: {error}'}")
    if failed:
        raise click.ClickException(
            f"{failed} of {counted(len(channels), 'address', 'addresses')} not reached"
        )


@alerts.command()
def check() -> None:
    """Look the system over once, keep the alerts and send what is due: for cron where no process stays.

    `hallofshame run` and `serve` do this once a minute.

    \b
    Example:
      hallofshame alerts check
    """
    from hallofshame.watch import Watch

    with opened() as installation:
        done = Watch(installation).turn()
    click.echo(f"{counted(done.problems, 'problem')}, {counted(done.sent, 'message')} sent")
    if done.failed:
        raise click.ClickException(
            f"{counted(done.failed, 'message')} not sent; hallofshame alerts list says why"
        )


COMMANDS = (alerts,)
