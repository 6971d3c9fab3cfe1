"""The review list of all parks, brought up to date; and the decision that an entry's ride is right (R14)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.clock import Clock
from hallofshame.domain.errors import NotFoundError
from hallofshame.domain.localtime import to_unix
from hallofshame.domain.words import Feed, RideKind
from hallofshame.pipeline.doubts import FeedEntry, RideSeen, doubts
from hallofshame.store import decisions, reviews
from hallofshame.store.database import Database
from hallofshame.store.decisions import Action, Decision
from hallofshame.store.models import ExternalId, NameSeen, Park, Ride
from hallofshame.store.reviews import Review, ReviewState


@dataclass(frozen=True, slots=True)
class Matched:
    """How the entries of one park that both feeds name stand.

    ``both`` rides have an entry of either feed; of these ``ambiguous`` are open in the review list.
    ``undecided``: open entries that have a ride for themselves.
    """

    park_id: int
    both: int
    ambiguous: int
    only_queue_times: int
    only_themeparks_wiki: int
    undecided: int


@dataclass(frozen=True, slots=True)
class IdentityOverview:
    """What is known of one ride's identity. ``entries`` with when each was first seen, in Unix seconds."""

    ride_id: int
    park_id: int
    name: str
    merged_into: int | None
    names: frozenset[str]
    entries: Sequence[tuple[FeedEntry, int]]
    reviews: Sequence[Review]
    decisions: Sequence[Decision]


def describe(connection: Connection, ride_id: int) -> IdentityOverview:
    """Names, ids, doubts and decisions of one ride.

    :raises NotFoundError: for a ride that does not exist.
    """
    query = select(Ride.park_id, Ride.name).where(Ride.ride_id == ride_id)
    row = connection.execute(query).first()
    if row is None:
        raise NotFoundError(f"there is no ride {ride_id}; the address of a ride's page has its number")
    ids = (
        select(
            ExternalId.feed,
            ExternalId.external_id,
            ExternalId.name,
            ExternalId.internal_id,
            ExternalId.rule,
            ExternalId.first_seen_at,
        )
        .where(ExternalId.kind == "ride", ExternalId.internal_id == ride_id)
        .order_by(ExternalId.feed, ExternalId.first_seen_at, ExternalId.external_id)
    )
    concerned = [
        review
        for review in reviews.reviews(connection, park_ids=[row.park_id])
        if ride_id in (review.doubt.ride_id, *(one.ride_id for one in review.doubt.runners_up))
    ]
    return IdentityOverview(
        ride_id,
        row.park_id,
        row.name,
        decisions.merged_rides(connection, [row.park_id]).get(ride_id),
        frozenset(connection.scalars(select(NameSeen.name).where(NameSeen.ride_id == ride_id))),
        [
            (FeedEntry(Feed(feed), external_id, name, owner, rule), since)
            for feed, external_id, name, owner, rule, since in connection.execute(ids)
        ],
        concerned,
        decisions.decisions(connection, ride_id=ride_id),
    )


def refresh(connection: Connection, now: dt.datetime, park_ids: Collection[int] | None = None) -> int:
    """Bring the review list of all parks, or some, up to date; returns how many entries are open."""
    entries, rides, primary = _known(connection, park_ids)
    return sum(
        reviews.bring_up_to_date(connection, park_id, doubts(entries[park_id], rides, feed), now)
        for park_id, feed in primary.items()
    )


def refresh_reviews(database: Database, clock: Clock) -> int:
    """:func:`refresh` of all parks in a transaction of its own; returns how many entries are open."""
    return database.run(lambda connection: refresh(connection, clock.now()))


