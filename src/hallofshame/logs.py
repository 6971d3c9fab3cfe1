"""The log on standard error: lines to read, or one JSON object per line for machines."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time

LOGGER = "hallofshame"
"""Parent of every logger of this project."""

_QUIET = ("apscheduler", "alembic", "urllib3", "waitress.queue")
"""Libraries whose everyday messages would drown ours."""


class JsonFormatter(logging.Formatter):
    """One record as one JSON object: ``at`` (ISO, UTC), ``level``, ``logger``, ``message``, ``traceback``."""

    def format(self, record: logging.LogRecord) -> str:
        """The record on one line."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        entry = {
            "at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """One record as one line in UTC, a traceback below it."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")


def configure(level: str, form: str) -> None:
    """Send this process's log to standard error; ``form`` is ``text`` or ``json``."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    root = logging.getLogger()
    for old in [
        known for known in root.handlers if isinstance(known.formatter, JsonFormatter | TextFormatter)
    ]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
