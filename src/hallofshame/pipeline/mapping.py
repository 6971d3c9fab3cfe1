"""Merging and splitting rides by hand: one transaction each, which may be repeated and taken back (R14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import polars as pl
from sqlalchemy import Connection, select, update

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import day_bounds, from_unix, local_day, to_unix
from hallofshame.domain.rules import LOOKBACK_DAYS
from hallofshame.domain.words import Feed
from hallofshame.pipeline import ride_links
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.record import write_current
from hallofshame.pipeline.ride_runs import END_OF_TIME, id_reach, merging_moves, said_by, without
from hallofshame.store import catalogue, data_version, decisions, dirty, exclusive, reviews, ride_moves
from hallofshame.store.database import Database
from hallofshame.store.decisions import Action, Decision, Move
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History, after_moves
from hallofshame.store.models import ExternalId, Park, Ride, RideStatusSnapshot
from hallofshame.store.ride_moves import Reach

ONE_DAY = dt.timedelta(days=1)

SWEPT_SECONDS = 3 * 86_400
"""How far back the daily sweep looks for readings under the number of a merged ride."""


@dataclass(frozen=True, slots=True)
class EntryId:
    """What a feed calls one of its entries: ``queue_times:284``."""

    feed: Feed
    external_id: str

    def __str__(self) -> str:
        return f"{self.feed.slug}:{self.external_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a decision did. ``decision_id`` is null where everything was so already."""

    action: Action
    ride_id: int
    other_ride_id: int
    decision_id: int | None
    readings: int = 0
    park_days: int = 0


@dataclass(frozen=True, slots=True)
class _Ride:
    ride_id: int
    park_id: int
    name: str
    kind: str
    land: str | None
    is_active: bool
    first_seen_at: int
    last_seen_at: int
    merged_into: int | None


@dataclass
class _Work:
    """One decision in the making: what it concerns, and which readings move."""

    connection: Connection
    history: History
    now: dt.datetime
    park_id: int
    timezone: str
    readings: pl.DataFrame
    moves: list[Move] = field(default_factory=list)
    days: set[dt.date] = field(default_factory=set)

    def moved(self, moves: Sequence[Move]) -> int:
        """Make moves; returns how many readings SQL held of them."""
        self.moves += moves
        for move in moves:
            self.days |= {self.local(move.since), self.local(move.until)}
        return ride_moves.move_readings(self.connection, self.park_id, moves)

    def local(self, instant: int) -> dt.date:
        """The park's date at an instant, within what dates can be."""
        return local_day(from_unix(min(max(instant, 0), to_unix(self.now) + 86_400)), self.timezone)

    def finish(self, rides: Sequence[int], reason: str) -> int:
        """Mark the days concerned, find the present anew; returns how many park-days are marked.

        The last of ``rides`` is the one whose readings count otherwise now.
        """
        marked = 0
        made = [(*asdict(move).values(), self.park_id) for move in self.moves]
        names = [*Move.__dataclass_fields__, "park_id"]
        after = after_moves(self.readings, pl.DataFrame(made, schema=names, orient="row"))
        after = after.filter(pl.col("ride_id").is_in(list(rides)))
        of_last = after.filter(pl.col("ride_id") == rides[-1])["observed_at"]
        self.days |= {self.local(at) for at in (of_last.min(), of_last.max()) if isinstance(at, int)}
        if self.days:
            first, last = min(self.days) - ONE_DAY, max(self.days) + (LOOKBACK_DAYS + 1) * ONE_DAY
            days = [(self.park_id, first + n * ONE_DAY) for n in range((last - first).days + 1)]
            dirty.mark_existing(self.connection, days, reason, self.now)
            marked = sum(
                first <= day <= last
                for park_id, day in dirty.dirty(self.connection).select("park_id", "day").iter_rows()
                if park_id == self.park_id
            )
        merged = decisions.merged_rides(self.connection, [self.park_id])
        write_current(self.connection, after.filter(~pl.col("ride_id").is_in(list(merged))), self.now)
        seen = after.group_by("ride_id").agg(
            first=pl.col("observed_at").min(), last=pl.col("observed_at").max()
        )
        for ride_id, first_at, last_at in seen.iter_rows():
            if ride_id not in merged:
                self.connection.execute(
                    update(Ride)
                    .where(Ride.ride_id == ride_id)
                    .values(first_seen_at=first_at, last_seen_at=last_at)
                )
        data_version.bump(self.connection, None)
        return marked


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
        old, kept = _ride(connection, ride_id), _ride(connection, into)
        if old.park_id != kept.park_id:
            raise InputError(f"ride {ride_id} and ride {into} are of two parks; only rides of one can be one")
        if kept.merged_into is not None:
            raise InputError(f"ride {into} is ride {kept.merged_into} by now; merge into that one")
        if old.merged_into not in (None, into):
            raise InputError(
                f"ride {ride_id} is ride {old.merged_into} by now; split it off first: "
                f"hallofshame mapping split {old.merged_into} {ride_id}"
            )
        doing = _begin(connection, history, clock.now(), old.park_id, [ride_id, into])
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

    return _logged(database, clock, work)


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
        kept = _ride(connection, ride_id)
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
        doing = _begin(connection, history, clock.now(), kept.park_id, concerned)
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

    return _logged(database, clock, work)


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


