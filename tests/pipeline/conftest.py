"""What the tests of the jobs share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hallofshame.store.database import Database
from support.suites import BOTH


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked ``both_databases`` on both."""
    if metafunc.definition.get_closest_marker("both_databases") is not None:
        metafunc.parametrize("database", BOTH, indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh migrated database: on SQLite, or on both where a test is marked ``both_databases``.

    A job does most of its work on frames, and its SQL through ``store``, which is tested on both by itself.
    So one or two tests of a job show that its statements run on MariaDB, and all those of locks, kills, lost
    transactions, deletions and sizes.
    """
    found: Database = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_database")
    return found


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
