"""Rides that left their feed become inactive, and active again when they return (R14)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import Connection, select

from hallofshame.clock import Clock
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import from_unix, isoformat, to_unix
from hallofshame.domain.names import match_key, quoted
from hallofshame.domain.readings import Finding
from hallofshame.domain.rules import DAY_SECONDS
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.known_rides import ParkIndex, load_known_rides
from hallofshame.pipeline.queue_entries import stored_queues
from hallofshame.store import catalogue, data_version, findings
from hallofshame.store.database import Database
from hallofshame.store.models import FeedPoll, ParkActivitySnapshot, Ride

VANISHED_DAYS = 30
"""Days on which its park answered without a ride, after which the ride is inactive (R14)."""

AT_ONCE_SECONDS = DAY_SECONDS
"""Rides last seen within this of each other left together."""

MANY_AT_ONCE = 3


@dataclass
class RetireResult:
    """Rides that became inactive, rides that returned, and parks whose rides vanished at once.

    ``parks`` and ``rides`` count those looked at.
    """

    parks: int = 0
    rides: int = 0
    retired: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    vanished_parks: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Seen:
    ride_id: int
    park_id: int
    is_active: bool
    first_seen_at: int
    last_seen_at: int


def retire_vanished(database: Database, clock: Clock) -> RetireResult:
    """Declare rides inactive that their park answered without for 30 days; returning ones are active again.

    Days on which the park did not answer do not count. When most of a park's rides, or all, vanish at once,
    that is the finding ``park_vanished`` and nothing is retired: more likely the feed changed than the park.
    """
    with job_run(database, clock, JobType.RETIRE) as run:
        result = database.run(lambda connection: _retire(connection, clock.now()))
        run.parks, run.rides = result.parks, result.rides
        run.rows_written = len(result.retired) + len(result.returned)
    return result


def _retire(connection: Connection, now: dt.datetime) -> RetireResult:
    moment = to_unix(now)
    limit = moment - VANISHED_DAYS * DAY_SECONDS
    rows = connection.execute(
        select(Ride.ride_id, Ride.park_id, Ride.is_active, Ride.first_seen_at, Ride.last_seen_at).where(
            Ride.merged_into.is_(None)
        )
    )
    by_park: dict[int, list[_Seen]] = defaultdict(list)
    for row in rows:
        by_park[row[1]].append(_Seen(*row))
    result = RetireResult(len(by_park), sum(map(len, by_park.values())))
    parks = load_known_rides(connection)
    found: list[tuple[int | None, Finding]] = []
    for park_id, rides in sorted(by_park.items()):
        queues = stored_queues(parks[park_id].rides.values())
        result.returned += [
            ride.ride_id
            for ride in rides
            if not ride.is_active and ride.last_seen_at > limit and ride.ride_id not in queues
        ]
        active = [ride for ride in rides if ride.is_active]
        unseen = [ride for ride in active if ride.last_seen_at <= limit]
        if not unseen or not _is_asked(connection, park_id, moment):
            continue
        halves = _old_halves(unseen, active, parks[park_id])
        if halves:
            result.retired += list(halves)
            found += [(park_id, _half_finding(old, new, parks[park_id])) for old, new in halves.items()]
        for group in left_together(ride for ride in unseen if ride.ride_id not in halves):
            if _is_most_of(group, [ride for ride in active if ride.ride_id not in halves]):
                result.vanished_parks.append(park_id)
                found.append((park_id, _finding(group, active)))
            else:
                result.retired += _unanswered(connection, park_id, group)
    catalogue.set_active(connection, result.retired, active=False)
    catalogue.set_active(connection, result.returned, active=True)
    findings.record(connection, found, now)
    if result.retired or result.returned:
        data_version.bump(connection, None)
    return result


def _old_halves(unseen: Sequence[_Seen], active: Sequence[_Seen], park: ParkIndex) -> dict[int, int]:
    """Rides that go on under another id since they were last seen, by the ride that they are now.

    Records of before renumbered rides were recognised (R14) have several rides of one name, one after the
    other. Two that were there at one time are two rides, such as stations of a railway.
    """
    by_name: dict[str, list[_Seen]] = defaultdict(list)
    for ride in active:
        by_name[match_key(park.rides[ride.ride_id].name)].append(ride)
    gone = {ride.ride_id for ride in unseen}
    found: dict[int, int] = {}
    for namesakes in by_name.values():
        ordered = sorted(namesakes, key=lambda ride: (ride.first_seen_at, ride.last_seen_at, ride.ride_id))
        if any(later.first_seen_at < ride.last_seen_at for ride, later in pairwise(ordered)):
            continue
        halves = [ride.ride_id for ride in ordered[:-1] if ride.ride_id in gone]
        found |= dict.fromkeys(halves, ordered[-1].ride_id)
    return found


def _half_finding(old: int, new: int, park: ParkIndex) -> Finding:
    return Finding(
        "old_half_retired",
        f"ride {old}",
        f"{quoted(park.rides[old].name)} goes on as ride {new} under another id; ride {old}, which it was "
        "before, is inactive now and keeps its record.",
    )


def _is_asked(connection: Connection, park_id: int, now: int) -> bool:
    """Whether anybody asked for the park within the last day; else its rides' absence says nothing."""
    query = select(FeedPoll.poll_id).where(
        FeedPoll.park_id == park_id, FeedPoll.observed_at > now - DAY_SECONDS
    )
    return connection.execute(query.limit(1)).first() is not None


def left_together(rides: Iterable[_Seen]) -> list[list[_Seen]]:
    """``rides`` in groups of those that were last seen within a day of the one before."""
    groups: list[list[_Seen]] = []
    for ride in sorted(rides, key=lambda ride: (ride.last_seen_at, ride.ride_id)):
        if groups and ride.last_seen_at - groups[-1][-1].last_seen_at <= AT_ONCE_SECONDS:
            groups[-1].append(ride)
        else:
            groups.append([ride])
    return groups


def _is_most_of(group: Sequence[_Seen], active: Sequence[_Seen]) -> bool:
    """Whether ``group`` is all there is, or more than half of the rides there were when it was last seen."""
    if len(group) == len(active):
        return True
    there = [ride for ride in active if ride.first_seen_at <= group[-1].last_seen_at]
    return len(group) >= MANY_AT_ONCE and 2 * len(group) > len(there)


def _finding(group: Sequence[_Seen], active: Sequence[_Seen]) -> Finding:
    last = isoformat(from_unix(group[-1].last_seen_at))
    return Finding(
        "park_vanished",
        last[:10],
        f"{len(group)} of {len(active)} active rides were last seen together at {last}; none was retired. "
        "See whether the park has another id at its feed now, and correct the catalogue.",
    )


def _unanswered(connection: Connection, park_id: int, group: Sequence[_Seen]) -> list[int]:
    """The rides of ``group`` that the park answered without on at least 30 days."""
    table = ParkActivitySnapshot
    day = table.observed_at // DAY_SECONDS
    said_something = table.operating + table.down + table.closed + table.refurbishment + table.unknown > 0
    days = [
        int(number)
        for number in connection.scalars(
            select(day)
            .where(table.park_id == park_id, table.observed_at > group[0].last_seen_at, said_something)
            .distinct()
        )
    ]
    return [
        ride.ride_id
        for ride in group
        if sum(number > ride.last_seen_at // DAY_SECONDS for number in days) >= VANISHED_DAYS
    ]
