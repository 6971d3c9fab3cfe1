"""The migrations make what the models say, and every step has a way back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from hallofshame.domain.errors import StoreError
from hallofshame.store import schema
from hallofshame.store.database import Database
from hallofshame.store.exclusive import run_alone
from hallofshame.store.models import Base
from hallofshame.store.models.base import SERVER_KEY
from hallofshame.store.partitions import RAW_TABLES, layout

pytestmark = pytest.mark.migrates

REVISIONS = [f"{number:04}" for number in range(1, 32)]
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


def test_upgrade_makes_exactly_the_models(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    with empty_database.read() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert difference == []
    assert tables(empty_database) == set(Base.metadata.tables)


def test_primary_keys_and_row_order_are_those_of_the_models(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    with empty_database.read() as connection:
        found = inspect(connection)
        for name, table in Base.metadata.tables.items():
            key = found.get_pk_constraint(name)["constrained_columns"]
            own = tuple(column.name for column in table.primary_key)
            if empty_database.dialect != "sqlite":
                own = table.info.get(SERVER_KEY, own)
            assert tuple(key) == own, name
            if empty_database.dialect == "sqlite":
                definition = connection.exec_driver_sql(
                    "SELECT sql FROM sqlite_master WHERE name = ?", (name,)
                ).scalar_one()
                clustered = table.dialect_options["sqlite"]["with_rowid"] is False
                assert ("WITHOUT ROWID" in definition) == clustered, name


@pytest.mark.slow
def test_every_step_down_and_up_again(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    everything = parts(empty_database)
    for before_name, revision in zip(REVISIONS[::-1], [*REVISIONS[-2::-1], "base"], strict=True):
        before = parts(empty_database)
        schema.downgrade(empty_database, revision)
        assert schema.current(empty_database) == (None if revision == "base" else revision)
        assert (parts(empty_database) != before) != (
            empty_database.dialect == "sqlite" and before_name in SERVER_ONLY
        )
    assert parts(empty_database) == set()
    for revision in REVISIONS:
        schema.upgrade(empty_database, revision)
        assert schema.current(empty_database) == revision
    assert parts(empty_database) == everything


def test_upgrade_twice_changes_nothing(empty_database: Database) -> None:
    schema.upgrade(empty_database)
    schema.upgrade(empty_database)
    assert schema.current(empty_database) == schema.head() == REVISIONS[-1]


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


def test_an_old_schema_is_refused_and_the_head_accepted(empty_database: Database) -> None:
    schema.upgrade(empty_database, "0002")
    with pytest.raises(StoreError, match=r"schema 0002.*hallofshame db upgrade"):
        schema.require_head(empty_database)
    schema.upgrade(empty_database)
    schema.require_head(empty_database)


def test_a_schema_from_the_future_asks_for_a_newer_program(sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="update hallofshame"):
        schema.require_head(sqlite_database)


def test_an_unknown_revision_is_named(sqlite_database: Database) -> None:
    with pytest.raises(StoreError, match="'nonsense'"):
        schema.downgrade(sqlite_database, "nonsense")


def test_what_is_read_without_alembic_is_what_alembic_says(empty_database: Database) -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    assert schema.head() == scripts.get_current_head()
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")
    for revision in ("0001", "base", "head"):
        (schema.downgrade if revision == "base" else schema.upgrade)(empty_database, revision)
        with empty_database.read() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        assert schema.current(empty_database) == found
