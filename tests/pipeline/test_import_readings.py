"""A folder of recordings becomes part of the record: each once, unusable files named and left out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from hallofshame.clock import FixedClock
from hallofshame.domain.errors import NotFoundError
from hallofshame.domain.words import Feed
from hallofshame.pipeline.import_readings import ReadingsResult, feed_of, import_readings, measured_cadence
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History, sql_rows
from hallofshame.store.history.shelves import FolderShelf
from pipeline.fakes import LOG

START = dt.datetime(2025, 6, 1, 8, tzinfo=dt.UTC)
CLOCK = FixedClock(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


def queue_times(folder: Path, polls: int = 20, minutes: int = 10) -> Path:
    rows: list[dict[str, Any]] = [
        {
            "park_id": "12",
            "park_name": "Gardaland",
            "polled_at": START + dt.timedelta(minutes=minutes * poll),
            "ride_id": ride,
            "ride_name": f"Ride number {'ABC'[ride]}",
            "is_open": True,
            "wait_time": 5 * poll,
        }
        for poll in range(polls)
        for ride in range(3)
    ]
    path = folder / "one" / "snapshots.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows).write_parquet(path)
    return path


def wiki(folder: Path) -> Path:
    rows = [
        {
            "park_name": "Efteling",
            "polled_at": START + dt.timedelta(minutes=5 * poll),
            "entity_id": "an-id",
            "name": "Baron 1898",
            "status": "OPERATING" if poll % 4 else "DOWN",
            "standby_wait": 10,
        }
        for poll in range(12)
    ]
    path = folder / "two" / "live.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(rows).write_parquet(path)
    return path


def take(database: Database, folder: Path, history: Path) -> ReadingsResult:
    return import_readings(database, folder, CLOCK, LOG, history=FolderShelf(history))


def test_every_recording_of_a_folder_is_taken_once_into_history_files(
    sqlite_database: Database, tmp_path: Path
) -> None:
    folder, history = tmp_path / "recordings", tmp_path / "history"
    queue_times(folder), wiki(folder)
    (folder / "broken.parquet").write_bytes(b"PAR1 and no more")
    pl.DataFrame({"a": [1]}).write_parquet(folder / "other.parquet")
    first = take(sqlite_database, folder, history)
    cadences = {key: cadence for key, (_, cadence) in first.taken.items()}
    assert cadences == {"one/snapshots.parquet": 600, "two/live.parquet": 300}
    assert set(first.refused) == {"broken.parquet", "other.parquet"}
    assert all("\n" not in reason for reason in first.refused.values())
    assert first.total.new_observations == 72
    with sqlite_database.read() as connection:
        ids = [row[0] for row in connection.exec_driver_sql("SELECT park_id FROM parks").all()]
        rows = History(FolderShelf(history)).rows(connection, DATASETS["snapshots"], ids, 0, None)
        cycles = History(FolderShelf(history)).rows(connection, DATASETS["cycles"], ids, 0, None)
        assert sql_rows(connection, DATASETS["snapshots"], ids, 0, None).is_empty()
    assert (rows.height, cycles.height) == (72, 32)
    assert set(rows["feed"]) == {int(Feed.QUEUE_TIMES), int(Feed.THEMEPARKS_WIKI)}
    before = {path.name: path.read_bytes() for path in history.glob("*.parquet")}
    again = take(sqlite_database, folder, history)
    assert (again.known, again.taken) == (2, {})
    queue_times(folder, polls=21)
    grown = take(sqlite_database, folder, history)
    assert (grown.known, grown.total.new_observations) == (1, 3)
    assert before.items() <= {path.name: path.read_bytes() for path in history.glob("*.parquet")}.items()


def test_feed_and_cadence_are_told_by_the_file(tmp_path: Path) -> None:
    assert feed_of(queue_times(tmp_path, minutes=7)) is Feed.QUEUE_TIMES
    assert measured_cadence(queue_times(tmp_path, minutes=7)) == 420
    assert feed_of(wiki(tmp_path)) is Feed.THEMEPARKS_WIKI


def test_a_folder_without_recordings_is_said(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="holds no parquet or CSV file"):
        take(sqlite_database, tmp_path, tmp_path / "history")
