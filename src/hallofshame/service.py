"""The long-running process: web server, scheduler or both, watch and messenger, until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

from hallofshame.installation import Installation
from hallofshame.messenger import Messenger
from hallofshame.scheduler import Scheduler
from hallofshame.watch import Watch
from hallofshame.web_server import WebServer

STOP_SECONDS = 8.0
"""How long a stop waits for the running job."""


def serve(
    installation: Installation,
    stopping: threading.Event,
    *,
    collect: bool,
    web: WebServer | None,
    announce: Callable[[str], None] = lambda _url: None,
) -> bool:
    """Serve on ``web``, and with ``collect`` run the scheduler beside it, until ``stopping`` is set.

    Without ``web`` nothing is served. ``announce`` is told the address once it answers. Returns whether
    everything ended in time; if not, a job is still at work and the process may be ended all the same: it
    loses its open transaction and no more.
    """
    scheduler = Scheduler(installation) if collect else None
    watch = Watch(installation)
    messenger = Messenger(installation)
    finished = True
    try:
        if web is not None:
            web.start()
        if scheduler is not None:
            scheduler.start()
        watch.start()
        messenger.start()
        if web is not None:
            announce(web.url)
        stopping.wait()
    finally:
        watch.stop()
        messenger.stop()
        if scheduler is not None:
            finished = scheduler.stop(STOP_SECONDS)
        if web is not None:
            web.stop()
    return finished
