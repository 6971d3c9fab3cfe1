"""Copies of the database as each kill left it, checked a batch at a time; they tell which kill did harm."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from faults.system import World

BATCH = 25
"""Kills between two checks; the last copy of a batch stands for all of it."""


class Copies:
    """The copies since the last check, in the folder of a world on SQLite."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._taken = 0
        self._waiting: list[tuple[int, Path]] = []

    def take(self) -> None:
        """Copy the database as it is now; the last of a batch is checked, with the whole record before it.

        Harm stays, so where the last copy is right those before it were. Where it is not, the first that is
        not right tells which kill it was.

        :raises AssertionError: names the kill.
        """
        self._taken += 1
        copy = self._world.folder / f"copy-{self._taken}.sqlite"
        with (
            closing(sqlite3.connect(self._world.data / "hallofshame.sqlite")) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        self._waiting.append((self._taken, copy))
        if len(self._waiting) == BATCH:
            self.check()

    def check(self) -> None:
        """Hold the last copy against what was served and a rebuild, and forget all of them."""
        if not self._waiting:
            return
        try:
            self._check(*self._waiting[-1])
        except AssertionError:
            for number, copy in self._waiting[:-1]:
                self._check(number, copy)
            raise
        for _, copy in self._waiting:
            copy.unlink()
        self._waiting.clear()

    def _check(self, number: int, copy: Path) -> None:
        try:
            self._world.check(f"sqlite:///{copy}")
        except AssertionError as error:
            raise AssertionError(f"after kill {number}: {error}") from error
