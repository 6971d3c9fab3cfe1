"""Rows of the past go where they stay: closed days straight into history files, all others into SQL."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.localtime import to_unix
from hallofshame.pipeline.partitioning import make_room
from hallofshame.pipeline.period_files import PeriodFiles, Rows
from hallofshame.pipeline.record import activity, follow_up, write_observations
from hallofshame.pipeline.sealing import closed_until
from hallofshame.store import raw
from hallofshame.store.database import Database
from hallofshame.store.history.formats import DATASETS
from hallofshame.store.history.periods import FilePeriod, day_start
from hallofshame.store.history.shelves import Shelf

_SNAPSHOTS = "snapshots"


class PastRows:
    """Rows of several parks that wait to be written together, so that a month's files are written once."""

    def __init__(self) -> None:
        self.observations: dict[int, pl.DataFrame] = {}
        self.queues: dict[int, pl.DataFrame] = {}
        self.timezones: dict[int, str] = {}

    def add(self, park_id: int, timezone: str, observations: pl.DataFrame, queues: pl.DataFrame) -> None:
        """Add the rows of one park, after those that it has already."""
        self.timezones[park_id] = timezone
        for held, rows in ((self.observations, observations), (self.queues, queues)):
            held[park_id] = pl.concat([held[park_id], rows]) if park_id in held else rows

    def whole(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Observations and queues of all parks."""
        return pl.concat(self.observations.values()), pl.concat(self.queues.values())


class PastWriter:
    """Writes observations and queues of any days, with all that follows from them.

    :param shelf: where the history files stand; without one all rows go into SQL.
    """

    def __init__(self, database: Database, clock: Clock, shelf: Shelf | None) -> None:
        self._database = database
        self._clock = clock
        self._shelf = shelf
        self._room_since: int | None = None
        """From this instant on (Unix seconds) the raw tables have months of their own for what is written."""

    def write(
        self,
        observations: pl.DataFrame,
        queues: pl.DataFrame,
        timezones: dict[int, str],
        without: pl.DataFrame | None = None,
    ) -> Counter[int]:
        """Write rows as :func:`hallofshame.pipeline.record.write_observations` does; new rows by park.

        ``observations``: columns of ``OBSERVATIONS``, one per ride and instant; ``queues``: shape
        ``record.QUEUES``. A period's files and all that follows from its rows come into force in one
        transaction, each period in its own, and so do the SQL rows of each park. What is in the record
        already is left as it is, so that writing rows again changes nothing.

        :param without: live rows at these instants (``park_id``, ``observed_at``) make room for the others.
        :raises StorageError: where a history file cannot be written; its period is then as it was.
        """
        now = self._clock.now()
        until = None if self._shelf is None else closed_until(to_unix(now))
        new: Counter[int] = Counter()
        if until is not None and self._shelf is not None:
            files = PeriodFiles(self._database, self._shelf, to_unix(now))
            closed = pl.col("observed_at") < day_start(until)
            of_periods = _by_period(observations.filter(closed), until)
            queues_of = _by_period(queues.filter(closed), until)
            leaving = {} if without is None else _by_period(without.filter(closed), until)
            for period in sorted(of_periods.keys() | queues_of.keys() | leaving.keys()):
                new += self._add(
                    files,
                    period,
                    of_periods.get(period),
                    queues_of.get(period),
                    timezones,
                    now,
                    leaving.get(period),
                )
            observations, queues = observations.filter(~closed), queues.filter(~closed)
            without = None if without is None else without.filter(~closed)
        for park_id in sorted({*observations["park_id"], *queues["park_id"]}):
            new[park_id] += self._insert(
                observations.filter(park_id=park_id),
                queues.filter(park_id=park_id),
                timezones,
                now,
                None if without is None else without.filter(park_id=park_id),
            )
        return +new

    def _add(
        self,
        files: PeriodFiles,
        period: FilePeriod,
        observations: pl.DataFrame | None,
        queues: pl.DataFrame | None,
        timezones: dict[int, str],
        now: dt.datetime,
        without: pl.DataFrame | None,
    ) -> Counter[int]:
        added: dict[str, pl.DataFrame] = {}
        if observations is not None:
            added = {_SNAPSHOTS: observations, "cycles": _of(activity(observations), "cycles")}
        if queues is not None:
            added["queues"] = _of(queues, "queues")

        def then(connection: Connection, fresh: Rows) -> None:
            if without is not None:
                raw.remove_live(connection, without)
            rows = fresh.get(_SNAPSHOTS)
            if rows is None or rows.is_empty():
                return
            parks = rows["park_id"].unique().sort().to_list()
            before = raw.observed_range(connection, parks)
            raw.bump_raw_revision(connection, parks)
            follow_up(connection, rows, timezones, before, now)

        fresh = files.add(period, added, then, without)
        if _SNAPSHOTS not in fresh:
            return Counter()
        return Counter(dict(fresh[_SNAPSHOTS]["park_id"].value_counts().iter_rows()))

    def _insert(
        self,
        observations: pl.DataFrame,
        queues: pl.DataFrame,
        timezones: dict[int, str],
        now: dt.datetime,
        without: pl.DataFrame | None,
    ) -> int:
        since = pl.concat([observations["observed_at"], queues["observed_at"]]).min()
        if isinstance(since, int) and (self._room_since is None or since < self._room_since):
            make_room(self._database, self._clock, since)
            self._room_since = since

        def work(connection: Connection) -> int:
            if without is not None:
                raw.remove_live(connection, without)
            return write_observations(connection, observations, queues, timezones, now).new_rows

        return self._database.run(work)


def _of(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """Rows in the columns of a data set; those that are not given are null."""
    schema = DATASETS[name].row_schema
    lacking = [pl.lit(None, dtype).alias(column) for column, dtype in schema.items() if column not in rows]
    return rows.with_columns(lacking).select(schema.names()).cast(schema)


def _by_period(rows: pl.DataFrame, until: dt.date) -> dict[FilePeriod, pl.DataFrame]:
    """Rows of closed days by the period whose files hold them: the month, or the day of a running one."""
    day = pl.from_epoch("observed_at", "s").dt.date()
    found: dict[FilePeriod, pl.DataFrame] = {}
    months = rows.with_columns(month=day.dt.month_start()).partition_by("month", as_dict=True)
    for (first,), of_month in months.items():
        period = FilePeriod.of_month(first)
        if period.last < until:
            found[period] = of_month.drop("month")
            continue
        days = of_month.drop("month").with_columns(day=day).partition_by("day", as_dict=True)
        found.update((FilePeriod.of_day(one), of_day.drop("day")) for (one,), of_day in days.items())
    return found
