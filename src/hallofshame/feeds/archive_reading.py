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
from hallofshame.feeds.archive_columns import ParkEvents, read_file
from hallofshame.feeds.archive_shelf import ArchiveFile, ArchiveShelf

FETCHES_PER_WORKER = 4
"""Files on their way from a bucket at a time: a fetch waits for the network, and a folder's costs nothing."""

FILES_AHEAD = 6
"""Files per worker that are read before their turn; bounds the memory."""

Events = dict[str, ParkEvents]
"""What a file says, by the source's id of the park."""


class ReadAhead:
    """Reads files in order with ``workers`` processes, or in the calling one. To be used in ``with``."""

    def __init__(self, shelf: ArchiveShelf, workers: int) -> None:
        self._shelf = shelf
        self._ahead = FILES_AHEAD * workers if workers > 1 else 0
        self._processes: ProcessPoolExecutor | None = None
        self._threads: ThreadPoolExecutor | None = None
        if workers > 1:
            context = multiprocessing.get_context("spawn")
            self._processes = ProcessPoolExecutor(workers, mp_context=context)
            self._threads = ThreadPoolExecutor(FETCHES_PER_WORKER * workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pool in (self._threads, self._processes):
            if pool is not None:
                pool.shutdown(wait=True, cancel_futures=True)

    def each(
        self, files: Sequence[ArchiveFile], is_due: Callable[[ArchiveFile], bool]
    ) -> Iterator[tuple[ArchiveFile, Events | BodyError | None]]:
        """Each file with what it says, or why it cannot be read; ``None`` for one that is not due.

        :raises StorageError: where the place of the files cannot be read.
        """
        waiting: deque[tuple[ArchiveFile, Future[Events | BodyError] | None]] = deque()
        for file in files:
            if self._threads is None:
                yield file, self._read(file) if is_due(file) else None
                continue
            waiting.append((file, self._threads.submit(self._read, file) if is_due(file) else None))
            if len(waiting) > self._ahead:
                yield _ended(waiting.popleft())
        while waiting:
            yield _ended(waiting.popleft())

    def _read(self, file: ArchiveFile) -> Events | BodyError:
        if file.size > archive.MAX_FILE_BYTES:
            return BodyError(f"archive file has {file.size} bytes, over {archive.MAX_FILE_BYTES}; refused")
        content = self._shelf.read(file)
        return read(content) if self._processes is None else self._processes.submit(read, content).result()


def read(content: bytes) -> Events | BodyError:
    """What a file says, or why it cannot be read."""
    try:
        return read_file(content)
    except BodyError as error:
        return error
    except (MemoryError, RecursionError) as error:
        return BodyError(f"archive file cannot be read ({type(error).__name__}); it is left out")


def _ended(
    item: tuple[ArchiveFile, Future[Events | BodyError] | None],
) -> tuple[ArchiveFile, Events | BodyError | None]:
    file, found = item
    return file, None if found is None else found.result()
