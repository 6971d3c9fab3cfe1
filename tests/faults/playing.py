"""Plays one scenario in a world of its own and holds what is left against what must be."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from faults.scenarios import SCENARIOS, SERVERS
from faults.system import Disk, World
from support.mariadb import MariaDBMissingError, MariaDBServer


def play(name: str, folder: Path, size: int | None, seed: int) -> dict[str, Any]:
    """What the scenario ``name`` did and what was found right; ``AssertionError`` where something is not.

    ``left out`` in it says what the machine lacks for it; ``processor seconds``: of the program and of this
    process, with the feeds, the reader and the checks.
    """
    scenario = SCENARIOS[name]
    if scenario.disk and not Disk.can_fail():
        return {"left out": "no C compiler (cc), or not Linux"}
    began = time.process_time()
    with ExitStack() as stack:
        url = None
        if scenario.store == "mariadb":
            try:
                url = stack.enter_context(_server())
            except MariaDBMissingError as missing:
                return {"left out": str(missing)}
        world = stack.enter_context(
            World(
                folder,
                reader_seconds=scenario.reader_seconds,
                start=scenario.start,
                url=url,
                settings=scenario.settings,
                parks=scenario.parks,
            )
        )
        if scenario.disk:
            world.disk = Disk(folder, world.data)
            stack.callback(world.disk.close)
        figures = scenario.play(world, scenario.size if size is None else size, random.Random(seed))
        verdict = world.verdict()
        answers = dict(world.answers)
        used = time.process_time() - began + sum(one.processor_seconds for one in world.programs)
        # The health of the system is told by its status, too.
        errors = [what for what in answers if what.startswith("HTTP 5") and "health" not in what]
        assert scenario.may_refuse or not errors, (
            f"readers were told of errors: {answers}, {world.failing[-2:]}"
        )
        alarms = [] if scenario.may_refuse else world.false_alarms()
        assert not alarms, f"health says without a fault that the system fails: {alarms[:5]}"
        assert answers.get("answered", 0) > 0, answers
    return {
        "did": figures,
        "cycles": verdict.cycles,
        "observations": verdict.observations,
        "derived rows": verdict.derived_rows,
        "answers": answers,
        "processor seconds": round(used),
    }


@contextmanager
def _server() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="hos-", ignore_cleanup_errors=True) as folder:
        server = MariaDBServer(Path(folder))
        server.start()
        url = server.create_schema("faults")
        SERVERS[url] = server
        try:
            yield url
        finally:
            del SERVERS[url]
            server.stop()
