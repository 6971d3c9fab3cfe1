"""Show times: stored once, corrected and taken back by later answers of the same day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.localtime import to_unix
from hallofshame.domain.readings import ShowTimeReading
from hallofshame.domain.rules import DAY_SECONDS, HOUR_SECONDS
from hallofshame.store import bulk
from hallofshame.store.models import ShowTime

KIND_LENGTH = 40

REACH_SECONDS = 12 * HOUR_SECONDS
"""An answer speaks of the day of the times it lists: up to so long after the last of them."""

_Key: TypeAlias = tuple[int, int, str]
"""Ride, start, kind."""
_Value: TypeAlias = tuple[int | None, int, int | None]
"""End, seen at, superseded at; instants in Unix seconds."""

_OfDay: TypeAlias = dict[tuple[int, int], set[_Key]]
"""Show times by ride and day of UTC, so that an answer looks at those of its own days alone."""

_COLUMNS = ("ride_id", "starts_at", "kind", "ends_at", "seen_at", "superseded_at")


@dataclass(frozen=True, slots=True)
class ShowsSaid:
    """All show times that one answer published of one entity. ``observed_at``: Unix seconds."""

    ride_id: int
    observed_at: int
    shows: tuple[ShowTimeReading, ...]


def publish(connection: Connection, said: Iterable[ShowsSaid]) -> int:
    """Store what answers published; returns how many show times are new or changed.

    A time to come that an answer leaves out, while it lists others of that day, is superseded; it is in force
    again once it is listed again. Times that have begun stay, since feeds drop them as the day goes by. An
    answer without any time changes nothing, nor does one older than what is stored.
    """
    answers = sorted(
        (one for one in said if one.shows), key=lambda answer: (answer.observed_at, answer.ride_id)
    )
    if not answers:
        return 0
    before = _stored(connection, answers)
    after = dict(before)
    of_day: _OfDay = {}
    for key in after:
        of_day.setdefault(_day(key), set()).add(key)
    for answer in answers:
        _apply(after, of_day, answer)
    changed = [(*key, *value) for key, value in sorted(after.items()) if before.get(key) != value]
    schema = {name: pl.String() if name == "kind" else pl.Int64() for name in _COLUMNS}
    bulk.upsert(connection, ShowTime, pl.DataFrame(changed, schema=schema, orient="row"))
    return len(changed)


def _day(key: _Key) -> tuple[int, int]:
    ride_id, starts_at, _ = key
    return ride_id, starts_at // DAY_SECONDS


def _apply(times: dict[_Key, _Value], of_day: _OfDay, answer: ShowsSaid) -> None:
    at = answer.observed_at
    listed: dict[_Key, int | None] = {}
    for show in answer.shows:
        kind = show.kind.strip()[:KIND_LENGTH].rstrip()
        ends_at = None if show.ends_at is None else to_unix(show.ends_at)
        listed[answer.ride_id, to_unix(show.starts_at), kind] = ends_at
    for key, ends_at in listed.items():
        known = times.get(key)
        if known is None or (known[1] <= at and (known[0] != ends_at or known[2] is not None)):
            times[key] = (ends_at, at, None)
            of_day.setdefault(_day(key), set()).add(key)
    reach = max(starts_at for _, starts_at, _ in listed) + REACH_SECONDS
    for day in range(at // DAY_SECONDS, reach // DAY_SECONDS + 1):
        for key in of_day.get((answer.ride_id, day), ()):
            ends_at, seen_at, superseded_at = times[key]
            is_ahead = at < key[1] <= reach
            if is_ahead and key not in listed and superseded_at is None and seen_at <= at:
                times[key] = (ends_at, seen_at, at)


def _stored(connection: Connection, answers: Iterable[ShowsSaid]) -> dict[_Key, _Value]:
    """The show times of these rides from the earliest time on that the answers can touch."""
    rides: set[int] = set()
    earliest: list[int] = []
    for answer in answers:
        rides.add(answer.ride_id)
        earliest += [answer.observed_at, *(to_unix(show.starts_at) for show in answer.shows)]
    table = ShowTime
    query = select(*bulk.columns_of(table, _COLUMNS)).where(
        table.ride_id.in_(rides), table.starts_at >= min(earliest)
    )
    return {
        (ride_id, starts_at, kind): (ends_at, seen_at, superseded_at)
        for ride_id, starts_at, kind, ends_at, seen_at, superseded_at in connection.execute(query)
    }
