"""Columns of the history files, and how one file is written, read and compared with what went in."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from arro3.core import RecordBatch, RecordBatchReader, Table
from arro3.io import write_parquet

from hallofshame.domain.words import Feed, Origin, QueueType, Status
from hallofshame.metrics.frames import collect
from hallofshame.store.models import Base, FeedPoll, ParkActivitySnapshot, QueueData, RideStatusSnapshot

SCHEMA_VERSION = 1

INSTANT = pl.Datetime("ms", "UTC")
ROW_GROUP_ROWS = 2**18
"""Rows that a reader of one ride has to look through: a month of a park of 30 rides at 5 minutes."""

_COMPRESSION = "zstd(9)"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One data set: its SQL table, the columns of its files in order, its key and the order of its rows."""

    name: str
    model: type[Base]
    schema: pl.Schema
    key: tuple[str, ...]

    @property
    def instants(self) -> list[str]:
        """The columns that hold instants: Unix seconds in SQL, timestamps in files."""
        return [name for name, dtype in self.schema.items() if dtype == INSTANT]

    @property
    def order(self) -> tuple[str, ...]:
        """How its files are sorted: by the key, then by all that the key leaves open."""
        return (*self.key, *(name for name in self.schema if name not in self.key))

    @property
    def row_schema(self) -> pl.Schema:
        """The columns as the program reads them: instants in Unix seconds."""
        return pl.Schema(
            {name: pl.Int64() if dtype == INSTANT else dtype for name, dtype in self.schema.items()}
        )


_RIDE = {"park_id": pl.Int32(), "ride_id": pl.Int32(), "observed_at": INSTANT}

_SNAPSHOTS = Dataset(
    "snapshots",
    RideStatusSnapshot,
    pl.Schema(
        {
            **_RIDE,
            "origin": pl.UInt8(),
            "status": pl.UInt8(),
            "wait_minutes": pl.Int16(),
            "feed": pl.UInt8(),
            "stale": pl.Boolean(),
            "cadence_seconds": pl.Int32(),
        }
    ),
    ("park_id", "ride_id", "observed_at", "origin"),
)
_QUEUES = Dataset(
    "queues",
    QueueData,
    pl.Schema(
        {
            **_RIDE,
            "queue_type": pl.UInt8(),
            "state": pl.String(),
            "wait_minutes": pl.Int16(),
            "return_start": INSTANT,
            "return_end": INSTANT,
            "price_minor": pl.Int32(),
            "currency": pl.String(),
            "group_start": pl.Int32(),
            "group_end": pl.Int32(),
        }
    ),
    ("park_id", "ride_id", "observed_at", "queue_type"),
)
_CYCLES = Dataset(
    "cycles",
    ParkActivitySnapshot,
    pl.Schema(
        {
            "park_id": pl.Int32(),
            "observed_at": INSTANT,
            "feed": pl.UInt8(),
            "cadence_seconds": pl.Int32(),
            **dict.fromkeys(("operating", "down", "closed", "refurbishment", "unknown"), pl.Int32()),
        }
    ),
    ("park_id", "observed_at"),
)
_POLLS = Dataset(
    "polls",
    FeedPoll,
    pl.Schema(
        {
            "park_id": pl.Int32(),
            "observed_at": INSTANT,
            "feed": pl.UInt8(),
            "outcome": pl.String(),
            "http_status": pl.Int16(),
            "attempts": pl.Int16(),
            "duration_ms": pl.Int32(),
            "readings": pl.Int32(),
            "detail": pl.String(),
        }
    ),
    (
        "park_id",
        "observed_at",
        "feed",
        "outcome",
        "http_status",
        "attempts",
        "duration_ms",
        "readings",
        "detail",
    ),
)

DATASETS: dict[str, Dataset] = {each.name: each for each in (_SNAPSHOTS, _QUEUES, _CYCLES, _POLLS)}
"""The data sets by name. A poll has no key in SQL: two that are equal in every column are one."""

CODES = {
    "status": ", ".join(f"{each.value} {each.name}" for each in Status),
    "feed": ", ".join(f"{each.value} {each.slug}" for each in Feed),
    "origin": ", ".join(f"{each.value} {each.name.lower()}" for each in Origin),
    "queue_type": ", ".join(f"{each.value} {each.name}" for each in QueueType),
}
"""What the numbers mean; stands in the metadata of every file."""


