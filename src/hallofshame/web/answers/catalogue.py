"""Rows of ``/api/catalogue``: what the site knows of its parks and rides, by id."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, select
from typing_extensions import TypedDict

from hallofshame.domain.words import Feed
from hallofshame.store import catalogue, heard_ids, raw
from hallofshame.store.models import ExternalId, ParkSignal
from hallofshame.store.ride_types import ride_types
from hallofshame.web.answers.common import Day, Instant, RideKindSlug, slugs
from hallofshame.web.answers.envelope import iso
from hallofshame.web.shapes import closed


@closed
class CataloguePark(TypedDict):
    """One park."""

    park_id: int
    slug: str
    name: str
    operator: str | None
    country: str | None
    region: str | None
    timezone: str
    latitude: float | None
    longitude: float | None
    primary_feed: str
    breakdown_signal: str
    is_water_park: bool
    is_active: bool
    first_observed_at: Annotated[Instant | None, Field(description="Of the whole record.")]
    last_observed_at: Instant | None


@closed
class CatalogueRide(TypedDict):
    """One tracked entity, with the tier and type in force (R13); null where it has not been looked at."""

    ride_id: int
    park_id: int
    slug: str
    name: str
    kind: RideKindSlug
    land: str | None
    is_active: bool
    tier: Annotated[int | None, Field(description="1 flagship, 2 standard, 3 minor; null: unrated.")]
    tier_source: str | None
    tier_confidence: float | None
    tier_reason: str | None
    type: str | None
    type_source: str | None
    type_confidence: float | None
    type_reason: str | None


@closed
class CatalogueId(TypedDict):
    """What a feed calls a park or a ride (R14)."""

    kind: Annotated[str, Field(json_schema_extra=slugs("park", "ride"))]
    feed: str
    external_id: str
    internal_id: Annotated[int, Field(description="`park_id` or `ride_id`.")]
    name: Annotated[str | None, Field(description="What the feed called it when it was found.")]


@closed
class CatalogueHeardId(TypedDict):
    """Under which of its ids a feed named a ride, until the ride's next row of that feed (R14)."""

    ride_id: int
    feed: Annotated[str, Field(description="Of the readings; the archive has ids of ThemeParks.wiki.")]
    since: Annotated[Instant | None, Field(description="From when on; null: from the beginning.")]
    external_id: str


@closed
class CatalogueSignal(TypedDict):
    """What a feed can tell of a park from a date on (R5)."""

    park_id: int
    feed: str
    valid_from: Day
    source: str
    signal: str
    evidence: str


@closed
class CatalogueReport(TypedDict):
    """Every park and ride of the site."""

    parks: list[CataloguePark]
    rides: list[CatalogueRide]
    ids: list[CatalogueId]
    heard_ids: Annotated[
        list[CatalogueHeardId],
        Field(description="Of rides that have several ids at one feed: their readings do not say which."),
    ]
    signals: list[CatalogueSignal]


def catalogue_report(connection: Connection) -> CatalogueReport:
    """Parks, rides, outside ids, when they were heard, and signals, each in order."""
    return {
        "parks": _parks(connection),
        "rides": _rides(connection),
        "ids": _ids(connection),
        "heard_ids": _heard_ids(connection),
        "signals": _signals(connection),
    }


def _parks(connection: Connection) -> list[CataloguePark]:
    observed = raw.observed_range(connection)
    rows: list[CataloguePark] = []
    for park in catalogue.park_table(connection):
        first, last = observed.get(park.park_id or 0, (None, None))
        rows.append(
            {
                "slug": park.slug,
                "name": park.name,
                "timezone": park.timezone,
                "primary_feed": Feed(park.primary_feed).slug,
                "breakdown_signal": park.breakdown_signal,
                "park_id": park.park_id or 0,
                "operator": park.operator,
                "country": park.country,
                "region": park.region,
                "latitude": park.latitude,
                "longitude": park.longitude,
                "is_water_park": park.is_water_park,
                "is_active": park.is_active,
                "first_observed_at": iso(first),
                "last_observed_at": iso(last),
            }
        )
    return rows


def _rides(connection: Connection) -> list[CatalogueRide]:
    tiers, types = catalogue.classifications(connection), ride_types(connection)
    rows: list[CatalogueRide] = []
    for ride in catalogue.rides(connection):
        tier, kind = tiers.get(ride.ride_id), types.get(ride.ride_id)
        rows.append(
            {
                "ride_id": ride.ride_id,
                "park_id": ride.park_id,
                "slug": ride.slug,
                "name": ride.name,
                "kind": ride.kind,
                "land": ride.land,
                "is_active": ride.is_active,
                "tier": None if tier is None else tier.tier,
                "tier_source": None if tier is None else tier.source,
                "tier_confidence": None if tier is None else tier.confidence,
                "tier_reason": None if tier is None else tier.reason,
                "type": None if kind is None else kind.type.value,
                "type_source": None if kind is None else kind.source.value,
                "type_confidence": None if kind is None else kind.confidence,
                "type_reason": None if kind is None else kind.reason,
            }
        )
    return rows


def _ids(connection: Connection) -> list[CatalogueId]:
    table = ExternalId
    query = select(table.kind, table.feed, table.external_id, table.internal_id, table.name).order_by(
        table.kind, table.internal_id, table.feed, table.external_id
    )
    return [
        {
            "kind": kind,
            "feed": Feed(feed).slug,
            "external_id": external_id,
            "internal_id": internal_id,
            "name": name,
        }
        for kind, feed, external_id, internal_id, name in connection.execute(query)
    ]


def _heard_ids(connection: Connection) -> list[CatalogueHeardId]:
    return [
        {
            "ride_id": ride_id,
            "feed": feed.slug,
            "since": iso(since) if since else None,
            "external_id": external_id,
        }
        for (ride_id, feed), steps in heard_ids.heard_ids(connection).items()
        for since, external_id in steps
    ]


def _signals(connection: Connection) -> list[CatalogueSignal]:
    table = ParkSignal
    query = select(
        table.park_id, table.feed, table.valid_from, table.source, table.signal, table.evidence
    ).order_by(table.park_id, table.feed, table.valid_from, table.source)
    return [
        {
            "park_id": park_id,
            "feed": Feed(feed).slug,
            "valid_from": valid_from.isoformat(),
            "source": source,
            "signal": signal,
            "evidence": evidence,
        }
        for park_id, feed, valid_from, source, signal, evidence in connection.execute(query)
    ]
