"""Long answers go out in pieces, from a thread that waits for the reader: a few at once, not for ever."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator

from werkzeug.exceptions import ServiceUnavailable

from hallofshame.clock import Clock
from hallofshame.domain.errors import HallOfShameError

log = logging.getLogger(__name__)

PLACES = 3
"""How many may be made or sent at once in one process; threads are left for everything else."""

BUSY_SECONDS = 10
"""When those come back who found no place."""

GRACE_SECONDS = 30.0
LEAST_BYTES_PER_SECOND = 16 * 1024
"""A reader may take the first 30 s as slowly as it likes, on the whole at this pace."""

_free = threading.BoundedSemaphore(PLACES)


class SlowReaderError(HallOfShameError):
    """A reader who takes a long answer so slowly that it keeps others from theirs; the answer breaks off."""


class SendSlot:
    """One of the few places for long answers, until it is given back.

    :raises ServiceUnavailable: when all are taken.
    """

    def __init__(self) -> None:
        self._is_held = False
        if not _free.acquire(blocking=False):
            raise ServiceUnavailable(
                "several files are being made or sent just now; come back in a moment",
                retry_after=BUSY_SECONDS,
            )
        self._is_held = True

    def give_back(self) -> None:
        """Let another have it; does nothing the second time."""
        if self._is_held:
            self._is_held = False
            _free.release()

    def __del__(self) -> None:
        """An answer that is forgotten without being closed holds no place either."""
        self.give_back()


def sent_from(place: SendSlot, pieces: Iterable[bytes], clock: Clock) -> Iterator[bytes]:
    """The pieces, for as long as they are taken at :data:`LEAST_BYTES_PER_SECOND` or faster.

    The place is given back after the last one. One who closes the answer before the first has to do it.

    :raises SlowReaderError: when they are taken more slowly.
    """
    try:
        yield from paced(pieces, clock)
    finally:
        place.give_back()


def paced(pieces: Iterable[bytes], clock: Clock) -> Iterator[bytes]:
    """The pieces, for as long as they are taken at :data:`LEAST_BYTES_PER_SECOND` or faster.

    :raises SlowReaderError: when they are taken more slowly.
    """
    began, sent = clock.elapsed(), 0
    for piece in pieces:
        yield piece
        sent += len(piece)
        taken = clock.elapsed() - began
        if taken > GRACE_SECONDS + sent / LEAST_BYTES_PER_SECOND:
            log.warning("a reader took %d bytes in %d s; its answer breaks off", sent, taken)
            raise SlowReaderError("the reader is too slow")
