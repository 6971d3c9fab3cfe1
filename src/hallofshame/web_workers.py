"""The processes that answer requests: Granian on a socket that is bound already, several workers.

``python -m hallofshame.web_workers SOCKET READY`` is started by :class:`hallofshame.web_server.WebServer`
with two inherited descriptors; a pickled :class:`WorkOrder` comes on standard input, which then stays open
for as long as that process lives. The first process answers nothing itself: it loads the program, forks the
workers, which so share its memory, and replaces one that dies.
"""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import pickle
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.mp import MPServer

from hallofshame import logs
from hallofshame.settings import Settings
from hallofshame.store.database import Database
from hallofshame.store.statement_limits import limit_statements
from hallofshame.web.app import create_app
from hallofshame.web.ready import WORKER_VERSION_SECONDS
from hallofshame.web.sending import SlowReaderError
from hallofshame.web_server import WorkOrder

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

log = logging.getLogger(f"{logs.LOGGER}.web")

MOST_DESCRIPTORS = 65_536
"""More are not asked for, even where the system would give a thousand million."""

KEPT_DESCRIPTORS = 128
"""Those that a worker keeps for the database, files and pipes, except where it has hardly more at all."""

HEADER_BYTES = 64 * 1024
"""Longest head of a request."""

_STOP_SECONDS = 2
"""How long a worker finishes answers after it was told to end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the workers hold at most.

    ``threads``: requests answered at the same time by each worker. ``connections``: open connections of each
    worker; further ones wait in the socket's queue. ``idle_seconds``: time for the head of a request to
    arrive, counted from the connection or from the answer before.
    """

    workers: int
    threads: int
    connections: int
    idle_seconds: int


class _BoundServer(MPServer):
    """Granian on a given socket. By itself it would bind one per worker, after the port was promised."""

    def __init__(self, listening: socket.socket, limits: Limits) -> None:
        self._listening = listening
        super().__init__(
            "hallofshame",
            interface=Interfaces.WSGI,
            workers=limits.workers,
            blocking_threads=limits.threads,
            backpressure=limits.connections,
            http=HTTPModes.http1,
            websockets=False,
            http1_settings=HTTP1Settings(
                header_read_timeout=limits.idle_seconds * 1000, max_buffer_size=HEADER_BYTES
            ),
            respawn_failed_workers=True,
            workers_kill_timeout=_STOP_SECONDS,
            log_level=LogLevels.warning,
            # Its messages join ours, in the form of ours.
            log_dictconfig={"handlers": {}, "loggers": {"_granian": {"propagate": True}}},
        )

    def _init_shared_socket(self) -> None:
        self._sfd = self._listening.fileno()  # type: ignore[assignment]
        self._shd = SocketHolder(self._sfd, False, self.backlog)  # type: ignore[call-arg, assignment]
        self._sso = None


def answer(listening: socket.socket, load: Callable[[], WSGIApplication], limits: Limits) -> None:
    """Answer requests on ``listening`` until SIGTERM or SIGINT, with what ``load`` makes in each worker."""
    multiprocessing.set_start_method("fork", force=True)
    logging.getLogger("_granian").addFilter(_is_news)
    server = _BoundServer(listening, limits)
    # What is there before the fork is shared as long as nobody writes to it; the collector would.
    server.on_startup(gc.freeze)
    server.serve(target_loader=load, wrap_loader=False)


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings ask for, within those of the system."""
    descriptors = _raised_descriptors()
    possible = max(descriptors - KEPT_DESCRIPTORS, descriptors // 4)
    wanted = settings.web_connections
    if wanted is not None and wanted > possible:
        log.warning(
            "each web worker may have %d descriptors, so it holds %d connections, not %d",
            descriptors,
            possible,
            wanted,
        )
    return Limits(
        workers=settings.web_workers,
        threads=settings.web_threads,
        connections=possible if wanted is None else min(wanted, possible),
        idle_seconds=settings.web_idle_seconds,
    )


def _raised_descriptors() -> int:
    """Raise the soft limit of descriptors towards the hard one; returns what this process may have now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft == resource.RLIM_INFINITY:
        return most
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return min(max(soft, most), MOST_DESCRIPTORS)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a message of Granian is worth a line.

    Advice on settings that are chosen on purpose is not, nor is the end of a slow reader, which has one.
    """
    message = record.getMessage()
    advises = message.startswith(("Configuration allows", "Configured number of"))
    return not advises and SlowReaderError.__name__ not in message


def _application(order: WorkOrder, says_ready: int, lifeline: int) -> WSGIApplication:
    """The application of one worker, made after the fork; its database connections are its own."""
    _end_with(lifeline)
    settings = replace(order.web, version_seconds=WORKER_VERSION_SECONDS)
    database = Database(order.database_url)
    limit_statements(database.engine, order.settings.web_statement_seconds)
    app: WSGIApplication = create_app(database, order.clock, settings)
    try:
        os.write(says_ready, b".")
    except BrokenPipeError:
        # Only the first worker is waited for.
        log.debug("worker %d answers", os.getpid())
    return app


def _end_with(lifeline: int) -> None:
    """End this process when the one that started all of them is gone, in whatever way it went."""

    def follow() -> None:
        while os.read(lifeline, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(2 * _STOP_SECONDS)
        os._exit(1)

    threading.Thread(target=follow, name="lifeline", daemon=True).start()


def main() -> None:
    """Answer requests until told to stop."""
    listening, says_ready = (int(number) for number in sys.argv[1:3])
    # A fork of multiprocessing closes standard input, the copy stays.
    lifeline = os.dup(0)
    with os.fdopen(os.dup(0), "rb") as received:
        order: WorkOrder = pickle.load(received)  # noqa: S301 - from the process that started this one
    logs.configure(order.settings.log_level, order.settings.log_format)
    logs.catch_uncaught()
    _end_with(lifeline)
    load = partial(_application, order, says_ready, lifeline)
    answer(socket.socket(fileno=listening), load, limits_of(order.settings))


if __name__ == "__main__":
    main()
