"""Calibration: tries the chances to reopen out on the last 90 days, and keeps what they are made of (R9b)."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import from_unix, to_unix
from hallofshame.domain.periods import ONE_DAY
from hallofshame.domain.rules import DAY_SECONDS, EVIDENCE_DAYS, REPLAY_DAYS
from hallofshame.metrics.calibration import looks, reliability, replay, scores
from hallofshame.metrics.chances import evidence_of
from hallofshame.pipeline.jobrun import job_run
from hallofshame.store import chances, data_version
from hallofshame.store.database import Database

Progress = Callable[[int, int], None]


def moments_of(connection: Connection, outages: pl.DataFrame, since: int, until: int) -> pl.DataFrame:
    """The moments between two instants at which an outage lasted: :func:`looks` with ``left_minutes``.

    ``outages``: shape ``ENDED``, with those that lasted then.
    """
    first = from_unix(since - DAY_SECONDS).date()
    cycles = chances.cycles_from(connection, since - DAY_SECONDS)
    found = looks(chances.parts_from(connection, first), outages, cycles)
    closes = chances.closing_times(connection, first - ONE_DAY)
    return chances.minutes_left(found, closes).filter(pl.col("at").is_between(since, until))


def calibrate(database: Database, clock: Clock, progress: Progress | None = None) -> tuple[int, int]:
    """Replay the last 90 days, and store scores, reliability tables, corrections and evidence.

    Returns the number of classes judged, by park and horizon, and of those that show chances.
    """
    with job_run(database, clock, JobType.CALIBRATE) as run:
        now = to_unix(clock.now())
        since = now - REPLAY_DAYS * DAY_SECONDS
        with database.read() as connection:
            outages = chances.outages_from(connection, since - EVIDENCE_DAYS * DAY_SECONDS)
            moments = moments_of(connection, outages, since, now)
        forecasts, corrections = replay(moments, outages, now, progress)
        judged = scores(forecasts)
        known = outages.filter(
            (pl.col("ended_at") <= now) & (pl.col("ended_at") > now - EVIDENCE_DAYS * DAY_SECONDS)
        )

        def write(connection: Connection) -> int:
            rows = chances.write(
                connection, evidence_of(known), judged, reliability(forecasts), corrections, now
            )
            data_version.bump(connection, None)
            return rows

        run.rows_written = database.run(write)
        run.parks = judged["park_id"].n_unique()
        run.rides = moments["ride_id"].n_unique()
        run.cover((from_unix(since).date(), from_unix(now).date()))
    return judged.height, judged["reason"].null_count()
