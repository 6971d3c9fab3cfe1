"""The web server as the rest of the program sees it: a port, taken at once, and processes that answer."""

from __future__ import annotations

import errno
import logging
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from hallofshame.clock import Clock
from hallofshame.domain.errors import ServerError, SettingsError
from hallofshame.installation import Installation
from hallofshame.logs import LOGGER
from hallofshame.settings import Settings, variable
from hallofshame.web.settings import WebSettings

log = logging.getLogger(f"{LOGGER}.web")

BACKLOG = 4096
"""Connections that the system keeps until a worker accepts them; it may allow fewer (``somaxconn``)."""

START_SECONDS = 60.0
"""How long the first worker may take until it answers."""

STOP_SECONDS = 4.0
"""How long a stop waits for answers that are on their way."""

PORT_SECONDS = 8.0
"""How long a start waits for a taken port: the workers of a killed server end within four seconds."""

_SIGNAL_SECONDS = 0.5
"""A signal to everything that runs, as systemd sends it, reaches the workers this long before our stop."""

_PORT_LOOK_SECONDS = 0.1
_LEAST_PAUSE_SECONDS = 0.5
_MOST_PAUSE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """All that the workers are told: what they answer from, and what the settings say about them."""

    database_url: str
    clock: Clock
    web: WebSettings
    settings: Settings

    @classmethod
    def of(cls, installation: Installation) -> WorkOrder:
        """The order for the site of an installation."""
        settings = installation.settings
        return cls(settings.database, installation.clock, installation.web_settings, settings)


class WebServer:
    """The site on its port. The port is taken at once, requests are answered from :meth:`start` on.

    The answers come from processes of their own (:mod:`hallofshame.web_workers`), which inherit the listening
    socket. When they die they are started again; requests wait in the socket's queue meanwhile. They end when
    this process ends, in whatever way.

    :raises SettingsError: when the port stays taken or the address is not this machine's.
    """

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._listening = _bound(installation.settings)
        self._address = self._listening.getsockname()[:2]
        self._changing = threading.Lock()
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._ready: int | None = None
        self._watcher: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the site."""
        host, port = self._address
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else str(host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"

    @property
    def process_id(self) -> int | None:
        """The first process of the workers; null before the start."""
        return None if self._process is None else self._process.pid

    def launch(self) -> None:
        """Start the processes and do not wait for them; does nothing where they were started already."""
        with self._changing:
            if self._process is None and not self._stopping.is_set():
                self._process, self._ready = self._launched()

    def start(self) -> None:
        """Answer requests from now on; returns once a worker does.

        :raises ServerError: when none does within a minute.
        """
        self.launch()
        ready, self._ready = self._ready, None
        if ready is None:
            return
        if not _first_byte(ready, START_SECONDS) and not self._stopping.is_set():
            self.stop()
            raise ServerError("the web server did not start; the log has the reason")
        self._watcher = threading.Thread(target=self._watch, name="web server", daemon=True)
        self._watcher.start()

    def stop(self) -> None:
        """Answer nothing more and free the port."""
        self._stopping.set()
        with self._changing:
            process = self._process
            self._listening.close()
        if process is not None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            _end_group(process)
        if self._ready is not None:
            os.close(self._ready)
            self._ready = None
        if self._watcher is not None:
            self._watcher.join()

    def _launched(self) -> tuple[subprocess.Popen[bytes], int]:
        """The first process of the workers, and the pipe on which they say that they answer."""
        ready, says_ready = os.pipe()
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "hallofshame.web_workers", str(self._listening.fileno()), str(says_ready)],
            stdin=subprocess.PIPE,
            pass_fds=(self._listening.fileno(), says_ready),
            # Ctrl-C is for this process: it lets the running job end while the site still answers.
            start_new_session=True,
        )
        os.close(says_ready)
        assert process.stdin is not None  # noqa: S101 - asked for above
        # Through a pipe, not the command line, as it may hold a password. The pipe stays open for as long as
        # this process lives: its end tells the workers to end.
        with suppress(BrokenPipeError):
            pickle.dump(WorkOrder.of(self._installation), process.stdin)
            process.stdin.flush()
        return process, ready

    def _watch(self) -> None:
        """Start the processes again when they end by themselves, with growing pauses if they never live."""
        pause = _LEAST_PAUSE_SECONDS
        process = self._process
        while process is not None:
            began = time.monotonic()
            code = process.wait()
            if self._stopping.wait(_SIGNAL_SECONDS):
                return
            log.error("the web workers ended with code %d; starting them again", code)
            _end_group(process)
            if time.monotonic() - began > _MOST_PAUSE_SECONDS:
                pause = _LEAST_PAUSE_SECONDS
            if self._stopping.wait(pause):
                return
            pause = min(2 * pause, _MOST_PAUSE_SECONDS)
            process = self._relaunch()

    def _relaunch(self) -> subprocess.Popen[bytes] | None:
        with self._changing:
            if self._stopping.is_set():
                return None
            self._process, ready = self._launched()
            os.close(ready)
            return self._process


def _bound(settings: Settings) -> socket.socket:
    """A listening socket on the address of the settings; its connections share its limits.

    A port that is taken is waited for: after a kill -9 and a start at once, the workers of the killed server
    hold it until they have noticed.

    :raises SettingsError: where that cannot be.
    """
    host, port = settings.host, settings.port
    until, is_told = time.monotonic() + PORT_SECONDS, False
    while (listening := _bound_at_once(host, port)) is None:
        if time.monotonic() >= until:
            raise SettingsError(
                f"port {port} on {host} is taken; stop what uses it or set {variable('port')} to another"
            )
        if not is_told:
            log.warning("port %d on %s is taken; waiting up to %g s for it", port, host, PORT_SECONDS)
            is_told = True
        time.sleep(_PORT_LOOK_SECONDS)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Not every system has it; without it a reader who takes nothing keeps the connection.
        milliseconds = settings.web_stalled_seconds * 1000
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    return listening


def _bound_at_once(host: str, port: int) -> socket.socket | None:
    """A listening socket on this address; null where the port is taken.

    :raises SettingsError: where it cannot be for another reason.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((str(address[0]), port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return None
        raise SettingsError(
            f"cannot serve on {host}:{port} ({error.strerror or error}); "
            f"change {variable('host')} or {variable('port')}"
        ) from error


def _first_byte(pipe: int, seconds: float) -> bool:
    """Whether a byte arrives in time; false as well when every writer is gone. Closes the pipe."""
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    try:
        return bool(poll.poll(seconds * 1000)) and os.read(pipe, 1) != b""
    finally:
        os.close(pipe)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the processes, workers whose first process is gone included."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        with suppress(BrokenPipeError):
            process.stdin.close()
