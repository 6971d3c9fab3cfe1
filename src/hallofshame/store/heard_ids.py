"""Under which of its ids each feed named a ride, from when on, where it has several (R14)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select

from hallofshame.domain.heard_ids import Step, Steps
from hallofshame.domain.words import NAMED_BY_IDS_OF, Feed
from hallofshame.store.models import ExternalId, HeardId, RideStatusSnapshot

Key = tuple[int, Feed]
"""A ride, and the feed of its readings."""

_AT_ONCE = 400


def heard_ids(connection: Connection, ride_ids: Collection[int] | None = None) -> dict[Key, list[Step]]:
    """The steps of rides, or of all rides that have any."""
    table = HeardId
    query = select(table.ride_id, table.feed, table.since, table.external_id).order_by(
        table.ride_id, table.feed, table.since
    )
    if ride_ids is not None:
        query = query.where(table.ride_id.in_(list(ride_ids)))
    found: defaultdict[Key, list[Step]] = defaultdict(list)
    for ride_id, feed, since, external_id in connection.execute(query):
        found[ride_id, Feed(feed)].append((since, external_id))
    return dict(found)


def steps_of(connection: Connection, ride_id: int, ids_of: Feed) -> dict[Feed, list[Step]]:
    """How a ride was heard under the ids of a feed, by the feed of the readings.

    Where nothing was noted, each id counts from its first sight until that of the next.
    """
    table = ExternalId
    query = (
        select(table.first_seen_at, table.external_id)
        .where(table.kind == "ride", table.internal_id == ride_id, table.feed == int(ids_of))
        .order_by(table.first_seen_at, table.external_id)
    )
    seen: list[Step] = [(since, given) for since, given in connection.execute(query)]
    noted = heard_ids(connection, [ride_id])
    return {said_by: noted.get((ride_id, said_by), seen) for said_by in NAMED_BY_IDS_OF[ids_of]}


def put(connection: Connection, ride_id: int, feed: Feed, steps: Steps, before: Steps | None = None) -> None:
    """Let these be the steps of a ride; ``before``: what they were, where that is known."""
    table = HeardId
    own = (table.ride_id == ride_id) & (table.feed == int(feed))
    if before is None:
        before = heard_ids(connection, [ride_id]).get((ride_id, feed), [])
    gone = [since for since, _ in set(before) - set(steps)]
    for start in range(0, len(gone), _AT_ONCE):
        connection.execute(delete(table).where(own, table.since.in_(gone[start : start + _AT_ONCE])))
    new = sorted(set(steps) - set(before))
    if new:
        connection.execute(
            insert(table),
            [
                {"ride_id": ride_id, "feed": int(feed), "since": since, "external_id": given}
                for since, given in new
            ],
        )


def forget(connection: Connection, ride_ids: Collection[int]) -> None:
    """Remove the steps of rides that have one id at most at each feed."""
    connection.execute(delete(HeardId).where(HeardId.ride_id.in_(list(ride_ids))))


def recorded_instants(
    connection: Connection, park_id: int, feed: Feed, rides: Collection[int], first: int
) -> Mapping[int, list[int]]:
    """When SQL has readings of rides by a feed, from ``first`` on (Unix seconds), by ride."""
    rows = RideStatusSnapshot
    query = select(rows.ride_id, rows.observed_at).where(
        rows.park_id == park_id,
        rows.observed_at >= first,
        rows.feed == int(feed),
        rows.ride_id.in_(list(rides)),
    )
    found: defaultdict[int, list[int]] = defaultdict(list)
    for ride_id, at in connection.execute(query):
        found[ride_id].append(at)
    return found
