"""A failing disk, file or server is one line with what to do: SQLite, and a server that knows its users."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import socket
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pymysql
import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, column, insert, select, table, text
from sqlalchemy.exc import DBAPIError, OperationalError

from hallofshame.cli import cli
from hallofshame.clock import FixedClock
from hallofshame.domain.errors import StoreError
from hallofshame.store import raw
from hallofshame.store.database import Database
from hallofshame.store.failures import EXCERPT_CHARACTERS, Failure, kind_of, storage_error
from hallofshame.store.models import DataQualityLog
from hallofshame.web.app import create_app
from support.demo_world import NOW
from support.mariadb import MariaDBServer
from support.suites import running_mariadb

NOBODY = 65534


def fill(connection: Connection) -> None:
    connection.execute(
        insert(DataQualityLog),
        [
            {
                "park_id": 0,
                "kind": "x",
                "subject": str(number),
                "first_seen_at": 0,
                "last_seen_at": 0,
                "occurrences": 1,
                "detail": "y" * 2000,
            }
            for number in range(2000)
        ],
    )


def failing(work: Callable[[], object]) -> StoreError:
    """The error of a failing work: one line of ours, without any statement."""
    with pytest.raises(StoreError) as raised:
        work()
    message = str(raised.value)
    assert "\n" not in message
    assert "INSERT" not in message
    assert "[SQL" not in message
    assert len(message) < 700
    return raised.value


def filling(database: Database) -> None:
    with database.write() as connection:
        fill(connection)


def test_a_full_disk_is_named_and_loses_nothing(sqlite_database: Database) -> None:
    with sqlite_database.write() as connection:
        raw.bump_raw_revision(connection, [1])
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def fill_up() -> None:
        with sqlite_database.write() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 20}")
            fill(connection)

    error = failing(fill_up)
    assert error.failure == Failure.DISK_FULL
    assert "the disk is full" in str(error)
    assert "free some space" in str(error)
    with sqlite_database.read() as connection:
        assert raw.raw_revisions(connection, [1]) == {1: 1}


def in_a_child(work: Callable[[], object]) -> str:
    """The message of the :class:`StoreError` of ``work``, run in a process of its own; ``-`` for none."""
    here, there = multiprocessing.get_context("fork").Pipe()

    def child() -> None:
        try:
            work()
            there.send("-")
        except StoreError as error:
            there.send(f"{error.failure}: {error}")
        except Exception as error:  # noqa: BLE001 - the parent reads what it was
            there.send(f"{type(error).__name__}: {error}")

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    assert here.poll(30), "the child did not end"
    message = str(here.recv())
    process.join()
    return message


def without_rights() -> None:
    """From now on this process is nobody's: root may write to what is read-only."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


