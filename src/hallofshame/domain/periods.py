"""Periods (R10): the words a reader may ask for, and the park-local days each of them means.

A period is asked for once and means other dates in other parks, because every park has its own today (R1).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from hallofshame.domain.errors import PeriodError
from hallofshame.domain.names import quoted

ONE_DAY = dt.timedelta(days=1)
FIRST_YEAR = 2000
MAX_RANGE_DAYS = 20 * 366
LONGEST_AHEAD_DAYS = 366
"""Days to come are shown, and opening hours looked for, no further ahead than this."""
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_YEAR = re.compile(r"[0-9]{4}")


class PeriodName(StrEnum):
    """The kinds of period. ``YEAR`` and ``RANGE`` carry their own dates, the others follow the calendar."""

    LIVE = "live"
    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_WEEK = "last_week"
    LAST_MONTH = "last_month"
    SEVEN_DAYS = "7days"
    THIRTY_DAYS = "30days"
    THIS_MONTH = "this_month"
    THIS_YEAR = "this_year"
    YEAR = "year"
    RANGE = "range"


NAMED_PERIODS: tuple[PeriodName, ...] = tuple(
    name for name in PeriodName if name not in (PeriodName.YEAR, PeriodName.RANGE)
)
"""Periods that need no dates of their own, in the order in which forms and messages show them."""

_LABELS = {
    PeriodName.LIVE: "Right now",
    PeriodName.TODAY: "Today",
    PeriodName.YESTERDAY: "Yesterday",
    PeriodName.LAST_WEEK: "Last week",
    PeriodName.LAST_MONTH: "Last month",
    PeriodName.SEVEN_DAYS: "Last 7 days",
    PeriodName.THIRTY_DAYS: "Last 30 days",
    PeriodName.THIS_MONTH: "This month",
    PeriodName.THIS_YEAR: "This year",
}

_ROLLING_DAYS = {PeriodName.SEVEN_DAYS: 7, PeriodName.THIRTY_DAYS: 30}


class Shift(StrEnum):
    """How a period is moved back for a comparison: to the one before (R11), or by a year."""

    PREVIOUS = "previous"
    LAST_YEAR = "last_year"


_SHIFTED_LABELS = {Shift.PREVIOUS: "The period before", Shift.LAST_YEAR: "A year before"}


@dataclass(frozen=True, slots=True, order=True)
class DayRange:
    """Park-local days from ``start`` to ``end``, both included."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise PeriodError(f"the range {self.start} to {self.end} ends before it starts", parameter="end")

    @property
    def days(self) -> int:
        """How many days the range holds."""
        return (self.end - self.start).days + 1

    def dates(self) -> list[dt.date]:
        """Every day of the range, in order."""
        return [self.start + dt.timedelta(days=offset) for offset in range(self.days)]

    def before(self) -> DayRange:
        """The range of equal length that ends on the eve of this one."""
        return DayRange(self.start - dt.timedelta(days=self.days), self.start - ONE_DAY)


@dataclass(frozen=True, slots=True)
class Period:
    """A period as asked for. ``year`` is set for ``YEAR``, ``start`` and ``end`` for ``RANGE``, else null.

    ``shift`` moves it back: it then means the days that the unshifted period is compared with.

    >>> period = Period(PeriodName.LAST_WEEK)
    >>> days = period.days(dt.date(2026, 8, 20))
    >>> f"{days.start} to {days.end}, asked for as {period.query}"
    "2026-08-10 to 2026-08-16, asked for as {'period': 'last_week'}"
    """

    name: PeriodName
    year: int | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    shift: Shift | None = None

    @property
    def is_live(self) -> bool:
        """True for the present moment, the one period that is no range of dates."""
        return self.name is PeriodName.LIVE

    @property
    def label(self) -> str:
        """What a person calls it."""
        if self.shift is not None:
            return _SHIFTED_LABELS[self.shift]
        if self.name is PeriodName.YEAR:
            return str(self.year)
        if self.name is PeriodName.RANGE:
            return f"{self.start}" if self.start == self.end else f"{self.start} to {self.end}"
        return _LABELS[self.name]

    @property
    def query(self) -> dict[str, str]:
        """The request parameters that ask for this period, unshifted."""
        if self.name is PeriodName.YEAR:
            return {"year": str(self.year)}
        if self.name is PeriodName.RANGE:
            return {"start": f"{self.start}", "end": f"{self.end}"}
        return {"period": self.name.value}

    def days(self, today: dt.date) -> DayRange:
        """The days it means in a park whose own date is ``today``; for ``live`` that day itself.

        The running month and year, asked for by word or by number, end today.
        """
        days = self._unshifted(today)
        if self.shift is Shift.PREVIOUS:
            return self._before(days)
        return days if self.shift is None else _same_dates_a_year_before(days)

    def previous(self, today: dt.date) -> DayRange:
        """The period it is compared with (R11): as long, and for calendar periods the calendar one before.

        The running month and year are compared with the same stretch of the one before.
        """
        return self._before(self.days(today))

    def _unshifted(self, today: dt.date) -> DayRange:
        if self.name is PeriodName.RANGE and self.start is not None and self.end is not None:
            return DayRange(self.start, self.end)
        if self.name is PeriodName.YEAR and self.year is not None and self.year != today.year:
            return DayRange(dt.date(self.year, 1, 1), dt.date(self.year, 12, 31))
        return _calendar_days(self.name, today)

    def _before(self, days: DayRange) -> DayRange:
        if self.name is PeriodName.LAST_MONTH:
            last = days.start - ONE_DAY
            return DayRange(last.replace(day=1), last)
        if self.name is PeriodName.THIS_MONTH:
            last = days.start - ONE_DAY
            return DayRange(last.replace(day=1), last.replace(day=min(days.end.day, last.day)))
        if self.name in (PeriodName.THIS_YEAR, PeriodName.YEAR):
            return _same_dates_a_year_before(days)
        return days.before()


