"""Ready answers in front of Flask: what was made from the present state of the store goes out at once.

A request for something made before costs neither routing nor a look at the store: one look-up by address, and
bytes that are compressed already. The state of the store is asked for once in a while. When it has moved on,
one request makes the answer anew, those beside it get the one before for a few seconds, and what was asked
for most is made ahead of need. While the store cannot be read, the last good answers go out, marked as stale.
"""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from hallofshame.domain.errors import StoreError
from hallofshame.domain.localtime import to_unix
from hallofshame.store import data_version
from hallofshame.web.answer_context import AnswerContext, AppContext
from hallofshame.web.cache import ENCODINGS, CachedAnswer, LeastRecentlyUsed
from hallofshame.web.public_address import ADDRESS_KEYS, site_root_of
from hallofshame.web.reader_language import writing_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger(__name__)

_KEPT = "hallofshame.kept"
_ENTITY_HEADERS = frozenset({"content-type", "content-length", "content-encoding"})

WORKER_VERSION_SECONDS = 0.5
"""How long a worker goes on with what it knows of the store before it asks whether there is something new."""

LAG_SECONDS = 5.0
"""How long the answer of the state before may go out while another request makes the new one."""

FIRST_SECONDS = 30.0
"""How long a request waits for another one that makes the same answer for the first time."""

STALE_SECONDS = 24 * 3600
"""How long an answer may go out while the store cannot be read."""

AHEAD = 40
"""How many of those asked for most are made ahead of need when the state has moved on."""

_RETRY_SECONDS = 1.0
"""How long a store that could not be read is left alone."""

Headers = list[tuple[str, str]]
_Key = Hashable
"""What an answer is found by: the address of the site, path, query, and the reader's way of writing."""


@dataclass(slots=True)
class Kept:
    """What :func:`keep` says of the answer to the running request; ``answer`` is null where nothing is kept.

    It stands for the data ``version``, until the instant ``until`` (Unix seconds).
    """

    answer: CachedAnswer | None = None
    version: int = 0
    until: int = 0


@dataclass(slots=True)
class _Entry:
    """An answer with the headers that are the same for all its forms, and the request that it answers."""

    answer: CachedAnswer
    headers: Headers
    version: int
    made_at: int
    until: int
    environ: Mapping[str, Any]
    asked: int = 1
    making: threading.Lock = field(default_factory=threading.Lock)
    forms: dict[str, Headers] = field(default_factory=dict)


def keep(answer: CachedAnswer, context: AnswerContext, *, is_live: bool, says_now: bool = False) -> None:
    """Say that ``answer`` may be given again to the same request, as long as this state of the store lasts.

    It has to depend on nothing but the store, the dates, the address of the request, that of the site and the
    reader's way of writing.
    """
    kept = request.environ.get(_KEPT)
    if kept is not None:
        kept.answer, kept.version = answer, context.version
        kept.until = context.stands_until(is_live=is_live, says_now=says_now)


