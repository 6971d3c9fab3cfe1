"""One park's answer in one cycle as rows of the raw record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import Finding, ParkReading, QueueReading, RideReading, ShowTimeReading
from hallofshame.domain.words import Feed, Origin, QueueType, RideKind, Status
from hallofshame.pipeline.identity import Sighting
from hallofshame.pipeline.polling import ParkAnswer
from hallofshame.pipeline.queue_entries import HOST_KINDS
from hallofshame.pipeline.registry import Identified
from hallofshame.pipeline.ride_hours import HoursSaid
from hallofshame.store.dining import DiningSaid

STALE_SECONDS = 24 * 3600
"""A claim to operate under an upstream stamp older than this is a ghost (R2)."""

_POLLS = pl.Schema(
    {
        "observed_at": pl.Int64(),
        "park_id": pl.Int64(),
        "feed": pl.Int64(),
        "outcome": pl.String(),
        "http_status": pl.Int64(),
        "attempts": pl.Int64(),
        "duration_ms": pl.Int64(),
        "readings": pl.Int64(),
        "detail": pl.String(),
    }
)


@dataclass(frozen=True, slots=True)
class ShowsOf:
    """The show times that an answer names of one entity, not judged yet."""

    ride_id: int
    name: str
    shows: tuple[ShowTimeReading, ...]


@dataclass
class CycleRows:
    """Rows of all parks of a cycle: of ``OBSERVATIONS``, of ``record.QUEUES``; by park what was said of show
    times, of tables of restaurants and of rides' own hours; and findings."""

    now: int
    cadence_seconds: int
    observations: list[tuple[object, ...]] = field(default_factory=list)
    queues: list[tuple[object, ...]] = field(default_factory=list)
    shows: dict[int, list[ShowsOf]] = field(default_factory=dict)
    dining: dict[int, list[DiningSaid]] = field(default_factory=dict)
    hours: dict[int, list[HoursSaid]] = field(default_factory=dict)
    findings: list[tuple[int | None, Finding]] = field(default_factory=list)

    def add(self, park_id: int, reading: ParkReading, known: Identified) -> None:
        """Add what one park said, now that its rides are known; a queue among rides goes to its ride."""
        entries: list[tuple[object, ...]] = []
        for ride in reading.rides:
            sighting = sighting_of(ride)
            if sighting in known.dropped:
                continue
            if sighting in known.queues:
                host, queue_type = known.queues[sighting]
                entries.append(
                    queue_row(park_id, self.now, host, as_queue(queue_type, ride.status, ride.wait_minutes))
                )
                continue
            ride_id = known.rides[sighting]
            self.observations.append(
                (
                    park_id,
                    ride_id,
                    self.now,
                    int(Origin.LIVE),
                    ride.status,
                    ride.wait_minutes,
                    int(reading.feed),
                    _is_stale(ride, self.now),
                    self.cadence_seconds,
                )
            )
            self.queues.extend(queue_row(park_id, self.now, ride_id, queue) for queue in ride.queues)
            if ride.showtimes:
                self.shows.setdefault(park_id, []).append(ShowsOf(ride_id, ride.name, ride.showtimes))
            if ride.kind is RideKind.RESTAURANT and reading.feed is Feed.THEMEPARKS_WIKI:
                tables = DiningSaid(ride_id, self.now, ride.dining)
                self.dining.setdefault(park_id, []).append(tables)
            if ride.hours and ride.kind in HOST_KINDS:
                said = HoursSaid(ride_id, ride.name, self.now, ride.hours)
                self.hours.setdefault(park_id, []).append(said)
        # A ride's own queues come first, as of two of one kind the first counts.
        self.queues.extend(entries)
        self.findings.extend((park_id, finding) for finding in (*reading.findings, *known.findings))


def together(found: Iterable[ShowsOf]) -> list[ShowsOf]:
    """One per ride: entries of one answer that are one ride name its show times together."""
    joined: dict[int, ShowsOf] = {}
    for one in found:
        known = joined.get(one.ride_id)
        joined[one.ride_id] = one if known is None else replace(known, shows=(*known.shows, *one.shows))
    return list(joined.values())


def queue_row(park_id: int, at: int, ride_id: int, queue: QueueReading) -> tuple[object, ...]:
    """One queue of one ride at one instant (Unix seconds), in the columns of ``record.QUEUES``."""
    return (
        park_id,
        at,
        ride_id,
        int(queue.queue_type),
        queue.state,
        queue.wait_minutes,
        _unix_or_none(queue.return_start),
        _unix_or_none(queue.return_end),
        queue.price_minor,
        queue.currency,
        queue.group_start,
        queue.group_end,
    )


def sighting_of(ride: RideReading) -> Sighting:
    """How an answer names one of its entries."""
    return Sighting(ride.external_id, ride.name, ride.kind, ride.land)


def as_queue(queue_type: QueueType, status: Status | None, wait_minutes: int | None) -> QueueReading:
    """The reading of an entry that is a queue of another: its status is the state of the queue."""
    return QueueReading(queue_type, wait_minutes, None if status is None else status.name)


def poll_rows(answers: Sequence[ParkAnswer], now: int) -> pl.DataFrame:
    """Every request of a cycle as a row of ``feed_polls``."""
    return pl.DataFrame(
        [
            (
                now,
                poll.park_id,
                int(poll.feed),
                poll.outcome.value,
                poll.http_status,
                poll.attempts,
                poll.duration_ms,
                poll.readings,
                poll.detail,
            )
            for answer in answers
            for poll in answer.polls
        ],
        schema=_POLLS,
        orient="row",
    )


def _is_stale(ride: RideReading, now: int) -> bool:
    """The ghost of R2: claims to operate under an upstream stamp over 24 h old."""
    return (
        ride.status is Status.OPERATING
        and ride.upstream_at is not None
        and now - to_unix(ride.upstream_at) > STALE_SECONDS
    )


def _unix_or_none(instant: dt.datetime | None) -> int | None:
    return None if instant is None else to_unix(instant)
