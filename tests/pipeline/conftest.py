"""What the tests of the jobs share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hallofshame.store.database import Database


@pytest.fixture
def fresh(_migrated_sqlite: Path, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Makes further empty SQLite databases, to compare with."""
    made: list[Database] = []

    def make() -> Database:
        path = tmp_path / f"fresh-{len(made)}.db"
        shutil.copy(_migrated_sqlite, path)
        made.append(Database(f"sqlite:///{path}"))
        return made[-1]

    yield make
    for database in made:
        database.dispose()
