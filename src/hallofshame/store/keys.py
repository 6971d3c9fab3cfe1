"""Keys of administrators and readers, and sessions of the admin page. Of secrets only digests are stored.

A token is ``hos_<8 characters>_<43 characters>``: the first part is public and finds the row, the second is
256 random bits. So SHA-256 is enough: no dictionary holds such a secret, and trying them all is out of reach
however fast the hash is. A slow one (scrypt, argon2) protects secrets that people choose, and would only give
strangers a way to make this server work.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hallofshame.domain.access import Scope, opens_admin
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import AdminSession, ApiKey

SESSION_SECONDS = 3600
"""How long a sign-in at the page lasts."""

USE_NOTED_SECONDS = 60
"""The time of last use is written no more often than this."""

_MARK = "hos"
_PREFIX_BYTES = 4
_SECRET_BYTES = 32
_TOKEN = re.compile(r"(hos_[0-9a-f]{8})_[A-Za-z0-9_-]{43}")
_NAME = re.compile(r"[\w .@+-]{1,60}")


@dataclass(frozen=True, slots=True)
class Key:
    """A stored key; instants in Unix seconds."""

    key_id: int
    name: str
    prefix: str
    digest: str
    scopes: tuple[Scope, ...]
    created_at: int
    expires_at: int | None
    last_used_at: int | None
    revoked_at: int | None

    def is_in_force(self, now: Instant) -> bool:
        """Whether it opens anything."""
        return self.revoked_at is None and not self.has_expired(now)

    def has_expired(self, now: Instant) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= unix(now)

    def fits(self, token: str) -> bool:
        """Whether ``token`` is this key's; takes the same time for every wrong one."""
        return hmac.compare_digest(self.digest, digest_of(token))


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def prefix_of(token: str) -> str | None:
    """The public part of what has the form of a token; null for anything else."""
    found = _TOKEN.fullmatch(token)
    return None if found is None else found[1]


def create(
    connection: Connection, name: str, scopes: Collection[Scope], now: Instant, expires_at: int | None = None
) -> tuple[Key, str]:
    """Make a key; returns it with its token, which nobody can see again.

    :raises InputError: for a name that is not usable or that a key in force has.
    """
    if not _NAME.fullmatch(name) or name != name.strip():
        raise InputError(
            f"{name!r} is no name of a key; take up to 60 letters, digits, spaces and . @ + - _",
            parameter="name",
        )
    if any(key.name == name and key.is_in_force(now) for key in every(connection)):
        raise InputError(
            f"there is a key {name!r} in force; take another name, or revoke that one first",
            parameter="name",
        )
    prefix = f"{_MARK}_{secrets.token_hex(_PREFIX_BYTES)}"
    token = f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    values = {
        "name": name,
        "prefix": prefix,
        "digest": digest_of(token),
        "scopes": ",".join(scopes),
        "created_at": unix(now),
        "expires_at": expires_at,
    }
    connection.execute(insert(ApiKey).values(**values))
    made = by_prefix(connection, prefix)
    assert made is not None  # noqa: S101 - written above
    return made, token


def every(connection: Connection) -> list[Key]:
    """All keys, revoked ones included, oldest first."""
    return [_key(row) for row in connection.execute(select(ApiKey.__table__).order_by(ApiKey.key_id))]


def by_prefix(connection: Connection, prefix: str) -> Key | None:
    """The key with this public part."""
    row = connection.execute(select(ApiKey.__table__).where(ApiKey.prefix == prefix)).first()
    return None if row is None else _key(row)


def is_any_in_force(connection: Connection, now: Instant) -> bool:
    """Whether there is a key that opens anything of the administrator's part."""
    return any(key.is_in_force(now) and opens_admin(key.scopes) for key in every(connection))


def revoke(connection: Connection, name: str, now: Instant) -> Key:
    """End a key, by its name or its public part, and every session opened with it.

    :raises NotFoundError: where no key that is not revoked yet is called so.
    """
    found = [key for key in every(connection) if name in (key.name, key.prefix) and key.revoked_at is None]
    if not found:
        raise NotFoundError(f"there is no key {name!r} to revoke; `hallofshame keys list` shows them all")
    key = found[-1]
    connection.execute(update(ApiKey).where(ApiKey.key_id == key.key_id).values(revoked_at=unix(now)))
    connection.execute(delete(AdminSession).where(AdminSession.key_id == key.key_id))
    return key


def is_use_due(key: Key, now: Instant) -> bool:
    """Whether the time of last use is old enough to be written again."""
    return key.last_used_at is None or unix(now) - key.last_used_at >= USE_NOTED_SECONDS


def used(key: Key, now: Instant) -> Key:
    """The key as it is after :func:`note_use`."""
    return replace(key, last_used_at=unix(now))


def note_use(connection: Connection, key: Key, now: Instant) -> None:
    """Note that the key was used."""
    connection.execute(update(ApiKey).where(ApiKey.key_id == key.key_id).values(last_used_at=unix(now)))


def open_session(connection: Connection, key: Key, now: Instant) -> str:
    """Sign in with a key; returns what the cookie holds. Sessions that are over are removed."""
    moment = unix(now)
    connection.execute(delete(AdminSession).where(AdminSession.expires_at <= moment))
    token = secrets.token_urlsafe(_SECRET_BYTES)
    until = moment + SESSION_SECONDS
    values = {
        "digest": digest_of(token),
        "key_id": key.key_id,
        "created_at": moment,
        "expires_at": until if key.expires_at is None else min(until, key.expires_at),
    }
    connection.execute(insert(AdminSession).values(**values))
    return token


def session_key(connection: Connection, token: str, now: Instant) -> Key | None:
    """The key that a session was opened with, while both are in force."""
    query = (
        select(ApiKey.__table__)
        .join(AdminSession, AdminSession.key_id == ApiKey.key_id)
        .where(AdminSession.digest == digest_of(token), AdminSession.expires_at > unix(now))
    )
    row = connection.execute(query).first()
    key = None if row is None else _key(row)
    return key if key is not None and key.is_in_force(now) else None


def close_session(connection: Connection, token: str) -> None:
    """Sign out."""
    connection.execute(delete(AdminSession).where(AdminSession.digest == digest_of(token)))


def form_token(session: str) -> str:
    """What every form of a session has to send along, so that no other site can send it (CSRF)."""
    return hmac.new(session.encode(), b"hallofshame admin form", hashlib.sha256).hexdigest()


def _key(row: Row[Any]) -> Key:
    values = row._mapping
    scopes = tuple(Scope(name) for name in values["scopes"].split(",") if name in set(Scope))
    return Key(**{name: values[name] for name in Key.__slots__ if name != "scopes"}, scopes=scopes)
