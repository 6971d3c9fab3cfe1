"""Commands about the keys of administrators and readers: ``keys create``, ``list``, ``revoke``."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import click

from hallofshame.cli.listing import ListingGroup
from hallofshame.cli.options import opened
from hallofshame.cli.tables import json_option, print_json, print_table
from hallofshame.domain.access import MEANINGS, Scope, read_scopes
from hallofshame.domain.localtime import isoformat, to_unix

if TYPE_CHECKING:
    from hallofshame.store.keys import Key

_SCOPES = "; ".join(f"{scope.value}: {meaning}" for scope, meaning in MEANINGS.items())


@click.group(cls=ListingGroup)
def keys() -> None:
    """Make, list and revoke the keys of the admin API, and of readers with higher limits."""


@keys.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([scope.value for scope in Scope]),
    help=f"What the key may do; repeatable. {_SCOPES}.",
)
@click.option(
    "--days", type=click.IntRange(1, 36500), metavar="N", help="The key ends in N days; else it has no end."
)
@json_option
def create(name: str, scopes: tuple[str, ...], days: int | None, as_json: bool) -> None:
    """Make a key called NAME and print its token, this once: only a digest of it is stored.

    The token alone goes to standard output. While no key is in force, the admin API and /admin answer nobody.

    \b
    Example:
      hallofshame keys create night-import --scope import --scope storage:read --days 365
      hallofshame keys create "weather study" --scope read
    """
    from hallofshame.store import keys as store

    with opened() as installation:
        now = installation.clock.now()
        until = None if days is None else to_unix(now + dt.timedelta(days=days))
        chosen = read_scopes(scopes)
        key, token = installation.database.run(
            lambda connection: store.create(connection, name, chosen, now, until)
        )
    if as_json:
        print_json({"token": token, **_row(key, now)})
        return
    click.echo(token)
    ends = "it has no end" if key.expires_at is None else f"it ends {isoformat(key.expires_at)}"
    click.echo(
        f"Key {key.name} ({', '.join(key.scopes)}); {ends}. Keep the token: it is shown this once. Send it "
        "as Authorization: Bearer <token>.",
        err=True,
    )


@keys.command("list")
@json_option
def list_keys(as_json: bool) -> None:
    """List all keys with their scopes, last use and state. Tokens are not stored and cannot be shown.

    \b
    Example:
      hallofshame keys list
    """
    from hallofshame.store import keys as store

    with opened() as installation:
        now = installation.clock.now()
        with installation.database.read() as connection:
            rows = [_row(key, now) for key in store.every(connection)]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        row["scopes"] = " ".join(row["scopes"])
    print_table(
        ["name", "token begins", "scopes", "state", "created", "ends", "last used", "revoked"],
        [list(row.values()) for row in rows],
    )
    if not rows:
        click.echo("There is no key, so the admin API answers nobody; `hallofshame keys create` makes one.")


@keys.command()
@click.argument("name")
def revoke(name: str) -> None:
    """End the key called NAME at once, and every sign-in with it.

    NAME may also be what its token begins with, as the list shows it.

    \b
    Example:
      hallofshame keys revoke night-import
    """
    from hallofshame.store import keys as store

    with opened() as installation:
        now = installation.clock.now()
        key = installation.database.run(lambda connection: store.revoke(connection, name, now))
    click.echo(f"Key {key.name} ({key.prefix}…) is revoked.")


def _row(key: Key, now: dt.datetime) -> dict[str, Any]:
    """A key as both forms of the list show it."""
    state = "revoked" if key.revoked_at is not None else "expired" if key.has_expired(now) else "in force"
    return {
        "name": key.name,
        "prefix": key.prefix,
        "scopes": [scope.value for scope in key.scopes],
        "state": state,
        **{
            name: None if (at := getattr(key, name)) is None else isoformat(at)
            for name in ("created_at", "expires_at", "last_used_at", "revoked_at")
        },
    }


COMMANDS = (keys,)
