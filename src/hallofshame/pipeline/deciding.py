"""What merging and splitting rides share: the entry meant, the rides, and what a decision did (R14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import polars as pl
from sqlalchemy import Connection, select, update

from hallofshame.clock import Clock
from hallofshame.domain.errors import NotFoundError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import ONE_DAY, from_unix, local_day, to_unix
from hallofshame.domain.rules import LOOKBACK_DAYS
from hallofshame.domain.words import Feed
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.record import write_current
from hallofshame.store import data_version, decisions, dirty, exclusive, ride_moves
from hallofshame.store.database import Database
from hallofshame.store.decisions import Action, Move
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History, after_moves
from hallofshame.store.models import Park, Ride


@dataclass(frozen=True, slots=True)
class EntryId:
    """What a feed calls one of its entries: ``queue_times:284``."""

    feed: Feed
    external_id: str

    def __str__(self) -> str:
        return f"{self.feed.slug}:{self.external_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a decision did. ``decision_id`` is null where everything was so already."""

    action: Action
    ride_id: int
    other_ride_id: int
    decision_id: int | None
    readings: int = 0
    park_days: int = 0


@dataclass(frozen=True, slots=True)
class TakenRide:
    ride_id: int
    park_id: int
    name: str
    kind: str
    land: str | None
    is_active: bool
    first_seen_at: int
    last_seen_at: int
    merged_into: int | None


@dataclass
class Work:
    """One decision in the making: what it concerns, and which readings move."""

    connection: Connection
    history: History
    now: dt.datetime
    park_id: int
    timezone: str
    readings: pl.DataFrame
    moves: list[Move] = field(default_factory=list)
    days: set[dt.date] = field(default_factory=set)

    def moved(self, moves: Sequence[Move]) -> int:
        """Make moves; returns how many readings SQL held of them."""
        said = self.as_moved()
        self.moves += moves
        for move in moves:
            self.days |= {self.local(move.since), self.local(move.until)}
        return ride_moves.move_readings(self.connection, self.park_id, moves, said)

    def as_moved(self) -> pl.DataFrame:
        """The readings as the moves so far leave them."""
        made = [(*asdict(move).values(), self.park_id) for move in self.moves]
        names = [*Move.__dataclass_fields__, "park_id"]
        return after_moves(self.readings, pl.DataFrame(made, schema=names, orient="row"))

    def local(self, instant: int) -> dt.date:
        """The park's date at an instant, within what dates can be."""
        return local_day(from_unix(min(max(instant, 0), to_unix(self.now) + 86_400)), self.timezone)

    def finish(self, rides: Sequence[int], reason: str) -> int:
        """Mark the days concerned, find the present anew; returns how many park-days are marked.

        The last of ``rides`` is the one whose readings count otherwise now.
        """
        marked = 0
        after = self.as_moved().filter(pl.col("ride_id").is_in(list(rides)))
        of_last = after.filter(pl.col("ride_id") == rides[-1])["observed_at"]
        self.days |= {self.local(at) for at in (of_last.min(), of_last.max()) if isinstance(at, int)}
        if self.days:
            first, last = min(self.days) - ONE_DAY, max(self.days) + (LOOKBACK_DAYS + 1) * ONE_DAY
            days = [(self.park_id, first + n * ONE_DAY) for n in range((last - first).days + 1)]
            dirty.mark_existing(self.connection, days, reason, self.now)
            marked = sum(
                first <= day <= last
                for park_id, day in dirty.dirty(self.connection).select("park_id", "day").iter_rows()
                if park_id == self.park_id
            )
        merged = decisions.merged_rides(self.connection, [self.park_id])
        write_current(self.connection, after.filter(~pl.col("ride_id").is_in(list(merged))), self.now)
        seen = after.group_by("ride_id").agg(
            first=pl.col("observed_at").min(), last=pl.col("observed_at").max()
        )
        for ride_id, first_at, last_at in seen.iter_rows():
            if ride_id not in merged:
                self.connection.execute(
                    update(Ride)
                    .where(Ride.ride_id == ride_id)
                    .values(first_seen_at=first_at, last_seen_at=last_at)
                )
        data_version.bump(self.connection, None)
        return marked


def begin(
    connection: Connection, history: History, now: dt.datetime, park_id: int, rides: Sequence[int]
) -> Work:
    timezone = connection.scalar(select(Park.timezone).where(Park.park_id == park_id)) or "UTC"
    readings = history.rows(connection, DATASETS["snapshots"], [park_id], 0, None, rides)
    return Work(connection, history, now, park_id, timezone, readings)


def logged(database: Database, clock: Clock, work: object) -> Changed:
    with job_run(database, clock, JobType.MAPPING) as run:
        changed: Changed = database.run(work)  # type: ignore[arg-type]
        run.parks, run.rides, run.rows_written = 1, 2, changed.readings
        run.park_days = changed.park_days
        run.detail = f"{changed.action} of ride {changed.ride_id} and ride {changed.other_ride_id}"
    return changed


def ride_of(connection: Connection, ride_id: int) -> TakenRide:
    """A ride's row, locked until the transaction ends."""
    exclusive.claim(connection, "rides")
    query = select(*(getattr(Ride, name) for name in TakenRide.__slots__)).where(Ride.ride_id == ride_id)
    row = connection.execute(query.with_for_update()).first()
    if row is None:
        raise NotFoundError(f"there is no ride {ride_id}; hallofshame mapping list shows numbers")
    return TakenRide(*row)
