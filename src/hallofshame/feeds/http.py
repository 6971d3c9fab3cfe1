"""The one HTTP policy: time-outs, tries, waits, limits per host, sizes and what each failure is called.

Every feed fetches through :class:`HttpClient`; none has a policy of its own. The transport is a
:class:`requests.adapters.BaseAdapter` and the clock is passed in, so tests use neither sockets nor time.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import threading
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import requests
import tenacity
import urllib3.exceptions
from pyrate_limiter import AbstractClock, Decision, Rate, RateItem, StateBucket, TokenBucket

from hallofshame import __version__
from hallofshame.clock import Clock
from hallofshame.domain.errors import BodyError, FeedError, SettingsError
from hallofshame.domain.words import PollOutcome
from hallofshame.feeds.base import Answer

USER_AGENT = f"hallofshame/{__version__} (Theme Park Hall of Shame; records ride downtime and waiting times)"
_CHUNK_BYTES = 16 * 1024
_EXCERPT_CHARACTERS = 300
_CUT_TOKEN = re.compile(r"[\w\\.+-]{0,6}")
"""What may follow the place of the error in a cut-off text: nothing, or the start of a value."""


@dataclass(frozen=True, slots=True)
class HttpPolicy:
    """Settings of the policy. Times in seconds, sizes in bytes; limits hold per host."""

    connect_timeout_seconds: float = 5.0
    read_timeout_seconds: float = 15.0
    """Longest silence between two pieces of one answer."""
    answer_timeout_seconds: float = 60.0
    """Longest time for one whole answer, however steadily it drips."""
    tries: int = 3
    backoff_seconds: float = 0.5
    """The first retry waits a random time up to this, each further one up to twice the one before."""
    backoff_cap_seconds: float = 8.0
    retry_after_cap_seconds: float = 20.0
    """A host asking for a longer pause is left alone until the next cycle."""
    requests_per_second: float = 25.0
    concurrent_requests: int = 16
    max_body_bytes: int = 20 * 1024 * 1024
    max_redirects: int = 3

    def __post_init__(self) -> None:
        for name in ("tries", "concurrent_requests", "requests_per_second", "max_body_bytes"):
            value = getattr(self, name)
            if value <= 0:
                raise SettingsError(f"HTTP setting {name} is {value}; give a number above 0")


class _Transient(Exception):  # noqa: N818 - a signal to the retry loop, never seen outside
    """A failure worth another try, with the pause the host asked for (seconds), if any."""

    def __init__(self, error: FeedError, retry_after_seconds: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after_seconds = retry_after_seconds


class _ElapsedClock(AbstractClock):
    """Milliseconds passed on the injected clock; a clock set back stands still instead of running back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = clock.now()
        self._elapsed_ms = 0.0

    def now(self) -> int:
        present = self._clock.now()
        self._elapsed_ms += max(0.0, (present - self._last).total_seconds() * 1000)
        self._last = present
        return int(self._elapsed_ms)


