"""Backups: what comes back is the installation as it was; damage is refused before anything is lost."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from hallofshame.cli import cli
from hallofshame.domain.errors import InputError, StorageError, StoreError
from hallofshame.pipeline import backup
from hallofshame.pipeline.backup import CONTENT, HISTORY, Backup, back_up, backups_in
from hallofshame.pipeline.rebuild import mark_range
from hallofshame.pipeline.rollup import Rollup
from hallofshame.store import dumps
from hallofshame.store.database import Database
from hallofshame.store.history.reading import History
from hallofshame.store.history.sealed import sealed_files
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import Base
from hallofshame.store.observations import ObservationCache
from pipeline.sealed import LATER, LOG, sealed_in, write_record


def nothing(_done: int, _of: int) -> None:
    """A progress that nobody looks at."""


@pytest.fixture
def shelf(tmp_path: Path) -> FolderShelf:
    return FolderShelf(tmp_path / "data" / "history")


@pytest.fixture
def recorded(database: Database, shelf: FolderShelf) -> Database:
    """A record, rolled up and sealed."""
    write_record(database)
    sealed_in(database, shelf.folder)
    mark_range(database, LATER)
    Rollup(database, LATER, LOG, ObservationCache(History(shelf))).run()
    return database


def contents(database: Database) -> dict[str, list[Any]]:
    """Every row of every table."""
    with database.read() as connection:
        return {
            table.name: sorted(connection.execute(select(table)).all(), key=repr)
            for table in Base.metadata.sorted_tables
        }


def lose(database: Database, shelf: FolderShelf) -> None:
    """The day on which the disk is gone, but for the tables themselves."""
    shutil.rmtree(shelf.folder)
    with database.write() as connection:
        if connection.dialect.name == "mysql":
            connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())


def made(database: Database, shelf: FolderShelf, target: Path, keep: int | None = None) -> Path:
    return back_up(database, shelf, LATER, target, keep=keep, progress=nothing)[0]


def restored(database: Database, shelf: FolderShelf, source: Path, *, replace: bool = False) -> Backup:
    return backup.restore(database, shelf, source, replace=replace, progress=nothing)


@pytest.mark.slow
@pytest.mark.both_databases
def test_what_comes_back_is_the_installation_as_it_was(
    recorded: Database, shelf: FolderShelf, tmp_path: Path
) -> None:
    before = contents(recorded)
    assert len(before["ride_status_snapshots"]) > 3000
    assert len(before["ride_daily_stats"]) > 50
    files = {path.name: path.read_bytes() for path in shelf.folder.iterdir() if path.is_file()}
    folder = made(recorded, shelf, tmp_path / "backup")
    assert contents(recorded) == before
    lose(recorded, shelf)
    found = restored(recorded, shelf, folder)
    assert found.made_at == "2025-09-08T09:00:00Z"
    assert contents(recorded) == before
    assert {path.name: path.read_bytes() for path in shelf.folder.iterdir()} == files
    with recorded.read() as connection:
        for file in sealed_files(connection):
            assert shelf.fetch(file).is_file()


@pytest.mark.slow
def test_a_record_is_replaced_only_where_that_is_asked_for(
    recorded: Database, shelf: FolderShelf, tmp_path: Path
) -> None:
    before = contents(recorded)
    folder = made(recorded, shelf, tmp_path / "backup")
    with pytest.raises(InputError, match="--replace"):
        restored(recorded, shelf, folder)
    with recorded.write() as connection:
        connection.exec_driver_sql("UPDATE rides SET name = 'Another'")
    restored(recorded, shelf, folder, replace=True)
    assert contents(recorded) == before


@pytest.mark.slow
@pytest.mark.parametrize("which", ["database", "history", "content"])
@pytest.mark.parametrize("how", ["gone", "cut", "changed"])
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    sqlite_database: Database, shelf: FolderShelf, tmp_path: Path, which: str, how: str
) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, shelf.folder)
    folder = made(sqlite_database, shelf, tmp_path / "backup")
    path = {
        "database": folder / "database.sqlite",
        "history": next((folder.parent / HISTORY).glob("*.parquet")),
        "content": folder / CONTENT,
    }[which]
    if how == "gone":
        path.unlink()
    else:
        whole = path.read_bytes()
        path.write_bytes(whole[:-7] if how == "cut" else whole[:-7] + b"nothing")
    before = contents(sqlite_database)
    with pytest.raises((StorageError, InputError), match="backup") as refused:
        restored(sqlite_database, shelf, folder, replace=True)
    assert path.name in str(refused.value)
    assert contents(sqlite_database) == before


def test_a_backup_that_fails_leaves_nothing(
    sqlite_database: Database, shelf: FolderShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_record(sqlite_database)
    sealed = sealed_in(sqlite_database, shelf.folder)
    assert sealed.files
    target = tmp_path / "backup"

    def fails(_database: Database, file: Path) -> None:
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(dumps, "dump", fails)
        with pytest.raises(StorageError, match="disk is full"):
            made(sqlite_database, shelf, target)
    assert list(target.iterdir()) == []
    next(shelf.folder.glob("*.snapshots.*")).write_bytes(b"damaged")
    with pytest.raises(StorageError, match="put it back from a copy"):
        made(sqlite_database, shelf, target)
    assert backups_in(target) == []


def test_only_the_last_backups_are_kept_with_the_files_that_they_need(
    sqlite_database: Database, shelf: FolderShelf, tmp_path: Path
) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, shelf.folder)
    target = tmp_path / "backup"
    folder = made(sqlite_database, shelf, target)
    # Older ones, of which one needs a file that no other needs.
    for day in (1, 2, 3):
        older = target / f"2025-09-0{day}T090000Z"
        shutil.copytree(folder, older)
        content = json.loads((older / CONTENT).read_text())
        content["history"].append({"name": f"only-{day}.parquet", "bytes": 1, "sha256": "0"})
        (older / CONTENT).write_text(json.dumps(content))
        (target / HISTORY / f"only-{day}.parquet").write_bytes(b"x")
    shutil.rmtree(folder)
    folder = made(sqlite_database, shelf, target, keep=2)
    assert backups_in(target) == [target / "2025-09-03T090000Z", folder]
    extra = {path.name for path in (target / HISTORY).iterdir()} - {
        path.name for path in shelf.folder.iterdir()
    }
    assert extra == {"only-3.parquet"}
    restored(sqlite_database, shelf, folder, replace=True)


def test_nobody_else_may_read_a_backup(sqlite_database: Database, shelf: FolderShelf, tmp_path: Path) -> None:
    write_record(sqlite_database)
    sealed_in(sqlite_database, shelf.folder)
    target = tmp_path / "backup"
    made(sqlite_database, shelf, target)
    assert {path.stat().st_mode & 0o077 for path in [target, *target.rglob("*")]} == {0}


def test_what_is_no_backup_or_of_another_kind_is_named(
    sqlite_database: Database, shelf: FolderShelf, tmp_path: Path
) -> None:
    folder = made(sqlite_database, shelf, tmp_path / "backup")
    with pytest.raises(InputError, match=r"is no backup.*2025-09-08T090000Z"):
        restored(sqlite_database, shelf, folder.parent)
    content = (folder / CONTENT).read_text()
    (folder / CONTENT).write_text(content.replace('"sqlite"', '"mysql"'))
    with pytest.raises(InputError, match="of the kind mysql"):
        restored(sqlite_database, shelf, folder)
    (folder / CONTENT).write_text(content.replace('"format": 1', '"format": 2'))
    with pytest.raises(InputError, match="format 2"):
        restored(sqlite_database, shelf, folder)


@pytest.mark.mariadb
def test_a_missing_client_program_is_named(
    mariadb_database: Database, shelf: FolderShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreError, match="mariadb-client"):
        made(mariadb_database, shelf, tmp_path / "backup")


@pytest.mark.mariadb
def test_a_client_program_that_fails_says_why(
    mariadb_database: Database, shelf: FolderShelf, tmp_path: Path
) -> None:
    folder = made(mariadb_database, shelf, tmp_path / "backup")
    broken = folder / "broken.sql.gz"
    with gzip.open(broken, "wb") as file:
        file.write(b"SELECT nonsense FROM nowhere;\n" * 100_000)
    with pytest.raises(StoreError, match="nowhere"):
        dumps.restore(mariadb_database, broken)


def test_both_commands_work_on_a_folder_of_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HALLOFSHAME_DATA", str(tmp_path / "data"))
    run = CliRunner()
    first = run.invoke(cli, ["backup", "kept"])
    assert first.exit_code == 0, first.output
    assert "0 history files" in first.output
    (folder,) = backups_in(Path("kept"))
    shutil.rmtree("data")
    again = run.invoke(cli, ["restore", str(folder)])
    assert again.exit_code == 0, again.output
    assert "Restored the state of" in again.output
    assert "149" not in again.output
    assert run.invoke(cli, ["db", "current"]).exit_code == 0
