"""The long-running process: the web server, with or without the scheduler, until it is told to stop."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable
from typing import Any

from waitress import create_server, wasyncore

from hallofshame.domain.errors import SettingsError
from hallofshame.installation import Installation
from hallofshame.scheduler import Scheduler
from hallofshame.settings import variable
from hallofshame.web.app import create_app

STOP_SECONDS = 8.0
"""How long a stop waits for the running job."""

_WEB_STOP_SECONDS = 3.0


class WebServer:
    """The site on its port. The port is taken at once, requests are answered from :meth:`start` on."""

    def __init__(self, installation: Installation) -> None:
        settings = installation.settings
        app = create_app(installation.database, installation.clock, installation.web_settings)
        listening = _bound(settings.host, settings.port)
        self._address = listening.getsockname()[:2]
        # Waitress keeps its sockets in a map that may be ours; so we can run its loop and end it from here.
        self._sockets: dict[int, Any] = {}
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._server = create_server(
            app,
            map=self._sockets,
            sockets=[listening],
            threads=settings.web_threads,
            ident="hallofshame",
            clear_untrusted_proxy_headers=True,
        )

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the site."""
        host, port = self._address
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else str(host)  # noqa: S104 - compared, not bound
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}/"

    def start(self) -> None:
        """Answer requests from now on; does nothing when it does already."""
        if self._thread is not None:
            return
        self._thread = threading.Thread(target=self._serve, name="web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer nothing more and free the port."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_WEB_STOP_SECONDS)
        for connection in list(self._sockets.values()):
            connection.close()
        self._server.task_dispatcher.shutdown(timeout=_WEB_STOP_SECONDS)

    def _serve(self) -> None:
        while not self._stopping.is_set():
            wasyncore.loop(timeout=0.2, map=self._sockets, count=1, use_poll=True)


def serve(
    installation: Installation,
    stopping: threading.Event,
    *,
    collect: bool,
    web: WebServer | None = None,
    announce: Callable[[str], None] = lambda _url: None,
) -> bool:
    """Serve, and with ``collect`` run the scheduler beside it, until ``stopping`` is set.

    ``announce`` is told the address once it answers. Returns whether everything ended in time; if not, a job
    is still at work and the process may be ended all the same: it loses its open transaction and no more.
    """
    site = web if web is not None else WebServer(installation)
    scheduler = Scheduler(installation) if collect else None
    finished = True
    try:
        site.start()
        if scheduler is not None:
            scheduler.start()
        announce(site.url)
        stopping.wait()
    finally:
        if scheduler is not None:
            finished = scheduler.stop(STOP_SECONDS)
        site.stop()
    return finished


def _bound(host: str, port: int) -> socket.socket:
    """A socket bound to the address; :class:`SettingsError` where that cannot be."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server((str(address[0]), port), family=family)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"port {port} on {host} is taken; stop what uses it or set {variable('port')} to another"
            ) from error
        raise SettingsError(
            f"cannot serve on {host}:{port} ({error.strerror or error}); "
            f"change {variable('host')} or {variable('port')}"
        ) from error
