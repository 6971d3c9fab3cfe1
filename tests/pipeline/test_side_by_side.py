"""A rebuild in processes side by side and on a Dask cluster gives the rows of one process (design §7)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete

from hallofshame import settings
from hallofshame.cli import cli
from hallofshame.domain.errors import StoreError
from hallofshame.metrics import METRICS_VERSION
from hallofshame.side_by_side import compute_elsewhere
from hallofshame.store.database import Database
from hallofshame.store.models import DerivedRevision
from pipeline.worlds import DERIVED, assert_same_rows, derived_rows
from support.recordings import cut

Run = Callable[..., Result]
RECORDINGS = {"gardaland": "gardaland-queue-times", "thorpe-park": "thorpe-park-queue-times"}
ENDS = pl.col("polled_at").dt.month().is_in((6, 11, 12))
"""Two months of one park and one of the other."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, pl.DataFrame]]:
    """A data folder with recorded days of two parks, rolled up in one process, and its derived rows."""
    folder = tmp_path_factory.mktemp("side-by-side")
    with pytest.MonkeyPatch.context() as patch:
        run = runner(patch, folder)
        for park, recording in RECORDINGS.items():
            patch.setenv("HALLOFSHAME_PARKS", park)
            done = run(
                "ingest", str(cut(recording, folder, ENDS)), "--feed", "queue_times", "--cadence", "15m"
            )
            assert done.exit_code == 0, done.output
        assert run("rollup").exit_code == 0
    return folder, rows_in(folder)


@pytest.fixture
def run(whole: tuple[Path, dict[str, pl.DataFrame]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """The command on that folder, in which nothing is rolled up any more."""
    folder, _ = whole
    database = Database(f"sqlite:///{folder}/hallofshame.sqlite")
    with database.write() as connection:
        for model in (*DERIVED, DerivedRevision):
            if model.__tablename__ not in ("ride_current", "park_current"):
                connection.execute(delete(model))
    database.dispose()
    yield runner(monkeypatch, folder)


def runner(patch: pytest.MonkeyPatch, folder: Path) -> Run:
    for name in [name for name in os.environ if name.startswith(settings.PREFIX)]:
        patch.delenv(name)
    patch.chdir(folder)
    patch.setenv("HALLOFSHAME_DATA", str(folder))
    return lambda *arguments: CliRunner().invoke(cli, arguments)


def rows_in(folder: Path) -> dict[str, pl.DataFrame]:
    database = Database(f"sqlite:///{folder}/hallofshame.sqlite")
    found = derived_rows(database)
    database.dispose()
    return found


@pytest.mark.slow
def test_processes_side_by_side_give_the_rows_of_one(
    run: Run, whole: tuple[Path, dict[str, pl.DataFrame]]
) -> None:
    assert_rebuilt(run("rebuild", "--processes", "2"), *whole)


@pytest.fixture
def scheduler(run: Run, tmp_path: Path) -> Iterator[str]:
    """The address of a Dask scheduler with two workers, on this machine."""
    place = tmp_path / "scheduler.json"
    quiet = ["--no-dashboard", "--scheduler-file", str(place)]
    dask = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", "--host", "127.0.0.1", "--nthreads", "1"]
    worker += ["--nworkers", "2", "--local-directory", str(tmp_path)]
    log = (tmp_path / "dask.log").open("wb")
    processes = [subprocess.Popen(each + quiet, stderr=log, stdout=log) for each in (dask, worker)]
    try:
        deadline = time.monotonic() + 60
        while not place.exists() or not place.read_text().strip():
            assert time.monotonic() < deadline, (tmp_path / "dask.log").read_text()
            time.sleep(0.05)
        yield json.loads(place.read_text())["address"]
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)
        log.close()


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_dask_cluster_gives_the_rows_of_one_process(
    run: Run, scheduler: str, whole: tuple[Path, dict[str, pl.DataFrame]]
) -> None:
    assert_rebuilt(run("rebuild", "--cluster", scheduler), *whole)


def assert_rebuilt(rebuilt: Result, folder: Path, wanted: dict[str, pl.DataFrame]) -> None:
    assert rebuilt.exit_code == 0, rebuilt.output
    assert int(rebuilt.stdout.partition(" park-days of the past")[0].split()[-1]) > 15
    assert_same_rows(rows_in(folder), wanted)


@pytest.mark.enable_socket
def test_a_scheduler_that_does_not_answer_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hallofshame.side_by_side.CONNECT_SECONDS", 1)
    refused = run("rebuild", "--cluster", "tcp://127.0.0.1:9")
    assert refused.exit_code == 2
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in refused.stderr
    assert "dask scheduler" in refused.stderr


def test_a_worker_of_another_version_or_on_another_store_computes_nothing(run: Run) -> None:
    with pytest.raises(StoreError, match="install the same version of this program"):
        compute_elsewhere([], 0, 0, METRICS_VERSION + 1)
    with pytest.raises(StoreError, match="give it the settings of this installation"):
        compute_elsewhere([], 0, 10**9, METRICS_VERSION)


def test_processes_and_a_cluster_exclude_each_other(run: Run) -> None:
    refused = run("rebuild", "--processes", "2", "--cluster", "tcp://127.0.0.1:9")
    assert refused.exit_code == 2
    assert "exclude each other" in refused.stderr
