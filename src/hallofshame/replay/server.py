"""The replay server: the app of :mod:`hallofshame.replay.app` on a loopback port, in threads."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from hallofshame.domain.errors import InputError
from hallofshame.feeds.base import Now
from hallofshame.replay.app import replay_app
from hallofshame.replay.history import HistoryDesk, HistoryPlans
from hallofshame.replay.manifest import load_tapes
from hallofshame.replay.playback import MachineClock, ParkKey, Playback
from hallofshame.replay.tape import Tape

_IDLE_SECONDS = 15


class ReplayServer:
    """Serves tapes over real HTTP on 127.0.0.1 from :meth:`start` until :meth:`stop`.

    ``recordings_dir`` is a folder with a manifest, ``tapes`` are further tapes or the only ones. ``clock``
    tells the present to which the tapes are shifted. ``latency_ms`` delays every answer. ``port`` 0 takes a
    free one. ``history``: what the history API gives to whom. ``playback`` makes what is played of tapes and
    clock. Raises ``RecordingError`` for tapes that cannot be played, ``InputError`` for two of one park.

    >>> from hallofshame.replay import load_tapes
    >>> gardaland = [tape for tape in load_tapes() if tape.info.park_name == "Gardaland"]
    >>> server = ReplayServer(tapes=gardaland)
    >>> answer = server.app.test_client().get("/parks/12/queue_times.json")
    >>> sorted(answer.json)
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
        playback: type[Playback] = Playback,
    ) -> None:
        loaded = load_tapes(recordings_dir) if recordings_dir is not None else ()
        self.clock: Now = clock if clock is not None else MachineClock()
        self.playback = playback([*loaded, *tapes], self.clock)
        self.history = HistoryDesk(history or HistoryPlans(), self.clock)
        self.app = replay_app(self.playback, self.history)
        self.latency_ms = latency_ms
        self.app.before_request(lambda: self.pause(self.latency_ms / 1000))
        self._address = (host, port)
        self._stopping = threading.Event()
        self._http: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def tapes(self) -> dict[ParkKey, Tape]:
        """The tapes by park."""
        return self.playback.tapes

    @property
    def base_url(self) -> str:
        """Where both services answer, without a slash at the end."""
        if self._http is None:
            raise InputError("the replay server is not running; call start() first")
        return f"http://{self._http.host}:{self._http.port}"

    def start(self) -> Self:
        """Bind the port and answer from threads; returns itself."""
        self._stopping.clear()
        self._http = make_server(
            *self._address, self.app, threaded=True, request_handler=_handler(self.clock)
        )
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, name="replay-server", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering; harmless when not running. Each connection ends with its answer."""
        if self._http is None or self._thread is None:
            return
        self._stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        self._http = self._thread = None

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond :meth:`stop`."""
        if seconds > 0:
            self._stopping.wait(seconds)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _handler(clock: Now) -> type[WSGIRequestHandler]:
    class Handler(WSGIRequestHandler):
        """Says nothing, since callers log what they fetch; dates its answers by the replay's own clock."""

        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        timeout = _IDLE_SECONDS

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(clock.now().timestamp() if timestamp is None else timestamp)

        def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the base's name
            """Nothing."""

    return Handler
