"""The daily replay of chances to reopen: what it reads, writes and leaves alone (R9b)."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable

import polars as pl
import pytest
from sqlalchemy import Connection, delete, select

from hallofshame.clock import FixedClock
from hallofshame.domain.jobs import JobStopped
from hallofshame.pipeline.calibration import calibrate
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import bulk, catalogue, chances
from hallofshame.store.database import Database
from hallofshame.store.models import (
    Base,
    ChanceCorrection,
    ChanceEvidence,
    ChanceScore,
    ChanceTenth,
    ParkActivitySnapshot,
    ParkDailyStats,
    ParkSchedule,
    RideOutage,
    RideOutagePart,
)
from pipeline.fakes import LOG
from pipeline.worlds import CLOCK, World, at_once
from store.samples import park

DAY, MINUTE = 86_400, 60
FIRST = dt.date(2026, 5, 1)
DAYS = 60
PARK = 1
NOW = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)


def midnight(day: dt.date) -> int:
    return int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp())


def zeros(model: type) -> dict[str, int]:
    return {column.name: 0 for column in model.__table__.columns if not column.nullable}  # type: ignore[attr-defined]


def fill(connection: Connection) -> None:
    """Five rides of a park in UTC, open 9:00 to 18:00, stop once a day: short by morning habit, or long."""
    chance = random.Random(3)
    catalogue.upsert_parks(connection, [park("calm", PARK, timezone="UTC")])
    outages, parts, cycles, days = [], [], [], []
    for number in range(DAYS):
        day = FIRST + dt.timedelta(days=number)
        start = midnight(day)
        days.append(
            zeros(ParkDailyStats)
            | {
                "park_id": PARK,
                "day": day,
                "windows": json.dumps([[start + 9 * 3600, start + 18 * 3600]]),
                "observed": 5 * 9 * 3600,
                "evidence": "schedule",
            }
        )
        cycles += [
            zeros(ParkActivitySnapshot) | {"park_id": PARK, "observed_at": start + at, "cadence_seconds": 300}
            for at in range(8 * 3600, 19 * 3600, 300)
        ]
        for ride in range(1, 6):
            begin = start + chance.randrange(10, 15) * 3600
            minutes = chance.choice((10, 20)) if ride < 4 else chance.choice((90, 150))
            common = {
                "park_id": PARK,
                "day": day,
                "ride_id": ride,
                "started_at": begin,
                "ended_at": begin + minutes * MINUTE,
                "downtime": minutes * MINUTE,
                "ended_by": "reopened",
                "counted": 1,
            }
            outages.append(zeros(RideOutage) | common | {"kind": "breakdown", "since_opening": 0})
            parts.append(zeros(RideOutagePart) | common)
    for model, rows in (
        (RideOutage, outages),
        (RideOutagePart, parts),
        (ParkActivitySnapshot, cycles),
        (ParkDailyStats, days),
    ):
        bulk.insert(connection, model, pl.DataFrame(rows))


@pytest.fixture
def filled(database: Database) -> Database:
    database.run(fill)
    return database


class Stored:
    """What the job left."""

    def __init__(self, database: Database) -> None:
        with database.read() as connection:
            self.known_until = chances.replayed_at(connection)
            self.scores = chances.scores_of(connection)
            self.tenths = chances.tenths_of(connection)
            self.evidence = chances.evidence_of_parks(connection, [PARK])
            self.everywhere = chances.evidence_of_parks(connection, [chances.EVERYWHERE])
            self.corrections = chances.corrections_of(connection, [PARK])

    def equals(self, other: Stored) -> bool:
        frames = ("scores", "tenths", "evidence", "everywhere", "corrections")
        return all(getattr(self, name).equals(getattr(other, name)) for name in frames)


def test_what_proves_good_is_stored_and_the_evidence_with_it(filled: Database) -> None:
    judged, shown = calibrate(filled, FixedClock(NOW))
    assert judged == 3
    found = Stored(filled)
    assert found.known_until == int(NOW.timestamp())
    assert found.scores["reason"].to_list() == [None, "off", "off"]
    assert shown == 1
    assert (found.scores["brier"] < found.scores["constant_brier"] / 2).all()
    assert (found.scores["calibration_error_upper"] <= 0.05).to_list() == [True, False, False]
    assert (found.scores["calibration_error_upper"] > found.scores["calibration_error"]).all()
    assert (found.scores["brier_gain_lower"] > 0).all()
    assert found.scores["forecast_days"].min() > 50
    assert found.evidence["outages"].sum() == 5 * DAYS
    assert found.everywhere["outages"].sum() == 5 * DAYS
    assert set(found.evidence["minutes"]) == {10, 20, 90, 150}
    for horizon in (15, 30, 60):
        bins = found.tenths.filter(pl.col("horizon_minutes") == horizon)
        forecasts = found.scores.filter(pl.col("horizon_minutes") == horizon)["forecasts"].item()
        assert bins["forecasts"].sum() == forecasts
    assert set(found.corrections["step"]) == {0, 1, 2, 3}
    assert (found.corrections["weight"] > 0).any()


@pytest.mark.both_databases
def test_a_second_run_writes_the_same_again(filled: Database) -> None:
    kept = []
    for _ in range(2):
        calibrate(filled, FixedClock(NOW))
        kept.append(Stored(filled))
    assert kept[0].equals(kept[1])


@pytest.mark.slow
def test_live_cycles_one_write_and_a_rebuild_are_replayed_alike(
    sqlite_database: Database, fresh: Callable[[], Database]
) -> None:
    """Told with late data and corrected hours, written at once, or rolled up anew: the same rows."""
    world = World(sqlite_database, seed=4, days=4, step=1800, rollup_every=0.01)
    world.tell()
    other = fresh()
    at_once(sqlite_database, other)
    kept = []
    for database in (sqlite_database, other):
        calibrate(database, CLOCK)
        kept.append(tables(database))
    mark_range(other, CLOCK)
    Rollup(other, CLOCK, LOG).run()
    calibrate(other, CLOCK)
    kept.append(tables(other))
    scores = kept[0][ChanceScore]
    assert scores["forecasts"].sum() > 20
    assert kept[0][ChanceCorrection].height > 30
    for model, frame in kept[0].items():
        for found in kept[1:]:
            assert found[model].equals(frame), model


def tables(database: Database) -> dict[type[Base], pl.DataFrame]:
    """What the job wrote, as it lies in the tables."""
    with database.read() as connection:
        return {
            model: bulk.read_frame(connection, select(model.__table__).order_by(*model.__table__.primary_key))
            for model in (ChanceEvidence, ChanceScore, ChanceTenth, ChanceCorrection)
        }


def test_a_park_without_outages_is_forgotten(filled: Database) -> None:
    calibrate(filled, FixedClock(NOW))
    with filled.write() as connection:
        for model in (RideOutage, RideOutagePart):
            connection.execute(delete(model))
    assert calibrate(filled, FixedClock(NOW)) == (0, 0)
    found = Stored(filled)
    assert found.scores.is_empty()
    assert found.evidence.is_empty()
    assert found.everywhere.is_empty()
    assert found.corrections.is_empty()


def test_it_replays_the_last_ninety_open_days_however_long_ago(filled: Database) -> None:
    """A park that closed for the winter has not lost what its summer taught."""
    calibrate(filled, FixedClock(NOW))
    summer = Stored(filled).scores
    calibrate(filled, FixedClock(NOW + dt.timedelta(days=200)))
    spring = Stored(filled).scores
    assert spring["forecasts"].to_list() == summer["forecasts"].to_list()
    assert spring["reason"].to_list() == [None, "off", "off"]
    calibrate(filled, FixedClock(NOW + dt.timedelta(days=400)))
    assert Stored(filled).scores.is_empty()


@pytest.mark.both_databases
def test_one_that_is_stopped_between_two_parks_leaves_each_park_whole(filled: Database) -> None:
    with filled.write() as connection:
        catalogue.upsert_parks(connection, [park("wild", 2, timezone="UTC")])
        for model in (RideOutage, RideOutagePart, ParkActivitySnapshot, ParkDailyStats):
            table = model.__table__
            own = bulk.read_frame(connection, select(table))
            there = {"park_id": pl.lit(2, pl.Int64)}
            if "ride_id" in own.columns:
                there["ride_id"] = pl.col("ride_id") + 10
            bulk.insert(connection, model, own.with_columns(**there))

    def stop(done: int, total: int) -> None:
        assert total == 2
        if done == 1:
            raise JobStopped

    with pytest.raises(JobStopped):
        calibrate(filled, FixedClock(NOW), stop)
    found = Stored(filled)
    assert found.scores["park_id"].unique().to_list() == [PARK]
    assert found.evidence["outages"].sum() == 5 * DAYS
    assert calibrate(filled, FixedClock(NOW)) == (6, 2)


def test_nothing_recorded_leaves_nothing(database: Database) -> None:
    assert calibrate(database, FixedClock(NOW)) == (0, 0)
    found = Stored(database)
    assert found.scores.is_empty()
    assert found.known_until is None


def closing(database: Database, day: dt.date, known_at: int | None = None) -> int | None:
    with database.read() as connection:
        found = chances.closing_times(connection, day, [PARK], known_at)
    hours: dict[dt.date, int] = dict(found.select("day", "closes_at").iter_rows())
    return None if day not in hours else hours[day] - midnight(day)


def test_a_close_is_that_published_by_then_else_the_usual_one(sqlite_database: Database) -> None:
    sqlite_database.run(fill)
    day = FIRST + dt.timedelta(days=20)
    assert closing(sqlite_database, day) == 18 * 3600
    assert closing(sqlite_database, FIRST) is None
    late = {
        "park_id": PARK,
        "date": day,
        "kind": "OPERATING",
        "opens_at": midnight(day) + 9 * 3600,
        "closes_at": midnight(day) + 22 * 3600,
        "description": None,
        "seen_at": midnight(day) + 3600,
        "superseded_at": None,
    }
    sqlite_database.run(lambda connection: bulk.insert(connection, ParkSchedule, pl.DataFrame([late])))
    assert closing(sqlite_database, day) == 18 * 3600, "it was published after the day had begun"
    assert closing(sqlite_database, day, midnight(day) + 7200) == 22 * 3600


def test_past_midnight_the_close_of_the_day_before_counts() -> None:
    first, second = FIRST, FIRST + dt.timedelta(days=1)
    closes = pl.DataFrame(
        {
            "park_id": [PARK, PARK],
            "day": [first, second],
            "closes_at": [midnight(second) + 3600, midnight(second) + 20 * 3600],
        }
    )
    asked = pl.DataFrame(
        {
            "park_id": [PARK] * 2,
            "day": [second] * 2,
            "at": [midnight(second) + 1800, midnight(second) + 10 * 3600],
        }
    )
    assert chances.minutes_left(asked, closes)["left_minutes"].to_list() == [30, 600]
