"""How figures and instants are written on pages, as the reader writes them. Null is never written as 0."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal

from markupsafe import Markup

from hallofshame.domain.localtime import isoformat, zone
from hallofshame.domain.plurals import noun
from hallofshame.web.reader_language import Writing, writing

_NO_DATA = Markup(
    '<span class="no-data" title="no data">–<span class="visually-hidden"> no data</span></span>'
)


def figure(value: float | None, digits: int = 0, unit: str = "") -> str | Markup:
    """A number with its unit and a fixed count of digits, thousands set apart; or the sign for no data."""
    if value is None:
        return _NO_DATA
    rounded = _rounded(value, digits)
    text = ("−" if rounded < 0 else "") + _grouped(abs(rounded))
    return f"{text}\u00a0{unit}" if unit else text


def _grouped(value: Decimal | int) -> str:
    text = f"{value:,}"
    return text.replace(",", "\u202f") if writing() is Writing.PLAIN else text


def counted(count: int | None, one: str, many: str | None = None) -> str | Markup:
    """A count with its noun: ``1 park``, ``1 204 parks``."""
    return figure(count, 0, "" if count is None else noun(count, one, many))


def _rounded(value: float, digits: int) -> Decimal:
    """As people round: halves away from zero, not to the even digit."""
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


_WHOLE_CURRENCIES = frozenset({"CLP", "ISK", "JPY", "KRW", "VND"})
"""Those whose smallest unit is the unit itself (ISO 4217)."""


def money(price_minor: int, currency: str | None) -> str:
    """A price in minor units as people write it: ``25.00 EUR``, ``1500 JPY``."""
    if currency is None:
        return f"{price_minor} (currency not told)"
    digits = 0 if currency in _WHOLE_CURRENCIES else 2
    return f"{Decimal(price_minor).scaleb(-digits):.{digits}f}\u00a0{currency}"


def signed(value: float | None, digits: int = 1) -> str | Markup:
    """A change with its sign; a true minus, and ± for none."""
    if value is None:
        return _NO_DATA
    sign = "+" if value > 0 else "−" if value < 0 else "±"
    return f"{sign}{_rounded(abs(value), digits)}"


def duration(seconds: int | None) -> str | Markup:
    """Seconds as hours and minutes: ``3 h 05 min``, ``12 min``, ``40 s``."""
    if seconds is None:
        return _NO_DATA
    if 0 < seconds < 60:
        return f"{seconds}\u00a0s"
    hours, minutes = divmod(int((seconds + 30) // 60), 60)
    if hours == 0:
        return f"{minutes}\u00a0min"
    return _grouped(hours) + f"\u00a0h\u00a0{minutes:02d}\u00a0min"


def minutes(seconds: int, digits: int) -> str | Markup:
    """Seconds in minutes."""
    return figure(seconds / 60, digits)


def local_time(iso: str | None, timezone: str, style: str = "time") -> str | Markup:
    """An ISO instant as a ``<time>`` in the park's zone, the instant itself in attribute and title.

    ``style``: ``time`` (09:40), ``zoned`` (09:40 CEST), ``day`` (Thu 20 Aug, 09:40), ``full``.
    """
    if iso is None:
        return _NO_DATA
    local = dt.datetime.fromisoformat(iso).astimezone(zone(timezone))
    words = {
        "time": clock_time(local),
        "zoned": f"{clock_time(local)} {zone_name(local)}",
        "day": f"{day_of_week(local)}, {clock_time(local)}",
        "full": f"{_day_and_year(local.date(), month='%B')}, {clock_time(local)} {zone_name(local)}",
    }[style]
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(isoformat(local), words)


def clock_time(local: dt.datetime | dt.time) -> str:
    """The hand of a clock: ``09:40``, in the United States ``9:40 AM``."""
    if writing() is not Writing.US:
        return f"{local:%H:%M}"
    return f"{local.hour % 12 or 12}:{local.minute:02d}\u202f{'AM' if local.hour < 12 else 'PM'}"


_CLOCK = re.compile(r"(?<![0-9:+−-])([01]?[0-9]|2[0-3]):([0-5][0-9])(?![0-9:])")


def clocks(text: str) -> str:
    """A text whose times of day, ``09:40``, are written as the reader writes them."""
    if writing() is not Writing.US:
        return text
    return _CLOCK.sub(lambda found: clock_time(dt.time(int(found[1]), int(found[2]))), text)


def day_of_week(day: dt.date) -> str:
    """A date without its year: ``Thu 20 Aug``, in the United States ``Thu, Aug 20``."""
    if writing() is Writing.US:
        return f"{day:%a}, {day:%b} {day.day}"
    return f"{day:%a} {day.day} {day:%b}"


def day_of_month(day: dt.date, month: str = "%b") -> str:
    """A day of a month: ``20 Aug``, in the United States ``Aug 20``."""
    return f"{day:{month}} {day.day}" if writing() is Writing.US else f"{day.day} {day:{month}}"


def _day_and_year(day: dt.date, month: str = "%b") -> str:
    comma = "," if writing() is Writing.US else ""
    return f"{day_of_month(day, month)}{comma} {day.year}"


def zone_name(local: dt.datetime) -> str:
    """The zone's usual letters, or its offset from UTC where it has none."""
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def long_date(iso: str) -> str:
    """A date as ``Thursday 20 August 2026``."""
    day = dt.date.fromisoformat(iso)
    comma = "," if writing() is Writing.US else ""
    return f"{day:%A}{comma} {_day_and_year(day, '%B')}"


def clock_hour(clock: str) -> str:
    """An hour of the clock, given as ``09:00``, as narrow columns are headed: ``9:00``, ``9 AM``."""
    hour, minute = int(clock[:2]), clock[3:5]
    if writing() is Writing.US and minute == "00":
        return f"{hour % 12 or 12}\u202f{'AM' if hour < 12 else 'PM'}"
    return clocks(f"{hour}:{minute}")


def day_words(iso: str, today: str) -> str:
    """A date from today on after a verb, as in "opens …": ``today``, ``tomorrow``, ``on Friday 20 November``.

    ``today`` is the park's own date; the year stands with dates of another one.
    """
    day, now = dt.date.fromisoformat(iso), dt.date.fromisoformat(today)
    ahead = (day - now).days
    if ahead in (0, 1):
        return ("today", "tomorrow")[ahead]
    comma = "," if writing() is Writing.US else ""
    date = day_of_month(day, "%B") if day.year == now.year else _day_and_year(day, "%B")
    return f"on {day:%A}{comma} {date}"


def short_date(iso: str) -> str:
    """A date as ``20 Aug 2026``."""
    day = dt.date.fromisoformat(iso)
    return _day_and_year(day)


def span_of(start: str, end: str) -> str:
    """A range of dates in words; one day is one date."""
    return long_date(start) if start == end else f"{short_date(start)} to {short_date(end)}"
