"""A process that seals again and again until it is killed: ``python -m support.seal_child URL FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

from hallofshame.store.database import Database
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import Base, HistoryFile, SealedPark
from pipeline.sealed import sealed_in

if __name__ == "__main__":
    database, folder = Database(sys.argv[1]), Path(sys.argv[2])
    print("ready", flush=True)
    while True:
        sealed_in(database, folder, shelf=FolderShelf(folder))
        # All over again: what is on the shelf is known no more, but all of it is in SQL still.
        with database.write() as connection:
            for model in (HistoryFile, SealedPark):
                connection.execute(Base.metadata.tables[model.__tablename__].delete())
