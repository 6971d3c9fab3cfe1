"""Which outside ids and names a ride has, and giving them to another one (R14)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from hallofshame.domain.names import normalise
from hallofshame.domain.words import Feed
from hallofshame.store import catalogue
from hallofshame.store.models import ExternalId, NameSeen


def owner_of(connection: Connection, feed: int, external_id: str) -> int | None:
    """The ride that a feed's id means; ``None`` for an unknown id."""
    return connection.scalar(
        select(ExternalId.internal_id).where(
            ExternalId.feed == feed, ExternalId.kind == "ride", ExternalId.external_id == external_id
        )
    )


def ids_of(connection: Connection, ride_id: int) -> list[tuple[int, str]]:
    """A ride's outside ids as (feed, id), sorted."""
    query = select(ExternalId.feed, ExternalId.external_id).where(
        ExternalId.kind == "ride", ExternalId.internal_id == ride_id
    )
    return [(feed, given) for feed, given in connection.execute(query.order_by(*query.selected_columns))]


def give_ids(
    connection: Connection, ride_id: int, new_ride_id: int, ids: Sequence[tuple[int, str]] | None
) -> None:
    """Let outside ids of a ride, or all of them, mean another one."""
    for feed, external_id in ids_of(connection, ride_id) if ids is None else ids:
        catalogue.move_external_id(connection, Feed(feed), "ride", external_id, new_ride_id)


def names_of(connection: Connection, ride_id: int) -> set[str]:
    """Every name that a ride was seen under."""
    return set(connection.scalars(select(NameSeen.name).where(NameSeen.ride_id == ride_id)))


def forget_names(connection: Connection, ride_id: int, shown: str, names: Sequence[str]) -> None:
    """A ride forgets names that are another one's; the one that it is shown under stays."""
    others = [name for name in names if normalise(name) != normalise(shown)]
    if others:
        connection.execute(delete(NameSeen).where(NameSeen.ride_id == ride_id, NameSeen.name.in_(others)))
