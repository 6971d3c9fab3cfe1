"""A MariaDB server of the tests' own: temporary folder, unix socket, no network, gone afterwards."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pymysql
from pymysql.cursors import Cursor

MISSING = "MariaDB server not found: apt-get install mariadb-server"
START_SECONDS = 60
INSTALL_ATTEMPTS = 3


class MariaDBMissingError(Exception):
    """No MariaDB server program on this machine."""


def program(*names: str) -> str:
    """The path of the first of these programs that this machine has."""
    search = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/usr/libexec"])
    for name in names:
        if found := shutil.which(name, path=search):
            return found
    raise MariaDBMissingError(MISSING)


class MariaDBServer:
    """One private ``mariadbd``; ``folder`` holds its data, socket and log.

    ``has_users``: it asks who somebody is; else everybody may do everything.
    """

    def __init__(self, folder: Path, *, has_users: bool = False, buffer_megabytes: int = 64) -> None:
        self._buffer = f"--innodb-buffer-pool-size={buffer_megabytes}M"
        self._rights = () if has_users else ("--skip-grant-tables",)
        self._server = program("mariadbd")
        self._install = program("mariadb-install-db", "mysql_install_db")
        self._folder = folder
        self._socket = folder / "s"
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where it answers."""
        return self._socket

    def start(self) -> None:
        """Install a fresh data folder and start; returns once the server answers."""
        data = self._folder / "data"
        user = [] if os.geteuid() else ["--user=root"]
        self._install_data(data, user)
        self.start_again()

    def start_again(self) -> None:
        """Start on the data that is there; returns once the server answers."""
        data = self._folder / "data"
        user = [] if os.geteuid() else ["--user=root"]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    self._server,
                    "--no-defaults",
                    f"--datadir={data}",
                    f"--socket={self._socket}",
                    f"--pid-file={self._folder / 'pid'}",
                    "--skip-networking",
                    "--skip-name-resolve",
                    *self._rights,
                    self._buffer,
                    "--innodb-log-file-size=32M",
                    "--innodb-flush-log-at-trx-commit=2",
                    "--innodb-doublewrite=0",
                    "--innodb-fast-shutdown=2",
                    "--performance-schema=OFF",
                    "--lower-case-table-names=0",
                    *user,
                ],
                stdout=log,
                stderr=log,
                env=self._environment(),
            )
        self._await()

    def _environment(self) -> dict[str, str]:
        """With a folder for temporary files that is its own.

        A server that starts removes the temporary tables it finds there, also those of another that runs:
        that one fails in the middle of a query, or crashes.
        """
        folder = self._folder / "tmp"
        folder.mkdir(exist_ok=True)
        return os.environ | {"TMPDIR": str(folder)}

    def _install_data(self, data: Path, user: list[str]) -> None:
        """Make the data folder, one test process after the other: the program is not safe side by side."""
        command = [
            self._install,
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *user,
        ]
        with Path(self._install).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for attempt in range(INSTALL_ATTEMPTS):
                shutil.rmtree(data, ignore_errors=True)
                done = subprocess.run(
                    command, check=False, capture_output=True, text=True, env=self._environment()
                )
                if done.returncode == 0:
                    return
                time.sleep(1 + attempt)
        raise RuntimeError(f"mariadb-install-db failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")

    def _await(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is not None and self._process.poll() is not None:
                break
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(self._socket)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"mariadbd did not start:\n{self._log.read_text(errors='replace')[-4000:]}")

    def _connect(self) -> pymysql.Connection[Cursor]:
        return pymysql.connect(unix_socket=str(self._socket), user="root", autocommit=True, ssl_disabled=True)

    def execute(self, *statements: str) -> None:
        """Run statements as the server's root."""
        with (
            self._connect() as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)

    def create_schema(self, name: str) -> str:
        """Create an empty schema and return its URL."""
        with (
            self._connect() as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        return self.url(name)

    def url(self, name: str, login: str = "root") -> str:
        """The address of a schema for a ``user`` or ``user:password``."""
        return f"mysql+pymysql://{login}@localhost/{name}?unix_socket={self._socket}"

    def kill(self) -> None:
        """End it as kill -9 does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End the server that :meth:`start` started."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
