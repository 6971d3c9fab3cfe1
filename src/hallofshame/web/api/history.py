"""Heatmaps, series and sparklines of parks and rides: what was, over time."""

from __future__ import annotations

import datetime as dt
from typing import TypeVar

from flask import Blueprint

from hallofshame.domain.errors import InputError, PeriodError
from hallofshame.domain.names import quoted
from hallofshame.domain.periods import DayRange, Period, PeriodName
from hallofshame.metrics import scores
from hallofshame.store.reports.catalogue import ParkProfile
from hallofshame.store.reports.sparklines import park_score_days, ride_uptime_days
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.chart_axis import AUTO, LONGEST_DAYS, MAX_DAILY_POINTS, ChartGrain
from hallofshame.web.answers.chart_points import (
    ParkSeries,
    ParkSparkline,
    RideSeries,
    RideSparkline,
    park_chart,
    ride_chart,
)
from hallofshame.web.answers.envelope import (
    Answer,
    coverage_of,
    envelope,
    period_body,
)
from hallofshame.web.answers.heatmaps import ParkHeatmap, RideHeatmap, park_cells, ride_cells
from hallofshame.web.answers.wait_hours import MAX_WAIT_DAYS, ParkWaitsByHour
from hallofshame.web.answers.wait_hours import park_waits_by_hour as waits_by_hour
from hallofshame.web.endpoints import endpoint
from hallofshame.web.lookup import find_park, find_ride
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import choice, text
from hallofshame.web.parameters.shared import FILTERS, PERIOD, PeriodParameters

T = TypeVar("T")

api_history = Blueprint("api_history", __name__, url_prefix="/api")

SPARKLINE_DAYS = 30
MAX_SPARKLINES = 500

GRAIN = choice(
    "grain",
    (AUTO, *ChartGrain),
    f"What one point stands for. `auto`: hours of one day, days of up to {MAX_DAILY_POINTS}, else months. "
    + "; ".join(f"`{grain}` takes at most {days} days" for grain, days in LONGEST_DAYS.items())
    + ".",
)
IDS = text("ids", f"The `ride_id`s, separated by commas; at most {MAX_SPARKLINES}.", "1,2", required=True)
MONTH = PeriodParameters(PeriodName.THIRTY_DAYS)


@endpoint(api_history, "/parks/<park>/heatmap", parameters=(MONTH,), tables=("cells",))
def park_heatmap(context: AnswerContext, asked: Parameters, park: str) -> Answer[ParkHeatmap]:
    """One park's week, hour by hour, summed over a period."""
    found = find_park(context, park)
    asked_for = MONTH.read(asked, context.now.date())
    days = asked_for.days(context.today(found))
    data: ParkHeatmap = {"cells": park_cells(context, found, days)}
    return _of_park(context, found, asked_for, data)


@endpoint(api_history, "/rides/<ride>/heatmap", parameters=(MONTH,), tables=("cells",))
def ride_heatmap(context: AnswerContext, asked: Parameters, ride: str) -> Answer[RideHeatmap]:
    """One ride's week, hour by hour, summed over a period."""
    found = find_ride(context, ride)
    park = context.catalogue.parks[found.park_id]
    asked_for = MONTH.read(asked, context.now.date())
    days = asked_for.days(context.today(park))
    data: RideHeatmap = {"cells": ride_cells(context, park, found.ride_id, days)}
    return _of_ride(context, park, found.ride_id, asked_for, data)


@endpoint(
    api_history,
    "/parks/<park>/waits-by-hour",
    parameters=(MONTH,),
    tables=("rides.cells", "rides", "hours"),
    says=("period",),
)
def park_waits_by_hour(context: AnswerContext, asked: Parameters, park: str) -> Answer[ParkWaitsByHour]:
    """The usual waits of each ride of a park by the hour of the day, and when its rides usually open.

    The averages are those of the hourly counters, over all days of the period together.
    """
    found = find_park(context, park)
    asked_for = MONTH.read(asked, context.now.date())
    days = asked_for.days(context.today(found))
    if days.days > MAX_WAIT_DAYS:
        raise PeriodError(
            f"usual waits of {days.days} days are too many; they take at most {MAX_WAIT_DAYS} days",
            parameter="end",
        )
    data = waits_by_hour(context, found, days)
    return envelope(context, data, period=period_body(asked_for, [days]))


