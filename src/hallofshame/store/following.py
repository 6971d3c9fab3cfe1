"""Browsers that follow rides and parks, and the key pair by which push services know this installation."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, update

from hallofshame.domain.errors import ConflictError
from hallofshame.domain.following import MOST_FOLLOWS, Asked, Channel
from hallofshame.domain.plurals import counted
from hallofshame.store.models import NewsMessage, PushFollow, PushKey, PushSubscription

_KEY = "vapid"
_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Keys:
    """The key pair: PEM of the private key, and the public one as browsers take it (base64url)."""

    private_pem: str
    public: str

    def __repr__(self) -> str:
        """The private key is left out."""
        return f"Keys({self.public!r})"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser. ``failures``: messages in a row that its push service did not take."""

    subscription_id: int
    endpoint: str
    p256dh: str
    auth: str
    token: str
    failures: int

    def __repr__(self) -> str:
        """Endpoint, keys and token are left out: who has them can send to this browser or end it."""
        return f"Subscription({self.subscription_id})"


_COLUMNS = tuple(getattr(PushSubscription, name) for name in Subscription.__slots__)


def keys(connection: Connection) -> Keys | None:
    """The key pair; null before it was made."""
    row = connection.execute(
        select(PushKey.private_key, PushKey.public_key).where(PushKey.name == _KEY)
    ).first()
    return None if row is None else Keys(*row)


def keep_keys(connection: Connection, made: Keys, now: int) -> Keys:
    """Keep a key pair, unless there is one; returns the one in force."""
    statement = insert(PushKey).values(
        name=_KEY, private_key=made.private_pem, public_key=made.public, created_at=now
    )
    is_server = connection.dialect.name != "sqlite"
    connection.execute(statement.prefix_with("IGNORE" if is_server else "OR IGNORE"))
    found = keys(connection)
    assert found is not None  # noqa: S101 - written above
    return found