class ReadyAnswers:
    """WSGI middleware: gives answers that are ready, and keeps those that may be given again.

    :param version_seconds: how long the version of the data stands before the store is asked for it again.
    """

    def __init__(self, application: WSGIApplication, site: AppContext, version_seconds: float) -> None:
        self._application = application
        self._site = site
        self._entries: LeastRecentlyUsed[_Entry] = LeastRecentlyUsed(
            site.settings.cache_entries, site.settings.cache_bytes
        )
        self._version = _Version(site, version_seconds, self._moved_on)
        self._ahead = threading.Lock()
        self._asked_first: dict[_Key, threading.Event] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory where that is possible, else let the application do it."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._application(environ, start_response)
        key = (
            site_root_of(environ),
            environ.get("PATH_INFO", ""),
            environ.get("QUERY_STRING", ""),
            writing_of(environ),
        )
        entry = self._entries.get(key)
        if entry is None:
            return self._first(key, environ, start_response)
        version = self._version.get()
        now = to_unix(self._site.clock.now())
        entry.asked += 1
        if entry.version == version and entry.made_at <= now < entry.until:
            return _given(entry, environ, start_response)
        if version is None and now - entry.made_at < STALE_SECONDS:
            return _given(entry, environ, start_response, stale_since=entry.made_at, now=now)
        return self._anew(key, entry, environ, start_response)

    def _first(self, key: _Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """An answer that is not there yet: made once, however many ask for it at the same moment.

        What turns out not to be for keeping is then made for each of them.
        """
        done = threading.Event()
        other = self._asked_first.setdefault(key, done)
        if other is not done:
            other.wait(FIRST_SECONDS)
            if self._entries.get(key) is not None:
                return self(environ, start_response)
            return self._applied(key, environ, start_response)
        try:
            return self._applied(key, environ, start_response)
        finally:
            del self._asked_first[key]
            done.set()

    def _applied(self, key: _Key, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Let the application answer, and keep that for the next time where it may be kept."""
        kept = Kept()
        caught = _Caught()
        body = self._application(environ | {_KEPT: kept}, caught)
        if kept.answer is not None and caught.status.startswith(("200", "304")):
            self._put(key, kept, kept.answer, caught.headers, environ)
        start_response(caught.status, caught.headers, caught.exc_info)
        return body

    def _anew(
        self, key: _Key, entry: _Entry, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """The answer for the state that the store has moved on to; made once, however many ask for it."""
        if not entry.making.acquire(blocking=False):
            if self._seconds_late(entry) < LAG_SECONDS:
                return _given(entry, environ, start_response)
            with entry.making:
                pass
            return self(environ, start_response)
        try:
            made = self._made(key, entry)
        finally:
            entry.making.release()
        if isinstance(made, _Entry):
            return _given(made, environ, start_response)
        status, headers, body = made
        if status.startswith("5"):
            now = to_unix(self._site.clock.now())
            if now - entry.made_at < STALE_SECONDS:
                return _given(entry, environ, start_response, stale_since=entry.made_at, now=now)
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body

    def _seconds_late(self, entry: _Entry) -> float:
        """For how long the entry has been outdated: by a new state of the store, or by its own time."""
        if entry.version != self._version.known:
            return self._version.seconds_since_change()
        return to_unix(self._site.clock.now()) - entry.until

    def _made(self, key: _Key, entry: _Entry) -> _Entry | tuple[str, Headers, list[bytes]]:
        """What the application answers now: the new entry, or whatever else it says."""
        kept, caught = Kept(), _Caught()
        body = self._application(_environ(entry.environ) | {_KEPT: kept}, caught)
        try:
            pieces = list(body)
        finally:
            if hasattr(body, "close"):
                body.close()
        if kept.answer is not None and caught.status.startswith("200"):
            return self._put(key, kept, kept.answer, caught.headers, entry.environ, entry)
        if not caught.status.startswith("5"):
            self._entries.drop(key)
        return caught.status, caught.headers, pieces

    def _put(
        self,
        key: _Key,
        kept: Kept,
        answer: CachedAnswer,
        headers: Headers,
        environ: Mapping[str, Any],
        before: _Entry | None = None,
    ) -> _Entry:
        own = {*_ENTITY_HEADERS, *(name.lower() for name in answer.headers)}
        entry = _Entry(
            answer,
            [(name, value) for name, value in headers if name.lower() not in own],
            kept.version,
            to_unix(self._site.clock.now()),
            kept.until,
            {name: environ[name] for name in (*_REQUEST_KEYS, *ADDRESS_KEYS) if name in environ}
            | {"REQUEST_METHOD": "GET", "HTTP_ACCEPT_LANGUAGE": writing_of(environ).value},
        )
        if before is not None:
            # The lock goes along, so that those who wait for it see the new entry.
            entry.asked, entry.making = before.asked, before.making
        self._entries.put(key, entry, answer.size)
        return entry

    def _moved_on(self) -> None:
        """Make what was asked for most ahead of need, on a thread of its own."""
        if self._ahead.acquire(blocking=False):
            threading.Thread(target=self._make_ahead, name="ready answers", daemon=True).start()

    def _make_ahead(self) -> None:
        try:
            wanted = sorted(self._entries.items(), key=lambda pair: -pair[1].asked)
            for key, entry in wanted[:AHEAD]:
                # Asked for once is no habit.
                if entry.asked > 1 and entry.making.acquire(blocking=False):
                    try:
                        self._made(key, entry)
                    finally:
                        entry.making.release()
            for _key, entry in wanted:
                entry.asked //= 2
        finally:
            self._ahead.release()


class _Version:
    """The version of the data, asked for at most once in so many seconds; by one request, others go on."""

    def __init__(self, site: AppContext, seconds: float, moved_on: Callable[[], None]) -> None:
        self._site = site
        self._seconds = seconds
        self._tell = moved_on
        self._asking = threading.Lock()
        self.known: int | None = None
        """The version as it was last read."""
        self._next = float("-inf")
        self._changed_at = float("-inf")

    def get(self) -> int | None:
        """The version; null while the store cannot be read."""
        if self._seconds == 0 and self.known is not None:
            self._ask()
        elif self._site.clock.elapsed() >= self._next and self._asking.acquire(blocking=False):
            try:
                self._ask()
            finally:
                self._asking.release()
        return self.known

    def seconds_since_change(self) -> float:
        """How long ago the version was first seen."""
        return self._site.clock.elapsed() - self._changed_at

    def _ask(self) -> None:
        before = self.known
        try:
            with self._site.database.read() as connection:
                self.known = data_version.known_here(connection)
        except StoreError as error:
            if before is not None:
                log.warning("the store cannot be read, so answers go out as they are: %s", error)
            self.known = None
        now = self._site.clock.elapsed()
        self._next = now + (max(self._seconds, _RETRY_SECONDS) if self.known is None else self._seconds)
        if self.known is not None and self.known != before:
            self._changed_at = now
            if before is not None and self._seconds > 0:
                self._tell()


class _Caught:
    """Takes what the application says before the body."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []
        self.exc_info: Any = None

    def __call__(self, status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], object]:
        self.status, self.headers, self.exc_info = status, headers, exc_info
        return _refuse_write


def _refuse_write(_data: bytes) -> object:
    raise RuntimeError("the write() of PEP 3333 is not supported; return the body")


def _given(
    entry: _Entry,
    environ: WSGIEnvironment,
    start_response: StartResponse,
    *,
    stale_since: int | None = None,
    now: int = 0,
) -> Iterable[bytes]:
    """The answer in the form that the request takes."""
    answer = entry.answer
    has = environ.get("HTTP_IF_NONE_MATCH")
    if has is not None and (f'"{answer.etag}"' in has or has.strip() == "*"):
        form, status, body = "", "304 NOT MODIFIED", b""
    else:
        form, body = answer.best_of(accepted(environ.get("HTTP_ACCEPT_ENCODING", "")))
        status = "200 OK"
    name = f"{status}{form}"
    headers = entry.forms.get(name)
    if headers is None:
        headers = entry.forms[name] = entry.headers + (_entity(answer, form, body) if body else [])
    if stale_since is not None:
        headers = [*headers, ("Age", str(now - stale_since)), ("Cache-Status", _stale(entry, now))]
    start_response(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" or not body else [body]


def _entity(answer: CachedAnswer, form: str, body: bytes) -> Headers:
    coded = [("Content-Encoding", form)] if form else []
    return [
        ("Content-Type", answer.mimetype),
        ("Content-Length", str(len(body))),
        *coded,
        *answer.headers.items(),
    ]


def _stale(entry: _Entry, now: int) -> str:
    """RFC 9211; a negative time to live says that the answer is stale."""
    return f"hallofshame; hit; ttl={min(-1, entry.until - now)}; detail=stale"


@lru_cache(maxsize=512)
def accepted(header: str) -> tuple[str, ...]:
    """Those of our encodings that an ``Accept-Encoding`` takes, best first."""
    takes: MIMEAccept = parse_accept_header(header)  # type: ignore[assignment]
    found = [name for name in ENCODINGS if takes.quality(name) > 0]
    return tuple(sorted(found, key=lambda name: -takes.quality(name)))


_REQUEST_KEYS = (
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "wsgi.url_scheme",
    "wsgi.version",
)
"""What an answer may depend on, and what WSGI asks for."""


def _environ(of: Mapping[str, Any]) -> WSGIEnvironment:
    """A request of our own for the same address, with nothing in it of the one who asked first."""
    return {
        **of,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def install_ready_answers(app: Flask, site: AppContext, version_seconds: float) -> None:
    """Put the ready answers in front of the app."""
    app.wsgi_app = ReadyAnswers(app.wsgi_app, site, version_seconds)  # type: ignore[method-assign]
