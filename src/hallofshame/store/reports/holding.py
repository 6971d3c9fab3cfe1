"""Readings of a queue as stretches of time that touch; each holds until the next look, at most as in R3."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Generic, TypeVar

from sqlalchemy import Connection, select

from hallofshame.domain.rules import EVENT_LOG_HOLD_SECONDS, HOLD_CADENCES, MAX_HOLD_SECONDS
from hallofshame.store.models import ParkActivitySnapshot

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Held(Generic[V]):
    """A stretch of time, Unix seconds, in which one thing was said; null = nothing is known."""

    start: int
    end: int
    value: V | None


def stretches(
    readings: Sequence[tuple[int, V | None]], cycles: Mapping[int, int], start: int, end: int
) -> list[Held[V]]:
    """Readings of one queue, in order of time, as touching stretches from ``start`` to ``end``.

    ``cycles``: the cadence in seconds of each look at the park, by its instant, in order of time. A reading
    at an instant without a look is from the event log and holds longer. Equal neighbours are one stretch.
    """
    found: list[Held[V]] = []
    for one in _known(readings, cycles):
        first, last = max(one.start, start), min(one.end, end)
        if first < last:
            _append(found, replace(one, start=first, end=last), start)
    if start < end and (not found or found[-1].end < end):
        _append(found, Held(end, end, None), start)
    return found


def looks(connection: Connection, park_id: int, since: int, end: int) -> dict[int, int]:
    """The cadence of each look at the park in ``[since, end)``, by its instant, in order of time."""
    model = ParkActivitySnapshot
    query = (
        select(model.observed_at, model.cadence_seconds)
        .where(model.park_id == park_id, model.observed_at >= since, model.observed_at < end)
        .order_by(model.observed_at)
    )
    return {row.observed_at: row.cadence_seconds for row in connection.execute(query)}


def _known(readings: Sequence[tuple[int, V | None]], cycles: Mapping[int, int]) -> Iterator[Held[V]]:
    """The stretch that each reading holds for."""
    instants = list(cycles)
    following = [after for _, (after, _) in pairwise(readings)]
    for place, (observed_at, value) in enumerate(readings):
        cadence = cycles.get(observed_at)
        hold = EVENT_LOG_HOLD_SECONDS if cadence is None else min(cadence * HOLD_CADENCES, MAX_HOLD_SECONDS)
        until = observed_at + hold
        if place < len(following):
            until = min(until, following[place])
        next_look = bisect_right(instants, observed_at)
        if next_look < len(instants):
            until = min(until, instants[next_look])
        yield Held(observed_at, until, value)


def _append(found: list[Held[V]], new: Held[V], start: int) -> None:
    """Add a stretch, after one without a value where time lies between; equal neighbours become one."""
    reached = found[-1].end if found else start
    gap: Held[V] = Held(reached, new.start, None)
    for part in (gap, new):
        if part.start == part.end:
            continue
        last = found[-1] if found else None
        if last is not None and last.value == part.value:
            found[-1] = replace(last, end=part.end)
        else:
            found.append(part)