def digest_of(endpoint: str) -> str:
    """By what an endpoint is found."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def by_endpoint(connection: Connection, endpoint: str) -> Subscription | None:
    """The browser whose push service takes messages there."""
    query = select(*_COLUMNS).where(PushSubscription.endpoint_digest == digest_of(endpoint))
    row = connection.execute(query).first()
    return None if row is None else Subscription(*row)


def by_token(connection: Connection, token: str) -> Subscription | None:
    """The browser that a token is of."""
    row = connection.execute(select(*_COLUMNS).where(PushSubscription.token == token)).first()
    return None if row is None else Subscription(*row)


def by_ids(connection: Connection, ids: Collection[int]) -> dict[int, Subscription]:
    """Browsers by their number."""
    query = select(*_COLUMNS).where(PushSubscription.subscription_id.in_(ids))
    return {row[0]: Subscription(*row) for row in connection.execute(query)}


def count(connection: Connection) -> int:
    """How many browsers follow anything."""
    return connection.scalar(select(func.count()).select_from(PushSubscription)) or 0


def subscribe(
    connection: Connection, endpoint: str, p256dh: str, auth: str, most: int, now: int
) -> tuple[Subscription, bool]:
    """The browser's subscription, made where there is none; and whether it is new.

    :param most: so many browsers may follow in all.
    :raises ConflictError: when that many do.
    """
    known = by_endpoint(connection, endpoint)
    if known is not None:
        if (known.p256dh, known.auth) != (p256dh, auth):
            connection.execute(
                update(PushSubscription)
                .where(PushSubscription.subscription_id == known.subscription_id)
                .values(p256dh=p256dh, auth=auth)
            )
        return known, False
    if count(connection) >= most:
        raise ConflictError(
            f"{counted(most, 'browser')} follow rides here already, and that is as many as this site takes; "
            "try again another day"
        )
    connection.execute(
        insert(PushSubscription).values(
            endpoint_digest=digest_of(endpoint),
            endpoint=endpoint,
            p256dh=p256dh,
            auth=auth,
            token=secrets.token_urlsafe(_TOKEN_BYTES),
            created_at=now,
            failures=0,
        )
    )
    made = by_endpoint(connection, endpoint)
    assert made is not None  # noqa: S101 - written above
    return made, True


def move(connection: Connection, old_endpoint: str, endpoint: str, p256dh: str, auth: str) -> bool:
    """Give a browser its new endpoint, as its push service renewed it; returns whether the old one was known.

    What it follows stays.
    """
    known = by_endpoint(connection, old_endpoint)
    if known is None:
        return False
    other = by_endpoint(connection, endpoint)
    if other is not None and other.subscription_id != known.subscription_id:
        remove(connection, [other.subscription_id])
    connection.execute(
        update(PushSubscription)
        .where(PushSubscription.subscription_id == known.subscription_id)
        .values(endpoint=endpoint, endpoint_digest=digest_of(endpoint), p256dh=p256dh, auth=auth, failures=0)
    )
    return True


def follow(connection: Connection, subscription_id: int, asked: Asked) -> None:
    """Follow a ride or park as asked, in place of what was asked of it before; asking for nothing ends it.

    :raises ConflictError: when the browser follows :data:`MOST_FOLLOWS` others already.
    """
    where = (
        PushFollow.subscription_id == subscription_id,
        PushFollow.park_id == asked.park_id,
        PushFollow.ride_id == asked.ride_id,
    )
    connection.execute(delete(PushFollow).where(*where))
    if asked.is_empty:
        return
    held = connection.scalar(
        select(func.count()).select_from(PushFollow).where(PushFollow.subscription_id == subscription_id)
    )
    if (held or 0) >= MOST_FOLLOWS:
        raise ConflictError(
            f"this browser follows {MOST_FOLLOWS} rides and parks already; stop following one of them first"
        )
    connection.execute(
        insert(PushFollow).values(
            subscription_id=subscription_id,
            park_id=asked.park_id,
            ride_id=asked.ride_id,
            down=int(asked.down),
            reopened=int(asked.reopened),
            wait_minutes=asked.wait_minutes,
        )
    )


def followed(connection: Connection, subscription_id: int) -> list[Asked]:
    """What a browser follows."""
    table = PushFollow
    query = (
        select(table.park_id, table.ride_id, table.down, table.reopened, table.wait_minutes)
        .where(table.subscription_id == subscription_id)
        .order_by(table.park_id, table.ride_id)
    )
    return [Asked(row[0], row[1], bool(row[2]), bool(row[3]), row[4]) for row in connection.execute(query)]


def follow_counts(connection: Connection) -> list[tuple[int, int, int]]:
    """How many browsers follow each ride and park, most first: ``park_id, ride_id, browsers``."""
    table = PushFollow
    query = (
        select(table.park_id, table.ride_id, func.count())
        .group_by(table.park_id, table.ride_id)
        .order_by(func.count().desc(), table.park_id, table.ride_id)
    )
    return [(row[0], row[1], int(row[2])) for row in connection.execute(query)]


def remove(connection: Connection, ids: Collection[int]) -> int:
    """End subscriptions, with what they follow and every message to them; returns how many there were."""
    if not ids:
        return 0
    connection.execute(delete(PushFollow).where(PushFollow.subscription_id.in_(ids)))
    connection.execute(
        delete(NewsMessage).where(
            NewsMessage.channel == Channel.PUSH.value,
            NewsMessage.target_id.in_(ids),
            NewsMessage.ended_at.is_(None),
        )
    )
    gone = connection.execute(delete(PushSubscription).where(PushSubscription.subscription_id.in_(ids)))
    return gone.rowcount


def remove_empty(connection: Connection, subscription_id: int) -> bool:
    """End a subscription that follows nothing any more; returns whether it has ended."""
    if followed(connection, subscription_id):
        return False
    return bool(remove(connection, [subscription_id]))


def took(connection: Connection, ids: Collection[int], now: int) -> None:
    """Note that push services took messages to these browsers."""
    connection.execute(
        update(PushSubscription)
        .where(PushSubscription.subscription_id.in_(ids))
        .values(delivered_at=now, failures=0)
    )


def refused(connection: Connection, subscription_id: int, most: int) -> None:
    """Note that a push service refused a message for good; the ``most``-th in a row ends the subscription."""
    connection.execute(
        update(PushSubscription)
        .where(PushSubscription.subscription_id == subscription_id)
        .values(failures=PushSubscription.failures + 1)
    )
    known = by_ids(connection, [subscription_id]).get(subscription_id)
    if known is not None and known.failures >= most:
        remove(connection, [subscription_id])
