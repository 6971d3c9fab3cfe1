"""Everything the store knows of the rides of each park, in memory: what sightings are matched with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from hallofshame.domain.heard_ids import Step
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.identity import KnownRide
from hallofshame.pipeline.queue_entries import rides_called
from hallofshame.store import catalogue, heard_ids
from hallofshame.store.models import NameSeen, Park, Ride


@dataclass
class ParkIndex:
    """What is known of one park's rides, as the matcher wants it.

    ``heard``: by ride and feed of the readings, under which id it was heard when, where it has several.
    """

    slug: str
    primary_feed: Feed
    rides: dict[int, KnownRide] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    lands: dict[int, str | None] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    heard: dict[heard_ids.Key, list[Step]] = field(default_factory=dict)
    _called: dict[str, list[int]] | None = None

    def called(self) -> dict[str, list[int]]:
        """The rides by every name they were seen under, as :func:`rides_called`."""
        if self._called is None:
            self._called = rides_called(self.rides.values())
        return self._called

    def changed(self) -> None:
        """Forget what was derived from names and kinds."""
        self._called = None

    def sharing(self, feed: Feed) -> list[KnownRide]:
        """The rides that have several ids of ``feed``."""
        return [ride for ride in self.rides.values() if len(ride.external_ids.get(feed, ())) > 1]


def load_known_rides(connection: Connection) -> dict[int, ParkIndex]:
    """Everything the store knows of all rides."""
    parks = {
        park_id: ParkIndex(slug, Feed(primary))
        for park_id, slug, primary in connection.execute(select(Park.park_id, Park.slug, Park.primary_feed))
    }
    names: dict[int, set[str]] = defaultdict(set)
    for ride_id, name in connection.execute(select(NameSeen.ride_id, NameSeen.name)):
        names[ride_id].add(name)
    ids: dict[int, dict[Feed, frozenset[str]]] = defaultdict(dict)
    for feed in Feed:
        for external_id, ride_id in catalogue.external_ids(connection, feed, "ride").items():
            mine = ids[ride_id].get(feed, frozenset())
            ids[ride_id][feed] = mine | {external_id}
    seen = dict(connection.execute(select(Ride.ride_id, Ride.last_seen_at)).all())
    heard = heard_ids.heard_ids(connection)
    for ride in catalogue.rides(connection):
        index = parks[ride.park_id]
        index.seen[ride.ride_id] = seen[ride.ride_id]
        index.rides[ride.ride_id] = KnownRide(
            ride.ride_id,
            ride.name,
            frozenset(names[ride.ride_id] - {ride.name}),
            dict(ids.get(ride.ride_id, {})),
            RideKind(ride.kind),
        )
        index.kinds[ride.ride_id] = ride.kind
        index.lands[ride.ride_id] = ride.land
        for feed in Feed:
            if (steps := heard.get((ride.ride_id, feed))) is not None:
                index.heard[ride.ride_id, feed] = steps
    return parks
