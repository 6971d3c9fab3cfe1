"""The log on standard error: lines to read, or one JSON object per line for machines."""

from __future__ import annotations

import datetime as dt
import json
import logging
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType, TracebackType

from hallofshame.domain.errors import StorageError, StoreError
from hallofshame.domain.redaction import redact

_DIRECTIONS = (0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))

LOGGER = "hallofshame"
"""Parent of every logger of this project."""

_INDENT = "    "
"""Before every line of a traceback, so that none can look like a record of its own."""

_UNSAFE = {
    code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    for code in (*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *_DIRECTIONS)
} | {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}
"""Characters that end or hide a line: all controls, the line ends of Unicode, changes of direction."""

_UNSAFE_IN_JSON = {code: f"\\u{code:04x}" for code in _UNSAFE if code >= 0x7F}
"""The ones that JSON leaves as they are."""

_QUIET = ("apscheduler", "alembic", "urllib3")
"""Libraries whose everyday messages would drown ours."""


IDS: ContextVar[Mapping[str, str]] = ContextVar("ids", default=MappingProxyType({}))
"""What this thread is at: ``request``, or ``job`` and ``run``, and inside of one ``cycle``."""


@contextmanager
def logged_as(**ids: str) -> Iterator[None]:
    """Give the lines of this thread these ids, beside those they have, until the block ends."""
    before = IDS.set({**IDS.get(), **ids})
    try:
        yield
    finally:
        IDS.reset(before)


class JsonFormatter(logging.Formatter):
    """One record as one JSON object: ``at`` (ISO, UTC), ``level``, ``logger``, ``message``, ``traceback``,
    and the ids of what its thread is at (:data:`IDS`)."""

    def format(self, record: logging.LogRecord) -> str:
        """The record on one line."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        entry = {
            "at": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
            **IDS.get(),
        }
        if record.exc_info:
            entry["traceback"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False).translate(_UNSAFE_IN_JSON)


class TextFormatter(logging.Formatter):
    """One record as one line in UTC, a traceback below it."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)sZ %(levelname)-7s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """The record with passwords and keys masked, on one line; the lines of a traceback stand further in.

        A message may hold what a stranger sent, such as the path of a request.
        """
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        request = IDS.get().get("request")
        told = self.formatMessage(record) + ("" if request is None else f" [request {request}]")
        lines = [redact(told).translate(_UNSAFE)]
        if record.exc_info:
            trace = redact(self.formatException(record.exc_info))
            lines += [_INDENT + line.translate(_UNSAFE) for line in trace.split("\n")]
        if record.stack_info:
            stack = redact(self.formatStack(record.stack_info))
            lines += [_INDENT + line.translate(_UNSAFE) for line in stack.split("\n")]
        return "\n".join(lines)


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


def log_failure(log: logging.Logger, what: str, error: BaseException) -> None:
    """Log that ``what`` failed: a failing disk, file or server in one line, all else with its traceback."""
    is_outside = isinstance(error, StorageError) or (isinstance(error, StoreError) and error.failure)
    log.error("%s: %s", what, " ".join(str(error).split()), exc_info=None if is_outside else error)


def catch_uncaught() -> None:
    """From now on exceptions that nobody caught, of any thread, are in the log like all others: masked."""
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda hooked: _log_uncaught(
        hooked.exc_type, hooked.exc_value, hooked.exc_traceback
    )


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    """An exception that nobody caught, in the log like all others: its traceback masked, too."""
    if issubclass(kind, KeyboardInterrupt | SystemExit) or error is None:
        return
    logging.getLogger(LOGGER).critical("uncaught %s", kind.__name__, exc_info=(kind, error, trace))
