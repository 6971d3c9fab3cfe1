"""The catalogue as it is kept: parks and rides with every outside id, tier and type, for machines."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.web.schema.common import CLOSED, Day, Instant, RideKindSlug


class CataloguePark(TypedDict):
    """One park."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

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


class CatalogueRide(TypedDict):
    """One tracked entity, with the tier and type in force (R13); null where it has not been looked at."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

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


class CatalogueId(TypedDict):
    """What a feed calls a park or a ride (R14)."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    kind: Literal["park", "ride"]
    feed: str
    external_id: str
    internal_id: Annotated[int, Field(description="`park_id` or `ride_id`.")]
    name: Annotated[str | None, Field(description="What the feed called it when it was found.")]


class CatalogueSignal(TypedDict):
    """What a feed can tell of a park from a date on (R5)."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    park_id: int
    feed: str
    valid_from: Day
    source: str
    signal: str
    evidence: str


class CatalogueReport(TypedDict):
    """Every park and ride of the site."""

    __pydantic_config__ = CLOSED  # type: ignore[misc]

    parks: list[CataloguePark]
    rides: list[CatalogueRide]
    ids: list[CatalogueId]
    signals: list[CatalogueSignal]
