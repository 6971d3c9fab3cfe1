"""One park's failure is its own: what counts as one, and how it is logged and noted.

Whatever one park's answer makes this program do wrong ends the work on that park and no other's.
"""

from __future__ import annotations

import logging
import threading
import traceback

from polars.exceptions import PanicException

from hallofshame.domain.errors import BodyError, FeedError, ParkFailedError
from hallofshame.domain.readings import Finding
from hallofshame.domain.words import MAX_RIDES_PER_ANSWER, Feed

FAILURES = (Exception, PanicException)
"""What one park's answer may raise. Polars raises a ``BaseException`` where its own code panics."""


class TooManyRidesError(BodyError):
    """An answer that names more rides than :data:`MAX_RIDES_PER_ANSWER`."""

    def __init__(self, source: str, rides: int) -> None:
        super().__init__(
            f"{source} names {rides} rides; over {MAX_RIDES_PER_ANSWER} cannot be right, so it is refused"
        )


def refuse_too_many(source: str, rides: int) -> None:
    """Raise :class:`TooManyRidesError` where ``source``, one answer of one park, names too many rides."""
    if rides > MAX_RIDES_PER_ANSWER:
        raise TooManyRidesError(source, rides)


class FailureLog:
    """Logs what went wrong over single parks, with the traceback where an error is met for the first time.

    A failure may come back with every cycle; the traceback would then be written 288 times a day. May be used
    by several threads.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._known: set[tuple[str, str, str]] = set()

    def failed(self, park: str, error: ParkFailedError) -> Finding:
        """Log that this program failed over ``park``; returns the finding that says so."""
        cause = error.__cause__ or error
        key = park, error.doing, _place(cause)
        with self._lock:
            is_new = key not in self._known
            self._known.add(key)
        if is_new:
            self._log.error("%s: %s; the other parks go on", park, error, exc_info=cause)
        else:
            self._log.error("%s: %s again; its traceback is further up in the log", park, error)
        return failure_finding(park, error)

    def refused(self, park: str, feed: Feed, error: FeedError) -> None:
        """Log that a feed gave no usable answer for ``park``."""
        # They come by the hundred, and the cycle sums them up in one line per feed.
        self._log.debug("%s from %s: %s", park, feed.slug, error)


def failure_finding(park: str, error: ParkFailedError) -> Finding:
    """The finding ``park_failed`` of one failure."""
    return Finding("park_failed", error.doing, f"{park}: {error}. The log has the traceback.")


def _place(error: BaseException) -> str:
    """Type of an error and where it was raised, which is what makes two failures the same one."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__} {where}"
