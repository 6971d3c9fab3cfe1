"""Migrations that are killed at any statement end in the same schema when they are run again, both ways."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hallofshame.domain.errors import StoreError
from hallofshame.store import schema
from hallofshame.store.database import Database
from hallofshame.store.migrations import operations
from support.interruptions import (
    in_pieces,
    is_killed,
    killed_before,
    killed_before_schema_change,
    schema_text,
)
from support.mariadb import MariaDBServer

pytestmark = pytest.mark.migrates

ALLOWED = {"__future__", "typing", "collections.abc", "sqlalchemy", "hallofshame.store.migrations"}

GUARDED = {("operations", "op"), ("view_statements", "views")}
"""What migrations share: the guarded operations, and the texts of views, which run nothing by themselves."""

FILES = sorted((schema.MIGRATIONS / "versions").glob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_migration_uses_guarded_operations_only(file: Path) -> None:
    """Alembic's own operations fail on what a killed run has left behind."""
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            assert {name.name for name in node.names} <= ALLOWED, node.lineno
        if isinstance(node, ast.ImportFrom):
            assert node.module in ALLOWED, f"line {node.lineno}: {node.module}"
            if node.module == "hallofshame.store.migrations":
                assert {(name.name, name.asname) for name in node.names} <= GUARDED
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "op":
            assert node.attr in operations.__all__, f"line {node.lineno}: op.{node.attr}"


