"""Chart points of parks and rides: hours of one day, days of a short range, months of a long one.

What was not observed is null, and ``state`` says why; nothing is filled in (R12).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, Literal, NotRequired, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from hallofshame.domain.periods import DayRange
from hallofshame.domain.words import Evidence
from hallofshame.metrics import scores
from hallofshame.store.reports import points
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.punctuality import punctuality
from hallofshame.store.reports.running_day import park_less, ride_less
from hallofshame.store.reports.sums import ParkTotals, RideTally, RideTotals
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.chart_axis import AUTO, ChartGrain, SlotLabels, grain_of, slots_of, state_of
from hallofshame.web.answers.common import (
    Coverage,
    Day,
    FeedSlug,
    PointState,
    Score,
    Seconds,
    Uptime,
    Wait,
    slugs,
)
from hallofshame.web.answers.park_days import judged_figures, punctual_figures
from hallofshame.web.answers.parks import downtime_by_kind
from hallofshame.web.shapes import closed


@closed
class _PointLabel(SlotLabels):
    """When a point is, and what it can show."""

    state: PointState


@closed
class ParkFigures(TypedDict):
    """What is shown of a park's counters at one place of a chart."""

    shame_score: Score | None
    downtime_hours: Annotated[float | None, Field(ge=0)]
    downtime_seconds: Seconds | None
    breakdown_seconds: Annotated[Seconds | None, Field(description="Of these, in breakdowns.")]
    opening_delay_seconds: Seconds | None
    never_reopened_seconds: Seconds | None
    park_wide_seconds: Seconds | None
    weighted_downtime: Annotated[int | None, Field(ge=0)]
    weighted_exposure: Annotated[int | None, Field(ge=0)]
    uptime_percent: Uptime | None
    rides_operating: Annotated[int | None, Field(ge=0)]
    rides_down: Annotated[int | None, Field(ge=0)]
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None


@closed
class DayFigures(TypedDict):
    """What is said of a day beside its figures; other points have none of it."""

    feed: NotRequired[Annotated[FeedSlug | None, Field(description="Of days: through which most came.")]]
    judged_by: NotRequired[
        Annotated[Literal["breakdowns", "open_closed"] | None, Field(description="Of days: by what.")]
    ]
    other_feed_percent: NotRequired[
        Annotated[float | None, Field(ge=0, le=50, description="Of days: what came through the other feed.")]
    ]
    opened_late_seconds: NotRequired[
        Annotated[Seconds | None, Field(description="Of days: after the published opening; null: not known.")]
    ]
    closed_early_seconds: NotRequired[
        Annotated[Seconds | None, Field(description="Of days: before the published close; null: not known.")]
    ]


class ParkPoint(_PointLabel, ParkFigures, DayFigures):
    """One chart point of a park. Null is "no data", never filled in."""


@closed
class RideFigures(TypedDict):
    """What is shown of a ride's counters at one place of a chart."""

    uptime_percent: Uptime | None
    downtime_hours: Annotated[float | None, Field(ge=0)]
    downtime_seconds: Seconds | None
    breakdown_seconds: Annotated[Seconds | None, Field(description="Of these, in breakdowns.")]
    opening_delay_seconds: Seconds | None
    never_reopened_seconds: Seconds | None
    park_wide_seconds: Seconds | None
    operating_seconds: Seconds | None
    down_seconds: Seconds | None
    closed_seconds: Seconds | None
    refurbishment_seconds: Seconds | None
    unobserved_seconds: Seconds | None
    average_wait_minutes: Wait | None
    max_wait_minutes: Wait | None
    coverage_percent: Coverage | None


class RidePoint(_PointLabel, RideFigures):
    """One chart point of a ride. Null is "no data", never filled in."""


ParkGrain = Annotated[str, Field(json_schema_extra=slugs(*ChartGrain))]


@closed
class ParkSeries(TypedDict):
    """A park's points in order of time."""

    grain: ParkGrain
    points: list[ParkPoint]


@closed
class RideSeries(TypedDict):
    """A ride's points in order of time."""

    grain: ParkGrain
    points: list[RidePoint]


@closed
class ParkSparkline(TypedDict):
    """A park's last thirty days."""

    park_id: int
    days: list[Day]
    values: Annotated[list[Score | None], Field(description="The shame score of each of the days.")]


@closed
class RideSparkline(TypedDict):
    """A ride's last thirty days."""

    ride_id: int
    days: list[Day]
    values: Annotated[list[Uptime | None], Field(description="The uptime of each of the days, in percent.")]


T = TypeVar("T")
F = TypeVar("F", int, float)
P = TypeVar("P", ParkPoint, RidePoint)

_NOT_JUDGED: DayFigures = {}


@dataclass(frozen=True, slots=True)
class ChartPoints(Generic[P]):
    """Points in order of time."""

    grain: ChartGrain
    data: list[P]


