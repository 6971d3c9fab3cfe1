"""``/api/awards``: the best and the worst of a year."""

from __future__ import annotations

from flask import Blueprint

from hallofshame.domain.periods import FIRST_YEAR, Period, PeriodName, parse_period
from hallofshame.store.reports.record import recorded_years
from hallofshame.web.declared_parameters import FILTERS, RIDES, Parameter, integer
from hallofshame.web.endpoints import PAGING, endpoint
from hallofshame.web.envelope import ListPage, Row, coverage_body, envelope, period_body
from hallofshame.web.parameters import Parameters
from hallofshame.web.reading import Reading
from hallofshame.web.rows.awards import award_rows
from hallofshame.web.rows.rankings import park_ranking
from hallofshame.web.schema.awards import Awards

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
def awards(reading: Reading, asked: Parameters) -> Row:
    """The best and worst parks and rides of a year, the longest waits and the most improved."""
    years = recorded_years(reading.connection)
    period = _year(reading, asked, years)
    parks_asked = asked.parks(reading)
    limit = asked.integer("limit", DEFAULT_WINNERS, 1, MAX_WINNERS)
    categories = award_rows(reading, period, parks_asked, asked.rides(), limit)
    chosen = parks_asked.choose(reading.catalogue.parks.values())
    data = {
        "year": period.year,
        "is_partial": _is_running(reading, period),
        "years": years,
        "categories": categories,
    }
    return envelope(
        reading,
        data,
        period=period_body(period, reading.ranges(period, chosen).values()),
        coverage=coverage_body(park_ranking(reading, period, parks_asked)),
        total=sum(len(category["winners"]) for category in categories),
        page=ListPage(limit=limit, offset=0),
    )


def _year(reading: Reading, asked: Parameters, years: list[int]) -> Period:
    text = asked.text("year")
    if text is not None:
        return parse_period(None, text, None, None, today=reading.now.date())
    return Period(PeriodName.YEAR, year=years[-1] if years else reading.now.year)


def _is_running(reading: Reading, period: Period) -> bool:
    """Whether the year is not over in every park."""
    todays = [reading.today(park) for park in reading.catalogue.parks.values()] or [reading.now.date()]
    return any(period.year is None or today.year <= period.year for today in todays)
