"""Polling: every park's feeds are asked once, side by side, until the deadline of the cycle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Connection, select

from hallofshame.clock import Clock
from hallofshame.domain.errors import FeedError, ParkFailedError, RequestSkippedError
from hallofshame.domain.names import clipped
from hallofshame.domain.readings import Finding, ParkReading
from hallofshame.domain.words import Feed, PollOutcome, RideKind
from hallofshame.feeds.base import LiveFeed, Poll
from hallofshame.feeds.deadlines import Deadline
from hallofshame.pipeline.failures import FAILURES, FailureLog, TooManyRidesError, refuse_too_many
from hallofshame.pipeline.feed_threads import EndedRequest, FeedThreads
from hallofshame.store import catalogue
from hallofshame.store.models import Park

PRIMARY_SHARE = 2 / 3
"""Share of a cycle's time after which a park's fallback is asked although its primary feed may yet answer."""

Progress = Callable[[int, int], None]

GRACE_SECONDS = 0.25
"""How much longer than their time requests are waited for: they end by themselves and say more of why."""


DETAIL_CHARACTERS = 500
"""How much of an error's message ``feed_polls`` keeps."""


@dataclass(frozen=True, slots=True)
class PolledPark:
    """A park as collection sees it: where to ask, in which order."""

    park_id: int
    slug: str
    timezone: str
    sources: tuple[tuple[Feed, str], ...]


@dataclass(frozen=True, slots=True)
class PollRecord:
    """How one request for one park ended, as ``feed_polls`` keeps it.

    ``cut_short``: it was not made, or not to its end, because the deadline of the cycle had passed.
    """

    park_id: int
    feed: Feed
    outcome: PollOutcome
    http_status: int | None
    attempts: int
    duration_ms: int | None
    readings: int
    detail: str | None
    cut_short: bool = False


