"""Days of the history API go into history files, a month at a time, and say there what they say in SQL."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import func, select

from hallofshame.clock import FixedClock
from hallofshame.domain.localtime import day_bounds, from_unix
from hallofshame.pipeline.history_request import HistoryImported, HistoryRange
from hallofshame.pipeline.import_history import import_history
from hallofshame.store import checkpoints
from hallofshame.store.database import Database
from hallofshame.store.history.reading import History
from hallofshame.store.history.sealed import sealed_files
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import DirtyParkDay, RideStatusSnapshot
from pipeline.fakes import LOG, NEW_YORK, ROME, TIMEZONES, WIKI_IDS, at, seed_parks
from pipeline.test_import_history import FakeApi, api, events

FIRST, LAST = dt.date(2026, 5, 29), dt.date(2026, 6, 3)
DAYS = [FIRST + dt.timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
NOW = "2026-08-01 00:00"


class BrokenOffError(Exception):
    """The import was broken off."""


def seeded(path: Path) -> Database:
    from hallofshame.store import schema

    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    seed_parks(database, ROME, NEW_YORK)
    return database


def take(
    database: Database,
    source: FakeApi,
    history: History | None,
    stop_after: int | None = None,
    now: str = NOW,
    **asked: object,
) -> HistoryImported:
    def progress(done: int, _total: int) -> None:
        if done == stop_after:
            raise BrokenOffError

    options = {"start": FIRST, "end": LAST} | asked
    return import_history(
        database,
        source,
        FixedClock(at(now)),
        LOG,
        HistoryRange(**options),  # type: ignore[arg-type]
        history=history,
        progress=progress,
    )


def record(database: Database, history: History) -> pl.DataFrame:
    with database.read() as connection:
        return history.observations(connection, [ROME, NEW_YORK], 0, None)


def sql_rows(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(RideStatusSnapshot)) or 0


def noted(database: Database) -> list[tuple[object, ...]]:
    """Checkpoints and dirty days."""
    with database.read() as connection:
        days = select(DirtyParkDay.park_id, DirtyParkDay.day).order_by(*DirtyParkDay.__table__.primary_key)
        kept = checkpoints.noted(connection, "themeparks_wiki/history")
        return sorted([*map(tuple, connection.execute(days)), *kept], key=repr)


@pytest.fixture(scope="module")
def stored_in_sql(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, list[tuple[object, ...]]]:
    """What the same days are where all of them go into SQL."""
    folder = tmp_path_factory.mktemp("sql")
    database = seeded(folder / "sql.db")
    take(database, api(*DAYS, parks=(ROME, NEW_YORK)), None)
    return record(database, History(FolderShelf(folder / "none"))), noted(database)


@pytest.mark.parametrize("stop_after", [None, 1, 7])
def test_closed_days_go_into_files_and_a_broken_import_goes_on(
    tmp_path: Path, stored_in_sql: tuple[pl.DataFrame, list[tuple[object, ...]]], stop_after: int | None
) -> None:
    database, history = seeded(tmp_path / "files.db"), History(FolderShelf(tmp_path / "history"))
    source = api(*DAYS, parks=(ROME, NEW_YORK))
    if stop_after is not None:
        with pytest.raises(BrokenOffError):
            take(database, source, history, stop_after)
    result = take(database, source, history)
    assert result.taken + (stop_after or 0) == len(DAYS) * 2
    assert len(source.asked) == len(DAYS) * 2
    assert sql_rows(database) == 0
    assert_frame_equal(record(database, history), stored_in_sql[0])
    assert noted(database) == stored_in_sql[1]
    with database.read() as connection:
        assert {file.period.name for file in sealed_files(connection)} == {"2026-05", "2026-06"}
    again = take(database, source, history)
    assert (again.known, again.taken, again.new_rows) == (len(DAYS) * 2, 0, 0)


def test_a_month_is_not_written_anew_for_each_of_its_days(tmp_path: Path) -> None:
    database, shelf = seeded(tmp_path / "files.db"), FolderShelf(tmp_path / "history")
    result = take(database, api(*DAYS), History(shelf), park_ids=[ROME])
    assert result.new_rows > 0
    # Once for its own days, and once for the first of June, which begins in May by UTC.
    assert len(list((tmp_path / "history").glob("2026-05.snapshots.*.parquet"))) == 2
    assert len(list((tmp_path / "history").glob("2026-06.snapshots.*.parquet"))) == 1


def test_a_day_recorded_anew_takes_the_place_of_the_one_in_a_file(tmp_path: Path) -> None:
    database, history = seeded(tmp_path / "files.db"), History(FolderShelf(tmp_path / "history"))
    take(database, api(FIRST), history, park_ids=[ROME], end=FIRST)
    changed = FakeApi({(WIKI_IDS[ROME], FIRST): events(ROME, FIRST, down_minutes=0)})
    result = take(database, changed, history, park_ids=[ROME], end=FIRST, again=True)
    assert (result.taken, result.corrected) == (1, 1)
    down_at = day_bounds(FIRST, TIMEZONES[ROME])[0] + 13 * 3600 + 7 * 60
    found = record(database, history).filter(observed_at=down_at)
    assert found["status"].to_list() == [1], from_unix(down_at)


def test_a_run_of_limited_time_beside_collecting_stores_days_in_sql(tmp_path: Path) -> None:
    database, history = seeded(tmp_path / "files.db"), History(FolderShelf(tmp_path / "history"))
    take(database, api(FIRST), history, park_ids=[ROME], end=FIRST, seconds=60.0, wait=False)
    assert sql_rows(database) > 0
    assert not list((tmp_path / "history").glob("*.parquet"))
