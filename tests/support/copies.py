"""A world that was made once, given to every test that changes it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from hallofshame.store.database import Database


def fill(database: Database, source: Path) -> None:
    """Give an SQLite database all that the file ``source`` holds; what it held is gone."""
    (file, *_) = database.files
    with closing(sqlite3.connect(source)) as given, closing(sqlite3.connect(file)) as taken:
        given.backup(taken)
