"""Counters for Prometheus, kept by every process of one start in files of one folder.

The folder is there while ``run``, ``serve`` or ``demo`` is; any other command counts nothing. Prometheus's
library reads the variable when it is first imported, so it is imported only after the folder is there.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from hallofshame.domain.jobs import JobOutcome, JobType
from hallofshame.processes import host_and_pid, is_gone

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that the library reads."""

_LOG = logging.getLogger("hallofshame.metrics")
_PREFIX = "hallofshame-metrics-"
_JOB_BUCKETS = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600)


class _JobMetrics(NamedTuple):
    runs: Counter
    seconds: Histogram
    observations: Counter


@contextmanager
def counting() -> Iterator[None]:
    """Count in this process and those that it starts, until the block ends."""
    if FOLDER in os.environ:
        yield
        return
    _remove_left_behind()
    number = host_and_pid().rpartition(":")[2]
    with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{number}-", ignore_cleanup_errors=True) as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def job_ended(job: JobType, outcome: JobOutcome, seconds: float, observations: int) -> None:
    """Count a run of a job, where this process counts at all."""
    if FOLDER not in os.environ:
        return
    try:
        metrics = _job_metrics()
        metrics.runs.labels(job.value, outcome.value).inc()
        metrics.seconds.labels(job.value).observe(seconds)
        if observations:
            metrics.observations.inc(observations)
    except OSError as error:
        # A full disk must not end a job that is done.
        _LOG.warning("a run of %s is not counted: %s", job.value, error)


@cache
def _job_metrics() -> _JobMetrics:
    from prometheus_client import Counter, Histogram

    return _JobMetrics(
        Counter("hallofshame_job_runs", "Runs of jobs that ended.", ["job", "outcome"]),
        Histogram("hallofshame_job_seconds", "Length of a run.", ["job"], buckets=_JOB_BUCKETS),
        Counter("hallofshame_observations", "Readings of rides that cycles have stored."),
    )


def _remove_left_behind() -> None:
    """Remove the folders of processes that were killed."""
    host = host_and_pid().rpartition(":")[0]
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if number.isdigit() and is_gone(f"{host}:{number}"):
            shutil.rmtree(folder, ignore_errors=True)
