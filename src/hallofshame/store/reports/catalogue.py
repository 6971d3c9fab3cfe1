"""The catalogue as answers need it: parks with their outside addresses, rides with their tiers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import Connection, and_, select

from hallofshame.domain.entity_facts import NOTHING_KNOWN, AttractionFacts, FactSource, Setting
from hallofshame.domain.ride_types import RideType, counts_as_ride
from hallofshame.domain.signals import NO_SIGNAL, SIGNAL_FEED
from hallofshame.domain.words import TIER_WEIGHTS, BreakdownSignal, Feed, RideKind
from hallofshame.store import decisions, signals
from hallofshame.store.models import (
    EntityMetadata,
    ExternalId,
    Park,
    Ride,
    RideClassification,
    RideTypeDecision,
)
from hallofshame.store.ride_types import rides_and_types


@dataclass(frozen=True, slots=True)
class ParkProfile:
    """One park of the catalogue, with its ids at the sources where they know it.

    ``breakdown_signal``: what its primary feed can tell now (R5).
    """

    park_id: int
    slug: str
    name: str
    operator: str | None
    country: str | None
    region: str | None
    timezone: str
    latitude: float | None
    longitude: float | None
    primary_feed: Feed
    breakdown_signal: BreakdownSignal
    is_water_park: bool
    is_active: bool
    queue_times_id: str | None
    themeparks_wiki_id: str | None


@dataclass(frozen=True, slots=True)
class RideProfile:
    """One tracked entity with the tier (null: unrated) and the type in force, and who decided them.

    Coordinates are its own, in degrees, where its feed gives them; ``facts``: heights and roof.
    """

    ride_id: int
    park_id: int
    slug: str
    name: str
    kind: RideKind
    land: str | None
    is_active: bool
    first_seen_at: int
    last_seen_at: int
    tier: int | None
    tier_source: str | None
    type: RideType = RideType.UNKNOWN
    type_source: str | None = None
    queue_times_id: str | None = None
    themeparks_wiki_id: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    facts: AttractionFacts = NOTHING_KNOWN

    @property
    def is_ride(self) -> bool:
        """Whether it enters reliability statistics (R6)."""
        return counts_as_ride(self.kind, self.type)

    @property
    def weight(self) -> int:
        """Weight of the tier (design §2)."""
        return TIER_WEIGHTS[self.tier]


@dataclass(frozen=True)
class Catalogue:
    """All parks and rides, in name order, with the ways to find one.

    ``merged``: rides that were found to be another one, by their number (R14); they are not among ``rides``.
    ``feeds``: the sources that know any of the rides.
    """

    parks: Mapping[int, ParkProfile]
    rides: Mapping[int, RideProfile]
    merged: Mapping[int, int] = field(default_factory=dict)
    feeds: frozenset[Feed] = frozenset()

    def ride(self, ride_id: int) -> RideProfile | None:
        """The ride of this number, or the one that it was found to be."""
        return self.rides.get(self.merged.get(ride_id, ride_id))

    @cached_property
    def by_slug(self) -> dict[str, ParkProfile]:
        """Parks by the name in their address."""
        return {park.slug: park for park in self.parks.values()}

    @cached_property
    def rides_of(self) -> dict[int, list[RideProfile]]:
        """Rides of each park; a park without rides has an empty list."""
        found: dict[int, list[RideProfile]] = {park_id: [] for park_id in self.parks}
        for ride in self.rides.values():
            found.setdefault(ride.park_id, []).append(ride)
        return found

    @cached_property
    def ride_order(self) -> dict[int, int]:
        """The place of each ride in the order of names, whatever their case."""
        ordered = sorted(self.rides.values(), key=lambda ride: (ride.name.casefold(), ride.ride_id))
        return {ride.ride_id: place for place, ride in enumerate(ordered)}

    @cached_property
    def counted_rides(self) -> frozenset[int]:
        """The rides that enter reliability statistics (R6)."""
        return frozenset(ride.ride_id for ride in self.rides.values() if ride.is_ride)

    @cached_property
    def timezones(self) -> tuple[str, ...]:
        """Every zone a park lies in, sorted."""
        return tuple(sorted({park.timezone for park in self.parks.values()}))

    @cached_property
    def operators(self) -> tuple[str, ...]:
        """Every operator, sorted."""
        return tuple(sorted({park.operator for park in self.parks.values() if park.operator}))

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Every country, sorted."""
        return tuple(sorted({park.country for park in self.parks.values() if park.country}))

    @cached_property
    def regions(self) -> tuple[str, ...]:
        """Every part of the world with a park, sorted."""
        return tuple(sorted({park.region for park in self.parks.values() if park.region}))


