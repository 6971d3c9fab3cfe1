"""The whole raw record as one: history files and SQL rows, the same rows wherever they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

import polars as pl
from sqlalchemy import Connection, select

from hallofshame.domain.errors import HistoryError
from hallofshame.domain.rules import DAY_SECONDS
from hallofshame.domain.words import Feed, QueueType
from hallofshame.store import bulk, raw
from hallofshame.store.history import formats, ledger, marks
from hallofshame.store.history.formats import DATASETS, SCHEMA_VERSION, Dataset
from hallofshame.store.history.periods import day_of, day_start, next_month
from hallofshame.store.history.sealed import SealedFile, sealed_files
from hallofshame.store.history.shelves import Shelf

SNAPSHOTS = DATASETS["snapshots"]

_END_OF_TIME = 2**40


class History:
    """Reads raw rows from sealed files where they hold all there is, else from SQL, or from both.

    Where a file and SQL hold a row of one key, the SQL row counts. May be used by several threads.

    >>> from pathlib import Path
    >>> from hallofshame.store.database import Database
    >>> from hallofshame.store.history.shelves import FolderShelf
    >>> from hallofshame.store.schema import upgrade
    >>> database = Database("sqlite:///history.db")
    >>> _ = upgrade(database)
    >>> history = History(FolderShelf(Path("history")))
    >>> with database.read() as connection:
    ...     history.observations(connection, [1], 0, None).height  # park 1, from 1970 on
    0
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def observations(
        self, connection: Connection, park_ids: Collection[int], start: int, end: int | None
    ) -> pl.DataFrame:
        """As :func:`hallofshame.store.raw.read_observations`, of the whole record.

        :raises HistoryError: for a file that is needed and missing or damaged.
        """
        return self.rows(connection, SNAPSHOTS, park_ids, start, end)

    def rows(
        self,
        connection: Connection,
        dataset: Dataset,
        park_ids: Collection[int],
        start: int,
        end: int | None,
        ride_ids: Collection[int] | None = None,
    ) -> pl.DataFrame:
        """The rows of parks (and rides) from ``start`` until before ``end``, in Unix seconds.

        Shape: :attr:`Dataset.row_schema`, sorted as the files are, each key once. Give it a connection of
        ``Database.read``, so that the ledger and the rows are of one state.
        """
        if not park_ids:
            return pl.DataFrame(schema=dataset.row_schema)
        until = _END_OF_TIME if end is None else end
        files = sealed_files(connection, [dataset.name], start=start, end=until)
        covered = [(max(start, file.period.starts_at), min(until, file.period.ends_at)) for file in files]
        spans = {span: list(park_ids) for span in _gaps(covered, start, until)}
        changed = _changed(connection, park_ids, covered)
        pieces = [
            sql_rows(connection, dataset, parks, first, last if last < _END_OF_TIME else None)
            for (first, last), parks in (*spans.items(), *changed.items())
        ]
        moved = marks.moves(connection, park_ids) if files else None
        for file in self._holding(connection, dataset, files, park_ids):
            rides = ride_ids
            if ride_ids is not None and moved is not None:
                rides = {*ride_ids, *moved["ride_id"].to_list()}
            found = self.read_file(file, dataset, park_ids, start, until, rides)
            if moved is not None and moved.height:
                found = self._with_moves(connection, dataset, file, found, moved)
            pieces.append(found)
        if len(pieces) == 1 and ride_ids is None and dataset is SNAPSHOTS:
            return pieces[0]
        whole = pl.concat([pl.DataFrame(schema=dataset.row_schema), *pieces])
        if ride_ids is not None:
            whole = whole.filter(pl.col("ride_id").is_in(list(ride_ids)))
        if changed or dataset is not SNAPSHOTS:
            return formats.ordered(dataset, whole)
        return raw.in_order(whole)

    def stream(
        self,
        connection: Connection,
        dataset: Dataset,
        park_id: int,
        ride_ids: Collection[int] | None,
        start: int,
        end: int,
    ) -> Iterator[pl.DataFrame]:
        """:meth:`rows` of one park month by month, in time order, without the months that have none.

        The first piece comes after one month was looked into, however long the range is.
        """
        holds = ledger.park_ranges(connection, dataset.name, [park_id])
        first_of_file = holds["first_at"].min()
        sealed = {file.period for file in sealed_files(connection, [dataset.name], start=start, end=end)}
        empty = {period for period in sealed if period.is_month and period.name not in set(holds["period"])}
        pending = marks.marks(connection, day_of(start), day_of(end))
        marked = {day.replace(day=1) for day in pending.filter(pl.col("park_id") == park_id)["day"]}
        skipped = {period.first for period in empty if period.month not in marked}
        month = day_of(start).replace(day=1)
        if isinstance(first_of_file, int) and not marked and sealed and min(sealed).starts_at <= start:
            month = max(month, day_of(first_of_file).replace(day=1))
        while day_start(month) < end:
            after = next_month(month)
            if month not in skipped:
                low, high = max(start, day_start(month)), min(end, day_start(after))
                found = self.rows(connection, dataset, [park_id], low, high, ride_ids)
                if found.height:
                    yield found
            month = after

    def _holding(
        self,
        connection: Connection,
        dataset: Dataset,
        files: Sequence[SealedFile],
        park_ids: Collection[int],
    ) -> list[SealedFile]:
        """Those of ``files`` that hold anything of the parks."""
        if not files:
            return []
        ranges = ledger.park_ranges(connection, dataset.name, park_ids)
        periods = set(ranges["period"])
        return [file for file in files if file.period.name in periods]

    def read_file(
        self,
        file: SealedFile,
        dataset: Dataset,
        park_ids: Collection[int] | None = None,
        start: int | None = None,
        end: int | None = None,
        ride_ids: Collection[int] | None = None,
    ) -> pl.DataFrame:
        """Rows of one verified file as they stand in it.

        :raises HistoryError: for a file that is missing, damaged or of a later program.
        """
        if file.schema_version > SCHEMA_VERSION:
            raise HistoryError(
                f"the history file {file.name} has schema {file.schema_version}, this program reads up to "
                f"{SCHEMA_VERSION}; use the program that wrote it, or a later one"
            )
        path = self.shelf.fetch(file)
        # Bounds that the period implies need not be compared row by row.
        low = start if start is not None and start > file.period.starts_at else None
        high = end if end is not None and end < file.period.ends_at else None
        return formats.read(dataset, path, park_ids, low, high, ride_ids)

    def _with_moves(
        self,
        connection: Connection,
        dataset: Dataset,
        file: SealedFile,
        rows: pl.DataFrame,
        moved: pl.DataFrame,
    ) -> pl.DataFrame:
        """Rows of a file with the rides that they belong to since they were told apart (R14)."""
        if dataset is SNAPSHOTS:
            return after_moves(rows, moved)
        if "ride_id" not in dataset.schema:
            return rows
        # A queue goes with its ride's observation of the same instant.
        period = file.period
        beside = [
            self.read_file(
                each,
                SNAPSHOTS,
                moved["park_id"].unique().to_list(),
                ride_ids=moved["ride_id"].unique().to_list(),
            )
            for each in sealed_files(connection, ["snapshots"], start=period.starts_at, end=period.ends_at)
        ]
        if not beside:
            return rows
        before = pl.concat(beside).with_columns(old="ride_id")
        key = ["park_id", "ride_id", "observed_at"]
        new = (
            after_moves(before, moved)
            .filter(pl.col("ride_id") != pl.col("old"))
            .select("park_id", pl.col("old").alias("ride_id"), "observed_at", new="ride_id")
            .unique(key)
        )
        # What visitors waited was told by TouringPlans alone, at whatever moment.
        is_actual = pl.col("queue_type") == int(QueueType.ACTUAL_STANDBY)
        followed = (
            rows.join(new, on=key, how="left", maintain_order="left")
            .with_columns(ride_id=pl.when(is_actual).then("ride_id").otherwise(pl.coalesce("new", "ride_id")))
            .with_columns(feed=pl.when(is_actual).then(int(Feed.TOURING_PLANS)))
        )
        return after_moves(followed, moved).drop("new", "feed")


