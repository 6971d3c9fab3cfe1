"""Periods of history files: the UTC day and the UTC month, as the raw tables are partitioned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hallofshame.domain.localtime import from_unix, to_unix
from hallofshame.domain.months import plus_months

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class FilePeriod:
    """One UTC day, or one UTC month: ``first`` to ``last`` day, both included."""

    first: dt.date
    last: dt.date

    @classmethod
    def of_day(cls, day: dt.date) -> FilePeriod:
        """One day."""
        return cls(day, day)

    @classmethod
    def of_month(cls, day: dt.date) -> FilePeriod:
        """The month that holds ``day``."""
        first = day.replace(day=1)
        return cls(first, next_month(first) - ONE_DAY)

    @classmethod
    def named(cls, name: str) -> FilePeriod:
        """The period of a name that :attr:`name` gave; raises :class:`ValueError` for another text."""
        if len(name) == len("2026-10"):
            return cls.of_month(dt.date.fromisoformat(f"{name}-01"))
        return cls.of_day(dt.date.fromisoformat(name))

    @property
    def is_month(self) -> bool:
        """Whether it is a whole month."""
        return self.first != self.last

    @property
    def name(self) -> str:
        """``2026-10`` or ``2026-10-05``."""
        return f"{self.first:%Y-%m}" if self.is_month else self.first.isoformat()

    @property
    def month(self) -> dt.date:
        """The first day of its month."""
        return self.first.replace(day=1)

    @property
    def starts_at(self) -> int:
        """Its first instant, in Unix seconds."""
        return day_start(self.first)

    @property
    def ends_at(self) -> int:
        """The first instant after it, in Unix seconds."""
        return day_start(self.last + ONE_DAY)

    @property
    def days(self) -> list[dt.date]:
        """Every day of it."""
        return [self.first + number * ONE_DAY for number in range((self.last - self.first).days + 1)]


def day_start(day: dt.date) -> int:
    """The first instant of a UTC day, in Unix seconds."""
    return to_unix(dt.datetime.combine(day, dt.time(), dt.UTC))


def day_of(instant: int) -> dt.date:
    """The UTC day of an instant in Unix seconds."""
    return from_unix(instant).date()


def next_month(month: dt.date) -> dt.date:
    """The first day of the month after that of ``month``."""
    return plus_months(month, 1)
