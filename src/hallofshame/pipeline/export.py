"""Export: derived rows of any days as CSV, JSON or Parquet, the very numbers that the API shows (R8)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, func, select

from hallofshame.domain.counters import PARK_COUNTERS, RIDE_COUNTERS
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.exports import FORMATS
from hallofshame.domain.localtime import local_day
from hallofshame.domain.periods import DayRange
from hallofshame.domain.ride_types import RideType
from hallofshame.domain.rules import HOUR_SECONDS
from hallofshame.domain.words import TIER_WEIGHTS, Feed, Origin
from hallofshame.metrics import scores
from hallofshame.pipeline.export_files import write_pieces
from hallofshame.store import bulk, data_version
from hallofshame.store.database import Database
from hallofshame.store.derived import table_of
from hallofshame.store.models import (
    Base,
    ExternalId,
    Park,
    ParkDailyStats,
    ParkHourlyStats,
    Ride,
    RideClassification,
    RideDailyStats,
    RideHourlyStats,
    RideOutage,
    RideTypeDecision,
)
from hallofshame.store.reports.punctuality import punctuality
from hallofshame.store.reports.running_day import ahead_of, open_so_far, windows_so_far
from hallofshame.store.ride_types import rides_and_types

ONE_DAY = dt.timedelta(days=1)

Progress = Callable[[int, int], None]

PARK_KEY = ("park_id", "park_name", "park_slug", "timezone")
RIDE_KEY = ("ride_id", "ride_name")
IDS = ("queue_times_id", "themeparks_wiki_id")
"""The outside ids of what the row is about; several ids of one feed are joined by ``|``."""
PARK_IDS_OF_RIDE = ("park_queue_times_id", "park_themeparks_wiki_id")
_FORMULAS: dict[str, tuple[Callable[..., float | None], tuple[str, ...]]] = {
    "shame_score": (scores.shame_score, ("weighted_downtime", "weighted_exposure")),
    "comparable_score": (
        scores.comparable_score,
        ("weighted_breakdown", "weighted_downtime", "weighted_exposure"),
    ),
    "uptime_percent": (scores.uptime_percent, ("operating", "downtime")),
    "average_wait_minutes": (scores.average_wait, ("wait_sum", "wait_known", "wait_max")),
    "coverage_percent": (scores.coverage_percent, ("observed", "open")),
    "downtime_hours": (scores.downtime_hours, ("downtime",)),
}
"""The ratios shown, each with the counters it is taken of, by the one definition in the kernel."""
PUNCTUALITY = ("opened_late_seconds", "closed_early_seconds")
"""How a park kept its published hours (R4); null where that is not known."""
PARK_RATIOS = tuple(_FORMULAS)
RATIOS = tuple(name for name in PARK_RATIOS if not name.endswith("_score"))


@dataclass(frozen=True, slots=True)
class _Kind:
    """What one kind of export holds: its table, its columns in order, the order of its rows.

    ``days_at_once`` bounds the memory: a month of park-days, a week of ride-days, a few days of hours.
    """

    table: type[Base]
    columns: tuple[str, ...]
    order: tuple[str, ...]
    days_at_once: int = 31


KINDS: dict[str, _Kind] = {
    "park-days": _Kind(
        ParkDailyStats,
        (
            *PARK_KEY,
            "day",
            *IDS,
            *PARK_COUNTERS,
            "eligible",
            "rides_operated",
            "rides_down",
            "windows",
            "window_count",
            "window_seconds",
            "evidence",
            "origin",
            "judged_by_down",
            "observed_queue_times",
            "active_from",
            "active_until",
            "night_until",
            *PUNCTUALITY,
            *PARK_RATIOS,
            "metrics_version",
        ),
        ("day", "park_id"),
    ),
    "ride-days": _Kind(
        RideDailyStats,
        (
            *PARK_KEY,
            *RIDE_KEY,
            "kind",
            "day",
            *PARK_IDS_OF_RIDE,
            *IDS,
            "tier",
            "weight",
            "ride_type",
            *RIDE_COUNTERS,
            "eligible",
            "posted",
            "first_operating_at",
            "last_operating_at",
            *RATIOS,
            "metrics_version",
        ),
        ("day", "park_id", "ride_id"),
        7,
    ),
    "park-hours": _Kind(
        ParkHourlyStats,
        (*PARK_KEY, "day", "hour", *IDS, *PARK_COUNTERS, "eligible", *PARK_RATIOS, "metrics_version"),
        ("day", "park_id", "hour"),
        7,
    ),
    "ride-hours": _Kind(
        RideHourlyStats,
        (
            *PARK_KEY,
            *RIDE_KEY,
            "kind",
            "day",
            "hour",
            *PARK_IDS_OF_RIDE,
            *IDS,
            "ride_type",
            *RIDE_COUNTERS,
            "eligible",
            *RATIOS,
            "metrics_version",
        ),
        ("day", "park_id", "ride_id", "hour"),
        3,
    ),
    "outages": _Kind(
        RideOutage,
        (
            *PARK_KEY,
            *RIDE_KEY,
            "day",
            *PARK_IDS_OF_RIDE,
            *IDS,
            "ride_type",
            "started_at",
            "ended_at",
            "kind",
            "counted",
            "ended_by",
            "since_opening",
            "not_counted",
            "downtime",
            "flaps",
            "metrics_version",
        ),
        ("day", "park_id", "ride_id", "started_at"),
    ),
}
"""What can be exported, by name."""


def export(
    database: Database,
    what: str,
    start: dt.date,
    end: dt.date,
    format: str,  # noqa: A002 - the word of the command line
    output: str,
    *,
    park_ids: Collection[int] | None = None,
    now: dt.datetime,
    cadence_seconds: int,
    about: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> int:
    """Write the rows of the park-local days ``start`` to ``end`` (both included); returns their number.

    :param what: one of :data:`KINDS`.
    :param format: ``csv``, ``json`` (one array) or ``parquet``.
    :param output: a path, replaced only when the export is complete, or ``-`` for the standard output.
    :param park_ids: these parks alone; all parks, active or not, where it is ``None``.
    :param now: decides which day of each park is running; ``cadence_seconds`` how long its latest look holds.
    :param about: what the file is, kept inside it (:func:`write_pieces`).
    :param progress: is told how many days of how many are done.

    Columns: who (``park_id`` … ``themeparks_wiki_id``), when (``day``, ``hour``), every counter of R7 under
    its own name, then the ratios that the API shows, null where nothing was observed. Of a running day,
    ``open`` and with it the coverage hold the open time that has come, and ``windows`` end with the latest
    look where no hours are published, as the API shows them; all else is as stored.
    Instants are ISO 8601 in UTC; ``day`` is a date. Rows come sorted by day and key and from one
    state of the store. Without any rows the file has its header alone and the answer is 0.

    :raises InputError: for an unknown kind or format, a range that ends before it starts, and an output that
        cannot be written to.
    :raises NotFoundError: for an unknown park.
    """
    if what not in KINDS:
        raise InputError(f"unknown export {what!r}; choose one of {', '.join(KINDS)}", parameter="what")
    if format not in FORMATS:
        raise InputError(f"unknown format {format!r}; choose one of {', '.join(FORMATS)}", parameter="format")
    if start > end:
        raise InputError(f"the range {start} to {end} ends before it starts; swap them", parameter="end")
    with database.read() as connection:
        pieces = _Pieces(connection, KINDS[what], park_ids, now, cadence_seconds)
        return write_pieces(pieces.of(start, end, progress), format, str(output), about)


class _Pieces:
    """Reads an export piece by piece, each in the columns and the order of its kind."""

    def __init__(
        self,
        connection: Connection,
        kind: _Kind,
        park_ids: Collection[int] | None,
        now: dt.datetime,
        cadence_seconds: int,
    ) -> None:
        self._connection = connection
        self._kind = kind
        self._table = table_of(kind.table)
        self._of_rides = "ride_id" in self._table.c
        ids = bulk.read_frame(
            connection,
            select(ExternalId.feed, ExternalId.kind, ExternalId.external_id, ExternalId.internal_id),
        )
        parks = _parks(connection, ids)
        self._park_ids = _chosen(parks, park_ids)
        self._who = _rides(connection, ids, parks) if self._of_rides else parks
        zones = dict(parks.select("park_id", "timezone").iter_rows())
        todays = {park_id: local_day(now, zones[park_id]) for park_id in self._park_ids}
        _version, self._data_as_of = data_version.get(connection)
        self._ahead = ahead_of(connection, todays, self._data_as_of, cadence_seconds)

    def of(self, start: dt.date, end: dt.date, progress: Progress | None = None) -> Iterator[pl.DataFrame]:
        """The rows of ``start`` to ``end``; one empty frame where there are none."""
        days = table_of(ParkDailyStats).c.day
        first, last = self._connection.execute(select(func.min(days), func.max(days))).one()
        if first is None or first > end or last < start:
            yield self._piece(start, start)
            return
        at, end = max(start, first), min(end, last)
        begin = at
        while at <= end:
            until = min(end, at + (self._kind.days_at_once - 1) * ONE_DAY)
            yield self._piece(at, until)
            at = until + ONE_DAY
            if progress is not None:
                progress((at - begin).days, (end - begin).days + 1)

    def _piece(self, first: dt.date, last: dt.date) -> pl.DataFrame:
        rows = self._windows_so_far(self._so_far(self._read(self._table, first, last)))
        if "eligible" in self._kind.columns and "eligible" not in rows.columns:
            rows = self._with_eligible(rows, first, last)
        if PUNCTUALITY[0] in self._kind.columns:
            rows = self._with_punctuality(rows, DayRange(first, last))
        key = ["park_id", "ride_id"] if self._of_rides else ["park_id"]
        joined = rows.join(self._who, on=key, how="left")
        return _shown(joined, self._kind).select(self._kind.columns).sort(self._kind.order)

    def _so_far(self, rows: pl.DataFrame) -> pl.DataFrame:
        """With the open time ahead taken off the running days, by the rule the API follows."""
        running = [(park_id, ahead.day) for park_id, ahead in self._ahead.items()]
        if "open" not in rows.columns or not running:
            return rows
        keys = pl.DataFrame(running, schema={"park_id": pl.Int64, "day": pl.Date}, orient="row")
        numbered = rows.with_row_index("row")
        found = numbered.join(keys, on=["park_id", "day"], how="semi")
        come = [self._open_so_far(row) for row in found.iter_rows(named=True)]
        changed = found.select("row").with_columns(come=pl.Series(come, dtype=pl.Int64))
        return (
            numbered.join(changed, on="row", how="left", maintain_order="left")
            .with_columns(open=pl.coalesce("come", "open"))
            .drop("row", "come")
        )

    def _windows_so_far(self, rows: pl.DataFrame) -> pl.DataFrame:
        """With the windows of running days as the API shows them."""
        if "windows" not in rows.columns or self._data_as_of is None:
            return rows
        shown = []
        for park_id, day, text in rows.select("park_id", "day", "windows").iter_rows():
            stored = [(start, end) for start, end in json.loads(text)]
            shown.append(windows_so_far(self._connection, park_id, day, stored, self._data_as_of))
        lengths = [sum(end - start for start, end in windows) for windows in shown]
        return rows.with_columns(
            windows=pl.Series([json.dumps(windows) for windows in shown], dtype=pl.String),
            window_seconds=pl.Series(lengths, dtype=pl.Int64),
        )

    def _open_so_far(self, row: Mapping[str, Any]) -> int:
        ahead = self._ahead[row["park_id"]]
        hour = row.get("hour")
        seconds = ahead.seconds() if hour is None else ahead.seconds(hour, hour + HOUR_SECONDS)
        rides = 1 if self._of_rides else ahead.eligible
        return open_so_far(row["open"], row["observed"], rides * seconds)

    def _read(self, table: Table, first: dt.date, last: dt.date, *names: str) -> pl.DataFrame:
        columns = [table.c[name] for name in names] or list(table.c)
        where = (table.c.park_id.in_(self._park_ids), table.c.day.between(first, last))
        return bulk.read_frame(self._connection, select(*columns).where(*where))

    def _with_eligible(self, rows: pl.DataFrame, first: dt.date, last: dt.date) -> pl.DataFrame:
        """Hours take ``eligible`` from their day: one set E for every grain (R6)."""
        key = ["park_id", "day", "ride_id"] if self._of_rides else ["park_id", "day"]
        table = table_of(RideDailyStats if self._of_rides else ParkDailyStats)
        return rows.join(self._read(table, first, last, *key, "eligible"), on=key, how="left")

    def _with_punctuality(self, rows: pl.DataFrame, days: DayRange) -> pl.DataFrame:
        """Park-days with how late the park opened and how early it closed, as the API says it."""
        kept = {
            park_id: punctuality(self._connection, park_id, timezone, days, self._data_as_of)
            for park_id, timezone in self._who.select("park_id", "timezone").iter_rows()
            if park_id in rows["park_id"]
        }
        found = [kept[park_id].get(day) for park_id, day in rows.select("park_id", "day").iter_rows()]
        late = [of_day.opened_late if of_day else None for of_day in found]
        early = [of_day.closed_early if of_day else None for of_day in found]
        names = zip(PUNCTUALITY, (late, early), strict=True)
        return rows.with_columns(pl.Series(name, values, dtype=pl.Int64) for name, values in names)


def _chosen(parks: pl.DataFrame, park_ids: Collection[int] | None) -> list[int]:
    known: list[int] = parks["park_id"].to_list()
    if park_ids is None:
        return known
    if unknown := sorted(set(park_ids) - set(known)):
        raise NotFoundError(f"there is no park {', '.join(map(str, unknown))}")
    return sorted(set(park_ids))


def _parks(connection: Connection, ids: pl.DataFrame) -> pl.DataFrame:
    """Every park: :data:`PARK_KEY` and :data:`IDS`."""
    found = bulk.read_frame(connection, select(Park.park_id, Park.name, Park.slug, Park.timezone))
    named = found.rename({"name": "park_name", "slug": "park_slug"})
    return _with_ids(named, ids, "park", "park_id")


def _rides(connection: Connection, ids: pl.DataFrame, parks: pl.DataFrame) -> pl.DataFrame:
    """Every ride: the columns of its park, its own, its tier, the weight of it and its type."""
    query = (
        select(
            Ride.park_id,
            Ride.ride_id,
            Ride.name,
            Ride.kind.label("ride_kind"),
            RideClassification.tier,
            func.coalesce(RideTypeDecision.type, RideType.UNKNOWN.value).label("ride_type"),
        )
        .outerjoin(RideClassification, RideClassification.ride_id == Ride.ride_id)
        .outerjoin(*rides_and_types())
    )
    weights = {tier: weight for tier, weight in TIER_WEIGHTS.items() if tier is not None}
    rides = (
        bulk.read_frame(connection, query)
        .rename({"name": "ride_name"})
        .with_columns(
            weight=pl.col("tier").replace_strict(weights, default=TIER_WEIGHTS[None], return_dtype=pl.Int64)
        )
    )
    of_park = parks.rename(dict(zip(IDS, PARK_IDS_OF_RIDE, strict=True)))
    return _with_ids(rides, ids, "ride", "ride_id").join(of_park, on="park_id")


def _with_ids(frame: pl.DataFrame, ids: pl.DataFrame, kind: str, key: str) -> pl.DataFrame:
    """``frame`` with :data:`IDS`; the archive speaks in ThemeParks.wiki's ids."""
    feeds = ([Feed.QUEUE_TIMES], [Feed.THEMEPARKS_WIKI, Feed.ARCHIVE])
    for name, sources in zip(IDS, feeds, strict=True):
        joined = (
            ids.filter((pl.col("kind") == kind) & pl.col("feed").is_in([int(feed) for feed in sources]))
            .group_by(pl.col("internal_id").alias(key))
            .agg(pl.col("external_id").unique().sort().str.join("|").alias(name))
        )
        frame = frame.join(joined, on=key, how="left")
    return frame


