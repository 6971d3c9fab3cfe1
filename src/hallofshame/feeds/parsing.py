"""Small readers shared by the feeds: instants, whole numbers, waits, names. What is odd becomes a finding."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator
from itertools import takewhile
from typing import Any, TypeVar

from hallofshame.domain.errors import BodyError
from hallofshame.domain.plurals import counted
from hallofshame.domain.readings import Finding
from hallofshame.domain.words import MAX_PLAUSIBLE_WAIT_MINUTES

T = TypeVar("T")

MAX_TEXT_CHARACTERS = 250
"""Longer names and labels are cut: none is, and matching one would take time that grows with its square."""

MAX_DETAIL_CHARACTERS = 500
"""What a finding says at most: it may quote an answer, which may hold a text of megabytes."""

MAX_ID_CHARACTERS = 80
"""No feed gives ids over 36 characters; a longer one is a mistake and no id."""

MAX_WHOLE = 2**31 - 1
"""No price, group or wait comes near this; anything beyond ± it is a mistake."""

MAX_PRICE_MINOR = 100_000_000
"""The dearest thing sold costs a hundredth of it, also in yen; what is above is a mistake."""

MAX_ENTRIES = 20_000
"""Entries that an answer may hold: in one list, and of queues, show times, hours and tables of all its rides.

The largest parks have some hundreds. An answer with more is refused before it is read.
"""

MAX_FINDINGS = 1_000
"""Findings that one answer may leave; the others are counted in one more."""

_SHOWN_CHARACTERS = 80
_CURRENCY_CHARACTERS = 3
_LANGUAGES = ("en", "en-us", "en-gb")


def parse_instant(value: object) -> dt.datetime:
    """An ISO 8601 text with a time and an offset as aware UTC, cut to whole seconds (R1).

    Raises ``ValueError`` for anything else; a date alone or a time without offset names no instant.
    """
    if not isinstance(value, str):
        raise TypeError("not a text")
    moment = dt.datetime.fromisoformat(value.strip())
    if moment.tzinfo is None:
        raise ValueError("no time zone offset")
    return moment.astimezone(dt.UTC).replace(microsecond=0)


def parse_whole(value: object) -> int:
    """A JSON number without a fraction as an integer; raises ``ValueError`` or ``TypeError`` otherwise."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("not a number")
    if isinstance(value, float) and not value.is_integer():
        raise ValueError("not a whole number")
    if abs(value) > MAX_WHOLE:
        raise ValueError("too large")
    return int(value)


def as_object(value: object) -> dict[str, Any]:
    """``value`` if it is a JSON object, else an empty one (upstream objects may be null, R2)."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """``value`` if it is a JSON array, else an empty one.

    :raises BodyError: for one of over :data:`MAX_ENTRIES`: reading it would keep the other parks waiting.
    """
    if not isinstance(value, list):
        return []
    refuse_entries(len(value))
    return value


def refuse_entries(count: int) -> None:
    """Raise :class:`BodyError` where one answer holds more entries than :data:`MAX_ENTRIES`."""
    if count > MAX_ENTRIES:
        raise BodyError(
            f"holds {count} entries or more; over {MAX_ENTRIES} cannot be right, so it is refused"
        )


def text_of(value: object) -> str | None:
    """A name or label on one line, ``None`` if empty; of several languages English, else the first."""
    if isinstance(value, dict):
        spoken = [value[language] for language in _LANGUAGES if language in value]
        return next((text for text in map(_line, [*spoken, *value.values()]) if text), None)
    return _line(value)


def _line(value: object) -> str | None:
    return (_printable(value, MAX_TEXT_CHARACTERS) or None) if isinstance(value, str) else None


def _printable(text: str, most: int) -> str:
    """``text`` on one line of at most ``most`` characters.

    Control characters, zero-width marks and broken surrogates would only upset stores and comparisons.
    """
    line = " ".join(text.split())
    if not line.isprintable():
        line = "".join(char for char in line if char.isprintable())
    return line[:most].strip()


def id_of(value: object) -> str | None:
    """An upstream id, given as a number or a text, as text; ``None`` if there is none or it is too long."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = _line(value)
    return text if text is not None and len(text) <= MAX_ID_CHARACTERS else None


def word_of(value: object, words: Collection[str]) -> str | None:
    """``value`` if it is one of ``words``; any JSON value may be asked about, also one without a hash."""
    return value if isinstance(value, str) and value in words else None


