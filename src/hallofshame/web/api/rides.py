"""``/api/rides…`` and ``/api/trends``: rankings, details, changes."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint

from hallofshame.domain.errors import PeriodError
from hallofshame.domain.periods import Period
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.common import CoverageBody
from hallofshame.web.answers.envelope import (
    Answer,
    coverage_body,
    coverage_of_columns,
    envelope,
    period_body,
    ranked_by_body,
)
from hallofshame.web.answers.rankings import (
    BY,
    DOWNTIME,
    DOWNTIME_IN_FULL,
    LEAST_RELIABLE,
    LIVE_RIDE_FIELD,
    LONGEST_WAITS,
    RIDE_FIELDS,
    Standing,
    park_ranking,
    ranked_by,
    ride_standings,
    with_standing,
)
from hallofshame.web.answers.ride_details import RideDetails, ride_details
from hallofshame.web.answers.ride_measures import (
    MANY_RIDES,
    measures,
    reliability_measures,
    ride_coverage,
    ride_totals,
)
from hallofshame.web.answers.rides import RideRow
from hallofshame.web.answers.trends import TABLES, TrendsAnswer, trends_of
from hallofshame.web.endpoints import PAGING, endpoint
from hallofshame.web.lookup import find_ride
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.filters import ListPage
from hallofshame.web.parameters.shared import (
    FILTERS,
    LIMIT,
    PAGE,
    PERIOD,
    PERIOD_AHEAD,
    RIDES,
    VISIT,
    by,
    sort,
)
from hallofshame.web.waits import MODE, waits_asked

api_rides = Blueprint("api_rides", __name__, url_prefix="/api")

RIDE_SORTS = ("rank", "name", "uptime", "breakdown", "downtime", "wait")
SORT = sort(RIDE_SORTS)
_BY = by(BY)
_SAYS = ("period", "coverage", *PAGING, "ranked_by")
_LIST = (PERIOD, FILTERS, RIDES, VISIT, PAGE, SORT)


@endpoint(api_rides, "/rides/downtime", parameters=(*_LIST, _BY), says=_SAYS)
def downtime(context: AnswerContext, asked: Parameters) -> Answer[list[RideRow]]:
    """Rides by time lost in breakdowns."""
    chosen = ranked_by(DOWNTIME, _BY.read(asked))
    return _ranking(context, asked, PERIOD.read(asked, context.now.date()), chosen)


@endpoint(api_rides, "/rides/waittimes", parameters=(*_LIST, MODE), says=_SAYS)
def waittimes(context: AnswerContext, asked: Parameters) -> Answer[list[RideRow]]:
    """Rides by average posted wait, or as `mode` says."""
    return _ranking(context, asked, *waits_asked(context, asked))


@endpoint(api_rides, "/rides/longest-waits", parameters=_LIST, says=_SAYS)
def longest_waits(context: AnswerContext, asked: Parameters) -> Answer[list[RideRow]]:
    """Rides by the longest wait they posted."""
    return _ranking(context, asked, PERIOD.read(asked, context.now.date()), LONGEST_WAITS)


@endpoint(api_rides, "/rides/least-reliable", parameters=(*_LIST, _BY), says=_SAYS)
def least_reliable(context: AnswerContext, asked: Parameters) -> Answer[list[RideRow]]:
    """Rides by uptime, the lowest first.

    `period=live` is refused, since a moment has no uptime.
    """
    period = PERIOD.read(asked, context.now.date())
    if period.is_live:
        raise PeriodError(
            "period 'live' has no uptime; it takes a period that has lasted, such as today or 7days",
            parameter="period",
        )
    return _ranking(context, asked, period, ranked_by(LEAST_RELIABLE, _BY.read(asked)))


def _ranking(
    context: AnswerContext, asked: Parameters, period: Period, by_field: str
) -> Answer[list[RideRow]]:
    parks_asked, page = FILTERS.read(asked, context), PAGE.read(asked)
    sort = SORT.read(asked)
    if page.limit >= MANY_RIDES:
        # Most sums are shown: read once, they serve the order too.
        ride_totals(context, period)
    standings = ride_standings(context, period, parks_asked, by_field, RIDES.read(asked), VISIT.read(asked))
    ids = _sorted(context, period, list(standings), sort)
    shown = [context.catalogue.rides[ride_id] for ride_id in page.of(ids)]
    lines = with_standing(context, period, shown, standings)
    chosen = parks_asked.choose(context.catalogue.parks.values())
    body = envelope(
        context,
        [line.row for line in lines],
        period=period_body(period, context.ranges(period, chosen).values()),
        coverage=_coverage(context, period, standings),
        total=len(ids),
        page=page,
    )
    is_down_now = period.is_live and by_field in (DOWNTIME, DOWNTIME_IN_FULL)
    return body | {"ranked_by": ranked_by_body(LIVE_RIDE_FIELD if is_down_now else RIDE_FIELDS[by_field])}


def _sorted(context: AnswerContext, period: Period, ids: list[int], sort: str) -> list[int]:
    """Ride ids in the order asked for, null last; what is equal stays in the order of rank."""
    if sort == "rank":
        return ids
    if sort == "name":
        return sorted(ids, key=lambda ride_id: context.catalogue.rides[ride_id].name.casefold())
    known = measures(context, period) if sort == "wait" else reliability_measures(context, period)
    if sort == "uptime":
        values = {ride_id: known[ride_id].uptime for ride_id in ids}
    else:
        values = {
            ride_id: None if (value := getattr(known[ride_id], sort)) is None else -value for ride_id in ids
        }
    return sorted(ids, key=lambda ride_id: (values[ride_id] is None, values[ride_id] or 0.0))


def _coverage(context: AnswerContext, period: Period, standings: Mapping[int, Standing]) -> CoverageBody:
    return coverage_of_columns(*ride_coverage(context, period, standings))


@endpoint(
    api_rides,
    "/rides/<ride>/details",
    parameters=(PERIOD_AHEAD,),
    tables=("summary", "chart_data", "outages", "outage_statistics", "published_hours", "usual_hours"),
)
def details(context: AnswerContext, asked: Parameters, ride: str) -> Answer[RideDetails]:
    """One ride in one period: its row, chart, outages with their statistics, published and usual hours."""
    found = find_ride(context, ride)
    period = PERIOD_AHEAD.read(asked, context.now.date())
    data, coverage = ride_details(context, period, found)
    days = period.days(context.today(context.catalogue.parks[found.park_id]))
    return envelope(context, data, period=period_body(period, [days]), coverage=coverage)


@endpoint(
    api_rides,
    "/trends",
    parameters=(PERIOD, FILTERS, RIDES, LIMIT),
    tables=TABLES,
    says=("period", "coverage", *PAGING, "totals", "compared"),
)
def trends(context: AnswerContext, asked: Parameters) -> TrendsAnswer:
    """Parks and rides whose uptime changed by five points or more, of all that could be compared."""
    period = PERIOD.read(asked, context.now.date())
    parks_asked = FILTERS.read(asked, context)
    page = ListPage(limit=LIMIT.read(asked), offset=0)
    found = trends_of(context, period, parks_asked, RIDES.read(asked), page.limit)
    chosen = parks_asked.choose(context.catalogue.parks.values())
    lines = park_ranking(context, period, parks_asked)
    body = envelope(
        context,
        found.tables,
        period=period_body(period, context.ranges(period, chosen).values()),
        coverage=coverage_body(lines),
        total=found.total,
        page=page,
    )
    return {**body, "totals": found.totals, "compared": found.compared}
