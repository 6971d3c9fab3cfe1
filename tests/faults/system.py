"""The whole system in virtual time: feeds that remember what they served, and the program's processes."""

from __future__ import annotations

import datetime as dt
import json
import math
import mmap
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from faults.checks import RECOVERY_SECONDS, Stretch, Verdict, check
from faults.served import RememberingServer
from faults.virtual import TrueClock, VirtualTime, opened
from faults.warm import Forked
from hallofshame.demo_parks import RecordedPark, recorded_parks, write_catalogue
from hallofshame.replay import SHIPPED_RECORDINGS, load_tapes
from hallofshame.settings import Settings
from hallofshame.store.database import Database
from support.clients import processor_seconds
from support.waiting import until

TESTS = Path(__file__).parents[1]
CADENCE_SECONDS = 300
PARKS = ("epcot", "efteling", "disneyland-park-paris", "six-flags-great-adventure", "tokyo-disneysea")
"""Recorded parks: by Queue-Times, by ThemeParks.wiki and by both, in four time zones."""

START = dt.datetime(2026, 8, 20, 14, 3, tzinfo=dt.UTC)
"""A Thursday afternoon in Europe, when most of the parks are open."""

REAL_SECONDS = 120.0
"""How long anything may take on a busy machine."""

ASKED = ("/api/health", "/api/parks/downtime?period=live", "/", "/api/rides/waittimes?period=today")
"""What a reader of the site asks all the time."""

SETTINGS = {
    "CADENCE_SECONDS": str(CADENCE_SECONDS),
    "CYCLE_DEADLINE_SECONDS": "4",
    "READ_TIMEOUT_SECONDS": "1",
    "CONNECT_TIMEOUT_SECONDS": "1",
    "ANSWER_TIMEOUT_SECONDS": "2",
    "REQUESTS_PER_SECOND": "100",
    "WEB_WORKERS": "2",
    "WEB_REQUESTS_PER_MINUTE": "100000",
}
"""The program's own settings: short time limits, since the feeds are on this machine."""


@cache
def recorded() -> tuple[RecordedPark, ...]:
    """All recorded parks, read once."""
    return tuple(recorded_parks(load_tapes(SHIPPED_RECORDINGS), Settings(_env_file=None)))


