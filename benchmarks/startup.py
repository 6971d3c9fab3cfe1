"""Processor time from the start of a command to its end: ``python -m benchmarks.startup``.

The limit is :data:`LIMIT_SECONDS` for what only looks; the tests hold what is imported, not the time.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile

from benchmarks.machine import describe

LIMIT_SECONDS = 1.0
TIMES = 5
COMMANDS = (
    "--help",
    "rebuild --help",
    "doctor",
    "db current",
    "quality",
    "tiers",
    "rollup",
    "export park-days --start 2026-01-01 --end 2026-01-02",
    "openapi",
)


def main() -> None:
    """Print the median user and system time of each command on a new database."""
    describe("Start of a command")
    with tempfile.TemporaryDirectory() as folder:
        _seconds(folder, ["db", "upgrade"])
        _seconds(folder, ["rollup"])
        for command in COMMANDS:
            times = [_seconds(folder, command.split()) for _ in range(TIMES)]
            spent = statistics.median(times)
            print(f" {spent:5.2f} s  hallofshame {command}{'' if spent <= LIMIT_SECONDS else '  above 1 s'}")


def _seconds(folder: str, arguments: list[str]) -> float:
    before = os.times()
    subprocess.run(
        [sys.executable, "-m", "hallofshame", *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


if __name__ == "__main__":
    main()
