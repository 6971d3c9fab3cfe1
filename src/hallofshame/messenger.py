"""The messenger: sends followers what waits for them, within seconds of the roll-up that noted it.

It has a thread of its own in every long-running process. Messages are claimed in the store, so of several
processes one sends each; what a killed one had claimed is sent by another two minutes later.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import Connection
from tenacity import RetryCallState, Retrying, wait_exponential_jitter

from hallofshame import hooks, news_texts
from hallofshame.domain.errors import InputError
from hallofshame.domain.following import FRESH_SECONDS, Channel
from hallofshame.domain.localtime import to_unix
from hallofshame.installation import Installation
from hallofshame.logs import log_failure
from hallofshame.news_texts import RideInPark
from hallofshame.outgoing import Outbox, PostResult
from hallofshame.pipeline.failures import FAILURES
from hallofshame.store import following, news, webhooks
from hallofshame.store.following import Subscription
from hallofshame.store.news import Message
from hallofshame.store.webhooks import Hook

if TYPE_CHECKING:
    from hallofshame.pushing import Encrypter

EVERY_SECONDS = 3
"""Time between two looks; a look is one query by an index while nothing waits."""

SENDERS = 16
TARGETS_AT_ONCE = 4 * SENDERS
"""Followers whose messages are claimed together: all are sent well within the time of a claim."""

SILENT_TIMES = 3
"""After so many requests of a turn that a host did not answer, the others to it wait for their next try."""

GONE = frozenset({404, 410})
"""A push service says with these that a subscription is no more."""

AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which it makes sense to try again."""

MOST_REFUSALS = 10
"""So many messages in a row that its push service refused, and a browser is given up."""

_LONGEST_PAUSE_SECONDS = 600
_BACKOFF = wait_exponential_jitter(multiplier=5, max=240, jitter=5)


