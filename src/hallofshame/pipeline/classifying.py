"""Tiers and types of all rides (R13), limits of height and roofs: decided by the rules, stored where they
changed, with the days they enter."""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, and_, func, select

from hallofshame.clock import Clock
from hallofshame.domain.jobs import JobType
from hallofshame.domain.ride_types import UNDECIDED, RideType, TypeBook, TypeDecision, counts_as_ride
from hallofshame.domain.tiers import MIN_DAYS_OF_HISTORY, REVIEW_THRESHOLD, TierBook, WaitRank
from hallofshame.domain.words import TIER_WEIGHTS, RideKind
from hallofshame.pipeline import metadata
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.seeding import mark_all_days
from hallofshame.pipeline.shipped import load_fact_book
from hallofshame.store import catalogue, data_version
from hallofshame.store.catalogue import Classification
from hallofshame.store.database import Database
from hallofshame.store.models import (
    EntityMetadata,
    NameSeen,
    Park,
    Ride,
    RideClassification,
    RideDailyStats,
    RideTypeDecision,
)
from hallofshame.store.ride_types import clip_reason, is_ride, ride_types, rides_and_types, set_ride_types

WAIT_DAYS = 90
"""How far back typical posted waits are looked at."""

_UNRATED = Classification(None, "", 0.0, "")


