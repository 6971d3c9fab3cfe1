"""The operations of migrations. Each is made once, even if the process is killed and the migration run again.

MariaDB and MySQL commit every change of a schema by itself, so a process that is killed leaves part of a
migration behind. The next ``db upgrade`` or ``db downgrade`` runs that migration again from its beginning:
operations that the journal has as made are left out, and the one after them, which may be made without being
noted, looks first. For this to hold

- a migration uses these operations and nothing else:
  ``from hallofshame.store.migrations import operations as op``;
- it comes to the same operations in the same order every time (it may ask for :func:`dialect`, not for data);
- an operation is one statement to a server, so an index or a reference of a column is one of its own.

``tests/store/test_interrupted_migrations.py`` kills every migration at every statement and holds this.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec

import sqlalchemy as sa
from alembic import op
from alembic.operations.base import BatchOperations
from sqlalchemy.sql.schema import SchemaItem

from hallofshame.domain.errors import StoreError
from hallofshame.store.migrations import journal

__all__ = [
    "CLUSTERED",
    "TABLE",
    "add_column",
    "change_column",
    "change_primary_key",
    "change_rows",
    "create_check",
    "create_foreign_key",
    "create_index",
    "create_table",
    "create_unique",
    "create_view",
    "dialect",
    "drop_check",
    "drop_column",
    "drop_foreign_key",
    "drop_index",
    "drop_table",
    "drop_unique",
    "drop_view",
    "f",
    "partition_by_range",
    "remove_partitions",
    "rename_column",
    "rename_table",
]

f = op.f
"""Marks a name as final, so that the naming convention does not change it."""

TABLE: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mysql_collate": "utf8mb4_bin",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
    "mariadb_collate": "utf8mb4_bin",
}
"""Options of a new table. They hold for all migrations that were written with them: never change them."""

CLUSTERED: dict[str, Any] = {**TABLE, "sqlite_with_rowid": False}
"""Of a table that is read by ranges of its key."""

P = ParamSpec("P")

_ROW_WORDS = ("insert", "update", "delete")


def _operation(work: Callable[P, None]) -> Callable[P, None]:
    """``work``, left out when the journal has it as made."""

    @wraps(work)
    def once(*args: P.args, **kwargs: P.kwargs) -> None:
        with journal.once(op.get_bind()) as due:
            if due:
                work(*args, **kwargs)

    return once


def dialect() -> str:
    """``sqlite``, or ``mysql`` for both MariaDB and MySQL."""
    return op.get_bind().dialect.name


@_operation
def create_table(name: str, *parts: SchemaItem, **options: Any) -> None:
    """Create a table of these columns and constraints, unless there is one of that name."""
    for part in parts:
        if isinstance(part, sa.Column):
            _refuse_index(part)
    if not _has_table(name):
        op.create_table(name, *parts, **options)


@_operation
def drop_table(name: str) -> None:
    """Drop a table with its rows and indexes, if there is one of that name."""
    if _has_table(name):
        op.drop_table(name)


@_operation
def rename_table(old: str, new: str) -> None:
    """Rename a table, unless that is done."""
    if _has_table(old) and not _has_table(new):
        with _without_views():
            op.rename_table(old, new)


@_operation
def add_column(table: str, column: sa.Column[Any]) -> None:
    """Add a column, unless the table has it.

    One that is not null needs a server default for the rows there are.
    """
    _refuse_index(column)
    if column.foreign_keys:
        raise StoreError(f"column {column.name} refers to another table; use create_foreign_key for that")
    if not _has_column(table, column.name):
        op.add_column(table, column)


@_operation
def drop_column(table: str, name: str) -> None:
    """Drop a column with its values, if the table has it. Drop indexes and constraints on it first."""
    if _has_column(table, name):
        op.drop_column(table, name)


@_operation
def rename_column(table: str, old: str, new: sa.Column[Any]) -> None:
    """Give column ``old`` the name of ``new``, which has its type and nullability, unless that is done."""
    if not _has_column(table, old) or _has_column(table, new.name):
        return
    if dialect() == "sqlite":
        op.execute(
            sa.text(f"ALTER TABLE {_quoted(table)} RENAME COLUMN {_quoted(old)} TO {_quoted(new.name)}")
        )
        return
    op.alter_column(
        table,
        old,
        new_column_name=new.name,
        existing_type=new.type,
        existing_nullable=bool(new.nullable),
        existing_server_default=_default(new),
    )


@_operation
def change_column(table: str, column: sa.Column[Any]) -> None:
    """Give the column of that name this type, nullability and server default.

    SQLite copies the whole table for it.
    """
    if dialect() == "sqlite":
        with _changing(table, recreate="always") as batch:
            batch.alter_column(
                column.name,
                type_=column.type,
                nullable=bool(column.nullable),
                server_default=_default(column),
            )
        return
    op.alter_column(
        table,
        column.name,
        type_=column.type,
        nullable=bool(column.nullable),
        server_default=_default(column),
        existing_type=column.type,
    )


@_operation
def create_index(name: str, table: str, columns: list[str], *, unique: bool = False, **options: Any) -> None:
    """Create an index, unless the table has one of that name."""
    if not _has_index(table, name):
        op.create_index(name, table, columns, unique=unique, **options)


@_operation
def drop_index(name: str, table: str) -> None:
    """Drop an index, if the table has one of that name."""
    if _has_index(table, name):
        op.drop_index(name, table_name=table)


@_operation
def create_unique(name: str, table: str, columns: list[str]) -> None:
    """Let no two rows agree in all of these columns, unless there is such a constraint of that name."""
    if name not in _names(_inspector().get_unique_constraints(table)):
        with _changing(table) as batch:
            batch.create_unique_constraint(name, columns)


@_operation
def drop_unique(name: str, table: str) -> None:
    """Drop a unique constraint, if the table has one of that name."""
    if _has_table(table) and name in _names(_inspector().get_unique_constraints(table)):
        _drop_constraint(name, table, "unique")


@_operation
def create_foreign_key(
    name: str, table: str, columns: list[str], other: str, other_columns: list[str]
) -> None:
    """Let columns refer to those of another table, unless there is such a constraint of that name."""
    if name not in _names(_inspector().get_foreign_keys(table)):
        with _changing(table) as batch:
            batch.create_foreign_key(name, other, columns, other_columns)


@_operation
def drop_foreign_key(name: str, table: str) -> None:
    """Drop a reference to another table, if the table has one of that name."""
    if _has_table(table) and name in _names(_inspector().get_foreign_keys(table)):
        _drop_constraint(name, table, "foreignkey")


@_operation
def create_check(name: str, table: str, condition: str) -> None:
    """Let no row break a condition, unless there is such a constraint of that name."""
    if name not in _names(_inspector().get_check_constraints(table)):
        with _changing(table) as batch:
            batch.create_check_constraint(name, sa.text(condition))


@_operation
def drop_check(name: str, table: str) -> None:
    """Drop a condition, if the table has one of that name."""
    if _has_table(table) and name in _names(_inspector().get_check_constraints(table)):
        _drop_constraint(name, table, "check")


@_operation
def create_view(name: str, select: str) -> None:
    """Create a view of a SELECT, under the rights of who asks; it takes the place of the one of that name."""
    select = select.replace(":", "\\:")  # no colon in it stands for a parameter
    if dialect() == "sqlite":
        op.execute(sa.text(f"DROP VIEW IF EXISTS {_quoted(name)}"))
        op.execute(sa.text(f"CREATE VIEW {_quoted(name)} AS {select}"))
        return
    op.execute(sa.text(f"CREATE OR REPLACE SQL SECURITY INVOKER VIEW {_quoted(name)} AS {select}"))


@_operation
def drop_view(name: str) -> None:
    """Drop a view, if there is one of that name."""
    op.execute(sa.text(f"DROP VIEW IF EXISTS {_quoted(name)}"))


@_operation
def partition_by_range(table: str, column: str, first: str) -> None:
    """Keep a table in ranges of ``column``, as the one range ``first``, unless it is kept so already.

    A table that is kept in several ranges is put together. On MariaDB and MySQL only; SQLite has none.
    """
    if dialect() != "sqlite" and _partitions(table) != [first]:
        op.execute(
            sa.text(
                f"ALTER TABLE {_quoted(table)} PARTITION BY RANGE ({_quoted(column)}) "
                f"(PARTITION {_quoted(first)} VALUES LESS THAN MAXVALUE)"
            )
        )


@_operation
def remove_partitions(table: str) -> None:
    """Keep a table in one piece, unless it is. On MariaDB and MySQL only."""
    if dialect() != "sqlite" and _partitions(table):
        op.execute(sa.text(f"ALTER TABLE {_quoted(table)} REMOVE PARTITIONING"))


@_operation
def change_primary_key(table: str, columns: list[str]) -> None:
    """Let these columns be the primary key of a table, unless they are. On MariaDB and MySQL only.

    There every key of a partitioned table holds the column of its ranges. SQLite keeps the key it has.
    """
    if dialect() == "sqlite" or _inspector().get_pk_constraint(table)["constrained_columns"] == columns:
        return
    key = ", ".join(map(_quoted, columns))
    op.execute(sa.text(f"ALTER TABLE {_quoted(table)} DROP PRIMARY KEY, ADD PRIMARY KEY ({key})"))


@_operation
def change_rows(statement: str, **parameters: Any) -> None:
    """Run one INSERT, UPDATE or DELETE; ``parameters`` fill its ``:names``."""
    if not statement.lstrip().lower().startswith(_ROW_WORDS):
        raise StoreError(f"{statement[:40]!r} changes no rows; for the schema there are the other operations")
    op.get_bind().execute(sa.text(statement), parameters)


def _partitions(table: str) -> list[str]:
    known = sa.text(
        "SELECT partition_name FROM information_schema.partitions WHERE table_schema = DATABASE() "
        "AND table_name = :table AND partition_name IS NOT NULL ORDER BY partition_ordinal_position"
    )
    return list(op.get_bind().scalars(known, {"table": table}))


def _inspector() -> sa.Inspector:
    """A new one each time: an inspector remembers what it saw."""
    return sa.inspect(op.get_bind())


def _has_table(name: str) -> bool:
    return name in _inspector().get_table_names()


def _has_column(table: str, name: str) -> bool:
    return _has_table(table) and name in _names(_inspector().get_columns(table))


def _has_index(table: str, name: str) -> bool:
    return _has_table(table) and name in _names(_inspector().get_indexes(table))


def _names(found: Any) -> set[str]:
    return {item["name"] for item in found}


@contextmanager
def _changing(table: str, **options: Any) -> Iterator[BatchOperations]:
    """Change a table that may have views: SQLite copies it, drops it and renames the copy."""
    with _without_views(), op.batch_alter_table(table, **options) as batch:
        yield batch


@contextmanager
def _without_views() -> Iterator[None]:
    """SQLite renames no table while a view speaks of one that is not there, so it makes its views anew."""
    if dialect() != "sqlite":
        yield
        return
    connection = op.get_bind()
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'view'").all()
    for name, _ in found:
        connection.exec_driver_sql(f"DROP VIEW {_quoted(name)}")
    yield
    for _, definition in found:
        connection.exec_driver_sql(definition)


def _drop_constraint(name: str, table: str, kind: str) -> None:
    with _changing(table) as batch:
        batch.drop_constraint(name, type_=kind)


def _refuse_index(column: sa.Column[Any]) -> None:
    if column.index:
        raise StoreError(f"the index of column {column.name} is a statement of its own; use create_index")


def _default(column: sa.Column[Any]) -> Any:
    found = column.server_default
    return found.arg if isinstance(found, sa.DefaultClause) else None


def _quoted(name: str) -> str:
    return op.get_bind().dialect.identifier_preparer.quote(name)
