"""Events of a park as rows of the raw record, of the archive's kind: what repair and imports share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from hallofshame.domain.localtime import from_unix, to_unix
from hallofshame.domain.names import match_key
from hallofshame.domain.readings import StatusChange
from hallofshame.domain.words import Feed, Origin
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.cycle_rows import as_queue, queue_row
from hallofshame.pipeline.identity import Company, Sighting
from hallofshame.pipeline.record import QUEUES, doubled, one_per_ride, write_observations
from hallofshame.pipeline.registry import Identified, Registry
from hallofshame.store import findings


@dataclass(frozen=True, slots=True)
class EventsStored:
    """What storing events did: rows new to the record, and the rides that the events are of.

    ``observations`` and ``queues`` are the rows that the events make, one per ride and instant.
    """

    new_rows: int
    rides: frozenset[int]
    observations: pl.DataFrame
    queues: pl.DataFrame


def store_events(
    connection: Connection,
    registry: Registry,
    park: tuple[int, str],
    changes: Sequence[StatusChange],
    now: dt.datetime,
    *,
    closes_at: int | None = None,
) -> EventsStored:
    """Write ``changes`` of one park as observations and queue readings, with all that follows from them.

    What is there already is left as it is, so that storing them again changes nothing. An event holds until
    the ride's next one, for 24 h at most (R3).

    :param park: our id and time zone of the park.
    :param closes_at: where nothing is known of the time after it, the last second (Unix) of what the events
        tell of: each ride is closed by an unknown observation then, so that its last state does not hold
        into that time.
    """
    park_id, timezone = park
    latest = max(change.at for change in changes) if closes_at is None else from_unix(closes_at)
    known = registry.identify(
        connection, park_id, Feed.THEMEPARKS_WIKI, map(sighting_of, changes), latest, company_of(changes)
    )
    registry.note_heard(
        connection, park_id, Feed.THEMEPARKS_WIKI, _heard(known, changes, closes_at), said_by=Feed.ARCHIVE
    )
    said = _observations(park_id, known, changes, closes_at)
    queues = _queues(park_id, known, changes)
    odd = [*doubled(said, queues), *((park_id, finding) for finding in known.findings)]
    findings.record(connection, odd, now)
    rows = one_per_ride(said)
    written = write_observations(connection, rows, queues, {park_id: timezone}, now)
    return EventsStored(written.new_rows, frozenset(known.rides.values()), rows, queues)


def closing_rows(park_id: int, rides: Collection[int], at: int) -> pl.DataFrame:
    """Observations that end what is known of ``rides`` at ``at`` (Unix seconds): each is unknown then."""
    rows = [_row(park_id, ride, at, None, None) for ride in sorted(rides)]
    return pl.DataFrame(rows, schema=OBSERVATIONS, orient="row")


def sighting_of(change: StatusChange) -> Sighting:
    """How an event names its ride."""
    return Sighting(change.external_id, change.name, change.kind)


def company_of(changes: Sequence[StatusChange]) -> Company:
    """Who stood beside whom among these events: all names, and ids whose events overlap in time.

    A ride that was renumbered in the middle of the day has its old id until then and its new one after.
    """
    times: dict[str, tuple[int, int]] = {}
    for change in changes:
        at = to_unix(change.at)
        first, last = times.get(change.external_id, (at, at))
        times[change.external_id] = min(first, at), max(last, at)
    return company_at((change.name for change in changes), times)


def company_at(spellings: Iterable[str], times: Mapping[str, tuple[int, int]]) -> Company:
    """:func:`company_of` for the names among events, and each id's first and last event (Unix seconds)."""
    names = {match_key(name) for name in spellings}

    def external_id(sighting: Sighting, other: str) -> bool:
        mine, its = times.get(sighting.external_id or ""), times.get(other)
        return mine is not None and its is not None and mine[0] <= its[1] and its[0] <= mine[1]

    return Company(lambda _sighting, name: name in names, external_id)


def _heard(known: Identified, changes: Sequence[StatusChange], closes_at: int | None) -> dict[str, list[int]]:
    """The instants of the readings under each id; a ride is closed under its last one."""
    heard: dict[str, list[int]] = {}
    last: dict[int, tuple[int, str]] = {}
    for change in changes:
        ride = known.rides.get(sighting_of(change))
        if ride is not None:
            at = to_unix(change.at)
            heard.setdefault(change.external_id, []).append(at)
            last[ride] = max(last.get(ride, (0, "")), (at, change.external_id))
    if closes_at is not None:
        for _, given in last.values():
            heard[given].append(closes_at)
    return heard


def _row(
    park_id: int, ride: int, at: int, status: int | None, wait_minutes: int | None
) -> tuple[object, ...]:
    return (park_id, ride, at, int(Origin.ARCHIVE), status, wait_minutes, int(Feed.ARCHIVE), False, None)


def _observations(
    park_id: int, known: Identified, changes: Sequence[StatusChange], closes_at: int | None
) -> pl.DataFrame:
    """The changes as observations, each ride closed by an unknown one at ``closes_at``, if given."""
    rows = [
        _row(park_id, ride, to_unix(change.at), change.status, change.wait_minutes)
        for change in changes
        if (ride := known.rides.get(sighting_of(change))) is not None
    ]
    if closes_at is not None:
        last = {row[1] for row in rows if row[2] == closes_at}
        rides = {ride for ride in known.rides.values() if ride not in last}
        rows += [_row(park_id, ride, closes_at, None, None) for ride in sorted(rides)]
    return pl.DataFrame(rows, schema=OBSERVATIONS, orient="row")


def _queues(park_id: int, known: Identified, changes: Sequence[StatusChange]) -> pl.DataFrame:
    """The queues that the changes tell of, a ride's own and those of entries that are queues of rides."""
    rows: list[tuple[object, ...]] = []
    entries: list[tuple[object, ...]] = []
    for change in changes:
        sighting, at = sighting_of(change), to_unix(change.at)
        if sighting in known.queues:
            host, kind = known.queues[sighting]
            entries.append(queue_row(park_id, at, host, as_queue(kind, change.status, change.wait_minutes)))
        elif sighting in known.rides:
            ride = known.rides[sighting]
            rows.extend(queue_row(park_id, at, ride, queue) for queue in change.queues)
    # A ride's own queues come first, as of two of one kind the first counts.
    return pl.DataFrame(rows + entries, schema=QUEUES, orient="row")
