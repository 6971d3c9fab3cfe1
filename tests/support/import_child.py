"""A process that imports until it is killed."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path

from hallofshame.feeds.archive_shelf import ArchiveShelf
from hallofshame.pipeline.import_archive import import_archive
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import FolderShelf
from pipeline.fakes import LOG
from pipeline.test_import_archive import CLOCK


def live(says: Connection, url: str, archive: str, folder: Path) -> None:
    """Import ``archive`` into ``folder``, once it has said that it is ready."""
    database = Database(url)
    says.send("ready")
    import_archive(database, ArchiveShelf(archive), CLOCK, LOG, history=FolderShelf(folder))
    time.sleep(60)