class Program:
    """``hallofshame run``, or what else ``arguments`` say, in processes of its own.

    Each start has a log of its own. ``slot``: which of the processes that time waits for it is; ``None`` for
    one without a timetable. ``port``: of its site, where it has one.
    """

    def __init__(
        self, world: World, name: str, slot: int | None, port: int | None, arguments: Sequence[str]
    ) -> None:
        self._world, self.name, self._slot, self.port = world, name, slot, port
        self._arguments = [*arguments, "--data", str(world.data)]
        if port is not None:
            self._arguments += ["--port", str(port)]
        self._process: subprocess.Popen[bytes] | Forked | None = None
        self.starts = 0
        self.processor_seconds = 0.0
        """Used by its processes up to their ends."""

    @property
    def has_timetable(self) -> bool:
        """Whether it plans anything, so that time waits for it."""
        return self._slot is not None

    @property
    def pid(self) -> int:
        """The first process, which collects where it is a ``run``."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it; returns at once."""
        self.starts += 1
        world = self._world
        log = world.folder / f"log-{self.name}-{self.starts}"
        if world.disk is None:
            self._process = Forked(
                world.time_file, self._slot, self._arguments, world.environment, world.folder, log
            )
            return
        # A library that stands before the system's can only be given to a program from its first moment.
        slot = "-" if self._slot is None else str(self._slot)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "faults.program", str(world.time_file), slot, *self._arguments],
                env=world.environment,
                cwd=world.folder,
                stdout=output,
                stderr=output,
            )

    def works(self, seconds: float) -> None:
        """Wait until it has used so much processor time since its start, however busy the machine is."""
        end = time.monotonic() + REAL_SECONDS
        while processor_seconds(self.pid) < seconds:
            assert self.is_running(), f"{self.name} ended by itself; {self._world.logs()[-3000:]}"
            assert time.monotonic() < end, f"{self.name} does nothing; {self._world.logs()[-3000:]}"
            time.sleep(0.002)

    def kill(self) -> None:
        """Kill it as kill -9 does; its web processes end with it."""
        assert self._process is not None
        self._count()
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Stop it as systemd does; returns the exit code."""
        assert self._process is not None
        self._count()
        self._process.terminate()
        try:
            return self._process.wait(REAL_SECONDS)
        except (subprocess.TimeoutExpired, TimeoutError):
            self.kill()
            raise

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def web_processes(self) -> tuple[list[int], list[int]]:
        """The first process of the web workers, and the workers; empty while they are starting."""
        with suppress(FileNotFoundError, ProcessLookupError):
            first = _started_by(self.pid)
            return first, [worker for one in first for worker in _started_by(one)]
        return [], []

    def _count(self) -> None:
        first, workers = self.web_processes()
        for pid in (self.pid, *first, *workers):
            with suppress(OSError):
                self.processor_seconds += processor_seconds(pid, ended_children=True)


class World:
    """Feeds, a data folder and any number of programs on it, from ``with`` to the end of the block.

    ``url``: the database, in place of a SQLite file in the folder. ``settings``: of the program, without
    their prefix, beside :data:`SETTINGS`.
    """

    def __init__(
        self,
        folder: Path,
        *,
        start: dt.datetime = START,
        url: str | None = None,
        settings: Mapping[str, str] | None = None,
        parks: Collection[str] = PARKS,
        reader_seconds: float = 0.05,
    ) -> None:
        self.folder, self.data = folder, folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        self.time_file = folder / "time"
        self.time = VirtualTime.made(self.time_file, start)
        self._parks = [park for park in recorded() if park.row.slug in parks]
        self.feeds = RememberingServer(
            [tape for park in self._parks for tape in park.tapes],
            opened(str(self.time_file)).shown,
            TrueClock(str(self.time_file)),
        )
        self.url = url or f"sqlite:///{self.data / 'hallofshame.sqlite'}"
        self.programs: list[Program] = []
        self.disturbed: list[Stretch] = []
        self.answers: Counter[str] = Counter()
        self.settings = dict(settings or {})
        self._reader_seconds = reader_seconds
        self.failing: list[str] = []
        self.failed_at: list[tuple[float, str]] = []
        """When `/api/health` said that the system fails, and why."""
        self._done = threading.Event()
        self._reader = threading.Thread(target=self._read, name="reader", daemon=True)
        self.disk: Disk | None = None

    def __enter__(self) -> Self:
        self.data.mkdir(mode=0o700)
        write_catalogue(self._parks, self.folder / "parks.csv")
        self.feeds.start()
        self._port = int(self.feeds.base_url.rpartition(":")[2])
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        for program in self.programs:
            if program.is_running():
                program.kill()
        self.feeds.stop()
        self._reader.join()
        self.time.close()

    @property
    def environment(self) -> dict[str, str]:
        """What a program of this world is started with."""
        own = SETTINGS | {
            "DATA": str(self.data),
            "PARKS": ",".join(park.row.slug for park in self._parks),
            "CATALOGUE_FILE": str(self.folder / "parks.csv"),
            "QUEUE_TIMES_URL": f"http://127.0.0.1:{self._port}",
            "THEMEPARKS_WIKI_URL": f"http://127.0.0.1:{self._port}",
        }
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HALLOFSHAME_")}
        kept |= {f"HALLOFSHAME_{name}": value for name, value in (own | self.settings).items()}
        if not self.url.startswith("sqlite"):
            kept["HALLOFSHAME_DATABASE_URL"] = self.url
        kept |= {"PYTHONPATH": str(TESTS), "POLARS_MAX_THREADS": "1"}
        return kept | ({} if self.disk is None else self.disk.environment)

    def program(self, *arguments: str) -> Program:
        """One more program on this world's data, started: ``run`` unless ``arguments`` say otherwise."""
        arguments = arguments or ("run",)
        plans = arguments[0] != "serve"
        slot = sum(one.has_timetable for one in self.programs) if plans else None
        port = None if "--no-web" in arguments else _free_port()
        made = Program(self, str(len(self.programs)), slot, port, arguments)
        self.programs.append(made)
        made.start()
        return made

    def feeds_away(self) -> None:
        """The feeds refuse connections until :meth:`feeds_back`."""
        self.feeds.stop()

    def feeds_back(self) -> None:
        """The feeds answer again, at the address they had."""
        self.feeds._address = ("127.0.0.1", self._port)
        self.feeds.start()

    def run(self, seconds: float) -> None:
        """Let so much virtual time pass while the programs work; fails where it does not pass."""
        end, real = self.time.true() + seconds, time.monotonic() + REAL_SECONDS + seconds / 100
        if self.time.limit < math.inf:
            self.time.limit = end
        while self.time.true() < end:
            assert time.monotonic() < real, f"time stands still; {self.logs()[-3000:]}"
            assert any(program.is_running() for program in self.programs), self.logs()[-3000:]
            time.sleep(0.005)

    def cycles(self, number: int) -> None:
        """Let so many cycles pass."""
        self.run(number * CADENCE_SECONDS)

    def until_next_cycle(self) -> float:
        """Let time pass until the next cycle is due; returns that moment."""
        self.run(CADENCE_SECONDS - self.time.true() % CADENCE_SECONDS)
        return self.time.true() // CADENCE_SECONDS * CADENCE_SECONDS

    def await_cycle(self) -> None:
        """Wait until the feeds are asked."""
        asked = len(self.feeds.served)
        until("the feeds are asked", lambda: len(self.feeds.served) > asked, REAL_SECONDS)

    @contextmanager
    def held_time(self) -> Iterator[None]:
        """Time passes as usual in this block, and leaps only while :meth:`run` and :meth:`cycles` wait."""
        self.time.limit = self.time.true()
        try:
            yield
        finally:
            self.time.limit = math.inf

    @contextmanager
    def disturbance(self, wider: float = 0.0) -> Iterator[None]:
        """Cycles may fail in this block, also as its clock shows it, and so many seconds around it."""
        shown = [self.time.shown(), self.time.true()]
        yield
        shown += [self.time.shown(), self.time.true()]
        self.disturbed.append((min(shown) - wider, max(shown) + wider))

    def logs(self) -> str:
        """All that the programs logged."""
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.folder.glob("log-*")))

    def await_site(self, program: Program) -> None:
        """Wait until the site of a program answers; one that ended is started again, as systemd does.

        A start right after a kill may find the port taken: the web processes of the killed one take some
        seconds to end.
        """
        end = time.monotonic() + REAL_SECONDS
        while self._ask(program, ASKED[0]) != "answered":
            assert time.monotonic() < end, f"the site does not answer; {self.logs()[-3000:]}"
            if not program.is_running():
                program.start()
            time.sleep(0.2)

    def verdict(self, *, first: float = 0.0) -> Verdict:
        """Stop the programs and look at what is left; raises ``AssertionError``."""
        for program in self.programs:
            if program.is_running():
                code = program.stop()
                assert code == 0, f"the program ended with {code}; {self.logs()[-3000:]}"
        return self.check(self.url, self.disturbed, first=first)

    def check(self, url: str, disturbed: Sequence[Stretch] = (), *, first: float = 0.0) -> Verdict:
        """Hold a database against what was served; cycles may only be missing while ``disturbed``."""
        database = Database(url)
        try:
            return check(
                database,
                list(self.feeds.served),
                cadence_seconds=CADENCE_SECONDS,
                now=TrueClock(str(self.time_file)).now(),
                disturbed=disturbed,
                first=first,
            )
        finally:
            database.dispose()

    def _read(self) -> None:
        """Ask the sites of the programs all the time, as a reader does."""
        chance = random.Random(1)
        while not self._done.wait(self._reader_seconds):
            for program in list(self.programs):
                if program.port is not None and program.is_running():
                    self.answers[self._ask(program, chance.choice(ASKED))] += 1

    def false_alarms(self) -> list[tuple[float, str]]:
        """When the system was said to fail although no fault was going on, nor within what recovery takes."""
        return [
            (at, causes)
            for at, causes in self.failed_at
            if not any(start <= at <= end + RECOVERY_SECONDS for start, end in self.disturbed)
        ]

    def _ask(self, program: Program, path: str) -> str:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{program.port}{path}", timeout=30) as answer:
                answer.read()
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode(errors="replace")
            self.failing.append(f"{path}: {said[:2000]}")
            found = f"HTTP {error.code} of {path.partition('?')[0]}"
            if causes := _causes(said):
                self.failed_at.append((self.time.true(), causes))
                found += f" ({causes})"
            return found
        except (OSError, ValueError) as error:
            return type(error).__name__
        return "answered"


