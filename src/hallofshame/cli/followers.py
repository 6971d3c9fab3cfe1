"""Followers: ``followers list``, ``followers deliver``, and ``webhooks list|add|remove|test``."""

from __future__ import annotations

import click

from hallofshame.cli.listing import ListingGroup
from hallofshame.cli.options import opened
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.following import ASKABLE, LEAST_WAIT, MOST_WAIT, News
from hallofshame.domain.localtime import isoformat, to_unix
from hallofshame.domain.plurals import counted


@click.group(cls=ListingGroup)
def followers() -> None:
    """See how many browsers follow what, or send what waits for followers."""


@followers.command(name="list")
@json_option
def list_followers(as_json: bool) -> None:
    """List the rides and parks that browsers follow, and what became of the messages of the last week.

    \b
    Example:
      hallofshame followers list
    """
    from hallofshame.store import following, news
    from hallofshame.store.reports.catalogue import load_catalogue

    with opened() as installation, installation.database.read() as connection:
        catalogue = load_catalogue(connection)
        browsers = following.count(connection)
        rows = [
            {
                "park": catalogue.parks[park_id].name if park_id in catalogue.parks else str(park_id),
                "ride": ride.name if (ride := catalogue.ride(ride_id)) is not None else None,
                "browsers": count,
            }
            for park_id, ride_id, count in following.follow_counts(connection)
        ]
        ended = news.outcomes(connection, 0)
    outcomes = {f"{channel} {outcome}": count for (channel, outcome), count in sorted(ended.items())}
    if as_json:
        print_json({"browsers": browsers, "follows": rows, "messages": outcomes})
        return
    print_table(
        ["park", "ride", "browsers"],
        [(row["park"], row["ride"] or "every ride", row["browsers"]) for row in rows],
    )
    messages = ", ".join(f"{count} {name}" for name, count in outcomes.items()) or "none"
    click.echo(f"{counted(browsers, 'browser')}; messages of the last week: {messages}", err=True)


@followers.command()
def deliver() -> None:
    """Send once what waits for followers: for cron where no process stays.

    `hallofshame run` and `serve` do this every few seconds.

    \b
    Example:
      hallofshame jobs run cycle rollup --quiet && hallofshame followers deliver
    """
    from hallofshame.messenger import Messenger

    with opened() as installation:
        messenger = Messenger(installation)
        sent = messenger.turn()
        messenger.close()
    click.echo(
        f"{counted(sent.delivered, 'message')} delivered, {sent.again} tried again later, "
        f"{sent.refused} refused, {sent.stale} too old"
    )


@click.group(cls=ListingGroup)
def webhooks() -> None:
    """List, add, remove and try addresses of integrations that are told of rides."""


@webhooks.command(name="list")
@json_option
def list_webhooks(as_json: bool) -> None:
    """List webhooks and how their messages fare; of their addresses only the host is shown.

    \b
    Example:
      hallofshame webhooks list
    """
    from hallofshame.hooks import shown_url
    from hallofshame.store import webhooks as book

    with opened() as installation, installation.database.read() as connection:
        found = [
            {
                "name": hook.name,
                "url": shown_url(hook.url),
                "events": [event.value for event in hook.events],
                "parks": list(hook.parks),
                "rides": list(hook.rides),
                "wait_minutes": hook.wait_minutes,
                "delivered_at": None if hook.delivered_at is None else isoformat(hook.delivered_at),
                "failures": hook.failures,
                "error": hook.error,
            }
            for hook in book.every(connection)
        ]
    if as_json:
        print_json(found)
        return
    print_table(
        ["name", "url", "events", "last delivered", "failures", "error"],
        [
            (
                row["name"],
                row["url"],
                ", ".join(row["events"]),  # type: ignore[arg-type]
                row["delivered_at"] or "never",
                row["failures"],
                row["error"] or "",
            )
            for row in found
        ],
    )
    click.echo(counted(len(found), "webhook"), err=True)


