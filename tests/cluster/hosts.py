"""Hosts of the scenario: ``hallofshame run`` and ``serve`` in processes, each as on a machine of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import requests

from support.galera import free_ports

ASKED = "api/parks/downtime?period=live"
LOOK_SECONDS = 0.25
STOP_SECONDS = 30.0


def machine(name: str) -> list[str]:
    """What gives a process a host name of its own, so that nobody can ask whether its process still runs.

    Empty where this user may not: the hosts are then taken for processes of one machine.
    """
    command = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', name]
    if shutil.which("unshare") is None:
        return []
    return (
        command
        if subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0
        else []
    )


class Host:
    """One host: ``mode`` is ``run`` or ``serve``."""

    def __init__(self, folder: Path, name: str, mode: str, settings: Mapping[str, str]) -> None:
        self.name, self.mode = name, mode
        self.folder = folder / name
        self.folder.mkdir()
        (self.port,) = free_ports(1)
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("HALLOFSHAME_")},
            **{f"HALLOFSHAME_{key}": value for key, value in settings.items()},
            "HALLOFSHAME_HOLDER": name,
            "POLARS_MAX_THREADS": "1",
        }
        self._machine = machine(name)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        """Start it; returns at once."""
        with (self.folder / "log").open("ab") as log:
            command = [sys.executable, "-m", "hallofshame", self.mode, "--port", str(self.port)]
            self.process = subprocess.Popen(
                [*self._machine, *command, "--data", str(self.folder / "data")],
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def command(self, *arguments: str) -> str:
        """Run another command on this host; returns what it printed."""
        done = subprocess.run(
            [*self._machine, sys.executable, "-m", "hallofshame", *arguments],
            env=self.environment | {"HALLOFSHAME_DATA": str(self.folder / "data")},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
        return done.stdout

    def kill(self) -> None:
        """End all its processes at once, as a loss of power does."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """End it as systemd does."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


@dataclass
class Answers:
    """How one host answered: instants (Unix seconds) of good answers and of failures."""

    good: list[float] = field(default_factory=list)
    bad: list[tuple[float, str]] = field(default_factory=list)
    slowest: float = 0.0
    data_as_of: str | None = None


class Reader:
    """Asks hosts for the live ranking all the time, each from a thread of its own."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self.answers = {host.name: Answers() for host in hosts}
        self._ended = threading.Event()
        self._left: set[str] = set()
        self._threads = [threading.Thread(target=self._ask, args=(host,), daemon=True) for host in hosts]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def leave(self, host: Host) -> None:
        """Ask this one no more."""
        self._left.add(host.name)

    def stop(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, host: Host) -> None:
        found = self.answers[host.name]
        with requests.Session() as session:
            while host.name not in self._left and not self._ended.wait(LOOK_SECONDS):
                began = time.time()
                try:
                    answer = session.get(host.url + ASKED, timeout=30)
                    answer.raise_for_status()
                    found.data_as_of = answer.json()["data_as_of"]
                except (requests.RequestException, KeyError, ValueError) as error:
                    if host.name not in self._left:
                        found.bad.append((began, repr(error)[:200]))
                else:
                    found.good.append(time.time())
                    found.slowest = max(found.slowest, time.time() - began)
