"""Both upstream services on one loopback port, played from tapes.

Queue-Times answers at its own paths, ThemeParks.wiki under ``/v1``, the faults under ``/_faults``.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import UTC
from hallofshame.domain.words import Feed
from hallofshame.feeds.base import Now
from hallofshame.feeds.replay import wire
from hallofshame.feeds.replay.faults import (
    ActiveFault,
    Fault,
    FaultBoard,
    FaultOrder,
    ParkKey,
    Reply,
    spoil_reply,
    spoil_rides,
)
from hallofshame.feeds.replay.history import HistoryDesk, HistoryPlans
from hallofshame.feeds.replay.manifest import load_tapes
from hallofshame.feeds.replay.tape import Tape

_QUEUE_TIMES_PATH = re.compile(r"/parks/([^/]+)/queue_times\.json")
_ENTITY_PATH = re.compile(r"/v1/entity/([^/]+)(?:/(children|live|schedule))?")
_HISTORY_PATH = re.compile(r"/v1/entity/(([^/]+)/history(?:/daily|/coverage)?)")
_FAULT_PATH = re.compile(r"/_faults/([^/]+)/([^/]+)")
_IDLE_SECONDS = 15
_MAX_CONTROL_BYTES = 64 * 1024


class ReplayServer:
    """Serves tapes over real HTTP on 127.0.0.1 from :meth:`start` until :meth:`stop`.

    ``recordings_dir`` is a folder with a manifest, ``tapes`` are further tapes or the only ones. ``clock``
    tells the present to which the tapes are shifted. ``latency_ms`` delays every answer. ``port`` 0 takes a
    free one. ``history``: what the history API gives to whom. Raises ``RecordingError`` for tapes that
    cannot be played, ``InputError`` for two of one park.

    >>> import json
    >>> from hallofshame.feeds.replay import load_tapes
    >>> gardaland = [tape for tape in load_tapes() if tape.info.park_name == "Gardaland"]
    >>> server = ReplayServer(tapes=gardaland)
    >>> reply = server.answer("/parks/12/queue_times.json")
    >>> sorted(json.loads(reply.body))
    ['lands', 'rides']
    """

    def __init__(
        self,
        recordings_dir: Path | None = None,
        clock: Now | None = None,
        latency_ms: int = 0,
        port: int = 0,
        *,
        tapes: Iterable[Tape] = (),
        host: str = "127.0.0.1",
        history: HistoryPlans | None = None,
    ) -> None:
        loaded = [*(load_tapes(recordings_dir) if recordings_dir is not None else ()), *tapes]
        self.tapes: dict[ParkKey, Tape] = {}
        for tape in loaded:
            key = (tape.info.feed, tape.info.park_external_id)
            if key in self.tapes:
                raise InputError(f"two tapes for {key[0].slug} park {key[1]}; give each park one tape")
            self.tapes[key] = tape
        self.clock: Now = clock if clock is not None else _MachineClock()
        self.history = HistoryDesk(history or HistoryPlans(), self.clock)
        self.latency_ms = latency_ms
        self.faults = FaultBoard()
        self._address = (host, port)
        self._http: _Http | None = None
        self._thread: threading.Thread | None = None

    @property
    def base_url(self) -> str:
        """Where both services answer, without a slash at the end."""
        if self._http is None:
            raise InputError("the replay server is not running; call start() first")
        host, port = self._http.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> Self:
        """Bind the port and answer from a thread; returns itself."""
        self._http = _Http(self._address, self)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, name="replay-server", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering, close every connection and wait for the threads; harmless when not running."""
        if self._http is None or self._thread is None:
            return
        self._http.stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.close_connections()
        self._http.server_close()
        self._http = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, target: str, headers: Mapping[str, str] | None = None) -> Reply:
        """The reply to a ``GET`` of ``target``, faults included; ``headers`` with names in lower case."""
        url = urlsplit(target)
        path = url.path
        if path == "/parks.json":
            return _json(wire.parks_list(self._of(Feed.QUEUE_TIMES)))
        if path == "/v1/destinations":
            return _json(wire.destinations_body(self._of(Feed.THEMEPARKS_WIKI)))
        if path == "/_faults":
            return _json({"faults": self.faults.listed()})
        if found := _QUEUE_TIMES_PATH.fullmatch(path):
            return self._park(Feed.QUEUE_TIMES, unquote(found[1]), self._queue_times)
        if found := _HISTORY_PATH.fullmatch(path):
            return self._history(found[1], unquote(found[2]), parse_qs(url.query), headers or {})
        if found := _ENTITY_PATH.fullmatch(path):
            part = found[2]
            return self._park(
                Feed.THEMEPARKS_WIKI, unquote(found[1]), lambda tape, fault: self._entity(tape, part, fault)
            )
        return _not_found(path)

    def order_fault(self, path: str, body: bytes) -> Reply:
        """Switch a fault on (``PUT``)."""
        key = self._fault_key(path)
        if isinstance(key, Reply):
            return key
        try:
            order = FaultOrder.parse(json.loads(body or b"null"))
        except InputError as error:
            return _error(HTTPStatus.BAD_REQUEST, str(error))
        except ValueError as error:
            return _error(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}")
        self.faults.put(key, order, self.clock.now())
        return _json({"faults": self.faults.listed()})

    def clear_fault(self, path: str) -> Reply:
        """Switch a park's fault off (``DELETE``)."""
        key = self._fault_key(path)
        if isinstance(key, Reply):
            return key
        self.faults.clear(key)
        return _json({"faults": self.faults.listed()})

    def _fault_key(self, path: str) -> ParkKey | Reply:
        found = _FAULT_PATH.fullmatch(urlsplit(path).path)
        if found is None:
            return _error(HTTPStatus.NOT_FOUND, f"no fault at {path}; use /_faults/<feed>/<park external id>")
        try:
            feed = Feed.from_slug(found[1])
        except ValueError as error:
            return _error(HTTPStatus.BAD_REQUEST, str(error))
        key = (feed, unquote(found[2]))
        if key not in self.tapes:
            return _error(HTTPStatus.NOT_FOUND, f"no tape of {feed.slug} park {key[1]}")
        return key

    def _of(self, feed: Feed) -> list[Tape]:
        return [tape for key, tape in self.tapes.items() if key[0] is feed]

    def _park(self, feed: Feed, park: str, serve: Callable[[Tape, ActiveFault | None], Reply]) -> Reply:
        tape = self.tapes.get((feed, park))
        if tape is None:
            return _not_found(f"{feed.slug} park {park}")
        fault = self.faults.take((feed, park))
        reply = serve(tape, fault)
        return spoil_reply(reply, fault.order, self.clock.now()) if fault else reply

    def _queue_times(self, tape: Tape, fault: ActiveFault | None) -> Reply:
        rides = wire.queue_times_rides(tape.state_at(self._moment(fault)))
        return _json(wire.queue_times_body(tape, _spoilt(rides, fault)))

    def _entity(self, tape: Tape, part: str | None, fault: ActiveFault | None) -> Reply:
        if part == "live":
            state = tape.state_at(self._moment(fault))
            return _json(wire.live_body(tape, state, _spoilt(wire.live_entities(tape, state), fault)))
        if part == "children":
            return _json(wire.children_body(tape))
        if part == "schedule":
            return _json(wire.schedule_body(tape, self.clock.now()))
        return _json(wire.entity_body(tape))

    def _history(
        self, path: str, park: str, query: dict[str, list[str]], headers: Mapping[str, str]
    ) -> Reply:
        key = (Feed.THEMEPARKS_WIKI, park)
        reply = self.history.answer(self.tapes.get(key), path, query, headers)
        fault = self.faults.take(key) if key in self.tapes else None
        return spoil_reply(reply, fault.order, self.clock.now()) if fault else reply

    def _moment(self, fault: ActiveFault | None) -> dt.datetime:
        frozen = fault is not None and fault.order.fault is Fault.FROZEN
        return fault.since if fault is not None and frozen else self.clock.now()


