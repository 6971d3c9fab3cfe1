"""Several rides of a park that leave its feed at once, noticed within the hour."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from hallofshame.clock import Clock
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import from_unix, isoformat, to_unix
from hallofshame.domain.names import quoted
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.rules import DAY_SECONDS, HOUR_SECONDS
from hallofshame.pipeline.jobrun import job_run
from hallofshame.store import catalogue, findings
from hallofshame.store.database import Database
from hallofshame.store.instants import latest_believable
from hallofshame.store.models import ParkActivitySnapshot, Ride, RideStatusSnapshot

KIND = "rides_vanished"

MISSING_SECONDS = 30 * 60
"""How long rides must be missing, which is two cycles at most of the slowest ones we poll."""

WITHIN_SECONDS = HOUR_SECONDS
"""Rides that were last seen within this of each other left at once."""

LEAST_RIDES = 3
LEAST_SHARE = 0.1
"""A block is at least three rides, and at least a tenth of the park's."""

LONGEST_DAYS = 30
"""After this the rides are retired, or the park is a finding of its own (R14)."""

NAMED_RIDES = 5


@dataclass(frozen=True, slots=True)
class VanishedBlock:
    """Rides of one park that were last seen within an hour of each other; instants in Unix seconds."""

    park_id: int
    ride_ids: tuple[int, ...]
    of_rides: int
    first_missing_at: int
    last_seen_at: int


def watch_rides(database: Database, clock: Clock) -> int:
    """Note blocks of rides that vanished, resolve those that are back; returns how many are missing now."""
    with job_run(database, clock, JobType.WATCH) as run:
        now = to_unix(clock.now())
        with database.read() as connection:
            parks = {
                park.park_id: park.name
                for park in catalogue.park_table(connection)
                if park.park_id is not None and park.is_active
            }
            blocks = vanished_blocks(connection, sorted(parks), now)
            found = list(_findings(connection, blocks, parks))
        database.run(lambda connection: findings.record_all_of(connection, [KIND], found, now))
        run.parks, run.rides = len(parks), sum(len(block.ride_ids) for block in blocks)
        run.detail = f"{counted(len(blocks), 'block')} of rides missing"
    return len(blocks)


def vanished_blocks(connection: Connection, park_ids: Sequence[int], now: int) -> list[VanishedBlock]:
    """The blocks of all parks that go on answering without them."""
    found = []
    for park_id in park_ids:
        seen = _last_seen(connection, park_id, now)
        if seen is None:
            continue
        missing = sorted(
            ((at, ride) for ride, at in seen.items() if now - LONGEST_DAYS * DAY_SECONDS < at),
        )
        limit = max(at for at in seen.values()) - MISSING_SECONDS
        for block in _blocks([(at, ride) for at, ride in missing if at <= limit]):
            if len(block) >= max(LEAST_RIDES, LEAST_SHARE * len(seen)):
                rides = tuple(sorted(ride for _, ride in block))
                found.append(VanishedBlock(park_id, rides, len(seen), block[0][0], block[-1][0]))
    return found


def _last_seen(connection: Connection, park_id: int, now: int) -> dict[int, int] | None:
    """When each active ride of a park was seen last by the feed that it is read from now.

    ``None`` where the park itself gave nothing lately, or where nothing can be missing: its latest cycle has
    as many rides as any of the last day, and all were seen within a day.
    """
    cycles = ParkActivitySnapshot
    readings = cycles.operating + cycles.down + cycles.closed + cycles.refurbishment + cycles.unknown
    recent = connection.execute(
        select(cycles.observed_at, cycles.feed, readings)
        .where(
            cycles.park_id == park_id,
            cycles.observed_at > now - DAY_SECONDS,
            cycles.observed_at <= latest_believable(now),
            readings > 0,
        )
        .order_by(cycles.observed_at.desc())
    ).all()
    if not recent or recent[0][0] < now - MISSING_SECONDS:
        return None
    feed, latest = recent[0][1], recent[0][2]
    rides: dict[int, int] = {
        row[0]: row[1]
        for row in connection.execute(
            select(Ride.ride_id, Ride.last_seen_at).where(
                Ride.park_id == park_id, Ride.is_active, Ride.merged_into.is_(None)
            )
        )
    }
    # ``last_seen_at`` follows every six hours; what the last day's cycles hold is exact.
    most = max(row[2] for row in recent if row[1] == feed)
    known = {ride: at for ride, at in rides.items() if at <= now - DAY_SECONDS}
    if most - latest < LEAST_RIDES:
        if len(known) < LEAST_RIDES:
            return None
        return {ride: known.get(ride, recent[0][0]) for ride in rides}
    looks = RideStatusSnapshot
    exact = connection.execute(
        select(looks.ride_id, func.max(looks.observed_at))
        .where(
            looks.park_id == park_id,
            looks.observed_at > now - DAY_SECONDS,
            looks.observed_at <= latest_believable(now),
            looks.feed == feed,
        )
        .group_by(looks.ride_id)
    )
    return known | {ride: at for ride, at in exact if ride in rides}


def _blocks(missing: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """The missing rides, in the order of when they were seen last, in groups of :data:`WITHIN_SECONDS`."""
    blocks: list[list[tuple[int, int]]] = []
    for at, ride in missing:
        if blocks and at - blocks[-1][0][0] <= WITHIN_SECONDS:
            blocks[-1].append((at, ride))
        else:
            blocks.append([(at, ride)])
    return blocks


def _findings(
    connection: Connection, blocks: Sequence[VanishedBlock], parks: Mapping[int, str]
) -> Iterator[tuple[int | None, Finding]]:
    ids = [ride for block in blocks for ride in block.ride_ids]
    names = {
        row[0]: row[1]
        for row in connection.execute(select(Ride.ride_id, Ride.name).where(Ride.ride_id.in_(ids)))
    }
    for block in blocks:
        last = isoformat(from_unix(block.last_seen_at))
        some = ", ".join(quoted(names[ride]) for ride in block.ride_ids[:NAMED_RIDES])
        left = len(block.ride_ids) - NAMED_RIDES
        detail = (
            f"{len(block.ride_ids)} of {counted(block.of_rides, 'ride')} of {parks[block.park_id]} were last "
            f"seen at {last} and are missing since, while the park goes on: {some}"
            f"{f' and {left} more' if left > 0 else ''}. See whether its feed renumbered or left them out."
        )
        yield block.park_id, Finding(KIND, last[:10], detail)
