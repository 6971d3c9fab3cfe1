"""Splitting an entry of a feed from its ride by hand, and taking back a merge (R14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError
from hallofshame.domain.heard_ids import END_OF_TIME, Steps, spells
from hallofshame.domain.localtime import day_bounds, to_unix
from hallofshame.domain.words import Feed
from hallofshame.pipeline import heard_links, ride_links
from hallofshame.pipeline.deciding import Changed, EntryId, TakenRide, Work, begin, logged, ride_of
from hallofshame.pipeline.ride_runs import said_by, without
from hallofshame.store import catalogue, decisions, heard_ids, reviews, ride_moves
from hallofshame.store.database import Database
from hallofshame.store.decisions import Action, Decision, Move
from hallofshame.store.history.reading import History
from hallofshame.store.models import ExternalId, Ride
from hallofshame.store.ride_moves import Reach


def split(
    database: Database,
    clock: Clock,
    history: History,
    ride_id: int,
    what: int | EntryId,
    *,
    since: dt.date | None = None,
    by: str,
    note: str | None = None,
) -> Changed:
    """Separate from a ride what is another one, from the park-local date ``since`` on, else altogether.

    ``what`` is the number of a ride that was merged into it, which gets back what it had, with what its ids
    said since; or an entry of a feed, which gets a ride of its own (or the one it was merged from).
    One transaction; what is apart already stays as it is.

    :raises NotFoundError: for a ride that does not exist.
    :raises InputError: where nothing of that kind belongs to the ride.
    """

    def work(connection: Connection) -> Changed:
        kept = ride_of(connection, ride_id)
        if kept.merged_into is not None:
            raise InputError(
                f"ride {ride_id} is ride {kept.merged_into} by now; split it off first: "
                f"hallofshame mapping split {kept.merged_into} {ride_id}"
            )
        if isinstance(what, int):
            merged = decisions.in_force(connection, Action.MERGE, ride_id=ride_id, other_ride_id=what)
            if merged is None:
                return _apart_already(connection, kept, what)
        else:
            owner = _owner(connection, what, kept)
            if owner != ride_id:
                before = decisions.in_force(
                    connection, Action.SPLIT, ride_id=ride_id, external_id=what.external_id
                )
                if before is not None and before.other_ride_id == owner:
                    return Changed(
                        action=Action.SPLIT, ride_id=ride_id, other_ride_id=owner, decision_id=None
                    )
                raise InputError(f"{what} is ride {owner}, not ride {ride_id}; split it from that one")
            merged = _merged_with(connection, ride_id, what)
        concerned = [ride_id, *([merged.other_ride_id or 0] if merged is not None else [])]
        doing = begin(connection, history, clock.now(), kept.park_id, concerned)
        reach = Reach()
        if since is not None:
            reach = Reach(first_day=since, since=day_bounds(since, doing.timezone)[0])
        if merged is not None:
            other, readings, ids = _take_back(doing, kept, merged, reach)
        else:
            assert isinstance(what, EntryId)  # noqa: S101 - a number without a merge was answered above
            other, readings = _own_ride(doing, kept, what, reach)
            ids = [(what.feed, what.external_id)]
        decision = Decision(
            action=Action.SPLIT,
            park_id=kept.park_id,
            ride_id=ride_id,
            other_ride_id=other,
            feed=int(ids[0][0]) if ids else None,
            external_id=ids[0][1] if ids else None,
            since=reach.since or None,
            decided_at=to_unix(doing.now),
            decided_by=by,
            note=note,
            detail={"ids": [list(one) for one in ids]},
        )
        number = decisions.record(connection, decision, doing.moves)
        if merged is not None:
            decisions.undo(connection, merged.decision_id, number)
        reviews.settle(connection, Action.SPLIT, [ride_id, other], None, doing.now, by, ids)
        marked = doing.finish([ride_id, other], "ride_split")
        return Changed(
            action=Action.SPLIT,
            ride_id=ride_id,
            other_ride_id=other,
            decision_id=number,
            readings=readings,
            park_days=marked,
        )

    return logged(database, clock, work)


def _take_back(
    doing: Work, kept: TakenRide, merged: Decision, reach: Reach
) -> tuple[int, int, list[tuple[int, str]]]:
    """Undo a merge from ``reach`` on: the ride merged away, readings moved, and its ids."""
    connection, other = doing.connection, merged.other_ride_id
    assert other is not None  # noqa: S101 - every merge has two rides
    ids = [
        (feed, external_id)
        for feed, external_id in merged.detail["ids"]
        if ride_links.owner_of(connection, feed, external_id) == kept.ride_id
    ]
    heard = heard_ids.heard_ids(connection, [kept.ride_id])
    back = [
        Move(move.feed, move.new_ride_id, move.ride_id, max(since, reach.since), until)
        for move in reversed(decisions.moves_of(connection, merged.decision_id))
        for since, until in _heard_within(move, heard.get((move.new_ride_id, Feed(move.feed))), ids)
        if until >= reach.since
    ]
    later = [
        move
        for feed, external_id in ids
        for move in _heard_under(
            doing, kept.ride_id, other, Feed(feed), external_id, max(reach.since, merged.decided_at + 1)
        )
    ]
    readings = doing.moved([*back, *without(later, back)])
    doing.days |= {doing.local(max(reach.since, kept.first_seen_at))}
    wiki = [given for feed, given in ids if feed == Feed.THEMEPARKS_WIKI]
    if wiki:
        facts = _facts_reach(doing, kept.ride_id, wiki[0], reach)
        doing.days |= ride_moves.move_facts(connection, kept.park_id, kept.ride_id, other, facts)
    heard_links.part(connection, kept.ride_id, other, ids, reach.since)
    ride_links.give_ids(connection, kept.ride_id, other, ids)
    ride_links.forget_names(connection, kept.ride_id, kept.name, merged.detail["names"])
    connection.execute(update(Ride).where(Ride.ride_id == other).values(merged_into=None))
    catalogue.set_active(connection, [other], active=bool(merged.detail["active"]))
    return other, readings, ids


def _own_ride(doing: Work, kept: TakenRide, entry: EntryId, reach: Reach) -> tuple[int, int]:
    """Give an entry a new ride: its number, and the readings moved."""
    connection = doing.connection
    if len(ride_links.ids_of(connection, kept.ride_id)) == 1 and not reach.since:
        raise InputError(
            f"ride {kept.ride_id} is {entry} and nothing else; say from which date on that is another ride"
        )
    name = connection.scalar(
        select(ExternalId.name).where(
            ExternalId.feed == int(entry.feed),
            ExternalId.kind == "ride",
            ExternalId.external_id == entry.external_id,
        )
    )
    began = [
        since
        for steps in heard_ids.steps_of(connection, kept.ride_id, entry.feed).values()
        for since, _ in spells(steps, entry.external_id)
    ]
    begins = max(min(began, default=0), reach.since)
    new = catalogue.NewRide(
        kept.park_id, name or kept.name, kept.kind, kept.land, max(begins, kept.first_seen_at)
    )
    (other,) = catalogue.create_rides(connection, [new])
    moves = _heard_under(doing, kept.ride_id, other, entry.feed, entry.external_id, reach.since)
    readings = doing.moved(moves)
    if entry.feed is Feed.THEMEPARKS_WIKI:
        facts = _facts_reach(doing, kept.ride_id, entry.external_id, reach)
        doing.days |= ride_moves.move_facts(connection, kept.park_id, kept.ride_id, other, facts)
    ids = [(int(entry.feed), entry.external_id)]
    heard_links.part(connection, kept.ride_id, other, ids, reach.since)
    ride_links.give_ids(connection, kept.ride_id, other, ids)
    if name is not None and not reach.since:
        ride_links.forget_names(connection, kept.ride_id, kept.name, [name])
    return other, readings


def _heard_under(
    doing: Work, ride_id: int, other: int, feed: Feed, external_id: str, begins: int
) -> list[Move]:
    """The moves of what was heard of a ride under an id, from ``begins`` on."""
    steps = heard_ids.steps_of(doing.connection, ride_id, feed)
    return [
        move
        for said, of_feed in steps.items()
        for since, until in spells(of_feed, external_id)
        for move in said_by(doing.readings, ride_id, other, int(said), max(since, begins), until)
    ]


def _heard_within(move: Move, steps: Steps | None, ids: Sequence[tuple[int, str]]) -> list[tuple[int, int]]:
    """The parts of what a merge moved, both ends included, that were heard under the ids that go back."""
    noted = {given for _, given in steps or ()}
    if steps is None or noted.isdisjoint(given for _, given in ids):
        return [(move.since, move.until)]
    parts = [
        (max(since, move.since), min(until - 1, move.until))
        for _, given in ids
        for since, until in spells(steps, given)
    ]
    return sorted(part for part in parts if part[0] <= part[1])


def _facts_reach(doing: Work, ride_id: int, external_id: str, reach: Reach) -> list[Reach]:
    """From when until when a ThemeParks.wiki id spoke of a ride, each time."""
    steps = heard_ids.steps_of(doing.connection, ride_id, Feed.THEMEPARKS_WIKI)[Feed.THEMEPARKS_WIKI]
    found = []
    for begins, until in spells(steps, external_id):
        since = max(begins, reach.since)
        found.append(
            Reach(
                first_day=doing.local(since) if since else dt.date.min,
                end_day=doing.local(until) if until < END_OF_TIME else dt.date.max,
                since=since,
                until=until,
            )
        )
    return found


def _owner(connection: Connection, entry: EntryId, kept: TakenRide) -> int:
    owner = ride_links.owner_of(connection, int(entry.feed), entry.external_id)
    if owner is None:
        known = ", ".join(
            f"{Feed(feed).slug}:{given}" for feed, given in ride_links.ids_of(connection, kept.ride_id)
        )
        raise InputError(f"nobody knows the entry {entry}; ride {kept.ride_id} has {known or 'no ids'}")
    return owner


def _merged_with(connection: Connection, ride_id: int, entry: EntryId) -> Decision | None:
    """The merge in force by which an entry came to a ride."""
    found = [
        decision
        for decision in decisions.decisions(connection, ride_id=ride_id)
        if decision.action is Action.MERGE
        and decision.undone_by is None
        and decision.ride_id == ride_id
        and [int(entry.feed), entry.external_id] in decision.detail["ids"]
    ]
    return found[-1] if found else None


def _apart_already(connection: Connection, kept: TakenRide, other: int) -> Changed:
    known = ride_of(connection, other)
    before = decisions.in_force(connection, Action.SPLIT, ride_id=kept.ride_id, other_ride_id=other)
    if known.merged_into is not None or before is None:
        raise InputError(
            f"ride {other} was not merged into ride {kept.ride_id}; name an entry such as queue_times:284, "
            f"as hallofshame mapping show {kept.ride_id} lists them"
        )
    return Changed(action=Action.SPLIT, ride_id=kept.ride_id, other_ride_id=other, decision_id=None)