@dataclass(frozen=True, slots=True)
class Sent:
    """What one turn did: messages delivered, to be tried again, given up, and too old to be sent."""

    delivered: int = 0
    again: int = 0
    refused: int = 0
    stale: int = 0

    def __add__(self, other: Sent) -> Sent:
        """Both together."""
        return Sent(
            self.delivered + other.delivered,
            self.again + other.again,
            self.refused + other.refused,
            self.stale + other.stale,
        )


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one request: ``messages`` of one follower that it held."""

    messages: Sequence[Message]
    posted: PostResult

    @property
    def channel(self) -> Channel:
        return self.messages[0].channel

    @property
    def target_id(self) -> int:
        return self.messages[0].target_id

    @property
    def is_gone(self) -> bool:
        return self.channel is Channel.PUSH and self.posted.status in GONE

    @property
    def may_try_again(self) -> bool:
        return self.posted.status is None or self.posted.status in AGAIN


class Messenger:
    """Sends what waits; :meth:`start` does so until :meth:`stop`."""

    def __init__(self, parts: Installation) -> None:
        self._parts = parts
        self._log = parts.log("followers")
        self._services = parts.settings.allowed_push_services
        self._outboxes = {public_only: Outbox(public_only=public_only) for public_only in (True, False)}
        self._encrypter: Encrypter | None = None
        self._silent: Counter[str] = Counter()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_on, name="messenger", daemon=True)

    def start(self) -> None:
        """Begin, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more. What is on its way is not waited for: it is sent again if it got lost."""
        self._stopping.set()

    def close(self) -> None:
        """Close the connections."""
        for outbox in self._outboxes.values():
            outbox.close()

    def turn(self) -> Sent:
        """Send everything whose time has come."""
        database, done = self._parts.database, Sent()
        self._silent.clear()
        while not self._stopping.is_set():
            now = to_unix(self._parts.clock.now())
            with database.read() as connection:
                if not news.is_any_waiting(connection, now):
                    break
            stale, messages = database.run(partial(_claimed, now=now))
            done += Sent(stale=stale)
            if not messages:
                break
            outcomes = self._send(messages, now)
            done += database.run(partial(self._settle, outcomes=outcomes))
        if done != Sent():
            self._log.info(
                "%d messages delivered, %d tried again, %d refused, %d too old",
                done.delivered,
                done.again,
                done.refused,
                done.stale,
            )
        return done

    def _send(self, messages: Sequence[Message], now: int) -> list[_Outcome]:
        """Send claimed messages, side by side."""
        by_channel = {
            channel: [message for message in messages if message.channel is channel] for channel in Channel
        }
        with self._parts.database.read() as connection:
            places = news_texts.places_of(connection, (message.item for message in messages))
            browsers = following.by_ids(
                connection, {message.target_id for message in by_channel[Channel.PUSH]}
            )
            listening = {hook.webhook_id: hook for hook in webhooks.every(connection)}
            if by_channel[Channel.PUSH] and self._encrypter is None:
                self._encrypter = self._new_encrypter(connection)
        tasks: list[Callable[[], _Outcome]] = [
            partial(self._push, some, browsers.get(some[0].target_id), places, now)
            for some in _notifications(by_channel[Channel.PUSH])
        ]
        tasks += [
            partial(self._call, message, listening.get(message.target_id), places, now)
            for message in by_channel[Channel.WEBHOOK]
        ]
        with ThreadPoolExecutor(SENDERS, "messenger") as pool:
            return list(pool.map(lambda task: task(), tasks))

    def _push(
        self,
        messages: Sequence[Message],
        browser: Subscription | None,
        places: Mapping[int, RideInPark],
        now: int,
    ) -> _Outcome:
        if browser is None or self._encrypter is None:
            return _Outcome(messages, PostResult(410))
        if (refusal := self._services.refusal(browser.endpoint)) is not None:
            # It was one when it was taken on; the operator has named fewer since.
            return _Outcome(messages, PostResult(403, said=refusal))
        items = [message.item for message in messages]
        content = news_texts.notification(
            items, places, browser.token, demonstration=self._parts.demonstration
        )
        try:
            encrypted = self._encrypter.message(
                browser.endpoint,
                browser.p256dh,
                browser.auth,
                content,
                ttl=FRESH_SECONDS - (now - max(item.observed_at for item in items)),
                now=now,
                topic=content["tag"],
            )
        except InputError:
            return _Outcome(messages, PostResult(410))
        public_only = not self._services.is_own_word(browser.endpoint)
        return _Outcome(
            messages, self._post(browser.endpoint, encrypted.body, encrypted.headers, public_only=public_only)
        )

    def _call(
        self, message: Message, hook: Hook | None, places: Mapping[int, RideInPark], now: int
    ) -> _Outcome:
        if hook is None:
            return _Outcome([message], PostResult(410))
        private = self._parts.settings.webhook_private
        try:
            url = hooks.checked_url(hook.url, private=private)
        except InputError as error:
            return _Outcome([message], PostResult(403, said=str(error)))
        public_url = self._parts.settings.public_url
        body = news_texts.webhook_body(
            message.item, places, public_url, demonstration=self._parts.demonstration
        )
        content, headers = hooks.signed(hook.secret, body, now)
        return _Outcome([message], self._post(url, content, headers, public_only=not private))

    def _post(self, url: str, body: bytes, headers: Mapping[str, str], *, public_only: bool) -> PostResult:
        """Post, unless the host has been silent several times in this turn."""
        host = urlsplit(url).netloc
        if self._silent[host] >= SILENT_TIMES:
            return PostResult(None, "its host did not answer a moment ago")
        posted = self._outboxes[public_only].post(url, body, headers)
        if posted.status is None:
            self._silent[host] += 1
        return posted

    def _settle(self, connection: Connection, outcomes: Iterable[_Outcome]) -> Sent:
        """Note what became of messages, and of their followers."""
        now = to_unix(self._parts.clock.now())
        done = Sent()
        for outcome in outcomes:
            done += _settled(connection, outcome, now)
        return done

    def _new_encrypter(self, connection: Connection) -> Encrypter | None:
        from hallofshame.pushing import Encrypter  # not needed while nobody follows

        keys, settings = following.keys(connection), self._parts.settings
        return None if keys is None else Encrypter(keys, settings.contact(settings.public_url))

    def _keep_on(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                self.turn()
            except FAILURES as error:
                log_failure(self._log, "a turn of the messenger failed; the next one goes on", error)
        self.close()


def _claimed(connection: Connection, now: int) -> tuple[int, list[Message]]:
    return news.drop_stale(connection, now), news.claim(connection, now, TARGETS_AT_ONCE)


def _notifications(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Messages as they are shown: those of one kind in one park to one browser are one notification."""

    def key(message: Message) -> tuple[int, str, int]:
        return message.target_id, message.item.news.value, message.item.park_id

    for _, group in groupby(sorted(messages, key=key), key=key):
        yield list(group)


def _settled(connection: Connection, outcome: _Outcome, now: int) -> Sent:
    messages, posted, count = outcome.messages, outcome.posted, len(outcome.messages)
    is_push = outcome.channel is Channel.PUSH
    if posted.is_taken:
        news.settle(connection, messages, "delivered", now)
        if is_push:
            following.took(connection, [outcome.target_id], now)
        else:
            webhooks.took(connection, outcome.target_id, now)
        return Sent(delivered=count)
    if outcome.is_gone:
        news.settle(connection, messages, "gone", now)
        following.remove(connection, [outcome.target_id])
        return Sent(refused=count)
    tries = max(message.attempts for message in messages) + 1
    next_try_at = now + _pause(tries, posted.retry_after) if outcome.may_try_again else None
    news.failed(connection, messages, posted.why, next_try_at, now)
    if not is_push:
        webhooks.refused(connection, outcome.target_id, posted.why)
    elif next_try_at is None:
        # Only what the service refused for good: while it is away, or we are, no browser is given up.
        following.refused(connection, outcome.target_id, MOST_REFUSALS)
    return Sent(again=count) if next_try_at is not None else Sent(refused=count)


def _pause(tries: int, retry_after: int | None) -> int:
    """The pause after so many tries, or the longer one that the service asks for."""
    state = RetryCallState(Retrying(), None, (), {})
    state.attempt_number = tries
    return round(min(max(_BACKOFF(state), retry_after or 0), _LONGEST_PAUSE_SECONDS))
