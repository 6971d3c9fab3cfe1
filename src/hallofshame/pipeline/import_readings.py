"""Import of readings: every recording in a folder becomes part of the record, each once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from hallofshame.clock import Clock
from hallofshame.domain.errors import InputError, NotFoundError
from hallofshame.domain.words import Feed
from hallofshame.feeds.recordings import SHAPES
from hallofshame.pipeline.ingest import MAX_CADENCE_SECONDS, IngestResult, ingest
from hallofshame.pipeline.registry import Registry
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
    progress: Progress | None = None,
    into: ReadingsResult | None = None,
) -> ReadingsResult:
    """Ingest every parquet file under ``folder`` that is a recording of a sampled feed, in order of paths.

    The feed is told by the columns. A file is noted when all of it is in the record: broken off, the import
    goes on there, and a file is taken again only if its content has changed. One that cannot be used is
    logged and left out.

    :param cadence_seconds: how often the source polled; without it, each file's own median.
    :param history: where the history files stand; closed days go straight into them.
    :param into: is filled while the import runs, so that it tells what was done if that is broken off.
    :raises NotFoundError: where the folder holds no parquet file.
    """
    files = sorted(path for path in folder.rglob("*.parquet") if path.is_file())
    if not files:
        raise NotFoundError(f"{folder} holds no parquet file; name the folder that holds the recordings")
    source, known = str(folder.resolve()), registry or Registry()
    result = ReadingsResult() if into is None else into
    with database.read() as connection:
        done = checkpoints.done(connection, source)
    for number, path in enumerate(files, start=1):
        key = path.relative_to(folder).as_posix()
        stat = path.stat()
        version = f"{stat.st_size}-{stat.st_mtime_ns}"
        if done.get(key, {}).get(checkpoints.ALL_PARKS) == version:
            result.known += 1
        else:
            try:
                feed = feed_of(path)
                cadence = cadence_seconds or measured_cadence(path)
                brought = ingest(
                    database,
                    path,
                    feed,
                    cadence_seconds=cadence,
                    clock=clock,
                    log=log,
                    timezone=timezone,
                    registry=known,
                    catalogue_file=catalogue_file,
                    history=history,
                )
            except InputError as error:
                log.warning("%s: %s", key, error)
                result.refused[key] = str(error)
            else:
                result.taken[key] = brought, cadence
                if not brought.failed:
                    _note(database, source, key, version, clock)
        if progress is not None:
            progress(number, len(files))
    return result


def _note(database: Database, source: str, key: str, version: str, clock: Clock) -> None:
    parks = [checkpoints.ALL_PARKS]
    database.run(lambda connection: checkpoints.note(connection, source, key, version, parks, clock.now()))


def feed_of(path: Path) -> Feed:
    """The feed whose recordings have the columns of a file.

    :raises InputError: for a file that is no recording of a sampled feed.
    """
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
    median = steps.filter(steps >= 60).median()
    if not isinstance(median, int | float) or not 1 <= median <= MAX_CADENCE_SECONDS:
        raise InputError("its polls do not tell how often it was made; say so with --cadence")
    return round(median)
