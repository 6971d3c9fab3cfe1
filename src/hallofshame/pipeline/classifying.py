"""Tiers of all rides (R13): decided by the rules, stored where they changed, with the days they enter."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hallofshame.clock import Clock
from hallofshame.domain.jobs import JobType
from hallofshame.domain.tiers import MIN_DAYS_OF_HISTORY, REVIEW_THRESHOLD, TierBook, WaitRank
from hallofshame.domain.words import TIER_WEIGHTS, RideKind
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.seeding import mark_all_days
from hallofshame.store import catalogue, data_version
from hallofshame.store.catalogue import Classification
from hallofshame.store.database import Database
from hallofshame.store.models import Park, Ride, RideClassification, RideDailyStats

WAIT_DAYS = 90
"""How far back typical posted waits are looked at."""

_UNRATED = Classification(None, "", 0.0, "")


@dataclass(frozen=True, slots=True)
class ClassifyResult:
    """``rides`` looked at, ``changed`` decisions, rides of another weight, park-days marked for it."""

    rides: int
    changed: int
    reweighted: int
    park_days: int


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
class _RideToRate:
    ride_id: int
    park_id: int
    park_slug: str
    name: str
    is_attraction: bool


def classify(database: Database, clock: Clock, book: TierBook) -> ClassifyResult:
    """Decide the tier of every ride and store what changed.

    A ride whose weight changed makes all park-days of its park dirty, because the weight enters every one.
    """
    with job_run(database, clock, JobType.CLASSIFY) as run:
        result = database.run(lambda connection: _classify(connection, clock.now(), book))
        run.rides, run.rows_written, run.park_days = result.rides, result.changed, result.park_days
    return result


def review_list(connection: Connection) -> list[ReviewLine]:
    """Active attractions with a confidence below 0.5, by park and name (R13).

    Other kinds enter no reliability statistics, so that nobody needs to rate them.
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
        .where(Ride.is_active, Ride.kind == RideKind.ATTRACTION.value, table.confidence < REVIEW_THRESHOLD)
        .order_by(Park.name, Ride.name, Ride.ride_id)
    )
    return [ReviewLine(*row) for row in connection.execute(query)]


def _classify(connection: Connection, now: dt.datetime, book: TierBook) -> ClassifyResult:
    ranks = wait_ranks(connection, now.date() - dt.timedelta(days=WAIT_DAYS))
    known = catalogue.classifications(connection)
    rides = _rides(connection)
    changed: list[tuple[int, Classification]] = []
    parks: list[int] = []
    for ride in rides:
        decided = book.classify(ride.park_slug, ride.name, ranks.get(ride.ride_id))
        new = Classification(decided.tier, decided.source.value, decided.confidence, decided.reason)
        old = known.get(ride.ride_id, _UNRATED)
        if new != old:
            changed.append((ride.ride_id, new))
        if ride.is_attraction and TIER_WEIGHTS[new.tier] != TIER_WEIGHTS[old.tier]:
            parks.append(ride.park_id)
    if not changed:
        return ClassifyResult(len(rides), 0, 0, 0)
    catalogue.set_classifications(connection, changed, now)
    data_version.bump(connection, None)
    marked = mark_all_days(connection, parks, "tier", now) if parks else 0
    return ClassifyResult(len(rides), len(changed), len(parks), marked)


def _rides(connection: Connection) -> list[_RideToRate]:
    query = (
        select(Ride.ride_id, Ride.park_id, Park.slug, Ride.name, Ride.kind)
        .join(Park, Park.park_id == Ride.park_id)
        .order_by(Ride.ride_id)
    )
    return [
        _RideToRate(ride_id, park_id, slug, name, kind == RideKind.ATTRACTION)
        for ride_id, park_id, slug, name, kind in connection.execute(query)
    ]


def wait_ranks(connection: Connection, since: dt.date) -> Mapping[int, WaitRank]:
    """Where each attraction's typical posted wait since that date stands inside its park, by ride id.

    The typical wait is Σ ``wait_sum`` ÷ Σ ``wait_known`` over the days with known waits. Ranked are
    attractions with enough such days that ever posted a wait above 0.
    """
    table = RideDailyStats
    days = func.count()
    query = (
        select(table.park_id, table.ride_id, func.sum(table.wait_sum), func.sum(table.wait_known), days)
        .join(Ride, Ride.ride_id == table.ride_id)
        .where(table.day >= since, table.wait_known > 0, Ride.kind == RideKind.ATTRACTION.value)
        .group_by(table.park_id, table.ride_id)
        .having(days >= MIN_DAYS_OF_HISTORY, func.max(table.wait_max) > 0)
    )
    typical: dict[int, dict[int, tuple[float, int]]] = defaultdict(dict)
    for park_id, ride_id, wait_sum, wait_known, history in connection.execute(query):
        typical[park_id][ride_id] = (int(wait_sum) / int(wait_known), history)
    ranks: dict[int, WaitRank] = {}
    for rides in typical.values():
        ordered = sorted(wait for wait, _ in rides.values())
        for ride_id, (wait, history) in rides.items():
            ranks[ride_id] = WaitRank(bisect_left(ordered, wait) / len(ordered), len(ordered), history)
    return ranks
