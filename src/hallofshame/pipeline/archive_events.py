"""Events of archive files between reading and writing: columns of many files become rows of the record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from hallofshame.domain.readings import Finding
from hallofshame.domain.rules import EVENT_LOG_HOLD_SECONDS
from hallofshame.domain.words import Feed, Origin, Status
from hallofshame.feeds.archive_columns import EVENTS, ParkEvents
from hallofshame.feeds.archive_columns import QUEUES as EVENT_QUEUES
from hallofshame.feeds.archive_gathering import Entity
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.event_log import company_at
from hallofshame.pipeline.identity import Company, Sighting
from hallofshame.pipeline.record import QUEUES
from hallofshame.pipeline.registry import Identified


@dataclass(frozen=True, slots=True)
class ParkEventBatch:
    """One park's events of one file, with what its entities are once they are known."""

    park_id: int
    said: ParkEvents
    known: Identified | None = None

    def sightings(self) -> list[Sighting]:
        """How its entities with events are named."""
        named = zip(self.said.entities, self.said.spans, strict=True)
        return [sighting_of(entity) for entity, span in named if span is not None]

    def company(self) -> Company:
        """Who stood beside whom in the file."""
        times: dict[str, tuple[int, int]] = {}
        for entity, span in zip(self.said.entities, self.said.spans, strict=True):
            if span is not None:
                low, high = times.get(entity.external_id, span)
                times[entity.external_id] = min(low, span[0]), max(high, span[1])
        return company_at((sighting.name for sighting in self.sightings()), times)

    def between(self, start: int | None, end: int | None) -> ParkEventBatch:
        """The part of it from an instant on until before another (Unix seconds)."""
        return replace(self, said=between(self.said, start, end))

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last instant of its events."""
        return span_of(self.said)


def span_of(said: ParkEvents) -> tuple[int, int] | None:
    """First and last instant of events."""
    spans = [span for span in said.spans if span is not None]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def between(said: ParkEvents, start: int | None, end: int | None) -> ParkEvents:
    """The events from an instant on until before another (Unix seconds)."""
    span = span_of(said)
    if span is None or ((start is None or start <= span[0]) and (end is None or span[1] < end)):
        return said
    if (end is not None and end <= span[0]) or (start is not None and span[1] < start):
        # Most files lie on one side of a month's end. Nothing is looked through to find none.
        spans = (None,) * len(said.entities)
        return replace(said, events=said.events.clear(), queues=said.queues.clear(), spans=spans)
    at = pl.col("at")
    chosen = pl.lit(value=True)
    if start is not None:
        chosen &= at >= start
    if end is not None:
        chosen &= at < end
    return spanned(replace(said, events=said.events.filter(chosen), queues=said.queues.filter(chosen)))


def spanned(said: ParkEvents) -> ParkEvents:
    """Events with the spans that they have."""
    at = pl.col("at")
    found = said.events.group_by("entity").agg(first=at.min(), last=at.max())
    spans = {number: (first, last) for number, first, last in found.iter_rows()}
    return replace(said, spans=tuple(spans.get(number) for number in range(len(said.entities))))


def sighting_of(entity: Entity) -> Sighting:
    """How events name an entity."""
    return Sighting(entity.external_id, entity.name, entity.kind)


@dataclass(slots=True)
class StateBefore:
    """The latest event of each entity of a park before a range: its state at the start."""

    states: dict[str, tuple[int, ParkEvents]] = field(default_factory=dict)
    """Per external id the instant of its latest event, and that event."""

    def note(self, said: ParkEvents) -> None:
        """Take in events before the range; of two at one instant the later in the file counts."""
        last = (
            said.events.with_row_index("row")
            .sort("at", "row")
            .group_by("entity", maintain_order=True)
            .agg(pl.col("at", "row").last())
        )
        for number, at, _row in last.iter_rows():
            entity = said.entities[number]
            known = self.states.get(entity.external_id)
            if known is None or known[0] <= at:
                own = pl.col("entity") == number
                state = replace(
                    said,
                    entities=(entity,),
                    spans=((at, at),),
                    events=said.events.filter(own & (pl.col("at") == at)).tail(1).with_columns(entity=_FIRST),
                    queues=said.queues.filter(own & (pl.col("at") == at)).with_columns(entity=_FIRST),
                )
                self.states[entity.external_id] = at, state

    def opened(self, said: ParkEvents, start: int) -> ParkEvents:
        """Events of a range, each entity without one at its ``start`` opened by its state then."""
        here = said.events.filter(pl.col("at") == start)["entity"].unique().to_list()
        has_one = {said.entities[number].external_id for number in here}
        pieces = [said]
        for external_id, (at, state) in self.states.items():
            if at > start - EVENT_LOG_HOLD_SECONDS and external_id not in has_one:
                at_start = pl.lit(start, pl.Int64).alias("at")
                events, queues = (each.with_columns(at_start) for each in (state.events, state.queues))
                pieces.append(replace(state, events=events, queues=queues))
        self.states.clear()
        return joined(pieces)


_FIRST = pl.lit(0, pl.UInt32)


def joined(pieces: Sequence[ParkEvents]) -> ParkEvents:
    """Events of several pieces of one park as one, in their order."""
    if len(pieces) == 1:
        return pieces[0]
    entities: dict[Entity, int] = {}
    events, queues = [pl.DataFrame(schema=EVENTS)], [pl.DataFrame(schema=EVENT_QUEUES)]
    findings: list[Finding] = []
    for said in pieces:
        numbers = [entities.setdefault(entity, len(entities)) for entity in said.entities]
        mapped = pl.Series("entity", numbers, pl.UInt32)
        events.append(said.events.with_columns(mapped.gather(said.events["entity"])))
        queues.append(said.queues.with_columns(mapped.gather(said.queues["entity"])))
        findings += said.findings
    whole = ParkEvents(tuple(entities), (), pl.concat(events), pl.concat(queues), tuple(findings))
    return spanned(whole)


def rows_of(pieces: Iterable[ParkEventBatch], ride_ids: dict[str, int]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Observations (columns of ``OBSERVATIONS``) and queues (``record.QUEUES``) of identified pieces.

    As they were said, in the order of the pieces; a ride's own queues come before those of entries that are
    queues of it. ``ride_ids``: the rides by the source's ids as they are known now, which counts where a
    ride was told apart from another since its piece was identified.
    """
    parks: list[int] = []
    rides: list[int | None] = []
    hosts: list[int | None] = []
    kinds: list[int | None] = []
    first_number: list[int] = []
    said: list[ParkEvents] = []
    for piece in pieces:
        if piece.known is None:
            continue
        first_number.append(len(parks))
        said.append(piece.said)
        for entity in piece.said.entities:
            sighting = sighting_of(entity)
            host, ride = piece.known.queues.get(sighting), piece.known.rides.get(sighting)
            parks.append(piece.park_id)
            rides.append(None if ride is None else ride_ids.get(entity.external_id, ride))
            hosts.append(None if host is None else host[0])
            kinds.append(None if host is None else int(host[1]))
    park_of, ride_of = pl.Series("park_id", parks, pl.Int64), pl.Series("ride_id", rides, pl.Int64)
    events = _numbered([each.events for each in said], first_number, EVENTS)
    queued = _numbered([each.queues for each in said], first_number, EVENT_QUEUES)
    placed = events.with_columns(ride_of.gather(events["entity"]), park_of.gather(events["entity"]))
    observations = (
        placed.filter(pl.col("ride_id").is_not_null())
        .select(
            "park_id",
            "ride_id",
            pl.col("at").alias("observed_at"),
            pl.lit(int(Origin.ARCHIVE)).alias("origin"),
            "status",
            "wait_minutes",
            pl.lit(int(Feed.ARCHIVE)).alias("feed"),
            pl.lit(value=False).alias("stale"),
            pl.lit(None, pl.Int32).alias("cadence_seconds"),
        )
        .cast(OBSERVATIONS)
    )
    own = (
        queued.with_columns(ride_of.gather(queued["entity"]), park_of.gather(queued["entity"]))
        .filter(pl.col("ride_id").is_not_null())
        .rename({"at": "observed_at"})
        .select(QUEUES.names())
        .cast(QUEUES)
    )
    return observations, pl.concat([own, _entries(placed, hosts, kinds)])