@dataclass
class ParkAnswer:
    """What came of asking one park's feeds.

    ``ahead_seconds``: by how much the cycle's stamp, with the time since added, was ahead of the clock of
    the source that answered; ``None`` where none said what its clock showed. ``findings`` are about the way
    the answer came; those about its content are in the reading.
    """

    park: PolledPark
    polls: list[PollRecord] = field(default_factory=list)
    reading: ParkReading | None = None
    ahead_seconds: float | None = None
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request on its way."""

    answer: ParkAnswer
    feed: Feed
    has_fallback: bool
    began: float


class PollRound:
    """One cycle's requests: every park's primary feed, and its fallback when the primary gave nothing (R2).

    A park with a fallback waits for its primary feed :data:`PRIMARY_SHARE` of the time, so that the fallback
    has the rest. ``observed_at`` is the present; ``seconds`` count from now.
    """

    def __init__(
        self,
        threads: FeedThreads,
        clock: Clock,
        log: FailureLog,
        observed_at: dt.datetime,
        seconds: float,
    ) -> None:
        self._threads = threads
        self._clock = clock
        self._log = log
        self._observed_at = observed_at
        self._began = clock.elapsed()
        self._whole = Deadline(clock, seconds)
        self._primary = self._whole.at_most(PRIMARY_SHARE * seconds)
        self._pending: dict[Future[EndedRequest], _Asked] = {}
        self._tell: Callable[[], None] = lambda: None

    def ask(self, parks: Sequence[PolledPark], progress: Progress | None = None) -> list[ParkAnswer]:
        """Ask for all parks; what has not answered in time has timed out."""
        answers = [ParkAnswer(park) for park in parks]
        self._tell = lambda: progress(len(parks) - len(self._pending), len(parks)) if progress else None
        try:
            for answer in answers:
                self._ask_next(answer)
            self._take_until(self._primary)
            for answer in self._give_up(lambda asked: asked.has_fallback):
                self._ask_next(answer)
            self._take_until(self._whole)
            self._give_up(lambda _asked: True)
        finally:
            for request, asked in self._pending.items():
                self._threads.leave(asked.feed, request)
        return answers

    def _ask_next(self, answer: ParkAnswer) -> None:
        """Ask the next feed that knows the park, if there is one."""
        park = answer.park
        for place in range(len(answer.polls), len(park.sources)):
            feed, external_id = park.sources[place]
            has_fallback = place + 1 < len(park.sources)
            try:
                request = self._threads.ask(feed, external_id, self._primary if has_fallback else self._whole)
            except RequestSkippedError as error:
                self._put_down(answer, feed, error, None)
                continue
            except FAILURES as error:
                self._put_down(answer, feed, ParkFailedError(f"asking {feed.slug}", error), None)
                continue
            self._pending[request] = _Asked(answer, feed, has_fallback, self._clock.elapsed())
            return

    def _take_until(self, deadline: Deadline) -> None:
        """Take what arrives, until nothing is on its way or the time is over."""
        is_over = False
        while self._pending and not is_over:
            left = deadline.seconds_left()
            done, _ = wait(self._pending, left + GRACE_SECONDS, FIRST_COMPLETED)
            for request in done:
                self._take(self._pending.pop(request), request.result())
                self._tell()
            is_over = left <= 0 or not done

    def _take(self, asked: _Asked, ended: EndedRequest) -> None:
        answer = asked.answer
        error = ended.answer if isinstance(ended.answer, FeedError) else self._taken(asked, ended)
        if error is not None:
            self._put_down(answer, asked.feed, error, int(1000 * ended.spent_seconds))
        if answer.reading is None:
            self._ask_next(answer)

    def _taken(self, asked: _Asked, ended: EndedRequest) -> FeedError | None:
        """Take over what a feed answered; returns the error where that cannot be done."""
        try:
            self._keep(asked, ended)
        except FeedError as refusal:
            return refusal
        except FAILURES as failure:
            return ParkFailedError(f"reading the answer of {asked.feed.slug}", failure)
        return None

    def _keep(self, asked: _Asked, ended: EndedRequest) -> None:
        """Take over an answer as a whole, or raise and take over nothing of it.

        One that tells the state of no ride has given nothing where another feed may be asked (R2).
        """
        answer, feed = asked.answer, asked.feed
        poll = cast("Poll", ended.answer)
        rides = len(poll.reading.rides)
        refuse_too_many(f"the answer of {feed.slug}", rides)
        ahead = answer.ahead_seconds
        if poll.served_at is not None:
            stamped = self._observed_at + dt.timedelta(seconds=ended.at - self._began)
            ahead = (stamped - poll.served_at).total_seconds()
        gave = rides > 0 and not (asked.has_fallback and _tells_nothing(poll.reading))
        outcome = PollOutcome.OK if gave else PollOutcome.EMPTY
        park_id = answer.park.park_id
        record = PollRecord(
            park_id, feed, outcome, poll.http_status, poll.attempts, poll.duration_ms, rides, None
        )
        answer.polls.append(record)
        answer.ahead_seconds = ahead
        answer.reading = poll.reading if gave else None

    def _give_up(self, chosen: Callable[[_Asked], bool]) -> list[ParkAnswer]:
        """Wait no longer for the requests ``chosen``; returns whose they were."""
        requests = [request for request, asked in self._pending.items() if chosen(asked)]
        left = []
        for request in requests:
            asked = self._pending.pop(request)
            spent = self._clock.elapsed() - asked.began
            if self._threads.leave(asked.feed, request):
                error = RequestSkippedError(f"no answer within the {spent:.0f} s that it had", attempts=1)
            else:
                error = RequestSkippedError("its turn did not come in the time for all requests together")
            self._put_down(asked.answer, asked.feed, error, int(1000 * spent))
            left.append(asked.answer)
        return left

    def _put_down(self, answer: ParkAnswer, feed: Feed, error: FeedError, spent_ms: int | None) -> None:
        park = answer.park
        if isinstance(error, ParkFailedError):
            answer.findings.append(self._log.failed(park.slug, error))
        else:
            self._log.refused(park.slug, feed, error)
        if isinstance(error, TooManyRidesError):
            answer.findings.append(Finding("too_many_rides", feed.slug, f"{park.slug}: {error}"))
        answer.polls.append(
            PollRecord(
                park.park_id,
                feed,
                error.outcome,
                error.http_status,
                error.attempts,
                spent_ms,
                0,
                clipped(str(error), DETAIL_CHARACTERS),
                cut_short=isinstance(error, RequestSkippedError),
            )
        )


def _tells_nothing(reading: ParkReading) -> bool:
    """Whether an answer tells the state of no attraction: hours and shows are no live status."""
    return not any(ride.status is not None and ride.kind is RideKind.ATTRACTION for ride in reading.rides)


def polled_parks(connection: Connection, feeds: Mapping[Feed, LiveFeed]) -> list[PolledPark]:
    """Every active park that one of ``feeds`` knows, its primary feed first."""
    ids = {feed: catalogue.external_ids(connection, feed, "park") for feed in feeds}
    by_park: dict[int, dict[Feed, str]] = {}
    for feed, known in ids.items():
        for external_id, park_id in known.items():
            by_park.setdefault(park_id, {}).setdefault(feed, external_id)
    rows = connection.execute(
        select(Park.park_id, Park.slug, Park.timezone, Park.primary_feed)
        .where(Park.is_active)
        .order_by(Park.park_id)
    )
    return [
        PolledPark(
            park_id,
            slug,
            timezone,
            tuple(
                sorted(by_park[park_id].items(), key=lambda item, primary=primary: item[0] != primary)  # type: ignore[misc]
            ),
        )
        for park_id, slug, timezone, primary in rows
        if park_id in by_park
    ]