def _calendar_days(name: PeriodName, today: dt.date) -> DayRange:
    if name is PeriodName.YESTERDAY:
        return DayRange(today - ONE_DAY, today - ONE_DAY)
    if name is PeriodName.LAST_WEEK:
        sunday = today - dt.timedelta(days=today.isoweekday())
        return DayRange(sunday - dt.timedelta(days=6), sunday)
    if name is PeriodName.LAST_MONTH:
        last = today.replace(day=1) - ONE_DAY
        return DayRange(last.replace(day=1), last)
    if name in _ROLLING_DAYS:
        return DayRange(today - dt.timedelta(days=_ROLLING_DAYS[name] - 1), today)
    if name is PeriodName.THIS_MONTH:
        return DayRange(today.replace(day=1), today)
    if name in (PeriodName.THIS_YEAR, PeriodName.YEAR):
        return DayRange(today.replace(month=1, day=1), today)
    return DayRange(today, today)


def _same_dates_a_year_before(days: DayRange) -> DayRange:
    """A range of whole months stays one, whatever the length of February."""
    start, end = _year_before(days.start), _year_before(days.end)
    if days.start.day == 1 and (days.end + ONE_DAY).day == 1:
        end = end.replace(day=_last_of_month(end.year, end.month))
    return DayRange(start, end)


def _year_before(day: dt.date) -> dt.date:
    year = day.year - 1
    return day.replace(year=year, day=min(day.day, _last_of_month(year, day.month)))


def _last_of_month(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def parse_period(
    period: str | None,
    year: str | None,
    start: str | None,
    end: str | None,
    *,
    today: dt.date,
    days_ahead: int = 1,
) -> Period:
    """Read the four request parameters; all absent means ``today``.

    ``today`` is the date at UTC, from which the limits follow: dates up to tomorrow, because somewhere it is
    tomorrow already, or up to ``days_ahead`` where days to come can be shown. Raises :class:`PeriodError`
    that names the parameter, its value and what it takes.
    """
    if start is not None or end is not None:
        if year is not None:
            raise PeriodError("give either year or start and end, not both", parameter="year")
        _refuse_other_name(period, PeriodName.RANGE)
        return parse_range(start, end, today, days_ahead=days_ahead)
    if year is not None:
        _refuse_other_name(period, PeriodName.YEAR)
        return Period(PeriodName.YEAR, year=_parse_year(year, today))
    if period is None:
        return Period(PeriodName.TODAY)
    if period in NAMED_PERIODS:
        return Period(PeriodName(period))
    choices = ", ".join(NAMED_PERIODS)
    raise PeriodError(
        f"unknown period {quoted(period)}; it takes one of {choices}; "
        "or leave it out and give year=YYYY, or start=YYYY-MM-DD and end=YYYY-MM-DD",
        parameter="period",
    )


def _refuse_other_name(period: str | None, name: PeriodName) -> None:
    if period is not None and period != name:
        raise PeriodError(
            f"period {quoted(period)} does not go together with dates of its own; give one or the other",
            parameter="period",
        )


def _parse_year(text: str, today: dt.date) -> int:
    latest = today.year + 1
    if not _ISO_YEAR.fullmatch(text) or not FIRST_YEAR <= int(text) <= latest:
        raise PeriodError(
            f"year {quoted(text)} is not usable; it takes four digits from {FIRST_YEAR} to {latest}",
            parameter="year",
        )
    return int(text)


def parse_range(
    start: str | None,
    end: str | None,
    today: dt.date,
    names: tuple[str, str] = ("start", "end"),
    *,
    days_ahead: int = 1,
) -> Period:
    """A range of dates up to ``days_ahead``, both included; ``names`` are those of the two parameters."""
    if start is None or end is None:
        missing = names[0] if start is None else names[1]
        raise PeriodError(
            f"{missing} is missing; a range takes {names[0]} and {names[1]} as YYYY-MM-DD", parameter=missing
        )
    latest = today + days_ahead * ONE_DAY
    first, last = parse_date(names[0], start, latest), parse_date(names[1], end, latest)
    if first > last:
        raise PeriodError(
            f"{names[1]} {end!r} lies before {names[0]} {start!r}; swap them", parameter=names[1]
        )
    if (last - first).days + 1 > MAX_RANGE_DAYS:
        raise PeriodError(
            f"the range {start} to {end} is too long; it takes at most 20 years", parameter=names[1]
        )
    return Period(PeriodName.RANGE, start=first, end=last)


def parse_date(parameter: str, text: str, latest: dt.date) -> dt.date:
    """A date as ``YYYY-MM-DD`` from 2000 up to ``latest``; :class:`PeriodError` names the parameter."""
    try:
        day = dt.date.fromisoformat(text if _ISO_DATE.fullmatch(text) else "")
    except ValueError:
        raise PeriodError(
            f"{parameter} {quoted(text)} is no date; it takes YYYY-MM-DD", parameter=parameter
        ) from None
    if day > latest or day.year < FIRST_YEAR:
        raise PeriodError(
            f"{parameter} {text!r} is out of range; it takes a date from {FIRST_YEAR}-01-01 to {latest}",
            parameter=parameter,
        )
    return day
