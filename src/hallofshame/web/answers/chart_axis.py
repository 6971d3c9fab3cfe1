"""The places on a chart's axis: hours, days, weeks, months or years of a range, and what each can show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.errors import InputError
from hallofshame.domain.localtime import day_bounds, from_unix, isoformat, zone
from hallofshame.domain.periods import DayRange
from hallofshame.domain.plurals import counted
from hallofshame.domain.rules import HOUR_SECONDS
from hallofshame.domain.words import Evidence
from hallofshame.store.reports.ranges import Grain, unit_start, unit_starts
from hallofshame.store.reports.running_day import Ahead
from hallofshame.store.reports.sums import ParkTotals, RideTotals
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import Day, Instant, PointState
from hallofshame.web.shapes import closed

MAX_DAILY_POINTS = 92
"""Longer ranges are shown by month unless asked otherwise."""
AUTO = "auto"


class ChartGrain(StrEnum):
    """What one point stands for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @property
    def rows(self) -> Grain:
        """The stored rows behind it; hours belong to their day."""
        return Grain.DAY if self is ChartGrain.HOUR else Grain(self.value)


LONGEST_DAYS = {ChartGrain.HOUR: 31, ChartGrain.DAY: 3 * 366}
"""How many days a range may have where each point is so fine."""


@closed
class SlotLabels(TypedDict):
    """When a point is: an hour, a date, or the first day of a week, month or year."""

    hour: NotRequired[Instant]
    local_hour: NotRequired[Annotated[str, Field(examples=["09:00"])]]
    utc_offset: NotRequired[Annotated[str, Field(examples=["+02:00"])]]
    date: NotRequired[Day]
    week: NotRequired[Annotated[Day, Field(description="Its Monday.")]]
    month: NotRequired[Annotated[str, Field(examples=["2026-08"])]]
    year: NotRequired[Annotated[str, Field(examples=["2026"])]]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place on the axis. ``key`` finds its row, ``labels`` say when it is.

    ``day`` is the local day on which it begins, ``start`` the instant.
    """

    key: Any
    labels: SlotLabels
    day: dt.date
    start: int

    def ahead(self, grain: ChartGrain, ahead: Ahead | None) -> int:
        """Open seconds of the running day that lie ahead, as far as they fall into this place."""
        if ahead is None:
            return 0
        if grain is ChartGrain.HOUR:
            return ahead.seconds(self.start, self.start + HOUR_SECONDS)
        return ahead.seconds() if self.key == unit_start(ahead.day, grain.rows) else 0


def grain_of(days: DayRange, asked: str = AUTO) -> ChartGrain:
    """The grain asked for; else hours for one day, days up to about a quarter, months beyond.

    :raises InputError: where the range has too many days for a grain so fine.
    """
    if asked == AUTO:
        if days.days == 1:
            return ChartGrain.HOUR
        return ChartGrain.DAY if days.days <= MAX_DAILY_POINTS else ChartGrain.MONTH
    grain = ChartGrain(asked)
    longest = LONGEST_DAYS.get(grain, days.days)
    if days.days > longest:
        raise InputError(
            f"grain {asked!r} takes a period of at most {counted(longest, 'day')}, this one has {days.days}; "
            "ask for a coarser grain or a shorter period",
            parameter="grain",
        )
    return grain


def slots_of(grain: ChartGrain, days: DayRange, timezone: str, found: Iterable[Any]) -> list[Slot]:
    """All places of a range, in order of time, whether or not there is a row in ``found`` for them."""
    if grain is ChartGrain.HOUR:
        grid = {hour for day in days.dates() for hour in hours_of(day, timezone)}
        # A stored hour off the grid (a zone that shifts by half an hour) is shown, never dropped.
        return [_hour_slot(hour, timezone) for hour in sorted({*grid, *found})]
    return [_slot(grain, start, days, timezone) for start in unit_starts(days, grain.rows)]


def hours_of(day: dt.date, timezone: str) -> list[int]:
    """The instants at which the hours of a local day begin: 23 to 25 of them."""
    start, end = day_bounds(day, timezone)
    return list(range(start, end, HOUR_SECONDS))


def _slot(grain: ChartGrain, start: dt.date, days: DayRange, timezone: str) -> Slot:
    first = max(start, days.start)
    return Slot(start, _labels(grain, start), first, day_bounds(first, timezone)[0])


def _labels(grain: ChartGrain, start: dt.date) -> SlotLabels:
    if grain is ChartGrain.DAY:
        return {"date": start.isoformat()}
    if grain is ChartGrain.WEEK:
        return {"week": start.isoformat()}
    return {"month": f"{start:%Y-%m}"} if grain is ChartGrain.MONTH else {"year": f"{start:%Y}"}


def _hour_slot(hour: int, timezone: str) -> Slot:
    local = from_unix(hour).astimezone(zone(timezone))
    labels: SlotLabels = {
        "hour": isoformat(hour),
        "local_hour": f"{local:%H:%M}",
        "utc_offset": f"{local:%z}"[:3] + ":" + f"{local:%z}"[3:5],
    }
    return Slot(hour, labels, local.date(), hour)


def state_of(
    context: AnswerContext, grain: ChartGrain, evidence: Mapping[dt.date, Evidence]
) -> Callable[[Slot, ParkTotals | RideTotals | None], PointState]:
    """What a place shows: ``open``, ``closed``, ``not_watched`` or, after the latest cycle, ``no_data_yet``.

    ``evidence`` is that of each day; it tells hours and days on which the park was closed.
    """

    def state(slot: Slot, totals: ParkTotals | RideTotals | None) -> PointState:
        if totals is not None and totals.observed > 0:
            return "open"
        if context.data_as_of is not None and slot.start > context.data_as_of:
            return "no_data_yet"
        if totals is not None and totals.open > 0:
            return "not_watched"
        if grain not in (ChartGrain.HOUR, ChartGrain.DAY):
            return "not_watched"
        known = evidence.get(slot.day, Evidence.NO_DATA)
        closed = known is not Evidence.NO_DATA if grain is ChartGrain.HOUR else known is Evidence.NO_ACTIVITY
        return "closed" if closed else "not_watched"

    return state
