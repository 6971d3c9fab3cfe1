"""The cells of a heatmap: each local hour of each weekday of a range."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Generic, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.localtime import day_bounds
from hallofshame.domain.periods import DayRange
from hallofshame.domain.rules import HOUR_SECONDS
from hallofshame.domain.words import Evidence
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.heatmaps import Cell, Place, park_heatmap, place_of, ride_heatmap
from hallofshame.store.reports.points import park_evidence
from hallofshame.store.reports.running_day import Ahead, park_less, ride_less
from hallofshame.store.reports.sums import ParkTotals, RideTotals
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.chart_axis import hours_of
from hallofshame.web.answers.chart_points import park_figures, ride_figures
from hallofshame.web.answers.common import Coverage, PointState, Score, Seconds, Uptime, Wait
from hallofshame.web.shapes import closed


@closed
class _Cell(TypedDict):
    """One local hour of one weekday, summed over a range."""

    weekday: Annotated[int, Field(ge=1, le=7, description="1 Monday to 7 Sunday.")]
    hour: Annotated[int, Field(ge=0, le=23, description="The hour on the park's own clock.")]
    days: Annotated[int, Field(ge=0, description="On how many days it was observed.")]
    state: PointState
    uptime_percent: Uptime | None
    downtime_hours: Annotated[float | None, Field(ge=0)]
    downtime_seconds: Seconds | None
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None


class ParkCell(_Cell):
    """One local hour of one weekday in a park."""

    shame_score: Score | None


class RideCell(_Cell):
    """One local hour of one weekday of a ride."""


@closed
class ParkHeatmap(TypedDict):
    """A park's week, hour by hour."""

    cells: Annotated[list[ParkCell], Field(description="24 for each weekday of the period, from Monday.")]


@closed
class RideHeatmap(TypedDict):
    """A ride's week, hour by hour."""

    cells: Annotated[list[RideCell], Field(description="24 for each weekday of the period, from Monday.")]


Totals = TypeVar("Totals", ParkTotals, RideTotals)


def park_cells(context: AnswerContext, park: ParkProfile, days: DayRange) -> list[ParkCell]:
    """A park's cells; their counters add up to its row of the whole range."""
    found = park_heatmap(context.connection, park.park_id, days, park.timezone)
    ahead = context.ahead_within(park.park_id, days)
    if ahead is not None:
        _take_off(found, park, ahead, lambda totals, rest: park_less(totals, ahead.eligible * rest))

    cells: list[ParkCell] = []
    for place in _places(context, park, days, found):
        shown = park_figures(place.totals)
        cells.append(
            {
                **place.labels,
                "shame_score": shown["shame_score"],
                "uptime_percent": shown["uptime_percent"],
                "downtime_hours": shown["downtime_hours"],
                "downtime_seconds": shown["downtime_seconds"],
                "average_wait_minutes": shown["average_wait_minutes"],
                "max_wait_minutes": shown["max_wait_minutes"],
                "coverage_percent": shown["coverage_percent"],
            }
        )
    return cells


def ride_cells(context: AnswerContext, park: ParkProfile, ride_id: int, days: DayRange) -> list[RideCell]:
    """A ride's cells; their counters add up to its row of the whole range."""
    found = ride_heatmap(context.connection, ride_id, days, park.timezone)
    ahead = context.ahead_within(park.park_id, days)
    if ahead is not None:
        _take_off(found, park, ahead, ride_less)

    cells: list[RideCell] = []
    for place in _places(context, park, days, found):
        shown = ride_figures(place.totals)
        cells.append(
            {
                **place.labels,
                "uptime_percent": shown["uptime_percent"],
                "downtime_hours": shown["downtime_hours"],
                "downtime_seconds": shown["downtime_seconds"],
                "average_wait_minutes": shown["average_wait_minutes"],
                "max_wait_minutes": shown["max_wait_minutes"],
                "coverage_percent": shown["coverage_percent"],
            }
        )
    return cells


def _take_off(
    found: dict[Place, Cell[Totals]], park: ParkProfile, ahead: Ahead, less: Callable[[Totals, int], Totals]
) -> None:
    """The open time ahead of the running day, off each of its hours."""
    for hour in hours_of(ahead.day, park.timezone):
        rest = ahead.seconds(hour, hour + HOUR_SECONDS)
        place = place_of(hour, park.timezone)
        if rest and place in found:
            found[place] = replace(found[place], totals=less(found[place].totals, rest))


class _CellLabels(TypedDict):
    weekday: int
    hour: int
    days: int
    state: PointState


@dataclass(frozen=True, slots=True)
class _Place(Generic[Totals]):
    """One hour of one weekday: which it is, and its sums where it has any."""

    labels: _CellLabels
    totals: Totals | None


def _places(
    context: AnswerContext, park: ParkProfile, days: DayRange, found: Mapping[Place, Cell[Totals]]
) -> Iterator[_Place[Totals]]:
    evidence = park_evidence(context.connection, park.park_id, days)
    known = {day.isoweekday() for day, grounds in evidence.items() if grounds is not Evidence.NO_DATA}
    first = {day.isoweekday(): day for day in reversed(_first_week(days))}
    for weekday in sorted(first):
        for hour in range(24):
            cell = found.get((weekday, hour))
            totals = cell.totals if cell else None
            begins = day_bounds(first[weekday], park.timezone)[0] + hour * HOUR_SECONDS
            is_to_come = context.data_as_of is not None and begins > context.data_as_of
            labels: _CellLabels = {
                "weekday": weekday,
                "hour": hour,
                "days": cell.days if cell else 0,
                "state": _state(totals, is_known=weekday in known, is_to_come=is_to_come),
            }
            yield _Place(labels, totals)


def _first_week(days: DayRange) -> list[dt.date]:
    return [days.start + dt.timedelta(days=offset) for offset in range(min(7, days.days))]


def _state(totals: ParkTotals | RideTotals | None, *, is_known: bool, is_to_come: bool) -> PointState:
    """As for a chart point; closed is an hour that no recorded day of that weekday had open."""
    if totals is not None and totals.observed > 0:
        return "open"
    if is_to_come:
        return "no_data_yet"
    if totals is not None and totals.open > 0:
        return "not_watched"
    return "closed" if is_known else "not_watched"
