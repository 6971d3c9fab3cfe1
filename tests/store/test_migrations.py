"""The migrations make what the models say, and every step has a way back."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect

from hallofshame.domain.errors import StoreError
from hallofshame.domain.words import Feed
from hallofshame.store import heard_ids, schema
from hallofshame.store.database import Database
from hallofshame.store.exclusive import run_alone
from hallofshame.store.models import Base, ExternalId
from hallofshame.store.models.base import SERVER_KEY
from hallofshame.store.partitions import RAW_TABLES, layout
from support.mariadb import MariaDBServer
from support.suites import BOTH

pytestmark = pytest.mark.migrates

REVISIONS = [f"{number:04}" for number in range(1, 33)]
SERVER_ONLY = {"0015"}
"""Migrations that change nothing on SQLite."""


def tables(database: Database) -> set[str]:
    with database.read() as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def parts(database: Database) -> set[str]:
    """Tables and views with their columns, and the tables' keys, indexes and partitions."""
    with database.read() as connection:
        found = inspect(connection)
        return (
            tables(database)
            | set(found.get_view_names())
            | {f"{table}.{index['name']}" for table in tables(database) for index in found.get_indexes(table)}
            | {
                f"{name}:{column['name']}"
                for name in (*tables(database), *found.get_view_names())
                for column in found.get_columns(name)
            }
            | {
                f"{table} {found.get_pk_constraint(table)['constrained_columns']}"
                for table in tables(database)
            }
            | {f"{table} in {part.name}" for table in RAW_TABLES for part in layout(connection, table)}
        )


@pytest.fixture(scope="module", params=BOTH)
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database that was upgraded step by step, for tests that leave it as it is."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('upgraded') / 'upgraded.db'}"
    else:
        server: MariaDBServer = request.getfixturevalue("mariadb_server")
        url = server.create_schema("upgraded")
    database = Database(url)
    schema.upgrade(database)
    yield database
    database.dispose()


def test_upgrade_makes_exactly_the_models(upgraded: Database) -> None:
    with upgraded.read() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert difference == []
    assert tables(upgraded) == set(Base.metadata.tables)


def test_primary_keys_and_row_order_are_those_of_the_models(upgraded: Database) -> None:
    with upgraded.read() as connection:
        found = inspect(connection)
        for name, table in Base.metadata.tables.items():
            key = found.get_pk_constraint(name)["constrained_columns"]
            own = tuple(column.name for column in table.primary_key)
            if upgraded.dialect != "sqlite":
                own = table.info.get(SERVER_KEY, own)
            assert tuple(key) == own, name
            if upgraded.dialect == "sqlite":
                definition = connection.exec_driver_sql(
                    "SELECT sql FROM sqlite_master WHERE name = ?", (name,)
                ).scalar_one()
                clustered = table.dialect_options["sqlite"]["with_rowid"] is False
                assert ("WITHOUT ROWID" in definition) == clustered, name


def test_every_step_down_and_up_again_on_sqlite(tmp_path: Path) -> None:
    """On MariaDB each is broken off, too: in ``test_interrupted_migrations.py``."""
    database = Database(f"sqlite:///{tmp_path / 'steps.db'}")
    schema.upgrade(database)
    everything = parts(database)
    for before_name, revision in zip(REVISIONS[::-1], [*REVISIONS[-2::-1], "base"], strict=True):
        before = parts(database)
        schema.downgrade(database, revision)
        assert schema.current(database) == (None if revision == "base" else revision)
        assert (parts(database) != before) != (before_name in SERVER_ONLY)
    assert parts(database) == set()
    for revision in REVISIONS:
        schema.upgrade(database, revision)
        assert schema.current(database) == revision
    assert parts(database) == everything
    database.dispose()


def test_upgrade_twice_changes_nothing_and_the_head_is_accepted(upgraded: Database) -> None:
    schema.upgrade(upgraded)
    assert schema.current(upgraded) == schema.head() == REVISIONS[-1]
    schema.require_head(upgraded)


