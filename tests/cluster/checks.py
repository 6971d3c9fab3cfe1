"""What must hold at the end of the scenario: nothing lost, nothing doubled, nothing wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import inspect, select

from cluster.feeds import Said, Served
from hallofshame.domain.words import Origin
from hallofshame.store.database import Database
from hallofshame.store.models import Base, ExternalId, FeedPoll, RideStatusSnapshot
from support.galera import Node

EARLY_SECONDS = 2


def cycles(database: Database) -> list[int]:
    """The instants of all cycles in the record, in order."""
    with database.read() as connection:
        return sorted(connection.scalars(select(FeedPoll.observed_at).distinct()))


def longest_gap(instants: Sequence[int], since: float, until: float) -> int:
    """The longest time between two cycles of which the later lies in a stretch, in seconds."""
    return max((after - before for before, after in pairwise(instants) if since <= after <= until), default=0)


def none_twice(database: Database) -> None:
    """No park was asked twice for one cycle by one feed, and no cycle's polls were stored twice."""
    with database.read() as connection:
        query = select(FeedPoll.observed_at, FeedPoll.park_id, FeedPoll.feed)
        polls = Counter(tuple(row) for row in connection.execute(query))
    twice = [key for key, times in polls.items() if times > 1]
    assert not twice, f"stored twice: {twice[:5]}"


def as_served(database: Database, served: Sequence[Served], cadence_seconds: int, since: int) -> int:
    """Each park's readings of each cycle are one answer of that cycle, whole; returns how many there are."""
    table = RideStatusSnapshot
    with database.read() as connection:
        ids = connection.execute(select(ExternalId)).mappings().all()
        rows = connection.execute(
            select(
                table.observed_at, table.park_id, table.feed, table.ride_id, table.status, table.wait_minutes
            ).where(table.origin == int(Origin.LIVE), table.observed_at >= since)
        ).all()
    rides = {(row["feed"], row["external_id"]): row["internal_id"] for row in ids if row["kind"] == "ride"}
    parks = {(row["internal_id"], row["feed"]): row["external_id"] for row in ids if row["kind"] == "park"}
    stored: dict[tuple[int, int, int], dict[int, Said]] = defaultdict(dict)
    ever: dict[tuple[int, int], set[int]] = defaultdict(set)
    for observed_at, park_id, feed, ride_id, status, wait in rows:
        stored[observed_at, park_id, feed][ride_id] = (status, wait)
        ever[park_id, feed].add(ride_id)
    for (observed_at, park_id, feed), said in stored.items():
        answers = [
            _as_rides(answer, rides, ever[park_id, feed])
            for answer in served
            if answer.park == parks[park_id, feed]
            and int(answer.feed) == feed
            and observed_at - EARLY_SECONDS <= answer.at <= observed_at + cadence_seconds
        ]
        assert any(
            said.keys() == told.keys() and all(said[ride] in told[ride] for ride in said) for told in answers
        ), f"park {park_id} at {observed_at}: what is stored is none of the {len(answers)} answers served"
    return len(rows)


def _as_rides(answer: Served, rides: dict[tuple[int, str], int], ever: set[int]) -> dict[int, set[Said]]:
    """What an answer says by ride; an entry that is a queue of another ride is never stored as a ride."""
    found: dict[int, set[Said]] = defaultdict(set)
    for external_id, said in answer.said().items():
        ride = rides.get((int(answer.feed), external_id))
        if ride is not None and ride in ever:
            found[ride] |= said
    return found


def same_on_all_nodes(nodes: Sequence[Node], schema: str) -> int:
    """Every node holds the same rows of every table; returns how many tables there are."""
    tables = sorted(Base.metadata.tables)
    names = ", ".join(f"`{schema}`.`{table}`" for table in tables)
    sums = {node.name: node.execute(f"CHECKSUM TABLE {names}") for node in nodes}
    first, *others = sums.items()
    for name, found in others:
        differ = [row[0] for row, known in zip(found, first[1], strict=True) if row != known]
        assert not differ, f"{name} and {first[0]} differ in {differ}"
    return len(tables)


def without_key(database: Database) -> list[str]:
    """Tables without a primary key, whose rows Galera cannot tell apart."""
    with database.read() as connection:
        found = inspect(connection)
        return [
            name
            for name in found.get_table_names()
            if not found.get_pk_constraint(name)["constrained_columns"]
        ]
