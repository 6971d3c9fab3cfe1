"""The error family. Every message names the thing, the value and the remedy; none holds a password.

::

    HallOfShameError
    ├── InputError          a caller's value is wrong (exit code 2, HTTP 400)
    │   ├── PeriodError     a period, date or range that cannot be read
    │   └── RecordingError  a recording with missing columns or unreadable rows
    ├── NotFoundError       an unknown park or ride (HTTP 404)
    ├── ConflictError       it cannot be done in the state that things are in (HTTP 409)
    ├── FeedError           a feed could not be read; carries the poll outcome
    │   ├── BodyError       the answer came but is not what the feed promises
    │   ├── RequestSkippedError  nobody asked any more: the job's time is over, or the host only times out
    │   ├── NotReachedError  nobody asked any more: the host cannot be reached
    │   ├── BudgetSpentError  no request is allowed now; carries when the next one is
    │   ├── WindowExceededError  a date before the first one that the plan gives; carries that date
    │   ├── KeyRefusedError  the source does not accept the key
    │   └── ParkFailedError this program failed over one park's answer; the cause is what went wrong
    ├── JobBusyError        the same job is running elsewhere (exit code 75)
    ├── ClockError          this host's clock is not what everybody else's is
    ├── StoreError          the database is not in the state the job needs, or fails
    ├── StorageError        a file or folder cannot be read or written
    │   └── HistoryError    a history file is missing, damaged or not known
    ├── ServerError         the web server does not start
    └── SettingsError       a setting has an unusable value
"""

from __future__ import annotations

import datetime as dt

from hallofshame.domain.redaction import redact
from hallofshame.domain.words import PollOutcome

_SUMMARY_CHARACTERS = 300


class HallOfShameError(Exception):
    """Base of every error this package raises on purpose. Passwords and keys in its message are masked."""

    def __init__(self, message: str = "") -> None:
        super().__init__(redact(message))


class InputError(HallOfShameError):
    """A caller's value is wrong; ``parameter`` names it where there is one."""

    def __init__(self, message: str, *, parameter: str | None = None) -> None:
        super().__init__(message)
        self.parameter = parameter


class PeriodError(InputError):
    """A period, date or range that cannot be read (R10)."""


class RecordingError(InputError):
    """A recording that lacks columns or holds rows that cannot be read."""


class NotFoundError(HallOfShameError):
    """An unknown park, ride or page."""


class ConflictError(HallOfShameError):
    """It cannot be done in the state that things are in; the message says which state that is."""


class FeedError(HallOfShameError):
    """A feed could not be read. ``outcome`` is what ``feed_polls`` records.

    ``body`` is the answer where the host refused, ``retry_after_seconds`` the pause that it asked for.
    """

    body: bytes = b""
    retry_after_seconds: float | None = None

    def __init__(
        self, message: str, *, outcome: PollOutcome, http_status: int | None = None, attempts: int = 1
    ) -> None:
        super().__init__(message)
        self.outcome = outcome
        self.http_status = http_status
        self.attempts = attempts


class NotReachedError(FeedError):
    """A request was not sent, because other requests of the same job could not reach the host."""


class BudgetSpentError(FeedError):
    """No request is allowed now: the budget is spent, or the source asked for a pause."""

    def __init__(self, message: str, *, wait_seconds: float, attempts: int = 0) -> None:
        super().__init__(message, outcome=PollOutcome.RATE_LIMITED, attempts=attempts)
        self.wait_seconds = wait_seconds


class WindowExceededError(FeedError):
    """A date before ``earliest``, the first that the source gives to this key; null where it does not say."""

    def __init__(self, message: str, *, earliest: dt.date | None, http_status: int | None = None) -> None:
        super().__init__(message, outcome=PollOutcome.CLIENT_ERROR, http_status=http_status)
        self.earliest = earliest


class KeyRefusedError(FeedError):
    """The source does not accept the key, or gives nothing to it."""


class BodyError(FeedError):
    """The answer came but is not what the feed promises; the message holds an excerpt."""

    def __init__(self, message: str, *, http_status: int | None = None, attempts: int = 1) -> None:
        super().__init__(message, outcome=PollOutcome.BAD_BODY, http_status=http_status, attempts=attempts)


class RequestSkippedError(FeedError):
    """A source that was not asked, or not to the end, because the deadline of the job has passed."""

    def __init__(self, message: str, *, attempts: int = 0) -> None:
        super().__init__(message, outcome=PollOutcome.TIMEOUT, attempts=attempts)


class ParkFailedError(FeedError):
    """This program failed over one park's answer; ``__cause__`` is the error, ``doing`` what it was at."""

    def __init__(self, doing: str, cause: BaseException) -> None:
        super().__init__(f"{doing} failed: {summary(cause)}", outcome=PollOutcome.INTERNAL_ERROR)
        self.doing = doing
        self.__cause__ = cause


def summary(error: BaseException) -> str:
    """The type of an error and the beginning of its message, on one line."""
    message = " ".join(str(error)[:_SUMMARY_CHARACTERS].split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


class JobBusyError(HallOfShameError):
    """The same job is running in another process; nothing was done."""


class ClockError(HallOfShameError):
    """This host's clock differs so much from all others that nothing may be stamped with it."""


class StoreError(HallOfShameError):
    """The database is not in the state that the job needs.

    ``failure`` is the kind where disk, file or server failed (``disk_full``, ``access_denied``, …).
    """

    def __init__(self, message: str, *, failure: str | None = None) -> None:
        super().__init__(message)
        self.failure = failure


class StorageError(HallOfShameError):
    """A file or folder cannot be read or written: the disk is full, read-only or not ours."""


class HistoryError(StorageError):
    """A history file is missing, damaged, or not of this installation; nothing is read from it."""


class ServerError(HallOfShameError):
    """The web server does not start."""


class SettingsError(HallOfShameError):
    """A setting has an unusable value."""
