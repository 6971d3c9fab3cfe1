"""Transactions, errors and retries of the database object."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from pymysql.err import OperationalError as DriverError
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError, OperationalError

from hallofshame.domain.errors import StoreError
from hallofshame.store import raw
from hallofshame.store.database import ATTEMPTS, Database
from hallofshame.store.models import RawRevision


def count(connection: Connection) -> int:
    return connection.scalar(select(func.count()).select_from(RawRevision)) or 0


def test_a_write_is_committed_and_then_seen(database: Database) -> None:
    with database.write() as connection:
        raw.bump_raw_revision(connection, [1, 2])
    with database.read() as connection:
        assert count(connection) == 2
    with database.session() as session:
        assert {row.park_id for row in session.scalars(select(RawRevision))} == {1, 2}


def test_an_error_rolls_the_whole_write_back(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            raw.bump_raw_revision(connection, [1])
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        fail()
    with database.read() as connection:
        assert count(connection) == 0


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    with database.read() as reader:
        assert count(reader) == 0
        with database.write() as writer:
            raw.bump_raw_revision(writer, [1])
        assert count(reader) == 0
    with database.read() as reader:
        assert count(reader) == 1


def test_a_server_that_goes_away_when_all_was_read_spoils_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.read() as connection:
        before = count(connection)
    failures = [OperationalError("ROLLBACK", {}, Exception("MySQL server has gone away"))]
    rollback = database._engine.dialect.do_rollback

    def fails_once(connection: object) -> None:
        if failures:
            raise failures.pop()
        rollback(connection)

    monkeypatch.setattr(database._engine.dialect, "do_rollback", fails_once)
    with database.read() as connection:
        assert count(connection) == before
    assert not failures
    with database.read() as connection:
        assert count(connection) == before


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError), database.read() as connection:
        raw.bump_raw_revision(connection, [1])
    with database.write() as connection:
        raw.bump_raw_revision(connection, [1])


def test_writers_of_several_threads_lose_nothing(database: Database) -> None:
    def work() -> None:
        for _ in range(20):
            database.run(lambda connection: raw.bump_raw_revision(connection, [1]))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert raw.raw_revisions(connection, [1]) == {1: 80}


def test_write_inside_write_is_refused_at_once(database: Database) -> None:
    with database.write(), pytest.raises(StoreError, match="inside"), database.write():
        pass
    with database.write() as connection:
        assert count(connection) == 0


def test_foreign_keys_hold(database: Database) -> None:
    with pytest.raises(DBAPIError), database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO ride_names (ride_id, name, first_seen_at) VALUES (99, 'x', 0)"
        )


def test_sqlite_is_set_up_for_one_writer_and_many_readers(sqlite_database: Database) -> None:
    with sqlite_database.read() as connection:

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

        assert pragma("journal_mode") == "wal"
        assert pragma("synchronous") == 2
        assert pragma("busy_timeout") == 30_000
        assert pragma("foreign_keys") == 1


def test_of_several_connections_one_is_used_again_and_again(sqlite_database: Database) -> None:
    """Each has a page cache of its own; taking turns, all would fill theirs with the same pages."""
    with ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(sqlite_database.read())
    used = set()
    for _ in range(8):
        with sqlite_database.read() as connection:
            used.add(id(connection.connection.dbapi_connection))
        with sqlite_database.write() as connection:
            used.add(id(connection.connection.dbapi_connection))
    assert len(used) == 1


def test_a_second_process_waits_for_the_write_lock(sqlite_database: Database) -> None:
    other = Database(sqlite_database.engine.url.render_as_string(hide_password=False))
    order: list[str] = []

    def second() -> None:
        with other.write():
            order.append("second")

    with sqlite_database.write() as connection:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        raw.bump_raw_revision(connection, [1])
        order.append("first")
    thread.join()
    other.dispose()
    assert order == ["first", "second"]


def deadlock(number: int) -> OperationalError:
    return OperationalError("UPDATE", {}, DriverError(number, "try again"))


LOOK = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('{}').fetchone()[0])"


def test_another_process_that_looks_at_the_file_takes_no_write_away(sqlite_database: Database) -> None:
    """The last to close a database removes its journal; nobody is the last while we have connections.

    A process loses its locks on a file when it closes it anywhere, and each new connection used to do so.
    """
    [file, journal, _] = sqlite_database.files

    def look(query: str) -> str:
        code = LOOK.format(query)
        return subprocess.run(
            [sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=True
        ).stdout.strip()

    sqlite_database.run(lambda connection: raw.bump_raw_revision(connection, [1]))
    with sqlite_database.read(), sqlite_database.read(), sqlite_database.read():
        look("SELECT COUNT(*) FROM raw_revisions")
        assert journal.exists(), "it was removed from under open connections"
        sqlite_database.run(lambda connection: raw.bump_raw_revision(connection, [2]))
        assert look("SELECT COUNT(*) FROM raw_revisions") == "2"
    sqlite_database.dispose()
    assert look("PRAGMA integrity_check") == "ok"
    assert look("SELECT COUNT(*) FROM raw_revisions") == "2"


@pytest.mark.parametrize("number", [1205, 1213])
def test_run_repeats_the_whole_transaction_after_a_deadlock(sqlite_database: Database, number: int) -> None:
    waits: list[float] = []
    database = Database(str(sqlite_database.engine.url), sleep=waits.append)
    attempts: list[int] = []

    def work(connection: Connection) -> str:
        raw.bump_raw_revision(connection, [1])
        attempts.append(count(connection))
        if len(attempts) < 3:
            raise deadlock(number)
        return "done"

    assert database.run(work) == "done"
    assert attempts == [1, 1, 1]
    assert len(waits) == 2
    with database.read() as connection:
        assert raw.raw_revisions(connection, [1]) == {1: 1}
    database.dispose()


def test_run_gives_up_in_the_end_and_does_not_repeat_other_errors(sqlite_database: Database) -> None:
    database = Database(str(sqlite_database.engine.url), sleep=lambda _: None)
    attempts: list[int] = []

    def work(number: int) -> None:
        attempts.append(number)
        raise deadlock(number)

    with pytest.raises(StoreError, match="another process has been writing"):
        database.run(lambda _: work(1213))
    assert len(attempts) == ATTEMPTS
    with pytest.raises(OperationalError):
        database.run(lambda _: work(1064))
    assert len(attempts) == ATTEMPTS + 1
    database.dispose()


@pytest.mark.mariadb
def test_run_survives_a_real_deadlock(mariadb_database: Database) -> None:
    with mariadb_database.write() as connection:
        raw.bump_raw_revision(connection, [1, 2])
    both_hold_one = threading.Barrier(2, timeout=60)
    attempts: list[int] = []

    def crossing(first: int, second: int) -> None:
        met: list[int] = []

        def work(connection: Connection) -> None:
            attempts.append(first)
            raw.bump_raw_revision(connection, [first])
            if not met:
                met.append(both_hold_one.wait())
            raw.bump_raw_revision(connection, [second])

        mariadb_database.run(work)

    threads = [threading.Thread(target=crossing, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with mariadb_database.read() as connection:
        assert raw.raw_revisions(connection, [1, 2]) == {1: 3, 2: 3}
    assert len(attempts) == 3


@pytest.mark.mariadb
def test_the_mariadb_spelling_of_the_url_works_too(mariadb_database: Database) -> None:
    url = mariadb_database.engine.url.render_as_string(hide_password=False)
    other = Database(url.replace("mysql+pymysql:", "mariadb+pymysql:"))
    assert other.dialect == "mysql"
    with other.read() as connection:
        assert connection.dialect.name == "mysql"
        level = connection.exec_driver_sql("SELECT @@tx_isolation").scalar_one()
        assert level == "READ-COMMITTED"
        assert connection.exec_driver_sql("SELECT @@character_set_connection").scalar_one() == "utf8mb4"
    other.dispose()


@pytest.mark.mariadb
def test_a_unix_socket_is_used_without_tls_unless_asked_for(mariadb_database: Database) -> None:
    with mariadb_database.read() as connection:
        assert connection.connection.dbapi_connection.ssl is False  # type: ignore[union-attr]
    url = mariadb_database.engine.url.update_query_dict({"ssl_check_hostname": "false"})
    other = Database(url.render_as_string(hide_password=False))
    with pytest.raises(StoreError, match="SSL is required but the server doesn't support it"), other.read():
        pass
    other.dispose()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "cannot read the database URL"),
        ("postgresql://me:secret@host/db", "not supported"),
        ("mysql+asyncmy://me:secret@host/db", "not supported"),
        ("mysql+pymysql://me:secret@host", "names no database"),
        ("mysql+pymysql://me:secret@host:port/db", "cannot read the database URL"),
        ("sqlite://", "memory"),
        ("sqlite:///:memory:", "memory"),
        ("sqlite:///file.db?password=secret", r"parameters \(password\)"),
        ("mysql+pymysql://me:secret@host/db?connect_timeout=soon", "cannot open the database"),
    ],
)
def test_an_unusable_url_is_refused_without_showing_its_password(url: str, words: str) -> None:
    with pytest.raises(StoreError, match=words) as caught:
        Database(url)
    assert "secret" not in str(caught.value)


@pytest.mark.enable_socket
def test_an_unreachable_server_is_named_without_its_password() -> None:
    database = Database("mysql+pymysql://me:secret@127.0.0.1:1/db")
    with pytest.raises(StoreError, match="is the server up") as caught, database.read():
        pass
    assert "me:***@127.0.0.1:1/db" in str(caught.value)
    assert "secret" not in str(caught.value)
    database.dispose()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'missing' / 'file.db'}")
    with pytest.raises(StoreError, match=r"missing/file\.db.*its folder .* does not exist"), database.write():
        pass
    database.dispose()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, this is not a database at all. " * 50)
    database = Database(f"sqlite:///{path}")
    with pytest.raises(StoreError, match="the file is something else"), database.read():
        pass
    database.dispose()
