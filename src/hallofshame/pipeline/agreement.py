"""The outside check: a nightly job holds our operating and down time to ThemeParks.wiki's own figures.

One request asks for some days of all rides of a park; the parks compared longest ago come first, and the job
ends where the budget does.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import (
    BudgetSpentError,
    FeedError,
    KeyRefusedError,
    RequestSkippedError,
    WindowExceededError,
)
from hallofshame.domain.jobs import JobType
from hallofshame.domain.localtime import ONE_DAY, local_day, to_unix
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import DayTold
from hallofshame.domain.words import UNREACHABLE, Feed, PollOutcome
from hallofshame.feeds.deadlines import Deadline, waiting
from hallofshame.feeds.parsing import Findings
from hallofshame.metrics.agreement import COMPARED
from hallofshame.pipeline.history_days import SETTLED_AFTER
from hallofshame.pipeline.history_parks import HistoryPark, history_parks
from hallofshame.pipeline.jobrun import job_run
from hallofshame.store import catalogue, data_version, findings, outside
from hallofshame.store.database import Database

COMPARED_DAYS = 4
"""So many days up to the last one that the API has finished: without a key it gives seven days in all."""

SECONDS = 120.0
"""How long the job may take, since collection stands still meanwhile; the other parks come the next night."""

Progress = Callable[[int, int], None]


class DailySource(Protocol):
    """Where daily figures are asked for: :class:`hallofshame.feeds.history_api.HistoryApi`."""

    def daily(self, park_external_id: str, first: dt.date, last: dt.date) -> tuple[list[DayTold], Findings]:
        """The source's own figures of every ride of a park from ``first`` to ``last``, both included."""


@dataclass
class AgreementResult:
    """What the check did. ``stopped``: why parks are ``left``; ``failed``: parks without figures."""

    parks: int = 0
    ride_days: int = 0
    failed: int = 0
    left: int = 0
    stopped: str | None = None
    is_refused: bool = False


def check_agreement(
    database: Database,
    source: DailySource,
    clock: Clock,
    log: logging.Logger,
    *,
    seconds: float = SECONDS,
    progress: Progress | None = None,
) -> AgreementResult:
    """Compare the last finished days of as many parks as the budget allows, and store both sides."""
    result = AgreementResult()
    with job_run(database, clock, JobType.AGREEMENT) as run:
        deadline = Deadline(clock, seconds)
        with database.read() as connection:
            parks = history_parks(connection, None, may_be_none=True)
            before = outside.last_compared(connection)
        parks.sort(key=lambda park: (before.get(park.park_id, 0), park.park_id))
        result.left = len(parks)
        for done, park in enumerate(parks, start=1):
            if deadline.seconds_left() <= 0:
                result.stopped = "the time for this run is over"
                break
            try:
                with waiting(deadline):
                    result.ride_days += _compare(database, source, clock, park)
                result.parks += 1
            except (BudgetSpentError, KeyRefusedError, RequestSkippedError) as error:
                result.stopped, result.is_refused = str(error), isinstance(error, KeyRefusedError)
                break
            except FeedError as error:
                if error.outcome in UNREACHABLE or error.outcome is PollOutcome.RATE_LIMITED:
                    result.stopped = str(error)
                    break
                result.failed += 1
                log.warning("%s: no daily figures to compare with: %s", park.slug, error)
            result.left -= 1
            if progress is not None:
                progress(done, len(parks))
        run.parks, run.rows_written = result.parks, result.ride_days
        run.detail = f"{result.ride_days} ride-days compared, {counted(result.left, 'park')} left"
        if result.ride_days:
            database.run(lambda connection: data_version.bump(connection, None))
    return result


def _compare(database: Database, source: DailySource, clock: Clock, park: HistoryPark) -> int:
    """Compare one park; returns ride-days. Without days of ours nothing is asked for."""
    now = clock.now()
    last = local_day(now - SETTLED_AFTER, park.timezone) - ONE_DAY
    first = last - (COMPARED_DAYS - 1) * ONE_DAY
    with database.read() as connection:
        ours = outside.our_days(connection, park.park_id, first, last)
        rides = catalogue.external_ids(connection, Feed.THEMEPARKS_WIKI, "ride")
    if ours.is_empty():
        return 0
    try:
        told, found = source.daily(park.external_id, first, last)
    except WindowExceededError as error:
        if error.earliest is None or not first < error.earliest <= last:
            raise
        told, found = source.daily(park.external_id, error.earliest, last)
    days = _paired(ours, told, rides, to_unix(now))

    def work(connection: Connection) -> int:
        findings.record(connection, [(park.park_id, finding) for finding in found.as_tuple()], now)
        return outside.keep(connection, days)

    return database.run(work)


def _paired(ours: pl.DataFrame, told: list[DayTold], rides: dict[str, int], now: int) -> pl.DataFrame:
    """The ride-days that both sides know, shape ``COMPARED``."""
    rows = [
        (
            rides[day.external_id],
            day.day,
            day.scheduled_minutes,
            day.operating_minutes,
            day.down_minutes,
            day.unknown_minutes,
        )
        for day in told
        if day.external_id in rides
    ]
    names = [
        "ride_id",
        "day",
        "scheduled_minutes",
        "told_operating_minutes",
        "told_down_minutes",
        "told_unknown_minutes",
    ]
    theirs = pl.DataFrame(rows, schema={name: COMPARED[name] for name in names}, orient="row").unique(
        ["ride_id", "day"], keep="first", maintain_order=True
    )
    both = ours.with_columns(pl.col("ride_id").cast(pl.Int64)).join(theirs, on=["ride_id", "day"])
    return both.with_columns(compared_at=pl.lit(now)).select(COMPARED.names()).cast(COMPARED)
