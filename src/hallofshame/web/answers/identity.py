"""Who a park or a ride is: names, addresses, and what is known of a ride beside its status."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.entity_facts import FactSource, Setting
from hallofshame.domain.words import Feed
from hallofshame.store.reports.catalogue import ParkProfile, RideProfile
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import RideKindSlug, RideTypeSlug, SourceUrl, TypeLabel, slugs
from hallofshame.web.shapes import Url, closed
from hallofshame.web.wording import TIER_LABELS, TYPE_LABELS, TierLabel


@closed
class ParkIdentity(TypedDict):
    """Who a park is, and where it is at the sources that know it."""

    park_id: int
    park_name: str
    park_slug: str
    operator: str | None
    country: str | None
    timezone: Annotated[str, Field(description="IANA zone: the park's own clock and calendar.")]
    queue_times_url: Url | None
    themeparks_wiki_url: Url | None
    source_url: SourceUrl | None


@closed
class RideIdentity(TypedDict):
    """Who a ride is and in which park; both addresses are the ride's own."""

    ride_id: int
    ride_name: str
    ride_slug: str
    kind: RideKindSlug
    land: str | None
    park_id: int
    park_name: str
    park_slug: str
    operator: str | None
    country: str | None
    timezone: str
    queue_times_url: Url | None
    themeparks_wiki_url: Url | None
    source_url: SourceUrl | None
    tier: Annotated[int | None, Field(ge=1, le=3, description="1 flagship, 2 standard, 3 minor.")]
    tier_label: TierLabel
    weight: Annotated[int, Field(ge=1, le=3, description="How much it counts in its park's score.")]
    type: RideTypeSlug
    type_label: TypeLabel


@closed
class SourceUrls(TypedDict):
    """The pages of a park or a ride at the sources."""

    queue_times_url: Url | None
    themeparks_wiki_url: Url | None
    source_url: SourceUrl | None


@closed
class EntityFacts(TypedDict):
    """Where a ride is, who is tall enough for it, and whether it has a roof."""

    latitude: Annotated[float | None, Field(description="Its own place, north is positive.")]
    longitude: Annotated[float | None, Field(description="East is positive.")]
    min_height_cm: Annotated[
        int | None, Field(ge=0, description="The smallest who may ride; 0 is any height; null: not known.")
    ]
    max_height_cm: Annotated[int | None, Field(ge=0, description="The tallest who may ride.")]
    height_source: Annotated[
        str,
        Field(
            json_schema_extra=slugs(FactSource.FEED, FactSource.CURATED, FactSource.UNKNOWN),
            description="Who says so: the source, or our list of facts.",
        ),
    ]
    setting: Annotated[str, Field(json_schema_extra=slugs(*Setting), description="Under a roof or not.")]
    setting_source: Annotated[
        str,
        Field(
            json_schema_extra=slugs(FactSource.FEED, FactSource.CURATED, FactSource.TYPE, FactSource.UNKNOWN),
            description="Who says so: the source, our list of facts, or the ride's type alone.",
        ),
    ]


def park_identity(park: ParkProfile) -> ParkIdentity:
    """Who the park is and where its data comes from."""
    queue_times, wiki = park.queue_times_id, park.themeparks_wiki_id
    queue_times_url = f"https://queue-times.com/parks/{queue_times}" if queue_times else None
    wiki_url = f"https://themeparks.wiki/browse/{wiki}" if wiki else None
    return {
        "park_id": park.park_id,
        "park_name": park.name,
        "park_slug": park.slug,
        "operator": park.operator,
        "country": park.country,
        "timezone": park.timezone,
        "queue_times_url": queue_times_url,
        "themeparks_wiki_url": wiki_url,
        "source_url": _source_url(park, queue_times_url, wiki_url),
    }


def _source_url(park: ParkProfile, queue_times_url: str | None, wiki_url: str | None) -> str | None:
    """The page at the feed that the park is read from, or at the other one where only that one knows it."""
    if park.primary_feed is Feed.THEMEPARKS_WIKI:
        return wiki_url or queue_times_url
    return queue_times_url or wiki_url


def ride_identity(context: AnswerContext, ride: RideProfile) -> RideIdentity:
    """Who the ride is, in which park, and where it is at the sources: its own page, if they know it."""
    park = context.catalogue.parks[ride.park_id]
    return {
        "ride_id": ride.ride_id,
        "ride_name": ride.name,
        "ride_slug": ride.slug,
        "kind": ride.kind.value,
        "land": ride.land,
        **park_identity(park),
        **ride_urls(park, ride),
        "tier": ride.tier,
        "tier_label": TIER_LABELS[ride.tier],
        "weight": ride.weight,
        "type": ride.type.value,
        "type_label": TYPE_LABELS[ride.type],
    }


def ride_urls(park: ParkProfile, ride: RideProfile) -> SourceUrls:
    """The ride's own pages at the sources."""
    at_park, at_ride, wiki = park.queue_times_id, ride.queue_times_id, ride.themeparks_wiki_id
    known = at_park is not None and at_ride is not None
    queue_times_url = f"https://queue-times.com/parks/{at_park}/rides/{at_ride}" if known else None
    wiki_url = f"https://themeparks.wiki/browse/{wiki}" if wiki else None
    return {
        "queue_times_url": queue_times_url,
        "themeparks_wiki_url": wiki_url,
        "source_url": _source_url(park, queue_times_url, wiki_url),
    }


def fact_fields(ride: RideProfile) -> EntityFacts:
    """Its own place, limits of height and roof, with who says so."""
    facts = ride.facts
    return {
        "latitude": ride.latitude,
        "longitude": ride.longitude,
        "min_height_cm": facts.min_height_cm,
        "max_height_cm": facts.max_height_cm,
        "height_source": facts.height_source.value,
        "setting": facts.setting.value,
        "setting_source": facts.setting_source.value,
    }