@webhooks.command(name="add")
@click.argument("name")
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    type=click.Choice([event.value for event in ASKABLE]),
    help="What it is told of; may be given several times. Default: down and reopened.",
)
@click.option(
    "--park", "parks", multiple=True, help="Of this park alone, by slug or id; several are possible."
)
@click.option("--ride", "rides", multiple=True, type=int, help="Of this ride, by id; several are possible.")
@click.option(
    "--wait",
    type=click.IntRange(LEAST_WAIT, MOST_WAIT),
    help="The greatest wait worth telling, in minutes; goes with --event wait.",
)
def add_webhook(
    name: str,
    url: str,
    events: tuple[str, ...],
    parks: tuple[str, ...],
    rides: tuple[int, ...],
    wait: int | None,
) -> None:
    """Add a webhook and print the secret that signs its messages, this once and alone on standard output.

    \b
    Example:
      hallofshame webhooks add home https://home.example/api/webhook/abc --park gardaland --event reopened
    """
    from hallofshame.domain.errors import InputError
    from hallofshame.hooks import checked_url
    from hallofshame.store import webhooks as book
    from hallofshame.store.reports.catalogue import load_catalogue

    with opened() as installation:
        address = checked_url(url, private=installation.settings.webhook_private)
        with installation.database.read() as connection:
            catalogue = load_catalogue(connection)
        by_name = {str(park.park_id): park.park_id for park in catalogue.parks.values()}
        by_name |= {park.slug: park.park_id for park in catalogue.parks.values()}
        for park in parks:
            if park not in by_name:
                raise InputError(f"there is no park {park!r}; give its slug or id", parameter="park")
        for ride in rides:
            if catalogue.ride(ride) is None:
                raise InputError(f"there is no ride {ride}; its page has its id", parameter="ride")
        wanted = events or (News.DOWN.value, News.REOPENED.value)
        made = installation.database.run(
            lambda connection: book.add(
                connection,
                name=name,
                url=address,
                events=[News(event) for event in wanted],
                parks=[by_name[park] for park in parks],
                rides=rides,
                wait_minutes=wait,
                created_by="command line",
                now=to_unix(installation.clock.now()),
            )
        )
    click.echo(made.secret)
    click.echo(f"added {made.name}; try it with: hallofshame webhooks test {made.name!r}", err=True)


@webhooks.command(name="remove")
@click.argument("name")
def remove_webhook(name: str) -> None:
    """Remove a webhook; what waits for it is not sent.

    \b
    Example:
      hallofshame webhooks remove home
    """
    from hallofshame.store import webhooks as book

    with opened() as installation:
        gone = installation.database.run(
            lambda connection: book.remove(connection, book.by_name(connection, name).webhook_id)
        )
    click.echo(f"removed {gone.name}")


@webhooks.command(name="test")
@click.argument("name")
def try_webhook(name: str) -> None:
    """Send a webhook a message of the event `test` and say what it answered.

    \b
    Example:
      hallofshame webhooks test home
    """
    from hallofshame.hooks import checked_url, signed
    from hallofshame.news_texts import webhook_body
    from hallofshame.outgoing import Outbox
    from hallofshame.store import webhooks as book
    from hallofshame.store.news import Item

    with opened() as installation:
        settings, now = installation.settings, to_unix(installation.clock.now())
        with installation.database.read() as connection:
            hook = book.by_name(connection, name)
        item = Item(0, News.TEST, 0, 0, now, None, None)
        body = webhook_body(item, {}, settings.public_url, demonstration=installation.demonstration)
        content, headers = signed(hook.secret, body | {"event_id": f"test-{now}"}, now)
        url = checked_url(hook.url, private=settings.webhook_private)
        outbox = Outbox(public_only=not settings.webhook_private)
        posted = outbox.post(url, content, headers)
        outbox.close()
    if not posted.is_taken:
        raise click.ClickException(f"{hook.name} did not take it: {posted.why}")
    click.echo(f"{hook.name} took it: answered {posted.status}")


COMMANDS = (followers, webhooks)
