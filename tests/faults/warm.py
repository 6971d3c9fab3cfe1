"""Programs forked off a process that has loaded everything already: loading is most of what a start costs.

A kill while Python loads modules can harm nothing, so nothing is left out by that.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

# Polars reads this when it is loaded; small frames need no second thread.
os.environ.setdefault("POLARS_MAX_THREADS", "1")
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "faults.program",
        "hallofshame.cli.serving",
        "hallofshame.installation",
        "hallofshame.scheduler",
        "hallofshame.service",
        "hallofshame.web_server",
    ]
)


class Forked:
    """One such program, with what is needed of the interface of ``subprocess.Popen``."""

    def __init__(
        self,
        time_file: Path,
        slot: int | None,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        log: Path,
    ) -> None:
        order = (str(time_file), slot, list(arguments), dict(environment), str(folder), str(log))
        self._process = _CONTEXT.Process(target=_live, args=order)
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def kill(self) -> None:
        """Kill it as kill -9 does."""
        self._process.kill()

    def terminate(self) -> None:
        """Stop it as systemd does."""
        self._process.terminate()

    def poll(self) -> int | None:
        """Its exit code, ``None`` while it runs."""
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; returns the exit code.

        :raises TimeoutError: when it has not ended by then.
        """
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"process {self.pid} did not end within {timeout} s")
        return code


def _live(
    time_file: str,
    slot: int | None,
    arguments: list[str],
    environment: dict[str, str],
    folder: str,
    log: str,
) -> None:
    from faults.program import live

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(output, stream.fileno())
    os.close(output)
    live(time_file, slot, arguments)
