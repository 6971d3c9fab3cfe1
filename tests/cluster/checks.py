"""What must hold of a cluster at the end of the scenario, beside what must hold after any fault."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import inspect, select

from hallofshame.store.database import Database
from hallofshame.store.models import Base, FeedPoll
from support.galera import Node


def cycles(database: Database) -> list[int]:
    """The instants of all cycles in the record, in order."""
    with database.read() as connection:
        return sorted(connection.scalars(select(FeedPoll.observed_at).distinct()))


def longest_gap(instants: Sequence[int], since: float, until: float) -> int:
    """The longest time between two cycles of which the later lies in a stretch, in seconds."""
    return max((after - before for before, after in pairwise(instants) if since <= after <= until), default=0)


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