def accept(database: Database, clock: Clock, review_id: int, *, by: str, note: str | None = None) -> Review:
    """Note that an entry's ride is right; it leaves the open list while that ride stays the same.

    :raises NotFoundError: for a number that is not in the list.
    """

    def work(connection: Connection) -> Review:
        review = _review(connection, review_id)
        if review.state is ReviewState.ACCEPTED:
            return review
        doubt = review.doubt
        decision = Decision(
            action=Action.ACCEPT,
            park_id=review.park_id,
            ride_id=doubt.ride_id,
            other_ride_id=None,
            feed=int(doubt.feed),
            external_id=doubt.external_id,
            decided_at=to_unix(clock.now()),
            decided_by=by,
            note=note,
        )
        decisions.record(connection, decision)
        reviews.accept(connection, review_id, clock.now(), by)
        return _review(connection, review_id)

    return database.run(work)


def matched(connection: Connection, park_ids: Collection[int] | None = None) -> list[Matched]:
    """How the entries of each park that both feeds know stand, by park."""
    entries, _, _ = _known(connection, park_ids)
    matched_open: dict[int, set[int]] = defaultdict(set)
    alone: dict[int, int] = defaultdict(int)
    for review in reviews.reviews(connection, park_ids=park_ids, states=[ReviewState.OPEN]):
        if review.doubt.score is None:
            alone[review.park_id] += 1
        else:
            matched_open[review.park_id].add(review.doubt.ride_id)
    found = []
    for park_id in sorted(entries):
        feeds: dict[int, set[Feed]] = defaultdict(set)
        for entry in entries[park_id]:
            if entry.feed in (Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI):
                feeds[entry.ride_id].add(entry.feed)
        kinds = list(feeds.values())
        if {Feed.QUEUE_TIMES, Feed.THEMEPARKS_WIKI} <= set().union(*kinds):
            found.append(
                Matched(
                    park_id,
                    sum(len(known) > 1 for known in kinds),
                    len(matched_open[park_id] & {ride for ride, known in feeds.items() if len(known) > 1}),
                    sum(known == {Feed.QUEUE_TIMES} for known in kinds),
                    sum(known == {Feed.THEMEPARKS_WIKI} for known in kinds),
                    alone[park_id],
                )
            )
    return found


def _review(connection: Connection, review_id: int) -> Review:
    for review in reviews.reviews(connection):
        if review.review_id == review_id:
            return review
    raise NotFoundError(f"the review list has no entry {review_id}; hallofshame mapping list shows them")


def _known(
    connection: Connection, park_ids: Collection[int] | None
) -> tuple[dict[int, list[FeedEntry]], dict[int, RideSeen], dict[int, Feed]]:
    """Entries by park, rides by number, and the primary feed of each park."""
    parks = select(Park.park_id, Park.primary_feed).order_by(Park.park_id)
    rides = select(
        Ride.ride_id, Ride.name, Ride.kind, Ride.is_active, Ride.first_seen_at, Ride.last_seen_at
    ).where(Ride.merged_into.is_(None))
    ids = (
        select(
            Ride.park_id,
            ExternalId.feed,
            ExternalId.external_id,
            ExternalId.name,
            ExternalId.internal_id,
            ExternalId.rule,
        )
        .join(Ride, Ride.ride_id == ExternalId.internal_id)
        .where(ExternalId.kind == "ride")
        .order_by(ExternalId.feed, ExternalId.external_id)
    )
    if park_ids is not None:
        wanted = list(park_ids)
        parks = parks.where(Park.park_id.in_(wanted))
        rides, ids = rides.where(Ride.park_id.in_(wanted)), ids.where(Ride.park_id.in_(wanted))
    entries: dict[int, list[FeedEntry]] = defaultdict(list)
    for park_id, feed, external_id, name, ride_id, rule in connection.execute(ids):
        entries[park_id].append(FeedEntry(Feed(feed), external_id, name, ride_id, rule))
    known = {
        row[0]: RideSeen(row[1], RideKind(row[2]), bool(row[3]), row[4], row[5])
        for row in connection.execute(rides)
    }
    return entries, known, {park_id: Feed(feed) for park_id, feed in connection.execute(parks)}