def degrees(value: object, limit: float) -> float | None:
    """A coordinate given as a number or a text, ``None`` if unreadable or beyond ±``limit``."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):  # a whole number of JSON may be too large for a float
        return None
    return number if math.isfinite(number) and abs(number) <= limit else None


def coordinates(latitude: object, longitude: object) -> tuple[float | None, float | None]:
    """Latitude and longitude in degrees, both or neither."""
    north, east = degrees(latitude, 90.0), degrees(longitude, 180.0)
    return (north, east) if north is not None and east is not None else (None, None)


def shown(value: object) -> str:
    """``value`` as it appears in a message, shortened; it costs no more for one of megabytes."""
    text = repr(_beginning(value, [_SHOWN_CHARACTERS]))
    return text if len(text) <= _SHOWN_CHARACTERS else text[: _SHOWN_CHARACTERS - 1] + "…"


def _beginning(value: object, left: list[int]) -> object:
    """As much of ``value`` as a message can show: every part of it takes a character at least.

    ``left``: the number of parts that may still follow, counted down.
    """
    left[0] -= 1
    if isinstance(value, str):
        return value[: _SHOWN_CHARACTERS + 1]
    if isinstance(value, dict):
        return {_beginning(key, left): _beginning(part, left) for key, part in _while(left, value.items())}
    if isinstance(value, list):
        return [_beginning(part, left) for part in _while(left, value)]
    return value


def _while(left: list[int], parts: Iterable[T]) -> Iterator[T]:
    return takewhile(lambda _part: left[0] > 0, parts)


class Findings:
    """Collects what was odd in one answer while its values are read; each refused value becomes null (R2)."""

    def __init__(self) -> None:
        self._items: list[Finding] = []
        self._left_out = 0

    def add(self, kind: str, subject: str, detail: str) -> None:
        """Keep one finding, its texts cut; beyond :data:`MAX_FINDINGS` they are only counted."""
        if len(self._items) < MAX_FINDINGS:
            subject = _printable(subject, MAX_TEXT_CHARACTERS)
            self._items.append(Finding(kind, subject, _printable(detail, MAX_DETAIL_CHARACTERS)))
        else:
            self._left_out += 1

    def as_tuple(self) -> tuple[Finding, ...]:
        """The findings, in the order in which they were made, and how many are left out."""
        if not self._left_out:
            return tuple(self._items)
        rest = (
            f"{counted(self._left_out, 'further finding')} in one answer; the first {MAX_FINDINGS} are kept."
        )
        return (*self._items, Finding("findings_left_out", "answer", rest))

    def instant(self, value: object, subject: str, field: str) -> dt.datetime | None:
        """An instant; null is null, anything unreadable is null and ``instant_unreadable``."""
        if value is None:
            return None
        try:
            return parse_instant(value)
        except (ValueError, TypeError, OverflowError) as error:
            self.add(
                "instant_unreadable",
                subject,
                f"{field} is {shown(value)} ({error}); kept as unknown, for want of an exact instant.",
            )
            return None

    def whole(self, value: object, subject: str, field: str) -> int | None:
        """A whole number; null is null, anything else is null and ``number_unreadable``."""
        if value is None:
            return None
        try:
            return parse_whole(value)
        except (ValueError, TypeError, OverflowError) as error:
            self.add("number_unreadable", subject, f"{field} is {shown(value)} ({error}); kept as unknown.")
            return None

    def word(self, value: object, subject: str, field: str, longest: int) -> str | None:
        """A short word such as a state; null is null, anything but one is null and ``word_unreadable``."""
        if value is None:
            return None
        word = text_of(value)
        if word is not None and len(word) <= longest:
            return word
        self.add("word_unreadable", subject, f"{field} is {shown(value)}, no word; kept as unknown.")
        return None

    def price(self, value: object, subject: str, field: str) -> tuple[int | None, str | None]:
        """A price object as minor units and ISO 4217 code; what is refused is null and a finding.

        A currency without an amount says nothing. An amount whose currency cannot be read stays, without one.
        """
        fields = as_object(value)
        amount = self.whole(fields.get("amount"), subject, f"{field}.amount")
        if amount is None:
            return None, None
        if not 0 <= amount <= MAX_PRICE_MINOR:
            self.add(
                "price_out_of_range",
                subject,
                f"{field}.amount is {amount}, outside 0 to {MAX_PRICE_MINOR}; kept as unknown.",
            )
            return None, None
        given = fields.get("currency")
        code = text_of(given)
        if code is not None and code.isascii() and code.isalpha() and len(code) == _CURRENCY_CHARACTERS:
            return amount, code.upper()
        if given is not None:
            self.add(
                "currency_unknown",
                subject,
                f"{field}.currency is {shown(given)}, no code of three letters; kept as unknown.",
            )
        return amount, None

    def place(self, value: object, subject: str) -> tuple[float | None, float | None]:
        """Latitude and longitude of a location object, both or neither; what cannot be is a finding.

        Nothing stands at 0, 0 in the sea off Africa: it is how some sources write that they do not know.
        """
        fields = as_object(value)
        given = fields.get("latitude"), fields.get("longitude")
        found = coordinates(*given)
        if found == (0.0, 0.0):
            found = (None, None)
        if found[0] is None and given != (None, None):
            self.add(
                "coordinates_impossible",
                subject,
                f"latitude is {shown(given[0])} and longitude {shown(given[1])}; kept as unknown.",
            )
        return found

    def wait(self, value: object, subject: str, field: str) -> int | None:
        """A posted wait in minutes; below 0 or above 600 it is null and ``wait_out_of_range`` (R2)."""
        minutes = self.whole(value, subject, field)
        if minutes is None or 0 <= minutes <= MAX_PLAUSIBLE_WAIT_MINUTES:
            return minutes
        self.add(
            "wait_out_of_range",
            subject,
            f"{field} is {minutes} min, outside 0 to {MAX_PLAUSIBLE_WAIT_MINUTES}; kept as unknown.",
        )
        return None
