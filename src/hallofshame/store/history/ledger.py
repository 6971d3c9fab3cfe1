"""Ledger: which days and months are sealed in which verified file, and whose SQL rows are dropped."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import polars as pl
from sqlalchemy import Connection, delete, func, select

from hallofshame.domain.plurals import counted
from hallofshame.store import bulk
from hallofshame.store.history import marks
from hallofshame.store.history.periods import FilePeriod
from hallofshame.store.history.sealed import DATASETS, SealedFile
from hallofshame.store.instants import Instant, unix
from hallofshame.store.models import DroppedMonth, HistoryFile, SealedPark


def sealed_and_verified(connection: Connection, month: dt.date) -> bool:
    """Whether every raw row of the UTC month that holds ``month`` stands in a verified month file.

    Only then may its SQL rows be dropped. Whoever drops must keep writers out from this answer until the rows
    are gone, or ask again once they are out of the writers' reach.
    """
    return why_not_sealed(connection, month) is None


def why_not_sealed(connection: Connection, month: dt.date) -> str | None:
    """Why :func:`sealed_and_verified` does not hold, in a clause with the remedy; ``None`` where it does.

    A data set has no month file, rows were written since the seal, or files wait for rides that moved (R14).
    """
    period = FilePeriod.of_month(month)
    query = select(HistoryFile.dataset).where(
        HistoryFile.period == period.name, HistoryFile.dataset.in_(DATASETS)
    )
    lacking = [name for name in DATASETS if name not in set(connection.scalars(query))]
    if lacking:
        return f"it has no month file of {', '.join(lacking)}; run: hallofshame seal"
    changed = marks.marks(connection, period.first, period.last)
    if changed.height:
        days = counted(changed.height, "park-day")
        return f"rows of {days} were written after it was sealed; run: hallofshame seal"
    waiting = marks.moves(connection)
    if waiting.filter((pl.col("since") < period.ends_at) & (pl.col("until") >= period.starts_at)).height:
        return "its files wait for rides that were told apart; run: hallofshame seal"
    return None


def sealed_months(connection: Connection) -> list[dt.date]:
    """The UTC months for which :func:`sealed_and_verified` holds, in order (first day of each)."""
    query = select(HistoryFile.period).where(HistoryFile.dataset == DATASETS[0]).order_by(HistoryFile.period)
    months = [period for name in connection.scalars(query) if (period := FilePeriod.named(name)).is_month]
    return [period.first for period in months if sealed_and_verified(connection, period.first)]


def note_dropped(connection: Connection, month: dt.date, now: Instant) -> None:
    """Note that the SQL rows of a sealed month go. To be committed before the first of them goes."""
    row = pl.DataFrame({"month": [month.replace(day=1)], "dropped_at": [unix(now)]})
    bulk.upsert(connection, DroppedMonth, row, keep=["dropped_at"])


def dropped_months(connection: Connection) -> dict[dt.date, int]:
    """The UTC months whose SQL rows were dropped, with when (Unix seconds)."""
    query = select(DroppedMonth.month, DroppedMonth.dropped_at).order_by(DroppedMonth.month)
    return {row.month: row.dropped_at for row in connection.execute(query)}


def park_ranges(
    connection: Connection, dataset: str, park_ids: Collection[int] | None = None
) -> pl.DataFrame:
    """What the files hold of each park: ``park_id, period, row_count, first_at, last_at``."""
    table = SealedPark
    query = select(table.park_id, table.period, table.row_count, table.first_at, table.last_at).where(
        table.dataset == dataset
    )
    if park_ids is not None:
        query = query.where(table.park_id.in_(list(park_ids)))
    return bulk.read_frame(connection, query)


def sealed_range(
    connection: Connection, park_ids: Collection[int] | None = None
) -> dict[int, tuple[int, int]]:
    """First and last observation in sealed files (Unix seconds) of each park (of ``park_ids``)."""
    table = SealedPark
    query = (
        select(table.park_id, func.min(table.first_at), func.max(table.last_at))
        .where(table.dataset == "snapshots")
        .group_by(table.park_id)
    )
    if park_ids is not None:
        query = query.where(table.park_id.in_(list(park_ids)))
    return {park: (first, last) for park, first, last in connection.execute(query)}


def record(connection: Connection, sealed: Sequence[SealedFile]) -> None:
    """Enter files in place of those of the same data set and period, and of the days of a month entered."""
    for file in sealed:
        names = [file.period.name]
        if file.period.is_month:
            names += [day.isoformat() for day in file.period.days]
        for table in (HistoryFile, SealedPark):
            connection.execute(delete(table).where(table.dataset == file.dataset, table.period.in_(names)))
    bulk.insert(connection, HistoryFile, pl.DataFrame([_file_row(file) for file in sealed], schema=_FILES))
    parks = [(file.dataset, file.period.name, *park) for file in sealed for park in file.parks]
    bulk.insert(connection, SealedPark, pl.DataFrame(parks, schema=_PARKS, orient="row"))


_FILES = pl.Schema(
    {
        "dataset": pl.String(),
        "period": pl.String(),
        "name": pl.String(),
        "starts_at": pl.Int64(),
        "ends_at": pl.Int64(),
        "schema_version": pl.Int64(),
        "row_count": pl.Int64(),
        "byte_count": pl.Int64(),
        "sha256": pl.String(),
        "first_at": pl.Int64(),
        "last_at": pl.Int64(),
        "sealed_at": pl.Int64(),
        "verified_at": pl.Int64(),
    }
)
_PARKS = pl.Schema(
    {
        "dataset": pl.String(),
        "period": pl.String(),
        "park_id": pl.Int64(),
        "row_count": pl.Int64(),
        "first_at": pl.Int64(),
        "last_at": pl.Int64(),
    }
)


def _file_row(file: SealedFile) -> dict[str, object]:
    own = {name: getattr(file, name) for name in _FILES if hasattr(file, name)}
    return {
        **own,
        "row_count": file.rows,
        "byte_count": file.bytes,
        "period": file.period.name,
        "starts_at": file.period.starts_at,
        "ends_at": file.period.ends_at,
    }
