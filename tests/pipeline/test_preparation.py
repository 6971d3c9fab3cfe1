"""The first minute: whatever ends a first start, the next one completes it, and several may start at once."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from hallofshame.domain.errors import InputError, StoreError
from hallofshame.pipeline.preparation import prepare
from hallofshame.pipeline.shipped import load_parks
from hallofshame.store import catalogue, schema
from hallofshame.store.database import Database
from hallofshame.store.models import AggregationLog, Base
from support.interruptions import in_pieces, is_killed, killed_before, remains, schema_text
from support.mariadb import MariaDBServer
from support.starts import CLOCK

pytestmark = pytest.mark.migrates

State = tuple[dict[str, str], dict[str, list[tuple[Any, ...]]]]

SPREAD = (3, 150, 400)
"""Statements before which a real process is killed: in the first migration, in a later one, in the last."""


def start(database: Database, **options: Any) -> None:
    prepare(database, CLOCK, **{"migrate": False, **options})


def state(database: Database) -> State:
    """The schema as the database writes it, and every row of every table but the log of jobs."""
    rows = {}
    with database.read() as connection:
        for table in Base.metadata.sorted_tables:
            if table is AggregationLog.__table__:
                continue
            found = connection.execute(select(table).order_by(*table.primary_key))
            rows[table.name] = [tuple(row) for row in found]
    assert len(rows["parks"]) == len(load_parks())
    return schema_text(database), rows


def complete_state(database: Database) -> State:
    """:func:`state` after a start that must have left the newest schema and every park of the catalogue."""
    assert schema.current(database) == schema.head()
    assert slugs(database) == {row.slug for row in load_parks()}
    return state(database)


def slugs(database: Database) -> set[str]:
    with database.read() as connection:
        return {park.slug for park in catalogue.park_table(connection)}


def address(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def starts(*arguments: str) -> list[int]:
    """How the processes of ``support.starts`` ended."""
    done = subprocess.run(
        [sys.executable, "-m", "support.starts", *arguments],
        cwd=Path(__file__).parents[1],
        env=os.environ | {"POLARS_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stderr == ""
    return [int(line) for line in done.stdout.split()]


@pytest.fixture(scope="module")
def sqlite_state(tmp_path_factory: pytest.TempPathFactory) -> State:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('undisturbed') / 'whole.db'}")
    start(database)
    found = complete_state(database)
    database.dispose()
    return found


@pytest.fixture(scope="module")
def mariadb_state(mariadb_server: MariaDBServer) -> State:
    database = Database(mariadb_server.create_schema("undisturbed"))
    start(database)
    found = complete_state(database)
    database.dispose()
    return found


@pytest.fixture
def new_file(tmp_path: Path) -> Iterator[Database]:
    """A database without any table, on SQLite."""
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    yield database
    database.dispose()


@pytest.fixture
def undisturbed(request: pytest.FixtureRequest, empty_database: Database) -> State:
    """What a start that nobody disturbed leaves in such a database."""
    name = "sqlite_state" if empty_database.dialect == "sqlite" else "mariadb_state"
    found: State = request.getfixturevalue(name)
    return found


@pytest.mark.slow
def test_after_a_kill_at_any_of_100_points_on_sqlite_the_next_start_leaves_the_same_catalogue(
    tmp_path: Path, sqlite_state: State
) -> None:
    """All kills leave an empty database; what is left alike, byte for byte, is started from once."""
    database = Database(f"sqlite:///{tmp_path / 'new.db'}")
    copies = remains(database, tmp_path / "new.db", lambda: start(database))
    database.dispose()
    assert len(copies) > 100
    left: dict[bytes, Path] = {}
    for copy in copies:
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [], copy
            left.setdefault(connection.serialize(), copy)
    for copy in {copies[0], copies[-1], *left.values()}:
        killed = Database(f"sqlite:///{copy}")
        start(killed)
        assert state(killed) == sqlite_state
        killed.dispose()


@pytest.mark.slow
@pytest.mark.mariadb
def test_killed_at_100_points_in_turn_on_mariadb_a_start_leaves_the_same_catalogue(
    mariadb_server: MariaDBServer, mariadb_state: State
) -> None:
    """Each start goes on from what the one before it left, and is killed at the next change."""
    database = Database(mariadb_server.create_schema("pieces"))
    kills = in_pieces(database, lambda: start(database))
    assert kills > 100
    assert state(database) == mariadb_state
    database.dispose()


def test_killed_while_it_seeds_a_start_leaves_no_park_and_the_next_one_all(
    empty_database: Database, undisturbed: State
) -> None:
    schema.upgrade(empty_database)
    for change in (1, 2, 50):
        with killed_before(empty_database, change):
            assert is_killed(lambda: start(empty_database))
        assert slugs(empty_database) == set()
    start(empty_database)
    assert state(empty_database) == undisturbed


@pytest.mark.slow
def test_processes_killed_for_good_are_followed_by_the_same_catalogue(
    request: pytest.FixtureRequest, empty_database: Database, tmp_path: Path, undisturbed: State
) -> None:
    if empty_database.dialect == "sqlite":
        urls = [f"sqlite:///{tmp_path / f'{point}.db'}" for point in SPREAD]
    else:
        server: MariaDBServer = request.getfixturevalue("mariadb_server")
        urls = [server.create_schema(f"killed_{point}") for point in SPREAD]
    points = [f"{url}={point}" for url, point in zip(urls, SPREAD, strict=True)]
    assert starts("killed", *points) == [-9] * len(SPREAD)
    for url in urls:
        database = Database(url)
        start(database)
        assert state(database) == undisturbed
        database.dispose()


@pytest.mark.slow
def test_hosts_that_start_at_once_on_an_empty_database_all_find_the_catalogue(
    empty_database: Database, undisturbed: State
) -> None:
    assert starts("together", "6", address(empty_database)) == [0] * 6
    assert state(empty_database) == undisturbed


def test_parks_are_seeded_whenever_there_are_none(sqlite_database: Database) -> None:
    """As after ``db upgrade`` of a version that left the parks to the next start."""
    start(sqlite_database)
    assert slugs(sqlite_database) == {row.slug for row in load_parks()}


def test_parks_chosen_later_are_seeded_and_no_others(sqlite_database: Database) -> None:
    start(sqlite_database, only=("epcot",))
    start(sqlite_database)
    assert slugs(sqlite_database) == {"epcot"}
    start(sqlite_database, only=("epcot", "gardaland"))
    assert slugs(sqlite_database) == {"epcot", "gardaland"}


def test_a_chosen_park_that_the_catalogue_does_not_have_is_refused(new_file: Database) -> None:
    with pytest.raises(InputError, match="no park atlantis"):
        start(new_file, only=("atlantis",))
    start(new_file, only=("epcot",))
    assert slugs(new_file) == {"epcot"}


def test_an_older_schema_is_upgraded_only_on_request(new_file: Database) -> None:
    schema.upgrade(new_file, "0003")
    with pytest.raises(StoreError, match=r"schema 0003.*hallofshame db upgrade"):
        start(new_file)
    assert schema.current(new_file) == "0003"
    start(new_file, migrate=True)
    assert slugs(new_file) == {row.slug for row in load_parks()}
