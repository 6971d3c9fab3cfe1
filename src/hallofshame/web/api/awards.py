"""``/api/awards``: the best and the worst of a year."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.periods import FIRST_YEAR, Period, PeriodName, parse_period
from hallofshame.store.reports.record import recorded_years
from hallofshame.web.answer_context import AnswerContext
from hallofshame.web.answers.awards import Awards, award_rows
from hallofshame.web.answers.rankings import park_ranking
from hallofshame.web.declared_parameters import FILTERS, RIDES, Parameter, integer
from hallofshame.web.endpoints import PAGING, endpoint
from hallofshame.web.envelope import ListPage, Row, coverage_body, envelope, period_body
from hallofshame.web.parameters import Parameters

api_awards = Blueprint("api_awards", __name__, url_prefix="/api")

DEFAULT_WINNERS = 5
MAX_WINNERS = 50
LAST_YEAR = 9999

_YEAR = Parameter(
    "year",
    "A calendar year; the latest with a record where none is given.",
    {"type": "integer", "minimum": FIRST_YEAR, "maximum": LAST_YEAR},
)
_LIMIT = integer("limit", DEFAULT_WINNERS, 1, MAX_WINNERS, "How many winners of each award at most.")


@endpoint(
    api_awards,
    "/awards",
    parameters=(_YEAR, FILTERS, RIDES, _LIMIT),
    answers=Awards,
    tables=("categories.winners", "categories"),
    says=("period", "coverage", *PAGING),
)
def awards(context: AnswerContext, asked: Parameters) -> Row:
    """The best and worst parks and rides of a year, the longest waits and the most improved."""
    years = recorded_years(context.connection)
    period = _year(context, asked, years)
    parks_asked = asked.parks(context)
    limit = asked.integer("limit", DEFAULT_WINNERS, 1, MAX_WINNERS)
    categories = award_rows(context, period, parks_asked, asked.rides(), limit)
    chosen = parks_asked.choose(context.catalogue.parks.values())
    data = {
        "year": period.year,
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
    text = asked.text("year")
    if text is not None:
        return parse_period(None, text, None, None, today=context.now.date())
    return Period(PeriodName.YEAR, year=years[-1] if years else context.now.year)


def _is_running(context: AnswerContext, period: Period) -> bool:
    """Whether the year is not over in every park."""
    todays = [context.today(park) for park in context.catalogue.parks.values()] or [context.now.date()]
    return any(period.year is None or today.year <= period.year for today in todays)
