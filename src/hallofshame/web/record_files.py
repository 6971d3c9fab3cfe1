"""Downloads made from the raw record on demand: days that are not sealed, and published hours."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sqlalchemy import Select, select

from hallofshame.domain.months import plus_months
from hallofshame.domain.periods import ONE_DAY
from hallofshame.store import bulk
from hallofshame.store.history import formats, marks
from hallofshame.store.history.periods import FilePeriod
from hallofshame.store.models import ParkSchedule, RideHours
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.downloads import DownloadRow
from hallofshame.web.answers.envelope import attribution
from hallofshame.web.csv_answers import ATTRIBUTION_COLUMN, attribution_text

PARKS_AT_ONCE = 8
"""Parks whose rows of a day are in memory at a time."""

HOURS = {"hours-of-parks": ParkSchedule, "hours-of-rides": RideHours}
"""Data sets of published hours: a file of each month of park-local dates, with all versions."""

_NOT_SAID = ("schedule_id",)
_INSTANTS = ("opens_at", "closes_at", "seen_at", "superseded_at")


@dataclass(frozen=True, slots=True)
class RecordDownload:
    """One file in Parquet: a UTC day of a data set of the record, or a month of published hours."""

    dataset: str
    month: dt.date
    day: dt.date | None
    is_partial: bool

    format = "parquet"

    @property
    def name(self) -> str:
        """As in its address."""
        return f"{self.dataset}-{self.day or f'{self.month:%Y-%m}'}.parquet"

    @property
    def row(self) -> DownloadRow:
        """As in the list."""
        return {
            "dataset": self.dataset,
            "month": f"{self.month:%Y-%m}",
            "day": None if self.day is None else self.day.isoformat(),
            "format": self.format,
            "is_partial": self.is_partial,
            "is_open": self.day is not None,
            "rows": None,
            "bytes": None,
            "sha256": None,
            "url": f"/api/downloads/{self.name}",
        }

    def write(self, context: AnswerContext, path: Path) -> None:
        """Write it at ``path``, as the state of the store says that is being read."""
        if self.day is None:
            self._write_hours(context, path)
            return
        about = {"dataset": self.dataset, "period": self.day.isoformat(), **_credit(context)}
        formats.write(formats.DATASETS[self.dataset], self._rows(context, self.day), path, about)

    def _rows(self, context: AnswerContext, day: dt.date) -> Iterator[pl.DataFrame]:
        assert context.history is not None  # noqa: S101 - else no day was listed
        parks, period = sorted(context.catalogue.parks), FilePeriod.of_day(day)
        for at in range(0, len(parks), PARKS_AT_ONCE):
            rows = context.history.rows(
                context.connection,
                formats.DATASETS[self.dataset],
                parks[at : at + PARKS_AT_ONCE],
                period.starts_at,
                period.ends_at,
            )
            yield formats.ordered(formats.DATASETS[self.dataset], rows)

    def _write_hours(self, context: AnswerContext, path: Path) -> None:
        table = HOURS[self.dataset].__table__
        columns = [column for column in table.c if column.name not in _NOT_SAID]
        until = plus_months(self.month, 1) - ONE_DAY
        query: Select[*tuple[object, ...]] = select(*columns).where(table.c.date.between(self.month, until))
        rows = bulk.read_frame(context.connection, query)
        seconds = [name for name in _INSTANTS if name in rows.columns]
        rows.sort(rows.columns).with_columns(
            pl.from_epoch(name, "s").dt.replace_time_zone("UTC").dt.cast_time_unit("ms") for name in seconds
        ).write_parquet(
            path, metadata={"hallofshame": json.dumps({"dataset": self.dataset, **_credit(context)})}
        )


def _credit(context: AnswerContext) -> dict[str, str]:
    """The words that the sources ask for, and whether it is a demonstration."""
    is_demonstration = context.site.settings.demonstration
    return {ATTRIBUTION_COLUMN: attribution_text(attribution(context), is_demonstration=is_demonstration)}


def record_downloads(context: AnswerContext) -> list[RecordDownload]:
    """The files by data set, the latest first: days with rows that no sealed file holds, months of hours."""
    days = [] if context.history is None else list(reversed(marks.marked_days(context.connection)))
    opened = [
        RecordDownload(dataset, day.replace(day=1), day, is_partial=True)
        for dataset in formats.DATASETS
        for day in days
    ]
    running = context.now.date().replace(day=1)
    hours = [
        RecordDownload(dataset, month, None, is_partial=month >= running)
        for dataset in HOURS
        for month in _months(context, dataset)
    ]
    return opened + hours


def _months(context: AnswerContext, dataset: str) -> list[dt.date]:
    """The months in which anything was published, the latest first."""
    column = HOURS[dataset].__table__.c.date
    newest = context.connection.scalar(select(column).order_by(column.desc()).limit(1))
    oldest = context.connection.scalar(select(column).order_by(column).limit(1))
    found: list[dt.date] = []
    if newest is not None and oldest is not None:
        month = newest.replace(day=1)
        while month >= oldest.replace(day=1):
            found.append(month)
            month = plus_months(month, -1)
    return found
