"""Killed at any moment and started again, a seal ends in the same bytes as one that ran undisturbed."""

from __future__ import annotations

import hashlib
import os
import random
import time
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.history.sealed import sealed_files
from hallofshame.store.history.shelves import FolderShelf
from pipeline.sealed import sealed_in, whole, write_record
from support import seal_child
from support.children import Child

KILLS = int(os.environ.get("HALLOFSHAME_TEST_KILLS", "4"))
LONGEST_SECONDS = 1.5

pytestmark = pytest.mark.slow


def contents(folder: Path) -> dict[str, str]:
    """The Parquet files by name, with a digest of their bytes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.parquet")}


def test_a_seal_killed_again_and_again_ends_in_the_same_bytes(
    sqlite_database: Database, tmp_path: Path
) -> None:
    write_record(sqlite_database)
    rows = whole(sqlite_database, "snapshots")
    url = sqlite_database.engine.url.render_as_string(hide_password=False)
    folder = tmp_path / "history"
    rng = random.Random(7)
    for _ in range(KILLS):
        with Child(seal_child.live, url, folder) as child:
            assert child.hear() == "ready"
            time.sleep(rng.uniform(0, LONGEST_SECONDS))
            child.kill()
        # Whatever is in force now is whole: it is read, and verified, without an error.
        with sqlite_database.read() as connection:
            now = History(FolderShelf(folder)).rows(connection, DATASETS["snapshots"], [1, 2], 0, None)
            known = {file.name for file in sealed_files(connection)}
        assert_frame_equal(now, rows)
        assert known <= contents(folder).keys()
    sealed_in(sqlite_database, folder)
    undisturbed = tmp_path / "undisturbed"
    other = Database(f"sqlite:///{tmp_path / 'other.sqlite'}")
    with sqlite_database.read() as connection:
        connection.connection.dbapi_connection.backup(  # type: ignore[union-attr]
            other.engine.raw_connection().driver_connection
        )
    with other.write() as connection:
        connection.exec_driver_sql("DELETE FROM history_files")
        connection.exec_driver_sql("DELETE FROM history_parks")
    sealed_in(other, undisturbed)
    other.dispose()
    assert contents(folder) == contents(undisturbed)
    assert len(contents(folder)) == 24
