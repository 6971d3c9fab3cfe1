"""The budgets of ThemeParks.wiki's history API: what its headers say, and the interface of who keeps them.

The API meters all requests per minute and history requests again per hour. Answers to a key carry both
meters; those without a key may be cached for everybody and carry none, so the budget is then the documented
one, counted here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

HOUR_SECONDS = 3600
MINUTE_SECONDS = 60

WITHOUT_KEY_PER_HOUR = 60
"""History requests an hour without a key, as documented."""

WITH_KEY_PER_HOUR = 600
"""History requests an hour with a free key; what the headers say goes before it."""

HOUR, MINUTE, PAUSE = "hour", "minute", "pause"
"""Names of the meters: history requests per hour, all requests per minute, and a pause asked for by a 429."""

_LARGEST = 10_000_000
_HEADER = re.compile(
    r"(?:x-)?(?P<before>history-)?rate-?limit-(?P<after>history-)?"
    r"(?P<what>limit|remaining|reset|policy)(?P<end>-history)?"
)
_WINDOW = re.compile(r"(\d{1,8})\s*;\s*w=(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Meter:
    """One meter as an answer showed it; ``resets_in`` seconds from then. Null where it does not say."""

    name: str
    allowance: int | None
    remaining: int | None
    resets_in: float | None


class HistoryBudget(Protocol):
    """Who keeps to the budgets. Several processes may share one."""

    def take(self) -> float:
        """Book one request and return 0, or book none and return the seconds until one is allowed."""

    def booked(self, requests: int) -> None:
        """Book requests that were sent already: further tries of one that :meth:`take` allowed."""

    def note(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer; names in lower case."""

    def pause(self, seconds: float) -> None:
        """Ask for nothing for so long, as a 429 said."""

    def seconds_for(self, requests: int) -> float:
        """How long so many further requests take, by what is allowed."""


class Unmetered:
    """A budget without an end, for sources that have none."""

    def take(self) -> float:
        """Always now."""
        return 0.0

    def booked(self, requests: int) -> None:
        """Nothing is counted."""

    def note(self, headers: Mapping[str, str]) -> None:
        """Nothing is learned."""

    def pause(self, seconds: float) -> None:
        """Nothing is kept."""

    def seconds_for(self, requests: int) -> float:
        """No time at all."""
        del requests
        return 0.0


def meters_of(headers: Mapping[str, str]) -> list[Meter]:
    """The meters in an answer's headers: none where there are none, or what they hold is no number.

    The owner calls the names unverified, so that every known spelling is read: ``RateLimit-Remaining``,
    ``X-RateLimit-History-Remaining``, and the length of the window from a policy such as ``600;w=3600``.
    """
    found: dict[bool, dict[str, str]] = {}
    for name, value in headers.items():
        match = _HEADER.fullmatch(name.lower())
        if match is not None:
            is_history = any(match[group] for group in ("before", "after", "end"))
            found.setdefault(is_history, {})[match["what"]] = value
    return [_meter(is_history, texts) for is_history, texts in sorted(found.items())]


def _meter(is_history: bool, texts: Mapping[str, str]) -> Meter:
    window = _WINDOW.search(texts.get("policy", ""))
    seconds = int(window[2]) if window else None
    # Without a word about history in its name, the window tells which of the two it is.
    name = HOUR if is_history or (seconds is not None and seconds > MINUTE_SECONDS) else MINUTE
    allowance = _number(texts.get("limit"))
    if allowance is None and window is not None:
        allowance = int(window[1])
    longest = HOUR_SECONDS if name == HOUR else MINUTE_SECONDS
    reset = _number(texts.get("reset"))
    if reset is not None and not 0 <= reset <= 24 * HOUR_SECONDS:
        # An instant instead of a number of seconds; a whole window is the safe reading.
        reset = longest
    return Meter(name, allowance, _number(texts.get("remaining")), reset)


def _number(text: str | None) -> int | None:
    if text is None or not re.fullmatch(r"\s*\d{1,12}(?:\.\d{1,6})?\s*", text):
        return None
    number = math.ceil(float(text)) if "." in text else int(text)
    return number if number <= _LARGEST or number > 1_000_000_000 else None
