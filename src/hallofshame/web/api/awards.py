"""``/api/awards``: the best and the worst of a year."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.periods import Period, PeriodName, parse_period
from hallofshame.store.reports.record import recorded_years
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.awards import Awards, award_rows
from hallofshame.web.answers.envelope import Answer, coverage_body, envelope, period_body
from hallofshame.web.answers.rankings import park_ranking
from hallofshame.web.endpoints import PAGING, endpoint
from hallofshame.web.parameters.asked import Parameters
from hallofshame.web.parameters.declared import integer
from hallofshame.web.parameters.filters import ListPage
from hallofshame.web.parameters.shared import FILTERS, RIDES, year

api_awards = Blueprint("api_awards", __name__, url_prefix="/api")

_YEAR = year("A calendar year; the latest with a record where none is given.")
_LIMIT = integer("limit", 5, 1, 50, "How many winners of each award at most.")


@endpoint(
    api_awards,
    "/awards",
    parameters=(_YEAR, FILTERS, RIDES, _LIMIT),
    tables=("categories.winners", "categories"),
    says=("period", "coverage", *PAGING),
)
def awards(context: AnswerContext, asked: Parameters) -> Answer[Awards]:
    """The best and worst parks and rides of a year, the longest waits and the most improved."""
    years = recorded_years(context.connection)
    period = _year(context, asked, years)
    parks_asked = FILTERS.read(asked, context)
    limit = _LIMIT.read(asked)
    categories = award_rows(context, period, parks_asked, RIDES.read(asked), limit)
    chosen = parks_asked.choose(context.catalogue.parks.values())
    data: Awards = {
        "year": period.year or context.now.year,
        "is_partial": _is_running(context, period),
        "years": years,
        "categories": categories,
    }
    return envelope(
        context,
        data,
        period=period_body(period, context.ranges(period, chosen).values()),
        coverage=coverage_body(park_ranking(context, period, parks_asked)),
        total=sum(len(category["winners"]) for category in categories),
        page=ListPage(limit=limit, offset=0),
    )


def _year(context: AnswerContext, asked: Parameters, years: list[int]) -> Period:
    text = asked.text(_YEAR.name)
    if text is not None:
        return parse_period(None, text, None, None, today=context.now.date())
    return Period(PeriodName.YEAR, year=years[-1] if years else context.now.year)


def _is_running(context: AnswerContext, period: Period) -> bool:
    """Whether the year is not over in every park."""
    todays = [context.today(park) for park in context.catalogue.parks.values()] or [context.now.date()]
    return any(period.year is None or today.year <= period.year for today in todays)
