"""Followers: browsers and webhooks, what they follow, what happened, and the messages about it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.store.models.base import TABLE_OPTIONS, Base, UnixSeconds

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class PushKey(Base):
    """The key pair by which push services know this installation (VAPID, RFC 8292); one row.

    ``private_key`` is the PEM text of a P-256 key. It is kept here so that all hosts share it and a backup
    holds it beside the subscriptions, which are worth nothing without it.
    """

    __tablename__ = "push_keys"
    __table_args__ = (TABLE_OPTIONS,)

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    private_key: Mapped[str] = mapped_column(Text)
    public_key: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[int] = mapped_column(UnixSeconds)


class PushSubscription(Base):
    """One browser that wants to be told: where its push service takes messages, and its keys (RFC 8291).

    ``endpoint_digest`` is the SHA-256 of ``endpoint``. ``token`` opens the page that ends the subscription.
    """

    __tablename__ = "push_subscriptions"
    __table_args__ = (
        Index(None, "endpoint_digest", unique=True),
        Index(None, "token", unique=True),
        TABLE_OPTIONS,
    )

    subscription_id: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    endpoint_digest: Mapped[str] = mapped_column(String(64))
    endpoint: Mapped[str] = mapped_column(Text)
    p256dh: Mapped[str] = mapped_column(String(100))
    auth: Mapped[str] = mapped_column(String(40))
    token: Mapped[str] = mapped_column(String(43))
    created_at: Mapped[int] = mapped_column(UnixSeconds)
    delivered_at: Mapped[int | None] = mapped_column(UnixSeconds)
    failures: Mapped[int] = mapped_column(Integer)


class PushFollow(Base):
    """What one browser follows: a ride, or with ``ride_id`` 0 every ride of a park.

    ``wait_minutes``: the greatest wait worth telling, null for none; ``wait_told_at``: when it was told last.
    """

    __tablename__ = "push_follows"
    __table_args__ = (Index(None, "park_id", "ride_id"), TABLE_OPTIONS)

    subscription_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    down: Mapped[int] = mapped_column(SmallInteger)
    reopened: Mapped[int] = mapped_column(SmallInteger)
    wait_minutes: Mapped[int | None] = mapped_column(Integer)
    wait_told_at: Mapped[int | None] = mapped_column(UnixSeconds)


class Webhook(Base):
    """One address of an integration: what it is told of, and the secret that signs it.

    ``events``: kinds of news with commas between them. ``parks`` and ``rides``: ids with commas between them;
    both empty = every park. ``failures``: messages in a row that did not get there.
    """

    __tablename__ = "webhooks"
    __table_args__ = (Index(None, "name", unique=True), TABLE_OPTIONS)

    webhook_id: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(60))
    url: Mapped[str] = mapped_column(Text)
    secret: Mapped[str] = mapped_column(String(100))
    events: Mapped[str] = mapped_column(String(60))
    parks: Mapped[str] = mapped_column(Text)
    rides: Mapped[str] = mapped_column(Text)
    wait_minutes: Mapped[int | None] = mapped_column(Integer)
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[int] = mapped_column(UnixSeconds)
    delivered_at: Mapped[int | None] = mapped_column(UnixSeconds)
    failures: Mapped[int] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(Text)


class RideStop(Base):
    """A ride that is known to be down now, so that its reopening can be told; gone once it is over."""

    __tablename__ = "ride_stops"
    __table_args__ = (Index(None, "park_id"), TABLE_OPTIONS)

    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    park_id: Mapped[int] = mapped_column(Integer)
    since: Mapped[int] = mapped_column(UnixSeconds)


class NewsItem(Base):
    """One change that somebody follows, noted by the roll-up that saw it; unique, so it is told once.

    ``ride_id`` is 0 for a message that is about no ride (``welcome``); ``subject`` then says whose
    it is.
    """

    __tablename__ = "news"
    __table_args__ = (
        Index(None, "ride_id", "kind", "observed_at", "subject", unique=True),
        Index(None, "observed_at"),
        TABLE_OPTIONS,
    )

    news_id: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(10))
    park_id: Mapped[int] = mapped_column(Integer)
    ride_id: Mapped[int] = mapped_column(Integer)
    observed_at: Mapped[int] = mapped_column(UnixSeconds)
    subject: Mapped[str] = mapped_column(String(24))
    wait_minutes: Mapped[int | None] = mapped_column(Integer)
    wait_before: Mapped[int | None] = mapped_column(Integer)
    noted_at: Mapped[int] = mapped_column(UnixSeconds)


class NewsMessage(Base):
    """One message about one item of news to one follower; it waits while ``ended_at`` is null.

    ``channel`` is ``push`` or ``webhook``, ``target_id`` the subscription or the webhook. ``outcome``:
    ``delivered``, ``gone`` (the follower is no more), ``stale`` (older than 15 minutes) or ``refused``.
    """

    __tablename__ = "news_messages"
    __table_args__ = (Index(None, "ended_at", "next_try_at"), TABLE_OPTIONS)

    news_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)
    target_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    attempts: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[int] = mapped_column(UnixSeconds)
    claimed_until: Mapped[int | None] = mapped_column(UnixSeconds)
    ended_at: Mapped[int | None] = mapped_column(UnixSeconds)
    outcome: Mapped[str | None] = mapped_column(String(10))
    error: Mapped[str | None] = mapped_column(Text)