class _HostGate:
    """What one host is spared: too many requests at once and too many per second."""

    def __init__(self, policy: HttpPolicy, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.slots = threading.BoundedSemaphore(policy.concurrent_requests)
        per_second = policy.requests_per_second
        rate = Rate(round(per_second), 1000) if per_second >= 1 else Rate(1, round(1000 / per_second))
        self._elapsed = _ElapsedClock(clock)
        self._bucket = StateBucket([rate], algorithm=TokenBucket(), clock=self._elapsed)

    def wait_turn(self) -> None:
        """Sleep on the injected clock until the rate allows one more request."""
        while (pause_ms := self._pause_ms()) > 0:
            self._clock.sleep(pause_ms / 1000)

    def _pause_ms(self) -> int:
        with self._lock:
            decision = self._bucket.put_decision(RateItem("request", self._elapsed.now()))
        if not isinstance(decision, Decision):
            raise TypeError(f"the rate limiter answered {decision!r}; only its in-memory form is used here")
        return 0 if decision.allowed else max(1, decision.retry_after_ms or 1)


class HttpClient:
    """Fetches JSON for the feeds (``JsonClient``); safe to share between threads.

    Tries again after time-outs, connection errors, 429, 5xx and cut-off bodies, with random growing pauses
    or the pause named by ``Retry-After`` (seconds or HTTP date). Follows redirects only within one host.
    ``adapter`` replaces the transport.
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
        # Cookies would be state shared between threads, and no feed needs them.
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        transport = adapter or requests.adapters.HTTPAdapter(pool_maxsize=policy.concurrent_requests)
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

    def get_json(self, url: str, *, params: dict[str, str] | None = None) -> Answer:
        """GET ``url`` and decode its JSON body.

        Raises :class:`FeedError` with the outcome, the HTTP status and the tries made, and
        :class:`BodyError` where an answer came that is no JSON; messages hold a short excerpt of the body.
        """
        started = self._clock.now()
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Transient),
            stop=tenacity.stop_after_attempt(self._policy.tries),
            wait=self._pause_seconds,
            sleep=self._clock.sleep,
            reraise=True,
        )
        attempts = 0
        try:
            for attempt in retrying:
                attempts = attempt.retry_state.attempt_number
                with attempt:
                    status, body = self._attempt(url, params)
        except _Transient as transient:
            transient.error.attempts = attempts
            raise transient.error from transient.__cause__
        except FeedError as error:
            error.attempts = attempts
            raise
        elapsed = self._clock.now() - started
        return Answer(body, status, attempts, max(0, round(elapsed.total_seconds() * 1000)))

    def _pause_seconds(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, _Transient) and failure.retry_after_seconds is not None:
            return failure.retry_after_seconds
        return float(self._backoff(state))

    def _attempt(self, url: str, params: dict[str, str] | None) -> tuple[int, Any]:
        """One try, redirects within the host included."""
        for _ in range(self._policy.max_redirects + 1):
            with self._gate(url).slots:
                self._gate(url).wait_turn()
                status, headers, content = self._exchange(url, params)
            if status in (301, 302, 303, 307, 308):
                url, params = _redirect_target(url, status, headers.get("Location")), None
                continue
            if not 200 <= status < 300:
                raise self._failure(url, status, headers, content)
            return status, decode_json(content, url, status)
        raise FeedError(
            f"{url} redirects more than {self._policy.max_redirects} times; check the feed's base URL",
            outcome=PollOutcome.CLIENT_ERROR,
        )

    def _gate(self, url: str) -> _HostGate:
        host = urlsplit(url).netloc.lower()
        with self._gates_lock:
            if host not in self._gates:
                self._gates[host] = _HostGate(self._policy, self._clock)
            return self._gates[host]

    def _exchange(
        self, url: str, params: dict[str, str] | None
    ) -> tuple[int, requests.structures.CaseInsensitiveDict[str], bytes]:
        timeouts = (self._policy.connect_timeout_seconds, self._policy.read_timeout_seconds)
        try:
            with self._session.get(
                url, params=params, timeout=timeouts, stream=True, allow_redirects=False
            ) as response:
                return response.status_code, response.headers, self._read(response, url)
        except requests.exceptions.Timeout as error:
            raise _Transient(_failed(f"{url} timed out: {error}", PollOutcome.TIMEOUT)) from error
        except requests.exceptions.ChunkedEncodingError as error:
            raise _Transient(BodyError(f"{url} broke off in the middle of its body: {error}")) from error
        except requests.exceptions.ContentDecodingError as error:
            raise _Transient(BodyError(f"{url} sent a body that does not decompress: {error}")) from error
        except requests.exceptions.ConnectionError as error:
            # A silence in mid-body reaches us as a connection error around urllib3's own time-out.
            silent = any(isinstance(part, urllib3.exceptions.ReadTimeoutError) for part in error.args)
            outcome = PollOutcome.TIMEOUT if silent else PollOutcome.CONNECTION_ERROR
            raise _Transient(_failed(f"{url} could not be read: {error}", outcome)) from error
        except (requests.exceptions.RequestException, ValueError) as error:
            # ValueError: requests looks where a redirect leads, and that may be no address.
            raise _failed(f"{url} could not be asked: {error}", PollOutcome.CLIENT_ERROR) from error

    def _read(self, response: requests.Response, url: str) -> bytes:
        started = self._clock.now()
        content = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            content += chunk
            if len(content) > self._policy.max_body_bytes:
                raise BodyError(
                    f"{url} sent more than {self._policy.max_body_bytes} bytes; raise the size limit only if "
                    "the feed really answers that much",
                    http_status=response.status_code,
                )
            if (self._clock.now() - started).total_seconds() > self._policy.answer_timeout_seconds:
                message = f"{url} had not finished after {self._policy.answer_timeout_seconds} s"
                raise _Transient(_failed(message, PollOutcome.TIMEOUT))
        return bytes(content)

    def _failure(
        self, url: str, status: int, headers: requests.structures.CaseInsensitiveDict[str], content: bytes
    ) -> Exception:
        """The exception for an answer outside 200-299."""
        message = f"{url} answered HTTP {status}: {_excerpt(content)}"
        if status in (404, 410):
            return _failed(message, PollOutcome.NOT_FOUND, status)
        if status != 429 and status < 500:
            return _failed(message, PollOutcome.CLIENT_ERROR, status)
        outcome = PollOutcome.RATE_LIMITED if status == 429 else PollOutcome.SERVER_ERROR
        asked = retry_after_seconds(headers.get("Retry-After"), self._clock.now())
        if asked is not None and asked > self._policy.retry_after_cap_seconds:
            # Asking again earlier than told would earn a longer ban; the next cycle comes soon enough.
            return _failed(f"{message} (asks for a pause of {asked:.0f} s)", outcome, status)
        return _Transient(_failed(message, outcome, status), asked)


def retry_after_seconds(header: str | None, now: dt.datetime) -> float | None:
    """The pause a ``Retry-After`` header asks for: seconds or HTTP date; ``None`` if absent or unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())


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
