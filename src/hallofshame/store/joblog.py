"""The job log: every run of every job, when, how it ended and what it did."""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import AggregationLog

RUNNING = "running"
"""Outcome of a run that has not ended; one that stays so was broken off."""

_DETAIL_LENGTH = 4_000


def start(connection: Connection, job: str, now: Instant) -> int:
    """Note that a run of ``job`` begins; returns its run id."""
    values = {
        "job": job,
        "started_at": unix(now),
        "outcome": RUNNING,
        "park_days": 0,
        "rows_written": 0,
    }
    return connection.execute(insert(AggregationLog), values).lastrowid


def finish(
    connection: Connection,
    run_id: int,
    now: Instant,
    outcome: str,
    *,
    park_days: int = 0,
    rows_written: int = 0,
    detail: str | None = None,
) -> None:
    """Note how a run ended: ``outcome`` (``ok``, ``failed``, …) and what it did."""
    connection.execute(
        update(AggregationLog)
        .where(AggregationLog.run_id == run_id)
        .values(
            finished_at=unix(now),
            outcome=outcome,
            park_days=park_days,
            rows_written=rows_written,
            detail=None if detail is None else detail[:_DETAIL_LENGTH],
        )
    )
