"""A node, a collector and a web host stop in turn: nothing is lost or doubled, and the others answer.

The hosts run for some minutes in real time. ``make cluster`` prints what happened when.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests
from sqlalchemy import delete, func, select

from cluster import checks
from cluster.hosts import ASKED, Host, Reader
from faults.checks import as_served, none_twice
from faults.served import RememberingServer
from faults.system import PARKS, recorded
from hallofshame.replay import SHIPPED_RECORDINGS
from hallofshame.store import leases
from hallofshame.store.database import Database
from hallofshame.store.models import (
    DerivedRevision,
    DirtyParkDay,
    HistoryFile,
    ParkCurrent,
    RideCurrent,
    RideStatusSnapshot,
)
from pipeline.worlds import DERIVED, assert_same_rows, derived_rows
from support.galera import GaleraCluster, free_ports
from support.waiting import until

pytestmark = [pytest.mark.cluster, pytest.mark.enable_socket]

CADENCE, LEASE = 60, 15
SCHEMA = "scenario"
FEED_MS = 400
"""How long the feeds take for each answer, so that a cycle lasts a second and can be met in the middle."""

SLOW_SECONDS = 150.0
"""How long anything may take on a busy machine."""

WEB_GAP_SECONDS = 30.0
"""How long a web host may leave its readers without an answer while its node is lost."""


def say(what: str) -> None:
    """One line of the protocol, with the time of day."""
    print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)


class Scenario:
    """The hosts, their database and their feeds."""

    def __init__(self, folder: Path, galera: GaleraCluster, feeds: RememberingServer, bucket: str) -> None:
        self.galera, self.feeds = galera, feeds
        galera.create_schema(SCHEMA)
        one, two, three = galera.nodes
        orders = {
            "collector-a": ("run", (one, two, three)),
            "collector-b": ("run", (two, three, one)),
            "web-c": ("serve", (one, three, two)),
            "web-d": ("serve", (three, two, one)),
        }
        common = {
            "HISTORY": "s3://rides/history",
            "HISTORY_ENDPOINT": bucket,
            "HISTORY_REGION": "us-east-1",
            "HISTORY_ACCESS_KEY": "a-key",
            "HISTORY_SECRET_KEY": "a-secret-key",
            "PARKS": ",".join(PARKS),
            "QUEUE_TIMES_URL": feeds.base_url,
            "THEMEPARKS_WIKI_URL": feeds.base_url,
            "CADENCE_SECONDS": str(CADENCE),
            "LEASE_SECONDS": str(LEASE),
            "CYCLE_DEADLINE_SECONDS": "20",
            "REQUESTS_PER_SECOND": "100",
            "GAP_REPAIR": "false",
            "KEEP_RAW_DAYS": "35",
            "WEB_WORKERS": "1",
        }
        self.hosts = {
            name: Host(folder, name, mode, common | {"DATABASE_URL": galera.url(SCHEMA, nodes)})
            for name, (mode, nodes) in orders.items()
        }
        self.database = Database(galera.url(SCHEMA, (three, two, one)))

    def start(self) -> None:
        """Start all hosts at once on an empty database."""
        for host in self.hosts.values():
            host.start()
        for host in self.hosts.values():
            until(f"{host.name} answers:\n{host.log[-3000:]}", lambda host=host: answers(host), SLOW_SECONDS)

    def collector(self) -> Host:
        """The host that has the duty."""
        with self.database.read() as connection:
            return self.hosts[str(leases.holder(connection, "collect"))]

    def last_cycle(self) -> int:
        return max(checks.cycles(self.database), default=0)

    def wait_for_cycle(self, after: float) -> float:
        """Wait for the first cycle that began later, rolled up; returns when it was seen."""

        def is_done() -> bool:
            with self.database.read() as connection:
                left = connection.scalar(select(func.count()).select_from(DirtyParkDay))
            return self.last_cycle() > after and not left

        until("a cycle", is_done, SLOW_SECONDS)
        return time.time()

    def into_cycle(self, seconds: float) -> float:
        """Wait until so many seconds after the next whole multiple of the cadence; returns that multiple."""
        begins = (time.time() // CADENCE + 1) * CADENCE
        time.sleep(max(0.0, begins + seconds - time.time()))
        return begins

    def close(self) -> None:
        for host in self.hosts.values():
            host.kill()
        self.database.dispose()


def answers(host: Host) -> bool:
    """Whether a host answers with data."""
    try:
        return requests.get(host.url + ASKED, timeout=30).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture
def scenario(tmp_path: Path, galera: GaleraCluster) -> Iterator[Scenario]:
    from moto.server import ThreadedMotoServer

    with ExitStack() as stack:
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        stack.callback(server.stop)
        host, port = server.get_host_and_port()
        bucket = f"http://{host}:{port}"
        assert requests.put(f"{bucket}/rides", timeout=10).ok
        tapes = [tape for park in recorded() if park.row.slug in PARKS for tape in park.tapes]
        feeds = stack.enter_context(RememberingServer(tapes))
        feeds.latency_ms = FEED_MS
        found = Scenario(tmp_path, galera, feeds, bucket)
        stack.callback(found.close)
        yield found


def test_a_node_a_collector_and_a_web_host_stop_in_turn(scenario: Scenario) -> None:
    nodes = {node.name: node for node in scenario.galera.nodes}
    began = time.time()
    scenario.start()
    say(f"four hosts started at once on an empty database; all answer after {time.time() - began:.0f} s")
    assert checks.without_key(scenario.database) == []
    first = scenario.last_cycle() or int(time.time())
    scenario.wait_for_cycle(first - 1)
    _import_and_seal(scenario)
    collector = scenario.collector()
    say(f"{collector.name} collects; two quiet cycles")
    scenario.wait_for_cycle(time.time())
    scenario.wait_for_cycle(time.time())

    reader = Reader(list(scenario.hosts.values()))
    reader.start()
    quiet_since = scenario.last_cycle()

    # A node is lost: that of the collector, in the middle of a cycle.
    mine = nodes["node1" if collector.name == "collector-a" else "node2"]
    cycle = scenario.into_cycle(0.8)
    mine.kill()
    lost = time.time()
    seen = scenario.wait_for_cycle(cycle - 1)
    say(
        f"{mine.name} killed {lost - cycle:.1f} s into a cycle; that cycle stored and rolled up "
        f"{seen - lost:.1f} s later"
    )
    scenario.wait_for_cycle(cycle)
    began = time.time()
    scenario.galera.start_again(mine)
    say(f"{mine.name} started again: a member after {time.time() - began:.1f} s")
    after_node = scenario.wait_for_cycle(time.time())

    # The collector is lost, in the middle of a cycle.
    first_collector = scenario.collector()
    cycle = scenario.into_cycle(0.3)
    first_collector.kill()
    reader.leave(first_collector)
    lost = time.time()
    seen = scenario.wait_for_cycle(lost)
    second = scenario.collector()
    assert second is not first_collector
    say(
        f"{first_collector.name} killed {lost - cycle:.1f} s into a cycle; {second.name} collects: its first "
        f"cycle is of {scenario.last_cycle() - lost:.1f} s later, rolled up after {seen - lost:.1f} s"
    )
    took_over = scenario.last_cycle()
    first_collector.start()

    # A web host is lost.
    web_c, web_d = scenario.hosts["web-c"], scenario.hosts["web-d"]
    reader.leave(web_c)
    web_c.kill()
    lost = time.time()
    scenario.wait_for_cycle(lost)
    good = sum(1 for at in reader.answers[web_d.name].good if at > lost)
    say(f"{web_c.name} killed: {web_d.name} gave {good} answers until the next cycle")
    assert good > 0
    began = time.time()
    web_c.start()
    until(f"{web_c.name} answers", lambda: answers(web_c), SLOW_SECONDS)
    say(f"{web_c.name} started again: it answers after {time.time() - began:.0f} s")

    # A node is stopped in order: that of the new collector.
    mine = nodes["node1" if second.name == "collector-a" else "node2"]
    began = time.time()
    mine.stop()
    say(f"{mine.name} stopped in order, within {time.time() - began:.1f} s")
    scenario.wait_for_cycle(time.time())
    began = time.time()
    scenario.galera.start_again(mine)
    say(f"{mine.name} started again: a member after {time.time() - began:.1f} s")
    last = scenario.wait_for_cycle(time.time())

    as_of = _as_of_all(scenario, [second, web_c, web_d])
    say(f"all web hosts answer with the same last cycle, {as_of}")
    reader.stop()
    for host in scenario.hosts.values():
        host.stop()
    _hold(scenario, reader, quiet_since, after_node, took_over, last, first)
    _rebuild(scenario)


def _import_and_seal(scenario: Scenario) -> None:
    """While the cycles go on: a month of old readings goes into the record, then into the bucket."""
    host = scenario.hosts["web-d"]
    began = time.time()
    recording = SHIPPED_RECORDINGS / "gardaland-queue-times"
    options = ("--feed", "queue_times", "--cadence", "15m", "--rollup", "--quiet")
    host.command("ingest", str(recording), *options)
    say(f"{host.name} added recorded weeks of a park and rolled them up: {time.time() - began:.0f} s")
    began = time.time()
    host.command("seal", "--quiet")
    host.command("retain", "--quiet")
    with scenario.database.read() as connection:
        files = connection.scalar(select(func.count()).select_from(HistoryFile))
        oldest = connection.scalar(select(func.min(RideStatusSnapshot.observed_at))) or 0
    assert files
    say(
        f"sealed into the bucket: {files} files; rows of sealed months left the database, whose oldest is "
        f"now of {time.strftime('%Y-%m-%d', time.gmtime(oldest))} ({time.time() - began:.0f} s)"
    )


def _as_of_all(scenario: Scenario, hosts: list[Host]) -> str:
    """Wait until these hosts answer with the state of the last cycle; returns it."""

    def told() -> set[str]:
        return {requests.get(host.url + ASKED, timeout=30).json()["data_as_of"] for host in hosts}

    def is_one() -> bool:
        return told() == {time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(scenario.last_cycle()))}

    until("all web hosts answer with the last cycle", is_one, SLOW_SECONDS)
    return told().pop()


def _hold(
    scenario: Scenario,
    reader: Reader,
    quiet_since: float,
    after_node: float,
    took_over: float,
    last: float,
    first: int,
) -> None:
    database = scenario.database
    instants = checks.cycles(database)
    for what, since, until_, most in (
        ("while a node was lost", quiet_since, after_node, CADENCE),
        ("while the collector was lost", after_node, took_over + 1, CADENCE + 2 * LEASE),
        ("while a web host and a node were stopped", took_over + 1, last, CADENCE),
    ):
        gap = checks.longest_gap(instants, since, until_)
        say(f"longest time between two cycles {what}: {gap} s")
        assert gap <= most
    none_twice(database)
    readings = as_served(database, scenario.feeds.served, CADENCE, since=first)
    number = len([instant for instant in instants if instant >= first])
    say(f"{readings} readings of {number} cycles: each as served, none twice")
    for name, told in reader.answers.items():
        say(
            f"{name}: {len(told.good)} answers, {len(told.bad)} failed, slowest {told.slowest:.1f} s "
            f"{told.bad[:2] or ''}"
        )
        assert told.slowest < WEB_GAP_SECONDS
        assert len(told.bad) <= len(told.good) / 20
    tables = checks.same_on_all_nodes(scenario.galera.nodes, SCHEMA)
    say(f"all three nodes hold the same rows of {tables} tables")


def _rebuild(scenario: Scenario) -> None:
    """Statistics made live equal those that Dask computes from the raw record, from nothing."""
    database = scenario.database
    live = derived_rows(database)
    with database.write() as connection:
        for model in {*DERIVED, DerivedRevision} - {RideCurrent, ParkCurrent}:
            connection.execute(delete(model))
    began = time.time()
    with dask(scenario) as address:
        scenario.hosts["web-d"].command("rebuild", "--cluster", address, "--quiet")
    rebuilt = derived_rows(database)
    for model in (RideCurrent, ParkCurrent):  # these are of the present, which has gone on
        del live[model.__tablename__], rebuilt[model.__tablename__]
    assert_same_rows(rebuilt, live)
    rows = sum(frame.height for frame in live.values())
    say(f"{rows} rows of statistics equal a rebuild on Dask from nothing ({time.time() - began:.0f} s)")


@contextmanager
def dask(scenario: Scenario) -> Iterator[str]:
    """A Dask scheduler with two workers that have the settings of a host; yields its address."""
    (port,) = free_ports(1)
    address = f"tcp://127.0.0.1:{port}"
    folder = scenario.hosts["web-d"].folder

    def start(module: str, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *arguments],
            env=scenario.hosts["web-d"].environment,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    running = [start("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")]
    try:
        running += [start("dask_worker", address, "--nthreads", "1", "--no-dashboard") for _ in range(2)]
        yield address
    finally:
        for process in running[::-1]:
            process.terminate()
            process.wait(30)
