"""Chances to reopen (R9b): what they are estimated from, and what they were worth. Written by one job."""

from __future__ import annotations

from sqlalchemy import BigInteger, Double, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.store.models.base import CLUSTERED, Base, UnixSeconds


class ChanceEvidence(Base):
    """How many outages of a park and class in the last 365 days lasted so many open minutes and ended so.

    Under park 0 stand those of all parks and both classes together.
    """

    __tablename__ = "chance_evidence"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    since_opening: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    minutes: Mapped[int] = mapped_column(Integer, primary_key=True)
    ended_by: Mapped[str] = mapped_column(String(10), primary_key=True)
    outages: Mapped[int] = mapped_column(Integer)


class ChanceScore(Base):
    """What the replay of the last 90 days says of one class of a park, for one horizon.

    ``moments``: all that were looked at; ``forecasts``: those with a chance and a known outcome, from which
    the scores are. ``calibration_error_upper``, ``brier_gain_lower``: with 95 % certainty the error is no
    larger and the gain over the constant no smaller. ``reason``: why no chance is shown, null where one is.
    ``known_until``: when the replay ran; the outages known then are the evidence.
    """

    __tablename__ = "chance_scores"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    since_opening: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    horizon_minutes: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    moments: Mapped[int] = mapped_column(BigInteger)
    forecasts: Mapped[int] = mapped_column(BigInteger)
    forecast_days: Mapped[int] = mapped_column(Integer)
    brier: Mapped[float | None] = mapped_column(Double)
    constant_brier: Mapped[float | None] = mapped_column(Double)
    calibration_error: Mapped[float | None] = mapped_column(Double)
    calibration_error_upper: Mapped[float | None] = mapped_column(Double)
    brier_gain_lower: Mapped[float | None] = mapped_column(Double)
    reason: Mapped[str | None] = mapped_column(String(20))
    known_until: Mapped[int] = mapped_column(UnixSeconds)


class ChanceTenth(Base):
    """One bin of a reliability table: a tenth of the chance.

    ``expected``: the sum of the chances; ``reopened``: how many came true.
    """

    __tablename__ = "chance_tenths"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    since_opening: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    horizon_minutes: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    tenth: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    forecasts: Mapped[int] = mapped_column(BigInteger)
    expected: Mapped[float] = mapped_column(Double)
    reopened: Mapped[int] = mapped_column(BigInteger)


class ChanceCorrection(Base):
    """By how much chances in one bin of one step were wrong: ``error``, the sum over ``weight`` forecasts."""

    __tablename__ = "chance_corrections"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    since_opening: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    horizon_minutes: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    step: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    bin: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    weight: Mapped[float] = mapped_column(Double)
    error: Mapped[float] = mapped_column(Double)
