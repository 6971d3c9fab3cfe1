"""A MariaDB Galera cluster of the tests' own: nodes on loopback that can be stopped, killed and restarted."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pymysql
from pymysql.cursors import Cursor

from support.mariadb import MariaDBMissingError, program

PROVIDERS = (
    Path("/usr/lib/galera/libgalera_smm.so"),
    Path("/usr/lib64/galera-4/libgalera_smm.so"),
    Path("/usr/lib64/galera/libgalera_smm.so"),
)
MISSING = "Galera not found: apt-get install mariadb-server galera-4 rsync lsof"
USER = "mysql"
"""Who the servers run as, where the tests run as root: as root a state transfer fails."""

LOGIN, PASSWORD = "hall", "of shame"
START_SECONDS = 90.0
STOP_SECONDS = 30.0


def free_ports(number: int) -> list[int]:
    """Ports of loopback that nobody listens on now."""
    probes = [socket.socket() for _ in range(number)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


class Node:
    """One node; ``port`` is that of its clients, ``address`` the same with its host."""

    def __init__(self, folder: Path, name: str) -> None:
        self.name = name
        self.folder = folder
        self.port, self.group, self._transfer, self._catch_up = free_ports(4)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """The end of its log."""
        return (self.folder / "server.log").read_text(errors="replace")[-6000:]

    def prepare(self, *, first: bool) -> None:
        """Make its folder; the first node's gets the tables of the server, the others copy them."""
        data = self.folder / "data"
        data.mkdir(parents=True)
        if first:
            shutil.rmtree(data)
            command = [
                program("mariadb-install-db", "mysql_install_db"),
                "--no-defaults",
                f"--datadir={data}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ]
            subprocess.run(command, check=True, capture_output=True)
        (self.folder / "tmp").mkdir()
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, USER)

    def start(self, members: Sequence[Node], *, new: bool = False) -> None:
        """Start the server, as the first of a ``new`` cluster or as one more of ``members``."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                self._command(members, new),
                stdout=log,
                stderr=log,
                env=os.environ | {"TMPDIR": str(self.folder / "tmp")},
            )

    def _command(self, members: Sequence[Node], new: bool) -> list[str]:
        others = ",".join(f"127.0.0.1:{node.group}" for node in members)
        provider = (
            f"gmcast.listen_addr=tcp://127.0.0.1:{self.group};ist.recv_addr=127.0.0.1:{self._catch_up};"
            "gcache.size=64M;gcache.page_size=64M"
        )
        return [
            program("mariadbd"),
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--socket={self.folder / 's'}",
            f"--pid-file={self.folder / 'pid'}",
            f"--tmpdir={self.folder / 'tmp'}",
            "--bind-address=127.0.0.1",
            f"--port={self.port}",
            "--skip-name-resolve",
            "--performance-schema=OFF",
            "--innodb-buffer-pool-size=64M",
            "--innodb-log-file-size=32M",
            "--innodb-flush-log-at-trx-commit=2",
            "--lower-case-table-names=0",
            "--binlog-format=ROW",
            "--default-storage-engine=InnoDB",
            "--innodb-autoinc-lock-mode=2",
            "--wsrep-on=ON",
            f"--wsrep-provider={provider_file()}",
            "--wsrep-cluster-name=hallofshame-tests",
            f"--wsrep-cluster-address=gcomm://{others}",
            f"--wsrep-node-name={self.name}",
            f"--wsrep-node-address=127.0.0.1:{self.group}",
            "--wsrep-sst-method=rsync",
            f"--wsrep-sst-receive-address=127.0.0.1:{self._transfer}",
            f"--wsrep-provider-options={provider}",
            *(["--wsrep-new-cluster"] if new else []),
            *([f"--user={USER}"] if os.geteuid() == 0 else []),
        ]

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until it takes statements; raises with the end of its log."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            if self._answers() and self.status("wsrep_ready") == "ON":
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} does not take statements:\n{self.log}")

    def _answers(self) -> bool:
        """Whether somebody listens at its socket; that of a killed server is still there."""
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(self.folder / "s")) == 0

    def execute(self, *statements: str) -> list[tuple[object, ...]]:
        """Run statements as its root; returns the rows of the last."""
        with self._connect() as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def status(self, name: str) -> str:
        """One of its status variables."""
        rows = self.execute(f"SHOW GLOBAL STATUS LIKE '{name}'")
        return str(rows[0][1]) if rows else ""

    def _connect(self) -> pymysql.Connection[Cursor]:
        return pymysql.connect(
            unix_socket=str(self.folder / "s"), user="root", autocommit=True, ssl_disabled=True
        )

    def kill(self) -> None:
        """End it at once, as a loss of power does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """End it in order: it leaves the cluster."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


class GaleraCluster:
    """Nodes that each hold everything; ``folder`` is short, as a unix socket's path must be."""

    def __init__(self, folder: Path, size: int = 3) -> None:
        provider_file()
        folder.chmod(0o755)
        self.nodes = [Node(folder / f"n{number}", f"node{number}") for number in range(1, size + 1)]

    def start(self) -> None:
        """Start the first node, then let the others join it."""
        first, *others = self.nodes
        first.prepare(first=True)
        first.start([], new=True)
        first.wait_ready()
        first.execute(
            f"CREATE USER '{LOGIN}'@'%' IDENTIFIED BY '{PASSWORD}'", f"GRANT ALL ON *.* TO '{LOGIN}'@'%'"
        )
        for node in others:
            node.prepare(first=False)
            node.start(self.nodes)
            node.wait_ready()

    def start_again(self, node: Node) -> None:
        """Let a node that has ended join the others."""
        node.start(self.nodes)
        node.wait_ready()

    def create_schema(self, name: str) -> str:
        """Create an empty schema and return its URL, which names all nodes."""
        self.nodes[0].execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        return self.url(name)

    def url(self, name: str, nodes: Sequence[Node] | None = None) -> str:
        """The URL of a schema at these nodes, in this order; at all of them, unless told."""
        hosts = ",".join(node.address for node in nodes or self.nodes)
        return f"mysql+pymysql://{LOGIN}:{PASSWORD.replace(' ', '%20')}@{hosts}/{name}"

    def stop(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            node.kill()


def provider_file() -> Path:
    """The library that makes a MariaDB server a node.

    :raises MariaDBMissingError: where this machine lacks it, or what it needs to copy a node's state.
    """
    found = next((file for file in PROVIDERS if file.exists()), None)
    if found is None or shutil.which("rsync") is None or shutil.which("lsof") is None:
        raise MariaDBMissingError(MISSING)
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(USER)
        except KeyError as error:
            raise MariaDBMissingError(f"{MISSING} (there is no user {USER})") from error
    return found
