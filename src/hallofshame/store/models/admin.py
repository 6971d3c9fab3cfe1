"""Tables of the admin API: keys, the sessions of its page, and imports as jobs."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.store.models.base import TABLE_OPTIONS, Base, UnixSeconds

_NUMBER = BigInteger().with_variant(Integer, "sqlite")


class ApiKey(Base):
    """A key of the admin API. The token itself is stored nowhere: ``digest`` is its SHA-256."""

    __tablename__ = "api_keys"
    __table_args__ = (Index(None, "prefix", unique=True), TABLE_OPTIONS)

    key_id: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(60))
    prefix: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[int] = mapped_column(UnixSeconds)
    expires_at: Mapped[int | None] = mapped_column(UnixSeconds)
    last_used_at: Mapped[int | None] = mapped_column(UnixSeconds)
    revoked_at: Mapped[int | None] = mapped_column(UnixSeconds)


class AdminSession(Base):
    """A sign-in at the page ``/admin``: ``digest`` is the SHA-256 of what the cookie holds."""

    __tablename__ = "admin_sessions"
    __table_args__ = (TABLE_OPTIONS,)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    key_id: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(UnixSeconds)
    expires_at: Mapped[int] = mapped_column(UnixSeconds)


class ImportJob(Base):
    """An import that was asked for through the admin API or its page, and how far it is.

    ``active_key`` is the digest of kind and arguments while the import has not ended, so that no second one
    of the same can be started. ``wanted`` is what a person asked of a running one: ``pause`` or ``cancel``.
    """

    __tablename__ = "import_jobs"
    __table_args__ = (
        Index(None, "active_key", unique=True),
        Index(None, "state"),
        TABLE_OPTIONS,
    )

    import_id: Mapped[int] = mapped_column(_NUMBER, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    arguments: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(12))
    wanted: Mapped[str | None] = mapped_column(String(12))
    active_key: Mapped[str | None] = mapped_column(String(64))
    started_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[int] = mapped_column(UnixSeconds)
    started_at: Mapped[int | None] = mapped_column(UnixSeconds)
    updated_at: Mapped[int] = mapped_column(UnixSeconds)
    finished_at: Mapped[int | None] = mapped_column(UnixSeconds)
    attempts: Mapped[int] = mapped_column(Integer)
    holder: Mapped[str | None] = mapped_column(String(120))
    done_count: Mapped[int] = mapped_column(BigInteger)
    total_count: Mapped[int | None] = mapped_column(BigInteger)
    eta_seconds: Mapped[int | None] = mapped_column(BigInteger)
    not_before: Mapped[int | None] = mapped_column(UnixSeconds)
    error: Mapped[str | None] = mapped_column(Text)
    report: Mapped[str | None] = mapped_column(Text)
