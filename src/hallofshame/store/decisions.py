"""Decisions about which rides are one (R14): versioned, with what they moved. Nothing is ever deleted."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from hallofshame.domain.names import clipped
from hallofshame.store.models import Ride, RideDecision, RideMove

WHO_LENGTH = 120
NOTE_LENGTH = 250


class Action(StrEnum):
    """What was decided."""

    MERGE = "merge"
    SPLIT = "split"
    ACCEPT = "accept"


@dataclass(frozen=True, slots=True)
class Move:
    """What ``feed`` said of ``ride_id`` from ``since`` to ``until`` is said of ``new_ride_id``.

    Unix seconds, both ends included.
    """

    feed: int
    ride_id: int
    new_ride_id: int
    since: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision; see the columns of ``ride_decisions``. ``decision_id`` 0 is one not stored yet."""

    action: Action
    park_id: int
    ride_id: int
    other_ride_id: int | None
    decided_at: int
    decided_by: str
    feed: int | None = None
    external_id: str | None = None
    since: int | None = None
    note: str | None = None
    undone_by: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    decision_id: int = 0


def record(connection: Connection, decision: Decision, moves: Sequence[Move] = ()) -> int:
    """Store a decision with what it moved; returns its number."""
    result = connection.execute(
        insert(RideDecision).values(
            park_id=decision.park_id,
            action=decision.action.value,
            ride_id=decision.ride_id,
            other_ride_id=decision.other_ride_id,
            feed=decision.feed,
            external_id=decision.external_id,
            since=decision.since,
            decided_at=decision.decided_at,
            decided_by=clipped(decision.decided_by, WHO_LENGTH),
            note=None if decision.note is None else clipped(decision.note, NOTE_LENGTH),
            detail=json.dumps(decision.detail, ensure_ascii=False),
        )
    )
    number = int(result.inserted_primary_key[0])  # type: ignore[index]
    note_moves(connection, number, moves)
    return number


def note_moves(connection: Connection, decision_id: int, moves: Sequence[Move]) -> None:
    """Note what a decision moved, after what it is known to have moved."""
    if moves:
        first = len(moves_of(connection, decision_id))
        connection.execute(
            insert(RideMove),
            [
                {
                    "decision_id": decision_id,
                    "step": first + step,
                    "feed": move.feed,
                    "ride_id": move.ride_id,
                    "new_ride_id": move.new_ride_id,
                    "since": move.since,
                    "until": move.until,
                }
                for step, move in enumerate(moves)
            ],
        )


def undo(connection: Connection, decision_id: int, undone_by: int) -> None:
    """Note that a later decision took one back."""
    connection.execute(
        update(RideDecision).where(RideDecision.decision_id == decision_id).values(undone_by=undone_by)
    )


def decisions(
    connection: Connection, *, park_ids: Collection[int] | None = None, ride_id: int | None = None
) -> list[Decision]:
    """All decisions, or those about parks or about one ride, in the order they were made."""
    table = RideDecision
    query = select(table.__table__).order_by(table.decision_id)
    if park_ids is not None:
        query = query.where(table.park_id.in_(list(park_ids)))
    if ride_id is not None:
        query = query.where(or_(table.ride_id == ride_id, table.other_ride_id == ride_id))
    return [_decision(row) for row in connection.execute(query).mappings()]


def in_force(connection: Connection, action: Action, **values: int | str) -> Decision | None:
    """The latest decision of this kind with these values that nobody took back."""
    table = RideDecision
    query = select(table.__table__).where(table.action == action.value, table.undone_by.is_(None))
    for name, value in values.items():
        query = query.where(getattr(table, name) == value)
    row = connection.execute(query.order_by(table.decision_id.desc()).limit(1)).mappings().first()
    return None if row is None else _decision(row)


def moves_of(connection: Connection, decision_id: int) -> list[Move]:
    """What a decision moved, in its order."""
    table = RideMove
    query = (
        select(table.feed, table.ride_id, table.new_ride_id, table.since, table.until)
        .where(table.decision_id == decision_id)
        .order_by(table.step)
    )
    return [Move(*row) for row in connection.execute(query)]


def merged_rides(connection: Connection, park_ids: Collection[int] | None = None) -> dict[int, int]:
    """The rides that were found to be another one, each with the one that it is in the end."""
    query = select(Ride.ride_id, Ride.merged_into).where(Ride.merged_into.is_not(None))
    if park_ids is not None:
        query = query.where(Ride.park_id.in_(list(park_ids)))
    next_of = {ride_id: into for ride_id, into in connection.execute(query) if into is not None}
    found = {}
    for ride_id, into in next_of.items():
        while into in next_of:
            into = next_of[into]
        found[ride_id] = into
    return found


def _decision(row: RowMapping) -> Decision:
    return Decision(**{**dict(row), "action": Action(row["action"]), "detail": json.loads(row["detail"])})
