"""Columns of archive files: the events of :func:`hallofshame.feeds.archive.parse_events`, but faster."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from hallofshame.domain.errors import BodyError
from hallofshame.domain.readings import Finding
from hallofshame.feeds import archive
from hallofshame.feeds.archive_gathering import Entity, GatheredFile, GatheredPark, Seen, usual_instant
from hallofshame.feeds.archive_typed import gathered, gathered_one_by_one

EVENTS = pl.Schema(
    {"entity": pl.UInt32(), "at": pl.Int64(), "status": pl.UInt8(), "wait_minutes": pl.Int16()}
)
"""Columns of :attr:`ParkEvents.events`: ``entity`` is an index, ``at`` Unix seconds."""

QUEUES = pl.Schema(
    {
        "entity": pl.UInt32(),
        "at": pl.Int64(),
        "queue_type": pl.Int64(),
        "state": pl.String(),
        "wait_minutes": pl.Int64(),
        "return_start": pl.Int64(),
        "return_end": pl.Int64(),
        "price_minor": pl.Int64(),
        "currency": pl.String(),
        "group_start": pl.Int64(),
        "group_end": pl.Int64(),
    }
)
"""Columns of :attr:`ParkEvents.queues`; instants in Unix seconds."""

_VALUES = pl.Schema({name: dtype for name, dtype in QUEUES.items() if name not in ("entity", "at")})
_USUAL = r"^(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-5][0-9]\.[0-9]{3}Z$"
"""The one way in which the archive was seen to write a time; digits of ASCII alone."""


class _UnreadableTimeError(Exception):
    """An event of the usual shape has a time that is none."""


@dataclass(frozen=True, slots=True)
class ParkEvents:
    """What a file says of one park, in the order of the file.

    ``events``: :data:`EVENTS`; ``queues``: :data:`QUEUES`; ``findings``: one per kind and subject. ``spans``:
    of each entity the first and last instant of its events (Unix seconds), ``None`` where it has none.
    """

    entities: tuple[Entity, ...]
    spans: tuple[tuple[int, int] | None, ...]
    events: pl.DataFrame
    queues: pl.DataFrame
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """One park of one file: where its rows stand among those of all files."""

    external_id: str
    entities: tuple[Entity, ...]
    spans: tuple[tuple[int, int] | None, ...]
    first_event: int
    events: int
    first_queue: int
    queues: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class FilesRead:
    """What some files say, in as few frames as go between processes; :meth:`each` tells them apart."""

    events: pl.DataFrame
    queues: pl.DataFrame
    files: tuple[tuple[_Part, ...] | BodyError, ...]

    def each(self) -> list[dict[str, ParkEvents] | BodyError]:
        """Per file what it says by the source's id of the park, or why it cannot be read."""
        return [
            parts if isinstance(parts, BodyError) else {part.external_id: self._of(part) for part in parts}
            for parts in self.files
        ]

    def _of(self, part: _Part) -> ParkEvents:
        return ParkEvents(
            part.entities,
            part.spans,
            self.events.slice(part.first_event, part.events),
            self.queues.slice(part.first_queue, part.queues),
            part.findings,
        )


def read_file(content: bytes) -> dict[str, ParkEvents]:
    """What a file says, by the source's id of the park; ``""`` stands for events that name none.

    :raises BodyError: for anything cut off, oversized, not JSON or without a list of events.
    """
    [found] = read_files([content]).each()
    if isinstance(found, BodyError):
        raise found
    return found


def read_files(contents: Sequence[bytes | BodyError]) -> FilesRead:
    """What some files say, read together: what a frame costs is hardly a matter of its rows.

    An error in the place of a file, and what cannot be read of the others, is in that place of the answer.
    """
    with _without_collector():
        for gather in (gathered, gathered_one_by_one):
            seen = Seen()
            try:
                return _finished([_gathered(content, gather, seen) for content in contents], seen)
            except _UnreadableTimeError:
                continue
    raise AssertionError("unreachable")


