"""How figures and instants are written on pages. Null is written as what it is, never as 0."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

from markupsafe import Markup

from hallofshame.domain.localtime import isoformat, zone
from hallofshame.domain.plurals import noun

_NO_DATA = Markup(
    '<span class="no-data" title="no data">–<span class="visually-hidden"> no data</span></span>'
)


def figure(value: float | None, digits: int = 0, unit: str = "") -> str | Markup:
    """A number with its unit and a fixed count of digits, thousands set apart; or the sign for no data."""
    if value is None:
        return _NO_DATA
    rounded = _rounded(value, digits)
    text = ("−" if rounded < 0 else "") + f"{abs(rounded):,}".replace(",", "\u202f")
    return f"{text}\u00a0{unit}" if unit else text


def counted(count: int | None, one: str, many: str | None = None) -> str | Markup:
    """A count with its noun: ``1 park``, ``1 204 parks``."""
    return figure(count, 0, "" if count is None else noun(count, one, many))


def _rounded(value: float, digits: int) -> Decimal:
    """As the pages' script rounds: halves away from zero, not to the even digit."""
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
    return f"{hours:,}".replace(",", "\u202f") + f"\u00a0h\u00a0{minutes:02d}\u00a0min"


def minutes(seconds: int, digits: int) -> str | Markup:
    """Seconds in minutes."""
    return figure(seconds / 60, digits)


def local_time(iso: str | None, timezone: str, style: str = "time") -> str | Markup:
    """An ISO instant as a ``<time>`` in the park's zone, the instant itself in attribute and title.

    ``style``: ``time`` (09:40), ``zoned`` (09:40 CEST), ``day`` (Thu 20 Aug, 09:40).
    """
    if iso is None:
        return _NO_DATA
    local = dt.datetime.fromisoformat(iso).astimezone(zone(timezone))
    words = {
        "time": f"{local:%H:%M}",
        "zoned": f"{local:%H:%M} {zone_name(local)}",
        "day": f"{local:%a} {local.day} {local:%b}, {local:%H:%M}",
        "full": f"{local.day} {local:%B %Y}, {local:%H:%M} {zone_name(local)}",
    }[style]
    return Markup('<time datetime="{0}" title="{0}">{1}</time>').format(isoformat(local), words)


def zone_name(local: dt.datetime) -> str:
    """The zone's usual letters, or its offset from UTC where it has none."""
    name = local.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{name}"


def long_date(iso: str) -> str:
    """A date as ``Thursday 20 August 2026``."""
    day = dt.date.fromisoformat(iso)
    return f"{day:%A} {day.day} {day:%B %Y}"


def clock_hour(clock: str) -> str:
    """An hour of the clock, given as ``09:00``, as narrow columns are headed: ``9:00``."""
    return f"{int(clock[:2])}:{clock[3:5]}"


def day_words(iso: str, today: str) -> str:
    """A date from today on after a verb, as in "opens …": ``today``, ``tomorrow``, ``on Friday 20 November``.

    ``today`` is the park's own date; the year stands with dates of another one.
    """
    day, now = dt.date.fromisoformat(iso), dt.date.fromisoformat(today)
    ahead = (day - now).days
    if ahead in (0, 1):
        return ("today", "tomorrow")[ahead]
    return f"on {day:%A} {day.day} {day:%B}" + (f" {day.year}" if day.year != now.year else "")


def short_date(iso: str) -> str:
    """A date as ``20 Aug 2026``."""
    day = dt.date.fromisoformat(iso)
    return f"{day.day} {day:%b %Y}"


def span_of(start: str, end: str) -> str:
    """A range of dates in words; one day is one date."""
    return long_date(start) if start == end else f"{short_date(start)} to {short_date(end)}"