_INSTANTS = (
    "hour",
    "started_at",
    "ended_at",
    "active_from",
    "active_until",
    "night_until",
    "first_operating_at",
    "last_operating_at",
)
_FLAGS = ("judged_by_down", "posted", "counted", "since_opening")


def _shown(rows: pl.DataFrame, kind: _Kind) -> pl.DataFrame:
    """Stored rows as they are shown: instants as texts, flags as booleans, windows as structs, ratios."""
    shown = rows.with_columns(pl.col(name).pipe(_iso) for name in _INSTANTS if name in kind.columns)
    if "kind" not in shown.columns and "ride_kind" in shown.columns:
        shown = shown.with_columns(kind="ride_kind")
    flags = [*_FLAGS, "eligible"] if "ride_id" in kind.columns else _FLAGS
    shown = shown.with_columns(pl.col(name) > 0 for name in flags if name in kind.columns)
    if "windows" in kind.columns:
        shown = _with_windows(shown)
    if "origin" in kind.columns:
        names = {int(origin): origin.name.lower() for origin in Origin}
        shown = shown.with_columns(pl.col("origin").replace_strict(names, return_dtype=pl.String))
    ratios = [name for name in PARK_RATIOS if name in kind.columns]
    return shown.with_columns(_ratio(rows, name) for name in ratios)


def _iso(seconds: pl.Expr) -> pl.Expr:
    return pl.from_epoch(seconds, time_unit="s").dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _with_windows(rows: pl.DataFrame) -> pl.DataFrame:
    """``windows`` from stored text to structs of ``start``, ``end`` and ``seconds``; and their number."""
    start, end = pl.element().list.get(0), pl.element().list.get(1)
    struct = pl.struct(start=_iso(start), end=_iso(end), seconds=end - start)
    pairs = pl.col("windows").str.json_decode(pl.List(pl.List(pl.Int64)))
    return rows.with_columns(windows=pairs).with_columns(
        window_count=pl.col("windows").list.len().cast(pl.Int64), windows=pl.col("windows").list.eval(struct)
    )


def _ratio(rows: pl.DataFrame, name: str) -> pl.Series:
    """One shown ratio per row (R8), null where nothing was observed; coverage alone can then say 0."""
    formula, counters = _FORMULAS[name]
    always = name == "coverage_percent"
    values = [
        formula(*row) if observed or always else None
        for observed, row in zip(rows["observed"], rows.select(counters).iter_rows(), strict=True)
    ]
    return pl.Series(name, values, pl.Float64)
