"""TouringPlans' public CSV files: waits of one ride each, as noted in the park → readings and queues (R2).

Columns ``date, datetime, SACTMIN, SPOSTMIN`` in any order. ``datetime`` is local time of the park.
``SPOSTMIN`` is the posted wait in minutes, -999 says that the ride was down. ``SACTMIN`` is how long a
visitor who joined the queue then waited in it; it is no posted wait, so it becomes a queue of its own and no
part of any average. A file names neither its ride nor its park: the caller tells both, from the file's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from hallofshame.domain.errors import RecordingError
from hallofshame.domain.localtime import zone
from hallofshame.domain.names import kind_named
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.words import MAX_PLAUSIBLE_WAIT_MINUTES, Feed, QueueType, Status
from hallofshame.feeds.parsing import shown
from hallofshame.feeds.recorded_texts import HOURS_SCHEMA, OFFERS_SCHEMA
from hallofshame.feeds.recordings import QUEUES_SCHEMA, READINGS_SCHEMA, Recording

POSTED, ACTUAL, AT = "SPOSTMIN", "SACTMIN", "datetime"
COLUMNS = (AT, ACTUAL, POSTED)
DOWN_MINUTES = -999

_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_NOTHING = ["", "NA", "NaN", "NULL", "null"]


@dataclass(frozen=True, slots=True)
class TouringPlansFile:
    """One file: ``name`` as TouringPlans calls it, and the ride and park that it is of.

    ``timezone`` is the park's IANA zone.
    """

    path: Path
    name: str
    park: str
    ride: str
    timezone: str


def is_dataset(path: Path) -> bool:
    """Whether a CSV file has the columns of a data set.

    :raises RecordingError: for a file that cannot be read.
    """
    return set(COLUMNS) <= {name.strip() for name in _scan(path).collect_schema().names()}


def read_dataset(dataset: TouringPlansFile) -> Recording:
    """One data set as a recording.

    :raises RecordingError: names the file that cannot be read, lacks columns, or holds no posted wait.
    """
    findings: list[Finding] = []
    readings, queues = _told(dataset, findings)
    return _recording(readings, queues, findings)


def together(recordings: Sequence[Recording]) -> Recording:
    """Recordings of several data sets, at least one, as one."""
    return _recording(
        pl.concat(each.readings for each in recordings),
        pl.concat(each.queues for each in recordings),
        [finding for each in recordings for finding in each.findings],
    )


def _recording(readings: pl.DataFrame, queues: pl.DataFrame, findings: Iterable[Finding]) -> Recording:
    order = ["park_name", "observed_at", "ride_name", "ride_external_id"]
    return Recording(
        feed=Feed.TOURING_PLANS,
        readings=readings.sort(order),
        queues=queues.sort(order),
        hours=pl.DataFrame(schema=HOURS_SCHEMA),
        shows=pl.DataFrame(schema=OFFERS_SCHEMA),
        dining=pl.DataFrame(schema=OFFERS_SCHEMA),
        findings=tuple(findings),
    )


def median_step_seconds(readings: pl.DataFrame) -> float | None:
    """The median time between two readings of one ride, in seconds; ``None`` where there are no two.

    Takes :attr:`Recording.readings`.
    """
    at = readings.select("ride_external_id", "observed_at").unique().sort("ride_external_id", "observed_at")
    steps = at.select(pl.col("observed_at").diff().over("ride_external_id")).to_series().drop_nulls()
    median = steps.median()
    return float(median) if isinstance(median, int | float) else None


def _scan(path: Path) -> pl.LazyFrame:
    try:
        lazy = pl.scan_csv(path, infer_schema=False, null_values=_NOTHING, encoding="utf8-lossy")
        lazy.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise RecordingError(f"{path} cannot be read as CSV: {_first_line(error)}") from error
    return lazy


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def _told(dataset: TouringPlansFile, findings: list[Finding]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What a file says: readings (``READINGS_SCHEMA``) and queues (``QUEUES_SCHEMA``)."""
    rows = _rows(dataset, findings)
    # What is beyond reason is dropped before it says anything.
    posted, actual = (_plausible(rows, name, dataset, findings) for name in (POSTED, ACTUAL))
    is_down = (pl.col(POSTED) == DOWN_MINUTES) | (pl.col(POSTED).is_null() & (pl.col(ACTUAL) == DOWN_MINUTES))
    told = rows.with_columns(
        status=pl.when(is_down.fill_null(value=False))
        .then(int(Status.DOWN))
        .when(posted.is_not_null())
        .then(int(Status.OPERATING)),
        posted=posted,
        actual=actual,
    )
    named = told.with_columns(
        park_external_id=pl.lit(None, pl.String),
        park_name=pl.lit(dataset.park),
        ride_external_id=pl.lit(dataset.name),
        ride_name=pl.lit(dataset.ride),
        kind=pl.lit(kind_named(dataset.ride).value),
        land=pl.lit(None, pl.String),
        stale=pl.lit(value=False),
        state=pl.lit(None, pl.String),
        price_minor=pl.lit(None),
        currency=pl.lit(None, pl.String),
        return_start=pl.lit(None),
    )
    readings = named.filter(pl.col("status").is_not_null()).with_columns(wait_minutes="posted")
    queues = named.filter(pl.col("actual").is_not_null()).with_columns(
        queue_type=pl.lit(int(QueueType.ACTUAL_STANDBY)), wait_minutes="actual"
    )
    if readings.is_empty():
        raise RecordingError(f"{dataset.path} holds no posted wait; leave it out")
    return (
        readings.select(READINGS_SCHEMA.names()).cast(READINGS_SCHEMA),
        queues.select(QUEUES_SCHEMA.names()).cast(QUEUES_SCHEMA),
    )


