"""Killed at any moment and started again, an import ends in the bytes and statistics of one undisturbed."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from hallofshame.feeds.archive_shelf import ArchiveShelf
from hallofshame.pipeline.import_archive import import_archive
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.observations import ObservationCache
from pipeline.fakes import LOG, ROME, seed_parks
from pipeline.test_import_archive import CLOCK, a_day, event, put
from pipeline.worlds import assert_same_rows, derived_rows
from support import import_child
from support.children import Child

KILLS = int(os.environ.get("HALLOFSHAME_TEST_KILLS", "4"))
LONGEST_SECONDS = 1.2
FIRST = dt.date(2026, 4, 26)
DAYS = 66
"""Of three months; the last day is not closed yet, so that its rows go into SQL."""

pytestmark = pytest.mark.slow


def write_archive(folder: Path) -> None:
    """A file for each day; one is corrupt, one has an event of the next month, new rides come at times."""
    for number in range(DAYS):
        day = FIRST + number * dt.timedelta(days=1)
        noon = dt.datetime.combine(day, dt.time(12), dt.UTC)
        events = [*a_day(day), event(f"New {number // 10}", noon, "OPERATING", 5)]
        if number == 4:
            events.append(event("Alpha", noon + dt.timedelta(days=1), "DOWN"))
        path = put(folder, day, {"events": events})
        if number == 20:
            path.write_bytes(path.read_bytes()[:50])


def contents(folder: Path) -> dict[str, str]:
    """The Parquet files in force by name, with a digest of their bytes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.parquet")}


def test_an_import_killed_again_and_again_ends_as_one_undisturbed(
    fresh: Callable[[], Database], tmp_path: Path
) -> None:
    archive = tmp_path / "archive"
    write_archive(archive)
    undisturbed, killed = fresh(), fresh()
    for database in (undisturbed, killed):
        seed_parks(database, ROME)
    import_archive(
        undisturbed, ArchiveShelf(str(archive)), CLOCK, LOG, history=FolderShelf(tmp_path / "undisturbed")
    )
    url = killed.engine.url.render_as_string(hide_password=False)
    rng = random.Random(11)
    for _ in range(KILLS):
        with Child(import_child.live, url, str(archive), tmp_path / "killed") as child:
            assert child.hear() == "ready"
            time.sleep(rng.uniform(0, LONGEST_SECONDS))
            child.kill()
    shelf = FolderShelf(tmp_path / "killed")
    result = import_archive(killed, ArchiveShelf(str(archive)), CLOCK, LOG, history=shelf)
    assert len(result.refused) == 1
    assert contents(tmp_path / "undisturbed").items() <= contents(tmp_path / "killed").items()
    assert contents(tmp_path / "undisturbed")
    found = [
        everything(database, tmp_path / name)
        for database, name in ((undisturbed, "undisturbed"), (killed, "killed"))
    ]
    assert_frame_equal(found[1][0], found[0][0])
    assert_same_rows(found[1][1], found[0][1])
    again = import_archive(killed, ArchiveShelf(str(archive)), CLOCK, LOG, history=shelf)
    assert (again.new_rows, again.files) == (0, 0)


def everything(database: Database, folder: Path) -> tuple[object, object]:
    """The whole record and all statistics."""
    history = History(FolderShelf(folder))
    Rollup(database, CLOCK, LOG, ObservationCache(history)).run()
    with database.read() as connection:
        return history.rows(connection, DATASETS["snapshots"], [ROME], 0, None), derived_rows(database)