def park_chart(
    context: AnswerContext, park: ParkProfile, days: DayRange, asked: str = AUTO
) -> ChartPoints[ParkPoint]:
    """A park's points; their counters add up to the row of the whole range."""
    connection, park_id, grain = context.connection, park.park_id, grain_of(days, asked)
    tallies: Mapping[Any, RideTally] = {}
    found: Mapping[Any, ParkTotals]
    evidence: dict[dt.date, Evidence] = {}
    judged: dict[Any, DayFigures] = {}
    if grain in (ChartGrain.HOUR, ChartGrain.DAY):
        by_day = points.park_days(connection, park_id, days)
        evidence = {day: park_day.evidence for day, park_day in by_day.items()}
        found = {day: park_day.totals for day, park_day in by_day.items()}
        tallies = {day: park_day.tally for day, park_day in by_day.items()}
        if grain is ChartGrain.DAY:
            kept = punctuality(connection, park_id, park.timezone, days, context.data_as_of)
            judged = {
                day: {**judged_figures(by_day.get(day)), **punctual_figures(kept.get(day))}
                for day in days.dates()
            }
        else:
            found = points.park_hours(connection, park_id, days)
            tallies = points.park_hour_tallies(connection, park_id, days)
    else:
        found = points.park_stretches(connection, park_id, days, grain.rows)
    state = state_of(context, grain, evidence)
    ahead = context.ahead_within(park_id, days)
    data: list[ParkPoint] = []
    for slot in slots_of(grain, days, park.timezone, found):
        totals = found.get(slot.key)
        rest = slot.ahead(grain, ahead)
        if totals and ahead and rest:
            totals = park_less(totals, ahead.eligible * rest)
        point: ParkPoint = {
            **slot.labels,
            "state": state(slot, totals),
            **park_figures(totals, tallies.get(slot.key)),
            **judged.get(slot.key, _NOT_JUDGED),
        }
        data.append(point)
    return ChartPoints(grain, data)


def ride_chart(
    context: AnswerContext, park: ParkProfile, ride_id: int, days: DayRange, asked: str = AUTO
) -> ChartPoints[RidePoint]:
    """A ride's points; their counters add up to the row of the whole range."""
    connection, park_id, grain = context.connection, park.park_id, grain_of(days, asked)
    is_fine = grain in (ChartGrain.HOUR, ChartGrain.DAY)
    evidence = points.park_evidence(connection, park_id, days) if is_fine else {}
    found: Mapping[Any, RideTotals] = (
        points.ride_hours(connection, park_id, ride_id, days)
        if grain is ChartGrain.HOUR
        else points.ride_stretches(connection, park_id, ride_id, days, grain.rows)
    )
    state = state_of(context, grain, evidence)
    ahead = context.ahead_within(park_id, days)
    data: list[RidePoint] = []
    for slot in slots_of(grain, days, park.timezone, found):
        totals = found.get(slot.key)
        rest = slot.ahead(grain, ahead)
        if totals and rest:
            totals = ride_less(totals, rest)
        data.append({**slot.labels, "state": state(slot, totals), **ride_figures(totals)})
    return ChartPoints(grain, data)


def park_figures(totals: ParkTotals | None, tally: RideTally | None = None) -> ParkFigures:
    """What is shown of a park's counters at one place of a chart; null where nothing was observed."""
    seen = totals if totals is not None and totals.observed > 0 else None
    counted = tally if seen is not None else None
    return {
        "shame_score": _or_null(
            seen, lambda of: scores.shame_score(of.weighted_downtime, of.weighted_exposure)
        ),
        "downtime_hours": _or_null(seen, lambda of: scores.downtime_hours(of.downtime)),
        **downtime_by_kind(seen),
        "weighted_downtime": _or_null(seen, lambda of: of.weighted_downtime),
        "weighted_exposure": _or_null(seen, lambda of: of.weighted_exposure),
        "uptime_percent": _or_null(seen, lambda of: scores.uptime_percent(of.operating, of.downtime)),
        "rides_operating": counted.operating if counted else None,
        "rides_down": counted.down if counted else None,
        "average_wait_minutes": _or_null(
            seen, lambda of: scores.average_wait(of.wait_sum, of.wait_known, of.wait_max)
        ),
        "max_wait_minutes": _or_null(seen, lambda of: of.wait_max or None),
        "coverage_percent": _or_null(totals, lambda of: scores.coverage_percent(of.observed, of.open)),
    }


def ride_figures(totals: RideTotals | None) -> RideFigures:
    """What is shown of a ride's counters at one place of a chart; null where nothing was observed."""
    seen = totals if totals is not None and totals.observed > 0 else None
    return {
        "uptime_percent": _or_null(seen, lambda of: scores.uptime_percent(of.operating, of.downtime)),
        "downtime_hours": _or_null(seen, lambda of: scores.downtime_hours(of.downtime)),
        **downtime_by_kind(seen),
        "operating_seconds": _or_null(seen, lambda of: of.operating),
        "down_seconds": _or_null(seen, lambda of: of.down),
        "closed_seconds": _or_null(seen, lambda of: of.closed),
        "refurbishment_seconds": _or_null(seen, lambda of: of.refurbishment),
        "unobserved_seconds": _or_null(totals, lambda of: of.open - of.observed),
        "average_wait_minutes": _or_null(
            seen, lambda of: scores.average_wait(of.wait_sum, of.wait_known, of.wait_max)
        ),
        "max_wait_minutes": _or_null(seen, lambda of: of.wait_max or None),
        "coverage_percent": _or_null(totals, lambda of: scores.coverage_percent(of.observed, of.open)),
    }


def _or_null(value: T | None, figure: Callable[[T], F | None]) -> F | None:
    return None if value is None else figure(value)
