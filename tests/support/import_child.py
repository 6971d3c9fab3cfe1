"""A process that imports until it is killed: ``python -m support.import_child URL ARCHIVE FOLDER``."""

from __future__ import annotations

import sys
import time

from hallofshame.feeds.archive_shelf import ArchiveShelf
from hallofshame.pipeline.import_archive import import_archive
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import FolderShelf
from pipeline.fakes import LOG
from pipeline.test_import_archive import CLOCK

if __name__ == "__main__":
    database = Database(sys.argv[1])
    print("ready", flush=True)
    import_archive(database, ArchiveShelf(sys.argv[2]), CLOCK, LOG, history=FolderShelf(sys.argv[3]))
    time.sleep(60)