class _MachineClock:
    def now(self) -> dt.datetime:
        return dt.datetime.now(UTC)


class _Http(ThreadingHTTPServer):
    """Threads that are joined at the end; their idle connections are closed from here."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], replay: ReplayServer) -> None:
        self.replay = replay
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def opened(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.add(connection)
        if self.stopping.is_set():
            self.close_connections()

    def closed(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are what the faults are for; everything else is told as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        with self._lock:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # the other side was faster


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.server.opened(self.connection)

    def finish(self) -> None:
        self.server.closed(self.connection)
        super().finish()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The ``Date`` of an answer is the replay's own, as its readings are."""
        return super().date_time_string(
            self.server.replay.clock.now().timestamp() if timestamp is None else timestamp
        )

    def do_GET(self) -> None:
        sent = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.replay.answer(self.path, sent))

    def do_PUT(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > _MAX_CONTROL_BYTES:
            self.close_connection = True
            self._send(_error(HTTPStatus.BAD_REQUEST, f"Content-Length {length!r} is not usable"))
            return
        self._send(self.server.replay.order_fault(self.path, self.rfile.read(int(length))))

    def do_DELETE(self) -> None:
        self._send(self.server.replay.clear_fault(self.path))

    def _send(self, reply: Reply) -> None:
        delay = reply.delay_seconds + self.server.replay.latency_ms / 1000
        if delay > 0 and self.server.stopping.wait(delay):
            self.close_connection = True
            return
        lies = reply.declared_length is not None
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(reply.declared_length if lies else len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        if lies:
            self.close_connection = True
            self.send_header("Connection", "close")
        try:
            self.end_headers()
            if reply.pause_seconds > 0:
                self._drip(reply)
            else:
                self.wfile.write(reply.body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the caller gave up, as a delayed answer makes it do

    def _drip(self, reply: Reply) -> None:
        for byte in reply.body:
            self.wfile.write(bytes([byte]))
            if self.server.stopping.wait(reply.pause_seconds):
                self.close_connection = True
                return

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """Say nothing: callers log what they fetch."""


def _spoilt(rides: list[wire.Json], fault: ActiveFault | None) -> list[wire.Json]:
    return rides if fault is None else spoil_rides(rides, fault.order.fault)


def _json(body: Any, status: int = HTTPStatus.OK) -> Reply:
    return Reply(status, json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def _error(status: int, message: str) -> Reply:
    return _json({"error": message}, status)


def _not_found(what: str) -> Reply:
    return _error(HTTPStatus.NOT_FOUND, f"nothing recorded for {what}")
