"""The sealed files in force, as the ledger lists them. Loads no frames, so that ``doctor`` starts quickly."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select

from hallofshame.store.history.periods import FilePeriod
from hallofshame.store.models import HistoryFile

DATASETS = ("snapshots", "queues", "cycles", "polls")
"""The data sets of the history: ``ride_status_snapshots``, ``queue_data``, ``park_activity_snapshots`` and
``feed_polls``."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """One file of the ledger; instants in Unix seconds.

    ``parks`` holds per park the rows, the first and the last instant.
    """

    dataset: str
    period: FilePeriod
    name: str
    schema_version: int
    rows: int
    bytes: int
    sha256: str
    first_at: int | None
    last_at: int | None
    sealed_at: int
    verified_at: int
    parks: tuple[tuple[int, int, int, int], ...] = ()


def sealed_files(
    connection: Connection,
    datasets: Collection[str] = DATASETS,
    *,
    start: int | None = None,
    end: int | None = None,
) -> list[SealedFile]:
    """The files that hold anything from ``start`` until before ``end`` (Unix seconds), in time order.

    Their ``parks`` are left out; :func:`hallofshame.store.history.ledger.park_ranges` has them.
    """
    table = HistoryFile
    query = select(table).where(table.dataset.in_(datasets)).order_by(table.starts_at, table.dataset)
    if start is not None:
        query = query.where(table.ends_at > start)
    if end is not None:
        query = query.where(table.starts_at < end)
    return [
        SealedFile(
            row.dataset,
            FilePeriod.named(row.period),
            row.name,
            row.schema_version,
            row.row_count,
            row.byte_count,
            row.sha256,
            row.first_at,
            row.last_at,
            row.sealed_at,
            row.verified_at,
        )
        for row in connection.execute(query.with_only_columns(*table.__table__.columns))
    ]
