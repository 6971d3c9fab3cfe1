"""``hallofshame keys``: made, listed and revoked, with a token that is seen once."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hallofshame import settings
from hallofshame.cli import cli
from hallofshame.store import keys
from hallofshame.store.database import Database


@pytest.fixture(autouse=True)
def _installation(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith(settings.PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HALLOFSHAME_PARKS", "gardaland")
    monkeypatch.setenv("HALLOFSHAME_DATABASE_URL", sqlite_database.url)
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["keys", *arguments], catch_exceptions=False)


def test_a_key_is_made_listed_and_revoked_and_its_token_shown_once() -> None:
    made = run("create", "ops", "--scope", "import", "--scope", "storage:read", "--days", "3")
    assert made.exit_code == 0
    [token] = made.stdout.splitlines()
    assert keys.prefix_of(token) is not None
    assert "shown this once" in made.stderr
    assert token not in made.stderr
    listed = run("list", "--json")
    [row] = json.loads(listed.stdout)
    assert (row["name"], row["scopes"], row["state"]) == ("ops", ["import", "storage:read"], "in force")
    assert token.startswith(row["prefix"])
    assert row["last_used_at"] is None
    table = run("list")
    assert "import storage:read" in table.stdout
    for shown in (listed, table):
        assert token[13:] not in shown.output
    assert "is revoked" in run("revoke", "ops").stdout
    assert json.loads(run("list", "--json").stdout)[0]["state"] == "revoked"


def test_json_of_a_new_key_holds_its_token() -> None:
    found = json.loads(run("create", "ops", "--scope", "quality:read", "--json").stdout)
    assert keys.prefix_of(found["token"]) == found["prefix"]
    assert found["expires_at"] is None


def test_what_cannot_be_made_or_revoked_is_refused_in_one_line() -> None:
    run("create", "ops", "--scope", "import")
    for arguments, words in (
        (("create", "ops", "--scope", "import"), "there is a key 'ops' in force"),
        (("revoke", "none"), "there is no key 'none' to revoke"),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert words in result.stderr
    assert run("create", "x").exit_code == 2
    assert run("create", "x", "--scope", "everything").exit_code == 2


def test_an_installation_without_keys_says_what_that_means() -> None:
    assert "the admin API answers nobody" in run("list").stdout
