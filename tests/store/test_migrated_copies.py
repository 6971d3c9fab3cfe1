"""The databases that tests get without migrating are those that the migrations make."""

from __future__ import annotations

from pathlib import Path

import pytest

from hallofshame.store import schema
from hallofshame.store.database import Database
from support import migrated
from support.interruptions import schema_text
from support.mariadb import MariaDBServer


def upgraded(url: str, *, by_steps: bool) -> tuple[dict[str, str], str | None]:
    """How the tables of a new database are written down, and their version."""
    database = Database(url)
    migrated.steps_wanted = by_steps
    schema.upgrade(database)
    found = schema_text(database), schema.current(database)
    database.dispose()
    return found


def test_on_sqlite(tmp_path: Path) -> None:
    wanted = upgraded(f"sqlite:///{tmp_path / 'steps.db'}", by_steps=True)
    for name in ("first", "second"):
        assert upgraded(f"sqlite:///{tmp_path / name}.db", by_steps=False) == wanted
    assert wanted[1] == schema.head()


@pytest.mark.mariadb
def test_on_mariadb(mariadb_server: MariaDBServer) -> None:
    wanted = upgraded(mariadb_server.create_schema("copied_steps"), by_steps=True)
    for name in ("first", "second"):
        copied = upgraded(mariadb_server.create_schema(f"copied_{name}"), by_steps=False)
        assert _without_schema(copied[0], f"copied_{name}") == _without_schema(wanted[0], "copied_steps")
        assert copied[1] == wanted[1] == schema.head()


def _without_schema(texts: dict[str, str], name: str) -> dict[str, str]:
    return {table: text.replace(f"`{name}`.", "") for table, text in texts.items()}
