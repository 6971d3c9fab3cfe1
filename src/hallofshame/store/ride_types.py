"""What attractions are (R13): the types in force, and which rides enter reliability statistics."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl
from sqlalchemy import ColumnElement, Connection, Select, and_, case, or_, select

from hallofshame.domain.ride_types import NON_RIDES, RideType, TypeDecision, TypeSource
from hallofshame.domain.words import RideKind
from hallofshame.store import bulk
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import Ride, RideTypeDecision

REASON_LENGTH = 250


def is_ride() -> ColumnElement[bool]:
    """Whether a ride enters reliability statistics (R6): an ATTRACTION that is not of a non-ride type, and
    was not found to be another ride (R14).

    For a query that joins ``ride_types`` to its rides from outside: a ride without a row is of unknown type.
    """
    table = RideTypeDecision
    known = sorted(kind.value for kind in NON_RIDES)
    return and_(
        Ride.kind == RideKind.ATTRACTION.value,
        Ride.merged_into.is_(None),
        or_(table.type.is_(None), table.type.not_in(known)),
    )


def is_ride_number() -> ColumnElement[int]:
    """The same as 1 or 0."""
    return case((is_ride(), 1), else_=0)


def rides_of_types(types: Collection[RideType]) -> Select[int]:
    """A query of the ids of the rides of these types; a ride without a row is of unknown type."""
    table = RideTypeDecision
    known = sorted(kind.value for kind in types)
    of_type = table.type.in_(known)
    return (
        select(Ride.ride_id)
        .outerjoin(*rides_and_types())
        .where(or_(of_type, table.type.is_(None)) if RideType.UNKNOWN in types else of_type)
    )


def ride_types(connection: Connection) -> dict[int, TypeDecision]:
    """The type in force of every ride that has been looked at."""
    table = RideTypeDecision
    query = select(table.ride_id, table.type, table.source, table.confidence, table.reason)
    return {
        ride_id: TypeDecision(RideType(kind), TypeSource(source), confidence, reason)
        for ride_id, kind, source, confidence, reason in connection.execute(query)
    }


def set_ride_types(connection: Connection, decided: Iterable[tuple[int, TypeDecision]], now: Instant) -> None:
    """Put types in force, in place of those there were."""
    rows = [
        (ride_id, item.type.value, item.source.value, item.confidence, clip_reason(item.reason))
        for ride_id, item in decided
    ]
    schema = {
        "ride_id": pl.Int64,
        "type": pl.String,
        "source": pl.String,
        "confidence": pl.Float64,
        "reason": pl.String,
    }
    frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(decided_at=pl.lit(unix(now)))
    bulk.upsert(connection, RideTypeDecision, frame)


def clip_reason(text: str) -> str:
    """A reason as it is stored."""
    return text.strip()[:REASON_LENGTH].rstrip()


def rides_and_types() -> tuple[type[RideTypeDecision], ColumnElement[bool]]:
    """What to join from outside so that :func:`is_ride` can answer: the table and the condition."""
    return RideTypeDecision, RideTypeDecision.ride_id == Ride.ride_id
