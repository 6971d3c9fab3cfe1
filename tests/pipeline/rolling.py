"""Small steps that the tests of the roll-up share."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from hallofshame.domain.localtime import day_bounds
from hallofshame.pipeline.rollup import (
    Rollup,
)
from hallofshame.store import data_version, dirty
from hallofshame.store.database import Database
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import (
    LOG,
    ROME,
    TIMEZONES,
    seed_parks,
    seed_rides,
)
from pipeline.worlds import (
    CLOCK,
)

Fresh = Callable[[], Database]
NAMES = ("Alpha", "Bravo", "Charlie", "Delta")


def roll_up(database: Database, cache: ObservationCache | None = None) -> int:
    return Rollup(database, CLOCK, LOG, cache).run().rows_written


def version(database: Database) -> int:
    with database.read() as connection:
        return data_version.get(connection)[0]


def day_start(day: dt.date) -> int:
    return day_bounds(day, TIMEZONES[ROME])[0]


def dirty_days(database: Database) -> set[tuple[int, dt.date]]:
    with database.read() as connection:
        return set(dirty.dirty(connection).select("park_id", "day").iter_rows())


def one_park(database: Database) -> list[int]:
    """Rome with four rides."""
    seed_parks(database, ROME)
    return seed_rides(database, ROME, *NAMES)