def after_moves(observations: pl.DataFrame, moved: pl.DataFrame) -> pl.DataFrame:
    """Observations with the moves of :func:`hallofshame.store.history.marks.moves` applied in their order."""
    for move in moved.iter_rows(named=True):
        concerned = (
            (pl.col("park_id") == move["park_id"])
            & (pl.col("ride_id") == move["ride_id"])
            & (pl.col("feed") == move["feed"])
            & pl.col("observed_at").is_between(move["since"], move["until"])
        )
        new = pl.lit(move["new_ride_id"], pl.Int32)
        observations = observations.with_columns(ride_id=pl.when(concerned).then(new).otherwise("ride_id"))
    return observations


def sql_rows(
    connection: Connection, dataset: Dataset, park_ids: Collection[int], start: int, end: int | None
) -> pl.DataFrame:
    """The SQL rows of a data set: shape :attr:`Dataset.row_schema`, not sorted but for snapshots."""
    if dataset is SNAPSHOTS:
        return raw.read_observations(connection, park_ids, start, end)
    columns = bulk.columns_of(dataset.model, dataset.schema.names())
    at, park = bulk.columns_of(dataset.model, ["observed_at", "park_id"])
    query = select(*columns).where(park.in_(list(park_ids)), at >= start)
    if end is not None:
        query = query.where(at < end)
    return bulk.read_frame(connection, query).cast(dataset.row_schema)


def _gaps(covered: Sequence[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """The parts of ``start`` to ``end`` that no span in ``covered`` (in order) covers."""
    found, at = [], start
    for first, last in covered:
        if first > at:
            found.append((at, first))
        at = max(at, last)
    if at < end:
        found.append((at, end))
    return found


def _changed(
    connection: Connection, park_ids: Collection[int], covered: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], list[int]]:
    """The spans inside ``covered`` whose SQL rows changed since they were sealed, each with its parks."""
    if not covered:
        return {}
    first, last = covered[0][0], max(end for _, end in covered)
    pending = marks.marks(connection, day_of(first), day_of(last - 1))
    pending = pending.filter(pl.col("park_id").is_in(list(park_ids))).sort("park_id", "day")
    runs: list[tuple[int, int, int]] = []
    for park, day in pending.select("park_id", "day").iter_rows():
        begin = day_start(day)
        if runs and runs[-1][0] == park and runs[-1][2] == begin:
            runs[-1] = (park, runs[-1][1], begin + DAY_SECONDS)
        else:
            runs.append((park, begin, begin + DAY_SECONDS))
    found: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for park, begin, until in runs:
        for low, high in covered:
            if max(low, begin) < min(high, until):
                found[max(low, begin), min(high, until)].append(park)
    return dict(found)
