"""A synthetic world for the benchmarks: many parks and rides with days shaped like real ones."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

import polars as pl

from hallofshame.domain.localtime import day_bounds, to_unix
from hallofshame.domain.readings import ParkReading, RideReading
from hallofshame.domain.words import BreakdownSignal, Feed, Origin, PollOutcome, RideKind, Status
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.pipeline.collect import ParkAnswer, PolledPark, PollRecord
from hallofshame.pipeline.record import write_observations
from hallofshame.store import catalogue, schema
from hallofshame.store.database import Database

ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Europe/Paris",
    "Europe/London",
    "Asia/Tokyo",
    "America/Chicago",
)
CADENCE = 300


@dataclass(frozen=True)
class World:
    """Parks with rides, numbered from 1; ride ``r`` of park ``p`` has the id ``(p - 1) * rides + r``."""

    parks: int = 150
    rides: int = 40

    def zone(self, park_id: int) -> str:
        """The zone of a park."""
        return ZONES[park_id % len(ZONES)]

    def create(self, database: Database) -> None:
        """Make the schema and the catalogue."""
        schema.upgrade(database)

        def work(connection: object) -> None:
            catalogue.upsert_parks(
                connection,  # type: ignore[arg-type]
                [
                    catalogue.StoredPark(
                        park_id=park,
                        slug=f"park-{park}",
                        name=f"Park {park}",
                        timezone=self.zone(park),
                        primary_feed=int(Feed.QUEUE_TIMES),
                        breakdown_signal=BreakdownSignal.CLOSED.value,
                    )
                    for park in range(1, self.parks + 1)
                ],
            )
            rides = [
                catalogue.NewRide(park, f"Ride {ride} of {park}", RideKind.ATTRACTION.value, None, 0)
                for park in range(1, self.parks + 1)
                for ride in range(1, self.rides + 1)
            ]
            ids = catalogue.create_rides(connection, rides)  # type: ignore[arg-type]
            names = [
                catalogue.NewExternalId(Feed.QUEUE_TIMES, "ride", f"{ride.park_id}:{ride.name}", ride_id)
                for ride, ride_id in zip(rides, ids, strict=True)
            ]
            catalogue.add_external_ids(connection, names, 0)  # type: ignore[arg-type]

        database.run(work)

    def state(self, park_id: int, ride: int, at: int) -> tuple[Status, int]:
        """What a ride does at an instant: open 10–21 local, down now and then, waits that wander."""
        local = dt.datetime.fromtimestamp(at, dt.UTC).astimezone(_zone(self.zone(park_id)))
        if not 10 <= local.hour < 21:
            return Status.CLOSED, 0
        slot = at // 3600
        if random.Random(f"{park_id}-{ride}-{slot}").random() < 0.05:
            return Status.CLOSED, 0
        step = at // 1200
        return Status.OPERATING, 5 * random.Random(f"{park_id}-{ride}-{step}").randint(1, 18)

    def observations(self, start: int, end: int) -> pl.DataFrame:
        """Every cycle of ``[start, end)`` for all rides: shape ``OBSERVATIONS``, sorted."""
        frames = [self._park(park, start, end) for park in range(1, self.parks + 1)]
        return pl.concat(frames).select(OBSERVATIONS.names()).cast(OBSERVATIONS)

    def _park(self, park_id: int, start: int, end: int) -> pl.DataFrame:
        cycles = pl.DataFrame({"observed_at": pl.int_range(start, end, CADENCE, eager=True)})
        local = (
            pl.from_epoch("observed_at").dt.replace_time_zone("UTC").dt.convert_time_zone(self.zone(park_id))
        )
        rides = pl.DataFrame({"ride": list(range(1, self.rides + 1))})
        seed = pl.col("ride").cast(pl.UInt64) * 1_000_003 + park_id
        grid = rides.join(cycles.with_columns(is_open=local.dt.hour().is_between(10, 20)), how="cross")
        grid = grid.with_columns(
            is_down=((pl.col("observed_at") // 3600).cast(pl.UInt64) + seed).hash(1) % 20 == 0,
            wait=5 * (1 + ((pl.col("observed_at") // 1200).cast(pl.UInt64) + seed).hash(2) % 18),
        )
        runs = pl.col("is_open") & ~pl.col("is_down")
        return grid.select(
            park_id=pl.lit(park_id),
            ride_id=pl.col("ride") + (park_id - 1) * self.rides,
            observed_at="observed_at",
            origin=pl.lit(int(Origin.LIVE)),
            status=pl.when(runs).then(int(Status.OPERATING)).otherwise(int(Status.CLOSED)),
            wait_minutes=pl.when(runs).then("wait").otherwise(0),
            feed=pl.lit(int(Feed.QUEUE_TIMES)),
            stale=pl.lit(value=False),
            cadence_seconds=pl.lit(CADENCE),
        )

    def load(self, database: Database, start: int, end: int) -> int:
        """Put the cycles of ``[start, end)`` into the raw record; returns the number of rows."""
        total = 0
        for park in range(1, self.parks + 1):
            frame = self._park(park, start, end).select(OBSERVATIONS.names()).cast(OBSERVATIONS)
            zones = {park: self.zone(park)}
            database.run(
                lambda connection, frame=frame, zones=zones: write_observations(
                    connection, frame, pl.DataFrame(), zones, dt.datetime.fromtimestamp(end, dt.UTC)
                )
            )
            total += frame.height
        return total

    def answers(self, at: dt.datetime) -> list[ParkAnswer]:
        """What all parks answer at one instant, as the collector holds it after the last response."""
        now = to_unix(at)
        frame = self.observations(now - now % CADENCE, now - now % CADENCE + CADENCE)
        answers = []
        for (park_id,), rows in frame.partition_by("park_id", as_dict=True).items():
            park = PolledPark(park_id, f"park-{park_id}", self.zone(park_id), ())
            rides = tuple(
                RideReading(
                    f"{park_id}:Ride {ride_id - (park_id - 1) * self.rides} of {park_id}",
                    f"Ride {ride_id - (park_id - 1) * self.rides} of {park_id}",
                    RideKind.ATTRACTION,
                    Status(status),
                    wait,
                    at,
                )
                for ride_id, status, wait in rows.select("ride_id", "status", "wait_minutes").iter_rows()
            )
            poll = PollRecord(park_id, Feed.QUEUE_TIMES, PollOutcome.OK, 200, 1, 200, len(rides), None)
            answers.append(ParkAnswer(park, [poll], ParkReading(Feed.QUEUE_TIMES, str(park_id), rides)))
        return answers


def full_day_behind(world: World, now: int) -> int:
    """The instant at which a full day of snapshots before ``now`` begins, on the grid of the cadence."""
    day = dt.datetime.fromtimestamp(now, dt.UTC).date()
    start, end = day_bounds(day, "UTC")
    return now - (end - start)


def _zone(name: str) -> dt.tzinfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
