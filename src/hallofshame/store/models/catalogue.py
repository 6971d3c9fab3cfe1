"""Catalogue: parks, rides, their outside ids, tiers, types, hours and shows. Nothing here is ever deleted."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.domain.entity_facts import FactSource, Setting
from hallofshame.store.models.base import CLUSTERED, TABLE_OPTIONS, Base, UnixSeconds


class Park(Base):
    """A theme park. ``park_id`` is our own stable integer."""

    __tablename__ = "parks"
    __table_args__ = (TABLE_OPTIONS,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    operator: Mapped[str | None] = mapped_column(String(120))
    country: Mapped[str | None] = mapped_column(String(80))
    region: Mapped[str | None] = mapped_column(String(80))
    timezone: Mapped[str] = mapped_column(String(64))
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    primary_feed: Mapped[int] = mapped_column(SmallInteger)
    breakdown_signal: Mapped[str] = mapped_column(String(16))
    is_water_park: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)


class ParkSignal(Base):
    """From a park-local date on, what a feed can tell of a park, with the evidence for it (R5).

    ``source``: who says so, the catalogue, the feed itself by what it said, or a person's file.
    """

    __tablename__ = "park_signals"
    __table_args__ = (TABLE_OPTIONS,)

    park_id: Mapped[int] = mapped_column(ForeignKey("parks.park_id"), primary_key=True)
    feed: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    valid_from: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    source: Mapped[str] = mapped_column(String(16), primary_key=True)
    signal: Mapped[str] = mapped_column(String(16))
    evidence: Mapped[str] = mapped_column(String(500))
    recorded_at: Mapped[int] = mapped_column(UnixSeconds)


class Ride(Base):
    """A tracked entity of one park. Vanished rides become inactive; their record stays.

    ``merged_into``: the ride that this one was found to be (R14); it keeps its number as an address only.
    """

    __tablename__ = "rides"
    __table_args__ = (UniqueConstraint("park_id", "slug"), TABLE_OPTIONS)

    ride_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    park_id: Mapped[int] = mapped_column(ForeignKey("parks.park_id"))
    slug: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(250))
    kind: Mapped[str] = mapped_column(String(20))
    land: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    first_seen_at: Mapped[int] = mapped_column(UnixSeconds)
    last_seen_at: Mapped[int] = mapped_column(UnixSeconds)
    merged_into: Mapped[int | None] = mapped_column(Integer)


class NameSeen(Base):
    """Every name a ride was seen under, so that a rename keeps the id and remembers the old name (R14)."""

    __tablename__ = "ride_names"
    __table_args__ = (TABLE_OPTIONS,)

    ride_id: Mapped[int] = mapped_column(ForeignKey("rides.ride_id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(250), primary_key=True)
    first_seen_at: Mapped[int] = mapped_column(UnixSeconds)


class ExternalId(Base):
    """(feed, kind, external id) → our id, one table for all feeds. ``kind`` is ``park`` or ``ride``.

    ``name`` and ``rule``: what the feed called it when its ride was found, and by which rule (R14); null for
    what was found by an older version.
    """

    __tablename__ = "external_ids"
    __table_args__ = (Index(None, "kind", "internal_id"), TABLE_OPTIONS)

    feed: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    external_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    internal_id: Mapped[int] = mapped_column(Integer)
    first_seen_at: Mapped[int] = mapped_column(UnixSeconds)
    name: Mapped[str | None] = mapped_column(String(250))
    rule: Mapped[str | None] = mapped_column(String(20))


class RideClassification(Base):
    """The tier in force of one ride, with who decided it and how sure (R13)."""

    __tablename__ = "ride_classifications"
    __table_args__ = (TABLE_OPTIONS,)

    ride_id: Mapped[int] = mapped_column(ForeignKey("rides.ride_id"), primary_key=True)
    tier: Mapped[int | None] = mapped_column(SmallInteger)
    source: Mapped[str] = mapped_column(String(20))
    confidence: Mapped[float] = mapped_column(Double)
    reason: Mapped[str] = mapped_column(String(250))
    decided_at: Mapped[int] = mapped_column(UnixSeconds)


class RideTypeDecision(Base):
    """What one ride is, a slug of ``RideType``, with who decided it and how sure (R13)."""

    __tablename__ = "ride_types"
    __table_args__ = (TABLE_OPTIONS,)

    ride_id: Mapped[int] = mapped_column(ForeignKey("rides.ride_id"), primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(20))
    confidence: Mapped[float] = mapped_column(Double)
    reason: Mapped[str] = mapped_column(String(250))
    decided_at: Mapped[int] = mapped_column(UnixSeconds)


class EntityMetadata(Base):
    """What is known of one ride beside its status; a change supersedes the old row and keeps it.

    Coordinates and tags are as published. Limits of height and the roof follow from the tags, the list of
    facts and the ride's type, with who says so.
    """

    __tablename__ = "entity_metadata"
    __table_args__ = (TABLE_OPTIONS,)

    ride_id: Mapped[int] = mapped_column(ForeignKey("rides.ride_id"), primary_key=True)
    seen_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    superseded_at: Mapped[int | None] = mapped_column(UnixSeconds)
    latitude: Mapped[float | None] = mapped_column(Double)
    longitude: Mapped[float | None] = mapped_column(Double)
    tags: Mapped[str] = mapped_column(Text)
    min_height_cm: Mapped[int | None] = mapped_column(SmallInteger)
    max_height_cm: Mapped[int | None] = mapped_column(SmallInteger)
    height_source: Mapped[str] = mapped_column(
        String(10), default=FactSource.UNKNOWN, server_default="unknown"
    )
    setting: Mapped[str] = mapped_column(String(10), default=Setting.UNKNOWN, server_default="unknown")
    setting_source: Mapped[str] = mapped_column(
        String(10), default=FactSource.UNKNOWN, server_default="unknown"
    )


class ParkSchedule(Base):
    """One published entry of one park-local date. Corrections supersede; any day can be recomputed (R4)."""

    __tablename__ = "park_schedules"
    __table_args__ = (Index(None, "park_id", "date"), TABLE_OPTIONS)

    schedule_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    park_id: Mapped[int] = mapped_column(ForeignKey("parks.park_id"))
    date: Mapped[dt.date] = mapped_column(Date)
    kind: Mapped[str] = mapped_column(String(20))
    opens_at: Mapped[int] = mapped_column(UnixSeconds)
    closes_at: Mapped[int] = mapped_column(UnixSeconds)
    description: Mapped[str | None] = mapped_column(String(250))
    seen_at: Mapped[int] = mapped_column(UnixSeconds)
    superseded_at: Mapped[int | None] = mapped_column(UnixSeconds)


class RideHours(Base):
    """One stretch of hours published for one ride on one park-local date (R5).

    The rows of a ride and date with one ``seen_at`` are one version: all that was published of that date. A
    changed set supersedes the whole version; the last one decides, also when an old day is recomputed.
    """

    __tablename__ = "ride_hours"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(ForeignKey("parks.park_id"), primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    ride_id: Mapped[int] = mapped_column(ForeignKey("rides.ride_id"), primary_key=True)
    seen_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    opens_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    closes_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    superseded_at: Mapped[int | None] = mapped_column(UnixSeconds)


class ShowTime(Base):
    """One performance of one entity; superseded where a later answer of that day no longer names it."""

    __tablename__ = "show_times"
    __table_args__ = (TABLE_OPTIONS,)

    ride_id: Mapped[int] = mapped_column(ForeignKey("rides.ride_id"), primary_key=True)
    starts_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    ends_at: Mapped[int | None] = mapped_column(UnixSeconds)
    seen_at: Mapped[int] = mapped_column(UnixSeconds)
    superseded_at: Mapped[int | None] = mapped_column(UnixSeconds)


class Purchase(Base):
    """One thing on sale for one park-local date, as published from one instant on: price and availability.

    A change supersedes the old row, so that the rows of a date are the course of its price.
    """

    __tablename__ = "purchases"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(ForeignKey("parks.park_id"), primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    offer_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    seen_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    superseded_at: Mapped[int | None] = mapped_column(UnixSeconds)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(250))
    price_minor: Mapped[int | None] = mapped_column(Integer)
    currency: Mapped[str | None] = mapped_column(String(3))
    is_available: Mapped[bool | None] = mapped_column(SmallInteger)


class DiningAvailability(Base):
    """How long parties waited for a table of one restaurant, as said from one instant on.

    ``tables`` is a JSON array of [size of party, minutes or null]; an empty one where nothing is offered any
    more. A change supersedes the old row and keeps it.
    """

    __tablename__ = "dining_availability"
    __table_args__ = (CLUSTERED,)

    park_id: Mapped[int] = mapped_column(ForeignKey("parks.park_id"), primary_key=True)
    ride_id: Mapped[int] = mapped_column(ForeignKey("rides.ride_id"), primary_key=True)
    seen_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    superseded_at: Mapped[int | None] = mapped_column(UnixSeconds)
    tables: Mapped[str] = mapped_column(Text)
