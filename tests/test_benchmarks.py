"""The benchmarks are run by hand: that they still start is held here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

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