class Disk:
    """A data folder whose disk can be made to fail; ``library`` is loaded into the program."""

    HOW: ClassVar = {"full": b"f", "read-only": b"r", "broken": b"e", "slow": b"s"}

    def __init__(self, folder: Path, data: Path) -> None:
        self._file, self._data = folder / "disk", data
        self.library = folder / "disk.so"
        source = Path(__file__).with_name("disk.c")
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O1", "-o", str(self.library), str(source), "-ldl"], check=True
        )
        self._file.write_bytes(b"\0")
        self._open = self._file.open("r+b")
        self._map = mmap.mmap(self._open.fileno(), 1)

    @staticmethod
    def can_fail() -> bool:
        """Whether this machine has what it takes."""
        return shutil.which("cc") is not None and sys.platform == "linux"

    @property
    def environment(self) -> dict[str, str]:
        """What the program is started with."""
        return {
            "LD_PRELOAD": str(self.library),
            "HALLOFSHAME_FAULTS_DISK": str(self._file),
            "HALLOFSHAME_FAULTS_FOLDER": str(self._data),
        }

    @contextmanager
    def failing(self, how: str) -> Iterator[None]:
        """The disk is ``full``, ``read-only``, ``broken`` or ``slow`` in this block."""
        self._map[0:1] = self.HOW[how]
        try:
            yield
        finally:
            self._map[0:1] = b"\0"

    def close(self) -> None:
        """Let the file go."""
        self._map.close()
        self._open.close()


def _causes(said: str) -> str:
    """Why `/api/health` says that the system fails; empty for any other answer."""
    try:
        problems = json.loads(said)["data"]["problems"]
    except (ValueError, KeyError, TypeError):
        return ""
    return ", ".join(sorted({problem["cause"] for problem in problems if problem["is_failing"]}))


def _started_by(pid: int) -> list[int]:
    """The processes that any thread of a process started."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def kill(pid: int) -> bool:
    """Kill a process as kill -9 does; whether it was there."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])
