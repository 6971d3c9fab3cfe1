"""Children to be killed, forked off one process that has loaded what they need: loading is most of a start.

A kill while Python loads modules can harm nothing, so nothing is left out by that.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

_CONTEXT = multiprocessing.get_context("forkserver")
LOADED = [
    "hallofshame.import_worker",
    "hallofshame.installation",
    "hallofshame.pipeline.collect",
    "hallofshame.pipeline.import_archive",
    "hallofshame.pipeline.import_history",
    "hallofshame.pipeline.rollup",
    "hallofshame.pipeline.sealing",
    "hallofshame.store.schema",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.mysql",
]


class Child:
    """Runs ``work(says, *arguments)`` in a process of its own; ``says.send(...)`` is heard here.

    ``work`` is a function of a module, and its arguments can be pickled. Used as a context, it is dead in the
    end.
    """

    def __init__(self, work: Callable[..., None], *arguments: object) -> None:
        _CONTEXT.set_forkserver_preload(LOADED)
        self._heard, says = _CONTEXT.Pipe(duplex=False)
        self._process = _CONTEXT.Process(target=work, args=(says, *arguments))
        self._process.start()
        says.close()

    def hear(self, seconds: float = 120) -> Any:
        """What it says next.

        :raises EOFError: when it ends without a further word.
        :raises TimeoutError: when it says nothing for so long.
        """
        if not self._heard.poll(seconds):
            raise TimeoutError(f"a child said nothing for {seconds} s")
        return self._heard.recv()

    def kill(self) -> int:
        """Kill it as kill -9 does; returns its exit code, which is -9 unless it had ended before."""
        self._process.kill()
        return self.wait()

    def wait(self, seconds: float = 120) -> int:
        """Wait for its end; returns its exit code.

        :raises TimeoutError: when it has not ended by then.
        """
        self._process.join(seconds)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"a child did not end within {seconds} s")
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: object, _trace: TracebackType | None
    ) -> None:
        self.kill()
        self._process.close()
        self._heard.close()