@pytest.fixture
def synthetic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Replaces the migrations by one, given as the text of its two functions, after one that makes tables."""
    folder = tmp_path / "migrations" / "versions"
    folder.mkdir(parents=True)
    monkeypatch.setattr(schema, "MIGRATIONS", folder.parent)

    def write(text: str) -> None:
        for number, (body, before) in enumerate(((FIRST, None), (text, "1")), 1):
            head = (
                f"revision, down_revision = {str(number)!r}, {before!r}\nbranch_labels = depends_on = None\n"
            )
            imports = "import sqlalchemy as sa\nfrom hallofshame.store.migrations import operations as op\n"
            (folder / f"{number}.py").write_text(imports + head + body)

    return write


FIRST = """
def upgrade():
    op.create_table("kinds", sa.Column("kind", sa.Integer, primary_key=True, autoincrement=False))
    op.create_table(
        "things",
        sa.Column("thing", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("note", sa.String(20), nullable=True),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_things_size", "things", ["size"])
    op.change_rows("INSERT INTO kinds (kind) VALUES (7)")
    op.change_rows("INSERT INTO things (thing, size, kind, note) VALUES (1, 10, 7, 'a: b')")

def downgrade():
    op.drop_index("ix_things_size", "things")
    op.drop_table("things")
    op.drop_table("kinds")
"""

EVERYTHING = """
def upgrade():
    op.add_column("things", sa.Column("weight", sa.Integer, nullable=False, server_default="3"))
    op.change_rows("UPDATE things SET size = size * 2, weight = weight * :factor", factor=5)
    op.create_view("heavy", "SELECT thing, ':x' AS mark FROM things WHERE weight > 10")
    op.rename_column("things", "size", sa.Column("extent", sa.Integer, nullable=False))
    op.change_column("things", sa.Column("note", sa.String(40), nullable=False, server_default="none"))
    op.create_unique("uq_things_note", "things", ["note"])
    op.create_foreign_key("fk_things_kind", "things", ["kind"], "kinds", ["kind"])
    op.create_check("ck_things_weight", "things", "weight > 0")
    op.rename_table("kinds", "sorts")

def downgrade():
    op.rename_table("sorts", "kinds")
    op.drop_check("ck_things_weight", "things")
    op.drop_foreign_key("fk_things_kind", "things")
    if op.dialect() == "mysql":
        op.drop_index("fk_things_kind", "things")
    op.drop_unique("uq_things_note", "things")
    op.change_column("things", sa.Column("note", sa.String(20), nullable=True))
    op.rename_column("things", "extent", sa.Column("size", sa.Integer, nullable=False))
    op.change_rows("UPDATE things SET size = size / 2")
    op.drop_view("heavy")
    op.drop_column("things", "weight")
"""

COPY_AND_SWAP = """
def upgrade():
    op.create_view("seen", "SELECT thing FROM things")
    op.create_table(
        "new",
        sa.Column("thing", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("x", sa.Integer),
    )
    op.change_rows("INSERT INTO new (thing, x) SELECT thing, size + 1 FROM things")
    op.drop_table("things")
    op.rename_table("new", "things")

def downgrade():
    op.create_table(
        "old",
        sa.Column("thing", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("kind", sa.Integer, nullable=False),
        sa.Column("note", sa.String(20), nullable=True),
        sqlite_with_rowid=False,
    )
    op.change_rows("INSERT INTO old (thing, size, kind, note) SELECT thing, x - 1, 7, 'a: b' FROM things")
    op.drop_table("things")
    op.rename_table("old", "things")
    op.create_index("ix_things_size", "things", ["size"])
    op.drop_view("seen")
"""


def rows(database: Database) -> list[tuple[object, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM things")]


def state(database: Database) -> tuple[dict[str, list[str]], list[tuple[object, ...]]]:
    """Schema and rows; lines of a table in any order, as SQLite writes them when it copies the table."""
    lines = {name: sorted(text.replace(",", "").split("\n")) for name, text in schema_text(database).items()}
    return lines, rows(database)


@pytest.mark.slow
@pytest.mark.parametrize("text", [EVERYTHING, COPY_AND_SWAP], ids=["every operation", "copy and swap"])
def test_every_operation_is_made_once_however_often_it_is_broken_off(
    empty_database: Database, synthetic: Callable[[str], None], text: str
) -> None:
    synthetic(text)
    schema.upgrade(empty_database, "1")
    first = state(empty_database)
    schema.upgrade(empty_database)
    second = state(empty_database)
    assert second[1] == ([(1, 20, 7, "a: b", 15)] if text == EVERYTHING else [(1, 11)])
    schema.downgrade(empty_database, "1")
    assert rows(empty_database) == first[1]
    schema.upgrade(empty_database)
    schema.downgrade(empty_database, "1")
    plain = state(empty_database)  # not quite `first`: the names of tables and keys are quoted now, for one
    schema.upgrade(empty_database)
    again = state(empty_database)
    kills = _broken_off(empty_database, "1", plain, again)
    assert kills >= 10


def _broken_off(database: Database, below: str, low: object, high: object) -> int:
    """Go down and up with a kill at every statement, and end in the same states; returns the kills."""
    down: Callable[[], None] = lambda: schema.downgrade(database, below)  # noqa: E731
    up: Callable[[], None] = lambda: schema.upgrade(database)  # noqa: E731
    kills = 0
    for work, goal in ((down, low), (up, high)):
        if database.dialect == "sqlite":
            before = state(database)
            number = 1
            while True:
                with killed_before(database, number):
                    if not is_killed(work):
                        break
                assert state(database) == before
                number += 1
            kills += number - 1
        else:
            kills += in_pieces(database, work)
        assert state(database) == goal
    return kills


@pytest.mark.slow
@pytest.mark.mariadb
def test_every_migration_goes_back_however_often_it_is_broken_off(mariadb_server: MariaDBServer) -> None:
    """Forwards they are broken off in ``tests/pipeline/test_preparation.py``, with the parks after them."""
    database = Database(mariadb_server.create_schema("back_and_forth"))
    schema.upgrade(database)
    newest = schema_text(database)
    below = [*(file.stem[:4] for file in FILES[-2::-1]), schema.BASE]
    texts = {}
    above = newest
    for revision in below:
        schema.downgrade(database, revision)
        assert schema.current(database) == (None if revision == schema.BASE else revision)
        texts[revision] = schema_text(database)
        assert texts[revision] != above, f"{revision}: the step down to it changes nothing"
        above = texts[revision]
    assert set(texts[schema.BASE]) == {"alembic_version"}
    for revision in below[-2::-1]:
        schema.upgrade(database, revision)
        assert schema.current(database) == revision
    schema.upgrade(database)
    assert schema_text(database) == newest
    for revision in below:
        kills = in_pieces(database, partial(schema.downgrade, database, revision))
        assert kills > 0, revision
        assert schema_text(database) == texts[revision], revision
    database.dispose()


@pytest.mark.mariadb
@pytest.mark.parametrize("change", [2, 45])
def test_a_change_that_was_broken_off_may_be_followed_by_its_opposite(
    mariadb_server: MariaDBServer, change: int
) -> None:
    """What was begun is ended first, so that neither way meets a schema that is half way."""
    database = Database(mariadb_server.create_schema(f"opposite_{change}"))
    with killed_before_schema_change(database, change):
        assert is_killed(lambda: schema.upgrade(database))
    with pytest.raises(StoreError, match=r"half way up|has no tables yet"):
        schema.require_head(database)
    schema.downgrade(database, schema.BASE)
    nothing = set(schema_text(database)) - {"alembic_version"}
    assert nothing == set()
    schema.upgrade(database)
    newest = schema_text(database)
    with killed_before_schema_change(database, change):
        assert is_killed(lambda: schema.downgrade(database, schema.BASE))
    with pytest.raises(StoreError, match=r"half way down"):
        schema.require_head(database)
    schema.upgrade(database)
    assert schema_text(database) == newest
    database.dispose()


def test_a_change_on_sqlite_is_made_whole_or_not_at_all(sqlite_database: Database) -> None:
    newest = schema_text(sqlite_database)
    for change in (1, 40):
        with killed_before(sqlite_database, change):
            assert is_killed(lambda: schema.downgrade(sqlite_database, schema.BASE))
        assert schema_text(sqlite_database) == newest
    schema.downgrade(sqlite_database, schema.BASE)
    nothing = schema_text(sqlite_database)
    for change in (1, 40):
        with killed_before(sqlite_database, change):
            assert is_killed(lambda: schema.upgrade(sqlite_database))
        assert schema_text(sqlite_database) == nothing
    schema.upgrade(sqlite_database)
    assert schema_text(sqlite_database) == newest
