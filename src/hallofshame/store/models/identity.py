"""Identity: doubtful matches to look at, decisions about them, and the readings that they moved (R14)."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.store.models.base import CLUSTERED, TABLE_OPTIONS, Base, UnixSeconds


class MatchReview(Base):
    """One entry of a feed whose ride is doubtful or undecided, once per entry.

    ``score``: how alike the entry's name and its ride's are, 0 to 100; null where the ride is the entry's
    alone. ``runners_up``: JSON, a list of ``{"ride_id", "name", "score"}``, best first.
    """

    __tablename__ = "match_reviews"
    __table_args__ = (Index(None, "park_id", "feed", "external_id", unique=True), TABLE_OPTIONS)

    review_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    park_id: Mapped[int] = mapped_column(ForeignKey("parks.park_id"))
    feed: Mapped[int] = mapped_column(SmallInteger)
    external_id: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(250))
    ride_id: Mapped[int] = mapped_column(Integer)
    rule: Mapped[str] = mapped_column(String(20))
    score: Mapped[int | None] = mapped_column(SmallInteger)
    runners_up: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    found_at: Mapped[int] = mapped_column(UnixSeconds)
    changed_at: Mapped[int] = mapped_column(UnixSeconds)
    decided_by: Mapped[str | None] = mapped_column(String(120))


class RideDecision(Base):
    """What somebody decided about rides. Rows are only added.

    ``merge``: ``other_ride_id`` is ``ride_id``. ``split``: from ``since`` on, what ``feed`` calls
    ``external_id`` is ``other_ride_id`` and no longer ``ride_id``. ``accept``: that entry is rightly
    ``ride_id``. ``undone_by``: the decision that took it back. ``detail``: JSON, what that one needs.
    """

    __tablename__ = "ride_decisions"
    __table_args__ = (Index(None, "ride_id"), TABLE_OPTIONS)

    decision_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    park_id: Mapped[int] = mapped_column(ForeignKey("parks.park_id"))
    action: Mapped[str] = mapped_column(String(10))
    ride_id: Mapped[int] = mapped_column(Integer)
    other_ride_id: Mapped[int | None] = mapped_column(Integer)
    feed: Mapped[int | None] = mapped_column(SmallInteger)
    external_id: Mapped[str | None] = mapped_column(String(80))
    since: Mapped[int | None] = mapped_column(UnixSeconds)
    decided_at: Mapped[int] = mapped_column(UnixSeconds)
    decided_by: Mapped[str] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(String(250))
    undone_by: Mapped[int | None] = mapped_column(Integer)
    detail: Mapped[str] = mapped_column(Text)


class RideMove(Base):
    """What one feed said of a ride from ``since`` to ``until`` went to another ride by one decision."""

    __tablename__ = "ride_moves"
    __table_args__ = (TABLE_OPTIONS,)

    decision_id: Mapped[int] = mapped_column(
        ForeignKey("ride_decisions.decision_id"), primary_key=True, autoincrement=False
    )
    step: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    feed: Mapped[int] = mapped_column(SmallInteger)
    ride_id: Mapped[int] = mapped_column(Integer)
    new_ride_id: Mapped[int] = mapped_column(Integer)
    since: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[int] = mapped_column(BigInteger)


class HeardId(Base):
    """Under which of its ids a feed named a ride from ``since`` until the ride's next row of that feed (R14).

    Only for rides that have, or had, several ids at one feed: their readings do not say which of them they
    were heard under. ``feed``: that of the readings, which may be the archive's.
    """

    __tablename__ = "heard_ids"
    __table_args__ = (CLUSTERED,)

    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    feed: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    since: Mapped[int] = mapped_column(UnixSeconds, primary_key=True, autoincrement=False)
    external_id: Mapped[str] = mapped_column(String(80))