def _take_back(
    doing: _Work, kept: _Ride, merged: Decision, reach: Reach
) -> tuple[int, int, list[tuple[int, str]]]:
    """Undo a merge from ``reach`` on: the ride merged away, readings moved, and its ids."""
    connection, other = doing.connection, merged.other_ride_id
    assert other is not None  # noqa: S101 - every merge has two rides
    ids = [
        (feed, external_id)
        for feed, external_id in merged.detail["ids"]
        if ride_links.owner_of(connection, feed, external_id) == kept.ride_id
    ]
    back = [
        Move(move.feed, move.new_ride_id, move.ride_id, max(move.since, reach.since), move.until)
        for move in reversed(decisions.moves_of(connection, merged.decision_id))
        if move.until >= reach.since
    ]
    later = []
    for feed, external_id in ids:
        since, until = id_reach(ride_links.ids_seen_since(connection, kept.ride_id, feed), external_id)
        later += said_by(
            doing.readings, kept.ride_id, other, feed, max(since, reach.since, merged.decided_at + 1), until
        )
    readings = doing.moved([*back, *without(later, back)])
    doing.days |= {doing.local(max(reach.since, kept.first_seen_at))}
    wiki = [given for feed, given in ids if feed == Feed.THEMEPARKS_WIKI]
    if wiki:
        facts = _facts_reach(doing, kept.ride_id, wiki[0], reach)
        doing.days |= ride_moves.move_facts(connection, kept.park_id, kept.ride_id, other, facts)
    ride_links.give_ids(connection, kept.ride_id, other, ids)
    ride_links.forget_names(connection, kept.ride_id, kept.name, merged.detail["names"])
    connection.execute(update(Ride).where(Ride.ride_id == other).values(merged_into=None))
    catalogue.set_active(connection, [other], active=bool(merged.detail["active"]))
    return other, readings, ids


