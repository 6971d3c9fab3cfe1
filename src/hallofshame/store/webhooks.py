"""Webhooks: addresses of integrations, what each is told of, and how its messages fare."""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from hallofshame.domain.errors import ConflictError, InputError, NotFoundError
from hallofshame.domain.following import ASKABLE, MOST_WEBHOOK_PLACES, MOST_WEBHOOKS, Channel, News
from hallofshame.domain.names import clipped
from hallofshame.domain.plurals import counted
from hallofshame.store.models import NewsMessage, Webhook

SECRET_MARK = "whsec_"  # noqa: S105 - what the secrets of the standard begin with
_SECRET_BYTES = 32
_NAME = re.compile(r"[\w .@+-]{1,60}")
_URL_LENGTH = 2000
_ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook; instants in Unix seconds. ``failures``: tries in a row that did not get there."""

    webhook_id: int
    name: str
    url: str
    secret: str
    events: tuple[News, ...]
    parks: tuple[int, ...]
    rides: tuple[int, ...]
    wait_minutes: int | None
    created_by: str
    created_at: int
    delivered_at: int | None
    failures: int
    error: str | None

    def __repr__(self) -> str:
        """Address and secret are left out."""
        return f"Hook({self.webhook_id}, {self.name!r})"


def add(
    connection: Connection,
    *,
    name: str,
    url: str,
    events: Sequence[News],
    parks: Collection[int],
    rides: Collection[int],
    wait_minutes: int | None,
    created_by: str,
    now: int,
) -> Hook:
    """Add a webhook with a new secret, which the answer holds.

    :raises InputError: for what is not usable, :raises ConflictError: for a name that there is, or too many.
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise InputError(
            f"{name!r} is no name of a webhook; take up to 60 letters, digits, spaces and . @ + - _",
            parameter="name",
        )
    if len(url) > _URL_LENGTH:
        raise InputError(f"the address is longer than {_URL_LENGTH} characters", parameter="url")
    if not events:
        raise InputError(f"name an event: {', '.join(ASKABLE)}", parameter="events")
    if (News.WAIT in events) != (wait_minutes is not None):
        raise InputError(
            "the event wait takes wait_minutes, the greatest wait worth telling, and only it does",
            parameter="wait_minutes",
        )
    for places, field in ((parks, "parks"), (rides, "rides")):
        if len(places) > MOST_WEBHOOK_PLACES:
            raise InputError(f"a webhook names at most {MOST_WEBHOOK_PLACES} {field}", parameter=field)
    if (connection.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST_WEBHOOKS:
        raise ConflictError(f"there are {counted(MOST_WEBHOOKS, 'webhook')} already; remove one first")
    if connection.scalar(select(Webhook.webhook_id).where(Webhook.name == name)) is not None:
        raise ConflictError(f"there is a webhook {name!r}; take another name, or remove that one first")
    secret = SECRET_MARK + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
    connection.execute(
        insert(Webhook).values(
            name=name,
            url=url,
            secret=secret,
            events=",".join(event.value for event in ASKABLE if event in events),
            parks=",".join(map(str, sorted(set(parks)))),
            rides=",".join(map(str, sorted(set(rides)))),
            wait_minutes=wait_minutes,
            created_by=created_by,
            created_at=now,
            failures=0,
        )
    )
    return by_name(connection, name)


def every(connection: Connection) -> list[Hook]:
    """All webhooks, by name."""
    return [_hook(row) for row in connection.execute(select(Webhook.__table__).order_by(Webhook.name))]


def by_name(connection: Connection, name: str) -> Hook:
    """The webhook of that name, or :class:`NotFoundError`."""
    row = connection.execute(select(Webhook.__table__).where(Webhook.name == name)).first()
    if row is None:
        raise NotFoundError(
            f"there is no webhook {clipped(name, 60)!r}; hallofshame webhooks list shows them"
        )
    return _hook(row)


def remove(connection: Connection, webhook_id: int) -> Hook:
    """Remove a webhook with every message to it; returns what it was, or :class:`NotFoundError`."""
    found = next((hook for hook in every(connection) if hook.webhook_id == webhook_id), None)
    if found is None:
        raise NotFoundError(f"there is no webhook {webhook_id}; hallofshame webhooks list shows them")
    connection.execute(
        delete(NewsMessage).where(
            NewsMessage.channel == Channel.WEBHOOK.value, NewsMessage.target_id == found.webhook_id
        )
    )
    connection.execute(delete(Webhook).where(Webhook.webhook_id == found.webhook_id))
    return found


def took(connection: Connection, webhook_id: int, now: int) -> None:
    """Note that a webhook took a message."""
    connection.execute(
        update(Webhook)
        .where(Webhook.webhook_id == webhook_id)
        .values(delivered_at=now, failures=0, error=None)
    )


def refused(connection: Connection, webhook_id: int, error: str) -> None:
    """Note that a webhook did not take a message, and why."""
    connection.execute(
        update(Webhook)
        .where(Webhook.webhook_id == webhook_id)
        .values(failures=Webhook.failures + 1, error=clipped(error, _ERROR_LENGTH))
    )


def _hook(row: Row[tuple[object, ...]]) -> Hook:
    found = row._mapping
    return Hook(
        **{name: found[name] for name in Hook.__slots__ if name not in ("events", "parks", "rides")},
        events=tuple(News(event) for event in found["events"].split(",")),
        parks=tuple(int(park) for park in found["parks"].split(",") if park),
        rides=tuple(int(ride) for ride in found["rides"].split(",") if ride),
    )
