"""Copies of an installation for the day on which its disk is gone: the database and the history files.

A backup is a folder named by its instant: a dump of the database, the manifests of the history files that
belong to it, and ``backup.json``, which names the dump and these files with their SHA-256. History files
never change, so they stand once beside all backups, in ``history/``.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import func, inspect, select

from hallofshame import __version__, private_files
from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError, StorageError
from hallofshame.domain.localtime import isoformat
from hallofshame.domain.plurals import counted
from hallofshame.store import dumps
from hallofshame.store.database import Database
from hallofshame.store.failures import storage_error
from hallofshame.store.history.manifests import manifest_name
from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.store.history.shelves import FolderShelf, Shelf, checksum
from hallofshame.store.models import ParkActivitySnapshot

HISTORY, MANIFESTS, CONTENT = "history", "manifests", "backup.json"
_NAME = "%Y-%m-%dT%H%M%SZ"
_FORMAT = 1

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class BackupFile:
    """One file of a backup."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds. ``made_at`` is its instant in ISO 8601, ``dialect`` that of its database."""

    made_at: str
    program: str
    dialect: str
    database: BackupFile
    history: tuple[BackupFile, ...]


def back_up(
    database: Database, shelf: Shelf, clock: Clock, target: Path, *, keep: int | None, progress: Progress
) -> tuple[Path, Backup]:
    """Write a backup into ``target``, and take away those older than the last ``keep``.

    It is there whole or not at all. Others may go on writing to the database.

    :returns: its folder, and what it holds.
    :raises StoreError: when the database cannot be read.
    :raises StorageError: when a file cannot be written, or a history file is not what was sealed.
    """
    now = clock.now().astimezone(dt.UTC)
    folder = target / now.strftime(_NAME)
    partial = target / f".{folder.name}.partial"
    try:
        private_files.make_folder(target)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=private_files.FOLDER_MODE)
        # The dump refers to files of the ledger before it or after it: both are kept.
        before = _ledger(database)
        dumped = partial / dumps.FILE_NAMES[database.dialect]
        dumps.dump(database, dumped)
        sealed = list({file.name: file for file in (*before, *_ledger(database))}.values())
        history = _history(shelf, FolderShelf(target / HISTORY), sealed, progress)
        manifests = FolderShelf(partial / MANIFESTS)
        for name in sorted({manifest_name(file.period) for file in sealed}):
            manifests.publish_text(name, shelf.read_text(name))
        made = Backup(isoformat(now), __version__, database.dialect, _described(dumped), history)
        private_files.write_text(partial / CONTENT, json.dumps({"format": _FORMAT} | asdict(made), indent=1))
        if folder.exists():
            raise InputError(f"there is a backup of this second already: {folder}")
        partial.rename(folder)
        if keep is not None:
            _forget(target, keep)
    except OSError as error:
        raise storage_error(error, target) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder, made


def restore(database: Database, shelf: Shelf, source: Path, *, replace: bool, progress: Progress) -> Backup:
    """Make the installation what it was when the backup in the folder ``source`` was made.

    Everything is verified before anything is touched. The rest of the program has to be stopped.

    :param replace: also where the database holds observations, which are lost then.
    :raises InputError: for a folder that is no backup, one of another kind of database, or a database that
        holds observations without ``replace``.
    :raises StorageError: for a backup that is damaged.
    """
    found = read_backup(source)
    if found.dialect != database.dialect:
        raise InputError(
            f"{source} is a backup of a database of the kind {found.dialect}, the settings name one of the "
            f"kind {database.dialect}; restore it to its own kind"
        )
    kept = FolderShelf(source.parent / HISTORY)
    _verify(source, found, kept)
    if not replace and (rows := _observations(database)):
        raise InputError(
            f"{database.url} holds {counted(rows, 'park cycle')}, which a restore would take away; "
            "give --replace if that is meant"
        )
    _put_back(found.history, kept, shelf, progress)
    manifests = FolderShelf(source / MANIFESTS)
    for name in manifests.names():
        shelf.publish_text(name, manifests.read_text(name))
    dumps.restore(database, source / found.database.name)
    return found


def read_backup(folder: Path) -> Backup:
    """What the backup in ``folder`` holds.

    :raises InputError: where there is none.
    """
    try:
        read = json.loads((folder / CONTENT).read_text(encoding="utf-8"))
        if read["format"] != _FORMAT:
            raise InputError(
                f"{folder} is a backup of the format {read['format']}, which this version cannot read"
            )
        files = tuple(BackupFile(**file) for file in read["history"])
        return Backup(
            read["made_at"], read["program"], read["dialect"], BackupFile(**read["database"]), files
        )
    except OSError as error:
        raise InputError(
            f"{folder} is no backup: {CONTENT} cannot be read ({error.strerror}); name one that "
            f"'hallofshame backup' made: {', '.join(map(str, backups_in(folder)[-3:])) or 'none is here'}"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{folder / CONTENT} is damaged ({error}); take another backup") from error


def backups_in(target: Path) -> list[Path]:
    """The backups in a folder of them, the oldest first."""
    if not target.is_dir():
        return []
    return sorted(path.parent for path in target.glob(f"[0-9]*Z/{CONTENT}"))


def _ledger(database: Database) -> list[SealedFile]:
    with database.read() as connection:
        return sealed_files(connection)


def _described(file: Path) -> BackupFile:
    return BackupFile(file.name, file.stat().st_size, checksum(file))


def _history(
    source: Shelf, target: FolderShelf, sealed: Sequence[SealedFile], progress: Progress
) -> tuple[BackupFile, ...]:
    """Copy the sealed files that are not there yet."""
    for done, file in enumerate(sealed):
        progress(done, len(sealed))
        if target.problem(file) is not None:
            partial = target.partial(file.name)
            shutil.copyfile(source.fetch(file), partial)
            target.publish(partial, file.name)
    progress(len(sealed), len(sealed))
    return tuple(BackupFile(file.name, file.bytes, file.sha256) for file in sealed)


def _verify(source: Path, found: Backup, kept: FolderShelf) -> None:
    for folder, file in [(source, found.database), *((kept.folder, file) for file in found.history)]:
        path = folder / file.name
        if not path.is_file():
            raise StorageError(f"the backup lacks {path}; take another backup")
        if path.stat().st_size != file.bytes or checksum(path) != file.sha256:
            raise StorageError(
                f"{path} is damaged: its SHA-256 is not that of the backup; take another backup"
            )


def _observations(database: Database) -> int:
    """How many cycles of parks the database holds; 0 where it has no tables yet."""
    with database.read() as connection:
        if not inspect(connection).has_table(ParkActivitySnapshot.__tablename__):
            return 0
        return int(connection.execute(select(func.count()).select_from(ParkActivitySnapshot)).scalar_one())


def _put_back(files: Sequence[BackupFile], kept: FolderShelf, shelf: Shelf, progress: Progress) -> None:
    for done, file in enumerate(files):
        progress(done, len(files))
        if shelf.size(file.name) != file.bytes:
            partial = shelf.partial(file.name)
            shutil.copyfile(kept.folder / file.name, partial)
            shelf.publish(partial, file.name)
    shelf.forget()
    progress(len(files), len(files))


def _forget(target: Path, keep: int) -> None:
    """Remove all but the last backups, then the history files that none of these names."""
    made = backups_in(target)
    for folder in made[: max(0, len(made) - keep)]:
        shutil.rmtree(folder)
    named = {file.name for folder in backups_in(target) for file in read_backup(folder).history}
    shelf = FolderShelf(target / HISTORY)
    for name in shelf.names():
        if name not in named:
            shelf.remove(name)
