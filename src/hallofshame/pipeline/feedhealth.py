"""How the feeds answered a cycle: one sentence per feed for the log, the job log and ``doctor``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from hallofshame.clock import Clock
from hallofshame.domain.errors import FeedError
from hallofshame.domain.plurals import counted
from hallofshame.domain.words import Feed, PollOutcome
from hallofshame.feeds.base import LiveFeed

_DETAIL_LENGTH = 160

_CAUSES: Mapping[PollOutcome, str] = {
    PollOutcome.NO_NETWORK: "no network",
    PollOutcome.NAME_ERROR: "its name cannot be resolved",
    PollOutcome.REFUSED: "it refuses the connection",
    PollOutcome.TLS_ERROR: "no safe connection",
    PollOutcome.CONNECTION_ERROR: "the connection broke",
    PollOutcome.TIMEOUT: "no answer in time",
    PollOutcome.RATE_LIMITED: "too many requests",
    PollOutcome.SERVER_ERROR: "a fault at the source",
    PollOutcome.CLIENT_ERROR: "it refuses the request",
    PollOutcome.NOT_FOUND: "unknown there",
    PollOutcome.BAD_BODY: "an answer that cannot be read",
    PollOutcome.EMPTY: "an answer without rides",
}

_REMEDIES: Mapping[PollOutcome, str] = {
    PollOutcome.NO_NETWORK: "see whether this machine has a network and a name server, and no firewall",
    PollOutcome.NAME_ERROR: "see whether the address in {variable} is right and the name server knows it",
    PollOutcome.REFUSED: "see whether the source is up and the address in {variable} is right",
    PollOutcome.TLS_ERROR: "see whether the clock and the certificates of this machine are right",
    PollOutcome.CONNECTION_ERROR: "the next cycle asks again; if it lasts, see whether the source is up",
    PollOutcome.TIMEOUT: "the next cycle asks again; if it lasts, see whether the source is up or only slow",
    PollOutcome.RATE_LIMITED: "ask less often: a greater HALLOFSHAME_CADENCE_SECONDS",
    PollOutcome.SERVER_ERROR: "nothing to do here; the next cycle asks again",
    PollOutcome.CLIENT_ERROR: "see whether the address in {variable} is right and the source still serves us",
    PollOutcome.NOT_FOUND: "see whether the parks have other ids there now, and correct the catalogue",
    PollOutcome.BAD_BODY: "see whether the address in {variable} is right; this is not the feed we know",
    PollOutcome.EMPTY: "see whether the parks have other ids there now, and correct the catalogue",
}


@dataclass(frozen=True, slots=True)
class PolledOnce:
    """How one poll of one feed for one park ended."""

    feed: Feed
    park: str
    outcome: PollOutcome
    http_status: int | None
    detail: str | None
    attempts: int = 1
    """0 where nothing was sent, because others of the run could not reach the host or took all the time."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """How one feed answered one cycle. ``outcomes`` counts the polls that gave no readings, by outcome."""

    feed: Feed
    asked: int
    failed: int
    outcomes: tuple[tuple[PollOutcome, int], ...]
    first: PolledOnce | None

    @property
    def is_silent(self) -> bool:
        """Whether more than half of its parks got nothing from it."""
        return 2 * self.failed > self.asked

    @property
    def is_cut_off(self) -> bool:
        """Whether it gave nothing to any park, mostly for want of a network or of a name server."""
        causes = (PollOutcome.NO_NETWORK, PollOutcome.NAME_ERROR)
        return self.failed == self.asked and self.outcomes[0][0] in causes

    @property
    def failure(self) -> str | None:
        """What went wrong, in one line; ``None`` where nothing did."""
        if self.first is None:
            return None
        kinds = [(_cause(outcome, self.first), count) for outcome, count in self.outcomes]
        if len(kinds) == 1:
            causes = kinds[0][0]
        else:
            causes = ", ".join(f"{counted(count, 'time')} {cause}" for cause, count in kinds)
        told = f"{self.feed.slug}: no answer for {self.failed} of {counted(self.asked, 'park')}: {causes}"
        first = f"; first: {self.first.park}"
        detail = " ".join((self.first.detail or "").split())[:_DETAIL_LENGTH]
        return f"{told}{first}: {detail}" if detail else told + first

    def remedy(self, variable: str) -> str:
        """What to do about the most frequent failure; ``variable`` is the setting with the feed's address."""
        return remedy_of(self.outcomes[0][0] if self.outcomes else PollOutcome.EMPTY, variable)


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """What one feed answered when it was asked for its parks; ``error`` is null where it did."""

    feed: Feed
    parks: int
    seconds: float
    outcome: PollOutcome
    error: str | None


def ask_each(feeds: Mapping[Feed, LiveFeed], clock: Clock) -> list[LiveAnswer]:
    """Ask every feed once, side by side, how many parks it lists."""

    def ask(feed: LiveFeed) -> LiveAnswer:
        began = clock.elapsed()
        try:
            parks = len(feed.list_parks())
        except FeedError as error:
            return LiveAnswer(feed.feed, 0, clock.elapsed() - began, error.outcome, str(error))
        return LiveAnswer(feed.feed, parks, clock.elapsed() - began, PollOutcome.OK, None)

    with ThreadPoolExecutor(max_workers=max(1, len(feeds))) as side_by_side:
        return list(side_by_side.map(ask, feeds.values()))


def remedy_of(outcome: PollOutcome, variable: str) -> str:
    """What to do about a failure; ``variable`` is the setting with the feed's address."""
    return _REMEDIES.get(outcome, "the log has the traceback").format(variable=variable)


def feed_states(polls: Iterable[PolledOnce]) -> list[FeedState]:
    """How each feed answered, from all polls of one cycle in the order in which they ended."""
    by_feed: dict[Feed, list[PolledOnce]] = {}
    for poll in polls:
        by_feed.setdefault(poll.feed, []).append(poll)
    return [_state(feed, by_feed[feed]) for feed in sorted(by_feed)]


def _state(feed: Feed, polls: list[PolledOnce]) -> FeedState:
    failed = [poll for poll in polls if poll.outcome not in (PollOutcome.OK, PollOutcome.EMPTY)]
    counts = Counter(poll.outcome for poll in failed)
    main = counts.most_common()
    # One that was really sent says more of the cause than one that was left out for the sake of it.
    mainly = [poll for poll in failed if poll.outcome is main[0][0]]
    first = next((poll for poll in mainly if poll.attempts), next(iter(mainly), None))
    return FeedState(feed, len(polls), len(failed), tuple(main), first)


def _cause(outcome: PollOutcome, first: PolledOnce) -> str:
    cause = _CAUSES.get(outcome, "an error of this program")
    has_status = outcome is first.outcome and first.http_status is not None
    return f"{cause} (HTTP {first.http_status})" if has_status else cause
