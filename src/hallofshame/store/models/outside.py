"""What the history API of ThemeParks.wiki allows, and how far its own figures agree with ours."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Date, Double, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.store.models.base import CLUSTERED, TABLE_OPTIONS, Base, UnixSeconds


class HistoryRequest(Base):
    """One request of the history API within the last hour; ``owner`` stands for the key it was sent with."""

    __tablename__ = "history_requests"
    __table_args__ = (Index(None, "owner", "asked_at"), TABLE_OPTIONS)

    request_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    owner: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[float] = mapped_column(Double)


class HistoryMeter(Base):
    """One budget of the history API as an answer showed it last."""

    __tablename__ = "history_meters"
    __table_args__ = (TABLE_OPTIONS,)

    owner: Mapped[str] = mapped_column(String(20), primary_key=True)
    meter: Mapped[str] = mapped_column(String(10), primary_key=True)
    allowance: Mapped[int | None] = mapped_column(Integer)
    remaining: Mapped[int | None] = mapped_column(Integer)
    resets_at: Mapped[float | None] = mapped_column(Double)


class OutsideDay(Base):
    """One ride's day as ThemeParks.wiki's own daily figures tell it, beside ours of the same day.

    ``told_*`` and ``scheduled_minutes`` are theirs, in minutes within published hours; the others are ours,
    in seconds inside open windows.
    """

    __tablename__ = "outside_days"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    scheduled_minutes: Mapped[int] = mapped_column(SmallInteger)
    told_operating_minutes: Mapped[int] = mapped_column(SmallInteger)
    told_down_minutes: Mapped[int] = mapped_column(SmallInteger)
    told_unknown_minutes: Mapped[int] = mapped_column(SmallInteger)
    open: Mapped[int] = mapped_column(BigInteger)
    observed: Mapped[int] = mapped_column(BigInteger)
    operating: Mapped[int] = mapped_column(BigInteger)
    down: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[int] = mapped_column(SmallInteger)
    compared_at: Mapped[int] = mapped_column(UnixSeconds)
