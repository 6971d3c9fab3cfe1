"""Storage: how large tables and files are, how they grow, and what each way of keeping rows comes to.

Pure reckoning on measured sizes. A size that is not known is ``None`` and stays out of no sum in silence:
whoever adds sizes up says what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hallofshame.domain.retention import LEAST_HOURLY_DAYS, LEAST_RAW_DAYS, Retention

YEARS = (1, 3, 5, 10)
"""How far ahead sizes are projected."""

YEAR_DAYS = 365.25

LONGEST_MONTH_DAYS = 31
"""Raw rows go by whole months, so that the oldest of them are up to a month older than the setting says."""

GIGABYTE = 1_000_000_000


class Keeping(StrEnum):
    """Which setting says how long the rows of a table stay (design §4)."""

    RAW = "raw"
    PAGES = "pages"
    """Raw rows that pages read of the past: as long as hours."""
    HOURLY = "hourly"
    FOREVER = "forever"


KEEPING: Mapping[str, Keeping] = {
    "ride_status_snapshots": Keeping.RAW,
    "feed_polls": Keeping.RAW,
    "park_activity_snapshots": Keeping.PAGES,
    "queue_data": Keeping.PAGES,
    "ride_hourly_stats": Keeping.HOURLY,
    "park_hourly_stats": Keeping.HOURLY,
}
"""The tables whose rows may go; the rows of all others stay for ever."""


@dataclass(frozen=True, slots=True)
class TableSize:
    """One table of the database.

    ``bytes`` counts data and indexes, ``index_bytes`` the indexes alone (null where they cannot be told
    apart). ``rows_per_day`` is the mean of the last full UTC days, ``oldest_days`` the age of what the oldest
    row is about; null where they are not known.
    """

    name: str
    rows: int
    bytes: int
    index_bytes: int | None
    rows_per_day: float | None
    oldest_days: float | None = None
    rows_estimated: bool = False
    bytes_estimated: bool = False

    @property
    def keeping(self) -> Keeping:
        """Which setting says how long its rows stay."""
        return KEEPING.get(self.name, Keeping.FOREVER)

    @property
    def bytes_per_row(self) -> float | None:
        """Mean bytes of a row with its part of the indexes; null for an empty table."""
        return self.bytes / self.rows if self.rows else None

    @property
    def bytes_per_day(self) -> float | None:
        """Growth; null where it is not known."""
        if self.rows_per_day is None or self.bytes_per_row is None:
            return 0.0 if self.rows_per_day == 0 else None
        return self.rows_per_day * self.bytes_per_row


@dataclass(frozen=True, slots=True)
class MonthSize:
    """Rows and bytes of one UTC month (``2026-10``): a data set of the history files, or a raw table."""

    month: str
    place: str
    """``history`` or ``database``."""
    name: str
    rows: int
    bytes: int
    rows_estimated: bool = False
    bytes_estimated: bool = False


@dataclass(frozen=True, slots=True)
class HistorySize:
    """One data set of the history files; ``rows_per_day`` as of the table that it is sealed from."""

    name: str
    rows: int
    bytes: int
    rows_per_day: float | None

    @property
    def bytes_per_row(self) -> float | None:
        """Mean bytes of a row; null before the first seal."""
        return self.bytes / self.rows if self.rows else None

    @property
    def bytes_per_day(self) -> float | None:
        """Growth; null where it is not known."""
        if self.rows_per_day == 0:
            return 0.0
        if self.rows_per_day is None or self.bytes_per_row is None:
            return None
        return self.rows_per_day * self.bytes_per_row


@dataclass(frozen=True, slots=True)
class Projection:
    """Sizes in ``years`` years at the present growth. ``history_bytes`` is null before the first seal."""

    years: int
    database_bytes: int
    history_bytes: int | None


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way of keeping rows, and what it comes to.

    ``is_set``: it is what the settings say now. ``costs`` says in words what is no longer in the database.
    """

    name: str
    retention: Retention
    is_set: bool
    projections: tuple[Projection, ...]
    costs: str


@dataclass(frozen=True, slots=True)
class StorageLimits:
    """From when on the storage is a problem: of the settings.

    ``total_bytes``: what database and local history may take together (null: what the disk has).
    ``free_percent``: least free share of a disk. ``days_left``: least time until it is full at the present
    growth.
    """

    total_bytes: int | None = None
    free_percent: int = 10
    days_left: int = 90


def projected(
    tables: Sequence[TableSize], history: Sequence[HistorySize], keep: Retention
) -> tuple[Projection, ...]:
    """Database and history after each of :data:`YEARS`, at the present growth, rows kept as ``keep`` says.

    A table whose growth is not known stays as it is. Raw rows are counted up to the end of a month, when the
    database is at its fullest.
    """
    return tuple(
        Projection(
            years,
            round(sum(_table_after(table, years * YEAR_DAYS, keep) for table in tables)),
            _history_after(history, years * YEAR_DAYS),
        )
        for years in YEARS
    )


def strategies(
    tables: Sequence[TableSize], history: Sequence[HistorySize], as_set: Retention
) -> tuple[Strategy, ...]:
    """The present settings beside the default, the shortest times allowed and everything for ever."""
    choices = {
        "everything in the database": Retention(None, None),
        "default": Retention(),
        "shortest": Retention(LEAST_RAW_DAYS, LEAST_HOURLY_DAYS),
    }
    if as_set not in choices.values():
        choices = {"as set": as_set, **choices}
    return tuple(
        Strategy(name, keep, keep == as_set, projected(tables, history, keep), _costs(keep))
        for name, keep in choices.items()
    )


def kept_days(keeping: Keeping, keep: Retention) -> int | None:
    """For how many days a row stays at the longest; null for ever."""
    if keeping is Keeping.RAW:
        return None if keep.raw_days is None else keep.raw_days + LONGEST_MONTH_DAYS
    if keeping is Keeping.PAGES:
        return None if keep.page_days is None else keep.page_days + LONGEST_MONTH_DAYS
    return keep.hourly_days if keeping is Keeping.HOURLY else None


def _table_after(table: TableSize, days: float, keep: Retention) -> float:
    each, rate = table.bytes_per_row, table.rows_per_day
    if each is None or rate is None:
        return table.bytes
    longest = kept_days(table.keeping, keep)
    if longest is None:
        return table.bytes + rate * days * each
    # Of the rows of today those stay that are not old enough by then, spread evenly over their time.
    age = table.oldest_days or longest
    left = table.rows * min(1.0, max(0.0, longest - days) / age) if age else 0.0
    return (left + rate * min(days, longest)) * each


def _history_after(history: Sequence[HistorySize], days: float) -> int | None:
    if not any(part.bytes for part in history):
        return None
    return round(sum(part.bytes + (part.bytes_per_day or 0.0) * days for part in history))


def _costs(keep: Retention) -> str:
    raw = (
        "nothing of the raw record leaves"
        if keep.raw_days is None
        else f"raw rows {keep.raw_days} days after the end of their sealed month are in history files alone"
    )
    hours = (
        "hours stay"
        if keep.hourly_days is None
        else f"charts by the hour reach back {keep.hourly_days} days (a rebuild makes older ones again)"
    )
    return f"{raw}; {hours}"
