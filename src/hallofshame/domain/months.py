"""Months of the raw record: UTC calendar months, each named by its first day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from hallofshame.domain.localtime import UTC, from_unix


def month_of(instant: int) -> dt.date:
    """The month in which an instant (Unix seconds) lies."""
    return from_unix(instant).date().replace(day=1)


def plus_months(month: dt.date, count: int) -> dt.date:
    """The month ``count`` months later, or earlier where it is negative."""
    years, index = divmod(month.year * 12 + month.month - 1 + count, 12)
    return dt.date(years, index + 1, 1)


def first_second(month: dt.date) -> int:
    """The instant at which a month begins, in Unix seconds."""
    return int(dt.datetime.combine(month, dt.time(), UTC).timestamp())


def months_between(first: dt.date, until: dt.date) -> Iterator[dt.date]:
    """The months from ``first`` to before ``until``, in order."""
    month = first
    while month < until:
        yield month
        month = plus_months(month, 1)
