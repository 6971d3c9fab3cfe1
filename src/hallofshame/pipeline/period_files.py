"""The history files of one period: written from all that is known of it, and entered in the ledger as one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl
from sqlalchemy import Connection, func, select

from hallofshame.domain.errors import HistoryError
from hallofshame.domain.plurals import counted
from hallofshame.domain.words import Origin
from hallofshame.store import bulk
from hallofshame.store.database import Database
from hallofshame.store.history import formats, ledger, manifests, marks
from hallofshame.store.history.formats import DATASETS, SCHEMA_VERSION, Dataset
from hallofshame.store.history.periods import FilePeriod
from hallofshame.store.history.reading import History, sql_rows
from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.store.history.shelves import Shelf, checksum, named
from hallofshame.store.models import Park

PARKS_AT_ONCE = 8
"""Parks whose rows of a period are in memory at a time."""

Rows = Mapping[str, pl.DataFrame]
"""Rows by the name of their data set, each of the data set's ``row_schema``."""

Then = Callable[[Connection, Rows], None]
"""Work for the transaction that enters files, before it does: it is given the rows that are new."""

_TRIES = 3


class SealedMeanwhileError(HistoryError):
    """Another process has sealed the period since its rows were read."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """The state that a period was sealed from."""

    files: list[SealedFile]
    marks: pl.DataFrame
    moves: list[int]


class PeriodFiles:
    """Writes the files of one period after the other. ``now``: Unix seconds."""

    def __init__(self, database: Database, shelf: Shelf, now: int) -> None:
        self._database = database
        self._history = History(shelf)
        self._shelf = shelf
        self._now = now

    def seal(self, period: FilePeriod) -> list[SealedFile]:
        """Seal a period from all that is known of it."""
        with self._database.read() as connection:
            seen = self._seen(connection, period)
            if not seen.files and not any(
                row_count(connection, dataset, period) for dataset in DATASETS.values()
            ):
                return []
            files = self._put_all(connection, period, {})
        self._enter(period, files, seen)
        return files

    def add(self, period: FilePeriod, added: Rows, then: Then, without: pl.DataFrame | None = None) -> Rows:
        """Seal a period with rows that nothing holds yet; returns those, without what was known.

        Of two rows of one key the one that is known stays. Where nothing is new, nothing is written, and
        ``then`` is not called.

        :param then: called inside the transaction that enters the files, with the rows that are new.
        :param without: live rows at these instants (``park_id``, ``observed_at``) leave the files first;
            ``then`` has to take them out of SQL.
        :raises HistoryError: for a file that has to be read and is missing or damaged.
        :raises StorageError: where a file cannot be written; nothing changes then.
        """
        for tries in range(1, _TRIES + 1):
            with self._database.read() as connection:
                seen = self._seen(connection, period)
                fresh = {
                    name: self._fresh(connection, name, period, rows, without) for name, rows in added.items()
                }
                if without is None and not any(rows.height for rows in fresh.values()):
                    return fresh
                files = self._put_all(connection, period, fresh, without)
            try:
                self._enter(period, files, seen, partial(_given, then, fresh))
            except SealedMeanwhileError:
                if tries == _TRIES:
                    raise
            else:
                return fresh
        raise AssertionError("unreachable")

    def again(self, period: FilePeriod) -> list[SealedFile]:
        """Seal a period from SQL rows alone; refused where they are fewer than the files held."""
        with self._database.read() as connection:
            seen = self._seen(connection, period)
            parks = _all_parks(connection)
            found = {
                dataset.name: formats.ordered(
                    dataset, sql_rows(connection, dataset, parks, period.starts_at, period.ends_at)
                )
                for dataset in DATASETS.values()
            }
            for file in seen.files:
                held = found[file.dataset].filter(
                    pl.col("observed_at").is_between(
                        file.period.starts_at, file.period.ends_at, closed="left"
                    )
                )
                if held.height < file.rows:
                    raise HistoryError(
                        f"the database holds {counted(held.height, 'row')} of {file.dataset} of "
                        f"{file.period.name}, the history file {file.name} held {file.rows}; "
                        "put the file back from a copy"
                    )
        files = [self._put(DATASETS[name], period, iter([rows])) for name, rows in found.items()]
        self._enter(period, files, seen)
        return files

    def _seen(self, connection: Connection, period: FilePeriod) -> _Seen:
        return _Seen(
            sealed_files(connection, start=period.starts_at, end=period.ends_at),
            marks.marks(connection, period.first, period.last),
            marks.moves(connection)["move_id"].to_list(),
        )

    def _fresh(
        self,
        connection: Connection,
        name: str,
        period: FilePeriod,
        added: pl.DataFrame,
        without: pl.DataFrame | None,
    ) -> pl.DataFrame:
        """Those of ``added`` whose keys nothing holds, the first of several of one key."""
        dataset = DATASETS[name]
        rows = added.cast(dataset.row_schema).unique(dataset.key, keep="first", maintain_order=True)
        parks = rows["park_id"].unique().sort().to_list()
        pieces = [
            _left(
                dataset, self._held(connection, dataset, period, parks[at : at + PARKS_AT_ONCE]), without
            ).select(dataset.key)
            for at in range(0, len(parks), PARKS_AT_ONCE)
        ]
        if not any(piece.height for piece in pieces):
            return rows
        return rows.join(pl.concat(pieces), on=dataset.key, how="anti", nulls_equal=True)

    def _held(
        self, connection: Connection, dataset: Dataset, period: FilePeriod, parks: Collection[int]
    ) -> pl.DataFrame:
        return self._history.rows(connection, dataset, parks, period.starts_at, period.ends_at)

    def _put_all(
        self, connection: Connection, period: FilePeriod, fresh: Rows, without: pl.DataFrame | None = None
    ) -> list[SealedFile]:
        return [
            self._put(dataset, period, self._rows(connection, dataset, period, fresh.get(name), without))
            for name, dataset in DATASETS.items()
        ]

    def _rows(
        self,
        connection: Connection,
        dataset: Dataset,
        period: FilePeriod,
        fresh: pl.DataFrame | None,
        without: pl.DataFrame | None,
    ) -> Iterator[pl.DataFrame]:
        """Everything known of a period and what is added to it, a few parks at a time."""
        parks = _all_parks(connection)
        for at in range(0, len(parks), PARKS_AT_ONCE):
            group = parks[at : at + PARKS_AT_ONCE]
            rows = _left(dataset, self._held(connection, dataset, period, group), without)
            if fresh is not None and fresh.height:
                rows = pl.concat([rows, fresh.filter(pl.col("park_id").is_in(group))]).sort(dataset.key)
            yield rows if dataset.name == "snapshots" else formats.ordered(dataset, rows)

    def _put(self, dataset: Dataset, period: FilePeriod, pieces: Iterator[pl.DataFrame]) -> SealedFile:
        """Write, read back, compare, publish and read once more; nothing is entered yet."""
        target = self._shelf.partial(f"{period.name}.{dataset.name}")
        about = {"dataset": dataset.name, "period": period.name}
        parks: list[tuple[int, int, int, int]] = []
        digests: list[tuple[int, str]] = []

        def noted() -> Iterator[pl.DataFrame]:
            for piece in pieces:
                digests.append((piece.height, formats.digest(piece)))
                parks.extend(_ranges(piece))
                yield piece

        try:
            with named(target):
                formats.write(dataset, noted(), target, about)
                sha256, size = checksum(target), target.stat().st_size
            if not formats.gives_back(dataset, target, digests):
                raise HistoryError(
                    f"the history file of {dataset.name} of {period.name} does not give back what was "
                    f"written to {self._shelf.folder}; nothing was changed: check the disk, then seal again"
                )
            file = SealedFile(
                dataset=dataset.name,
                period=period,
                name=manifests.file_name(dataset.name, period, sha256),
                schema_version=SCHEMA_VERSION,
                rows=sum(rows for _, rows, _, _ in parks),
                bytes=size,
                sha256=sha256,
                first_at=min((first for _, _, first, _ in parks), default=None),
                last_at=max((last for _, _, _, last in parks), default=None),
                sealed_at=self._now,
                verified_at=self._now,
                parks=tuple(parks),
            )
            self._shelf.publish(target, file.name)
        finally:
            target.unlink(missing_ok=True)
        self._shelf.fetch(file)
        return file

    def _enter(
        self,
        period: FilePeriod,
        files: list[SealedFile],
        seen: _Seen,
        also: Callable[[Connection], None] | None = None,
    ) -> None:
        """The manifest, last of the files; then the ledger, in one transaction with the marks."""
        manifests.write_manifest(self._shelf, period, files)

        def work(connection: Connection) -> None:
            # Whoever sealed meanwhile may have folded in rows that these files lack.
            if _names(self._seen(connection, period).files) != _names(seen.files):
                raise SealedMeanwhileError(
                    f"another process sealed {period.name} meanwhile, and its files stand; seal again if it "
                    "failed"
                )
            if also is not None:
                also(connection)
            ledger.record(connection, files)
            marks.clear(connection, seen.marks)
            marks.follow(connection, seen.moves, period.starts_at, period.ends_at)

        self._database.run(work)


def _left(dataset: Dataset, rows: pl.DataFrame, without: pl.DataFrame | None) -> pl.DataFrame:
    """Rows but for live ones at these instants. Polls stay: they say how requests of ours ended."""
    if without is None or dataset.name == "polls":
        return rows
    gone = without.select(
        pl.col("park_id").cast(rows.schema["park_id"]), "observed_at", gone=pl.lit(value=True)
    )
    marked = rows.join(gone, on=["park_id", "observed_at"], how="left", maintain_order="left")
    leaves = pl.col("gone").fill_null(value=False)
    if "origin" in rows.columns:
        leaves &= pl.col("origin") == int(Origin.LIVE)
    return marked.filter(~leaves).drop("gone")


def _given(then: Then, fresh: Rows, connection: Connection) -> None:
    then(connection, fresh)


def row_count(connection: Connection, dataset: Dataset, period: FilePeriod) -> int:
    """How many SQL rows of a data set lie in a period."""
    (at,) = bulk.columns_of(dataset.model, ["observed_at"])
    query = select(func.count()).where(at >= period.starts_at, at < period.ends_at)
    return connection.scalar(query) or 0


def _ranges(rows: pl.DataFrame) -> Sequence[tuple[int, int, int, int]]:
    """Per park the rows, the first and the last instant."""
    at = pl.col("observed_at")
    found = rows.group_by("park_id").agg(rows=pl.len(), first=at.min(), last=at.max())
    return found.sort("park_id").rows()


def _names(files: Sequence[SealedFile]) -> set[str]:
    return {file.name for file in files}


def _all_parks(connection: Connection) -> list[int]:
    return list(connection.scalars(select(Park.park_id).order_by(Park.park_id)))