@contextmanager
def _without_collector() -> Iterator[None]:
    """Pause Python's cycle collector, which looks through all the new objects again and again for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _gathered(
    content: bytes | BodyError, gather: Callable[[bytes, Seen], GatheredFile], seen: Seen
) -> GatheredFile | BodyError:
    if isinstance(content, BodyError):
        return content
    try:
        return gather(archive.unpacked(content), seen)
    except BodyError as error:
        return error


def _finished(files: Sequence[GatheredFile | BodyError], seen: Seen) -> FilesRead:
    """All that was gathered, in one frame of events and one of queues.

    :raises _UnreadableTimeError: where a time that looked usual is none.
    """
    parks = [park for file in files if isinstance(file, GatheredFile) for park in file.parks.values()]
    entity: list[int] = []
    status: list[int | None] = []
    wait: list[int | None] = []
    stamps: list[str | None] = []
    queue_events: list[int] = []
    queue_variants: list[int] = []
    instants: dict[int, int] = {}
    for park in parks:
        first = len(entity)
        instants.update((first + place, at) for place, at in park.instants.items())
        queue_events += [first + place for place in park.queue_events]
        queue_variants += park.queue_variants
        entity += park.entity
        stamps += park.stamps
        status += park.status
        wait += park.wait
    columns = {"entity": entity, "at": _instants(stamps, instants), "status": status, "wait_minutes": wait}
    events = pl.DataFrame(columns, schema=EVENTS)
    event_of = pl.Series(queue_events, dtype=pl.UInt32)
    queues = pl.DataFrame(seen.variants, schema=_VALUES, orient="row")[
        pl.Series(queue_variants, dtype=pl.UInt32)
    ].select(events["entity"].gather(event_of), events["at"].gather(event_of), *map(pl.col, _VALUES.names()))
    spans = iter(_spans(events, parks))
    found: list[tuple[_Part, ...] | BodyError] = []
    first_event = first_queue = 0
    for file in files:
        if isinstance(file, BodyError):
            found.append(file)
            continue
        parts = []
        for external_id, park in file.parks.items():
            entities, own = tuple(park.numbers), tuple(next(spans) for _ in park.ids)
            height, queued, odd = len(park.entity), len(park.queue_events), tuple(park.findings.values())
            parts.append(_Part(external_id, entities, own, first_event, height, first_queue, queued, odd))
            first_event, first_queue = first_event + height, first_queue + queued
        found.append(tuple(parts))
    return FilesRead(events, queues, tuple(found))


def _spans(events: pl.DataFrame, parks: Sequence[GatheredPark]) -> list[tuple[int, int] | None]:
    """First and last instant of each entity of each park, one after the other."""
    heights = pl.Series([len(park.entity) for park in parks], dtype=pl.UInt32)
    numbers = pl.Series([len(park.ids) for park in parks], dtype=pl.UInt32)
    shifts = pl.DataFrame({"n": numbers.cum_sum() - numbers, "times": heights})
    shift = shifts.select(pl.col("n").repeat_by("times")).explode("n")["n"].drop_nulls()
    at = pl.col("at")
    found = events.group_by(pl.col("entity") + shift).agg(first=at.min(), last=at.max())
    spans: list[tuple[int, int] | None] = [None for park in parks for _ in park.ids]
    for number, first, last in found.iter_rows():
        spans[number] = first, last
    return spans


def _instants(stamps: list[str | None], known: dict[int, int]) -> pl.Series:
    """When each event was, in Unix seconds. ``known``: by the place of those without a stamp."""
    try:
        texts = pl.Series("stamp", stamps, pl.String)
    except UnicodeEncodeError as error:  # half of a surrogate pair, which JSON may hold and no text
        raise _UnreadableTimeError from error
    usual = texts.set(~texts.str.contains(_USUAL), None)
    at = usual.str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms", strict=False).dt.epoch("s")
    for place in (at.is_null() & texts.is_not_null()).arg_true():
        found = usual_instant(stamps[place])
        if found is None:
            raise _UnreadableTimeError
        known[place] = found
    if not known:
        return at
    return at.scatter(
        pl.Series(list(known), dtype=pl.UInt32), pl.Series(list(known.values()), dtype=pl.Int64)
    )
