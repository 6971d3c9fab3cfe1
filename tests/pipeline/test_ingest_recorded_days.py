"""Recorded days of real parks, taken in by the front door: ingest, roll-up, figures."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import day_bounds, from_unix, local_day
from hallofshame.domain.words import Feed
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rollup import Rollup
from hallofshame.pipeline.shipped import load_parks
from hallofshame.pipeline.sync import seed_catalogue
from hallofshame.store import catalogue, raw
from hallofshame.store.database import Database
from hallofshame.store.models import (
    ParkDailyStats,
    RideDailyStats,
)
from pipeline.fakes import LOG, at

CLOCK = FixedClock(at("2026-09-01 00:00"))
SHARED = Path(__file__).parents[2].parent / "shared" / "data"


class Ingested:
    """A recording ingested and rolled up, asked by park and ride name."""

    def __init__(
        self, database: Database, folder: str, feed: Feed, cadence_seconds: int, *slugs: str
    ) -> None:
        path = SHARED / folder
        if not path.is_dir():
            pytest.skip(f"recording {folder} is not beside this checkout (looked in ../shared/data)")
        seed_catalogue(database, CLOCK, only=slugs)
        result = ingest(database, path, feed, cadence_seconds=cadence_seconds, clock=CLOCK, log=LOG)
        assert result.parks_created == 0
        Rollup(database, CLOCK, LOG).run()
        self.database = database
        with database.read() as connection:
            self.park_id = next(
                park.park_id for park in catalogue.park_table(connection) if park.slug == slugs[0]
            )
            self.rides = {ride.name: ride.ride_id for ride in catalogue.rides(connection, self.park_id)}

    def day(self, date: dt.date) -> Any:
        """The park's stored row."""
        query = select(ParkDailyStats.__table__).where(
            ParkDailyStats.park_id == self.park_id, ParkDailyStats.day == date
        )
        with self.database.read() as connection:
            return connection.execute(query).one()

    def windows(self, date: dt.date) -> list[int]:
        """The lengths of the open windows."""
        return [end - start for start, end in json.loads(self.day(date).windows)]

    def ride(self, date: dt.date, name: str) -> Any:
        """The stored row of the one ride with ``name`` in its name."""
        (ride_id,) = (number for known, number in self.rides.items() if name in known)
        query = select(RideDailyStats.__table__).where(
            RideDailyStats.park_id == self.park_id,
            RideDailyStats.ride_id == ride_id,
            RideDailyStats.day == date,
        )
        with self.database.read() as connection:
            return connection.execute(query).one()


@pytest.mark.recordings
def test_great_adventure_on_a_day_with_much_downtime(sqlite_database: Database) -> None:
    park = Ingested(
        sqlite_database,
        "qt_six_flags_great_adventure_5min",
        Feed.QUEUE_TIMES,
        300,
        "six-flags-great-adventure",
    )
    date = dt.date(2026, 8, 20)
    day = park.day(date)
    assert park.windows(date) == [27_300]
    assert (day.eligible, day.rides_down, day.downtime) == (44, 15, 56_700)
    el_toro, skull = park.ride(date, "El Toro"), park.ride(date, "Skull Mountain")
    assert (el_toro.operating, el_toro.downtime) == (16_800, 10_500)
    assert (skull.operating, skull.downtime, skull.closed) == (13_500, 0, 13_800)
    lasso = park.ride(date, "Lasso of Truth")
    assert (lasso.downtime, lasso.eligible) == (0, 0)


@pytest.mark.recordings
def test_tokyo_disneysea_every_48_minutes(sqlite_database: Database) -> None:
    park = Ingested(
        sqlite_database,
        "tpw_tokyo_disney_resort",
        Feed.THEMEPARKS_WIKI,
        2880,
        "tokyo-disneysea",
        "tokyo-disneyland",
    )
    date = dt.date(2026, 8, 15)
    day = park.day(date)
    assert (day.window_seconds, day.eligible, len(park.windows(date))) == (40_997, 30, 1)
    assert park.ride(date, "Aquatopia").downtime == 8_551
    gondolas = park.ride(date, "Venetian Gondolas")
    assert (gondolas.downtime, gondolas.down, gondolas.closed) == (7_723, 7_723, 28_917)


@pytest.mark.slow
@pytest.mark.recordings
def test_gardaland_across_midnight_and_a_clock_change(sqlite_database: Database) -> None:
    park = Ingested(sqlite_database, "qt_gardaland_10min", Feed.QUEUE_TIMES, 900, "gardaland")
    assert park.windows(dt.date(2025, 11, 1)) == [36_652]
    autumn = dt.date(2025, 10, 26)
    start, end = day_bounds(autumn, "Europe/Rome")
    assert end - start == 25 * 3600
    assert park.day(autumn).eligible > 0
    with sqlite_database.read() as connection:
        first, last = raw.observed_range(connection)[park.park_id]
        days = connection.scalar(select(func.count()).select_from(ParkDailyStats))
    whole = local_day(from_unix(last), "Europe/Rome") - local_day(from_unix(first), "Europe/Rome")
    assert days == whole.days + 1


@pytest.mark.recordings
def test_disneyland_paris_has_no_ride_twice(sqlite_database: Database) -> None:
    """For weeks its rides came without ids, partly doubled, and single rider lines beside them."""
    slugs = [park.slug for park in load_parks() if park.queue_times_id in ("4", "28")]
    park = Ingested(sqlite_database, "qt_disneyland_paris_5min", Feed.QUEUE_TIMES, 300, *slugs)
    folded = [name.casefold() for name in park.rides]
    assert len(folded) == len(set(folded))
    assert not [name for name in folded if "single rider" in name]