@pytest.fixture
def shared_folder() -> Iterator[Path]:
    """A folder that other users may look into; those of pytest they may not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_file_that_may_not_grow_is_a_full_disk(sqlite_database: Database) -> None:
    url = str(sqlite_database.engine.url)

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
        filling(Database(url))

    message = in_a_child(limited)
    assert message.startswith((Failure.DISK_FULL, Failure.DISK_ERROR)), message
    assert "INSERT" not in message


def test_a_file_without_the_right_to_write_is_named(shared_folder: Path) -> None:
    file = shared_folder / "record.sqlite"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE data_quality_log (detail)")
    connection.close()
    file.chmod(0o444)
    shared_folder.chmod(0o555)

    def write() -> None:
        without_rights()
        filling(Database(f"sqlite:///{file}"))

    message = in_a_child(write)
    shared_folder.chmod(0o755)
    assert message.startswith(Failure.READ_ONLY), message
    assert f"give this user the right to read and write '{file}'" in message


def test_a_folder_without_the_right_to_write_is_named(shared_folder: Path) -> None:
    shared_folder.chmod(0o555)

    def make() -> None:
        without_rights()
        filling(Database(f"sqlite:///{shared_folder / 'new.sqlite'}"))

    message = in_a_child(make)
    shared_folder.chmod(0o755)
    assert message.startswith(Failure.CANNOT_OPEN), message
    assert f"give this user the right to write to the folder '{shared_folder}'" in message


def test_a_damaged_file_is_named(sqlite_database: Database) -> None:
    filling(sqlite_database)
    file = Path(str(sqlite_database.engine.url.database))
    with sqlite_database.write() as connection:
        pass
    sqlite_database.dispose()
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(file.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    file.write_bytes(content)

    def look() -> None:
        with sqlite_database.read() as connection:
            connection.execute(text("SELECT sum(length(detail)) FROM data_quality_log")).all()

    error = failing(look)
    assert error.failure == Failure.CORRUPT
    assert "put back a copy" in str(error)


def test_a_lock_that_stays_is_named(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hallofshame.store.engines.BUSY_SECONDS", 0)
    other = Database(str(sqlite_database.engine.url))
    with sqlite_database.write():
        error = failing(lambda: filling(other))
    other.dispose()
    assert error.failure == Failure.LOCKED
    assert "wait for it or stop it" in str(error)


def test_a_fault_of_the_program_stays_one_and_quotes_a_little_of_its_statement(database: Database) -> None:
    columns = [column(f"column_{number}") for number in range(500)]
    with pytest.raises(DBAPIError) as raised, database.read() as connection:
        connection.execute(select(*columns).select_from(table("nowhere")))
    assert "SELECT column_0" in str(raised.value)
    assert len(str(raised.value)) < EXCERPT_CHARACTERS + 400
    with pytest.raises(OperationalError), database.read() as connection:
        raw.bump_raw_revision(connection, [1])


@pytest.fixture(scope="module")
def strict_server() -> Iterator[MariaDBServer]:
    """A server that knows its users: ``me`` with the password ``open sesame``, who may use ``mine``."""
    with running_mariadb(has_users=True) as server:
        server.create_schema("mine")
        server.execute(
            "CREATE USER me@localhost IDENTIFIED BY 'open sesame'",
            "GRANT ALL ON mine.* TO me@localhost",
            "CREATE TABLE mine.things (thing INT)",
        )
        yield server


def reading(url: str) -> Callable[[], None]:
    def read() -> None:
        database = Database(url)
        try:
            with database.read() as connection:
                connection.execute(text("SELECT * FROM things")).all()
        finally:
            database.dispose()

    return read


@pytest.mark.mariadb
@pytest.mark.parametrize(
    ("schema", "login", "failure", "words"),
    [
        ("mine", "me:wrong-secret", Failure.DENIED, "check user, password and rights"),
        ("mine", "nobody:wrong-secret", Failure.DENIED, "check user, password and rights"),
        ("other", "me:open%20sesame", Failure.DENIED, "check user, password and rights"),
        (
            "missing",
            "root",
            Failure.NO_SUCH_DATABASE,
            "create it: CREATE DATABASE `missing` CHARACTER SET utf8mb4; or correct",
        ),
    ],
)
def test_what_the_server_refuses_is_named(
    strict_server: MariaDBServer, schema: str, login: str, failure: Failure, words: str
) -> None:
    error = failing(reading(strict_server.url(schema, login)))
    assert error.failure == failure
    assert words in str(error)
    assert "secret" not in str(error)
    assert "sesame" not in str(error)


@pytest.mark.mariadb
def test_the_right_password_reads(strict_server: MariaDBServer) -> None:
    reading(strict_server.url("mine", "me:open%20sesame"))()


@pytest.mark.mariadb
def test_a_server_that_only_reads_is_named(strict_server: MariaDBServer) -> None:
    database = Database(strict_server.url("mine", "me:open%20sesame"))

    def write() -> None:
        with database.write() as connection:
            connection.execute(text("INSERT INTO things VALUES (1)"))

    strict_server.execute("SET GLOBAL read_only = 1")
    try:
        error = failing(write)
    finally:
        strict_server.execute("SET GLOBAL read_only = 0")
        database.dispose()
    assert error.failure == Failure.READ_ONLY
    assert "turn its read_only off" in str(error)


@pytest.mark.mariadb
def test_a_connection_that_the_server_ends_is_named(strict_server: MariaDBServer) -> None:
    database = Database(strict_server.url("mine", "me:open%20sesame"))

    def cut() -> None:
        with database.read() as connection:
            number = connection.execute(text("SELECT CONNECTION_ID()")).scalar_one()
            strict_server.execute(f"KILL {number}")
            connection.execute(text("SELECT * FROM things")).all()

    error = failing(cut)
    assert error.failure == Failure.LOST
    with database.read() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
    database.dispose()


@pytest.mark.enable_socket
def test_a_server_that_is_not_there_is_named() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        # Held while it is tried, so that no other test can have it; nobody listens.
        port = listening.getsockname()[1]
        error = failing(reading(f"mysql+pymysql://me:secret@127.0.0.1:{port}/db"))
    assert error.failure == Failure.REFUSED
    assert "is the server up" in str(error)


@pytest.mark.parametrize(
    ("number", "words", "failure"),
    [
        (1021, "Disk full (/tmp/#sql); waiting", Failure.DISK_FULL),
        (1114, "The table 'ride_hours' is full", Failure.DISK_FULL),
        (1030, 'Got error 28 "No space left on device" from storage engine InnoDB', Failure.DISK_FULL),
        (3, "Error writing file '/tmp/x' (Errcode: 28 \"No space left on device\")", Failure.DISK_FULL),
        (1030, 'Got error 30 "Read-only file system" from storage engine InnoDB', Failure.READ_ONLY),
        (1836, "Running in read-only mode", Failure.READ_ONLY),
        (1040, "Too many connections", Failure.TOO_MANY),
        (1047, "WSREP has not yet prepared node for application use", Failure.NOT_READY),
        (1180, "wsrep_max_ws_rows exceeded", Failure.TOO_LARGE),
        (1105, "Maximum writeset size exceeded", Failure.TOO_LARGE),
        (1105, "Unknown error", None),
        (1194, "Table 'x' is marked as crashed and should be repaired", Failure.CORRUPT),
        (1130, "Host '10.0.0.1' is not allowed to connect to this MariaDB server", Failure.DENIED),
        (1213, "Deadlock found when trying to get lock", Failure.LOCKED),
        (2003, "Can't connect to MySQL server on 'db' ([Errno 111] Connection refused)", Failure.REFUSED),
        (
            2003,
            "Can't connect to MySQL server on 'db' ([Errno -2] Name or service not known)",
            Failure.UNKNOWN_HOST,
        ),
        (2006, "MySQL server has gone away", Failure.LOST),
        (1064, "You have an error in your SQL syntax", None),
        (1146, "Table 'db.x' doesn't exist", None),
    ],
)
def test_the_numbers_of_servers_are_known(number: int, words: str, failure: Failure | None) -> None:
    error = pymysql.err.OperationalError(number, words)
    assert kind_of(error) == failure
    assert kind_of(OperationalError("SELECT 1", {}, error)) == failure


def test_a_server_that_needs_a_library_is_told() -> None:
    error = RuntimeError("'cryptography' package is required for sha256_password or others")
    assert kind_of(error) == Failure.NEEDS_CRYPTOGRAPHY
    assert kind_of(RuntimeError("anything")) is None


def test_errors_of_files_name_the_file_and_the_remedy() -> None:
    assert str(storage_error(OSError(28, "No space left on device"), "out.csv")) == (
        "'out.csv' cannot be used: the disk is full (No space left on device); "
        "free some space on it, nothing that was stored is lost"
    )
    assert "name another" in str(storage_error(OSError(36, "File name too long"), "x"))


def test_an_export_to_a_full_disk_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    days = ("--start", "2026-08-01", "--end", "2026-08-02")
    result = CliRunner().invoke(cli, ["export", "park-days", *days, "-o", "/dev/full"])
    assert result.exit_code == 2
    assert "Error: '/dev/full' cannot be used" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_api_answers_503_in_the_one_shape_and_tells_readers_no_paths(
    sqlite_database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    client = create_app(sqlite_database, FixedClock(NOW)).test_client()
    file = Path(str(sqlite_database.engine.url.database))
    sqlite_database.dispose()
    file.write_bytes(b"no database at all " * 100)
    answer = client.get("/api/parks")
    assert answer.status_code == 503
    body = json.loads(answer.data)
    assert body["error"]["code"] == "database_unreachable"
    assert str(file) not in answer.text
    (line,) = [record.getMessage() for record in caplog.records if "the store failed" in record.getMessage()]
    assert "the file is something else" in line
    assert not any(record.exc_info for record in caplog.records)
