"""A damaged history or a full disk stops an import in one line: nothing is lost, and it goes on later."""

from __future__ import annotations

import datetime as dt
import errno
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hallofshame.domain.errors import HistoryError, StorageError
from hallofshame.feeds.archive_shelf import ArchiveShelf
from hallofshame.pipeline.import_archive import ImportResult, import_archive
from hallofshame.store.database import Database
from hallofshame.store.history import formats
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.reading import History
from hallofshame.store.history.shelves import FolderShelf
from pipeline.fakes import LOG, ROME, seed_parks
from pipeline.test_import_archive import CLOCK, MONDAY, a_day, event, put, three_days

LATER = MONDAY + dt.timedelta(days=2)


def take(database: Database, tmp_path: Path) -> ImportResult:
    shelf = FolderShelf(tmp_path / "history")
    return import_archive(database, ArchiveShelf(str(tmp_path / "archive")), CLOCK, LOG, history=shelf)


def late_data(folder: Path) -> None:
    """The last day's file comes again, with one event more."""
    more = event("Alpha", dt.datetime.combine(LATER, dt.time(11, 11), dt.UTC), "DOWN")
    put(folder, LATER, {"events": [*a_day(LATER), more]})


def rows(database: Database, tmp_path: Path) -> int:
    with database.read() as connection:
        history = History(FolderShelf(tmp_path / "history"))
        return history.rows(connection, DATASETS["snapshots"], [ROME], 0, None).height


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "bytes instead of"),
        (lambda path: path.write_bytes(path.read_bytes()[:-1] + b"x"), "is damaged: its SHA-256"),
        (lambda path: path.unlink(), "is missing from"),
    ],
    ids=["truncated", "changed", "missing"],
)
def test_a_file_that_cannot_be_read_is_not_written_over(
    sqlite_database: Database, tmp_path: Path, damage: Callable[[Path], object], says: str
) -> None:
    seed_parks(sqlite_database, ROME)
    three_days(tmp_path / "archive")
    assert take(sqlite_database, tmp_path).new_rows == 36
    (path,) = (tmp_path / "history").glob(f"{LATER}.snapshots.*.parquet")
    copy = shutil.copy(path, tmp_path / "copy")
    damage(path)
    late_data(tmp_path / "archive")
    with pytest.raises(HistoryError, match=says) as refused:
        take(sqlite_database, tmp_path)
    assert "\n" not in str(refused.value)
    shutil.copy(copy, path)
    assert rows(sqlite_database, tmp_path) == 36
    assert take(sqlite_database, tmp_path).new_rows == 1, "late data fold in once the file is back"
    assert rows(sqlite_database, tmp_path) == 37


def test_a_full_disk_changes_nothing(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_parks(sqlite_database, ROME)
    three_days(tmp_path / "archive")
    take(sqlite_database, tmp_path)
    late_data(tmp_path / "archive")
    before = {path.name for path in (tmp_path / "history").iterdir()}

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(formats, "write", full)
        with pytest.raises(StorageError, match="full"):
            take(sqlite_database, tmp_path)
    assert {path.name for path in (tmp_path / "history").iterdir()} == before
    assert rows(sqlite_database, tmp_path) == 36
    assert take(sqlite_database, tmp_path).new_rows == 1
