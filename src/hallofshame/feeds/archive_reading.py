"""Archive files read ahead: fetched by threads, parsed by processes of their own, given out in order."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from types import TracebackType
from typing import Self

from hallofshame.domain.errors import BodyError
from hallofshame.feeds import archive
from hallofshame.feeds.archive_columns import FilesRead, ParkEvents, read_files
from hallofshame.feeds.archive_process import one_thread
from hallofshame.feeds.archive_shelf import ArchiveFile, ArchiveShelf

FETCHES_PER_WORKER = 4
"""Files on their way from a bucket at a time: a fetch waits for the network, and a folder's costs nothing."""

FILES_AT_ONCE = 8
"""Files that are read together: a frame for all of them costs hardly more than one for each."""

BYTES_AT_ONCE = 2 * 1024 * 1024
"""So many packed bytes are read together at most, or one file; bounds the memory."""

BATCHES_AHEAD = 2
"""Batches of files per worker that are read before their turn; bounds the memory."""

Events = dict[str, ParkEvents]
"""What a file says, by the source's id of the park."""

_Batch = list[tuple[ArchiveFile, bool]]
"""Files that are read together, and whether each is due."""


class ReadAhead:
    """Reads files in order with ``workers`` processes, or in the calling one. To be used in ``with``."""

    def __init__(self, shelf: ArchiveShelf, workers: int) -> None:
        self._shelf = shelf
        self._ahead = BATCHES_AHEAD * workers if workers > 1 else 0
        self._processes: ProcessPoolExecutor | None = None
        self._batches: ThreadPoolExecutor | None = None
        self._fetches: ThreadPoolExecutor | None = None
        if workers > 1:
            context = multiprocessing.get_context("spawn")
            self._processes = ProcessPoolExecutor(workers, mp_context=context, initializer=one_thread)
            self._batches = ThreadPoolExecutor(self._ahead + 1)
            self._fetches = ThreadPoolExecutor(FETCHES_PER_WORKER * workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in (self._batches, self._fetches, self._processes):
            if pool is not None:
                pool.shutdown(wait=True, cancel_futures=True)

    def each(
        self, files: Sequence[ArchiveFile], is_due: Callable[[ArchiveFile], bool]
    ) -> Iterator[tuple[ArchiveFile, Events | BodyError | None]]:
        """Each file with what it says, or why it cannot be read; ``None`` for one that is not due.

        :raises StorageError: where the place of the files cannot be read.
        """
        waiting: deque[tuple[_Batch, Future[list[Events | BodyError]]]] = deque()
        for batch in _batches(files, is_due):
            if self._batches is None:
                yield from _given_out(batch, self._read(batch))
                continue
            waiting.append((batch, self._batches.submit(self._read, batch)))
            if len(waiting) > self._ahead:
                yield from _given_out(*_ended(waiting.popleft()))
        while waiting:
            yield from _given_out(*_ended(waiting.popleft()))

    def _read(self, batch: _Batch) -> list[Events | BodyError]:
        """What each due file of a batch says."""
        due = [file for file, is_due in batch if is_due]
        if self._fetches is None or self._processes is None:
            found = read([self._content(file) for file in due])
        else:
            contents = list(self._fetches.map(self._content, due))
            found = self._processes.submit(read, contents).result() if due else []
        return [said for part in found for said in part.each()]

    def _content(self, file: ArchiveFile) -> bytes | BodyError:
        if file.size > archive.MAX_FILE_BYTES:
            return BodyError(f"archive file has {file.size} bytes, over {archive.MAX_FILE_BYTES}; refused")
        return self._shelf.read(file)


def read(contents: Sequence[bytes | BodyError]) -> list[FilesRead]:
    """What files say, or why one cannot be read."""
    try:
        return [read_files(contents)]
    except (MemoryError, RecursionError) as error:
        if len(contents) > 1:
            return [part for content in contents for part in read([content])]
        text = f"archive file cannot be read ({type(error).__name__}); it is left out"
        return [read_files([BodyError(text)])]


def _batches(files: Sequence[ArchiveFile], is_due: Callable[[ArchiveFile], bool]) -> Iterator[_Batch]:
    batch: _Batch = []
    packed = 0
    for file in files:
        counts = is_due(file)
        if len(batch) == FILES_AT_ONCE or (packed and counts and packed + file.size > BYTES_AT_ONCE):
            yield batch
            batch, packed = [], 0
        batch.append((file, counts))
        packed += file.size * counts
    if batch:
        yield batch


def _given_out(
    batch: _Batch, found: Sequence[Events | BodyError]
) -> Iterator[tuple[ArchiveFile, Events | BodyError | None]]:
    said = iter(found)
    for file, is_due in batch:
        yield file, next(said) if is_due else None


def _ended(
    item: tuple[_Batch, Future[list[Events | BodyError]]],
) -> tuple[_Batch, list[Events | BodyError]]:
    batch, found = item
    return batch, found.result()
