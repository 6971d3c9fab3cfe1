"""The disks of this machine that hold the database file and the history folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from hallofshame.domain.disks import Disk
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import FolderShelf, Shelf


def disks_of(database: Database, shelf: Shelf, history_bytes: int) -> list[Disk]:
    """The disks of this machine that hold the SQLite file and the history folder, each once.

    A server's disk and a bucket are not seen from here.
    """
    parts: list[tuple[str, Path, int]] = []
    files = [file for file in database.files if file.exists()]
    if files:
        parts.append(("database", files[0].parent, sum(file.stat().st_size for file in files)))
    if isinstance(shelf, FolderShelf) and shelf.folder.is_dir():
        parts.append(("history", shelf.folder, history_bytes))
    found: dict[int, Disk] = {}
    for what, path, own in parts:
        device = path.stat().st_dev
        if device in found:
            found[device] = found[device].holding(what, own)
        else:
            usage = shutil.disk_usage(path)
            found[device] = Disk(str(path), (what,), usage.total, usage.free, own)
    return list(found.values())