def _rows(dataset: TouringPlansFile, findings: list[Finding]) -> pl.DataFrame:
    """The rows that name an instant: ``observed_at`` (Unix seconds) and both waits as whole minutes."""
    lazy = _scan(dataset.path)
    names = {name: name.strip() for name in lazy.collect_schema().names()}
    missing = [name for name in COLUMNS if name not in names.values()]
    if missing:
        columns_are = "column" if len(missing) == 1 else "columns"
        raise RecordingError(
            f"{dataset.path}: {columns_are} {', '.join(map(repr, missing))} missing; "
            "docs/commands.md says what a touring_plans recording holds"
        )
    try:
        texts = lazy.rename(names).select(pl.col(COLUMNS).str.strip_chars()).collect()
    except pl.exceptions.PolarsError as error:
        raise RecordingError(f"{dataset.path} cannot be read as CSV: {_first_line(error)}") from error
    zone(dataset.timezone)
    local = pl.coalesce(pl.col(AT).str.to_datetime(form, time_unit="us", strict=False) for form in _FORMS)
    rows = texts.select(
        # Of the hour that a clock shows twice the first one is taken; one that it leaves out is no instant.
        observed_at=local.dt.replace_time_zone(
            dataset.timezone, ambiguous="earliest", non_existent="null"
        ).dt.epoch("s"),
        **{
            name: pl.col(name).cast(pl.Float64, strict=False).round().cast(pl.Int64)
            for name in (POSTED, ACTUAL)
        },
    )
    for name in (POSTED, ACTUAL):
        lost = texts.filter(rows[name].is_null() & texts[name].is_not_null())[name]
        if lost.len():
            detail = f"{counted(lost.len(), f'value of {name}')} such as {shown(lost[0])} kept as unknown"
            findings.append(Finding("value_unreadable", dataset.name, detail))
    unusable = rows["observed_at"].null_count()
    if unusable:
        detail = f"{counted(unusable, 'row')} without an instant of the zone {dataset.timezone}, left out"
        findings.append(Finding("unusable_row", dataset.name, detail))
    return rows.filter(pl.col("observed_at").is_not_null())


def _plausible(rows: pl.DataFrame, name: str, dataset: TouringPlansFile, findings: list[Finding]) -> pl.Expr:
    """A column without what is no wait (R2); a finding counts what is neither a wait nor "down"."""
    is_wait = pl.col(name).is_between(0, MAX_PLAUSIBLE_WAIT_MINUTES)
    odd = rows.filter(~is_wait & (pl.col(name) != DOWN_MINUTES))[name]
    if odd.len():
        detail = (
            f"{counted(odd.len(), f'value of {name}')} outside 0..{MAX_PLAUSIBLE_WAIT_MINUTES} min, such as "
            f"{odd[0]}; kept as unknown"
        )
        findings.append(Finding("wait_out_of_range", f"{dataset.name} {name}", detail))
    return pl.when(is_wait).then(name)
