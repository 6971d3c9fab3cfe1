"""The one HTTP policy: time-outs, tries, waits, limits per host, sizes and what each failure is called.

Every feed fetches through :class:`HttpClient`; none has a policy of its own. How long a whole job waits is
the job's own matter (:mod:`hallofshame.feeds.deadlines`) and kept to here. The transport is a
:class:`requests.adapters.BaseAdapter` and the clock is passed in, so tests use neither sockets nor time.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3.exceptions
from pyrate_limiter import AbstractClock, Decision, Rate, RateItem, StateBucket, TokenBucket

from hallofshame import __version__
from hallofshame.clock import Clock
from hallofshame.domain.errors import BodyError, FeedError, NotReachedError, RequestSkippedError
from hallofshame.domain.words import PollOutcome
from hallofshame.feeds.base import FeedAnswer
from hallofshame.feeds.deadlines import UNREACHABLE, Deadline, current
from hallofshame.feeds.policy import HttpPolicy
from hallofshame.feeds.transport import SecondsLeft, TimedAdapter, answered_within
from hallofshame.feeds.unreachable import why_unreachable

T = TypeVar("T")

USER_AGENT = f"hallofshame/{__version__} (Theme Park Hall of Shame; records ride downtime and waiting times)"
CREDIBLE_YEARS = range(2000, 2100)
"""Years in which a host's ``Date`` may lie; a clock outside them is not set, and proves nothing of ours."""

MAX_AGE_SECONDS = 31 * 24 * 3600
"""No cache hands out live answers for longer, and no host asks for a longer pause; more is a mistake."""

_AGE_DIGITS = len(str(MAX_AGE_SECONDS))
_TIME_OF_DAY = re.compile(r"\d\d:\d\d:\d\d")
_CHUNK_BYTES = 16 * 1024
_REFUSAL_BYTES = 64 * 1024
"""How much of a refusal is kept for the feed to read."""
_EXCERPT_CHARACTERS = 300
_CUT_TOKEN = re.compile(r"[\w\\.+-]{0,6}")
"""What may follow the place of the error in a cut-off text: nothing, or the start of a value."""


@dataclass(frozen=True, slots=True)
class Content:
    """The body of an answer as it came. ``headers``: lower-case names."""

    body: bytes
    http_status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Reply:
    """One answer of a host, read to its end."""

    status: int
    headers: requests.structures.CaseInsensitiveDict[str]
    content: bytes


