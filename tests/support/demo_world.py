"""One demonstration for all tests that need a whole site: built once a run, served by processes of its own.

Both are separate processes, so that the tests themselves need no socket and a server can be stopped like
one that really fails:

    python -m support.demo_world build FOLDER      make the record; about half a minute
    python -m support.demo_world fresh FOLDER      make an installation that has not collected anything yet
    python -m support.demo_world serve DATABASE    serve it on a free port of this machine, which is printed
"""

from __future__ import annotations

import argparse
import datetime as dt
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from filelock import FileLock

from hallofshame.clock import FixedClock
from hallofshame.demo import Demo, Progress
from hallofshame.installation import Installation
from hallofshame.settings import Settings
from hallofshame.store.database import Database
from hallofshame.web.app import create_app
from hallofshame.web.settings import WebSettings
from hallofshame.web_server import BACKLOG
from hallofshame.web_workers import Limits, answer

from .slow_line import IS_SLOW, slowed

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MADE_AT = dt.datetime(2026, 8, 20, 15, 3, tzinfo=dt.UTC)
"""When the last cycle of the record was collected: Thursday, 17:03 in Italy, 11:03 in Florida, past midnight
in Tokyo; parks in Europe and Florida are open, and some of their rides are down."""

RECORD_DAYS = 35
"""Enough for last week with its trend. The demonstration's own record of years takes longer to make."""

NOW = MADE_AT + dt.timedelta(minutes=2)
"""When the record is looked at."""

WEB = WebSettings(demonstration=True)
"""It is served as what it is."""

START_SECONDS = 60
TESTS = Path(__file__).resolve().parents[1]


class WorldError(Exception):
    """A process of the demonstration failed; the message holds what it said."""


def demo_database(folder: Path) -> Path:
    """The demonstration's database in ``folder``; the first of several processes builds it."""
    return _made(folder, "build")


def fresh_database(folder: Path) -> Path:
    """The database of an installation with all parks and no data."""
    return _made(folder, "fresh")


def _made(folder: Path, what: str) -> Path:
    place = folder / what
    ready = place / "ready"
    with FileLock(folder / f"{what}.lock"):
        if not ready.exists():
            done = subprocess.run(
                [sys.executable, "-m", "support.demo_world", what, str(place)],
                cwd=TESTS,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode != 0:
                raise WorldError(f"the demonstration could not be made:\n{done.stdout}{done.stderr}")
            ready.touch()
    [found] = place.glob("*.sqlite")
    return found


class Server:
    """The site on a database, in a process of its own; ``url`` has no slash at its end.

    It can be stopped and started again, and keeps its port.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve; returns once it answers."""
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "support.demo_world",
                "serve",
                str(self._database),
                "--port",
                str(self.port),
            ],
            cwd=TESTS,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline().strip()
        if not said.isdigit():
            self.stop()
            raise WorldError(f"the site could not be served on {self._database}")
        self.port = int(said)

    def stop(self) -> None:
        """End the process; does nothing when it is not running."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def _silent(_label: str) -> Iterator[Progress]:
    yield lambda _done, _total: None


def _build(folder: Path) -> None:
    """The demonstration as ``make demo`` shows it after its first cycle."""
    settings = Settings(_env_file=None, data=folder, port=0)
    with Demo(settings, clock=FixedClock(MADE_AT), days=RECORD_DAYS) as demo:
        demo.prepare(threading.Event(), _silent)
        demo.installation.collector.cycle()
        demo.installation.rollup.run()


def _fresh(folder: Path) -> None:
    settings = Settings(_env_file=None, data=folder, port=0)
    with Installation(settings, clock=FixedClock(MADE_AT)) as installation:
        installation.make_ready(migrate=True)


def _serve(database: Path, port: int) -> None:
    listening = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)
    print(listening.getsockname()[1], flush=True)
    limits = Limits(workers=1, threads=4, connections=1000, idle_seconds=15)

    def load() -> WSGIApplication:
        app = create_app(Database(f"sqlite:///{database}"), FixedClock(NOW), WEB)
        return slowed(app) if IS_SLOW else app

    answer(listening, load, limits)


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("job", choices=["build", "fresh", "serve"])
    parser.add_argument("place", type=Path)
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    if asked.job == "serve":
        _serve(asked.place, asked.port)
    else:
        asked.place.mkdir(parents=True, exist_ok=True)
        {"build": _build, "fresh": _fresh}[asked.job](asked.place)


if __name__ == "__main__":
    main()