def _own_ride(doing: _Work, kept: _Ride, entry: EntryId, reach: Reach) -> tuple[int, int]:
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
    since, until = id_reach(
        ride_links.ids_seen_since(connection, kept.ride_id, int(entry.feed)), entry.external_id
    )
    begins = max(since, reach.since)
    new = catalogue.NewRide(
        kept.park_id, name or kept.name, kept.kind, kept.land, max(begins, kept.first_seen_at)
    )
    (other,) = catalogue.create_rides(connection, [new])
    moves = said_by(doing.readings, kept.ride_id, other, int(entry.feed), begins, until)
    readings = doing.moved(moves)
    if entry.feed is Feed.THEMEPARKS_WIKI:
        facts = _facts_reach(doing, kept.ride_id, entry.external_id, reach)
        doing.days |= ride_moves.move_facts(connection, kept.park_id, kept.ride_id, other, facts)
    ride_links.give_ids(connection, kept.ride_id, other, [(int(entry.feed), entry.external_id)])
    if name is not None and not reach.since:
        ride_links.forget_names(connection, kept.ride_id, kept.name, [name])
    return other, readings


def _facts_reach(doing: _Work, ride_id: int, external_id: str, reach: Reach) -> Reach:
    """From when until when a ThemeParks.wiki id spoke of a ride."""
    since, until = id_reach(
        ride_links.ids_seen_since(doing.connection, ride_id, Feed.THEMEPARKS_WIKI), external_id
    )
    since = max(since, reach.since)
    return Reach(
        first_day=doing.local(since) if since else dt.date.min,
        end_day=doing.local(until) if until < END_OF_TIME else dt.date.max,
        since=since,
        until=until,
    )


def _swept(doing: _Work, old: _Ride, kept: _Ride, moves: Sequence[Move]) -> Changed:
    """What came in under the number of a merged ride after the merge follows it."""
    merged = decisions.in_force(
        doing.connection, Action.MERGE, ride_id=kept.ride_id, other_ride_id=old.ride_id
    )
    readings = doing.moved(moves)
    marked = 0
    if moves and merged is not None:
        decisions.note_moves(doing.connection, merged.decision_id, moves)
        marked = doing.finish([kept.ride_id, old.ride_id], "ride_merged")
    return Changed(
        action=Action.MERGE,
        ride_id=kept.ride_id,
        other_ride_id=old.ride_id,
        decision_id=None,
        readings=readings,
        park_days=marked,
    )


def _begin(
    connection: Connection, history: History, now: dt.datetime, park_id: int, rides: Sequence[int]
) -> _Work:
    timezone = connection.scalar(select(Park.timezone).where(Park.park_id == park_id)) or "UTC"
    readings = history.rows(connection, DATASETS["snapshots"], [park_id], 0, None, rides)
    return _Work(connection, history, now, park_id, timezone, readings)


def _logged(database: Database, clock: Clock, work: object) -> Changed:
    with job_run(database, clock, JobType.MAPPING) as run:
        changed: Changed = database.run(work)  # type: ignore[arg-type]
        run.parks, run.rides, run.rows_written = 1, 2, changed.readings
        run.park_days = changed.park_days
        run.detail = f"{changed.action} of ride {changed.ride_id} and ride {changed.other_ride_id}"
    return changed


def _ride(connection: Connection, ride_id: int) -> _Ride:
    """A ride's row, locked until the transaction ends."""
    exclusive.claim(connection, "rides")
    query = select(*(getattr(Ride, name) for name in _Ride.__slots__)).where(Ride.ride_id == ride_id)
    row = connection.execute(query.with_for_update()).first()
    if row is None:
        raise NotFoundError(f"there is no ride {ride_id}; hallofshame mapping list shows numbers")
    return _Ride(*row)


def _owner(connection: Connection, entry: EntryId, kept: _Ride) -> int:
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


def _apart_already(connection: Connection, kept: _Ride, other: int) -> Changed:
    known = _ride(connection, other)
    before = decisions.in_force(connection, Action.SPLIT, ride_id=kept.ride_id, other_ride_id=other)
    if known.merged_into is not None or before is None:
        raise InputError(
            f"ride {other} was not merged into ride {kept.ride_id}; name an entry such as queue_times:284, "
            f"as hallofshame mapping show {kept.ride_id} lists them"
        )
    return Changed(action=Action.SPLIT, ride_id=kept.ride_id, other_ride_id=other, decision_id=None)
