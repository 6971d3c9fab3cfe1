"""The benchmarks are run by hand: that they still start is held here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.answers import NOW, addresses, fill
from benchmarks.world import World

from hallofshame.clock import FixedClock
from hallofshame.store.database import Database
from hallofshame.web.app import create_app

REPOSITORY = Path(__file__).parents[1]

LOAD = """
import importlib, pkgutil, benchmarks
for module in pkgutil.iter_modules(benchmarks.__path__):
    print(importlib.import_module(f"benchmarks.{module.name}").__name__)
"""


def test_every_benchmark_loads_as_make_bench_runs_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD], cwd=REPOSITORY, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert {"benchmarks.hourly", "benchmarks.__main__"} <= set(done.stdout.split())


def test_every_address_that_is_measured_answers(tmp_path: Path) -> None:
    world = World(parks=7, rides=72)
    database = Database(f"sqlite:///{tmp_path}/bench.db")
    fill(database, world, 2)
    app = create_app(database, FixedClock(NOW))
    client = app.test_client()
    failed = {}
    for address in dict.fromkeys(addresses(app, world)):
        # These are files of months that only a longer record has.
        if not address.startswith("/api/downloads/"):
            with client.get(address) as answer:
                answer.get_data()
                if answer.status_code != 200:
                    failed[address] = answer.status_code
    database.dispose()
    assert failed == {}
