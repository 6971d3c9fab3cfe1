"""Ready answers under load, beside the same app on gunicorn with gevent and beside plain Flask.

Run as ``python -m benchmarks.serve [seconds] [--result]``; ``docs/proof.md`` tells what the latter keeps.
Needs ``wrk`` and ``h2load`` (Debian: wrk, nghttp2-client) and the extra ``bench``. All traffic stays on
loopback, and ends after the seconds given for each step.

1. One worker on one core, the generator on another: answers a second of one ranking.
2. All cores shared by two workers and the generator: 10,000 connections, each sending its next request when
   it has its answer; once alone and once beside 10,000 further connections that are idle. A process may often
   have 20,000 descriptors, and an address 28,000 ports to another one: so the workers, the generator and the
   idle clients are processes of their own, and each step goes to a loopback address of its own.
3. A steady 5,000 requests a second over 100 connections.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from flask import Flask
from tests.faults.results import FOLDER, add

from benchmarks.answers import fill
from benchmarks.machine import describe
from benchmarks.world import World
from hallofshame.clock import SystemClock
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.ready import ReadyAnswers
from hallofshame.web.settings import WebSettings

PARKS, RIDES, DAYS = 100, 45, 21
PATH = "/api/parks/downtime?start=2026-08-01&end=2026-08-20"
PORT = 18_741
SECONDS = 10
MANY = 10_000
"""Connections at once, and as many idle ones beside them."""
LOOPBACK = "127.0.0.1"
RATE, RATE_CONNECTIONS = 5_000, 100
START_SECONDS = 60.0
ONE_CORE, OTHER_CORE = "0", "1"


def application(url: str, *, ready: bool) -> Flask:
    """The site on the database, with the ready answers in front or, as plain Flask, without."""
    app = create_app(Database(url), SystemClock(), WebSettings(version_seconds=0.5))
    if not ready:
        around = app.wsgi_app
        while not isinstance(around._application, ReadyAnswers):
            around = around._application
        around._application = around._application._application
    return app


@contextmanager
def served(command: list[str], environment: dict[str, str], cores: str | None = None) -> Iterator[None]:
    """The server while it answers."""
    pinned = [] if cores is None else ["taskset", "-c", cores]
    process = subprocess.Popen(
        [*pinned, *command],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}{PATH}", timeout=10).read()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


@dataclass(frozen=True, slots=True)
class Load:
    """What a generator measured: answers a second, times in milliseconds, and what went wrong."""

    per_second: float
    mean_ms: float
    p99_ms: float
    errors: str

    def __str__(self) -> str:
        times = f"mean {self.mean_ms:8,.1f} ms   p99 {self.p99_ms:8,.1f} ms"
        return f"{self.per_second:9,.0f}/s   {times}   errors: {self.errors}"


def load(
    connections: int, seconds: int, cores: str | None = None, threads: int = 1, address: str = LOOPBACK
) -> Load:
    """As many connections as asked, each with its next request when it has its answer, by ``wrk``."""
    pinned = [] if cores is None else ["taskset", "-c", cores]
    found = subprocess.run(
        [
            *pinned,
            "wrk",
            "--latency",
            f"-t{threads}",
            f"-c{connections}",
            f"-d{seconds}s",
            "--timeout",
            "30s",
            "-H",
            "Accept-Encoding: gzip",
            f"http://{address}:{PORT}{PATH}",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rate = float(re.findall(r"Requests/sec:\s+([\d.]+)", found)[0])
    mean = re.findall(r"Latency\s+([\d.]+)(\w+)", found)[0]
    high = re.findall(r"99%\s+([\d.]+)(\w+)", found)[0]
    errors = re.findall(r"(Socket errors.*|Non-2xx.*)", found)
    return Load(rate, _milliseconds(*mean), _milliseconds(*high), "; ".join(errors) or "none")


def _milliseconds(number: str, unit: str) -> float:
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def steady(seconds: int) -> Load:
    """What h2load measures at :data:`RATE` requests a second, whether answers come or not."""
    with tempfile.NamedTemporaryFile("r") as log:
        subprocess.run(
            [
                "h2load",
                "--h1",
                f"--clients={RATE_CONNECTIONS}",
                f"--rps={RATE // RATE_CONNECTIONS}",
                f"--duration={seconds}",
                "--warm-up-time=1s",
                "--header=accept-encoding: gzip",
                f"--log-file={log.name}",
                f"http://127.0.0.1:{PORT}{PATH}",
            ],
            capture_output=True,
            check=True,
        )
        rows = [line.split("\t") for line in log.read().splitlines()]
    times = sorted(int(row[2]) for row in rows)
    bad = sum(row[1] != "200" for row in rows)
    at = times[math.ceil(len(times) * 0.99) - 1]
    mean = sum(times) / len(times) / 1000
    return Load(len(rows) / seconds, mean, at / 1000, str(bad) if bad else "none")


@contextmanager
def idle(connections: int, address: str) -> Iterator[Callable[[], int]]:
    """Connections that have asked once and then say nothing; yields how many are still open."""
    held: list[socket.socket] = []
    try:
        for _ in range(connections):
            one = socket.create_connection((address, PORT), timeout=30)
            held.append(one)
            one.sendall(b"HEAD /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\n")
            one.recv(4096)
        yield lambda: sum(map(_is_open, held))
    finally:
        for one in held:
            one.close()


def _is_open(client: socket.socket) -> bool:
    client.setblocking(False)
    try:
        return client.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def main() -> None:
    """Build the store, then load one server after the other."""
    for tool in ("wrk", "h2load", "taskset"):
        if shutil.which(tool) is None:
            raise SystemExit(f"{tool} is missing; Debian has it in wrk, nghttp2-client and util-linux")
    numbers = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    seconds = int(numbers[0]) if numbers else SECONDS
    describe(f"one ranking of {PARKS} parks of {RIDES} rides over {DAYS - 1} days, {seconds} s a step")
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'serve.db'}"
        database = Database(url)
        fill(database, World(PARKS, RIDES), DAYS)
        database.dispose()
        _measure(url, folder, seconds)


def _measure(url: str, folder: str, seconds: int) -> None:
    python = sys.executable
    settings = {
        "HALLOFSHAME_DATABASE_URL": url,
        "HALLOFSHAME_DATA": folder,
        "HALLOFSHAME_PORT": str(PORT),
    }
    ours = [python, "-m", "hallofshame", "serve"]
    made = f"benchmarks.serve:application({url!r}, ready={{}})"
    gunicorn = [python, "-m", "gunicorn", "-w1", "-kgevent", f"-b127.0.0.1:{PORT}"]
    flask = (
        "from benchmarks.serve import application, PORT; "
        f"application({url!r}, ready=False).run(port=PORT, threaded=True)"
    )
    servers = {
        "ready answers, Granian": (ours, settings | {"HALLOFSHAME_WEB_WORKERS": "1"}),
        "ready answers, gunicorn and gevent": ([*gunicorn, made.format(True)], {}),
        "plain Flask, gunicorn and gevent": ([*gunicorn, made.format(False)], {}),
        "plain Flask, its own server": ([python, "-c", flask], {}),
    }
    print("one worker on one core, wrk with 64 connections on the other")
    for name, (command, environment) in servers.items():
        with served(command, environment, ONE_CORE):
            _tell(name, load(64, seconds, OTHER_CORE))
    _measure_many(ours, settings, seconds)


def _measure_many(ours: list[str], settings: dict[str, str], seconds: int) -> None:
    print("two workers and the generator on all cores")
    two = {
        "HALLOFSHAME_WEB_WORKERS": "2",
        "HALLOFSHAME_HOST": "0.0.0.0",  # noqa: S104 - several loopback addresses, for a minute
        "HALLOFSHAME_WEB_IDLE_SECONDS": "120",
    }
    with served(ours, settings | two):
        _tell(f"{MANY:,} connections, closed loop", _many(seconds, "127.0.0.2"))
        with idle(MANY, "127.0.0.3") as still_open:
            found = _many(seconds, "127.0.0.4")
            _tell(f"{MANY:,} connections beside {still_open():,} idle ones", found)
        _tell(f"a steady {RATE:,} requests a second", steady(seconds))


def _many(seconds: int, address: str) -> Load:
    return load(MANY, seconds, threads=2, address=address)


def _tell(name: str, found: Load) -> None:
    print(f"  {name:44} {found}", flush=True)
    if "--result" in sys.argv:
        add(FOLDER / "load.json", name, asdict(found))


if __name__ == "__main__":
    main()