def heard_in(pieces: Iterable[ParkEventBatch], ids: Collection[str]) -> dict[str, list[int]]:
    """The instants of events of rides in identified pieces, by external id, for those of ``ids``."""
    found: dict[str, list[int]] = {}
    for piece in pieces:
        rides = {} if piece.known is None else piece.known.rides
        for number, entity in enumerate(piece.said.entities):
            if entity.external_id in ids and sighting_of(entity) in rides:
                instants = piece.said.events.filter(entity=number)["at"]
                found.setdefault(entity.external_id, []).extend(instants)
    return found


def _numbered(frames: Sequence[pl.DataFrame], first_number: Sequence[int], schema: pl.Schema) -> pl.DataFrame:
    """Frames of several pieces as one, their entities counted through."""
    numbers = pl.Series(first_number, dtype=pl.UInt32)
    heights = pl.Series([frame.height for frame in frames], dtype=pl.UInt32)
    whole = pl.concat([pl.DataFrame(schema=schema), *frames])
    added = pl.DataFrame({"n": numbers, "times": heights}).select(pl.col("n").repeat_by("times"))
    offsets = added.explode("n")["n"].drop_nulls()
    return whole.with_columns(entity=pl.col("entity") + offsets)


def _entries(placed: pl.DataFrame, hosts: list[int | None], kinds: list[int | None]) -> pl.DataFrame:
    """The events of entries that are queues, as rows of their hosts: their status is the queue's state."""
    host, kind = pl.Series("ride_id", hosts, pl.Int64), pl.Series("queue_type", kinds, pl.Int64)
    names = {int(status): status.name for status in Status}
    rows = placed.with_columns(
        host.gather(placed["entity"]),
        kind.gather(placed["entity"]),
        observed_at="at",
        state=pl.col("status").replace_strict(names, default=None, return_dtype=pl.String),
    ).filter(pl.col("ride_id").is_not_null())
    lacking = [pl.lit(None, dtype).alias(name) for name, dtype in QUEUES.items() if name not in rows.columns]
    return rows.with_columns(lacking).select(QUEUES.names()).cast(QUEUES)
