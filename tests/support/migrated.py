"""A test process migrates once per dialect; every further empty database gets the tables that came of it.

Only for tests of something else than the migrations. Those are marked ``migrates``: they run every step.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Connection, literal, select, text, union_all

from hallofshame.store import schema
from hallofshame.store.database import Database
from hallofshame.store.models import Base

_made: dict[str, list[str]] = {}
"""By dialect: the statements that make the tables, their first rows and the views."""

steps_wanted = False
"""Whether the test that runs now wants every step of the migrations."""


def share() -> None:
    """Let :mod:`hallofshame.store.schema` take the shortcut from nothing to the newest schema."""
    by_steps = schema._go

    def go(connection: Connection, scripts: list[Any], place: int, target: str) -> None:
        dialect = connection.dialect.name
        has_begun = connection.dialect.has_table(connection, schema.VERSION_TABLE)
        is_whole_way = place == len(scripts) and not has_begun
        if steps_wanted or not is_whole_way:
            by_steps(connection, scripts, place, target)
        elif dialect in _made:
            for statement in _made[dialect]:
                connection.exec_driver_sql(statement)
        else:
            by_steps(connection, scripts, place, target)
            _made[dialect] = [
                statement.replace("%", "%%") if dialect != "sqlite" else statement
                for statement in (_of_sqlite if dialect == "sqlite" else _of_mariadb)(connection)
            ]

    schema._go = go


def _of_sqlite(connection: Connection) -> list[str]:
    found = connection.exec_driver_sql(
        "SELECT name, type, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' "
        "ORDER BY type = 'view', rootpage = 0, rowid"
    ).all()
    tables = [name for name, kind, _ in found if kind == "table"]
    rows = [statement for table in tables for statement in _rows(connection, table)]
    made = [sql for _, kind, sql in found if kind == "table"]
    return made + rows + [sql for _, kind, sql in found if kind != "table"]


def _of_mariadb(connection: Connection) -> list[str]:
    names = connection.exec_driver_sql(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE()"
    ).all()
    tables = [name for name, kind in names if kind != "VIEW"]
    made = [str(connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").one()[1]) for name in tables]
    rows = [statement for table in tables for statement in _rows(connection, table)]
    database = connection.exec_driver_sql("SELECT DATABASE()").scalar_one()
    views = [name for name, kind in names if kind == "VIEW"]
    texts = [str(connection.exec_driver_sql(f"SHOW CREATE VIEW `{name}`").one()[1]) for name in views]
    texts = [re.sub(r" DEFINER=`[^`]*`(@`[^`]*`)?", "", text.replace(f"`{database}`.", "")) for text in texts]
    return [
        "SET SESSION foreign_key_checks = 0",
        *made,
        *rows,
        *_those_read_first(views, texts),
        "SET SESSION foreign_key_checks = 1",
    ]


def _those_read_first(names: list[str], texts: list[str]) -> list[str]:
    """A view that reads another one comes after it."""
    left, ordered = dict(zip(names, texts, strict=True)), []
    while left:
        ready = [
            name
            for name, text in left.items()
            if not any(f"`{other}`" in text for other in left if other != name)
        ]
        assert ready, f"views that read one another: {', '.join(left)}"
        ordered += [left.pop(name) for name in ready]
    return ordered


def _rows(connection: Connection, table: str) -> list[str]:
    """The rows that the migrations wrote: of the version and the journal, numbers and short words."""

    def word(value: object) -> str:
        if value is None:
            return "NULL"
        return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"

    found = connection.execute(select(text("*")).select_from(text(table))).all()
    return [f"INSERT INTO `{table}` VALUES ({', '.join(map(word, row))})" for row in found]  # noqa: S608


def empty(database: Database) -> None:
    """Delete every row of a MariaDB database; its numbers begin at 1 again."""
    tables = {table.name: table for table in Base.metadata.sorted_tables}
    filled = union_all(*(select(literal(name)).select_from(table).limit(1) for name, table in tables.items()))
    with database.write() as connection:
        connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")
        for name in connection.execute(filled).scalars().all():
            connection.execute(tables[name].delete())
            if tables[name].autoincrement_column is not None:
                connection.exec_driver_sql(f"ALTER TABLE `{name}` AUTO_INCREMENT = 1")
