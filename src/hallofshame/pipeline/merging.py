"""Merging two rides by hand into one: one transaction, which may be repeated (R14)."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, select, update

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import to_unix
from hallofshame.pipeline import heard_links, ride_links
from hallofshame.pipeline.deciding import Changed, TakenRide, Work, begin, logged, ride_of
from hallofshame.pipeline.ride_runs import merging_moves
from hallofshame.store import catalogue, decisions, reviews, ride_moves
from hallofshame.store.database import Database
from hallofshame.store.decisions import Action, Decision, Move
from hallofshame.store.history.reading import History
from hallofshame.store.models import Park, Ride, RideStatusSnapshot

SWEPT_SECONDS = 3 * 86_400
"""How far back the daily sweep looks for readings under the number of a merged ride."""


def merge(
    database: Database,
    clock: Clock,
    history: History,
    ride_id: int,
    into: int,
    *,
    by: str,
    note: str | None = None,
) -> Changed:
    """Make ride ``ride_id`` and ``into`` one: everything said of the first was said of the second.

    Its readings, queues, hours, shows, names and outside ids move, in SQL and in the history files; its
    number leads to the other one from then on; the days concerned become dirty. Where both have a reading
    of one instant, the one of the park's primary feed counts, and the other stays in the record under the
    number of the merged ride, where it counts nowhere. One transaction; what was merged already stays as it
    is, but for readings that came in since under the old number.

    :raises NotFoundError: for a ride that does not exist.
    :raises InputError: for a ride with itself, rides of two parks, one that was merged into a third, and two
        that one feed named in one answer, which are two rides.
    """
    if ride_id == into:
        raise InputError(f"ride {ride_id} cannot be merged into itself; name two rides")

    def work(connection: Connection) -> Changed:
        old, kept = ride_of(connection, ride_id), ride_of(connection, into)
        if old.park_id != kept.park_id:
            raise InputError(f"ride {ride_id} and ride {into} are of two parks; only rides of one can be one")
        if kept.merged_into is not None:
            raise InputError(f"ride {into} is ride {kept.merged_into} by now; merge into that one")
        if old.merged_into not in (None, into):
            raise InputError(
                f"ride {ride_id} is ride {old.merged_into} by now; split it off first: "
                f"hallofshame mapping split {old.merged_into} {ride_id}"
            )
        doing = begin(connection, history, clock.now(), old.park_id, [ride_id, into])
        primary = connection.scalar(select(Park.primary_feed).where(Park.park_id == old.park_id))
        moves = merging_moves(doing.readings, ride_id, into, primary or 0)
        if old.merged_into == into:
            return _swept(doing, old, kept, moves)
        names = sorted(ride_links.names_of(connection, ride_id) - ride_links.names_of(connection, into))
        detail = {
            "ids": ride_links.ids_of(connection, ride_id),
            "names": names,
            "active": bool(old.is_active),
        }
        readings = doing.moved(moves)
        doing.days |= {
            doing.local(at)
            for at in doing.readings.filter(pl.col("ride_id") == ride_id)
            .select(pl.col("observed_at").min().alias("a"), pl.col("observed_at").max().alias("b"))
            .row(0)
            if at is not None
        }
        doing.days |= ride_moves.move_facts(connection, old.park_id, ride_id, into)
        heard_links.join(connection, doing.readings, ride_id, into)
        ride_links.give_ids(connection, ride_id, into, None)
        catalogue.remember_names(connection, [(into, name, old.first_seen_at) for name in names])
        connection.execute(
            update(Ride).where(Ride.ride_id == ride_id).values(merged_into=into, is_active=False)
        )
        if old.is_active and not kept.is_active:
            catalogue.set_active(connection, [into], active=True)
        decision = Decision(
            action=Action.MERGE,
            park_id=old.park_id,
            ride_id=into,
            other_ride_id=ride_id,
            decided_at=to_unix(doing.now),
            decided_by=by,
            note=note,
            detail=detail,
        )
        number = decisions.record(connection, decision, doing.moves)
        reviews.settle(connection, Action.MERGE, [ride_id, into], into, doing.now, by)
        marked = doing.finish([into, ride_id], "ride_merged")
        return Changed(
            action=Action.MERGE,
            ride_id=into,
            other_ride_id=ride_id,
            decision_id=number,
            readings=readings,
            park_days=marked,
        )

    return logged(database, clock, work)


def sweep(database: Database, clock: Clock, history: History) -> int:
    """Let readings follow that came in under the number of a merged ride after its merge; returns how many.

    A cycle that was under way during a merge may write such ones.
    """
    table = RideStatusSnapshot
    since = to_unix(clock.now()) - SWEPT_SECONDS
    with database.read() as connection:
        merged = [
            decision
            for decision in decisions.decisions(connection)
            if decision.action is Action.MERGE and decision.undone_by is None
        ]
        strays = [
            decision
            for decision in merged
            if connection.execute(
                select(table.ride_id)
                .where(
                    table.park_id == decision.park_id,
                    table.ride_id == decision.other_ride_id,
                    table.observed_at > max(since, decision.decided_at),
                )
                .limit(1)
            ).first()
        ]
    return sum(
        merge(
            database, clock, history, decision.other_ride_id or 0, decision.ride_id, by=decision.decided_by
        ).readings
        for decision in strays
    )


def _swept(doing: Work, old: TakenRide, kept: TakenRide, moves: Sequence[Move]) -> Changed:
    """What came in under the number of a merged ride after the merge follows it."""
    merged = decisions.in_force(
        doing.connection, Action.MERGE, ride_id=kept.ride_id, other_ride_id=old.ride_id
    )
    readings = doing.moved(moves)
    marked = 0
    if moves and merged is not None:
        decisions.note_moves(doing.connection, merged.decision_id, moves)
        ids = [(feed, given) for feed, given in merged.detail["ids"]]
        heard_links.follow(doing.connection, doing.readings, old.ride_id, kept.ride_id, ids)
        marked = doing.finish([kept.ride_id, old.ride_id], "ride_merged")
    return Changed(
        action=Action.MERGE,
        ride_id=kept.ride_id,
        other_ride_id=old.ride_id,
        decision_id=None,
        readings=readings,
        park_days=marked,
    )
