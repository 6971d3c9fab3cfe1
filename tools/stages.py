"""A long step of the set-up as people see it: a line that says what it is, signs of life, a line at its end.

What the step itself prints goes to a log file. It needs nothing but Python: it runs before anything is
installed.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / ".setup"
"""Where the set-up keeps its logs."""

TICK_SECONDS = 0.2
REDRAW_SECONDS = 1.0
LINE_SECONDS = 5.0
"""How often a sign of life is printed where lines cannot be drawn over."""

_NO_NETWORK = (
    "Retrying (Retry(",
    "NewConnectionError",
    "ConnectTimeoutError",
    "NameResolutionError",
    "Temporary failure in name resolution",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ETIMEDOUT",
    "ERR_SOCKET_TIMEOUT",
    "ReadTimeoutError",
    "ConnectionResetError",
)
"""What pip and npm print when they do not reach the servers they install from."""


_TELLING = re.compile(r"\berror\b|^budget:", re.IGNORECASE)
_locks: list[int] = []


class SetUpError(Exception):
    """A step failed; the message is one line that says what to do."""


@dataclass
class Stage:
    """One step. ``label`` says what it does and how long or large that is; ``tool`` names what does it.

    ``activity`` makes of a printed line what the step is at, or null where the line tells nothing.
    """

    label: str
    tool: str
    log: Path
    activity: Callable[[str], str | None] = lambda _line: None
    echo: bool = False
    _doing: str = ""
    _unreachable: bool = False
    _last: deque[str] = field(default_factory=lambda: deque(maxlen=30))

    def run(
        self, command: Sequence[str], *, cwd: Path = ROOT, environment: Mapping[str, str] | None = None
    ) -> None:
        """Run ``command`` to its end.

        :raises SetUpError: if it fails; :raises KeyboardInterrupt: when stopped, the command with it.
        """
        print(self.label, flush=True)
        begun = time.monotonic()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("w", encoding="utf-8", errors="replace") as log, _stopped_by_signals():
            process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(os.environ if environment is None else environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                # Should this process be killed, the lock stays with the command until that has ended, too.
                pass_fds=tuple(_locks),
            )
            reader = threading.Thread(target=self._read, args=(process.stdout or (), log), daemon=True)
            reader.start()
            try:
                self._wait(process, begun)
            except BaseException:
                _end(process)
                raise
            finally:
                reader.join(10)
                if process.stdout is not None:
                    process.stdout.close()
        if process.returncode != 0:
            raise SetUpError(self._problem(process.returncode))
        print(f"  done in {time.monotonic() - begun:.0f} s", flush=True)

    def _read(self, output: Iterable[str], log: TextIO) -> None:
        for line in output:
            log.write(line)
            log.flush()
            self._last.append(line.strip())
            if self.echo:
                print(line, end="", flush=True)
            if any(sign in line for sign in _NO_NETWORK):
                self._unreachable = True
                self._doing = "no answer, trying again"
            elif (doing := self.activity(line)) is not None:
                self._unreachable = False
                self._doing = doing

    def _wait(self, process: subprocess.Popen[str], begun: float) -> None:
        draws = sys.stdout.isatty() and not self.echo
        pause = REDRAW_SECONDS if draws else LINE_SECONDS
        due = begun + pause
        try:
            while process.poll() is None:
                time.sleep(TICK_SECONDS)
                if time.monotonic() >= due and not self.echo:
                    due += pause
                    sign = f"  … {time.monotonic() - begun:.0f} s{self._doing and f', {self._doing}'}"
                    sign = sign[: shutil.get_terminal_size().columns - 1]
                    print(f"\r\x1b[K{sign}" if draws else sign, end="" if draws else "\n", flush=True)
        finally:
            if draws:
                print("\r\x1b[K", end="", flush=True)

    def _problem(self, code: int) -> str:
        where = f"the log is {_shown(self.log)}"
        if self._unreachable:
            return (
                f"no network: {self.tool} reaches no server to install from. The set-up needs the internet "
                f"once, the demonstration does not; connect and run make again ({where})"
            )
        lines = [line for line in self._last if line]
        telling = [at for at, line in enumerate(lines) if _TELLING.search(line)]
        first = telling[0] if telling else max(len(lines) - 2, 0)
        said = f": {' '.join(lines[first : first + 2])[:240]}" if lines else ""
        return f"{self.tool} failed (exit {code}){said}; run make again once that is mended ({where})"


class _stopped_by_signals:  # noqa: N801 - reads as a phrase
    """SIGTERM ends a step as Ctrl-C does: the command first, then this."""

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGTERM, self._stop)

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGTERM, self._before)

    @staticmethod
    def _stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt


def activity_of_pip(line: str) -> str | None:
    """What pip is at, from a line of its output."""
    line = line.strip()
    if found := re.match(r"Downloading (?:\S*/)?([A-Za-z0-9_.]+)-\d\S* \(([\d.]+ [kMG]?B)\)", line):
        return f"fetching {found[1].replace('_', '-')} ({found[2]})"
    if found := re.match(r"(?:Collecting|Processing) (?:\S*/)?([A-Za-z0-9_.-]+)", line):
        return f"looking at {found[1].split('-')[0] if found[1].endswith('.whl') else found[1]}"
    if line.startswith(("Installing build dependencies", "Preparing", "Building", "Getting requirements")):
        return "reading what the program asks for"
    if line.startswith("Installing collected packages"):
        count = line.count(",") + 1
        return f"unpacking {count} package{'s' if count > 1 else ''}"
    if line.startswith("Successfully installed"):
        return "finishing"
    return None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold ``folder`` against other set-ups; waits for one that is at work, and says so."""
    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another set-up is at work here; waiting for it", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        _locks.append(lock)
        yield
    finally:
        if lock in _locks:
            _locks.remove(lock)
        os.close(lock)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def finish(name: str, work: Callable[[], None]) -> int:
    """Run the work of a program called ``name``; returns its exit code, with one line where it failed."""
    try:
        work()
    except SetUpError as problem:
        print(f"{name}: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{name}: stopped; make goes on from here the next time", file=sys.stderr)
        return 130
    return 0
