"""The store on a Galera cluster: what a single server does by its locks holds between nodes."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.schema import DropTable

from cluster.checks import same_on_all_nodes, without_key
from hallofshame.domain.errors import StoreError
from hallofshame.pipeline import retention
from hallofshame.pipeline.partitioning import make_partitions
from hallofshame.store import bulk, data_version, dropping, dumps, exclusive, leases, partitions, raw, schema
from hallofshame.store.database import Database
from hallofshame.store.failures import Failure
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.models import Base, DataVersion, FeedPoll, HistoryMark, Lease, RideStatusSnapshot
from hallofshame.store.servers import host_of
from pipeline.sealed import LATER, at, observations, sealed_in, whole, write_record
from pipeline.test_retention import AUGUST, drop, rows_before
from pipeline.test_retention_on_mariadb import months_of, of_everything
from support.galera import GaleraCluster
from support.waiting import until

pytestmark = [pytest.mark.cluster, pytest.mark.enable_socket, pytest.mark.migrates]


_LEASES = Lease.metadata.tables[Lease.__tablename__]


class Hosts:
    """Databases of three hosts, of which each has another node first."""

    def __init__(self, galera: GaleraCluster, name: str) -> None:
        galera.create_schema(name)
        nodes = galera.nodes
        self.databases = [Database(galera.url(name, nodes[at:] + nodes[:at])) for at in range(len(nodes))]

    def at_once(self, work: Callable[[Database], object]) -> list[object]:
        """Do ``work`` on all hosts at the same time; returns what each came to."""
        with ThreadPoolExecutor(len(self.databases)) as pool:
            return list(pool.map(work, self.databases))


@pytest.fixture
def hosts(galera: GaleraCluster, request: pytest.FixtureRequest) -> Iterator[Hosts]:
    name = f"store_{abs(hash(request.node.name)) % 10**8}"
    found = Hosts(galera, name)
    yield found
    for database in found.databases:
        database.dispose()
    galera.nodes[0].execute(f"DROP DATABASE `{name}`")


@pytest.fixture
def ready(hosts: Hosts) -> Hosts:
    schema.upgrade(hosts.databases[0])
    return hosts


def test_hosts_that_start_at_once_on_different_nodes_make_the_schema_once(
    hosts: Hosts, galera: GaleraCluster
) -> None:
    for _ in range(4):  # the race for the first table
        hosts.at_once(partial(exclusive.run_alone, work=lambda _: None))
        hosts.databases[0].run(lambda connection: connection.execute(DropTable(_LEASES)), changes_schema=True)
    hosts.at_once(schema.upgrade)
    for database, node in zip(hosts.databases, galera.nodes, strict=True):
        assert schema.current(database) == schema.head()
        with database.read() as connection:
            assert str(host_of(connection)) == node.address
    first = hosts.databases[0]
    assert first.is_galera()
    assert without_key(first) == []
    with first.read() as connection:
        assert leases.holder(connection, exclusive.SET_UP_LEASE) is None
    schema.downgrade(hosts.databases[1], schema.BASE)
    assert schema.current(hosts.databases[2]) is None


def test_work_that_is_set_up_alone_is_alone_on_all_nodes(ready: Hosts) -> None:
    spans: list[tuple[float, float]] = []

    def work(_: Connection) -> None:
        began = time.monotonic()
        time.sleep(0.3)
        spans.append((began, time.monotonic()))

    ready.at_once(lambda database: exclusive.run_alone(database, work))
    spans.sort()
    assert len(spans) == 3
    assert all(ended <= began for (_, ended), (began, _) in pairwise(spans))


def test_a_lease_has_one_holder_among_hosts_at_different_nodes(ready: Hosts) -> None:
    for turn in range(10):
        held = ready.at_once(
            lambda database, turn=turn: database.run(  # type: ignore[misc]
                lambda connection: leases.acquire(
                    connection, f"duty-{turn}", database.url, leases.present(connection, 0), 60
                )
            )
        )
        assert held.count(True) == 1


def test_transactions_that_claim_the_same_do_not_miss_each_other(ready: Hosts) -> None:
    """Each adds a row numbered by how many there are: a row lock at one node would let numbers repeat."""

    def add(connection: Connection) -> None:
        exclusive.claim(connection, "numbers")
        number = connection.scalar(select(func.count()).select_from(FeedPoll)) or 0
        connection.execute(
            insert(FeedPoll).values(
                observed_at=number, park_id=1, feed=1, outcome="ok", attempts=1, readings=0
            )
        )

    def add_ten(database: Database) -> None:
        for _ in range(10):
            database.run(add)

    ready.at_once(add_ten)
    with ready.databases[0].read() as connection:
        numbers = sorted(connection.scalars(select(FeedPoll.observed_at)))
    assert numbers == list(range(30))


def test_a_host_reads_at_once_what_another_wrote_at_another_node(ready: Hosts) -> None:
    writer, reader = ready.databases[0], ready.databases[1]
    writer.run(lambda connection: connection.execute(insert(DataVersion).values(name="x", version=0)))
    for version in range(1, 201):
        writer.run(
            lambda connection, version=version: connection.execute(  # type: ignore[misc]
                update(DataVersion).where(DataVersion.name == "x").values(version=version)
            )
        )
        with reader.read() as connection:
            assert connection.scalar(select(DataVersion.version).where(DataVersion.name == "x")) == version


def test_a_sealed_month_is_dropped_while_others_write_and_no_row_of_theirs_is_lost(
    ready: Hosts, galera: GaleraCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, others = ready.databases[:2]
    folder = tmp_path / "history"
    write_record(mine)
    make_partitions(mine, LATER)
    sealed_in(mine, folder)
    rows = observations({1: [1001]}, range(1, 2)).with_columns(observed_at=pl.col("observed_at") + 7)
    wanted = pl.concat([whole(mine, "snapshots"), rows]).sort(DATASETS["snapshots"].order)
    delete_batch = dropping.delete_batch
    is_written = False

    def after_a_writer(connection: Connection, table: type[Base], month: dt.date, park_id: int) -> int:
        nonlocal is_written
        if not is_written:
            is_written = True
            others.run(lambda other: raw.insert_snapshots(other, rows))
            with mine.read() as reader:  # it waits until the rows have arrived at this node
                assert reader.scalar(select(HistoryMark.generation)) is not None
        return delete_batch(connection, table, month, park_id)

    with monkeypatch.context() as patch:
        patch.setattr(dropping, "delete_batch", after_a_writer)
        (kept,) = drop(mine, folder).months
    assert "were written after it was sealed" in str(kept.kept_because)
    assert_frame_equal(whole(mine, "snapshots"), wanted)
    sealed_in(mine, folder)
    (month,) = drop(mine, folder).months
    assert (month.month, month.kept_because) == (AUGUST, None)
    assert_frame_equal(of_everything(mine, folder), wanted)
    for table in retention.RAW_TABLES:
        assert rows_before(others, table, at(4)) == 0
        assert AUGUST not in months_of(others, table)
    assert same_on_all_nodes(galera.nodes, str(mine.engine.url.database)) > 50
    with others.read() as connection:
        assert partitions.problem(connection, LATER.now()) is None


def test_no_transaction_is_lost_or_doubled_while_the_node_of_its_writers_is_killed(
    ready: Hosts, galera: GaleraCluster
) -> None:
    database, node = ready.databases[2], galera.nodes[2]
    ended, written, begun = threading.Event(), [0] * 4, [0] * 4

    def write(writer: int) -> None:
        while not ended.is_set():
            begun[writer] += 1
            database.run(
                lambda connection: connection.execute(
                    insert(FeedPoll).values(
                        observed_at=begun[writer],
                        park_id=writer,
                        feed=1,
                        outcome="ok",
                        attempts=1,
                        readings=0,
                    )
                )
            )
            written[writer] += 1

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    until("every writer has written", lambda: min(written) > 20)
    with database.read() as connection:
        assert str(host_of(connection)) == node.address
    node.kill()
    before = list(written)
    until(
        "every writer goes on",
        lambda: all(now > then + 20 for now, then in zip(written, before, strict=True)),
    )
    ended.set()
    for thread in threads:
        thread.join()
    galera.start_again(node)
    with database.read() as connection:
        assert str(host_of(connection)) != node.address
        rows = connection.execute(
            select(FeedPoll.park_id, func.count(), func.count(FeedPoll.observed_at.distinct()))
            .group_by(FeedPoll.park_id)
            .order_by(FeedPoll.park_id)
        ).all()
    assert [tuple(row) for row in rows] == [(writer, begun[writer], begun[writer]) for writer in range(4)]
    assert begun == written
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(Lease)) == 0


def test_a_node_that_lost_its_cluster_is_not_used_until_it_is_told_to_go_on_alone(
    ready: Hosts, galera: GaleraCluster
) -> None:
    database = ready.databases[0]
    left, *lost = galera.nodes
    assert [name for name, _ in database.hosts()] == [node.address for node in galera.nodes]
    for node in lost:
        node.kill()
    until("the node left is no part of a cluster", lambda: left.status("wsrep_ready") == "OFF")
    with pytest.raises(StoreError) as error, database.read() as connection:
        connection.execute(select(func.count()).select_from(FeedPoll))
    assert error.value.failure in (Failure.NOT_READY, Failure.REFUSED)
    with pytest.raises(StoreError, match="it takes no statements while its cluster is not complete"):
        schema.require_head(database)
    left.execute("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=1'")
    until("it takes statements", lambda: left.status("wsrep_ready") == "ON")
    assert schema.current(database) == schema.head()
    for node in lost:
        galera.start_again(node)
    assert left.status("wsrep_cluster_size") == "3"


def test_a_transaction_that_is_too_large_names_the_remedy(ready: Hosts, galera: GaleraCluster) -> None:
    node, database = galera.nodes[0], ready.databases[0]
    database.dispose()
    node.execute("SET GLOBAL wsrep_max_ws_size = 4096")
    rows = pl.DataFrame({"name": [f"x{number:019}" for number in range(500)], "version": range(500)})
    try:
        with pytest.raises(StoreError, match="raise wsrep_max_ws_rows or wsrep_max_ws_size on all nodes"):
            database.run(lambda connection: bulk.insert(connection, DataVersion, rows))
    finally:
        node.execute("SET GLOBAL wsrep_max_ws_size = 2147483647")


def test_a_backup_of_a_cluster_is_restored_into_a_cluster(
    ready: Hosts, galera: GaleraCluster, tmp_path: Path
) -> None:
    database = ready.databases[1]
    write_record(database)
    make_partitions(database, LATER)
    before = whole(database, "snapshots")
    dumps.dump(database, tmp_path / "dump")
    with gzip.open(tmp_path / "dump") as packed:
        assert b"LOCK TABLES" not in packed.read()
    # One of an older version has locks, at which the change of a table would wait for ever.
    with gzip.open(tmp_path / "dump") as packed, gzip.open(tmp_path / "older", "wb") as older:
        for line in packed:
            table = re.match(rb"INSERT INTO (`\w+`)", line)
            name = table[1] if table else b""
            lock = b"LOCK TABLES %s WRITE;\n/*!40000 ALTER TABLE %s DISABLE KEYS */;\n" % (name, name)
            older.write(lock + line + b"UNLOCK TABLES;\n" if table else line)
    for file in ("dump", "older"):
        database.run(lambda connection: connection.execute(delete(RideStatusSnapshot)))
        dumps.restore(database, tmp_path / file)
        assert_frame_equal(whole(ready.databases[2], "snapshots"), before)
    assert same_on_all_nodes(galera.nodes, str(database.engine.url.database)) > 50


def test_web_hosts_learn_the_version_at_once_while_a_node_is_lost(
    ready: Hosts, galera: GaleraCluster
) -> None:
    """Whether data has changed is asked before every answer; the cluster needs seconds to give up a node."""
    database, lost = ready.databases[0], galera.nodes[2]
    database.run(lambda connection: data_version.bump(connection, None))
    ended, slowest = threading.Event(), [0.0]

    def look() -> None:
        while not ended.wait(0.02):
            began = time.monotonic()
            with database.read() as connection:
                assert data_version.known_here(connection) == 1
            slowest[0] = max(slowest[0], time.monotonic() - began)

    reader = threading.Thread(target=look)
    reader.start()
    lost.kill()
    began = time.monotonic()
    with ready.databases[1].read() as connection:  # this one waits until the cluster has given it up
        assert data_version.get(connection) == (1, None)
    waited = time.monotonic() - began
    ended.set()
    reader.join()
    galera.start_again(lost)
    assert waited > 2
    assert slowest[0] < waited / 2
