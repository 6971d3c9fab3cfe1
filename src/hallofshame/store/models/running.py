"""Running tables: job log, dirty list, findings, measured sizes, leases, data version."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Date, Double, Index, Integer, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hallofshame.store.models.base import CLUSTERED, TABLE_OPTIONS, Base, UnixSeconds


class AggregationLog(Base):
    """One run of one job: when, of what, how it ended, what it did, and which process did it.

    ``target_from`` and ``target_to`` are the first and last park-local day concerned. ``heartbeat_at`` is the
    last moment at which the process was known to be at it, by the clock that all hosts share. ``retries``
    counts the runs of the job that ended badly in a row before this one.
    """

    __tablename__ = "aggregation_log"
    __table_args__ = (
        Index(None, "job_type", "started_at"),
        Index(None, "outcome", "job_type"),
        TABLE_OPTIONS,
    )

    run_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    job_type: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[int] = mapped_column(UnixSeconds)
    finished_at: Mapped[int | None] = mapped_column(UnixSeconds)
    seconds: Mapped[float | None] = mapped_column(Double)
    outcome: Mapped[str] = mapped_column(String(20))
    target_from: Mapped[dt.date | None] = mapped_column(Date)
    target_to: Mapped[dt.date | None] = mapped_column(Date)
    parks_processed: Mapped[int] = mapped_column(Integer, default=0)
    rides_processed: Mapped[int] = mapped_column(Integer, default=0)
    park_days: Mapped[int] = mapped_column(Integer, default=0)
    rows_written: Mapped[int] = mapped_column(BigInteger, default=0)
    detail: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    holder: Mapped[str | None] = mapped_column(String(120))
    heartbeat_at: Mapped[int | None] = mapped_column(UnixSeconds)
    retries: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class DirtyParkDay(Base):
    """A park-day whose input changed since it was rolled up.

    ``generation`` counts the marks: the rollup clears a mark only if no new one came while it computed.
    ``first_marked_at`` is the time of the first of them, ``marked_at`` that of the latest.
    """

    __tablename__ = "dirty_park_days"
    __table_args__ = (TABLE_OPTIONS,)

    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)
    generation: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(40))
    marked_at: Mapped[int] = mapped_column(UnixSeconds)
    first_marked_at: Mapped[int] = mapped_column(UnixSeconds)


class DataQualityLog(Base):
    """A finding in the data, once per (kind, park, subject), with how often and when it was seen last.

    ``resolved_at`` is null while it is open; seen again, it is open again.
    """

    __tablename__ = "data_quality_log"
    __table_args__ = (TABLE_OPTIONS,)

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(120), primary_key=True)
    detail: Mapped[str] = mapped_column(Text)
    first_seen_at: Mapped[int] = mapped_column(UnixSeconds)
    last_seen_at: Mapped[int] = mapped_column(UnixSeconds)
    occurrences: Mapped[int] = mapped_column(BigInteger)
    resolved_at: Mapped[int | None] = mapped_column(UnixSeconds)


class StorageMetric(Base):
    """The size of one table, one data set of the history files or the SQLite file, at one measurement.

    ``place`` says which of them. Of a month (``2026-10``, or the partition at an end of a table) only the
    latest measurement is kept; ``month`` is empty for the whole. ``recent_rows`` are those of the
    ``recent_days`` full UTC days before, ``oldest_at`` is what the oldest row is about.
    """

    __tablename__ = "storage_metrics"
    __table_args__ = (CLUSTERED,)

    measured_at: Mapped[int] = mapped_column(UnixSeconds, primary_key=True)
    place: Mapped[str] = mapped_column(String(10), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[str] = mapped_column(String(8), primary_key=True)
    row_count: Mapped[int | None] = mapped_column(BigInteger)
    byte_count: Mapped[int | None] = mapped_column(BigInteger)
    index_bytes: Mapped[int | None] = mapped_column(BigInteger)
    recent_rows: Mapped[int | None] = mapped_column(BigInteger)
    recent_days: Mapped[int | None] = mapped_column(SmallInteger)
    oldest_at: Mapped[int | None] = mapped_column(UnixSeconds)
    rows_estimated: Mapped[int] = mapped_column(SmallInteger)
    bytes_estimated: Mapped[int] = mapped_column(SmallInteger)


class Lease(Base):
    """Which host holds a duty, and until when, so that of several hosts one collects."""

    __tablename__ = "leases"
    __table_args__ = (TABLE_OPTIONS,)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(120))
    expires_at: Mapped[int] = mapped_column(UnixSeconds)


class TransactionReceipt(Base):
    """The last transaction of one writer, so that its repetition sees whether the first try was committed.

    Written where the database is a cluster.
    """

    __tablename__ = "transaction_receipts"
    __table_args__ = (TABLE_OPTIONS,)

    writer: Mapped[str] = mapped_column(String(24), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
    written_at: Mapped[int] = mapped_column(UnixSeconds)


class DataVersion(Base):
    """One counter that moves with every change of what the API can answer; caches and ETags carry it."""

    __tablename__ = "data_version"
    __table_args__ = (TABLE_OPTIONS,)

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    data_as_of: Mapped[int | None] = mapped_column(UnixSeconds)


class ImportCheckpoint(Base):
    """The events of one park (0: of all parks) in one version of one file of ``source`` are in the record."""

    __tablename__ = "import_checkpoints"
    __table_args__ = (TABLE_OPTIONS,)

    source: Mapped[str] = mapped_column(String(200), primary_key=True)
    file_key: Mapped[str] = mapped_column(String(120), primary_key=True)
    park_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(120))
    imported_at: Mapped[int] = mapped_column(UnixSeconds)
