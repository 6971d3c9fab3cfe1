"""Calibration: tries the chances to reopen out on the last 90 days, and keeps what they are made of (R9b).

One park after the other, each read, replayed and written by itself: memory holds one park's year, and whoever
else writes waits for one park at most.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import from_unix, to_unix
from hallofshame.domain.periods import ONE_DAY
from hallofshame.domain.rules import DAY_SECONDS, EVIDENCE_DAYS, REPLAY_DAYS
from hallofshame.metrics.calibration import reliability, scores
from hallofshame.metrics.chances import evidence_of
from hallofshame.metrics.replay import ENDINGS, Everywhere, looks, replay
from hallofshame.pipeline.jobrun import job_run
from hallofshame.store import chances, data_version
from hallofshame.store.database import Database
from hallofshame.store.history.periods import day_start

Progress = Callable[[int, int], None]

_EVIDENCE_SECONDS = EVIDENCE_DAYS * DAY_SECONDS
_PARKS_AT_ONCE = 10
"""So many are counted in one statement: neither one by one nor a year of all of them in memory."""


def _nobody(_done: int, _total: int) -> None:
    """Nobody is told how far it is."""


@dataclass(frozen=True)
class Replayed:
    """The replay of one park; ``moments`` and ``outages`` are what it went over."""

    moments: pl.DataFrame
    outages: pl.DataFrame
    forecasts: pl.DataFrame
    corrections: pl.DataFrame


def everywhere(
    database: Database,
    parks: Sequence[int],
    first: dt.date,
    now: int,
    pause: Callable[[], None] | None = None,
) -> Everywhere:
    """What was known of all parks together on each day from ``first`` until ``now`` (Unix seconds).

    ``pause`` is called before every few parks are read.
    """
    since = day_start(first) - _EVIDENCE_SECONDS
    key = [name for name in ENDINGS if name != "outages"]
    past = pl.DataFrame(schema=ENDINGS)
    for begin in range(0, len(parks), _PARKS_AT_ONCE):
        if pause is not None:
            pause()
        with database.read() as connection:
            found = chances.endings_together(connection, parks[begin : begin + _PARKS_AT_ONCE], since)
        past = pl.concat([past, found]).group_by(key).agg(pl.col("outages").sum())
    return Everywhere.of(past, day_start(first) // DAY_SECONDS, now // DAY_SECONDS)


def replayed(
    connection: Connection, park_id: int, all_parks: Everywhere, first: dt.date, now: int
) -> Replayed:
    """Replay a park from its day ``first`` until ``now``."""
    since = day_start(first)
    outages = chances.outages_of(connection, park_id, since - _EVIDENCE_SECONDS)
    moments = looks(
        chances.parts_of(connection, park_id, first - ONE_DAY),
        outages,
        chances.cycles_of(connection, park_id, since - DAY_SECONDS),
    )
    closes = chances.closing_times(connection, first - 2 * ONE_DAY, [park_id])
    moments = chances.minutes_left(moments, closes).filter(pl.col("at").is_between(since, now))
    forecasts, corrections = replay(moments, outages, all_parks, now)
    return Replayed(moments, outages, forecasts, corrections)


def calibrate(database: Database, clock: Clock, progress: Progress | None = None) -> tuple[int, int]:
    """Replay the last 90 days, and store scores, reliability tables, corrections and evidence.

    ``progress`` is told before each park, and may wait. Returns the number of classes judged, by park and
    horizon, and of those that show chances.
    """
    judged = shown = 0
    with job_run(database, clock, JobType.CALIBRATE) as run:
        now = to_unix(clock.now())
        year_ago = from_unix(now - _EVIDENCE_SECONDS).date() + ONE_DAY
        with database.read() as connection:
            parks = chances.parks_of_outages(connection, now - 2 * _EVIDENCE_SECONDS)
        tell = progress or _nobody
        all_parks = everywhere(database, parks, year_ago, now, lambda: tell(0, len(parks)))
        done = []
        for number, park_id in enumerate(parks):
            tell(number, len(parks))
            with database.read() as connection:
                days = chances.watched_days(connection, park_id, year_ago)[-REPLAY_DAYS:]
                if not days:
                    continue
                found = replayed(connection, park_id, all_parks, days[0], now)
            done.append(park_id)
            own = scores(found.forecasts)
            judged, shown = judged + own.height, shown + own["reason"].null_count()
            run.rows_written += _write(database, park_id, found, own, now)
            run.rides += found.moments["ride_id"].n_unique()
            run.cover((days[0], days[-1]))
        run.parks = len(done)
        run.rows_written += _finish(database, all_parks, done, now)
    return judged, shown


def _write(database: Database, park_id: int, found: Replayed, own: pl.DataFrame, now: int) -> int:
    known = found.outages.filter((pl.col("ended_at") <= now) & (pl.col("ended_at") > now - _EVIDENCE_SECONDS))
    return database.run(
        lambda connection: chances.write_park(
            connection, park_id, evidence_of(known), own, reliability(found.forecasts), found.corrections, now
        )
    )


def _finish(database: Database, all_parks: Everywhere, parks: list[int], now: int) -> int:
    def write(connection: Connection) -> int:
        rows = chances.write_everywhere(connection, all_parks.known_on(now // DAY_SECONDS), parks)
        data_version.bump(connection, None)
        return rows

    return database.run(write)
