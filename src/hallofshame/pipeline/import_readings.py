"""Import of readings: every recording in a folder becomes part of the record, each once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
from sqlalchemy import Connection

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.words import Feed
from hallofshame.feeds.recordings import SHAPES, Recording, read_recording
from hallofshame.feeds.touring_plans import is_dataset, median_step_seconds, read_dataset, together
from hallofshame.pipeline.ingest import MAX_CADENCE_SECONDS, IngestResult, ingest_readings
from hallofshame.pipeline.recorded import park_of
from hallofshame.pipeline.registry import Registry
from hallofshame.pipeline.shipped import load_parks
from hallofshame.pipeline.touring_plans import NAMES_FILE, dataset_of
from hallofshame.store import checkpoints
from hallofshame.store.database import Database
from hallofshame.store.history.shelves import Shelf

Progress = Callable[[int, int], None]


@dataclass
class ReadingsResult:
    """What an import of readings did; files by their path in the folder.

    ``taken``: what each file brought, and the cadence it was ingested with, in seconds. ``known`` files were
    in the record already, ``refused`` says why each unusable one is left out.
    """

    taken: dict[str, tuple[IngestResult, int]] = field(default_factory=dict)
    known: int = 0
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> IngestResult:
        """All files together."""
        whole = IngestResult()
        for result, _ in self.taken.values():
            whole.add(result)
        return whole


def import_readings(
    database: Database,
    folder: Path,
    clock: Clock,
    log: logging.Logger,
    *,
    cadence_seconds: int | None = None,
    timezone: str | None = None,
    registry: Registry | None = None,
    catalogue_file: Path | None = None,
    history: Shelf | None = None,
    replace_others: bool = False,
    progress: Progress | None = None,
    into: ReadingsResult | None = None,
) -> ReadingsResult:
    """Ingest every parquet or CSV file under ``folder`` that is a recording, in order of paths.

    The feed is told by the columns. CSV files of one folder are taken together. A file is noted when all of
    it is in the record: broken off, the import goes on there, and a file is taken again only if its content
    has changed. One that cannot be used is logged and left out.

    :param cadence_seconds: how often the source polled; without it, each file's own median.
    :param history: where the history files stand; closed days go straight into them.
    :param replace_others: the park-days of the recordings are computed from their kind of record, whatever
        covers them better (R15). Files that were taken without it are taken again.
    :param into: is filled while the import runs, so that it tells what was done if that is broken off.
    :raises NotFoundError: where the folder holds no such file.
    """
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in (".parquet", ".csv") and path.is_file() and path.name != NAMES_FILE
    )
    if not files:
        raise NotFoundError(
            f"{folder} holds no parquet or CSV file; name the folder that holds the recordings"
        )
    importing = _Import(
        database,
        folder,
        clock,
        log,
        _Asked(cadence_seconds, timezone, registry or Registry(), catalogue_file, history, replace_others),
        ReadingsResult() if into is None else into,
    )
    done = 0
    for unit in _units(files):
        importing.take(unit)
        done += len(unit)
        if progress is not None:
            progress(done, len(files))
    return importing.result


def _units(files: Sequence[Path]) -> list[list[Path]]:
    """Files that are taken at once: the CSV files of one folder, since each is of a single ride."""
    units: dict[Path, list[Path]] = {}
    for path in files:
        units.setdefault(path.parent if path.suffix == ".csv" else path, []).append(path)
    return list(units.values())


@dataclass(frozen=True)
class _Asked:
    """How the recordings are to be read and written."""

    cadence_seconds: int | None
    timezone: str | None
    registry: Registry
    catalogue_file: Path | None
    history: Shelf | None
    replace_others: bool


class _Import:
    """One import: takes recordings that are not in the record yet, and notes them."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        clock: Clock,
        log: logging.Logger,
        asked: _Asked,
        result: ReadingsResult,
    ) -> None:
        self._database = database
        self._folder = folder
        self._clock = clock
        self._log = log
        self._asked = asked
        self._source = str(folder.resolve())
        self._catalogue = load_parks(asked.catalogue_file)
        self.result = result
        with database.read() as connection:
            self._done = checkpoints.done(connection, self._source)

    def take(self, files: Sequence[Path]) -> None:
        """Take those of some files that are not in the record yet."""
        fresh = [path for path in files if not self._is_known(path)]
        self.result.known += len(files) - len(fresh)
        read = [(path, recording) for path in fresh if (recording := self._read(path)) is not None]
        if not read:
            return
        of_rides = [recording for _, recording in read if recording.feed is Feed.TOURING_PLANS]
        whole = together(of_rides) if of_rides else read[0][1]
        paths = [path for path, _ in read]
        try:
            cadence = self._cadence(paths[0], whole)
            brought = ingest_readings(
                self._database,
                whole,
                whole.feed,
                cadence_seconds=cadence,
                clock=self._clock,
                log=self._log,
                park=None if of_rides else park_of(paths[0], whole, self._catalogue),
                timezone=self._asked.timezone,
                registry=self._asked.registry,
                catalogue_file=self._asked.catalogue_file,
                history=self._asked.history,
                replace_others=self._asked.replace_others,
            )
        except InputError as error:
            self._refuse(paths, error)
            return
        self.result.taken[", ".join(map(self._key, paths))] = brought, cadence
        if not brought.failed:
            self._note(paths)

    def _read(self, path: Path) -> Recording | None:
        """What a file holds; ``None`` for one that is refused."""
        try:
            feed = feed_of(path)
            if feed is not Feed.TOURING_PLANS:
                return read_recording(path, feed)
            return read_dataset(dataset_of(path, self._catalogue, None, self._asked.timezone))
        except InputError as error:
            self._refuse([path], error)
            return None

    def _cadence(self, path: Path, recording: Recording) -> int:
        if self._asked.cadence_seconds is not None:
            return self._asked.cadence_seconds
        if recording.feed is Feed.TOURING_PLANS:
            return _checked(median_step_seconds(recording.readings))
        return measured_cadence(path)

    def _refuse(self, paths: Sequence[Path], error: InputError) -> None:
        """Leave files out that cannot be used, each with one line."""
        for path in paths:
            self._log.warning("%s: %s", self._key(path), error)
            self.result.refused[self._key(path)] = str(error)

    def _key(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _is_known(self, path: Path) -> bool:
        return self._done.get(self._key(path), {}).get(checkpoints.ALL_PARKS) in self._versions(path)

    def _versions(self, path: Path) -> tuple[str, ...]:
        """How a file is noted that need not be taken again, the way this import notes it last."""
        plain = _version(path)
        replaced = plain + checkpoints.REPLACED
        return (replaced,) if self._asked.replace_others else (replaced, plain)

    def _note(self, paths: Sequence[Path]) -> None:
        noted = [(self._key(path), self._versions(path)[-1]) for path in paths]

        def work(connection: Connection) -> None:
            for key, version in noted:
                checkpoints.note(
                    connection, self._source, key, version, [checkpoints.ALL_PARKS], self._clock.now()
                )

        self._database.run(work)


def _version(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size}-{stat.st_mtime_ns}"


def feed_of(path: Path) -> Feed:
    """The feed whose recordings have the columns of a file.

    :raises InputError: for a file that is no recording of a sampled feed.
    """
    if path.suffix == ".csv":
        if is_dataset(path):
            return Feed.TOURING_PLANS
        raise InputError("has no recording's columns; docs/commands.md says what a recording holds")
    try:
        columns = set(pl.read_parquet_schema(path))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError(f"cannot be read as parquet: {error}") from error
    for feed, (_, required) in SHAPES.items():
        # The last one may be told in another way, see SHAPES.
        if columns >= set(required[:-1]):
            return feed
    raise InputError("has no recording's columns; docs/commands.md says what a recording holds")


def measured_cadence(path: Path) -> int:
    """The median time between two polls of a recording, in seconds.

    :raises InputError: for one with fewer than two polls, or with a median over 24 h.
    """
    polls = pl.read_parquet(path, columns=["polled_at"])["polled_at"].drop_nulls().unique().sort()
    steps = polls.diff().drop_nulls().dt.total_seconds()
    # Polls of several parks in one run are seconds apart; they are one poll.
    return _checked(steps.filter(steps >= 60).median())


def _checked(median: object) -> int:
    """A median step as a cadence."""
    if not isinstance(median, int | float) or not 1 <= median <= MAX_CADENCE_SECONDS:
        raise InputError("its polls do not tell how often it was made; say so with --cadence")
    return round(median)
