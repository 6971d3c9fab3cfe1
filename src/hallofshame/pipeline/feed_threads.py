"""Threads that ask the feeds: some for each feed, so that one that hangs keeps nobody else waiting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass

from hallofshame.clock import Clock
from hallofshame.domain.errors import FeedError, ParkFailedError, RequestSkippedError
from hallofshame.domain.words import Feed
from hallofshame.feeds.base import LiveFeed, Poll
from hallofshame.feeds.deadlines import Deadline, waiting
from hallofshame.pipeline.failures import FAILURES


@dataclass(frozen=True, slots=True)
class EndedRequest:
    """How one request ended, how long it took, and what :meth:`Clock.elapsed` said at its end."""

    answer: Poll | FeedError
    spent_seconds: float
    at: float


class FeedThreads:
    """``workers`` threads per feed, kept from cycle to cycle.

    A request that outlives its cycle keeps its thread until it ends by itself, so that there are never more
    threads than these; a feed that holds all of its own in this way is not asked.
    """

    def __init__(self, feeds: Mapping[Feed, LiveFeed], clock: Clock, workers: int) -> None:
        self._feeds = feeds
        self._clock = clock
        self._workers = workers
        self._pools = {
            feed: ThreadPoolExecutor(workers, thread_name_prefix=f"poll-{feed.slug}") for feed in feeds
        }
        self._hanging: defaultdict[Feed, set[Future[EndedRequest]]] = defaultdict(set)

    def close(self) -> None:
        """Let the threads go; those that hang end when their requests do."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)

    def ask(self, feed: Feed, external_id: str, deadline: Deadline) -> Future[EndedRequest]:
        """Begin to ask ``feed`` for one park; whatever goes wrong over its answer is a result, not raised.

        :raises RequestSkippedError: when requests of earlier cycles hold all threads of the feed.
        """
        self._hanging[feed] = {future for future in self._hanging[feed] if not future.done()}
        if len(self._hanging[feed]) >= self._workers:
            raise RequestSkippedError(
                f"{feed.slug} was not asked: {self._workers} requests of earlier cycles have not ended yet"
            )
        return self._pools[feed].submit(copy_context().run, self._poll, feed, external_id, deadline)

    def leave(self, feed: Feed, request: Future[EndedRequest]) -> bool:
        """Wait for ``request`` no longer; returns whether it had begun."""
        if request.cancel():
            return False
        self._hanging[feed].add(request)
        return True

    def _poll(self, feed: Feed, external_id: str, deadline: Deadline) -> EndedRequest:
        started = self._clock.elapsed()
        answer: Poll | FeedError
        try:
            with waiting(deadline):
                answer = self._feeds[feed].poll(external_id)
        except FeedError as error:
            answer = error
        except FAILURES as error:
            answer = ParkFailedError(f"reading the answer of {feed.slug}", error)
        now = self._clock.elapsed()
        return EndedRequest(answer, now - started, now)
