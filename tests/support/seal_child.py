"""A process that seals again and again until it is killed."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path

from hallofshame.store.database import Database
from hallofshame.store.history.shelves import FolderShelf
from hallofshame.store.models import Base, HistoryFile, SealedPark
from pipeline.sealed import sealed_in


def live(says: Connection, url: str, folder: Path) -> None:
    """Seal into ``folder``, once it has said that it is ready."""
    database = Database(url)
    says.send("ready")
    while True:
        sealed_in(database, folder, shelf=FolderShelf(folder))
        # All over again: what is on the shelf is known no more, but all of it is in SQL still.
        with database.write() as connection:
            for model in (HistoryFile, SealedPark):
                connection.execute(Base.metadata.tables[model.__tablename__].delete())
