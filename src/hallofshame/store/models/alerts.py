"""Alerts: what people are told of, and which messages about it went out."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.store.models.base import TABLE_OPTIONS, Base, UnixSeconds


class Alert(Base):
    """One problem from its first sight to its end.

    ``opened_at`` is null while the problem has not lasted long enough to tell of it, ``closed_at`` while it
    lasts.
    """

    __tablename__ = "alerts"
    __table_args__ = (Index(None, "closed_at"), TABLE_OPTIONS)

    alert_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    cause: Mapped[str] = mapped_column(String(160))
    detail: Mapped[str] = mapped_column(Text)
    first_seen_at: Mapped[int] = mapped_column(UnixSeconds)
    last_seen_at: Mapped[int] = mapped_column(UnixSeconds)
    opened_at: Mapped[int | None] = mapped_column(UnixSeconds)
    closed_at: Mapped[int | None] = mapped_column(UnixSeconds)


class AlertMessage(Base):
    """One message about an alert to one address: of its begin (``problem``) or of its end (``recovery``).

    ``channel`` is a digest of the address, which may hold a secret. It is waiting while ``delivered_at`` and
    ``dropped_at`` are null.
    """

    __tablename__ = "alert_messages"
    __table_args__ = (TABLE_OPTIONS,)

    alert_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    channel: Mapped[str] = mapped_column(String(16), primary_key=True)
    attempts: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[int] = mapped_column(UnixSeconds)
    claimed_until: Mapped[int | None] = mapped_column(UnixSeconds)
    delivered_at: Mapped[int | None] = mapped_column(UnixSeconds)
    dropped_at: Mapped[int | None] = mapped_column(UnixSeconds)
    error: Mapped[str | None] = mapped_column(Text)
