"""A transaction whose server is lost is committed once, whichever moment that was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pymysql
import pytest
from sqlalchemy import Connection, func, insert, select

from hallofshame.domain.errors import StoreError
from hallofshame.store import receipts
from hallofshame.store.database import Database
from hallofshame.store.models import FeedPoll, TransactionReceipt

pytestmark = pytest.mark.mariadb

POLL = {"observed_at": 1, "park_id": 1, "feed": 1, "outcome": "ok", "attempts": 1, "readings": 0}


@pytest.fixture
def cluster(mariadb_database: Database) -> Database:
    """One server that is taken for a cluster, whose transactions are repeated."""
    mariadb_database._is_cluster = True
    return mariadb_database


def append(connection: Connection) -> int:
    """Add a poll, which every repetition would add again; returns how many there are."""
    connection.execute(insert(FeedPoll).values(**POLL))
    return connection.scalar(select(func.count()).select_from(FeedPoll)) or 0


def polls(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(FeedPoll)) or 0


def lose_commits(
    database: Database, monkeypatch: pytest.MonkeyPatch, lost: list[str], number: int = 2013
) -> None:
    """Let each next commit lose its server ``before`` or ``after`` it was made."""
    commit: Callable[[Any], None] = database.engine.dialect.do_commit

    def losing(connection: Any) -> None:
        when = lost.pop(0) if lost else ""
        if when != "before":
            commit(connection)
        if when:
            connection.close()
            raise pymysql.err.OperationalError(number, "Lost connection to server during query")

    monkeypatch.setattr(database.engine.dialect, "do_commit", losing)


@pytest.mark.parametrize(
    "lost", [["before"], ["after"], ["before", "before", "after"], ["before", "after"]], ids="-".join
)
def test_a_commit_without_an_answer_is_made_once(
    cluster: Database, monkeypatch: pytest.MonkeyPatch, lost: list[str]
) -> None:
    assert cluster.run(append) == 1
    lose_commits(cluster, monkeypatch, lost)
    assert cluster.run(append) == 2
    assert not lost
    assert polls(cluster) == 2
    assert cluster.run(append) == 3


def test_a_server_lost_before_the_commit_is_asked_again(cluster: Database) -> None:
    tries = 0

    def work(connection: Connection) -> int:
        nonlocal tries
        tries += 1
        found = append(connection)
        if tries == 1:
            connection.exec_driver_sql(
                f"KILL {connection.exec_driver_sql('SELECT CONNECTION_ID()').scalar()}"
            )
        return found

    assert cluster.run(work) == 1
    assert (tries, polls(cluster)) == (2, 1)


def test_a_single_server_that_is_lost_is_left_to_the_next_run(
    mariadb_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_commits(mariadb_database, monkeypatch, ["after"])
    with pytest.raises(StoreError, match="broke the connection off"):
        mariadb_database.run(append)
    assert polls(mariadb_database) == 1
    with mariadb_database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(TransactionReceipt)) == 0


def test_writers_are_lent_again_and_their_rows_go_after_a_week(cluster: Database) -> None:
    for _ in range(3):
        cluster.run(append)
    with cluster.read() as connection:
        assert connection.scalars(select(TransactionReceipt.number)).all() == [3]
    cluster.run(
        lambda connection: connection.exec_driver_sql("UPDATE transaction_receipts SET written_at = 1")
    )
    cluster.run(append)  # is heard of again
    cluster.run(
        lambda connection: connection.execute(
            insert(TransactionReceipt).values(writer="gone", number=7, written_at=1)
        )
    )
    assert cluster.run(receipts.forget) == 1