def write(dataset: Dataset, pieces: Iterable[pl.DataFrame], path: Path, about: dict[str, str]) -> None:
    """Write rows (``row_schema``, all together in :attr:`Dataset.order`) as one file, piece by piece.

    ``about`` goes into its metadata. Times are delta-packed, all other columns dictionary-coded, everything
    compressed with zstd. The same rows give the same bytes, however they are cut into pieces: each park is
    written as one batch, so a piece must hold all rows of its parks.

    :raises OSError: when the disk does not take it.
    """
    schema = Table.from_arrow(pl.DataFrame(schema=dataset.schema)).schema
    batches = (
        batch
        for piece in pieces
        for park in _packed(dataset, piece).partition_by("park_id", maintain_order=True)
        for batch in Table.from_arrow(park.rechunk()).to_batches()
    )
    failed: list[Exception] = []
    try:
        write_parquet(
            RecordBatchReader.from_batches(schema, _watched(batches, failed)),
            path,
            compression=_COMPRESSION,
            max_row_group_size=ROW_GROUP_ROWS,
            dictionary_enabled=True,
            column_dictionary_enabled=dict.fromkeys(dataset.instants, False),
            column_encoding=dict.fromkeys(dataset.instants, "delta_binary_packed"),
            # One entry: of several, the order would be another with every run.
            key_value_metadata={
                "hallofshame": json.dumps({"schema_version": SCHEMA_VERSION, **about, "codes": CODES})
            },
        )
    except Exception:
        if failed:
            # The writer passes on the text of an error in its input, and not the error.
            raise failed[0] from None
        raise


def _watched(batches: Iterator[RecordBatch], failed: list[Exception]) -> Iterator[RecordBatch]:
    """The batches; an error in making them is put into ``failed``."""
    try:
        yield from batches
    except Exception as error:
        failed.append(error)
        raise


def _packed(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in the columns of the files."""
    return collect(
        rows.lazy()
        .select(dataset.schema.names())
        .with_columns(
            pl.from_epoch(name, "s").dt.replace_time_zone("UTC").dt.cast_time_unit("ms")
            for name in dataset.instants
        )
        .cast(dataset.schema)
    )


def _unpacked(dataset: Dataset, rows: pl.LazyFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col(dataset.instants).dt.epoch("s")).cast(dataset.row_schema).collect()


def digest(rows: pl.DataFrame) -> str:
    """Fingerprint of rows (``row_schema``): SHA-256 over the hashes of the rows in their order."""
    content = io.BytesIO()
    rows.hash_rows().rechunk().alias("hash").to_frame().write_ipc(content, compression="uncompressed")
    return hashlib.sha256(content.getbuffer()).hexdigest()


def gives_back(dataset: Dataset, path: Path, digests: Sequence[tuple[int, str]]) -> bool:
    """Whether a file holds the rows of these pieces and no others: the number of each, and its digest."""
    whole, at = pl.scan_parquet(path), 0
    for rows, wanted in digests:
        if rows and digest(_unpacked(dataset, whole.slice(at, rows))) != wanted:
            return False
        at += rows
    return bool(whole.select(pl.len()).collect().item() == at)


def read(
    dataset: Dataset,
    path: Path,
    park_ids: Collection[int] | None = None,
    start: int | None = None,
    end: int | None = None,
    ride_ids: Collection[int] | None = None,
) -> pl.DataFrame:
    """Rows of a file in its order: shape :attr:`Dataset.row_schema`; of some parks, rides or times alone."""
    found = pl.scan_parquet(path)
    if park_ids is not None:
        found = found.filter(pl.col("park_id").is_in(list(park_ids)))
    if ride_ids is not None:
        found = found.filter(pl.col("ride_id").is_in(list(ride_ids)))
    at = pl.col("observed_at")
    if start is not None:
        found = found.filter(at >= pl.lit(start * 1000).cast(INSTANT))
    if end is not None:
        found = found.filter(at < pl.lit(end * 1000).cast(INSTANT))
    return _unpacked(dataset, found)


def count(dataset: Dataset, path: Path) -> int:
    """The rows of a file, as itself says."""
    found: int = pl.scan_parquet(path, schema=dataset.schema).select(pl.len()).collect().item()
    return found


def ordered(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows, each key once, the first of several that share one, in the order of the files."""
    return collect(
        rows.lazy()
        .select(dataset.schema.names())
        .unique(dataset.key, keep="first", maintain_order=True)
        .sort(dataset.order)
        .cast(dataset.row_schema)
    )