class _Transient(Exception):  # noqa: N818 - a signal to the retry loop, never seen outside
    """A failure worth another try, with the pause the host asked for (seconds), if any."""

    def __init__(self, error: FeedError, retry_after_seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after_seconds = retry_after_seconds


class _ElapsedClock(AbstractClock):
    """Milliseconds passed on the injected clock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> int:
        return int(1000 * self._clock.elapsed())


class _HostGate:
    """What one host is spared: too many requests at once and too many per second."""

    def __init__(self, policy: HttpPolicy, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(policy.concurrent_requests)
        per_second = policy.requests_per_second
        rate = Rate(round(per_second), 1000) if per_second >= 1 else Rate(1, round(1000 / per_second))
        self._elapsed = _ElapsedClock(clock)
        self._bucket = StateBucket([rate], algorithm=TokenBucket(), clock=self._elapsed)

    @contextmanager
    def turn(self, deadline: Deadline) -> Iterator[None]:
        """One request's place among those at once and its turn in the rate, before ``deadline``.

        :raises RequestSkippedError: when it would last longer to get there.
        """
        left = deadline.seconds_left()
        if not self._slots.acquire(timeout=None if math.isinf(left) else left):
            raise RequestSkippedError("no turn came for this request in the time for all of them together")
        try:
            while (pause_ms := self._pause_ms()) > 0:
                if pause_ms / 1000 >= deadline.seconds_left():
                    raise RequestSkippedError(
                        "the rate allows this request only after the time for all of them"
                    )
                self._clock.sleep(pause_ms / 1000)
            yield
        finally:
            self._slots.release()

    def _pause_ms(self) -> int:
        with self._lock:
            decision = self._bucket.put_decision(RateItem("request", self._elapsed.now()))
        if not isinstance(decision, Decision):
            raise TypeError(f"the rate limiter answered {decision!r}; only its in-memory form is used here")
        return 0 if decision.allowed else max(1, decision.retry_after_ms or 1)


class _NoCookies(requests.cookies.RequestsCookieJar):
    """Keeps none and reads none: they would be state shared between threads, and no feed needs them."""

    def extract_cookies(self, response: object, request: object) -> None:
        """Leave the cookies of an answer unread; the standard library warns of some that it cannot read."""


class HttpClient:
    """Fetches JSON for the feeds (``JsonClient``); safe to share between threads.

    Tries again after time-outs, connection errors, 429, 5xx and cut-off bodies, with random growing pauses
    or the pause named by ``Retry-After`` (seconds or HTTP date). Follows redirects only within one host.
    Neither tries nor waits beyond the deadline of the job on this thread. ``adapter`` replaces the
    transport.
    """

    def __init__(
        self, policy: HttpPolicy, clock: Clock, *, adapter: requests.adapters.BaseAdapter | None = None
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._gates: dict[str, _HostGate] = {}
        self._gates_lock = threading.Lock()
        self._backoff = tenacity.wait_random_exponential(
            multiplier=policy.backoff_seconds, max=policy.backoff_cap_seconds
        )
        self._session = requests.Session()
        self._session.headers.update({"User-Agent": USER_AGENT, "Accept": "application/json"})
        self._session.cookies = _NoCookies()
        transport = adapter or TimedAdapter(pool_maxsize=policy.concurrent_requests)
        self._session.mount("https://", transport)
        self._session.mount("http://", transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def get_json(
        self, url: str, *, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> FeedAnswer:
        """GET ``url`` and decode its JSON body; ``headers`` are sent beside those of every request.

        Raises :class:`FeedError` with the outcome, the HTTP status and the tries made, and
        :class:`BodyError` where an answer came that is no JSON; messages hold a short excerpt of the body.
        :class:`RequestSkippedError` after the deadline, or where this host is not asked again, and
        :class:`NotReachedError` where several of its requests could not reach this host.
        """
        started = self._clock.elapsed()
        reply, body, attempts = self._asked(url, params, headers, decode_json)
        spent_ms = round(1000 * (self._clock.elapsed() - started))
        told = {name.lower(): value for name, value in reply.headers.items()}
        return FeedAnswer(body, reply.status, attempts, spent_ms, served_at(reply.headers), told)

    def get_bytes(self, url: str, *, headers: Mapping[str, str] | None = None) -> Content:
        """GET ``url`` and give its body as it came, under the policy and with the errors of :meth:`get_json`.

        A long file is fetched in parts with ``Range``: the policy's size limit and time hold for each.
        """
        reply, body, _ = self._asked(url, None, headers, lambda content, _url, _status: content)
        return Content(body, reply.status, {name.lower(): value for name, value in reply.headers.items()})

    def _asked(
        self,
        url: str,
        params: dict[str, str] | None,
        headers: Mapping[str, str] | None,
        decode: Callable[[bytes, str, int], T],
    ) -> tuple[_Reply, T, int]:
        """The answer, what ``decode`` makes of its body, and how many tries it took."""
        deadline = current()
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Transient),
            stop=lambda state: (
                state.attempt_number >= self._policy.tries or state.upcoming_sleep >= deadline.seconds_left()
            ),
            wait=self._pause_seconds,
            sleep=self._clock.sleep,
            reraise=True,
        )
        attempts = 0
        try:
            for attempt in retrying:
                attempts = attempt.retry_state.attempt_number
                with attempt:
                    reply = self._attempt(url, params, headers, deadline)
                    body = decode(reply.content, url, reply.status)
        except _Transient as transient:
            if transient.error.outcome is PollOutcome.TIMEOUT and deadline.seconds_left() <= 0:
                raise RequestSkippedError(str(transient.error), attempts=attempts) from transient.__cause__
            if transient.error.outcome in UNREACHABLE:
                deadline.note_unreachable(_host(url), transient.error.outcome)
            transient.error.attempts = attempts
            raise transient.error from transient.__cause__
        except (RequestSkippedError, NotReachedError) as error:
            error.attempts = attempts - 1
            raise
        except FeedError as error:
            error.attempts = attempts
            raise
        return reply, body, attempts

    def _pause_seconds(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, _Transient) and failure.retry_after_seconds is not None:
            return failure.retry_after_seconds
        return float(self._backoff(state))

    def _attempt(
        self, url: str, params: dict[str, str] | None, headers: Mapping[str, str] | None, deadline: Deadline
    ) -> _Reply:
        """One try, redirects within the host included."""
        host = _host(url)
        for _ in range(self._policy.max_redirects + 1):
            deadline.check(host)
            with self._gate(host).turn(deadline):
                # Others may have found the host dead while this request waited for its turn.
                deadline.check(host)
                reply = self._noted_exchange(url, params, headers, deadline)
            if reply.status in (301, 302, 303, 307, 308):
                url, params = _redirect_target(url, reply.status, reply.headers.get("Location")), None
                continue
            if not 200 <= reply.status < 300:
                raise self._failure(url, reply)
            return reply
        raise FeedError(
            f"{url} redirects more than {self._policy.max_redirects} times; check the feed's base URL",
            outcome=PollOutcome.CLIENT_ERROR,
        )

    def _gate(self, host: str) -> _HostGate:
        with self._gates_lock:
            if host not in self._gates:
                self._gates[host] = _HostGate(self._policy, self._clock)
            return self._gates[host]

    def _noted_exchange(
        self, url: str, params: dict[str, str] | None, headers: Mapping[str, str] | None, deadline: Deadline
    ) -> _Reply:
        """:meth:`_exchange`, with what it tells of the host put down in ``deadline``."""
        try:
            reply = self._exchange(url, params, headers, deadline)
        except _Transient as failure:
            if failure.error.outcome is PollOutcome.TIMEOUT:
                deadline.note(_host(url), timed_out=True)
            raise
        deadline.note(_host(url), timed_out=False)
        return reply

    def _exchange(
        self, url: str, params: dict[str, str] | None, headers: Mapping[str, str] | None, deadline: Deadline
    ) -> _Reply:
        policy, started = self._policy, self._clock.elapsed()
        # Never 0, which the libraries below refuse.
        allowed = max(0.001, min(policy.answer_timeout_seconds, deadline.seconds_left()))
        connect = min(policy.connect_timeout_seconds, allowed)
        timeouts = (connect, min(policy.read_timeout_seconds, allowed))

        def seconds_left() -> float:
            return allowed - (self._clock.elapsed() - started)

        try:
            with (
                answered_within(seconds_left),
                self._session.get(
                    url,
                    params=params,
                    headers=headers,
                    timeout=timeouts,
                    stream=True,
                    allow_redirects=False,
                ) as response,
            ):
                content = self._read(response, url, seconds_left)
                return _Reply(response.status_code, response.headers, content)
        except requests.exceptions.Timeout as error:
            raise _Transient(_failed(f"{url} timed out: {error}", PollOutcome.TIMEOUT)) from error
        except requests.exceptions.ChunkedEncodingError as error:
            raise _Transient(BodyError(f"{url} broke off in the middle of its body: {error}")) from error
        except requests.exceptions.ContentDecodingError as error:
            raise _Transient(BodyError(f"{url} sent a body that does not decompress: {error}")) from error
        except requests.exceptions.ConnectionError as error:
            # A silence in mid-body reaches us as a connection error around urllib3's own time-out.
            silent = any(isinstance(part, urllib3.exceptions.ReadTimeoutError) for part in error.args)
            outcome, why = (
                (PollOutcome.TIMEOUT, "it fell silent in the middle of its answer")
                if silent
                else why_unreachable(error, _host(url))
            )
            raise _Transient(_failed(f"{url} could not be read: {why}", outcome)) from error
        except (requests.exceptions.RequestException, ValueError) as error:
            # ValueError: requests looks where a redirect leads, and that may be no address.
            raise _failed(f"{url} could not be asked: {error}", PollOutcome.CLIENT_ERROR) from error

    def _read(self, response: requests.Response, url: str, seconds_left: SecondsLeft) -> bytes:
        content = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            content += chunk
            if len(content) > self._policy.max_body_bytes:
                raise BodyError(
                    f"{url} sent more than {self._policy.max_body_bytes} bytes; raise the size limit only if "
                    "the feed really answers that much",
                    http_status=response.status_code,
                )
            if seconds_left() <= 0:
                message = f"{url} had not finished its answer when its time was over"
                raise _Transient(_failed(message, PollOutcome.TIMEOUT))
        return bytes(content)

    def _failure(self, url: str, reply: _Reply) -> Exception:
        """The exception for an answer outside 200-299."""
        status = reply.status
        message = f"{url} answered HTTP {status}: {_excerpt(reply.content)}"
        outcome = _outcome_of(status)
        asked = retry_after_seconds(reply.headers.get("Retry-After"), self._clock.now())
        if asked is None and status == 429:
            asked = retry_after_in(reply.content)
        is_final = status != 429 and status < 500
        if not is_final and asked is not None and asked > self._policy.retry_after_cap_seconds:
            # Asking again earlier than told would earn a longer ban; the next cycle comes soon enough.
            message, is_final = f"{message} (asks for a pause of {asked:.0f} s)", True
        error = _failed(message, outcome, status)
        error.body, error.retry_after_seconds = reply.content[:_REFUSAL_BYTES], asked
        return error if is_final else _Transient(error, asked)


def _outcome_of(status: int) -> PollOutcome:
    if status in (404, 410):
        return PollOutcome.NOT_FOUND
    if status == 429:
        return PollOutcome.RATE_LIMITED
    return PollOutcome.CLIENT_ERROR if status < 500 else PollOutcome.SERVER_ERROR


def retry_after_in(content: bytes) -> float | None:
    """The pause that the body of a 429 asks for (``error.retryAfter``, seconds), for want of a header."""
    try:
        body = json.loads(content[:_REFUSAL_BYTES])
    except (ValueError, RecursionError):
        return None
    error = body.get("error") if isinstance(body, dict) else None
    asked = error.get("retryAfter") if isinstance(error, dict) else None
    if isinstance(asked, bool) or not isinstance(asked, int | float):
        return None
    return float(asked) if 0 <= asked <= MAX_AGE_SECONDS else None


def retry_after_seconds(header: str | None, now: dt.datetime) -> float | None:
    """The pause a ``Retry-After`` header asks for: seconds or HTTP date; ``None`` if absent or unreadable.

    At most :data:`MAX_AGE_SECONDS`: more is no pause, but a mistake that would silence a feed for good.
    """
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_AGE_SECONDS)
    moment = _http_date(text)
    return None if moment is None else min(max(0.0, (moment - now).total_seconds()), MAX_AGE_SECONDS)


def served_at(headers: Mapping[str, str]) -> dt.datetime | None:
    """When a host sent its answer, by its own clock: ``Date`` and the ``Age`` a cache adds to it.

    ``None`` where the two cannot be: unreadable, repeated, a date outside :data:`CREDIBLE_YEARS`, an age
    above :data:`MAX_AGE_SECONDS`. Such a host says nothing about the time.
    """
    moment = _http_date(headers.get("Date", ""))
    age = headers.get("Age", "0").strip()
    if moment is None or moment.year not in CREDIBLE_YEARS:
        return None
    if not (age.isascii() and age.isdigit() and len(age) <= _AGE_DIGITS and int(age) <= MAX_AGE_SECONDS):
        return None
    return moment + dt.timedelta(seconds=int(age))


def _http_date(text: str) -> dt.datetime | None:
    """The instant of an HTTP date, UTC; ``None`` for anything else, also for a header sent twice."""
    if len(_TIME_OF_DAY.findall(text)) != 1:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(dt.UTC) if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def decode_json(content: bytes, url: str, status: int) -> Any:
    """The JSON value in ``content``; raises :class:`BodyError`, or asks for another try if it was cut off."""
    try:
        return json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        problem = BodyError(
            f"{url} did not answer with JSON ({error}): {_excerpt(content)}", http_status=status
        )
        if _looks_cut_off(content, error):
            raise _Transient(problem) from error
        raise problem from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def _looks_cut_off(content: bytes, error: Exception) -> bool:
    """Whether ``content`` is the beginning of a JSON text: sound up to a sudden end."""
    text = content.strip()
    if not text:
        return True
    if text[:1] not in (b"{", b"["):
        return False
    if isinstance(error, UnicodeDecodeError):
        return error.end >= len(content)
    if not isinstance(error, json.JSONDecodeError):
        return False
    unfinished = error.msg.startswith("Unterminated string")
    return unfinished or _CUT_TOKEN.fullmatch(error.doc[error.pos :].rstrip()) is not None


def _failed(message: str, outcome: PollOutcome, status: int | None = None) -> FeedError:
    return FeedError(message, outcome=outcome, http_status=status)


def _redirect_target(url: str, status: int, location: str | None) -> str:
    target = urljoin(url, location or "")
    source, wanted = urlsplit(url), urlsplit(target)
    downgraded = source.scheme == "https" and wanted.scheme != "https"
    if location is None or wanted.hostname != source.hostname or downgraded:
        raise FeedError(
            f"{url} redirects to {location!r}, outside its own host; set the feed's base URL if it has moved",
            outcome=PollOutcome.CLIENT_ERROR,
            http_status=status,
        )
    return target


def _excerpt(content: bytes) -> str:
    """The beginning of a body, on one line, for a message."""
    text = " ".join(content[: 4 * _EXCERPT_CHARACTERS].decode("utf-8", "replace").split())
    shown = "".join(char if char.isprintable() else "·" for char in text[:_EXCERPT_CHARACTERS])
    return shown if shown else "(empty body)"