def load_catalogue(connection: Connection) -> Catalogue:
    """Read the whole catalogue: some hundred parks, some thousand rides."""
    ids = _ids(connection, "ride")
    return Catalogue(
        _parks(connection),
        _rides(connection, ids),
        decisions.merged_rides(connection),
        frozenset(Feed(feed) for feed, _ in ids),
    )


def _ids(connection: Connection, kind: str) -> dict[tuple[int, int], str]:
    """The id at each feed that knows it, by (feed, our id)."""
    wanted = select(ExternalId.feed, ExternalId.internal_id, ExternalId.external_id).where(
        ExternalId.kind == kind
    )
    return {
        (feed, internal_id): external_id
        for feed, internal_id, external_id in connection.execute(
            wanted.order_by(ExternalId.external_id.desc())
        )
    }


def _parks(connection: Connection) -> dict[int, ParkProfile]:
    ids = _ids(connection, "park")
    known = signals.histories(connection)
    query = select(
        Park.park_id,
        Park.slug,
        Park.name,
        Park.operator,
        Park.country,
        Park.region,
        Park.timezone,
        Park.latitude,
        Park.longitude,
        Park.primary_feed,
        Park.is_water_park,
        Park.is_active,
    ).order_by(Park.name, Park.park_id)
    return {
        row.park_id: ParkProfile(
            park_id=row.park_id,
            slug=row.slug,
            name=row.name,
            operator=row.operator,
            country=row.country,
            region=row.region,
            timezone=row.timezone,
            latitude=row.latitude,
            longitude=row.longitude,
            primary_feed=Feed(row.primary_feed),
            breakdown_signal=(
                known.get(row.park_id, NO_SIGNAL).latest
                if row.primary_feed == SIGNAL_FEED
                else BreakdownSignal.CLOSED
            ),
            is_water_park=bool(row.is_water_park),
            is_active=bool(row.is_active),
            queue_times_id=ids.get((Feed.QUEUE_TIMES, row.park_id)),
            themeparks_wiki_id=ids.get((Feed.THEMEPARKS_WIKI, row.park_id)),
        )
        for row in connection.execute(query)
    }


def _rides(connection: Connection, ids: Mapping[tuple[int, int], str]) -> dict[int, RideProfile]:
    query = (
        select(
            Ride.ride_id,
            Ride.park_id,
            Ride.slug,
            Ride.name,
            Ride.kind,
            Ride.land,
            Ride.is_active,
            Ride.first_seen_at,
            Ride.last_seen_at,
            RideClassification.tier,
            RideClassification.source,
            RideTypeDecision.type,
            RideTypeDecision.source,
            EntityMetadata.latitude,
            EntityMetadata.longitude,
            EntityMetadata.min_height_cm,
            EntityMetadata.max_height_cm,
            EntityMetadata.height_source,
            EntityMetadata.setting,
            EntityMetadata.setting_source,
        )
        .outerjoin(
            EntityMetadata,
            and_(EntityMetadata.ride_id == Ride.ride_id, EntityMetadata.superseded_at.is_(None)),
        )
        .outerjoin(RideClassification, RideClassification.ride_id == Ride.ride_id)
        .outerjoin(*rides_and_types())
        .where(Ride.merged_into.is_(None))
        .order_by(Ride.name, Ride.ride_id)
    )
    return {
        row[0]: RideProfile(
            row[0],
            row[1],
            row[2],
            row[3],
            RideKind(row[4]),
            row[5],
            bool(row[6]),
            row[7],
            row[8],
            row[9],
            row[10],
            RideType(row[11] or RideType.UNKNOWN),
            row[12],
            ids.get((Feed.QUEUE_TIMES, row[0])),
            ids.get((Feed.THEMEPARKS_WIKI, row[0])),
            row[13],
            row[14],
            _facts(row[15], row[16], row[17], row[18], row[19]),
        )
        for row in connection.execute(query)
    }


def _facts(
    lowest: int | None,
    highest: int | None,
    height_by: str | None,
    setting: str | None,
    setting_by: str | None,
) -> AttractionFacts:
    """The facts of a ride's row of metadata; it may have none."""
    if height_by is None or setting is None or setting_by is None:
        return NOTHING_KNOWN
    return AttractionFacts(lowest, highest, FactSource(height_by), Setting(setting), FactSource(setting_by))
