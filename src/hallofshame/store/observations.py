"""Recent observations in memory, so that the rollup of a live cycle does not read days of raw rows again."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.store.engines import is_writing
from hallofshame.store.history.reading import History
from hallofshame.store.raw import (
    OBSERVATION_ORDER,
    in_order,
    observed_range,
    raw_revisions,
    read_observations,
)

KEEP_SECONDS = 54 * 3_600
"""How much is kept: a park-day's inputs are the day before, the day itself and three hours of the next, and
neither day is longer than 25 hours."""

SLACK_SECONDS = 6 * 3_600

SETTLED_EVERY = 12
"""Cycles after which a park's new rows are sorted in; until then they wait in a heap of their own."""


@dataclass(slots=True)
class _Park:
    """All observations of one park since ``start``, at raw revision ``revision``.

    ``settled`` is sorted; ``fresh`` are rows later than all of these, as they came.
    """

    revision: int
    start: int
    settled: pl.DataFrame
    fresh: pl.DataFrame
    latest: int | None

    @classmethod
    def of(cls, revision: int, start: int, rows: pl.DataFrame) -> _Park:
        latest = rows["observed_at"].max()
        return cls(revision, start, rows, rows.clear(), latest if isinstance(latest, int) else None)

    @property
    def rows(self) -> pl.DataFrame:
        """Everything, sorted."""
        self.settle()
        return self.settled

    def add(self, rows: pl.DataFrame) -> None:
        """Take in rows none of which is held already, unless it lies before the latest one held."""
        earliest, latest = rows["observed_at"].min(), rows["observed_at"].max()
        if not isinstance(earliest, int) or not isinstance(latest, int):
            return
        self.fresh = self.fresh.vstack(rows)
        if self.latest is not None and earliest <= self.latest:
            # A row of the same key as one held is not new and is left out, as the store did.
            both = pl.concat([self.settled, self.fresh]).unique(
                OBSERVATION_ORDER, keep="first", maintain_order=True
            )
            self.settled, self.fresh = in_order(both), rows.clear()
        self.latest = latest if self.latest is None else max(latest, self.latest)

    def settle(self) -> None:
        if self.fresh.height:
            self.settled = in_order(pl.concat([self.settled, self.fresh]))
            self.fresh = self.fresh.clear()

    def cut(self, before: int) -> None:
        """Forget what was observed before ``before``."""
        if self.start < before:
            self.settled = self.rows.filter(pl.col("observed_at") >= before)
            self.start = before


class ObservationCache:
    """The observations of the last two days and some hours of each park, as far as they were asked for.

    With a ``history``, what its files hold is read from them, the rest from SQL.

    What is in memory counts only while the park's raw revision is the store's, so writes of other processes
    are seen with the next :meth:`load`. May be used by several threads.
    """

    def __init__(self, history: History | None = None) -> None:
        self._history = history
        self._parks: dict[int, _Park] = {}
        self._lock = threading.RLock()

    def load(self, connection: Connection, park_ids: Collection[int], start: int, end: int) -> pl.DataFrame:
        """Exactly what :func:`~hallofshame.store.raw.read_observations` would give, mostly from memory.

        Reads the store for parks that are not in memory or changed since, and for times that are not kept.
        Give it a connection of ``Database.read``.
        """
        if is_writing(connection):
            # What this transaction sees may be rolled back: it must not stay in memory.
            return self._read(connection, park_ids, start, end)
        revisions = raw_revisions(connection, park_ids)
        pieces = [pl.DataFrame(schema=OBSERVATIONS)]
        fresh = []
        gaps: defaultdict[int, list[int]] = defaultdict(list)
        with self._lock:
            self._refresh(connection, revisions, start, end)
            for park in sorted(revisions):
                held = self._valid(park, revisions[park])
                known_from = end if held is None else min(held.start, end)
                if known_from > start:
                    gaps[known_from].append(park)
                if held is not None:
                    pieces.append(held.settled)
                    fresh.append(held.fresh)
        found = pl.concat([*pieces, *fresh], rechunk=True)
        instants = found["observed_at"]
        earliest, latest = instants.min(), instants.max()
        if isinstance(earliest, int) and isinstance(latest, int) and (earliest < start or latest >= end):
            found = found.filter(pl.col("observed_at").is_between(start, end, closed="left"))
        early = [self._read(connection, parks, start, until) for until, parks in gaps.items()]
        if early or any(frame.height for frame in fresh):
            return in_order(pl.concat([found, *early]))
        return found

    def append(self, frame: pl.DataFrame, revisions: Mapping[int, tuple[int, int]]) -> None:
        """Add rows that were just committed; ``revisions`` are those that ``write_snapshots`` returned.

        Of several rows of one key the first counts. A park whose copy is not at the old revision is dropped:
        someone else wrote in between.
        """
        new = frame.select(OBSERVATIONS.names()).cast(OBSERVATIONS)
        new = new.unique(OBSERVATION_ORDER, keep="first", maintain_order=True)
        by_park = new.partition_by("park_id", as_dict=True)
        first = new["observed_at"].min()
        earliest = first if isinstance(first, int) else 0
        with self._lock:
            for park_id, (old, revision) in revisions.items():
                if self._valid(park_id, old) is None:
                    self._parks.pop(park_id, None)
                    continue
                held = self._parks[park_id]
                rows = by_park.get((park_id,))
                if rows is not None:
                    held.add(
                        rows.filter(pl.col("observed_at") >= held.start) if earliest < held.start else rows
                    )
                held.revision = revision
                # Not with every cycle: it copies all rows. Nor all parks in one cycle.
                if (revision + park_id) % SETTLED_EVERY == 0:
                    held.settle()
                if held.latest is not None and held.latest - held.start > KEEP_SECONDS + SLACK_SECONDS:
                    held.cut(held.latest - KEEP_SECONDS)

    def trim(self, before: int) -> None:
        """Forget what was observed before ``before`` (Unix seconds)."""
        with self._lock:
            for held in self._parks.values():
                held.cut(before)

    def _read(
        self, connection: Connection, park_ids: Collection[int], start: int, end: int | None
    ) -> pl.DataFrame:
        if self._history is None:
            return read_observations(connection, park_ids, start, end)
        return self._history.observations(connection, park_ids, start, end)

    def _valid(self, park_id: int, revision: int) -> _Park | None:
        held = self._parks.get(park_id)
        return held if held is not None and held.revision == revision else None

    def _refresh(self, connection: Connection, revisions: Mapping[int, int], start: int, end: int) -> None:
        """Read into memory what is asked for, to be kept and not held."""
        lacking = [
            park
            for park, revision in revisions.items()
            if (held := self._valid(park, revision)) is None or held.start > start
        ]
        ranges = observed_range(connection, lacking) if lacking else {}
        latest = max((last for _, last in ranges.values()), default=start)
        wanted = max(start, latest - KEEP_SECONDS)
        if wanted >= end:
            return
        parks = [park for park in lacking if self._should_read(park, revisions[park], wanted)]
        if not parks:
            return
        frame = self._read(connection, parks, wanted, None)
        by_park = frame.partition_by("park_id", as_dict=True)
        for park in parks:
            self._parks[park] = _Park.of(revisions[park], wanted, by_park.get((park,), frame.clear()))

    def _should_read(self, park_id: int, revision: int, wanted: int) -> bool:
        held = self._parks.get(park_id)
        # A copy newer than what this transaction sees stays for those that follow.
        return held is None or held.revision < revision or (held.revision == revision and held.start > wanted)
