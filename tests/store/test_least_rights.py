"""The user that ``deploy/mariadb/set-up.sh`` makes may do what the program does, and nothing else."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError

from hallofshame.domain.errors import StoreError
from hallofshame.store import dumps, partitions, schema
from hallofshame.store.database import Database
from support.mariadb import MariaDBServer
from support.suites import running_mariadb

pytestmark = pytest.mark.mariadb

SET_UP = Path(__file__).parents[2] / "deploy" / "mariadb" / "set-up.sh"
PASSWORD = "twelve characters and more"  # noqa: S105 - of the tests' own server
NOW = dt.datetime(2026, 8, 20, 12, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[MariaDBServer]:
    """A server that asks who somebody is, set up twice by the script."""
    with running_mariadb(has_users=True) as found:
        found.create_schema("other")
        for password in ("the first password", PASSWORD):
            done = set_up(found, password)
            assert done.returncode == 0, done.stderr
            assert password not in done.stdout
        yield found


def set_up(server: MariaDBServer, password: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SET_UP, "--no-defaults", f"--socket={server.socket}", "--user=root", "--skip-ssl"],
        input=f"{password}\n",
        env=os.environ | {"READER": "yes"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def url(server: MariaDBServer, user: str, name: str = "hallofshame") -> str:
    return server.url(name, f"{user}:{PASSWORD.replace(' ', '%20')}")


def test_the_program_can_do_all_it_does(server: MariaDBServer, tmp_path: Path) -> None:
    database = Database(url(server, "hallofshame"))
    schema.upgrade(database)
    database.run(lambda connection: partitions.keep_months(connection, NOW))
    with database.write() as connection:
        connection.execute(text("SELECT * FROM park_daily")).all()
        # As retention drops a month.
        connection.exec_driver_sql("LOCK TABLES feed_polls WRITE")
        connection.exec_driver_sql("ALTER TABLE feed_polls TRUNCATE PARTITION p202608")
        connection.exec_driver_sql("UNLOCK TABLES")
    dumps.dump(database, tmp_path / "dump.sql.gz")
    with database.write() as connection:
        connection.exec_driver_sql("CREATE TABLE of_a_later_version (thing INT)")
        connection.exec_driver_sql("CREATE VIEW later_view AS SELECT * FROM of_a_later_version")
    dumps.restore(database, tmp_path / "dump.sql.gz")
    names = inspect(database.engine)
    assert "of_a_later_version" not in names.get_table_names()
    assert "later_view" not in names.get_view_names()
    assert "park_daily" in names.get_view_names()
    assert schema.current(database) == schema.head()
    database.dispose()


@pytest.mark.parametrize(
    ("user", "statement"),
    [
        ("hallofshame", "CREATE DATABASE another"),
        ("hallofshame", "SELECT * FROM mysql.user"),
        ("hallofshame", "CREATE TABLE other.things (thing INT)"),
        ("hallofshame", "GRANT SELECT ON hallofshame.* TO hallofshame_reader@localhost"),
        ("hallofshame", "SELECT 1 INTO OUTFILE '/tmp/hallofshame-test'"),
        ("hallofshame_reader", "CREATE TABLE things (thing INT)"),
        ("hallofshame_reader", "DELETE FROM parks"),
    ],
)
def test_what_the_program_does_not_do_is_refused(server: MariaDBServer, user: str, statement: str) -> None:
    database = Database(url(server, user))
    try:
        with (
            pytest.raises((StoreError, DBAPIError), match=r"(?i)denied|rights"),
            database.write() as connection,
        ):
            connection.exec_driver_sql(statement)
    finally:
        database.dispose()


@pytest.mark.parametrize(
    ("password", "environment", "words"),
    [
        ("short", {}, "at least 12 characters"),
        ("", {}, "at least 12 characters"),
        ("it's a long password", {}, "cannot be used here"),
        (PASSWORD, {"NAME": "x`; DROP"}, "take letters"),
    ],
)
def test_a_password_or_name_that_cannot_be_used_is_refused(
    server: MariaDBServer, password: str, environment: dict[str, str], words: str
) -> None:
    done = set_up(server, password, **environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
