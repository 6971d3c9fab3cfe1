"""Where the seconds of a roll-up go."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from hallofshame.pipeline.rollup import Rollup, WrittenDays


class Parts:
    """Seconds, by the clock, of the parts of a roll-up in this process."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Add up what is done meanwhile."""
        module = "hallofshame.pipeline.rollup"
        with (
            self._timed(f"{module}.gather", "reading"),
            self._timed(f"{module}.compute", "computing"),
            patch.object(WrittenDays, "rows", self._around(WrittenDays.rows, "comparing")),
            patch.object(Rollup, "finish", self._around(Rollup.finish, "writing")),
        ):
            yield
        # Comparing is done while it writes.
        self.seconds["writing"] -= self.seconds["comparing"]

    def __str__(self) -> str:
        return ", ".join(f"{part} {seconds:.2f}" for part, seconds in self.seconds.items())

    def _timed(self, name: str, part: str) -> Any:
        module, _, function = name.rpartition(".")
        found = getattr(__import__(module, fromlist=[function]), function)
        return patch(name, self._around(found, part))

    def _around(self, work: Callable[..., Any], part: str) -> Callable[..., Any]:
        def timed(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                self.seconds[part] += time.perf_counter() - began

        return timed
