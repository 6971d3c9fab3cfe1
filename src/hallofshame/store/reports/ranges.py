"""A range of days as few stored rows: a stored span, whole years, months and weeks, single days (R10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from hallofshame.domain.periods import ONE_DAY, DayRange


class Grain(Enum):
    """The grains a range is read from. Weeks cross months, so they fill only what whole months leave over.

    A span is a stored sum of exactly these days (:mod:`hallofshame.store.spans`).
    """

    SPAN = "span"
    YEAR = "year"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class GrainRange:
    """Rows of one grain whose first days lie from ``start`` to ``end``, both included; of a span the one row
    of exactly these days.
    """

    grain: Grain
    start: dt.date
    end: dt.date


def decompose(days: DayRange, *, coarsest: Grain = Grain.YEAR, weeks: bool = False) -> list[GrainRange]:
    """The pieces that cover ``days`` exactly once. A coarse row is used only where it lies wholly inside.

    ``weeks``: what whole months leave over may be read from weeks.
    """
    if coarsest is Grain.DAY:
        return [GrainRange(Grain.DAY, days.start, days.end)]
    first = unit_start(days.start, coarsest)
    if first < days.start:
        first = _next_unit(first, coarsest)
    after = unit_start(days.end + ONE_DAY, coarsest)
    finer = Grain.MONTH if coarsest is Grain.YEAR else Grain.DAY
    if coarsest is Grain.MONTH and weeks:
        finer = Grain.WEEK
    if first >= after:
        return decompose(days, coarsest=finer, weeks=weeks)
    pieces = [GrainRange(coarsest, first, unit_start(after - ONE_DAY, coarsest))]
    if days.start < first:
        pieces = decompose(DayRange(days.start, first - ONE_DAY), coarsest=finer, weeks=weeks) + pieces
    if after <= days.end:
        pieces += decompose(DayRange(after, days.end), coarsest=finer, weeks=weeks)
    return pieces


class StoredDays(NamedTuple):
    """What is stored of a park: the last day with a row, and the spans whose sums are stored."""

    last: dt.date
    spans: frozenset[DayRange] = frozenset()


def pieces(
    ranges: Mapping[int, DayRange], stored: Mapping[int, StoredDays]
) -> list[tuple[GrainRange, list[int]]]:
    """The pieces that cover each park's own range, each with the parks that take it; weeks are used.

    :param stored: what is stored of each park of which anything is. Where a range reaches its last day, the
        rows of the running week, month and year hold nothing beyond the range, so they are taken whole.
    """
    groups: dict[tuple[DayRange, bool, DayRange | None], list[int]] = {}
    for park_id in sorted(ranges):
        days, of_park = ranges[park_id], stored.get(park_id)
        reached = of_park is None or of_park.last <= days.end
        span = None if of_park is None else _longest_span(days, of_park.spans)
        groups.setdefault((days, reached, span), []).append(park_id)
    return [
        (piece, park_ids)
        for (days, reached, span), park_ids in groups.items()
        for piece in _fewest(days, reached=reached, span=span)
    ]


def _longest_span(days: DayRange, spans: frozenset[DayRange]) -> DayRange | None:
    """The longest of the spans that begins with the range and does not leave it."""
    inside = [span for span in spans if span.start == days.start and span.end <= days.end]
    return max(inside, key=lambda span: span.end, default=None)


def _fewest(days: DayRange, *, reached: bool, span: DayRange | None = None) -> list[GrainRange]:
    """The pieces of ``days`` with the fewest rows: by years and months, by weeks, which cross months, or by a
    stored span and what comes after it.

    ``reached``: nothing is stored after ``days``, so that a coarse row may reach beyond them.
    """
    year_ends = days.end.replace(month=12, day=31)
    by_months = decompose(DayRange(days.start, year_ends if reached else days.end), weeks=True)
    week_ends = unit_start(days.end, Grain.WEEK) + 6 * ONE_DAY
    by_weeks = decompose(DayRange(days.start, week_ends if reached else days.end), coarsest=Grain.WEEK)
    found = [_until(by_months, days.end), _until(by_weeks, days.end)]
    if span is not None:
        rest = [] if span.end == days.end else decompose(DayRange(span.end + ONE_DAY, days.end), weeks=True)
        found.append([GrainRange(Grain.SPAN, span.start, span.end), *rest])
    return min(found, key=_row_count)


def _row_count(found: list[GrainRange]) -> int:
    """The rows of pieces of one park."""
    return sum(
        1 if piece.grain is Grain.SPAN else len(unit_starts(DayRange(piece.start, piece.end), piece.grain))
        for piece in found
    )


def _until(found: list[GrainRange], end: dt.date) -> list[GrainRange]:
    """Pieces without the rows that begin after ``end``."""
    return [
        replace(piece, end=unit_start(min(piece.end, end), piece.grain))
        for piece in found
        if piece.start <= end
    ]


def by_range(ranges: Mapping[int, DayRange]) -> dict[DayRange, list[int]]:
    """Parks that ask for the same days, together: one look-up for each distinct range."""
    groups: dict[DayRange, list[int]] = {}
    for park_id in sorted(ranges):
        groups.setdefault(ranges[park_id], []).append(park_id)
    return groups


def unit_start(day: dt.date, grain: Grain) -> dt.date:
    """First day of the year, month or week (Monday) of ``day``, or the day itself."""
    if grain is Grain.DAY:
        return day
    if grain is Grain.WEEK:
        return day - day.weekday() * ONE_DAY
    return day.replace(day=1) if grain is Grain.MONTH else day.replace(month=1, day=1)


def unit_starts(days: DayRange, grain: Grain) -> list[dt.date]:
    """First days of all years, months or weeks that ``days`` touches, or the days themselves, in order."""
    starts = [unit_start(days.start, grain)]
    while (following := _next_unit(starts[-1], grain)) <= days.end:
        starts.append(following)
    return starts


def _next_unit(first: dt.date, grain: Grain) -> dt.date:
    if grain in (Grain.DAY, Grain.WEEK):
        return first + (7 if grain is Grain.WEEK else 1) * ONE_DAY
    if grain is Grain.YEAR or first.month == 12:
        return dt.date(first.year + 1, 1, 1)
    return first.replace(month=first.month + 1)
