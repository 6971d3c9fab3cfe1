"""What is known of rides beside their status, kept as versions: places, tags, limits of height, roofs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, insert, select, update

from hallofshame.domain.distances import metres_between
from hallofshame.domain.entity_facts import AttractionFacts, FactBook, FactSource, Setting
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import Finding, ListedEntity
from hallofshame.domain.ride_types import UNDECIDED, RideType
from hallofshame.pipeline.shipped import load_fact_book
from hallofshame.store import catalogue
from hallofshame.store.models import EntityMetadata, Park
from hallofshame.store.ride_types import ride_types

FAR_METRES = 50_000
"""No entity stands farther from its park; one that does has the coordinates of something else."""

MAX_NAMED = 1000
"""Of more rides than these all rows are read, which is quicker than naming each."""


@dataclass(frozen=True, slots=True)
class Known:
    """One version: where a ride is, what its feed says of it, and what follows."""

    latitude: float | None = None
    longitude: float | None = None
    tags: tuple[str, ...] = ()
    facts: AttractionFacts = field(default_factory=AttractionFacts)


@dataclass(frozen=True, slots=True)
class Named:
    """How the list of facts may know a ride: by its park and any of its names, the one in use first."""

    park_slug: str
    names: tuple[str, ...]
    type: RideType


def publish(
    connection: Connection, park_id: int, mine: Mapping[int, ListedEntity], now: dt.datetime
) -> tuple[int, list[Finding]]:
    """Store what is published of a park's rides; returns how many changed, and what cannot be."""
    slug, latitude, longitude = connection.execute(
        select(Park.slug, Park.latitude, Park.longitude).where(Park.park_id == park_id)
    ).one()
    others = catalogue.ride_names(connection, park_id)
    types = ride_types(connection)
    names = {
        ride.ride_id: (ride.name, *sorted(others.get(ride.ride_id, set()) - {ride.name}))
        for ride in catalogue.rides(connection, park_id)
    }
    found: list[Finding] = []
    after: dict[int, Known] = {}
    for ride_id, entity in sorted(mine.items()):
        place = entity.latitude, entity.longitude
        if (problem := _far_away(entity, latitude, longitude)) is not None:
            found.append(problem)
            place = None, None
        tags = tuple(sorted(set(entity.tags)))
        named = Named(slug, names[ride_id], types.get(ride_id, UNDECIDED).type)
        after[ride_id] = Known(*place, tags, _facts(load_fact_book(), named, tags))
    return _store(connection, after, now), found


def settle(connection: Connection, book: FactBook, rides: Mapping[int, Named], now: dt.datetime) -> int:
    """Bring limits and roofs of all these rides up to the list and their types; returns how many changed."""
    before = _in_force(connection, rides)
    after: dict[int, Known] = {}
    for ride_id, named in sorted(rides.items()):
        known = before.get(ride_id, Known())
        facts = _facts(book, named, known.tags)
        if ride_id in before or facts != AttractionFacts():
            after[ride_id] = Known(known.latitude, known.longitude, known.tags, facts)
    return _store(connection, after, now)


def _facts(book: FactBook, named: Named, tags: tuple[str, ...]) -> AttractionFacts:
    return book.facts(named.park_slug, named.names, tags, named.type)


def _far_away(entity: ListedEntity, latitude: float | None, longitude: float | None) -> Finding | None:
    if entity.latitude is None or entity.longitude is None or latitude is None or longitude is None:
        return None
    metres = metres_between(latitude, longitude, entity.latitude, entity.longitude)
    if metres <= FAR_METRES:
        return None
    return Finding(
        "coordinates_far_from_park",
        entity.external_id,
        f"{entity.name} is said to stand at {entity.latitude}, {entity.longitude}, {metres / 1000:.0f} km "
        "from its park; kept without a place. If the park's own place is wrong, correct the catalogue.",
    )


def _store(connection: Connection, after: Mapping[int, Known], now: dt.datetime) -> int:
    """Supersede what changed; returns how many rides that were."""
    before = _in_force(connection, after)
    changed = {ride_id: known for ride_id, known in after.items() if before.get(ride_id) != known}
    if not changed:
        return 0
    table, moment = EntityMetadata, to_unix(now)
    connection.execute(
        update(table)
        .where(table.ride_id.in_(list(changed)), table.superseded_at.is_(None))
        .values(superseded_at=moment)
    )
    # Two changes within one second are one version, the later.
    connection.execute(delete(table).where(table.ride_id.in_(list(changed)), table.seen_at == moment))
    connection.execute(
        insert(table),
        [
            {
                "ride_id": ride_id,
                "seen_at": moment,
                "superseded_at": None,
                "latitude": known.latitude,
                "longitude": known.longitude,
                "tags": json.dumps(known.tags, ensure_ascii=False),
                "min_height_cm": known.facts.min_height_cm,
                "max_height_cm": known.facts.max_height_cm,
                "height_source": known.facts.height_source.value,
                "setting": known.facts.setting.value,
                "setting_source": known.facts.setting_source.value,
            }
            for ride_id, known in changed.items()
        ],
    )
    return len(changed)


def _in_force(connection: Connection, ride_ids: Iterable[int]) -> dict[int, Known]:
    table = EntityMetadata
    wanted = set(ride_ids)
    query = select(
        table.ride_id,
        table.latitude,
        table.longitude,
        table.tags,
        table.min_height_cm,
        table.max_height_cm,
        table.height_source,
        table.setting,
        table.setting_source,
    ).where(table.superseded_at.is_(None))
    if len(wanted) <= MAX_NAMED:
        query = query.where(table.ride_id.in_(wanted))
    return {
        row.ride_id: Known(
            row.latitude,
            row.longitude,
            tuple(json.loads(row.tags)),
            AttractionFacts(
                row.min_height_cm,
                row.max_height_cm,
                FactSource(row.height_source),
                Setting(row.setting),
                FactSource(row.setting_source),
            ),
        )
        for row in connection.execute(query)
        if row.ride_id in wanted
    }
