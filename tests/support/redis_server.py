"""A Redis server of the tests' own: a folder, a unix socket, no network, gone afterwards."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from pathlib import Path

from support.suites import leave_out

START_SECONDS = 30.0


class RedisServer:
    """One private ``redis-server`` that keeps nothing; ``folder`` must be short, as a socket's path."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("redis-server")
        if program is None:
            leave_out("Redis not found: apt-get install redis-server")
        self._program = program
        self._socket = folder / "redis"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis+unix://{self._socket}"

    def start(self) -> None:
        """Start it; returns once it answers."""
        self._process = subprocess.Popen(
            [self._program, "--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", "/"],
            stdout=subprocess.DEVNULL,
        )
        began = time.monotonic()
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise AssertionError("redis-server did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        """Kill it, with all that it counted."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(self._socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False
