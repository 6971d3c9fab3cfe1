"""Imports with ``--replace``: their park-days are computed from them, whatever covers them better (R15)."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.words import Feed, Origin
from hallofshame.pipeline.import_readings import import_readings
from hallofshame.pipeline.ingest import ingest
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import dirty, preferred
from hallofshame.store.database import Database
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import LOG, MONDAY, ROME, TUESDAY, seed_parks

CLOCK = FixedClock(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
DAY = dt.date(2019, 2, 22)


def roll_up(database: Database, history: FolderShelf) -> None:
    Rollup(database, CLOCK, LOG, ObservationCache(History(history))).run()


def queue_times(path: Path) -> Path:
    """A day of Dinosaur every five minutes, from 9:00 to 18:00 in Florida."""
    start = dt.datetime(2019, 2, 22, 14, tzinfo=dt.UTC)
    rows: list[dict[str, Any]] = [
        {
            "park_id": "8",
            "park_name": "Animal Kingdom",
            "polled_at": start + dt.timedelta(minutes=5 * poll),
            "ride_id": "111",
            "ride_name": "DINOSAUR",
            "is_open": True,
            "wait_time": 5 + poll % 40,
        }
        for poll in range(9 * 12)
    ]
    pl.DataFrame(rows).write_parquet(path)
    return path


def waits(folder: Path) -> Path:
    """The same day as people noted it until noon, with half an hour in which it was down."""
    folder.mkdir()
    lines = ["date,datetime,SACTMIN,SPOSTMIN"]
    for minute in range(0, 180, 6):
        posted = -999 if 60 <= minute < 90 else 5 + minute % 4
        lines.append(f"02/22/2019,2019-02-22 {9 + minute // 60:02}:{minute % 60:02}:00,,{posted}")
    (folder / "dinosaur.csv").write_text("\n".join(lines) + "\n")
    return folder


def computed(database: Database) -> tuple[int, int]:
    """Which record the day was computed from, and its downtime."""
    with database.read() as connection:
        row = connection.exec_driver_sql("SELECT origin, downtime FROM park_daily_stats").one()
    return row[0], row[1]


@pytest.fixture
def both(sqlite_database: Database, tmp_path: Path) -> tuple[Database, FolderShelf, Path]:
    """The day in both records, the better covered one in force."""
    history, folder = FolderShelf(tmp_path / "history"), waits(tmp_path / "waits")
    live = queue_times(tmp_path / "snapshots.parquet")
    ingest(
        sqlite_database, live, Feed.QUEUE_TIMES, cadence_seconds=300, clock=CLOCK, log=LOG, history=history
    )
    import_readings(sqlite_database, folder, CLOCK, LOG, history=history)
    roll_up(sqlite_database, history)
    assert computed(sqlite_database) == (Origin.LIVE, 0)
    return sqlite_database, history, folder


def test_import_that_replaces_is_what_its_days_are_computed_from(
    both: tuple[Database, FolderShelf, Path],
) -> None:
    database, history, folder = both
    result = import_readings(database, folder, CLOCK, LOG, history=history, replace_others=True)
    assert (len(result.taken), result.total.new_observations) == (1, 0)
    roll_up(database, history)
    assert computed(database) == (Origin.SURVEY, 1800)


def test_replacing_again_changes_nothing_and_an_import_without_it_leaves_it_so(
    both: tuple[Database, FolderShelf, Path],
) -> None:
    database, history, folder = both
    for replaces in (True, True, False):
        result = import_readings(database, folder, CLOCK, LOG, history=history, replace_others=replaces)
    assert result.known == 1
    roll_up(database, history)
    assert computed(database) == (Origin.SURVEY, 1800)


def test_other_record_takes_the_day_back_when_it_replaces(both: tuple[Database, FolderShelf, Path]) -> None:
    database, history, folder = both
    import_readings(database, folder, CLOCK, LOG, history=history, replace_others=True)
    live = folder.parent / "snapshots.parquet"
    ingest(
        database,
        live,
        Feed.QUEUE_TIMES,
        cadence_seconds=300,
        clock=CLOCK,
        log=LOG,
        history=history,
        replace_others=True,
    )
    roll_up(database, history)
    assert computed(database) == (Origin.LIVE, 0)


@pytest.mark.both_databases
def test_only_park_days_that_change_their_record_are_marked(database: Database) -> None:
    seed_parks(database, ROME)
    with database.write() as connection:
        assert (
            preferred.prefer(connection, [(ROME, MONDAY), (ROME, TUESDAY)], Origin.ARCHIVE, CLOCK.now()) == 2
        )
        dirty.clear(connection, dirty.dirty(connection))
        assert preferred.prefer(connection, [(ROME, MONDAY)], Origin.ARCHIVE, CLOCK.now()) == 0
        assert preferred.prefer(connection, [(ROME, TUESDAY)], Origin.SURVEY, CLOCK.now()) == 1
        assert dirty.dirty(connection).select("park_id", "day").rows() == [(ROME, TUESDAY)]
        found = preferred.of(connection, [(ROME, MONDAY), (ROME, TUESDAY), (ROME + 1, MONDAY)])
    assert sorted(found.rows()) == [(ROME, MONDAY, Origin.ARCHIVE), (ROME, TUESDAY, Origin.SURVEY)]
