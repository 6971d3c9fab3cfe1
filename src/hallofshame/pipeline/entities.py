"""What ThemeParks.wiki publishes of each entity: which of our rides it is, where it stands, its tags."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from hallofshame.domain.readings import ListedEntity
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline import metadata
from hallofshame.pipeline.identity import KnownRide, Matcher, Sighting, one_answer
from hallofshame.pipeline.polling import PolledPark
from hallofshame.pipeline.queue_entries import queues_among, rides_called
from hallofshame.pipeline.registry import Registry
from hallofshame.store import catalogue, findings
from hallofshame.store.models import ExternalId, Ride

LINKED_KINDS = (RideKind.ATTRACTION, RideKind.SHOW, RideKind.MEET_AND_GREET)
"""Kinds that may be a ride of another feed by name, in the order in which they are asked.

A shop or restaurant that shares its name with a ride is not that ride.
"""


def write_entities(
    connection: Connection,
    registry: Registry,
    park: PolledPark,
    entities: Sequence[ListedEntity],
    now: dt.datetime,
) -> tuple[int, int]:
    """Recognise a park's entities among its rides and store what is published of them.

    An entity is a ride by its id or, where a feed without these ids named the ride first, by its name (R14);
    its kind then corrects the ride's. An entity that was never observed makes no ride. Returns how many rides
    were linked to an entity and how many have new metadata; what cannot be is a finding.
    """
    known = known_ids(connection, park.park_id)
    linked = link(connection, registry, park, entities, known, now)
    rides = known | linked
    mine = {rides[entity.external_id]: entity for entity in entities if entity.external_id in rides}
    changed, found = metadata.publish(connection, park.park_id, mine, now)
    findings.record(connection, [(park.park_id, finding) for finding in found], now)
    return len(linked), changed


def known_ids(connection: Connection, park_id: int) -> dict[str, int]:
    """The ride of each entity of a park that ThemeParks.wiki is known to name by that id."""
    query = (
        select(ExternalId.external_id, ExternalId.internal_id)
        .join(Ride, Ride.ride_id == ExternalId.internal_id)
        .where(
            ExternalId.feed == int(Feed.THEMEPARKS_WIKI), ExternalId.kind == "ride", Ride.park_id == park_id
        )
    )
    return dict(connection.execute(query).all())


def link(
    connection: Connection,
    registry: Registry,
    park: PolledPark,
    entities: Iterable[ListedEntity],
    known: Mapping[str, int],
    now: dt.datetime,
) -> dict[str, int]:
    """Give rides of other feeds the entity's id and kind; returns the new links by entity id."""
    rides = catalogue.rides(connection, park.park_id)
    kinds = {ride.ride_id: ride.kind for ride in rides}
    names = catalogue.ride_names(connection, park.park_id)
    ids: dict[int, set[str]] = {}
    for external_id, ride_id in known.items():
        ids.setdefault(ride_id, set()).add(external_id)
    feed = Feed.THEMEPARKS_WIKI
    sightings = {entity: Sighting(entity.external_id, entity.name, entity.kind) for entity in entities}
    company = one_answer(sightings.values())
    known_rides = [
        KnownRide(
            ride.ride_id,
            ride.name,
            frozenset(names.get(ride.ride_id, set()) - {ride.name}),
            {feed: frozenset(ids.get(ride.ride_id, ()))},
            RideKind(ride.kind),
        )
        for ride in rides
    ]
    matcher = Matcher(
        known_rides,
        feed,
        company=company,
        asked=sightings.values(),
    )
    queues = queues_among(sightings.values(), lambda: rides_called(known_rides))
    tell: list[Sighting] = []
    for entity in sorted(entities, key=lambda entity: list(RideKind).index(entity.kind)):
        sighting = sightings[entity]
        if sighting in queues:
            continue
        if entity.external_id in known:
            if entity.kind not in (RideKind.OTHER, kinds[known[entity.external_id]]):
                tell.append(sighting)
        elif entity.kind in LINKED_KINDS:
            match = matcher.match(sighting)
            if match.ride_id is not None:
                matcher.learn(match.ride_id, sighting)
                tell.append(sighting)
    found = registry.resolve(connection, park.park_id, feed, tell, now, company) if tell else {}
    return {
        sighting.external_id: ride_id
        for sighting, ride_id in found.items()
        if sighting.external_id is not None and sighting.external_id not in known
    }