def at_once(database: Database, work: Callable[[Database], object]) -> None:
    """Do ``work`` from several hosts at the same time; any failure is raised."""
    hosts = [Database(database.engine.url.render_as_string(hide_password=False)) for _ in range(4)]
    start = threading.Barrier(len(hosts))

    def host(own: Database) -> None:
        start.wait()
        work(own)

    with ThreadPoolExecutor(len(hosts)) as pool:
        list(pool.map(host, hosts))
    for own in hosts:
        own.dispose()


def test_several_hosts_may_upgrade_at_once(empty_database: Database) -> None:
    at_once(empty_database, schema.upgrade)
    assert schema.current(empty_database) == schema.head()
    assert tables(empty_database) == set(Base.metadata.tables)


def test_who_waits_too_long_for_another_host_is_told_so(mariadb_database: Database) -> None:
    def meanwhile(_: Connection) -> None:
        with pytest.raises(StoreError, match="another process has been setting up"):
            run_alone(other, lambda _: None, wait_seconds=0)

    other = Database(mariadb_database.engine.url.render_as_string(hide_password=False))
    run_alone(mariadb_database, meanwhile)
    run_alone(other, lambda _: None, wait_seconds=5)
    other.dispose()


def test_a_database_without_tables_is_refused_with_the_remedy(empty_database: Database) -> None:
    assert schema.current(empty_database) is None
    with pytest.raises(StoreError, match="hallofshame db upgrade"):
        schema.require_head(empty_database)


def test_an_old_schema_is_refused(empty_database: Database) -> None:
    schema.upgrade(empty_database, "0002")
    with pytest.raises(StoreError, match=r"schema 0002.*hallofshame db upgrade"):
        schema.require_head(empty_database)


def test_a_schema_from_the_future_asks_for_a_newer_program(sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="update hallofshame"):
        schema.require_head(sqlite_database)


def test_an_unknown_revision_is_named(sqlite_database: Database) -> None:
    with pytest.raises(StoreError, match="'nonsense'"):
        schema.downgrade(sqlite_database, "nonsense")


def revision_by_alembic(database: Database) -> str | None:
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def test_what_is_read_without_alembic_is_what_alembic_says(upgraded: Database) -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    assert schema.head() == scripts.get_current_head()
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")
    assert schema.current(upgraded) == revision_by_alembic(upgraded) == schema.head()


def test_files_of_a_newer_program_do_not_make_a_running_one_need_their_schema(
    upgraded: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade of the package under a running process made health say that the system fails."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS / "versions", folder / "versions")
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    loaded_with = schema.head()
    (folder / "versions" / "9999_later.py").write_text("")
    assert schema.head() == loaded_with == schema.current(upgraded)
    schema.require_head(upgraded)


def test_rides_with_several_ids_begin_with_what_is_known_of_them(empty_database: Database) -> None:
    """Each id counts from its first sight until that of the next, for the readings that it names."""
    schema.upgrade(empty_database, "0031")
    ids = [
        (1, "a", 1, 10),
        (1, "b", 1, 20),
        (1, "c", 2, 10),
        (2, "d", 2, 10),
        (2, "e", 3, 30),
        (2, "f", 3, 5),
    ]
    with empty_database.write() as connection:
        names = ("feed", "external_id", "internal_id", "first_seen_at")
        connection.execute(
            insert(ExternalId), [dict(zip(names, row, strict=True), kind="ride") for row in ids]
        )
    schema.upgrade(empty_database)
    with empty_database.read() as connection:
        assert heard_ids.heard_ids(connection) == {
            (1, Feed.QUEUE_TIMES): [(0, "a"), (20, "b")],
            (3, Feed.THEMEPARKS_WIKI): [(0, "f"), (30, "e")],
            (3, Feed.ARCHIVE): [(0, "f"), (30, "e")],
        }


def test_the_revision_of_an_old_and_of_no_schema_is_read_without_alembic(empty_database: Database) -> None:
    schema.upgrade(empty_database, "0001")
    assert schema.current(empty_database) == revision_by_alembic(empty_database) == "0001"
    schema.downgrade(empty_database, "base")
    assert schema.current(empty_database) is revision_by_alembic(empty_database) is None
