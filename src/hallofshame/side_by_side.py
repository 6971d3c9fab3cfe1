"""Where park-months of a rebuild are computed: in processes of this machine or on a Dask cluster (design §7).

Either way each process reads the store and the history that its own settings name, and sends back rows;
this process writes them. The rows are those of a roll-up in one process.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from typing import TYPE_CHECKING

from hallofshame.domain.errors import InputError, StoreError
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import to_unix
from hallofshame.installation import Installation
from hallofshame.metrics import METRICS_VERSION
from hallofshame.pipeline.jobrun import job_run
from hallofshame.pipeline.park_months import Submit, park_months, roll_up_months
from hallofshame.pipeline.rollup import Prepared, Progress, RollupResult, note, prepare
from hallofshame.settings import load
from hallofshame.store import data_version
from hallofshame.store.history.reading import History
from hallofshame.store.observations import ObservationCache

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 10
_LOST = (
    "a process that computed park-days was lost; what it had not finished stays to compute: "
    "run hallofshame rollup"
)


def roll_up_past(
    installation: Installation, executor: Executor, progress: Progress | None = None
) -> RollupResult:
    """Have ``executor`` compute the dirty park-days of the past and write them; the present days stay dirty.

    :raises StoreError: where a process reads another database than this one, computes by another version of
        the formulas, or is lost. What was not written stays dirty.
    """
    now = to_unix(installation.clock.now())
    with installation.database.read() as connection:
        version = data_version.get(connection)[0]
    submit: Submit = partial(_submit, executor, version)
    with job_run(installation.database, installation.clock, JobType.ROLLUP) as run:
        queues = park_months(installation.database, now)
        try:
            result = roll_up_months(installation.rollup, queues, submit, now, progress)
        except BrokenExecutor as error:
            raise StoreError(_LOST) from error
        note(run, result)
    return result


def _submit(executor: Executor, version: int, days: list[tuple[int, dt.date]], now: int) -> Future[Prepared]:
    return executor.submit(compute_elsewhere, days, now, version, METRICS_VERSION)


def compute_elsewhere(
    days: list[tuple[int, dt.date]], now: int, version: int, metrics_version: int
) -> Prepared:
    """Compute some park-days in a process of its own; ``version``: the data version its store must have
    reached.

    Sends no observations back: those of past days tell nothing of the present.
    """
    if metrics_version != METRICS_VERSION:
        raise StoreError(
            f"a worker computes by version {METRICS_VERSION} of the formulas and this process by version "
            f"{metrics_version}; install the same version of this program on both"
        )
    installation = _here()
    with installation.database.read() as connection:
        found = data_version.get(connection)[0]
    if found < version:
        raise StoreError(
            f"a worker reads {installation.database.url}, which is at data version {found} and not yet at "
            f"{version}; give it the settings of this installation"
        )
    prepared = prepare(installation.database, ObservationCache(History(installation.shelf)), days, now)
    none = prepared.inputs.observations.clear()
    return replace(prepared, inputs=replace(prepared.inputs, observations=none))


@cache
def _here() -> Installation:
    """The installation of this process's settings."""
    return Installation(load())


@contextmanager
def local_processes(number: int) -> Iterator[Executor]:
    """``number`` processes of this machine."""
    with ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of the Dask scheduler at ``address``.

    :raises InputError: where Dask is not installed, nobody answers there, or no worker is connected.
    """
    client = _client(address)
    try:
        _wait_for_a_worker(client, address)
        with client.get_executor(pure=False) as executor:
            yield executor
    except _lost_on_clusters() as error:
        raise StoreError(_LOST) from error
    finally:
        client.close()


def _wait_for_a_worker(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError as error:
        raise InputError(
            f"the Dask scheduler at {address} has no workers; start some: dask worker {address}",
            parameter="cluster",
        ) from error


def _lost_on_clusters() -> tuple[type[Exception], ...]:
    from distributed import KilledWorker
    from distributed.comm.core import CommClosedError

    return KilledWorker, CommClosedError


def _client(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError as error:
        raise InputError(
            "--cluster needs Dask, which is not installed: pip install 'hallofshame[cluster]'",
            parameter="cluster",
        ) from error
    try:
        return Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no Dask scheduler answers at {address} within {CONNECT_SECONDS} s ({error}); start one: "
            "dask scheduler",
            parameter="cluster",
        ) from error
