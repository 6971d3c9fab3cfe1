"""Ledger of the history files: what is sealed in which file, and what has changed since."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Date, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.store.models.base import TABLE_OPTIONS, Base, UnixSeconds


class HistoryFile(Base):
    """A sealed and verified file: one data set of one UTC day or month, all parks.

    ``period`` is ``2026-10`` for a month and ``2026-10-05`` for a day; it holds ``starts_at`` up to before
    ``ends_at``. ``first_at`` and ``last_at`` are null for a file without rows.
    """

    __tablename__ = "history_files"
    __table_args__ = (TABLE_OPTIONS,)

    dataset: Mapped[str] = mapped_column(String(20), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    starts_at: Mapped[int] = mapped_column(UnixSeconds)
    ends_at: Mapped[int] = mapped_column(UnixSeconds)
    schema_version: Mapped[int] = mapped_column(SmallInteger)
    row_count: Mapped[int] = mapped_column(BigInteger)
    byte_count: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    first_at: Mapped[int | None] = mapped_column(UnixSeconds)
    last_at: Mapped[int | None] = mapped_column(UnixSeconds)
    sealed_at: Mapped[int] = mapped_column(UnixSeconds)
    verified_at: Mapped[int] = mapped_column(UnixSeconds)


class SealedPark(Base):
    """The part of one park in a sealed file."""

    __tablename__ = "history_parks"
    __table_args__ = (TABLE_OPTIONS,)

    dataset: Mapped[str] = mapped_column(String(20), primary_key=True)
    period: Mapped[str] = mapped_column(String(10), primary_key=True)
    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    row_count: Mapped[int] = mapped_column(BigInteger)
    first_at: Mapped[int] = mapped_column(UnixSeconds)
    last_at: Mapped[int] = mapped_column(UnixSeconds)


class HistoryMark(Base):
    """A park's UTC day whose raw rows changed since it was sealed, or that is not sealed yet.

    ``generation`` counts the changes: a seal clears the mark only if no further one came meanwhile.
    """

    __tablename__ = "history_marks"
    __table_args__ = (TABLE_OPTIONS,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger)


class HistoryMove(Base):
    """What one feed said of a ride from ``since`` to ``until`` belongs to another ride (R14).

    The SQL rows moved when it was written; the sealed files follow with the next seal, until which readers
    apply it.
    """

    __tablename__ = "history_moves"
    __table_args__ = (TABLE_OPTIONS,)

    move_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    park_id: Mapped[int] = mapped_column(Integer)
    feed: Mapped[int] = mapped_column(SmallInteger)
    ride_id: Mapped[int] = mapped_column(Integer)
    new_ride_id: Mapped[int] = mapped_column(Integer)
    since: Mapped[int] = mapped_column(UnixSeconds)
    until: Mapped[int] = mapped_column(UnixSeconds)


class DroppedMonth(Base):
    """A UTC month whose raw SQL rows retention has dropped, or is dropping."""

    __tablename__ = "dropped_months"
    __table_args__ = (TABLE_OPTIONS,)

    month: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    dropped_at: Mapped[int] = mapped_column(UnixSeconds)


class PreferredRecord(Base):
    """A park-day that an import was asked to replace: it is computed from this kind of record (R15)."""

    __tablename__ = "preferred_records"
    __table_args__ = (TABLE_OPTIONS,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    origin: Mapped[int] = mapped_column(SmallInteger)
