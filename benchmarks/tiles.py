"""Raw rows of many rides and months, made from real recordings, in frames, history files and SQL."""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

import polars as pl
from sqlalchemy import Connection, select
from tests.metrics.recordings import SHARED

from benchmarks.world import World
from hallofshame.domain.words import Feed
from hallofshame.metrics.frames import OBSERVATIONS
from hallofshame.store import bulk, raw
from hallofshame.store.history import formats
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.periods import FilePeriod
from hallofshame.store.history.sealed import SealedFile
from hallofshame.store.history.shelves import FolderShelf, checksum
from hallofshame.store.models import RideStatusSnapshot

RECORDINGS = ("qt_six_flags_great_adventure_5min", "qt_disneyland_paris_5min")
RIDES = 45
CADENCE = 300
SLOTS = 288
MONTH = FilePeriod.named("2025-11")
SNAPSHOTS = DATASETS["snapshots"]
BEGINS_AT = 10 * 3600
"""Seconds after midnight UTC at which a day of the recordings begins: while their parks are closed."""
HELD_SLOTS = 12
LOG = logging.getLogger("bench")


class NightWorld(World):
    """Parks whose night is that of the recorded days as they lie in UTC."""

    def zone(self, park_id: int) -> str:
        """The zone of every park."""
        return "America/New_York"


Day = list[tuple[int, int]]
"""Status and wait of one ride at each of the looks of a day."""


def recorded_days() -> list[list[Day]]:
    """Per recorded ride its days, each look held over gaps of up to an hour."""
    days: defaultdict[tuple[int, str], dict[int, Day]] = defaultdict(dict)
    for name in RECORDINGS:
        rows = pl.read_parquet(SHARED / name / "snapshots.parquet").select(
            "park_id", "ride_name", pl.col("polled_at").dt.epoch("s"), "is_open", "wait_time"
        )
        looks: defaultdict[tuple[int, str, int], dict[int, tuple[int, int]]] = defaultdict(dict)
        for park, ride, at, is_open, wait in rows.iter_rows():
            day, second = divmod(at - BEGINS_AT, 86_400)
            wait = wait or 0
            looks[park, ride, day][second // CADENCE] = (1 if is_open or wait > 0 else 3, wait)
        for (park, ride, day), found in looks.items():
            filled: Day = []
            latest = -HELD_SLOTS - 1
            for slot in range(SLOTS):
                latest = slot if slot in found else latest
                filled.append(found[latest] if slot - latest <= HELD_SLOTS else (3, 0))
            if sum(status == 1 for status, _ in filled) > SLOTS // 10:
                days[park, ride][day] = filled
    return [list(of_ride.values()) for of_ride in days.values()]


def tiled(parks: int, period: FilePeriod = MONTH) -> pl.DataFrame:
    """A month of ``parks`` parks: shape ``OBSERVATIONS``, in the order of the files."""
    chance, source = random.Random(1), recorded_days()
    columns: dict[str, list[int]] = {
        name: [] for name in ("park_id", "ride_id", "observed_at", "status", "wait")
    }
    for park in range(1, parks + 1):
        instants = range(period.starts_at, period.ends_at, CADENCE)
        missing = set(chance.sample(instants, len(instants) // 100))
        for ride in range((park - 1) * RIDES + 1, park * RIDES + 1):
            days = chance.choice(source)
            for day in range(len(period.days)):
                looks, shift, more = (
                    chance.choice(days),
                    chance.randint(-6, 6),
                    chance.choice((-10, -5, 0, 0, 5, 10)),
                )
                for slot in range(SLOTS):
                    at = period.starts_at + day * 86_400 + slot * CADENCE
                    if at in missing:
                        continue
                    status, wait = looks[(slot + shift) % SLOTS]
                    columns["park_id"].append(park)
                    columns["ride_id"].append(ride)
                    columns["observed_at"].append(at)
                    columns["status"].append(status)
                    columns["wait"].append(max(wait + more, 5) if wait else 0)
    frame = pl.DataFrame(columns).rename({"wait": "wait_minutes"})
    constant = {"origin": 0, "feed": int(Feed.QUEUE_TIMES), "stale": False, "cadence_seconds": CADENCE}
    whole = frame.with_columns(**{name: pl.lit(value) for name, value in constant.items()})
    return whole.select(OBSERVATIONS.names()).cast(OBSERVATIONS)


def sealed(shelf: FolderShelf, period: FilePeriod, parks: Iterable[pl.DataFrame]) -> SealedFile:
    """The history file of a month, of the rows of each park, as a seal leaves it on the shelf."""
    ranges: list[tuple[int, int, int, int]] = []

    def pieces() -> Iterator[pl.DataFrame]:
        for rows in parks:
            at = rows["observed_at"]
            park, low, high = rows["park_id"][0], at.min(), at.max()
            ranges.append((park, rows.height, low, high))  # type: ignore[arg-type]
            yield rows

    partial = shelf.partial(period.name)
    formats.write(SNAPSHOTS, pieces(), partial, {})
    sha256, size = checksum(partial), partial.stat().st_size
    rows, low, high = sum(r[1] for r in ranges), min(r[2] for r in ranges), max(r[3] for r in ranges)
    file = SealedFile(
        "snapshots", period, f"{period.name}.parquet", 1, rows, size, sha256, low, high, 0, 0, tuple(ranges)
    )
    shelf.publish(partial, file.name)
    return file


def fetched_by_the_driver(
    connection: Connection, park_ids: Collection[int], start: int, end: int | None
) -> pl.DataFrame:
    """As ``raw.read_observations``, but of rows as the database's driver gives them, one object per value.

    So any program reads SQL rows, and so did this one until it had them packed into texts.
    """
    table = RideStatusSnapshot
    query = select(*bulk.columns_of(table, OBSERVATIONS.names())).where(
        table.park_id.in_(list(park_ids)), table.observed_at >= start
    )
    if end is not None:
        query = query.where(table.observed_at < end)
    return raw.in_order(bulk.read_frame(connection, query).cast(OBSERVATIONS))