@endpoint(api_history, "/parks/<park>/series", parameters=(PERIOD, GRAIN), tables=("points",))
def park_series(context: AnswerContext, asked: Parameters, park: str) -> Answer[ParkSeries]:
    """One park's points in order of time, as fine as you like."""
    found = find_park(context, park)
    asked_for = PERIOD.read(asked, context.now.date())
    chart = park_chart(context, found, asked_for.days(context.today(found)), GRAIN.read(asked))
    data: ParkSeries = {"grain": chart.grain.value, "points": chart.data}
    return _of_park(context, found, asked_for, data)


@endpoint(api_history, "/rides/<ride>/series", parameters=(PERIOD, GRAIN), tables=("points",))
def ride_series(context: AnswerContext, asked: Parameters, ride: str) -> Answer[RideSeries]:
    """One ride's points in order of time, as fine as you like."""
    found = find_ride(context, ride)
    park = context.catalogue.parks[found.park_id]
    asked_for = PERIOD.read(asked, context.now.date())
    days = asked_for.days(context.today(park))
    chart = ride_chart(context, park, found.ride_id, days, GRAIN.read(asked))
    data: RideSeries = {"grain": chart.grain.value, "points": chart.data}
    return _of_ride(context, park, found.ride_id, asked_for, data)


def _of_park(context: AnswerContext, park: ParkProfile, asked_for: Period, data: T) -> Answer[T]:
    days = asked_for.days(context.today(park))
    totals = context.park_sums({park.park_id: days}).get(park.park_id)
    coverage = coverage_of([(totals.observed, totals.open) if totals else (0, 0)])
    return envelope(context, data, period=period_body(asked_for, [days]), coverage=coverage)


def _of_ride(
    context: AnswerContext, park: ParkProfile, ride_id: int, asked_for: Period, data: T
) -> Answer[T]:
    days = asked_for.days(context.today(park))
    totals = context.ride_sums({park.park_id: days}, [ride_id]).get(ride_id)
    coverage = coverage_of([(totals.observed, totals.open) if totals else (0, 0)])
    return envelope(context, data, period=period_body(asked_for, [days]), coverage=coverage)


@endpoint(
    api_history,
    "/parks/sparklines",
    parameters=(FILTERS,),
    tables=("data.days",),
)
def park_sparklines(context: AnswerContext, asked: Parameters) -> Answer[list[ParkSparkline]]:
    """The shame score of each of the last thirty days, for many parks at once."""
    parks = FILTERS.read(asked, context).choose(context.catalogue.parks.values())
    ranges = {park.park_id: _last_days(context, park) for park in parks}
    found = park_score_days(context.connection, ranges)
    data: list[ParkSparkline] = []
    for park in parks:
        known = found.get(park.park_id, {})
        if park.is_active or known:
            days = ranges[park.park_id].dates()
            values = [scores.shame_score(*known[day]) if day in known else None for day in days]
            data.append({"park_id": park.park_id, "days": _texts(days), "values": values})
    return envelope(context, data)


@endpoint(
    api_history,
    "/rides/sparklines",
    parameters=(IDS,),
    tables=("data.days",),
)
def ride_sparklines(context: AnswerContext, asked: Parameters) -> Answer[list[RideSparkline]]:
    """The uptime of each of the last thirty days, for many rides at once."""
    rides = [find_ride(context, part) for part in _listed(IDS.read(asked))]
    parks = [context.catalogue.parks[park_id] for park_id in {ride.park_id for ride in rides}]
    ranges = {park.park_id: _last_days(context, park) for park in parks}
    found = ride_uptime_days(context.connection, ranges, [ride.ride_id for ride in rides])
    data: list[RideSparkline] = []
    for ride in rides:
        known = found.get(ride.ride_id, {})
        days = ranges[ride.park_id].dates()
        values = [scores.uptime_percent(*known[day]) if day in known else None for day in days]
        data.append({"ride_id": ride.ride_id, "days": _texts(days), "values": values})
    return envelope(context, data)


def _last_days(context: AnswerContext, park: ParkProfile) -> DayRange:
    today = context.today(park)
    return DayRange(today - dt.timedelta(days=SPARKLINE_DAYS - 1), today)


def _texts(days: list[dt.date]) -> list[str]:
    return [day.isoformat() for day in days]


def _listed(asked: str | None) -> list[str]:
    """The ids asked for, each once, in the order given."""
    parts = list(dict.fromkeys(part.strip() for part in (asked or "").split(",") if part.strip()))
    takes = f"it takes 1 to {MAX_SPARKLINES} ride_ids separated by commas"
    if not 1 <= len(parts) <= MAX_SPARKLINES:
        raise InputError(f"ids has {len(parts)} rides; {takes}", parameter="ids")
    for part in parts:
        if not (part.isascii() and part.isdigit()):
            raise InputError(f"ids {quoted(part)} is no ride_id; {takes}", parameter="ids")
    return parts
