"""Raw record: what the feeds said, kept for good. A cycle is one place per park, a park-day one range."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.store.models.base import CLUSTERED, SERVER_KEY, TABLE_OPTIONS, Base, UnixSeconds


class RideStatusSnapshot(Base):
    """One observation: what one feed said of one ride at one instant.

    ``status`` and ``wait_minutes`` are the feed's word (null = unknown). ``stale`` is our finding that the
    claim to operate carried an upstream stamp over 24 h old; the kernel treats it as unknown (R2).
    ``cadence_seconds`` is the cadence in force (null for the event log), from which the hold follows (R3).
    """

    __tablename__ = "ride_status_snapshots"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    observed_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    origin: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    wait_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    feed: Mapped[int] = mapped_column(SmallInteger)
    stale: Mapped[bool] = mapped_column(SmallInteger)
    cadence_seconds: Mapped[int | None] = mapped_column(Integer)


class QueueData(Base):
    """One queue other than standby as posted at one instant; prices in minor units of their currency."""

    __tablename__ = "queue_data"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    observed_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    queue_type: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    state: Mapped[str | None] = mapped_column(String(40))
    wait_minutes: Mapped[int | None] = mapped_column(SmallInteger)
    return_start: Mapped[int | None] = mapped_column(UnixSeconds)
    return_end: Mapped[int | None] = mapped_column(UnixSeconds)
    price_minor: Mapped[int | None] = mapped_column(Integer)
    currency: Mapped[str | None] = mapped_column(String(3))
    group_start: Mapped[int | None] = mapped_column(Integer)
    group_end: Mapped[int | None] = mapped_column(Integer)


class ParkActivitySnapshot(Base):
    """One cycle of one park: which feed answered at which cadence, and how many rides said what."""

    __tablename__ = "park_activity_snapshots"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    observed_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    feed: Mapped[int] = mapped_column(SmallInteger)
    cadence_seconds: Mapped[int] = mapped_column(Integer)
    operating: Mapped[int] = mapped_column(Integer)
    down: Mapped[int] = mapped_column(Integer)
    closed: Mapped[int] = mapped_column(Integer)
    refurbishment: Mapped[int] = mapped_column(Integer)
    unknown: Mapped[int] = mapped_column(Integer)


class FeedPoll(Base):
    """How one park's poll of one feed ended. Every poll leaves a row, also the failed ones."""

    __tablename__ = "feed_polls"
    __table_args__ = (
        Index(None, "park_id", "observed_at"),
        {**TABLE_OPTIONS, "info": {SERVER_KEY: ("poll_id", "observed_at")}},
    )

    poll_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    observed_at: Mapped[int] = mapped_column(UnixSeconds)
    park_id: Mapped[int] = mapped_column(Integer)
    feed: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[str] = mapped_column(String(20))
    http_status: Mapped[int | None] = mapped_column(SmallInteger)
    attempts: Mapped[int] = mapped_column(SmallInteger)
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    readings: Mapped[int] = mapped_column(Integer)
    detail: Mapped[str | None] = mapped_column(String(500))


class RawRevision(Base):
    """Counts the writes to one park's raw rows, so that a process knows whether its copy still holds."""

    __tablename__ = "raw_revisions"
    __table_args__ = (TABLE_OPTIONS,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