@dataclass(frozen=True, slots=True)
class ClassifyResult:
    """``rides`` looked at, ``changed`` tiers, rides of another weight, ``retyped`` rides, rides that became
    a non-ride or ceased to be one, park-days marked for either, rides of other heights or roofs."""

    rides: int
    changed: int
    reweighted: int
    retyped: int
    recounted: int
    park_days: int
    facts_changed: int = 0


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One attraction whose tier a person should look at."""

    park_id: int
    park_name: str
    ride_id: int
    ride_name: str
    tier: int | None
    source: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class TypeLine:
    """What one attraction is, who decided it and how sure."""

    park_id: int
    park_name: str
    ride_id: int
    ride_name: str
    type: str
    source: str
    confidence: float
    reason: str

    @property
    def needs_review(self) -> bool:
        """Whether a person should look at it (R13)."""
        return self.confidence < REVIEW_THRESHOLD


@dataclass(frozen=True, slots=True)
class _RideToRate:
    ride_id: int
    park_id: int
    park_slug: str
    name: str
    kind: RideKind
    other_names: tuple[str, ...]
    tags: tuple[str, ...]

    def is_ride(self, ride_type: RideType) -> bool:
        """Whether it enters reliability statistics when it is of that type (R6)."""
        return counts_as_ride(self.kind, ride_type)


def classify(database: Database, clock: Clock, book: TierBook, types: TypeBook) -> ClassifyResult:
    """Decide the tier, the type, the limits of height and the roof of every ride and store what changed.

    A ride whose weight changed, or that became a non-ride or ceased to be one, makes all park-days of its
    park dirty, because it enters every one.
    """
    with job_run(database, clock, JobType.CLASSIFY) as run:
        result = database.run(lambda connection: _classify(connection, clock.now(), book, types))
        run.rides, run.park_days = result.rides, result.park_days
        run.rows_written = result.changed + result.retyped + result.facts_changed
    return result


def review_list(connection: Connection) -> list[ReviewLine]:
    """Active rides whose tier has a confidence below 0.5, by park and name (R13).

    Others enter no reliability statistics, so that nobody needs to rate them.
    """
    table = RideClassification
    query = (
        select(
            Ride.park_id,
            Park.name,
            Ride.ride_id,
            Ride.name,
            table.tier,
            table.source,
            table.confidence,
            table.reason,
        )
        .join(Park, Park.park_id == Ride.park_id)
        .join(table, table.ride_id == Ride.ride_id)
        .outerjoin(*rides_and_types())
        .where(Ride.is_active, is_ride(), table.confidence < REVIEW_THRESHOLD)
        .order_by(Park.name, Ride.name, Ride.ride_id)
    )
    return [ReviewLine(*row) for row in connection.execute(query)]


def type_list(connection: Connection) -> list[TypeLine]:
    """Active attractions with their types, by park and name (R13)."""
    table = RideTypeDecision
    query = (
        select(
            Ride.park_id,
            Park.name,
            Ride.ride_id,
            Ride.name,
            table.type,
            table.source,
            table.confidence,
            table.reason,
        )
        .join(Park, Park.park_id == Ride.park_id)
        .join(table, table.ride_id == Ride.ride_id)
        .where(Ride.is_active, Ride.kind == RideKind.ATTRACTION.value)
        .order_by(Park.name, Ride.name, Ride.ride_id)
    )
    return [TypeLine(*row) for row in connection.execute(query)]


def _classify(connection: Connection, now: dt.datetime, book: TierBook, types: TypeBook) -> ClassifyResult:
    rides = _rides(connection)
    known_types = ride_types(connection)
    retyped: list[tuple[int, TypeDecision]] = []
    recounted: list[int] = []
    real_rides: set[int] = set()
    named: dict[int, metadata.Named] = {}
    for ride in rides:
        said = types.decide(ride.park_slug, (ride.name, *ride.other_names), ride.kind, ride.tags)
        found = replace(said, reason=clip_reason(said.reason))
        named[ride.ride_id] = metadata.Named(ride.park_slug, (ride.name, *ride.other_names), found.type)
        before = known_types.get(ride.ride_id, UNDECIDED)
        if found != before or ride.ride_id not in known_types:
            retyped.append((ride.ride_id, found))
        if ride.is_ride(found.type) != ride.is_ride(before.type):
            recounted.append(ride.park_id)
        if ride.is_ride(found.type):
            real_rides.add(ride.ride_id)
    ranks = wait_ranks(connection, now.date() - dt.timedelta(days=WAIT_DAYS), real_rides)
    known = catalogue.classifications(connection)
    changed: list[tuple[int, Classification]] = []
    reweighted: list[int] = []
    for ride in rides:
        decided = book.classify(ride.park_slug, ride.name, ranks.get(ride.ride_id))
        new = Classification(decided.tier, decided.source.value, decided.confidence, decided.reason)
        old = known.get(ride.ride_id, _UNRATED)
        if new != old:
            changed.append((ride.ride_id, new))
        if ride.ride_id in real_rides and TIER_WEIGHTS[new.tier] != TIER_WEIGHTS[old.tier]:
            reweighted.append(ride.park_id)
    facts_changed = metadata.settle(connection, load_fact_book(), named, now)
    if not changed and not retyped and not facts_changed:
        return ClassifyResult(len(rides), 0, 0, 0, 0, 0)
    set_ride_types(connection, retyped, now)
    catalogue.set_classifications(connection, changed, now)
    data_version.bump(connection, None)
    marked = mark_all_days(connection, reweighted, "tier", now) if reweighted else 0
    others = set(recounted) - set(reweighted)
    marked += mark_all_days(connection, others, "type", now) if others else 0
    return ClassifyResult(
        len(rides), len(changed), len(reweighted), len(retyped), len(recounted), marked, facts_changed
    )


def _rides(connection: Connection) -> list[_RideToRate]:
    query = (
        select(Ride.ride_id, Ride.park_id, Park.slug, Ride.name, Ride.kind, EntityMetadata.tags)
        .join(Park, Park.park_id == Ride.park_id)
        .outerjoin(
            EntityMetadata,
            and_(EntityMetadata.ride_id == Ride.ride_id, EntityMetadata.superseded_at.is_(None)),
        )
        .order_by(Ride.ride_id)
    )
    names: dict[int, list[str]] = defaultdict(list)
    known = select(NameSeen.ride_id, NameSeen.name).order_by(NameSeen.ride_id, NameSeen.name)
    for ride_id, name in connection.execute(known):
        names[ride_id].append(name)
    return [
        _RideToRate(
            ride_id,
            park_id,
            slug,
            name,
            RideKind(kind),
            tuple(other for other in names[ride_id] if other != name),
            tuple(json.loads(tags)) if tags else (),
        )
        for ride_id, park_id, slug, name, kind, tags in connection.execute(query)
    ]


def wait_ranks(connection: Connection, since: dt.date, real_rides: Collection[int]) -> Mapping[int, WaitRank]:
    """Where each ride's typical posted wait since that date stands inside its park, by ride id.

    The typical wait is Σ ``wait_sum`` ÷ Σ ``wait_known`` over the days with known waits. Ranked are
    those of ``real_rides`` with enough such days that ever posted a wait above 0.
    """
    table = RideDailyStats
    days = func.count()
    query = (
        select(table.park_id, table.ride_id, func.sum(table.wait_sum), func.sum(table.wait_known), days)
        .where(table.day >= since, table.wait_known > 0)
        .group_by(table.park_id, table.ride_id)
        .having(days >= MIN_DAYS_OF_HISTORY, func.max(table.wait_max) > 0)
    )
    typical: dict[int, dict[int, tuple[float, int]]] = defaultdict(dict)
    for park_id, ride_id, wait_sum, wait_known, history in connection.execute(query):
        if ride_id not in real_rides:
            continue
        typical[park_id][ride_id] = (int(wait_sum) / int(wait_known), history)
    ranks: dict[int, WaitRank] = {}
    for rides in typical.values():
        ordered = sorted(wait for wait, _ in rides.values())
        for ride_id, (wait, history) in rides.items():
            ranks[ride_id] = WaitRank(bisect_left(ordered, wait) / len(ordered), len(ordered), history)
    return ranks
